"""What the commands that score networks do: one call, and what it prints."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fascore.errors import FascoreError

if TYPE_CHECKING:  # slow to import
    import pandas as pd

    from trainer.build import Prepared


def run_evaluate(options: argparse.Namespace) -> None:
    """`evaluate`: on the networks' own build, or with --as on another data set."""
    if options.name is not None:
        _evaluate_set(options)
        return
    if options.data is None:
        raise FascoreError(
            "Expected --as NAME beside --root: what to call the test set in the store. Received: "
            "none. Add it; the networks' own build is given with --data."
        )
    given = {
        "--split": options.split,
        "--describe": options.describe,
        "--real-presentations": options.real_presentations,
        "--scores-only": options.scores_only,
    }
    if extra := [option for option, value in given.items() if value]:
        raise FascoreError(
            f"Expected {extra[0]} with --as, for another data set. Received: no --as. Add it, or "
            f"leave {extra[0]} out."
        )
    evaluate_own(options, rule=options.threshold_rule, tone=options.tone)


def evaluate_own(
    options: argparse.Namespace, *, rule: str | None = None, tone: bool = False
) -> None:
    """Scores the store on its own build; what is damaged is named at the end."""
    from fascore.store import Store
    from trainer.build import Prepared
    from trainer.evaluate import evaluate
    from trainer.tone_scores import write_own_tone

    build = Prepared(options.data)
    table, damaged = evaluate(build, options.store, rule=rule, again=options.again)
    if tone:
        write_own_tone(build, Store(options.store), again=options.again)
    if len(table):
        _print_metrics(build, table)
    if damaged:
        raise FascoreError(" ".join(damaged))


def _print_metrics(build: Prepared, table: pd.DataFrame) -> None:
    from fascore.scores.score_text import threshold_text

    print(f"\nTest split of {build.name} ({build.config.protocol} protocol), ", end="")
    print("threshold chosen on validation, beside the paper's figures on its own test images:")
    for group in dict.fromkeys(table.columns.get_level_values(0)):
        text = table[group].to_string(
            float_format="{:.4f}".format, formatters={"threshold": threshold_text}
        )
        print(f"\n{group}\n{text}")


def _evaluate_set(options: argparse.Namespace) -> None:
    """Scores the store on another data set."""
    if options.threshold_rule:
        raise FascoreError(
            "Expected --threshold-rule without --as: another data set has the thresholds of the "
            f"store's own validation. Received: --as {options.name}. Leave --threshold-rule out."
        )
    from fascore.store import Store
    from trainer.build import Prepared
    from trainer.evaluate_set import SetRecord, evaluate_root, evaluate_set, table_text
    from trainer.set_images import images_of_build

    store = Store(options.store)
    record = SetRecord(
        options.name, options.describe, options.real_presentations, options.scores_only
    )
    if options.data:
        images = images_of_build(Prepared(options.data), options.split)
        table = evaluate_set(images, store, record, again=options.again, tone=options.tone)
    else:
        table = evaluate_root(
            options.root,
            store,
            record,
            split=options.split,
            without_face=options.without_face,
            jobs=options.jobs,
            again=options.again,
            tone=options.tone,
        )
    print(f"\n{table_text(store, options.name, table)}")


def run_import_scores(options: argparse.Namespace) -> None:
    """`import-scores`."""
    from fascore.outside_scores import import_scores
    from fascore.store import Store

    detector = import_scores(
        Store(options.store),
        options.name,
        options.scores,
        name=options.test_set,
        threshold=options.threshold,
        rule=options.rule,
        again=options.again,
    )
    print(f"{detector.title}: {len(detector.scored):,} scores are in {options.store}.")
