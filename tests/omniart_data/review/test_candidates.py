"""What is open is what nobody has decided on this evidence, the weightiest first."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.decisions import evidence_of
from omniart_data.release.read import Release, open_release
from omniart_data.review.candidates import Candidate, candidate_table, open_candidates
from omniart_data.review.naming import Names
from omniart_data.review.sitting import MOST, Sitting, shown, works_of
from omniart_data.review.works import Works
from schemas.errors import UsageError


@pytest.fixture
def release(workspace: Path) -> Release:
    """Return the made release."""
    return open_release(workspace / "releases" / "omniart-1.0.0")


def names(candidates: list[Candidate]) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in candidates]


def test_the_order(release: Release) -> None:
    """Pairs are sorted by how alike they are, terms by how often they occur; a pair has the order of decisions."""
    assert names(open_candidates(candidate_table(release), ())) == [
        ("artist", "name:havick steen -1679"),
        ("artist", "name:a"),
        ("artist", "name:c"),
        ("material", "nl:fabeliet"),
        ("material", "en:porcelein"),
        ("material", ":rare"),
        ("work", "met:1"),
    ]


def test_decided_ones_are_not_shown(release: Release) -> None:
    """Each candidate is gone once it is decided in any way it can be, and it alone."""
    table = candidate_table(release)
    everything = open_candidates(table, ())
    for one in everything:
        for action in one.actions:
            decision = one.decided(action, "new", "")
            assert open_candidates(table, [decision]) == [
                left for left in everything if left != one
            ]


def test_one_whose_evidence_has_changed_is_open_again(release: Release) -> None:
    """A decision on other evidence does not hide a pair, and is shown with it."""
    table = candidate_table(release)
    (pair, *_) = open_candidates(table, ())
    old = replace(pair.decided("merge", "", "so"), evidence="0" * 64)

    assert open_candidates(table, [old])[0] == replace(pair, earlier=old)


def test_a_release_without_candidates(tmp_path: Path, make_release: Callable[..., Release]) -> None:
    """A release from before there were candidates is an error that says what to do."""
    with pytest.raises(UsageError, match=r"no candidates\.parquet: build a new release"):
        candidate_table(make_release(tmp_path / "old", None))


def test_a_reason_states_what_is_known(release: Release) -> None:
    """The reason that is offered repeats what the release says, and claims nothing that nobody did."""
    pair, bare, *_ = open_candidates(candidate_table(release), ())

    assert pair.reason("merge") == "the same: the same words, both died in 1679"
    assert pair.reason("keep apart") == "not the same, though the same words, both died in 1679"
    assert (bare.reason("merge"), bare.reason("keep apart")) == ("the same", "not the same")


def test_words_of_several_languages_are_told_apart(
    tmp_path: Path, make_release: Callable[..., Release]
) -> None:
    """A candidate is a word of the language that its evidence tells, whatever its code looks like."""
    spoken = (("glas", "de"), ("glas", "nl"), ("fijn: spul", "NL"))
    rows = [
        {"kind": "material", "subject": term, "evidence": evidence_of("material", term, language)}
        for term, language in spoken
    ]
    found = open_candidates(candidate_table(make_release(tmp_path / "r", rows)), ())

    assert sorted(one.subject for one in found) == ["NL:fijn: spul", "de:glas", "nl:glas"]


@given(st.integers(0, 3 * MOST), st.integers(0, 5))
def test_most_are_shown(artists: int, types: int) -> None:
    """Of each kind the first ones are shown, under numbers of their own, and none is lost below the cap."""
    pair = Candidate("artist", "a", "b", "", "", 1.0, "", "", 1, ())
    term = Candidate("type", "a", "", "", "", 1.0, "", "", 1, ())

    chosen = shown([pair] * artists + [term] * types)

    assert list(chosen) == list(range(min(artists, MOST) + types))
    assert sum(one.kind == "type" for one in chosen.values()) == types


def test_what_is_shown_beside_a_candidate(release: Release, tmp_path: Path) -> None:
    """Each example stands on its own side, with title, makers' dates, years and whether there is a picture."""
    candidates = open_candidates(candidate_table(release), ())
    works = Works(release, works_of(shown(candidates)), None)
    told: dict[str, Any] = Sitting(tmp_path, candidates, works, Names({}), title="T").to_json()

    first = told["candidates"][0]
    sides = {work["id"]: (work["side"], work["picture"]) for work in first["works"]}
    assert sides == {
        "met:1": ("object", True),
        "met:2": ("object", False),
        "met:3": ("subject", True),
        "met:4": ("subject", False),
    }
    assert first["works"][0]["lines"] == [
        "Jan Steen (1626-1679, painter)",
        "1660-1665",
        "olieverf op doek",
        "Made Museum, MM.1",
    ]
    (work,) = [one for one in told["candidates"] if one["kind"] == "work"]
    assert [(one["id"], one["side"]) for one in work["works"]] == [
        ("met:1", "subject"),
        ("met:5", "object"),
    ]
    assert told["open"] == {"artist": 3, "material": 3, "work": 1}


def test_hostile_rows(tmp_path: Path, make_release: Callable[..., Release]) -> None:
    """Texts without end are cut, no number is none, an artwork that the release lacks is named: all is valid JSON."""
    row = {
        "kind": "artist",
        "subject": "name:" + "x" * 100_000,
        "object": "name:y",
        "subject_label": "\u202e" * 100_000,
        "score": float("nan"),
        "because": "b" * 100_000,
        "evidence": "e",
        "examples": ["met:404", "met:1"],
    }
    release = make_release(tmp_path / "r", [row])
    candidates = open_candidates(candidate_table(release), ())
    works = Works(release, works_of(shown(candidates)), None)
    sitting = Sitting(tmp_path / "decisions", candidates, works, Names({}), title="T")

    told = json.dumps(sitting.to_json(), allow_nan=False)
    assert len(told) < 10_000
    assert [one["title"] for one in json.loads(told)["candidates"][0]["works"]] == [
        "met:404",
        "The merry family 1",
    ]
    with pytest.raises(UsageError, match="subject has more than"):
        sitting.decide(0, "merge")
