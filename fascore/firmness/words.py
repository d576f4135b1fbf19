"""How firm each network's verdict is, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fascore.firmness.trials import Firmness
from fascore.sentences import joined


def firmness_words(firmness: Firmness) -> str:
    """How many trials turn one network's verdict, and the smallest that does.

    Examples
    --------
    >>> import numpy as np
    >>> from fascore.firmness.trials import trials
    >>> tried = trials(1.5)[:3]
    >>> firmness_words(Firmness(tried, 0.9, np.array([0.8, 0.4, 0.3]), 0.5))
    '2 of 3 changes turn its verdict, the smallest: crop 1.25 times the face.'
    """
    turned = int(firmness.turned.sum())
    if firmness.first is None:
        return f"None of {len(firmness.trials)} changes turns its verdict."
    verb = "turns" if turned == 1 else "turn"
    return (
        f"{turned} of {len(firmness.trials)} changes {verb} its verdict, "
        f"the smallest: {firmness.first.words}."
    )


def least_firm_words(firmness: Mapping[str, Firmness], *, title: Callable[[str], str] = str) -> str:
    """Which network's verdict is turned most often, in a sentence.

    Parameters
    ----------
    firmness : mapping of str to Firmness
        By network, at least one.
    title : callable
        A network's name as it is shown.
    """
    shares = {name: float(of.turned.mean()) for name, of in firmness.items()}
    worst = max(shares.values())
    if worst == 0:
        count = len(next(iter(firmness.values())).trials)
        return f"None of {count} small changes of the picture turns any of these verdicts."
    least = [name for name, share in shares.items() if share == worst]
    count = len(firmness[least[0]].trials)
    turned = round(worst * count)
    if len(least) == 1:
        return f"The least firm is {title(least[0])}: {firmness_words(firmness[least[0]])}"
    if len(least) == len(firmness):
        who, firm = "All verdicts", "equally firm"
    else:
        who, firm = joined([title(name) for name in least]), "the least firm"
    return f"{who} are {firm}: {turned} of {count} changes turn each verdict."
