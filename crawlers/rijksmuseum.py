"""The Rijksmuseum, Amsterdam, through its OAI-PMH service (``edm``), and pages of it stored by others.

The service asks for no key. It gives 50 records a page, and tokens that do not expire; whoever is gone
is told by a ``deleted`` header. Stored pages may also be of the service that was switched off in 2026
(``dc``, Dutch only). The two name an object differently: by the number in its persistent URI now
(``200107928``), by its object number then (``SK-C-5``). ``object_number`` is what joins them.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
from lxml import etree

from crawlers import oai
from crawlers.edm import read_edm
from crawlers.engine.source import Cost, Page
from crawlers.oai_dump import StoredPage, stored_pages
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, Text, to_batch

if TYPE_CHECKING:
    from crawlers.engine.fetch import Fetch

BASE_URL = "https://data.rijksmuseum.nl/oai"
KIND = "oai-edm"
RATES: Mapping[str, float] = MappingProxyType({"data.rijksmuseum.nl": 1.2, "iiif.micr.io": 5.0})
"""Requests per second. No number is published; harvesters had no trouble with 1 to 3 and 8 to 16."""

IMAGE_SIZE = "!1024,1024"
"""An IIIF size: at most so many pixels each way. The museum's ``full/max`` may be 14,645 x 12,158."""

