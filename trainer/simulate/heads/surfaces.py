"""What each surface of a head looks like, and how it answers to light."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trainer.simulate.heads.assets import HeadModel, load_texture, load_texture_slope
from trainer.simulate.heads.eyes import eye_albedo
from trainer.simulate.heads.identity import Identity, beard_weight, lip_weight, scalp_weight
from trainer.simulate.heads.maskshell import MaskShell, mask_albedo, paper_folds
from trainer.simulate.heads.raster import F32, Fragments, light_directions, sample_texture, unit
from trainer.simulate.scenery import Lighting


@dataclass
class Layer:
    """One mesh to draw, with its visible fragments filled in by `_cover`."""

    kind: str  # skin, eye, brow, lash, hair or mask
    vertices: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray
    uv_triangles: np.ndarray
    texture: tuple[np.ndarray, np.ndarray] | None = None  # colour, alpha
    fragments: Fragments = field(init=False)
    edge: np.ndarray = field(init=False)  # of a mask: distance to the nearest cut


@dataclass
class Surface:
    """Shading inputs of N fragments."""

    albedo: np.ndarray  # (N,3)
    normal: np.ndarray  # (N,3)
    visibility: np.ndarray  # (N,D)
    scatter: np.ndarray  # (3,) wrap of the diffuse term: skin lets red light bleed
    roughness: float
    specular: float
    gloss: float | np.ndarray


def skin_surface(
    model: HeadModel, person: Identity, layer: Layer, frags: Fragments, normal: np.ndarray
) -> Surface:
    uv = frags.interpolate(model.uv, layer.uv_triangles)
    q = frags.interpolate(model.face_coords, layer.triangles)
    ratios = [
        np.clip(sample_texture(load_texture(p)[0], uv) / model.skin_means[p], 0.05, 2.5)
        for p in person.skins
    ]
    ratio = ratios[0] * (1 - person.skin_mix) + ratios[1] * person.skin_mix
    level = ratio.mean(1, keepdims=True)
    albedo = (
        person.skin_colour * level**0.9 * (ratio / level) ** 0.7
    )  # keep the relief, tame the texture's own hue
    hairy = (
        scalp_weight(q) * (0.0 if person.hair == "bald" else 0.85)
        + beard_weight(q) * person.beard * 0.85
    )
    speckle = 0.85 + 0.3 * ((np.sin(uv[:, 0] * 2311) * np.sin(uv[:, 1] * 1931)) > 0)
    hairy = np.clip(hairy * speckle, 0, 0.92)[:, None]
    albedo = albedo * (1 - hairy) + person.hair_colour * 1.2 * hairy
    lips = (lip_weight(q) * person.lipstick)[:, None]
    albedo = albedo * (1 - lips * np.array([0.05, 0.55, 0.45], F32))
    cloth = (q[:, 1] < -2.55 + 0.35 * np.clip(np.abs(q[:, 0]), 0, 2.2) ** 1.2)[:, None]
    albedo = np.where(
        cloth, person.shirt * (0.95 + 0.05 * np.sin(q[:, 0:1] * 6 + q[:, 1:2] * 9)), albedo
    )
    bump = sample_texture(load_texture_slope(person.skins[0]), uv)
    normal = normal + np.c_[bump, np.zeros(len(bump), F32)] * 0.45 * ~cloth
    normal = unit(normal)
    light = float(person.skin_colour.mean())
    scatter = np.array([0.34, 0.17, 0.11], F32) * min(1, 0.35 + 2 * light)
    gloss = np.where(cloth[:, 0], 0.15, 1.0) * (1 - 0.6 * hairy[:, 0])
    return Surface(
        albedo,
        normal,
        frags.interpolate(model.visibility, layer.triangles),
        scatter,
        0.42 + 0.05 * np.sin(person.seed),
        0.035,
        gloss,
    )


def mask_surface(
    model: HeadModel,
    person: Identity,
    shell: MaskShell,
    layer: Layer,
    frags: Fragments,
    normal: np.ndarray,
    edge: np.ndarray,
    rng: np.random.Generator,
) -> Surface:
    uv = frags.interpolate(model.uv, layer.uv_triangles)
    q = frags.interpolate(model.face_coords, layer.triangles)
    albedo = mask_albedo(model, shell, uv, q, edge, rng)
    if shell.kind == "paper":
        normal = normal + paper_folds(person.seed, q)
        normal = unit(normal)
    scatter = np.array([0.15, 0.11, 0.08], F32) if shell.kind == "silicone" else np.zeros(3, F32)
    gloss = {"paper": 0.35, "plastic": 1.4, "resin": 1.1, "silicone": 1.1}[shell.kind]
    return Surface(
        albedo,
        normal,
        frags.interpolate(model.visibility, layer.triangles),
        scatter,
        shell.roughness,
        0.045,
        gloss,
    )


def eye_surface(
    person: Identity, layer: Layer, frags: Fragments, normal: np.ndarray, centres: np.ndarray
) -> Surface:
    """Eyeballs; centres (2,3) in model units, the image's left eye first."""
    at = frags.interpolate(layer.vertices, layer.triangles)
    local = at - centres[(at[:, 0] > centres[:, 0].mean()).astype(int)]
    radius = np.quantile(np.linalg.norm(local, axis=1), 0.9)
    shadow = np.full((len(at), len(light_directions())), 0.55, F32)  # of brow and lids
    albedo = eye_albedo(local / radius, person.iris)
    return Surface(albedo, normal, shadow, np.zeros(3, F32), 0.08, 0.05, 1.5)


