"""What a decision from the command line rests on, as the release tells it: the page takes this from its candidates."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.decision_files import PAIR_ACTIONS, TERM_KINDS, about
from omniart_data.normalise.decisions import Decision, evidence_of
from omniart_data.normalise.makers.ids import bare_name_id
from omniart_data.normalise.makers.person import Person, pair_evidence
from omniart_data.normalise.makers.persons import persons_of
from omniart_data.normalise.setting import RULE_NAME, setting_evidence
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.works.decided import RESTS_ON, work_evidence
from omniart_data.release.read import Release
from omniart_data.review.candidates import TABLE, open_candidates
from omniart_data.review.naming import artist_labels
from omniart_data.review.works import rows_of
from schemas.decision import READ_FOR, parse_setting, term_subject
from schemas.errors import UsageError


def with_evidence(release: Release, decision: Decision) -> Decision:
    """Return a decision with its evidence; UsageError where the release does not know what it is about.

    A museum's word may stand without its language where the release has it in one alone.
    """
    if decision.action == "set":
        return replace(decision, evidence=_of_setting(release, decision))
    if decision.kind in TERM_KINDS:
        language, word = _word(release, decision.kind, decision.subject)
        return replace(
            decision,
            subject=term_subject(language, word),
            evidence=evidence_of(decision.kind, word, language),
        )
    if decision.kind == "work":
        return replace(decision, evidence=_of_works(release, decision))
    evidence = _of_candidate(release, decision) or _of_artists(release, decision)
    return replace(decision, evidence=evidence)


def _of_setting(release: Release, decision: Decision) -> str:
    """Return the evidence of what is set of an artwork: the museum's words that a rule read for it."""
    column, _ = parse_setting(decision.object)
    (row,) = _rows(release, [decision.subject], ["id", "judgements"])
    judgements = release.side_table("judgements").take(row["judgements"]).to_pylist()
    for judgement in judgements:
        if judgement["rule"] != RULE_NAME and READ_FOR[column] in json.loads(judgement["value"]):
            return setting_evidence(column, decision.subject, judgement["input"])
    raise UsageError(
        f"{release.folder} does not say what {column} rests on: build a new release, and decide on that"
    )


def _word(release: Release, kind: str, subject: str) -> tuple[str, str]:
    """Return the language and the word that a subject names, with its language or without."""
    terms = release.side_table("terms")
    terms = terms.filter(pc.field("kind") == kind).select(["term", "language", "how"])
    found = _spoken(terms, plain(subject))
    if len(found) > 1:
        said = " or ".join(term_subject(one, plain(subject)) for one in sorted(found))
        raise UsageError(f"{plain(subject)!r} is a word of several languages: write {said}")
    if found:
        ((language, hows),) = found.items()
        word = plain(subject)
    else:
        language, _, word = subject.partition(":")
        word = plain(word)
        found = _spoken(terms, word)
        if language not in found:
            written = " or ".join(term_subject(one, word) for one in sorted(found))
            do = f"write {written}" if found else "see `omniart-data unmatched`"
            raise UsageError(f"no museum of {release.folder} has the {kind} {subject!r}: {do}")
        hows = found[language]
    if hows <= _KNOWN:
        raise UsageError(
            f"the tables know {word!r}, and a decision stands in for a missing row only: change"
            f" schemas/vocab, or set {kind}s of single artworks"
        )
    return language, word


def _spoken(terms: pa.Table, word: str) -> dict[str, set[str]]:
    """Return the languages that have a word, and how it was read in each."""
    found: dict[str, set[str]] = {}
    for row in terms.filter(pc.field("term") == word).to_pylist():
        found.setdefault(row["language"], set()).add(row["how"])
    return found


_KNOWN = frozenset({"table", "head", "implied"})
"""How a term of a release was read that a decision on it could not change."""


def _of_works(release: Release, decision: Decision) -> str:
    rows = _rows(release, [decision.subject, decision.object], RESTS_ON)
    return work_evidence(rows[0], rows[1])


def _of_candidate(release: Release, decision: Decision) -> str:
    """Return the evidence of the candidate that a decision is about; empty: there is none."""
    if f"{TABLE}.parquet" not in release.manifest.files or decision.action not in PAIR_ACTIONS:
        return ""
    for candidate in open_candidates(release.side_table(TABLE), ()):
        same = Decision(candidate.kind, "merge", candidate.subject, candidate.object)
        if candidate.is_pair and about(same) == about(decision):
            return candidate.evidence
    return ""


def _of_artists(release: Release, decision: Decision) -> str:
    """Return the evidence of one artist, or of two."""
    asked = [decision.subject, *([decision.object] if decision.action in PAIR_ACTIONS else [])]
    found = artists_of(release, *asked)
    return pair_evidence(*found) if len(found) > 1 else found[0].evidence()


def artists_of(release: Release, *asked: str) -> list[Person]:
    """Return artists as all makers of a release tell of them, before any decision; UsageError for no artist's id."""
    judged = release.side_table("judgements").filter(pc.field("rule") == "artist").to_pylist()
    makers = [(json.loads(one["input"])["maker"], one["artworks"]) for one in judged]
    people = persons_of(
        [(maker, works) for maker, works in makers if maker is not None],
        published=artist_labels(release),
    ).people
    known = {person.id: person for person in people}
    for artist in asked:
        if artist not in known:
            named = [one for one in known if bare_name_id(one) == bare_name_id(artist)]
            do = f"did you mean {' or '.join(named)}?" if named else "name an id of artist_id"
            raise UsageError(f"no work of this release is by {artist}: {do}")
    return [known[artist] for artist in asked]


def _rows(release: Release, ids: list[str], columns: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of artworks, all of which must be there."""
    rows = rows_of(release, ids, list(columns))
    missing = set(ids) - {row["id"] for row in rows}
    if missing:
        raise UsageError(f"{min(missing)} is not in this release: ids are source:source_id")
    return rows
