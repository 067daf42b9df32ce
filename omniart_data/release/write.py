"""Write a release: under a temporary name, the manifest last, then one rename."""

import errno
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.card import data_card
from omniart_data.release.changes import COLUMNS as CHANGED
from omniart_data.release.changes import changes, decided
from omniart_data.release.contents import Composed, Contents, bits, compose
from omniart_data.release.croissant import croissant
from omniart_data.release.facts import ALL, COLUMNS, Told, measure
from omniart_data.release.labels import label_index
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
from omniart_data.release.read import came_and_went
from omniart_data.release.report import Shown, report_page
from omniart_data.release.rows import BATCH_ROWS, RowDigest, batches, compute
from schemas.errors import ReleaseError, StoreError, UsageError
from schemas.release import EMBEDDED, IMAGE, ROW, SPLITS, UNATTRIBUTED

log = logging.getLogger(__name__)

SHARD_BYTES = 500_000_000
PICTURE_ROWS = 256
"""Rows in a row group that holds pictures, at most: what a reader of pictures must hold at a time."""
PICTURE_BYTES = 64_000_000
"""Bytes of pictures after which a row group is closed all the same: what the writer must hold."""

PARQUET: Mapping[str, Any] = {"compression": "zstd", "write_page_checksum": True}
"""How tables are written; with a checksum in each page, a reader sees damage where it reads."""

SIDE_TABLES = (
    *("dropped", "judgements", "terms", "groups", "ledger"),
    *("candidates", "links", "flagged", "near"),
)
"""The tables beside data/ that are written as they are composed."""

MADE_WITH = ("omniart-data", "pyarrow", "numpy", "pillow", "nltk", "rapidfuzz", "iconclass")
"""Packages whose version a release's bytes can hang on."""

Picture = Callable[[str], tuple[bytes, str]]


def write_release(contents: Contents, folder: Path, *, version: str) -> Manifest:
    """Write a release and return its manifest; the folder is there whole or not at all.

    The same contents give the same bytes. Raises ReleaseError where the folder exists or the contents
    do not add up, UsageError for a version that is not X.Y.Z, StoreError where the disk refuses.
    """
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version):
        raise UsageError(f"{version!r} is not a version: it must be three numbers, such as 1.0.0")
    if os.path.lexists(folder):
        raise ReleaseError(f"{folder} is there already, and a release is never overwritten")
    composed = compose(contents, version)
    with _draft(folder) as draft:
        _fill(draft, contents, composed, version)
        manifest = Manifest(version, dict(sorted(draft.files.items())), draft.tables)
        draft.write(NAME, manifest.to_bytes())
        draft.write(SEAL, seal_of(manifest.to_bytes()).encode())
    log.info("%s: release %s, id %s", folder, version, manifest.digest)
    return manifest


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
            with path.open("wb") as file, pq.ParquetWriter(file, ROW, **PARQUET) as shard:
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


def _fill(draft: _Draft, contents: Contents, composed: Composed, version: str) -> None:
    (draft.folder / "data").mkdir()
    for split in (*SPLITS, UNATTRIBUTED):
        chosen = composed.rows.filter(compute.equal(composed.rows["split"], split))
        draft.write_split(split, chosen.combine_chunks(), contents.picture)
    previous = contents.previous.labels if contents.previous else None
    labels = label_index(composed.rows, composed.terms, previous, contents.term_ids)
    for name in SIDE_TABLES:
        draft.write_table(name, getattr(composed, name))
    draft.write_table("labels", labels)
    rows = composed.rows.select(list(COLUMNS))
    receipt = _receipt(contents)
    facts = measure(
        Told(
            rows=rows,
            dropped=composed.dropped,
            terms=composed.terms,
            labels=labels,
            records_read=contents.records_read,
            near=composed.near,
            ledger=composed.ledger,
            options=receipt["options"],
            version=version,
        )
    )
    draft.write("facts.json", as_json(facts, sort_keys=False))
    draft.write("receipt.json", as_json(receipt))
    draft.write("README.md", data_card(version, facts, receipt).encode())
    told = _changelog(contents, composed.rows, facts, receipt, version)
    draft.write("CHANGELOG.md", told.encode())
    shown = Shown(
        version=version,
        facts=facts,
        receipt=receipt,
        rows=composed.rows,
        dropped=composed.dropped,
        near=composed.near,
        picture=contents.picture,
    )
    draft.write("report.html", report_page(shown).encode())
    draft.write("croissant.json", croissant(version, facts, receipt, draft.files))


def _receipt(contents: Contents) -> dict[str, Any]:
    """Return what the release was made of and with what; no time, no path, no machine."""
    before = contents.previous
    inputs = sorted((asdict(i) for i in contents.inputs), key=lambda i: tuple(map(str, i.values())))
    return {
        "inputs": inputs,
        "records_read": dict(contents.records_read),
        "options": dict(contents.options),
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


def _changelog(
    contents: Contents, rows: pa.Table, facts: dict[str, Any], receipt: dict[str, Any], version: str
) -> str:
    census = facts["census"]["rows"][ALL]
    in_splits = sum(census[split] for split in SPLITS)
    counted = f"{in_splits:,} artworks in the splits, {census[UNATTRIBUTED]:,} unattributed"
    lines = [f"{counted}, {census['dropped']:,} records dropped"]
    decisions, drift = receipt["decisions"], receipt["drift"]
    previous = contents.previous
    if previous is None:
        lines += ["the first release", *decided(decisions, drift)]
        earlier = ""
    else:
        lines.append(came_and_went(previous, rows["id"]))
        before = previous.table(columns=CHANGED)
        lines += changes(before, rows.select(CHANGED), decisions, drift)
        body = (previous.folder / "CHANGELOG.md").read_text(encoding="utf-8")
        earlier = f"\n{body.removeprefix(HEADING)}"
    text = "".join(f"- {line[:1].upper()}{line[1:]}.\n" for line in lines)
    return f"{HEADING}## {version}\n\n{text}{earlier}"


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
