"""What each command does: one call, and what it prints."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from fascore.errors import FascoreError
from fascore.explain import EXPLAINERS, Explainer
from fascore.models import BASELINES, MODELS
from fascore.scores.thresholds import ThresholdChoice, recorded_rule
from trainer.recipes import RECIPES, Plan, PlantRecipe, Recipe
from trainer.score_commands import evaluate_own
from trainer.shared_options import MODEL_GROUPS, samples_option


def run_prepare(options: argparse.Namespace) -> None:
    """`prepare`."""
    from trainer.prepare import prepare
    from trainer.summary import summary

    build = prepare(
        options.root,
        options.out,
        protocol=options.protocol,
        limit=options.limit,
        size=options.size,
        crop_expansion=options.crop_expansion,
        seed=options.seed,
        without_face=options.without_face,
        jobs=options.jobs,
        beam=options.beam,
        again=options.again,
    )
    print(f"\n{summary(build)}")


def run_fit(options: argparse.Namespace) -> None:
    """`fit`."""
    from trainer.build import Prepared
    from trainer.distribution import choose_precision, choose_strategy
    from trainer.fit import fit

    names = _chosen_models(options.models)
    _check_weights_option(options.weights, names)
    strategy = choose_strategy()  # first: TensorFlow's cluster starts before anything else of it
    fit(
        Prepared(options.data),
        options.store,
        models=names,
        recipe=_chosen_recipe(options),
        seed=options.seed,
        precision=choose_precision(options.precision),
        weights=options.weights or "imagenet",
        again=options.again,
        strategy=strategy,
    )


def _chosen_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe named, with what the options change of it."""
    changed = {
        name: value
        for name in ("epochs", "batch_size", "learning_rate", "augment")
        if (value := getattr(options, name)) is not None
    }
    return replace(RECIPES[options.recipe], **changed)


def _chosen_models(chosen: Sequence[str]) -> list[str]:
    """The models named, groups spelt out, in the registry's order."""
    named = {name for choice in chosen for name in MODEL_GROUPS.get(choice, [choice])}
    return [name for name in MODELS if name in named]


def _check_weights_option(weights: str | None, names: Sequence[str]) -> None:
    baselines = [name for name in names if name in BASELINES]
    if weights == "imagenet" and not baselines:
        raise FascoreError(
            "Expected a baseline among --models for --weights imagenet. Received: only variants, "
            "for which there are none. Leave --weights out."
        )
    is_file = weights not in (None, "imagenet", "none") and not Path(str(weights)).is_dir()
    if is_file and len(names) > 1:
        raise FascoreError(
            f"Expected one model for --weights {weights}. Received: {len(names)} models. "
            "Name the one the file is for with --models, or give a store that has them all."
        )


def run_study(options: argparse.Namespace) -> None:
    """`study`."""
    from trainer.build import Prepared
    from trainer.distribution import choose_precision, choose_strategy
    from trainer.study import study, summary

    strategy = choose_strategy()
    noise = study(
        Prepared(options.data),
        options.store,
        seeds=options.seeds,
        recipe=_chosen_recipe(options),
        precision=choose_precision(options.precision),
        again=options.again,
        strategy=strategy,
    )
    print(f"\n{summary(noise)}")


def run_judge(options: argparse.Namespace) -> None:
    """`judge`."""
    from fascore.data import open_data
    from fascore.evaluation_sets import on_set, open_set
    from fascore.explain import TARGETS
    from fascore.judging.judge import Judge
    from fascore.store import Store
    from trainer.judge import judge_explanations, summary

    tested = open_set(Store(options.store), options.test_set)
    store = on_set(Store(options.store), options.test_set)
    if not tested.is_own and options.split != "test":
        raise FascoreError(
            f"Expected --split test with --test-set, for {tested.title} has no other. Received: "
            f"{options.split}. Leave --split out."
        )
    names = [name for name in _chosen_models(options.models) if name in store.loadable_names]
    if not names:
        raise FascoreError(
            f"Expected weights of the models named in {options.store}. Received: none of them. "
            "Train them with `python -m trainer fit`."
        )
    results = judge_explanations(
        store,
        open_data(options.root or tested.pictures),
        models=names,
        explainers=_chosen_explainers(options),
        judge=Judge(TARGETS[options.target], options.steps, options.draws, options.seed),
        plan=Plan(options.split, options.limit, options.repeats, options.sanity, options.seed),
        title="" if tested.is_own else tested.title,
        again=options.again,
    )
    print("\n".join(summary(results)))


