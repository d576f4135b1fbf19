"""Explanations judged: what was measured of what, the filters, means and paired tests."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.views.chart import chart
from dashboard.views.style import model_title
from dashboard.views.tables import data_table
from fascore.counts import counted
from fascore.explain import PREDICTED
from fascore.findings.claims import MIN_IMAGES, Answer, Claim
from fascore.findings.differences import Difference
from fascore.findings.drawing import method_words, model_words
from fascore.findings.figures import claim_figure
from fascore.findings.measures import REGION_MEASURES, definition_of
from fascore.findings.results import Results
from fascore.findings.summary import Summary
from fascore.labels import CLASS_NAMES
from fascore.report.explained import differences_numbers
from fascore.scores.score_text import threshold_text
from fascore.stats.intervals import BOOTSTRAP_DRAWS, interval_text, p_text
from fascore.stats.resampling import FLIPS

STAGES = {"quarter": "top ¼", "half": "top ½", "three_quarters": "top ¾", "all": "all"}
NETWORK, METHOD = "Network", "Method"
DIFFERENCE = "Difference [95 %, this row alone]"  # beside a p that is corrected
ANSWERS: dict[Answer, str] = {"yes": "✓ yes", "no": "✗ no", "cannot tell": "? cannot tell"}


def findings_words(results: Results) -> str:
    """Data set, split, images, target, thresholds and steps of the judging, in words."""
    about = results.about
    target = about["target"]
    explained = (
        "each network's own verdict" if target == PREDICTED else f"**{CLASS_NAMES[target]}**"
    )
    return (
        f"Judged: maps of {_images(results)} of **{about['data']}**, {about['split']} split, that "
        f"explain {explained}. Insertion and deletion in {about['steps']} steps. Verdicts are "
        f"those at the thresholds of that time ({_thresholds(about['thresholds'])})."
    )


def _thresholds(thresholds: Mapping[str, float]) -> str:
    return ", ".join(f"{model_title(m)} {threshold_text(t)}" for m, t in thresholds.items())


def _images(results: Results) -> str:
    there, asked = results.measures["sample_id"].nunique(), results.about["images"]
    return f"{there:,} images" if there == asked else f"{there:,} of {asked:,} images"


def claim_panel(key: str, claim: Claim) -> None:
    """A claim of the paper, its answer, why, and the comparisons behind it, where there are any."""
    with st.container(border=True, key=f"claim_{key}"):
        left, right = st.columns([2, 3], gap="large")
        kind = claim.answer.replace(" ", "-")
        with left:
            st.html(
                f'<div class="fs-claim">{html.escape(claim.question.claim)}</div>'
                f'<div class="fs-answer fs-{kind}">{ANSWERS[claim.answer]}</div>'
            )
            st.markdown(claim.sentence)
            st.caption(f"**Measured:** {claim.question.measure}")
        if not claim.rows:
            right.info("No network and method that the claim compares was measured.")
            return
        with right:
            chart(claim_figure(claim), key=f"claim_{key}_chart")
        with st.expander("Numbers"):
            _claim_table(key, claim)


def _claim_table(key: str, claim: Claim) -> None:
    data = claim.table()
    shown = pd.DataFrame(
        {
            "Mean": [interval_text(row.interval, digits=3) for row in claim.rows],
            "Images": data["n"],
            "In words": data["reading"],
        }
    )
    shown.index = pd.Index(data["group"] + ": " + data["what"], name="Compared")
    data_table(shown, data, key=f"claim_{key}_table")


def summary_table(summary: Summary) -> None:
    """Means by model and method with intervals, the images they are of, and those undefined."""
    rows: dict[str, dict[str, str]] = {model_words(model): {} for model in summary.models}
    for (model, method), cell in summary.cells.items():
        n = cell.interval.n if cell.interval else 0
        column = method_words(method) or definition_of(summary.metric).title
        rows[model_words(model)] |= {
            column: interval_text(cell.interval, digits=3),
            f"{column}: images": f"{n:,}" + (f" (+{cell.undefined})" if cell.undefined else ""),
        }
    shown = pd.DataFrame.from_dict(rows, orient="index").fillna("–").rename_axis(NETWORK)
    data_table(shown, summary.table(), key=f"findings_{summary.metric}")
    st.caption(
        f"Intervals: 95 %, by {BOOTSTRAP_DRAWS:,} bootstrap draws over {summary.unit}. "
        f"{undefined_words(summary)}"
    )


def undefined_words(summary: Summary) -> str:
    """How many values are undefined and why; they are in no mean."""
    if not summary.undefined:
        return "None is undefined."
    return (
        f"{counted_undefined(summary.undefined, definition_of(summary.metric).undefined)} None of "
        "these is in a mean; brackets count them."
    )


def counted_undefined(count: int, why: str) -> str:
    """How many values are undefined, and why."""
    return f"{counted(count, 'value')} {'is' if count == 1 else 'are'} undefined ({why})."


def differences_table(tests: Sequence[Difference], metric: str) -> None:
    """Each two models' difference by method, and what the test says."""
    rows: dict[str, dict[str, Any]] = {}
    for test in tests:
        method = f"{method_words(test.method)}: " if test.method else ""
        rows[f"{method}{model_title(test.first)} minus {model_title(test.second)}"] = {
            DIFFERENCE: interval_text(test.interval, digits=3, end_digits=3, signed=True),
            "p (Holm, all rows)": p_text(test.p_holm),
            "Images": test.interval.n,
            "In words": test.sentence(model_title),
        }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Compared")
    meanings = {
        DIFFERENCE: "Mean over the images of what the row says: the network named first minus "
        "the network named second, with its 95 % interval, which is not corrected as p is.",
        "p (Holm, all rows)": f"Sign-flip permutation test, two-sided, {FLIPS:,} flips, all images "
        f"of a subject flipped together; corrected for these {len(tests)} tests.",
    }
    data = differences_numbers(tests)
    data_table(shown, data, key=f"findings_{metric}_tests", meanings=meanings)


