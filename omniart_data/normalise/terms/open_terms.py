"""Words that no table knows, as candidates for a decision: the most frequent first."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.normalise.decisions import evidence_of
from omniart_data.normalise.distinct import Column
from omniart_data.normalise.engine import Bench, Judgements
from omniart_data.normalise.terms.near import near_term
from omniart_data.normalise.terms.tables import look_up, vocabulary_labels
from schemas.decision import CANDIDATE

EXAMPLES = 4
"""Artworks that a candidate names."""

MOST = 2000
"""Terms that are candidates: the most frequent of each kind. What comes after them occurs once or twice."""

UNMATCHED = "unmatched"


def open_terms(bench: Bench, ids: Column) -> pa.Table:
    """Return the unmatched terms as rows of ``CANDIDATE``, each with a known term that it may be a slip for."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for judgements in bench.done:
        for place, rows, examples in _unmatched(judgements):
            use = judgements.terms[place]
            one = found.setdefault((use.kind, use.term, use.language), {"artworks": 0, "rows": []})
            one["artworks"] += rows
            one["rows"] += examples
    ordered = sorted(found, key=lambda key: (key[0], -found[key]["artworks"], key))
    most = {kind: [key for key in ordered if key[0] == kind][:MOST] for kind, _, _ in ordered}
    lines = [_candidate(key, found[key], ids) for keys in most.values() for key in keys]
    return pa.Table.from_pylist(lines, schema=CANDIDATE)


def _unmatched(judgements: Judgements) -> list[tuple[int, int, Sequence[int]]]:
    """Return (place of the term, rows, some rows) of each unmatched term of a rule."""
    wanted = [at for at, use in enumerate(judgements.terms) if use.how == UNMATCHED]
    if not wanted:
        return []
    lengths = pa.compute.list_value_length(judgements.uses).to_numpy(zero_copy_only=False)
    judged = np.repeat(np.arange(len(lengths)), lengths)
    flat = judgements.uses.flatten().to_numpy(zero_copy_only=False)
    chosen = np.isin(flat, wanted)
    rows = np.bincount(judgements.rows, minlength=len(lengths))
    first = np.full(len(lengths), -1, np.int64)
    first[judgements.rows[::-1]] = np.arange(len(judgements.rows))[::-1]
    told: dict[int, tuple[int, list[int]]] = {}
    for term, judgement in zip(flat[chosen].tolist(), judged[chosen].tolist(), strict=True):
        number, examples = told.get(term, (0, []))
        more = [*examples, int(first[judgement])] if len(examples) < EXAMPLES else examples
        told[term] = (number + int(rows[judgement]), more)
    return [(term, number, examples) for term, (number, examples) in sorted(told.items())]


def english_label(known: str, kind: str) -> str:
    """Return what a known term is called in English: it is what a decision would rename its slip to.

    >>> english_label("schoorsteen", "type"), english_label("pastel", "material"), english_label("", "type")
    ('chimneypiece', 'pastel', '')
    """
    if not known or known in vocabulary_labels(kind):
        return known
    found = look_up(known, kind, "nl")
    return found.label if found is not None else known


def _candidate(key: tuple[str, str, str], told: dict[str, Any], ids: Column) -> dict[str, Any]:
    kind, term, language = key
    near, score = near_term(term, kind)
    because = "no row in terms.csv" + (f", language {language}" if language else "")
    some = sorted(dict.fromkeys(told["rows"]))[:EXAMPLES]
    return {
        "kind": kind,
        "subject": term,
        "object": near,
        "subject_label": term,
        "object_label": english_label(near, kind),
        "score": score,
        "because": because + (f"; near {near!r}" if near else ""),
        "evidence": evidence_of(kind, term, language),
        "artworks": told["artworks"],
        "examples": ids.take(pa.array(some, pa.int64())).to_pylist(),
    }