def _chosen_explainers(options: argparse.Namespace) -> list[Explainer]:
    """The explainers asked for, with the numbers of samples that the options ask for."""
    return [
        kind(**{kind.sample_field: getattr(options, samples_option(kind))})
        if kind.sample_field
        else kind()
        for kind in (EXPLAINERS[name] for name in dict.fromkeys(options.methods))
    ]


def run_plant(options: argparse.Namespace) -> None:
    """`plant`."""
    from trainer.build import Prepared
    from trainer.plant import plant_cues, summary

    settings = {own.name: getattr(options, own.name) for own in fields(PlantRecipe)}
    table = plant_cues(
        Prepared(options.data),
        options.store,
        recipe=PlantRecipe(**settings),
        explainers=_chosen_explainers(options),
        models=_chosen_models(options.models),
        again=options.again,
    )
    print(f"\n{summary(table)}")


def run_report(options: argparse.Namespace) -> None:
    """`report`."""
    from fascore.files import write_json, write_whole
    from fascore.report import store_report
    from fascore.store import Store

    store = Store(options.store)
    rule = options.threshold_rule or recorded_rule(store.whole_cards()[0].values())
    choice = ThresholdChoice(rule, options.threshold)
    page, numbers = store_report(store, choice, options.test_set)
    write_whole(options.out, lambda path: path.write_text(page, encoding="utf-8"))
    print(f"Report of {len(numbers['models'])} models written to {options.out}.")
    if options.json:
        write_json(options.json, numbers)
        print(f"Its numbers written to {options.json}.")


def run_check(options: argparse.Namespace) -> int:
    """`check`; 1 where anything is not whole."""
    from trainer.build import Prepared
    from trainer.check import WHOLE, check_store, table

    parts = check_store(options.store, Prepared(options.data) if options.data else None)
    print(table(parts))
    return int(any(part.state != WHOLE for part in parts))


def run_refresh(options: argparse.Namespace) -> None:
    """`refresh`."""
    options.out = options.out or options.store.parent / "builds" / options.store.name
    options.data = options.out
    _check_weights_option(options.weights, _chosen_models(options.models))
    run_prepare(options)
    run_fit(options)
    evaluate_own(options)


def run_simulate(options: argparse.Namespace) -> None:
    """`simulate`."""
    from PIL import Image
    from tqdm import tqdm

    from trainer.simulate import (
        PhotoSettings,
        Settings,
        contact_sheet,
        simulate,
        simulate_on_photographs,
        write_data_card,
    )

    shared = {
        "jobs": options.jobs,
        "progress": lambda people, total: tqdm(people, total=total, unit="person"),
    }
    if options.portraits:
        photo_settings = PhotoSettings(seed=options.seed)
        tables = {"boxes": options.boxes, "mattes": options.mattes}
        simulate_on_photographs(
            options.out, options.portraits, settings=photo_settings, **tables, **shared
        )
        made = "Data set"
    else:
        settings = Settings(identities=options.identities, seed=options.seed)
        simulate(options.out, settings, assets=options.assets, **shared)
        write_data_card(options.out, settings)
        made = "Data set and data card"
    if options.sheet:
        Image.fromarray(contact_sheet(options.out)).save(options.sheet)
    print(f"{made} written to {options.out}.")


def run_audit(options: argparse.Namespace) -> None:
    """`audit`."""
    from fascore.data import open_data
    from fascore.store import Store
    from trainer.evaluate import auc_by_species
    from trainer.simulate import add_measurements, audit

    source = open_data(options.root)
    statistics = audit(source)
    print(f"AUC on the test split of {source.name}, unseen subjects.")
    print(f"\nLogistic regression on 13 global statistics:\n{statistics.round(3).to_string()}")
    if not options.store:
        return
    networks = auc_by_species(Store(options.store))
    print(f"\nNetworks of the store:\n{networks.round(4).to_string()}")
    if options.card:
        add_measurements(options.card, statistics, networks)
