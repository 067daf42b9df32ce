"""The class index: each label of each task with a number that it keeps for ever."""

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from omniart_data.release.rows import compute, count, spread
from schemas.release import LABEL, SPLITS, UNATTRIBUTED

TASKS = {
    "artist": "artist",
    "type": "artwork_types",
    "coarse type": "coarse_type",
    "material": "materials",
    "technique": "techniques",
}
"""Task to the column that holds its labels."""

TermIds = Mapping[str, Mapping[str, str]]
"""Task to label to the label's id in an authority: its address in the AAT."""

UNMATCHED = "unmatched"
"""``TERM_USE.how`` of a word that no table knows."""


def label_index(
    rows: pa.Table,
    terms: pa.Table,
    previous: pa.Table | None = None,
    term_ids: TermIds = MappingProxyType({}),
) -> pa.Table:
    """Return ``LABEL`` rows in the order of tasks and numbers, with the artworks of each split.

    A label that the previous index knows keeps its number, also where no artwork has it any more; new
    ones are numbered on from there, in the order of their text. Whether a label is ``matched`` is what
    ``terms`` (``TERM_USE``) say; where they do not name it any more, what the previous index said. An
    artist's id is that of the rows, any other label's what ``term_ids`` says, else what stood there before.
    """
    lines = []
    known = _known(terms, previous)
    ids = _ids(rows, previous, term_ids)
    for task in TASKS:
        found = _counts(rows, task)
        numbers = _numbers(task, previous)
        for label in sorted({label for label, _ in found} - numbers.keys()):
            numbers[label] = len(numbers)
        for label, number in sorted(numbers.items(), key=lambda pair: pair[1]):
            matched = task in _OWN_WORDS or known.get((task, label), False)
            line = {"task": task, "label": label, "number": number, "matched": matched}
            line["id"] = ids.get((task, label), "")
            of_split = {s: found.get((label, s), 0) for s in (*SPLITS, UNATTRIBUTED)}
            lines.append({**line, **of_split})
    return pa.Table.from_pylist(lines, schema=LABEL)


_OWN_WORDS = frozenset({"artist", "coarse type"})
"""Tasks whose labels are never a museum's unknown words."""


def _ids(
    rows: pa.Table, previous: pa.Table | None, term_ids: TermIds
) -> dict[tuple[str, str], str]:
    """Return (task, label) -> id."""
    before = previous.to_pylist() if previous and "id" in previous.column_names else []
    ids = {(line["task"], line["label"]): line["id"] for line in before}
    ids |= {(task, label): one for task in term_ids for label, one in term_ids[task].items()}
    artists = (
        rows.filter(compute.is_valid(rows["artist"])) if "artist_id" in rows.column_names else None
    )
    if artists is not None:
        pairs = artists.group_by("artist").aggregate([("artist_id", "min")])
        ids |= {("artist", one["artist"]): one["artist_id_min"] or "" for one in pairs.to_pylist()}
    return ids


def _known(terms: pa.Table, previous: pa.Table | None) -> dict[tuple[str, str], bool]:
    """Return of each (task, label) whether it comes from the vocabulary."""
    before = previous.to_pylist() if previous and "matched" in previous.column_names else []
    known = {(line["task"], line["label"]): bool(line["matched"]) for line in before}
    uses: dict[tuple[str, str], bool] = {}
    for kind, label, how in count(terms, "kind", "label", "how"):
        uses[kind, label] = uses.get((kind, label), False) or how != UNMATCHED
    return known | uses


def label_uses(rows: pa.Table, task: str, *keys: str) -> pa.Table:
    """Return (keys..., id, value): each label of a task once for each artwork that has it."""
    column = TASKS[task]
    if column in ("artist", "coarse_type"):
        uses = rows.select([*keys, "id", column]).rename_columns([*keys, "id", "value"])
        return uses.filter(compute.is_valid(uses["value"]))
    return spread(rows, [*keys, "id"], column).group_by([*keys, "id", "value"]).aggregate([])


def _counts(rows: pa.Table, task: str) -> dict[tuple[str, str], int]:
    found = count(label_uses(rows, task, "split"), "value", "split")
    return {(label, split): number for (label, split), number in found.items()}


def _numbers(task: str, previous: pa.Table | None) -> dict[str, int]:
    """Return the labels that have a number already; numbers run from 0 without a gap."""
    if previous is None:
        return {}
    known = previous.filter(compute.equal(previous["task"], task)).sort_by("number")
    return {str(line["label"]): int(line["number"] or 0) for line in known.to_pylist()}
