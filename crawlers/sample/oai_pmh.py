"""The sample museum in the manner of the Rijksmuseum's OAI-PMH service.

http://www.openarchives.org/OAI/openarchivesprotocol.html: 50 records a page, opaque tokens that do not
expire, deleted headers, and errors in an answer of status 200.
"""

import base64
import binascii
import json
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from aiohttp import web
from lxml import etree

from crawlers.sample.collection import Work
from crawlers.sample.edm import edm_record, persistent
from crawlers.sample.holdings import Holdings
from crawlers.sample.hosts import NOTICE, RIJKSMUSEUM

PAGE_SIZE = 50
BASE_URL = f"https://{RIJKSMUSEUM}/oai"
EARLIEST = "2024-01-01T00:00:00Z"
ALL, OPEN = "260251", "260239"
"""Sets: all that is published, and what of it is free of rights."""

OAI_FAULTS = frozenset({"expired-token", "repeated-token", "duplicate-records", "empty-page"})
"""The faults that only the service itself can commit."""
OAI_FAULT = ContextVar("oai fault", default="")
"""How the service is told, while it answers a request, which of them is due."""

_OAI = "http://www.openarchives.org/OAI/2.0/"
_EMPTY = f'<OAI-PMH xmlns="{_OAI}"/>'
_ANSWERS_HELD = 256
"""Pages kept as they were sent, about 40 MB: a crawl that begins anew asks for the same ones."""
_LISTS_HELD = 64
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_ALLOWED = {
    "Identify": frozenset[str](),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
    "ListIdentifiers": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
}
_MUST = {"GetRecord": ("identifier", "metadataPrefix")} | dict.fromkeys(
    ("ListRecords", "ListIdentifiers"), ("metadataPrefix",)
)


