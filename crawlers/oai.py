"""OAI-PMH 2.0: answers read strictly, one at a time; ``crawlers.oai_harvest`` asks for them.

Protocol: http://www.openarchives.org/OAI/openarchivesprotocol.html. Elements are found by their local
names, because harvests lie about whose namespaces were stripped. A page is never trusted: no document
type, no entities, nothing fetched, libxml2's own limits on depth and text left in force.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import quoteattr

from lxml import etree

from crawlers.engine.body import kind_of
from schemas.errors import SourceError

MAX_PAGE_BYTES = 32 << 20
"""The most bytes in one page: 50 EDM records take about 1 MB."""

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RECORD_END = b"</record>"
_LISTS = ("ListRecords", "GetRecord", "ListIdentifiers")

_CODES = {
    "badResumptionToken": "the place to go on from has expired",
    "badArgument": "the museum refuses the request",
    "badVerb": "the museum refuses the request",
    "cannotDisseminateFormat": "the museum does not offer this form of its records",
    "idDoesNotExist": "the museum knows no such object",
    "noMetadataFormats": "the museum offers no form of its records",
    "noSetHierarchy": "the museum has no sets",
}
"""The protocol's errors but ``noRecordsMatch``; a server that is in trouble makes up others."""


class OaiError(SourceError):
    """The service answers with one of the protocol's errors: asking the same again changes nothing."""

    def __init__(self, where: str, code: str, said: str) -> None:
        super().__init__(f"{where}: {_CODES[code]} ({code}: {said})")
        self.code = code


@dataclass(frozen=True)
class Header:
    """Who a record is: its identifier, the datestamp of this statement, whether it is deleted."""

    identifier: str
    datestamp: str
    deleted: bool


@dataclass(frozen=True)
class OaiPage:
    """One answer to a list request: its records (or headers) and the token that leads on.

    An empty ``token`` says that the list ends; ``size`` is how many records the whole list has, as the
    service says (None: it does not). ``matched`` is false where it says that there are none.
    """

    records: tuple[etree._Element, ...]
    token: str
    size: int | None = None
    matched: bool = True
    bodies: tuple[bytes, ...] = ()
    """The records as received: see ``as_received``."""


@dataclass(frozen=True)
class Identity:
    """What a service says of itself: its first datestamp, how fine its dates are, what day it is there."""

    earliest: date | None
    seconds: bool
    today: date | None


