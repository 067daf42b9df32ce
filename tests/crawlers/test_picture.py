"""From what a museum served to what is kept of it: the right picture, or the right refusal."""

import csv
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from crawlers.engine.look import Look, look_at
from crawlers.engine.picture import (
    FORMS,
    MAX_PIXELS,
    PLAIN_BYTES_AFTER,
    PROFILE_NOT_APPLIED,
    REASONS,
    WHOLE_SHARE,
    Prepared,
    RefusedPictureError,
    fits_now,
    large_pictures,
    prepare,
    upright_rgb,
)

FIXTURES = Path(__file__).parents[1] / "fixtures"
RED, BLUE = (250, 10, 10), (10, 10, 250)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """Return a picture's bytes."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpeg(width: int, height: int, mode: str = "RGB", **options: object) -> bytes:
    """Return a JPEG of some smooth colours."""
    return encoded(gradient(width, height).convert(mode), "JPEG", **{"quality": 95, **options})


def gradient(width: int, height: int) -> Image.Image:
    """Return a picture that gets redder to the right and bluer to the bottom."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([across, across * 0 + 90, down], -1).astype(np.uint8))


def pixels(prepared: Prepared) -> npt.NDArray[np.float64]:
    """Return what is kept as RGB, and see that it measures what it says."""
    image = Image.open(io.BytesIO(prepared.body))
    assert (image.format, image.size) == ("JPEG", (prepared.width_px, prepared.height_px))
    assert image.mode in {"RGB", "L"}
    return np.asarray(image.convert("RGB"), float)


def reason(body: bytes, **options: int) -> str:
    """Return why a picture is refused."""
    with pytest.raises(RefusedPictureError) as caught:
        prepare(body, **options)
    assert "\n" not in str(caught.value)
    return caught.value.reason


with (FIXTURES / "awkward_outcomes.csv").open(encoding="utf-8") as file:
    OUTCOMES = list(csv.DictReader(file))


