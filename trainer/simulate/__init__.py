"""The demo data set: simulated faces and attacks on them, in CelebA-Spoof's layout."""

from trainer.simulate.audit import audit
from trainer.simulate.card import add_measurements, write_card
from trainer.simulate.dataset import Settings, simulate
from trainer.simulate.fetch import AssetError
from trainer.simulate.sheet import contact_sheet

__all__ = [
    "AssetError",
    "Settings",
    "add_measurements",
    "audit",
    "contact_sheet",
    "simulate",
    "write_card",
]
