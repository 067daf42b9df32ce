"""Made contents of a release: invented works with all that rows can hold, small pictures included."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from omniart_data.release import manifest
from omniart_data.release.contents import PICTURES, Contents, Input
from omniart_data.release.manifest import file_entry
from omniart_data.release.read import ALL_SPLITS, Release, open_release
from omniart_data.release.rows import RowDigest
from omniart_data.release.verify import SIDE_TABLES
from omniart_data.release.write import write_release
from schemas.artwork import ARTWORK, DROPPED, JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE, FLAGGED, LINK
from schemas.release import NEAR

CC0 = "https://creativecommons.org/publicdomain/zero/1.0"
NOT_COMMERCIAL = "https://rightsstatements.org/vocab/NoC-NC/1.0"
"""Rights under which a picture is kept for personal use, and not passed on."""
TYPES = ("painting", "print", "drawing")
MATERIALS = ("oil paint", "paper", "ink", "canvas")
SIZE = {"part": "overall", "width_cm": 20.5, "depth_cm": None, "diameter_cm": None}
PLACE = {"role": "made", "city": "Delft", "region": "", "country": "Netherlands", "certain": True}
NOTATION = {"code": "73A1", "text": "the Creation", "division": "7", "group": "73"}
COLOURS = [
    {"hex": "#a01020", "share": 0.75, "lightness": 34.0, "a": 54.0, "b": 33.0},
    {"hex": "#ffffff", "share": 0.25, "lightness": 100.0, "a": 0.0, "b": 0.0},
]
SOURCES = ("sample-met", "sample-rijksmuseum")


def png(number: int) -> bytes:
    """Return a small picture of one colour; different numbers give different bytes."""
    body = io.BytesIO()
    colour = (number % 256, number // 256 % 256, 40 * (number % 6))
    Image.new("RGB", (24, 16), colour).save(body, "PNG")
    return body.getvalue()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def artwork(number: int, artist: str | None, **columns: Any) -> dict[str, Any]:
    """Return one row of ``ARTWORK``, every value set by the number unless it is given."""
    source = SOURCES[number % 2]
    year = 1500 + number % 400
    row = {
        "id": f"{source}:{number:05d}",
        "source": source,
        "source_id": f"{number:05d}",
        "institution": "Sample museum",
        "object_number": f"SM-{number}",
        "url": f"https://sample.invalid/{number}",
        "title": f"Invented work {number} | <é>",
        "artist": artist,
        "artist_id": f"name:{artist.lower()}" if artist else None,
        "artist_status": "named" if artist else "anonymous",
        "artist_qualifier": "",
        "artist_certainty": "certain" if artist else "",
        "makers": [{"name": artist or "anonymous", "role": "painter", "born": 1480, "ids": []}],
        "artwork_types": [TYPES[number % 3]],
        "materials": [MATERIALS[number % 4], MATERIALS[(number + 1) % 4]],
        "techniques": [],
        "year_first": year,
        "year_last": year + 1,
        "year": year + 0.5,
        "date_precision": "year",
        "circa": number % 5 == 0,
        "date_text": f"{year}-{year + 1}",
        "types_as_given": [{"text": "schilderij", "language": "nl"}],
        "medium_as_given": [],
        "coarse_type": TYPES[number % 3],
        "sizes": [SIZE | {"height_cm": 10.0 + number}],
        "height_cm": 10.0 + number,
        "places": [PLACE],
        "iconclass": [NOTATION],
        "dimensions_as_given": None if number % 7 == 0 else [],
        "rights": CC0 if number % 10 else NOT_COMMERCIAL,
        "rights_as_given": f"{CC0}/" if number % 10 else NOT_COMMERCIAL,
        "rights_stated": f"2020-01-01T00:00:{number % 60:02d}Z",
        "image_url": f"https://sample.invalid/{number}.png",
        "evidence": [{"sha256": sha256(str(number).encode()), "number": 0}],
        "judgements": [0, 1],
    }
    return row | columns


def contents(works: int = 120, *, artists: int = 5, images: bool = True, **given: Any) -> Contents:
    """Return made contents: every ninth work is unattributed, every eleventh has its neighbour's picture.

    ``given`` replaces fields of ``Contents``.
    """
    rows = [
        artwork(n, None if n % 9 == 0 else f"Artist {n % artists:02d}") for n in range(1, works + 1)
    ]
    bodies = {n: png(n + 2 if n % 11 == 0 else n) for n in range(1, works + 1)}
    held = {sha256(body): body for body in bodies.values()}
    pictures = [
        {
            "id": row["id"],
            "image_sha256": sha256(bodies[n]) if images else None,
            "image_status": _status(n, images=images),
            "width_px": 24 if images else None,
            "height_px": 16 if images else None,
            "colours": COLOURS if images else None,
        }
        for n, row in enumerate(rows, 1)
    ]
    dropped = [
        {
            "source": SOURCES[0],
            "source_id": f"{n}",
            "rule": "withdrawn",
            "reason": "the source says that the object is gone",
            "evidence": {"sha256": sha256(b"gone"), "number": n},
        }
        for n in range(3)
    ]
    read = {source: sum(row["source"] == source for row in rows) for source in SOURCES}
    read[SOURCES[0]] += len(dropped)
    fields: dict[str, Any] = {
        "artworks": pa.Table.from_pylist(rows, schema=ARTWORK),
        "dropped": pa.Table.from_pylist(dropped, schema=DROPPED),
        "judgements": pa.Table.from_pylist(judgements(works), schema=JUDGEMENT),
        "term_uses": pa.Table.from_pylist(term_uses(), schema=TERM_USE),
        "pictures": pa.Table.from_pylist(pictures, schema=PICTURES),
        "records_read": read,
        "picture": lambda digest: (held[digest], f"{digest}.png"),
        "inputs": (Input(SOURCES[0], "objects.csv", sha256(b"file"), 4, read[SOURCES[0]]),),
        "options": {"images": "all" if images else "none"},
    }
    return Contents(**(fields | given))


def _status(number: int, *, images: bool) -> str:
    if not images:
        return "not asked for"
    return "in release" if number % 10 else "kept out"


def judgements(works: int) -> list[dict[str, Any]]:
    return [
        {
            "number": n,
            "rule": rule,
            "input": '{"types": []}',
            "value": "{}",
            "because": "made",
            "artworks": works,
        }
        for n, rule in enumerate(("translate_types", "attribute"))
    ]


def term_uses() -> list[dict[str, Any]]:
    return [
        {
            "source": SOURCES[1],
            "kind": kind,
            "term": term,
            "language": "nl",
            "how": how,
            "label": label,
            "occurrences": occurrences,
        }
        for kind, term, how, label, occurrences in (
            ("type", "schilderij", "table", "painting", 30),
            ("type", "gevelsteen|", "unmatched", "gevelsteen|", 2),
            ("material", "olieverf", "head", "oil paint", 8),
        )
    ]


def questions() -> dict[str, pa.Table]:
    """Return links, candidates and a decision that was not applied, as contents take them: of works 2 to 5."""
    ids = [f"{SOURCES[number % 2]}:{number:05d}" for number in range(6)]
    links = [
        {"a": ids[2], "b": ids[3], "because": "same number", "score": 99.0, "applied": True},
        {"a": ids[4], "b": ids[5], "because": "same title", "score": 70.0, "applied": False},
    ]
    candidate = {"kind": "work", "subject": ids[4], "object": ids[5], "score": 70.0, "artworks": 2}
    decision = {"kind": "work", "action": "merge", "subject": ids[4], "object": "x", "why": "gone"}
    near = {"a": ids[2], "b": ids[3], "cosine": 0.99, "binds": True}
    return {
        "near": pa.Table.from_pylist([near], schema=NEAR),
        "links": pa.Table.from_pylist(links, schema=LINK),
        "candidates": pa.Table.from_pylist([candidate], schema=CANDIDATE),
        "flagged": pa.Table.from_pylist([decision], schema=FLAGGED),
    }


def made_release(folder: Path, works: int = 120, **given: Any) -> Release:
    """Write a made release into ``folder`` and open it."""
    write_release(contents(works, **given), folder)
    return open_release(folder)


def reseal(folder: Path) -> None:
    """Make manifest and seal agree with whatever lies in a release's folder now, row digests included."""
    files = {
        path.relative_to(folder).as_posix(): file_entry(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {manifest.NAME, manifest.SEAL}
    }
    tables = {}
    for name in (*ALL_SPLITS, *SIDE_TABLES):
        digest = RowDigest()
        for path in files:
            if path == f"{name}.parquet" or path.startswith(f"data/{name}-"):
                digest.add(pq.read_table(folder / path))
        tables[name] = manifest.TableEntry(digest.rows, digest.hex)
    sealed = manifest.Manifest("1.0.0", files, tables)
    (folder / manifest.NAME).write_bytes(sealed.to_bytes())
    (folder / manifest.SEAL).write_text(manifest.seal_of(sealed.to_bytes()))


def tamper(folder: Path, name: str, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Change the rows of one table of a release in place, and seal it as if it had been so."""
    (path,) = folder.rglob(f"{name}*.parquet")
    schema = pq.read_schema(path)
    rows = pq.read_table(path).to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    reseal(folder)
