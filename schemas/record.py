"""A record: the museum's statement about one object, in its own words under our field names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from schemas.columns import EVIDENCE, MAKER, TEXT, noun

RECORD = noun(
    (
        "source",
        pa.string(),
        "The museum as we reach it: met, rijksmuseum, wga, sample-met, local-...",
    ),
    ("source_id", pa.string(), "The source's own id of the object."),
    ("institution", pa.string(), "The museum that holds the object."),
    ("object_number", pa.string(), "The inventory number; empty where the source gives none."),
    ("url", pa.string(), "The page of the object for people."),
    (
        "stated",
        pa.string(),
        "When the source made this statement, ISO 8601 in UTC; empty: not said.",
    ),
    (
        "received",
        pa.string(),
        "When we received it, where the source gives no date itself: it orders statements, and is never shown.",
    ),
    (
        "precedence",
        pa.int8(),
        "Which form wins where 'stated' does not decide: live answer 2, bulk file 1.",
    ),
    ("withdrawn", pa.bool_(), "The source says that the object is gone."),
    ("titles", pa.list_(TEXT), "Titles, the preferred one first."),
    ("makers", pa.list_(MAKER), "Everybody the museum names as having had a part, in its order."),
    (
        "types",
        pa.list_(TEXT),
        "What it is: classification first, then object name, in the museum's words.",
    ),
    ("medium", pa.list_(TEXT), "Material and technique in one text, as many museums write them."),
    ("materials", pa.list_(TEXT), "Materials, one by one, where the museum lists them so."),
    ("techniques", pa.list_(TEXT), "Techniques, one by one, where the museum lists them so."),
    ("dates", pa.list_(TEXT), "Date texts; the date of production first."),
    (
        "year_first",
        pa.int32(),
        "The museum's own first possible year, BCE below zero; null: none given.",
    ),
    ("year_last", pa.int32(), "The museum's own last possible year, included."),
    ("period", pa.string(), "A named period or a time frame, where the museum gives one."),
    ("dimensions", pa.list_(TEXT), "Size texts."),
    ("culture", pa.string(), "Culture or school, in the museum's words."),
    ("places", pa.list_(TEXT), "Places it comes from or shows, in the museum's words."),
    ("subjects", pa.list_(TEXT), "What it shows: tags, subject headings, IconClass codes."),
    ("location", pa.string(), "Where it is kept now, where the source says."),
    (
        "rights",
        pa.string(),
        "The rights on the image, as given: a URI, or the museum's words; empty: not said.",
    ),
    (
        "rights_stated",
        pa.string(),
        "When the source first said so, where that is before 'stated': a new date alone says nothing new.",
    ),
    ("images", pa.list_(pa.string()), "Image URLs (or local: references), the first one first."),
    ("evidence", EVIDENCE, "The raw record that this was read from."),
    (
        "supplements",
        pa.list_(pa.string()),
        "SHA-256 of each further raw record that it was read from.",
    ),
)


@dataclass(frozen=True)
class Text:
    """A museum's words and their language (ISO 639-1; empty: not said)."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Maker:
    """A person as the museum names them; years below zero are BCE, ids are URIs."""

    name: str
    role: str = ""
    qualifier: str = ""
    born: int | None = None
    died: int | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One row of ``RECORD``: the columns' meanings stand there."""

    source: str
    source_id: str
    institution: str = ""
    object_number: str = ""
    url: str = ""
    stated: str = ""
    received: str = ""
    precedence: int = 2
    withdrawn: bool = False
    titles: tuple[Text, ...] = ()
    makers: tuple[Maker, ...] = ()
    types: tuple[Text, ...] = ()
    medium: tuple[Text, ...] = ()
    materials: tuple[Text, ...] = ()
    techniques: tuple[Text, ...] = ()
    dates: tuple[Text, ...] = ()
    year_first: int | None = None
    year_last: int | None = None
    period: str = ""
    dimensions: tuple[Text, ...] = ()
    culture: str = ""
    places: tuple[Text, ...] = ()
    subjects: tuple[Text, ...] = ()
    location: str = ""
    rights: str = ""
    rights_stated: str = ""
    images: tuple[str, ...] = ()
    sha256: str = ""
    number: int = 0
    supplements: tuple[str, ...] = ()


def to_batch(records: Iterable[Record]) -> pa.RecordBatch:
    """Return records as one Arrow batch with the schema ``RECORD``, made column by column."""
    rows = [vars(record) for record in records]
    return pa.RecordBatch.from_arrays([_column(rows, field) for field in RECORD], schema=RECORD)


def _column(rows: Sequence[Mapping[str, Any]], field: "pa.Field[pa.DataType]") -> "pa.Array[Any]":
    """Return one column of records that are given by their attributes."""
    values: list[Any]
    if field.name == "evidence":
        values = [{"sha256": row["sha256"], "number": row["number"]} for row in rows]
    elif field.type in (pa.list_(TEXT), pa.list_(MAKER)):
        values = [[vars(part) for part in row[field.name]] for row in rows]
    else:
        values = [row[field.name] for row in rows]
    return pa.array(values, type=field.type)
