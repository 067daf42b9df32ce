"""Facts, data card, class index, ledger and changelog: what a release says of itself, and keeps."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.card import VALUES, fact_block, fact_blocks
from omniart_data.release.explain import explain
from omniart_data.release.facts import FACTS, century
from omniart_data.release.facts.shapes import SHAPES
from omniart_data.release.groups import EDGE
from omniart_data.release.labels import check_same_persons, label_index
from omniart_data.release.ledger import extend_ledger
from omniart_data.release.read import Release, open_release
from omniart_data.release.sections import SECTIONS
from omniart_data.release.stats import render_table_one, table_one
from omniart_data.release.verify import verify_release
from omniart_data.release.write import write_release
from schemas.artwork import TERM_USE
from schemas.decision import FLAGGED
from schemas.errors import ReleaseError
from schemas.release import ROW, SPLITS

texts = st.text(max_size=6)


def test_facts_by_hand(make_release: Callable[..., Release]) -> None:
    """The numbers of a made release are those that counting by hand gives."""
    facts = {name: fact["rows"] for name, fact in make_release().facts.items()}

    line = {"entries": 60, "artists": 5, "types": 3, "periods": 60, "materials": 4}
    assert facts["table_one"]["sample-met"] == line
    assert facts["table_one"]["all"] == {**line, "entries": 120, "periods": 120}
    assert facts["census"]["all"] == {
        "records read": 123,
        "train": 75,
        "validation": 22,
        "test": 10,
        "unattributed": 13,
        "dropped": 3,
    }
    assert facts["dropped"] == {"withdrawn": {"sample-met": 3, "sample-rijksmuseum": 0, "all": 3}}
    assert facts["images"]["kept out"]["all"] == 12
    assert facts["rights"] == {
        "https://creativecommons.org/publicdomain/zero/1.0": {
            "sample-met": 48,
            "sample-rijksmuseum": 60,
            "all": 108,
            "pictures passed on": 108,
        },
        "https://rightsstatements.org/vocab/NoC-NC/1.0": {
            "sample-met": 12,
            "sample-rijksmuseum": 0,
            "all": 12,
            "pictures passed on": 0,
        },
    }
    assert facts["artist_status"]["anonymous"]["all"] == 13
    assert facts["centuries"]["16"]["all"] == 100
    assert facts["terms"]["type, sample-rijksmuseum"]["translated"] == 0.9375
    assert facts["subsets"]["> 100 works per artist"]["works"] == 0
    assert facts["groups"]["all"] == {"groups of several": 10, "artworks in them": 20, "largest": 2}


def test_subsets_are_more_than(made: ModuleType, tmp_path: Path) -> None:
    """An artist of exactly 100 works is not in the subset of more than 100, one of 101 is."""
    rows = [made.artwork(n, "Anna" if n <= 100 else "Bert") for n in range(1, 202)]
    contents = made.contents(201, images=False)
    contents = replace(
        contents, artworks=pa.Table.from_pylist(rows, schema=contents.artworks.schema)
    )
    write_release(contents, tmp_path / "two", version="1.0.0")

    subsets = open_release(tmp_path / "two").facts["subsets"]["rows"]

    assert subsets["> 0 works per artist"]["artists"] == 2
    line = subsets["> 100 works per artist"]
    assert (line["works"], line["artists"], line["train"]) == (101, 1, 71)
    assert line["train"] + line["validation"] + line["test"] == 101


def test_every_fact_is_in_the_card_and_says_how_it_is_counted(
    make_release: Callable[..., Release],
) -> None:
    """Each fact has its query; all but those that the report draws have a section of the card."""
    release = make_release()
    blocks = fact_blocks((release.folder / "README.md").read_text(encoding="utf-8"))

    assert [name for name, _, _ in SECTIONS] == list(blocks)
    assert set(release.facts) == set(FACTS)
    assert set(blocks) == set(FACTS) - set(SHAPES)
    assert all(fact["query"] for fact in release.facts.values())


@given(st.integers(1, 3000))
def test_centuries_have_a_hundred_years(year: int) -> None:
    """Centuries are numbered without a zero; those before our era mirror those of it."""
    assert century(year) == math.ceil(year / 100)
    assert century(-year) == -century(year)


@given(st.dictionaries(texts, st.dictionaries(texts, st.integers(), min_size=1), max_size=3))
def test_no_text_leaves_its_cell(rows: dict[str, dict[str, int]]) -> None:
    """Bars, line ends and marks in a museum's words do not change the shape of the card."""
    columns = list(dict.fromkeys(column for line in rows.values() for column in line))
    whole = {row: {column: line.get(column, 0) for column in columns} for row, line in rows.items()}

    mark, *lines = fact_block("rights", whole).split("\n")

    assert mark == "<!-- facts: rights -->"
    assert len(lines) == (len(whole) + 2 if columns else 1)
    for line in lines if columns else []:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == len(columns) + 2
        assert "<" not in line


