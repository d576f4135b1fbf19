"""The demo data set: its plan, its layout, its determinism, and the shipped files."""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fascore.data import open_data
from fascore.labels import pai_species
from trainer.simulate import AssetError, Settings, simulate, write_data_card
from trainer.simulate.heads.fetch import fetch_assets
from trainer.simulate.layout import ANNOTATIONS, EVIDENCE, FACES, SPOOF_CODES

SHIPPED = Path(__file__).parents[3] / "assets" / "demo"
TINY = Settings(identities=2, live_per_identity=1, test_share=0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data set of two people, made by two processes."""
    try:
        fetch_assets()
    except AssetError as err:
        pytest.skip(str(err))
    out = tmp_path_factory.mktemp("tiny")
    simulate(out, TINY, jobs=2)
    write_data_card(out, TINY)
    return out


def test_plan_is_balanced_by_species_and_type():
    settings = Settings()
    kinds = Counter(kind for n in range(settings.identities) for kind in settings.attacks_on(n))
    assert kinds == {
        "photo": 600, "A4": 600, "PC": 400, "pad": 400, "phone": 400, "3D mask": 1200,
    }  # fmt: skip
    species = Counter()
    for kind, count in kinds.items():
        species[pai_species(SPOOF_CODES[kind])] += count
    assert set(species.values()) == {1200}
    live = settings.identities * settings.live_per_identity
    assert live == sum(kinds.values()) and live + sum(kinds.values()) >= 6000


def test_a_fifth_of_the_people_is_for_testing():
    assert len(Settings().test_subjects()) == 120
    assert Settings(seed=2).test_subjects() != Settings(seed=1).test_subjects()


def test_one_process_makes_the_same_bytes(folder, tmp_path):
    simulate(tmp_path, TINY, jobs=1)
    for name in (FACES, EVIDENCE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_layout_is_celeba_spoofs(folder):
    source = open_data(folder / FACES)
    samples = source.samples()
    assert source.simulated and {s.split for s in samples} == {"train", "test"}
    assert Counter(s.label for s in samples) == {0: 2, 1: 12}
    for sample in samples:
        codes = (sample.spoof_type, sample.illumination, sample.environment)
        assert all(codes) if sample.label else not any(codes)


def test_boxes_and_landmarks_lie_on_the_face(folder):
    source = open_data(folder / FACES)
    notes = json.loads(source.read(ANNOTATIONS))
    for sample in source.samples():
        picture = source.picture(sample)
        assert picture.shape == (116, 116, 3)
        box, note = source.box(sample, picture), notes[sample.sample_id]
        np.testing.assert_allclose([box.x, box.y, box.width, box.height], note["box"], atol=1)
        x, y = np.array(note["landmarks"]).T
        assert box.x < x.min() and x.max() < box.x + box.width
        assert box.y < y.min() and y.max() < box.y + box.height
        assert x[0] < x[1] and max(y[:2]) < y[2] < min(y[3:])


def test_every_attack_has_visible_evidence(folder):
    with zipfile.ZipFile(folder / EVIDENCE) as archive:
        names = archive.namelist()
        masks = [np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in names]
    assert len(names) == 12 and all(mask.dtype == bool for mask in masks)
    assert all(0.002 < mask.mean() < 0.7 for mask in masks)


def test_card_counts_and_checks_what_is_there(folder):
    card = (folder / "DATA_CARD.md").read_text()
    assert "14 pictures of 2 people" in card and "CC0 1.0" in card and "Not measured yet" in card


@pytest.mark.skipif(not (SHIPPED / FACES).exists(), reason="the demo data set is not made yet")
class TestShipped:
    """assets/demo as it is in the repository."""

    def test_card_has_the_checksums(self):
        from fascore.files import sha256

        card = (SHIPPED / "DATA_CARD.md").read_text()
        assert all(sha256(SHIPPED / name) in card for name in (FACES, EVIDENCE))

    def test_size_counts_and_splits(self):
        samples = open_data(SHIPPED / FACES).samples()
        assert (SHIPPED / FACES).stat().st_size <= 25 * 10**6
        assert len(samples) >= 6000 and len({s.subject for s in samples}) >= 600
        species = Counter(s.pai_species for s in samples)
        assert species["live"] == sum(species.values()) / 2
        assert len({species[name] for name in ("print", "replay", "3d_mask")}) == 1
        test = {s.subject for s in samples if s.split == "test"}
        assert not test & {s.subject for s in samples if s.split == "train"}
