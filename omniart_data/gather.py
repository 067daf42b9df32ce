"""From what museums sent, in bulk files or in the raw store, to one table of records."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

import pyarrow as pa

from crawlers import SOURCES
from crawlers.dump_files import check_readable, file_sha256
from crawlers.engine.source import Bulk, Source
from crawlers.engine.store import RawStore
from crawlers.local import Local
from omniart_data.release import Input
from schemas.artwork import DROPPED
from schemas.errors import RecordError, SourceError, UsageError
from schemas.raw import RawRecord, newest_of_each_kind
from schemas.record import RECORD, Record, to_batch

BATCH = 10_000
"""Records that are turned into one Arrow batch: a few MB, so that reading stays flat in memory."""

TAKEDOWN = "takedown"
"""The rule by which what was taken down is dropped."""

NOBODY: Mapping[str, str] = MappingProxyType({})

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Dump:
    """A bulk file that was downloaded before, and the source that wrote it."""

    source: str
    path: Path
    reader: Source | Local

    @property
    def files(self) -> list[Path]:
        """Return the file, or all files of a folder in order of name."""
        files = sorted(self.path.rglob("*")) if self.path.is_dir() else [self.path]
        return [file for file in files if file.is_file()]

    @property
    def size_bytes(self) -> int:
        """Return how large the files are together."""
        return sum(file.stat().st_size for file in self.files)

    @property
    def credit(self) -> tuple[str, str]:
        """Return the source's name in the records, and its attribution line."""
        if isinstance(self.reader, Local):
            mapping = self.reader.load(self.path)
            return mapping.source, mapping.attribution
        return self.reader.name, self.reader.attribution


