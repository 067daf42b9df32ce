"""Write a release: under a temporary name, the manifest last, then one rename."""

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.card import data_card
from omniart_data.release.contents import GIVEN_SPLITS, Composed, Contents, bits, compose
from omniart_data.release.croissant import croissant
from omniart_data.release.diff import (
    Difference,
    changelog_lines,
    difference,
    numbers,
    side_of,
    side_of_tables,
    told,
    version_after,
)
from omniart_data.release.facts import ALL, COLUMNS, Told, measure
from omniart_data.release.labels import label_index
from omniart_data.release.ledger import extend_ledger
from omniart_data.release.leftovers import remove_leftovers
from omniart_data.release.manifest import (
    NAME,
    SEAL,
    FileEntry,
    Manifest,
    TableEntry,
    as_json,
    file_entry,
    seal_of,
)
from omniart_data.release.read import Release
from omniart_data.release.report import Shown, report_page
from omniart_data.release.rows import BATCH_ROWS, RowDigest, batches, compute
from schemas.errors import ReleaseError, StoreError
from schemas.release import EMBEDDED, IMAGE, ROW, SPLITS, UNATTRIBUTED

log = logging.getLogger(__name__)

SHARD_BYTES = 500_000_000
PICTURE_ROWS = 256
"""Rows in a row group that holds pictures, at most: what a reader of pictures must hold at a time."""
PICTURE_BYTES = 64_000_000
"""Bytes of pictures after which a row group is closed all the same: what the writer must hold."""

PARQUET: Mapping[str, Any] = {"compression": "zstd", "write_page_checksum": True}
"""How tables are written; with a checksum in each page, a reader sees damage where it reads."""

SHARD = ROW.with_metadata({"huggingface": '{"info": {"features": {"image": {"_type": "Image"}}}}'})
"""The schema of a shard; by what is noted in it `datasets` shows the column ``image`` as pictures."""

COMPOSED_TABLES = (
    *("dropped", "judgements", "terms", "groups"),
    *("candidates", "links", "flagged", "near"),
)
"""The tables beside data/ that are written as they are composed; labels and ledger are those of ``Prepared``."""

MADE_WITH = ("omniart-data", "pyarrow", "numpy", "pillow", "nltk", "rapidfuzz", "iconclass")
"""Packages whose version a release's bytes can hang on."""

Picture = Callable[[str], tuple[bytes, str]]


@dataclass(frozen=True)
class Prepared:
    """A release that is composed and has its version, and is not written yet.

    ``change`` is what differs from the release before; None: it is the first.
    """

    contents: Contents
    composed: Composed
    labels: pa.Table
    ledger: pa.Table
    version: str
    change: Difference | None

    @property
    def tables(self) -> dict[str, pa.Table]:
        """Return the tables beside data/ by name, in the order in which they are written."""
        composed = {name: getattr(self.composed, name) for name in COMPOSED_TABLES}
        return composed | {"ledger": self.ledger, "labels": self.labels}


def write_release(contents: Contents, folder: Path, *, version: str = "") -> Manifest:
    """Write a release and return its manifest; the folder is there whole or not at all.

    The same contents give the same bytes. Without ``version`` it is the one that follows from what differs from
    the release before. Raises ReleaseError where the folder exists or the contents do not add up, UsageError for
    a version that is not X.Y.Z or too low, StoreError where the disk refuses.
    """
    check_absent(folder)
    return write_prepared(prepare(contents, version), folder)


def prepare(contents: Contents, version: str = "") -> Prepared:
    """Compose a release, compare it with the one before, and give it its version.

    Nothing but the ledger hangs on the version, so it is made when the version is known.
    """
    if version:
        numbers(version)
    before = contents.previous
    composed = compose(contents)
    labels = label_index(
        composed.rows, composed.terms, before.labels if before else None, contents.term_ids
    )
    change = changed(before, composed, labels, contents) if before else None
    version = version_after(change, version)
    given = composed.rows.select(["id", "split"])
    ledger = extend_ledger(before.ledger if before else None, given, version)
    change = replace(change, new=version) if change else None
    return Prepared(contents, composed, labels, ledger, version, change)


def changed(
    before: Release, composed: Composed, labels: pa.Table, contents: Contents
) -> Difference:
    """Return what differs from the release before."""
    tables = {name: getattr(composed, name) for name in COMPOSED_TABLES} | {"labels": labels}
    now = side_of_tables(composed.rows, tables, image_px=contents.options.get("image_px"))
    return difference(side_of(before), now)


