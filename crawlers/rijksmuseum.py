"""The Rijksmuseum, Amsterdam, through its OAI-PMH service (``edm``) and its Linked Art, and stored pages.

No service asks for a key. OAI-PMH gives 50 records a page; whoever is gone is told by a ``deleted``
header. What EDM lacks stands in Linked Art, two requests an object, and is asked for only where rights and
image admit the object. Stored pages may also be of the service that was switched off in 2026 (``dc``,
Dutch only). The two name an object differently: by the number in its persistent URI now (``200107928``),
by its object number then (``SK-C-5``). ``object_number`` is what joins them.
"""

import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pyarrow as pa
from lxml import etree

from crawlers import oai
from crawlers.edm import holds_object, read_edm, rights_and_images
from crawlers.engine.failures import HostDownError
from crawlers.engine.source import Cost, Page, Promise, Supplement, Unfetched
from crawlers.linked_art import read_object, read_visual, shown
from crawlers.oai_dump import StoredPage, stored_pages
from crawlers.oai_harvest import ask, harvest
from crawlers.rijks_record import image_url, read_dc, read_rdf, with_linked_object, with_subjects
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Record, to_batch
from schemas.rights import NOT_SAID, YES, policy

if TYPE_CHECKING:
    from crawlers.engine.fetch import AddressError, Answer, Fetch

log = logging.getLogger(__name__)

BASE_URL = "https://data.rijksmuseum.nl/oai"
KIND, OBJECT, VISUAL = "oai-edm", "la-object", "la-visual"
RATES: Mapping[str, float] = MappingProxyType(
    {"data.rijksmuseum.nl": 3.0, "id.rijksmuseum.nl": 3.0, "iiif.micr.io": 5.0}
)
"""Requests per second. No number is published; harvesters had no trouble with 1 to 3 over OAI-PMH, 6 to 12
connections side by side to the resolver, 8 to 16 to the images."""
RECORDS = 843_943
"""What OAI-PMH spoke of in August 2026, deleted ones perhaps included."""
IMAGES = 729_000
"""Objects in the public domain with an image: one image each, and Linked Art is asked for each."""

_PAGE_SIZE = 50
_BATCH_RECORDS = 4096
_PROFILE = "_profile=la&_mediatype=application/ld%2Bjson"
_PID = re.compile(r"https?://[^/]+/(?:.*/)?([0-9]+)/?")
_OLD_ID = re.compile(r"oai:rijksmuseum\.nl:(\S+)")
_NUMBER = re.compile(r"[0-9]{1,30}")

_PROMISES = (
    Promise("identifier is a persistent URI", lambda record: _is_number(record.source_id)),
    Promise("dc:identifier, the object number", lambda record: bool(record.object_number), 0.9),
    Promise("dc:title", lambda record: bool(record.titles), 0.8),
    Promise("dc:creator", lambda record: bool(record.makers), 0.7),
    Promise("dc:type", lambda record: bool(record.types), 0.8),
    Promise("dcterms:medium or edmfp:technique", lambda r: bool(r.materials or r.techniques), 0.5),
    Promise("dcterms:created", lambda record: bool(record.dates), 0.8),
    Promise("edm:rights is a statement that is known", lambda r: policy(r.rights) != NOT_SAID),
    Promise("edm:isShownBy", lambda record: bool(record.images), 0.5),
    Promise("datestamp", lambda record: bool(record.stated)),
)


