"""The colours of a picture: what is told of them holds together, and they are those that one sees."""

import csv
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as made
from PIL import Image

from crawlers.engine.colours import (
    MOST,
    NOTICEABLE,
    Bytes,
    Colour,
    colour_lists,
    colours_of,
    jpeg_colours,
    packed_colours,
    to_lab,
    to_srgb,
    unpack,
)
from crawlers.engine.look import Look
from crawlers.engine.picture import large_pictures, prepare
from crawlers.sample.collection import invent
from crawlers.sample.painting import paint
from schemas.columns import COLOUR

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
RIJKSMUSEUM = {
    "SK-C-5": "rijks-200107928.jpg",
    "SK-A-2963": "rijks-200109334.jpg",
    "SK-A-135": "rijks-200109347.jpg",
    "SK-A-2099": "rijks-200109193.jpg",
}
"""Paintings whose colours the museum's earlier service told, and their photographs."""

RED, GREY, WHITE = (200, 30, 40), (119, 119, 119), (255, 255, 255)

channels = made.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)))
pictures = channels | channels.map(lambda pixels: np.repeat(np.repeat(pixels, 20, 0), 11, 1))


def solid(rgb: Sequence[int], width: int = 40, height: int = 30) -> Bytes:
    """Return a picture of one colour."""
    return np.full((height, width, 3), rgb, np.uint8)


def lab(colours: Sequence[Colour]) -> npt.NDArray[np.float64]:
    """Return the place of colours in CIELAB, [N, 3]."""
    return np.array([[one.lightness, one.a, one.b] for one in colours])


def rgb(texts: Sequence[str]) -> Bytes:
    """Return colours "#rrggbb" as numbers, [N, 3]."""
    return np.array([[*bytes.fromhex(text.strip(" #"))] for text in texts], np.uint8)


def apart(
    some: npt.NDArray[np.float64], others: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the CIE76 distance of each colour to the nearest of others."""
    nearest: npt.NDArray[np.float64] = np.linalg.norm(some[:, None] - others[None], axis=-1).min(1)
    return nearest


@given(pictures)
@settings(max_examples=150, deadline=None)
def test_what_is_told_holds_together(pixels: Bytes) -> None:
    """Of any picture there are one to nine colours, in order, that can be told apart; shares add up to one."""
    found = colours_of(pixels)

    assert 1 <= len(found) <= MOST
    assert all(0 < one.share <= 1 for one in found)
    assert 0.999 <= sum(round(one.share * 10_000) for one in found) / 10_000 <= 1
    assert [*found] == sorted(found, key=lambda one: (-one.share, one.hex))
    assert (lab(found) == to_lab(rgb([one.hex for one in found])).round(2)).all()
    for number, one in enumerate(found[1:], 1):
        assert apart(lab([one]), lab(found[:number])).min() > NOTICEABLE - 0.02, "but for rounding"


@given(made.arrays(np.uint8, (9, 10, 3)), st.permutations(range(90)))
@settings(max_examples=60, deadline=None)
def test_where_a_pixel_lies_does_not_matter(pixels: Bytes, order: Sequence[int]) -> None:
    """A small picture's pixels in any other order have the same colours."""
    shuffled = pixels.reshape(90, 3)[[*order]].reshape(pixels.shape)
    assert colours_of(shuffled) == colours_of(pixels)


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=80, deadline=None)
def test_a_picture_of_one_colour_has_one(colour: tuple[int, ...], width: int, height: int) -> None:
    """Whatever its size, it is that colour to the bit, and all of the picture."""
    found = colours_of(solid(colour, width, height))
    assert [(one.hex, one.share) for one in found] == [(f"#{bytes(colour).hex()}", 1.0)]


@pytest.mark.parametrize("quality", [60, 90])
@pytest.mark.parametrize("colour", [RED, GREY, WHITE, (0, 0, 0), (30, 60, 220)])
def test_a_jpeg_of_one_colour_has_one(colour: tuple[int, ...], quality: int) -> None:
    """What a JPEG makes of one colour is one, and cannot be told from it."""
    out = io.BytesIO()
    Image.fromarray(solid(colour, 300, 200)).save(out, "JPEG", quality=quality)
    (only,) = unpack(jpeg_colours(out.getvalue()))
    assert only.share == 1
    assert apart(lab([only]), to_lab(np.array([colour], np.uint8))).max() < NOTICEABLE


def test_noise_that_cannot_be_seen_adds_no_colour() -> None:
    """Steps of one in 255 about a grey are one grey."""
    noise = np.random.default_rng(0).integers(-1, 2, (60, 60, 1))
    found = colours_of((np.array(GREY) + noise).astype(np.uint8))
    assert [(one.hex, one.share) for one in found] == [("#777777", 1.0)]


