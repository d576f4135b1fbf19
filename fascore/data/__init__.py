"""Which pictures there are: samples, their readers, splits."""

from fascore.data.opening import open_data

__all__ = ["open_data"]
