"""Each command's options."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from fascore.data.protocols import PROTOCOLS
from fascore.data.splits import ALL, SPLITS
from fascore.explain import TARGETS
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.judging.judge import Judge
from fascore.models import MODELS, VARIANTS
from fascore.scores.thresholds import FIXED_RULE, THRESHOLD_RULES
from trainer.recipes import Plan, PlantRecipe
from trainer.shared_options import (
    MODEL_GROUPS,
    ROOT_HELP,
    again_option,
    data_option,
    jobs_option,
    methods_options,
    models_option,
    number_option,
    rate,
    recipe_options,
    store_option,
    test_set_option,
    without_face_option,
)


def prepare_options(parser: argparse.ArgumentParser) -> None:
    """Which data, split how, cropped how, made where."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the build")
    number_option(parser, "--seed", "draws which images are taken", default=0)
    _prepare_options(parser)
    again_option(parser)


def _prepare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, required=True, help=ROOT_HELP)
    parser.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        default="subject",
        help="who is in which split: the paper's sizes with no subject in two (subject) or drawn "
        "by image (paper), the data set's own (official), or all in test, to evaluate on (test); "
        "default: subject",
    )
    taken = "how many images to take, all splits together"
    number_option(parser, "--limit", taken, least=1, told="200,000, or all there are")
    number_option(parser, "--size", "side of the crops in pixels", least=32, default=INPUT_SIZE)
    multiple = "side of the crop, as a multiple of the face box's longer side"
    number_option(parser, "--crop-expansion", multiple, least=1.0, default=CROP_EXPANSION)
    without_face_option(parser)
    jobs_option(parser)
    parser.add_argument(
        "--beam",
        metavar="OPTIONS",
        help='let Apache Beam do the work, with its options: --beam="--runner=DirectRunner"',
    )


def fit_options(parser: argparse.ArgumentParser) -> None:
    """Which networks, trained how, on which build."""
    data_option(parser)
    store_option(parser)
    _fit_options(parser)


