"""A harvest over OAI-PMH from a service on loopback that misbehaves: windows, tokens, torn pages."""

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import oai
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.oai_harvest import (
    EMPTY_PAGES,
    PAGE_TRIES,
    RESTARTS,
    Harvested,
    Place,
    harvest,
)
from schemas.errors import SourceError

HOST = "museum.example"
BASE = f"https://{HOST}/oai"
XMLNS = ' xmlns="http://www.openarchives.org/OAI/2.0/"'
Params = Mapping[str, str]


@dataclass
class Service:
    """An OAI-PMH service of made-up records; ``spoil`` is shown each answer and may change it."""

    stamps: Mapping[str, str]
    now: str = "2026-03-15T12:00:00Z"
    earliest: str = "2026-01-10T00:00:00Z"
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    prefixes: tuple[str, ...] = ("oai_dc", "edm")
    page_size: int = 2
    says_size: bool = True
    spoil: Callable[[Params, bytes], bytes] = lambda _, body: body
    asked: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        params = dict(request.query)
        self.asked.append(params)
        body = f"<OAI-PMH{XMLNS}><responseDate>{self.now}</responseDate>{self.content(params)}</OAI-PMH>"
        return web.Response(body=self.spoil(params, body.encode()), content_type="text/xml")

    def content(self, params: Params) -> str:
        """Return what an answer holds beside its date."""
        match params["verb"]:
            case "Identify":
                return (
                    f"<Identify><earliestDatestamp>{self.earliest}</earliestDatestamp>"
                    f"<granularity>{self.granularity}</granularity></Identify>"
                )
            case "ListMetadataFormats":
                names = "".join(
                    f"<metadataFormat><metadataPrefix>{one}</metadataPrefix></metadataFormat>"
                    for one in self.prefixes
                )
                return f"<ListMetadataFormats>{names}</ListMetadataFormats>"
            case verb:
                return self.listed(verb, params)

    def listed(self, verb: str, params: Params) -> str:
        """Return one page of a list; a token holds the window and the place in it."""
        if "resumptionToken" in params:
            assert params.keys() == {"verb", "resumptionToken"}
            first, until, start = params["resumptionToken"].split("|")
        else:
            assert params["metadataPrefix"] == "edm"
            first, until, start = params.get("from", ""), params.get("until", ""), "0"
        found = [
            (one, stamp) for one, stamp in self.stamps.items() if first <= stamp <= (until or "9")
        ]
        if not found:
            return error("noRecordsMatch")
        end = int(start) + self.page_size
        headers = (
            f"<header><identifier>{one}</identifier><datestamp>{stamp}</datestamp></header>"
            for one, stamp in found[int(start) : end]
        )
        wrap = "{}" if verb == "ListIdentifiers" else "<record>{}</record>"
        size = f' completeListSize="{len(found)}"' if self.says_size else ""
        token = f"{first}|{until}|{end}" if end < len(found) else ""
        tail = f"<resumptionToken{size}>{token}</resumptionToken>"
        return f"<{verb}>{''.join(map(wrap.format, headers))}{tail}</{verb}>"

    def lists(self) -> list[dict[str, str]]:
        """Return the requests for records that were made."""
        return [one for one in self.asked if one["verb"] == "ListRecords"]


def error(code: str) -> str:
    return f'<error code="{code}">so it is</error>'


def go(
    service: Service,
    *,
    since: date | None = None,
    cursor: str = "",
    most: int = 1000,
    into: list[Harvested] | None = None,
) -> list[Harvested]:
    """Harvest ``most`` pages from a service; ``into`` holds them where an error ends it, too."""
    found = [] if into is None else into

    async def run() -> list[Harvested]:
        app = web.Application()
        app.router.add_get("/oai", service.answer)
        async with TestServer(app) as server:
            config = FetchConfig(
                routes={HOST: f"http://127.0.0.1:{server.port}"},
                default_rate=1e6,
                backoff_s=0,
                wall_backoff_s=0,
                retries=1,
            )
            async with Fetch(config) as fetch:
                pages = harvest(fetch, BASE, prefix="edm", since=since, cursor=cursor)
                async with aclosing(pages) as told:
                    async for page in told:
                        found.append(page)
                        if len(found) == most:
                            break
            return found

    return asyncio.run(run())


