"""Errors that a user can mend: their base, and that of a model store."""

from __future__ import annotations


class FascoreError(ValueError):
    """Bad input; the message is one sentence: what was expected, what came, what to do.

    Commands and pages show it as it is. A `ValueError` of another library is not one of these: it
    is a fault of ours, and is reported as one.
    """


class StoreError(FascoreError):
    """A store or a model in it that cannot be used; the message is one sentence."""
