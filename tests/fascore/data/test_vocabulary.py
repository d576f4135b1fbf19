"""The words of the field are read as docs/data.md says."""

from pathlib import Path

import pytest

from fascore.data.vocabulary import CLASS_WORDS, KIND_WORDS, SPLIT_WORDS, Said, read_name

DOCS = Path(__file__).parents[3] / "docs/data.md"
MEANINGS = {
    "live": [Said(0)],
    "attack, kind unknown": [Said(-1)],
    "print; its types": [Said(-2), Said(2)],
    "paper cut": [Said(-3)],
    "replay": [Said(-4)],
    "3D mask": [Said(10)],
    "train, validation, test": [Said(split=name) for name in ("train", "validation", "test")],
}


@pytest.mark.parametrize("meaning", MEANINGS)
def test_every_documented_word_is_understood(meaning):
    text = DOCS.read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {meaning} |")]
    groups = row.split("|")[2].split(";")
    assert len(groups) == len(MEANINGS[meaning])
    for words, said in zip(groups, MEANINGS[meaning], strict=True):
        assert {read_name(word.strip()) for word in words.split(",")} == {said}


@pytest.mark.parametrize("word", [*CLASS_WORDS, *KIND_WORDS, *SPLIT_WORDS])
@pytest.mark.parametrize("written", ["{}", "{}s", "{} images", "face-{}"])
def test_words_stand_in_names_of_many_forms(word, written):
    assert read_name(written.format(word).upper()) == read_name(word) is not None


@pytest.mark.parametrize("name", ["ann", "12", "", "live-spoof", "session 1", "deliver", "photos"])
def test_other_names_say_nothing(name):
    assert read_name(name) is None
