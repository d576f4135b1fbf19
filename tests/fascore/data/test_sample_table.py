"""samples.csv: whatever a picture is called and wherever its face was found, it is read back."""

import pytest

from fascore.data.sample_table import read_samples, samples_of, samples_table
from fascore.data.samples import Sample
from fascore.images import Box

NAMES = [
    "NA", "null", "007", "1e5", "True", " a", "a ", 'a"b', "a,b", "a\\x0db", "é", "e\u0301",
         "\\xff", "<b>", "#", "🙂", "=1+1"]  # fmt: skip


@pytest.mark.parametrize("attributes", [b"", bytes([1, 0] * 20)])
def test_samples_are_read_back_as_they_were(tmp_path, attributes):
    boxes = [None, Box(1 / 3, -0.1, 1e-7 + 80, 2 / 3)]
    samples = [
        Sample(name, "test", 0, 0, name, attributes=attributes, box=boxes[number % 2])
        for number, name in enumerate(NAMES)
    ]
    samples_table(samples).to_csv(tmp_path / "samples.csv")
    table = read_samples(tmp_path / "samples.csv")
    found = {sample.sample_id: sample for sample in samples_of(table)}
    assert found == {sample.sample_id: sample for sample in samples}


def test_without_found_faces_there_are_no_columns_for_them():
    assert "x" not in samples_table([Sample("a", "test", 0, 0, "")])
