"""What ships with fascore, and paths that mean the same wherever it is installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

# The folder that has assets/: a wheel carries them inside the package, a checkout beside it.
HOME = _PACKAGE if (_PACKAGE / "assets").is_dir() else _PACKAGE.parent
ICON = HOME / "assets" / "icon.png"
DEMO_FACES = HOME / "assets" / "demo" / "faces.zip"
DEMO_STORE = HOME / "assets" / "models" / "demo"
PAPER = HOME / "assets" / "paper.json"


def recorded(path: Path) -> str:
    """A path as records keep it: relative where it lies in `HOME`, else absolute.

    Examples
    --------
    >>> recorded(DEMO_FACES)
    'assets/demo/faces.zip'
    >>> recorded(Path("/data/CelebA_Spoof"))
    '/data/CelebA_Spoof'
    """
    whole = path.resolve()
    return str(whole.relative_to(HOME) if whole.is_relative_to(HOME) else whole)


def located(record: str) -> Path:
    """Where a recorded path is here.

    Examples
    --------
    >>> located("assets/demo/faces.zip") == DEMO_FACES
    True
    """
    shipped = HOME / record
    return shipped if shipped.exists() else Path(record)
