"""Near-duplicates: every pair of near hashes, pictures that look alike, and features that are nearly the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.fingerprint import mirrored
from omniart_data.release.groups import group_artworks
from omniart_data.release.near import near_pairs, open_features
from omniart_data.release.near.features import COSINE, cosine_pairs
from omniart_data.release.near.hamming import DISTANCE, Keys, pairs_within
from omniart_data.release.near.pairs import LARGEST_DISTANCE, stand_ins
from schemas.errors import ReleaseError, UsageError
from schemas.release import NEAR

words = st.integers(0, 2**64 - 1)


def found(keys: Keys, flip: int = 0) -> list[tuple[int, int]]:
    """Return all pairs that are found, with the lesser place first, as often as they come."""
    pairs = (pair for a, b in pairs_within(keys, flip) for pair in zip(a, b, strict=True))
    return sorted((int(min(pair)), int(max(pair))) for pair in pairs)


def by_comparing_all(keys: Keys, flip: int = 0) -> list[tuple[int, int]]:
    values = [int(key) for key in keys]
    return [
        (i, j)
        for i in range(len(values))
        for j in range(i + 1, len(values))
        if (values[i] ^ values[j] ^ flip).bit_count() <= DISTANCE
    ]


@st.composite
def crowded(draw: st.DrawFn) -> Keys:
    """Draw hashes of which many are near each other, some the same."""
    centres = draw(st.lists(words, min_size=1, max_size=4))
    keys = []
    for centre in centres:
        for _ in range(draw(st.integers(0, 8))):
            bits = draw(st.lists(st.integers(0, 63), max_size=11))
            keys.append(centre ^ sum({1 << bit for bit in bits}))
    return np.array(keys, np.uint64)


@settings(deadline=None, max_examples=40)
@given(crowded(), st.sampled_from([0, 0x5555555555555555, 2**64 - 1, 1]))
def test_every_near_pair_is_found_once(keys: Keys, flip: int) -> None:
    """Just the pairs that comparing all with all gives, each once; also where one of the two is mirrored."""
    assert found(keys, flip) == by_comparing_all(keys, flip)


def test_planted_pairs_among_many() -> None:
    """Of 20,000 made hashes all pairs are found that comparing all finds, the planted ones among them."""
    random = np.random.default_rng(4)
    keys = random.integers(0, 2**64, 20_000, np.uint64)
    for place in range(200):
        bits = random.choice(64, place % (DISTANCE + 2), replace=False)
        keys[19_999 - place] = keys[place] ^ np.uint64(sum(1 << int(bit) for bit in bits))

    pairs = found(keys)

    of_all = {
        (row, row + 1 + int(other))
        for row in range(len(keys))
        for other in np.flatnonzero(np.bitwise_count(keys[row + 1 :] ^ keys[row]) <= DISTANCE)
    }
    assert set(pairs) == of_all
    assert len(pairs) == len(of_all)
    planted = {(p, 19_999 - p) for p in range(200) if p % (DISTANCE + 2) <= DISTANCE}
    assert planted <= of_all


def test_one_hash_of_many_pictures_costs_no_square() -> None:
    """Ten thousand pictures of one hash make 9,999 pairs, each with the least id."""
    names = [f"a:{n:05d}" for n in range(10_000)]
    pairs = near_pairs(pictures({name: bytes(range(32)) for name in names}))

    assert pairs["a"].unique().to_pylist() == [names[0]]
    assert pairs["b"].to_pylist() == names[1:]
    assert pairs["distance"].unique().to_pylist() == [0]


def pictures(hashes: dict[str, bytes | None], same: dict[str, str] | None = None) -> pa.Table:
    """Return what ``near_pairs`` reads; ``same`` gives an artwork another's picture."""
    rows = [
        {
            "id": name,
            "image_sha256": f"{(same or {}).get(name, name)}".encode().hex().ljust(64, "0"),
            "perceptual_hash": body.hex() if body else None,
        }
        for name, body in hashes.items()
    ]
    schema = pa.schema([(n, pa.string()) for n in ("id", "image_sha256", "perceptual_hash")])
    return pa.Table.from_pylist(rows, schema=schema)


def changed(body: bytes, *bits: int) -> bytes:
    return (int.from_bytes(body, "big") ^ sum(1 << bit for bit in bits)).to_bytes(32, "big")


ONE = bytes((17 * n + 5) % 256 for n in range(32))


def test_near_by_first_bits_and_by_all() -> None:
    """Near are at most 8 of the first 64 bits and 64 of all; one bit more of either is another picture."""
    first, later = [255 - n for n in range(9)], list(range(65))
    table = pictures(
        {
            "a:1": ONE,
            "a:2": changed(ONE, *first[:8], *later[:56]),
            "b:3": changed(ONE, *first, *later[:20]),
            "b:4": changed(ONE, *later),
            "b:5": None,
        }
    )

    pairs = near_pairs(table).to_pylist()

    assert [(p["a"], p["b"], p["distance"]) for p in pairs if p["a"] == "a:1"] == [
        ("a:1", "a:2", LARGEST_DISTANCE)
    ]
    assert all(pair["binds"] for pair in pairs)


