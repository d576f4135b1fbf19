"""CelebA-Spoof's label codes: live and spoof, the spoof types and their PAI species."""

from fascore.errors import FascoreError

LIVE, SPOOF = 0, 1
CLASS_NAMES = ("live", "spoof")

SPOOF_TYPES = {
    0: "live",
    1: "photo",
    2: "poster",
    3: "A4",
    4: "face mask",
    5: "upper body mask",
    6: "region mask",
    7: "PC",
    8: "pad",
    9: "phone",
    10: "3D mask",
}
# In data other than CelebA-Spoof: a spoof whose kind nobody noted, or of which only the species is
# known.
UNKNOWN_TYPE = -1
SPECIES_ONLY = {-2: "print", -3: "paper_cut", -4: "replay"}
ILLUMINATIONS = {0: "live", 1: "normal", 2: "strong", 3: "back", 4: "dark"}
ENVIRONMENTS = {0: "live", 1: "indoor", 2: "outdoor"}

# Of live images only, in CelebA's order.
CELEBA_ATTRIBUTES = (
    "5_o_Clock_Shadow",
    "Arched_Eyebrows",
    "Attractive",
    "Bags_Under_Eyes",
    "Bald",
    "Bangs",
    "Big_Lips",
    "Big_Nose",
    "Black_Hair",
    "Blond_Hair",
    "Blurry",
    "Brown_Hair",
    "Bushy_Eyebrows",
    "Chubby",
    "Double_Chin",
    "Eyeglasses",
    "Goatee",
    "Gray_Hair",
    "Heavy_Makeup",
    "High_Cheekbones",
    "Male",
    "Mouth_Slightly_Open",
    "Mustache",
    "Narrow_Eyes",
    "No_Beard",
    "Oval_Face",
    "Pale_Skin",
    "Pointy_Nose",
    "Receding_Hairline",
    "Rosy_Cheeks",
    "Sideburns",
    "Smiling",
    "Straight_Hair",
    "Wavy_Hair",
    "Wearing_Earrings",
    "Wearing_Hat",
    "Wearing_Lipstick",
    "Wearing_Necklace",
    "Wearing_Necktie",
    "Young",
)

# Presentation attack instrument species (ISO/IEC 30107-3), as the field groups the spoof types.
PAI_SPECIES = {"print": (1, 2, 3), "paper_cut": (4, 5, 6), "replay": (7, 8, 9), "3d_mask": (10,)}
UNKNOWN = "unspecified"
SPECIES_TITLES = {
    "live": "Live",
    "print": "Print",
    "paper_cut": "Paper cut",
    "replay": "Replay",
    "3d_mask": "3D mask",
    UNKNOWN: "Unspecified",
}
_SPECIES_OF_TYPE = (
    {code: species for species, codes in PAI_SPECIES.items() for code in codes}
    | SPECIES_ONLY
    | {0: "live", UNKNOWN_TYPE: UNKNOWN}
)
TYPE_CODES = frozenset(_SPECIES_OF_TYPE)


def pai_species(spoof_type: int) -> str:
    """Name of the PAI species of a spoof type, or ``"live"`` for type 0.

    ``"unspecified"`` for `UNKNOWN_TYPE`.

    Raises
    ------
    FascoreError
        If the code is neither CelebA-Spoof's nor one of ours for what is known in part.

    Examples
    --------
    >>> pai_species(9), pai_species(0), pai_species(-2)
    ('replay', 'live', 'print')
    """
    if spoof_type not in TYPE_CODES:
        raise FascoreError(
            f"A spoof type is a code from 0 to 10. Received: {spoof_type!r}. Correct the label."
        )
    return _SPECIES_OF_TYPE[spoof_type]


def spoof_type_name(code: int) -> str:
    """Name of a spoof type; where only the species is known its name, or ``"unspecified"``."""
    return SPOOF_TYPES.get(code) or pai_species(code)


def species_note(code: int) -> str:
    """The PAI species to write behind a spoof type's name; "" where both have one name.

    Examples
    --------
    >>> [spoof_type_name(code) + species_note(code) for code in (9, 10, 0)]
    ['phone (Replay)', '3D mask', 'live']
    """
    species = pai_species(code)
    kind, title = spoof_type_name(code), SPECIES_TITLES[species]
    return "" if kind in (species, title) else f" ({title})"
