"""The class index: each label of each task with a number that it keeps for ever."""

import pyarrow as pa

from omniart_data.release.rows import compute, count, spread
from schemas.release import LABEL, SPLITS, UNATTRIBUTED

TASKS = {"artist": "artist", "type": "artwork_types", "material": "materials"}
"""Task to the column that holds its labels."""


UNMATCHED = "unmatched"
"""``TERM_USE.how`` of a word that no table knows."""


def label_index(rows: pa.Table, terms: pa.Table, previous: pa.Table | None = None) -> pa.Table:
    """Return ``LABEL`` rows in the order of tasks and numbers, with the artworks of each split.

    A label that the previous index knows keeps its number, also where no artwork has it any more; new
    ones are numbered on from there, in the order of their text. Whether a label is ``matched`` is what
    ``terms`` (``TERM_USE``) say; where they do not name it any more, what the previous index said.
    """
    lines = []
    known = _known(terms, previous)
    for task in TASKS:
        found = _counts(rows, task)
        numbers = _numbers(task, previous)
        for label in sorted({label for label, _ in found} - numbers.keys()):
            numbers[label] = len(numbers)
        for label, number in sorted(numbers.items(), key=lambda pair: pair[1]):
            matched = task == "artist" or known.get((task, label), False)
            line = {"task": task, "label": label, "number": number, "matched": matched}
            of_split = {s: found.get((label, s), 0) for s in (*SPLITS, UNATTRIBUTED)}
            lines.append({**line, **of_split})
    return pa.Table.from_pylist(lines, schema=LABEL)


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
    if column == "artist":
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
