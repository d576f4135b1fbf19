"""Renders one person (optionally wearing a mask) in linear light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.heads.assets import HeadModel, Proxy, load_texture
from trainer.simulate.heads.glasses import draw_glasses
from trainer.simulate.heads.identity import Identity, box_points, express, landmarks
from trainer.simulate.heads.maskshell import MaskShell, build_mask_shell
from trainer.simulate.heads.raster import (
    F32,
    Fragments,
    rasterise,
    rotation,
    sample_texture,
    unit,
    vertex_normals,
)
from trainer.simulate.heads.surfaces import (
    Layer,
    detail_surface,
    eye_surface,
    hair_sheen,
    mask_surface,
    shade,
    skin_surface,
)
from trainer.simulate.scenery import Lighting, background, sample_lighting


@dataclass
class Scene:
    """A rendered frame.

    image: (S,S,3) linear RGB; box: x0,y0,x1,y1 px; points: (5,2) px; evidence: (S,S) 0..1,
    mask rim and holes.
    """

    image: np.ndarray
    box: tuple[float, float, float, float]
    points: np.ndarray
    evidence: np.ndarray
    outdoor: bool
    illumination: str


@dataclass
class Pose:
    """Head rotation (radians) and a pinhole camera.

    Scale in px per model unit, distance in model units.
    """

    rotation: np.ndarray
    centre: np.ndarray
    scale: float
    distance: float
    origin: tuple[float, float]

    def project(self, points: np.ndarray) -> np.ndarray:
        """(V,3) model points -> (V,3) x px, y px, depth."""
        view = (points - self.centre) @ self.rotation.T
        zoom = self.scale * self.distance / (self.distance - view[:, 2])
        return np.stack(
            [self.origin[0] + view[:, 0] * zoom, self.origin[1] - view[:, 1] * zoom, -view[:, 2]], 1
        ).astype(F32)


def sample_pose(
    model: HeadModel, vertices: np.ndarray, rng: np.random.Generator, size: int
) -> Pose:
    """Near-frontal head pose; the face is about 0.40 to 0.46 of the frame height."""
    turn = rotation(rng.normal(0, 0.20), rng.normal(0, 0.08), rng.normal(0, 0.05))
    centre = (model.eye_centre(vertices, "l") + model.eye_centre(vertices, "r")) / 2 + np.array(
        [0, -0.30, -0.55], F32
    )
    origin = (size * (0.5 + rng.normal(0, 0.015)), size * (0.5 + rng.normal(0, 0.015)))
    return Pose(turn, centre, size * rng.uniform(0.265, 0.30), rng.uniform(10, 22), origin)


def _layers(
    model: HeadModel, person: Identity, vertices: np.ndarray, shell: MaskShell | None
) -> list[Layer]:
    layers = [Layer("skin", vertices, model.triangles, model.uv, model.uv_triangles)]

    def add(kind: str, proxy: Proxy, texture: int = 0) -> None:
        layers.append(
            Layer(
                kind,
                proxy.fit(vertices),
                proxy.triangles,
                proxy.uv,
                proxy.uv_triangles,
                load_texture(proxy.textures[texture]),
            )
        )

    # the base mesh's own eyes have no texture: their UVs are never read
    layers.append(Layer("eye", vertices, model.eye_triangles, model.uv, model.eye_triangles))
    add("brow", model.proxies[person.brow])
    add("lash", model.proxies[person.lash])
    if person.hair in model.proxies:
        add("hair", model.proxies[person.hair])
    if shell:
        layers.append(Layer("mask", shell.vertices, shell.triangles, model.uv, shell.uv_triangles))
    return layers


def _cover(
    model: HeadModel,
    layer: Layer,
    pose: Pose,
    size: int,
    shell: MaskShell | None,
    holes: np.ndarray,
) -> None:
    """Rasterises a layer, applies alpha cut-outs or mask cut-outs.

    Marks mask eye and mouth holes in `holes` (size*size,).
    """
    frags = rasterise(pose.project(layer.vertices), layer.triangles, size)
    if shell is not None and layer.kind == "mask":
        q = frags.interpolate(model.face_coords, layer.triangles)
        outline, eyes, mouth = shell.cutouts(q)
        frags.depth = frags.depth - 0.32
        holes[frags.pixel[(outline > 0) & ((eyes <= 0) | (mouth <= 0))]] = True
        kept = (outline > 0) & (eyes > 0) & (mouth > 0)
        layer.edge = np.minimum(np.minimum(outline, eyes), mouth)[kept]
    elif layer.texture is not None:
        uv = frags.interpolate(layer.uv, layer.uv_triangles)
        dither = (
            (frags.pixel % size) * 0.754877666
            + (frags.pixel // size) * 0.569840296
            + frags.triangle * 0.3819
        ) % 1.0
        kept = sample_texture(layer.texture[1], uv) > np.clip(dither, 0.25, 0.75)
        if layer.kind in ("brow", "lash"):
            frags.depth = frags.depth - 0.012
    else:
        kept = np.ones(len(frags.pixel), bool)
    layer.fragments = frags.keep(kept)


def _mask_shadow(
    image: np.ndarray, covered: np.ndarray, is_mask: np.ndarray, lighting: Lighting, scale: int
) -> np.ndarray:
    """Darkens the skin next to the mask."""
    direction, mask = lighting.keys[0][0], is_mask.astype(F32)
    cast = np.roll(mask, (int(direction[1] * 5 * scale), int(-direction[0] * 5 * scale)), (0, 1))
    cast = np.maximum(
        cv2.GaussianBlur(cast, (0, 0), 1.6 * scale),
        0.8 * cv2.GaussianBlur(mask, (0, 0), 2.2 * scale),
    )
    return image * (1 - 0.72 * np.clip(cast * 1.25, 0, 1) * (1 - mask) * covered)[:, :, None]


def _layer_colour(
    model: HeadModel,
    person: Identity,
    shell: MaskShell | None,
    layer: Layer,
    front: np.ndarray,
    pose: Pose,
    lighting: Lighting,
    rng: np.random.Generator,
) -> tuple[Fragments, np.ndarray]:
    """The layer's front fragments (row numbers in `front`) and their linear radiance (N,3)."""
    frags = layer.fragments.keep(front)
    normal = unit(
        frags.interpolate(vertex_normals(layer.vertices, layer.triangles), layer.triangles)
        @ pose.rotation.T
    )
    normal = np.where(normal[:, 2:3] < -0.05, -normal, normal)
    if layer.kind == "skin":
        surface = skin_surface(model, person, layer, frags, normal)
    elif layer.kind == "eye":
        centres = np.stack([model.eye_centre(layer.vertices, side) for side in "rl"])
        surface = eye_surface(person, layer, frags, normal, centres)
    elif shell is not None and layer.kind == "mask":
        surface = mask_surface(model, person, shell, layer, frags, normal, layer.edge[front], rng)
    else:
        surface = detail_surface(person, layer, frags, normal)
    colour = shade(surface, lighting)
    if layer.kind == "hair":
        colour += hair_sheen(surface, lighting.keys, pose.rotation)
    return frags, colour


