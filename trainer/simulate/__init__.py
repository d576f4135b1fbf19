"""Simulated attacks in CelebA-Spoof's layout: on rendered heads, and on photographs."""

from trainer.simulate.audit import audit
from trainer.simulate.data_card import add_measurements, write_data_card
from trainer.simulate.heads.fetch import AssetError
from trainer.simulate.photographed import PhotoSettings, simulate_on_photographs
from trainer.simulate.rendered import Settings, simulate
from trainer.simulate.sheet import contact_sheet

__all__ = [
    "AssetError",
    "PhotoSettings",
    "Settings",
    "add_measurements",
    "audit",
    "contact_sheet",
    "simulate",
    "simulate_on_photographs",
    "write_data_card",
]
