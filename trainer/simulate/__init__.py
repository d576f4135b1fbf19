"""The demo data set: simulated faces and attacks on them, in CelebA-Spoof's layout."""

from trainer.simulate.audit import audit
from trainer.simulate.data_card import add_measurements, write_data_card
from trainer.simulate.heads.fetch import AssetError
from trainer.simulate.rendered import Settings, simulate
from trainer.simulate.sheet import contact_sheet

__all__ = [
    "AssetError",
    "Settings",
    "add_measurements",
    "audit",
    "contact_sheet",
    "simulate",
    "write_data_card",
]
