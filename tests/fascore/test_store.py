"""The model store: what is written is read back, and what does not fit is said."""

import json
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

from fascore import store
from fascore.data.sample_table import (
    evaluation_samples,
    fingerprint,
    read_samples,
    samples_of,
    samples_table,
)
from fascore.data.samples import Sample
from fascore.files import sha256, write_whole
from fascore.labels import CELEBA_ATTRIBUTES
from fascore.models import MODELS
from fascore.models.network_file import NetworkError
from fascore.store import Card, Store, StoreError

SAMPLES = [
    Sample("Data/train/1/live/1.png", "train", 0, 0, "1", 0, 0),
    Sample("Data/train/2/live/2.png", "validation", 0, 0, "2", 0, 0),
    Sample("Data/test/3/live/3.png", "test", 0, 0, "3", 0, 0),
    Sample("Data/test/3/spoof/4.png", "test", 1, 9, "3", 1, 2),
]


@pytest.fixture
def folder(tmp_path):
    """A store with one untrained network, its predictions and background."""
    samples = evaluation_samples(samples_table(SAMPLES))
    samples.to_csv(tmp_path / store.SAMPLES)
    model = tmp_path / "cnn"
    write_whole(model / store.WEIGHTS, MODELS["cnn"].build().save)
    card = Card(
        model="cnn",
        size=64,
        crop_expansion=1.5,
        feature_layers=["last_conv", "feature_map"],
        weights_sha256=sha256(model / store.WEIGHTS),
        data={"name": "made up", "fingerprint": fingerprint(samples)},
        training={},
        software={},
        threshold={"value": 0.25, "rule": "equal error rate", "split": "validation"},
    )
    store.write_card(model, card)
    scores = "sample_id,spoof_score\n" + "\n".join(
        f"{sample.sample_id},0.{i}" for i, sample in enumerate(SAMPLES) if sample.split != "train"
    )
    (model / store.PREDICTIONS).write_text(scores + "\n")
    store.write_background(tmp_path, np.full((4, 64, 64, 3), 7, np.uint8), ["a", "b", "c", "d"])
    return tmp_path


def test_model_comes_back_with_threshold_and_background(folder):
    model = Store(folder).load("cnn")
    assert model.threshold == 0.25 and model.background.shape == (4, 64, 64, 3)
    assert Store(folder).names == ("cnn",)


def test_scores_are_those_of_the_split(folder):
    live, spoof = Store(folder).scores("cnn")
    assert (live.tolist(), spoof.tolist()) == ([0.2], [0.3])


def test_samples_come_back_from_their_table(folder, tmp_path):
    attributes = bytes([1, 0] * 20)
    samples = [replace(SAMPLES[0], attributes=attributes), replace(SAMPLES[3], subject="")]
    samples_table(samples).to_csv(tmp_path / "all.csv")
    table = read_samples(tmp_path / "all.csv")
    assert samples_of(table) == samples[::-1]
    assert table.loc[SAMPLES[0].sample_id, "5_o_Clock_Shadow"] == 1
    assert table.loc[SAMPLES[3].sample_id, list(CELEBA_ATTRIBUTES)].isna().all()


def test_training_images_are_no_evaluation_samples():
    samples = evaluation_samples(samples_table(SAMPLES))
    assert set(samples["split"]) == {"validation", "test"}


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_missing_or_empty_store_is_said(tmp_path, name):
    with pytest.raises(StoreError, match="Expected a folder with trained models"):
        Store(tmp_path / name)


def test_model_without_card_is_said(folder):
    (folder / "cnn" / store.CARD).unlink()
    with pytest.raises(StoreError, match="Expected card.json beside the weights of cnn"):
        Store(folder).load("cnn")


@pytest.mark.parametrize("text", ["", "{", "{}", '{"model": "cnn"}'])
def test_unreadable_card_is_said(folder, text):
    (folder / "cnn" / store.CARD).write_text(text)
    with pytest.raises(StoreError, match="Expected a complete card.json"):
        Store(folder).load("cnn")


def test_card_of_other_weights_is_said(folder):
    MODELS["cnn"].build().save(folder / "cnn" / store.WEIGHTS)
    with pytest.raises(StoreError, match="Received: other weights"):
        Store(folder).load("cnn")


def test_card_without_weights_is_said(folder):
    (folder / "cnn" / store.WEIGHTS).unlink()
    with pytest.raises(StoreError, match="a card without weights"):
        Store(folder).load("cnn")


def test_network_that_brings_code_is_refused_by_name_though_its_digest_is_right(folder):
    path = folder / "cnn" / store.WEIGHTS
    inputs = keras.Input((64, 64, 3))
    keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs)).save(path)
    card = Store(folder).card("cnn")
    store.write_card(folder / "cnn", replace(card, weights_sha256=sha256(path)))
    with pytest.raises(NetworkError, match=r"cnn/model\.keras\. Received: .*keras\.layers\.Lambda"):
        Store(folder).load("cnn")


def test_model_of_other_samples_is_not_compared(folder):
    opened = Store(folder)
    card = opened.card("cnn")
    other = replace(card, data={**card.data, "fingerprint": "another"})
    store.write_card(folder / "cnn", other)
    with pytest.raises(StoreError, match="another data set"):
        opened.scores("cnn")


def test_missing_predictions_are_said(folder):
    path = folder / "cnn" / store.PREDICTIONS
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(StoreError, match="scores of 1 of the 2 test images"):
        Store(folder).scores("cnn")