def write_prepared(release: Prepared, folder: Path) -> Manifest:
    """Write a release that is prepared, and return its manifest."""
    check_absent(folder)
    with _draft(folder) as draft:
        _fill(draft, release)
        manifest = Manifest(release.version, dict(sorted(draft.files.items())), draft.tables)
        draft.write(NAME, manifest.to_bytes())
        draft.write(SEAL, seal_of(manifest.to_bytes()).encode())
    log.info("%s: release %s, id %s", folder, release.version, manifest.digest)
    return manifest


def check_absent(folder: Path) -> None:
    """Raise ReleaseError where anything has the folder's name."""
    if os.path.lexists(folder):
        raise ReleaseError(f"{folder} is there already, and a release is never overwritten")


@dataclass
class _Draft:
    """A folder under its temporary name, and what has been written into it."""

    folder: Path
    files: dict[str, FileEntry] = field(default_factory=dict)
    tables: dict[str, TableEntry] = field(default_factory=dict)

    def write(self, name: str, body: bytes) -> None:
        (self.folder / name).write_bytes(body)
        self.enter(name)

    def enter(self, name: str) -> None:
        _to_disk(self.folder / name)
        self.files[name] = file_entry(self.folder / name)

    def write_table(self, name: str, table: pa.Table) -> None:
        path = f"{name}.parquet"
        pq.write_table(table, self.folder / path, row_group_size=BATCH_ROWS, **PARQUET)
        digest = RowDigest()
        digest.add(table)
        self.enter(path)
        self.tables[name] = TableEntry(digest.rows, digest.hex)

    def write_split(self, split: str, rows: pa.Table, picture: Picture) -> None:
        """Write a split's shards; their number is in their names, so they are named at the end."""
        digest = RowDigest()
        groups = row_groups(rows, picture)
        unnamed: list[Path] = []
        group = next(groups, None)
        while not unnamed or group is not None:
            path = self.folder / "data" / f"{split}.{len(unnamed)}"
            unnamed.append(path)
            with path.open("wb") as file, pq.ParquetWriter(file, SHARD, **PARQUET) as shard:
                while group is not None and file.tell() < SHARD_BYTES:
                    digest.add(group)
                    shard.write_table(group, row_group_size=group.num_rows)
                    group = next(groups, None)
        for number, path in enumerate(unnamed):
            name = f"data/{split}-{number:05d}-of-{len(unnamed):05d}.parquet"
            path.rename(self.folder / name)
            self.enter(name)
        self.tables[split] = TableEntry(digest.rows, digest.hex)


def row_groups(rows: pa.Table, picture: Picture) -> Iterator[pa.Table]:
    """Yield the rows with their pictures, in groups that fit in memory whatever the pictures weigh."""
    embedded = bits(compute.equal(rows["image_status"], EMBEDDED))
    if not embedded.any():
        for batch in batches(rows):
            yield _with_images(batch, [None] * batch.num_rows)
        return
    images: list[dict[str, Any] | None] = []
    start = size = 0
    for sha256, inside in zip(rows["image_sha256"].to_pylist(), embedded, strict=True):
        body, name = picture(str(sha256)) if inside else (b"", "")
        images.append({"bytes": body, "path": name} if inside else None)
        size += len(body)
        if len(images) == PICTURE_ROWS or size >= PICTURE_BYTES:
            yield _with_images(rows.slice(start, len(images)), images)
            start, size, images = start + len(images), 0, []
    if images:
        yield _with_images(rows.slice(start, len(images)), images)


def _with_images(rows: pa.Table, images: list[dict[str, Any] | None]) -> pa.Table:
    return rows.append_column(ROW.field("image"), pa.array(images, IMAGE)).cast(ROW)


def _fill(draft: _Draft, release: Prepared) -> None:
    contents, composed, version = release.contents, release.composed, release.version
    (draft.folder / "data").mkdir()
    for split in (*SPLITS, UNATTRIBUTED):
        chosen = composed.rows.filter(compute.equal(composed.rows["split"], split))
        draft.write_split(split, chosen.combine_chunks(), contents.picture)
    for name, table in release.tables.items():
        draft.write_table(name, table)
    receipt = _receipt(contents)
    facts = _facts(release, receipt)
    draft.write("facts.json", as_json(facts, sort_keys=False))
    draft.write("receipt.json", as_json(receipt))
    draft.write("README.md", data_card(version, facts, receipt).encode())
    draft.write("CHANGELOG.md", _changelog(release, facts, receipt).encode())
    shown = Shown(
        version=version,
        facts=facts,
        receipt=receipt,
        rows=composed.rows,
        dropped=composed.dropped,
        near=composed.near,
        picture=contents.picture,
        change=told(release.change) if release.change else None,
    )
    draft.write("report.html", report_page(shown).encode())
    draft.write("croissant.json", croissant(version, facts, receipt, draft.files))