_BATCH_RECORDS = 4096
_PID = re.compile(r"https?://[^/]+/(?:.*/)?([0-9]+)/?")
_OLD_ID = re.compile(r"oai:rijksmuseum\.nl:(\S+)")
_IIIF_REQUEST = re.compile(r"(https?://.+)/full/[^/]+/0/default\.jpg")
_WEB = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Rijksmuseum:
    """The Rijksmuseum's objects, told in English where it does, else in Dutch."""

    name: str = "rijksmuseum"
    institution: str = "Rijksmuseum"
    attribution: str = "Rijksmuseum, Amsterdam: data and images of the public domain, CC0 1.0."
    base_url: str = BASE_URL
    rates: Mapping[str, float] = field(default_factory=lambda: RATES, compare=False)

    async def crawl(
        self, fetch: "Fetch", *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield pages of raw records; the cursor is the token of the next page, empty at the end."""
        pages = oai.list_records(fetch, self.base_url, prefix="edm", since=since, token=cursor)
        async for answer, page in pages:
            raws = (self._raw(record, answer.url, answer.fetched) for record in page.records)
            yield Page(tuple(raws), page.token)

    def _raw(self, record: etree._Element, url: str, fetched: str) -> RawRecord:
        """Return one record of a page; an id that is none is kept, for ``read`` to name it."""
        header, body = oai.header(record), oai.canonical(record)
        source_id = source_id_of(header.identifier) or header.identifier
        raw = RawRecord(
            self.name, source_id, KIND, body, url, header.datestamp, fetched, header.deleted
        )
        return raw if source_id else replace(raw, source_id=f"sha256:{raw.sha256}")

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read the newest of an object's records; raise RecordError for one that names no object."""
        raw = raws[-1]
        where = f"{self.name}:{raw.source_id}"
        try:
            record = oai.parse_xml(raw.body, where)
        except SourceError as error:
            raise RecordError(where, "record", str(error), sha256=raw.sha256) from error
        return self._read(record, where, sha256=raw.sha256, number=0, precedence=2)

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Read a folder or a tar of stored pages, ``dc`` or ``edm``.

        Evidence is the tar's SHA-256 and the record's number in all of it, or the page file's and the
        number in the page. Pages come as ``crawlers.oai_dump`` says.
        """
        batch: list[Record] = []
        numbers = count(1)
        file_name = ""
        for page in stored_pages(path):
            if page.file_name != file_name:
                numbers, file_name = count(1), page.file_name
            for read in self._read_page(page, numbers):
                if isinstance(read, RecordError):
                    yield read
                else:
                    batch.append(read)
            if len(batch) >= _BATCH_RECORDS:
                yield to_batch(batch)
                batch = []
        if batch:
            yield to_batch(batch)

    def _read_page(
        self, page: StoredPage, numbers: Iterator[int]
    ) -> Iterator[Record | RecordError]:
        for record in oai.parse_page(page.body, page.name).records:
            number = next(numbers)
            where = f"{self.name}:{page.file_name}#{number}"
            try:
                yield self._read(record, where, sha256=page.sha256, number=number, precedence=1)
            except RecordError as error:
                yield error

    def _read(
        self, record: etree._Element, where: str, *, sha256: str, number: int, precedence: int
    ) -> Record:
        """Read one record of any form that the museum has used."""
        header = oai.header(record)
        source_id = source_id_of(header.identifier)
        if not source_id:
            raise RecordError(where, "identifier", header.identifier, sha256=sha256, number=number)
        where = f"{self.name}:{source_id}"
        told = Record(
            source=self.name,
            source_id=source_id,
            institution=self.institution,
            stated=header.datestamp,
            precedence=precedence,
            withdrawn=header.deleted,
            sha256=sha256,
            number=number,
        )
        if header.deleted:
            return told
        found = oai.metadata(record)
        form = "" if found is None else oai.local_name(found)
        if found is not None and form == "dc":
            read = _read_dc(told, found)
        elif found is not None and form == "RDF":
            read = _read_rdf(told, found)
        else:
            raise RecordError(where, "metadata", form, sha256=sha256, number=number)
        if read is None:
            raise RecordError(where, f"{form} content", "", sha256=sha256, number=number)
        return read

    def cost(self) -> Cost:
        """Return what a whole crawl takes: 843,943 records (August 2026), 729,000 of them with an image."""
        return Cost(
            requests=843_943 // 50 + 1,
            images=729_000,
            image_bytes=729_000 * 200_000,
            requests_per_second=RATES["data.rijksmuseum.nl"],
            images_per_second=RATES["iiif.micr.io"],
        )


def source_id_of(identifier: str) -> str:
    """Return what an OAI identifier names: the number of a persistent URI, or an old object number.

    >>> source_id_of("https://id.rijksmuseum.nl/200107928"), source_id_of("oai:rijksmuseum.nl:SK-C-5")
    ('200107928', 'SK-C-5')
    >>> source_id_of("https://id.rijksmuseum.nl/../etc/passwd")
    ''
    """
    found = _PID.fullmatch(identifier) or _OLD_ID.fullmatch(identifier)
    return found.group(1) if found else ""


def image_url(given: str) -> str:
    """Return the address of a picture in a modest size; empty for what is no address.

    >>> image_url("https://iiif.micr.io/PJEZO/full/max/0/default.jpg")
    'https://iiif.micr.io/PJEZO/full/!1024,1024/0/default.jpg'
    >>> image_url("https://lh3.ggpht.com/abc=s0"), image_url("no address")
    ('https://lh3.ggpht.com/abc=s0', '')
    """
    request = _IIIF_REQUEST.fullmatch(given)
    if request:
        return f"{request.group(1)}/full/{IMAGE_SIZE}/0/default.jpg"
    return given if _WEB.fullmatch(given) else ""


def _read_rdf(told: Record, rdf: etree._Element) -> Record | None:
    """Return an EDM record; None where it tells nothing of any object."""
    edm = read_edm(rdf)
    if edm is None or edm.says_nothing:
        return None
    return replace(
        told,
        object_number=edm.object_number,
        url=edm.page_url or edm.uri,
        titles=edm.titles,
        makers=edm.makers,
        types=edm.types,
        materials=edm.materials,
        techniques=edm.techniques,
        dates=edm.dates,
        dimensions=edm.dimensions,
        places=edm.places,
        subjects=edm.subjects,
        location=edm.location,
        rights=edm.rights,
        images=tuple(filter(None, dict.fromkeys(map(image_url, edm.images)))),
    )


def _read_dc(told: Record, dc: etree._Element) -> Record | None:
    """Return a Dublin Core record; None where it holds an identifier and nothing more.

    ``format`` is the material, as techniques were never given; ``anoniem`` stays a maker's name, for
    a rule to judge.
    """
    said: dict[str, list[str]] = {}
    for child in dc:
        if value := oai.text(child):
            said.setdefault(oai.local_name(child), []).append(value)
    if not said.keys() - {"identifier", "language", "publisher", "rights"}:
        return None
    language = said.get("language", ["nl"])[0]

    def texts(name: str) -> tuple[Text, ...]:
        return tuple(Text(value, language) for value in said.get(name, ()))

    identifiers = said.get("identifier", [])
    numbers = [one for one in identifiers if not _WEB.fullmatch(one)]
    creators = [Maker(name) for name in said.get("creator", ())]
    contributors = [Maker(name, "contributor") for name in said.get("contributor", ())]
    return replace(
        told,
        object_number=numbers[0] if numbers else "",
        url=next((one for one in identifiers if _WEB.fullmatch(one)), ""),
        titles=texts("title"),
        makers=(*creators, *contributors),
        types=texts("type"),
        materials=texts("format"),
        dates=texts("date"),
        places=texts("coverage"),
        subjects=texts("subject"),
        rights=said.get("rights", [""])[0],
    )
