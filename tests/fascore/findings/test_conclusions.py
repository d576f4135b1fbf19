from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fascore.findings.conclusions import conclude_attention, conclude_maps
from fascore.judging.planted import FAILS, FINDS, POOLED, UNTRIED
from fascore.models import VARIANTS
from fascore.stats.training_noise import training_noise

PLAIN, CHANNEL, SPATIAL, BOTH = VARIANTS
STEPS = np.array([0.0, 0.001, 0.002, 0.003, 0.004, 0.005])  # one network's runs, by seed


def noise(**above: float):
    """Runs that follow each other seed by seed, some variants above the plain network."""
    wobble = np.array([1, -1, 1, -1, 1, -1]) * 1e-4
    runs = {name: 0.9 + STEPS + above.get(name, 0) for name in VARIANTS}
    runs |= {name: runs[name] + (i + 1) * wobble for i, name in enumerate(VARIANTS)}
    return training_noise(pd.DataFrame(runs))


@pytest.mark.parametrize(
    ("above", "answer", "words"),
    [
        ({}, "cannot tell", "may be luck"),
        ({CHANNEL: 0.05, SPATIAL: 0.05, BOTH: 0.05}, "yes", f"{BOTH} is better by 5.0"),
        ({CHANNEL: -0.05, SPATIAL: -0.05, BOTH: -0.05}, "no", f"{CHANNEL} is worse by"),
        ({CHANNEL: 0.05, BOTH: -0.05}, "in part", f"{BOTH} is worse by"),
    ],
)
def test_attention_helps_where_variants_are_told_from_the_plain_network(above, answer, words):
    conclusion = conclude_attention(noise(**above))
    assert conclusion.answer == answer and words in conclusion.sentence


def test_one_training_of_each_says_nothing_about_attention():
    conclusion = conclude_attention(None)
    assert conclusion.answer == "cannot tell" and "trained once" in conclusion.sentence


def planted(**verdicts: list[str]) -> pd.DataFrame:
    rows = [
        {"model": POOLED, "method": method, "cue": str(cue), "verdict": verdict}
        for method, each in verdicts.items()
        for cue, verdict in enumerate(each)
    ]
    return pd.DataFrame([*rows, {**rows[0], "model": PLAIN, "verdict": FAILS}])


def claims(*answers: str):
    return {str(i): SimpleNamespace(answer=answer) for i, answer in enumerate(answers)}


@pytest.mark.parametrize(
    ("answers", "verdicts", "answer"),
    [
        (["yes", "yes"], {"lime": [FINDS, FINDS]}, "yes"),
        (["no", "cannot tell"], {"lime": [FAILS, FAILS]}, "no"),
        (["yes", "no"], {"lime": [FINDS, FINDS]}, "in part"),
        (["yes"], {"lime": [FINDS, FAILS]}, "in part"),
    ],
)
def test_maps_are_believed_by_what_they_find_and_what_holds(answers, verdicts, answer):
    assert conclude_maps(claims(*answers), planted(**verdicts)).answer == answer


def test_conclusion_on_maps_counts_what_was_tried():
    tried = planted(lime=[FINDS, FAILS, UNTRIED], shap=[FINDS, FINDS, UNTRIED])
    sentence = conclude_maps(claims("no", "yes", "cannot tell", "no"), tried).sentence
    assert "Of 2 planted cues these were found again: LIME 1, SHAP 2." in sentence
    assert "4 claims about its maps, 1 hold, 2 do not, 1 cannot be told." in sentence


def test_maps_that_were_never_judged_get_no_answer():
    assert conclude_maps(None, None).answer == "cannot tell"
    assert conclude_maps(None, planted(lime=[UNTRIED])).answer == "cannot tell"