def parse_xml(body: bytes, where: str) -> etree._Element:
    """Return the root of a document, without comments and indents; SourceError for what is no safe XML."""
    if len(body) > MAX_PAGE_BYTES:
        raise SourceError(f"{where} has {len(body):,} bytes: no page of records is so large")
    if kind_of(body) == "html":
        raise SourceError(f"{where} is a web page and no OAI-PMH: fetch it again")
    if _DOCTYPE.search(body.replace(b"\0", b"")):
        raise SourceError(f"{where} declares a document type or entities: not read")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = _BLANKS.sub(" ", str(error)) or "nothing in it"
        raise SourceError(
            f"{where} is torn or no XML, as OAI-PMH pages are ({reason}): fetch it again"
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceError(f"{where} declares a document type or entities: not read")
    return root


def parse_page(body: bytes, where: str) -> OaiPage:
    """Return the records of a ListRecords or GetRecord answer, or the headers of ListIdentifiers.

    An answer of ``noRecordsMatch`` is an empty page. Raises OaiError for the protocol's other errors,
    and SourceError, which names the page by ``where``, for what is no OAI-PMH at all.
    """
    root = _parse_answer(body, where)
    for verb in _LISTS:
        for answer in children(root, verb):
            name = "header" if verb == "ListIdentifiers" else "record"
            tokens = list(children(answer, "resumptionToken"))
            sizes = [token.get("completeListSize", "") for token in tokens]
            known = [int(size) for size in sizes if size.isdecimal() and len(size) < 10]
            records = tuple(children(answer, name))
            return OaiPage(
                records,
                text(tokens[-1]) if tokens else "",
                known[-1] if known else None,
                bodies=as_received(body, answer, records) if name == "record" else (),
            )
    if _error_code(root) == "noRecordsMatch":
        return OaiPage((), "", matched=False)
    raise SourceError(f"{where} is OAI-PMH, but holds no ListRecords: fetch it again")


def parse_identity(body: bytes, where: str) -> Identity:
    """Return what an Identify answer says."""
    root = _parse_answer(body, where)
    for found in children(root, "Identify"):
        return Identity(
            earliest=day_of(child_text(found, "earliestDatestamp")),
            seconds="T" in child_text(found, "granularity"),
            today=day_of(child_text(root, "responseDate")),
        )
    raise SourceError(f"{where} is OAI-PMH, but holds no Identify: fetch it again")


def parse_prefixes(body: bytes, where: str) -> tuple[str, ...]:
    """Return the metadata prefixes that a ListMetadataFormats answer offers."""
    root = _parse_answer(body, where)
    for found in children(root, "ListMetadataFormats"):
        formats = children(found, "metadataFormat")
        return tuple(child_text(one, "metadataPrefix") for one in formats)
    raise SourceError(f"{where} is OAI-PMH, but holds no ListMetadataFormats: fetch it again")


def _parse_answer(body: bytes, where: str) -> etree._Element:
    root = parse_xml(body, where)
    if local_name(root) != "OAI-PMH":
        raise SourceError(f"{where} is no OAI-PMH but <{local_name(root)}>: fetch it again")
    code = _error_code(root)
    if code in _CODES:
        raise OaiError(where, code, child_text(root, "error"))
    if code not in (None, "noRecordsMatch"):
        said = f"{code or 'error'}: {child_text(root, 'error')}"
        raise SourceError(f"{where} is an error of no known kind ({said}): fetch it again")
    return root


def _error_code(root: etree._Element) -> str | None:
    return next((error.get("code", "") for error in children(root, "error")), None)


def day_of(said: str) -> date | None:
    """Return the day of a datestamp of either granularity.

    >>> day_of("2024-08-15T13:51:17Z"), day_of("soon"), day_of("2024-13-01")
    (datetime.date(2024, 8, 15), None, None)
    """
    found = _DATE.match(said)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def header(record: etree._Element) -> Header:
    """Return a record's header; what it does not hold is empty."""
    for found in children(record, "header"):
        told: dict[str, str] = {}
        for child in found:
            told.setdefault(local_name(child), text(child))
        return Header(
            told.get("identifier", ""),
            told.get("datestamp", ""),
            found.get("status") == "deleted",
        )
    return Header("", "", deleted=False)


def metadata(record: etree._Element) -> etree._Element | None:
    """Return the one element that a record's metadata consists of; None where there is none."""
    for found in children(record, "metadata"):
        return next(iter(found), None)
    return None


def canonical(element: etree._Element) -> bytes:
    """Return an element as exclusive canonical XML: the same bytes whatever page it stood in."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def as_received(
    page: bytes, answer: etree._Element, records: Sequence[etree._Element]
) -> tuple[bytes, ...]:
    """Return each record's bytes as they stand in a page, with the prefixes that the page declares for all.

    A page that is not cut so with certainty (another encoding than UTF-8, a prefix on ``record``, more
    places that look like records than there are) gives canonical XML instead.
    """
    encoding = answer.getroottree().docinfo.encoding or "UTF-8"
    parts = page.split(b"<record>")[1:]
    if len(parts) != len(records) or encoding.upper() not in {"UTF-8", "US-ASCII"}:
        return tuple(map(canonical, records))
    start = b"<record" + b"".join(map(_declaration, answer.nsmap.items())) + b">"
    ends = [part.rfind(_RECORD_END) for part in parts]
    if min(ends, default=0) < 0:
        return tuple(map(canonical, records))
    return tuple(start + part[:end] + _RECORD_END for part, end in zip(parts, ends, strict=True))


def _declaration(named: tuple[str | None, str]) -> bytes:
    prefix, uri = named
    return f" xmlns{f':{prefix}' if prefix else ''}={quoteattr(uri)}".encode()


def record_content(body: bytes) -> str:
    """Return the SHA-256 of what one record says, however it was written down; see ``content_of``."""
    return content_of(parse_xml(body, "record"))


def content_of(record: etree._Element) -> str:
    """Return the SHA-256 of what a record says.

    Its header is left out: datestamp and sets change when a museum publishes it anew. So does the order
    in which a graph is written down. So every element is compared as what it holds, in any order: what
    stands in one element never counts as standing in another.

    >>> a = '<record><header>1</header><metadata><R><a about="1"><b>x</b><c>y</c></a></R></metadata></record>'
    >>> b = '<record><header>2</header><metadata><R><a about="1"><c>y</c><b>x</b></a></R></metadata></record>'
    >>> told = [content_of(etree.fromstring(one)) for one in (a, b, b.replace("y", "z"))]
    >>> told[0] == told[1], told[0] == told[2]
    (True, False)
    """
    said = sorted(_content(child) for child in record if local_name(child) != "header")
    return hashlib.sha256("".join(said).encode()).hexdigest()


def _content(element: etree._Element) -> str:
    """Return the SHA-256 of an element with all that stands in it."""
    texts = ((element.text or "").strip(), (element.tail or "").strip())
    said = (str(element.tag), sorted(element.items()), *texts, sorted(map(_content, element)))
    return hashlib.sha256(repr(said).encode()).hexdigest()


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the child elements of a local name."""
    return (child for child in element if local_name(child) == name)


def child_text(element: etree._Element, name: str) -> str:
    """Return the text of the first child of a local name; empty where there is none."""
    return next((text(child) for child in children(element, name)), "")


def text(element: etree._Element) -> str:
    """Return an element's own text with single, ordinary blanks (museums write U+00A0 in dates)."""
    return " ".join((element.text or "").split())
