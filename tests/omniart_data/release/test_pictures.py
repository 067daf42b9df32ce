"""What a release holds of a picture, and what is told of one that it lacks."""

import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from crawlers.engine.image_store import ImageOutcome, ImageStore
from crawlers.engine.picture import prepare
from omniart_data.gather import parse_dump
from omniart_data.images import (
    LOOKED_UP_TOGETHER,
    PICTURES,
    count_pictures,
    import_local,
    picture_table,
    release_picture,
    warn_of_smaller,
)
from omniart_data.release.pictures import RefusedPictureError, for_release, upright_rgb

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
NC = "https://creativecommons.org/licenses/by-nc/4.0/"


def encoded(width: int, height: int, form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 30)).save(out, form, **options)
    return out.getvalue()


@pytest.fixture
def images(tmp_path: Path) -> Iterator[ImageStore]:
    with ImageStore(tmp_path / "images") as opened:
        yield opened


def put(images: ImageStore, url: str, body: bytes, max_px: int = 512) -> str:
    """Store a picture as if it had been fetched."""
    sha256 = images.put(prepare(body, max_px=max_px))
    images.put_outcomes([ImageOutcome(url, sha256, "fetched")])
    return sha256


def table(*rows: tuple[str, str, str]) -> pa.Table:
    """Return artworks by image address, rights and source."""
    urls, rights, sources = zip(*rows, strict=True)
    ids = [str(n) for n in range(len(rows))]
    return pa.table({"id": ids, "image_url": urls, "rights": rights, "source": sources})


def test_small_upright_jpeg_passes_untouched() -> None:
    """A picture that needs no change keeps its bytes."""
    body = encoded(300, 200)
    assert for_release(body, max_px=512) == body


def test_release_picture_is_bounded() -> None:
    """The longer side is at most what was asked for, and the shape stays."""
    out = Image.open(io.BytesIO(for_release(encoded(1000, 500, "PNG"), max_px=256)))
    assert (out.format, out.size) == ("JPEG", (256, 128))


def test_what_is_no_picture_is_refused() -> None:
    """A page is no picture, neither for a release nor for a network."""
    for use in (lambda body: for_release(body, max_px=512), upright_rgb):
        with pytest.raises(RefusedPictureError, match="html"):
            use(b"<html>")


def test_what_is_kept_goes_into_a_release_as_it_is(images: ImageStore) -> None:
    """A kept picture that is small enough passes byte for byte, a larger one is scaled down from it."""
    sha256 = put(images, "a", encoded(1000, 600, "PNG"))
    kept = images.read(sha256)

    assert release_picture(images, sha256, max_px=512) == kept
    assert release_picture(images, sha256, max_px=4096) == kept
    smaller = Image.open(io.BytesIO(release_picture(images, sha256, max_px=100)))
    assert smaller.size == (100, 60)


def test_sizes_are_those_of_the_original(images: ImageStore) -> None:
    """The table tells SHA-256 and size of each picture as served, upright, without decoding it again."""
    exif = Image.Exif()
    exif[0x0112] = 6
    body = encoded(1000, 600, exif=exif.tobytes())
    put(images, "https://a/1", body)
    images.path(hashlib.sha256(body).hexdigest()).write_bytes(b"never looked at")
    images.put_outcomes(
        [
            ImageOutcome("https://a/page", "", "quarantined", "html"),
            ImageOutcome("https://a/gone", "", "gone"),
            ImageOutcome("https://a/lost", "0" * 64, "fetched"),
        ]
    )
    artworks = table(
        ("https://a/1", CC0, "met"),
        ("https://a/1", NC, "wga"),
        ("https://a/page", CC0, "met"),
        ("https://a/gone", CC0, "met"),
        ("https://a/lost", CC0, "met"),
        ("https://a/other", CC0, "met"),
        ("", CC0, "met"),
        ("local:1.jpg", CC0, "met"),
    )
    told = picture_table(artworks, images, asked=True, personal=True, local=set())

    assert told["image_status"].to_pylist() == [
        "in release",
        "kept out",
        "unreadable",
        *["not fetched"] * 3,
        "none offered",
        "not fetched",
    ]
    sha256 = hashlib.sha256(body).hexdigest()
    assert told["image_sha256"].to_pylist() == [sha256, sha256, *[None] * 6]
    assert told["width_px"].to_pylist()[:3] == [600, 600, None]
    assert told["height_px"].to_pylist()[:3] == [1000, 1000, None]
    assert told["colours"].to_pylist()[2:] == [None] * 6
    own, kept_out = told["colours"].to_pylist()[:2]
    assert own == kept_out
    assert [(one["hex"], one["share"]) for one in own] == [("#5a781e", 1.0)]
    assert told.schema.equals(PICTURES)
    assert count_pictures(told) == (2, 5)
    unasked = picture_table(artworks, images, asked=False, personal=True, local=set())
    assert set(unasked["image_status"].to_pylist()) == {"not asked for"}
    assert unasked["colours"].null_count == len(artworks)


