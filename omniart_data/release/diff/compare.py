"""Compare two releases by whole columns: one column of each is held at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release.diff.classes import artists_of, classes_of, impact_of
from omniart_data.release.diff.difference import (
    Columns,
    Difference,
    LabelChange,
    Turns,
    Works,
)
from omniart_data.release.diff.side import COMPARED, Side
from omniart_data.release.diff.turns import (
    Mask,
    differing,
    mask,
    pairs_of,
    same_list,
    text_of,
    turns_of,
    works_of,
)
from omniart_data.release.rows import BATCH_ROWS, canonical_rows, compute
from schemas.release import EMBEDDED, SPLITS
from schemas.rights import LEAVES, policy

LABELS = (
    *("artist", "artist_id", "artwork_types", "coarse_type", "materials", "techniques"),
    *("year_first", "year_last", "year"),
)
"""Columns that a network may be asked for; another value there is another label."""

TOLD_APART = (*LABELS, "id", "split", "rights", "may_train", "image_sha256", "image")
"""Columns of which more is told than that they say something else."""

WITHDRAWN, RIGHTS, TAKEDOWN = "withdrawn at the source", "rights", "takedown"
SUPERSEDED, NOT_OFFERED = "superseded", "not among what was read"
_WHY = {"takedown": TAKEDOWN, "rights": RIGHTS, "withdrawn": WITHDRAWN, "superseded": SUPERSEDED}
"""Rule that dropped a record to why its artwork is gone."""
_LAST = "superseded"
"""The rule that says least: an older statement of the same object, whatever became of the newest."""


def difference(old: Side, new: Side) -> Difference:
    """Return all that differs from one release to a later one."""
    both = _Both(old, new)
    moved, entered, left = _sides(both)
    others, gone, came = _pictures(both)
    labels = {name: _labels(both, name) for name in LABELS if both.has(name)}
    index = (old.table("labels"), new.table("labels"))
    return Difference(
        old=old.version,
        new=new.version,
        added=_added(both),
        removed=_removed(both),
        moved=moved,
        entered=entered,
        left=left,
        labels={name: change for name, (change, _) in labels.items()},
        pictures_other=others,
        pictures_gone=gone,
        pictures_new=came,
        rights=_rights(both),
        may_train=_may_train(both),
        columns=_columns(old.columns, new.columns),
        classes=classes_of(*index),
        artists=artists_of(both.pair("artist"), both.pair("artist_id"), both.ids),
        impact=impact_of(*index),
        described=dict(_described(both, {name: rest for name, (_, rest) in labels.items()})),
        tables=tuple(_tables(old, new)),
    )


@dataclass(frozen=True)
class _Both:
    """Two sides, and which artworks both have: in the order of the newer one."""

    old: Side
    new: Side

    @cached_property
    def was_ids(self) -> Any:
        return self.old.column("id").combine_chunks()

    @cached_property
    def now_ids(self) -> Any:
        return self.new.column("id").combine_chunks()

    @cached_property
    def where(self) -> Any:
        """Where the older side has each artwork of the newer; null: it has not."""
        return compute.index_in(self.now_ids, value_set=self.was_ids)

    @cached_property
    def there(self) -> Any:
        return compute.is_valid(self.where)

    @cached_property
    def ids(self) -> Any:
        return self.now_ids.filter(self.there)

    def has(self, name: str) -> bool:
        """Say whether both sides have the column."""
        return all(name in side.columns["data"] for side in (self.old, self.new))

    def pair(self, name: str) -> tuple[Any, Any]:
        """Return a column of the artworks that both have, as it was and as it is."""
        was = self.old.column(name).combine_chunks().take(self.where.filter(self.there))
        return was, self.new.column(name).combine_chunks().filter(self.there)

    def chosen(self, where: Mask) -> Any:
        """Return the ids of some of the artworks that both have."""
        return self.ids.filter(pa.array(where))


def _added(both: _Both) -> Works:
    new = compute.invert(both.there)
    return works_of(both.now_ids.filter(new), both.new.column("split").combine_chunks().filter(new))


def _removed(both: _Both) -> Works:
    """Return what the newer release lacks, by why."""
    stays = compute.is_in(both.was_ids, value_set=both.now_ids)
    gone = both.was_ids.filter(compute.invert(stays))
    return works_of(gone, why_gone(gone, both.new.table("dropped"))) if len(gone) else Works()


def why_gone(ids: Any, dropped: pa.Table) -> Any:
    """Return why each artwork is gone: what dropped its record, else that its source offers it no more.

    Where several of an object's records were dropped, the reason is not that one replaced another.

    >>> dropped = pa.table({"source": ["met"] * 2, "source_id": ["1", "2"], "rule": ["withdrawn", "read"]})
    >>> why_gone(pa.array(["met:1", "met:2", "met:3"]), dropped).to_pylist()
    ['withdrawn at the source', 'dropped by rule read', 'not among what was read']
    """
    of = compute.binary_join_element_wise(dropped["source"], dropped["source_id"], ":")
    lines = pa.table([of, dropped["rule"]], names=["id", "rule"])
    lines = lines.filter(compute.is_in(of, value_set=ids))
    ordered = sorted(
        zip(*lines.to_pydict().values(), strict=True), key=lambda one: (one[1] != _LAST, one[1])
    )
    rules: Mapping[str, str] = dict(ordered)
    return pa.array([_why(rules.get(one)) for one in ids.to_pylist()], pa.string())


def _why(rule: str | None) -> str:
    return NOT_OFFERED if rule is None else _WHY.get(rule, f"dropped by rule {rule}")


def _sides(both: _Both) -> tuple[Turns, Works, Works]:
    """Return the artworks that went from split to split, into one and out of them."""
    was, now = both.pair("split")
    names = pa.array(SPLITS)
    before, after = (mask(compute.is_in(side, value_set=names)) for side in (was, now))
    moved = pa.array(before & after & mask(compute.not_equal(was, now)))
    entered, left = ~before & after, before & ~after
    return (
        turns_of(both.ids.filter(moved), was.filter(moved), now.filter(moved)),
        works_of(both.chosen(entered), now.filter(pa.array(entered))),
        works_of(both.chosen(left), was.filter(pa.array(left))),
    )


def _labels(both: _Both, name: str) -> tuple[LabelChange, int]:
    """Return what became of a label, and in how many artworks it is the same but otherwise written."""
    was, now = both.pair(name)
    if was.equals(now):
        return LabelChange(), 0
    old, new = text_of(was), text_of(now)
    other = pa.array(differing(old, new))
    ids, old, new = both.ids.filter(other), old.filter(other), new.filter(other)
    if pa.types.is_list(now.type):
        really = pa.array(_other_elements(ids, old, new))
        ids, old, new = (column.filter(really) for column in (ids, old, new))
    given, taken = (int(mask(compute.is_null(side)).sum()) for side in (old, new))
    change = LabelChange(len(ids) - given - taken, given, taken, turns_of(ids, old, new))
    return change, changed(was, now) - len(ids)


def _other_elements(ids: Any, old: Any, new: Any) -> Mask:
    """Return where two lists differ in more than their order; each pair of lists is looked at once."""
    same = [(was, now) for was, now, *_ in pairs_of(ids, old, new) if was and now]
    same = [(was, now) for was, now in same if same_list(was, now)]
    keep = np.ones(len(ids), bool)
    for was, now in same:
        keep &= ~(mask(compute.equal(old, was)) & mask(compute.equal(new, now)))
    return keep


def _pictures(both: _Both) -> tuple[Works, Works, Works]:
    """Return the artworks that have another picture, none any more, and one at last.

    A picture is gone where its bytes are: from the release, or, were they never in it, from our knowledge.
    """
    sums, states = both.pair("image_sha256"), both.pair("image_status")
    was_known, is_known = (mask(compute.is_valid(one)) for one in sums)
    was_in, is_in = (mask(compute.equal(one, EMBEDDED)) for one in states)
    gone = (was_in & ~is_in) | (was_known & ~is_known)
    came = ((~was_in & is_in) | (~was_known & is_known)) & ~gone
    other = mask(compute.not_equal(*sums))
    if both.old.image_px != both.new.image_px:
        other |= was_in & is_in
    gone_ids, came_ids = both.chosen(gone), both.chosen(came)
    return works_of(both.chosen(other & ~gone)), works_of(gone_ids), works_of(came_ids)


def _rights(both: _Both) -> Turns:
    was, now = both.pair("rights")
    if was.equals(now):
        return Turns()
    other = pa.array(differing(was, now))
    source = both.new.column("source").combine_chunks().filter(both.there).filter(other)
    ids, was, now = both.ids.filter(other), was.filter(other), now.filter(other)
    strict = {
        (old or "", new or "")
        for of, old, new, *_ in pairs_of(ids, source, was, now)
        if _allows_less(old or "", new or "", of)
    }
    return turns_of(ids, was, now, stricter=lambda old, new: (old, new) in strict)


def _allows_less(was: str, now: str, source: str) -> bool:
    """Say whether rights let less be done than others, in any use."""
    one, other = policy(was, source), policy(now, source)
    return (
        LEAVES.index(other.may_keep) < LEAVES.index(one.may_keep)
        or LEAVES.index(other.may_train) < LEAVES.index(one.may_train)
        or other.may_pass_on < one.may_pass_on
        or other.open < one.open
    )


def _may_train(both: _Both) -> Turns:
    was, now = both.pair("may_train")
    other = pa.array(differing(was, now))
    return turns_of(
        both.ids.filter(other),
        was.filter(other),
        now.filter(other),
        stricter=lambda old, new: old in LEAVES and LEAVES.index(new) < LEAVES.index(old),
    )


def _columns(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> Columns:
    was = {f"{table}.{name}": kind for table, of in old.items() for name, kind in of.items()}
    now = {f"{table}.{name}": kind for table, of in new.items() for name, kind in of.items()}
    return Columns(
        tuple(sorted(now.keys() - was.keys())),
        tuple(sorted(was.keys() - now.keys())),
        tuple(sorted(name for name in was.keys() & now.keys() if was[name] != now[name])),
    )


def changed(was: Any, now: Any) -> int:
    """Return in how many rows two columns of any type differ.

    >>> changed(pa.array([[1], None, [2]]), pa.array([[1], [], [3]]))
    2
    """
    if was.equals(now):
        return 0
    if not pa.types.is_nested(now.type):
        return int(differing(was, now).sum())
    found = 0
    for start in range(0, len(now), BATCH_ROWS):
        sides = (pa.table([one.slice(start, BATCH_ROWS)], names=["v"]) for one in (was, now))
        old, new = map(canonical_rows, sides)
        found += sum(one != other for one, other in zip(old, new, strict=True))
    return found


def _described(both: _Both, labels: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the columns of which no more is told, and in how many artworks they say something else."""
    types = (both.old.columns["data"], both.new.columns["data"])
    for name, kind in types[1].items():
        if name in TOLD_APART:
            number = labels.get(name, 0)
        else:
            number = changed(*both.pair(name)) if types[0].get(name) == kind else 0
        if number:
            yield name, number


def _tables(old: Side, new: Side) -> Iterator[str]:
    for name in COMPARED:
        if not old.table(name).equals(new.table(name)):
            yield name
