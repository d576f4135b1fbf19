"""Explanations judged: the paper's claims answered, and how far each method can be believed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import cache, state, views
from dashboard.cache import FindingsKey
from fascore.evaluation_sets import on_set, open_set
from fascore.findings import figures
from fascore.findings.claims import CLAIM_DRAWS
from fascore.findings.drawing import method_words
from fascore.findings.measures import (
    REGION_MEASURES,
    SANITY_MEASURES,
    definition_of,
    in_groups,
)
from fascore.findings.results import Results, command, has_results
from fascore.findings.summary import agreement_matrix
from fascore.report.explained import explained_origin
from fascore.store import Card, Store, StoreError

CLAIMS, MEANS, REGIONS = "Claims", "Measures", "Where it looks"
AGREEMENT, TRUST, IMAGES = "Agreement", "Trust", "Images"
AGREEMENTS = {
    "rank_models": "Networks, by rank correlation",
    "overlap_models": "Networks, by overlap of tops",
    "rank_methods": "Methods, by rank correlation",
    "overlap_methods": "Methods, by overlap of tops",
}
JUDGED = 200  # images, where the page says how to judge some
LOWEST, HIGHEST = "lowest first", "highest first"


def page() -> None:
    store, _, errors = views.store_page("Explanations judged")
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    of = views.chosen_set(store)
    store = on_set(store, of.name)
    key = cache.findings_key(store, of.name)
    results = read(store, key)
    if results is None:
        st.stop()
    state.set_origin(explained_origin(state.origin(), results))
    st.markdown(views.findings_words(results))
    views.explained_files(store, key)
    section = st.segmented_control(
        "Show",
        [CLAIMS, MEANS, REGIONS, AGREEMENT, TRUST, IMAGES],
        default=CLAIMS,
        required=True,
        key="findings_section",
        persist_state="session",
    )
    if section == CLAIMS:
        draw_claims(key)
    elif section == TRUST:
        draw_trust(key, results)
    else:
        draw_chosen(section, store, key, results)


def read(store: Store, key: FindingsKey) -> Results | None:
    """The store's results, or the sentence on why there are none."""
    if not has_results(store):
        tested = open_set(Store(key.store), key.test_set)
        count = min(JUDGED, len(tested.samples))
        st.info(
            "This store's explanations have not been judged on this test set. To measure them on "
            f"{count} of its images:"
        )
        root = "" if tested.is_own or tested.has_pictures else " --root ITS_PICTURES"
        st.code(f"{command(store)}{root} --limit {count}", language=None, wrap_lines=True)
        return None
    try:
        return cache.findings(key)
    except StoreError as err:
        st.error(str(err))
        return None


def draw_claims(key: FindingsKey) -> None:
    """The paper's claims, answered."""
    st.markdown(
        "What the paper says of its explanations, asked of this store's networks and images. The "
        "answers follow from the intervals by a rule: **yes** if every comparison says so, **no** "
        "if in one comparison some method or measure says the opposite and none agrees, otherwise "
        "**cannot tell**."
    )
    for name, claim in cache.claims(key).items():
        views.claim_panel(name, claim)
    st.caption(
        "Intervals hold 95 % for all comparisons of a claim together (Bonferroni), by "
        f"{CLAIM_DRAWS:,} bootstrap draws over subjects where they are known. Hollow marks are "
        "undecided."
    )


def draw_chosen(section: str, store: Store, key: FindingsKey, results: Results) -> None:
    """The sections that the filters rule."""
    chosen = views.choose_measures(key)
    if not chosen.metrics:
        st.info("No image is left. Choose another species or verdict.")
    elif section == MEANS:
        draw_measures(chosen)
    elif section == REGIONS:
        draw_regions(chosen, results)
    elif section == AGREEMENT:
        draw_agreement(chosen, results)
    else:
        draw_images(chosen, results, store.card(results.models[0]))


def draw_measures(chosen: views.Chosen) -> None:
    """One measure: its chart, means, and paired tests between networks."""
    metric = views.choose_metric(in_groups(chosen.metrics), key="findings_metric")
    summary = chosen.summary(metric)
    st.markdown(views.metric_definition(metric))
    views.charts({f"chart_{metric}": figures.metric_figure(summary)}, a_row=1)
    views.summary_table(summary)
    st.header("Paired tests between networks")
    tests = chosen.differences(metric)
    if tests:
        views.differences_table(tests, metric)
    else:
        st.info("No two networks have this measure on the same image.")


def draw_regions(chosen: views.Chosen, results: Results) -> None:
    """Where one method's maps put their weight: regions, and mean maps."""
    method = views.choose_method(results.methods, key="findings_regions_method")
    measured = chosen.metrics
    there = [name for name in REGION_MEASURES if name in measured]
    st.header("Parts of the face")
    if there:
        summaries = {name: chosen.summary(name) for name in there}
        views.charts({"regions": figures.regions_figure(summaries, method)}, a_row=1)
        st.markdown(
            "A region's share of positive attribution over its share of the picture: 1 is no "
            f"preference. Values below {figures.FLOOR:g} are drawn there. Known where landmarks "
            "are; the medium's edges only of attacks on which they are marked."
        )
        views.regions_table(summaries, method)
    else:
        st.info("No landmarks are known of these images, so there are no regions.")
    st.header("Mean maps")
    st.caption(
        "Of the images that the network judges rightly, each map divided by the sum of its "
        "absolute values; the filters above do not apply."
    )
    views.mean_maps(results, method)


