"""One face on all networks as one HTML file that needs no network."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from fascore.explain import render
from fascore.firmness.strip import strip_svg
from fascore.report.face import ByMethod, FaceExport, face_data
from fascore.report.templates import json_text, template

JPEG_QUALITY = 92  # of pictures and maps; exact values are in the file of raw maps
SMALL = 128  # px: pictures up to this side are kept to the pixel


def face_html(export: FaceExport) -> str:
    """The page of one face: picture, verdicts, how firm they are, maps, and what made them.

    Pictures are data URIs, and whatever comes from outside (names, ids, sentences) is escaped.
    """
    data = face_data(export)
    firmness = {network.name: network.firmness for network in export.networks}
    return template("face.html").render(
        face=data,
        pictures={words: _data_uri(pixels) for words, pixels in export.pictures.items()},
        rows=[
            _row(method, about, export)
            for method, about in zip(export.methods, data["methods"], strict=True)
        ],
        strip=strip_svg(firmness),
        json=json_text(data),
    )


def _row(method: ByMethod, about: dict[str, Any], export: FaceExport) -> dict[str, Any]:
    """One method's maps as pictures by network, with their scale's colours and ends."""
    crops = {network.name: network.crop for network in export.networks}
    shown, scale = method.drawn(export.pixel_view)
    signed = method.explainer.signed
    cells = {
        each.model: {
            "picture": _data_uri(
                render.picture_of(
                    each,
                    crops[each.model],
                    method.explainer,
                    scale=scale,
                    opacity=export.opacity,
                )
            ),
            "ends": render.scale_ends(scale, signed=signed, target=each.target),
            **of_map,
        }
        for each, of_map in zip(shown, about["maps"], strict=True)
    }
    colours = ", ".join(f"rgb{colour}" for colour in render.scale_colours(signed=signed))
    return {**about, "cells": cells, "colours": colours}


def _data_uri(pixels: np.ndarray) -> str:
    """An RGB picture as a data URI: a small one exactly, others as JPEG."""
    bgr = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    kind, options = "jpeg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    if len(pixels) <= SMALL:
        kind, options = "png", []
    _, encoded = cv2.imencode(f".{kind}", bgr, options)
    return f"data:image/{kind};base64,{base64.b64encode(encoded.tobytes()).decode()}"
