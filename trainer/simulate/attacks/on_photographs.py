"""Live, print, paper cut-out and replay pictures, made from photographs of people."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trainer.simulate.attacks.cut_outs import cut_face, cut_region, cut_upper_body
from trainer.simulate.attacks.display import (
    compress_video,
    glass_reflection,
    moire,
    pixel_lattice,
    user_interface,
)
from trainer.simulate.attacks.hands import hold
from trainer.simulate.attacks.media import Sheet
from trainer.simulate.attacks.paper import paper_slope, print_photograph
from trainer.simulate.attacks.plane import coverage, pixels_per_unit, plane_maps, transform
from trainer.simulate.attacks.shot import (
    FRAME,
    Shot,
    attackers_picture,
    edge_band,
    edge_in_crop,
    sample_medium,
    sample_pose,
    sample_tilt,
    seen_behind,
)
from trainer.simulate.camera.everyday import take_picture
from trainer.simulate.camera.light import F32, linear_from_srgb, luminance
from trainer.simulate.layout import Capture
from trainer.simulate.people import stand, surroundings
from trainer.simulate.scenery import light_field, uniform

BOX_JITTER = (0.06, 0.03)  # sd of log scale and of shift in boxes: no two detectors agree
PRINTS, SCREENS = ("photo", "poster", "A4"), ("PC", "pad", "phone")
CUT_OUTS = {
    "face mask": cut_face,
    "upper body mask": cut_upper_body,
    "region mask": cut_region,
}


def capture(shot: Shot, kind: str, rng: np.random.Generator) -> Capture:
    """One picture of the kind live, or one of the attack types of PRINTS, CUT_OUTS and SCREENS."""
    victim = shot.victim if rng.random() < 0.5 else shot.victim.mirrored()
    shot = Shot(victim, shot.wearer, shot.conditions, shot.backdrops)
    make: Callable = _live
    if kind in PRINTS:
        make = _print
    elif kind in SCREENS:
        make = _replay
    elif kind in CUT_OUTS:
        make = _cut_out
    image, evidence, homography = make(shot, kind, rng)
    return _finish(shot, kind, image, evidence, homography, rng)


def _finish(
    shot: Shot,
    kind: str,
    image: np.ndarray,
    evidence: np.ndarray,
    homography: np.ndarray,
    rng: np.random.Generator,
) -> Capture:
    """Photographs the linear frame and says where the face is in the picture."""
    half = np.array(shot.victim.box) / 2
    corners = transform(homography, half * np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]]))
    low, high = corners.min(0), corners.max(0)
    limits = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    dark = shot.conditions.illumination == "dark"
    picture, size = take_picture(np.clip(image, 0, 30).astype(F32), rng, limits, dark=dark)
    scale = size / FRAME
    centre, extent = (low + high) / 2, (high - low) * np.exp(rng.normal(0, BOX_JITTER[0]))
    centre = centre + rng.normal(0, BOX_JITTER[1], 2) * extent.max()
    x, y = np.clip((centre - extent / 2) * scale, 0, size - 4)
    right, bottom = np.clip((centre + extent / 2) * scale, 4, size)
    seen = cv2.resize(evidence.astype(F32), (size, size), interpolation=cv2.INTER_AREA)
    return Capture(
        picture,
        size,
        seen > 0.3,
        (float(x), float(y), float(right - x), float(bottom - y)),
        transform(homography, shot.victim.points) * scale,
        kind,
        "",
        shot.conditions.illumination,
        shot.conditions.outdoor,
    )


def _live(
    shot: Shot, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    homography = sample_pose(rng, roll=9, yaw=rng.normal(0, 6), pitch=rng.normal(0, 6))
    u, v = plane_maps(homography, FRAME)
    image = stand(shot.victim, rng, u, v, conditions=shot.conditions, backdrops=shot.backdrops)
    return image, np.zeros((FRAME, FRAME), F32), homography


def _print(
    shot: Shot, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    homography = sample_pose(rng, roll=10, **sample_tilt(rng, 0.2))
    u, v = plane_maps(homography, FRAME)
    pixels, sheet = pixels_per_unit(homography), sample_medium(rng, kind)
    slope, crease = paper_slope(rng, u, v, sheet.kind)
    u, v = u + 0.03 * slope * v, v + 0.03 * slope * u
    picture = attackers_picture(shot, rng, u, v)
    picture = cv2.GaussianBlur(picture, (0, 0), abs(rng.normal(0, 0.7)) + 0.15)
    outer = sheet.distance(u, v, True)
    paper, white = print_photograph(picture, u, v, rng, dotted=not edge_in_crop(outer, u, v))
    printed = coverage(sheet.distance(u, v, False), pixels)[:, :, None]
    paper = paper * printed + white * (1 - printed)
    paper = light_paper(paper, u, (slope, crease), rng)
    on_paper = coverage(outer, pixels)
    moved = np.roll(on_paper, tuple(rng.integers(-8, 10, 2)), (0, 1))
    shadow = cv2.GaussianBlur(moved, (0, 0), uniform(rng, 2, 9))
    behind = seen_behind(shot, rng) * np.exp(rng.normal(0, 0.25)) * (1 - 0.4 * shadow)[:, :, None]
    if shot.conditions.illumination == "back":
        behind = behind * 2 + 0.2
    image = paper * on_paper[:, :, None] + behind * (1 - on_paper)[:, :, None]
    rim = np.clip(1 - np.abs(outer + 0.004) * pixels / 1.5, 0, 1)  # thin lit cut edge
    image = np.ascontiguousarray(image * (1 + uniform(rng, -0.3, 0.4) * rim)[:, :, None], F32)
    evidence = edge_band(outer, pixels)
    if rng.random() < 0.5:
        fingers = hold(image, sheet, homography, rng, uniform(rng, 0.6, 1.1))
        evidence = np.maximum(evidence, fingers)
    return image, evidence, homography


def light_paper(
    paper: np.ndarray,
    u: np.ndarray,
    bend: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """Light (H,W,3) off a bent sheet: shading, then sheen of its coating or a veil of the room."""
    slope, crease = bend
    shade = np.clip(1 + 0.6 * slope * np.cos(uniform(rng, 0, 6.28)) + 0.6 * crease, 0.3, 1.8)
    field = light_field(rng, FRAME, abs(rng.normal(0, 0.4)))
    light, draw = paper * (shade * field)[:, :, None], rng.random()
    if draw < 0.3:
        place = slope - uniform(rng, -0.4, 0.4) + uniform(rng, -0.3, 0.3) * u
        sheen = np.exp(-((place / uniform(rng, 0.05, 0.35)) ** 2))
        return light + (sheen * uniform(rng, 0.05, 0.45))[:, :, None]
    if draw < 0.6:
        return light + (uniform(rng, 0.01, 0.12) * light_field(rng, FRAME, 0.8))[:, :, None]
    return light


def _cut_out(
    shot: Shot, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A printed face cut out: worn by another person, or held."""
    yaw, pitch = rng.normal(0, 7, 2)
    homography = sample_pose(rng, roll=8, yaw=yaw, pitch=pitch)
    u, v = plane_maps(homography, FRAME)
    pixels = pixels_per_unit(homography)
    person = stand(shot.wearer, rng, u, v, conditions=shot.conditions, backdrops=shot.backdrops)
    if kind == "upper body mask" and rng.random() < 0.5:  # held before a room
        person = seen_behind(shot, rng)
    bend = uniform(rng, 0.1, 0.6)  # around the wearer's head
    uu = np.where(np.abs(u) < 1.2, np.sin(np.clip(u * bend, -1.3, 1.3)) / bend, u).astype(F32)
    paper, white = print_photograph(attackers_picture(shot, rng, uu, v), uu, v, rng)
    distance = CUT_OUTS[kind](shot.victim, uu, v, rng)
    cover = coverage(distance, pixels)
    if rng.random() < 0.6:  # scissors leave a rim of blank paper
        blank = coverage(-distance - uniform(rng, 0.01, 0.06), pixels)[:, :, None]
        paper = paper * (1 - blank) + white * blank
    slope, crease = paper_slope(rng, u, v, "A4")
    shade = (1 - uniform(rng, 0.2, 0.8) * u**2) * (1 + rng.normal(0, 0.25) * u)
    shade = np.clip(shade * (1 + 0.3 * slope + 0.5 * crease), 0.15, 1.8)
    paper = paper * shade[:, :, None] * np.exp(rng.normal(0.1, 0.3))
    if rng.random() < 0.5:
        paper = paper + uniform(rng, 0, 0.1)
    moved = np.roll(cover, (int(rng.integers(0, 6)), int(rng.integers(-5, 6))), (0, 1))
    shadow = uniform(rng, 0.4, 0.8) * cv2.GaussianBlur(moved, (0, 0), uniform(rng, 1, 4))
    image = paper * cover[:, :, None] + person * ((1 - shadow) * (1 - cover))[:, :, None]
    rim = np.clip(1 - np.abs(distance + 0.01) * pixels / 1.5, 0, 1)
    image = image * (1 + uniform(rng, -0.3, 0.6) * rim)[:, :, None]
    return np.ascontiguousarray(image, F32), edge_band(distance, pixels), homography


