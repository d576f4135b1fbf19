"""The average of a network's weights."""

import keras
import numpy as np
import pytest

from trainer.averaging import averaged, moved_average
from trainer.recipes import RECIPES, Recipe


def test_first_weights_count_alike_and_later_ones_decay():
    average = []
    for updates in range(3):
        average = moved_average(average, [np.full(2, updates)], updates=updates, decay=0.9)
    # 0; then 9 tenths of the way to 1; then 9 elevenths of the way to 2
    np.testing.assert_allclose(average[0], 0.9 + (2 - 0.9) * 9 / 11)
    late = moved_average([np.zeros(2)], [np.ones(2)], updates=10_000, decay=0.98)
    np.testing.assert_allclose(late[0], 0.02)


def test_network_has_the_average_for_a_while_and_its_own_after_an_error():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    own = network.get_weights()
    with pytest.raises(KeyError), averaged(network, [np.ones((2, 1)), np.ones(1)]):
        assert float(network(np.ones((1, 2)))[0, 0]) == 3
        raise KeyError
    for weight, expected in zip(network.get_weights(), own, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_warm_up_rises_to_the_rate_and_the_cosine_ends_at_none():
    recipe = Recipe(epochs=10, learning_rate=0.1, schedule="cosine", warmup_steps=20)
    schedule = recipe.optimizer(100)._learning_rate
    rates = [float(schedule(step)) for step in (0, 10, 20, 510, 1000)]
    np.testing.assert_allclose(rates, [0, 0.05, 0.1, 0.05, 0], atol=1e-6)
    assert RECIPES["paper"].warmup_steps == 0
