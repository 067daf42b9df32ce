"""A collection of one's own: an index table, and folders or tars of images.

A TOML file says what the columns mean (``crawlers.local_mapping`` describes it, and
``docs/examples/photographs.toml`` is one). Nothing is unpacked to disk; a picture is found by the name
that the index gives it, and what lies outside the collection is never opened.
"""

import csv
import io
import logging
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from crawlers.dump_files import check_readable, file_sha256, open_dump
from crawlers.local_mapping import MAPPING_FILE, LocalMapping, load_mapping
from schemas.errors import RecordError, SourceError, UsageError
from schemas.record import Maker, Record, Text, to_batch

log = logging.getLogger(__name__)

BATCH_RECORDS = 5_000
MAX_IMAGE_BYTES = 256 << 20
"""A larger file is no photograph that could be decoded within reason; it counts as not there."""
MAX_ID_LENGTH = 200
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".webp", ".bmp"})
"""Endings of files that are named as `images` by mistake for their folder."""
PRECEDENCE = 1
_YEAR_RANGE = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Local:
    """A local collection; ``mapping`` is its TOML file, where it does not lie in the folder itself."""

    mapping: Path | None = None

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Yield the index's records, and an error for each line that cannot be read.

        ``path`` is the collection's folder, or its TOML file. Raises UsageError for a mapping that does
        not fit, and SourceError for an index that is no such table.
        """
        folder, mapping = self._open(path)
        return _read_index(folder, mapping)

    def read_images(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """Yield each picture that the index names and that is there: its reference and its bytes.

        References are those of ``Record.images``. A link, a file that is too large and one that the
        index does not name are passed over.
        """
        folder, mapping = self._open(path)
        wanted = {name for row in _Index(folder, mapping) if (name := row.file_or_none())}
        missing = set(wanted)
        if wanted and not mapping.images:
            log.warning(
                "%s: the mapping has no `images`: name their folder or tars", mapping.source
            )
        for place in _places(folder, mapping):
            for name, body in _pictures(place, sorted(missing)):
                missing.discard(name)
                yield reference(mapping, name), body
        if missing:
            log.warning(
                "%s: %d of %d pictures are not there, the first is %s",
                mapping.source,
                len(missing),
                len(wanted),
                min(missing),
            )

    def load(self, path: Path) -> LocalMapping:
        """Return the mapping by which a folder, or the TOML file that ``path`` is, would be read."""
        return self._open(path)[1]

    def _open(self, path: Path) -> tuple[Path, LocalMapping]:
        check_readable(path)
        if not path.is_dir():
            if self.mapping is not None:
                raise UsageError(
                    f"{path} is no folder: with a mapping, give the collection's folder"
                )
            if path.suffix != ".toml":
                raise UsageError(f"{path} is neither a folder nor a mapping that ends in .toml")
            return path.parent, load_mapping(path)
        if self.mapping is None and not (path / MAPPING_FILE).exists():
            raise UsageError(
                f"{path} has no {MAPPING_FILE}: put one there, or name another with --mapping FILE"
            )
        return path, load_mapping(self.mapping or path / MAPPING_FILE)


def reference(mapping: LocalMapping, name: str) -> str:
    """Return how a picture of a collection is called in ``Record.images``."""
    return f"local:{mapping.collection}/{name}"


def is_inside(name: str) -> bool:
    r"""Return whether a file name leads to a place within its folder, and nowhere else.

    >>> is_inside("a/b.jpg"), is_inside("../b.jpg"), is_inside("/etc/passwd"), is_inside("a\\b")
    (True, False, False, False)
    """
    plain = name.isprintable() and "\\" not in name and not name.startswith("/")
    return plain and all(part not in {"", ".", ".."} for part in name.split("/"))


class _Index:
    """The rows of a collection's index; iterating opens it anew."""

    def __init__(self, folder: Path, mapping: LocalMapping) -> None:
        self.path = folder / mapping.index
        self.mapping = mapping
        check_readable(self.path)

    def __iter__(self) -> Iterator["_Row"]:
        mapping = self.mapping
        with open_dump(self.path) as stream:
            text = io.TextIOWrapper(stream, encoding=mapping.encoding, newline="")
            try:
                lines = csv.reader(text, delimiter=mapping.delimiter, strict=True)
                header = next(lines, [])
                self._check(header)
                filled = (line for line in lines if line)
                for number, cells in enumerate(filled, start=1):
                    yield _Row(self, number, header, cells)
            except (csv.Error, UnicodeError) as error:
                raise SourceError(
                    f"{self.path} is no table in {mapping.encoding} separated by "
                    f"{mapping.delimiter!r}: {error}"
                ) from error
            finally:
                text.detach()

    def _check(self, header: Sequence[str]) -> None:
        for names in self.mapping.columns.values():
            for name in names:
                if header.count(name) != 1:
                    what = "no column" if name not in header else "more than one column"
                    raise UsageError(
                        f"{self.path} has {what} {name!r}; there are {', '.join(header)}"
                    )