def _over_background(
    image: np.ndarray,
    covered: np.ndarray,
    lighting: Lighting,
    rng: np.random.Generator,
    outdoor: bool,
) -> np.ndarray:
    """Puts the head (H,W,3) in front of a background lit by the same light; covered: (H,W) 0/1."""
    light = lighting.radiance.sum(0) / 2.2 * (2.6 if lighting.kind == "back" else 1.0)
    backdrop = background(rng, image.shape[0], outdoor) * light
    image = image * covered[:, :, None] + backdrop * (1 - covered[:, :, None])
    alpha = cv2.GaussianBlur(covered, (0, 0), 0.6)[:, :, None]
    return (image * alpha + backdrop * (1 - alpha)).astype(F32)


@dataclass
class _Canvas:
    """What has been drawn so far, by flat pixel at supersampled resolution."""

    image: np.ndarray  # (P,3) linear
    covered: np.ndarray  # (P,) 0/1
    is_mask: np.ndarray  # (P,) bool
    evidence: np.ndarray  # (P,) bool, mask rim and holes


def _draw(
    model: HeadModel,
    person: Identity,
    layers: list[Layer],
    shell: MaskShell | None,
    pose: Pose,
    lighting: Lighting,
    rng: np.random.Generator,
    full: int,
) -> _Canvas:
    """All layers, nearest fragment first."""
    depth, holes = np.full(full * full, 1e9, F32), np.zeros(full * full, bool)
    for layer in layers:
        _cover(model, layer, pose, full, shell, holes)
        np.minimum.at(depth, layer.fragments.pixel, layer.fragments.depth)
    canvas = _Canvas(
        np.zeros((full * full, 3), F32),
        np.zeros(full * full, F32),
        np.zeros(full * full, bool),
        np.zeros(full * full, bool),
    )
    for layer in layers:
        front = np.nonzero(layer.fragments.depth <= depth[layer.fragments.pixel] + 1e-6)[0]
        if len(front) == 0:
            continue
        frags, canvas.image[layer.fragments.pixel[front]] = _layer_colour(
            model, person, shell, layer, front, pose, lighting, rng
        )
        canvas.covered[frags.pixel] = 1
        if layer.kind == "mask":
            canvas.is_mask[frags.pixel] = True
            canvas.evidence[frags.pixel[layer.edge[front] < 0.12]] = True
    canvas.evidence |= holes & ~canvas.is_mask & (canvas.covered > 0)
    return canvas


