"""Bytes to pixels: known formats as they are, everything else with one sentence."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmarks.fuzz import damaged, heic_picture, pictures, try_pictures
from fascore import decoding, heic
from fascore.decoding import ImageError, decode

GRADIENT = np.stack(np.broadcast_arrays(*np.ogrid[0:200:40j, 0:200:60j], 90), -1).astype(np.uint8)


def encode(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_known_formats_decode_to_rgb(format):
    picture = decode(encode(Image.fromarray(GRADIENT), format))
    assert picture.pixels.dtype == np.uint8 and picture.notes == ()
    np.testing.assert_allclose(picture.pixels.astype(int), GRADIENT, atol=12)


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 270 degrees to view
    data = encode(Image.fromarray(GRADIENT), "PNG", exif=exif)
    np.testing.assert_array_equal(decode(data).pixels, np.rot90(GRADIENT, 3))


def test_transparency_lies_over_grey():
    rgba = np.dstack([GRADIENT, np.zeros(GRADIENT.shape[:2], np.uint8)])
    rgba[:, 30:, 3] = 255
    pixels = decode(encode(Image.fromarray(rgba), "PNG")).pixels
    assert (pixels[:, :30] == decoding.ALPHA_GREY).all()
    np.testing.assert_array_equal(pixels[:, 30:], GRADIENT[:, 30:])


@pytest.mark.parametrize("mode", ["P", "L", "1", "LA", "CMYK"])
def test_other_colour_modes_become_rgb(mode):
    format = "TIFF" if mode == "CMYK" else "PNG"
    expected = Image.fromarray(GRADIENT).convert(mode).convert("RGB")
    pixels = decode(encode(Image.fromarray(GRADIENT).convert(mode), format)).pixels
    np.testing.assert_array_equal(pixels, np.asarray(expected))


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_shades(format):
    grey = GRADIENT[:, :, 0].astype(np.uint16) * 257
    pixels = decode(encode(Image.fromarray(grey), format)).pixels
    np.testing.assert_array_equal(pixels, np.repeat(GRADIENT[:, :, :1], 3, axis=2))


def test_sixteen_bit_colour_becomes_eight():
    deep = GRADIENT.astype(np.uint16) * 257
    data = cv2.imencode(".png", deep[:, :, ::-1])[1].tobytes()
    np.testing.assert_allclose(decode(data).pixels.astype(int), GRADIENT, atol=1)


def test_first_frame_of_a_moving_picture_is_taken_and_said():
    first, second = Image.fromarray(GRADIENT), Image.fromarray(255 - GRADIENT)
    data = encode(first, "GIF", save_all=True, append_images=[second, first])
    picture = decode(data)
    assert picture.notes == ("First of 3 frames used.",)
    assert np.abs(picture.pixels.astype(int) - GRADIENT).mean() < 20


def png_header(width, height):
    """A PNG that claims a size and has no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + b"\x35\xaf\x06\x1e"


NOISE = np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8)
JPEG = encode(Image.fromarray(NOISE), "JPEG")
BAD = {
    "empty": (b"", "an empty file"),
    "truncated": (JPEG[: len(JPEG) // 2], "damaged or unfinished"),
    "text": (b"hello, I am not a picture\n" * 9, "a text file"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
    "bomb": (png_header(10_000, 6_000), "Expected at most 50 megapixels. Received: 10000 x 6000"),
    "vast bomb": (png_header(60_000, 60_000), "Expected at most 50 megapixels"),
    "too many bytes": (JPEG + bytes(decoding.MAX_BYTES), "at most 10 MB. Received: 10.0 MB"),
    "1x1": (encode(Image.new("RGB", (1, 1)), "PNG"), "Received: 1 x 1 pixels"),
    "1x10000": (encode(Image.new("RGB", (1, 10_000)), "PNG"), "Received: 1 x 10000 pixels"),
}


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bad_files_get_one_sentence(data, said):
    with pytest.raises(ImageError, match="Expected") as error:
        decode(data)
    assert said in str(error.value) and "\n" not in str(error.value)


def tiff(values, *, bits, sample_format=1, photometric=1):
    """An uncompressed grey TIFF of 12-bit or whole-byte samples, which Pillow does not write."""
    if bits == 12:
        pairs = values.astype(np.uint32).reshape(-1, 2)
        packed = (pairs[:, 0] << 12 | pairs[:, 1]).astype(">u4").view(np.uint8).reshape(-1, 4)
        data = packed[:, 1:].tobytes()
    else:
        data = values.astype({1: "<u", 2: "<i", 3: "<f"}[sample_format] + str(bits // 8)).tobytes()
    height, width = values.shape
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 8, 277: 1,
            278: height, 279: len(data), 339: sample_format}  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


GREY = GRADIENT[:, :, 0].astype(float)  # 0 to 200


@pytest.mark.parametrize(
    "data",
    [
        tiff(GREY * 4095 / 255, bits=12),
        tiff(GREY * 257, bits=16),
        tiff((255 - GREY) * 257, bits=16, photometric=0),
        tiff(GREY * 32767 / 255, bits=16, sample_format=2),
        tiff(GREY / 255, bits=32, sample_format=3),
        tiff(GREY, bits=32, sample_format=3),
    ],
    ids=["12 bits", "16 bits", "white is 0", "signed", "float to 1", "float to 255"],
)
def test_deep_grey_is_read_by_its_own_range(data):
    pixels = decode(data).pixels
    np.testing.assert_allclose(pixels.astype(float), np.repeat(GREY[:, :, None], 3, 2), atol=1)


@pytest.mark.parametrize(
    "data",
    [
        tiff(GREY * 1000, bits=32),
        tiff(GREY - 99, bits=16, sample_format=2),
        tiff(GREY * 300, bits=32, sample_format=3),
        tiff(np.where(GREY > 99, np.nan, GREY), bits=32, sample_format=3),
    ],
    ids=["32 bits", "negative", "float beyond 255", "not a number"],
)
def test_grey_of_unknown_range_is_refused(data):
    with pytest.raises(ImageError, match="Expected grey values of 8 to 16 bits"):
        decode(data)


def test_whatever_a_decoder_raises_is_a_damaged_picture():
    outcome = try_pictures(range(2000), pictures())
    assert outcome.escaped == [] and min(outcome.read, outcome.refused) > 200


@pytest.mark.skipif(not heic.AVAILABLE, reason="pi-heif is not installed")
def test_heic_opens_upright_and_a_damaged_one_ends_only_its_own_process():
    pixels = decode(heic_picture()["HEIC"]).pixels
    np.testing.assert_allclose(pixels.astype(int), np.rot90(GRADIENT, 3), atol=12)
    _, crashing = damaged(2014, heic_picture(), seed=7)  # a segmentation fault in pi-heif 1.4
    with pytest.raises(ImageError, match="damaged or unfinished HEIC file"):
        decode(crashing)


def test_heic_without_its_decoder_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(heic, "AVAILABLE", False)
    with pytest.raises(ImageError, match="Save it as JPEG .*or install pi-heif"):
        decode(heic_picture()["HEIC"])


def test_heic_of_too_many_pixels_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(decoding, "MAX_PIXELS", 1000)
    with pytest.raises(ImageError, match="Received: 40 x 60 pixels"):
        decode(heic_picture()["HEIC"])
