"""Live, print, replay and 3D mask pictures, made from rendered scenes."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.simulate.attacks.display import (
    compress_video,
    display_emission,
    glass_reflection,
    moire,
    pixel_lattice,
    user_interface,
)
from trainer.simulate.attacks.hands import hold
from trainer.simulate.attacks.media import Sheet, sample_sheet
from trainer.simulate.attacks.paper import paper_slope, print_reflectance
from trainer.simulate.attacks.plane import coverage, pixels_per_unit, plane_maps, transform
from trainer.simulate.camera.light import luminance
from trainer.simulate.camera.photograph import photograph, source_photo
from trainer.simulate.heads.raster import F32
from trainer.simulate.heads.render import Scene
from trainer.simulate.layout import Capture
from trainer.simulate.scenery import background, light_field, uniform

FRAME = 192  # working resolution in px; 2-D media are computed at twice this
OUT = 116  # px of the finished picture


def _face_frame(scene: Scene) -> tuple[np.ndarray, float]:
    """Centre (2,) and height of the scene's face box, px."""
    x0, y0, x1, y1 = scene.box
    return np.array([(x0 + x1) / 2, (y0 + y1) / 2]), y1 - y0


def _pose(rng: np.random.Generator, tilt: float, width: int) -> np.ndarray:
    """Homography from plane coordinates (face heights, face at the origin) to frame px."""
    scale, angle = width * uniform(rng, 0.48, 0.61), rng.normal(0, tilt * 0.5)
    centre = np.array([width * (0.5 + rng.normal(0, 0.02)), width * (0.5 + rng.normal(0, 0.02))])
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    view = np.array([[scale, 0, centre[0]], [0, scale, centre[1]], [0, 0, 1]])
    lean = np.array(
        [
            [1, 0, 0],
            [0, 1, 0],
            [
                np.clip(rng.normal(0, tilt * 0.5), -0.2, 0.2),
                np.clip(rng.normal(0, tilt * 0.5), -0.2, 0.2),
                1,
            ],
        ]
    )
    return view @ turn @ lean


