"""Folders and archives as they are found: links, names of any bytes, what cannot be read."""

import os
import unicodedata
import zipfile

import numpy as np
import pytest
from PIL import Image

from fascore.data import open_data
from fascore.data import samples as reasons
from fascore.data.file_trees import Folder, open_tree
from fascore.data.samples import DataError, EntryError


def write(root, *names, text="x"):
    for name in names:
        path = os.path.join(os.fsencode(root), name if isinstance(name, bytes) else name.encode())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode())


def test_links_in_circles_end_and_a_folder_is_listed_once_under_its_own_name(tmp_path):
    write(tmp_path, "b/1", "b/deep/2")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b/deep/up").symlink_to(tmp_path)
    (tmp_path / "b/self").symlink_to(tmp_path / "b/self")
    assert sorted(Folder(tmp_path).paths()) == ["b/1", "b/deep/2"]


def test_links_out_of_the_root_are_followed_and_broken_ones_are_nothing(tmp_path):
    write(tmp_path, "disk/1", "disk/2", "root/own")
    (tmp_path / "root/far").symlink_to(tmp_path / "disk")
    (tmp_path / "root/file").symlink_to(tmp_path / "disk/2")
    (tmp_path / "root/gone").symlink_to(tmp_path / "nowhere")
    tree = Folder(tmp_path / "root")
    assert sorted(tree.paths()) == ["far/1", "far/2", "file", "own"]
    assert tree.read("far/1") == b"x" and tree.has("file") and not tree.has("gone")


def test_pipes_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert list(Folder(tmp_path).paths()) == [] and not Folder(tmp_path).has("pipe")


def test_a_folder_without_permission_is_listed_not_passed_over(tmp_path, monkeypatch):
    write(tmp_path, "live/1.png", "closed/2.png")
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("closed/") or str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)  # root, as in a container, may list anything
    scan = open_data(tmp_path).scan()
    assert [sample.sample_id for sample in scan.samples] == ["live/1.png"]
    (skipped,) = scan.skipped
    assert (skipped.reason, skipped.detail) == (reasons.CLOSED_FOLDER, "Permission denied")


NAMES = [
    b"caf\xe9", "café".encode(), unicodedata.normalize("NFD", "café").encode(), b"a\nb", b"a\rb",
    b"a b", b" a", b"a\\b", b"a,b", b'a"b', b"a'b", b"A", b"a", b"a-b", b"a_b", b"NA", b"1e5",
    b"\xff\xfe", "脸".encode(), "🙂".encode(), b"<b>", b"%41", b"\x01",
]  # fmt: skip


def test_names_of_any_bytes_are_text_and_lead_back_to_their_file(tmp_path):
    for name in NAMES:
        write(tmp_path, name, text=repr(name))
    tree = Folder(tmp_path)
    paths = list(tree.paths())
    assert len(set(paths)) == len(NAMES)
    assert all(path.encode() and path.isprintable() for path in paths)  # one line of UTF-8
    assert {tree.read(path).decode() for path in paths} == set(map(repr, NAMES))
    assert all(tree.has(path) and tree.find(path) == path for path in paths)


@pytest.mark.parametrize("path", ["nul\0", "\ud800", "x" * 10_000, ""])
def test_what_is_no_name_is_not_there(tmp_path, path):
    assert not Folder(tmp_path).has(path)


def picture_zip(path, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for number in range(3):
            pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), np.uint8)
            with archive.open(f"live/{number}.bmp", "w") as file:
                Image.fromarray(pixels).save(file, "BMP")
    return path


def spoilt(path, position, change):
    data = bytearray(path.read_bytes())
    data[position : position + len(change)] = change
    path.write_bytes(data)


def entry(data, number):
    """Where the central directory speaks of an entry."""
    return [i for i in range(len(data)) if data[i : i + 4] == b"PK\1\2"][number]


@pytest.mark.parametrize(
    ("offset", "change", "told"),
    [
        (8, b"\x01", "Received: it is encrypted."),
        (10, b"\x63", "compression method is not supported"),
        (16, b"\0\0\0\0", "Bad CRC-32"),
        (24, b"\xff\xff\xff\x7f", "it claims to unpack to 2,048 MB"),
    ],
    ids=["encrypted", "unsupported method", "wrong checksum", "vast"],
)
def test_a_damaged_entry_of_an_archive_is_left_out_alone(tmp_path, offset, change, told):
    path = picture_zip(tmp_path / "mine.zip")
    spoilt(path, entry(path.read_bytes(), 1) + offset, change)
    source = open_data(path)
    outcomes = []
    for sample in source.samples():
        try:
            source.picture(sample)
            outcomes.append("read")
        except EntryError as err:
            outcomes.append(err.reason)
            assert told in str(err)
    assert outcomes == ["read", reasons.UNREADABLE, "read"]


def test_whatever_is_damaged_in_an_archive_is_one_sentence(tmp_path):
    whole = picture_zip(tmp_path / "mine.zip", compression=zipfile.ZIP_DEFLATED).read_bytes()
    rng, refused, path = np.random.default_rng(0), 0, tmp_path / "damaged.zip"
    for _ in range(400):
        data = bytearray(whole)
        for place in rng.integers(len(data) - 400, len(data), 3):
            data[place] = rng.integers(256)
        path.write_bytes(data[: len(data) - int(rng.integers(40)) * int(rng.integers(2))])
        try:
            source = open_data(path)
            for sample in source.samples():
                source.picture(sample)
        except DataError as err:
            refused += 1
            assert "Expected" in str(err) and "\n" not in str(err)
    assert 50 < refused


def test_archive_of_back_slashes_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("live\\ann\\1.png", b"x")
    tree = open_tree(tmp_path / "a.zip")
    assert list(tree.paths()) == ["live/ann/1.png"] and tree.read("live/ann/1.png") == b"x"
