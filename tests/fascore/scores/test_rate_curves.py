import numpy as np
import pandas as pd
import pytest

from fascore.errors import FascoreError
from fascore.scores.evaluation import evaluate_scores, score_quality
from fascore.scores.rate_curves import (
    MAX_POINTS,
    corner_figure,
    corner_side,
    curve_points,
    roc_figure,
)


def evaluation(live, spoof, *, threshold=0.5):
    """A network with these scores of live faces and of prints."""
    table = pd.DataFrame({
        "spoof_score": [*live, *spoof],
        "label": [0] * len(live) + [1] * len(spoof),
        "subject": "",
        "spoof_type": [0] * len(live) + [1] * len(spoof),
        "pai_species": ["live"] * len(live) + ["print"] * len(spoof),
    })  # fmt: skip
    return evaluate_scores(score_quality(table), threshold=threshold)


def scores(high, low):
    """A hundred scores, `high` of them next to 1 and the others next to 0."""
    return [0.9 + 0.0001 * i for i in range(high)] + [0.1 + 0.0001 * i for i in range(low)]


GOOD = evaluation(scores(1, 99), scores(98, 2))  # 1 % rejected, 2 % accepted
FAIR = evaluation(scores(4, 96), scores(96, 4))


@pytest.mark.parametrize(
    ("measured", "side"),
    [
        ({"cnn": GOOD}, 0.05),  # twice the equal error rate of 2 %
        ({"cnn": GOOD, "cnn_channel": FAIR}, 0.1),  # the worse one's
        ({"cnn": evaluation(scores(1, 99), scores(98, 2), threshold=0.90025)}, 0.1),  # 5 % accepted
        ({"cnn": evaluation(scores(30, 70), scores(70, 30))}, None),
        ({"cnn": evaluation(scores(1, 99), [])}, None),  # no curve
    ],
)
def test_corner_holds_operating_points_and_twice_the_equal_error_rates(measured, side):
    assert corner_side(measured) == side


def test_corner_shows_what_the_roc_curve_does_there_and_where_it_comes_from():
    whole, corner = (draw({"cnn": GOOD}) for draw in (roc_figure, corner_figure))
    assert corner.layout.xaxis.range == (0, 0.05) and corner.layout.yaxis.range == (0.95, 1)
    points = set(zip(whole.data[0].x, whole.data[0].y, strict=True))
    near = set(zip(corner.data[0].x, corner.data[0].y, strict=True))
    assert near < points
    inside = {(x, y) for x, y in points if x <= 0.05 and y >= 0.95}
    assert inside < near and len(near) == len(inside) + 2  # one more on either side
    assert corner.data[1].x == whole.data[1].x  # the operating point


def test_corner_has_points_of_its_own_where_a_curve_has_too_many():
    rng = np.random.default_rng(0)
    many = evaluation(rng.beta(1, 30, 9000), rng.beta(30, 1, 9000))
    within = curve_points(many.quality.curve, within=0.02)
    assert len(curve_points(many.quality.curve)["bpcer"]) == MAX_POINTS
    inside = (within["bpcer"] <= 0.02) & (within["pooled_apcer"] <= 0.02)
    assert inside.sum() == len(inside) - 2 > MAX_POINTS / 4


def test_curves_that_differ_everywhere_have_no_corner():
    with pytest.raises(FascoreError, match="Use `roc_figure`"):
        corner_figure({"cnn": evaluation(scores(40, 60), scores(60, 40))})
