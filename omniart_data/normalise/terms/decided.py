"""What people decided about words that no table knows, made part of the rules for types and materials."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from omniart_data.normalise.decisions import Decision, Flagged, evidence_of, of_kind
from omniart_data.normalise.rule import Rule, TermUse
from omniart_data.normalise.terms import materials, types
from omniart_data.normalise.terms.phrases import resolved
from omniart_data.normalise.terms.tables import KINDS, TermDecision, look_up, plain
from schemas.decision import parse_term


def term_rules(decisions: Sequence[Decision]) -> tuple[tuple[Rule, Rule], tuple[Flagged, ...]]:
    """Return the rules for materials and for types with these decisions, and the decisions not applied.

    A decision stands in for a table row that is missing: where a table knows its term meanwhile, it is flagged.

    >>> decision = Decision(
    ...     "type", "rename", "nl:zorbel", "rowlock", "its use", evidence_of("type", "zorbel", "nl")
    ... )
    >>> (of_materials, of_types), flagged = term_rules([decision])
    >>> of_types.judge([{"text": "Zorbel", "language": "nl"}], []).value, flagged
    ((['rowlock'],), ())
    """
    decided: dict[tuple[str, str, str], TermDecision] = {}
    flagged = []
    for decision in of_kind(decisions, *KINDS):
        language, term = parse_term(decision.subject)
        key = (decision.kind, term, language)
        if decision.evidence != evidence_of(*key):
            flagged.append(Flagged(decision, "its evidence is not that of this word"))
        elif not _is_unmatched(*key):
            flagged.append(Flagged(decision, "schemas/vocab knows it now"))
        elif key in decided:
            flagged.append(Flagged(decision, "another decision on the same word comes before it"))
        else:
            label = _label(decision) if decision.action == "rename" else ""
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
    ...     "type", "reject", "nl:zorbel", "", "a name", evidence_of("type", "zorbel", "nl")
    ... )
    >>> use = TermUse("type", "zorbel", "nl", "decision", "")
    >>> not_met([decision], [use], ()), [one.why for one in not_met([decision], (), ())]
    ((), ['no record here has this word'])
    """
    followed = {(use.kind, use.language, use.term) for use in uses if use.how == "decision"}
    told = {one.decision for one in flagged}
    return tuple(
        Flagged(decision, "no record here has this word")
        for decision in of_kind(decisions, *KINDS)
        if decision not in told and (decision.kind, *parse_term(decision.subject)) not in followed
    )


def _is_unmatched(kind: str, term: str, language: str) -> bool:
    if kind == "type":
        return any(found.how == "unmatched" for _, found in types.type_terms(term, language))
    return any(found.how == "unmatched" for found in resolved(term, kind, language))


def _label(decision: Decision) -> str:
    """Return the label for what a decision calls a term: the vocabulary's form of it where there is one."""
    named = plain(decision.object)
    found = look_up(named, decision.kind, "en")
    return found.label if found is not None and found.label else named
