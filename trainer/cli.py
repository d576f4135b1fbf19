"""The command line: parse, one call, print."""

from __future__ import annotations

import argparse
import errno
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fascore.errors import FascoreError
from trainer import commands, options, score_commands

# Nothing imported above imports TensorFlow: it takes seconds, and prints before it reads this.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its hints break progress bars


NO_SPACE = os.strerror(errno.ENOSPC)
NO_PLACE = (PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError)
INSTALLED = "fascore-trainer"  # the command that comes with the package
ON = "The same command goes on from here."
AGAIN = "The same command makes anew what was finished, too, and goes on where it was stopped."


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns the exit code: 0 done, 1 no space left or a store that is not whole (`check`), 2 bad
    input, 130 interrupted.
    """
    _print_anything()
    given = _parser().parse_args(_renamed(sys.argv[1:] if arguments is None else arguments))
    try:
        _check_paths(given)
        code: int | None = given.run(given)
    except FascoreError as err:
        return _fail(given, str(err), 2)
    except KeyboardInterrupt:
        return _fail(given, f"interrupted. {AGAIN if getattr(given, 'again', False) else ON}", 130)
    except NO_PLACE as err:
        return _fail(
            given,
            f"Expected a path that can be read and written so. Received: {err.filename} "
            f"({err.strerror}). Give another path, or change who may use this one.",
            2,
        )
    except Exception as err:  # the disk is full: OSError, or an error of TensorFlow's own
        if NO_SPACE not in str(err):
            raise
        return _fail(
            given,
            "Expected room on the disk. Received: none left. What was finished before is kept: "
            "make room and give the same command again.",
            1,
        )
    return code or 0


def _check_paths(given: argparse.Namespace) -> None:
    """Refuses at once a path that TensorFlow could not write to after hours."""
    for path in vars(given).values():
        if isinstance(path, Path):
            try:
                str(path).encode()
            except UnicodeEncodeError as err:  # its bytes are no UTF-8, or the locale knows none
                raise FascoreError(
                    f"Expected a path in UTF-8. Received: {str(path)!r}. Rename the folder, or "
                    "give the command in a UTF-8 locale, such as LC_ALL=C.UTF-8."
                ) from err


def _print_anything() -> None:
    """Letters that a terminal's encoding lacks are printed as escapes, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a test or a notebook puts there
            stream.reconfigure(errors="backslashreplace")


def _renamed(arguments: Sequence[str]) -> list[str]:
    """The arguments, with an old command's name replaced by today's."""
    return [OLD_NAMES.get(name, name) for name in arguments[:1]] + list(arguments[1:])


def _fail(given: argparse.Namespace, sentence: str, code: int) -> int:
    print(f"trainer {given.command}: {sentence}", file=sys.stderr)
    return code


@dataclass(frozen=True)
class Command:
    """One command: what it does, in words and in code, its options, and how it is called."""

    help: str
    run: Callable[[argparse.Namespace], int | None]
    options: Callable[[argparse.ArgumentParser], None]
    example: str


COMMANDS = {
    "prepare": Command(
        "crop a data set into a build to train on",
        commands.run_prepare,
        options.prepare_options,
        "--root CelebA_Spoof --out builds/celeba",
    ),
    "fit": Command(
        "train networks into a model store",
        commands.run_fit,
        options.fit_options,
        "--data builds/celeba --store runs/celeba --models variants",
    ),
    "evaluate": Command(
        "score a store's networks and choose their thresholds",
        score_commands.run_evaluate,
        options.evaluate_options,
        "--data builds/celeba --store runs/celeba",
    ),
    "import-scores": Command(
        "put another detector's scores beside a store's networks",
        score_commands.run_import_scores,
        options.import_scores_options,
        '--store runs/celeba --name "my detector" scores.csv',
    ),
    "study": Command(
        "train each variant several times: the training's own noise",
        commands.run_study,
        options.study_options,
        "--data builds/celeba --store runs/celeba --seeds 5",
    ),
    "judge": Command(
        "judge a store's explanations over a test set",
        commands.run_judge,
        options.judge_options,
        "--store runs/celeba --split test --limit 400",
    ),
    "plant": Command(
        "plant evidence that networks learn, and see which explainers find it",
        commands.run_plant,
        options.plant_options,
        "--data builds/celeba --store runs/celeba --images 30",
    ),
    "report": Command(
        "write a store's numbers into one file",
        commands.run_report,
        options.report_options,
        "--store runs/celeba --out report.html",
    ),
    "check": Command(
        "say what of a store is whole, what is stale and what to run",
        commands.run_check,
        options.check_options,
        "--store runs/celeba --data builds/celeba",
    ),
    "refresh": Command(
        "prepare, fit and evaluate what is not yet",
        commands.run_refresh,
        options.refresh_options,
        "--root CelebA_Spoof --store runs/celeba",
    ),
    "simulate": Command(
        "make the demo data set of simulated faces",
        commands.run_simulate,
        options.simulate_options,
        "--out assets/demo --identities 600 --seed 1",
    ),
    "audit": Command(
        "what a data set's global statistics give away",
        commands.run_audit,
        options.audit_options,
        "--root assets/demo/faces.zip --store assets/models/demo",
    ),
}


# Names of before 0.2: they work for one more release, and no help shows them.
OLD_NAMES = {"explain": "judge", "trial": "plant"}


def _parser() -> argparse.ArgumentParser:
    typed = Path(sys.argv[0]).stem
    program = typed if typed == INSTALLED else "python -m trainer"
    parser = argparse.ArgumentParser(prog=program, description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(
            name,
            help=command.help,
            description=f"{command.help.capitalize()}.",
            epilog=f"Example: {program} {name} {command.example}",
        )
        command.options(subparser)
        subparser.set_defaults(run=command.run)
    return parser