def test_front_matter_is_what_the_hub_reads(make_release: Callable[..., Release]) -> None:
    """Four paths in two configurations, each of which finds its shards; every value is JSON, so YAML."""
    release = make_release()
    card = (release.folder / "README.md").read_text(encoding="utf-8")
    _, head, _ = card.split("---\n", 2)
    fields = {
        key: json.loads(value)
        for key, value in (line.split(": ", 1) for line in head.strip().split("\n"))
    }

    default, rest = fields["configs"]
    assert [entry["split"] for entry in default["data_files"]] == ["train", "validation", "test"]
    assert default["default"] is True
    assert rest["config_name"] == "unattributed"
    for entry in (*default["data_files"], *rest["data_files"]):
        assert list(release.folder.glob(entry["path"])) == release.shards(entry["split"])
    assert fields["size_categories"] == ["n<1K"]


def test_invented_works_are_called_so(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """The head of the card and of the figures says that sample works are invented; of others it does not."""
    sample = make_release()
    contents = made.contents(20, images=False)
    real = {"source": ["met"] * 20, "id": [f"met:{n:02d}" for n in range(20)]}
    artworks, pictures = contents.artworks, contents.pictures
    for name, column in real.items():
        where = artworks.schema.get_field_index(name)
        artworks = artworks.set_column(where, name, pa.array(column))
    pictures = pictures.set_column(0, "id", pa.array(real["id"]))
    other = replace(
        contents,
        artworks=artworks,
        pictures=pictures,
        dropped=contents.dropped.slice(0, 0),
        records_read={"met": 20},
        inputs=(),
        credits={"met": "The Met, Open Access"},
    )
    write_release(other, sample.folder.parent / "real", version="1.0.0")
    real_release = open_release(sample.folder.parent / "real")

    card = (sample.folder / "README.md").read_text(encoding="utf-8")
    assert card.split("# OmniArt 1.0.0\n\n")[1].startswith("**These works are invented.**")
    assert render_table_one(sample).startswith("These works are invented")
    assert not real_release.is_sample
    assert (
        "invented"
        not in (real_release.folder / "README.md").read_text(encoding="utf-8").split("##")[0]
    )
    assert "| The Met, Open Access |" in (real_release.folder / "README.md").read_text(
        encoding="utf-8"
    )
    assert render_table_one(real_release).startswith("Release 1.0.0")


def test_a_collection_of_ones_own_is_thanked_as_it_asks(made: ModuleType, tmp_path: Path) -> None:
    """The attribution line that a local source gives stands in the card, within its cell."""
    read = {"local-attic": 0, "sample-met": 63, "sample-rijksmuseum": 60}
    given_credits = {"local-attic": "The attic | of\nAunt Bé"}

    release = made.made_release(tmp_path / "own", records_read=read, credits=given_credits)

    card = (release.folder / "README.md").read_text(encoding="utf-8")
    assert "| The attic \\| of Aunt Bé |" in card
    assert verify_release(release.folder).failures == ()


def test_the_receipt_names_no_place_and_no_time(make_release: Callable[..., Release]) -> None:
    """What was read, with what: and nothing that another machine or day would write otherwise."""
    release = make_release()

    packages = {"omniart-data", "pyarrow", "numpy", "pillow", "nltk", "rapidfuzz", "iconclass"}
    assert set(release.receipt["made_with"]) == packages
    assert [given["name"] for given in release.receipt["inputs"]] == ["objects.csv"]
    assert str(release.folder.parent) not in (release.folder / "receipt.json").read_text()


def test_table_one_is_the_papers(make_release: Callable[..., Release]) -> None:
    """Five columns of whole numbers, a row for each source and one for all; numbers end in line."""
    release = make_release()

    frame = table_one(release)

    assert list(frame.columns) == ["entries", "artists", "types", "periods", "materials"]
    assert list(frame.index) == ["sample-met", "sample-rijksmuseum", "all"]
    assert frame.loc["all"].tolist() == [120, 5, 3, 120, 4]
    lines = render_table_one(release).split("\n")[-4:]
    assert len({len(line) for line in lines}) == 1


@given(
    st.lists(st.sampled_from("abcdef"), max_size=6), st.lists(st.sampled_from("defghi"), max_size=6)
)
def test_a_label_keeps_its_number(first: list[str], then: list[str]) -> None:
    """Labels of an earlier release keep their numbers, also when nobody has them; new ones follow on."""

    def rows(labels: list[str]) -> pa.Table:
        made_rows = [
            {"id": str(n), "artist": label, "artwork_types": [], "materials": [], "split": "train"}
            for n, label in enumerate(labels)
        ]
        return pa.Table.from_pylist(made_rows, schema=ROW)

    def numbers(index: pa.Table) -> dict[str, int]:
        return {str(line["label"]): int(line["number"]) for line in index.to_pylist()}

    terms = TERM_USE.empty_table()
    one = label_index(rows(first), terms)
    two = label_index(rows(then), terms, one)

    assert numbers(one) == {label: n for n, label in enumerate(sorted(set(first)))}
    assert numbers(one).items() <= numbers(two).items()
    new = sorted(set(then) - set(first))
    assert numbers(two) == numbers(one) | {label: len(one) + n for n, label in enumerate(new)}
    assert sum(line["train"] for line in two.to_pylist()) == len(then)


def test_a_label_that_stands_twice_counts_once(made: ModuleType) -> None:
    """An artwork that names a material twice is one artwork with it."""
    row = made.artwork(1, "Anna", materials=["ink", "ink"]) | {"split": "test"}

    index = label_index(pa.Table.from_pylist([row], schema=ROW), TERM_USE.empty_table())

    assert {line["label"]: line["test"] for line in index.to_pylist()}["ink"] == 1


def test_a_label_says_whether_the_vocabulary_knows_it(made: ModuleType) -> None:
    """A word that only ever was unmatched is not matched; artists are; one that is gone stays as it was."""
    uses = [
        {"kind": kind, "label": label, "how": how, "source": "met", "occurrences": 1}
        for kind, label, how in (
            ("type", "painting", "table"),
            ("type", "gevelsteen", "unmatched"),
            ("type", "print", "unmatched"),
            ("type", "print", "head"),
            ("material", "painting", "unmatched"),
        )
    ]
    terms = pa.Table.from_pylist(uses, schema=TERM_USE)
    words = {"artwork_types": ["painting", "gevelsteen", "print"], "materials": ["painting"]}
    rows = pa.Table.from_pylist([made.artwork(1, "Anna", **words) | {"split": "test"}], schema=ROW)

    index = label_index(rows, terms)
    later = label_index(rows.slice(0, 0), terms.slice(0, 0), index)

    assert {(line["task"], line["label"]): line["matched"] for line in index.to_pylist()} == {
        ("artist", "Anna"): True,
        ("type", "painting"): True,
        ("type", "gevelsteen"): False,
        ("type", "print"): True,
        ("coarse type", "print"): True,
        ("material", "painting"): False,
    }
    assert later["matched"].equals(index["matched"])


def test_matched_labels_are_counted(make_release: Callable[..., Release]) -> None:
    """Facts and card say how many labels of each task come from the vocabulary."""
    release = make_release()

    lines = release.facts["labels"]["rows"]

    counts = {task: (line["labels"], line["matched"]) for task, line in lines.items()}
    assert {task: pair for task, pair in counts.items() if pair[0]} == {
        "artist": (5, 5),
        "type": (3, 1),
        "coarse type": (3, 3),
        "material": (4, 1),
    }
    assert "| type | 3 | 3 | 0 | 1 |" in (release.folder / "README.md").read_text(encoding="utf-8")


def test_the_ledger_keeps_what_it_was_told() -> None:
    """An artwork that is gone keeps its line; one that is new gets the version; a moved one gets a line more."""
    previous = extend_ledger(
        None, pa.table({"id": ["b", "a", "x"], "split": ["test", "train", "unattributed"]}), "1.0.0"
    )
    splits = pa.table({"id": ["c", "b"], "split": ["validation", "train"]})

    assert extend_ledger(previous, splits, "2.0.0").to_pylist() == [
        {"id": "a", "split": "train", "since": "1.0.0"},
        {"id": "b", "split": "test", "since": "1.0.0"},
        {"id": "b", "split": "train", "since": "2.0.0"},
        {"id": "c", "split": "validation", "since": "2.0.0"},
    ]


def test_a_release_follows_another(made: ModuleType, tmp_path: Path) -> None:
    """With a previous release no artwork moves, no label is renumbered, and the changelog goes on."""
    first = made.made_release(tmp_path / "first", 120)
    contents = made.contents(150, artists=7, previous=first)
    write_release(contents, tmp_path / "second")
    second = open_release(tmp_path / "second")

    def sides(release: Release) -> dict[str, str]:
        rows = release.table(columns=["id", "split"]).to_pylist()
        return {row["id"]: row["split"] for row in rows}

    before, after = sides(first), sides(second)
    assert {name: after[name] for name in before} == before
    numbers = [
        {(line["task"], line["label"]): line["number"] for line in release.labels.to_pylist()}
        for release in (first, second)
    ]
    assert numbers[0].items() <= numbers[1].items()
    assert len(numbers[1]) == len(numbers[0]) + 2
    changelog = (second.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", changelog, re.MULTILINE) == ["2.0.0", "1.0.0"]
    assert second.receipt["previous"] == {"version": "1.0.0", "digest": first.digest}
    assert verify_release(second.folder).failures == ()


Rows = list[dict[str, Any]]


def followed(
    made: ModuleType, folder: Path, change: Callable[[Rows], None], **given: Any
) -> Release:
    """Write a release whose artworks are those of another one before it, but for a change of their rows."""
    first = made.made_release(folder / "first", 60)
    contents = made.contents(60, previous=first, **given)
    rows = contents.artworks.to_pylist()
    change(rows)
    artworks = pa.Table.from_pylist(rows, schema=contents.artworks.schema)
    write_release(replace(contents, artworks=artworks), folder / "second")
    return open_release(folder / "second")


def called(old: str, label: str, artist_id: str | None = None) -> Callable[[Rows], None]:
    """Return a change that gives an artist's works another label, and another id."""

    def change(rows: Rows) -> None:
        for row in rows:
            if row["artist"] == old:
                row.update(artist=label, artist_id=artist_id or row["artist_id"])

    return change


def test_a_label_is_one_persons_for_ever(made: ModuleType, tmp_path: Path) -> None:
    """A label that would go to another person stops the build, whether the first still has works or not."""

    def swap(rows: Rows) -> None:
        for row in rows:
            if row["artist"] == "Artist 01":
                row["artist"] = "Artist 99"
            elif row["artist"] == "Artist 02":
                row["artist"] = "Artist 01"

    with pytest.raises(ReleaseError, match="one person's for ever") as stopped:
        followed(made, tmp_path / "lives", swap)
    assert "decide artist rename name:artist 02 NAME" in str(stopped.value)
    assert "decide artist merge name:artist 01 name:artist 02" in str(stopped.value)
    assert not (tmp_path / "lives" / "second").exists()


def test_a_label_of_a_person_who_is_gone_is_not_given_away(made: ModuleType) -> None:
    """An id of an authority that nobody has any more keeps its label, unless a work went from it to the new id."""

    def rows(*of: tuple[str, str]) -> pa.Table:
        lines = [{"id": name, "artist": "Jan Steen", "artist_id": who} for name, who in of]
        return pa.Table.from_pylist(lines, schema=ROW)

    def check(before: tuple[str, str], now: tuple[str, str]) -> None:
        index = label_index(rows(before), TERM_USE.empty_table())
        check_same_persons(rows(now), index, rows(before))

    check(("met:1", "ulan:1"), ("met:1", "ulan:1"))
    check(("met:1", "ulan:1"), ("met:1", "ulan:2"))
    check(("met:1", "name:jan steen"), ("met:2", "ulan:2"))
    with pytest.raises(ReleaseError, match="'Jan Steen' is ulan:1's, and would become ulan:2's"):
        check(("met:1", "ulan:1"), ("met:2", "ulan:2"))


def test_retired_labels_are_counted_apart(made: ModuleType, tmp_path: Path) -> None:
    """A label that nobody has any more keeps its number; facts and card count it apart from living ones."""
    release = followed(made, tmp_path, called("Artist 01", "Anna"))

    line = release.facts["labels"]["rows"]["artist"]
    assert (line["labels"], line["living"], line["retired"]) == (6, 5, 1)
    numbers = {line["label"]: line["number"] for line in release.labels.to_pylist()}
    assert (numbers["Artist 01"], numbers["Anna"]) == (1, 5)
    assert verify_release(release.folder).failures == ()


def test_the_changelog_tells_what_became_of_artists(made: ModuleType, tmp_path: Path) -> None:
    """Artists renamed, merged and given ids; works that lost, got or changed their artist; and decisions."""

    def change(rows: Rows) -> None:
        called("Artist 01", "Anna")(rows)
        called("Artist 02", "Artist 00", "name:artist 00")(rows)
        called("Artist 03", "Artist 03", "ulan:3")(rows)
        by = {row["artist"]: row for row in rows}
        by["Artist 04"].update(artist="Anna", artist_id="name:artist 01")
        lost, found = by["Artist 00"], by[None]
        lost.update(artist=None, artist_id=None, artist_status="anonymous", artist_certainty="")
        found.update(artist="Anna", artist_id="name:artist 01", artist_status="named")
        found["artist_certainty"] = "certain"

    flagged = [dict.fromkeys(FLAGGED.names, "x") | {"kind": "artist", "action": "merge"}]
    table = pa.Table.from_pylist(flagged, schema=FLAGGED)
    release = followed(made, tmp_path, change, decisions=3, flagged=table)

    changelog = (release.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.split("## 1.0.0\n")[0].splitlines()[7:-1] == [
        "- 1 artist renamed: Artist 01 -> Anna.",
        "- 1 artist merged into another: Artist 02 -> Artist 00.",
        "- 1 artist given another id: name:artist 03 -> ulan:3.",
        "- 1 artwork by another artist than before.",
        "- 1 artwork without an artist any more.",
        "- 1 artwork with an artist at last.",
        "- 1 label new in the class index: artist: Anna.",
        "- 2 labels retired: artist: Artist 01, artist: Artist 02.",
        "- Decisions: 2 applied, 1 not applied (flagged.parquet).",
    ]
    assert release.receipt["decisions"] == {"applied": 2, "flagged": 1}
    assert verify_release(release.folder).failures == ()


def test_the_changelog_tells_of_works_that_moved(made: ModuleType, tmp_path: Path) -> None:
    """Works that two groups made one moved from their split are counted."""
    first = made.made_release(tmp_path / "first", 60, images=False)
    sides = {row["id"]: row["split"] for row in first.table(columns=["id", "split"]).to_pylist()}
    names = {split: min(n for n, s in sides.items() if s == split) for split in SPLITS}
    edge = {"a": names["train"], "b": names["test"], "because": "one sheet"}
    edges = pa.Table.from_pylist([edge], schema=EDGE)
    contents = made.contents(60, images=False, previous=first, edges=edges, allow_moves=True)

    write_release(contents, tmp_path / "second")

    changelog = (tmp_path / "second" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.startswith("# Changelog\n\n## 2.0.0\n")
    assert "- 1 artwork moved from split to split.\n" in changelog


def test_what_is_not_known_stands_last(made: ModuleType, tmp_path: Path) -> None:
    """Centuries rise from the earliest; works without a year are not among those before and after our era."""
    contents = made.contents(4)
    rows = contents.artworks.to_pylist()
    for row, year in zip(rows, (None, -250.0, 250.0, 1650.0), strict=True):
        whole = None if year is None else int(year)
        row.update(year=year, year_first=whole, year_last=whole)
    artworks = pa.Table.from_pylist(rows, schema=contents.artworks.schema)
    write_release(replace(contents, artworks=artworks), tmp_path / "four", version="1.0.0")

    centuries = open_release(tmp_path / "four").facts["centuries"]["rows"]

    assert list(centuries) == ["-3", "3", "17", "not known"]


def test_the_card_holds_the_values_that_it_names(make_release: Callable[..., Release]) -> None:
    """Closed lists stand in the card itself, where a reader has no code to look into."""
    card = (make_release(10).folder / "README.md").read_text(encoding="utf-8")

    assert "schemas.artwork." not in card
    assert "schemas.release." not in card
    for column, values in VALUES.items():
        assert f"(#values-of-{column})" in card
        section = card.split(f"### Values of `{column}`")[1].split("\n#")[0]
        assert len(section.strip().splitlines()) == len(values) + 2


def test_explain_tells_the_date_of_the_rights(make_release: Callable[..., Release]) -> None:
    """Who asks about an artwork is told since when its rights are stated, and what they let a network do."""
    lines = explain(make_release(), "sample-met:00010").splitlines()

    assert "  rights_stated: 2020-01-01T00:00:10Z" in lines
    assert "  may_train: personal" in lines
