"""What a decision from the command line rests on, as the release tells it: the page takes this from its candidates."""

import json
from collections.abc import Iterable
from typing import Any

import pyarrow.compute as pc

from omniart_data.decision_files import PAIR_ACTIONS, TERM_KINDS, about
from omniart_data.normalise.decisions import Decision, evidence_of
from omniart_data.normalise.makers.person import pair_evidence
from omniart_data.normalise.makers.persons import persons_of
from omniart_data.normalise.setting import RULE_NAME
from omniart_data.normalise.works.decided import RESTS_ON, work_evidence
from omniart_data.release.read import Release
from omniart_data.review.candidates import TABLE, open_candidates
from omniart_data.review.works import rows_of
from schemas.decision import READ_FOR, parse_setting
from schemas.errors import UsageError


def with_evidence(release: Release, decision: Decision, *, language: str = "") -> Decision:
    """Return a decision with its evidence; UsageError where the release does not know what it is about.

    Of a term that several languages have, ``language`` says which is meant.
    """
    if decision.action == "set":
        evidence = _of_setting(release, decision)
    elif decision.kind in TERM_KINDS:
        evidence = _of_term(release, decision, language)
    elif decision.kind == "work":
        evidence = _of_works(release, decision)
    else:
        evidence = _of_candidate(release, decision) or _of_artists(release, decision)
    return Decision(
        decision.kind,
        decision.action,
        decision.subject,
        decision.object,
        decision.reason,
        evidence,
    )


def _of_setting(release: Release, decision: Decision) -> str:
    """Return the evidence of a column that is set: the museum's words that its rule read."""
    column, _ = parse_setting(decision.object)
    (row,) = _rows(release, [decision.subject], ["id", "judgements"])
    judgements = release.side_table("judgements").take(row["judgements"]).to_pylist()
    wanted = READ_FOR.get(column, column)
    for judgement in judgements:
        if judgement["rule"] != RULE_NAME and wanted in json.loads(judgement["value"]):
            return evidence_of(column, judgement["input"])
    written = sorted({name for one in judgements for name in json.loads(one["value"])})
    raise UsageError(f"no rule writes {column}, so none can be overruled: {', '.join(written)} can")


def _of_term(release: Release, decision: Decision, language: str) -> str:
    terms = release.side_table("terms")
    used = terms.filter(
        (pc.field("kind") == decision.kind) & (pc.field("term") == decision.subject)
    )
    if used.num_rows and set(used["how"].to_pylist()) <= _KNOWN:
        raise UsageError(
            f"the tables know {decision.subject!r}, and a decision stands in for a missing row only: change"
            f" schemas/vocab, or set {decision.kind}s of single artworks"
        )
    languages = sorted(set(used["language"].to_pylist()))
    if not languages:
        raise UsageError(
            f"no museum of {release.folder} has the {decision.kind} {decision.subject!r}: see"
            f" `omniart-data unmatched`"
        )
    if not language and len(languages) > 1:
        raise UsageError(
            f"{decision.subject!r} is a word of {' and '.join(one or 'no' for one in languages)}: say which with"
            " --language"
        )
    if language and language not in languages:
        raise UsageError(
            f"{decision.subject!r} is a word of {', '.join(languages)}, not {language}"
        )
    return evidence_of(decision.kind, decision.subject, language or languages[0])


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
    """Return the evidence of artists as all makers of the release tell of them, before any decision."""
    judged = release.side_table("judgements").filter(pc.field("rule") == "artist").to_pylist()
    makers = [(json.loads(one["input"])["maker"], one["artworks"]) for one in judged]
    people = persons_of([(maker, works) for maker, works in makers if maker is not None]).people
    known = {person.id: person for person in people}
    asked = [decision.subject, *([decision.object] if decision.action in PAIR_ACTIONS else [])]
    for artist in asked:
        if artist not in known:
            raise UsageError(
                f"no work of this release is by {artist}: name an id of the column artist_id"
            )
    found = [known[artist] for artist in asked]
    return pair_evidence(*found) if len(found) > 1 else found[0].evidence()


def _rows(release: Release, ids: list[str], columns: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of artworks, all of which must be there."""
    rows = rows_of(release, ids, list(columns))
    missing = set(ids) - {row["id"] for row in rows}
    if missing:
        raise UsageError(f"{min(missing)} is not in this release: ids are source:source_id")
    return rows
