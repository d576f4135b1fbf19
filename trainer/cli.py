"""The command line: parse, one call, print."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported

from fascore.models import MODELS  # noqa: E402
from trainer.recipes import RECIPES  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code: 0 done, 2 bad input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ValueError as err:
        print(f"trainer {options.command}: {err}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\ntrainer {options.command}: interrupted; nothing half written.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _fit_options(_command(commands, "fit", run_fit, "train networks into a model store"))
    _data_options(
        _command(commands, "evaluate", run_evaluate, "score a store's networks, choose thresholds")
    )
    _simulate_options(
        _command(commands, "simulate", run_simulate, "make the demo data set of simulated faces")
    )
    audit = _command(commands, "audit", run_audit, "what a data set's global statistics give away")
    _data_options(audit)
    audit.add_argument("--card", type=Path, help="data card to put the numbers into")
    return parser


EXAMPLES = {
    "fit": "python -m trainer fit --data CelebA_Spoof --store runs/celeba",
    "evaluate": "python -m trainer evaluate --data CelebA_Spoof --store runs/celeba",
    "simulate": "python -m trainer simulate --out assets/demo --identities 600 --seed 1",
    "audit": "python -m trainer audit --data assets/demo/faces.zip --store assets/models/demo",
}


def _command(
    commands: argparse._SubParsersAction,
    name: str,
    run: Callable[[argparse.Namespace], None],
    help: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=help, description=f"{help.capitalize()}.", epilog=f"Example: {EXAMPLES[name]}"
    )
    parser.set_defaults(run=run)
    return parser


def _data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, help="CelebA-Spoof, unpacked, or a .zip in its layout"
    )
    parser.add_argument("--store", type=Path, required=True, help="folder of trained models")


def _fit_options(parser: argparse.ArgumentParser) -> None:
    _data_options(parser)
    parser.add_argument(
        "--models", nargs="+", choices=MODELS, default=list(MODELS), help="default: all of them"
    )
    parser.add_argument("--recipe", choices=RECIPES, default="paper", help="default: paper")
    parser.add_argument("--epochs", type=int, help="at most so many; default: the recipe's")
    parser.add_argument("--seed", type=int, default=0, help="of weights and order; default: 0")
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"),
        default="auto",
        help="of the arithmetic while training; weights are always float32; default: auto",
    )


def run_fit(options: argparse.Namespace) -> None:
    """`fit`."""
    from trainer.data import open_faces
    from trainer.fit import choose_precision, fit

    recipe = RECIPES[options.recipe]
    if options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    fit(
        open_faces(options.data),
        options.store,
        models=options.models,
        recipe=recipe,
        seed=options.seed,
        precision=choose_precision(options.precision),
    )


def run_evaluate(options: argparse.Namespace) -> None:
    """`evaluate`."""
    from trainer.data import open_faces
    from trainer.evaluate import evaluate

    faces = open_faces(options.data)
    table = evaluate(faces, options.store)
    print(f"\nTest split of {faces.source.name}, threshold chosen on validation:")
    print(table.round(4).to_string())


def _simulate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder for the data set")
    parser.add_argument("--identities", type=int, default=600, help="people; default: 600")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--jobs", type=int, help="worker processes; default: one a core")
    parser.add_argument("--assets", type=Path, help="folder for the fetched head assets")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet (PNG) here")


def run_simulate(options: argparse.Namespace) -> None:
    """`simulate`."""
    from PIL import Image
    from tqdm import tqdm

    from trainer.simulate import Settings, contact_sheet, simulate, write_card

    settings = Settings(identities=options.identities, seed=options.seed)
    simulate(
        options.out,
        settings,
        jobs=options.jobs,
        assets=options.assets,
        progress=lambda people, total: tqdm(people, total=total, unit="person"),
    )
    write_card(options.out, settings)
    if options.sheet:
        Image.fromarray(contact_sheet(options.out)).save(options.sheet)
    print(f"Data set and data card written to {options.out}.")


def run_audit(options: argparse.Namespace) -> None:
    """`audit`."""
    from fascore.samples import FaceData
    from fascore.store import Store
    from trainer.evaluate import auc_by_species
    from trainer.simulate import add_measurements, audit

    source = FaceData(options.data)
    statistics, networks = audit(source), auc_by_species(Store(options.store))
    print(f"AUC on the test split of {source.name}, unseen subjects.")
    print(f"\nLogistic regression on 13 global statistics:\n{statistics.round(3).to_string()}")
    print(f"\nNetworks of the store:\n{networks.round(4).to_string()}")
    if options.card:
        add_measurements(options.card, statistics, networks)
