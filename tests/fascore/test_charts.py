import plotly.graph_objects as go
import pytest

from fascore.charts import GROUND, INK, network_style, on_dark, other_style
from fascore.models import MODELS, VARIANTS


def test_each_network_is_drawn_unlike_the_others_without_its_colour_too():
    styles = [network_style(name) for name in MODELS]
    assert len({(style.colour, style.dash) for style in styles}) == len(MODELS)
    assert len({(style.dash, style.symbol) for style in styles}) == len(MODELS)


def test_what_is_no_network_has_no_variants_colour():
    variants = {network_style(name).colour for name in VARIANTS}
    others = [other_style(number) for number in range(6)]
    assert not variants & {style.colour for style in others}
    assert len(set(others)) == len(others)


def test_pairs_of_networks_are_told_apart_by_their_number():
    assert network_style("cnn/cnn_spatial", 0) != network_style("cnn/cnn_channel", 1)


@pytest.fixture
def figure():
    layout = {"font": {"color": INK}, "paper_bgcolor": GROUND, "title": {"text": "ink"}}
    return go.Figure(go.Scatter(x=[1], y=[2], line={"color": "#0072B2"}), layout)


def test_dark_ground_changes_colours_and_nothing_else(figure):
    dark = on_dark(figure)
    assert (dark.data[0].x[0], dark.data[0].y[0], dark.layout.title.text) == (1, 2, "ink")
    assert dark.layout.font.color != INK and dark.data[0].line.color != "#0072B2"
    assert figure.layout.font.color == INK  # caches share it