def _fit_options(parser: argparse.ArgumentParser) -> None:
    models_option(parser, [*MODEL_GROUPS, *MODELS], default="all")
    recipe_options(parser)
    parser.add_argument(
        "--weights",
        metavar="imagenet|none|FILE|STORE",
        help="the baselines' initial weights; default: imagenet; variants start at random; of a "
        "store, each network starts as its own",
    )
    number_option(
        parser, "--seed", "draws the initial weights and the order of the images", default=0
    )
    again_option(parser)


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Which store, scored on which build; or on which other data set, under what name."""
    images = parser.add_mutually_exclusive_group(required=True)
    images.add_argument("--data", type=Path, help="build that prepare wrote")
    images.add_argument(
        "--root",
        type=Path,
        help=f"with --as, a data set that is not prepared: {ROOT_HELP}. Its crops are not kept",
    )
    store_option(parser)
    parser.add_argument(
        "--as",
        dest="name",
        metavar="NAME",
        help="score another data set than the networks' own, and keep it in the store as the test "
        "set of this name; thresholds stay those of the store's validation",
    )
    parser.add_argument(
        "--split",
        choices=(*SPLITS, ALL),
        help="with --as, which images of the data set; default: test, or all where the data set "
        "has one split or one class",
    )
    describe = "with --as, what to call it beside a number; default: the data set's name"
    parser.add_argument("--describe", metavar="TEXT", help=describe)
    parser.add_argument(
        "--real-presentations",
        action="store_true",
        help="with --as, record that these are photographs of real faces and real attacks",
    )
    parser.add_argument(
        "--scores-only",
        action="store_true",
        help="with --as, do not record where the pictures are: pages show numbers alone",
    )
    parser.add_argument(
        "--tone",
        action="store_true",
        help="also score how much is tone: a logistic regression on 13 global statistics, fitted "
        "on the networks' training pictures (with their own --data, once), and the networks on "
        "tone-equalised pictures",
    )
    chosen = [name for name in THRESHOLD_RULES if name != FIXED_RULE]
    _threshold_rule_option(parser, chosen, "the one recorded in the store, at first eer")
    without_face_option(parser)
    jobs_option(parser)
    again_option(parser)


def refresh_options(parser: argparse.ArgumentParser) -> None:
    """What `prepare` and `fit` ask for; one seed for both."""
    out = "folder for the build; default: builds/ beside the store"
    parser.add_argument("--out", type=Path, help=out)
    _prepare_options(parser)
    store_option(parser)
    _fit_options(parser)


def judge_options(parser: argparse.ArgumentParser) -> None:
    """Which explanations, measured on what, how finely."""
    plan, judge = Plan(), Judge()
    store_option(parser)
    test_set_option(parser, "test set of the store whose images are explained")
    parser.add_argument(
        "--root", type=Path, help=f"{ROOT_HELP}; default: where the test set's pictures were"
    )
    models_option(parser, [*MODEL_GROUPS, *MODELS], default="variants")
    parser.add_argument(
        "--split",
        choices=("validation", "test"),
        default=plan.split,
        help="split whose images are explained; default: test",
    )
    explained = "how many images to explain, as many of each species"
    number_option(parser, "--limit", explained, least=1, told="all of the split")
    parser.add_argument(
        "--target",
        choices=TARGETS,
        default=judge.target,
        help="class that is explained; default: predicted, which is each network's own verdict",
    )
    for option, least, default, help in (
        ("--steps", 2, judge.steps, "steps of an insertion or deletion curve"),
        ("--draws", 1, judge.draws, "random orders that each map is measured against"),
        ("--repeats", 0, plan.repeats, "on how many of the images maps are made again to measure "
         "stability, which is three times the work"),
        ("--sanity", 0, plan.sanity, "on how many of the images networks with random weights are "
         "explained too, which is four times the work"),
        ("--seed", 0, plan.seed, "draws the images, random orders, noise and random weights"),
    ):  # fmt: skip
        number_option(parser, option, help, least=least, default=default)
    methods_options(parser)
    again_option(parser)


def plant_options(parser: argparse.ArgumentParser) -> None:
    """Which networks learn the cues, how, and how finely they are explained."""
    data_option(parser)
    store_option(parser)
    models_option(parser, ["variants", *VARIANTS], default="variants")
    default = PlantRecipe()
    for option, least, help in (
        ("images", 1, "for each network, test pictures with the cue whose maps are scored"),
        ("faces", 1, "training faces; the network sees each of them with and without the cue"),
        ("epochs", 1, "epochs of training, at most"),
        ("batch-size", 1, "images in one training step"),
        ("learning-rate", 1e-9, "learning rate of Adam"),
        ("seed", 0, "draws the faces, the places of the cue and the initial weights"),
    ):
        value = getattr(default, option.replace("-", "_"))
        number_option(parser, f"--{option}", help, least=least, default=value)
    methods_options(parser)
    again_option(parser)


def report_options(parser: argparse.ArgumentParser) -> None:
    """Which store, which of its test sets, thresholds by which rule, written where."""
    store_option(parser)
    test_set_option(parser, "test set of the store to report on")
    parser.add_argument("--out", type=Path, required=True, help="HTML file to write")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    _threshold_rule_option(parser, THRESHOLD_RULES, "the one recorded in the store")
    parser.add_argument(
        "--threshold",
        type=rate,
        help="one threshold for all networks, from 0 to 1, in place of a rule",
    )


def _threshold_rule_option(
    parser: argparse.ArgumentParser, rules: Iterable[str], told: str
) -> None:
    titles = ", ".join(f"{name} ({THRESHOLD_RULES[name].title})" for name in rules)
    titles = titles.replace("%", "%%")  # argparse formats it
    parser.add_argument(
        "--threshold-rule",
        choices=list(rules),
        help=f"how thresholds are chosen on validation: {titles}; default: {told}",
    )


def check_options(parser: argparse.ArgumentParser) -> None:
    """Which store, and which build it should be of."""
    store_option(parser)
    parser.add_argument("--data", type=Path, help="also compare it with this build")


def study_options(parser: argparse.ArgumentParser) -> None:
    """How often each variant is trained, and how, on which build."""
    data_option(parser)
    store_option(parser)
    often = "how often each variant is trained, each time from another seed"
    number_option(parser, "--seeds", often, least=2, default=5)
    recipe_options(parser)
    again_option(parser)


def simulate_options(parser: argparse.ArgumentParser) -> None:
    """Which people, from which seed, made where."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the data set")
    parser.add_argument(
        "--portraits",
        type=Path,
        metavar="DIR",
        help="photographs to attack, one of each person; without it, heads are rendered",
    )
    parser.add_argument(
        "--boxes",
        type=Path,
        metavar="CSV",
        help="where the faces are: file,x,y,w,h and the x,y of five landmarks, in pixels; "
        "default: MTCNN finds them",
    )
    parser.add_argument(
        "--mattes",
        type=Path,
        metavar="DIR",
        help="who is cut out where: for each photograph a grey PNG of its name and size, white on "
        "the person; default: GrabCut, which loses the hair or the shoulders of many",
    )
    number_option(parser, "--identities", "how many people to render", default=600)
    number_option(parser, "--seed", "draws people, light, attacks and camera", default=1)
    jobs_option(parser)
    parser.add_argument("--assets", type=Path, help="folder for the fetched head assets")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet (PNG) here")


def audit_options(parser: argparse.ArgumentParser) -> None:
    """Which data set, against which store's networks."""
    parser.add_argument("--root", type=Path, required=True, help=ROOT_HELP)
    parser.add_argument("--store", type=Path, help="also judge the networks of this store")
    parser.add_argument("--card", type=Path, help="data card to put the numbers into, with --store")


def import_scores_options(parser: argparse.ArgumentParser) -> None:
    """Whose scores, of which test set, at which threshold."""
    parser.add_argument("scores", type=Path, help="CSV table sample_id,spoof_score")
    store_option(parser)
    parser.add_argument("--name", required=True, help="what to call the detector")
    test_set_option(parser, "test set of the store that was scored")
    parser.add_argument(
        "--threshold",
        type=float,
        help="score from which the detector says attack; without it only AUC is told",
    )
    parser.add_argument("--rule", default="", help="how that threshold was chosen, in words")
    again_option(parser)
