"""A data set of one's own, as a CSV table."""

import numpy as np
import pytest
from PIL import Image

from fascore.data import open_data
from fascore.data import samples as reasons
from fascore.data.samples import DataError, EntryError
from fascore.images import Box


@pytest.fixture
def table(tmp_path):
    for name in ("a.png", "deep/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (80, 60), (9, 9, 9)).save(tmp_path / name)
    return tmp_path / "mine.csv"


def write(table, *lines):
    table.write_text("\n".join(lines))
    return open_data(table)


def test_full_table(table):
    source = write(
        table,
        "path,label,spoof_type,subject,split,x,y,w,h",
        "a.png,live,0,ann,train,10,5,40,50",
        "deep/b.png,1,9,bob,test,-10,5,40,50",
    )
    live, spoof = source.samples()
    assert (live.label, live.subject, live.split, live.pai_species) == (0, "ann", "train", "live")
    assert (spoof.label, spoof.split, spoof.pai_species) == (1, "test", "replay")
    assert source.box(live, source.picture(live)) == Box(10, 5, 40, 50)
    assert source.box(spoof, source.picture(spoof)) == Box(0, 5, 30, 50)
    assert source.name == "mine"


def test_without_a_box_the_largest_centred_square_is_used(table):
    source = write(table, "path,label", "a.png,0", "deep/b.png,spoof")
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(picture).save(table.parent / "a.png")
    live, spoof = source.samples()
    assert source.box(live, picture) is None
    for expansion in (1.0, 1.5, 2.0):
        seen = source.face_input(live, size=60, expansion=expansion)
        np.testing.assert_array_equal(seen, picture[:, 10:70])
    assert spoof.pai_species == "unspecified"


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("path,label", "a.png,fake", reasons.BAD_ROW),
        ("path,label", "none.png,0", reasons.MISSING_IMAGE),
        ("path,label,spoof_type", "a.png,1,77", reasons.BAD_ROW),
        ("path,label,spoof_type", "a.png,0,9", reasons.BAD_ROW),
        ("path,label,split", "a.png,0,dev", reasons.BAD_ROW),
        ("path,label,x,y,w,h", "a.png,0,1,2,3,", reasons.BAD_ROW),
        ("path,label,x,y,w,h", "a.png,0,1,2,3,four", reasons.BAD_ROW),
    ],
)
def test_unusable_rows_are_skipped_with_a_reason(table, header, row, reason):
    scan = write(table, header, row).scan()
    assert not scan.samples and [each.reason for each in scan.skipped] == [reason]


def test_row_listed_twice_is_used_once(table):
    scan = write(table, "path,label", "a.png,0", "a.png,1").scan()
    assert [each.label for each in scan.samples] == [0]
    assert [each.reason for each in scan.skipped] == [reasons.DUPLICATE]


@pytest.mark.parametrize(
    ("box", "reason"), [("90,0,20,20", reasons.OUTSIDE_BOX), ("5,5,2,30", reasons.SMALL_BOX)]
)
def test_unusable_boxes_are_refused(table, box, reason):
    source = write(table, "path,label,x,y,w,h", f"a.png,0,{box}")
    (sample,) = source.samples()
    with pytest.raises(EntryError) as caught:
        source.box(sample, source.picture(sample))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "header", ["path", "label", "path,label,colour", "path,label,x,y", "path,label,label", ""]
)
def test_wrong_header_is_said(table, header):
    with pytest.raises(DataError, match="Expected a header path,label"):
        write(table, header, "a.png,0")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.png", "deep/../../x.png", "C:\\x.png", ""])
def test_paths_out_of_the_folder_are_refused(table, path):
    with pytest.raises(DataError, match="stay in it"):
        write(table, "path,label", f"{path},0").scan()


def test_table_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DataError, match="Expected a CSV table"):
        open_data(tmp_path / "none.csv")
