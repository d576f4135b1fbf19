"""The benchmark of training runs the trainer's own steps; no time is asserted."""

import numpy as np

from benchmarks import fit as benchmark
from trainer.recipes import RECIPES


def test_each_way_to_train_gets_a_row_of_its_medians(build):
    chosen = benchmark.ways("cnn", [11])[:1]
    table = benchmark.measure(chosen, build, RECIPES["paper"], rounds=1)
    (row,) = table.to_dict("records")
    assert (row["network"], row["batch"], row["precision"]) == ("cnn", 11, "float32")
    assert row["loop / in memory"] == row["loop, ms"] / row["in memory, ms"]
    assert np.isclose(row["images/s"], 11 / (row["loop, ms"] / 1000))
