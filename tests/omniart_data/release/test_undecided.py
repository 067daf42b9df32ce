"""What may be one work is on one side of the splits until somebody decides, and moves nothing that has its side."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.explain import explain
from omniart_data.release.groups import EDGE, LARGEST_BOUND, group_artworks
from omniart_data.release.read import Release, open_release
from omniart_data.release.split import assign_splits
from omniart_data.release.undecided import UNDECIDED, undecided_edges
from omniart_data.release.verify import verify_release
from omniart_data.release.write import write_release
from schemas.decision import LINK
from schemas.release import LEDGER, SPLITS

Pair = tuple[str, str]


def links(*pairs: Pair, scores: tuple[float, ...] = ()) -> pa.Table:
    """Return links that nobody has decided on."""
    scored = zip(pairs, scores or (70.0,) * len(pairs), strict=True)
    rows = [
        {"a": a, "b": b, "because": "same title", "score": score, "applied": False}
        for (a, b), score in scored
    ]
    return pa.Table.from_pylist(rows, schema=LINK)


def artworks(*ids: str) -> pa.Table:
    return pa.table({"id": list(ids), "artist": ["Anna"] * len(ids)})


def ledger(**sides: str) -> pa.Table:
    rows = [{"id": name, "split": side, "since": "1.0.0"} for name, side in sides.items()]
    return pa.Table.from_pylist(rows, schema=LEDGER)


def bound(works: pa.Table, open_links: pa.Table, given_before: pa.Table | None) -> list[Pair]:
    edges = undecided_edges(works, EDGE.empty_table(), open_links, given_before)
    return [(str(edge["a"]), str(edge["b"])) for edge in edges.to_pylist()]


def sides(release: Release) -> dict[str, str]:
    rows = release.table(columns=["id", "split"]).to_pylist()
    return {row["id"]: row["split"] for row in rows}


def test_works_that_may_be_one_are_bound(made: ModuleType, tmp_path: Path) -> None:
    """Both are one group, which says why; the link itself stays unapplied, and explain tells so."""
    pair = ("sample-met:00004", "sample-rijksmuseum:00005")
    release = made.made_release(tmp_path / "one", images=False, links=links(pair))

    lines = {line["id"]: line for line in release.side_table("groups").to_pylist()}
    assert {lines[name]["group"] for name in pair} == {pair[0]}
    assert {lines[name]["because"] for name in pair} == {UNDECIDED}
    assert release.side_table("links")["applied"].to_pylist() == [False]
    assert f"{pair[1]} (not decided, one group until it is): same title" in explain(
        release, pair[0]
    )
    assert verify_release(release.folder).failures == ()


def test_kept_apart_they_are_free_and_stay(made: ModuleType, tmp_path: Path) -> None:
    """Without the link (people kept them apart) they are two groups, each in the split that it had."""
    pair = ("sample-met:00004", "sample-rijksmuseum:00005")
    first = made.made_release(tmp_path / "one", images=False, links=links(pair))

    write_release(made.contents(images=False, previous=first), tmp_path / "two", version="1.1.0")

    second = open_release(tmp_path / "two")
    assert sides(second) == sides(first)
    assert second.side_table("groups").num_rows == 0


def test_who_is_on_two_sides_already_stays_there(made: ModuleType, tmp_path: Path) -> None:
    """A doubt that comes up later moves nobody and stops no build; it is told, and verified."""
    first = made.made_release(tmp_path / "one", images=False)
    names = {side: min(n for n, s in sides(first).items() if s == side) for side in SPLITS}
    a, b = sorted((names["train"], names["test"]))
    doubt = links((a, b))

    write_release(
        made.contents(images=False, previous=first, links=doubt), tmp_path / "two", version="1.1.0"
    )

    second = open_release(tmp_path / "two")
    assert sides(second) == sides(first)
    assert f"{b} (not decided, not one group: earlier releases put them" in explain(second, a)
    assert verify_release(second.folder).failures == ()
    again = made.contents(images=False, previous=second, links=doubt)
    write_release(replace(again), tmp_path / "three", version="1.2.0")
    assert verify_release(tmp_path / "three").failures == ()


def test_a_new_work_follows_the_surest_link() -> None:
    """Between works of two sides a new one goes with the likelier; the other link binds nothing."""
    works = artworks("a", "b", "new")
    doubts = links(("a", "new"), ("b", "new"), scores=(70.0, 80.0))

    assert bound(works, doubts, ledger(a="train", b="test")) == [("b", "new")]
    assert bound(works, doubts, ledger(a="train", b="train")) == [("b", "new"), ("a", "new")]
    assert bound(works, doubts, None) == [("b", "new"), ("a", "new")]


def test_a_work_without_an_artist_has_no_side() -> None:
    """What lost its artist is on no side, whatever the ledger says: it holds nobody back."""
    works = artworks("a", "b").set_column(1, "artist", pa.array(["Anna", None], pa.string()))

    assert bound(works, links(("a", "b")), ledger(a="train", b="test")) == [("a", "b")]


def test_doubts_make_no_large_group() -> None:
    """Where links would bind 60 works, the least sure are left out, whatever the rest of them; small groups stay."""
    works = artworks(*(f"w{number:02d}" for number in range(64)))
    chain = [(f"w{n:02d}", f"w{n + 1:02d}") for n in range(59)]
    scores = [70.5 if n in (19, 39) else 80.0 for n in range(59)]
    doubts = links(*chain, ("w60", "w61"), ("w62", "w63"), scores=(*scores, 60.0, 70.0))

    left_out = {*chain, ("w60", "w61"), ("w62", "w63")} - set(bound(works, doubts, None))

    assert left_out == {chain[19], chain[39]}


def test_equally_likely_doubts_are_all_left_out_in_a_large_group() -> None:
    """51 works that are linked in a chain of equal scores bind nothing; one work less, and all of it binds."""
    works = artworks(*(f"w{number:02d}" for number in range(LARGEST_BOUND + 1)))
    chain = [(f"w{n:02d}", f"w{n + 1:02d}") for n in range(LARGEST_BOUND)]

    assert bound(works, links(*chain), None) == []
    assert bound(works, links(*chain[:-1]), None) == chain[:-1]


def test_a_link_that_would_make_a_group_too_large_is_verified(
    made: ModuleType, tmp_path: Path
) -> None:
    """A release whose links do not bind, as there are too many of them, keeps its promises, and explains itself."""
    contents = made.contents(120, images=False)
    ids = sorted(contents.artworks["id"].to_pylist())[:60]
    star = links(*((ids[0], other) for other in ids[1:]))
    release = made.made_release(tmp_path / "one", images=False, links=star)

    assert release.side_table("groups").num_rows == 0
    assert verify_release(release.folder).failures == ()
    assert "or it would be too large" in explain(release, ids[1])


names = st.sampled_from([f"w{number:02d}" for number in range(12)])
pairs = st.lists(
    st.tuples(names, names).filter(lambda pair: pair[0] < pair[1]), max_size=25, unique=True
)


@given(
    pairs,
    st.dictionaries(names, st.sampled_from(SPLITS)),
    st.lists(st.sampled_from([60.0, 70.0, 80.0]), min_size=25, max_size=25),
)
def test_no_doubt_ever_moves_a_work(
    doubts: list[Pair], before: dict[str, str], scores: list[float]
) -> None:
    """Whatever is in doubt, works keep their split, and a link that does not bind is between two sides."""
    works = artworks(*sorted(f"w{number:02d}" for number in range(12)))
    given_before = ledger(**before)
    open_links = links(*doubts, scores=tuple(scores[: len(doubts)]))

    edges = undecided_edges(works, EDGE.empty_table(), open_links, given_before)
    groups = group_artworks(works["id"].combine_chunks(), edges)["group"]
    found = assign_splits(works.append_column("group", groups), previous=given_before)

    side = dict(zip(works["id"].to_pylist(), found["split"].to_pylist(), strict=True))
    group = dict(zip(works["id"].to_pylist(), groups.to_pylist(), strict=True))
    assert {name: side[name] for name in before} == before
    for a, b in doubts:
        if group[a] != group[b]:
            of_groups = [{before[n] for n in before if group[n] == group[end]} for end in (a, b)]
            assert all(len(one) == 1 for one in of_groups)
            assert of_groups[0] != of_groups[1]
