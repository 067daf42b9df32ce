"""What people decided about words that no table knows, made part of the rules for types and materials."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from string import ascii_lowercase

from omniart_data.normalise.decisions import Decision, Flagged, evidence_of, of_kind
from omniart_data.normalise.rule import Rule, TermUse
from omniart_data.normalise.terms import materials, types
from omniart_data.normalise.terms.medium import resolved
from omniart_data.normalise.terms.tables import KINDS, TermDecision, look_up, plain

LANGUAGES = ("en", "nl", "", "de", "fr", "it", "es", "la")
"""Languages that a term's evidence is tried with first: it is made from kind, term and language."""


def term_rules(decisions: Sequence[Decision]) -> tuple[tuple[Rule, Rule], tuple[Flagged, ...]]:
    """Return the rules for materials and for types with these decisions, and the decisions not applied.

    A decision stands in for a table row that is missing: where a table knows its term meanwhile, it is flagged.

    >>> decision = Decision(
    ...     "type", "rename", "zorbel", "rowlock", "its use", evidence_of("type", "zorbel", "nl")
    ... )
    >>> (of_materials, of_types), flagged = term_rules([decision])
    >>> of_types.judge([{"text": "Zorbel", "language": "nl"}], []).value, flagged
    ((['rowlock'],), ())
    """
    decided: dict[tuple[str, str, str], TermDecision] = {}
    flagged = []
    for decision in of_kind(decisions, *KINDS):
        language = _language(decision)
        if language is None:
            flagged.append(Flagged(decision, "its evidence is not that of this term"))
        elif not _is_unmatched(decision.kind, decision.subject, language):
            flagged.append(Flagged(decision, "schemas/vocab knows it now"))
        elif (decision.kind, decision.subject, language) in decided:
            flagged.append(Flagged(decision, "another decision on the same term comes before it"))
        else:
            label = _label(decision) if decision.action == "rename" else ""
            key = (decision.kind, decision.subject, language)
            decided[key] = TermDecision(label, str(decision))
    rules = tuple(
        replace(rule, judge=partial(rule.judge, decided=decided))
        for rule in (materials.RULE, types.RULE)
    )
    return (rules[0], rules[1]), tuple(flagged)


def not_met(
    decisions: Iterable[Decision], uses: Iterable[TermUse], flagged: Iterable[Flagged]
) -> tuple[Flagged, ...]:
    """Flag the decisions that no judgement followed, for no museum says their word any more.

    ``uses`` are all terms that judgements met; decisions in ``flagged`` are told of already.

    >>> decision = Decision(
    ...     "type", "reject", "zorbel", "", "a name", evidence_of("type", "zorbel", "nl")
    ... )
    >>> use = TermUse("type", "zorbel", "nl", "decision", "")
    >>> not_met([decision], [use], ()), [one.why for one in not_met([decision], (), ())]
    ((), ['no record here has this word'])
    """
    followed = {(use.kind, use.term, use.language) for use in uses if use.how == "decision"}
    told = {one.decision for one in flagged}
    return tuple(
        Flagged(decision, "no record here has this word")
        for decision in of_kind(decisions, *KINDS)
        if decision not in told
        and (decision.kind, decision.subject, _language(decision)) not in followed
    )


def _language(decision: Decision) -> str | None:
    """Return the language that a decision's evidence was made with; None: of another term."""
    for language in _languages():
        if decision.evidence == evidence_of(decision.kind, decision.subject, language):
            return language
    return None


def _languages() -> Iterator[str]:
    """Yield all that can be a language's code: museums use any, and evidence does not say which."""
    yield from LANGUAGES
    for letters in (2, 3):
        yield from map("".join, product(ascii_lowercase, repeat=letters))


def _is_unmatched(kind: str, term: str, language: str) -> bool:
    if kind == "type":
        return any(found.how == "unmatched" for _, found in types.type_terms(term, language))
    return any(found.how == "unmatched" for found in resolved(term, kind, language))


def _label(decision: Decision) -> str:
    """Return the label for what a decision calls a term: the vocabulary's form of it where there is one."""
    named = plain(decision.object)
    found = look_up(named, decision.kind, "en")
    return found.label if found is not None and found.label else named
