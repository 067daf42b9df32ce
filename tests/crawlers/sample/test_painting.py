"""Pictures are a function of what they are painted from, and nothing else."""

import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image, ImageStat

from crawlers.sample.artists import ARTISTS
from crawlers.sample.collection import invent
from crawlers.sample.media import MEDIA
from crawlers.sample.painting import paint
from crawlers.sample.picture import LONG_SIDE, Picture, retaken

PLAIN = Picture(7, "painting", "canvas", 0, ARTISTS[0].hand, 1630, 256, 200)


def _open(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


@pytest.mark.parametrize("medium", MEDIA.values(), ids=MEDIA.keys())
def test_every_medium_is_painted(medium: object) -> None:
    """Each medium gives a JPEG of the size that was asked for, with something on it."""
    one = next(one for one in MEDIA.values() if one is medium)
    body = paint(replace(PLAIN, kind=one.kind, texture=one.texture))
    image = _open(body)

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (256, 200))
    assert min(ImageStat.Stat(image).stddev) > 5
    assert len(body) < 100_000


def test_same_picture_same_bytes() -> None:
    """Painted twice without the cache, a picture has the same bytes."""
    assert paint.__wrapped__(PLAIN) == paint.__wrapped__(PLAIN)


@pytest.mark.parametrize("change", [{"seed": 8}, {"palette": 5}, {"hand": ARTISTS[2].hand}])
def test_what_a_picture_hangs_on(change: dict[str, object]) -> None:
    """Another seed, palette or hand is another picture."""
    assert paint(replace(PLAIN, **change)) != paint(PLAIN)


def test_later_photograph() -> None:
    """A later photograph is smaller and of other bytes, but looks like the first."""
    first, later = _open(paint(PLAIN)), _open(paint(retaken(PLAIN)))
    small = [image.convert("L").resize((8, 8)) for image in (first, later)]
    apart = [abs(a - b) for a, b in zip(*(image.tobytes() for image in small), strict=True)]

    assert later.width < first.width
    assert sum(apart) / len(apart) < 12


def test_detail_is_the_middle() -> None:
    """A detail has half the width and height of the whole."""
    assert _open(paint(replace(PLAIN, part=True))).size == (128, 100)


def test_works_look_different() -> None:
    """No two works without a shared photograph have the same picture, and none is larger than promised."""
    works = [work for work in invent() if work.image and not work.oddity and not work.twin][::12]
    bodies = [paint(work.picture) for work in works]

    assert len({hashlib.sha256(body).digest() for body in bodies}) == len(works)
    assert all(max(_open(body).size) <= LONG_SIDE for body in bodies)
