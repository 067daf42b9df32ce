"""Each artwork keeps the URI of its rights, what the source said, and since when."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pytest

from omniart_data.normalise import normalise
from schemas.record import Record

IN_COPYRIGHT = "https://rightsstatements.org/vocab/InC/1.0"
BY_NL = "https://creativecommons.org/licenses/by/3.0/nl"

MakeRecords = Callable[..., pa.Table]


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("http://creativecommons.org/licenses/by/3.0/nl/deed.nl", BY_NL),
        ("© 2019 Artists Rights Society (ARS), New York", IN_COPYRIGHT),
        ("ask at the desk", "ask at the desk"),
        ("", ""),
    ],
)
def test_what_was_said_is_kept(
    make_records: MakeRecords, night_watch: Record, given: str, uri: str
) -> None:
    """The column ``rights`` has the URI in one spelling, ``rights_as_given`` the statement itself."""
    done = normalise(make_records(replace(night_watch, rights=given)))
    (artwork,) = done.artworks.to_pylist()

    assert (artwork["rights"], artwork["rights_as_given"]) == (uri, given)


def test_the_table_says_because_of_what(make_records: MakeRecords, night_watch: Record) -> None:
    """A judgement on rights names the statement and what it allows; an unknown one says that it is none."""
    cases = {night_watch.rights: "Public Domain Mark 1.0: ", "ask": "not known: ", "": "no rights"}
    for given, because in cases.items():
        done = normalise(make_records(replace(night_watch, rights=given)))
        (judged,) = (j for j in done.judgements.to_pylist() if j["rule"] == "rights")
        assert judged["because"].startswith(because)


@pytest.mark.parametrize(
    ("stated", "first", "kept"),
    [
        ("2026-08-07T10:11:12Z", "", "2026-08-07T10:11:12Z"),
        ("2026-08-07T10:11:12Z", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("", "", ""),
    ],
)
def test_the_date_is_that_of_the_first_statement(
    make_records: MakeRecords, night_watch: Record, stated: str, first: str, kept: str
) -> None:
    """Where a source dates its statement, the artwork keeps that date; when it was received is no date."""
    record = replace(
        night_watch, stated=stated, rights_stated=first, received="2026-11-27T00:00:00Z"
    )
    (artwork,) = normalise(make_records(record)).artworks.to_pylist()

    assert artwork["rights_stated"] == kept


def test_a_new_date_alone_changes_nothing(make_records: MakeRecords, night_watch: Record) -> None:
    """A museum that dates all its records anew, and says nothing new, changes no artwork."""
    first = replace(
        night_watch, stated="2024-01-01T00:00:00Z", rights_stated="2024-01-01T00:00:00Z"
    )
    again = replace(first, stated="2026-11-27T00:00:00Z", received="2026-11-28T00:00:00Z")

    assert normalise(make_records(again)).artworks.equals(normalise(make_records(first)).artworks)


def test_rights_come_from_the_statement_that_holds(
    make_records: MakeRecords, night_watch: Record
) -> None:
    """Of two statements on one object the newer gives the rights and their date, stricter or not."""
    open_once = replace(night_watch, stated="2024-01-01T00:00:00Z")
    protected = replace(
        night_watch, stated="2025-01-01T00:00:00Z", rights=f"{IN_COPYRIGHT}/", sha256="b" * 64
    )
    for records in ((open_once, protected), (protected, open_once)):
        (artwork,) = normalise(make_records(*records)).artworks.to_pylist()
        assert (artwork["rights"], artwork["rights_stated"]) == (
            IN_COPYRIGHT,
            "2025-01-01T00:00:00Z",
        )
