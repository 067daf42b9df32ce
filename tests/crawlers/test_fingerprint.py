"""The perceptual hash: alike for pictures that look alike, exactly mirrored, the same on every run."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from crawlers.engine.fingerprint import BITS, fingerprint, mirrored
from crawlers.engine.look import Look, look_at


def painted(seed: int, width: int = 200, height: int = 160) -> Image.Image:
    """Return a made picture of soft patches, as no two seeds have them."""
    patches = np.random.default_rng(seed).integers(0, 256, (9, 11, 3), np.uint8)
    return Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    body = io.BytesIO()
    image.save(body, "JPEG", quality=quality)
    return body.getvalue()


def differ(one: bytes, other: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_copies_are_near_and_others_are_not(seed: int) -> None:
    """Saved anew, smaller or brighter a picture stays within 32 bits; another differs in about half of them."""
    image = painted(seed)
    one = fingerprint(jpeg(image))

    for copy in (
        jpeg(image, 60),
        jpeg(image.resize((100, 80), Image.Resampling.LANCZOS)),
        jpeg(ImageEnhance.Brightness(image).enhance(1.1)),
    ):
        assert differ(one, fingerprint(copy)) <= 32
    assert differ(one, fingerprint(jpeg(painted(seed + 100)))) > 80


@pytest.mark.parametrize("seed", range(8))
def test_a_mirrored_picture_has_the_mirrored_hash(seed: int) -> None:
    """The hash of a mirrored picture is known from the picture's own, but for what saving it anew changes."""
    image = painted(seed)

    found = fingerprint(jpeg(ImageOps.mirror(image), 95))

    assert differ(mirrored(fingerprint(jpeg(image, 95))), found) <= 16


@given(st.integers(0, 255), st.integers(1, 40), st.integers(1, 40))
def test_what_has_no_shape_has_no_hash(grey: int, width: int, height: int) -> None:
    """A picture of one tone has no hash: all blank sheets would be near each other."""
    assert fingerprint(jpeg(Image.new("L", (width, height), grey))) == b""


def test_the_hash_is_what_it_was() -> None:
    """The bits of a certain picture, which no version of a library may change without anybody seeing it."""
    x, y = np.meshgrid(np.arange(96), np.arange(64))
    image = Image.fromarray(((x * 5 + y * 3 + (x // 16) * (y // 8) * 7) % 256).astype(np.uint8))
    body = io.BytesIO()
    image.save(body, "JPEG", quality=95)

    found = fingerprint(body.getvalue())

    assert len(found) == BITS // 8
    assert found.hex() == "580a114a9fc239c62470510fcf3bd181b6a8983729e4f09c7b797f9fdc68024c"


@given(st.binary(max_size=30), st.sampled_from([b"", bytes(range(32))]))
def test_a_look_is_packed_and_unpacked(colours: bytes, found: bytes) -> None:
    """What is packed comes back."""
    assert Look.unpacked(Look(colours, found).packed()) == Look(colours, found)


@pytest.mark.parametrize("packed", [b"", b"\x01abc", bytes(10) + b"x" * 300][:2])
def test_what_is_no_look(packed: bytes) -> None:
    """A length that no hash has is an error."""
    with pytest.raises(ValueError, match="packed look"):
        Look.unpacked(packed)


def test_a_picture_has_colours_and_hash() -> None:
    """Both are told of one JPEG."""
    look = Look.unpacked(look_at(jpeg(painted(1))))

    assert look.colours
    assert len(look.perceptual_hash or "") == BITS // 4
