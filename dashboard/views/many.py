"""A batch: how it is given, how far it is, and its table with the way to Compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import address, many, state, turns
from dashboard.limits import Limits
from dashboard.views.store_info import store_place
from dashboard.views.style import WORDS, model_title
from fascore.batch.judging import BatchRow
from fascore.batch.table import (
    KINDS,
    Judged,
    export_table,
    judged_at,
    of_kind,
    summary_sentence,
)
from fascore.decoding import MAX_BYTES, NAMES
from fascore.face_drawing import jpeg_uri
from fascore.labels import LIVE, SPOOF
from fascore.report.origin import Origin, csv_text, file_name
from fascore.scores.score_text import score_texts, threshold_text
from fascore.scores.verdicts import verdict_sentence
from fascore.store import Card, Store

WAYS = {"files": "Pictures, or a .zip of them", "folder": "A folder"}
SHADES = {  # readable on light ground and on dark
    WORDS[SPOOF][2]: "background-color: #FBE3D6; color: #8A2F00",
    WORDS[LIVE][2]: "background-color: #D6E8F5; color: #00527F",
}
FACE, PICTURE, NUMBER, VOTES, FAMILIAR, NOTE = (
    "Seen", "Picture", "Face", "Say SPOOF", "Unfamiliar", "Note",
)  # fmt: skip
ROWS_IN_SIGHT, ROW = 12, 48  # rows of the table, and a row's height in px


def batch_upload(limits: Limits) -> None:
    """The uploader of a batch, with the limits said before, and the way to forget it."""
    way = st.segmented_control(
        "Pictures from",
        list(WAYS),
        default="files",
        required=True,
        format_func=WAYS.__getitem__,
        key="many_way",
        persist_state="session",
    )
    key = many.upload_key(way or "files")
    st.file_uploader(
        f"{NAMES} pictures: at most {limits.batch_files:,} files, {MAX_BYTES // 2**20} MB each and "
        f"{limits.batch_megabytes:,} MB in all",
        accept_multiple_files="directory" if way == "folder" else True,
        key=key,
        on_change=many.take,
        args=(key,),
    )
    st.caption(
        f"A .zip may unpack to {limits.unpacked_megabytes:,} MB and hold no other .zip. At most "
        f"{limits.pictures_a_minute:,} pictures a minute and {limits.pictures_a_session:,} a "
        "session. They stay in this server's memory, for this session only, and are gone when you "
        "forget them or give others. They are written to no disk, no log and no link."
    )
    if problem := many.problem():
        st.error(problem)
    if (batch := many.batch()) is not None:
        st.button(
            f"Forget these {len(batch.files):,} files", on_click=many.forget, key="many_forget"
        )


def progress_bar(place: DeltaGenerator, batch: many.Batch) -> Callable[[int], None]:
    """Draws how many files are judged; returns what also says how many others are before them."""
    share = batch.done / len(batch.files)
    title = f"{batch.done:,} of {len(batch.files):,} files judged"
    bar = place.progress(share, title)

    def tell(before: int) -> None:
        bar.progress(share, f"{title}. {turns.place_words(before)}")

    return tell


def progress_table(
    place: DeltaGenerator, batch: many.Batch, thresholds: Mapping[str, float]
) -> None:
    """Draws the table so far."""
    judged = judged_at(batch.rows, thresholds)
    if judged:
        place.dataframe(_styled(judged, thresholds), **_look(judged, thresholds))


def batch_panel(
    store: Store,
    cards: Mapping[str, Card],
    rows: Sequence[BatchRow],
    thresholds: Mapping[str, float],
) -> None:
    """What came out in a sentence, the filter, the table, its CSV, and the row that is picked."""
    if not rows:
        return
    judged = judged_at(rows, thresholds)
    st.markdown(f"**{summary_sentence(judged)}**")
    counts = {kind: len(of_kind(judged, kind)) for kind in KINDS}
    kind = st.segmented_control(
        "Show",
        list(KINDS),
        default="all",
        required=True,
        format_func=lambda kind: f"{KINDS[kind][0]} ({counts[kind]:,})",
        key="many_kind",
        persist_state="session",
    )
    chosen = of_kind(judged, kind or "all")
    if not chosen:
        st.info("No row of this kind.")
        return
    places = hash(tuple((each.row.file, each.row.face) for each in chosen))
    event = st.dataframe(
        _styled(chosen, thresholds),
        key=f"many_rows_{places}",  # a row that is picked is one of these
        on_select="rerun",
        selection_mode="single-row",
        **_look(chosen, thresholds),
    )
    _csv(store, cards, chosen, thresholds)
    picked = event.selection.rows
    if picked:
        _picked(chosen[picked[0]])
    else:
        st.caption("Click a column's name to sort; tick a row to open its face in Compare.")


def _picked(judged: Judged) -> None:
    row = judged.row
    with st.container(key="picked", border=True):
        face = f", face {row.face}" if row.face else ""
        said = verdict_sentence(judged.is_spoof, truth=None, title=model_title) if row.face else ""
        left, right = st.columns([1, 5], vertical_alignment="center")
        if row.seen is not None:
            left.image(
                np.kron(row.seen, np.ones((2, 2, 1), np.uint8)), alt="The face that was seen"
            )
        with right:
            st.text(f"{row.name}{face}")
            st.text(" ".join(filter(None, [said, row.note])))
            if row.is_picture and st.button("Open in Compare", icon=":material/compare:"):
                many.show(row)
                address.go("compare", sample=None)


def _styled(
    judged: Sequence[Judged], thresholds: Mapping[str, float]
) -> pd.io.formats.style.Styler:
    """A row a face, its verdicts shaded."""
    table = pd.DataFrame([_cells(each, thresholds) for each in judged])
    return table.style.map(lambda cell: SHADES.get(str(cell)[:1], ""), subset=_titles(thresholds))


def _cells(judged: Judged, thresholds: Mapping[str, float]) -> dict[str, object]:
    row, votes = judged.row, len(judged.is_spoof)
    unfamiliar = {True: "yes", False: "no", None: ""}[judged.is_unfamiliar]
    return {
        FACE: None if row.seen is None else jpeg_uri(row.seen),
        VOTES: f"{judged.says_spoof} of {votes}" if votes else "",
        **{model_title(n): _verdict(judged, n, limit) for n, limit in thresholds.items()},
        PICTURE: row.name,
        NUMBER: str(row.face or ""),
        FAMILIAR: unfamiliar,
        NOTE: row.note,
    }


def _verdict(judged: Judged, name: str, threshold: float) -> str:
    """A sign, the word and P(spoof): sorts by the score, as spoof is at or above the threshold."""
    if name not in judged.is_spoof:
        return ""
    word, _, sign = WORDS[SPOOF if judged.is_spoof[name] else LIVE]
    return f"{sign} {word} {score_texts(judged.row.scores[name], threshold=threshold)[0]}"


def _titles(thresholds: Mapping[str, float]) -> list[str]:
    return [model_title(name) for name in thresholds]


def _look(judged: Sequence[Judged], thresholds: Mapping[str, float]) -> dict:
    """How the table is drawn."""
    return {
        "hide_index": True,
        "row_height": ROW,
        "height": "content" if len(judged) <= ROWS_IN_SIGHT else (ROWS_IN_SIGHT + 1) * ROW,
        "alt": f"{len(judged)} rows: each network's verdict on each face",
        "column_config": {
            FACE: st.column_config.ImageColumn(help="What the first network sees.", width=64),
            NUMBER: st.column_config.TextColumn(
                help="Its number in the picture, the largest first.", width=56
            ),
            VOTES: st.column_config.TextColumn(help="How many of the networks say SPOOF."),
            FAMILIAR: st.column_config.TextColumn(
                help="Whether the face is unlike what any of the networks was trained on: verdicts "
                "on it mean little."
            ),
            NOTE: st.column_config.TextColumn(width="large"),
            **{
                model_title(name): st.column_config.TextColumn(
                    help=f"The verdict and P(spoof); SPOOF at or above {threshold_text(limit)}."
                )
                for name, limit in thresholds.items()
            },
        },
    }


def _csv(
    store: Store,
    cards: Mapping[str, Card],
    judged: Sequence[Judged],
    thresholds: Mapping[str, float],
) -> None:
    """Saves these rows; made when it is pressed."""
    place = store_place(store.path)
    origin = Origin(
        place,
        ", ".join(sorted({cards[name].data["name"] for name in thresholds})),
        threshold_rule=state.threshold().title,
        thresholds=thresholds,
    )
    st.download_button(
        f"CSV of these {len(judged):,} rows",
        lambda: csv_text(export_table(judged).assign(store=place), origin),
        file_name("fascore", "many pictures", ending="csv"),
        "text/csv",
        key="many_csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
