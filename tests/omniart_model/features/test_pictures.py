"""Whatever a museum serves is seen as an upright RGB square, or refused in one line."""

import csv
import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from crawlers.engine.image_store import ImageStore
from crawlers.engine.picture import prepare
from omniart_data.release import Release
from omniart_data.release.pictures import large_pictures
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.bases.table import BASES
from omniart_model.features.cache import FeatureCache
from omniart_model.features.extract import extract_features
from omniart_model.features.pictures import see
from omniart_model.works import pictured_works
from schemas.errors import ModelError

BASE = BASES["efficientnet-lite0"]
RED, BLUE = (250, 10, 10), (10, 10, 250)


def encoded(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """Return a picture's bytes."""
    body = io.BytesIO()
    picture.save(body, form, **options)
    return body.getvalue()


def halves() -> Image.Image:
    """Return a square picture, red above and blue below."""
    picture = Image.new("RGB", (300, 300), RED)
    picture.paste(BLUE, (0, 150, 300, 300))
    return picture


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_90),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_a_picture_is_seen_upright(orientation: int, turn: Image.Transpose) -> None:
    """A picture that lies on its side, and says so, is seen as it is meant."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = halves().transpose(turn)

    seen = see(encoded(lying, "JPEG", exif=exif.tobytes(), quality=95), BASE)

    assert np.abs(seen[20, 112].astype(int) - RED).max() < 25
    assert np.abs(seen[200, 112].astype(int) - BLUE).max() < 25


def test_transparency_is_white() -> None:
    """What is transparent is seen as white, whatever colour hides under it."""
    picture = Image.new("RGBA", (300, 300), (*RED, 0))

    assert (see(encoded(picture), BASE) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "RGBA", "YCbCr"])
def test_every_mode_is_seen_as_rgb(mode: str) -> None:
    """A half-bright picture of any mode is uint8 [S, S, 3], not all black and not all white."""
    form = "TIFF" if mode in {"CMYK", "YCbCr"} else "PNG"
    picture = halves().convert("L").convert(mode) if mode in {"1", "LA"} else halves().convert(mode)

    seen = see(encoded(picture, form), BASE)

    assert (seen.shape, seen.dtype) == ((224, 224, 3), np.uint8)
    assert 5 < seen.mean() < 250


def test_sixteen_bits_of_grey_are_grey() -> None:
    """A 16-bit grey picture keeps its middle grey, where convert() would make it white."""
    picture = Image.fromarray(np.full((300, 300), 32768, np.uint16))

    assert see(encoded(picture), BASE).mean() == pytest.approx(127, abs=1)


@pytest.mark.parametrize("body", [b"", b"<html>not here</html>", encoded(halves(), "JPEG")[:900]])
def test_no_picture_is_refused(body: bytes) -> None:
    """An empty file, a page and a torn picture are a ModelError of one line."""
    with pytest.raises(ModelError, match="not a picture") as caught:
        see(body, BASE)

    assert "\n" not in str(caught.value)


@given(st.integers(1, 900), st.integers(1, 900))
def test_every_shape_is_seen(width: int, height: int) -> None:
    """A picture of any shape, however long or small, is one square of the base's size."""
    seen = see(encoded(Image.new("RGB", (width, height), RED), "BMP"), BASE)

    assert seen.shape == (224, 224, 3)
    assert (seen == RED).all()


def test_the_square_is_that_of_the_whole_resized() -> None:
    """Resizing only what is seen gives what resizing all and cutting gives, to a grey level or two."""
    noise = np.random.default_rng(0).integers(0, 256, (90, 150, 3), np.uint8)
    picture = Image.fromarray(noise).resize((640, 400), Image.Resampling.BICUBIC)
    whole = picture.resize((410, 256), Image.Resampling.BICUBIC).crop((93, 16, 317, 240))

    seen = see(encoded(picture), BASE)

    assert np.abs(seen.astype(int) - np.asarray(whole, np.int64)).mean() < 1


def test_training_finds_what_may_not_be_passed_on(
    unpictured: Release, made: ModuleType, config: BaselineConfig, tmp_path: Path
) -> None:
    """A release without its pictures is trained on those of a workspace's image store, scaled ones too.

    They are found by the SHA-256 of what the museum served, with the store's index and without it.
    """
    with ImageStore(tmp_path / "images") as images:
        for number in range(60):
            body = made.picture(number, (0, 3, 2, 1)[number % 4])
            assert images.put(prepare(body, max_px=60)) == sha256(body).hexdigest()
    quick = replace(config, train=replace(config.train, epochs=1), base=BaseChoice("pixels"))

    assert train_baseline(unpictured, quick, tmp_path / "baseline", tmp_path) is not None

    cache = FeatureCache(tmp_path, BASE, "other weights")
    for path in (tmp_path / "images").glob("index.sqlite*"):
        path.unlink()
    report = extract_features(unpictured, cache, Middle(), workspace=tmp_path)
    held = cache.held()
    assert (report.extracted, report.missing, report.unreadable) == (60, [], [])
    assert held == set(pictured_works(unpictured)["image_sha256"].to_pylist())


class Middle(nn.Module):
    """A base that sees the mean of a picture, 1,280 times."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("zero", torch.zeros(()))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float [B, 1280]."""
        return pictures.float().mean((1, 2, 3))[:, None].expand(-1, 1280) / 255


@pytest.mark.real
def test_awkward_pictures(shared_data: Path) -> None:
    """Of the awkward files only the torn, the empty and the page are refused; none warns."""
    folder = shared_data / "images" / "awkward"
    index = (folder / "index.csv").read_text(encoding="utf-8").splitlines()
    names = [row["file"] for row in csv.DictReader(index)]
    refused = set()

    with large_pictures():
        for name in names:
            try:
                seen = see((folder / Path(name).name).read_bytes(), BASE)
            except ModelError:
                refused.add(Path(name).name)
                continue
            assert seen.shape == (224, 224, 3)
            assert seen.std() > 0, name

    assert len(names) - len(refused) >= 38
    assert all(any(word in name for word in ("trunc", "empty", "zero", "html")) for name in refused)
