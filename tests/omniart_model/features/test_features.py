"""Features are extracted once for each picture, hang on nothing but their key, and are kept whole."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch import nn

from omniart_data.release import Release, open_release, write_release
from omniart_model.bases.frozen import load_base
from omniart_model.bases.table import BASES
from omniart_model.bases.weights import find_weights
from omniart_model.features.cache import FeatureCache
from omniart_model.features.extract import extract_features
from omniart_model.features.look import look
from omniart_model.features.pictures import see
from omniart_model.works import pictured_works
from schemas.errors import ModelError
from schemas.release import SPLITS

BASE = BASES["efficientnet-lite0"]
TINY = replace(BASE, name="tiny", features=6)


class Means(nn.Module):
    """A base that sees the mean colour of the left and the right half, and counts its looks."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("zero", torch.zeros(()))
        self.looks = 0

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float [B, 6]."""
        self.looks += 1
        left, right = pictures.float().mean(2).chunk(2, dim=2)
        return torch.cat([left.mean(2), right.mean(2)], dim=1) / 255


@pytest.fixture(scope="module")
def lite0() -> nn.Module:
    """Return the real base with its real weights."""
    return load_base(BASE, find_weights(BASE, Path()))


def pictures(release: Release) -> Iterator[tuple[str, bytes]]:
    """Yield (SHA-256, bytes) of all pictures of a release."""
    for split in SPLITS:
        for _, sha256, body in release.pictures(split):
            assert body is not None
            yield sha256, body


def test_a_second_run_looks_at_nothing(release: Release, tmp_path: Path) -> None:
    """All pictures are run once; a second run runs none, and reads back the same features."""
    cache, network = FeatureCache(tmp_path, TINY, "00"), Means()

    first = extract_features(release, cache, network)
    looks = network.looks
    second = extract_features(release, cache, network)

    assert (first.pictures, first.extracted, first.cached) == (120, 120, 0)
    assert (second.extracted, second.cached, network.looks) == (0, 120, looks)


def test_only_new_pictures_are_run(release: Release, tmp_path: Path, made: ModuleType) -> None:
    """A larger release of the same works adds its new pictures to the features that are there."""
    cache = FeatureCache(tmp_path, TINY, "00")
    small = made.made_release(tmp_path / "small", 40)
    extract_features(small, cache, Means())

    report = extract_features(release, cache, Means())

    assert (report.cached, report.extracted) == (40, 80)


def test_features_are_of_their_own_picture(release: Release, tmp_path: Path) -> None:
    """Each picture's features, upright and mirrored, are those computed from it alone."""
    cache = FeatureCache(tmp_path, TINY, "00")
    extract_features(release, cache, Means())
    shas, bodies = zip(*pictures(release), strict=True)

    features, found = cache.read([*shas, "absent"])

    assert found.tolist() == [True] * 120 + [False]
    for body, (upright, mirrored) in zip(bodies, features, strict=False):
        expected = see(body, BASE).astype(np.float64)
        left, right = (half.mean((0, 1)) / 255 for half in np.split(expected, 2, axis=1))
        np.testing.assert_allclose(upright, [*left, *right], atol=1e-3)
        np.testing.assert_allclose(mirrored, [*right, *left], atol=1e-3)


def test_features_hang_on_no_company(release: Release, lite0: nn.Module) -> None:
    """The real base says of a picture, to the last bit, the same alone and among others."""
    seen = np.stack([see(body, BASE)[None] for _, body in pictures(release)][:8])

    together = look(lite0, seen)

    assert together.shape == (8, 2, 1280)
    for picture, features in zip(seen[:3], together[:3], strict=True):
        np.testing.assert_array_equal(look(lite0, picture[None])[0], features)