class _OaiError(Exception):
    """What the protocol answers with an error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class _Entry:
    """One record of the service; ``work`` is None where it is deleted."""

    number: str
    datestamp: str
    work: Work | None
    nested: bool


@dataclass(frozen=True)
class _Shelf:
    """The records of one version of the holdings, and the lists that were asked of it."""

    version: int
    now: str
    entries: Mapping[str, _Entry]
    lists: dict[tuple[str, str, str], tuple[_Entry, ...]]
    answers: OrderedDict[tuple[tuple[str, str], ...], bytes]


class OaiService:
    """The collection's Rijksmuseum behind the six verbs."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        numbers = sorted(holdings.datestamps(), key=int)
        half = len(numbers) // 2 // PAGE_SIZE * PAGE_SIZE
        self._nested = frozenset(numbers[:half])
        self._shelf = self._take_stock()

    def _take_stock(self) -> _Shelf:
        works, version = self._holdings.works["rijksmuseum"], self._holdings.version
        entries = {
            number: _Entry(number, stamp, works.get(number), nested=number in self._nested)
            for number, stamp in self._holdings.datestamps().items()
        }
        return _Shelf(version, self._holdings.now, entries, {}, OrderedDict())

    def answer(self, query: Mapping[str, str], *, repeated: bool = False, fault: str = "") -> bytes:
        """Return the answer to a query; ``repeated`` says that an argument was given twice.

        ``fault`` is one of those that only the service itself can commit, else empty.
        """
        if self._shelf.version != self._holdings.version:
            self._shelf = self._take_stock()
        if fault or repeated:
            return self._answer(query, repeated=repeated, fault=fault)
        held, key = self._shelf.answers, tuple(sorted(query.items()))
        if key not in held:
            held[key] = self._answer(query, repeated=False, fault="")
            if len(held) > _ANSWERS_HELD:
                held.popitem(last=False)
        return held[key]

    def _answer(self, query: Mapping[str, str], *, repeated: bool, fault: str) -> bytes:
        root = etree.fromstring(_EMPTY)
        root.append(etree.Comment(NOTICE))
        _add(root, "responseDate", self._shelf.now)
        request = _add(root, "request", BASE_URL)
        verb = query.get("verb", "")
        try:
            _check(verb, query, repeated=repeated)
            content = self._content(verb, query, fault)
        except _OaiError as error:
            _add(root, "error", str(error)).set("code", error.code)
        else:
            for name, value in query.items():
                request.set(name, value)
            root.append(content)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def _content(self, verb: str, query: Mapping[str, str], fault: str) -> etree._Element:
        element = etree.Element(f"{{{_OAI}}}{verb}")
        match verb:
            case "Identify":
                _identify(element)
            case "ListMetadataFormats":
                if "identifier" in query:
                    self._entry(query["identifier"])
                _formats(element)
            case "ListSets":
                for spec, name in ((ALL, "Everything (invented)"), (OPEN, "Public domain")):
                    one = _add(element, "set")
                    _add(one, "setSpec", spec)
                    _add(one, "setName", name)
            case "GetRecord":
                _check_prefix(query["metadataPrefix"])
                _record(element, self._entry(query["identifier"]))
            case _:
                self._list(element, verb, query, fault)
        return element

    def _entry(self, identifier: str) -> _Entry:
        number = identifier.removeprefix(persistent(""))
        entry = self._shelf.entries.get(number) if identifier != number else None
        if entry is None:
            raise _OaiError("idDoesNotExist", f"{identifier!r} is not known")
        return entry

    def _list(
        self, element: etree._Element, verb: str, query: Mapping[str, str], fault: str
    ) -> None:
        """Write one page, and the token of the next; the last page of several has an empty token."""
        if fault == "expired-token":
            raise _OaiError("badResumptionToken", "it has expired")
        token = query.get("resumptionToken")
        asked = _untoken(token) if token is not None else _asked(query)
        found = self._found(asked)
        if not found and token is None:
            raise _OaiError("noRecordsMatch", "nothing matches")
        start = int(asked["start"])
        if start % PAGE_SIZE or (start and start >= len(found)):
            raise _OaiError("badResumptionToken", "it is not one of ours")
        first = start - PAGE_SIZE if fault == "duplicate-records" else start
        for entry in found[first : start + PAGE_SIZE] if fault != "empty-page" else ():
            if verb == "ListRecords":
                _record(element, entry)
            else:
                _header(element, entry)
        end = start + PAGE_SIZE
        if len(found) > PAGE_SIZE:
            following = _token(asked | {"start": str(end)}) if end < len(found) else ""
            if fault == "repeated-token" and token:
                following = token
            last = _add(element, "resumptionToken", following)
            last.set("completeListSize", str(len(found)))
            last.set("cursor", str(start))

    def _found(self, asked: Mapping[str, str]) -> Sequence[_Entry]:
        """Return all that a list holds, looked for once: a list of 4,000 pages is asked for 4,000 times."""
        key = asked["from"], asked["until"], asked["set"]
        lists = self._shelf.lists
        if key not in lists:
            if len(lists) >= _LISTS_HELD:
                lists.clear()
            lists[key] = tuple(e for e in self._shelf.entries.values() if _meant(e, asked))
        return lists[key]


def _check(verb: str, query: Mapping[str, str], *, repeated: bool) -> None:
    """Refuse what is no verb, and arguments that a verb does not have, has twice, or lacks."""
    if verb not in _ALLOWED:
        raise _OaiError("badVerb", f"{verb!r} is no verb")
    given = set(query) - {"verb"}
    if repeated or given - _ALLOWED[verb]:
        raise _OaiError("badArgument", f"{verb} was asked with an argument too many")
    if "resumptionToken" in given:
        if len(given) > 1:
            raise _OaiError("badArgument", "resumptionToken stands alone")
        return
    if any(name not in given for name in _MUST.get(verb, ())):
        raise _OaiError("badArgument", f"{verb} lacks an argument")


