"""What this is, what the open store was trained on, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import state, views
from fascore.explain import EXPLAINERS
from fascore.labels import SPECIES_TITLES
from fascore.models import MODELS
from fascore.scores.score_text import threshold_text
from fascore.store import Card

PURPOSE = """
fascore asks whether attention makes a face anti-spoofing network better, and whether the
network's explanations show why. Four variants of one small network, the one of *Evaluate the
Efficacy of Attention Mechanisms in Face Anti-Spoofing With an Explainable AI Approach*, judge the
same 64 × 64 pixels of a face: **live** (bona fide) or **spoof** (an attack: a print, a replay on a
screen, a 3D mask).
"""
NETWORKS = """
**The networks.** The plain CNN stacks 3 × 3 convolutions up to an 8 × 8 map of 128 features.
*Channel* attention weighs the features ("what"), *spatial* attention weighs the places ("where"),
and the fourth network has both. Each gives P(spoof); at its threshold or above, the verdict is an
attack. The threshold is chosen on validation images, never on the test images, unless you set it by
hand. Six well-known networks can be trained beside them as baselines.

**Grad-CAM** weighs the last feature maps by their gradients: where the evidence for the class
comes from, at a coarse 8 × 8. **LIME** hides groups of similar pixels (superpixels) and fits a
linear model to how the verdict changes; all networks see the same hidden parts, and R² says how
well the linear model fits. **SHAP** shares the difference between this face's logit and the
average over background faces, f(x) − E f, among the pixels; how far the shares miss it is stated
below each map. LIME and SHAP are in logits, Grad-CAM in gradient times activation. Each method has
one colour scale, so its maps can be compared between networks, not with another method's.
"""
LIMITS = """
- Do **not** use it to decide whether a person is present, at a door, a phone or anywhere else.
- Demo weights were trained on simulated attacks. What was measured of them on real ones stands
  above each page; a demo score is never the accuracy of a detector.
- Networks that judge one frame do not generalise: systems under 4 % error on their own data err on
  16 to 23 % of another data set's faces. Even a small shift of the crop can turn a verdict.
- An explanation shows what a network used, not whether the verdict is right.
"""
PRIVACY = """
An uploaded or photographed face is biometric data. It stays in the server's memory for your
session, is never written to disk or to a log, and is gone when you remove it, choose another
picture or close the page. What is kept a little longer, in memory and in bounded number, are
results: boxes, scores and maps, under a hash of the picture. Usage statistics are off.
"""
LICENCES = """
fascore's own licence is in the file LICENSE. CelebA-Spoof is for non-commercial research only, and
no part of it is shipped here. MTCNN (package `mtcnn`, MIT) finds faces in uploaded pictures; the
explanations use `lime` (BSD) and `shap` (MIT), the pages Streamlit (Apache 2.0) and Plotly (MIT).
"""


def page() -> None:
    st.title("About fascore")
    st.markdown(PURPOSE)
    st.header("Networks and explanations")
    st.markdown(NETWORKS)
    st.caption(
        f"Networks: {', '.join(spec.title for spec in MODELS.values())}. "
        f"Explanations: {', '.join(kind.title for kind in EXPLAINERS.values())}."
    )
    st.header("What it must not be used for")
    st.markdown(LIMITS)
    st.header("Privacy")
    st.markdown(PRIVACY)
    st.header("Licences")
    st.markdown(LICENCES)
    st.header("The open store")
    store = views.open_store(state.store_path())
    cards, errors = views.cards_or_errors(store)
    views.demo_note(store, cards.values())
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    for data, names in by_data(cards).items():
        draw_data(data, cards[names[0]].data)
    draw_training(cards)


def by_data(cards: Mapping[str, Card]) -> dict[str, list[str]]:
    """Names of the models trained on each data set, by the data set's name."""
    groups: dict[str, list[str]] = {}
    for name, card in cards.items():
        groups.setdefault(card.data["name"], []).append(name)
    return groups


def draw_data(name: str, data: Mapping[str, Any]) -> None:
    """A data set's counts by split and PAI species."""
    origin = "simulated faces and attacks" if data["simulated"] else "photographs"
    st.markdown(f"**{name}**: {origin}; protocol *{data['protocol']}*. Images by split:")
    counts = data["counts"]
    species = [key for key in SPECIES_TITLES if any(key in split for split in counts.values())]
    views.table(
        ["Split", *(SPECIES_TITLES[key] for key in species)],
        [[split, *(str(row.get(key, 0)) for key in species)] for split, row in counts.items()],
    )


def draw_training(cards: Mapping[str, Card]) -> None:
    """How each model was trained."""
    if not cards:
        return
    st.markdown("**Training**")
    views.table(
        [
            "Network",
            "Recipe",
            "Seed",
            "Start",
            "Epochs",
            "Seconds",
            "Recorded threshold",
            "Finished",
        ],
        [training_row(name, card) for name, card in cards.items()],
    )
    software = next(iter(cards.values())).software
    st.caption(
        "Thresholds: "
        + "; ".join(sorted({recorded_rule(card) for card in cards.values()}))
        + ". Software: "
        + ", ".join(f"{name} {version}" for name, version in software.items())
        + "."
    )


def recorded_rule(card: Card) -> str:
    """How the threshold in a model's card was chosen."""
    if not card.threshold:
        return "not chosen yet"
    if "split" not in card.threshold:
        return card.threshold["rule"]
    return f"{card.threshold['rule']}, chosen on {card.threshold['split']}"


def training_row(name: str, card: Card) -> list[str]:
    """One model's training in the table's columns."""
    told = {
        key: str(card.training.get(key, "not recorded"))
        for key in ("recipe", "seed", "initial_weights", "epochs", "seconds", "finished")
    }
    return [
        views.model_title(name),
        told["recipe"],
        told["seed"],
        told["initial_weights"],
        told["epochs"],
        told["seconds"],
        threshold_text(card.threshold_value) if card.threshold else "not chosen",
        told["finished"][:10],
    ]


page()