def _screen_light(
    shot: Shot, sheet: Sheet, u: np.ndarray, v: np.ndarray, pixels: float, rng: np.random.Generator
) -> np.ndarray:
    """Emitted light (H,W,3): picture, interface, sub-pixels, moire and refresh bands."""
    hidden = not edge_in_crop(sheet.distance(u, v, False), u, v)
    picture = attackers_picture(shot, rng, u, v)
    if rng.random() < 0.5:
        picture = compress_video(picture, rng)
    if rng.random() < 0.5:
        picture = user_interface(picture, sheet, u, v, rng)
    picture = np.clip((picture - 0.5) * uniform(rng, 0.85, 1.2) + 0.5, 0, 1)
    white = np.array([uniform(rng, 0.82, 1.08), 1, uniform(rng, 0.92, 1.3)], F32)
    black = float(np.exp(rng.uniform(*np.log((0.002, 0.08))))) * np.array([0.85, 0.95, 1.15], F32)
    light = linear_from_srgb(picture) ** uniform(rng, 0.8, 1.2) * white + black
    lattice = rng.random() < 0.6
    if lattice:
        period = uniform(rng, 1.4, 3.2) if rng.random() < 0.6 else uniform(rng, 3.4, 6.5)
        light = light * pixel_lattice(u, v, pixels / period, rng)
    light = cv2.GaussianBlur(light.astype(F32), (0, 0), uniform(rng, 0.2, 0.9))
    if rng.random() < 0.6 or (hidden and not lattice):
        light = light * moire(FRAME, rng)
    if rng.random() < 0.25:
        rows = np.arange(FRAME) / FRAME * uniform(rng, 0.5, 3) + rng.random()
        band = 1 + uniform(rng, 0.05, 0.25) * np.sin(2 * np.pi * rows)
        light = light * band.astype(F32)[:, None, None]
    return light * light_field(rng, FRAME, abs(rng.normal(0, 0.25)))[:, :, None]


