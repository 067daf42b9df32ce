"""70/20/10 within each artist, groups whole, for ever."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.contents import compose
from omniart_data.release.groups import group_artworks
from omniart_data.release.ledger import extend_ledger
from omniart_data.release.read import Release
from omniart_data.release.split import TENTHS, apportion, assign_splits
from schemas.artwork import ARTWORK
from schemas.errors import ReleaseError
from schemas.release import SPLITS, UNATTRIBUTED

Works = dict[str, tuple[str | None, str]]
"""id -> (artist, group)"""

artists = st.sampled_from([None, "Anna", "Bert", "Bért", ""])
single_works = st.lists(artists, max_size=60).map(
    lambda drawn: {f"w{n:03d}": (artist, f"w{n:03d}") for n, artist in enumerate(drawn)}
)


@st.composite
def grouped_works(draw: st.DrawFn) -> Works:
    """Draw works whose groups may span artists and the unattributed."""
    drawn = draw(st.lists(artists, max_size=60))
    ids = [f"w{n:03d}" for n in range(len(drawn))]
    name = st.sampled_from(ids) if ids else st.nothing()
    edges = draw(st.lists(st.tuples(name, name), max_size=20 if ids else 0))
    groups = group_artworks(pa.array(ids, pa.string()), edges)["group"].to_pylist()
    return dict(zip(ids, zip(drawn, groups, strict=True), strict=True))


def split(works: Works, previous: dict[str, str] | None = None, **options: int) -> dict[str, str]:
    table = pa.table(
        {
            "id": pa.array(list(works), pa.string()),
            "artist": pa.array([artist for artist, _ in works.values()], pa.string()),
            "group": pa.array([group for _, group in works.values()], pa.string()),
        }
    )
    ledger = None
    if previous is not None:
        ledger = pa.table(
            {
                "id": pa.array(list(previous), pa.string()),
                "split": pa.array(list(previous.values()), pa.string()),
            }
        )
    found = assign_splits(table, previous=ledger, **options)
    assert found["id"].to_pylist() == list(works)
    return dict(zip(works, found["split"].to_pylist(), strict=True))


def by_artist(works: Works, sides: dict[str, str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for name, (artist, _) in works.items():
        if artist is not None:
            found.setdefault(artist, Counter())[sides[name]] += 1
    return found


@pytest.mark.parametrize(
    ("works", "seats"),
    [
        (0, [0, 0, 0]),
        (1, [1, 0, 0]),
        (2, [2, 0, 0]),  # remainders 4, 4, 2 tenths: the tie goes to train
        (3, [2, 1, 0]),
        (4, [3, 1, 0]),
        (5, [4, 1, 0]),  # 5, 0, 5: to train
        (6, [4, 1, 1]),
        (9, [6, 2, 1]),
        (10, [7, 2, 1]),
        (1101, [771, 220, 110]),
    ],
)
def test_shares_by_hand(works: int, seats: list[int]) -> None:
    """Largest remainder in tenths, ties to train and then to validation."""
    assert apportion(np.array([works]), TENTHS[None]).tolist() == [seats]


@given(st.integers(0, 10**9), st.tuples(*[st.integers(0, 10**6)] * 3))
def test_apportion_is_whole_and_close(seats: int, weights: tuple[int, int, int]) -> None:
    """All seats are given, and each share is less than one seat from the exact one."""
    (given_seats,) = apportion(np.array([seats]), np.array([weights])).tolist()
    shares = weights if sum(weights) else TENTHS.tolist()

    assert sum(given_seats) == seats
    for got, share in zip(given_seats, shares, strict=True):
        assert abs(got - Fraction(seats * share, sum(shares))) < 1


@given(single_works)
def test_single_works_are_split_as_apportioned(works: Works) -> None:
    """Each artist's single works are split exactly by largest remainder: less than one work off."""
    for counts in by_artist(works, split(works)).values():
        want = apportion(np.array([counts.total()]), TENTHS[None])[0]
        assert [counts[side] for side in SPLITS] == want.tolist()


@given(grouped_works(), st.integers(0, 3))
def test_everyone_has_one_place_and_no_group_two(works: Works, seed: int) -> None:
    """Works with an artist are in one of three splits, others in none; no group is on two sides."""
    sides = split(works, seed=seed)

    for name, (artist, _) in works.items():
        assert (sides[name] == UNATTRIBUTED) == (artist is None)
    for group in {group for _, group in works.values()}:
        of_group = {sides[name] for name, (_, g) in works.items() if g == group}
        assert len(of_group - {UNATTRIBUTED}) <= 1


