"""The class index: each label of each task with a number that it keeps for ever."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute, count, spread
from schemas.errors import ReleaseError
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


ARTISTS = ("id", "artist", "artist_id")
"""Columns of an earlier release's rows that tell whose a label was."""


def check_same_persons(artworks: pa.Table, labels: pa.Table, before: pa.Table) -> None:
    """Raise ReleaseError where an artist's label, and so its number, would become another person's.

    ``labels`` and ``before`` (``ARTISTS``) are an earlier release's class index and rows. A person may get a better
    id: it is the same one where the old id is nobody's any more and an artwork went from the old id to the new one
    under the label, or where the old id was but a name.
    """
    known = labels.filter(
        compute.and_(compute.equal(labels["task"], "artist"), compute.not_equal(labels["id"], ""))
    )
    now = artworks.select(["artist", "artist_id"]).group_by(["artist", "artist_id"]).aggregate([])
    both = known.select(["label", "id"]).join(now, "label", "artist", join_type="inner")
    changed = both.filter(compute.not_equal(both["id"], both["artist_id"]))
    if not changed.num_rows:
        return
    lives = compute.is_in(changed["id"], value_set=compute.unique(artworks["artist_id"]))
    theirs = compute.is_in(artworks["artist"], value_set=changed["label"].combine_chunks())
    went = artworks.select(ARTISTS).filter(theirs)
    went = went.join(
        before.select(ARTISTS), ["id", "artist"], right_suffix=" before", join_type="inner"
    )
    went = went.group_by(["artist", "artist_id before", "artist_id"]).aggregate([])
    same = {tuple(line.values()) for line in went.to_pylist()}
    taken = sorted(
        (line["label"], line["id"], line["artist_id"])
        for line, alive in zip(changed.to_pylist(), lives.to_pylist(), strict=True)
        if alive
        or not (
            line["id"].startswith(_BY_NAME)
            or (line["label"], line["id"], line["artist_id"]) in same
        )
    )
    if taken:
        label, old, new = taken[0]
        raise ReleaseError(
            f"the label {label!r} is {old}'s, and would become {new}'s: a label is one person's for ever (such labels:"
            f" {len(taken)}). Give the other a name with `omniart-data decide artist rename {new} NAME`, or where both"
            f" are one person `omniart-data decide artist merge {old} {new}`"
        )


_BY_NAME = "name:"
"""How an id begins that is nothing but the key of a name."""

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


def living(labels: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which labels an artwork has; the others are retired, and keep their numbers."""
    counts = [np.asarray(labels[split], np.int64) for split in (*SPLITS, UNATTRIBUTED)]
    return np.asarray(sum(counts) > 0, bool)


def wrong_ids(labels: pa.Table) -> Iterator[str]:
    """Check that a living artist has an id, and no two the same one, and that a term's id is an address in the AAT."""
    artists = labels.filter(
        compute.and_(compute.equal(labels["task"], "artist"), pa.array(living(labels)))
    )
    if compute.any(compute.equal(artists["id"], "")).as_py():
        yield "labels.parquet: an artist has no id"
    if len(compute.unique(artists["id"])) != artists.num_rows:
        yield "labels.parquet: two artists have one id"
    terms = labels.filter(compute.not_equal(labels["task"], "artist"))
    known = compute.or_(
        compute.equal(terms["id"], ""), compute.match_substring_regex(terms["id"], _AAT)
    )
    if terms.filter(compute.invert(known)).num_rows:
        yield "labels.parquet: the id of a term is no address in the AAT"


_AAT = r"^https?://vocab\.getty\.edu/aat/[0-9]+$"


def _counts(rows: pa.Table, task: str) -> dict[tuple[str, str], int]:
    found = count(label_uses(rows, task, "split"), "value", "split")
    return {(label, split): number for (label, split), number in found.items()}


def _numbers(task: str, previous: pa.Table | None) -> dict[str, int]:
    """Return the labels that have a number already; numbers run from 0 without a gap."""
    if previous is None:
        return {}
    known = previous.filter(compute.equal(previous["task"], task)).sort_by("number")
    return {str(line["label"]): int(line["number"] or 0) for line in known.to_pylist()}
