"""What a batch is made of: loose files, folders and archives, hostile ones too."""

import io
import struct
import tracemalloc
import zipfile

import pytest

from fascore.batch.files import BatchLimits, batch_files
from fascore.decoding import MAX_BYTES, ImageError
from fascore.errors import FascoreError

LIMITS = BatchLimits(files=20, megabytes=20, unpacked_megabytes=30)


def packed(members, **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def taken(*given, limits=LIMITS):
    return batch_files(given, limits=limits)


def names(files):
    return [file.name for file in files]


def why_not(file) -> str:
    with pytest.raises(ImageError) as refused:
        file.read()
    return str(refused.value)


def test_files_keep_their_order_and_those_of_a_zip_stand_in_its_place():
    files = taken(
        ("b.jpg", b"b"),
        ("visit.ZIP", packed({"day/": b"", "day/2.jpg": b"two", "day/1.jpg": b"one"})),
        ("a.jpg", b"a"),
    )
    assert names(files) == ["b.jpg", "visit.ZIP/day/2.jpg", "visit.ZIP/day/1.jpg", "a.jpg"]
    assert [file.read() for file in files] == [b"b", b"two", b"one", b"a"]


@pytest.mark.parametrize(
    "left_behind", ["__MACOSX/._1.jpg", ".DS_Store", "day/Thumbs.db", "DESKTOP.INI"]
)
def test_what_operating_systems_leave_behind_is_no_file_of_the_batch(left_behind):
    archive = packed({"1.jpg": b"one", left_behind: b"x"})
    assert names(taken(("v.zip", archive), (left_behind, b"x"))) == ["v.zip/1.jpg"]


@pytest.mark.parametrize("name", ["inside.zip", "inside.jpg"])
def test_a_zip_inside_a_zip_is_not_opened_whatever_its_name(name):
    files = taken(("v.zip", packed({"1.jpg": b"one", name: packed({"2.jpg": b"two"})})))
    assert names(files) == ["v.zip/1.jpg", f"v.zip/{name}"]
    assert "a .zip inside a .zip" in why_not(files[1])


def test_ten_thousand_files_are_refused_together_with_their_number():
    given = ("v.zip", packed({f"{number}.jpg": b"" for number in range(10_000)}))
    with pytest.raises(FascoreError, match="at most 20 files .* Received: 10,000 entries in v.zip"):
        taken(given)


def test_one_file_more_than_the_limit_is_refused_wherever_they_are():
    loose = [(f"{number}.jpg", b"") for number in range(10)]
    inside = {f"{number}.jpg": b"" for number in range(10)}
    assert len(taken(*loose, ("v.zip", packed(inside)))) == 20
    with pytest.raises(FascoreError, match="Received: 21 files"):
        taken(*loose, ("v.zip", packed(inside | {"one.jpg": b""})))


def test_too_many_bytes_in_all_are_refused():
    half = bytes(10 * 2**20)
    assert len(taken(("a.jpg", half), ("b.jpg", half))) == 2
    with pytest.raises(FascoreError, match="at most 20 MB .* Received: 20.0 MB"):
        taken(("a.jpg", half), ("b.jpg", half + b"1"))


def test_a_zip_bomb_is_one_file_that_is_not_unpacked_and_the_others_stay():
    bomb = packed({f"{number}.jpg": bytes(8 * 2**20) for number in range(4)})
    files = taken(("bomb.zip", bomb), ("a.jpg", b"a"))
    assert names(files) == ["bomb.zip", "a.jpg"]
    assert "unpacks to 32 MB, more than the 30 MB" in why_not(files[0])


def test_a_member_larger_than_a_picture_may_be_is_refused_before_it_is_unpacked():
    (file,) = taken(("v.zip", packed({"1.jpg": bytes(MAX_BYTES + 1)})))
    assert "at most 10 MB" in why_not(file)


def test_a_member_that_claims_less_than_it_unpacks_to_takes_no_more_memory_than_it_claims():
    archive = bytearray(packed({"1.jpg": bytes(64 * 2**20)}, compresslevel=1))
    for start, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", archive, archive.index(start) + offset, 100)
    (file,) = taken(("v.zip", bytes(archive)))
    tracemalloc.start()
    reason = why_not(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "cannot be unpacked (Bad CRC-32" in reason
    assert peak < 2**20


def test_a_member_with_a_wrong_checksum_leaves_the_others():
    archive = bytearray(packed({"1.jpg": b"one", "2.jpg": b"two"}))
    archive[archive.index(b"1.jpg") + 5] ^= 0xFF  # its first byte of data
    broken, whole = taken(("v.zip", bytes(archive)))
    assert "cannot be unpacked" in why_not(broken)
    assert whole.read() == b"two"


@pytest.mark.parametrize(
    ("offsets", "value", "told"),
    [((6, 8), 1, "encrypted"), ((8, 10), 99, "compression method")],
    ids=["encrypted", "unknown method"],
)
def test_a_member_that_cannot_be_unpacked_says_why(offsets, value, told):
    archive = bytearray(packed({"1.jpg": b"one"}))
    for start, offset in zip((b"PK\x03\x04", b"PK\x01\x02"), offsets, strict=True):
        struct.pack_into("<H", archive, archive.index(start) + offset, value)
    (file,) = taken(("v.zip", bytes(archive)))
    assert told in why_not(file)


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"no archive", "a damaged .zip"), (b"", "a damaged .zip"), (packed({}), "without a file")],
)
def test_a_zip_that_cannot_be_used_is_one_file_with_its_reason(data, told):
    (file,) = taken(("v.zip", data))
    assert file.name == "v.zip" and told in why_not(file)


def test_a_truncated_zip_is_one_file_with_its_reason():
    (file,) = taken(("v.zip", packed({"1.jpg": b"one" * 100})[:-30]))
    assert "a damaged .zip" in why_not(file)