def ids(pages: list[Harvested]) -> list[str]:
    return [oai.header(record).identifier for one in pages for record in one.page.records]


def made(count: int, month: str = "2026-02") -> dict[str, str]:
    return {f"id-{n}": f"{month}-{n % 28 + 1:02d}T00:00:00Z" for n in range(count)}


def spoiled(
    when: Callable[[Params], bool], how: Callable[[bytes], bytes], times: int = 10**6
) -> Callable[[Params, bytes], bytes]:
    """Return a way to change the answers to some requests, so many times."""
    left = [times]

    def spoil(params: Params, body: bytes) -> bytes:
        if params["verb"] != "ListRecords" or not when(params) or not left[0]:
            return body
        left[0] -= 1
        return how(body)

    return spoil


def at(start: int) -> Callable[[Params], bool]:
    """Return whether a request is for the page that begins so far into its window."""
    return lambda params: params.get("resumptionToken", "||0").endswith(f"|{start}")


def expired(_: bytes) -> bytes:
    return f"<OAI-PMH>{error('badResumptionToken')}</OAI-PMH>".encode()


# --- windows -------------------------------------------------------------------


def test_windows_are_months_open_at_both_ends() -> None:
    """The first window has no beginning and the last no end, so that no datestamp lies outside."""
    stamps = {
        "old": "1999-01-01T00:00:00Z",
        "january": "2026-01-31T23:59:59Z",
        "march": "2026-03-01T00:00:00Z",
        "tomorrow": "2026-03-16T00:00:00Z",
    }
    service = Service(stamps)
    pages = go(service)

    assert sorted(ids(pages)) == sorted(stamps)
    assert service.lists() == [
        {"verb": "ListRecords", "metadataPrefix": "edm", "until": "2026-01-31T23:59:59Z"},
        {
            "verb": "ListRecords",
            "metadataPrefix": "edm",
            "from": "2026-02-01T00:00:00Z",
            "until": "2026-02-28T23:59:59Z",
        },
        {"verb": "ListRecords", "metadataPrefix": "edm", "from": "2026-03-01T00:00:00Z"},
    ]
    assert [(ids([page]), bool(page.cursor)) for page in pages] == [
        (["old", "january"], True),
        (["march", "tomorrow"], False),
    ]


def test_dates_are_written_as_the_service_writes_them() -> None:
    """A service whose dates are days is asked in days."""
    service = Service({"a": "2026-02-03"}, granularity="YYYY-MM-DD", earliest="2026-02-01")

    assert ids(go(service)) == ["a"]
    assert [(one.get("from"), one.get("until")) for one in service.lists()] == [
        (None, "2026-02-28"),
        ("2026-03-01", None),
    ]


def test_changes_are_asked_for_from_a_day_before() -> None:
    """A day that is over here may not be over at the museum."""
    service = Service(made(3, "2026-03"), page_size=9)
    go(service, since=date(2026, 3, 2))

    assert [one.get("from") for one in service.lists()] == ["2026-03-01T00:00:00Z"]
    service.asked.clear()
    go(service, since=date(2026, 3, 1))
    assert [one.get("from") for one in service.lists()] == [
        "2026-02-28T00:00:00Z",
        "2026-03-01T00:00:00Z",
    ]


def test_a_collection_that_is_stamped_anew_in_one_day_is_one_window() -> None:
    """A window is as large as it is, and what it expects is told with the first page."""
    service = Service({f"id-{n}": "2026-02-11T00:00:00Z" for n in range(901)}, page_size=300)
    pages = go(service)

    assert len(ids(pages)) == 901
    assert {page.expected for page in pages} == {901}


@pytest.mark.parametrize("earliest", ["", "0000-00-00", "1066-10-14T00:00:00Z"])
def test_an_odd_first_datestamp_does_no_harm(earliest: str) -> None:
    """However far back a service claims to go, the windows are few and all records come."""
    service = Service(made(5), earliest=earliest)

    assert sorted(ids(go(service))) == sorted(made(5))
    assert len(service.lists()) < 330


