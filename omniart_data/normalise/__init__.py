"""From the museum's words to our vocabulary: records to artworks, with a reason for each label."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from omniart_data.normalise import iconclass_codes, rights
from omniart_data.normalise.artworks import artwork_table
from omniart_data.normalise.dates.years import date_rule
from omniart_data.normalise.decisions import NO_DECISIONS, Decision, Flagged, of_kind
from omniart_data.normalise.distinct import Column
from omniart_data.normalise.engine import Bench, judgement_numbers, judgement_table, term_use_table
from omniart_data.normalise.held import Held
from omniart_data.normalise.judging import Judges
from omniart_data.normalise.makers.alike import candidates as alike_artists
from omniart_data.normalise.makers.attribution import attribution_rule
from omniart_data.normalise.makers.persons import Persons, persons_of
from omniart_data.normalise.places.keeping import RULE as KEEPING
from omniart_data.normalise.places.locate import RULE as PLACES
from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.setting import set_values
from omniart_data.normalise.sizes.measure import RULE as SIZES
from omniart_data.normalise.statements import newest_statements
from omniart_data.normalise.terms.coarse import RULE as COARSE_TYPE
from omniart_data.normalise.terms.decided import not_met, term_rules
from omniart_data.normalise.terms.forms import form_rule, forms
from omniart_data.normalise.terms.open_terms import EXAMPLES, open_terms
from omniart_data.normalise.terms.tables import aat_ids
from omniart_data.normalise.unnamed import check_lives, follow_rejections

__all__ = ["RULES", "Choices", "Judged", "Normalised", "Rule", "TermUse", "normalise", "term_ids"]


@dataclass(frozen=True)
class Choices:
    """How the rules judge where a maintainer has a choice."""

    widest_mean: int = 300
    """Years that a date may span for their mean to be the year of creation."""
    admit_attributed: bool = False
    """Give a work that is attributed to one person that artist."""


def rules_for(
    choices: Choices = Choices(), decisions: Sequence[Decision] = NO_DECISIONS
) -> tuple[tuple[Rule, ...], tuple[Flagged, ...]]:
    """Return the rules in their order, and the decisions on terms that do not hold any more."""
    terms, flagged = term_rules(of_kind(decisions, *_TERMS))
    rules = (
        *terms,  # vocabularies are English: first; the medium says which types it implies
        date_rule(choices.widest_mean),
        SIZES,
        PLACES,
        iconclass_codes.RULE,
        KEEPING,
        attribution_rule(admit_attributed=choices.admit_attributed),
        rights.RULE,
    )
    return rules, flagged


_TERMS = ("type", "material", "technique")

RULES: tuple[Rule, ...] = rules_for()[0]
"""The rules in their order; those that must see the whole table first come after them: the forms of labels, the
coarse type that hangs on them, and who is the same artist."""


@dataclass(frozen=True)
class Normalised:
    """What came of the records; artworks and dropped together account for each of them."""

    artworks: pa.Table
    """Schema ``ARTWORK``, sorted by id."""
    dropped: pa.Table
    """Schema ``DROPPED``."""
    judgements: pa.Table
    """Schema ``JUDGEMENT``, each distinct (rule, input) once."""
    term_uses: pa.Table
    """Schema ``TERM_USE``."""
    candidates: pa.Table
    """Schema ``CANDIDATE``: artists that may be one, and terms that no table knows."""
    flagged: tuple[Flagged, ...] = ()
    """Decisions that were not applied, and why."""


def normalise(
    records: pa.Table | Iterable[pa.RecordBatch],
    rules: Sequence[Rule] | None = None,
    *,
    choices: Choices = Choices(),
    decisions: Sequence[Decision] = NO_DECISIONS,
    known_labels: Mapping[str, Collection[str]] = MappingProxyType({}),
    known_artists: Mapping[str, str] = MappingProxyType({}),
    workers: int = 1,
) -> Normalised:
    """Turn records into artworks, each judged by the rules; drop superseded and withdrawn statements.

    The order of the records does not matter, nor does the number of ``workers`` (processes that judge where
    there is much to judge): the same records give the same tables. Batches that are handed over by an
    iterator are let go of as they are taken in. ``known_labels`` are the previous release's, by task: a group of
    words with one stem keeps the form under which it was published. ``known_artists`` are its artists' labels, by
    id, which they keep. ``rules`` takes the place of all rules
    that judge by values alone.
    """
    statements = newest_statements(Held(records))
    judged_by, flagged = rules_for(choices, decisions)
    with Judges(workers) as judges:
        bench = Bench(statements.held, statements.rows, judges)
        for rule in rules if rules is not None else judged_by:
            bench.run(rule)
        shown = _show_forms(bench, known_labels)
        if "artwork_types" in bench.written:
            bench.run(COARSE_TYPE)
        people = _name_artists(bench, of_kind(decisions, "artist"), known_artists)
    follow_rejections(bench)
    check_lives(bench)
    flagged += people.flagged
    flagged += set_values(
        bench, statements.ids, of_kind(decisions, "artwork"), widest_mean=choices.widest_mean
    )
    met = (use for judgements in bench.done for use in judgements.terms)
    flagged += not_met(decisions, met, flagged)
    candidates = [
        alike_artists(people, decisions, _examples(bench, people, statements.ids)),
        open_terms(bench, statements.ids),
    ]
    uses = term_use_table(bench.coded("source"), bench.done, shown)
    numbers = judgement_numbers(bench.done, len(statements.rows))
    told = judgement_table(bench.done)
    bench.done.clear()
    artworks = artwork_table(statements, bench.written, numbers)
    proposed = pa.concat_tables(candidates)
    return Normalised(artworks, statements.dropped, told, uses, proposed, flagged)


_FORMS = (
    ("material", "material_terms", "materials"),
    ("technique", "technique_terms", "techniques"),
    ("type", "type_terms", "artwork_types"),
)
"""Kind of term, the column that names it, and the column in which it has the form of its group."""


def _show_forms(
    bench: Bench, known: Mapping[str, Collection[str]]
) -> Mapping[str, Mapping[str, str]]:
    """Give words of one stem one form; return by kind which label that is for each word."""
    shown = {}
    for kind, reads, writes in _FORMS:
        if reads not in bench.written:
            continue
        counts: dict[str, int] = {}
        for terms, rows in bench.counts(reads):
            for term in terms:
                counts[term] = counts.get(term, 0) + rows
        kept = known.get(kind, ())
        shown[kind] = forms(counts, kept, kind)
        bench.run(replace(form_rule(kind, reads, writes, counts, kept), learnt=True))
    return shown


def _name_artists(
    bench: Bench, decisions: Sequence[Decision], published: Mapping[str, str]
) -> Persons:
    """Give each maker of undoubted part the label and the id of the person that is meant."""
    makers = bench.counts("maker") if "maker" in bench.written else []
    people = persons_of(makers, decisions, published)
    if "maker" in bench.written:
        bench.run(replace(people.rule(), learnt=True))
    return people


def _examples(bench: Bench, people: Persons, ids: Column) -> Mapping[str, Sequence[str]]:
    """Return the first few artworks of each person, by artist_id."""
    if "artist_id" not in bench.written:
        return {}
    column = bench.written["artist_id"]
    order = np.argsort(column.codes, kind="stable")
    starts = np.searchsorted(column.codes[order], np.arange(len(column.values)))
    wanted = {person.id for person in people.people}
    found = {}
    for one, start in zip(column.values.to_pylist(), starts.tolist(), strict=True):
        if one in wanted:
            rows = order[start : start + EXAMPLES]
            rows = rows[column.codes[rows] == column.codes[order[start]]]
            found[one] = rows
    flat = np.concatenate(list(found.values())) if found else np.zeros(0, np.int64)
    named = iter(ids.take(pa.array(flat)).to_pylist())
    return {one: [next(named) for _ in rows] for one, rows in found.items()}


def term_ids() -> dict[str, dict[str, str]]:
    """Return task to label to its address in the AAT, of the labels that have one."""
    return {
        kind: {label: f"{AAT}{one}" for label, one in aat_ids(kind).items()}
        for kind, _, _ in _FORMS
    }


AAT = "http://vocab.getty.edu/aat/"
