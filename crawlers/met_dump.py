"""The Met's bulk files: MetObjects.csv in all its layouts, and API answers one on a line.

MetObjects.csv (https://github.com/metmuseum/openaccess) has had 43, 44 and 54 columns; they are found
by name. A copy that went through a spreadsheet is told by its torn records, and refused.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from crawlers import met_fields
from crawlers.dump_files import file_sha256, open_dump
from crawlers.whole_columns import Column, Columns, record_batch
from schemas.columns import EVIDENCE
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, Text, to_batch

BATCH_ROWS = 10_000
BLOCK_BYTES = 4 << 20
"""What the CSV reader takes at a time; no record of the museum comes near it."""
FLAGS_BLOCK_BYTES = 512 << 10
"""The same where two columns are taken during a crawl, whose memory is to stay flat."""
MAX_LINE_BYTES = 16 << 20
"""The longest line of a file of API answers; the museum's longest is below 100 kB."""
ANSWERS_HELD = 2_000
"""API answers that make one batch: they are longer than rows, and read one by one."""
CSV_PRECEDENCE = 1

ARTIST = (
    "Artist Role",
    "Artist Prefix",
    "Artist Display Name",
    "Artist Suffix",
    "Artist Begin Date",
    "Artist End Date",
)
LATER_ARTIST = ("Artist ULAN URL", "Artist Wikidata URL")
GEOGRAPHY = ("Geography Type", *met_fields.PLACES)
REQUIRED = (
    "Object Number",
    "Is Public Domain",
    "Object ID",
    "Object Name",
    "Title",
    "Culture",
    "Period",
    "Dynasty",
    "Reign",
    *ARTIST,
    "Object Date",
    "Object Begin Date",
    "Object End Date",
    "Medium",
    "Dimensions",
    *GEOGRAPHY,
    "Classification",
    "Link Resource",
)
"""What every layout since 2017 has; a file that lacks one of these is no MetObjects.csv."""
OPTIONAL = ("Gallery Number", "Metadata Date", "Tags", *LATER_ARTIST)

_BOM = b"\xef\xbb\xbf"
_HEADER_BYTES = 1 << 16
_NUMBERS = {
    "Object ID": "^[1-9][0-9]{0,8}$",
    "Object Begin Date": "^-?[0-9]{1,9}$",
    "Object End Date": "^-?[0-9]{1,9}$",
}
_REMEDY = "fetch the museum's own file, and open it with nothing on the way"


class Museum(Protocol):
    """What the bulk reader asks of the source that it reads for."""

    @property
    def name(self) -> str:
        """The source's name."""

    @property
    def institution(self) -> str:
        """The museum that holds the objects."""

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read the API's answer about one object."""


def read_met_dump(path: Path, met: Museum) -> Iterator[pa.RecordBatch | RecordError]:
    """Yield batches of RECORD from a bulk file, whose form is told by its first bytes.

    Raises SourceError where it is neither MetObjects.csv nor API answers one on a line, and at its end
    where records were torn: whoever takes the batches must not keep them then.
    """
    with open_dump(path) as stream:
        head = stream.read(_HEADER_BYTES).removeprefix(_BOM).lstrip()
    if not head:
        raise SourceError(f"{path} holds nothing but blanks: fetch it again")
    if head.startswith((b"[", b"<")):
        raise SourceError(
            f"{path} is neither MetObjects.csv nor a file of API answers, one JSON object on a line"
        )
    if head.startswith(b"{"):
        return _read_answers(path, met)
    header = _header(path, head)
    return _read_rows(path, met, header)


