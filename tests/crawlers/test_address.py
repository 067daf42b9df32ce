"""Addresses: encoded once, parameters whole, and nothing but addresses."""

from contextlib import suppress
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.address import Address, parse_address, redirect, site
from crawlers.engine.connection import wire_url
from crawlers.engine.fetch import FetchConfig
from schemas.errors import SourceError

HOST = "museum.invalid"
URL = f"https://{HOST}"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_encoding_is_done_once_and_loses_nothing(path: str) -> None:
    """An encoded address is plain ASCII and stays as it is; without a % it decodes to what it was."""
    address = parse_address(f"{URL}/a{path}z")

    assert address.url.isascii()
    assert parse_address(address.url) == address
    if "%" not in path:
        assert unquote(address.target) == f"/a{path}z"


@settings(deadline=None)
@given(st.text(), st.text("[]:.0123456789@%/\\#?axn-"), st.text())
def test_any_text_is_an_address_or_an_error(text: str, host: str, path: str) -> None:
    """Whatever a record or a Location header holds, it is an address that can be asked, or an error."""
    here = parse_address(URL)
    for found in (text, f"http://{host}", f"http://{host}/{path}", f"//{host}{path}"):
        with suppress(SourceError):
            to = redirect(here, found)
            assert wire_url(to, FetchConfig()).host


@settings(deadline=None)
@given(st.dictionaries(st.text("a+/=& é"), st.text("a+/=&?#% é"), max_size=3))
def test_parameters_arrive_as_they_are(params: dict[str, str]) -> None:
    """Tokens with + / = in them come out of the query as they went in."""
    _, _, query = parse_address(f"{URL}/oai", params).target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")] if query else []

    assert {unquote(name): unquote(value) for name, _, value in pairs} == params


def test_parameters_follow_a_query() -> None:
    """Parameters are added to those that the address has."""
    expected = Address("https", HOST, "", "/a?b=1&c=2")
    assert parse_address(f"{URL}/a?b=1", {"c": "2"}) == expected


def test_sites() -> None:
    """The same owner is told by the registered part of a name, deep ones under country codes."""
    assert site("www.rijksmuseum.nl") == site("data.rijksmuseum.nl") == "rijksmuseum.nl"
    assert site("a.co.uk") != site("b.co.uk")
    assert site("sample-met.invalid") != site("sample-wga.invalid")