class _Row:
    """One line of an index, asked by our names."""

    def __init__(
        self, index: _Index, number: int, header: Sequence[str], cells: Sequence[str]
    ) -> None:
        self._index, self.number = index, number
        self._mapping = index.mapping
        self._width = (len(header), len(cells))
        self._cells = dict(zip(header, cells, strict=False))

    def check(self) -> None:
        """Raise RecordError unless the line has a cell for each column, and an id."""
        expected, found = self._width
        if found != expected:
            raise self.refuse("line", f"{found} cells in place of {expected}")
        source_id = self.text("id")
        if not source_id or len(source_id) > MAX_ID_LENGTH or not source_id.isprintable():
            raise self.refuse(self.column("id"), source_id)

    def column(self, field: str) -> str:
        """Return their name of a field, for reports."""
        return "/".join(self._mapping.columns[field])

    def refuse(self, column: str, found: object) -> RecordError:
        """Return the error that a cell is not as it should be."""
        source_id = self.text("id") if self._width[0] == self._width[1] else ""
        told = source_id if source_id.isprintable() else ""
        place = told[:MAX_ID_LENGTH] or f"{self._index.path.name}#{self.number}"
        return RecordError(f"{self._mapping.source}:{place}", column, found, number=self.number)

    def text(self, field: str) -> str:
        """Return the first text in a field's columns; empty where there is none."""
        for column in self._mapping.columns.get(field, ()):
            if text := self._cells.get(column, "").strip():
                return text
        return ""

    def texts(self, *names: str) -> tuple[Text, ...]:
        """Return several fields' texts, each once."""
        found = dict.fromkeys(text for name in names if (text := self.text(name)))
        return tuple(Text(text, self._mapping.language) for text in found)

    def year(self, field: str) -> int | None:
        """Return a year; None where nothing is said."""
        text = self.text(field)
        if not text:
            return None
        try:
            number = int(text)
        except ValueError as error:
            raise self.refuse(self.column(field), text) from error
        if number not in _YEAR_RANGE:
            raise self.refuse(self.column(field), text)
        return number

    def file(self) -> str:
        """Return the name of the picture; raise RecordError for one that leads out of the collection."""
        name = self.text("file")
        if name and not is_inside(name):
            raise self.refuse(self.column("file"), name)
        return name

    def file_or_none(self) -> str | None:
        """Return the name of the picture of a line that can be read."""
        try:
            self.check()
            return self.file() or None
        except RecordError:
            return None


