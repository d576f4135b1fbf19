"""Faces of many pictures, scored together and as each would be alone."""

import io

import numpy as np
import pytest
from PIL import Image

from fascore.batch.files import BatchFile
from fascore.batch.judging import BatchRow, Network, judge_batch
from fascore.batch.table import export_table, judged_at, of_kind
from fascore.decoding import ImageError, decode
from fascore.faces import Face
from fascore.images import Box, face_input
from fascore.models.familiarity import Familiarity, features
from tests.conftest import SIZE

BOXES = (Box(10, 10, 70, 80), Box(30, 20, 40, 30))


def picture_file(seed: int) -> BatchFile:
    pixels = np.random.default_rng(seed).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return BatchFile(f"{seed}.png", buffer.getvalue)


def fail() -> bytes:
    raise ImageError("Expected a picture. Received: none. Give one.")


def two_faces(pixels):
    return [Face(box, np.zeros((5, 2), np.float32), 0.99) for box in BOXES]


@pytest.fixture
def networks(tiny_models):
    """Two networks that crop differently."""
    first, second = tiny_models
    return {"first": Network(first, 1.5), "second": Network(second, 2.0)}


def test_each_face_has_the_scores_of_what_each_network_sees_of_its_picture_alone(networks):
    files = [picture_file(1), picture_file(2)]
    rows = judge_batch(files, networks, two_faces, first=40)
    assert [(row.file, row.name, row.face) for row in rows] == [
        (40, "1.png", 1), (40, "1.png", 2), (41, "2.png", 1), (41, "2.png", 2),
    ]  # fmt: skip
    for row in rows:
        pixels = decode(files[row.file - 40].read()).pixels
        for name, network in networks.items():
            seen = face_input(pixels, BOXES[row.face - 1], size=SIZE, expansion=network.expansion)
            alone = float(network.model.spoof_scores(seen[None])[0])
            assert row.scores[name] == pytest.approx(alone, rel=1e-5)
            assert name == "second" or np.array_equal(row.seen, seen)


def test_a_file_without_a_face_and_one_that_cannot_be_read_are_rows_with_their_reason(networks):
    found = {1: two_faces, 2: lambda pixels: []}
    files = [BatchFile("bad.jpg", fail), picture_file(2), picture_file(1)]
    seeds = iter([2, 1])
    rows = judge_batch(files, networks, lambda pixels: found[next(seeds)](pixels))
    assert [(row.name, row.face, row.is_picture) for row in rows] == [
        ("bad.jpg", 0, False), ("2.png", 0, True), ("1.png", 1, True), ("1.png", 2, True),
    ]  # fmt: skip
    assert rows[0].note == "Expected a picture. Received: none. Give one."
    assert rows[1].note.startswith("No face found")
    assert all(not row.scores for row in rows[:2]) and all(row.scores for row in rows[2:])


def test_without_any_face_no_network_is_asked(networks):
    (row,) = judge_batch([picture_file(1)], networks, lambda pixels: [])
    assert not row.scores


def test_a_row_says_for_which_networks_the_face_is_unfamiliar(networks, tiny_models):
    files = [picture_file(1)]
    pixels = decode(files[0].read()).pixels
    seen = face_input(pixels, BOXES[0], size=SIZE, expansion=1.5)
    here = features(tiny_models[0], seen[None])
    known = Familiarity(here, np.eye(here.shape[1])[None], np.zeros(1), limit=1e-3)
    networks["first"] = Network(tiny_models[0], 1.5, known)
    rows = judge_batch(files, networks, two_faces)
    assert [dict(row.unfamiliar) for row in rows] == [
        {"first": False, "second": None},
        {"first": True, "second": None},
    ]


SCORED = [
    BatchRow(
        0,
        "a",
        1,
        box=Box(1, 2, 3, 4),
        scores={"x": 0.9, "y": 0.5},
        unfamiliar={"x": None, "y": True},
    ),
    BatchRow(0, "a", 2, scores={"x": 0.9, "y": 0.4}, unfamiliar={"x": None, "y": False}),
    BatchRow(1, "b", 1, scores={"x": 0.1, "y": 0.4}, unfamiliar={"x": None, "y": None}),
    BatchRow(2, "c", is_picture=False, note="why"),
]
HALF = {"x": 0.5, "y": 0.5}


@pytest.mark.parametrize(
    ("kind", "which"),
    [
        ("all", [0, 1, 2, 3]),
        ("differ", [1]),
        ("spoof", [0]),  # 0.5 is at the threshold: an attack
        ("live", [2]),
        ("unfamiliar", [0]),
        ("not_judged", [3]),
    ],
)
def test_rows_of_a_kind(kind, which):
    judged = judged_at(SCORED, HALF)
    assert [judged.index(each) for each in of_kind(judged, kind)] == which


def test_exported_table_has_a_row_a_face_and_network_and_one_a_file_without():
    table = export_table(judged_at(SCORED, HALF))
    assert len(table) == 3 * 2 + 1
    first = table.iloc[0]
    assert (first["picture"], first["face"], first["model"]) == ("a", 1, "x")
    assert (first["x"], first["y"], first["width"], first["height"]) == (1, 2, 3, 4)
    assert list(table["verdict"].fillna("")) == [
        "spoof", "spoof", "spoof", "live", "live", "live", "",
    ]  # fmt: skip
    assert list(table["says_spoof"].fillna(-1)) == [2, 2, 1, 1, 0, 0, -1]
    assert table.iloc[-1][["picture", "note"]].to_list() == ["c", "why"]
