"""What a session takes in."""

import pytest

from dashboard import on_show
from fascore.decoding import MAX_BYTES
from tests.dashboard.conftest import encoded, picture


@pytest.mark.parametrize(("origin", "shown"), [("upload", False), ("gallery", True)])
def test_only_an_upload_is_limited_in_bytes(monkeypatch, origin, shown):
    monkeypatch.setattr(on_show.st, "session_state", {})
    on_show.choose(encoded(picture()) + bytes(MAX_BYTES), origin)
    assert (on_show.shown() is not None) == shown
    assert ("at most 10 MB" in (on_show.problem() or "")) == (not shown)
