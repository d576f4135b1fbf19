"""Faces found in pictures, and the pictures of data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Thread
from typing import cast

import numpy as np
import streamlit as st

from dashboard.cache.models import import_tensorflow
from dashboard.memory import leave_what_loading_took
from fascore.data import open_data
from fascore.data.sample_table import samples_of
from fascore.data.samples import FaceData, Sample
from fascore.evaluation_sets import OWN, open_set
from fascore.face_drawing import THUMBNAIL, jpeg_uri
from fascore.faces import Face, FaceDetector
from fascore.shipped import located
from fascore.store import Store

WARM_SIDE = 64  # px of the picture that the detector is warmed with


@st.cache_resource(show_spinner=False)
def _detector() -> FaceDetector:
    import_tensorflow()
    return FaceDetector()


@st.cache_resource(show_spinner=False)
def warm_detector() -> Thread:
    """Builds the face detector beside the pages, once a process, so that no upload waits for it.

    It is made known when it has looked at a picture: its first look is the slow one. A process
    that ends earlier waits for it: TensorFlow aborts if Python ends a thread in the middle of it.
    Now all large libraries are loaded, and what only that took is left.
    """

    def warm() -> None:
        _detector().detect(np.zeros((WARM_SIDE, WARM_SIDE, 3), np.uint8))
        leave_what_loading_took()

    # a page's thread is a daemon, and what it begins would be one too
    thread = Thread(target=warm, name="warm detector", daemon=False)
    thread.start()
    return thread


@st.cache_data(max_entries=64, show_spinner=False)
def faces(digest: str, _pixels: np.ndarray) -> list[Face]:
    """Faces found in a picture, the largest first; `digest` stands for the pixels."""
    return _detector().detect(_pixels)


def detect(pixels: np.ndarray) -> list[Face]:
    """Faces found in a picture that no one will ask for again: kept nowhere."""
    return _detector().detect(pixels)


@st.cache_resource(max_entries=4, show_spinner=False)
def face_data(root: str) -> FaceData:
    """A data set, by the root that its models' cards give."""
    return open_data(located(root))


@st.cache_data(max_entries=8, show_spinner=False)
def set_root(store: str, name: str, stamp: tuple[int, ...]) -> str:
    """Where the pictures of a store's test set are."""
    return open_set(Store(store), name).root


@st.cache_resource(max_entries=8, show_spinner=False)
def gallery(store: str, stamp: tuple[int, ...], name: str = OWN) -> Mapping[str, Sequence[Sample]]:
    """A test set's samples by PAI species ("live" first), shuffled so that subjects alternate.

    `stamp` changes with the store's test sets. A copy of thousands a run would cost each page.
    """
    table = open_set(Store(store), name).samples.sample(frac=1, random_state=0)
    return {
        cast(str, species): samples_of(group) for species, group in table.groupby("pai_species")
    }


@st.cache_data(max_entries=512, show_spinner=False)
def thumbnail(root: str, sample: Sample, expansion: float) -> str:
    """A small picture of a sample's face, as a data URI."""
    return jpeg_uri(sample_face(root, sample, THUMBNAIL, expansion))


@st.cache_data(max_entries=128, show_spinner=False)
def sample_face(root: str, sample: Sample, size: int, expansion: float) -> np.ndarray:
    """A sample's face as a network of this input size sees it: uint8 (size, size, 3)."""
    return face_data(root).face_input(sample, size=size, expansion=expansion)
