"""Which of several faces is judged: their small pictures, one click or key to choose."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import on_show
from fascore.face_drawing import face_thumbnail, jpeg_uri
from fascore.faces import Face

A_ROW = 6


def choose_face(shown: on_show.Shown, faces: Sequence[Face]) -> int:
    """Draws the faces found, numbered as in the picture; which of them is judged.

    One alone is no choice.
    """
    chosen = min(on_show.face(), len(faces) - 1)
    if len(faces) == 1:
        return chosen
    st.markdown("**Which face?** The numbers are those in the picture.")
    with st.container(key="faces"):
        for start in range(0, len(faces), A_ROW):
            columns = st.columns(A_ROW)
            for number in range(start, min(start + A_ROW, len(faces))):
                with columns[number - start]:
                    _thumbnail(shown, faces, number, picked=number == chosen)
    return chosen


def _thumbnail(shown: on_show.Shown, faces: Sequence[Face], number: int, *, picked: bool) -> None:
    """One face as a button."""
    made, key = on_show.made(shown.digest), f"pick_face_{number + 1}"
    at = ("thumbnail", faces[number].box)
    if at not in made:
        made[at] = jpeg_uri(face_thumbnail(shown.picture.pixels, faces[number].box))
    st.html(f'<style>.st-key-{key} button {{ background-image: url("{made[at]}"); }}</style>')
    st.button(
        f"Face {number + 1}",
        key=key,
        width="stretch",
        type="primary" if picked else "secondary",
        help=f"{faces[number].box.longer_side:.0f} px in the picture",
        on_click=on_show.choose_face,
        args=(number,),
    )
