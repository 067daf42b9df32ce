"""Each view of a picture has features of its own, and pixels go the same way as any base's."""

import hashlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release import Release
from omniart_data.release.near import open_features
from omniart_model.baselines.prepare import BaseChoice, prepare_features
from omniart_model.baselines.study import open_study
from omniart_model.bases.augmented import augmented
from omniart_model.bases.frozen import load_base
from omniart_model.bases.table import BASES, View
from omniart_model.bases.weights import find_weights
from omniart_model.features.cache import FeatureCache
from omniart_model.features.colours import colours_of_train
from omniart_model.features.extract import extract_features, wanted_pictures
from omniart_model.features.file import write_features
from omniart_model.features.look import look
from omniart_model.features.pictures import angle, see, see_views, turned
from omniart_model.tasks import choose_tasks
from omniart_model.works import pictured_works
from schemas.errors import ModelError, UsageError

PIXELS = BASES["pixels"]
CPU = torch.device("cpu")


def bodies(release: Release) -> dict[str, bytes]:
    """Return the pictures of train."""
    return {sha256: body for _, sha256, body in release.pictures("train") if body is not None}


def test_pixels_are_a_base(release: Release, tmp_path: Path) -> None:
    """32 x 32 x 3 values of 0..1, channel by channel, upright and mirrored, in the same cache as any features."""
    cache, report = prepare_features(release, BaseChoice("pixels"), tmp_path, CPU)
    sha256, body = next(iter(bodies(release).items()))

    features, found = cache.read([sha256])

    assert (report.extracted, found.tolist(), features.shape) == (120, [True], (1, 2, 3072))
    expected = see(body, PIXELS).transpose(2, 0, 1) / 255
    np.testing.assert_allclose(features[0, 0].reshape(3, 32, 32), expected, atol=5e-4)
    np.testing.assert_allclose(features[0, 1].reshape(3, 32, 32), expected[:, :, ::-1], atol=5e-4)


def test_pixels_take_no_weights(tmp_path: Path) -> None:
    """A file of weights for a base that has none is refused."""
    with pytest.raises(ModelError, match="leave --weights out"):
        find_weights(PIXELS, tmp_path, tmp_path / "weights.pth")


@pytest.mark.parametrize(("name", "views"), [("none", 1), ("rotation", 2), ("mean", 1), ("zca", 1)])
def test_each_augmentation_has_a_cache_of_its_own(
    release: Release, tmp_path: Path, name: str, views: int
) -> None:
    """Features of other views lie elsewhere, in as many views as the base has."""
    cache, _ = prepare_features(release, BaseChoice("pixels", augment=name), tmp_path, CPU)

    features, found = cache.read(wanted_pictures(release))

    assert features.shape == (120, views, 3072)
    assert found.all()
    assert cache.folder != FeatureCache(tmp_path, PIXELS, "none").folder


def test_whitened_pixels_of_train_are_white(release: Release, tmp_path: Path) -> None:
    """The colours that are taken away are those of train's pictures, and of no others'."""
    cache, _ = prepare_features(release, BaseChoice("pixels", augment="zca"), tmp_path, CPU)
    of_train = pictured_works(release, "train")["image_sha256"].to_pylist()

    features, _ = cache.read(of_train)

    values = features.reshape(-1, 3, 32 * 32).transpose(0, 2, 1).reshape(-1, 3).astype(np.float64)
    np.testing.assert_allclose(values.mean(0), 0, atol=1e-2)
    np.testing.assert_allclose(np.cov(values.T, bias=True), np.eye(3), atol=2e-2)


def test_colours_hang_on_the_release_alone(release: Release) -> None:
    """Two runs take the same colours, to the last digit."""
    one, other = (augmented(PIXELS, "zca", colours_of_train(release, PIXELS, None)) for _ in "ab")

    assert one == other


