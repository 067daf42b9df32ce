"""Check a release: every byte against its manifest, then every promise that a release makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.card import data_card
from omniart_data.release.contents import bits, check_census, leaves_to_train
from omniart_data.release.continuity import wrong_continuity
from omniart_data.release.croissant import croissant
from omniart_data.release.decoding import undecodable
from omniart_data.release.facts import COLUMNS as FACT_COLUMNS
from omniart_data.release.facts import Told, measure
from omniart_data.release.groups import same_picture_edges, view_edges
from omniart_data.release.labels import TASKS, label_index, wrong_ids
from omniart_data.release.ledger import current, wrong_lines
from omniart_data.release.manifest import (
    NAME,
    SEAL,
    Manifest,
    file_entry,
    read_manifest,
    wrong_files,
)
from omniart_data.release.near.check import COLUMNS as NEAR_COLUMNS
from omniart_data.release.near.check import wrong_pairs
from omniart_data.release.questions import wrong_questions
from omniart_data.release.read import ALL_SPLITS, Release
from omniart_data.release.rows import RowDigest, compute, count, first_of_each, order
from omniart_data.release.split import TENTHS
from omniart_data.release.values import COLUMNS as VALUE_COLUMNS
from omniart_data.release.values import wrong_values
from schemas.artwork import DROPPED, JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE, FLAGGED, LINK
from schemas.errors import ReleaseError
from schemas.release import (
    EMBEDDED,
    GROUP,
    IMAGE_STATUS,
    LABEL,
    LEDGER,
    NEAR,
    ROW,
    SPLITS,
    UNATTRIBUTED,
)
from schemas.rights import NO, policy

SIDE_TABLES = {
    "candidates": CANDIDATE,
    "dropped": DROPPED,
    "flagged": FLAGGED,
    "groups": GROUP,
    "judgements": JUDGEMENT,
    "labels": LABEL,
    "ledger": LEDGER,
    "links": LINK,
    "near": NEAR,
    "terms": TERM_USE,
}


@dataclass(frozen=True)
class VerifyReport:
    """What was looked at, and one line for each promise that is not kept."""

    files: int
    artworks: int
    failures: tuple[str, ...]


def verify_release(
    folder: Path, *, deep: bool = False, advance: Callable[[int], None] = lambda _: None
) -> VerifyReport:
    """Verify a release; it is sound when the report has no failures. Raises nothing for a broken one.

    ``deep`` also decodes every picture to its end, and tells ``advance`` how many at a time.

    Where a byte is not as the manifest says, that alone is reported: what the files hold would then
    prove nothing.
    """
    try:
        manifest = read_manifest(folder)
    except ReleaseError as broken:
        return VerifyReport(0, 0, (str(broken),))
    files = len(manifest.files) + len((NAME, SEAL))
    artworks = sum(manifest.tables[s].rows for s in ALL_SPLITS if s in manifest.tables)
    release = Release(folder, manifest)
    failures = tuple(_bytes(folder, manifest)) or tuple(_promises(release))
    if deep and not failures:
        failures = tuple(undecodable(release, advance))
    return VerifyReport(files, artworks, failures)


def _bytes(folder: Path, manifest: Manifest) -> Iterator[str]:
    wrong = wrong_files(folder, manifest)
    yield from wrong.values()
    for path, entry in manifest.files.items():
        if path in wrong:
            continue
        try:
            found = file_entry(folder / path)
        except OSError as refused:
            yield f"{path}: cannot be read: {refused.strerror}"
            continue
        if found != entry:
            yield f"{path}: its SHA-256 is {found.sha256}, not {entry.sha256}"


def _promises(release: Release) -> Iterator[str]:
    """Yield what is wrong with a release whose bytes are as its manifest says."""
    try:
        if misshapen := [*_schemas(release)]:
            yield from misshapen
            return
        yield from _digests(release)
        seen = _Seen(release)
        for check in CHECKS:
            yield from check(seen)
    except (pa.ArrowException, KeyError, ValueError, TypeError, OSError, ReleaseError) as wrong:
        yield f"cannot be read as a release: {type(wrong).__name__}: {' '.join(str(wrong).split())}"


def _schemas(release: Release) -> Iterator[str]:
    shards = {shard: ROW for split in ALL_SPLITS for shard in release.shards(split)}
    sides = {release.folder / f"{name}.parquet": schema for name, schema in SIDE_TABLES.items()}
    for path, schema in {**shards, **sides}.items():
        if not pq.read_schema(path).equals(schema):
            yield f"{path.name}: its columns are not those of a release"
    for split in ALL_SPLITS:
        names = [shard.name for shard in release.shards(split)]
        if names != [f"{split}-{n:05d}-of-{len(names):05d}.parquet" for n in range(len(names))]:
            yield f"{split}: its shards are not numbered through"
        if not names:
            yield f"{split}: it has no shard"


def _digests(release: Release) -> Iterator[str]:
    """Compare row digests, shard by shard and row group by row group; look at each picture's place."""
    for name in (*ALL_SPLITS, *SIDE_TABLES):
        shards = (
            release.shards(name) if name in ALL_SPLITS else [release.folder / f"{name}.parquet"]
        )
        digest = RowDigest()
        for shard in shards:
            with pq.ParquetFile(shard) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group)
                    digest.add(rows)
                    if name in ALL_SPLITS and _misplaced_pictures(rows):
                        yield f"{shard.name}: a picture is there, or is not, against its image_status"
        entry = release.manifest.tables[name]
        if (digest.rows, digest.hex) != (entry.rows, entry.digest):
            yield f"{name}: its rows are not those that the manifest names"