def test_mirrored_pictures_are_near() -> None:
    """A picture and its mirror image are a pair, with the distance in a column of its own."""
    (pair,) = near_pairs(pictures({"a:1": ONE, "a:2": changed(mirrored(ONE), 3)})).to_pylist()

    assert (pair["a"], pair["b"]) == ("a:1", "a:2")
    assert (pair["distance"], pair["mirrored_distance"], pair["cosine"]) == (None, 1, None)


def test_the_same_bytes_are_no_near_duplicates() -> None:
    """Artworks with one picture are one unit already: the least of them stands for all."""
    table = pictures({"a:1": ONE, "a:2": ONE, "b:1": changed(ONE, 0)}, same={"a:2": "a:1"})

    pairs = near_pairs(table).to_pylist()

    assert [(p["a"], p["b"]) for p in pairs] == [("a:1", "b:1")]


def test_order_does_not_matter() -> None:
    """Pictures in any order give the same table."""
    random = np.random.default_rng(2)
    hashes: dict[str, bytes | None] = {
        f"a:{n}": changed(ONE, *random.integers(0, 256, 12).tolist()) for n in range(60)
    }
    table = pictures(hashes)

    assert near_pairs(table).equals(near_pairs(table.take(random.permutation(60))))
    assert near_pairs(table).schema.equals(NEAR)


WIDTH = 96


