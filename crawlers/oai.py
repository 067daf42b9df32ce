"""OAI-PMH 2.0: pages of records, read strictly, and the tokens that lead from one page to the next.

Protocol: http://www.openarchives.org/OAI/openarchivesprotocol.html. Elements are found by their local
names, because harvests lie about whose namespaces were stripped. A page is never trusted: no document
type, no entities, nothing fetched, libxml2's own limits on depth and text left in force.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.engine.body import kind_of
from schemas.errors import SourceError

if TYPE_CHECKING:
    from crawlers.engine.fetch import Answer, Fetch

MAX_PAGE_BYTES = 32 << 20
"""The most bytes in one page: 50 EDM records take about 1 MB."""

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Header:
    """Who a record is: its identifier, the datestamp of this statement, whether it is deleted."""

    identifier: str
    datestamp: str
    deleted: bool


@dataclass(frozen=True)
class OaiPage:
    """One answer to ListRecords: its records, and the token that leads on (empty: the list ends)."""

    records: tuple[etree._Element, ...]
    token: str


def parse_xml(body: bytes, where: str) -> etree._Element:
    """Return the root of a document, without comments; raise SourceError for what is no safe XML."""
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
        remove_comments=True,
        remove_pis=True,
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
    """Return the records of a ListRecords (or GetRecord) answer.

    An answer of ``noRecordsMatch`` is an empty page. Raises SourceError, which names the page by
    ``where``, for every other OAI-PMH error and for what is no OAI-PMH at all.
    """
    root = parse_xml(body, where)
    if local_name(root) != "OAI-PMH":
        raise SourceError(f"{where} is no OAI-PMH but <{local_name(root)}>: fetch it again")
    for error in children(root, "error"):
        code = error.get("code", "")
        if code != "noRecordsMatch":
            raise SourceError(f"{where}: {_advice(code)} ({code or 'error'}: {text(error)})")
        return OaiPage((), "")
    for verb in ("ListRecords", "GetRecord"):
        for answer in children(root, verb):
            tokens = [text(token) for token in children(answer, "resumptionToken")]
            return OaiPage(tuple(children(answer, "record")), tokens[-1] if tokens else "")
    raise SourceError(f"{where} is OAI-PMH, but holds no ListRecords: fetch it again")


def _advice(code: str) -> str:
    """Return what an OAI-PMH error calls for."""
    if code == "badResumptionToken":
        return "the place to go on from has expired: start this crawl anew"
    return "the museum refuses the request"


def header(record: etree._Element) -> Header:
    """Return a record's header; what it does not hold is empty."""
    for found in children(record, "header"):
        return Header(
            child_text(found, "identifier"),
            child_text(found, "datestamp"),
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


async def list_records(
    fetch: "Fetch", base_url: str, *, prefix: str, since: date | None, token: str
) -> AsyncIterator[tuple["Answer", OaiPage]]:
    """Yield one page after the other of ListRecords, from ``token`` on where it is given.

    A request that follows carries the verb and the token and nothing else, as the protocol asks. The
    list ends with a page without token or without records; a token that leads to itself or to an
    earlier page is a SourceError.
    """
    params = {"verb": "ListRecords", "metadataPrefix": prefix}
    if since is not None:
        params["from"] = f"{since.isoformat()}T00:00:00Z"
    seen = set()
    while True:
        if token:
            params = {"verb": "ListRecords", "resumptionToken": token}
            seen.add(token)
        answer = await fetch.get(base_url, params, expect="xml")
        if answer.gone:
            raise SourceError(f"{base_url} is gone ({answer.status}): see the museum's own pages")
        page = parse_page(answer.body, answer.url)
        if page.token in seen:
            raise SourceError(f"{base_url} leads back to token {page.token!r}: try again later")
        if not page.records:
            page = OaiPage((), "")
        yield answer, page
        token = page.token
        if not token:
            return
