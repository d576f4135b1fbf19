"""Commands killed at random moments and given again: `python -m benchmarks.killed [--points N]`.

Each command of the trainer runs on a tiny data set: twice undisturbed, then once for each point,
where SIGKILL ends it after a random share of the undisturbed time and the same command is given
again. The table says at how many points the files at the end are those of the undisturbed run, and
below it stands which differ. Exits with 1 if any do. The same seed draws the same shares; how far a
command has come by then depends on the machine.

What is compared are the bytes, but for times, and a network is its configuration and its weights:
`fascore`'s own digests of files become the names of these files, so that a record of a file that is
not there is a difference. TensorBoard's logs are left out. `--commands` names those to try.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.same_files import contents
from tests.faces_zip import write_faces_zip
from trainer.cli import main as trainer

FACES = "faces.zip"
QUICK = "--recipe demo --epochs 3 --batch-size 11 --precision float32"
FIT = f"{QUICK} --models cnn cnn_channel"
# imported once, in a process that does nothing else, and each command is a fork of that: importing
# TensorFlow takes longer than most of these commands
PRELOADED = [
    "trainer.prepare",
    "trainer.study",
    "trainer.judge",
    "trainer.plant",
    "lime.lime_image",
    "shap",
]


@dataclass(frozen=True)
class Case:
    """A command in a folder where those named in `after` have run."""

    arguments: str
    after: tuple[str, ...] = ()


CASES = {
    "prepare": Case(f"prepare --root {FACES} --out build --protocol official --jobs 2"),
    "fit": Case(f"fit --data build --store store {FIT}", ("prepare",)),
    "evaluate": Case("evaluate --data build --store store", ("prepare", "fit")),
    "judge": Case(
        "judge --store store --limit 4 --methods grad_cam lime shap --lime-samples 20 "
        "--shap-samples 10 --steps 2 --draws 1 --repeats 1 --sanity 0",
        ("prepare", "fit", "evaluate"),
    ),
    "plant": Case(
        "plant --data build --store store --models cnn cnn_channel --methods grad_cam lime "
        "--lime-samples 20 --images 4 --faces 12 --epochs 1",
        ("prepare", "fit", "evaluate"),
    ),
    "study": Case(
        "study --data build --store store --seeds 2 --recipe demo --epochs 1 --precision float32",
        ("prepare", "fit", "evaluate"),
    ),
    "refresh": Case(f"refresh --root {FACES} --store store --protocol official --jobs 2 {FIT}"),
}


@dataclass
class Outcome:
    """What became of one command at its points."""

    seconds: float
    killed: int = 0
    same: int = 0
    other: list[str] = field(default_factory=list)


class Runner:
    """Runs commands of the trainer, each in a process of its own that it can kill."""

    def __init__(self) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)

    def start(self, arguments: Sequence[str], folder: Path) -> BaseProcess:
        """A command that runs in a folder; what it prints goes to a file beside that."""
        log = folder.with_suffix(".log")
        process = self._context.Process(target=_command, args=(arguments, folder, log))
        process.start()
        return process

    def run(self, arguments: str, folder: Path, *, kill_after: float | None = None) -> int | None:
        """The exit code of a command; -9 where it was killed before it ended.

        Only the process itself is killed: its worker processes have to end by themselves.
        """
        process = self.start(arguments.split(), folder)
        process.join(kill_after)
        process.kill()
        process.join()
        return process.exitcode

    def finish(self, arguments: str, folder: Path) -> float:
        """Seconds that a command took; RuntimeError with what it printed where it failed."""
        start = time.monotonic()
        if code := self.run(arguments, folder):
            said = folder.with_suffix(".log").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"`{arguments}` ended with {code}:\n{said}")
        return time.monotonic() - start


def _command(arguments: Sequence[str], folder: Path, log: Path) -> None:
    os.chdir(folder)
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    sys.exit(trainer(arguments))


def try_command(
    name: str, runner: Runner, place: Path, *, points: int, rng: np.random.Generator
) -> Outcome:
    """Runs one command undisturbed and killed, in a folder below `place`."""
    case = CASES[name]
    before = _before(case, runner, place)
    folder = _copy(before, place)
    seconds = runner.finish(case.arguments, folder)
    whole = contents(folder)
    folder = _copy(before, place)
    outcome = Outcome(min(seconds, runner.finish(case.arguments, folder)))
    if differing := whole ^ contents(folder):
        outcome.other.append(f"undisturbed: {_names(differing)}")
    for number, share in enumerate(tqdm(rng.random(points), desc=name, unit="point")):
        folder = _copy(before, place)
        code = runner.run(case.arguments, folder, kill_after=share * outcome.seconds)
        outcome.killed += code == -signal.SIGKILL
        if told := _difference(case, runner, folder, whole):
            outcome.other.append(f"point {number}, at {share:.2f} of the time: {told}")
            folder.rename(place / f"{name}-{number}")
        else:
            outcome.same += 1
    return outcome


def _difference(case: Case, runner: Runner, folder: Path, whole: set[tuple[str, str]]) -> str:
    """Gives a command that was killed again; how its files then differ from the whole run's."""
    try:
        runner.finish(case.arguments, folder)
    except RuntimeError as err:
        return str(err)
    return _names(whole ^ contents(folder))


def _before(case: Case, runner: Runner, place: Path) -> Path:
    """A folder with the data set where the commands before this one have run."""
    kept = place / "-".join(["before", *case.after])
    if kept.exists():
        return kept
    if not case.after:
        kept.mkdir(parents=True)
        write_faces_zip(kept / FACES, subjects=18, brighter=50)
        return kept
    folder = _copy(_before(Case("", case.after[:-1]), runner, place), place)
    runner.finish(CASES[case.after[-1]].arguments, folder)
    return folder.rename(kept)


def _copy(before: Path, place: Path) -> Path:
    """A copy of a folder, always of the same name: records hold where a data set is."""
    folder = place / "run"
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(before, folder))


def _names(differing: set[tuple[str, str]]) -> str:
    return ", ".join(sorted({name for name, _ in differing}))


def main() -> int:
    """Tries the commands and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=20, help="default: 20")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commands", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--folder", type=Path, help="keep what differs in this new folder")
    options = parser.parse_args()
    rng, runner, outcomes = np.random.default_rng(options.seed), Runner(), {}
    with ExitStack() as stack:
        place = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in options.commands:
            outcomes[name] = try_command(name, runner, place, points=options.points, rng=rng)
    print(f"\n{'command':10}{'seconds':>9}{'points':>8}{'killed':>8}{'same':>6}{'other':>7}")
    for name, outcome in outcomes.items():
        other = options.points - outcome.same
        print(
            f"{name:10}{outcome.seconds:9.1f}{options.points:8}{outcome.killed:8}"
            f"{outcome.same:6}{other:7}"
        )
    for name, outcome in outcomes.items():
        print("".join(f"\n{name}, {told}" for told in outcome.other), end="")
    print()
    return int(any(outcome.other for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
