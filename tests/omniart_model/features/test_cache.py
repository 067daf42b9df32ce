"""The cache gives back what was put into it, in any order, from parts of any size, and nothing else."""

import os
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_model.bases.augmented import augmented
from omniart_model.bases.table import BASES
from omniart_model.features.cache import FeatureCache, Halves
from schemas.errors import ModelError

TINY = replace(BASES["efficientnet-lite0"], name="tiny", features=3)
ONE_VIEW = augmented(TINY, "none")
DEAD = 999_999_999
"""A number that no process has: Linux counts to 4,194,304."""


def digests(numbers: list[int]) -> list[str]:
    """Return SHA-256 of numbers."""
    return [sha256(str(number).encode()).hexdigest() for number in numbers]


def vectors(numbers: list[int], views: int = 2) -> Halves:
    """Return features that tell their number, view and place, float16 [N, V, 3]."""
    places = np.arange(3 * views).reshape(views, 3) / 8
    return (np.array(numbers)[:, None, None] + places).astype(np.float16)


@pytest.fixture
def cache(tmp_path: Path) -> FeatureCache:
    """Return an empty cache."""
    return FeatureCache(tmp_path, TINY, "00")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), max_size=6, unique=True), max_size=5),
    st.lists(st.integers(0, 60), max_size=30),
    st.integers(1, 2),
)
def test_reading_is_looking_up(parts: list[list[int]], wanted: list[int], views: int) -> None:
    """Asked in any order, and twice: each picture's own features, and zeros for one that is not here."""
    with tempfile.TemporaryDirectory() as folder:
        cache = FeatureCache(Path(folder), ONE_VIEW if views == 1 else TINY, "00")
        for part in parts:
            cache.add(digests(part), vectors(part, views))

        features, found = cache.read(digests(wanted))

        held = {number for part in parts for number in part}
        assert features.shape == (len(wanted), views, 3)
        assert found.tolist() == [number in held for number in wanted]
        expected = vectors(wanted, views) if wanted else features
        np.testing.assert_array_equal(features[found], expected[found])
        assert not features[~found].any()
        assert cache.held() == set(digests(sorted(held)))


def test_many_rows_of_one_part(cache: FeatureCache) -> None:
    """More rows than are copied at a time come back in the order asked for."""
    numbers = list(range(1_000))
    cache.add(digests(numbers), vectors(numbers))
    order = np.random.default_rng(0).permutation(1_000).tolist()

    features, found = cache.read(digests(order))

    assert found.all()
    np.testing.assert_array_equal(features, vectors(order))


def test_two_runs_at_once_are_harmless(cache: FeatureCache, tmp_path: Path) -> None:
    """Two that put the same pictures write one part, and two that share some are read as one."""
    other = FeatureCache(tmp_path, TINY, "00")
    cache.add(digests([1, 2]), vectors([1, 2]))
    other.add(digests([1, 2]), vectors([1, 2]))
    other.add(digests([2, 3]), vectors([2, 3]))

    features, found = cache.read(digests([1, 2, 3]))

    assert len(list(cache.folder.iterdir())) == 2
    assert found.all()
    np.testing.assert_array_equal(features, vectors([1, 2, 3]))


def test_what_a_killed_run_left_goes(cache: FeatureCache) -> None:
    """Half a part of a dead process is no part and is removed; that of one that lives stays."""
    cache.add(digests([1]), vectors([1]))
    left = cache.folder / f".00ff.unfinished.{DEAD}"
    alive = cache.folder / f".00ff.unfinished.{os.getppid()}"
    left.write_bytes(b"half")
    alive.write_bytes(b"half")

    assert cache.held() == set(digests([1]))
    cache.clear_up()

    assert not left.exists()
    assert alive.exists()


def test_parts_of_older_versions_are_not_read(cache: FeatureCache) -> None:
    """A Parquet file beside the parts is no part."""
    cache.add(digests([1]), vectors([1]))
    pq.write_table(pa.table({"image_sha256": digests([2])}), cache.folder / "old.parquet")

    assert cache.held() == set(digests([1]))


@pytest.mark.parametrize("body", [b"", b"ARROW1\0\0half", b"PAR1"])
def test_what_is_no_part_is_named(cache: FeatureCache, body: bytes) -> None:
    """A file that is empty, torn or something else is an error that names the file to remove."""
    cache.add(digests([1]), vectors([1]))
    (cache.folder / "zz.arrow").write_bytes(body)

    with pytest.raises(ModelError, match=r"zz\.arrow is damaged: remove it"):
        cache.read(digests([1]))


def _start_of(part: Path, features: Halves) -> int:
    """Return where the features lie in the file of a part."""
    return part.read_bytes().index(features.tobytes())