def _replay(
    shot: Shot, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    homography = sample_pose(rng, roll=8, **sample_tilt(rng, 0.12))
    u, v = plane_maps(homography, FRAME)
    pixels, sheet = pixels_per_unit(homography), sample_medium(rng, kind)
    light = _screen_light(shot, sheet, u, v, pixels, rng)
    outer = sheet.distance(u, v, True)
    lit = coverage(sheet.distance(u, v, False), pixels)[:, :, None]
    device = coverage(outer, pixels)[:, :, None]
    ambient = np.exp(rng.normal(-0.6, 0.6))
    tone = uniform(rng, 0.006, 0.04) if rng.random() < 0.8 else uniform(rng, 0.3, 0.7)
    bezel = tone * ambient * light_field(rng, FRAME, 0.4)[:, :, None]
    image = (
        light * lit
        + bezel * (device - lit * device)
        + seen_behind(shot, rng) * ambient * (1 - device)
    )
    level, draw = float(np.median(luminance(light))), rng.random()
    if draw < 0.4:
        glare = glass_reflection(FRAME, rng, shot.conditions.illumination == "strong")
        image = image + device * level * glare * uniform(rng, 0.2, 1)
    if draw > 0.25:  # the room mirrored in the glass
        room = surroundings(rng, shot.backdrops, FRAME) if rng.random() < 0.5 else 1.0
        image = image + device * level * uniform(rng, 0, 0.35) * room
    image = np.ascontiguousarray(image, F32)
    evidence = np.maximum(edge_band(outer, pixels), (device * (1 - lit))[:, :, 0])
    if kind != "PC" and rng.random() < 0.5:
        fingers = hold(image, sheet, homography, rng, ambient * uniform(rng, 0.5, 1.2))
        evidence = np.maximum(evidence, fingers)
    return image, evidence, homography
