"""Text in a table stays what it was."""

import pandas as pd
import pytest

from fascore.data.sample_table import fingerprint, read_samples, samples_table
from fascore.data.samples import Sample
from fascore.tables import read_table

# what CSV readers take for missing values, numbers, truth values or dates, or stumble on
NAMES = [
    "NA", "N/A", "nan", "NaN", "null", "None", "007", "7", "7.0", "1e5", "1_000", "inf", "-0",
    "True", "false", "2024-01-01", "12:30", "#1", 'a "b", c', "two\nlines", " edge ", "ä", "=1+1",
]  # fmt: skip


@pytest.mark.parametrize("names", [NAMES, ["007", "7"], ["NA"], ["True", "False"]])
def test_names_come_back_as_they_were_written(tmp_path, names):
    path = tmp_path / "table.csv"
    pd.DataFrame({"name": names, "value": range(len(names))}).to_csv(path, index=False)
    table = read_table(path, text=["name"])
    assert table["name"].tolist() == names and table["value"].tolist() == list(range(len(names)))


def test_an_empty_cell_alone_is_missing(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('name,value\n,1\nNA,\n"",2\n')
    table = read_table(path, text=["name"])
    assert table["name"].isna().tolist() == [True, False, True]
    assert table["value"].isna().tolist() == [False, True, False]


def test_samples_keep_ids_and_subjects_and_so_their_fingerprint(tmp_path):
    samples = [
        Sample(name, "test", number % 2, 9 * (number % 2), name[::-1], 0, 0)
        for number, name in enumerate(NAMES)
    ]
    table = samples_table(samples)
    table.to_csv(tmp_path / "samples.csv")
    read = read_samples(tmp_path / "samples.csv")
    assert read.index.tolist() == sorted(NAMES)
    assert read["subject"].tolist() == [name[::-1] for name in sorted(NAMES)]
    assert fingerprint(read) == fingerprint(table)
