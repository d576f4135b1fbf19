"""What a command's work is like: recipes of training and planting, the plan of judging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import keras


Augment = Literal["none", "light", "strong", "hard"]


@dataclass(frozen=True)
class Recipe:
    """Everything about training but the network, the data and the seed.

    Adam on sparse categorical cross-entropy; stops when `monitor` has not improved for `patience`
    epochs and keeps the best epoch's weights. Without a `monitor` it trains all epochs and keeps
    the last one's.

    Parameters
    ----------
    schedule : {"staircase", "cosine", "constant"}
        Staircase: times `decay_rate` every `decay_steps` steps. Cosine: down to 0 at the last step.
    warmup_steps : int
        Steps in which the learning rate rises from 0 (cosine), or is a tenth (constant).
    monitor : {"val_loss", "val_auc"}, optional
    augment : {"none", "light", "strong", "hard"}
        Light: random flips and shifts of up to 3 pixels. Strong: also scale, tone, sharpness,
        noise, compression and patches. Hard: more of these, and light that burns out or is not
        even (`trainer.augment`).
    label_smoothing : float
        Share of the label that is spread evenly over both classes.
    average_over : float, optional
        What validates and is kept is an average of the weights, which reaches back over this share
        of the steps taken so far; without it, the weights themselves.
    batch_norm_momentum : float, optional
        Of all batch normalisations in place of a network's own: on a small data set the baselines'
        0.99 and 0.999 do not settle.
    """

    name: str = "paper"
    epochs: int = 50
    batch_size: int = 64
    learning_rate: float = 1e-4
    schedule: Literal["staircase", "cosine", "constant"] = "staircase"
    warmup_steps: int = 0
    decay_rate: float = 0.96
    decay_steps: int = 100_000
    patience: int = 10
    monitor: Literal["val_loss", "val_auc"] | None = "val_loss"
    augment: Augment = "none"
    label_smoothing: float = 0.0
    average_over: float | None = None
    batch_norm_momentum: float | None = None

    def optimizer(self, steps_per_epoch: int) -> keras.optimizers.Optimizer:
        """Adam with this recipe's learning rate schedule."""
        import keras  # slow: commands that only parse import this file too

        schedules = keras.optimizers.schedules
        if self.schedule == "cosine":
            steps = self.epochs * steps_per_epoch
            warmup = min(self.warmup_steps, steps // 10)
            rate = schedules.CosineDecay(
                0.0 if warmup else self.learning_rate,
                steps - warmup,
                warmup_target=self.learning_rate if warmup else None,
                warmup_steps=warmup,
            )
        elif self.schedule == "constant":
            rate = schedules.PiecewiseConstantDecay(
                [self.warmup_steps], [self.learning_rate / 10, self.learning_rate]
            )
        else:
            rate = schedules.ExponentialDecay(
                self.learning_rate, self.decay_steps, self.decay_rate, staircase=True
            )
        return keras.optimizers.Adam(rate)


RECIPES = {
    "paper": Recipe(),
    # The paper's is made for 180,000 images. On 5,000, its 1e-4 has barely left the start after 50
    # epochs and the validation loss is too noisy to stop on.
    "demo": Recipe(
        name="demo",
        epochs=24,
        learning_rate=1.5e-3,
        schedule="cosine",
        monitor="val_auc",
        augment="light",
        batch_norm_momentum=0.9,
    ),
    # For attacks simulated on photographs: what a simulated camera gives away must not be learnt.
    "photographs": Recipe(
        name="photographs",
        epochs=24,
        learning_rate=1.5e-3,
        schedule="cosine",
        warmup_steps=100,
        monitor="val_auc",
        augment="strong",
        label_smoothing=0.05,
        average_over=1 / 9,
        batch_norm_momentum=0.9,
    ),
    # For networks of the recipe above, on pictures made otherwise: what is kept is the mean of all
    # weights on a way that never settles. Simulated validation would choose the first epoch, whose
    # network is the nearest to the one it started from.
    "finish": Recipe(
        name="finish",
        epochs=6,
        learning_rate=7e-4,
        schedule="constant",
        warmup_steps=100,
        monitor=None,
        augment="hard",
        label_smoothing=0.05,
        average_over=1.0,
        batch_norm_momentum=0.9,
    ),
}


@dataclass(frozen=True)
class PlantRecipe:
    """How cues are planted, learnt and looked for.

    Parameters
    ----------
    images : int
        Test pictures with the cue whose maps are scored, for each network.
    faces : int
        Training faces; a network sees all of them with and without the cue, planted anew in every
        epoch.
    epochs : int
        Epochs of training, at most; a network that tells its training faces apart stops earlier.
    learning_rate : float
        Learning rate of Adam.
    """

    images: int = 30
    faces: int = 300
    epochs: int = 8
    batch_size: int = 16
    learning_rate: float = 1e-3
    seed: int = 0


@dataclass(frozen=True)
class Plan:
    """Which images, and how much is measured on them.

    Parameters
    ----------
    split : str
    limit : int, optional
        How many images are taken, as many of each species; without it, all of the split.
    repeats : int
        On how many of them explanations are made again, to measure stability.
    sanity : int
        On how many of them networks with random weights are explained too.
    seed : int
        Draws the images.
    """

    split: str = "test"
    limit: int | None = None
    repeats: int = 40
    sanity: int = 8
    seed: int = 0