@given(grouped_works(), st.randoms(use_true_random=False))
def test_order_does_not_matter(works: Works, random: "np.random.Generator") -> None:
    """Works in any order are split alike."""
    names = list(works)
    random.shuffle(names)

    assert split({name: works[name] for name in names}) == split(works)


@given(grouped_works(), st.data())
def test_every_work_keeps_its_side(works: Works, data: st.DataObject) -> None:
    """Taking works away and bringing them back moves nobody, and neither does another seed."""
    some = {name: work for name, work in works.items() if data.draw(st.booleans())}
    names = set(some)
    before = split(some)
    ledger = {name: side for name, side in before.items() if side != UNATTRIBUTED}
    whole = [
        name
        for name, (artist, group) in works.items()
        if len({before[m] for m in names if works[m][1] == group and works[m][0] is not None}) <= 1
    ]

    after = split({name: works[name] for name in whole}, previous=ledger, seed=5)

    assert {n: after[n] for n in whole if n in ledger} == {
        n: ledger[n] for n in whole if n in ledger
    }


@given(st.integers(0, 80), st.integers(0, 80))
def test_new_works_fill_what_is_wanting(before: int, more: int) -> None:
    """An artist who gains works ends as near to 70/20/10 as one whose works were all new."""
    old = {f"w{n:03d}": ("Anna", f"w{n:03d}") for n in range(before)}
    new = old | {f"x{n:03d}": ("Anna", f"x{n:03d}") for n in range(more)}

    counts = Counter(split(new, previous=split(old)).values())

    want = apportion(np.array([before + more]), TENTHS[None])[0]
    assert all(abs(counts[side] - seats) <= 1 for side, seats in zip(SPLITS, want, strict=True))


def test_works_per_artist_count_the_splits_only() -> None:
    """artist_works is the number of an artist's works, and 0 where there is no artist."""
    table = pa.table(
        {"id": ["a", "b", "c"], "artist": ["Anna", None, "Anna"], "group": ["a", "a", "c"]}
    )

    assert assign_splits(table)["artist_works"].to_pylist() == [2, 0, 2]


def test_a_lost_artist_is_no_side() -> None:
    """A work that was in a split and has no artist any more is unattributed; found again, it returns."""
    before = {"a": "test", "b": "train"}

    assert split({"a": (None, "a"), "b": ("Bert", "b")}, before) == {
        "a": UNATTRIBUTED,
        "b": "train",
    }
    assert split({"a": ("Anna", "a"), "b": ("Bert", "b")}, before) == before


def test_a_forced_move_is_refused_unless_allowed() -> None:
    """Two works of different splits turn out to be one: an error that names one, or a move to train."""
    before = {"a": "validation", "b": "train"}
    works: Works = {"a": ("Anna", "a"), "b": ("Anna", "a")}

    with pytest.raises(ReleaseError, match=r"1 artworks would change split.*first: a"):
        split(works, before)
    assert split(works, before, allow_moves=True) == {"a": "train", "b": "train"}


@given(
    st.lists(st.sampled_from(SPLITS), min_size=2, max_size=6),
    st.randoms(use_true_random=False),
)
def test_a_forced_move_goes_to_train_else_to_validation(
    before: list[str], random: "np.random.Generator"
) -> None:
    """Groups that turn out to be one go whole to the first of train, validation and test that a member was in."""
    works: Works = {f"w{n}": ("Anna" if n % 2 else "Bert", "w0") for n in range(len(before))}
    names = list(works)
    random.shuffle(names)

    after = split(
        {name: works[name] for name in names},
        dict(zip(works, before, strict=True)),
        allow_moves=True,
    )

    assert set(after.values()) == {min(before, key=SPLITS.index)}


def typed(works: Works, types: list[str | None]) -> pa.Table:
    """Return the splits of works with coarse types, those without an artist included."""
    table = pa.table(
        {
            "id": pa.array(list(works), pa.string()),
            "artist": pa.array([artist for artist, _ in works.values()], pa.string()),
            "group": pa.array([group for _, group in works.values()], pa.string()),
            "coarse_type": pa.array(types, pa.string()),
        }
    )
    return assign_splits(table, split_unattributed=True)