def _read_answers(path: Path, met: Museum) -> Iterator[pa.RecordBatch | RecordError]:
    """Yield the answers of a file, and an error for each that does not keep its promises."""
    sha256 = file_sha256(path)
    first_error: RecordError | None = None
    held: list[Record] = []
    any_read = False
    with open_dump(path) as stream:
        for number, line in enumerate(_lines(stream, path), start=1):
            try:
                raw = RawRecord(met.name, _object_id(line, met, path, number), "met-api", line)
                held.append(replace(met.read([raw]), sha256=sha256, number=number))
            except RecordError as error:
                error.sha256, error.number = sha256, number
                first_error = first_error or error
                yield error
            if len(held) == ANSWERS_HELD:
                any_read = True
                yield to_batch(held)
                held = []
    if held:
        yield to_batch(held)
    elif not any_read:
        raise SourceError(f"{path}: no record of it can be read; the first: {first_error}")


def _lines(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    """Yield the lines that are not blank, none longer than MAX_LINE_BYTES."""
    first = True
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise SourceError(f"{path} has a line of more than {MAX_LINE_BYTES:,} bytes")
        line = line.removeprefix(_BOM) if first else line
        first = False
        if line := line.strip():
            yield line


def _object_id(line: bytes, met: Museum, path: Path, number: int) -> str:
    """Return the object number of an answer; raise RecordError where it has none."""
    where = f"{met.name}:{path.name}#{number}"
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(where, "body", str(error)) from error
    found = answer.get("objectID") if isinstance(answer, dict) else None
    if type(found) is not int:
        raise RecordError(where, "objectID", found)
    return str(found)


def _header(path: Path, head: bytes) -> list[str]:
    """Return the column names; raise SourceError for another delimiter or a missing column."""
    line = head.splitlines()[0].decode(errors="replace")
    delimiter = max(",;\t", key=line.count)
    names = next(csv.reader([line], delimiter=delimiter), [])
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise SourceError(
            f"{path} is no MetObjects.csv: it has no column {', '.join(missing[:3])}"
            + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        )
    if delimiter != ",":
        raise _damage(path, delimiter, names)
    if len(set(names)) < len(names):
        raise SourceError(f"{path} names a column twice: it is no MetObjects.csv")
    return names


def _damage(path: Path, delimiter: str, names: Sequence[str]) -> SourceError:
    """Return the error for a spreadsheet's copy: how many of its records are torn, and the first."""
    torn = _Torn()
    lines = 1
    object_id, public = names.index("Object ID"), names.index("Is Public Domain")
    with open_dump(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
        rows = csv.reader(text, delimiter=delimiter)
        try:
            next(rows, None)
            for number, row in enumerate(rows, start=1):
                whole = len(row) == len(names) and row[object_id].isdecimal()
                if not whole or row[public].lower() not in {"true", "false"}:
                    torn.add(number, f"line {lines + 1}")
                torn.records, lines = number, rows.line_num
        except csv.Error as error:
            return SourceError(f"{path} is a damaged copy of MetObjects.csv ({error}): {_REMEDY}")
        finally:
            text.detach()
    kind = "semicolons" if delimiter == ";" else "tabs"
    return SourceError(
        f"{path} went through a spreadsheet (it is separated by {kind}): {torn}; {_REMEDY}"
    )


class _Torn:
    """How many records of a file are torn, and where the first of them stands."""

    def __init__(self) -> None:
        self.records = self.count = self._first = 0
        self._place = ""

    def add(self, number: int, place: str) -> None:
        """Count a torn record; ``number`` is its place among the records, from 1."""
        self.count += 1
        if not self._first or number < self._first:
            self._first, self._place = number, place

    def __str__(self) -> str:
        if not self.count:
            return f"none of {self.records:,} records is torn, yet it is not as the museum made it"
        return (
            f"{self.count:,} of {self.records:,} records are torn, "
            f"the first is record {self._first:,} ({self._place})"
        )


def public_flags(path: Path) -> Iterator[tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]]:
    """Yield object numbers of MetObjects.csv with, for each, whether it is in the public domain.

    Raises SourceError as the whole reading does, and takes no more memory than a block.
    """
    with open_dump(path) as stream:
        head = stream.read(_HEADER_BYTES).removeprefix(_BOM).lstrip()
    if not head or head.startswith((b"{", b"[", b"<")):
        raise SourceError(f"{path} is no MetObjects.csv: {_REMEDY}")
    _header(path, head)
    torn = _Torn()
    for block in _blocks(path, ["Object ID", "Is Public Domain"], torn, FLAGS_BLOCK_BYTES):
        torn.records += block.num_rows
        columns = Columns(block)
        numbers = columns.text("Object ID")
        sound = pc.match_substring_regex(numbers, _NUMBERS["Object ID"])
        if not pc.all(sound).as_py():
            raise SourceError(f"{path} is a damaged copy of MetObjects.csv: {_REMEDY}")
        yield (
            numbers.cast(pa.uint32()).to_numpy(),
            _public(columns).to_numpy(zero_copy_only=False),
        )
    _check_whole(path, torn)


def _read_rows(
    path: Path, met: Museum, header: Sequence[str]
) -> Iterator[pa.RecordBatch | RecordError]:
    """Yield the rows of MetObjects.csv; raise SourceError at the end where some were torn."""
    rows = _Rows(met, file_sha256(path))
    wanted = [*REQUIRED, *(name for name in OPTIONAL if name in header)]
    for block in _blocks(path, wanted, rows.torn, BLOCK_BYTES):
        for first in range(0, block.num_rows, BATCH_ROWS):
            yield from rows.read(block.slice(first, BATCH_ROWS))
    _check_whole(path, rows.torn)


def _check_whole(path: Path, torn: "_Torn") -> None:
    if torn.count:
        raise SourceError(f"{path} is a damaged copy of MetObjects.csv: {torn}; {_REMEDY}")
    if not torn.records:
        raise SourceError(f"{path} holds a header and no records: fetch it again")


def _blocks(
    path: Path, wanted: Sequence[str], torn: "_Torn", block_bytes: int
) -> Iterator[pa.RecordBatch]:
    """Yield the wanted columns as texts, some thousand rows at a time; torn rows are counted."""

    def note(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        torn.records += 1
        number = (row.number or 2) - 1  # the header is row 1
        torn.add(number, f"{row.actual_columns} fields in place of {row.expected_columns}")
        return "skip"

    try:
        with (
            open_dump(path) as stream,
            arrow_csv.open_csv(
                stream,
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=block_bytes),
                parse_options=arrow_csv.ParseOptions(
                    newlines_in_values=True, invalid_row_handler=note
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=list(wanted),
                    column_types=dict.fromkeys(wanted, pa.string()),
                    strings_can_be_null=False,
                ),
            ) as reader,
        ):
            yield from reader
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"{path} is a damaged copy of MetObjects.csv ({error}): {_REMEDY}"
        ) from error


