"""What training does to its images."""

import numpy as np
import pytest
import tensorflow as tf
from skimage.data import astronaut

from trainer.augment import AUGMENTATIONS
from trainer.cli import main

FACE = astronaut()[36:228:3, 128:320:3]  # 64 x 64, uint8


def augmented(name, *, seeds=range(40)):
    change = tf.function(AUGMENTATIONS[name])
    image = tf.constant(FACE)
    made = [change(image, tf.constant([5, seed], tf.int64)).numpy() for seed in seeds]
    return np.stack(made).astype(float)


def test_every_augmentation_can_be_asked_for(capsys):
    with pytest.raises(SystemExit):
        main(["fit", "--help"])
    assert f"--augment {{{','.join(AUGMENTATIONS)}}}" in capsys.readouterr().out


def test_none_leaves_images_as_they_are():
    np.testing.assert_array_equal(augmented("none", seeds=[0, 1]), [FACE, FACE])


@pytest.mark.parametrize("name", ["light", "strong", "hard"])
def test_a_seed_gives_one_image_and_another_seed_another(name):
    first, again = augmented(name, seeds=range(6)), augmented(name, seeds=range(6))
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first.reshape(6, -1), axis=0)) == 6


def test_strong_stays_an_image_of_the_face():
    images = augmented("strong")
    assert images.shape == (40, 64, 64, 3) and np.isfinite(images).all()
    assert images.min() >= -60 and images.max() <= 315  # noise and sharpening may overshoot
    grey, face = images.mean(3), FACE.mean(2)
    either = [max(_correlation(i, face), _correlation(i, face[:, ::-1])) for i in grey]
    assert np.median(either) > 0.5


def test_strong_changes_tone_by_more_than_light_does():
    strong, light = (augmented(name).mean((1, 2)).std(0) for name in ("strong", "light"))
    assert (strong > 15).all() and (light < 8).all()


def test_hard_burns_more_of_a_picture_out_than_strong_does():
    hard, strong = (augmented(name, seeds=range(200)) for name in ("hard", "strong"))
    burnt = [np.mean((images <= 0) | (images >= 255)) for images in (hard, strong)]
    assert burnt[0] > 1.2 * burnt[1]


def _correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]
