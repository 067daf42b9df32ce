"""Records for the normalisers, and a short way to their table."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pytest

from omniart_data.normalise import normalise
from schemas.record import Maker, Record, Text, to_batch

MakeRecords = Callable[..., pa.Table]


@pytest.fixture(scope="session", autouse=True)
def _tables_are_read() -> None:
    """Read the vocabularies once beforehand: what a property test times is its rule, not their reading."""
    record = Record("met", "1", types=(Text("vaas", "nl"),), medium=(Text("Oil on canvas", "en"),))
    makers = (Maker("Nobody"), Maker("Rijn, Rembrandt van"))
    dates = (Text("ca. 1642", "nl"),)
    normalise(pa.Table.from_batches([to_batch([replace(record, makers=makers, dates=dates)])]))


@pytest.fixture
def make_records() -> MakeRecords:
    """Return a function from Records to their table."""

    def table(*records: Record) -> pa.Table:
        return pa.Table.from_batches([to_batch(records)])

    return table


@pytest.fixture
def night_watch() -> Record:
    """Return a record as the Rijksmuseum would tell it, in Dutch."""
    return Record(
        "rijksmuseum",
        "SK-C-5",
        titles=(Text("De Nachtwacht", "nl"), Text("The Night Watch", "en")),
        makers=(Maker("Rijn, Rembrandt van"), Maker("anoniem", "contributor")),
        types=(Text("schilderij", "nl"),),
        materials=(Text("doek", "nl"), Text("olieverf", "nl")),
        dates=(Text("1642", "nl"),),
        images=("https://museum.invalid/1.jpg", "https://museum.invalid/2.jpg"),
        rights="http://creativecommons.org/publicdomain/mark/1.0/",
        sha256="a" * 64,
    )