class _Rows:
    """Rows of MetObjects.csv, column by column, into batches of RECORD."""

    def __init__(self, met: Museum, sha256: str) -> None:
        self._met, self._sha256 = met, sha256
        self.torn = _Torn()

    def read(self, rows: pa.RecordBatch) -> Iterator[pa.RecordBatch | RecordError]:
        """Yield the records of some rows, and an error for each that cannot be read."""
        first = self.torn.records + 1
        self.torn.records += rows.num_rows
        numbers = pa.array(np.arange(first, first + rows.num_rows))
        columns = Columns(rows)
        whole = _whole(columns)
        if not pc.all(whole).as_py():
            for at in np.flatnonzero(~whole.to_numpy(zero_copy_only=False)):
                self.torn.add(first + int(at), "its fields do not hold what their columns promise")
            columns, numbers = columns.filter(whole), numbers.filter(whole)
        stated = columns.tell(met_fields.stated, "Metadata Date").texts()
        dated = stated.is_valid()
        if not pc.all(dated).as_py():
            yield from self._undated(columns.filter(pc.invert(dated)), numbers, dated)
            columns, numbers = columns.filter(dated), numbers.filter(dated)
            stated = stated.filter(dated)
        if len(numbers):
            yield self._batch(columns, numbers, stated)

    def _undated(self, columns: Columns, numbers: Column, dated: Column) -> Iterator[RecordError]:
        numbers = numbers.filter(pc.invert(dated))
        told = columns.text("Object ID"), columns.text("Metadata Date"), numbers
        for object_id, found, number in zip(*(one.to_pylist() for one in told), strict=True):
            where = f"{self._met.name}:{object_id}"
            yield RecordError(where, "Metadata Date", found, sha256=self._sha256, number=number)

    def _batch(self, columns: Columns, numbers: Column, stated: Column) -> pa.RecordBatch:
        count = len(numbers)
        tell = columns.tell
        first, last = _years(columns)
        evidence = [pa.repeat(self._sha256, count), numbers]
        return record_batch(
            {
                "source": pa.repeat(self._met.name, count),
                "source_id": columns.text("Object ID"),
                "institution": pa.repeat(self._met.institution, count),
                "object_number": tell(met_fields.squeeze, "Object Number").texts(),
                "url": columns.text("Link Resource"),
                "stated": stated,
                "precedence": pa.repeat(pa.scalar(CSV_PRECEDENCE, pa.int8()), count),
                "withdrawn": pa.array(np.zeros(count, np.bool_)),
                "titles": tell(met_fields.titles, "Title").text_lists(),
                "makers": tell(_makers, *ARTIST, *LATER_ARTIST).maker_lists(),
                "types": tell(met_fields.types, "Classification", "Object Name").text_lists(),
                "medium": tell(met_fields.english, "Medium").text_lists(),
                "dates": tell(met_fields.english, "Object Date").text_lists(),
                "year_first": first,
                "year_last": last,
                "period": tell(met_fields.period, "Period", "Dynasty", "Reign").texts(),
                "dimensions": tell(met_fields.english, "Dimensions").text_lists(),
                "culture": tell(met_fields.squeeze, "Culture").texts(),
                "places": tell(_places, *GEOGRAPHY).text_lists(),
                "subjects": tell(_tags, "Tags").text_lists(),
                "location": tell(met_fields.squeeze, "Gallery Number").texts(),
                "rights": pc.if_else(_public(columns), met_fields.PUBLIC_DOMAIN, ""),
                "evidence": pa.StructArray.from_arrays(evidence, fields=list(EVIDENCE)),
            },
            count,
        )