def _picture(image: np.ndarray, scene: Scene, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Samples a scene-sized image at plane coordinates."""
    centre, height = _face_frame(scene)
    return cv2.remap(
        image,
        (centre[0] + u * height).astype(F32),
        (centre[1] + v * height).astype(F32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _edge_band(distance: np.ndarray, pixels: float) -> np.ndarray:
    """Band (H,W) of about 3 output pixels around a medium's outline; `pixels` per face height."""
    return (np.abs(distance) * pixels < 1.6 * distance.shape[0] / OUT).astype(F32)


def _place(scene: Scene, homography: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Face box corners (4,2) and landmarks (5,2) of the scene in frame px."""
    centre, height = _face_frame(scene)
    corners = np.array([[scene.box[i], scene.box[j]] for j in (1, 3) for i in (0, 2)])
    return transform(homography, (corners - centre) / height), transform(
        homography, (scene.points - centre) / height
    )


def _finish(
    image: np.ndarray,
    evidence: np.ndarray,
    box: np.ndarray,
    points: np.ndarray,
    rng: np.random.Generator,
    kind: str,
    illumination: str,
    outdoor: bool,
    material: str = "",
) -> Capture:
    """Photographs the linear frame; box corners (4,2) and points (5,2) are in frame px."""
    width = image.shape[0]
    if width != FRAME:
        image = cv2.resize(image, (FRAME, FRAME), interpolation=cv2.INTER_AREA)
    low, high = box.min(0), box.max(0)
    limits = tuple(float(v) * FRAME / width for v in (*low, *high))
    picture = photograph(
        np.clip(image, 0, 30).astype(F32), rng, limits, OUT, illumination == "dark"
    )
    small = cv2.resize(evidence, (OUT, OUT), interpolation=cv2.INTER_AREA)
    scale = OUT / width
    low, high = np.clip(low * scale, 0, OUT - 1), np.clip(high * scale, 1, OUT)
    return Capture(
        picture,
        OUT,
        small > 0.3,
        (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])),
        points * scale,
        kind,
        material,
        illumination,
        outdoor,
    )


def capture_person(
    scene: Scene, rng: np.random.Generator, kind: str, material: str = ""
) -> Capture:
    """A live face or a worn 3D mask (kind: live or 3D mask), photographed directly."""
    homography = _pose(rng, 0.05, FRAME)
    u, v = plane_maps(homography, FRAME)
    image = (
        np.clip(_picture(scene.image, scene, u, v), 0, None)
        * light_field(rng, FRAME, abs(rng.normal(0, 0.15)))[:, :, None]
    )
    evidence = np.clip(_picture(scene.evidence, scene, u, v), 0, 1)
    place = _place(scene, homography)
    return _finish(image, evidence, *place, rng, kind, scene.illumination, scene.outdoor, material)


def _lit_paper(
    scene: Scene,
    sheet: Sheet,
    u: np.ndarray,
    v: np.ndarray,
    bend: tuple[np.ndarray, np.ndarray],
    pixels: float,
    strong: bool,
    rng: np.random.Generator,
) -> np.ndarray:
    """Reflected light (H,W,3) of the printed sheet; bend: slope, crease of `paper_slope`."""
    (slope, crease), width, kind = bend, u.shape[0], sheet.kind
    paper, white = print_reflectance(
        _picture(source_photo(scene.image, rng), scene, u, v), u, v, kind, rng
    )
    printed = coverage(sheet.distance(u, v, False), pixels)[:, :, None]
    fibre = paper[:, :, 1:2] / np.maximum(
        cv2.GaussianBlur(paper[:, :, 1], (0, 0), 3)[:, :, None], 0.02
    )
    paper = paper * printed + white * np.clip(fibre, 0.9, 1.1) * (1 - printed)
    shade = np.clip(1 + 0.5 * slope * np.cos(uniform(rng, 0, 6.28)) + crease * 0.6, 0.35, 1.7)
    paper = (
        paper
        * shade[:, :, None]
        * light_field(rng, width, abs(rng.normal(0, 0.3)) + 0.3 * strong)[:, :, None]
    )
    if rng.random() < (0.75 if kind == "photo" else 0.12):  # sheen of coated paper
        sheen = np.exp(
            -(((slope - uniform(rng, -0.4, 0.4) + 0.12 * u) / uniform(rng, 0.05, 0.2)) ** 2)
        )
        paper = (
            paper
            + (
                sheen
                * light_field(rng, width, 0.8)
                * uniform(rng, 0.06, 0.3)
                * (1.8 if strong else 1)
            )[:, :, None]
        )
    return paper


def print_attack(
    scene: Scene, rng: np.random.Generator, kind: str, illumination: str, outdoor: bool
) -> Capture:
    """A printed picture of the scene (kind: photo or A4) held before the camera."""
    width, sheet = FRAME * 2, sample_sheet(rng, kind)
    homography = _pose(rng, 0.16, width)
    pixels = pixels_per_unit(homography)
    u, v = plane_maps(homography, width)
    slope, crease = paper_slope(rng, u, v, kind)
    u, v = u + 0.03 * slope * v, v + 0.03 * slope * u  # the bend also distorts the outline
    paper = _lit_paper(scene, sheet, u, v, (slope, crease), pixels, illumination == "strong", rng)
    outer = sheet.distance(u, v, True)
    on_paper = coverage(outer, pixels)[:, :, None]
    behind = (
        background(rng, width, outdoor)
        * uniform(rng, 0.45, 1.1)
        * (2.2 if illumination == "back" else 1)
    )
    shadow = cv2.GaussianBlur(
        np.roll(on_paper[:, :, 0], rng.integers(-10, 14, 2), (0, 1)), (0, 0), uniform(rng, 4, 12)
    )
    image = np.ascontiguousarray(
        paper * on_paper + behind * (1 - 0.4 * shadow[:, :, None]) * (1 - on_paper), F32
    )
    rim = np.clip(1 - np.abs(outer + 0.004) * pixels / 1.5, 0, 1)  # thin lit cut edge
    image *= (1 + uniform(rng, -0.3, 0.5) * rim)[:, :, None]
    evidence = _edge_band(outer, pixels)
    if rng.random() < 0.65:
        evidence = np.maximum(evidence, hold(image, sheet, homography, rng, uniform(rng, 0.8, 1.2)))
    return _finish(image, evidence, *_place(scene, homography), rng, kind, illumination, outdoor)


def _bezel(rng: np.random.Generator, width: int) -> np.ndarray:
    dark = rng.random() < 0.8
    tone = uniform(rng, 0.006, 0.03) if dark else uniform(rng, 0.35, 0.65)
    return tone * light_field(rng, width, 0.4)[:, :, None] * np.ones(3, F32)


def _screen(
    scene: Scene,
    sheet: Sheet,
    u: np.ndarray,
    v: np.ndarray,
    pixels: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Emitted light (H,W,3): picture, interface, sub-pixels, moire and refresh bands."""
    source = source_photo(scene.image, rng)
    if rng.random() < 0.5:
        source = compress_video(source, rng)
    shown = user_interface(np.clip(_picture(source, scene, u, v), 0, 1), sheet, u, v, rng)
    light = display_emission(shown, rng)
    period = uniform(rng, 1.4, 3.2) if rng.random() < 0.6 else uniform(rng, 3.4, 6.5)
    light = light * pixel_lattice(u, v, pixels / period, rng)
    light = cv2.GaussianBlur(light, (0, 0), uniform(rng, 0.35, 0.9))
    if rng.random() < 0.8:
        light = light * moire(light.shape[0], rng)
    if rng.random() < 0.3:
        band = np.sin(
            2
            * np.pi
            * (np.arange(light.shape[0]) / light.shape[0] * uniform(rng, 0.5, 2.2) + rng.random())
        )
        light = light * (1 + uniform(rng, 0.08, 0.25) * band).astype(F32)[:, None, None]
    return light * light_field(rng, light.shape[0], abs(rng.normal(0, 0.12)))[:, :, None]


def replay_attack(
    scene: Scene, rng: np.random.Generator, kind: str, illumination: str, outdoor: bool
) -> Capture:
    """The scene shown on a display (kind: PC, pad or phone)."""
    width, sheet, strong = FRAME * 2, sample_sheet(rng, kind), illumination == "strong"
    homography = _pose(rng, 0.13, width)
    u, v = plane_maps(homography, width)
    pixels = pixels_per_unit(homography)
    inner, outer = sheet.distance(u, v, False), sheet.distance(u, v, True)
    lit, device = coverage(inner, pixels)[:, :, None], coverage(outer, pixels)[:, :, None]
    ambient = (
        uniform(rng, 0.25, 1.0)
        * {"normal": 1, "strong": 1.5, "back": 2.2, "dark": 0.35}[illumination]
    )
    behind = background(rng, width, outdoor) * ambient
    light = _screen(scene, sheet, u, v, pixels, rng)
    image = (
        light * lit
        + _bezel(rng, width) * ambient * 2 * (device - lit * device)
        + behind * (1 - device)
    )
    level = float(np.median(luminance(light)))
    if rng.random() < (0.95 if strong else 0.7):
        glare = glass_reflection(width, rng, strong) * uniform(rng, 0.25, 1.2) + uniform(
            rng, 0, 0.25
        ) * background(rng, width, outdoor)
        image = image + device * glare * level
    image = np.ascontiguousarray(image, F32)
    edge_light = np.clip(1 - np.abs(outer + 0.006) * pixels / 1.5, 0, 1)
    image += (edge_light * uniform(rng, 0, 0.25) * ambient)[:, :, None]
    evidence = np.maximum(_edge_band(outer, pixels), (device * (1 - lit))[:, :, 0])
    if kind != "PC" and rng.random() < 0.65:
        evidence = np.maximum(
            evidence, hold(image, sheet, homography, rng, ambient * uniform(rng, 0.7, 1.1))
        )
    return _finish(image, evidence, *_place(scene, homography), rng, kind, illumination, outdoor)
