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
    _data_options(
        _command(commands, "audit", run_audit, "what a data set's global statistics give away")
    )
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


def run_simulate(options: argparse.Namespace) -> None:
    """`simulate`."""
    raise NotImplementedError


def run_audit(options: argparse.Namespace) -> None:
    """`audit`."""
    raise NotImplementedError
