"""The file of features has every picture once, in one order, whatever the cache looks like."""

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from omniart_data.release import Release
from omniart_data.release.near import open_features
from omniart_model.bases.table import BASES
from omniart_model.features.cache import FeatureCache, Halves
from omniart_model.features.extract import extract_features, extract_workspace, wanted_pictures
from omniart_model.features.file import ROWS_TOGETHER, write_features
from omniart_model.workspace import is_workspace, picture_names
from schemas.errors import ModelError, UsageError
from schemas.release import SPLITS

TINY = replace(BASES["efficientnet-lite0"], name="tiny", features=6)
DEAD = 999_999_999
"""A number that no process has: Linux counts to 4,194,304."""


class Means(nn.Module):
    """A base that sees the mean colour of the left and the right half."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("zero", torch.zeros(()))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float [B, 6]."""
        left, right = pictures.float().mean(2).chunk(2, dim=2)
        return torch.cat([left.mean(2), right.mean(2)], dim=1) / 255


def names(count: int) -> list[str]:
    """Return so many SHA-256, in no order."""
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def vectors(sha256s: list[str]) -> Halves:
    """Return features that only their own picture has, float16 [N, 2, 6]."""
    digests = np.frombuffer(bytes.fromhex("".join(sha256s)), np.uint8).reshape(len(sha256s), 32)
    return digests[:, :12].astype(np.float16).reshape(-1, 2, 6)


def put(workspace: Path, bodies: list[bytes]) -> list[str]:
    """Put pictures into a workspace; return their SHA-256, rising."""
    for body in bodies:
        sha256 = hashlib.sha256(body).hexdigest()
        path = workspace / "images" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return sorted(hashlib.sha256(body).hexdigest() for body in bodies)


def test_the_file_says_what_the_cache_says(tmp_path: Path) -> None:
    """Sorted by SHA-256, both views of each picture, little-endian, and the cache's key beside them."""
    cache, held = FeatureCache(tmp_path, TINY, "00"), names(50)
    cache.add(held, vectors(held))

    assert write_features(cache, held, tmp_path / "out" / "features.parquet") == 50

    table = pq.read_table(tmp_path / "out" / "features.parquet")
    assert table.schema.names == ["image_sha256", "features", "mirrored"]
    assert [str(kind) for kind in table.schema.types] == ["string", *["fixed_size_binary[12]"] * 2]
    assert table.schema.metadata == {k.encode(): v.encode() for k, v in cache.key.items()}
    assert table["image_sha256"].to_pylist() == sorted(held)
    expected = vectors(sorted(held))
    for view, name in enumerate(("features", "mirrored")):
        found = np.frombuffer(b"".join(table[name].to_pylist()), "<f2").reshape(-1, 6)
        np.testing.assert_array_equal(found, expected[:, view])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["features.parquet"]


@settings(max_examples=12, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 12))
def test_the_bytes_hang_on_the_pictures_alone(order: list[int], size: int) -> None:
    """However a cache came to be, in which order and in which parts: the same file."""
    held = names(12)
    mixed = [held[place] for place in order]
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        one, other = FeatureCache(room / "1", TINY, "00"), FeatureCache(room / "2", TINY, "00")
        one.add(held, vectors(held))
        for start in range(0, 12, size):
            other.add(mixed[start : start + size], vectors(mixed[start : start + size]))
        write_features(one, held, room / "one")
        write_features(other, mixed[::-1], room / "other")
        assert (room / "one").read_bytes() == (room / "other").read_bytes()


def test_a_large_file_is_in_row_groups(tmp_path: Path) -> None:
    """More pictures than a row group has: full groups and a rest, in order across them all."""
    cache, held = FeatureCache(tmp_path, TINY, "00"), names(2 * ROWS_TOGETHER + 100)
    for start in range(0, len(held), 2_048):
        cache.add(held[start : start + 2_048], vectors(held[start : start + 2_048]))

    write_features(cache, held, tmp_path / "features.parquet")

    file = pq.ParquetFile(tmp_path / "features.parquet")
    groups = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert groups == [ROWS_TOGETHER, ROWS_TOGETHER, 100]
    table = file.read()
    assert table["image_sha256"].to_pylist() == sorted(held)
    found = np.frombuffer(b"".join(table["mirrored"].to_pylist()), "<f2").reshape(-1, 6)
    np.testing.assert_array_equal(found, vectors(sorted(held))[:, 1])