def test_a_service_without_the_form_is_refused_by_name() -> None:
    """That the museum has taken a form away is told before anything is asked for."""
    service = Service(made(5), prefixes=("oai_dc", "lido"))
    with pytest.raises(SourceError, match="offers no 'edm', but oai_dc, lido"):
        go(service)
    assert service.lists() == []


def test_a_service_that_does_not_count_is_harvested() -> None:
    """What the whole harvest brings is None where it is not said."""
    service = Service(made(5), says_size=False)
    pages = go(service)

    assert sorted(ids(pages)) == sorted(made(5))
    assert {page.expected for page in pages} == {None}


# --- cursors -------------------------------------------------------------------


@given(st.integers(1, 9), st.integers(1, 3))
@settings(max_examples=12, deadline=None)
def test_a_harvest_goes_on_from_any_page(stop: int, page_size: int) -> None:
    """Broken off after any page, it asks for nothing twice and leaves nothing out."""
    stamps = {**made(3, "2026-01"), **{f"b{n}": "2026-03-02T00:00:00Z" for n in range(4)}}
    service = Service(stamps, page_size=page_size)
    begun = go(service, most=stop)
    rest = go(service, cursor=begun[-1].cursor) if begun[-1].cursor else []

    assert sorted(ids(begun) + ids(rest)) == sorted(stamps)


def test_cursors_are_all_different() -> None:
    """Two pages never have one cursor, not even when a window is begun again."""
    service = Service(made(9), spoil=spoiled(at(4), expired, PAGE_TRIES))
    cursors = [page.cursor for page in go(service)]

    assert max(Counter(cursors).values()) == 1
    assert all(json.loads(cursor)["expected"] == 9 for cursor in cursors if cursor)


@pytest.mark.parametrize("cursor", ["MXx8", "7", '{"first":"soon"}', "[" * 99_999])
def test_a_cursor_of_another_making_begins_at_the_beginning(cursor: str) -> None:
    """Nothing is lost by it, and the log says so."""
    assert sorted(ids(go(Service(made(3)), cursor=cursor))) == sorted(made(3))


@given(st.text(max_size=40), st.integers(0, 10**6), st.integers(-1, 10**6))
def test_a_place_is_read_as_it_was_written(token: str, pages: int, expected: int) -> None:
    """Whatever a token holds, the cursor keeps it."""
    place = Place("2026-01-01", "2026-01-31T23:59:59Z", token, pages, expected=expected)

    assert Place.parse(place.text) == place


# --- pages that come wrong ---------------------------------------------------------

TORN = {
    "cut": lambda body: body[:-30],
    "trailing": lambda body: body + b"trailing",
    "entities": lambda _: b"<!DOCTYPE a [<!ENTITY b 'c'>]><OAI-PMH>&b;</OAI-PMH>",
    "no OAI": lambda _: b"<rss/>",
    "no list": lambda _: b"<OAI-PMH><Identify/></OAI-PMH>",
    "made-up error": lambda _: f"<OAI-PMH>{error('internal')}</OAI-PMH>".encode(),
    "no match": lambda _: f"<OAI-PMH>{error('noRecordsMatch')}</OAI-PMH>".encode(),
    "no records": lambda body: b"<OAI-PMH><ListRecords/></OAI-PMH>",
    "empty": lambda body: body[: body.index(b"<record>")] + body[body.rindex(b"</record>") + 9 :],
    "leads back": lambda body: body.replace(b"|8<", b"|6<"),
    "ends early": lambda body: (
        body[: body.index(b">", body.index(b"<resumptionToken")) + 1]
        + body[body.index(b"</resumptionToken>") :]
    ),
}


