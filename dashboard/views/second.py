"""A second picture beside the first: verdicts of both, one method's maps, and their difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from dashboard import address, cache, on_show, uploads
from dashboard.address import Part
from dashboard.cache import ModelKey
from dashboard.views.face import labelled_face, truth_words
from dashboard.views.gallery import face_page, page_of, set_root
from dashboard.views.judged import Judged
from dashboard.views.pairs import draw_pairs
from dashboard.views.place import fresh_place
from dashboard.views.sets import gallery_set, of_chosen_set
from dashboard.views.settings import Settings
from fascore.data.samples import DataError, Sample
from fascore.decoding import NAMES
from fascore.errors import FascoreError
from fascore.explain import Attribution
from fascore.faces import face_warnings
from fascore.firmness.changes import AS_GIVEN
from fascore.labels import SPECIES_TITLES
from fascore.store import Card, Store

SOURCE = "second_source"
BESIDE = on_show.BESIDE
PERSON, UPLOAD = "person", "upload"
NO_FACE = (
    "No face was found in the second picture, so the two cannot be set against each other. Choose "
    "another picture."
)


@st.fragment
def second_panel(
    store: Store,
    cards: Mapping[str, Card],
    keys: Mapping[str, ModelKey],
    first: Judged,
    maps: Mapping[str, Sequence[Attribution]],
    settings: Settings,
) -> None:
    """Sets a second picture beside the one on show, once it is asked for.

    Parameters
    ----------
    store : Store
    cards, keys : mapping
        Of the networks that gave a verdict, by name.
    first : Judged
        What is judged of the picture on show.
    maps : mapping of str to sequence of Attribution
        Of the picture on show, by method.
    settings : Settings
    """
    card = cards[next(iter(keys))]
    beside = st.toggle(
        "A second picture beside this one",
        key=BESIDE,
        persist_state="session",
        help="The same person's live face or attack, any other test image, or a picture of yours: "
        "the verdicts on both, one method's maps of both, and how these differ.",
    )
    if beside:
        with st.container(key="second"):
            _choose(store, card)
            second = on_show.second()
            with fresh_place("second", second and second.digest):
                judged = _judged(second, card)
                if judged is not None:
                    if first.change != AS_GIVEN:
                        st.info("The sliders change the first picture alone.")
                    with st.container(key="second_rows"):
                        draw_pairs(
                            cards, keys, first, judged, maps, settings, truths=_truths(second)
                        )
    address.keep([beside_part(store, card)])


def beside_part(store: Store, card: Card) -> Part:
    """What the address names of the second picture: a gallery picture's name, and no upload."""

    def read(text: str | None) -> None:
        if text is None or not of_chosen_set():
            st.session_state[BESIDE] = False
            return
        name = gallery_set(store)
        samples = _samples(store, name)
        if text not in samples:
            raise FascoreError(
                f"Expected as {BESIDE} of the link an image of the same test set. Received: {text}"
                ", which is not in it. Choose a second picture below."
            )
        root, second = set_root(store, card, name), samples[text]
        on_show.choose_second(cache.face_data(root), second, root=root, test_set=name)
        same = second.sample_id in [other.sample_id for other in _of_person(samples)]
        st.session_state[SOURCE] = PERSON if same else second.pai_species
        st.session_state[BESIDE] = True

    def write() -> str | None:
        second = on_show.second()
        if not on_show.is_beside() or second is None or second.sample is None:
            return None
        return second.sample.sample_id

    return Part(BESIDE, read, write)


def _choose(store: Store, card: Card) -> None:
    """The control of where the second picture is from, and what belongs to it."""
    try:
        name = gallery_set(store)
        samples, root = _samples(store, name), set_root(store, card, name)
        groups = _groups(samples)
        options = [*groups, UPLOAD]
        if st.session_state.get(SOURCE) not in options:
            st.session_state[SOURCE] = options[0]
        titles = SPECIES_TITLES | {PERSON: "Same person", UPLOAD: "Upload"}
        chosen: str = st.segmented_control(  # type: ignore[assignment]  # one is required
            "Second picture",
            options,
            required=True,
            format_func=titles.__getitem__,
            key=SOURCE,
            persist_state="session",
            on_change=on_show.clear_second,
        )
        if chosen == UPLOAD:
            _upload()
        else:
            _thumbnails(card, name, root, chosen, groups[chosen])
    except DataError as err:
        st.error(f"The gallery cannot be shown. {err}")


def _upload() -> None:
    given = st.file_uploader(
        f"A second picture with one face ({NAMES}, at most 10 MB)",
        key="second_upload",
        on_change=on_show.take_second,
        args=("second_upload",),
    )
    uploads.empty("second_upload")
    if given is None and on_show.second() is not None:
        st.button("Remove the second picture", on_click=on_show.clear_second, key="remove_second")
    st.caption("It is kept like the first one: in memory, for this session, and in no link.")


def _thumbnails(card: Card, test_set: str, root: str, chosen: str, group: Sequence[Sample]) -> None:
    """A page of faces to choose from; the first is set beside the picture on show at once."""
    name = f"second_{chosen}"
    if on_show.second() is None and on_show.second_problem() is None:
        _pick(test_set, root, page_of(group, name)[0])
    second = on_show.second()
    picked = second.sample if second else None
    face_page(
        card, root, group, name=name, place="second", picked=picked, pick=partial(_pick, test_set)
    )


def _pick(test_set: str, root: str, sample: Sample) -> None:
    on_show.choose_second(cache.face_data(root), sample, root=root, test_set=test_set)


def _samples(store: Store, name: str) -> dict[str, Sample]:
    """A test set's samples by their id."""
    groups = cache.gallery(str(store.path), cache.sets_stamp(store), name)
    return {sample.sample_id: sample for group in groups.values() for sample in group}


def _groups(samples: Mapping[str, Sample]) -> dict[str, list[Sample]]:
    """What can be set beside the picture on show: the same person first, then each species."""
    shown = on_show.shown()
    own = shown.sample.sample_id if shown and shown.sample else None
    others = [sample for sample in samples.values() if sample.sample_id != own]
    groups = {PERSON: _of_person(samples)} | {
        species: [sample for sample in others if sample.pai_species == species]
        for species in SPECIES_TITLES
    }
    return {name: group for name, group in groups.items() if group}


def _of_person(samples: Mapping[str, Sample]) -> list[Sample]:
    """The other pictures of the person on show; those of the other class come first."""
    shown = on_show.shown()
    own = shown.sample if shown else None
    if own is None or not own.subject:
        return []
    same = [each for each in samples.values() if each.subject == own.subject and each != own]
    return sorted(same, key=lambda each: each.label == own.label)


def _judged(second: on_show.Shown | None, card: Card) -> Judged | None:
    """What is judged of the second picture; None where the page says why nothing is."""
    if problem := on_show.second_problem():
        st.error(problem)
    if second is None:
        return None
    if second.sample is not None:
        return labelled_face(second, card)
    with st.spinner("Looking for faces…"):
        faces = cache.faces(second.digest, second.picture.pixels)
    if not faces:
        st.warning(NO_FACE)
        return None
    for warning in face_warnings(second.picture.pixels, faces, expansion=card.crop_expansion):
        st.warning(warning)
    return Judged(second.picture.pixels, faces[0].box, "found by MTCNN")


def _truths(second: on_show.Shown | None) -> tuple[str, str]:
    """What is known of both pictures."""
    known = [each.sample if each else None for each in (on_show.shown(), second)]
    words = [" ".join(truth_words(each)) if each else "a picture of yours" for each in known]
    return words[0], words[1]
