"""What a store's numbers answer to the two questions: does attention help, do maps deserve belief?

Each answer follows from a rule over numbers that were measured; its sentence holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from fascore.explain import method_title
from fascore.findings.claims import Claim
from fascore.findings.questions import PLAIN
from fascore.judging.planted import FAILS, FINDS, POOLED
from fascore.stats.intervals import CONFIDENCE
from fascore.stats.training_noise import TrainingNoise

Answer = Literal["yes", "no", "in part", "cannot tell"]
Title = Callable[[str], str]


@dataclass(frozen=True)
class Conclusion:
    """A question with its answer and the reason in words."""

    question: str
    answer: Answer
    sentence: str


def conclude_attention(
    noise: TrainingNoise | None, title: Title = str, *, alpha: float = 1 - CONFIDENCE
) -> Conclusion:
    """Whether attention helps, from several trainings of each variant.

    Yes where variants are told from the plain CNN seed by seed and all of these are better, no
    where all are worse, in part where some are and some are worse. Cannot tell where none is, where
    the variants as a whole may be alike, or where each was trained once (`noise` is None).
    """
    question = "Does attention help?"
    if noise is None:
        why = "Each variant was trained once: a better one cannot be told from a luckier training."
        return Conclusion(question, "cannot tell", why)
    runs = f"Over {len(noise.accuracy)} trainings of each variant"
    if noise.test.p >= alpha:
        why = f"{runs}, the differences between variants may be luck (p = {noise.test.p:.2g})."
        return Conclusion(question, "cannot tell", why)
    gains = {
        pair.second: pair.interval.estimate
        for pair in noise.differences
        if pair.first == PLAIN and pair.p < alpha
    }
    if not gains:
        why = (
            f"{runs}, there is evidence that the variants differ (p = {noise.test.p:.2g}), but "
            "none can be told from the plain network."
        )
        return Conclusion(question, "cannot tell", why)
    parts = [
        f"{title(name)} is {'better' if gain > 0 else 'worse'} by {abs(gain):.2%}"
        for name, gain in gains.items()
    ]
    signs = {gain > 0 for gain in gains.values()}
    answer: Answer = "in part" if len(signs) > 1 else "yes" if True in signs else "no"
    return Conclusion(question, answer, f"{runs}, against the plain network {'; '.join(parts)}.")


def conclude_maps(claims: Mapping[str, Claim] | None, planted: pd.DataFrame | None) -> Conclusion:
    """Whether the maps deserve belief: evidence found where it is known, and claims that hold.

    Yes where every method finds every planted cue that was tried and every claim holds, no where
    none finds any and none holds, in part otherwise. Cannot tell where neither was measured.

    Parameters
    ----------
    claims : dict of str to Claim, optional
        `fascore.findings.claims.answer_claims`.
    planted : DataFrame, optional
        `fascore.judging.planted.summarise_planted`.
    """
    outcomes, parts = [], []
    tried = _tried(planted)
    if not tried.empty:
        found = tried["verdict"] == FINDS
        outcomes += found.tolist()
        names = tried["method"].unique()
        counts = [f"{method_title(name)} {found[tried['method'] == name].sum()}" for name in names]
        cues = tried["cue"].nunique()
        parts.append(f"Of {cues} planted cues these were found again: {', '.join(counts)}.")
    if claims:
        answers = [claim.answer for claim in claims.values()]
        outcomes += [answer == "yes" for answer in answers]
        parts.append(
            f"Of the paper's {len(answers)} claims about its maps, {answers.count('yes')} hold, "
            f"{answers.count('no')} do not, {answers.count('cannot tell')} cannot be told."
        )
    question = "Can the maps be believed?"
    if not outcomes:
        return Conclusion(question, "cannot tell", "The maps of this store have not been judged.")
    answer: Answer = "yes" if all(outcomes) else "in part" if any(outcomes) else "no"
    return Conclusion(question, answer, " ".join(parts))


def _tried(planted: pd.DataFrame | None) -> pd.DataFrame:
    """Each method's verdict on each cue over all networks, where there is one."""
    if planted is None:
        return pd.DataFrame()
    return planted[(planted["model"] == POOLED) & planted["verdict"].isin([FINDS, FAILS])]
