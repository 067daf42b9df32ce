"""How a noun is written down: an Arrow schema in which every column says what it means."""

import pyarrow as pa

MEANING = b"meaning"

TEXT = pa.struct([pa.field("text", pa.string()), pa.field("language", pa.string())])
"""A museum's words; language is ISO 639-1, empty where the museum does not say."""

MAKER = pa.struct(
    [
        pa.field("name", pa.string()),
        pa.field("role", pa.string()),
        pa.field("qualifier", pa.string()),
        pa.field("born", pa.int32()),
        pa.field("died", pa.int32()),
        pa.field("ids", pa.list_(pa.string())),
    ]
)
"""A person as the museum names them; empty text and null are "not said"; ids are URIs."""

EVIDENCE = pa.struct([pa.field("sha256", pa.string()), pa.field("number", pa.int64())])
"""SHA-256 of a raw record (number 0), or of a bulk file, with the record's number in it from 1."""


def noun(*columns: tuple[str, pa.DataType, str]) -> pa.Schema:
    """Return the schema of (name, type, meaning) columns; the meaning travels as field metadata."""
    return pa.schema(
        [
            pa.field(name, kind, metadata={MEANING: meaning.encode()})
            for name, kind, meaning in columns
        ]
    )


def meaning(field: "pa.Field[pa.DataType]") -> str:
    """Return the one line that says what a column holds.

    >>> meaning(noun(("id", pa.string(), "Who it is."))[0])
    'Who it is.'
    """
    told: bytes = (field.metadata or {}).get(MEANING, b"")
    return told.decode()


SIZE = pa.struct(
    [
        pa.field("part", pa.string()),
        pa.field("height_cm", pa.float32()),
        pa.field("width_cm", pa.float32()),
        pa.field("depth_cm", pa.float32()),
        pa.field("diameter_cm", pa.float32()),
    ]
)
"""The size of one part in centimetres; part is "overall" where the museum names none; null: not said."""

PLACE = pa.struct(
    [
        pa.field("role", pa.string()),
        pa.field("city", pa.string()),
        pa.field("region", pa.string()),
        pa.field("country", pa.string()),
        pa.field("certain", pa.bool_()),
    ]
)
"""A place and what it is to the artwork (made, found, depicted, other); empty text: not said; certain is false
where the museum writes "possibly" or "probably"."""

PLACE_ROLES = frozenset({"made", "found", "depicted", "other"})
"""What a place may be to an artwork."""

ICONCLASS = pa.struct(
    [
        pa.field("code", pa.string()),
        pa.field("text", pa.string()),
        pa.field("division", pa.string()),
        pa.field("group", pa.string()),
    ]
)
"""A valid IconClass notation, its English text, and its two top levels ("7", "73")."""

COLOUR = pa.struct(
    [
        pa.field("hex", pa.string()),
        pa.field("share", pa.float32()),
        pa.field("lightness", pa.float32()),
        pa.field("a", pa.float32()),
        pa.field("b", pa.float32()),
    ]
)
"""One colour of a picture: sRGB as "#rrggbb", its share of the picture (0 to 1), and its place in CIELAB (D65)."""