def _whole(columns: Columns) -> Column:
    """Return for each row whether its columns hold what they promise: in a torn one they are shifted."""
    whole = pc.is_in(pc.utf8_lower(columns.text("Is Public Domain")), pa.array(["true", "false"]))
    for name, pattern in _NUMBERS.items():
        whole = pc.and_(whole, pc.match_substring_regex(columns.text(name), pattern))
    return whole


def _public(columns: Columns) -> Column:
    return pc.equal(pc.utf8_lower(columns.text("Is Public Domain")), pa.scalar("true"))


def _years(columns: Columns) -> tuple[Column, Column]:
    """Return first and last years, null where both are 0 beside a date without a digit."""
    pairs = columns.tell(
        lambda first, last, dated: met_fields.years(int(first), int(last), dated),
        "Object Begin Date",
        "Object End Date",
        "Object Date",
    )
    first, last = (pa.array([pair[at] for pair in pairs.values], pa.int32()) for at in (0, 1))
    return first.take(pairs.rows), last.take(pairs.rows)


def _makers(*told: str) -> tuple[Maker, ...]:
    return met_fields.makers(dict(zip((*ARTIST, *LATER_ARTIST), told, strict=True)))


def _places(geography: str, *named: str) -> tuple[Text, ...]:
    return met_fields.places(geography, dict(zip(met_fields.PLACES, named, strict=True)))


def _tags(tags: str) -> tuple[Text, ...]:
    return met_fields.subjects(tags.split("|"))
