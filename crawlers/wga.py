"""The Web Gallery of Art (www.wga.hu), through the catalogue that it offers for download.

It is no museum: it shows European works of art, AD 200 to 1900, and says where each of them is. Its terms
allow personal and educational use of the pictures and forbid passing them on; it states no rights row by
row, so ``rights`` stays empty, and what a release may hold is decided by the source. There is no change
feed: a crawl takes the whole catalogue, one answer. A row's identity is the key in its URL, KEY in
``/html/KEY.html`` and ``/art/KEY.jpg``; extracts without it are told apart by what they say (``row_key``).
"""

import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from crawlers import wga_catalogue as catalogue
from crawlers.dump_files import check_readable, file_sha256, open_dump
from crawlers.engine.source import Cost, Page
from crawlers.wga_catalogue import Row
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, Text, to_batch

if TYPE_CHECKING:
    from crawlers.engine.fetch import Fetch

log = logging.getLogger(__name__)

BASE_URL = "https://www.wga.hu"
CATALOGUE = "/database/download/data_txt.zip"
KIND = "wga-row"
DONE = "done"
"""The cursor after the one page there is."""
RATES: Mapping[str, float] = MappingProxyType({"www.wga.hu": 1.0})
"""Requests per second. The site answers 429 to the hasty, and has banned addresses (2022)."""

_BATCH_RECORDS = 4096
_SHOWN = 120
"""How much of a line that is no row is shown in its error, in characters."""
_NONE = frozenset({"", "-"})
_PRIVATE = "private collection"
_URL = re.compile(r"https?://[^/]+/(?:html|html_m|art|detail|preview)/(.+)\.(?:html|jpg)")
_KEY = re.compile(r"[A-Za-z0-9_-][\w.-]*(?:/[A-Za-z0-9_-][\w.-]*)*", re.ASCII)
"""Parts that begin with no dot, so that a key is never a way up."""
_MAX_KEY = 200

_MONTHS = ("jan", "febr?", "m.rc", ".pr", "m.j", "j.n", "j.l", "aug", "szept", "okt", "nov", "dec")
"""Hungarian, as a spreadsheet abbreviates them; any sign stands for a letter that may be lost."""
_EXCEL_MONTH = re.compile(
    "(?:" + "|".join(f"({month})" for month in _MONTHS) + r")\.(\d{2})", re.IGNORECASE
)
_CIRCA = r"(?:(?:c|ca|about|around)\b\.?\s*)?"
_BORN = re.compile(rf"\bb\.\s*{_CIRCA}(\d{{3,4}})\b")
_DIED = re.compile(rf"\bd\.\s*{_CIRCA}(\d{{3,4}})\b")

