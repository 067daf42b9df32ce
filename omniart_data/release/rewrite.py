"""A release again without some of its artworks: all others stay where they are, with their numbers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.contents import META, PICTURES, Composed, Contents, Input, bits
from omniart_data.release.diff import version_after
from omniart_data.release.labels import label_index
from omniart_data.release.read import ALL_SPLITS, IMAGE, Release
from omniart_data.release.rows import compute, count, order
from omniart_data.release.write import Prepared, changed
from schemas.artwork import ARTWORK, DROPPED, JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE
from schemas.errors import ReleaseError
from schemas.release import EMBEDDED, GROUP, NEAR

RULE = "takedown"
"""The rule by which the artworks that are left out are dropped."""


def without(release: Release, reasons: Mapping[str, str], version: str) -> Prepared:
    """Return a release as it is to be written without the artworks that ``reasons`` names.

    Each is dropped with its reason instead. The tables are those of the release less some rows, never composed
    anew, so that no other artwork can change its split, its group or its judgements. The release itself is what
    the changelog compares with, and what the receipt names as the previous: the new one stands for it.
    """
    composed = _composed(release, reasons)
    contents = _contents(release, composed)
    labels = label_index(composed.rows, composed.terms, release.labels, {})
    change = changed(release, composed, labels, contents)
    version = version_after(change, version)
    ledger = _parted(release.ledger, "id", reasons)[1]
    return Prepared(contents, composed, labels, ledger, version, replace(change, new=version))


def _composed(release: Release, reasons: Mapping[str, str]) -> Composed:
    side = release.side_table
    gone, rows = _parted(release.table(), "id", reasons)
    rows = _counted(_renamed(rows, gone).select(META.names).cast(META))
    return Composed(
        rows=rows,
        dropped=_ordered_dropped(pa.concat_tables([side("dropped"), _dropped(gone, reasons)])),
        judgements=_judgements(side("judgements"), gone, rows),
        terms=_terms(side("terms"), gone),
        groups=_groups(side("groups"), rows),
        candidates=_candidates(side("candidates"), reasons),
        links=_untouched(side("links"), reasons, "a", "b"),
        near=_near(side("near"), gone, rows),
        flagged=_untouched(side("flagged"), reasons, "subject", "object"),
    )


def _contents(release: Release, composed: Composed) -> Contents:
    told = release.receipt
    return Contents(
        artworks=composed.rows.select(ARTWORK.names),
        dropped=composed.dropped,
        judgements=composed.judgements,
        term_uses=composed.terms,
        pictures=composed.rows.select(PICTURES.names),
        records_read=told["records_read"],
        picture=ShardPictures(release),
        inputs=tuple(Input(**one) for one in told["inputs"]),
        options=told["options"],
        credits=told["credits"],
        notes=tuple(told["notes"]),
        candidates=composed.candidates,
        links=composed.links,
        flagged=composed.flagged,
        near=composed.near,
        decisions=told["decisions"]["applied"] + composed.flagged.num_rows,
        drift=told["drift"],
        previous=release,
        seed=told["seed"],
    )


def _parted(table: pa.Table, column: str, ids: Collection[str]) -> tuple[pa.Table, pa.Table]:
    """Return the rows that name one of some artworks, and the others."""
    named = compute.is_in(table[column], value_set=pa.array(sorted(ids), pa.string()))
    return table.filter(named), table.filter(compute.invert(named))


def _untouched(table: pa.Table, ids: Collection[str], *columns: str) -> pa.Table:
    """Return the rows of which no column names one of some artworks."""
    for column in columns:
        table = _parted(table, column, ids)[1]
    return table


def _renamed(rows: pa.Table, gone: pa.Table) -> pa.Table:
    """Return the rows with the groups of those that are gone named by the least id that is left.

    A group stays one even where what bound its members is gone: none of them may change its split.
    """
    touched = compute.is_in(rows["group"], value_set=compute.unique(gone["group"]))
    of_group = rows.filter(touched).group_by("group").aggregate([("id", "min")])
    where = compute.index_in(rows["group"], value_set=of_group["group"].combine_chunks())
    named = compute.coalesce(of_group["id_min"].combine_chunks().take(where), rows["group"])
    return order(_put(rows, "group", named), "id")


def _counted(rows: pa.Table) -> pa.Table:
    """Return the rows with each artist's works in the splits counted anew."""
    inside = compute.greater(rows["artist_works"], 0)
    works = count(rows.filter(inside), "artist")
    artists, there = rows["artist"].to_pylist(), bits(inside)
    numbers = [
        works[artist or "",] if has else 0 for artist, has in zip(artists, there, strict=True)
    ]
    return _put(rows, "artist_works", pa.array(numbers, pa.int32()))


