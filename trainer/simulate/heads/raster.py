"""Tiny NumPy rasteriser.

Triangle coverage, normals, texture look-up. Lengths are in pixels or model units (decimetres).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

F32 = np.float32


@dataclass
class Fragments:
    """All (pixel, triangle) coverage samples of one mesh.

    pixel: (N,) flat pixel index; depth: (N,) smaller is nearer; bary: (N,3); triangle: (N,) row in
    the triangle list.
    """

    pixel: np.ndarray
    depth: np.ndarray
    bary: np.ndarray
    triangle: np.ndarray

    def keep(self, chosen: np.ndarray) -> Fragments:
        """The subset of fragments picked by a boolean or index array."""
        return Fragments(
            self.pixel[chosen], self.depth[chosen], self.bary[chosen], self.triangle[chosen]
        )

    def interpolate(self, values: np.ndarray, triangles: np.ndarray) -> np.ndarray:
        """Barycentric interpolation of per-vertex `values` (V,C) -> (N,C)."""
        corner = triangles[self.triangle]
        return sum(values[corner[:, k]] * self.bary[:, k : k + 1] for k in range(3))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of (N,3) scaled to length 1."""
    return vectors / np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-6)[:, None]


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (V,3) of a triangle mesh."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(
                triangles[:, corner], face[:, axis], len(vertices)
            ).astype(F32)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def rasterise(points: np.ndarray, triangles: np.ndarray, size: int) -> Fragments:
    """Coverage of projected `points` (V,3: x px, y px, depth) on a size x size grid."""
    corners = points[triangles]
    low = np.minimum(np.minimum(corners[:, 0], corners[:, 1]), corners[:, 2])
    high = np.maximum(np.maximum(corners[:, 0], corners[:, 1]), corners[:, 2])
    x0, y0 = (np.maximum(np.ceil(low[:, k] - 0.5).astype(int), 0) for k in (0, 1))
    width, height = (
        np.minimum(np.floor(high[:, k] - 0.5).astype(int), size - 1) - at + 1
        for k, at in ((0, x0), (1, y0))
    )
    seen = np.nonzero((width > 0) & (height > 0))[0]
    count = (width * height)[seen]
    tri = np.repeat(seen, count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    px, py = x0[tri] + offset % width[tri], y0[tri] + offset // width[tri]
    fx, fy = (px + 0.5).astype(F32), (py + 0.5).astype(F32)
    a, b, c = corners[tri, 0], corners[tri, 1], corners[tri, 2]
    det = (b[:, 1] - c[:, 1]) * (a[:, 0] - c[:, 0]) + (c[:, 0] - b[:, 0]) * (a[:, 1] - c[:, 1])
    det = np.where(np.abs(det) < 1e-9, 1e-9, det)
    l0 = ((b[:, 1] - c[:, 1]) * (fx - c[:, 0]) + (c[:, 0] - b[:, 0]) * (fy - c[:, 1])) / det
    l1 = ((c[:, 1] - a[:, 1]) * (fx - c[:, 0]) + (a[:, 0] - c[:, 0]) * (fy - c[:, 1])) / det
    l2 = 1 - l0 - l1
    inside = (l0 >= -1e-5) & (l1 >= -1e-5) & (l2 >= -1e-5)
    tri = tri[inside]
    bary = np.stack([l0[inside], l1[inside], l2[inside]], 1).astype(F32)
    z = points[:, 2][triangles]
    depth = z[tri, 0] * bary[:, 0] + z[tri, 1] * bary[:, 1] + z[tri, 2] * bary[:, 2]
    return Fragments((py[inside] * size + px[inside]).astype(np.int64), depth, bary, tri)


def sample_texture(image: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Bilinear look-up of `image` (H,W[,C]) at `uv` (N,2 in 0..1, v upwards) -> (N[,C])."""
    if len(uv) == 0:
        return np.zeros((0,) + image.shape[2:], F32)
    h, w = image.shape[:2]
    x, y = (uv[:, 0] % 1.0) * w - 0.5, ((1 - uv[:, 1]) % 1.0) * h - 0.5
    rows = int(np.ceil(len(x) / 30000))  # cv2.remap limits the row length
    pad = rows * 30000 - len(x)
    map_x, map_y = (np.pad(v, (0, pad)).reshape(rows, -1).astype(F32) for v in (x, y))
    out = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out.reshape((-1,) + image.shape[2:])[: len(uv)]


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Rotation matrix (3,3); angles in radians, applied yaw, then pitch, then roll."""
    cy, sy, cp, sp, cr, sr = (
        np.cos(yaw),
        np.sin(yaw),
        np.cos(pitch),
        np.sin(pitch),
        np.cos(roll),
        np.sin(roll),
    )
    rz = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    rx = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return (rz @ rx @ ry).astype(F32)


def light_directions() -> np.ndarray:
    """Unit directions (D,3) at which incoming light and vertex visibility are tabulated (+z is
    towards the camera)."""
    g = (1 + 5**0.5) / 2
    corners: list[tuple[float, float, float]] = [
        d for a in (-1, 1) for b in (-g, g) for d in ((0, a, b), (a, b, 0), (b, 0, a))
    ]
    corners += [(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    even = np.array(corners, F32)
    even /= np.linalg.norm(even, axis=1, keepdims=True)
    angles = [(np.radians(a), np.radians(e)) for a in (-60, -30, 0, 30, 60) for e in (-10, 25, 55)]
    fan = [[np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)] for a, e in angles]
    dirs = np.vstack([even, np.array(fan)])
    return dirs[dirs[:, 2] > -0.6].astype(F32)


def vertex_visibility(vertices: np.ndarray, triangles: np.ndarray, size: int = 192) -> np.ndarray:
    """Fraction (V,D) of light from each direction that reaches each vertex (soft shadow maps)."""
    dirs = light_directions()
    out = np.zeros((len(vertices), len(dirs)), F32)
    used = np.unique(triangles)
    for i, d in enumerate(dirs):
        up = np.array([0, 1, 0], F32) if abs(d[1]) < 0.9 else np.array([1, 0, 0], F32)
        right = np.cross(up, d)
        right /= np.linalg.norm(right)
        plane = np.stack([vertices @ right, vertices @ np.cross(d, right), vertices @ d], 1)
        low, high = plane[used, :2].min(0), plane[used, :2].max(0)
        scale = (size - 4) / (high - low).max()
        points = np.c_[(plane[:, :2] - low) * scale + 2, -plane[:, 2]].astype(F32)
        frags = rasterise(points, triangles, size)
        zbuf = np.full(size * size, 1e9, F32)
        np.minimum.at(zbuf, frags.pixel, frags.depth)
        lit = np.zeros(len(vertices), F32)
        for ox in (-1, 0, 1):
            for oy in (-1, 0, 1):
                qx = np.clip((points[:, 0] + ox).astype(int), 0, size - 1)
                qy = np.clip((points[:, 1] + oy).astype(int), 0, size - 1)
                lit += points[:, 2] <= zbuf[qy * size + qx] + 0.05
        out[:, i] = lit / 9
    return out
