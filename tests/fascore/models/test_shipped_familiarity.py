"""What the shipped networks call unfamiliar: no face, and faces cut wrongly; not ordinary ones."""

import numpy as np
import pytest
import skimage.data

from fascore.data import open_data
from fascore.data.sample_table import samples_of
from fascore.evaluation_sets import open_set
from fascore.images import face_input
from fascore.models import VARIANTS
from fascore.models.familiarity import features
from fascore.shipped import DEMO_STORE, located
from fascore.store import Store

SIZE, EXPANSION, TIGHT = 64, 1.5, 0.5  # TIGHT of the right crop's side


@pytest.fixture(scope="module")
def is_unfamiliar():
    """Of which pictures each of the four networks says so: a row a network."""
    store = Store(DEMO_STORE)
    networks = [(store.load(name), store.familiarity(name)) for name in VARIANTS]
    return lambda pictures: np.stack(
        [known.is_unfamiliar(features(model, np.stack(pictures))) for model, known in networks]
    )


def faces(name, expansion):
    """Up to 20 faces of one of the shipped store's test sets."""
    tested = open_set(Store(DEMO_STORE), name)
    data, rows = open_data(located(tested.root)), tested.samples.iloc[:: len(tested.samples) // 16]
    cut = {"size": SIZE, "expansion": expansion}
    return [data.face_input(sample, **cut) for sample in samples_of(rows)]


@pytest.mark.parametrize("name", ["", "astronaut"], ids=["own split", "astronaut"])
def test_faces_cut_too_tight_are_unfamiliar_and_rightly_cut_ones_are_not(is_unfamiliar, name):
    assert is_unfamiliar(faces(name, EXPANSION)).mean() < 0.1
    assert (is_unfamiliar(faces(name, EXPANSION * TIGHT)).mean(axis=1) > 0.8).all()


def test_a_cat_and_a_page_of_text_are_unfamiliar(is_unfamiliar):
    text = np.repeat(skimage.data.text()[..., None], 3, axis=2)
    whole = [face_input(each, None, size=SIZE, expansion=1) for each in (skimage.data.cat(), text)]
    assert is_unfamiliar(whole).all()
