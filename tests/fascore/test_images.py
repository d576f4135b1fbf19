"""Bytes to pixels, and the crop: the one pixel path."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from fascore import images
from fascore.errors import FascoreError
from fascore.images import (
    Box,
    ImageError,
    Square,
    crop_face,
    crop_square,
    decode,
    face_input,
    input_points,
    overlap,
)

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
    assert (pixels[:, :30] == images.ALPHA_GREY).all()
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
    "too many bytes": (JPEG + bytes(images.MAX_BYTES), "at most 10 MB. Received: 10.0 MB"),
    "1x1": (encode(Image.new("RGB", (1, 1)), "PNG"), "Received: 1 x 1 pixels"),
    "1x10000": (encode(Image.new("RGB", (1, 10_000)), "PNG"), "Received: 1 x 10000 pixels"),
}


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bad_files_get_one_sentence(data, said):
    with pytest.raises(ImageError, match="Expected") as error:
        decode(data)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_crop_is_the_square_around_the_box():
    picture = np.arange(100 * 80 * 3, dtype=np.uint32).reshape(100, 80, 3).astype(np.uint8)
    crop = crop_face(picture, Box(30, 40, 20, 10), expansion=1.5)
    np.testing.assert_array_equal(crop, picture[30:60, 25:55])  # side 30 around (40, 45)


def test_crop_mirrors_what_lies_outside():
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:] = np.array([10, 20, 30, 40])[None, :, None]
    crop = crop_face(picture, Box(-1, 0, 4, 4), expansion=1.5)
    assert crop[0, :, 0].tolist() == [30, 20, 10, 20, 30, 40][: crop.shape[1]]


def test_crop_far_outside_a_small_picture_still_has_its_size():
    crop = crop_face(GRADIENT, Box(-300, 500, 100, 100), expansion=1.5)
    assert crop.shape == (150, 150, 3)


def test_box_without_area_is_refused():
    with pytest.raises(FascoreError, match="above 0"):
        crop_face(GRADIENT, Box(3, 3, 0, 5), expansion=1.5)


def test_network_input_averages_the_areas_of_the_crop():
    picture = np.zeros((128, 200, 3), np.uint8)
    picture[::2, 36:164:2] = 200  # one of four pixels of the centred square
    assert (face_input(picture, None, size=64, expansion=1.5) == 50).all()
    around = face_input(picture, Box(68, 32, 64, 64), size=64, expansion=2.0)
    assert (around == 50).all()  # the same square, by its box


@pytest.mark.parametrize("expansion", [1.0, 1.5, 2.2])
def test_without_a_box_the_crop_is_the_largest_centred_square_at_any_expansion(expansion):
    crop = crop_face(GRADIENT, None, expansion=expansion)
    np.testing.assert_array_equal(crop, GRADIENT[:, 10:50])


def test_points_land_where_their_pixels_do():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[30:32, 50:52] = 255
    box = Box(20, 20, 40, 40)
    square = crop_square(picture, box, expansion=1.6)
    assert square == Square(8, 8, 64)
    x, y = input_points(np.array([[50.5, 30.5]]), square, size=32)[0]
    seen = face_input(picture, box, size=32, expansion=1.6)
    assert (x, y) == (21.0, 11.0) and seen[11, 21, 0] == 255


@pytest.mark.parametrize(
    ("other", "share"),
    [
        (Box(0, 0, 4, 2), 1.0),
        (Box(2, 0, 4, 2), 4 / 12),
        (Box(1, 0, 2, 1), 2 / 8),
        (Box(4, 0, 4, 2), 0.0),
        (Box(9, 9, 4, 2), 0.0),
    ],
)
def test_overlap_by_hand(other, share):
    assert overlap(Box(0, 0, 4, 2), other) == overlap(other, Box(0, 0, 4, 2)) == share
