"""Draws a head: skin, eyes, hair and a mask as layers, the nearest on top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.simulate.heads.assets import HeadModel, Proxy, load_texture
from trainer.simulate.heads.identity import Identity
from trainer.simulate.heads.maskshell import MaskShell
from trainer.simulate.heads.pose import Pose
from trainer.simulate.heads.raster import (
    F32,
    Fragments,
    rasterise,
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
from trainer.simulate.scenery import Lighting


@dataclass
class Canvas:
    """What has been drawn so far, by flat pixel at supersampled resolution."""

    image: np.ndarray  # (P,3) linear
    covered: np.ndarray  # (P,) 0/1
    is_mask: np.ndarray  # (P,) bool
    evidence: np.ndarray  # (P,) bool, mask rim and holes


def head_layers(
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


def draw(
    model: HeadModel,
    person: Identity,
    layers: list[Layer],
    shell: MaskShell | None,
    pose: Pose,
    lighting: Lighting,
    rng: np.random.Generator,
    full: int,
) -> Canvas:
    """All layers, nearest fragment first."""
    depth, holes = np.full(full * full, 1e9, F32), np.zeros(full * full, bool)
    for layer in layers:
        _cover(model, layer, pose, full, shell, holes)
        np.minimum.at(depth, layer.fragments.pixel, layer.fragments.depth)
    canvas = Canvas(
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
