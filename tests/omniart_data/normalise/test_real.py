"""On the museums' own records: what share of the words the tables know, what share of dates is answered."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from crawlers.met import Met
from crawlers.rijksmuseum import Rijksmuseum
from crawlers.wga import Wga
from omniart_data.normalise import Normalised, normalise

pytestmark = pytest.mark.real

FILES = (
    (Met(), "met/csv_raw/MetObjects_2018_43col_ids1-4792.csv.gz"),
    (Met(), "met/csv_raw/MetObjects_2019-10_43col_paintings_French.csv.gz"),
    (Met(), "met/api/objects_full_2019-10_european_paintings_2589.jsonl.gz"),
    (Rijksmuseum(), "rijksmuseum/oai-legacy-dc-2022/pages"),
    (Wga(), "wga/semart-2018/semart_val_no_descriptions.csv"),
)


def batches(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the records of the sample files."""
    for source, path in FILES:
        for read in source.read_dump(folder / path):
            if isinstance(read, pa.RecordBatch):
                yield read


@pytest.fixture
def done(shared_data: Path) -> Normalised:
    """Return the sample files' records, normalised."""
    return normalise(pa.Table.from_batches(list(batches(shared_data))))


def test_coverage(done: Normalised) -> None:
    """Of all words for types, 96 % have a table row, for materials 98 %; of dated works 99 % have years."""
    uses = Counter[tuple[str, str]]()
    for use in done.term_uses.to_pylist():
        uses[use["kind"], use["how"]] += use["occurrences"]
    for kind, least in (("type", 0.96), ("material", 0.98)):
        given = sum(uses[kind, how] for how in ("table", "head", "unmatched"))
        assert given > 1000
        assert uses[kind, "table"] / given >= least

    dated = [
        row for row in done.artworks.to_pylist() if row["date_text"] not in ("", "-", "Undated")
    ]
    answered = [row for row in dated if row["circa"] is not None]
    assert len(answered) / len(dated) >= 0.99


def test_nobody_is_no_artist(done: Normalised) -> None:
    """No label says that the maker is unknown."""
    artists = {artist.casefold() for artist in done.artworks["artist"].to_pylist() if artist}

    assert len(artists) > 500
    forbidden = ("unknown", "anoniem", "anonymous", "onbekend", "unidentified", "monogram")
    assert not {one for one in artists if one.startswith(forbidden)}


def test_one_label_across_museums(done: Normalised) -> None:
    """Rembrandt has one label in all three museums."""
    found = {
        (row["source"], row["artist"])
        for row in done.artworks.to_pylist()
        if row["artist"] and "rembrandt" in row["artist"].casefold()
        if "peale" not in row["artist"].casefold()
    }

    assert {source for source, _ in found} == {"met", "rijksmuseum", "wga"}
    assert len({artist for _, artist in found}) == 1
