"""The sample museum speaks IIIF Image 3.0."""

import io

import pytest
from PIL import Image

from crawlers.sample import SampleMuseum
from crawlers.sample.collection import Work
from crawlers.sample.hosts import IIIF
from crawlers.sample.painting import paint


@pytest.fixture
def work(museum: SampleMuseum) -> Work:
    return next(
        one
        for one in museum.collection.works["rijksmuseum"]
        if one.image and not one.image_fault and not one.picture.shot
    )


def test_whole(ask, work: Work) -> None:
    """The whole picture in its own size is the very bytes of the original."""
    answer = ask(f"https://{IIIF}/{work.image}/full/max/0/default.jpg")

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content == paint(work.picture)


@pytest.mark.parametrize("size", ["100,", "!100,100", "80,60", ",90"])
def test_sizes(ask, work: Work, size: str) -> None:
    """A smaller size fits what was asked for."""
    answer = ask(f"https://{IIIF}/{work.image}/full/{size}/0/default.jpg")
    with Image.open(io.BytesIO(answer.content)) as image:
        asked = size.strip("!").split(",")
        sides = list(zip(image.size, asked, strict=True))
    assert all(not want or side <= int(want) for side, want in sides)
    assert any(want and side == int(want) for side, want in sides)


@pytest.mark.parametrize(
    "request_",
    [
        "full/!1024,1024/0",
        "full/1568,/0",
        "full/257,/0",
        "full/0,/0",
        "full/,/0",
        "full/max/90",
        "square/max/0",
        "9999,0,1,1/max/0",
    ],
)
def test_refused(ask, work: Work, request_: str) -> None:
    """A size above the original, like all else that cannot be done, is a 400."""
    assert ask(f"https://{IIIF}/{work.image}/{request_}/default.jpg").status_code == 400


def test_region(ask, work: Work) -> None:
    """A region is cut out."""
    answer = ask(f"https://{IIIF}/{work.image}/10,20,30,40/max/0/default.jpg")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (30, 40)


def test_case_counts(ask, museum: SampleMuseum) -> None:
    """Two names that differ in case alone are two pictures."""
    names = [work.image for work in museum.collection.works["rijksmuseum"] if work.image]
    other = {name.swapcase() for name in names} & set(names)
    bodies = {ask(f"https://{IIIF}/{name}/full/max/0/default.jpg").content for name in other}

    assert len(other) == len(bodies) == 2


def test_info(ask, work: Work) -> None:
    """info.json tells the size."""
    told = ask(f"https://{IIIF}/{work.image}/info.json").json()

    assert (told["width"], told["height"]) == (work.picture.width, work.picture.height)
    assert ask(f"https://{IIIF}/Nobod/info.json").status_code == 404


def test_gone(ask, museum: SampleMuseum) -> None:
    """A withdrawn image is a 404."""
    (gone,) = (w for w in museum.collection.works["rijksmuseum"] if w.image_fault == "gone")

    assert ask(f"https://{IIIF}/{gone.image}/full/max/0/default.jpg").status_code == 404