@pytest.mark.parametrize("change", ["label", "split"])
def test_fingerprint_follows_ids_splits_and_labels(change):
    table = samples_table(SAMPLES)
    changed = table.copy()
    changed.iloc[0, changed.columns.get_loc(change)] = {"label": 1, "split": "train"}[change]
    assert fingerprint(table) == fingerprint(table.iloc[::-1])
    assert fingerprint(table) != fingerprint(changed)


def test_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "card.json"
    path.write_text("old")

    def fail(temporary):
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_card_is_plain_json(folder):
    assert json.loads((folder / "cnn" / store.CARD).read_text())["threshold"]["value"] == 0.25


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("spoof_score", "score", "Received: no spoof_score"),
        ("0.3", "1.3", r"Received: 1.3 for Data/test/3/spoof/4.png"),
        ("0.3", "nan", r"Expected scores in \[0, 1\]"),
        ("0.3", "high", "Received: high"),
        ("Data/test/3/spoof/4.png", "Data/test/3/live/3.png", "more than once"),
        ("Data/test/3/spoof/4.png", "Data/test/9/spoof/9.png", "scores of 1 of the 2 test images"),
    ],
)
def test_unusable_predictions_are_said(folder, old, new, sentence):
    path = folder / "cnn" / store.PREDICTIONS
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(StoreError, match=sentence):
        Store(folder).scores("cnn")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("subject", "person", "Received: no subject"),
        (",9,replay", ",12,replay", "Received: spoof_type 12"),
        ("test,1,9", "test,2,9", "Received: label 2 for Data/test/3/spoof/4.png"),
        ("test,1,9", "exam,1,9", "Received: split exam"),
        ("Data/test/3/spoof/4.png", "Data/test/3/live/3.png", "more than once"),
        ("Data/test/3/spoof/4.png", "Data/train/2/live/2.png", "in (test and validation|validat)"),
    ],
)
def test_unusable_samples_are_said(folder, old, new, sentence):
    path = folder / store.SAMPLES
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(StoreError, match=sentence):
        Store(folder).samples()


def scored_now(folder, **changes):
    """The model's card with a record of its scores, as evaluation writes it."""
    card = replace(Store(folder).card("cnn"), **changes)
    made_from = store.scores_made_from(folder / "cnn", card)
    store.write_card(folder / "cnn", replace(card, scores=made_from))


def test_scores_of_the_cards_weights_are_read(folder):
    scored_now(folder)
    assert Store(folder).scored("cnn")["spoof_score"].tolist() == [0.2, 0.3]


def test_scores_from_before_a_training_are_refused(folder):
    scored_now(folder)
    MODELS["cnn"].build().save(folder / "cnn" / store.WEIGHTS)
    card = Store(folder).card("cnn")
    trained = replace(card, weights_sha256=sha256(folder / "cnn" / store.WEIGHTS))
    store.write_card(folder / "cnn", trained)
    with pytest.raises(StoreError, match="scores of cnn's weights.*trainer evaluate"):
        Store(folder).scored("cnn")


def test_predictions_changed_by_hand_are_refused(folder):
    scored_now(folder)
    path = folder / "cnn" / store.PREDICTIONS
    path.write_text(path.read_text().replace("0.3", "0.4"))
    with pytest.raises(StoreError, match="one changed since"):
        Store(folder).scored("cnn")


def test_scores_beside_other_weights_than_the_cards_are_refused(folder):
    scored_now(folder)
    MODELS["cnn"].build().save(folder / "cnn" / store.WEIGHTS)
    with pytest.raises(StoreError, match="Received: other weights"):
        Store(folder).scored("cnn")


def test_scores_without_weights_are_read(folder):
    """The weights of large baselines and of a study's runs are not kept."""
    scored_now(folder)
    (folder / "cnn" / store.WEIGHTS).unlink()
    assert len(Store(folder).scored("cnn")) == 2


def test_a_card_that_records_neither_scores_nor_threshold_has_none(folder):
    """Before 0.2 a card got its threshold with its scores, and lost it when trained anew."""
    Store(folder).scored("cnn")
    store.write_card(folder / "cnn", replace(Store(folder).card("cnn"), threshold={}))
    with pytest.raises(StoreError, match="Expected the scores of cnn's weights"):
        Store(folder).scored("cnn")


NAMES = ["NA", "007", "1e5", "True", "null", "2024-01-01"]


def test_scores_find_their_images_whatever_these_are_called(tmp_path):
    """A reader that took names for numbers would join none of them, or the wrong ones."""
    rows = [Sample(name, "test", i % 2, 9 * (i % 2), name, 0, 0) for i, name in enumerate(NAMES)]
    samples = samples_table(rows)
    samples.to_csv(tmp_path / store.SAMPLES)
    (tmp_path / "cnn").mkdir()
    scores = pd.DataFrame({"spoof_score": [i / 10 for i in range(6)]}, NAMES)
    scores.rename_axis("sample_id").to_csv(tmp_path / "cnn" / store.PREDICTIONS)
    data = {"name": "odd names", "fingerprint": fingerprint(samples)}
    store.write_card(tmp_path / "cnn", Card("cnn", 64, 1.5, [], "", data, {}, {}))
    scored_now(tmp_path)
    scored = Store(tmp_path).scored("cnn")
    assert scored["spoof_score"].to_dict() == {name: i / 10 for i, name in enumerate(NAMES)}
    assert scored["subject"].tolist() == scored.index.tolist()


def test_damaged_background_is_said(folder):
    (folder / store.BACKGROUND).write_bytes(b"half")
    model = Store(folder).load("cnn")
    assert model.spoof_scores(np.zeros((1, 64, 64, 3), np.uint8)).shape == (1,)
    with pytest.raises(StoreError, match="Expected SHAP's background images.*background.npz"):
        _ = model.background