@dataclass
class Gathered:
    """Every statement that was read, every one that could not be, and how many there were by source."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    unreadable: list[dict[str, object]] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    inputs: list[Input] = field(default_factory=list)
    taken_down: Mapping[str, str] = field(default_factory=dict)
    """Artworks that no release may hold, by id, each with the reason: their records are dropped however they come."""

    def add(self, found: pa.RecordBatch | RecordError, source: str) -> int:
        """Take a batch of records or one that could not be read; return how many that was."""
        if isinstance(found, RecordError):
            self.unreadable.append(_unreadable(found, source, self.taken_down))
            self.read[_source_of(found, source)] += 1
            return 1
        if (left := self._without_taken_down(found)).num_rows:
            self.batches.append(left)
        for name in found.column("source").dictionary_encode().dictionary.to_pylist():
            source = str(name)
        rows: int = found.num_rows
        self.read[source] += rows
        return rows

    def _without_taken_down(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the records of a batch that are not taken down; the others are dropped."""
        if not self.taken_down:
            return batch
        columns = (batch.column(name).to_pylist() for name in ("source", "source_id", "evidence"))
        kept = []
        for source, source_id, evidence in zip(*columns, strict=True):
            reason = self.taken_down.get(f"{source}:{source_id}")
            kept.append(reason is None)
            if reason is not None:
                row = _taken_down(str(source), str(source_id), reason)
                self.unreadable.append(row | {"evidence": evidence})
        return batch if all(kept) else batch.filter(pa.array(kept))

    @property
    def records(self) -> pa.Table:
        """Return all records as one table."""
        return pa.Table.from_batches(self.batches, schema=RECORD)

    def handed_over(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches in order, letting go of each: who takes them in holds the only copy."""
        self.batches.reverse()
        while self.batches:
            yield self.batches.pop()

    @property
    def dropped(self) -> pa.Table:
        """Return what could not be read, with field and evidence, and what was taken down."""
        return pa.Table.from_pylist(self.unreadable, schema=DROPPED)


def _source_of(error: RecordError, source: str) -> str:
    """Return the source that an error names: a local collection knows its name only when it is read."""
    named = error.where.partition(":")[0]
    return named if named.startswith("local-") else source


def _taken_down(source: str, source_id: str, reason: str) -> dict[str, object]:
    return {"source": source, "source_id": source_id, "rule": TAKEDOWN, "reason": reason}


def _unreadable(
    error: RecordError, source: str, taken_down: Mapping[str, str]
) -> dict[str, object]:
    source_id = error.where.partition(":")[2]
    if reason := taken_down.get(f"{_source_of(error, source)}:{source_id}"):
        evidence = {"sha256": error.sha256, "number": error.number}
        return _taken_down(_source_of(error, source), source_id, reason) | {"evidence": evidence}
    return {
        "source": _source_of(error, source),
        "source_id": "" if "#" in source_id else source_id,
        "rule": "read",
        "reason": f"{error.field} is {error.found!r}"[:300],
        "evidence": {"sha256": error.sha256, "number": error.number},
    }


def parse_dump(text: str, mapping: Path | None = None) -> Dump:
    """Read ``SOURCE=PATH`` from the command line; raise UsageError for an unknown source or no path."""
    source, equals, path = text.partition("=")
    names = [*SOURCES, "local"]
    if not equals or not path:
        raise UsageError(f"--from {text}: write SOURCE=PATH, with SOURCE one of {', '.join(names)}")
    if source not in names:
        raise UsageError(f"--from {text}: {source!r} is no source; there are {', '.join(names)}")
    if source == "local":
        return Dump(source, Path(path), Local(mapping))
    return Dump(source, Path(path), SOURCES[source])


def gather_dumps(
    dumps: Sequence[Dump], progress: Progress, taken_down: Mapping[str, str] = NOBODY
) -> Gathered:
    """Read bulk files, in the order given; raise UsageError or SourceError for one that is unsound."""
    gathered = Gathered(taken_down=taken_down)
    for dump in dumps:
        records = 0
        for found in dump.reader.read_dump(dump.path):
            count = gathered.add(found, dump.source)
            records += count
            progress(count)
        gathered.inputs.append(_input_of(dump, records))
    return gathered


def check_dumps(dumps: Sequence[Dump]) -> None:
    """Refuse a file that is not there or cannot be read, a file that is given twice, and two collections of one name, whose ids would be mixed up."""
    paths, names = Counter[tuple[str, Path]](), Counter[str]()
    for dump in dumps:
        check_readable(dump.path)
        paths[dump.source, dump.path.resolve()] += 1
        if paths[dump.source, dump.path.resolve()] > 1:
            raise UsageError(f"--from {dump.source}={dump.path} is given twice")
        name = dump.credit[0]
        names[name] += isinstance(dump.reader, Local)
        if names[name] > 1:
            raise UsageError(
                f"--from local={dump.path}: another collection here is called {name}, too"
            )


def _input_of(dump: Dump, records: int) -> Input:
    """Describe a bulk file by its bytes, a folder by the bytes of all its files in order of name."""
    hashes = [file_sha256(file) for file in dump.files]
    together = (
        hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    )
    return Input(dump.source, dump.path.resolve().name, together, dump.size_bytes, records)


def gather_store(
    store: RawStore,
    sources: Mapping[str, Source],
    progress: Progress,
    taken_down: Mapping[str, str] = NOBODY,
) -> Gathered:
    """Read all that the raw store holds of these sources: bulk files, then every statement."""
    gathered = Gathered(taken_down=taken_down)
    for name, source in sources.items():
        bulk = store.bulk(name)
        if bulk is not None:
            _gather_bulk(gathered, source, bulk, progress)
        before = gathered.read[name]
        held = _Held()
        for batch in _batches(_read_all(store, source, gathered, held), BATCH):
            progress(gathered.add(to_batch(batch), name))
        records = gathered.read[name] - before
        gathered.inputs.append(
            Input(name, "raw store", held.sha256.hexdigest(), held.size_bytes, records)
        )
    return gathered


def _gather_bulk(gathered: Gathered, source: Source, bulk: Bulk, progress: Progress) -> None:
    """Read the bulk file that a crawl brought; where a live answer speaks of the same object, it wins."""
    check_readable(bulk.path)
    before = gathered.read[source.name]
    for found in source.read_dump(bulk.path):
        progress(gathered.add(found, source.name))
    records = gathered.read[source.name] - before
    size_bytes, file_name = bulk.path.stat().st_size, PurePosixPath(urlsplit(bulk.url).path).name
    gathered.inputs.append(Input(source.name, file_name, bulk.sha256, size_bytes, records))


class _Held:
    """What the raw store holds of one source: its records' hashes, hashed, and their size."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0

    def add(self, raw: RawRecord) -> None:
        self.sha256.update(f"{raw.source_id} {raw.sha256} {raw.withdrawn}\n".encode())
        self.size_bytes += len(raw.body)


def _read_all(store: RawStore, source: Source, gathered: Gathered, held: _Held) -> Iterator[Record]:
    for raws in store.records(source.name):
        for raw in sorted(raws, key=lambda raw: (raw.kind, raw.sha256)):  # however they came in
            held.add(raw)
        for statement in _statements(source, raws):
            if isinstance(statement, RecordError):
                gathered.add(statement, source.name)
            else:
                yield statement


def _statements(source: Source, raws: Sequence[RawRecord]) -> Iterator[Record | RecordError]:
    """Yield what a source said of one object at several times, the newest last.

    The newest of each kind are one statement together. Its evidence is of the kind that a statement is
    made of; older ones of that kind are statements of their own, and what else was received (supplements)
    is none.
    """
    together = newest_of_each_kind(raws)
    newest = {raw.kind: raw for raw in together}
    latest = _read(source, together)
    kinds = {raw.sha256: raw.kind for raw in together}
    kind = kinds.get(latest.sha256, raws[-1].kind)
    for raw in raws:
        if raw.kind == kind and raw is not newest[kind]:
            yield _read(source, [raw])
    yield latest


def _read(source: Source, raws: Sequence[RawRecord]) -> Record | RecordError:
    try:
        return source.read(raws)
    except RecordError as error:
        error.sha256 = error.sha256 or raws[-1].sha256
        return error


def _batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def check_not_empty(gathered: Gathered) -> None:
    """Raise SourceError where not one record could be read: a release of nothing helps nobody."""
    if not gathered.batches:
        first = gathered.unreadable[0]["reason"] if gathered.unreadable else "there was none"
        raise SourceError(f"not one record could be read: {first}")
