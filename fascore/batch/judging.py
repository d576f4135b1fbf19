"""What networks say of each face in many pictures, scored together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fascore.batch.files import BatchFile
from fascore.decoding import ImageError, decode
from fascore.faces import Face, face_warnings
from fascore.images import Box, face_input
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import Familiarity, scores_and_features

NO_FACE = "No face found in this picture, so nothing was judged."


@dataclass(frozen=True)
class Network:
    """A network that judges: its model, its crop, and what pictures it knows where measured."""

    model: FaceModel
    expansion: float
    familiarity: Familiarity | None = None

    @property
    def cut(self) -> tuple[int, float]:
        """What the pixels that it sees depend on beside the face."""
        return self.model.size, self.expansion


@dataclass(frozen=True)
class BatchRow:
    """One face of a batch, or one file that has none.

    Attributes
    ----------
    file : int
        The file's place in the batch, from 0.
    name : str
        The file's.
    face : int
        The face's number in its picture, from 1, the largest first; 0 where none was judged.
    is_picture : bool
        Whether the file could be read.
    note : str
        Why nothing was judged, or what makes the verdict less sure; "" if nothing.
    box : Box, optional
        The face's, in the upright picture's pixels.
    scores : mapping of str to float
        P(spoof) by network.
    unfamiliar : mapping of str to bool or None
        By network, whether the face is unlike its training pictures; None where it is not known.
    seen : uint8 array of shape (size, size, 3), optional
        What the first network saw.
    """

    file: int
    name: str
    face: int = 0
    is_picture: bool = True
    note: str = ""
    box: Box | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    unfamiliar: Mapping[str, bool | None] = field(default_factory=dict)
    seen: np.ndarray | None = field(default=None, repr=False, compare=False)


def judge_batch(
    files: Sequence[BatchFile],
    networks: Mapping[str, Network],
    detect: Callable[[np.ndarray], Sequence[Face]],
    *,
    first: int = 0,
) -> list[BatchRow]:
    """Every face in these files with every network's score, and the files without one.

    Pictures are decoded one after the other and not kept; what networks see of all faces is scored
    together, one batch a network. Each sees the pixels that it would see of the picture alone.

    Parameters
    ----------
    files : sequence of BatchFile
    networks : mapping of str to Network
        At least one.
    detect : callable
        Faces of an RGB uint8 image, the largest first, as `FaceDetector.detect` finds them.
    first : int
        Place of the first of these files in the whole batch.

    Returns
    -------
    list of BatchRow
        In the order of the files; of one picture the largest face first.
    """
    cuts = list(dict.fromkeys(network.cut for network in networks.values()))
    rows: list[BatchRow] = []
    inputs: list[list[np.ndarray]] = []  # a face, its pictures in the order of `cuts`
    for place, file in enumerate(files, first):
        found, seen = _faces(place, file, cuts, detect)
        rows += found
        inputs += seen
    faces = [at for at, row in enumerate(rows) if row.face]
    if not faces:
        return rows
    seen_by = {
        cut: np.stack(pixels) for cut, pixels in zip(cuts, zip(*inputs, strict=True), strict=True)
    }
    judged = {name: _judge(each, seen_by[each.cut]) for name, each in networks.items()}
    for number, at in enumerate(faces):
        rows[at] = replace(
            rows[at],
            scores={name: float(scores[number]) for name, (scores, _) in judged.items()},
            unfamiliar={name: unfamiliar[number] for name, (_, unfamiliar) in judged.items()},
            seen=inputs[number][0],
        )
    return rows


def _faces(
    place: int,
    file: BatchFile,
    cuts: Sequence[tuple[int, float]],
    detect: Callable[[np.ndarray], Sequence[Face]],
) -> tuple[list[BatchRow], list[list[np.ndarray]]]:
    """One file's faces, not yet scored, and what is seen of each; or the row on why it has none."""
    try:
        picture = decode(file.read())
    except ImageError as err:
        return [BatchRow(place, file.name, is_picture=False, note=str(err))], []
    faces = detect(picture.pixels)
    if not faces:
        return [BatchRow(place, file.name, note=" ".join([*picture.notes, NO_FACE]))], []
    rows, inputs = [], []
    for number, face in enumerate(faces, 1):
        warnings = face_warnings(picture.pixels, [face], expansion=cuts[0][1])
        note = " ".join([*picture.notes, *warnings])
        rows.append(BatchRow(place, file.name, number, note=note, box=face.box))
        inputs.append(
            [
                face_input(picture.pixels, face.box, size=size, expansion=expansion)
                for size, expansion in cuts
            ]
        )
    return rows, inputs


def _judge(network: Network, images: np.ndarray) -> tuple[np.ndarray, list[bool | None]]:
    """P(spoof) of each face, and whether it is unfamiliar."""
    if network.familiarity is None:
        return network.model.spoof_scores(images), [None] * len(images)
    scores, means = scores_and_features(network.model, images)
    return scores, [bool(is_so) for is_so in network.familiarity.is_unfamiliar(means)]
