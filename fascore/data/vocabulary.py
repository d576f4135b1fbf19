"""The words that data sets have for classes, kinds of attack and splits: all in this one place."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from fascore.labels import LIVE, SPECIES_ONLY, SPOOF, SPOOF_TYPES, UNKNOWN_TYPE, pai_species

# Spoof type code of each word, written without spaces and signs; 0 is live.
CLASS_WORDS = dict.fromkeys(
    ["live", "real", "bonafide", "genuine", "authentic", "client"], LIVE
) | dict.fromkeys(
    ["spoof", "fake", "attack", "presentationattack", "imposter", "impostor", "nonlive", "unreal"],
    UNKNOWN_TYPE,
)
KIND_WORDS = {
    "print": -2, "printed": -2, "printout": -2,
    "papercut": -3, "cutout": -3, "papermask": -3, "cutphoto": -3,
    "replay": -4, "replayed": -4,
    "poster": 2,
    "mask": 10, "3dmask": 10, "siliconemask": 10, "latexmask": 10,
}  # fmt: skip
SPLIT_WORDS = {
    "train": "train", "training": "train", "trainset": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "valset": "validation",
    "dev": "validation", "devel": "validation", "development": "validation",
    "test": "test", "testing": "test", "testset": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
FILLERS = frozenset(
    "face faces image images img imgs picture pictures photo photos frame frames raw crop crops "
    "cropped class data set dataset sample samples release folder only".split()
)
# In a table's cells the names of CelebA-Spoof's types, too; "phone" on a folder may be the camera.
TYPE_WORDS = {"".join(re.findall(r"\w", name.lower())): code for code, name in SPOOF_TYPES.items()}
LABEL_NUMBERS = {0.0: LIVE, 1.0: UNKNOWN_TYPE}


@dataclass(frozen=True)
class Said:
    """What a word says of a picture: its spoof type code (0 is live), its split, or neither."""

    spoof_type: int | None = None
    split: str | None = None


@lru_cache(maxsize=1024)  # a table says the same few words in every row
def read_name(name: str) -> Said | None:
    """What the name of a folder says; None if it is no name of a class, a kind or a split.

    Examples
    --------
    >>> read_name("Bona-Fide"), read_name("print_attacks")
    (Said(spoof_type=0, split=None), Said(spoof_type=-2, split=None))
    >>> read_name("TrainImages"), read_name("live or spoof"), read_name("photos")
    (Said(spoof_type=None, split='train'), None, None)
    """
    words = _tokens(name)
    tokens = [word for word in words if word not in FILLERS]
    for together in (words, tokens):  # "cut photo" and "bona fide faces" are said in several words
        if (whole := _known("".join(together))) is not None:
            return whole
    known = [_known(token) for token in tokens]
    if not known or None in known:
        return None
    types = [said.spoof_type for said in known if said and said.spoof_type is not None]
    splits = {said.split for said in known if said and said.split is not None}
    spoof_type = agreed(types) if types else None
    if len(splits) > 1 or (types and spoof_type is None):
        return None
    return Said(spoof_type, splits.pop() if splits else None)


@lru_cache(maxsize=1024)
def read_type(cell: str) -> int | None:
    """The spoof type code a table's cell names: by a class, a kind, a CelebA-Spoof type or code.

    Examples
    --------
    >>> [read_type(cell) for cell in ("Live", "replay", "face mask", "9", "?")]
    [0, -4, 4, 9, None]
    """
    number = read_number(cell)
    if number is not None:
        return int(number) if number in SPOOF_TYPES else None
    key = "".join(re.findall(r"\w", cell.lower())).replace("_", "")
    if key in TYPE_WORDS:
        return TYPE_WORDS[key]
    said = read_name(cell)
    return said.spoof_type if said else None


@lru_cache(maxsize=1024)
def read_label(cell: str) -> int | None:
    """The spoof type code that a table's label gives: a word as of `read_type`, 0 or 1.

    Examples
    --------
    >>> [read_label(cell) for cell in ("0", "1.0", "Spoof", "real", "2")]
    [0, -1, -1, 0, None]
    """
    number = read_number(cell)
    return read_type(cell) if number is None else LABEL_NUMBERS.get(number)


def read_number(cell: str) -> float | None:
    """A cell's finite number, with a decimal point or comma; None if it is none."""
    if not re.fullmatch(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d{1,2})?\s*", cell):
        return None
    return float(cell.replace(",", "."))


def agreed(types: Collection[int]) -> int | None:
    """One spoof type code of all that is said of a picture; None if it contradicts itself.

    Examples
    --------
    >>> agreed([-1, -2]), agreed([-2, 1]), agreed([0, 0]), agreed([0, -1]), agreed([-2, -4])
    (-2, 1, 0, None, None)
    """
    said = set(types) - {UNKNOWN_TYPE}
    if not said:
        return UNKNOWN_TYPE
    species = {pai_species(code) for code in said}
    exact = [code for code in said if code not in SPECIES_ONLY]
    if len(species) > 1 or len(exact) > 1 or (LIVE in said and UNKNOWN_TYPE in types):
        return None
    return exact[0] if exact else said.pop()


def label_of(spoof_type: int) -> int:
    """The label of a spoof type code."""
    return LIVE if spoof_type == LIVE else SPOOF


def _tokens(name: str) -> list[str]:
    """The words in a name, in lower case: at signs, and where small letters meet capitals."""
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", parts.lower())


def _known(word: str) -> Said | None:
    """What one word says, in singular or plural; None if it is not in the vocabulary."""
    for form in (word, word.removesuffix("s")):
        if form in CLASS_WORDS:
            return Said(spoof_type=CLASS_WORDS[form])
        if form in KIND_WORDS:
            return Said(spoof_type=KIND_WORDS[form])
        if form in SPLIT_WORDS:
            return Said(split=SPLIT_WORDS[form])
    return None