def detail_surface(person: Identity, layer: Layer, frags: Fragments, normal: np.ndarray) -> Surface:
    """Brows, lashes and hair."""
    n, directions = len(frags.pixel), len(light_directions())
    texture = layer.texture[0] if layer.texture else np.ones((1, 1, 3), F32)
    colour = sample_texture(texture, frags.interpolate(layer.uv, layer.uv_triangles))
    level = colour.mean(1, keepdims=True)
    strand = np.clip(level / max(float(level.mean()), 0.01), 0.3, 2.2)
    if layer.kind == "hair":  # locks: streaks in model space, so that they follow the hair
        at = frags.interpolate(layer.vertices, layer.triangles)
        phase = at[:, 0] * 21 + at[:, 2] * 17 + 2.5 * np.sin(at[:, 1] * 2.1 + at[:, 0] * 3)
        strand = (
            strand * (1 + 0.35 * np.sin(phase) + 0.25 * np.sin(phase * 2.7 + 1))[:, None] + 0.12
        )
    albedo = person.hair_colour * strand * (0.3 if layer.kind == "lash" else 1.0)
    return Surface(
        albedo,
        normal,
        np.full((n, directions), 0.62, F32),
        np.array([0.3, 0.3, 0.3], F32),
        0.6,
        0.03,
        0.15,
    )


def hair_sheen(surface: Surface, keys: list, turn: np.ndarray) -> np.ndarray:
    """Kajiya-Kay highlight (N,3): strands run downwards along the surface."""
    n = surface.normal
    down = turn @ np.array([0, -1, 0], F32)
    tangent = down - n * (n @ down)[:, None]
    tangent = unit(tangent)
    out = np.zeros_like(n)
    for direction, colour, _ in keys:
        half = direction + np.array([0, 0, 1], F32)
        along = tangent @ (half / np.linalg.norm(half))
        sine = np.sqrt(np.clip(1 - along**2, 0, 1))
        facing = np.clip(n @ direction + 0.2, 0, 1)
        out += (sine**40 * facing)[:, None] * colour * (0.12 + 0.9 * surface.albedo)
    return out


def shade(surface: Surface, lighting: Lighting) -> np.ndarray:
    """Linear radiance (N,3): wrapped diffuse, ambient sheen and one GGX lobe per lamp."""
    dirs = light_directions()
    n, vis = surface.normal, surface.visibility
    facing = n @ dirs.T
    diffuse = np.stack(
        [
            (np.clip((facing + w) / (1 + w), 0, None) * (vis * (1 - w * 0.4) + w * 0.4))
            @ lighting.radiance[:, c]
            for c, w in enumerate(surface.scatter)
        ],
        1,
    )
    colour = diffuse * surface.albedo
    fresnel = surface.specular + (1 - surface.specular) * (1 - np.clip(n[:, 2], 0, 1)) ** 5 * 0.4
    colour += (fresnel * 0.35 * surface.gloss)[:, None] * (
        (np.clip(facing, 0, 1) * vis) @ lighting.radiance
    )
    for direction, power, sharp in lighting.keys:
        half = direction + np.array([0, 0, 1], F32)
        nh = np.clip(n @ (half / np.linalg.norm(half)), 0, 1)
        alpha = max(surface.roughness**2, 0.02) + 0.6 / sharp
        lobe = alpha**2 / (np.pi * (nh**2 * (alpha**2 - 1) + 1) ** 2)
        seen = vis[:, np.argmax(dirs @ direction)] * np.clip(n @ direction, 0, 1)
        colour += (lobe * surface.specular * surface.gloss * seen * 0.8)[:, None] * power
    return colour
