import pytest

from dashboard.views import grid
from dashboard.views.grid import patience_words
from fascore.explain import GradCAM, LimeImage, default_explainers
from fascore.models import VARIANTS


@pytest.mark.parametrize(
    ("explainer", "paces", "told"),
    [
        (LimeImage(), [0.001] * 4, ""),  # 1,000 x 4 ms
        (LimeImage(num_samples=20_000), [0.001] * 4, "up to 80 s"),
        (LimeImage(num_samples=20_000), [0.01], "up to 3 min, as fast as this server is now"),
        (LimeImage(num_samples=20_000), [0.01], "is LIME's. Fewer *Samples* take less. A map"),
        (LimeImage(num_samples=20_000, settled=1.0), [0.01], "Fewer *Samples* take less."),
        (GradCAM(), [0.001], ""),
    ],
)
def test_long_waits_are_said_before(explainer, paces, told):
    words = patience_words([GradCAM(), explainer], paces)
    assert told in words and bool(words) == bool(told)
    if told.endswith("less."):
        assert words.endswith(told)  # it never stops before


@pytest.mark.usefixtures("store_path", "detect")
def test_compare_says_before_that_its_settings_take_long(app, monkeypatch):
    told = []
    monkeypatch.setattr(grid, "patience_words", lambda *given: told.append(given))
    assert not app.run().exception
    ((explainers, paces),) = told
    assert [each.name for each in explainers] == [each.name for each in default_explainers()]
    assert len(paces) == len(VARIANTS) and all(0 < pace < 60 for pace in paces)