def test_two_halves() -> None:
    """Two colours that fill a half each are both there, grey and white too; of equals the lesser hex is first."""
    halves = np.concatenate([solid(WHITE, 30), solid(GREY, 30)], axis=1)
    assert colours_of(halves) == (
        Colour("#777777", 0.5, 50.03, 0.0, 0.0),
        Colour("#ffffff", 0.5, 100.0, 0.0, 0.0),
    )
    assert colours_of(halves[::-1, ::-1]) == colours_of(halves)
    third = np.concatenate([solid(RED, 10), solid(WHITE, 20)], axis=1)
    assert [(one.hex, one.share) for one in colours_of(third)] == [
        ("#ffffff", 0.6666),
        ("#c81e28", 0.3333),
    ]


def test_a_small_bright_patch_is_seen() -> None:
    """A red seal of 1 % stands beside the sixty tones of a print's paper."""
    tones = np.linspace(90, 240, 60).astype(np.uint8)
    paper = np.repeat(np.stack([tones, tones - 6, tones - 25], -1)[None], 60, 0)
    paper[:6, :6] = RED
    found = colours_of(paper)
    (seal,) = (one for one in found if one.a > 30)
    assert (seal.hex, seal.share) == ("#c81e28", 0.01)
    assert len(found) == MOST


GOLDEN = {
    (
        60,
        40,
    ): "#7fcb16 0.222 #487223 0.1762 #cd27b0 0.1266 #73285e 0.1116 #554438 0.105 #3ee904 0.087"
    " #df9959 0.0595 #d7c730 0.0562 #cd6a77 0.0554",
    (
        480,
        320,
    ): "#56a11e 0.2154 #66e708 0.138 #cd2aad 0.1286 #57443a 0.1162 #d4d626 0.0962 #cd9158 0.0959"
    " #2c501b 0.0741 #691d5c 0.0708 #bd5978 0.0643",
}


