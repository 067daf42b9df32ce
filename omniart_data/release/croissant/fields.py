"""Columns as Croissant has them: an Arrow field becomes a field, a list an array, a struct sub-fields."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from schemas.columns import COLOUR, EVIDENCE, ICONCLASS, MAKER, PLACE, SIZE, TEXT, meaning
from schemas.release import IMAGE

Node = dict[str, Any]
"""A node of JSON-LD."""

DATA_TYPES: Mapping[pa.DataType, str] = {
    pa.string(): "sc:Text",
    pa.bool_(): "sc:Boolean",
    pa.int16(): "cr:Int16",
    pa.int32(): "cr:Int32",
    pa.int64(): "cr:Int64",
    pa.float32(): "cr:Float32",
    pa.float64(): "cr:Float64",
}

URLS = ("artworks/url", "artworks/image_url")
"""Fields that hold an address, or nothing."""

LABELS = tuple(
    f"artworks/{column}"
    for column in ("artist", "artwork_types", "coarse_type", "materials", "techniques", "year")
)
"""Fields that a network is to predict."""

PARTS: Mapping[pa.DataType, Mapping[str, str]] = {
    TEXT: {"text": "The museum's words.", "language": "ISO 639-1; empty: the museum does not say."},
    MAKER: {
        "name": "The name, in the museum's words.",
        "role": "What they did; empty: not said.",
        "qualifier": "A doubt or a relation, such as 'workshop of'; empty: none.",
        "born": "Year of birth; null: not said.",
        "died": "Year of death; null: not said.",
        "ids": "URIs that the museum gives for them.",
    },
    EVIDENCE: {
        "sha256": "SHA-256 of the raw record, or of the bulk file that it lies in.",
        "number": "The record's number in the bulk file, from 1; 0: a raw record of its own.",
    },
    SIZE: {
        "part": "What was measured; 'overall' where the museum names no part.",
        "height_cm": "Height in centimetres; null: not said.",
        "width_cm": "Width in centimetres; null: not said.",
        "depth_cm": "Depth in centimetres; null: not said.",
        "diameter_cm": "Diameter in centimetres; null: not said.",
    },
    PLACE: {
        "role": "made, found, depicted or other.",
        "city": "The city; empty: not said.",
        "region": "The region; empty: not said.",
        "country": "The country; empty: not said.",
        "certain": "False where the museum writes 'possibly' or 'probably'.",
    },
    ICONCLASS: {
        "code": "The notation.",
        "text": "Its English text.",
        "division": "Its first level.",
        "group": "Its first two levels.",
    },
    COLOUR: {
        "hex": "sRGB, as #rrggbb.",
        "share": "Its share of the picture, 0 to 1.",
        "lightness": "L* in CIELAB (D65).",
        "a": "a* in CIELAB (D65).",
        "b": "b* in CIELAB (D65).",
    },
}
"""What the parts of each struct hold."""


def fields_of(record_set: str, schema: pa.Schema, source: Node) -> list[Node]:
    """Return the fields of a record set whose columns ``source`` (a file or a set of files) holds."""
    return [_field(f"{record_set}/{column.name}", column, source) for column in schema]


def told_field(name: str, data_type: str, description: str) -> Node:
    """Return a field of a record set whose records stand in the Croissant file itself."""
    return {
        "@type": "cr:Field",
        "@id": name,
        "name": name.split("/", 1)[1],
        "description": description,
        "dataType": data_type,
    }


def _field(name: str, column: "pa.Field[Any]", source: Node) -> Node:
    kind, repeated = column.type, {}
    if pa.types.is_list(kind):
        kind, repeated = kind.value_type, {"isArray": True, "arrayShape": "-1"}
    node: Node = {
        "@type": "cr:Field",
        "@id": name,
        "name": column.name,
        "description": meaning(column),
        **repeated,
    }
    if kind == IMAGE:
        return {**node, "dataType": "sc:ImageObject", "source": _part(column.name, "bytes", source)}
    if pa.types.is_struct(kind):
        return {**node, "subField": list(_parts(name, column.name, kind, source))}
    extract = {**source, "extract": {"column": column.name}}
    return {**node, "dataType": _data_type(name, kind), "source": extract}


def _parts(name: str, column: str, struct: "pa.StructType", source: Node) -> Iterable[Node]:
    """Yield the parts of a struct; a list within it stays one value, as its JSON path gives it."""
    for part in struct:
        kind = part.type
        nested = pa.types.is_list(kind)
        yield {
            "@type": "cr:Field",
            "@id": f"{name}/{part.name}",
            "name": part.name,
            "description": PARTS[struct][part.name],
            "dataType": DATA_TYPES[kind.value_type if nested else kind],
            **({"isArray": True, "arrayShape": "-1"} if nested else {}),
            "source": _part(column, part.name, source),
        }


def _part(column: str, part: str, source: Node) -> Node:
    return {**source, "extract": {"column": column}, "transform": {"jsonPath": part}}


def _data_type(name: str, kind: pa.DataType) -> str | list[str]:
    plain = "sc:URL" if name in URLS else DATA_TYPES[kind]
    return [plain, "cr:Label"] if name in LABELS else plain