@given(grouped_works(), st.data())
def test_works_without_an_artist_take_no_seat_of_one(works: Works, data: st.DataObject) -> None:
    """Splitting them too leaves each work of an artist where it is, tears no group and counts for no artist."""
    kinds = st.sampled_from(["painting", "print", None])
    types = [data.draw(kinds) for _ in works]

    found = typed(works, types)

    after = dict(zip(works, found["split"].to_pylist(), strict=True))
    alone = split(works)
    assert {n: after[n] for n in works if works[n][0] is not None} == {
        n: side for n, side in alone.items() if side != UNATTRIBUTED
    }
    for group in {group for _, group in works.values()}:
        assert len({after[n] for n in works if works[n][1] == group}) == 1
    assert set(after.values()) <= set(SPLITS)
    for name, of_artist in zip(works, found["artist_works"].to_pylist(), strict=True):
        assert (of_artist == 0) == (works[name][0] is None)


@given(st.lists(st.sampled_from(["painting", "print", None]), max_size=80))
def test_works_without_an_artist_are_apportioned_by_type(types: list[str | None]) -> None:
    """Within each coarse type, none being one too, their shares are by largest remainder, exactly."""
    works: Works = {f"w{n:03d}": (None, f"w{n:03d}") for n in range(len(types))}

    sides = typed(works, types)["split"].to_pylist()

    for kind in set(types):
        counts = Counter(s for s, own in zip(sides, types, strict=True) if own == kind)
        want = apportion(np.array([counts.total()]), TENTHS[None])[0]
        assert [counts[side] for side in SPLITS] == want.tolist()


def test_a_large_following_does_not_spoil_the_shares_of_an_artist() -> None:
    """Twenty works without an artist that are bound to one work of an artist go along, and 7, 2 and 1 stay so."""
    works: Works = {f"w{n:03d}": ("Anna", f"w{n:03d}") for n in range(10)}
    works |= {f"a{n:03d}": (None, "w000") for n in range(20)}

    found = typed(works, [None] * 30)

    anna = Counter(found["split"].to_pylist()[:10])
    assert [anna[side] for side in SPLITS] == [7, 2, 1]


@given(grouped_works(), st.integers(0, 9), st.randoms(use_true_random=False))
def test_a_tenth_more_and_a_twentieth_less_moves_nobody(
    works: Works, offset: int, random: "np.random.Generator"
) -> None:
    """Given the release before, with works gone, new ones, another order: 0 of those that stay are moved."""
    before = split(works)
    ledger = {name: side for name, side in before.items() if side != UNATTRIBUTED}
    names = [name for n, name in enumerate(works) if n % 20 != offset]
    random.shuffle(names)
    added: Works = {
        f"x{n:03d}": (("Anna", "Bert", None)[n % 3], f"x{n:03d}") for n in range(len(works) // 10)
    }

    after = split(added | {name: works[name] for name in names}, ledger)

    assert [name for name in names if after[name] != before[name]] == []


def test_other_addresses_move_nobody(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """A source that gives its pages and pictures other addresses changes no split, no group and no line of the ledger."""
    first = make_release(images=False)
    rows = made.contents(images=False, previous=first).artworks.to_pylist()
    for row in rows:
        row["url"] = row["image_url"] = f"https://elsewhere.invalid/{row['source_id']}"
    elsewhere = pa.Table.from_pylist(rows[::-1], schema=ARTWORK)

    second = compose(made.contents(images=False, previous=first, artworks=elsewhere))

    told = ["id", "split", "group"]
    before = {row["id"]: row for row in first.table(columns=told).to_pylist()}
    assert {row["id"]: row for row in second.rows.select(told).to_pylist()} == before
    assert extend_ledger(first.ledger, second.rows, "1.1.0").equals(first.ledger)


def test_a_group_of_two_artists_counts_with_the_least_ids() -> None:
    """A group of two artists is reckoned to one of them, whole."""
    works: Works = {f"w{n}": ("Anna" if n % 2 else "Bert", "w0") for n in range(10)}

    assert len(set(split(works).values())) == 1


def test_the_seed_decides() -> None:
    """Another seed is another split of the same shares."""
    works: Works = {f"w{n:03d}": ("Anna", f"w{n:03d}") for n in range(100)}

    one, other = split(works, seed=0), split(works, seed=1)

    assert one != other
    assert Counter(one.values()) == Counter(other.values())
