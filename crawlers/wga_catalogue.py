"""The Web Gallery of Art's catalogue as a file: unpacked, decoded, and cut into rows and columns.

Neither its delimiter nor its encoding has stayed the same, and extracts made by others have some of its
columns only. So the header line tells the delimiter, and the bytes above 0x7F tell the encoding.
"""

import codecs
import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from crawlers.wga_letters import known_letters
from schemas.errors import SourceError

COLUMNS = (
    "AUTHOR",
    "BORN-DIED",
    "TITLE",
    "DATE",
    "TECHNIQUE",
    "LOCATION",
    "URL",
    "FORM",
    "TYPE",
    "SCHOOL",
    "TIMEFRAME",
)
NEEDED = frozenset({"AUTHOR", "TITLE", "TECHNIQUE"})
_OTHER_NAMES = {"JPG_LINK": "URL"}
"""Columns of extracts that stand for one of the catalogue's."""
_DELIMITERS = (";", "\t", ",")

MAX_BYTES = 64 << 20
"""The most bytes in a catalogue: 53,000 rows of 2025 take about 13 MB."""
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins, and how one that holds nothing does."""


@dataclass(frozen=True)
class Row:
    """One line of the catalogue: its number among the rows, from 1, and in the file, and its columns.

    ``columns`` is None where the line does not have as many fields as the header; ``text`` is the line.
    """

    number: int
    line: int
    text: str
    columns: Mapping[str, str] | None


_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What every program that makes archives writes; the gallery has never used another."""
_WORKBOOK = "xl/workbook.xml"
_WORD = re.compile(r"[^\W\d_]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\ufffd]+")
_TORN_AT_MOST = 10
"""A text is UTF-8 with damage if more than this many of its letters are sound for each that is not."""
_ALIKE = bytes(
    one
    for one in range(256)
    if bytes([one]).decode("cp1250", "replace") == bytes([one]).decode("cp1252", "replace")
)
"""Bytes that mean the same in both Windows encodings."""


def unzip(body: bytes, where: str) -> bytes:
    """Return the one text table in a zip archive; its name is never used as a path."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            member = _table(archive, where)
            if member.compress_type not in _PACKINGS:
                raise SourceError(f"{where} is neither stored nor deflated: pack it as zip does")
            if member.file_size > MAX_BYTES:
                raise SourceError(f"{where} unpacks to more than {MAX_BYTES:,} bytes: not read")
            with archive.open(member) as file:
                table = file.read(MAX_BYTES + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,  # an encrypted member
        NotImplementedError,  # a newer form of zip
        UnicodeError,
        ValueError,
        OverflowError,
        struct.error,
    ) as error:
        raise SourceError(f"{where} is no sound zip archive ({error}): fetch it again") from error
    if len(table) > MAX_BYTES:
        raise SourceError(f"{where} unpacks to more than {MAX_BYTES:,} bytes: not read")
    return table


def _table(archive: zipfile.ZipFile, where: str) -> zipfile.ZipInfo:
    """Return the archive's only text table, or the one called "catalog": a note may lie beside it."""
    if _WORKBOOK in archive.namelist():
        raise SourceError(f"{where} is an Excel workbook: save its table as CSV first")
    paths = {member: PurePosixPath(member.filename.lower()) for member in archive.infolist()}
    tables = [one for one, path in paths.items() if path.suffix in {".csv", ".txt"}]
    if len(tables) > 1:
        tables = [one for one in tables if paths[one].stem == "catalog"]
    if len(tables) > 1:
        tables = [one for one in tables if paths[one].suffix == ".csv"]
    if len(tables) != 1:
        names = ", ".join(sorted(repr(one.filename) for one in paths)[:5])
        raise SourceError(f"{where} holds {names or 'nothing'}, not one .csv or .txt")
    return tables[0]


def decode(body: bytes) -> str:
    """Return a catalogue's text: UTF-8 (or UTF-16 with its mark), else cp850, cp1252 or cp1250.

    cp850 has most of its letters (é, ü, ä, è, à) in 0x80 to 0x9F, where the other two have almost none;
    these differ in letters (è is č), and known words tell. A byte that stands for nothing becomes U+FFFD.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", errors="replace")
    text = body.decode("utf-8-sig", errors="replace")
    torn = text.count("\ufffd")
    if not torn or torn * _TORN_AT_MOST < sum(map(len, _BEYOND_ASCII.findall(text))):
        return text
    low, high = (sum(map(body.count, _bytes(*span))) for span in ((0x80, 0xA0), (0xA0, 0x100)))
    encoding = "cp850" if low > high else _windows(body)
    return body.decode(encoding, errors="replace")


def _bytes(first: int, end: int) -> list[bytes]:
    return [bytes([one]) for one in range(first, end)]


def _windows(body: bytes) -> str:
    """Return which of two Windows encodings gives more of the words that are known to differ in them."""
    telling = [line for line in body.splitlines() if line.translate(None, _ALIKE)]
    found = {
        encoding: sum(
            map(
                known_letters().knows,
                {
                    word
                    for line in telling
                    for word in _WORD.findall(line.decode(encoding, errors="replace"))
                },
            )
        )
        for encoding in ("cp1252", "cp1250")
    }
    return "cp1250" if found["cp1250"] > found["cp1252"] else "cp1252"


def rows(body: bytes, where: str) -> Iterator[Row]:
    """Yield the rows of a catalogue, a line each; raise SourceError where the header is none."""
    lines = enumerate(io.StringIO(decode(body), newline=None), start=1)
    filled = ((line, text.rstrip("\n")) for line, text in lines if text.strip())
    _, head = next(filled, (0, ""))
    delimiter, names = _header(head, where)
    for number, (line, text) in enumerate(filled, start=1):
        fields = _fields(text, delimiter, len(names))
        columns = None
        if fields is not None:
            columns = {n: f.strip() for n, f in zip(names, fields, strict=True) if n in COLUMNS}
        yield Row(number, line, text, columns)


def _header(head: str, where: str) -> tuple[str, list[str]]:
    """Return the delimiter and the column names, under the catalogue's own names where it has them."""
    if head.lstrip().startswith("<"):
        raise SourceError(f"{where} is a web page and no catalogue: fetch it again")
    for delimiter in _DELIMITERS:
        found = [name.strip().strip('"').upper() for name in head.split(delimiter)]
        names = [_OTHER_NAMES.get(name, name) for name in found]
        if set(names) >= NEEDED:
            known = [name for name in names if name in COLUMNS]
            if len(known) > len(set(known)):
                raise SourceError(f"{where} has a column twice: {', '.join(known)}")
            return delimiter, names
    needed = ", ".join(sorted(NEEDED))
    raise SourceError(f"{where} begins with {head[:80]!r}: a header with {needed} is wanted")


def _fields(text: str, delimiter: str, wanted: int) -> list[str] | None:
    """Return a line's fields; None unless there are as many as wanted.

    A line is read with CSV quoting first. Where that fails, because the file was never quoted and a
    title just begins with a quotation mark, it is cut at every delimiter.
    """
    try:
        quoted = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        quoted = []
    for fields in (quoted, text.split(delimiter)):
        if len(fields) == wanted:
            return fields
    return None
