"""What one visitor may ask of the server, and what a page opens: the one place of these numbers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

from fascore.batch.files import BatchLimits
from fascore.errors import FascoreError

VARIABLE = "FASCORE_MAX_"  # and the limit's name: FASCORE_MAX_BATCH_FILES=50
MINUTE = 60.0  # s


@dataclass(frozen=True)
class Limits:
    """The limits; an environment variable sets another (`VARIABLE`).

    Attributes
    ----------
    batch_files : int
        Files given at once, those of a .zip each.
    batch_megabytes : int
        All files given at once, as they are given; `server.maxUploadSize` bounds a single one.
    unpacked_megabytes : int
        What a .zip may unpack to.
    pictures_a_minute, pictures_a_session : int
        Pictures of a visitor's own that are judged.
    table_megabytes : int
        A store's table of samples or of scores that a page opens.
    """

    batch_files: int = 200
    batch_megabytes: int = 200
    unpacked_megabytes: int = 500
    pictures_a_minute: int = 600
    pictures_a_session: int = 5000
    table_megabytes: int = 200

    @property
    def batch(self) -> BatchLimits:
        """The limits of a batch."""
        return BatchLimits(self.batch_files, self.batch_megabytes, self.unpacked_megabytes)


def limits() -> Limits:
    """The limits as the server's owner set them.

    Raises
    ------
    FascoreError
        If one of them is no whole number above 0.
    """
    given = {field.name: os.environ.get(VARIABLE + field.name.upper()) for field in fields(Limits)}
    return Limits(**{name: _number(name, text) for name, text in given.items() if text is not None})


def _number(name: str, text: str) -> int:
    if not text.strip().isdecimal() or int(text) == 0:
        raise FascoreError(
            f"Expected a whole number above 0 in the environment variable {VARIABLE}{name.upper()}."
            f" Received: {text!r}. Correct it, or leave it out for {getattr(Limits, name):,}."
        )
    return int(text)


def allowed(
    taken: Sequence[float], wanted: int, *, now: float, limits: Limits
) -> tuple[int, str | None]:
    """How many of the pictures that a visitor wants judged next are, and why the others wait.

    Parameters
    ----------
    taken : sequence of float
        When each picture before was judged, in s, the oldest first.
    wanted : int
    now : float
        In s, by the same clock.

    Examples
    --------
    >>> allowed([0.0, 50.0], 1, now=55.0, limits=Limits(pictures_a_minute=3))
    (1, None)
    """
    recent = [time for time in taken if now - time < MINUTE]
    of_session = limits.pictures_a_session - len(taken)
    of_minute = limits.pictures_a_minute - len(recent)
    if wanted <= min(of_session, of_minute):
        return wanted, None
    if of_session <= of_minute:
        return max(of_session, 0), (
            f"Expected at most {limits.pictures_a_session:,} of your own pictures in one session. "
            "Received: more. Reload the page to begin a new session."
        )
    number = max(of_minute, 0)
    wait = MINUTE - (now - recent[0]) if recent else MINUTE
    return number, (
        f"Expected at most {limits.pictures_a_minute:,} of your own pictures a minute. "
        f"Received: more. Go on in {wait:.0f} s."
    )
