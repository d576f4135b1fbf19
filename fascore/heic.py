"""HEIC pictures, decoded in a process of their own: a damaged one can end it.

About one damaged file in 4,000 crashes pi-heif (`python -m benchmarks.fuzz --heic 60000`), which
would take a server and its sessions along. This file is also what that process runs: it imports
nothing of this package.
"""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys

import numpy as np

AVAILABLE = importlib.util.find_spec("pi_heif") is not None
BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
TIME_LIMIT = 60  # s; a picture of 50 megapixels takes a few


def is_heic(data: bytes) -> bool:
    """Whether a file's bytes begin as those of a HEIC picture."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def read_heic(data: bytes, *, max_pixels: int) -> tuple[int, int, np.ndarray | None]:
    """Width, height and upright RGB uint8 (height, width, 3), None if larger than `max_pixels`.

    Raises
    ------
    OSError
        If the bytes are damaged.
    """
    command = [sys.executable, "-P", __file__, str(max_pixels)]
    done = subprocess.run(command, input=data, capture_output=True, timeout=TIME_LIMIT)
    if done.returncode:
        raise OSError(f"pi-heif ended with {done.returncode}")
    header, _, pixels = done.stdout.partition(b"\n")
    width, height = map(int, header.split())
    if not pixels:
        return width, height, None
    return width, height, np.frombuffer(pixels, np.uint8).reshape(height, width, 3).copy()


def _main() -> None:
    """Reads a file from standard input, writes its size and, if it may, its pixels."""
    import pi_heif
    from PIL import Image

    pi_heif.register_heif_opener()
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("HEIF",)) as image:
        width, height = image.size  # upright: the decoder turns the picture itself
        sys.stdout.buffer.write(f"{width} {height}\n".encode())
        if width * height <= int(sys.argv[1]):
            sys.stdout.buffer.write(image.convert("RGB").tobytes())


if __name__ == "__main__":
    _main()
