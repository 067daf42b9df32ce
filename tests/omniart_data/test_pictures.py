"""From bytes to a picture: what is believed, and what a release holds of it."""

import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from omniart_data.pictures import Size, UnreadableError, for_release, measure

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
            size = measure(body)
        except UnreadableError:
            refused.add(name)
            continue
        out = Image.open(io.BytesIO(for_release(body, max_px=512)))
        assert out.format == "JPEG"
        assert out.mode in {"RGB", "L"}
        assert max(out.size) <= 512
        assert (size.width_px > size.height_px) == (
            out.width > out.height
        ) or name == "derived-1bit.png"
        assert hashlib.sha256(for_release(body, max_px=512)).digest()

    assert refused == UNREADABLE
