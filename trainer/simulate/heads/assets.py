"""Reads the MakeHuman assets that `fetch` unpacked into one `HeadModel`."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from trainer.simulate.camera.light import linear_from_srgb
from trainer.simulate.heads.fetch import HAIR, TARGET_FOLDERS
from trainer.simulate.heads.raster import F32, sample_texture, vertex_visibility

ETHNICITIES = ("african", "asian", "caucasian")
EYE_GROUPS = ("helper-l-eye", "helper-r-eye")
Target = tuple[np.ndarray, np.ndarray]  # vertex indices (K,), displacements (K,3)


@dataclass
class Proxy:
    """A mesh (hair, brows, lashes) that follows the base mesh: each vertex by three of its."""

    ref: np.ndarray  # (P,3) base-mesh vertex indices
    weights: np.ndarray  # (P,3)
    offsets: np.ndarray  # (P,3) model units
    triangles: np.ndarray  # (F,3)
    uv_triangles: np.ndarray  # (F,3)
    uv: np.ndarray  # (T,2)
    textures: list[str]

    def fit(self, vertices: np.ndarray) -> np.ndarray:
        """Proxy vertices (P,3) on a given head shape (V,3)."""
        return (vertices[self.ref] * self.weights[:, :, None]).sum(1) + self.offsets


@dataclass
class HeadModel:
    """Base head, morph targets, proxies and the constants derived from them."""

    vertices: np.ndarray  # (V,3) base mesh, model units (decimetres), y up, +z forward
    uv: np.ndarray
    triangles: np.ndarray  # (F,3) head and shoulders only
    uv_triangles: np.ndarray
    eye_triangles: np.ndarray  # (E,3) both eyeballs
    groups: dict[str, np.ndarray]
    targets: dict[str, Target]
    proxies: dict[str, Proxy]
    skins: list[str]
    mean_vertices: np.ndarray = field(init=False)
    # (V,3) on the mean head: origin between the eyes, unit = eye distance
    face_coords: np.ndarray = field(init=False)
    visibility: np.ndarray = field(init=False)  # (V,D) see raster.vertex_visibility
    # mean linear albedo (3,) of each skin's face region
    skin_means: dict[str, np.ndarray] = field(init=False)

    def eye_centre(self, vertices: np.ndarray, side: str) -> np.ndarray:
        """Centre (3,) of the eyeball; side is 'l' or 'r' (the subject's own)."""
        return vertices[self.groups[f"helper-{side}-eye"]].mean(0)

    def morph(self, vertices: np.ndarray, name: str, weight: float) -> None:
        """Adds weight x target in place; unknown names are ignored."""
        if weight and name in self.targets:
            index, delta = self.targets[name]
            vertices[index] += weight * delta

    def nearest_vertex(self, point: tuple[float, float, float]) -> int:
        """Index of the head vertex nearest to a point in face coordinates."""
        used = np.unique(self.triangles)
        return int(used[np.argmin(((self.face_coords[used] - np.array(point)) ** 2).sum(1))])


@lru_cache(maxsize=128)
def load_texture(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Linear RGB (H,W,3) and alpha (H,W) of a PNG."""
    with Image.open(path) as opened:
        image = np.asarray(opened.convert("RGBA")).astype(F32) / 255
    return np.ascontiguousarray(linear_from_srgb(image[:, :, :3])), image[:, :, 3].copy()


@lru_cache(maxsize=64)
def load_texture_slope(path: str) -> np.ndarray:
    """Fine relief (H,W,2) of a skin texture, used as a bump map."""
    grey = np.log(load_texture(path)[0].mean(2) + 0.02)
    grey = grey - cv2.GaussianBlur(grey, (0, 0), 4)
    return np.ascontiguousarray(
        np.stack([-cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)], 2) * 0.5
    )


def _read_base(
    path: Path,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Vertices, UVs, body quads, their UV quads, eye quads, and vertices by named group."""
    vertices, uvs, quads, uv_quads, eyes, group = [], [], [], [], [], ""
    groups: dict[str, set[int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(x) for x in rest.split()])
        elif kind == "vt":
            uvs.append([float(x) for x in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners = [c.split("/") for c in rest.split()]
            v = [int(c[0]) - 1 for c in corners]
            t = [int(c[1]) - 1 if len(c) > 1 and c[1] else 0 for c in corners]
            groups.setdefault(group, set()).update(v)
            if group == "body":
                quads.append((v + v[2:3])[:4])
                uv_quads.append((t + t[2:3])[:4])
            elif group in EYE_GROUPS:
                eyes.append((v + v[2:3])[:4])
    named = {k: np.array(sorted(v)) for k, v in groups.items()}
    faces = np.array(quads), np.array(uv_quads), np.array(eyes)
    return np.array(vertices, F32), np.array(uvs, F32), *faces, named


def _read_target(path: Path) -> Target:
    rows = [
        line.split()
        for line in gzip.open(path, "rt", encoding="utf-8")
        if line.strip() and line[0] != "#"
    ]
    return np.array([int(r[0]) for r in rows], np.int32), np.array(
        [r[1:4] for r in rows], F32
    ).reshape(-1, 3)


def _read_targets(folder: Path) -> dict[str, Target]:
    targets = {}
    for name in TARGET_FOLDERS:
        if name in ("expression", "macrodetails"):
            continue
        for path in sorted((folder / name).glob("*.target.gz")):
            targets[f"{name}/{path.name[:-10]}"] = _read_target(path)
    for path in sorted((folder / "expression").rglob("*.target.gz")):
        targets["expr/" + str(path.relative_to(folder / "expression"))[:-10]] = _read_target(path)
    for path in sorted((folder / "macrodetails").glob("*.target.gz")):
        targets["macro/" + path.name[:-10]] = _read_target(path)
    return targets


def _read_proxy(path: Path) -> Proxy:
    """Reads a three.js (format 3) mesh with MakeHuman fitting data."""
    data = json.loads(path.read_text(encoding="utf-8"))
    faces, triangles, uv_triangles, i = data["faces"], [], [], 0
    while i < len(faces):
        flags, n = faces[i], 4 if faces[i] & 1 else 3
        i += 1
        v = faces[i : i + n]
        i += n + bool(flags & 2) + bool(flags & 4)
        t = faces[i : i + n] if flags & 8 else [0] * n
        i += (
            n * bool(flags & 8)
            + bool(flags & 16)
            + n * bool(flags & 32)
            + bool(flags & 64)
            + n * bool(flags & 128)
        )
        for a, b, c in ((0, 1, 2), (0, 2, 3))[: n - 2]:
            triangles.append([v[a], v[b], v[c]])
            uv_triangles.append([t[a], t[b], t[c]])
    textures = sorted(str(p) for p in (path.parent / "textures").glob("*.png"))
    return Proxy(
        np.array(data["ref_vIdxs"], np.int32),
        np.array(data["weights"], F32),
        np.array(data["offsets"], F32),
        np.array(triangles),
        np.array(uv_triangles),
        np.array(data["uvs"][0], F32).reshape(-1, 2),
        textures,
    )


def _read_proxies(folder: Path) -> dict[str, Proxy]:
    proxies = {}
    for kind in ("hair", "eyebrows", "eyelashes"):
        for path in sorted((folder / kind).glob("*/*.json")):
            if kind != "hair" or path.stem in HAIR:
                proxies[f"{kind}/{path.stem}"] = _read_proxy(path)
    return proxies


def _split_quads(quads: np.ndarray) -> np.ndarray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _derive(model: HeadModel) -> None:
    """Mean adult head, face coordinates and vertex visibility."""
    mean = model.vertices.copy()
    for sex in ("male", "female"):
        for ethnicity in ETHNICITIES:
            model.morph(mean, f"macro/{ethnicity}-{sex}-young", 1 / 6)
        model.morph(mean, f"macro/universal-{sex}-young-averagemuscle-averageweight", 0.5)
    left, right = model.eye_centre(mean, "l"), model.eye_centre(mean, "r")
    model.mean_vertices = mean
    model.face_coords = ((mean - (left + right) / 2) / abs(left[0] - right[0])).astype(F32)
    model.visibility = vertex_visibility(mean, model.triangles)
    centre = model.face_coords[model.triangles].mean(1)
    front = (
        (np.abs(centre[:, 0]) < 1)
        & (centre[:, 1] < 0.9)
        & (centre[:, 1] > -1.6)
        & (centre[:, 2] > -0.4)
    )
    uv = model.uv[model.uv_triangles[front]].mean(1).astype(F32)
    model.skin_means = {
        path: sample_texture(load_texture(path)[0], uv).mean(0) for path in model.skins
    }


def load_head_model(root: Path) -> HeadModel:
    """The head model of unpacked assets; parsing takes about 15 s."""
    vertices, uv, quads, uv_quads, eyes, groups = _read_base(root / "mpfb2/3dobjs/base.obj")
    head = (vertices[quads][:, :, 1] > 4.9).all(1) & (np.abs(vertices[quads][:, :, 0]) < 2.4).all(1)
    tri, uv_tri = _split_quads(quads[head]), _split_quads(uv_quads[head])
    real = (tri[:, 0] != tri[:, 1]) & (tri[:, 1] != tri[:, 2]) & (tri[:, 0] != tri[:, 2])
    skins = sorted(str(p) for p in (root / "makehuman/skins").glob("*/textures/*diffuse*.png"))
    model = HeadModel(
        vertices,
        uv,
        tri[real],
        uv_tri[real],
        _split_quads(eyes),
        groups,
        _read_targets(root / "mpfb2/targets"),
        _read_proxies(root / "makehuman/proxies"),
        skins,
    )
    _derive(model)
    return model
