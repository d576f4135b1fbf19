"""What a session takes in."""

import pytest

from dashboard import state
from fascore.decoding import MAX_BYTES
from tests.dashboard.conftest import encoded, picture


@pytest.mark.parametrize(("origin", "shown"), [("upload", False), ("gallery", True)])
def test_only_an_upload_is_limited_in_bytes(monkeypatch, origin, shown):
    session = {}
    monkeypatch.setattr(state, "_session", lambda: session)
    state.choose(encoded(picture()) + bytes(MAX_BYTES), origin)
    assert (state.shown() is not None) == shown
    assert ("at most 10 MB" in (state.problem() or "")) == (not shown)
