"""Each fault does over the wire what its line says, on every sort of answer, and then it has passed."""

import io
import json
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests
from lxml import etree
from PIL import Image

from crawlers.sample import FAULTS, Faults, SampleMuseum, sample_museum
from crawlers.sample.faults import MOST_IN_A_ROW
from crawlers.sample.hosts import IIIF, MET, MET_IMAGES, MET_OPEN_ACCESS, RIJKSMUSEUM, WGA
from crawlers.sample.met_api import API
from crawlers.sample.met_bulk import FILE
from crawlers.sample.oai_pmh import PAGE_SIZE

WORKS = 300
"""Enough for two pages of the Rijksmuseum's list."""
OAI = "{http://www.openarchives.org/OAI/2.0/}"


@dataclass
class Client:
    """Asks one museum, and never goes where a redirect leads."""

    museum: SampleMuseum
    session: requests.Session

    def get(self, host: str, path: str) -> requests.Response:
        """Return the answer, or raise what the connection broke with."""
        verify = str(self.museum.ca_file) if self.museum.ca_file else True
        url = f"{self.museum.routes[host]}{path}"
        return self.session.get(url, timeout=20, allow_redirects=False, verify=verify)


@contextmanager
def going_wrong(*kinds: str, tls: bool = False, share: float = 1.0) -> Iterator[Client]:
    faults = Faults(share, kinds, slow_s=0.1, retry_after_s=7, huge_bytes=9_000_000)
    with (
        sample_museum(works=WORKS, faults=faults, tls=tls) as museum,
        requests.Session() as session,
    ):
        session.trust_env = False
        yield Client(museum, session)


@pytest.fixture(scope="module")
def calm() -> Iterator[Client]:
    """Return a client of the same museum, in which nothing goes wrong."""
    with going_wrong(share=0.0) as client:
        yield client


def _address(client: Client, sort: str) -> tuple[str, str]:
    """Return one address of a sort."""
    works = client.museum.collection.works
    plain = {
        museum: next(work for work in works[museum] if work.image and not work.image_fault)
        for museum in works
    }
    return {
        "json": (MET, f"{API}/objects/{plain['met'].source_id}"),
        "linked art": (RIJKSMUSEUM, f"/{plain['rijksmuseum'].source_id}"),
        "list": (MET, f"{API}/objects"),
        "xml": (RIJKSMUSEUM, "/oai?verb=Identify"),
        "oai first": (RIJKSMUSEUM, "/oai?verb=ListRecords&metadataPrefix=edm"),
        "oai next": (RIJKSMUSEUM, f"/oai?verb=ListRecords&resumptionToken={SECOND_PAGE}"),
        "image": (MET_IMAGES, f"/CRDImages/{plain['met'].image}"),
        "iiif": (IIIF, f"/{plain['rijksmuseum'].image}/full/max/0/default.jpg"),
        "wga": (WGA, f"/art/{plain['wga'].image}.jpg"),
        "bulk": (WGA, "/database/download/data_txt.zip"),
        "csv": (MET_OPEN_ACCESS, FILE),
    }[sort]


SECOND_PAGE = "eyJmcm9tIjoiIiwic2V0IjoiMjYwMjUxIiwic3RhcnQiOiI1MCIsInVudGlsIjoiIn0"
"""The token of the second page, as the first page gives it; a test makes sure of it."""
Check = Callable[[Callable[[], requests.Response], bytes], None]


def _status(status: int, **headers: str) -> Check:
    def check(ask: Callable[[], requests.Response], right: bytes) -> None:
        answer = ask()
        assert answer.status_code == status
        assert {name: answer.headers[name.replace("_", "-")] for name in headers} == headers
        assert answer.content != right

    return check


def _blocked(ask: Callable[[], requests.Response], _: bytes) -> None:
    answer = ask()
    assert answer.status_code == 403
    assert answer.headers["Connection"] == "close"
    assert "X-Iinfo" in answer.headers


def _date(ask: Callable[[], requests.Response], _: bytes) -> None:
    answer = ask()
    assert answer.status_code == 429
    later = parsedate_to_datetime(answer.headers["Retry-After"]) - datetime.now(UTC)
    assert 0 < later.total_seconds() <= 9


def _broken(ask: Callable[[], requests.Response], _: bytes) -> None:
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask()


def _slow(ask: Callable[[], requests.Response], right: bytes) -> None:
    begun = time.monotonic()
    answer = ask()
    assert answer.content == right
    assert time.monotonic() - begun >= 0.08