@pytest.fixture
def feature_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes vectors [N, F], upright and mirrored, as `omniart-model features` does."""

    def write(hashes: list[str], upright: npt.ArrayLike, mirror: npt.ArrayLike) -> Path:
        order = np.argsort(hashes)
        columns = [pa.array(np.array(hashes)[order].tolist(), pa.string())]
        for view in (upright, mirror):
            halves = np.asarray(view, np.float16)[order]
            columns.append(pa.array([row.tobytes() for row in halves], pa.binary(2 * WIDTH)))
        path = tmp_path / "features.parquet"
        pq.write_table(pa.table(columns, ["image_sha256", "features", "mirrored"]), path)
        return path

    return write


def at_cosine(
    random: np.random.Generator, vector: npt.NDArray[np.float64], cosine: float
) -> npt.NDArray[np.float64]:
    """Return a vector at a given cosine to another."""
    unit = vector / np.linalg.norm(vector)
    other = random.normal(size=len(unit))
    other -= unit * (other @ unit)
    turned: npt.NDArray[np.float64] = cosine * unit + np.sqrt(
        1 - cosine**2
    ) * other / np.linalg.norm(other)
    return turned


def test_features_find_what_is_near_and_nothing_else(feature_file: Callable[..., Path]) -> None:
    """Of 400 planted pairs of cosine 0.981 to 1 at least 99 in 100 are found, each with its cosine, and no other pair."""
    random = np.random.default_rng(8)
    shared = np.abs(random.normal(size=WIDTH)) * 2  # features of all pictures point one way
    plain = shared + np.abs(random.normal(size=(1200, WIDTH))) * 2
    upright = plain.copy()
    for n in range(400):
        upright[800 + n] = at_cosine(random, upright[n], 0.981 + 0.019 * n / 400)
    hashes = [f"{n:064x}" for n in range(1200)]
    file = open_features(feature_file(hashes, upright, random.normal(size=(1200, WIDTH))))

    pairs = {
        (int(i), int(j)): float(c)
        for a, b, cosines in cosine_pairs(file, pa.array(hashes))
        for i, j, c in zip(np.minimum(a, b), np.maximum(a, b), cosines, strict=True)
    }

    unit = np.asarray(upright, np.float16).astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    exact = unit @ unit.T
    near = {(int(i), int(j)) for i, j in np.argwhere(np.triu(exact >= COSINE, 1))}
    assert pairs.keys() <= near
    assert len(pairs) >= 0.99 * len(near) >= 0.99 * 400
    assert all(abs(exact[pair] - cosine) < 1e-6 for pair, cosine in pairs.items())


def test_features_find_a_mirrored_picture(feature_file: Callable[..., Path]) -> None:
    """A picture whose features are those of another mirrored is near it; its own mirror image is no pair."""
    random = np.random.default_rng(9)
    upright, mirror = random.normal(size=(2, 30, WIDTH))
    upright[7] = mirror[3]
    mirror[5] = upright[5]
    hashes = [f"{n:064x}" for n in range(30)]
    table = pa.table(
        {
            "id": [f"a:{n:02d}" for n in range(30)],
            "image_sha256": hashes,
            "perceptual_hash": pa.nulls(30, pa.string()),
        }
    )

    pairs = near_pairs(table, open_features(feature_file(hashes, upright, mirror))).to_pylist()

    assert [(p["a"], p["b"], round(p["cosine"], 3)) for p in pairs] == [("a:03", "a:07", 1.0)]


def test_pictures_without_features_are_in_no_pair(feature_file: Callable[..., Path]) -> None:
    """A file may lack pictures, and hold others: both are passed over."""
    vectors = np.ones((3, WIDTH))
    file = open_features(feature_file([f"{n:064x}" for n in (1, 2, 9)], vectors, vectors))

    pairs = [*cosine_pairs(file, pa.array([f"{n:064x}" for n in (4, 1)]))]

    assert pairs == []


def test_what_is_no_number_is_near_nothing(feature_file: Callable[..., Path]) -> None:
    """Vectors of zeros, of infinities or of what is no number break nothing, and are in no pair."""
    vectors = np.ones((4, WIDTH))
    vectors[0], vectors[1], vectors[2] = 0, np.nan, np.inf
    hashes = [f"{n:064x}" for n in range(4)]

    assert [
        *cosine_pairs(open_features(feature_file(hashes, vectors, vectors)), pa.array(hashes))
    ] == []


def test_what_is_no_file_of_features(tmp_path: Path) -> None:
    """A missing file, another file, and a table of something else are told apart from features at once."""
    text, table = tmp_path / "text.parquet", tmp_path / "table.parquet"
    text.write_text("no Parquet")
    pq.write_table(pa.table({"image_sha256": ["a"], "features": [b"x"], "mirrored": [b"x"]}), table)

    for path in (tmp_path / "absent", text, table):
        with pytest.raises(UsageError, match="omniart-model features"):
            open_features(path)


def test_a_damaged_file_of_features(feature_file: Callable[..., Path]) -> None:
    """A file that changes after it was opened is an error that names it."""
    hashes = [f"{n:064x}" for n in range(40)]
    path = feature_file(hashes, *np.random.default_rng(1).normal(size=(2, 40, WIDTH)))
    file = open_features(path)
    path.write_bytes(path.read_bytes()[:300])

    with pytest.raises(ReleaseError, match="is damaged"):
        list(cosine_pairs(file, pa.array(hashes)))


def test_what_is_kept_apart_parts_nothing_else() -> None:
    """Of three pictures of one hash two are kept apart: the third still hangs together with both."""
    table = pictures({"a:1": ONE, "a:2": ONE, "a:3": ONE}, same=None)

    pairs = near_pairs(table, apart=frozenset({("a:1", "a:2")}))

    assert [(p["a"], p["b"]) for p in pairs.to_pylist()] == [
        ("a:1", "a:2"),
        ("a:1", "a:3"),
        ("a:2", "a:3"),
    ]


def test_two_that_are_not_the_least_can_be_kept_apart() -> None:
    """A pair of which neither is the least id of its hash is told, also across near hashes."""
    near = changed(ONE, 3)
    table = pictures({"a:1": ONE, "a:2": ONE, "b:1": near, "b:2": near})

    for pair in (("a:2", "b:2"), ("b:1", "b:2")):
        told = near_pairs(table, apart=frozenset({pair})).to_pylist()
        assert pair in {(row["a"], row["b"]) for row in told}


def test_the_same_bytes_are_kept_apart_by_who_stands_for_them() -> None:
    """A decision about an artwork is about the one that stands for its picture."""
    table = pictures({"a:1": ONE, "a:2": ONE, "b:1": changed(ONE, 3)}, same={"a:2": "a:1"})

    assert stand_ins(table, frozenset({("a:2", "b:1")})) == {("a:1", "b:1")}
    assert stand_ins(table, frozenset({("a:1", "a:2")})) == frozenset()


def test_what_is_too_large_is_told_by_what_holds_it_together() -> None:
    """Of 300 pictures near each other not all 44,850 pairs are told, and at every distance the parts are the same."""
    random = np.random.default_rng(6)
    hashes: dict[str, bytes | None] = {
        f"a:{n:03d}": changed(ONE, *random.integers(0, 192, 14).tolist()) for n in range(300)
    }

    pairs = near_pairs(pictures(hashes))

    assert pairs.num_rows == 299
    names = pa.array(list(hashes))
    values = np.array(
        [int.from_bytes(body or b"", "big").to_bytes(32, "big") for body in hashes.values()]
    )
    bits = np.unpackbits(
        np.frombuffer(b"".join(values.tolist()), np.uint8).reshape(300, 32), axis=1
    )
    apart = (bits[:, None, :] != bits[None, :, :]).sum(axis=2)
    for limit in (16, 20, 24, 28, 40):
        everything = [
            (f"a:{i:03d}", f"a:{j:03d}") for i, j in np.argwhere(np.triu(apart <= limit, 1))
        ]
        told = [(p["a"], p["b"]) for p in pairs.to_pylist() if p["distance"] <= limit]
        assert group_artworks(names, told).equals(group_artworks(names, everything))


def test_many_equal_features_cost_no_square(feature_file: Callable[..., Path]) -> None:
    """Three thousand equal vectors make 2,999 pairs, and as many of zeros none."""
    vectors = np.ones((6000, WIDTH))
    vectors[3000:] = 0
    hashes = [f"{n:064x}" for n in range(6000)]
    file = open_features(feature_file(hashes, vectors, vectors))

    found = [
        pair for a, b, _ in cosine_pairs(file, pa.array(hashes)) for pair in zip(a, b, strict=True)
    ]

    assert {tuple(sorted(map(int, pair))) for pair in found} == {(0, n) for n in range(1, 3000)}