@pytest.mark.parametrize("size", GOLDEN)
def test_golden_colours(size: tuple[int, int]) -> None:
    """A made sweep of colours, as it is and scaled down, always has these."""
    across, down = np.meshgrid(*(np.linspace(0, 255, side).round() for side in size))
    sweep = np.stack([across, 255 - down, across * down // 255], -1).astype(np.uint8)
    assert " ".join(f"{one.hex} {one.share}" for one in colours_of(sweep)) == GOLDEN[size]


def test_lab_is_that_of_others() -> None:
    """Red, green, blue and a grey lie where CIE 15 and IEC 61966-2-1 put them, as other programs have them."""
    known = {
        "#ff0000": (53.24, 80.09, 67.20),
        "#00ff00": (87.73, -86.18, 83.18),
        "#0000ff": (32.30, 79.19, -107.86),
        "#777777": (50.03, 0.0, 0.0),
        "#000000": (0.0, 0.0, 0.0),
        "#ffffff": (100.0, 0.0, 0.0),
    }
    assert to_lab(rgb([*known])) == pytest.approx(np.array([*known.values()]), abs=0.01)


@given(made.arrays(np.uint8, (50, 3)))
def test_a_colour_survives_cielab(colours: Bytes) -> None:
    """To CIELAB, to the hundredth as it is told, and back it is the same to the bit."""
    assert (to_srgb(to_lab(colours).round(2)) == colours).all()


def test_every_machine_state_gives_the_same_bytes() -> None:
    """A process with other threads, another hash seed and another locale gives the same bytes."""
    code = (
        "import numpy as np, sys; from crawlers.engine.colours import packed_colours;"
        "x, y = np.meshgrid(np.arange(300), np.arange(200));"
        "sys.stdout.write(packed_colours(np.stack([x % 256, y, (x * y) % 251], -1).astype(np.uint8)).hex())"
    )
    x, y = np.meshgrid(np.arange(300), np.arange(200))
    here = packed_colours(np.stack([x % 256, y, (x * y) % 251], -1).astype(np.uint8)).hex()
    for threads, seed in (("1", "1"), ("4", "2")):
        environment = {"OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        command = [sys.executable, "-P", "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == here


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(pixels: Bytes) -> None:
    """Other shapes, other numbers and no pixels at all are an error that says so."""
    with pytest.raises(ValueError, match=r"not uint8 \[H, W, 3\]"):
        colours_of(pixels)


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"\xff\xd8\xff\xe0"])
def test_what_is_no_jpeg_is_an_error(body: bytes) -> None:
    """What cannot be decoded is an OSError, whatever the decoder calls it."""
    with pytest.raises(OSError, match=r"\w"):
        jpeg_colours(body)


@given(st.lists(st.none() | pictures.map(packed_colours), max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_column_tells_what_the_colours_tell(packed: Sequence[bytes | None]) -> None:
    """The column of a release holds of each picture the same as ``unpack``, to the precision of its types."""
    column = colour_lists(packed)
    assert column.type.equals(pa.list_(COLOUR))
    column.validate(full=True)
    wanted = [None if one is None else [vars(colour) for colour in unpack(one)] for one in packed]
    assert column.equals(pa.array(wanted, pa.list_(COLOUR)))


def test_the_sample_museums_pictures_have_colours() -> None:
    """Of fifty works no two photographs have the same colours, and what hangs by its colours has several."""
    works = list(invent(works=150))[:50]
    found = {
        work.picture: Look.unpacked(prepare(paint(work.picture)).look).colours for work in works
    }
    assert len(set(found.values())) == len(found)
    assert {len(colours) for colours in found.values()} <= {*range(5, MOST + 1)}
    chroma = {"painting": 8, "tapestry": 8, "print": 0}
    for picture, colours in found.items():
        strongest = max(np.hypot(one.a, one.b) for one in colours)
        assert strongest >= chroma.get(picture.kind, 0), picture


@pytest.fixture(scope="module")
def paintings() -> Mapping[str, bytes]:
    """Return the real photographs of paintings whose name's hash begins with 0 or 1, and those of RIJKSMUSEUM."""
    folder = SHARED_DATA / "images"
    if not folder.is_dir():
        pytest.skip("the museums' own records (../shared/data) are not here")
    return dict(_members(folder))


def _members(folder: Path) -> Iterator[tuple[str, bytes]]:
    for tar in sorted(folder.glob("paintings-*.tar")):
        with tarfile.open(tar) as opened:
            for member in opened:
                drawn = hashlib.sha256(member.name.encode()).hexdigest()[0] in "01"
                file = opened.extractfile(member)
                if file is not None and (drawn or member.name in RIJKSMUSEUM.values()):
                    yield member.name, file.read()


def palettes(names: Iterable[str]) -> Mapping[str, Bytes]:
    """Return the palettes that others made of real photographs, by name."""
    with (SHARED_DATA / "images" / "index.csv").open(encoding="utf-8") as file:
        given = {row["file"]: row["palette"].split() for row in csv.DictReader(file)}
    return {name: rgb(given[name]) for name in names if given[name]}


@pytest.mark.real
def test_colours_are_near_those_of_others(paintings: Mapping[str, bytes]) -> None:
    """Each of the three to five colours that another project found has one of ours nearby, in every picture.

    The mean distance is 3.4 over all 2,929 paintings; to the colours of another picture it is 12.
    """
    theirs = palettes(paintings)
    assert len(theirs) > 300
    ours = {name: lab(unpack(jpeg_colours(paintings[name]))) for name in theirs}
    near = [apart(to_lab(colours), ours[name]) for name, colours in theirs.items()]
    others = [*ours.values()]
    far = [apart(to_lab(one), others[n - 1]) for n, one in enumerate(theirs.values())]

    assert np.concatenate(near).mean() < 4
    assert np.percentile(np.concatenate(near), 90) < 8
    assert max(each.mean() for each in near) < 12
    assert np.concatenate(far).mean() > 10


@pytest.mark.real
def test_colours_are_near_those_of_the_rijksmuseum(paintings: Mapping[str, bytes]) -> None:
    """The colours that the museum gave of four paintings, weighed by its own percentages, are within 7 of ours."""
    folder = SHARED_DATA / "rijksmuseum" / "api-legacy-details"
    told = json.loads((folder / "ten-objects.en.json").read_bytes())
    told.append(json.loads((folder / "SK-C-5.en.json").read_bytes()))
    given = {one["artObject"]["objectNumber"]: one["artObject"]["colors"] for one in told}
    for number, name in RIJKSMUSEUM.items():
        near = apart(
            to_lab(rgb([one["hex"] for one in given[number]])),
            lab(unpack(jpeg_colours(paintings[name]))),
        )
        assert np.average(near, weights=[one["percentage"] for one in given[number]]) < 7, number


@pytest.mark.real
def test_colours_are_near_those_of_the_same_file(shared_data: Path) -> None:
    """Nine colours that somebody took from a picture of the Web Gallery are within 4 of ours, on average."""
    table = shared_data / "wga" / "paintings-2019" / "paintings.csv.gz"
    with gzip.open(table, "rt", encoding="utf-8") as file:
        (row,) = (r for r in csv.DictReader(file) if r["jpg_link"].endswith("/sorgh/sailing.jpg"))
    theirs = to_lab(rgb([row[f"ESA_{number}"] for number in range(1, 10)]))
    body = (shared_data / "images" / "awkward" / "wga-art-2.jpg").read_bytes()
    assert apart(theirs, lab(Look.unpacked(prepare(body).look).colours)).mean() < 4


@pytest.mark.real
def test_grey_photographs_have_greys(shared_data: Path) -> None:
    """A photograph without colours has none, and a woodcut's ink and paper are told apart."""
    for name in ("grey-woodcut.jpg", "grey-noicc.jpg", "derived-16bit-grey.png"):
        with large_pictures():
            body = (shared_data / "images" / "awkward" / name).read_bytes()
            found = Look.unpacked(prepare(body).look).colours
        assert all((one.a, one.b) == (0, 0) for one in found), name
        assert max(one.lightness for one in found) - min(one.lightness for one in found) > 40