def test_folding_changes_nothing(release: Release, lite0: nn.Module) -> None:
    """The quick form of the base says what the package's own network says, to 1e-4."""
    from efficientnet_lite_pytorch import EfficientNet

    weights = find_weights(BASE, Path())
    plain = EfficientNet.from_name("efficientnet-lite0").eval()
    plain.load_state_dict(torch.load(weights.path, weights_only=True))
    seen = torch.from_numpy(np.stack([see(b, BASE) for _, b in pictures(release)][:4]))
    seen = seen.permute(0, 3, 1, 2)

    with torch.inference_mode():
        expected = plain.extract_features((seen.float() - 127) / 128).mean((2, 3))
        found = lite0(seen)

    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_another_key_is_another_cache(release: Release, tmp_path: Path) -> None:
    """Other weights, and the same base seen through another kernel, share no features."""
    cache = FeatureCache(tmp_path, TINY, "00")
    extract_features(release, cache, Means())

    assert not FeatureCache(tmp_path, TINY, "01").held()
    assert not FeatureCache(tmp_path, replace(TINY, size_px=256), "00").held()
    assert len(FeatureCache(tmp_path, TINY, "00").held()) == 120


def test_a_damaged_part_is_named(release: Release, tmp_path: Path) -> None:
    """A part that was cut short is an error that names the file to remove."""
    cache = FeatureCache(tmp_path, TINY, "00")
    extract_features(release, cache, Means())
    (part,) = cache.folder.iterdir()
    part.write_bytes(part.read_bytes()[:-100])

    with pytest.raises(ModelError, match=f"{part.name} is damaged"):
        cache.held()


def test_pictures_that_are_kept_out_come_from_the_workspace(
    unpictured: Release, tmp_path: Path, made: ModuleType
) -> None:
    """A picture that is not in the release is read from images/ab/SHA-256; others are missing."""
    cache, bodies = (
        FeatureCache(tmp_path, TINY, "00"),
        [made.picture(n, n * 7 % 4) for n in range(60)],
    )
    for body in bodies[:50]:
        sha256 = made.hashlib.sha256(body).hexdigest()
        path = tmp_path / "images" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    without = extract_features(unpictured, cache, Means())
    with_images = extract_features(unpictured, cache, Means(), workspace=tmp_path)

    assert (without.extracted, len(without.missing)) == (0, 60)
    assert (with_images.extracted, len(with_images.missing)) == (50, 10)


def test_a_picture_that_may_not_be_learnt_from_is_not_looked_at(
    made: ModuleType, tmp_path: Path
) -> None:
    """Kept is not allowed to train: under a licence without derivatives a picture in the workspace stays unseen."""
    contents = made.contents(60, pictures="kept out")
    rights = [f"https://creativecommons.org/licenses/by-n{'cd'[n % 2]}/4.0" for n in range(60)]
    where = contents.artworks.schema.get_field_index("rights")
    artworks = contents.artworks.set_column(where, "rights", pa.array(rights))
    write_release(replace(contents, artworks=artworks), tmp_path / "release", version="1.0.0")
    release = open_release(tmp_path / "release")
    for number in range(60):
        body = made.picture(number, (0, 3, 2, 1)[number % 4])
        sha256 = made.hashlib.sha256(body).hexdigest()
        path = tmp_path / "images" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    cache = FeatureCache(tmp_path, TINY, "00")
    report = extract_features(release, cache, Means(), workspace=tmp_path)
    works = pictured_works(release)

    assert (report.pictures, report.extracted, report.missing) == (30, 30, [])
    assert set(works["may_train"].to_pylist()) == {"personal"}
    assert set(works["image_sha256"].to_pylist()) == cache.held()


def test_what_is_no_picture_is_counted(tmp_path: Path, unpictured: Release) -> None:
    """A file in the workspace that cannot be decoded is reported, and the others are run."""
    column = unpictured.table("train", columns=["image_sha256"])["image_sha256"].to_pylist()
    path = tmp_path / "images" / str(column[0])[:2] / str(column[0])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<html>")

    report = extract_features(
        unpictured,
        FeatureCache(tmp_path, TINY, "00"),
        Means(),
        workspace=tmp_path,
        splits=["train"],
    )

    assert report.unreadable == [column[0]]
    assert len(report.missing) == len(column) - 1


def test_nothing_is_left_of_a_broken_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part whose writing fails is not there, nor is its temporary file."""
    cache = FeatureCache(tmp_path, TINY, "00")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))

    with pytest.raises((OSError, ModelError)):
        cache.add(["ab"], np.zeros((1, 2, 6), np.float16))

    assert not list(cache.folder.iterdir())
    shutil.rmtree(cache.folder)
