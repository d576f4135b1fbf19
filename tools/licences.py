"""Writes docs/licences.md: the licence of everything that is served. `make licences`."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "licences.md"
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"}
NAMED = re.compile(r"licen[cs]ed?\b|BSD|MIT", re.IGNORECASE)
COPYLEFT = re.compile(r"GPL|Mozilla|MPL")
HEAD = """# Licences of the dependencies

What each package of `requirements.lock` says of itself in its metadata, as a Linux server has it.
`make licences` writes this page. The full texts lie in the packages' `.dist-info` folders, also
those of libraries that a wheel carries inside: OpenCV's has FFmpeg and libquadmath (LGPL), NumPy's
and SciPy's have libquadmath (LGPL) and the GCC runtime (GPL 3 with its runtime exception), and
pi-heif's has libheif and libde265 (LGPL). `pip install .[gpu]` adds NVIDIA's CUDA libraries, which
are proprietary: read their licence before you pass an image with them on.
"""


def locked_names() -> list[str]:
    """Names of the packages that a Linux machine installs from requirements.lock, sorted."""
    lines = re.findall(r"^(\w[^\\\n]*?) *\\?$", LOCK.read_text("utf-8"), re.MULTILINE)
    requirements = [Requirement(line) for line in lines]
    return sorted({r.name for r in requirements if r.marker is None or r.marker.evaluate(LINUX)})


def licence(package: Distribution) -> str:
    """A package's licence in one line.

    Its licence expression, else its classifiers, else the line that names a licence in the text
    that it brings.
    """
    about = package.metadata
    classifiers = [each for each in about.get_all("Classifier", []) if each.startswith("License")]
    stated = about["License-Expression"] or ", ".join(c.split(" :: ")[-1] for c in classifiers)
    if stated:
        return str(stated)
    texts = [about["License"], *map(package.read_text, _files(package))]
    lines = [line.strip() for text in texts if text for line in text.splitlines() if line.strip()]
    return next((line for line in lines if NAMED.search(line)), lines[0])


def _files(package: Distribution) -> list[str]:
    names = package.metadata.get_all("License-File", [])
    return [f"{folder}{name}" for name in names for folder in ("", "licenses/")]


def page() -> str:
    """The page's text, of the packages that are installed here."""
    licences = {name: licence(distribution(name)) for name in locked_names()}
    copyleft = [f"{name} ({text})" for name, text in licences.items() if COPYLEFT.search(text)]
    rows = [f"| {name} | {text.replace('|', '/')} |" for name, text in licences.items()]
    return "\n".join(
        [
            HEAD,
            "Copyleft, which asks that changed files of these packages be published: "
            f"{', '.join(copyleft)}.\n",
            "| Package | Licence |",
            "|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
