"""familiarity.npz: which pictures a network knows, as a file beside it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from fascore.errors import StoreError
from fascore.files import write_whole
from fascore.models.familiarity import Familiarity
from fascore.models.layout import Layout

LAYOUT = "layout_"  # how the names of what it knows of layouts begin


def write_familiarity(path: Path, familiarity: Familiarity, *, made_from: str) -> None:
    """Writes it beside a network; `made_from` says of what weights and training pictures it is."""
    fields = asdict(replace(familiarity, layout=None))
    del fields["layout"]
    if familiarity.layout is not None:
        fields |= {LAYOUT + name: value for name, value in asdict(familiarity.layout).items()}
    write_whole(
        path,
        lambda temporary: np.savez_compressed(temporary, made_from=np.array(made_from), **fields),
    )


def read_familiarity(path: Path) -> tuple[Familiarity, str]:
    """What `write_familiarity` wrote.

    Raises
    ------
    StoreError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            fields = {name: arrays[name] for name in ("means", "precisions", "offsets")}
            limit = float(arrays["limit"])
            if not limit > 0:  # NaN would say that every picture is familiar
                raise ValueError("no limit above 0")
            known = Familiarity(**fields, limit=limit, layout=_layout(arrays))
            return known, str(arrays["made_from"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as err:
        raise StoreError(
            f"Expected what a network knows of its training pictures in {path}. Received: a file "
            "that cannot be read. Delete it, and let `python -m trainer evaluate` make it anew."
        ) from err


def _layout(arrays: Mapping[str, np.ndarray]) -> Layout | None:
    """What a file knows of layouts; None where it is older."""
    if LAYOUT + "weights" not in arrays:
        return None
    bias, limit = float(arrays[LAYOUT + "bias"]), float(arrays[LAYOUT + "limit"])
    if not (np.isfinite(bias) and limit > -np.inf):
        raise ValueError("no limit of layouts")
    return Layout(arrays[LAYOUT + "weights"], bias, limit)
