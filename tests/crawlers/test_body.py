"""What a body is, told by its first bytes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.body import kind_of


def test_kinds_of_html() -> None:
    """XHTML with a prologue, comments and capitals is HTML; XML that speaks of HTML is not."""
    assert kind_of(b"<?xml version='1.0'?>\n<!-- a --><HTML xmlns='...'>") == "html"
    assert kind_of(b"\n <!doctype HTML>") == "html"
    assert kind_of(b"<OAI-PMH><dc:title>&lt;html></dc:title></OAI-PMH>") == "xml"
    assert kind_of(b"<htmlish/>") == "xml"
    assert kind_of(b"") == kind_of(b"plain words") == ""


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_a_kind_is_told_of_any_bytes(body: bytes) -> None:
    """Whatever the bytes, the kind is one of the six, and JSON needs its end."""
    assert kind_of(body) in {"", "html", "xml", "json", "image", "zip"}
    assert kind_of(b'{"' + body + b"x") != "json"


@pytest.mark.real
def test_kinds_of_real_pictures(shared_data: Path) -> None:
    """Every awkward real picture is told as a picture by its bytes, and what is none is not."""
    folder = shared_data / "images" / "awkward"
    found = {path.name: kind_of(path.read_bytes()) for path in folder.iterdir()}
    none = {"index.csv": "", "empty.jpg": "", "derived-html.jpg": "html"}

    assert {name: kind for name, kind in found.items() if kind != "image"} == none
    assert len(found) > 30