def _facts(release: Prepared, receipt: Mapping[str, Any]) -> dict[str, Any]:
    composed = release.composed
    return measure(
        Told(
            rows=composed.rows.select(list(COLUMNS)),
            dropped=composed.dropped,
            terms=composed.terms,
            labels=release.labels,
            records_read=release.contents.records_read,
            near=composed.near,
            ledger=release.ledger,
            options=receipt["options"],
            version=release.version,
        )
    )


def _receipt(contents: Contents) -> dict[str, Any]:
    """Return what the release was made of and with what; no time, no path, no machine."""
    before = contents.previous
    inputs = sorted((asdict(i) for i in contents.inputs), key=lambda i: tuple(map(str, i.values())))
    return {
        "inputs": inputs,
        "records_read": dict(contents.records_read),
        "options": dict(contents.options) | _given(contents),
        "credits": dict(contents.credits),
        "notes": list(contents.notes),
        "seed": contents.seed,
        "decisions": {
            "applied": contents.decisions - contents.flagged.num_rows,
            "flagged": contents.flagged.num_rows,
        },
        "drift": dict(contents.drift),
        "made_with": {package: installed(package) for package in MADE_WITH},
        "previous": {"version": before.version, "digest": before.digest} if before else None,
    }


def _given(contents: Contents) -> dict[str, bool]:
    """Return the options that say that the splits were given, and to everybody."""
    given = contents.given_splits is not None
    return {GIVEN_SPLITS: True, "split_unattributed": True} if given else {}


def _changelog(release: Prepared, facts: Mapping[str, Any], receipt: Mapping[str, Any]) -> str:
    """Return what the release says of its changes, above what the one before said of its own."""
    census = facts["census"]["rows"][ALL]
    in_splits = sum(census[split] for split in SPLITS)
    counted = f"{in_splits:,} artworks in the splits, {census[UNATTRIBUTED]:,} unattributed"
    lines = [f"{counted}, {census['dropped']:,} records dropped"]
    previous, earlier = release.contents.previous, ""
    if previous is None or release.change is None:
        lines.append("the first release")
    else:
        lines += changelog_lines(release.change)
        body = (previous.folder / "CHANGELOG.md").read_text(encoding="utf-8")
        earlier = f"\n{body.removeprefix(HEADING)}"
    lines += _decided(receipt["decisions"], receipt["drift"])
    text = "".join(f"- {line[:1].upper()}{line[1:]}.\n" for line in lines)
    return f"{HEADING}## {release.version}\n\n{text}{earlier}"


def _decided(decisions: Mapping[str, int], drift: Mapping[str, Any]) -> Iterator[str]:
    """Yield what people decided, and whether they accepted that more of the museums' words are unmatched."""
    if any(decisions.values()):
        yield f"decisions: {decisions['applied']:,} applied, {decisions['flagged']:,} not applied (flagged.parquet)"
    if drift.get("accepted"):
        yield f"more unmatched words were accepted: {'; '.join(drift['accepted'])}"


HEADING = "# Changelog\n\n"


@contextmanager
def _draft(folder: Path) -> Iterator[_Draft]:
    """Give a draft that takes the folder's name when all went well, and else is gone."""
    prefix = f"{folder.name}.partial-"
    hidden = folder.with_name(f"{prefix}{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder.parent, prefix)
        hidden.mkdir()
        yield (draft := _Draft(hidden))
        for inner in (hidden / "data", hidden):
            _to_disk(inner)
        if os.path.lexists(folder):
            raise ReleaseError(f"{folder} has come to be meanwhile; it is left as it is")
        hidden.rename(folder)
        _to_disk(folder.parent)
        draft.folder = folder
    except OSError as refused:
        raise _disk_error(folder, refused) from refused
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _disk_error(folder: Path, refused: OSError) -> StoreError:
    if refused.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreError(
            f"{folder} does not fit on the disk: make room and start again, nothing half written stays"
        )
    return StoreError(f"{folder} cannot be written: {refused.strerror or refused}")


def _to_disk(path: Path) -> None:
    """Wait until a file or a folder's list of names is on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
