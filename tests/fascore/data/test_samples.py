"""CelebA-Spoof's layout from a folder and from a zip, and its splits."""

import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from fascore.data import open_data
from fascore.data.samples import DataError
from fascore.decoding import decode
from fascore.images import Box, face_input
from fascore.labels import pai_species

ROWS = {
    "train": {
        f"Data/train/{subject}/{kind}/{subject}0{label}.png": [0] * 40 + codes
        for subject in range(10)
        for label, (kind, codes) in enumerate([("live", [0, 0, 0, 0]), ("spoof", [9, 4, 2, 1])])
    },
    "test": {"Data/test/77/live/000001.png": [1] * 40 + [0, 0, 0, 0]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("CelebA_Spoof")
    pixels = np.random.default_rng(0).integers(0, 256, (100, 50, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    (root / "metas/intra_test").mkdir(parents=True)
    for split, rows in ROWS.items():
        (root / f"metas/intra_test/{split}_label.json").write_text(json.dumps(rows))
        for path in rows:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(buffer.getvalue())
            box_path = (root / path).with_name((root / path).stem + "_BB.txt")
            box_path.write_text("56 56 112 112 0.99\n")
    return root


@pytest.fixture(scope="module", params=["folder", "zip"])
def source(request, folder, tmp_path_factory):
    if request.param == "folder":
        return open_data(folder)
    target = tmp_path_factory.mktemp("zipped") / "faces"
    return open_data(shutil.make_archive(str(target), "zip", folder))


def test_samples_carry_the_label_codes(source):
    samples = source.samples()
    assert len(samples) == 21
    spoof = samples[1]
    assert (spoof.sample_id, spoof.subject, spoof.split) == (
        "Data/train/0/spoof/001.png", "0", "train",
    )  # fmt: skip
    assert (spoof.label, spoof.spoof_type, spoof.illumination, spoof.environment) == (1, 9, 4, 2)
    assert (spoof.pai_species, samples[0].pai_species) == ("replay", "live")


def test_boxes_scale_from_the_224_frame(source):
    sample = source.samples()[0]
    assert source.box(sample, source.picture(sample)) == Box(12.5, 25, 25, 50)


def test_training_and_browser_see_the_same_pixels_to_the_bit(source):
    """The trainer asks FaceData; the browser decodes, crops and resizes bytes itself."""
    sample = source.samples()[0]
    pixels = decode(source.read(sample.sample_id)).pixels
    in_browser = face_input(pixels, Box(12.5, 25, 25, 50), size=64, expansion=1.5)
    np.testing.assert_array_equal(source.face_input(sample, size=64, expansion=1.5), in_browser)


def test_data_set_without_a_name_of_its_own_is_celeba_spoof(source):
    assert (source.name, source.simulated) == ("CelebA-Spoof", False)


def test_missing_data_set_is_said(tmp_path):
    with pytest.raises(DataError, match="Expected a folder or a .zip"):
        open_data(tmp_path / "nowhere")


def test_missing_file_is_said(source):
    with pytest.raises(DataError, match="Expected a file Data/none.png"):
        source.read("Data/none.png")


def test_species_of_each_type():
    species = [pai_species(code) for code in range(11)]
    assert species == ["live"] + ["print"] * 3 + ["paper_cut"] * 3 + ["replay"] * 3 + ["3d_mask"]


def test_unknown_type_is_refused():
    with pytest.raises(ValueError, match="Received: 11"):
        pai_species(11)