def test_other_pictures_at_hand_give_other_features(
    made: ModuleType, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a picture of train is not at hand the log says so, and features of other colours are never taken for these."""
    kept_out = made.made_release(tmp_path / "release", 60, pictures="kept out")
    held = {
        hashlib.sha256(body).hexdigest(): body
        for body in map(made.picture, range(60), [0, 3, 2, 1] * 15)
    }
    train = set(wanted_pictures(kept_out, ["train"]))
    lacking = min(train)
    for sha256, body in held.items():
        path = tmp_path / "images" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if sha256 != lacking else b"no picture")

    without, _ = prepare_features(kept_out, BaseChoice("pixels", augment="mean"), tmp_path, CPU)
    told = [one.message for one in caplog.records if "colours" in one.message]
    (tmp_path / "images" / lacking[:2] / lacking).write_bytes(held[lacking])
    whole, _ = prepare_features(kept_out, BaseChoice("pixels", augment="mean"), tmp_path, CPU)

    assert told == [f"colours of train without 1 of its {len(train)} pictures"]
    assert without.key != whole.key
    assert without.folder != whole.folder
    studies = [open_study(kept_out, choose_tasks(), cache) for cache in (without, whole)]
    one, other = (study.rests_on(study.test)["features"] for study in studies)
    assert one != other


def test_colours_need_a_release(tmp_path: Path, made: ModuleType) -> None:
    """Of a release none of whose pictures is at hand no colours are taken."""
    kept_out = made.made_release(tmp_path / "release", 60, pictures="kept out")

    with pytest.raises(ModelError, match="no picture of train is at hand"):
        prepare_features(kept_out, BaseChoice("pixels", augment="mean"), tmp_path, CPU)


@given(st.integers(0, 2**256 - 1))
def test_an_angle_is_a_pictures_own(number: int) -> None:
    """Between -15 and 15 degrees, and always the same for the same picture."""
    name = f"{number:064x}"

    assert -15 <= angle(name) < 15
    assert angle(name) == angle(name)


def test_turning_leaves_no_corner_black(release: Release) -> None:
    """A turned square is a picture to its corners: a white one stays white, and its middle stays in its place."""
    white = np.full((64, 64, 3), 255, np.uint8)
    assert turned(white, 15).min() == 255

    spot = np.zeros((65, 65, 3), np.uint8)
    spot[30:35, 30:35] = 255
    assert turned(spot, -11.5)[32, 32].tolist() == [255, 255, 255]
    np.testing.assert_array_equal(turned(spot, 0), spot)


def test_turning_goes_about_the_middle() -> None:
    """What is right of the middle goes up as degrees rise, by their sine."""
    spot = np.zeros((129, 129, 3), np.uint8)
    spot[62:67, 107:112] = 255  # 45 pixels to the right

    rows, columns = np.nonzero(turned(spot, 15)[:, :, 0] > 128)

    assert rows.mean() - 64 == pytest.approx(-45 * np.sin(np.radians(15)), abs=1)
    assert columns.mean() - 64 == pytest.approx(45 * np.cos(np.radians(15)), abs=1)


def test_views_come_in_their_order(release: Release) -> None:
    """The upright view is always the first, and the turned one is looked at as it is."""
    base = augmented(PIXELS, "rotation")
    sha256, body = next(iter(bodies(release).items()))
    seen = see_views(body, sha256, base)

    features = look(load_base(base, find_weights(base, Path())), seen[None], base.views)

    assert base.views == (View.ORIGINAL, View.TURNED)
    expected = np.stack([see(body, base), turned(see(body, base), angle(sha256))])
    found = features[0].reshape(2, 3, 32, 32).transpose(0, 2, 3, 1) * 255
    np.testing.assert_allclose(found, expected, atol=0.15)


def test_the_file_names_its_views(release: Release, tmp_path: Path) -> None:
    """A file of other views than the flip's has a column for each, and a build says that it wants the two."""
    base = replace(augmented(PIXELS, "rotation"))
    cache = FeatureCache(tmp_path, base, "none")
    extract_features(release, cache, load_base(base, find_weights(base, tmp_path)))

    write_features(cache, wanted_pictures(release), tmp_path / "features.parquet")

    names = pq.read_schema(tmp_path / "features.parquet").names
    assert names == ["image_sha256", "features", "turned"]
    with pytest.raises(UsageError, match="is no table of features"):
        open_features(tmp_path / "features.parquet")