def _check_prefix(prefix: str) -> None:
    if prefix != "edm":
        raise _OaiError("cannotDisseminateFormat", f"{prefix!r} is not offered")


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    """Return what a first request for a list asks for."""
    _check_prefix(query["metadataPrefix"])
    first, last = query.get("from", ""), query.get("until", "")
    dates = [date for date in (first, last) if date]
    for form in (_DAY, _SECOND):
        if all(form.fullmatch(date) for date in dates):
            break
    else:
        raise _OaiError("badArgument", "from and until are no dates of one granularity")
    if first and last and first > last:
        raise _OaiError("badArgument", "from is after until")
    if _DAY.fullmatch(last):
        last += "T23:59:59Z"
    return {"from": first, "until": last, "set": query.get("set", ALL), "start": "0"}


def _meant(entry: _Entry, asked: Mapping[str, str]) -> bool:
    """Return whether a list that was asked for holds an entry; both dates are included."""
    until = asked["until"] or "9999"
    return asked["from"] <= entry.datestamp <= until and asked["set"] in _sets(entry)


def _sets(entry: _Entry) -> tuple[str, ...]:
    open_rights = entry.work is not None and entry.work.open_rights
    return (ALL, OPEN) if open_rights else (ALL,)


_TOKEN_KEYS = frozenset({"from", "until", "set", "start"})


def _token(asked: Mapping[str, str]) -> str:
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _untoken(token: str) -> dict[str, str]:
    """Return what a token of ours stands for."""
    try:
        asked = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), validate=True))
    except (binascii.Error, ValueError) as error:
        raise _OaiError("badResumptionToken", "it cannot be read") from error
    ours = isinstance(asked, dict) and asked.keys() == _TOKEN_KEYS
    if not ours or not all(isinstance(value, str) for value in asked.values()):
        raise _OaiError("badResumptionToken", "it is not one of ours")
    if not asked["start"].isdecimal() or asked["start"] == "0" or len(asked["start"]) > 9:
        raise _OaiError("badResumptionToken", "it leads nowhere")
    return {str(name): str(value) for name, value in asked.items()}


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{_OAI}}}{name}")
    element.text = text or None
    return element


def _identify(element: etree._Element) -> None:
    for name, text in (
        ("repositoryName", "Sample Rijksmuseum (invented) OAI-PMH API"),
        ("baseURL", BASE_URL),
        ("protocolVersion", "2.0"),
        ("adminEmail", "nobody@sample-rijksmuseum.invalid"),
        ("earliestDatestamp", EARLIEST),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(element, name, text)


def _formats(element: etree._Element) -> None:
    one = _add(element, "metadataFormat")
    _add(one, "metadataPrefix", "edm")
    _add(one, "schema", "http://www.europeana.eu/schemas/edm/EDM.xsd")
    _add(one, "metadataNamespace", "http://www.europeana.eu/schemas/edm/")


def _header(parent: etree._Element, entry: _Entry) -> None:
    header = _add(parent, "header")
    _add(header, "identifier", persistent(entry.number))
    _add(header, "datestamp", entry.datestamp)
    for spec in _sets(entry):
        _add(header, "setSpec", spec)
    if entry.work is None:
        header.set("status", "deleted")


def _record(parent: etree._Element, entry: _Entry) -> None:
    record = _add(parent, "record")
    _header(record, entry)
    if entry.work is not None:
        _add(record, "metadata").append(edm_record(entry.work, nested=entry.nested))


def add_oai(app: web.Application, holdings: Holdings) -> None:
    """Add the service over the collection's Rijksmuseum; ``OAI_FAULT`` is what it is to do wrong."""
    service = OaiService(holdings)

    async def oai(request: web.Request) -> web.Response:
        query = dict(request.query)
        repeated = len(query) < len(request.query)
        body = service.answer(query, repeated=repeated, fault=OAI_FAULT.get())
        return web.Response(body=body, content_type="text/xml", charset="utf-8")

    app.router.add_get("/oai", oai)