def _torn(ask: Callable[[], requests.Response], right: bytes) -> None:
    answer = ask()
    assert answer.content == right[: len(right) // 2]
    assert answer.headers["Content-Length"] == str(len(answer.content))


def _html(ask: Callable[[], requests.Response], _: bytes) -> None:
    answer = ask()
    assert answer.status_code == 200
    assert answer.content.startswith(b"<html")


def _empty(ask: Callable[[], requests.Response], _: bytes) -> None:
    answer = ask()
    assert (answer.status_code, answer.content) == (200, b"")


def _huge(ask: Callable[[], requests.Response], right: bytes) -> None:
    answer = ask()
    assert "Content-Length" not in answer.headers
    assert len(answer.content) >= 9_000_000
    assert answer.content.startswith(right)


def _leads_to(*places: str) -> Check:
    def check(ask: Callable[[], requests.Response], _: bytes) -> None:
        answer = ask()
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(places)

    return check


def _bomb(ask: Callable[[], requests.Response], _: bytes) -> None:
    body = ask().content
    assert len(body) < 1000
    assert body.startswith(b"\x89PNG")
    assert struct.unpack(">II", body[16:24]) == (60_000, 60_000)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(body))


def _entities(ask: Callable[[], requests.Response], right: bytes) -> None:
    body = ask().content
    assert b"<!DOCTYPE OAI-PMH [<!ENTITY" in body
    read = etree.fromstring(body, etree.XMLParser(resolve_entities=True))
    assert "entity entity" in read.findtext(f"{OAI}responseDate", "")
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    assert len(etree.fromstring(body, parser).findall(f".//{OAI}header")) == right.count(b"<header")


def _records(body: bytes) -> tuple[list[str | None], str]:
    page = etree.fromstring(body)
    ids = [one.text for one in page.iterfind(f".//{OAI}header/{OAI}identifier")]
    return ids, page.findtext(f".//{OAI}resumptionToken", "")


def _repeated(ask: Callable[[], requests.Response], right: bytes) -> None:
    assert _records(ask().content) == (_records(right)[0], SECOND_PAGE)


def _expired(ask: Callable[[], requests.Response], _: bytes) -> None:
    error = etree.fromstring(ask().content).find(f"{OAI}error")
    assert error is not None
    assert error.get("code") == "badResumptionToken"


def _duplicates(ask: Callable[[], requests.Response], right: bytes) -> None:
    ids, token = _records(ask().content)
    assert (ids[PAGE_SIZE:], token) == _records(right)
    assert len(set(ids)) == len(ids)


def _no_records(ask: Callable[[], requests.Response], right: bytes) -> None:
    ids, token = _records(ask().content)
    assert (ids, token) == ([], _records(right)[1])


CHECKS: dict[str, tuple[str, Check]] = {
    "403": ("json, linked art, image, oai first, bulk", _blocked),
    "429": ("json, iiif, oai next", _status(429, Retry_After="7")),
    "429-date": ("list, wga", _date),
    "500": ("json, xml, csv", _status(500)),
    "503": ("image, list", _status(503)),
    "503-after": ("json, bulk", _status(503, Retry_After="7")),
    "reset": ("json, image, oai next, csv", _broken),
    "slow": ("json, image, oai first", _slow),
    "truncated": ("json, image, oai next, bulk", _broken),
    "torn": ("json, oai next, list, csv", _torn),
    "html": ("json, image, iiif, oai next, bulk", _html),
    "empty": ("json, image, oai first", _empty),
    "repeated-token": ("oai next", _repeated),
    "expired-token": ("oai next", _expired),
    "duplicate-records": ("oai next", _duplicates),
    "empty-page": ("oai first, oai next", _no_records),
    "xml-entities": ("oai first, xml", _entities),
    "slow-list": ("list, oai next", _slow),
    "huge": ("json, image", _huge),
    "redirect-private": (
        "json, image",
        _leads_to("http://127.0.0.1:1/", "http://169.254.169.254/"),
    ),
    "redirect-foreign": ("json, oai first", _leads_to("https://elsewhere.invalid/")),
    "torn-image": ("image, iiif", _torn),
    "bomb": ("image, wga", _bomb),
}
"""Fault to the sorts of answers that it is tried on, and what it must look like."""
LASTING = {"png", "placeholder", "vanished", "restamp", "robots-html", "robots-disallow"}


def test_every_fault_is_tried() -> None:
    """There is a test for each fault that has a name."""
    assert set(CHECKS) | LASTING == set(FAULTS)


@pytest.mark.parametrize("kind", CHECKS)
def test_what_its_line_says(calm: Client, kind: str) -> None:
    """A fault does what it is called three times, and the fourth answer is the calm museum's, byte for byte."""
    sorts, check = CHECKS[kind]
    with going_wrong(kind) as client:
        for sort in sorts.split(", "):
            address = _address(client, sort)
            right = calm.get(*address).content
            for _ in range(MOST_IN_A_ROW):
                check(lambda address=address: client.get(*address), right)
            assert client.get(*address).content == right
        assert set(client.museum.counts()["faults"]) == {kind}