def _read_index(folder: Path, mapping: LocalMapping) -> Iterator[pa.RecordBatch | RecordError]:
    index = _Index(folder, mapping)
    sha256 = file_sha256(index.path)
    held: list[Record] = []
    empty = True
    for row in index:
        empty = False
        try:
            held.append(_record(row, mapping, sha256))
        except RecordError as error:
            error.sha256 = sha256
            yield error
        if len(held) == BATCH_RECORDS:
            yield to_batch(held)
            held = []
    if held:
        yield to_batch(held)
    if empty:
        raise SourceError(f"{index.path} holds column names and no line: fill it, or leave it out")


def _record(row: _Row, mapping: LocalMapping, sha256: str) -> Record:
    row.check()
    museum, rights, file = row.text("museum"), row.text("rights"), row.file()
    return Record(
        source=mapping.source,
        source_id=row.text("id"),
        institution=mapping.institutions.get(museum, museum) or mapping.institution,
        object_number=row.text("object_number"),
        url=row.text("url"),
        precedence=PRECEDENCE,
        titles=row.texts("title"),
        makers=_makers(row),
        types=row.texts("type", "object_name"),
        medium=row.texts("material"),
        dates=row.texts("date_text"),
        year_first=row.year("year_first"),
        year_last=row.year("year_last"),
        dimensions=row.texts("dimensions"),
        culture=row.text("culture"),
        subjects=_subjects(row, mapping),
        rights=mapping.rights_uris.get(rights, rights) or mapping.rights,
        images=(reference(mapping, file),) if file else (),
        sha256=sha256,
        number=row.number,
    )


def _makers(row: _Row) -> tuple[Maker, ...]:
    """Return the artist; an empty cell says nothing of one, not that nobody knows."""
    name = row.text("artist")
    if not name:
        return ()
    return (
        Maker(
            name,
            qualifier=row.text("artist_qualifier"),
            born=row.year("artist_born"),
            died=row.year("artist_died"),
        ),
    )


def _subjects(row: _Row, mapping: LocalMapping) -> tuple[Text, ...]:
    text = row.text("subject")
    parts = text.split(mapping.subject_separator) if mapping.subject_separator else [text]
    kept = dict.fromkeys(part.strip() for part in parts if part.strip())
    return tuple(Text(part, mapping.language) for part in kept)


def _places(folder: Path, mapping: LocalMapping) -> Iterator[Path]:
    """Yield the folders and tars that hold the pictures; raise UsageError for one that is not there."""
    for entry in mapping.images:
        if any(sign in entry for sign in "*?["):
            if Path(entry).is_absolute():
                raise UsageError(
                    f"images {entry!r}: a pattern is relative to the collection's folder"
                )
            found = sorted(folder.glob(entry))
            if not found:
                raise UsageError(f"{folder} holds nothing that fits images {entry!r}")
            yield from found
        else:
            check_readable(folder / entry)
            yield folder / entry


def _pictures(place: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the wanted pictures of a folder or a tar."""
    return _in_folder(place, wanted) if place.is_dir() else _in_tar(place, frozenset(wanted))


def _in_folder(folder: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for name in wanted:
        parts = PurePosixPath(name).parts
        steps = [folder.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
        if any(step.is_symlink() for step in steps) or not steps[-1].is_file():
            continue
        try:
            if steps[-1].stat().st_size <= MAX_IMAGE_BYTES:
                yield name, steps[-1].read_bytes()
        except OSError as error:
            raise UsageError(f"{steps[-1]} cannot be read: {error.strerror}") from error


def _in_tar(path: Path, wanted: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    try:
        with open_dump(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name in seen or name not in wanted or not member.isreg():
                    continue
                body = archive.extractfile(member) if member.size <= MAX_IMAGE_BYTES else None
                if body is not None:
                    seen.add(name)
                    yield name, body.read()
    except (tarfile.TarError, EOFError, ValueError) as error:
        if path.suffix.lower() in PICTURES:
            raise UsageError(
                f'images names the picture {path.name}: name its folder, as in images = ["."]'
            ) from error
        raise SourceError(
            f"{path} is a damaged tar file, or none ({error}): make it again"
        ) from error