def test_only_what_is_asked_for_and_seen_is_in_it(tmp_path: Path) -> None:
    """Of a cache that several share the file has the asked-for pictures; a name that is no SHA-256 is none."""
    cache, held = FeatureCache(tmp_path, TINY, "00"), names(9)
    cache.add(held[:6], vectors(held[:6]))
    cache.add(held[4:6], vectors(held[4:6]) + 1)  # seen by two processes at once
    cache.add(["../../escape"], np.zeros((1, 2, 6), np.float16))

    rows = write_features(cache, [*held[3:], "../../escape"], tmp_path / "features.parquet")

    found = pq.read_table(tmp_path / "features.parquet")["image_sha256"].to_pylist()
    assert (rows, found) == (3, sorted(held[3:6]))


def test_no_picture_is_a_file_too(tmp_path: Path) -> None:
    """A workspace without a readable picture gives an empty table, which a build can read."""
    rows = write_features(FeatureCache(tmp_path, TINY, "00"), [], tmp_path / "features.parquet")

    assert (rows, open_features(tmp_path / "features.parquet").width) == (0, 6)


def test_a_damaged_cache_leaves_the_old_file(tmp_path: Path) -> None:
    """What cannot be written whole is not written, and nothing is left beside it but what was there."""
    cache, held = FeatureCache(tmp_path / "cache", TINY, "00"), names(3)
    cache.add(held, vectors(held))
    out = tmp_path / "out" / "features.parquet"
    write_features(cache, held, out)
    before = out.read_bytes()
    (part,) = cache.folder.iterdir()
    part.write_bytes(part.read_bytes()[:-100])

    with pytest.raises(ModelError, match=f"{part.name} is damaged"):
        write_features(cache, held, out)

    assert out.read_bytes() == before
    assert list(out.parent.iterdir()) == [out]


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    """Half a file of a dead process goes when the next one is written."""
    left = tmp_path / f".features.parquet.{DEAD}"
    left.mkdir()
    (left / "00").write_bytes(b"half")

    write_features(FeatureCache(tmp_path, TINY, "00"), [], tmp_path / "features.parquet")

    assert not left.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where a folder should be is one error that names the file to write."""
    (tmp_path / "taken").write_bytes(b"")

    with pytest.raises(ModelError, match=r"features\.parquet cannot be written"):
        write_features(FeatureCache(tmp_path, TINY, "0"), [], tmp_path / "taken/features.parquet")


def test_every_picture_of_a_workspace_is_seen(made: ModuleType, tmp_path: Path) -> None:
    """All of images/ab/SHA-256 and nothing else; one that cannot be decoded is counted; again nothing is run."""
    held = put(tmp_path, [made.picture(number, number % 4) for number in range(20)])
    broken = put(tmp_path, [b"<html>"])
    folder = tmp_path / "images" / held[0][:2]
    (tmp_path / "images" / "index.sqlite").write_bytes(b"")
    (folder / f".{held[0]}.1.part").write_bytes(b"half")
    (folder / ("0" * 64)).mkdir(exist_ok=True)
    cache = FeatureCache(tmp_path, TINY, "00")

    first = extract_workspace(tmp_path, cache, Means())
    second = extract_workspace(tmp_path, cache, Means())

    assert list(picture_names(tmp_path)) == sorted(held + broken)
    assert (first.pictures, first.extracted, first.unreadable) == (21, 20, broken)
    assert (second.cached, second.extracted) == (20, 0)
    assert write_features(cache, picture_names(tmp_path), tmp_path / "features.parquet") == 20


def test_a_workspace_and_a_release_say_the_same(release: Release, tmp_path: Path) -> None:
    """The same pictures give the same file, seen in a release or, before it is there, in a workspace."""
    shown = [body for split in SPLITS for _, _, body in release.pictures(split)]
    put(tmp_path, [body for body in shown if body is not None])
    one, other = (FeatureCache(tmp_path / name, TINY, "00") for name in "ab")
    extract_workspace(tmp_path, one, Means())
    extract_features(release, other, Means())
    write_features(one, picture_names(tmp_path), tmp_path / "a.parquet")
    write_features(other, wanted_pictures(release), tmp_path / "b.parquet")

    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_what_is_no_workspace_is_told(release: Release, tmp_path: Path) -> None:
    """A release is not taken for a workspace, even with a folder images/; an empty folder is neither."""
    (tmp_path / "images").mkdir()

    assert is_workspace(tmp_path)
    assert not is_workspace(release.folder)
    (tmp_path / "manifest.json").write_text("{}")
    assert not is_workspace(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="is neither a release"):
        is_workspace(tmp_path / "empty")
