"""A data set of one's own, as a CSV table."""

import os
import unicodedata

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
        ("path,label", "a.png,alive", reasons.BAD_ROW),
        ("path,label", "none.png,0", reasons.MISSING_IMAGE),
        ("path,label,spoof_type", "a.png,1,77", reasons.BAD_ROW),
        ("path,label,spoof_type", "a.png,0,9", reasons.BAD_ROW),
        ("path,label,split", "a.png,0,fold1", reasons.BAD_ROW),
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


LINES = ["path,label", "a.png,live", "deep/b.png,spoof"]


def labels(source):
    return {sample.sample_id: sample.label for sample in source.samples()}


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff" + "\n".join(LINES),
        "\r\n".join(LINES),
        "\r".join(LINES),
        "\n".join(LINES).replace(",", ";"),
        "\n".join(LINES).replace(",", "\t"),
        "sep=;\n" + "\n".join(LINES).replace(",", ";"),
        "sep=|\n" + "\n".join(LINES).replace(",", "|"),
        " Path , Label \n" + "\n".join(LINES[1:]),
        '"path","label"\n"a.png","live"\n"deep/b.png","spoof"',
        ",path,label\n0,a.png,live\n1,deep/b.png,spoof",
        "path,label\n./a.png,live\ndeep\\b.png,spoof",
        "path,label\n\na.png,live\n\ndeep//b.png,spoof\n\n",
    ],
    ids=[
        "mark", "Windows lines", "old lines", "semicolons", "tabs", "sep", "sep bar",
        "spaces", "quotes", "row numbers", "other slashes", "empty lines",
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_tables_of_many_programs_are_read(table, data, encoding):
    if encoding == "utf-16" and data.startswith("\ufeff"):
        data = data[1:]  # the codec writes one
    table.write_bytes(data.encode(encoding))
    assert labels(open_data(table)) == {"a.png": 0, "deep/b.png": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252"])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_accents_are_found_however_they_are_written(table, encoding, on_disk):
    name = "Zoë é.png"
    (table.parent / "a.png").rename(table.parent / unicodedata.normalize(on_disk, name))
    table.write_bytes(f"path,label\n{name},0".encode(encoding))
    assert list(labels(open_data(table))) == [unicodedata.normalize(on_disk, name)]


def test_names_that_differ_only_in_composed_accents_stay_two(table):
    names = [unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD")]
    for name in names:
        (table.parent / name).write_bytes((table.parent / "a.png").read_bytes())
    source = write(table, "path,label", f"{names[0]},0", f"{names[1]},1")
    assert labels(source) == dict(zip(names, (0, 1), strict=True))


def test_paths_may_be_absolute_below_the_tables_folder(table):
    assert labels(write(table, "path,label", f"{table.parent}/a.png,0")) == {"a.png": 0}


def test_a_file_is_preferred_whose_name_is_what_is_written(table):
    for name in (" a.png", "deep\\b.png"):
        (table.parent / name).write_bytes((table.parent / "a.png").read_bytes())
    assert list(labels(write(table, "path,label", " a.png,0", "deep\\b.png,1"))) == [
        " a.png", "deep\\b.png",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "spoof_type"),
    [
        ("0", 0), ("0.0", 0), ("live", 0), ("REAL", 0), ("Bona Fide", 0), ("genuine", 0),
        ("1", -1), ("1.0", -1), ("Spoof", -1), ("fake", -1), ("attack", -1),
        ("print", -2), ("Replay", -4), ("paper_cut", -3), ("3D mask", 10), ("phone", 9),
    ],
)  # fmt: skip
def test_labels_are_words_of_the_field(table, label, spoof_type):
    (sample,) = write(table, "path,label", f"a.png,{label}").samples()
    assert (sample.label, sample.spoof_type) == (int(spoof_type != 0), spoof_type)


@pytest.mark.parametrize(
    ("header", "row", "label"),
    [
        ("path,live", "a.png,1", 0),
        ("path,is_live", "a.png,0", 1),
        ("path,spoof", "a.png,1.0", 1),
        ("path,label,class", "a.png,0,live", 0),
        ("path,label,attack type", "a.png,spoof,replay", 1),
        ("filename;label;x;y;w;h", "a.png;0;1,5;2;30;40", 0),
    ],
)
def test_columns_of_other_names_are_understood(table, header, row, label):
    assert labels(write(table, header, row)) == {"a.png": label}


@pytest.mark.parametrize(
    ("header", "row"),
    [("path,label,class", "a.png,0,spoof"), ("path,label,live", "a.png,0,0")],
)
def test_columns_that_contradict_each_other_leave_the_row_out(table, header, row):
    (skipped,) = write(table, header, row).scan().skipped
    assert skipped.reason == reasons.BAD_ROW and "contradict" in skipped.detail


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",,", "an empty row"),
        (".,0,", "is a folder"),
        ("./,0,", "is a folder"),
        ("a.png,,", "no label"),
        ("a.png,2,", "label is live or spoof, not '2'"),
        ("a.png,0,ann,b,c", "5 cells under 3 columns"),
        ("a.png," + "x" * 2**20 + ",", "(1,048,576 characters)"),
        ("y" * 2**20 + ",0,", "nothing there"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(table, row, said):
    scan = write(table, "path,label,subject", "deep/b.png,1,", row).scan()
    (skipped,) = scan.skipped
    assert len(scan.samples) == 1 and skipped.detail.startswith("line 3: ")
    assert said in skipped.detail and len(skipped.path + skipped.detail) < 500


def test_lines_that_an_open_quote_swallows_are_counted(table):
    scan = write(table, "path,label,subject", 'a.png,live,"ann', "b.png,0,", "c.png,0,").scan()
    assert not scan.samples
    assert [(each.path, each.reason) for each in scan.skipped] == [
        ("a.png", reasons.BAD_ROW), ("line 3", reasons.LOST_LINE), ("line 4", reasons.LOST_LINE),
    ]  # fmt: skip


def test_a_spreadsheet_that_is_no_text_is_said(table):
    table.write_bytes(b"PK\3\4\0\0\0" * 9)
    with pytest.raises(DataError, match="no text. Save the table as CSV"):
        open_data(table)


def test_without_any_split_there_is_none_and_beside_one_it_is_train(table):
    assert {s.split for s in write(table, "path,label,split", "a.png,0,").samples()} == {""}
    both = write(table, "path,label,split", "a.png,0,", "deep/b.png,1,Testing").samples()
    assert [sample.split for sample in both] == ["train", "test"]


def test_a_pipe_of_a_listed_name_is_no_picture(table):
    os.mkfifo(table.parent / "pipe.png")
    (skipped,) = write(table, "path,label", "pipe.png,0").scan().skipped
    assert skipped.reason == reasons.MISSING_IMAGE


def test_a_box_refers_to_the_picture_as_its_exif_data_turn_it(table):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 60)).save(table.parent / "turned.jpg", exif=exif)
    source = write(table, "path,label,x,y,w,h", "turned.jpg,0,10,60,40,50")
    (sample,) = source.samples()
    picture = source.picture(sample)
    assert picture.shape == (80, 60, 3)
    assert source.box(sample, picture) == Box(10, 60, 40, 20)  # clamped to 60 x 80


def test_stamp_follows_the_tables_boxes(table):
    stamps = set()
    for box in ("10,5,40,50", "11,5,40,50"):
        source = write(table, "path,label,x,y,w,h", f"a.png,live,{box}")
        stamps.add(source.stamps(source.samples()))
    assert len(stamps) == 2


def test_names_and_subjects_stay_text(table, tmp_path):
    names = ["NA", "007", "1e5", "true", "2024-01-01"]
    for name in names:
        Image.new("RGB", (80, 60)).save(tmp_path / name, "PNG")
    rows = [f"{name},{number % 2},{name}" for number, name in enumerate(names)]
    samples = write(table, "path,label,subject", *rows).samples()
    assert [(each.sample_id, each.subject) for each in samples] == [(n, n) for n in names]