_UNIT = r"(?:cm|mm|cn|m|in)\b"
_SIZE = re.compile(
    rf"""
    \d[\d.,]*\s*(?:{_UNIT}\s*)?(?:x|×|by)\s*\d       # 87,5 x 66 cm, 264 cm x 348 cm, 110 by 136 cm
    | \b(?:diameter|height|width|length|depth)\b[^,;\d]{{0,30}}\d     # diameter: c. 270 cm
    | \d[\d.,]*\s*(?:\d+\s*)?{_UNIT}                  # 33 cm diameter; 110 94 cm
    | \bx\s+cm\b                                      # a size that was never filled in
    | \b(?:half|above|over|under|about|below)?\s*life-?\s?size\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE_SIZE = re.compile(r"(?:[\s,;:.(]|\b(?:each|overall|size|total|ca?|about)\b)+$")


@dataclass(frozen=True)
class Wga:
    """The Web Gallery of Art's rows, told in English."""

    name: str = "wga"
    institution: str = "Web Gallery of Art"
    attribution: str = (
        "Web Gallery of Art (www.wga.hu), by Emil Krén and Daniel Marx: "
        "pictures for educational and personal use only, not passed on."
    )
    base_url: str = BASE_URL
    rates: Mapping[str, float] = field(default_factory=lambda: RATES, compare=False)

    async def crawl(
        self,
        fetch: "Fetch",
        *,
        since: date | None = None,
        cursor: str = "",
    ) -> AsyncIterator[Page]:
        """Yield the whole catalogue as one page; the cursor after it is ``done``."""
        if cursor == DONE:
            return
        if since is not None:
            log.info("%s has no feed of changes: the whole catalogue is taken again", self.name)
        url = self.base_url + CATALOGUE
        answer = await fetch.get(url, expect="zip")
        if answer.gone:
            raise SourceError(f"{url} is gone ({answer.status}): see {self.base_url} for a new one")
        rows = catalogue.rows(catalogue.unzip(answer.body, url), url)
        yield Page(tuple(self._raw(row, url, answer.fetched) for row in rows), DONE)

    def _raw(self, row: Row, url: str, fetched: str) -> RawRecord:
        """Return a row as a raw record: JSON, as the file's encoding is not the row's own.

        A line that is no row is kept as it stands, for ``read`` to name it.
        """
        told: object = row.columns if row.columns is not None else row.text
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        source_id = _source_id(row.columns) if row.columns is not None else ""
        source_id = source_id or f"line-{hashlib.sha256(body).hexdigest()[:16]}"
        return RawRecord(self.name, source_id, KIND, body, url, fetched=fetched)

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read the newest statement of a row; raise RecordError for a line that is none."""
        raw = raws[-1]
        where = f"{self.name}:{raw.source_id}"
        columns = json.loads(raw.body)
        if not isinstance(columns, dict):
            raise RecordError(where, "number of fields", columns[:_SHOWN], sha256=raw.sha256)
        return self._read(columns, where, sha256=raw.sha256, number=0, precedence=2)

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Read a catalogue: ``catalog.csv`` or ``.txt``, plain, gzipped or zipped, or an extract of it.

        Any columns will do that hold AUTHOR, TITLE and TECHNIQUE. Evidence is the file's SHA-256 and
        the number of the row.
        """
        check_readable(path)
        with open_dump(path) as stream:
            body = stream.read(catalogue.MAX_BYTES + 1)
        if len(body) > catalogue.MAX_BYTES:
            raise SourceError(f"{path} is more than {catalogue.MAX_BYTES:,} bytes: no catalogue is")
        if body.startswith(catalogue.ZIP_MAGIC):
            body = catalogue.unzip(body, str(path))
        sha256 = file_sha256(path)
        batch: list[Record] = []
        for row in catalogue.rows(body, str(path)):
            where = f"{self.name}:{path.name}#{row.number}"
            try:
                batch.append(self._read_row(row, where, sha256))
            except RecordError as error:
                yield error
            if len(batch) >= _BATCH_RECORDS:
                yield to_batch(batch)
                batch = []
        if batch:
            yield to_batch(batch)

    def _read_row(self, row: Row, where: str, sha256: str) -> Record:
        if row.columns is None:
            where = f"{where} (line {row.line})"
            found = row.text[:_SHOWN]
            raise RecordError(where, "number of fields", found, sha256=sha256, number=row.number)
        return self._read(row.columns, where, sha256=sha256, number=row.number, precedence=1)

    def _read(
        self, row: Mapping[str, str], where: str, *, sha256: str, number: int, precedence: int
    ) -> Record:
        """Put a row's words under our names."""
        source_id = _source_id(row)
        if not source_id:
            raise RecordError(where, "URL", row.get("URL"), sha256=sha256, number=number)
        author, title = row.get("AUTHOR", ""), row.get("TITLE", "")
        if not author and not title:
            where = f"{self.name}:{source_id}"
            raise RecordError(where, "AUTHOR and TITLE", "", sha256=sha256, number=number)
        medium, size = split_technique(row.get("TECHNIQUE", ""))
        born, died = life(row.get("BORN-DIED", ""))
        place = _said(row, "LOCATION")
        has_page = "URL" in row
        return Record(
            source=self.name,
            source_id=source_id,
            institution="" if place.lower().startswith(_PRIVATE) else place,
            url=f"{self.base_url}/html/{source_id}.html" if has_page else "",
            precedence=precedence,
            titles=_texts(title),
            makers=(Maker(author, born=born, died=died),) if author else (),
            types=_texts(_said(row, "FORM")),
            medium=_texts(medium),
            dates=_texts(repair_date(_said(row, "DATE"))),
            period=_said(row, "TIMEFRAME"),
            dimensions=_texts(size),
            culture=_said(row, "SCHOOL"),
            subjects=_texts(_said(row, "TYPE")),
            location=place,
            images=(f"{self.base_url}/art/{source_id}.jpg",) if has_page else (),
            sha256=sha256,
            number=number,
        )

    def cost(self) -> Cost:
        """Return what a whole crawl takes: 52,868 rows (2025), pictures of 58 to 219 kB."""
        rate = RATES["www.wga.hu"]
        return Cost(1, 52_868, 52_868 * 140_000, rate, rate)


def _said(row: Mapping[str, str], name: str) -> str:
    """Return a column's words; empty for a column that is not there, and for the dash of "unknown"."""
    value = row.get(name, "")
    return "" if value in _NONE else value


def _texts(text: str) -> tuple[Text, ...]:
    return (Text(text, "en"),) if text else ()


def _source_id(row: Mapping[str, str]) -> str:
    """Return what tells a row from all others; empty where its URL is not of the site's form."""
    return key_of(row["URL"]) if "URL" in row else row_key(row)


def key_of(url: str) -> str:
    """Return the key in the address of a page or a picture; empty where it holds none.

    >>> key_of("http://www.wga.hu/html/a/albani/annuncia.html")
    'a/albani/annuncia'
    >>> key_of("http://www.wga.hu/html/b/beccafum/2st_paul..html")
    'b/beccafum/2st_paul.'
    >>> key_of("http://www.wga.hu/art/../../etc/passwd.jpg")
    ''
    """
    found = _URL.fullmatch(url)
    key = found.group(1) if found else ""
    return key if _KEY.fullmatch(key) and len(key) <= _MAX_KEY else ""


def row_key(row: Mapping[str, str]) -> str:
    """Return an id for a row of an extract that has no URL: a hash of what names the work.

    Two rows with the same author, title, technique and date then are one.

    >>> row_key({"AUTHOR": "GIOTTO di Bondone", "TITLE": "Faith", "TECHNIQUE": "Fresco"})
    'row-3fb5bf2693ae87af'
    """
    named = [row.get(name, "") for name in ("AUTHOR", "TITLE", "TECHNIQUE", "DATE")]
    return f"row-{hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]}"


def split_technique(text: str) -> tuple[str, str]:
    """Return the medium and the size that stand in one text; the first comma often parts them, not always.

    >>> split_technique("Oil on oak panel, 87,5 x 66 cm (central panel), 88,5 x 28 cm (each wing)")
    ('Oil on oak panel', '87,5 x 66 cm (central panel), 88,5 x 28 cm (each wing)')
    >>> split_technique("Tempera on panel, gold ground, diameter 32 cm")
    ('Tempera on panel, gold ground', 'diameter 32 cm')
    >>> split_technique("Oil on canvas. 180 x 227 cm"), split_technique("Fresco"), split_technique("-")
    (('Oil on canvas', '180 x 227 cm'), ('Fresco', ''), ('', ''))
    """
    found = _SIZE.search(text)
    end = found.start() if found else len(text)
    head = _BEFORE_SIZE.sub("", text[:end]) if found else text[:end]
    size = text[len(head) :].strip(" ,;:.")
    head = head.strip(" ,;")
    return ("" if head in _NONE else head), (size if found else "")


def repair_date(text: str) -> str:
    """Return a date text, with what a spreadsheet made of ``1902-06`` turned back.

    Only years of 1900 to 1999 with a second part of 01 to 12 were damaged so.

    >>> repair_date("jún.02"), repair_date("jan.00"), repair_date("c. 1663")
    ('1902-06', '1900-01', 'c. 1663')
    """
    found = _EXCEL_MONTH.fullmatch(text)
    if found is None:
        return text
    *months, year = found.groups()
    month = 1 + next(at for at, one in enumerate(months) if one)
    return f"19{year}-{month:02d}"


def life(text: str) -> tuple[int | None, int | None]:
    """Return the years of birth and death that a BORN-DIED text gives; "active" and "before" give none.

    >>> life("(b. ca. 1325, Firenze, d. ca. 1399, Firenze)"), life("(active 1444-1475/76 in Bruges)")
    ((1325, 1399), (None, None))
    """
    born, died = _BORN.search(text), _DIED.search(text)
    return (int(born.group(1)) if born else None), (int(died.group(1)) if died else None)
