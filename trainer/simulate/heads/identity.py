"""Random but plausible people: head shape, skin, hair, clothes, expressions; all by seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.simulate.heads.assets import ETHNICITIES, HeadModel
from trainer.simulate.heads.glasses import Glasses, sample_glasses
from trainer.simulate.heads.raster import F32

# linear-light skin albedo from light to dark, at melanin 0, .25, .5, .75 and 1
SKIN_PALETTE = np.array(
    [
        [0.64, 0.43, 0.345],
        [0.53, 0.325, 0.235],
        [0.37, 0.205, 0.135],
        [0.20, 0.110, 0.073],
        [0.096, 0.054, 0.039],
    ]
)
MELANIN = {"african": 0.80, "asian": 0.27, "caucasian": 0.13}
HAIR_PALETTE = np.array(
    [
        [0.012, 0.010, 0.009],
        [0.030, 0.020, 0.015],
        [0.070, 0.042, 0.025],
        [0.16, 0.10, 0.055],
        [0.32, 0.23, 0.13],
        [0.16, 0.062, 0.026],
        [0.36, 0.35, 0.34],
    ]
)
HAIR_ODDS = {
    "male": {"short01": 2, "short02": 2, "short04": 2, "afro01": 0.4, "buzz": 3, "bald": 0.7},
    "female": {
        "long01": 3, "ponytail01": 2.5, "bob01": 0.7, "bob02": 0.7, "Braid01": 1.5, "afro01": 0.7,
        "short02": 0.5,
    },
}  # fmt: skip
BROWS = ("001", "002", "003", "004", "005", "006", "008", "009", "010", "011", "012")
LASHES = ("Eyelashes01", "eyelashes02", "eyelashes03", "eyelashes04")
OPPOSITES = (
    ("decr", "incr"),
    ("in", "out"),
    ("down", "up"),
    ("compress", "uncompress"),
    ("concave", "convex"),
    ("backward", "forward"),
    ("less", "more"),
    ("small", "big"),
)
LANDMARK_COORDS = {
    "nose": (0.0, -0.62, 0.75),
    "mouth_right": (-0.40, -1.14, 0.25),
    "mouth_left": (0.40, -1.14, 0.25),
}
BOX_COORDS = ((0, 0.95, 0.2), (0, -1.75, 0.1), (-1.2, -0.4, -0.8), (1.2, -0.4, -0.8))
SHAPE_SPREAD = {
    "head": 0.15,
    "chin": 0.15,
    "nose": 0.19,
    "mouth": 0.17,
    "eyes": 0.15,
    "cheek": 0.18,
    "forehead": 0.15,
    "eyebrows": 0.18,
    "ears": 0.12,
    "neck": 0.08,
}


@dataclass
class Identity:
    """One person. Colours are linear RGB; `vertices` is the neutral head (V,3)."""

    seed: int
    vertices: np.ndarray
    ethnicity: dict[str, float]
    male: float
    age: float
    skins: tuple[str, str]
    skin_mix: float
    skin_colour: np.ndarray
    hair: str  # proxy name, 'buzz' or 'bald'
    hair_colour: np.ndarray
    beard: float  # 0 none .. 1 full
    brow: str
    lash: str
    iris: int
    shirt: np.ndarray
    lipstick: float  # 0 none .. 1 full
    glasses: Glasses | None


def signed_sliders(model: HeadModel) -> list[tuple[str, str]]:
    """(negative, positive) target names of every two-sided shape slider."""
    pairs = []
    for name in sorted(model.targets):
        if name.startswith(("macro/", "expr/", "asym/")):
            continue
        for low, high in OPPOSITES:
            if name.endswith("-" + low) and name[: -len(low)] + high in model.targets:
                pairs.append((name, name[: -len(low)] + high))
                break
    return pairs


def _head_shape(
    model: HeadModel, rng: np.random.Generator, ethnicity: dict[str, float], male: float, age: float
) -> np.ndarray:
    """Neutral head (V,3): macro targets plus small, left-right consistent slider values."""
    vertices = model.vertices.copy()
    weight = rng.normal(0, 0.16)
    for sex, sex_w in (("male", male), ("female", 1 - male)):
        for stage, age_w in (("young", 1 - age), ("old", age)):
            for name, share in ethnicity.items():
                model.morph(vertices, f"macro/{name}-{sex}-{stage}", sex_w * age_w * share)
            base, share = f"macro/universal-{sex}-{stage}-averagemuscle-", sex_w * age_w
            model.morph(vertices, base + "averageweight", share * (1 - abs(weight)))
            model.morph(
                vertices, base + ("maxweight" if weight > 0 else "minweight"), share * abs(weight)
            )
    values: dict[str, float] = {}
    for low, high in signed_sliders(model):
        key = high.replace("/l-", "/").replace("/r-", "/")
        spread = SHAPE_SPREAD[high.split("/")[0]]
        if key not in values:
            values[key] = float(np.clip(rng.normal(0, spread), -2.2 * spread, 2.2 * spread))
        value = values[key] + rng.normal(0, 0.02)
        model.morph(vertices, high if value >= 0 else low, abs(value))
    return vertices


def _skin(
    model: HeadModel, rng: np.random.Generator, ethnicity: dict[str, float], male: float, age: float
):
    """Two texture paths, their mix and the mean face albedo."""
    sex = "male" if male > 0.5 else "female"
    stage = "old" if age > 0.72 else "middleage" if age > 0.38 else "young"
    fitting = [p for p in model.skins if f"{stage}_" in p and f"_{sex}/" in p] or [
        p for p in model.skins if f"_{sex}/" in p
    ]
    main = max(ethnicity, key=lambda name: ethnicity[name])
    own = [p for p in fitting if f"_{main}_" in p] or fitting
    melanin = sum(MELANIN[k] * v for k, v in ethnicity.items()) + rng.normal(0, 0.08)
    melanin = float(np.clip(melanin, 0, 1)) * 4
    k = min(int(melanin), 3)
    colour = np.exp(
        (1 - melanin + k) * np.log(SKIN_PALETTE[k]) + (melanin - k) * np.log(SKIN_PALETTE[k + 1])
    )
    colour = colour * np.exp(rng.normal(0, 0.08)) * np.exp(rng.normal(0, 0.025, 3))
    pick = (own[rng.integers(len(own))], fitting[rng.integers(len(fitting))])
    return pick, float(rng.beta(1, 3)), colour.astype(F32)


def _hair(
    rng: np.random.Generator, ethnicity: dict[str, float], male: float, age: float
) -> tuple[str, np.ndarray]:
    odds = HAIR_ODDS["male" if male > 0.5 else "female"]
    share = np.array(list(odds.values())) / sum(odds.values())
    style = str(rng.choice(list(odds), p=share))
    if age > 0.6 and rng.random() < 0.6:
        index = 6
    elif ethnicity["caucasian"] < 0.5:
        index = rng.choice(3, p=[0.5, 0.35, 0.15])
    else:
        index = rng.choice(6, p=[0.10, 0.24, 0.32, 0.19, 0.10, 0.05])
    name = style if style in ("buzz", "bald") else "hair/" + style
    return name, (HAIR_PALETTE[index] * np.exp(rng.normal(0, 0.15))).astype(F32)


def sample_identity(model: HeadModel, seed: int) -> Identity:
    """A reproducible person for an integer seed."""
    rng = np.random.default_rng([7, seed])
    shares = (float(v) for v in rng.dirichlet([0.45] * 3))
    ethnicity = dict(zip(ETHNICITIES, shares, strict=True))
    # women a little beyond the mean head: at 64 px the middle reads as a man
    male = float(np.clip((rng.random() < 0.5) + rng.normal(0, 0.06) - 0.04, -0.12, 1))
    age = float(np.clip(rng.beta(1.1, 2.0), 0, 0.9 if male > 0.5 else 0.7))
    vertices = _head_shape(model, np.random.default_rng([8, seed]), ethnicity, male, age)
    skins, mix, colour = _skin(model, rng, ethnicity, male, age)
    hair, hair_colour = _hair(rng, ethnicity, male, age)
    light_eyes = ethnicity["caucasian"] > 0.6
    shirt = (rng.random() ** 2 * 0.5 + 0.03) * np.exp(rng.normal(0, 0.18, 3))
    woman = male < 0.5
    return Identity(
        seed=seed,
        vertices=vertices,
        ethnicity=ethnicity,
        male=male,
        age=age,
        skins=skins,
        skin_mix=mix,
        skin_colour=colour,
        hair=hair,
        hair_colour=hair_colour,
        beard=0.0 if woman else _beard(rng),
        brow="eyebrows/eyebrow" + str(rng.choice(BROWS)),
        lash="eyelashes/" + str(rng.choice(LASHES)),
        iris=int(rng.integers(0, 7) if light_eyes else rng.integers(0, 3)),
        shirt=np.clip(shirt, 0.015, 0.7).astype(F32),
        lipstick=float(rng.uniform(0.35, 0.9)) if woman else 0.0,
        glasses=sample_glasses(rng),
    )


def _beard(rng: np.random.Generator) -> float:
    """None, stubble or full."""
    choices = [0, rng.uniform(0.1, 0.35), rng.uniform(0.5, 0.9)]
    return float(rng.choice(choices, p=[0.45, 0.35, 0.2]))


def express(model: HeadModel, person: Identity, rng: np.random.Generator) -> np.ndarray:
    """Vertices (V,3) of the person with a random mild expression."""
    weights: dict[str, float] = {}
    if rng.random() < 0.6:
        weights["mouth-corner-puller"] = rng.beta(1.5, 2.5) * 0.7
    if rng.random() < 0.22:
        weights["mouth-open"] = rng.random() * 0.3
    if rng.random() < 0.25:
        weights["eyebrows-left-up"] = weights["eyebrows-right-up"] = rng.random() * 0.6
    if rng.random() < 0.25:
        weights["eye-left-slit"] = weights["eye-right-slit"] = rng.random() * 0.4
    if rng.random() < 0.15:
        weights["mouth-compression"] = rng.random() * 0.5
    if rng.random() < 0.15:
        weights["eyebrows-left-down"] = weights["eyebrows-right-down"] = rng.random() * 0.5
    vertices = person.vertices.copy()
    for name, value in weights.items():
        for ethnicity, share in person.ethnicity.items():
            model.morph(vertices, f"expr/units/{ethnicity}/{name}", value * share)
    return vertices


def landmarks(model: HeadModel, vertices: np.ndarray) -> np.ndarray:
    """3-D points (5,3).

    Image-left eye, image-right eye, nose tip, image-left and image-right mouth corner.
    """
    eyes = [model.eye_centre(vertices, "r"), model.eye_centre(vertices, "l")]
    rest = [
        vertices[model.nearest_vertex(LANDMARK_COORDS[k])]
        for k in ("nose", "mouth_right", "mouth_left")
    ]
    return np.stack(eyes + rest)


def box_points(model: HeadModel, vertices: np.ndarray) -> np.ndarray:
    """3-D points (4,3) whose projections bound the face."""
    return vertices[[model.nearest_vertex(c) for c in BOX_COORDS]]


def scalp_weight(q: np.ndarray) -> np.ndarray:
    """Soft 0..1 weight (N,) of hair-bearing scalp at face coordinates q (N,3)."""
    line = np.interp(
        q[:, 2], [-2.6, -1.7, -1.25, -0.9, -0.4, 0, 0.5], [-1.5, -1.2, 0.1, 0.55, 1.15, 1.28, 1.38]
    )
    wobble = 0.04 * np.sin(q[:, 0] * 9 + q[:, 2] * 7) + 0.03 * np.sin(q[:, 0] * 23 - q[:, 2] * 17)
    return (1 / (1 + np.exp(-(q[:, 1] - line + wobble) * 16))).astype(F32)


def beard_weight(q: np.ndarray) -> np.ndarray:
    """Soft 0..1 weight (N,) of beard and moustache at face coordinates q (N,3)."""
    x = np.abs(q[:, 0])
    top = np.interp(x, [0, 0.3, 0.55, 0.9, 1.15], [-0.88, -0.90, -1.08, -0.72, -0.1])
    below = 1 / (1 + np.exp((q[:, 1] - top) * 18))
    chin = 1 / (1 + np.exp((-1.95 - q[:, 1]) * 12))
    lips = 1 / (1 + np.exp((1 - (q[:, 0] / 0.43) ** 2 - ((q[:, 1] + 1.14) / 0.16) ** 2) * 8))
    return (below * chin * lips * (q[:, 2] > -1.15)).astype(F32)


def lip_weight(q: np.ndarray) -> np.ndarray:
    """Soft 0..1 weight (N,) of the lips at face coordinates q (N,3)."""
    radius = (q[:, 0] / 0.40) ** 2 + ((q[:, 1] + 1.13) / 0.13) ** 2
    return (1 / (1 + np.exp(np.minimum(radius - 1, 9) * 8)) * (q[:, 2] > 0)).astype(F32)
