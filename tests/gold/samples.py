"""The museums' real samples in ../shared/data as records, by stratum: what gold and figures are drawn from.

Files that a source reads are read by it. Four extracts that others made of museums' files (columns renamed, or a
museum's export that no source reads) are read here, for measuring alone.
"""

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from omniart_data.gather import gather_dumps, parse_dump
from schemas.record import RECORD, Maker, Record, Text, to_batch

SHARED = Path(__file__).parents[3] / "shared" / "data"

LABELLED = (
    *("titles", "makers", "types", "medium", "materials", "techniques", "dates", "year_first"),
    *("year_last", "period", "dimensions", "culture", "places", "subjects", "location"),
)
"""Columns of a record that a labeller reads; their text is what a gold row's hash stands for."""


def read_with_source(*patterns: str) -> Callable[[Path], pa.Table]:
    """Return a reader of files by the source that they name: ``met=met/csv_raw/*``."""

    def read(shared: Path) -> pa.Table:
        dumps = []
        for pattern in patterns:
            source, _, path = pattern.partition("=")
            files = [file for file in sorted(shared.glob(path)) if "damaged" not in file.name]
            dumps += [parse_dump(f"{source}={file}") for file in files]
        return gather_dumps(dumps, lambda _: None).records

    return read


def read_rows(rows: Callable[[Path], Iterator[Record]]) -> Callable[[Path], pa.Table]:
    """Return a reader that makes one table of a file's records."""
    return lambda shared: pa.Table.from_batches([to_batch(rows(shared))], schema=RECORD)


def _english(*texts: str | None) -> tuple[Text, ...]:
    return tuple(Text(text, "en") for text in texts if text)


def _year(text: object) -> int | None:
    return int(str(text)) if re.fullmatch(r"-?\d+", str(text or "")) else None


def ceramics(shared: Path) -> Iterator[Record]:
    """Yield 51,913 ceramics of MetObjects.csv (June 2023), in columns that somebody else named."""
    path = shared / "met/csv_extract/ceramics_51913_from_2023-06_csv.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            place = ", ".join(filter(None, (row["region"], row["country"])))
            yield Record(
                source="met",
                source_id=f"ceramics-{row['id']}",
                titles=_english(row["title"]),
                types=_english(row["classification"], row["objectName"]),
                medium=_english(row["medium"]),
                dates=_english(row["objectDate"]),
                culture=row["culture"],
                places=_english(place),
            )


def sculpture(shared: Path) -> Iterator[Record]:
    """Yield 2,481 sculptures of MetObjects.csv (2019), with their sizes."""
    path = shared / "met/csv_extract/sculpture_2481_from_2019_csv.json.gz"
    for row in json.loads(gzip.decompress(path.read_bytes())):
        place = ", ".join(filter(None, (row["Region"], row["Country"])))
        made = f"{row['Geography Type']}: {place}" if row["Geography Type"] and place else place
        yield Record(
            source="met",
            source_id=f"sculpture-{row['Object ID']}",
            object_number=row["Object Number"],
            titles=_english(row["Title"]),
            types=_english(row["Classification"], row["Object Name"]),
            medium=_english(row["Medium"]),
            dates=_english(row["Object Date"]),
            year_first=_year(row["Object Begin Date"]),
            year_last=_year(row["Object End Date"]),
            period=row["Period"],
            dimensions=_english(row["Dimensions"]),
            culture=row["Culture"],
            places=_english(made),
            subjects=_english(*row["Tags"].split("|")),
        )


def suriname(shared: Path) -> Iterator[Record]:
    """Yield 3,668 objects of an export of the Rijksmuseum's Adlib system, in Dutch."""
    path = shared / "rijksmuseum/exports/Suriname_objecten_export.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield _suriname(row)


def _suriname(row: Mapping[str, str]) -> Record:
    def several(name: str) -> tuple[Text, ...]:
        parts = dict.fromkeys(part.strip() for part in (row[name] or "").split("$"))
        return tuple(Text(part, "nl") for part in parts if part)

    dates = [row["datering.datum.start"], row["datering.datum.eind"]]
    span = " - ".join(dict.fromkeys(date for date in dates if date))
    return Record(
        source="rijksmuseum",
        source_id=f"suriname-{row['recordnummer']}",
        object_number=row["objectnummer"],
        titles=several("titel"),
        makers=tuple(Maker(text.text) for text in several("vervaardiger")),
        types=several("objectnaam"),
        materials=several("materiaal"),
        dates=(Text(span, "nl"),) if span else (),
        places=tuple(
            Text(f"{_DEPICTED}{one.text}", "nl") for one in several("geografisch_trefwoord")
        ),
        subjects=several("inhoud.classificatie.code"),
    )


STRATA: Mapping[str, Callable[[Path], pa.Table]] = {
    "met-american": read_with_source("met=met/csv_raw/MetObjects_2018*"),
    "met-paintings": read_with_source("met=met/csv_raw/MetObjects_2019*"),
    "met-api": read_with_source("met=met/api/objects_full_*"),
    "met-ceramics": read_rows(ceramics),
    "met-sculpture": read_rows(sculpture),
    "rijks-dc": read_with_source("rijksmuseum=rijksmuseum/oai-legacy-dc-2022/pages-1-2000.tar.gz"),
    "rijks-suriname": read_rows(suriname),
    "wga-2019": read_with_source("wga=wga/paintings-2019/paintings.csv.gz"),
    "wga-semart": read_with_source("wga=wga/semart-2018/semart_val_no_descriptions.csv"),
}
"""Stratum to its reader."""


def text_of(row: Mapping[str, Any]) -> str:
    """Return what a labeller reads of a record, as JSON: its words, and nothing that a rule made.

    That the Adlib export's places are keywords for what a work depicts is said in its column's name, and to
    labellers in README.md; the record says it in front of each place, the text does not.
    """
    said = {name: row[name] for name in LABELLED if row[name] not in (None, "", [])}
    return json.dumps(said, ensure_ascii=False, sort_keys=True).replace(_DEPICTED, "")


_DEPICTED = "afgebeeld: "


def text_sha256(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a labeller reads of a record."""
    return hashlib.sha256(text_of(row).encode()).hexdigest()