def draw_agreement(chosen: views.Chosen, results: Results) -> None:
    """Matrices of agreement between networks by method, or between methods by network."""
    measured = chosen.metrics
    there = [name for name in AGREEMENTS if name in measured]
    if not there:
        st.info("There is nothing to compare: one network and one method.")
        return
    metric = st.selectbox(
        "Between",
        there,
        format_func=AGREEMENTS.__getitem__,
        key="findings_agreement",
        persist_state="session",
    )
    summary = chosen.summary(metric)
    st.markdown(views.metric_definition(metric))
    of_models = definition_of(metric).of == "models"
    drawn = {}
    for name in results.methods if of_models else results.models:
        title = method_words(name) if of_models else views.model_title(name)
        drawn[f"agreement_{name}"] = figures.agreement_figure(
            agreement_matrix(summary, name), title, signed=metric.startswith("rank")
        )
    views.charts(drawn)
    views.summary_table(summary)


def draw_planted(table: pd.DataFrame | None) -> None:
    """Each method's outcome on the planted cues, if there are any."""
    if table is None:
        st.info("No cues have been planted for this store: `python -m trainer plant`.")
        return
    views.charts({"planted": figures.planted_figure(table)}, a_row=1)
    views.planted_table(table)


def draw_trust(key: FindingsKey, results: Results) -> None:
    """What each method does where the truth is known: planted cues, random weights."""
    st.header("Planted evidence: how far each method can be trusted here")
    st.markdown(
        "Networks of the same build were trained on images with a planted cue that alone decides "
        "the class, so a map has to point at it. It is of the networks' own data, whichever test "
        "set is chosen."
    )
    try:
        planted = cache.planted(key)
    except StoreError as err:
        st.error(str(err))
    else:
        draw_planted(planted)
    st.header("Sanity: does the map depend on what was learnt?")
    st.markdown(
        "The map of the trained network beside that of the same network with more and more layers' "
        "weights random, from the top. A map that stays alike does not show what was learnt."
    )
    titles = {"rank": "Rank correlation", "ssim": "SSIM"}
    kind = st.segmented_control(
        "By", list(titles), default="rank", required=True, format_func=titles.__getitem__,
        key="findings_sanity", persist_state="session",
    )  # fmt: skip
    stages = {
        stage: cache.findings_summary(key, name) for stage, name in SANITY_MEASURES[kind].items()
    }
    if not any(summary.cells for summary in stages.values()):
        st.info("No image was explained with random weights.")
        return
    views.charts(
        {
            f"sanity_{method}": figures.sanity_figure(stages, method, titles[kind])
            for method in results.methods
        }
    )
    views.sanity_table(stages)


def draw_images(chosen: views.Chosen, results: Results, card: Card) -> None:
    """One measure image by image, and the faces behind it."""
    there = chosen.metrics
    regions = [name for name in REGION_MEASURES if name in there]
    metric = views.choose_metric([*in_groups(there), *regions], key="findings_images_metric")
    method = ""
    if definition_of(metric).of == "map":
        methods = [name for name in results.methods if name in chosen.summary(metric).methods]
        method = views.choose_method(methods, key=f"findings_images_method_{metric}")
    values = chosen.images(metric, method)
    defined = values.dropna(subset="value")
    models = [name for name in results.models if (defined["model"] == name).any()]
    if not models:
        st.info("It is undefined on all of these images.")
        return
    st.markdown(views.metric_definition(metric))
    samples = cache.findings_samples(chosen.key)
    tested = open_set(Store(chosen.key.store), chosen.key.test_set)
    place = f"{metric}_{method}_{chosen.species}_{chosen.verdict}"
    thresholds = {name: results.about["thresholds"][name] for name in models}
    shown = {"metric": metric, "thresholds": results.about["thresholds"], "tested": tested}
    picked = views.picked_point(defined, metric, thresholds, key=f"points_{place}")
    if picked:
        views.findings_tiles(card, samples, values, [picked], key="picked", **shown)
    else:
        st.caption("Select a point to see its image, or walk through the images below.")
    left, right = st.columns(2)
    name = left.selectbox(
        "By the network", models, format_func=views.model_title, key="findings_by"
    )
    order = right.selectbox("Order", [LOWEST, HIGHEST], key="findings_order")
    st.caption(
        "Below an image: its value for each network's map, and whether that network's verdict is "
        "right (✓) or wrong (✗)."
    )
    own = defined[defined["model"] == name].sort_values("value", ascending=order == LOWEST)
    views.findings_tiles(
        card,
        samples,
        values,
        own["sample_id"].tolist(),
        key="tiles",
        turn=f"{place}_{name}_{order}",
        **shown,
    )


page()