@pytest.mark.parametrize("fault", TORN)
def test_a_page_that_comes_wrong_is_named_and_asked_again(
    fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Status 200 proves nothing: such a page is called by its name in the log, and none is lost."""
    service = Service(made(20), spoil=spoiled(at(6), TORN[fault], 2))
    with caplog.at_level(logging.WARNING):
        pages = go(service)

    assert ids(pages) == list(made(20))
    assert "page 4 of the window 2026-02-01 to 2026-02-28: https://museum.example" in caplog.text
    assert sum(map(at(6), service.lists())) == 3


@pytest.mark.parametrize("fault", ["cut", "entities", "no OAI", "no list", "made-up error"])
def test_a_page_that_stays_wrong_is_an_error_that_names_it(fault: str) -> None:
    """After a few tries the harvest stops, with page and place in one line; what came before is whole."""
    service = Service(made(20), spoil=spoiled(at(6), TORN[fault]))
    pages: list[Harvested] = []
    with pytest.raises(
        SourceError, match=r"page 4 of the window 2026-02.* failed 5 times"
    ) as raised:
        pages += go(service)
    assert "2026-02-28T23%3A59%3A59Z" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert sum(map(at(6), service.lists())) == PAGE_TRIES


def test_a_circle_is_begun_again_once_and_named() -> None:
    """A server that goes on leading back does not make us walk with it for ever."""
    service = Service(made(20), spoil=spoiled(at(6), TORN["leads back"]))
    with pytest.raises(
        SourceError, match=r"leads back to token '2026-02.*\|6', from the beginning"
    ):
        go(service)
    assert sum(map(at(0), service.lists())) == 1 + 2  # January; February, and once again
    healed = Service(made(20), spoil=spoiled(at(6), TORN["leads back"], PAGE_TRIES))
    assert set(ids(go(healed))) == set(made(20))


def test_an_earlier_page_is_a_circle_as_well() -> None:
    """A token is remembered for the whole of its window."""
    service = Service(made(20), spoil=spoiled(at(12), lambda body: body.replace(b"|14<", b"|4<")))
    with pytest.raises(SourceError, match=r"leads back to token '.*\|4'"):
        go(service)


def test_an_expired_token_begins_its_window_again_and_no_other() -> None:
    """Records that come twice do no harm; those of earlier windows do not come again."""
    stamps = {**made(4, "2026-01"), **{f"b{n}": "2026-02-02T00:00:00Z" for n in range(8)}}
    service = Service(stamps, spoil=spoiled(at(6), expired, PAGE_TRIES))
    found = Counter(ids(go(service)))

    assert set(found) == set(stamps)
    assert {one for one, times in found.items() if times > 1} == {f"b{n}" for n in range(6)}


def test_tokens_that_expire_ever_further_on_are_outlived() -> None:
    """As long as a window gets further than before, it is begun again."""
    dead = [4, 6, 8, 10, 12, 14, 16]

    def spoil(params: Params, body: bytes) -> bytes:
        if dead and params["verb"] == "ListRecords" and at(dead[0])(params):
            tries.append(0)
            if len(tries) % PAGE_TRIES == 0:
                dead.pop(0)
            return expired(body)
        return body

    tries: list[int] = []
    assert set(ids(go(Service(made(20), spoil=spoil)))) == set(made(20))
    assert dead == []


def test_a_token_that_always_expires_is_an_error() -> None:
    """A window that is begun again and again without getting further ends the harvest for now."""
    service = Service(made(20), spoil=spoiled(at(6), expired))
    with pytest.raises(SourceError, match=r"has expired.*3 new beginnings got no further"):
        go(service)
    assert sum(map(at(0), service.lists())) == 1 + 1 + RESTARTS


def test_a_harvest_whose_token_expired_overnight_begins_its_window_again() -> None:
    """It goes on from the window that its cursor names."""
    service = Service({**made(4, "2026-01"), "b": "2026-02-02T00:00:00Z"})
    begun = go(service, most=1)
    service.asked.clear()
    service.spoil = spoiled(at(2), expired, PAGE_TRIES)

    assert set(ids(go(service, cursor=begun[0].cursor))) == set(service.stamps)


def test_an_error_of_the_protocol_is_not_asked_again() -> None:
    """What the service refuses it will refuse again: its reason is told at once."""
    service = Service(
        made(9),
        spoil=spoiled(at(0), lambda _: f"<OAI-PMH>{error('badArgument')}</OAI-PMH>".encode()),
    )
    with pytest.raises(SourceError, match=r"refuses the request \(badArgument: so it is\)"):
        go(service)
    assert len(service.lists()) == 1


def test_pages_that_are_empty_and_lead_on_are_followed() -> None:
    """Some servers filter after they cut: what stays empty is believed, for a while."""
    stamps = made(30)
    keep = {f"id-{n}" for n in range(30) if not 4 <= n < 16}

    def spoil(params: Params, body: bytes) -> bytes:
        token = params.get("resumptionToken", "")
        start = int(token.rpartition("|")[2] or 0)
        return TORN["empty"](body) if 4 <= start < 16 and b"<record>" in body else body

    assert set(ids(go(Service(stamps, says_size=False, spoil=spoil)))) == keep


def test_empty_pages_without_end_are_not_followed_for_ever() -> None:
    """Where more was to come it is an error; where that is not said it is the end."""

    def spoil(params: Params, body: bytes) -> bytes:
        return TORN["empty"](body) if b"<record>" in body and at(0)(params) is False else body

    many = made(60)
    with pytest.raises(SourceError, match="11 pages without records, and only 2 of 60 came"):
        go(Service(many, spoil=spoil))
    service = Service(many, says_size=False, spoil=spoil)
    assert ids(go(service)) == ["id-0", "id-1"]
    assert len({one.get("resumptionToken") for one in service.lists()}) == EMPTY_PAGES + 2


def says(size: int) -> Callable[[Params, bytes], bytes]:
    """Return a way to claim another size of each list that is as long as the service's."""
    return lambda _, body: re.sub(rb'completeListSize="200"', b'completeListSize="%d"' % size, body)


@pytest.mark.parametrize("size", [201, 202])
def test_a_list_that_stays_a_little_short_is_let_be_and_told(
    size: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A size may be an estimate: up to one record in a hundred may be missing, with a warning."""
    service = Service(made(200), spoil=says(size), page_size=50)
    with caplog.at_level(logging.WARNING):
        pages = go(service)

    assert set(ids(pages)) == set(made(200))
    assert f"held 200 records, and the museum spoke of {size}" in caplog.text
    assert not pages[-1].cursor


def test_a_list_that_stays_well_short_is_an_error_and_begun_again_by_the_next_run() -> None:
    """What came is handed on, with the cursor of the window's beginning; a service that heals is then whole."""
    service = Service({**made(200), "old": "2026-01-10T00:00:00Z"}, page_size=50)
    service.spoil = says(203)
    came: list[Harvested] = []
    with pytest.raises(
        SourceError,
        match=r"the window 2026-02-01 to 2026-02-28 holds 203 records, .* ended twice with 200",
    ):
        go(service, into=came)
    assert set(ids(came)) == set(service.stamps)
    assert sum(map(at(0), service.lists())) == 2 + 1, "January, and February twice"

    service.asked.clear()
    service.spoil = says(200)
    rest = go(service, cursor=came[-1].cursor)
    assert set(ids(rest)) == set(made(200))
    assert service.lists()[0]["from"] == "2026-02-01T00:00:00Z"
    cursors = [page.cursor for page in came + rest]
    assert max(Counter(cursors).values()) == 1


def test_a_list_that_says_in_its_middle_that_there_is_nothing_is_doubted() -> None:
    """Even where no size is said: the window is asked for twice before that is believed."""
    nothing = spoiled(at(4), TORN["no match"])
    service = Service(made(9), says_size=False, spoil=nothing)

    assert ids(go(service))[-4:] == ["id-0", "id-1", "id-2", "id-3"]
    healed = Service(made(9), says_size=False, spoil=spoiled(at(4), TORN["no match"], PAGE_TRIES))
    assert set(ids(go(healed))) == set(made(9))


def test_a_service_that_is_gone_is_an_error() -> None:
    """A 410 from the service itself is no empty collection."""

    class Gone(Service):
        async def answer(self, request: web.Request) -> web.Response:
            return web.Response(status=410)

    with pytest.raises(SourceError, match=r"is gone \(410\)"):
        go(Gone(made(3)))
