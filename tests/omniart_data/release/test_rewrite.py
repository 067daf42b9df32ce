"""A release without some of its artworks: sound, and the same for all others."""

import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from omniart_data.release import Release, open_release, verify_release
from omniart_data.release.rewrite import ShardPictures, without
from omniart_data.release.write import write_prepared
from schemas.errors import ReleaseError
from schemas.release import SPLITS

Make = Callable[..., Release]


def splits(release: Release) -> dict[str, str]:
    """Return the split of each artwork."""
    rows = release.table(columns=["id", "split"]).to_pylist()
    return {row["id"]: row["split"] for row in rows}


def rewritten(release: Release, ids: list[str], folder: Path, version: str = "2.0.0") -> Release:
    """Write a release without some artworks and open it."""
    write_prepared(without(release, dict.fromkeys(ids, "a made request"), version), folder)
    return open_release(folder)


@pytest.mark.parametrize("seed", range(4))
def test_all_others_stay(tmp_path: Path, made: ModuleType, make_release: Make, seed: int) -> None:
    """Whichever artworks go, the rest keeps splits, pictures, labels' numbers and judgements, and the release verifies."""
    old = make_release(60, **made.questions())
    dice = random.Random(seed)
    gone = dice.sample(sorted(splits(old)), (1, 2, 7, 30)[seed])
    new = rewritten(old, gone, tmp_path / "new")

    assert verify_release(new.folder).failures == ()
    assert splits(new) == {one: side for one, side in splits(old).items() if one not in gone}
    for split in SPLITS:
        kept = [one for one in old.pictures(split) if one[0] not in gone]
        assert list(new.pictures(split)) == kept
    numbers = [
        {(line["task"], line["label"]): line["number"] for line in one.labels.to_pylist()}
        for one in (old, new)
    ]
    assert numbers[0] == numbers[1]
    dropped = new.side_table("dropped").to_pylist()
    named = {f"{row['source']}:{row['source_id']}" for row in dropped if row["rule"] == "takedown"}
    assert named == set(gone)
    assert new.receipt["previous"] == {"version": "1.0.0", "digest": old.digest}
    assert "MAJOR" in (new.folder / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_group_whose_name_goes_is_named_anew(
    tmp_path: Path, made: ModuleType, make_release: Make
) -> None:
    """Where the artwork goes that a group is called after, the others stay one group, called by the next."""
    links = [
        {"a": a, "b": b, "because": "same number", "score": 99.0, "applied": True}
        for a, b in (
            ("sample-met:00002", "sample-met:00004"),
            ("sample-met:00002", "sample-met:00008"),
        )
    ]
    table = (
        made.questions()["links"]
        .schema.empty_table()
        .from_pylist(links, schema=made.questions()["links"].schema)
    )
    old = make_release(40, links=table)
    new = rewritten(old, ["sample-met:00002"], tmp_path / "new")
    rows = {row["id"]: row["group"] for row in new.table(columns=["id", "group"]).to_pylist()}

    assert rows["sample-met:00004"] == rows["sample-met:00008"] == "sample-met:00004"
    assert {row["id"] for row in new.side_table("groups").to_pylist()} >= {
        "sample-met:00004",
        "sample-met:00008",
    }
    assert verify_release(new.folder).failures == ()


def test_judgements_that_only_it_had_go(
    tmp_path: Path, made: ModuleType, make_release: Make
) -> None:
    """A judgement goes with the last artwork that points to it; the others keep their numbers, and count one less."""
    full = made.contents(30)
    rows = full.artworks.to_pylist()
    rows[3]["judgements"] = [0, 7]
    lines = made.judgements(30)
    lines.append(lines[0] | {"number": 7, "artworks": 1})
    old = make_release(
        30,
        artworks=full.artworks.from_pylist(rows, schema=full.artworks.schema),
        judgements=full.judgements.from_pylist(lines, schema=full.judgements.schema),
    )
    new = rewritten(old, [rows[3]["id"]], tmp_path / "new")

    told = {line["number"]: line["artworks"] for line in new.side_table("judgements").to_pylist()}
    assert told == {0: 29, 1: 30}


def test_the_same_bytes_again(tmp_path: Path, make_release: Make) -> None:
    """Writing it twice gives the same release, whose id follows from the old one and what goes."""
    old = make_release(40)
    one, other = (
        rewritten(old, ["sample-met:00004"], tmp_path / name).digest for name in ("a", "b")
    )

    assert one == other


def test_pictures_are_read_in_any_order(make_release: Make) -> None:
    """Each picture is found in its shard by its SHA-256, and one that is not there is named."""
    release = make_release(40)
    rows = [one for split in SPLITS for one in release.pictures(split) if one[2]]
    pictures = ShardPictures(release)
    random.Random(3).shuffle(rows)

    assert [pictures(sha256)[0] for _, sha256, _ in rows] == [body for _, _, body in rows]
    with pytest.raises(ReleaseError, match="does not hold the picture"):
        pictures("0" * 64)
