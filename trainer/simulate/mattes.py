"""Who is in a photograph where: mattes uint8, 255 on the person."""

from __future__ import annotations

import cv2
import numpy as np

WORKING_SIDE = 128  # px, at which people are cut out


def cut_out(pixels: np.ndarray, face: tuple[float, float]) -> np.ndarray:
    """Matte uint8 (S,S) of the person whose face, so many px wide and high, is in the middle.

    GrabCut (Rother, Kolmogorov, Blake 2004) from a rough head and shoulders.
    """
    side, unit = WORKING_SIDE, WORKING_SIDE / len(pixels)
    small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    regions = _rough_person(face[0] * unit, face[1] * unit)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its k-means draws
    cv2.grabCut(small, regions, (0, 0, 0, 0), *models, 2, cv2.GC_INIT_WITH_MASK)
    person = ((regions == cv2.GC_FGD) | (regions == cv2.GC_PR_FGD)).astype(np.uint8)
    person = cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((3, 3)))
    person = cv2.morphologyEx(person, cv2.MORPH_CLOSE, np.ones((5, 5)))
    _, labels = cv2.connectedComponents(person)
    person = (labels == labels[side // 2, side // 2]).astype(np.uint8) * 255
    whole = cv2.resize(person, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.GaussianBlur(whole, (0, 0), 1.4)


def _rough_person(width: float, height: float) -> np.ndarray:
    """GrabCut's labels (WORKING_SIDE,WORKING_SIDE) around a face of so many px: sure face and neck,
    likely hair and shoulders, background above and beside the head."""
    side, middle = WORKING_SIDE, WORKING_SIDE // 2
    regions = np.full((side, side), cv2.GC_PR_BGD, np.uint8)
    head = (middle, int(middle - 0.1 * height))
    cv2.ellipse(
        regions, head, (int(width * 0.85), int(height * 0.85)), 0, 0, 360, cv2.GC_PR_FGD, -1
    )
    shoulders = np.array(
        [
            [middle - width * 0.5, middle + height * 0.5],
            [middle + width * 0.5, middle + height * 0.5],
            [middle + width * 1.6, side],
            [middle - width * 1.6, side],
        ]
    )
    cv2.fillConvexPoly(regions, shoulders.astype(np.int32), cv2.GC_PR_FGD)
    face = (int(width * 0.45), int(height * 0.48))
    cv2.ellipse(regions, (middle, middle), face, 0, 0, 360, cv2.GC_FGD, -1)
    left, right = int(middle - width * 0.3), int(middle + width * 0.3)
    regions[int(middle + height * 0.4) :, left:right] = cv2.GC_FGD
    regions[: max(0, int(middle - height * 1.05))] = cv2.GC_BGD
    chin = int(middle + height * 0.35)
    regions[:chin, : max(0, int(middle - width * 1.25))] = cv2.GC_BGD
    regions[:chin, int(middle + width * 1.25) :] = cv2.GC_BGD
    return regions


def refined(matte: np.ndarray, pixels: np.ndarray, *, radius: int = 8) -> np.ndarray:
    """A rough matte uint8 (H,W) made to follow the edges of its picture uint8 (H,W,3).

    Guided filter of a colour picture (He, Sun, Tang 2010).
    """
    guide, rough = pixels.astype(np.float32) / 255, matte.astype(np.float32) / 255
    rough = np.clip(3 * (rough - 0.5) + 0.5, 0, 1)

    def mean(layers: np.ndarray) -> np.ndarray:
        window = (2 * radius + 1, 2 * radius + 1)
        return cv2.blur(layers, window, borderType=cv2.BORDER_REFLECT).reshape(layers.shape)

    means = mean(guide)
    products = np.einsum("hwi,hwj->hwij", guide, guide).reshape(*guide.shape[:2], 9)
    spread = mean(products).reshape(*guide.shape, 3) - np.einsum("hwi,hwj->hwij", means, means)
    shared = mean(guide * rough[..., None]) - means * mean(rough)[..., None]
    slope = np.linalg.solve(spread + 1e-4 * np.eye(3, dtype=np.float32), shared[..., None])[..., 0]
    offset = mean(rough) - (slope * means).sum(-1)
    soft = (mean(slope) * guide).sum(-1) + mean(offset)
    return (np.clip(1.4 * (soft - 0.5) + 0.5, 0, 1) * 255).round().astype(np.uint8)
