"""How many there are, in words."""


def counted(count: int, what: str) -> str:
    """A number and what it counts, in the singular or with an s.

    Examples
    --------
    >>> counted(1, "image"), counted(1440, "image")
    ('1 image', '1,440 images')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
