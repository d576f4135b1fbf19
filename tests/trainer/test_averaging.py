"""The average of a network's weights."""

import keras
import numpy as np
import pytest

from trainer.averaging import averaged, moved_average
from trainer.recipes import RECIPES, Recipe


def averages(weights, *, span):
    average = []
    for updates, value in enumerate(weights):
        average = moved_average(average, [np.full(2, float(value))], updates=updates, span=span)
    return average[0]


def test_average_over_all_of_the_way_is_the_mean_and_over_a_part_of_it_that_of_the_last():
    way = np.arange(900)
    np.testing.assert_allclose(averages(way, span=1), way.mean())
    np.testing.assert_allclose(averages(way, span=1 / 9), 0.9 * 900, rtol=2e-2)


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


def test_constant_rate_is_a_tenth_at_first():
    recipe = Recipe(learning_rate=0.1, schedule="constant", warmup_steps=20)
    schedule = recipe.optimizer(100)._learning_rate
    rates = [float(schedule(step)) for step in (0, 20, 21, 10_000)]
    np.testing.assert_allclose(rates, [0.01, 0.01, 0.1, 0.1], atol=1e-6)