@pytest.mark.parametrize("flipped", [0, 3 * 2 * 2 + 5, -1])
def test_rot_is_seen(cache: FeatureCache, flipped: int) -> None:
    """One flipped bit in a row that is asked for is an error that names the file; other rows are none the worse."""
    cache.add(digests([1, 2]), vectors([1, 2]))
    (part,) = cache.folder.iterdir()
    body = bytearray(part.read_bytes())
    start, size = _start_of(part, vectors([1, 2])), vectors([1, 2]).nbytes
    body[start + flipped % size] ^= 1
    part.write_bytes(body)
    rotten, whole = (1, 2) if 0 <= flipped < size // 2 else (2, 1)

    with pytest.raises(ModelError, match=f"{part.name} is damaged: remove it, and it will be made"):
        cache.read(digests([rotten]))
    with pytest.raises(ModelError, match="is damaged"):
        list(cache.parts())
    np.testing.assert_array_equal(cache.read(digests([whole]))[0], vectors([whole]))
    part.unlink()
    assert not cache.held()


@pytest.mark.parametrize("features", [1, 2, 4, 5])
def test_rows_that_changed_places_are_seen(tmp_path: Path, features: int) -> None:
    """Each row has its own sum, whatever the length of a row: two that were exchanged are damage."""
    cache = FeatureCache(tmp_path, replace(ONE_VIEW, features=features), "00")
    rows = np.arange(2 * features, dtype=np.float16).reshape(2, 1, features)
    cache.add(digests([1, 2]), rows)
    (part,) = cache.folder.iterdir()
    part.write_bytes(part.read_bytes().replace(rows.tobytes(), rows[::-1].tobytes(), 1))

    with pytest.raises(ModelError, match="is damaged"):
        cache.read(digests([1]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_not_kept(cache: FeatureCache, bad: float) -> None:
    """Features that are not finite are told with their picture, and no part is written."""
    features = vectors([1, 2])
    features[1, 1, 2] = bad

    with pytest.raises(ModelError, match=f"tiny gives features of the picture {digests([2])[0]}"):
        cache.add(digests([1, 2]), features)
    assert not cache.folder.exists()


def _without_sums(cache: FeatureCache, features: Halves) -> Path:
    """Write features of pictures 0, 1, 2 ... as parts were written before they had sums."""
    cache.add(digests(list(range(len(features)))), np.zeros_like(features))
    (part,) = cache.folder.iterdir()
    table = pa.ipc.open_file(part).read_all()
    rows = pa.Array.from_buffers(
        table.schema.field(1).type, len(features), [None, pa.py_buffer(features.tobytes())]
    )
    old = pa.table([table["image_sha256"], rows], schema=table.schema.remove(2))
    with pa.ipc.new_file(str(part), old.schema) as writer:
        writer.write_table(old)
    return part


def test_parts_without_sums_are_read(cache: FeatureCache) -> None:
    """What was written before there were sums is as good as ever; only what is no number is refused."""
    _without_sums(cache, vectors([0, 1, 2]))
    cache.add(digests([7]), vectors([7]))

    features, found = cache.read(digests([2, 7, 0]))

    assert found.all()
    np.testing.assert_array_equal(features, vectors([2, 7, 0]))


def test_old_parts_of_no_numbers_are_named(cache: FeatureCache) -> None:
    """An old part with a NaN among what is asked for is an error that says which file to remove."""
    features = vectors([0, 1])
    features[1, 0, 0] = np.nan
    part = _without_sums(cache, features)

    with pytest.raises(
        ModelError, match=f"{part.name} holds features that are not finite numbers: remove it"
    ):
        cache.read(digests([1]))
    np.testing.assert_array_equal(cache.read(digests([0]))[0], vectors([0]))


def test_another_form_is_not_taken_for_features(cache: FeatureCache, tmp_path: Path) -> None:
    """A part of another base, or with other columns, that was put among these is refused by name."""
    cache.add(digests([1]), vectors([1]))
    other = FeatureCache(tmp_path, replace(TINY, features=4), "00")
    other.add(digests([2]), np.zeros((1, 2, 4), np.float16))
    (part,) = other.folder.iterdir()
    (cache.folder / "zz.arrow").write_bytes(part.read_bytes())

    with pytest.raises(ModelError, match=r"zz\.arrow holds features of another form"):
        cache.held()


def test_a_bases_name_makes_no_way_out(tmp_path: Path) -> None:
    """Whatever a base is called, its folder lies in features/."""
    for name in ("timm:a/b", "../../x", "..", "a b"):
        folder = FeatureCache(tmp_path, replace(TINY, name=name), "00").folder
        assert folder.parent == tmp_path / "features"
        assert folder.resolve().parent == tmp_path / "features"
