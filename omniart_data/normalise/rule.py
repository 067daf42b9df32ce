"""What a rule is: a judgement on values, made once for each distinct combination of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TermUse:
    """One term that a judgement met: what it was, what it became, and how."""

    kind: str
    """type, material or technique."""
    term: str
    language: str
    how: str
    """table, head, implied, decision or unmatched: see schemas.artwork.TERM_USE."""
    label: str


@dataclass(frozen=True)
class Judged:
    """What a rule decided: a value for each column it writes, and why."""

    value: tuple[Any, ...]
    because: str
    terms: tuple[TermUse, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A judgement that reads columns and writes columns.

    ``judge`` is called once for each distinct combination of the columns it reads, however many rows
    hold it, with Python values (lists of dicts for lists of structs), and must be pure. It may be called
    in another process, unless the rule is ``learnt``: made from what the whole table says.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    judge: Callable[..., Judged]
    learnt: bool = False
