"""From bytes to a picture: what is believed, and what a release holds of it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from omniart_data.release.pictures import (
    FORMATS,
    Size,
    UnreadableError,
    for_release,
    large_pictures,
    measure,
)

UNREADABLE = {"derived-truncated.jpg", "empty.jpg", "derived-html.jpg"}


def jpeg(width: int, height: int, *, mode: str = "RGB", orientation: int = 1) -> bytes:
    image = Image.new(mode, (width, height), 90 if mode == "L" else None)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_small_upright_jpeg_passes_untouched() -> None:
    """A picture that needs no change keeps its bytes, and so its SHA-256."""
    body = jpeg(300, 200)

    assert for_release(body, max_px=512) == body


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_release_picture_is_upright(orientation: int) -> None:
    """What a release holds lies as a person sees it, and measures what it says."""
    body = jpeg(300, 200, orientation=orientation)
    size = measure(body)

    out = Image.open(io.BytesIO(for_release(body, max_px=512)))

    assert Size(*out.size) == size
    assert size == (Size(200, 300) if orientation in {6, 8} else Size(300, 200))
    assert out.getexif().get(0x0112, 1) == 1


def test_release_picture_is_bounded() -> None:
    """The longer side is at most what was asked for, and the shape stays."""
    out = Image.open(io.BytesIO(for_release(jpeg(1000, 500), max_px=256)))

    assert out.size == (256, 128)


def test_transparency_lies_on_white() -> None:
    """A cut-out object stands on white, not on the black that a bare conversion gives."""
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (10, 20, 30, 0)).save(out, "PNG")

    picture = Image.open(io.BytesIO(for_release(out.getvalue(), max_px=512)))

    assert picture.mode == "RGB"
    assert min(picture.getpixel((32, 32))) > 250


def test_sixteen_bit_grey_is_scaled() -> None:
    """Sixteen bits of grey become eight by scaling; a bare conversion turns them all white."""
    out = io.BytesIO()
    Image.new("I;16", (64, 64), 32768).save(out, "PNG")

    picture = Image.open(io.BytesIO(for_release(out.getvalue(), max_px=512)))

    assert abs(picture.convert("L").getpixel((32, 32)) - 128) < 4


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_size_or_a_reason(body: bytes) -> None:
    """Whatever a host serves is measured or refused with a reason, and never ends the build."""
    try:
        known = measure(body).width_px > 0
    except UnreadableError as error:
        known = bool(str(error))

    assert known


def test_a_bomb_is_refused_unread() -> None:
    """A small file that claims a gigantic picture is refused by its head alone."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")

    with pytest.raises(UnreadableError):
        measure(out.getvalue())


def painted(form: str) -> bytes:
    """Return a small picture with some detail in a format."""
    out = io.BytesIO()
    Image.effect_noise((40, 30), 60).convert("RGB").save(out, form)
    return out.getvalue()


WHOLE = {form: painted(form) for form in (*FORMATS, "AVIF", "DDS", "EPS", "PPM")}


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from(sorted(WHOLE)),
    cut=st.integers(0, 400),
    put=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=12),
)
def test_damaged_pictures_end_in_a_size_or_a_reason(
    form: str, cut: int, put: list[tuple[int, int]]
) -> None:
    """However a picture of any format is damaged, it is used or refused, and never ends the build."""
    body = bytearray(WHOLE[form])
    for place, value in put:
        body[place % len(body)] = value
    with large_pictures():
        try:
            size = measure(bytes(body[: len(body) - cut]))
            for_release(bytes(body[: len(body) - cut]), max_px=32)
        except UnreadableError as error:
            assert str(error)  # noqa: PT017 - either end is right
            return
    assert size.width_px > 0


@pytest.mark.parametrize("form", ["EPS", "AVIF", "DDS"])
def test_other_formats_are_not_opened(form: str) -> None:
    """What no museum serves is not opened, least of all EPS, for which Pillow starts a program."""
    with pytest.raises(UnreadableError, match="cannot identify"):
        measure(WHOLE[form])


@pytest.mark.real
def test_awkward_files(shared_data: Path) -> None:
    """Each awkward file is measured whole or refused, as its index says; nothing else is raised."""
    folder = shared_data / "images" / "awkward"
    with (folder / "index.csv").open(encoding="utf-8") as index:
        names = [row["file"] for row in csv.DictReader(index)]
    refused = set()
    for name in names:
        body = (folder / name).read_bytes()
        try:
            with large_pictures():
                size = measure(body)
                out = Image.open(io.BytesIO(for_release(body, max_px=512)))
        except UnreadableError:
            refused.add(name)
            continue
        assert out.format == "JPEG"
        assert out.mode in {"RGB", "L"}
        assert max(out.size) <= 512
        assert (size.width_px > size.height_px) == (
            out.width > out.height
        ) or name == "derived-1bit.png"

    assert refused == UNREADABLE
