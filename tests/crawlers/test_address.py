"""Addresses: encoded once, parameters whole, and nothing but addresses."""

from contextlib import suppress
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.address import Address, is_public, parse_address, redirect, site
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


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("2001:4860:4860::8888", True),
        ("2a00::1", True),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("::ffff:0:10.0.0.1", False),
        ("::ffff:0:8.8.8.8", False),
        ("::10.0.0.1", False),
        ("::8.8.8.8", False),
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::127.0.0.1", False),
        ("64:ff9b:1::10.0.0.1", False),
        ("64:ff9b:1::8.8.8.8", False),
        ("2002:808:808::1", True),
        ("2002:a00:1::1", False),
        ("2002:7f00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("4000::1", False),
    ],
)
def test_no_form_of_a_private_address_is_public(ip: str, public: object) -> None:
    """An address is judged by the IPv4 one that it carries, and else must be given out to open hosts."""
    assert is_public(ip) is public
    assert is_public(f"[{ip}]") is public


def test_sites() -> None:
    """The same owner is told by the registered part of a name, deep ones under country codes."""
    assert site("www.rijksmuseum.nl") == site("data.rijksmuseum.nl") == "rijksmuseum.nl"
    assert site("a.co.uk") != site("b.co.uk")
    assert site("media.githubusercontent.com") != site("raw.githubusercontent.com")
    assert site("sample-met.invalid") != site("sample-wga.invalid")