@pytest.mark.real
@pytest.mark.parametrize("wanted", OUTCOMES, ids=lambda row: row["file"])
def test_awkward_files(wanted: Mapping[str, str], shared_data: Path) -> None:
    """Each awkward file ends as the table says, which other decoders and formulas made before this one was."""
    body = (shared_data / "images" / "awkward" / wanted["file"]).read_bytes()
    if wanted["outcome"] != "picture":
        assert reason(body) == wanted["outcome"]
        return
    with large_pictures():
        prepared = prepare(body)
    seen, original = pixels(prepared), prepared.original
    corner = seen[: len(seen) // 2, : len(seen[0]) // 2]
    means = [*seen.mean((0, 1)), *corner.mean((0, 1))]
    names = [f"{place}{colour}" for place in ("", "corner_") for colour in ("red", "green", "blue")]

    told = {
        "form": original.form,
        "mode": original.mode,
        "width_px": original.width_px,
        "height_px": original.height_px,
        "kept_width_px": prepared.width_px,
        "kept_height_px": prepared.height_px,
    }
    assert {name: str(value) for name, value in told.items()} == {k: wanted[k] for k in told}
    assert means == pytest.approx([float(wanted[n]) for n in names], abs=float(wanted["tolerance"]))


@pytest.mark.real
def test_the_table_names_every_awkward_file(shared_data: Path) -> None:
    """No awkward file is without an expected outcome."""
    index = (shared_data / "images" / "awkward" / "index.csv").read_text(encoding="utf-8")
    names = {row["file"] for row in csv.DictReader(index.splitlines())}
    assert {row["file"] for row in OUTCOMES} == names
    assert len(names) == 42


@pytest.mark.real
def test_what_was_made_of_one_photograph_looks_like_it(shared_data: Path) -> None:
    """However it was stored, turned or packed, the photograph comes out pixel by pixel, and the same way up."""
    folder = shared_data / "images" / "awkward"
    whole = Image.open(folder / "large-12mp-landscape.jpg").convert("L")
    derived = [row for row in OUTCOMES if row["file"].startswith("derived-")]
    rough = {"derived-1bit.png": 12, "derived-grey-alpha.png": 60, "derived-bitflip.jpg": 12}
    for row in derived:
        if row["outcome"] != "picture":
            continue
        with large_pictures():
            prepared = prepare((folder / row["file"]).read_bytes())
        size = prepared.width_px // 8, prepared.height_px // 8
        wanted = np.asarray(whole.resize(size, Image.Resampling.BOX), float)
        kept = Image.open(io.BytesIO(prepared.body)).convert("L")
        seen = np.asarray(kept.resize(size, Image.Resampling.BOX), float)
        assert np.abs(seen - wanted).mean() < rough.get(row["file"], 2.5), row["file"]


@pytest.mark.real
def test_scaling_is_as_good_as_averaging_all_pixels(shared_data: Path) -> None:
    """Decoding at a smaller size costs less than a grey level, beside averaging the whole picture's pixels."""
    for name in ("large-12mp.jpg", "jpeg-named.png", "wga-art-1.jpg", "grey-woodcut.jpg"):
        body = (shared_data / "images" / "awkward" / name).read_bytes()
        prepared = prepare(body)
        whole = Image.open(io.BytesIO(body)).convert("L")
        size = prepared.width_px, prepared.height_px
        wanted = np.asarray(whole.resize(size, Image.Resampling.LANCZOS), float)
        averaged = np.asarray(whole.resize(size, Image.Resampling.BOX), float)
        seen = np.asarray(Image.open(io.BytesIO(prepared.body)).convert("L"), float)
        assert np.abs(seen - wanted).mean() < np.abs(averaged - wanted).mean() + 1, name


@pytest.mark.parametrize("options", [{}, {"icc_profile": SRGB}, {"progressive": True}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_plain_small_jpeg_passes_untouched(mode: str, options: Mapping[str, object]) -> None:
    """What needs no change keeps its bytes, so that what is kept has the SHA-256 of the original."""
    body = jpeg(512, 300, mode, **options)
    assert prepare(body).body == body
    assert prepare(body + b"<!-- served by -->").body == body + b"<!-- served by -->"
    assert prepare(body, max_px=511).body != body


def with_segment(body: bytes, kind: int, said: bytes) -> bytes:
    """Return a JPEG with one more segment, right after its beginning."""
    return body[:2] + bytes([0xFF, kind]) + (len(said) + 2).to_bytes(2, "big") + said + body[2:]


EXIF = Image.Exif()
EXIF[0x010E] = "a private note"
SMALL = jpeg(300, 200, quality=75)
LADEN = {
    "EXIF": jpeg(300, 200, exif=EXIF.tobytes()),
    "a comment": jpeg(300, 200, comment=b"a private note"),
    "XMP": with_segment(SMALL, 0xE1, b"http://ns.adobe.com/xap/1.0/\0 a private note"),
    "Photoshop's block": with_segment(SMALL, 0xED, b"Photoshop 3.0\0 a private note"),
    "a thumbnail": with_segment(SMALL, 0xE0, b"JFXX\0\x10 a private note"),
    "a profile that is none": with_segment(SMALL, 0xE2, b"ICC_PROFILE\0\1\1 a private note"),
    "words between segments": SMALL[:20] + b"a private note" + SMALL[20:],
    "a comment after its pixels": SMALL[:-2]
    + with_segment(b"", 0xFE, b"a private note")
    + SMALL[-2:],
    "another file": SMALL + b"PK\3\4 a private note" + bytes(100),
}


@pytest.mark.parametrize("what", LADEN)
def test_a_jpeg_that_holds_more_than_its_picture_is_encoded_anew(what: str) -> None:
    """Metadata and stowaways stay with the museum: neither the store nor a release holds them."""
    assert b"a private note" in LADEN[what]
    with large_pictures():
        kept = prepare(LADEN[what])
    assert b"a private note" not in kept.body
    assert len(kept.body) < 30_000
    assert np.abs(pixels(kept) - np.asarray(gradient(300, 200), float)).mean() < 3


def test_how_much_may_stand_after_the_end_and_in_all() -> None:
    """A few bytes after the end are let be, one more is not; nor is a file far too large for its pixels."""
    assert prepare(SMALL + b"\n" * PLAIN_BYTES_AFTER).body == SMALL + b"\n" * PLAIN_BYTES_AFTER
    assert not prepare(SMALL + b"\n" * (PLAIN_BYTES_AFTER + 1)).body.endswith(b"\n")
    coded = bytes(5 * 300 * 200 + 64_000)  # after the last pixel, before the end mark
    assert len(prepare(SMALL[:-2] + coded + SMALL[-2:]).body) < 30_000
    noise = encoded(Image.effect_noise((500, 400), 200).convert("RGB"), "JPEG", quality=100)
    assert prepare(noise).body == noise


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_upright(form: str, orientation: int) -> None:
    """Whichever of the eight ways a picture lies, it is kept as a person sees it, and so is its size."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = gradient(120, 80)
    turns = Image.Transpose
    lies = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }
    lying = upright.transpose(lies[orientation]) if orientation in lies else upright

    prepared = prepare(
        encoded(lying, form, exif=exif.tobytes(), **({"quality": 95} if form == "JPEG" else {}))
    )

    assert (prepared.original.width_px, prepared.original.height_px) == (120, 80)
    assert np.abs(pixels(prepared) - np.asarray(upright, float)).mean() < 6
    if orientation != 1:
        assert not Image.open(io.BytesIO(prepared.body)).getexif()


def test_no_metadata_is_kept() -> None:
    """EXIF, a comment, a profile and a resolution stay with the original."""
    exif = Image.Exif()
    exif[0x010E] = "by somebody"
    body = jpeg(900, 600, exif=exif.tobytes(), comment=b"by somebody", icc_profile=SRGB, dpi=(9, 9))
    kept = Image.open(io.BytesIO(prepare(body).body))
    assert b"by somebody" not in prepare(body).body
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@given(width=st.integers(1, 300), height=st.integers(1, 300), max_px=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_every_shape_is_bounded_and_none_enlarged(width: int, height: int, max_px: int) -> None:
    """The longest side is at most what was asked for and never more than it was; the shape stays."""
    prepared = prepare(encoded(Image.new("RGB", (width, height), RED), "BMP"), max_px=max_px)
    longest = max(width, height)
    assert max(prepared.width_px, prepared.height_px) == min(max_px, longest)
    scale = min(1, max_px / longest)
    assert abs(prepared.width_px - max(1, width * scale)) <= 0.5
    assert abs(prepared.height_px - max(1, height * scale)) <= 0.5
    assert np.abs(pixels(prepared) - RED).max() < 8


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_lies_on_white(mode: str) -> None:
    """A cut-out object stands on white, whatever colour hides under what is transparent."""
    image = Image.new("RGBA", (64, 64), (10, 20, 30, 0))
    image.paste((200, 200, 200, 255), (32, 0, 64, 64))
    seen = pixels(prepare(encoded(image.convert(mode))))
    assert np.abs(seen[:, :28] - 255).max() < 6
    assert np.abs(seen[:, 36:] - 200).max() < 6


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_transparent_colour_is_white(mode: str) -> None:
    """One colour that a PNG declares transparent (tRNS) becomes white, others stay."""
    colour, other = ((0, 0, 0), (200, 200, 200)) if mode == "RGB" else (0, 200)
    image = Image.new(mode, (64, 64), colour)
    image.paste(other, (32, 0, 64, 64))
    seen = pixels(prepare(encoded(image, transparency=colour)))
    assert seen[:, :28].min() > 249
    assert np.abs(seen[:, 36:] - 200).max() < 6


def test_sixteen_bits_are_scaled() -> None:
    """Sixteen bits of grey become eight by scaling, where a bare conversion would turn them white."""
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    for form in ("PNG", "TIFF"):
        prepared = prepare(encoded(Image.fromarray(np.tile(ramp, (64, 1))), form))
        assert prepared.original.mode == "I;16"
        assert np.abs(pixels(prepared)[32, :, 0] - np.arange(256)).max() < 3


def test_grey_stays_grey() -> None:
    """Grey pictures of all kinds are kept as grey JPEGs, a third smaller and no less true."""
    for mode in ("1", "L", "LA"):
        kept = prepare(encoded(gradient(600, 300).convert("L").convert(mode))).body
        assert Image.open(io.BytesIO(kept)).mode == "L"


def test_inks_become_colours() -> None:
    """CMYK without a profile is turned into RGB: cyan ink is no red."""
    image = Image.new("CMYK", (64, 64), (255, 0, 0, 0))
    for form in ("JPEG", "TIFF"):
        assert np.abs(pixels(prepare(encoded(image, form))) - (0, 255, 255)).max() < 6


@pytest.mark.parametrize("profile", [b"no profile", SRGB[:200], b""])
def test_a_damaged_profile_is_noted_and_not_applied(profile: bytes) -> None:
    """A picture with a torn colour profile is a picture all the same, and says so."""
    body = jpeg(600, 300, icc_profile=profile)
    prepared = prepare(body)
    assert prepared.note == (PROFILE_NOT_APPLIED if profile else "")
    assert np.abs(pixels(prepared) - np.asarray(gradient(512, 256), float)).mean() < 3


def test_a_profile_for_other_colours_is_not_applied() -> None:
    """An RGB profile says nothing about inks; on grey it is the colours' own grey."""
    inks = prepare(encoded(Image.new("CMYK", (64, 64)), "TIFF", icc_profile=SRGB))
    grey = prepare(encoded(Image.new("L", (600, 64), 100), "TIFF", icc_profile=SRGB))
    assert (inks.note, grey.note) == (PROFILE_NOT_APPLIED, "")
    assert np.abs(pixels(grey) - 100).max() < 3


def test_the_first_page_counts() -> None:
    """Of a file of several pictures the first is kept."""
    red, blue = Image.new("RGB", (40, 40), RED), Image.new("RGB", (40, 40), BLUE)
    for form in ("TIFF", "GIF", "WEBP", "MPO"):
        prepared = prepare(encoded(red, form, save_all=True, append_images=[blue]))
        assert np.abs(pixels(prepared).mean((0, 1)) - RED).max() < 12
        assert prepared.original.form == ("JPEG" if form == "MPO" else form)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>Not found</title>", "html"),
        (b"\n<html>", "html"),
        (b'{"message": "not found"}', "not an image"),
        (b"GIF, says this text, and is none", "not an image"),
        (jpeg(300, 200)[:2000], "truncated"),
        (jpeg(300, 200)[:-1], "truncated"),
        (jpeg(300, 200)[:30], "truncated"),
        (encoded(gradient(60, 40), "WEBP")[:-9], "truncated"),
        (encoded(gradient(60, 40))[:-60], "truncated"),
        (encoded(gradient(60, 40), "JPEG2000")[:-60], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(body: bytes, why: str) -> None:
    """Empty bodies, pages, other data and broken transfers are told apart."""
    assert why in REASONS
    assert reason(body) == why


@given(cut=st.integers(1, 3_000), options=st.sampled_from(({}, {"progressive": True})))
@settings(max_examples=150, deadline=None)
def test_a_jpeg_that_lacks_its_end_is_never_a_picture(
    cut: int, options: Mapping[str, object]
) -> None:
    """Wherever a transfer broke off, also at the last byte, scaled decoding sees it."""
    body = jpeg(640, 400, **options)
    for max_px in (16, 600, 640):
        assert reason(body[: -min(cut, len(body) - 3)], max_px=max_px) == "truncated"


@pytest.mark.parametrize("form", ["EPS", "AVIF", "DDS", "PPM"])
def test_other_forms_are_not_opened(form: str) -> None:
    """What no museum serves is not opened, least of all EPS, for which Pillow starts a program."""
    assert reason(encoded(gradient(40, 30), form)) == "not an image"


def test_a_bomb_is_refused_by_its_head() -> None:
    """A small file that claims a gigantic picture is refused before anything is decoded."""
    assert reason(encoded(Image.new("1", (30_000, 30_000)))) == "too many pixels"
    side = int((MAX_PIXELS // WHOLE_SHARE) ** 0.5) + 1
    assert reason(encoded(Image.new("1", (side, side)))) == "too many pixels"
    head = bytearray(jpeg(64, 64))
    where = head.index(b"\xff\xc0") + 5
    head[where : where + 4] = (16_000).to_bytes(2, "big") * 2
    assert reason(bytes(head)) == "too many pixels"
    head[where : where + 4] = (15_000).to_bytes(2, "big") * 2
    assert prepare(bytes(head)).original.width_px == 15_000


def test_the_cap_of_pixels_can_be_set() -> None:
    """A JPEG of exactly as many pixels as allowed is a picture, one of a row more is none."""
    assert prepare(jpeg(100, 80), max_pixels=8_000).original.height_px == 80
    assert reason(jpeg(100, 81), max_pixels=8_000) == "too many pixels"


@pytest.mark.parametrize("form", FORMS)
def test_a_raised_cap_is_obeyed_in_every_form(form: str) -> None:
    """What is no JPEG may have a quarter of the cap, whatever it is; a refusal says when it would be taken."""
    body = encoded(gradient(100, 80), form)
    enough = 8_000 * (1 if form == "JPEG" else WHOLE_SHARE)
    assert prepare(body, max_pixels=enough).original.form == form
    with pytest.raises(RefusedPictureError, match=r"^too many pixels: 100 x 80 as ") as caught:
        prepare(body, max_pixels=enough - 1)
    told = str(caught.value)
    assert (fits_now(told, enough - 1), fits_now(told, enough)) == (False, True)
    assert not fits_now("truncated: 100 x 80 as JPEG,", enough)


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_picture_or_a_reason(body: bytes) -> None:
    """Whatever a host serves is prepared or refused with a reason that there is."""
    try:
        assert prepare(body).original.width_px > 0
    except RefusedPictureError as error:
        assert error.reason in REASONS  # noqa: PT017 - either end is right


WHOLE = {form: encoded(Image.effect_noise((40, 30), 60).convert("RGB"), form) for form in FORMS}


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from(sorted(WHOLE)),
    cut=st.integers(0, 400),
    put=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=12),
)
def test_damaged_pictures_end_in_a_picture_or_a_reason(
    form: str, cut: int, put: list[tuple[int, int]]
) -> None:
    """However a picture of any form is damaged, it is used or refused, and nothing else is raised."""
    body = bytearray(WHOLE[form])
    for place, value in put:
        body[place % len(body)] = value
    with large_pictures():
        try:
            pixels(prepare(bytes(body[: len(body) - cut]), max_px=32))
        except RefusedPictureError as error:
            assert error.reason in REASONS  # noqa: PT017 - either end is right


def test_the_same_bytes_give_the_same_picture() -> None:
    """In threads side by side, profiles and large ones among them, every picture comes out as alone."""
    bodies = [jpeg(700 + n, 500, icc_profile=SRGB[: 200 + 40 * (n % 3)]) for n in range(24)]
    bodies += [encoded(Image.new("1", (6_000, 6_000)))] * 2
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(prepare, bodies)) == [prepare(body) for body in bodies]


def test_a_network_sees_the_same_picture() -> None:
    """``upright_rgb`` gives RGB in the size that was asked for, by the same rules."""
    exif = Image.Exif()
    exif[0x0112] = 6
    body = encoded(gradient(800, 600).transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    seen = upright_rgb(body, shorter_px=100)
    assert seen.mode == "RGB"
    assert 100 <= min(seen.size) < 200
    assert seen.width > seen.height
    assert upright_rgb(body).size == (800, 600)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("width", [60, 300, 900])
def test_colours_are_those_of_what_is_kept(form: str, mode: str, width: int) -> None:
    """Whatever came in, and whether it was encoded anew or not, the kept JPEG alone gives the same colours."""
    kept = prepare(encoded(gradient(width, 200).convert(mode), form))
    assert kept.look == look_at(kept.body)
    found = Look.unpacked(kept.look).colours
    assert len(found) > 3
    assert all(one.a == one.b == 0 for one in found) == (mode == "L")


def test_colours_are_as_a_person_sees_them() -> None:
    """Transparency is laid on white before they are told: the red that is hidden in it is no colour of the picture."""
    clear = Image.new("RGBA", (80, 60), (*RED, 0))
    clear.paste((*BLUE, 255), (0, 0, 80, 30))
    found = sorted(
        Look.unpacked(prepare(encoded(clear)).look).colours, key=lambda one: one.lightness
    )
    assert (found[-1].hex, round(found[-1].share, 1)) == ("#ffffff", 0.5)
    assert found[0].b < -80
    assert all(one.a < 85 for one in found)
