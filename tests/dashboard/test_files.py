"""The numbers of a whole page as files."""

import pytest

from fascore.findings.results import read_results
from fascore.findings.summary import join_samples
from fascore.report.explained import explained_numbers, explained_origin
from fascore.report.origin import Origin, described
from fascore.store import Store
from tests.dashboard.conftest import text_of

BUTTON = "All of this page's numbers (CSV in a .zip)"


def labels(app) -> list[str]:
    return [each.proto.label for each in app.get("download_button")]


@pytest.mark.usefixtures("store_path")
@pytest.mark.parametrize("section", ["Differences", "Table I", "More rates", "Curves", "Slices"])
def test_metrics_offers_all_its_numbers_whatever_is_shown(app, section):
    app.switch_page("app_pages/metrics.py").run()
    app.segmented_control(key="metrics_section").set_value(section).run()
    assert not app.exception and BUTTON in labels(app), text_of(app)


def test_explanations_offers_all_its_numbers(app, judged_path):
    app.switch_page("app_pages/explanations.py").run()
    assert not app.exception and BUTTON in labels(app), text_of(app)


def test_numbers_of_explanations_are_at_the_thresholds_recorded_then(judged_path):
    store = Store(judged_path)
    results = read_results(store)
    origin = explained_origin(Origin("mine", "tiny faces"), results)
    joined = join_samples(results.measures, store.samples())
    tables, failed = explained_numbers(store, joined, origin)
    assert set(tables) == {"claims", "means", "differences", "measures"} and not failed
    means = described(tables["means"].rows, tables["means"].origin, made="now")
    alone = means[means["model"] == results.models[0]]
    assert (alone["threshold"] == 0.5).all() and len(alone)
    assert alone["threshold_rule"].str.contains("recorded").all()
    assert means["test_set"].iloc[0] == "tiny faces, test split, 8 images"