@dataclass(frozen=True)
class Rijksmuseum:
    """The Rijksmuseum's objects, told in English where it does, else in Dutch.

    Without ``linked_art`` its Linked Art is not asked for: a crawl takes hours in place of weeks, and
    there are no years but those that can be read from texts, no roles and no doubts about makers.
    """

    name: str = "rijksmuseum"
    institution: str = "Rijksmuseum"
    attribution: str = "Rijksmuseum, Amsterdam: data and images of the public domain, CC0 1.0."
    base_url: str = BASE_URL
    rates: Mapping[str, float] = field(default_factory=lambda: RATES, compare=False)
    linked_art: bool = True

    async def crawl(
        self, fetch: "Fetch", *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield pages of raw records; the cursor is a place in a harvest by windows, empty at the end."""
        harvested = harvest(fetch, self.base_url, prefix="edm", since=since, cursor=cursor)
        async with aclosing(harvested) as pages:
            async for got in pages:
                fetched, page = got.answer.fetched, got.page
                told = zip(page.records, page.bodies, strict=True)
                raws = [self._raw(record, body, fetched) for record, body in told]
                yield Page(tuple(raws), got.cursor, expected=got.expected)

    async def crawl_ids(self, fetch: "Fetch", ids: Sequence[str]) -> AsyncIterator[Page]:
        """Yield pages about these objects alone, by GetRecord; an unknown id is one that is gone."""
        wrong = tuple(Unfetched(one, "no persistent URI") for one in ids if not _is_number(one))
        if wrong:
            yield Page((), "", wrong)
        numbers = [one for one in ids if _is_number(one)]
        for first in range(0, len(numbers), _PAGE_SIZE):
            yield await self._page_of(fetch, numbers[first : first + _PAGE_SIZE])

    async def _page_of(self, fetch: "Fetch", numbers: Sequence[str]) -> Page:
        records: list[RawRecord] = []
        unfetched: list[Unfetched] = []
        urls = [self._address(number) for number in numbers]
        async for answer in fetch.get_each(urls, expect="xml"):
            number = numbers[len(records) + len(unfetched)]
            settled = await self._settle(fetch, number, answer)
            if isinstance(settled, Unfetched):
                unfetched.append(settled)
            else:
                records.append(settled)
        return Page(tuple(records), "", tuple(unfetched))

    async def _settle(
        self, fetch: "Fetch", number: str, answer: "Answer | AddressError"
    ) -> RawRecord | Unfetched:
        """Return one object's record; what comes torn is asked for again."""
        if isinstance(answer, SourceError):
            return Unfetched(number, answer.reason)
        if answer.gone:
            return Unfetched(number, f"status {answer.status}")
        try:
            return self._one(number, answer)
        except SourceError as error:
            log.info("%s: %s; asked again", self.name, error)
        try:
            return (await ask(fetch, answer.url, {}, lambda got: self._one(number, got), number))[1]
        except HostDownError:
            raise
        except SourceError as error:
            log.warning("%s:%s: %s", self.name, number, error)
            return Unfetched(number, "no record in the answer")

    def _one(self, number: str, answer: "Answer") -> RawRecord:
        try:
            page = oai.parse_page(answer.body, answer.url)
        except oai.OaiError as error:
            if error.code != "idDoesNotExist":
                raise
            return self._withdrawn(number, answer)
        told = zip(page.records, page.bodies, strict=True)
        raws = [self._raw(record, body, answer.fetched) for record, body in told]
        if [raw.source_id for raw in raws] != [number]:
            raise SourceError(f"{answer.url} answers with another record")
        return raws[0]

    def _withdrawn(self, number: str, answer: "Answer") -> RawRecord:
        return RawRecord(
            self.name,
            number,
            KIND,
            answer.body,
            answer.url,
            fetched=answer.fetched,
            withdrawn=True,
        )

    def _raw(self, record: etree._Element, body: bytes, fetched: str) -> RawRecord:
        """Return one record of a page; an id that is none is kept, for ``read`` to name it.

        Its address is that at which it can be had alone: a page's is gone when its token is.
        """
        header = oai.header(record)
        source_id = source_id_of(header.identifier) or header.identifier
        raw = RawRecord(
            self.name,
            source_id,
            KIND,
            body,
            self._address(source_id) if _is_number(source_id) else self.base_url,
            header.datestamp,
            fetched,
            header.deleted,
            oai.record_content,
        )
        return raw if source_id else replace(raw, source_id=f"sha256:{raw.sha256}")

    def _address(self, number: str) -> str:
        """Return the address of one object's record; its identifier is its persistent URI."""
        return _record_address(self.base_url) + number

    def supplements(self, raws: Sequence[RawRecord]) -> Sequence[Supplement]:
        """Return the Linked Art object, then the VisualItem that it names, where they are wanted.

        The VisualItem is asked for IconClass, which EDM tells of many objects already.
        """
        newest = {raw.kind: raw for raw in raws}
        if KIND not in newest or not self.linked_art or not self._admits(newest[KIND]):
            return ()
        if OBJECT not in newest:
            return (self._supplement(OBJECT, newest[KIND].source_id),)
        linked = newest[OBJECT]
        settled = VISUAL in newest or linked.withdrawn or self._has_iconclass(newest[KIND])
        number = "" if settled else shown(linked.body)
        return (self._supplement(VISUAL, number),) if number else ()

    def _supplement(self, kind: str, number: str) -> Supplement:
        """Return the address of a resource: nothing of it but the number is the museum's to choose."""
        host = urlsplit(self.base_url).netloc
        return Supplement(kind, f"https://{host}/{number}?{_PROFILE}")

    def _admits(self, raw: RawRecord) -> bool:
        """Return whether rights and image, as EDM tells them, let the picture be fetched."""
        if raw.withdrawn or not _is_number(raw.source_id):
            return False
        rdf = self._rdf(raw)
        rights, images = ("", ()) if rdf is None else rights_and_images(rdf)
        return any(map(image_url, images)) and policy(rights, self.name).may_fetch == YES

    def _has_iconclass(self, raw: RawRecord) -> bool:
        """Return whether EDM itself tells what is depicted, by IconClass."""
        rdf = self._rdf(raw)
        edm = None if rdf is None else read_edm(rdf)
        subjects = () if edm is None else edm.subjects
        return any(subject.text.startswith("iconclass:") for subject in subjects)

    def _rdf(self, raw: RawRecord) -> etree._Element | None:
        try:
            return _rdf_of(oai.parse_xml(raw.body, raw.source_id))
        except SourceError:
            return None

    def promises(self) -> Sequence[Promise]:
        """Return what EDM holds of nearly every object, by the source's notes."""
        return _PROMISES

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read the newest EDM record, with the newest Linked Art; raise RecordError for one that is none.

        Linked Art that cannot be read is let be, as EDM tells enough to stand alone: the evidence names
        what was read. ``stated`` is the newest date of the statement, which may have been published
        anew since we received its text.
        """
        newest = {raw.kind: raw for raw in raws}
        raw = newest.get(KIND, raws[-1])
        where = f"{self.name}:{raw.source_id}"
        if raw.withdrawn:
            return self._told(raw.source_id, raw.stated, sha256=raw.sha256, withdrawn=True)
        if raw.kind != KIND:
            raise RecordError(where, "kind", raw.kind, sha256=raw.sha256)
        try:
            record = oai.parse_xml(raw.body, where)
        except SourceError as error:
            raise RecordError(where, "record", str(error), sha256=raw.sha256) from error
        read = self._read(record, where, sha256=raw.sha256, number=0, precedence=2)
        if raw.stated > read.stated:  # published anew, without a word changed
            read = replace(read, stated=raw.stated, rights_stated=read.stated)
        return self._with_linked_art(read, newest)

    def _with_linked_art(self, told: Record, newest: Mapping[str, RawRecord]) -> Record:
        for kind in (OBJECT, VISUAL):
            raw = newest.get(kind)
            if raw is None or raw.withdrawn:
                continue
            try:
                read = _supplemented(told, raw)
            except ValueError as error:
                log.info("%s:%s: %s is not read: %s", told.source, told.source_id, kind, error)
            else:
                told = replace(read, supplements=(*told.supplements, raw.sha256))
        return told

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
        told = self._told(
            source_id, header.datestamp, sha256=sha256, number=number, precedence=precedence
        )
        if header.deleted:
            return replace(told, withdrawn=True)
        found, rdf = oai.metadata(record), _rdf_of(record)
        form = "" if found is None else oai.local_name(found)
        if rdf is not None:
            read = read_rdf(told, rdf)
        elif found is not None and form == "dc":
            read = read_dc(told, found)
        else:
            raise RecordError(where, "metadata", form, sha256=sha256, number=number)
        if read is None:
            raise RecordError(where, f"{form} content", "", sha256=sha256, number=number)
        return read

    def _told(
        self,
        source_id: str,
        stated: str,
        *,
        sha256: str,
        number: int = 0,
        precedence: int = 2,
        withdrawn: bool = False,
    ) -> Record:
        """Return what is known of an object before its description is read."""
        return Record(
            self.name,
            source_id,
            institution=self.institution,
            stated=stated,
            precedence=precedence,
            withdrawn=withdrawn,
            sha256=sha256,
            number=number,
        )

    def cost(self) -> Cost:
        """Return what a whole crawl takes: pages, at most two Linked Art answers and an image for each object."""
        pages = RECORDS // _PAGE_SIZE + 1
        return Cost(
            requests=pages + (2 * IMAGES if self.linked_art else 0),
            images=IMAGES,
            image_bytes=IMAGES * 200_000,
            requests_per_second=RATES["data.rijksmuseum.nl"],
            images_per_second=RATES["iiif.micr.io"],
        )


@cache
def _record_address(base_url: str) -> str:
    """Return what an object's number is put behind to ask for its record.

    >>> _record_address(BASE_URL)
    'https://data.rijksmuseum.nl/oai?verb=GetRecord&metadataPrefix=edm&identifier=https%3A%2F%2Fid.rijksmuseum.nl%2F'
    """
    host = (urlsplit(base_url).hostname or "").removeprefix("data.")
    identifier = quote(f"https://id.{host}/", safe="")
    return f"{base_url}?verb=GetRecord&metadataPrefix=edm&identifier={identifier}"


def _is_number(source_id: str) -> bool:
    return _NUMBER.fullmatch(source_id) is not None


def _rdf_of(record: etree._Element) -> etree._Element | None:
    """Return the EDM in a record's metadata, however deep it stands there; None where there is none."""
    found = oai.metadata(record)
    if found is None:
        return None
    if oai.local_name(found) == "RDF":
        return found
    return found if holds_object(found) else None


def _supplemented(told: Record, raw: RawRecord) -> Record:
    """Return a record with what a Linked Art answer adds; ValueError for what is none, or another's."""
    if raw.kind == VISUAL:
        return with_subjects(told, read_visual(raw.body))
    linked = read_object(raw.body)
    if linked.number != told.source_id:
        raise ValueError(f"it is about {linked.number or 'no object'}")
    return with_linked_object(told, linked)


def source_id_of(identifier: str) -> str:
    """Return what an OAI identifier names: the number of a persistent URI, or an old object number.

    >>> source_id_of("https://id.rijksmuseum.nl/200107928"), source_id_of("oai:rijksmuseum.nl:SK-C-5")
    ('200107928', 'SK-C-5')
    >>> source_id_of("https://id.rijksmuseum.nl/../etc/passwd")
    ''
    """
    found = _PID.fullmatch(identifier) or _OLD_ID.fullmatch(identifier)
    return found.group(1) if found else ""