def _put(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), table.schema.field(name), column)


def _dropped(gone: pa.Table, reasons: Mapping[str, str]) -> pa.Table:
    """Return a dropped row for each artwork that is gone; its evidence is the newest that it had."""
    rows = [
        {
            "source": row["source"],
            "source_id": row["source_id"],
            "rule": RULE,
            "reason": reasons[row["id"]],
            "evidence": (row["evidence"] or [None])[0],
        }
        for row in gone.select(["id", "source", "source_id", "evidence"]).to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=DROPPED)


def _ordered_dropped(dropped: pa.Table) -> pa.Table:
    wide = dropped
    for name in ("sha256", "number"):
        wide = wide.append_column(name, compute.struct_field(dropped["evidence"], name))
    keys = ("source", "source_id", "rule", "sha256", "number", "reason")
    return order(wide, *keys).select(DROPPED.names)


def _judgements(judgements: pa.Table, gone: pa.Table, rows: pa.Table) -> pa.Table:
    """Return the judgements, with their numbers, less those that only artworks that are gone point to."""
    lost = compute.value_counts(compute.list_flatten(gone["judgements"])).to_pylist()
    fewer = {one["values"]: one["counts"] for one in lost}
    kept = set(compute.unique(compute.list_flatten(rows["judgements"])).to_pylist())
    lines = [
        line | {"artworks": line["artworks"] - fewer.get(line["number"], 0)}
        for line in judgements.to_pylist()
        if line["number"] in kept or line["number"] not in fewer
    ]
    return pa.Table.from_pylist(lines, schema=JUDGEMENT)


def _terms(terms: pa.Table, gone: pa.Table) -> pa.Table:
    """Return the terms, each counted once less for every artwork that is gone and whose words it is among.

    A term is among them where it is one of the artwork's words, or stands in them and gave the artwork a
    label. What cannot be told so is left as it was.
    """
    lost = [_Words(row) for row in gone.to_pylist()]
    lines = []
    for line in terms.to_pylist() if lost else []:
        left = line["occurrences"] - sum(one.has(line) for one in lost)
        if left > 0:
            lines.append(line | {"occurrences": left})
    return pa.Table.from_pylist(lines, schema=TERM_USE) if lost else terms


