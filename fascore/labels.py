"""CelebA-Spoof's label codes: live and spoof, the spoof types and their PAI species."""

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
ILLUMINATIONS = {0: "live", 1: "normal", 2: "strong", 3: "back", 4: "dark"}
ENVIRONMENTS = {0: "live", 1: "indoor", 2: "outdoor"}

# Presentation attack instrument species (ISO/IEC 30107-3), as the field groups the spoof types.
PAI_SPECIES = {"print": (1, 2, 3), "paper_cut": (4, 5, 6), "replay": (7, 8, 9), "3d_mask": (10,)}
_SPECIES_OF_TYPE = {code: species for species, codes in PAI_SPECIES.items() for code in codes}


def pai_species(spoof_type: int) -> str:
    """Name of the PAI species of a CelebA-Spoof spoof type, or ``"live"`` for type 0.

    Raises
    ------
    ValueError
        If the code is not one of CelebA-Spoof's.

    Examples
    --------
    >>> pai_species(9), pai_species(0)
    ('replay', 'live')
    """
    if spoof_type not in SPOOF_TYPES:
        raise ValueError(
            f"A spoof type is a code from 0 to 10. Received: {spoof_type!r}. Correct the label."
        )
    return _SPECIES_OF_TYPE.get(spoof_type, "live")
