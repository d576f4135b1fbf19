"""Choosing the picture: from the test split's gallery, a file, or the webcam."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import cache, state
from dashboard.views.style import image_key
from fascore.data.samples import DataError, Sample
from fascore.decoding import NAMES
from fascore.evaluation_sets import OWN
from fascore.labels import SPECIES_TITLES, spoof_type_name
from fascore.store import Card, Store, StoreError

SOURCES = {"gallery": "Gallery", "upload": "Upload", "camera": "Webcam"}
PER_PAGE = 8


def choose_picture(store: Store, card: Card) -> None:
    """The source control and what belongs to it; of a gallery the first face is already picked."""
    source = st.segmented_control(
        "Picture from",
        list(SOURCES),
        # another page may have chosen already: Streamlit warns of a default and a value
        default=None if "source" in st.session_state else "gallery",
        required=True,
        format_func=SOURCES.__getitem__,
        key="source",
        persist_state="session",
        on_change=state.clear,
    )
    {"gallery": _gallery, "upload": _upload, "camera": _camera}[source or "gallery"](store, card)


def _upload(store: Store, card: Card) -> None:
    # no list of types: a wrong file gets our sentence on what is wrong with it
    given = st.file_uploader(
        f"A picture with one face ({NAMES}, at most 10 MB)",
        key="upload",
        max_upload_size=50,  # MB; above that limit, whose sentence then says why it is refused
        on_change=state.take_file,
        args=("upload", "upload"),
    )
    _left_over(given)
    _privacy()


def _camera(store: Store, card: Card) -> None:
    given = st.camera_input(
        "Take a picture",
        key="camera",
        resolution="720p",
        on_change=state.take_file,
        args=("camera", "camera"),
    )
    _left_over(given)
    _privacy()


def _left_over(given: object) -> None:
    """A way to remove a picture that its widget no longer holds: a visit elsewhere empties it."""
    if given is None and state.shown() is not None:
        st.button("Remove the picture on show", on_click=state.clear, key="remove")


def _privacy() -> None:
    st.caption(
        "Your picture stays in this server's memory, for this session only. It is never written "
        "to disk or to a log, and is gone when you remove it or choose another. It is in no link: "
        "the address bar names pictures of the gallery alone, so a reload loses an upload."
    )


def _gallery(store: Store, card: Card) -> None:
    try:
        name, root = _test_set(store, card)
        samples = cache.gallery(str(store.path), cache.samples_stamp(store), name)
        species = [name for name in SPECIES_TITLES if samples.get(name)]
        if not species:
            st.info("The store lists no test images to choose from. Upload a picture instead.")
            return
        _samples(card, root, samples, species)
    except (DataError, StoreError) as err:
        st.error(f"The gallery cannot be shown. {err}")


def _test_set(store: Store, card: Card) -> tuple[str, str]:
    """The test set to choose pictures of, and where they are; one alone is no choice."""
    stamp = cache.sets_stamp(store)
    sets = cache.sets_with_pictures(str(store.path), stamp)
    if len(sets) < 2:
        return OWN, card.data["root"]
    name = st.selectbox(
        "Test set",
        list(sets),
        format_func=sets.__getitem__,
        key="gallery_set",
        persist_state="session",
        on_change=state.clear,
        help="Test sets of the store whose pictures are here; the first is the networks' own.",
    )
    return name, set_root(store, card, name)


def set_root(store: Store, card: Card, name: str) -> str:
    """Where the pictures of a store's test set are; a card says where those of its own are."""
    return cache.set_root(str(store.path), name, cache.sets_stamp(store)) or card.data["root"]


def _pick(root: str, sample: Sample) -> None:
    state.choose_sample(cache.face_data(root), sample, root=root)


def _samples(
    card: Card, root: str, samples: Mapping[str, Sequence[Sample]], species: Sequence[str]
) -> None:
    """The species control, one page of thumbnails, and the button for the next page."""
    chosen = st.segmented_control(
        f"Test images of {cache.face_data(root).name}",
        species,
        # a link may have chosen already: Streamlit warns of a default and a value
        default=None if "species" in st.session_state else species[0],
        required=True,
        format_func=SPECIES_TITLES.__getitem__,
        key="species",
        persist_state="session",
        on_change=state.clear,
    )
    chosen = chosen or species[0]
    group = samples[chosen]
    pages = -(-len(group) // PER_PAGE)
    page = state.gallery_page(chosen) % pages
    shown = group[page * PER_PAGE : (page + 1) * PER_PAGE]
    if state.shown() is None and state.problem() is None:
        _pick(root, shown[0])
    with st.container(key="gallery"):
        for start in range(0, len(shown), PER_PAGE // 2):
            columns = st.columns(PER_PAGE // 2)
            for column, sample in zip(columns, shown[start : start + PER_PAGE // 2], strict=False):
                with column:
                    _thumbnail(card, root, sample)
    if pages > 1:
        st.button(
            f"More ({page + 1} of {pages})",
            key="more",
            icon=":material/refresh:",
            on_click=state.turn_gallery,
            args=(chosen,),
        )


def show_page_of(sample: Sample, group: Sequence[Sample]) -> None:
    """Turns the gallery to the page that a species' sample is on."""
    state.turn_gallery_to(sample.pai_species, group.index(sample) // PER_PAGE)


def _thumbnail(card: Card, root: str, sample: Sample) -> None:
    shown = state.shown()
    face_button(
        card,
        root,
        sample,
        key=f"pick_{image_key(sample.sample_id)}",
        picked=bool(shown and shown.sample == sample),
        pick=_pick,
    )


def face_button(
    card: Card,
    root: str,
    sample: Sample,
    *,
    key: str,
    picked: bool,
    pick: Callable[[str, Sample], None],
) -> None:
    """One click picks: a button with the face on it; `pick` gets the root and the sample.

    The style sheet knows it by a key that begins with "pick_".
    """
    try:
        face = cache.thumbnail(root, sample, card.crop_expansion)
    except DataError as err:  # the others are there
        st.error(str(err))
        return
    st.html(f'<style>.st-key-{key} button {{ background-image: url("{face}"); }}</style>')
    st.button(
        spoof_type_name(sample.spoof_type),
        key=key,
        width="stretch",
        type="primary" if picked else "secondary",
        on_click=pick,
        args=(root, sample),
    )