@pytest.mark.parametrize("kind", ["reset", "truncated", "slow", "html"])
def test_over_tls(calm: Client, kind: str) -> None:
    """Over TLS a fault looks as it does over plain HTTP."""
    with going_wrong(kind, tls=True) as client:
        for sort in ("json", "image"):
            address = _address(client, sort)
            right = calm.get(*address).content
            for _ in range(MOST_IN_A_ROW):
                CHECKS[kind][1](lambda address=address: client.get(*address), right)
            assert client.get(*address).content == right


def test_the_second_page(calm: Client) -> None:
    """The token that the tests above ask with is the one that the first page gives."""
    assert _records(calm.get(*_address(calm, "oai first")).content)[1] == SECOND_PAGE


def test_gone_stays_gone() -> None:
    """An id that is not there is a 404 with the museum's words, whatever else is done to bodies."""
    with going_wrong("torn", "truncated", "slow") as client:
        (number, *_) = client.museum.collection.missing_met
        for _ in range(6):
            answer = client.get(MET, f"{API}/objects/{number}")
            assert (answer.status_code, list(answer.json())) == (404, ["message"])


def test_png() -> None:
    """A PNG under the name of a JPEG is the very picture, and stays so."""
    with going_wrong("png") as client:
        address = _address(client, "wga")
        bodies = {client.get(*address).content for _ in range(5)}
        (body,) = bodies
        work = next(w for w in client.museum.collection.works["wga"] if not w.image_fault)
        with Image.open(io.BytesIO(body)) as image:
            assert image.format == "PNG"
            assert image.size == (work.picture.width, work.picture.height)
        assert client.get(*address).headers["Content-Type"] == "image/jpeg"


def test_placeholder() -> None:
    """A share of the image addresses shows one and the same picture, each time."""
    with going_wrong("placeholder", share=0.5) as client:
        works = [w for w in client.museum.collection.works["wga"] if not w.image_fault]

        def bodies() -> list[bytes]:
            return [client.get(WGA, f"/art/{work.image}.jpg").content for work in works]

        told = bodies()
        assert told == bodies()
        commonest = max(set(told), key=told.count)
        assert 0.3 * len(told) < told.count(commonest) < 0.7 * len(told)
        assert client.museum.counts()["faults"] == {"placeholder": 2 * told.count(commonest)}


def test_robots() -> None:
    """robots.txt may be a page of HTML or let nobody in, and is spared every other fault."""
    for kinds, says in (
        (("robots-html",), "<html"),
        (("robots-disallow",), "User-agent: *\nDisallow: /\n"),
        (("500", "html"), "User-agent: *\nAllow: /\n"),
    ):
        with going_wrong(*kinds) as client:
            assert client.get(MET, "/robots.txt").text.startswith(says)


def test_vanished(calm: Client) -> None:
    """A share of the ids of the Met is neither listed nor there any more."""
    path = f"{API}/objects"
    with going_wrong("vanished", share=0.2) as client:
        before = set(calm.get(MET, path).json()["objectIDs"])
        after = set(client.get(MET, path).json()["objectIDs"])
        gone = before - after
        assert after < before
        assert 0.1 < len(gone) / len(before) < 0.3
        assert client.get(MET, f"{path}/{min(gone)}").status_code == 404
        assert client.get(MET, f"{path}/{min(after - {11, 311, 611, 911})}").ok


def test_a_patient_client_sees_through_it_all(calm: Client) -> None:
    """With three tenths of all answers faulty, asking again until it is right gives what the calm museum gives."""
    with going_wrong(share=0.3) as client:
        works = client.museum.collection.works["met"][:60]
        for work in works:
            path = f"{API}/objects/{work.source_id}"
            right = calm.get(MET, path).content
            assert any(_said(client, path) == right for _ in range(MOST_IN_A_ROW + 1))
        fallen = sum(client.museum.counts()["faults"].values())
        assert fallen > 10


def _said(client: Client, path: str) -> bytes:
    try:
        answer = client.get(MET, path)
    except requests.RequestException:
        return b""
    return answer.content if answer.ok else b""


def test_counts(calm: Client) -> None:
    """The museum tells other processes, as JSON, what was asked and what went wrong."""
    with going_wrong("500") as client:
        client.get(*_address(client, "json"))
        told = client.session.get(f"{client.museum.base_url}/counts", timeout=10).json()
    assert told == json.loads(
        json.dumps({"requests": {MET: 1}, "walls": {}, "refused": 0, "faults": {"500": 1}})
    )