def test_colours_of_many_artworks_are_those_of_each(images: ImageStore) -> None:
    """However many artworks share pictures, each has the colours of its own, stored before or not."""
    shades = [Image.new("RGB", (40, 40), (n * 30, 200 - n * 20, 60)) for n in range(8)]
    for number, shade in enumerate(shades):
        out = io.BytesIO()
        shade.save(out, "PNG")
        prepared = prepare(out.getvalue())
        put_all = replace(prepared, look=b"") if number % 2 else prepared
        sha256 = images.put(put_all)
        images.put_outcomes([ImageOutcome(f"https://a/{number}", sha256, "fetched")])
    rows = [(f"https://a/{n % 9}", CC0, "met") for n in range(3 * LOOKED_UP_TOGETHER + 5)]
    told = picture_table(table(*rows), images, asked=True, personal=False, local=set())

    for n, colours in enumerate(told["colours"].to_pylist()):
        if n % 9 == 8:
            assert colours is None
            continue
        (only,) = colours
        seen = np.array([*bytes.fromhex(only["hex"][1:])], int)
        assert np.abs(seen - shades[n % 9].getpixel((0, 0))).max() <= 3
    none = picture_table(table(*rows).slice(0, 0), images, asked=True, personal=False, local=set())
    assert none.schema.equals(PICTURES)


def test_local_pictures_have_colours(images: ImageStore, tmp_path: Path) -> None:
    """A collection of one's own has its pictures' colours like any other."""
    (tmp_path / "attic" / "pictures").mkdir(parents=True)
    mapping = (
        'collection = "attic"\ninstitution = "The Attic"\nindex = "index.csv"\nimages = ["pictures"]\n'
        f'rights = "{CC0}"\n[columns]\nid = "id"\nfile = "file"\ntitle = "title"\n'
    )
    (tmp_path / "attic" / "collection.toml").write_text(mapping, encoding="utf-8")
    index = "id,file,title\n1,1.jpg,One\n2,2.jpg,Two\n"
    (tmp_path / "attic" / "index.csv").write_text(index, encoding="utf-8")
    (tmp_path / "attic" / "pictures" / "1.jpg").write_bytes(encoded(90, 60))
    seen = import_local([parse_dump(f"local={tmp_path / 'attic'}")], images, lambda _: None)
    (reference,) = seen
    artworks = table((reference, CC0, "attic"), ("local:attic/2.jpg", CC0, "attic"))
    told = picture_table(artworks, images, asked=True, personal=False, local=seen)

    assert told["image_status"].to_pylist() == ["in release", "not fetched"]
    ((only,), nothing) = told["colours"].to_pylist()
    assert (only["hex"], only["share"], nothing) == ("#5a781e", 1.0, None)


def test_a_release_says_once_that_larger_pictures_are_to_be_had(
    images: ImageStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the original was larger than what is kept, a larger release says how to get it, and only then."""
    for number, (side, max_px) in enumerate(((900, 300), (800, 300), (200, 300), (700, 512))):
        put(images, f"https://a/{number}", encoded(side, 90 + number), max_px)
    rows = [(f"https://a/{n}", CC0, "met") for n in range(4)]
    told = picture_table(table(*rows), images, asked=True, personal=False, local=set())
    with caplog.at_level(logging.WARNING):
        assert warn_of_smaller(told, images, max_px=300) == 0
        assert not caplog.records
        assert warn_of_smaller(told, images, max_px=512) == 2
    assert [record.getMessage() for record in caplog.records] == [
        "2 pictures are kept smaller than 512 px: `omniart-data images --image-px 512` fetches larger ones"
    ]
