"""The tables of a release, each with what it is for and which columns tell its rows apart."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.artwork import DROPPED, JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE, FLAGGED, LINK
from schemas.release import GROUP, LABEL, LEDGER, NEAR


@dataclass(frozen=True)
class Table:
    """A table beside ``data/``; ``key`` is empty where two rows may be alike."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    description: str


TABLES = (
    Table(
        "labels",
        LABEL,
        ("task", "number"),
        "The class index: each label of each task, its number and its counts.",
    ),
    Table("dropped", DROPPED, (), "What was read and is not in the release, with rule and reason."),
    Table(
        "judgements",
        JUDGEMENT,
        ("number",),
        "Why each value is what it is: each distinct input of each rule, once.",
    ),
    Table(
        "terms",
        TERM_USE,
        ("source", "kind", "term", "language", "how", "label"),
        "The museums' words and what became of them.",
    ),
    Table(
        "groups",
        GROUP,
        ("id",),
        "Which artworks are kept on one side of the splits, and what binds them.",
    ),
    Table(
        "ledger",
        LEDGER,
        ("id", "since"),
        "Which artwork was given which split, and by which version; append-only.",
    ),
    Table("near", NEAR, ("a", "b"), "Pairs of pictures that are nearly the same."),
    Table(
        "links", LINK, ("a", "b"), "Pairs of artworks that are, or may be, one work in two sources."
    ),
    Table("candidates", CANDIDATE, (), "Questions that people have not decided."),
    Table("flagged", FLAGGED, (), "Decisions of people that were not applied, and why."),
)
"""In the order of the Croissant file: what a reader needs first."""
