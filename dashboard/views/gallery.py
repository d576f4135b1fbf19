"""Choosing the picture: from the test split's gallery, a file, or the webcam."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import cache, on_show, state, uploads
from dashboard.views.sets import gallery_set, without_pictures_note
from dashboard.views.style import image_key
from fascore.data.samples import DataError, Sample
from fascore.decoding import NAMES
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
        on_change=on_show.clear,
    )
    {"gallery": _gallery, "upload": _upload, "camera": _camera}[source or "gallery"](store, card)


def _upload(store: Store, card: Card) -> None:
    # no list of types: a wrong file gets our sentence on what is wrong with it
    given = st.file_uploader(
        f"A picture with one face ({NAMES}, at most 10 MB)",
        key="upload",
        max_upload_size=50,  # MB; above that limit, whose sentence then says why it is refused
        on_change=on_show.take_file,
        args=("upload", "upload"),
    )
    uploads.empty("upload")
    _left_over(given)
    _privacy()


def _camera(store: Store, card: Card) -> None:
    given = st.camera_input(
        "Take a picture",
        key="camera",
        resolution="720p",
        on_change=on_show.take_file,
        args=("camera", "camera"),
    )
    uploads.empty("camera")
    _left_over(given)
    _privacy()


def _left_over(given: object) -> None:
    """A way to remove a picture that its widget no longer holds: a visit elsewhere empties it."""
    if given is None and on_show.shown() is not None:
        st.button("Remove the picture on show", on_click=on_show.clear, key="remove")


def _privacy() -> None:
    st.caption(
        "Your picture stays in this server's memory, for this session only. It is never written "
        "to disk or to a log, and is gone when you remove it or choose another. It is in no link: "
        "the address bar names pictures of the gallery alone, so a reload loses an upload."
    )


def _gallery(store: Store, card: Card) -> None:
    try:
        without_pictures_note(store)
        name = gallery_set(store)
        shown = on_show.shown()
        if shown is not None and shown.test_set != name:  # another was chosen since, or elsewhere
            on_show.clear()
        samples = cache.gallery(str(store.path), cache.sets_stamp(store), name)
        species = [name for name in SPECIES_TITLES if samples.get(name)]
        if not species:
            st.info("The store lists no test images to choose from. Upload a picture instead.")
            return
        title = cache.test_sets(str(store.path), cache.sets_stamp(store))[name].title
        _samples(card, name, title, set_root(store, card, name), samples, species)
    except (DataError, StoreError) as err:
        st.error(f"The gallery cannot be shown. {err}")


def first_in_gallery(path: Path) -> Sample | None:
    """What Compare shows of a store if nothing was chosen yet; None if there is nothing to show."""
    try:
        store = Store(path)
        groups = cache.gallery(str(store.path), cache.sets_stamp(store), gallery_set(store))
    except (DataError, StoreError):  # the page says what is wrong
        return None
    first = next((name for name in SPECIES_TITLES if groups.get(name)), None)
    return None if first is None else page_of(groups[first], first)[0]


def set_root(store: Store, card: Card, name: str) -> str:
    """Where the pictures of a store's test set are; a card says where those of its own are."""
    return cache.set_root(str(store.path), name, cache.sets_stamp(store)) or card.data["root"]


def _pick(test_set: str, root: str, sample: Sample) -> None:
    on_show.choose_sample(cache.face_data(root), sample, root=root, test_set=test_set)


def _samples(
    card: Card,
    test_set: str,
    title: str,
    root: str,
    samples: Mapping[str, Sequence[Sample]],
    species: Sequence[str],
) -> None:
    """The species control, one page of thumbnails, and the button for the next page."""
    _follow(samples)
    chosen = st.segmented_control(
        f"Test images of {title}",
        species,
        # a link may have chosen already: Streamlit warns of a default and a value
        default=None if "species" in st.session_state else species[0],
        required=True,
        format_func=SPECIES_TITLES.__getitem__,
        key="species",
        persist_state="session",
        on_change=on_show.clear,
    )
    chosen = chosen or species[0]
    group = samples[chosen]
    if on_show.shown() is None and on_show.problem() is None:
        _pick(test_set, root, page_of(group, chosen)[0])
    shown = on_show.shown()
    face_page(
        card,
        root,
        group,
        name=chosen,
        place="gallery",
        picked=shown.sample if shown else None,
        pick=partial(_pick, test_set),
        a_row=PER_PAGE // 2,
    )


def _follow(samples: Mapping[str, Sequence[Sample]]) -> None:
    """Turns to the species and the page of a picture that was chosen on another page."""
    shown = on_show.shown()
    sample = shown.sample if shown else None
    if sample is None or st.session_state.get("species") == sample.pai_species:
        return
    if sample in (group := samples.get(sample.pai_species, ())):
        st.session_state["species"] = sample.pai_species
        show_page_of(sample, group)


def show_page_of(sample: Sample, group: Sequence[Sample]) -> None:
    """Turns the gallery to the page that a species' sample is on."""
    state.turn_gallery_to(sample.pai_species, group.index(sample) // PER_PAGE)


def page_of(group: Sequence[Sample], name: str) -> Sequence[Sample]:
    """The samples on the page that was turned to; each name turns its own pages."""
    start = state.gallery_page(name) % _pages(group) * PER_PAGE
    return group[start : start + PER_PAGE]


def _pages(group: Sequence[Sample]) -> int:
    return -(-len(group) // PER_PAGE)


def face_page(
    card: Card,
    root: str,
    group: Sequence[Sample],
    *,
    name: str,
    place: str,
    picked: Sample | None,
    pick: Callable[[str, Sample], None],
    a_row: int = PER_PAGE,
) -> None:
    """Draws `page_of` a group as buttons to pick from, and the button for the next page.

    Parameters
    ----------
    card, root, group, pick
        As of `face_button`.
    name : str
        Whose pages are turned.
    place : str
        What the style sheet and the widgets' keys know the page by.
    picked : Sample, optional
        The one on show.
    a_row : int
        Faces side by side on a wide screen.
    """
    shown = page_of(group, name)
    with st.container(key=f"faces_{place}"):
        for start in range(0, len(shown), a_row):
            row = shown[start : start + a_row]
            for column, sample in zip(st.columns(a_row), row, strict=False):
                key = f"pick_{place}_{image_key(sample.sample_id)}"
                with column:
                    face_button(card, root, sample, key=key, picked=sample == picked, pick=pick)
    if (pages := _pages(group)) > 1:
        st.button(
            f"More ({state.gallery_page(name) % pages + 1} of {pages})",
            key=f"more_{place}",
            icon=":material/refresh:",
            on_click=state.turn_gallery,
            args=(name,),
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
