"""Where an identity provider is named, pages are for those who have signed in."""

import pytest
from streamlit import user_info

from tests.dashboard.conftest import text_of


@pytest.fixture
def guarded(app, store_path):
    """The app with an identity provider in its secrets."""
    app.secrets["auth"] = {"client_id": "fascore", "cookie_secret": "x" * 32}
    return app


def test_nobody_sees_a_page_before_signing_in(guarded):
    guarded.run()
    assert not guarded.exception
    assert [button.label for button in guarded.button] == ["Sign in"]
    assert "tiny faces" not in text_of(guarded) and not guarded.sidebar.markdown


def test_who_has_signed_in_sees_the_page(guarded, monkeypatch):
    monkeypatch.setattr(user_info, "_get_user_info", lambda: {"is_logged_in": True})
    guarded.run()
    assert not guarded.exception and "tiny faces" in guarded.sidebar.markdown[0].value


def test_without_a_provider_nobody_is_asked(app, store_path):
    app.run()
    assert "Sign in" not in [button.label for button in app.button]