class _Words:
    """The words of one artwork, and the labels that came of them."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._source = row["source"]
        self._given = {
            kind: [str(text["text"]).lower().strip() for text in row[column] or ()]
            for kind, column in _GIVEN.items()
        }
        self._labels = {kind: set(row[column] or ()) for kind, column in _LABELS.items()}

    def has(self, line: Mapping[str, Any]) -> bool:
        """Say whether a line of terms counts this artwork."""
        if line["source"] != self._source or line["kind"] not in _GIVEN:
            return False
        given, term = self._given[line["kind"]], line["term"]
        inside = any(term in words for words in given)
        return term in given or (inside and line["label"] in self._labels[line["kind"]])


_GIVEN = {"type": "types_as_given", "material": "medium_as_given", "technique": "medium_as_given"}
_LABELS = {"type": "artwork_types", "material": "materials", "technique": "techniques"}


def _groups(groups: pa.Table, rows: pa.Table) -> pa.Table:
    """Return why artworks are bound, of the groups that have several members still."""
    sizes = {group: n for (group,), n in count(rows, "group").items()}
    where = compute.index_in(groups["id"], value_set=rows["id"].combine_chunks())
    there = groups.filter(compute.is_valid(where))
    named = rows["group"].take(where.drop_null())
    several = [sizes[group] > 1 for group in named.to_pylist()]
    return _put(there, "group", named).filter(pa.array(several, pa.bool_())).cast(GROUP)


def _candidates(candidates: pa.Table, ids: Collection[str]) -> pa.Table:
    """Return what waits for a decision, without pairs and examples that name artworks that are gone.

    A candidate of whom one was an example concerns so many artworks less, and where none is left is gone.
    """
    lines = []
    for line in _untouched(candidates, ids, "subject", "object").to_pylist():
        examples = line["examples"] or []
        left = [one for one in examples if one not in ids]
        lost = len(examples) - len(left)
        artworks = line["artworks"] - lost if line["artworks"] is not None else None
        if not lost or artworks:
            lines.append(
                line | {"examples": left if lost else line["examples"], "artworks": artworks}
            )
    return pa.Table.from_pylist(lines, schema=CANDIDATE)


def _near(near: pa.Table, gone: pa.Table, rows: pa.Table) -> pa.Table:
    """Return the near-duplicates among the artworks that are left.

    An artwork may stand in its pairs for others that have its picture, or its hash: where it is gone, the next of
    these takes its place.
    """
    ids = set(gone["id"].to_pylist())
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    lost: list[dict[str, Any]] = []
    for line in near.to_pylist():
        if line["a"] in ids or line["b"] in ids:
            lost.append(line)
        else:
            pairs[line["a"], line["b"]] = line
    named = {one[end] for one in lost for end in ("a", "b")}
    groups = _groups_of(rows, named | set(_same_picture(gone, rows).values()))
    for pair in _inherited(lost, _same_picture(gone, rows), ids):
        apart = groups[pair["a"]] != groups[pair["b"]]
        pairs.setdefault((pair["a"], pair["b"]), pair | {"binds": pair["binds"] and not apart})
    return pa.Table.from_pylist([pairs[key] for key in sorted(pairs)], schema=NEAR)


def _same_picture(gone: pa.Table, rows: pa.Table) -> dict[str, str]:
    """Return for artworks that are gone the least id of those that have the same picture."""
    had = gone.filter(compute.is_valid(gone["image_sha256"])).select(["id", "image_sha256"])
    alike = rows.filter(compute.is_in(rows["image_sha256"], value_set=_flat(had["image_sha256"])))
    least = alike.group_by("image_sha256").aggregate([("id", "min")]).to_pylist()
    of_picture = {one["image_sha256"]: one["id_min"] for one in least}
    pairs = [(one["id"], of_picture.get(one["image_sha256"])) for one in had.to_pylist()]
    return {lost: heir for lost, heir in pairs if heir is not None}


def _groups_of(rows: pa.Table, ids: Collection[str]) -> dict[str, str]:
    found, _ = _parted(rows.select(["id", "group"]), "id", ids)
    return dict(zip(found["id"].to_pylist(), found["group"].to_pylist(), strict=True))


def _flat(column: Any) -> Any:
    return column.combine_chunks()


def _inherited(
    lost: list[dict[str, Any]], same_picture: Mapping[str, str], ids: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the pairs that go over to another artwork; what its features say holds for the same picture alone."""
    for gone in sorted(ids):
        mine = [line for line in lost if gone in {line["a"], line["b"]}]
        others = {(line["b"] if line["a"] == gone else line["a"]): line for line in mine}
        others = {other: line for other, line in others.items() if other not in ids}
        alike = sorted(other for other, line in others.items() if line["distance"] == 0)
        heir = same_picture.get(gone, alike[0] if alike else "")
        for other, line in sorted(others.items()) if heir else ():
            told = line if gone in same_picture else line | {"cosine": None}
            says = (told["distance"], told["mirrored_distance"], told["cosine"])
            if other != heir and any(one is not None for one in says):
                a, b = sorted((heir, other))
                yield told | {"a": a, "b": b}


@dataclass
class ShardPictures:
    """The pictures of a release by SHA-256, from its shards; one row group in memory."""

    release: Release
    _places: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    _held: tuple[tuple[str, int], list[Any]] = (("", 0), [])

    def __call__(self, sha256: str) -> tuple[bytes, str]:
        """Return a picture's bytes and the name that they have; raise ReleaseError where it is not there."""
        if not self._places:
            self._places.update(self._found())
        if sha256 not in self._places:
            raise ReleaseError(f"{self.release.folder} does not hold the picture {sha256}")
        path, group, row = self._places[sha256]
        if self._held[0] != (path, group):
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                images = file.read_row_group(group, columns=[IMAGE])[IMAGE].to_pylist()
            self._held = (path, group), images
        image = self._held[1][row]
        return image["bytes"], image["path"]

    def _found(self) -> Iterator[tuple[str, tuple[str, int, int]]]:
        """Yield where each picture lies, the first place last so that it is the one that holds."""
        places = []
        for shard in (shard for split in ALL_SPLITS for shard in self.release.shards(split)):
            with pq.ParquetFile(shard, page_checksum_verification=True) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group, columns=["image_sha256", "image_status"])
                    inside = bits(compute.equal(rows["image_status"], EMBEDDED))
                    for row in np.flatnonzero(inside).tolist():
                        sha256 = str(rows["image_sha256"][row].as_py())
                        places.append((sha256, (str(shard), group, row)))
        yield from reversed(places)
