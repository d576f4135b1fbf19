"""Whether whoever sees colours differently tells the charts' colours apart."""

import json
from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from dashboard.views.style import INKS
from fascore.charts import INK, LINES, TURNED, on_dark, style
from fascore.judging.curve_figure import STYLES
from fascore.scores.curves import SPECIES_BARS

# Machado, Oliveira and Fernandes 2009, severity 1, of linear RGB
EYES = {
    "common": np.eye(3),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
}  # fmt: skip
APART = 10  # CIEDE2000; 1 is just seen side by side
PALETTES = {
    "networks, and a verdict that turned": (*LINES, TURNED),
    "kinds of attack": tuple(colour for colour, _ in SPECIES_BARS.values()),
    "a map's curves": tuple(line["color"] for _, line in STYLES.values()),
    "trials and their threshold": (*LINES[:4], TURNED, INK),
}


def seen(colour: str, eye: str) -> np.ndarray:
    """A colour as an eye sees it, in CIELAB."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    mixed = np.clip(EYES[eye] @ linear, 0, 1)
    coded = np.where(mixed <= 0.0031308, mixed * 12.92, 1.055 * mixed ** (1 / 2.4) - 0.055)
    return rgb2lab(coded)


def distance(first: str, second: str, eye: str) -> float:
    return float(deltaE_ciede2000(seen(first, eye), seen(second, eye)))


def dark(colours: tuple[str, ...]) -> tuple[str, ...]:
    """The colours that stand for these on dark ground."""
    import plotly.graph_objects as go

    figure = on_dark(go.Figure(layout={"colorway": list(colours)}))
    return tuple(json.loads(figure.to_json())["layout"]["colorway"])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("ground", [tuple, dark], ids=["on light", "on dark"])
@pytest.mark.parametrize("palette", PALETTES)
def test_colours_of_a_chart_are_told_apart_by_every_eye(palette, ground, eye):
    pairs = combinations(ground(PALETTES[palette]), 2)
    near = {pair: distance(*pair, eye) for pair in pairs if distance(*pair, eye) < APART}
    assert near == {}


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("ground", [0, 1], ids=["on light", "on dark"])
def test_live_and_spoof_are_far_apart_for_every_eye(ground, eye):
    assert distance(INKS["live"][ground], INKS["spoof"][ground], eye) > 4 * APART


def test_a_red_and_a_green_that_one_eye_confuses_are_found():
    assert distance("#C04000", "#7A7000", "common") > 3 * APART
    assert distance("#C04000", "#7A7000", "deuteranopia") < APART


def test_networks_that_share_a_colour_differ_in_dash_and_mark():
    first, again = style(0), style(len(LINES))
    assert first.colour == again.colour and first.dash != again.dash