def _put_glasses(
    image: np.ndarray, model: HeadModel, person: Identity, vertices: np.ndarray, pose: Pose,
    lighting: Lighting,
) -> np.ndarray:  # fmt: skip
    """The head with the person's glasses on, if any."""
    if person.glasses is None:
        return image
    eyes = np.stack([model.eye_centre(vertices, side) for side in "rl"])
    gap = float(np.linalg.norm(eyes[1] - eyes[0]))

    def place(points: np.ndarray) -> np.ndarray:
        return pose.project((points * gap + eyes.mean(0)).astype(F32))[:, :2]

    light = lighting.radiance.sum(0) / 3
    return draw_glasses(image, person.glasses, place, eye_distance=gap * pose.scale, light=light)


def render_scene(
    model: HeadModel,
    person: Identity,
    rng: np.random.Generator,
    illumination: str = "normal",
    outdoor: bool = False,
    mask: tuple[str, Identity] | None = None,
    size: int = 176,
    supersample: int = 2,
) -> Scene:
    """One frame of `person`; `mask` is (kind, donor identity) for a 3D mask attack."""
    full = size * supersample
    vertices = express(model, person, rng)
    pose = sample_pose(model, vertices, rng, full)
    lighting = sample_lighting(rng, illumination)
    shell = build_mask_shell(model, vertices, mask[1], mask[0], rng) if mask else None
    layers = _layers(model, person, vertices, shell)
    canvas = _draw(model, person, layers, shell, pose, lighting, rng, full)
    image, covered = canvas.image.reshape(full, full, 3), canvas.covered.reshape(full, full)
    if mask:
        worn = canvas.is_mask.reshape(full, full)
        image = _mask_shadow(image, covered, worn, lighting, supersample)
    else:
        image = _put_glasses(image, model, person, vertices, pose, lighting)
    image = _over_background(image, covered, lighting, rng, outdoor)
    evidence = canvas.evidence.reshape(full, full).astype(F32)
    box = pose.project(box_points(model, vertices))[:, :2] / supersample
    low, high = box.min(0), box.max(0)
    return Scene(
        cv2.resize(image.astype(F32), (size, size), interpolation=cv2.INTER_AREA),
        (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        pose.project(landmarks(model, vertices))[:, :2] / supersample,
        cv2.resize(evidence, (size, size), interpolation=cv2.INTER_AREA),
        outdoor,
        illumination,
    )