def metric_definition(metric: str) -> str:
    """What a metric is, its chance level, and which way is better."""
    about = definition_of(metric)
    parts = [f"**{about.title}**. {about.sentence}"]
    if about.chance is not None:
        parts.append(f"A map that says nothing has {about.chance:g}.")
    if about.better:
        parts.append(f"The {'higher' if about.better == 'high' else 'lower'} the better.")
    return " ".join(parts)


def regions_table(summaries: Mapping[str, Summary], method: str) -> None:
    """One method's weight on each region by model."""
    data = pd.concat([summary.table() for summary in summaries.values()])
    data = data[data["method"] == method]
    rows: dict[str, dict[str, str]] = {}
    for metric, summary in summaries.items():
        for (model, of), cell in summary.cells.items():
            if of == method:
                n = f" ({cell.interval.n:,})" if cell.interval else ""
                row = rows.setdefault(definition_of(metric).title, {})
                row[model_words(model)] = interval_text(cell.interval, digits=3) + n
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Region")
    data_table(shown.fillna("–"), data, key="findings_regions")
    undefined = int(data["undefined"].sum())
    why = definition_of(REGION_MEASURES[0]).undefined
    st.caption(
        "Mean [95 % interval] (images). " + (counted_undefined(undefined, why) if undefined else "")
    )


def sanity_table(stages: Mapping[str, Summary]) -> None:
    """How alike the maps stay, by method and model, as weights become random."""
    data = pd.concat([summary.table() for summary in stages.values()])
    rows: dict[str, dict[str, str]] = {}
    for method in next(iter(stages.values())).methods:
        for stage, summary in stages.items():
            for model in summary.models:
                if cell := summary.cells.get((model, method)):
                    row = rows.setdefault(f"{method_words(method)}: {model_words(model)}", {})
                    row[STAGES[stage]] = interval_text(cell.interval, digits=3)
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Method and network")
    data_table(shown, data, key="findings_sanity_table")
    n, undefined = int(data["n"].max()), int(data["undefined"].sum())
    about = definition_of(next(iter(stages.values())).metric)
    few = f" With fewer than {MIN_IMAGES} images they are narrower than they should be."
    st.caption(
        f"By the layers whose weights are random. {n:,} images; intervals 95 %. "
        + (counted_undefined(undefined, about.undefined) if undefined else "")
        + (few if n < MIN_IMAGES else "")
    )