def _misplaced_pictures(rows: pa.Table) -> bool:
    body = compute.struct_field(rows["image"], "bytes")
    there = bits(compute.greater(compute.binary_length(body), 0))
    inside = bits(compute.equal(rows["image_status"], EMBEDDED))
    null = np.asarray(compute.is_null(rows["image"]), bool)
    return bool((there != inside).any() or (null == inside).any())


@dataclass(frozen=True)
class _Seen:
    """A release's tables, read once."""

    release: Release

    @cached_property
    def rows(self) -> pa.Table:
        """Return all rows, short of columns that no check reads, with ``file_split``."""
        others = ("object_number", "title", "judgements", "may_train", *NEAR_COLUMNS)
        columns = list(dict.fromkeys([*FACT_COLUMNS, *VALUE_COLUMNS, *others]))
        tables = []
        for split in ALL_SPLITS:
            table = self.release.table(split, columns=columns)
            name = pa.repeat(pa.scalar(split), table.num_rows)
            tables.append(table.append_column("file_split", name))
        return pa.concat_tables(tables).combine_chunks()

    @property
    def everybody(self) -> bool:
        """Say whether works without an artist were split too."""
        return bool(self.release.receipt["options"].get("split_unattributed"))

    @cached_property
    def splits(self) -> pa.Table:
        """Return the rows of the three splits."""
        return self.rows.filter(compute.not_equal(self.rows["file_split"], UNATTRIBUTED))

    def group_of(self, ids: Any) -> Any:
        """Return the group of each artwork that is named; null for one that is not there."""
        where = compute.index_in(ids, value_set=self.rows["id"].combine_chunks())
        return self.rows["group"].take(where)

    @cached_property
    def dropped(self) -> pa.Table:
        return self.release.side_table("dropped")

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return the facts, measured anew."""
        terms, labels = self.release.side_table("terms"), self.release.labels
        read = self.release.receipt["records_read"]
        side, release = self.release.side_table, self.release
        return measure(
            Told(
                rows=self.rows,
                dropped=self.dropped,
                terms=terms,
                labels=labels,
                records_read=read,
                near=side("near"),
                ledger=side("ledger"),
                options=release.receipt["options"],
                version=release.version,
            )
        )


def _ids(seen: _Seen) -> Iterator[str]:
    if len(compute.unique(seen.rows["id"])) != seen.rows.num_rows:
        yield "an id stands for several artworks"
    for split in ALL_SPLITS:
        rows = seen.rows.filter(compute.equal(seen.rows["file_split"], split)).select(["id"])
        if not order(rows, "id")["id"].equals(rows["id"]):
            yield f"{split}: its rows are not sorted by id"


def _census(seen: _Seen) -> Iterator[str]:
    try:
        check_census(seen.release.receipt["records_read"], seen.rows, seen.dropped)
    except ReleaseError as wrong:
        yield str(wrong)


def _sides(seen: _Seen) -> Iterator[str]:
    if not bits(compute.equal(seen.rows["split"], seen.rows["file_split"])).all():
        yield "the column split does not say in which split's file a row is"
    if seen.splits["artist"].null_count and not seen.everybody:
        yield f"{seen.splits['artist'].null_count} artworks in the splits have no artist"
    rest = seen.rows.filter(compute.equal(seen.rows["file_split"], UNATTRIBUTED))
    if rest.num_rows and seen.everybody:
        yield "an artwork is in no split, and all were to be split"
    if rest.num_rows - rest["artist"].null_count:
        yield "an artwork with an artist is in unattributed"
    sides = seen.splits.group_by("group").aggregate([("split", "count_distinct")])
    torn = sides.filter(compute.greater(sides["split_count_distinct"], 1))
    for group in sorted(map(str, torn["group"].to_pylist()))[:3]:
        yield f"group {group} is on several sides; such groups: {torn.num_rows}"


def _groups(seen: _Seen) -> Iterator[str]:
    links = seen.release.side_table("links")
    bound = (
        (same_picture_edges(seen.rows), "have the same picture"),
        (view_edges(seen.rows), "are views of one object"),
        (links.filter(links["applied"]), "are linked as one work"),
        (_binding(seen, links), "may be one work, which nobody has decided,"),
    )
    for edges, what in bound:
        a, b = (seen.group_of(edges[end]) for end in ("a", "b"))
        apart = np.flatnonzero(~bits(compute.equal(a, b)))
        if len(apart):
            one, other = (edges[end][int(apart[0])].as_py() for end in ("a", "b"))
            yield f"{one} and {other} {what} and are not one group"
    rows = order(seen.rows.select(["id", "group"]), "id")
    if not rows["id"].take(first_of_each(rows["group"])).equals(rows["group"]):
        yield "a group is not named by the least id among its members"
    sizes = rows.group_by("group").aggregate([([], "count_all")])
    several = sizes.filter(compute.greater(sizes["count_all"], 1))["group"].combine_chunks()
    listed = rows.filter(compute.is_in(rows["group"], value_set=several))
    told = order(seen.release.side_table("groups").select(["id", "group"]), "id")
    if not told.cast(listed.schema).combine_chunks().equals(listed.combine_chunks()):
        yield "groups.parquet does not list the groups of several artworks"


def _binding(seen: _Seen, links: pa.Table) -> pa.Table:
    """Return the links that nobody has decided on, without those between sides that earlier releases gave.

    What is not decided moves no artwork: ``undecided.undecided_edges``.
    """
    links = links.filter(compute.invert(links["applied"]))
    ledger = seen.release.ledger
    older = ledger.filter(compute.not_equal(ledger["since"], seen.release.version))["id"]
    kept = seen.splits.filter(
        compute.is_in(seen.splits["id"], value_set=older.combine_chunks())
    ).select(["group", "split"])
    names = kept["group"].combine_chunks()
    a, b = (
        kept["split"].take(compute.index_in(seen.group_of(links[end]), value_set=names))
        for end in ("a", "b")
    )
    return links.filter(pa.array(~bits(compute.not_equal(a, b))))


def _open(seen: _Seen) -> Iterator[str]:
    yield from wrong_questions(seen.release, seen.rows["id"])
    told = seen.release.receipt["decisions"]["flagged"]
    if told != seen.release.manifest.tables["flagged"].rows:
        yield "receipt.json: so many decisions were not applied as flagged.parquet does not have"


def _values(seen: _Seen) -> Iterator[str]:
    yield from wrong_values(seen.rows)


def _shares(seen: _Seen) -> Iterator[str]:
    """Check 70/20/10 where nothing but this release decided: artists whose works are all new in it.

    A group goes whole to one split, so an artist's shares may be off by twice the works of the largest
    (``split.assign_splits`` puts the largest first, where most is wanted: it is over by less than one
    group, and short by less than two). Of an artist who shares a group with another, nothing is said.
    """
    named = seen.splits.filter(compute.is_valid(seen.splits["artist"]))
    works = {artist: n for (artist,), n in count(named, "artist").items()}
    told = named.select(["artist", "artist_works"]).group_by(["artist", "artist_works"])
    if {(w["artist"], w["artist_works"]) for w in told.aggregate([]).to_pylist()} != set(
        works.items()
    ):
        yield "artist_works is not the number of an artist's works in the splits"
    rows, ledger = seen.splits.select(["id", "artist", "group"]), current(seen.release.ledger)
    where = compute.index_in(rows["id"], value_set=ledger["id"].combine_chunks())
    is_new = bits(compute.equal(ledger["since"].take(where), seen.release.version))
    exempt = set(compute.unique(rows.filter(pa.array(~is_new))["artist"]).to_pylist())
    sizes = rows.group_by(["group", "artist"]).aggregate([([], "count_all")])
    shared = sizes.group_by("group").aggregate([([], "count_all")])
    shared = shared.filter(compute.greater(shared["count_all"], 1))["group"].combine_chunks()
    in_shared = sizes.filter(compute.is_in(sizes["group"], value_set=shared))
    exempt.update(compute.unique(in_shared["artist"]).to_pylist())
    most = sizes.group_by("artist").aggregate([("count_all", "max")])
    largest = dict(zip(most["artist"].to_pylist(), most["count_all_max"].to_pylist(), strict=True))
    found = count(seen.splits, "artist", "split")
    for artist, total in works.items():
        has = np.array([found.get((artist, split), 0) for split in SPLITS])
        slack = 1 if largest[artist] == 1 else 2 * largest[artist] + 1
        if artist not in exempt and (np.abs(10 * has - TENTHS * total) >= 10 * slack).any():
            yield f"{artist}: {', '.join(map(str, has))} works are not 70/20/10"


def _ledger(seen: _Seen) -> Iterator[str]:
    ledger = current(seen.release.ledger)
    ids = ledger["id"].combine_chunks()
    yield from wrong_lines(seen.release.ledger)
    given = ledger["split"].take(compute.index_in(seen.splits["id"], value_set=ids))
    wrong = seen.splits["id"].filter(pa.array(~bits(compute.equal(given, seen.splits["split"]))))
    if len(wrong):
        first = compute.min(wrong).as_py()
        yield f"{len(wrong)} artworks are not where the ledger has them; the first: {first}"


def _labels(seen: _Seen) -> Iterator[str]:
    labels = seen.release.labels
    for task in TASKS:
        numbers = labels.filter(compute.equal(labels["task"], task))["number"].to_pylist()
        if numbers != list(range(len(numbers))):
            yield f"labels.parquet: the numbers of {task} do not run from 0, each once"
    yield from wrong_ids(labels)
    terms = seen.release.side_table("terms")
    if not label_index(seen.rows, terms, labels).equals(labels):
        yield (
            "labels.parquet: a label is missing, its counts are not those of the rows, "
            "or matched is not what terms.parquet says"
        )


def _judgements(seen: _Seen) -> Iterator[str]:
    numbers = seen.release.side_table("judgements")["number"]
    pointed = compute.unique(compute.list_flatten(seen.rows["judgements"]))
    if not bits(compute.is_in(pointed, value_set=numbers.combine_chunks())).all():
        yield "an artwork points to a judgement that is not there"
    if len(compute.unique(numbers)) != len(numbers):
        yield "judgements.parquet: a number stands twice"


def _rights(seen: _Seen) -> Iterator[str]:
    for (status,) in count(seen.rows, "image_status"):
        if status not in IMAGE_STATUS:
            yield f"image_status {status!r} is not one that there is"
    embedded = seen.rows.filter(compute.equal(seen.rows["image_status"], EMBEDDED))
    for (rights, source), n in count(embedded, "rights", "source").items():
        if not policy(rights, source).may_pass_on:
            yield f"{n} pictures of {source} under {rights or 'no stated rights'} may not be passed on"
    had = seen.rows.filter(compute.is_valid(seen.rows["image_sha256"]))
    for (rights, source), n in count(had, "rights", "source").items():
        if policy(rights, source).may_keep == NO:
            yield f"{n} pictures of {source} under {rights or 'no stated rights'} may not be kept"
    if not leaves_to_train(seen.rows).equals(seen.rows["may_train"].combine_chunks()):
        yield "may_train is not what the rights of the pictures say"


def _facts(seen: _Seen) -> Iterator[str]:
    told = seen.release.facts
    for name in sorted({*told, *seen.facts}):
        if told.get(name) != seen.facts.get(name):
            yield f"facts.json: {name} is not what the tables give"


def _pages(seen: _Seen) -> Iterator[str]:
    """Make card and Croissant file again: both are made of facts, receipt and manifest alone."""
    release = seen.release
    told = release.version, release.facts, release.receipt
    if (release.folder / "README.md").read_text(encoding="utf-8") != data_card(*told):
        yield "README.md is not what facts.json and receipt.json give"
    if (release.folder / "croissant.json").read_bytes() != croissant(*told, release.manifest.files):
        yield "croissant.json is not what facts.json, receipt.json and the files give"


def _near(seen: _Seen) -> Iterator[str]:
    yield from wrong_pairs(seen.release.side_table("near"), seen.rows)


def _continuity(seen: _Seen) -> Iterator[str]:
    yield from wrong_continuity(seen.release)


CHECKS: tuple[Callable[[_Seen], Iterator[str]], ...] = (
    *(_ids, _census, _values, _sides, _open, _groups, _near, _shares, _ledger),
    *(_continuity, _labels, _judgements, _rights, _facts, _pages),
)
"""Every promise of a release, in the order in which failures are told."""
