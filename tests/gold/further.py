"""Real samples that gold is not drawn from, as records: other forms of the museums' answers, and counted texts.

They are read for measuring coverage alone. An object that several samples hold counts in each of them.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crawlers.linked_art import LinkedObject, read_object, read_visual
from schemas.record import RECORD, Record, Text, to_batch
from tests.gold.samples import read_rows

Json = Mapping[str, Any]


def former_api(shared: Path) -> Iterator[Record]:
    """Yield 18 objects of the Rijksmuseum's former API, in two languages; those of 2015 have no date text."""
    for path in sorted((shared / "rijksmuseum/api-legacy-details").glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        for number, one in enumerate(told if isinstance(told, list) else [told]):
            wrapped = one.get("source_data")
            found = json.loads(wrapped["data"]) if wrapped else one["artObject"]
            yield _of_former_api(found, f"{path.stem}-{number}")


def _of_former_api(found: Json, name: str) -> Record:
    language = found.get("language") or "nl"

    def several(*texts: str | None) -> tuple[Text, ...]:
        return tuple(Text(text, language) for text in dict.fromkeys(texts) if text)

    dating = found["dating"]
    return Record(
        "rijksmuseum",
        name,
        institution="Rijksmuseum",
        types=several(*found["objectTypes"]),
        medium=several(found["physicalMedium"]),
        materials=several(*found["materials"]),
        techniques=several(*found["techniques"]),
        dates=several(dating.get("presentingDate")),
        year_first=dating["yearEarly"],
        year_last=dating["yearLate"],
        dimensions=several(found["subTitle"]),
        places=several(*found["productionPlaces"]),
        subjects=several(*found["classification"]["iconClassIdentifier"]),
        location=found.get("location") or "",
    )


def dublin_core_2020(shared: Path) -> Iterator[Record]:
    """Yield 20 objects of the Rijksmuseum's OAI-PMH in 2020, whose ``format`` is image, medium and sizes in one."""
    path = shared / "rijksmuseum/oai-legacy-oai_dc-2020/listrecords-page-as-json.json"
    page = json.loads(path.read_text(encoding="utf-8"))
    for one in page["OAI-PMH"]["ListRecords"]["record"]:
        yield _of_dublin_core(one["oai:metadata"]["oai_dc:dc"])


def _of_dublin_core(found: Json) -> Record:
    def several(name: str) -> tuple[str, ...]:
        told = found.get(f"dc:{name}") or []
        texts = map(str, told if isinstance(told, list) else [told])
        return tuple(dict.fromkeys(text for text in texts if text.strip()))

    formats = [text for text in several("format") if not text.startswith("http")]
    return Record(
        "rijksmuseum",
        several("identifier")[-1],
        types=_dutch(*several("type")),
        medium=_dutch(*(text for text in formats if ":" not in text)),
        dates=_dutch(*several("date")),
        dimensions=_dutch(*(text for text in formats if ":" in text)),
        places=_dutch(*several("coverage")),
        subjects=_dutch(*several("subject")),
    )


def _dutch(*texts: str) -> tuple[Text, ...]:
    return tuple(Text(text, "nl") for text in texts)


def linked_art(shared: Path) -> Iterator[Record]:
    """Yield a drawing and the Night Watch with what it shows, as Linked Art of 2026."""
    folder = shared / "rijksmuseum/linked-art"
    yield _of_linked_art(read_object((folder / "object-200117708.json").read_bytes()))
    watch = read_object((folder / "object-200107928.excerpt.json").read_bytes())
    shown = read_visual((folder / "visual-202107928.excerpt.json").read_bytes())
    yield replace(_of_linked_art(watch), subjects=shown)


def _of_linked_art(told: LinkedObject) -> Record:
    return Record(
        "rijksmuseum",
        told.number,
        institution="Rijksmuseum",
        types=told.types,
        materials=told.materials,
        techniques=told.techniques,
        dates=told.dates,
        year_first=told.year_first,
        year_last=told.year_last,
        dimensions=told.dimensions,
        places=told.places,
        location=told.location,
    )


def redated_ceramics(shared: Path) -> Iterator[Record]:
    """Yield the dates of 2026 of those of the 51,913 ceramics whose date text was another one in 2023."""
    before = {
        row["id"]: row["objectDate"]
        for row in _lines(shared / "met/csv_extract/ceramics_51913_from_2023-06_csv.jsonl.gz")
    }
    for row in _lines(shared / "met/api/objects_trimmed_2026-08_ceramics_51913.jsonl.gz"):
        number, text = str(row["objectID"]), row.get("objectDate") or ""
        if text and text != before.get(number):
            yield Record("met", f"ceramics-2026-{number}", dates=(Text(text, "en"),))


def _lines(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def counted_media(shared: Path) -> pa.Table:
    """Return a record for each of 143,469 objects of the Met of which only the medium was counted (2019)."""
    path = shared / "met/csv_extract/medium_counts_2019_143469objects.json.gz"
    told = json.loads(gzip.decompress(path.read_bytes()))
    counts = {text: count for one in told for text, count in one.items() if text.strip()}
    records = (
        Record("met", f"medium-{number}", medium=(Text(text, "en"),))
        for number, text in enumerate(counts)
    )
    distinct = pa.Table.from_batches([to_batch(records)], schema=RECORD)
    return distinct.take(np.repeat(np.arange(len(counts)), list(counts.values())))


FURTHER: Mapping[str, Callable[[Path], pa.Table]] = {
    "met-media-2019": counted_media,
    "met-ceramics-2026": read_rows(redated_ceramics),
    "rijks-api": read_rows(former_api),
    "rijks-dc-2020": read_rows(dublin_core_2020),
    "rijks-linked-art": read_rows(linked_art),
}
"""Sample to its reader."""
