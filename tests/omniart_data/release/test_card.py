"""The data card: a head that the hub reads, and all that people must know, from facts and receipt alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from omniart_data.release.card import BESIDE, data_card, fact_blocks
from omniart_data.release.croissant.responsible import BIASES, LIMITATIONS, ONE_SOURCE, USES
from omniart_data.release.read import Release

HOSTILE = "<script>alert(1)</script> | `x` & [a](javascript:b)"


def read_head(card: str) -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    head: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return head


def card_of(release: Release) -> str:
    return (release.folder / "README.md").read_text(encoding="utf-8")


def section(card: str, heading: str) -> str:
    return re.split(r"^## ", card.split(f"\n## {heading}\n", 1)[1], flags=re.MULTILINE)[0]


def test_the_head_is_yaml(make_release: Callable[..., Release]) -> None:
    """YAML's own reader finds the licence, the tags and both configurations in the head."""
    release = make_release()

    head = read_head(card_of(release))

    assert head["pretty_name"] == "OmniArt 1.0.0"
    assert (head["license"], head["license_name"]) == ("other", "by-source")
    assert head["license_link"] == "README.md#licences-and-thanks"
    assert "\n## Licences and thanks\n" in card_of(release)
    assert {"art", "museums", "invented"} <= set(head["tags"])
    assert [config["config_name"] for config in head["configs"]] == ["default", "unattributed"]


def test_the_hub_s_own_library_takes_the_card(make_release: Callable[..., Release]) -> None:
    """huggingface_hub reads the card and writes the same head again."""
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    card = card_of(make_release(30))

    read = hub.DatasetCard(card)

    head = read_head(card)
    data = read.data.to_dict()
    assert {key: data[key] for key in head} == head
    assert read.text.lstrip().startswith("# OmniArt 1.0.0")


def test_what_is_empty_is_not_in_the_head(make_release: Callable[..., Release]) -> None:
    """A split without artworks, and unattributed without any, are no part of a configuration."""
    release = make_release(30)
    facts = {**release.facts}
    line = {**facts["census"]["rows"]["all"], "validation": 0, "unattributed": 0}
    facts["census"] = {"query": "", "rows": {"all": line}}

    (default,) = read_head(data_card("1.0.0", facts, release.receipt))["configs"]

    assert [files["split"] for files in default["data_files"]] == ["train", "test"]


def test_it_says_what_people_must_know(make_release: Callable[..., Release]) -> None:
    """Uses, biases, limits, licences, how to read it, what is kept and whom to ask are all there."""
    card = card_of(make_release(60))

    assert all(use in section(card, "What it is for") for use in USES)
    assert all(bias in section(card, "Known biases") for bias in BIASES)
    assert ONE_SOURCE not in card
    assert all(limit in section(card, "Known limits") for limit in LIMITATIONS)
    thanks = section(card, "Licences and thanks")
    assert all(f"\n| {source} |" in thanks for source in ("sample-met", "sample-rijksmuseum"))
    assert "made available by the J. Paul Getty Trust" in thanks
    reading = section(card, "Reading it")
    assert all(name in reading for name in ("pandas", "polars", "DuckDB", "load_dataset"))
    kept = section(card, "Versions and withdrawal")
    assert "append-only" in kept
    assert "takedown" in kept


def test_the_files_it_names_are_there(make_release: Callable[..., Release]) -> None:
    """Each file that the card speaks of is in the release, and each table is spoken of or for people's questions."""
    release = make_release(30)

    there = {path.name for path in release.folder.iterdir()}
    assert set(BESIDE) <= there
    questions = {"candidates.parquet", "flagged.parquet", "links.parquet"}
    assert there - set(BESIDE) == questions | {"data", "README.md", "manifest.sha256"}


def test_the_skew_is_measured(make_release: Callable[..., Release]) -> None:
    """The table beside the biases has, by source, its share and its fullest century, from the fact."""
    release = make_release(120)

    table = section(card_of(release), "Known biases")

    assert "| sample-met | 60 | 50 % | 16 | 83 % |" in table
    assert "| all | 120 | 100 % | 16 | 83 % |" in table


def test_where_nothing_is_dated_no_century_is_named(make_release: Callable[..., Release]) -> None:
    """A source of undated works has no fullest century, and a release of none no shares."""
    release = make_release(30)
    undated = {"query": "", "rows": {"not known": {"met": 2, "attic": 0, "all": 2}}}

    card = data_card("1.0.0", {**release.facts, "centuries": undated}, release.receipt)
    table = section(card, "Known biases")
    empty = {**release.facts, "centuries": {"query": "", "rows": {}}}

    assert "| met | 2 | 100 % | - | - |" in table
    assert "| attic | 0 | 0 % | - | - |" in table
    assert "| all |" not in section(data_card("1.0.0", empty, release.receipt), "Known biases")


def test_one_source_is_said_to_be_one(make_release: Callable[..., Release]) -> None:
    """Where all works come from one source, the card says that its habits cannot be told from art."""
    release = make_release(30)

    card = data_card("1.0.0", release.facts, {**release.receipt, "records_read": {"met": 1}})

    assert ONE_SOURCE in section(card, "Known biases")


def test_hostile_words_stay_in_their_cells(make_release: Callable[..., Release]) -> None:
    """Markup in a source's name or its attribution line opens no tag and no column, and the head stays YAML."""
    release = make_release(30)
    receipt = {
        **release.receipt,
        "records_read": {HOSTILE: 1},
        "credits": {HOSTILE: f"---\n## Owned\n{HOSTILE}"},
    }
    centuries = {"query": "", "rows": {"17": {HOSTILE: 1, "all": 1}}}

    card = data_card("1.0.0", {**release.facts, "centuries": centuries}, receipt)

    assert "<script" not in card
    assert "\n## Owned" not in card
    assert re.search(r"(?<!\\)\[a\]", card) is None
    assert read_head(card)["pretty_name"] == "OmniArt 1.0.0"
    for heading in ("Known biases", "Licences and thanks"):
        rows = [row for row in section(card, heading).split("\n") if row.startswith("| ")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_no_table_but_the_facts_is_taken_for_one(make_release: Callable[..., Release]) -> None:
    """Tables of columns, files and skew have no mark: what verify compares are the facts alone."""
    release = make_release(30)

    assert set(fact_blocks(card_of(release))) <= set(release.facts)
    assert data_card("1.0.0", release.facts, release.receipt) == card_of(release)
