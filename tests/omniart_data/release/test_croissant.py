"""The Croissant file: valid, made of what the release tells, and all records can be read back through it."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from omniart_data.release.croissant import croissant
from omniart_data.release.croissant.fields import PARTS
from omniart_data.release.croissant.tables import TABLES
from omniart_data.release.manifest import FileEntry
from omniart_data.release.read import ALL_SPLITS, Release, open_release
from omniart_data.release.verify import SIDE_TABLES
from omniart_data.release.write import write_release
from schemas.release import IMAGE, ROW

pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame:DeprecationWarning"),
]
"""What mlcroissant 1.1.1 itself warns of, with newer libraries than it knows."""

HOSTILE = '<script>alert(1)</script> | "@id": "../../etc" {{x}} =1+1\n# é'


@pytest.fixture
def mlc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return mlcroissant, with its cache in a folder of the test."""
    monkeypatch.setenv("CROISSANT_CACHE", str(tmp_path / "cache"))
    module: ModuleType = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    return module


@pytest.fixture
def told(make_release: Callable[..., Release], made: ModuleType) -> Release:
    """Return a made release in which every table has rows."""
    return make_release(60, **made.questions())


def described(release: Release) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((release.folder / "croissant.json").read_bytes())
    return body


def loaded(mlc: ModuleType, release: Release, record_set: str, **given: Any) -> list[Any]:
    dataset = mlc.Dataset(jsonld=str(release.folder / "croissant.json"))
    return list(dataset.records(record_set, **given))


def as_loaded(name: str, kind: pa.DataType, value: Any) -> Any:
    """Return a value of Parquet as Croissant's reader tells it: texts as bytes, parts under their whole names."""
    if isinstance(value, str):
        return value.encode()
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        # That there is no list is told as a list of one thing, of which nothing is known.
        things = [dict.fromkeys(f.name for f in kind.value_type)] if value is None else value
        return [as_loaded(name, kind.value_type, thing) for thing in things]
    if pa.types.is_list(kind) and value is not None:
        return [as_loaded(name, kind.value_type, element) for element in value]
    if pa.types.is_struct(kind) and value is not None:
        return {f"{name}/{f.name}": as_loaded("", f.type, value[f.name]) for f in kind}
    return value


def expected(record_set: str, table: pa.Table) -> list[dict[str, Any]]:
    fields = [field for field in table.schema if field.type != IMAGE]
    return [
        {
            f"{record_set}/{f.name}": as_loaded(f"{record_set}/{f.name}", f.type, row[f.name])
            for f in fields
        }
        for row in table.select([f.name for f in fields]).to_pylist()
    ]


def by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: record["artworks/id"])


def test_it_is_valid_and_lacks_a_date_alone(mlc: ModuleType, told: Release) -> None:
    """Croissant's own reader finds no error, and one thing to recommend: a date, which a release cannot know."""
    dataset = mlc.Dataset(jsonld=str(told.folder / "croissant.json"))

    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    assert [w for w in issues.warnings if "datePublished" not in w] == []
    assert described(told)["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert dataset.metadata.version == "1.0.0"


def test_all_columns_of_all_artworks_come_back(mlc: ModuleType, told: Release) -> None:
    """Each column of each artwork, nested ones part by part, has the value that Parquet has."""
    records = loaded(mlc, told, "artworks")

    pictures = [record.pop("artworks/image") for record in by_id(records)]
    assert by_id(records) == by_id(expected("artworks", told.table()))
    bodies = {
        row["id"]: row["image"] and row["image"]["bytes"]
        for row in told.table(columns=["id", "image"]).to_pylist()
    }
    for (_, body), picture in zip(sorted(bodies.items()), pictures, strict=True):
        assert (picture is None) == (body is None)
        if body is not None:
            assert picture.tobytes() == Image.open(io.BytesIO(body)).tobytes()
    assert sum(picture is not None for picture in pictures) > 40


@pytest.mark.parametrize("split", ALL_SPLITS)
def test_a_split_is_asked_for_alone(mlc: ModuleType, told: Release, split: str) -> None:
    """A filter on the split gives its artworks and no others."""
    records = loaded(mlc, told, "artworks", filters={"artworks/split": split})

    ids = [record["artworks/id"].decode() for record in records]
    assert ids == told.table(split, columns=["id"])["id"].to_pylist()
    assert {record["artworks/split"] for record in records} == {split.encode()}


def test_all_side_tables_come_back(mlc: ModuleType, told: Release) -> None:
    """Each table beside data/ is a record set that gives its rows, in order."""
    assert {table.name: table.schema for table in TABLES} == SIDE_TABLES
    for table in TABLES:
        rows = told.side_table(table.name)
        assert rows.num_rows, table.name
        assert loaded(mlc, told, table.name) == expected(table.name, rows)


def test_keys_tell_rows_apart(told: Release) -> None:
    """No two rows of a table have the same values in its key."""
    for table in TABLES:
        if table.key:
            rows = told.side_table(table.name).select(list(table.key)).to_pylist()
            keys = [tuple(row.values()) for row in rows]
            assert len(set(keys)) == len(keys), table.name


def test_splits_statistics_and_queries_come_back(mlc: ModuleType, told: Release) -> None:
    """The record sets that stand in the file itself are the splits and every number of facts.json."""
    splits = [record["splits/name"] for record in loaded(mlc, told, "splits")]
    numbers = {
        tuple(record[f"statistics/{c}"] for c in ("fact", "row", "column")): record[
            "statistics/number"
        ]
        for record in loaded(mlc, told, "statistics")
    }
    queries = {r["queries/fact"]: r["queries/query"] for r in loaded(mlc, told, "queries")}

    assert splits == list(ALL_SPLITS)
    assert numbers == {
        (fact, row, column): number
        for fact, of_fact in told.facts.items()
        for row, line in of_fact["rows"].items()
        for column, number in line.items()
    }
    assert queries == {name: fact["query"] for name, fact in told.facts.items()}


def test_every_record_set_is_looked_at(told: Release) -> None:
    """The record sets are those that these tests read back, and no others."""
    names = [record_set["@id"] for record_set in described(told)["recordSet"]]

    sides = [table.name for table in TABLES]
    assert names == ["splits", "artworks", *sides, "statistics", "queries"]


def test_every_column_says_what_it_means(told: Release) -> None:
    """Each column of a row is a field with a description; each part of a struct too."""
    artworks = next(r for r in described(told)["recordSet"] if r["@id"] == "artworks")

    assert [field["name"] for field in artworks["field"]] == ROW.names
    for field in artworks["field"]:
        assert field["description"]
        assert all(part["description"] for part in field.get("subField", []))
    for struct, parts in PARTS.items():
        assert list(parts) == [part.name for part in struct]


def test_every_parquet_file_is_told_with_size_and_sha256(told: Release) -> None:
    """Each Parquet file has its address, size and SHA-256, and each set of files finds its shards."""
    nodes = described(told)["distribution"]
    files = {n["contentUrl"]: n for n in nodes if n["@type"] == "cr:FileObject"}
    sets = {n["@id"]: n["includes"] for n in nodes if n["@type"] == "cr:FileSet"}

    held = {path for path in told.manifest.files if path.endswith(".parquet")}
    assert set(files) == held | {"facts.json"}
    for path, node in files.items():
        entry = told.manifest.files[path]
        assert (node["sha256"], node["contentSize"]) == (entry.sha256, f"{entry.size_bytes} B")
        assert node["encodingFormat"] == (
            "application/json" if path == "facts.json" else "application/x-parquet"
        )
    for name, patterns in sets.items():
        found = [path for pattern in patterns for path in told.folder.glob(pattern)]
        assert found == [
            s for x in (ALL_SPLITS if name == "data" else [name]) for s in told.shards(x)
        ]


def test_it_is_made_of_what_the_release_tells(told: Release) -> None:
    """Version, facts, receipt and files give it again, byte by byte; what is written after it is not in it."""
    again = croissant(told.version, told.facts, told.receipt, told.manifest.files)

    assert again == (told.folder / "croissant.json").read_bytes()


def test_provenance_licences_and_answers_are_there(told: Release) -> None:
    """Each source and input is named as what it was derived from, with the terms of each, and RAI's questions have answers."""
    body = described(told)

    derived = json.dumps(body["prov:wasDerivedFrom"])
    assert all(name in derived for name in ("Met's protocol", "objects.csv", "Rijksmuseum's"))
    assert "https://creativecommons.org/publicdomain/zero/1.0" in body["license"]
    assert "https://opendatacommons.org/licenses/by/1-0" in body["license"]
    answers = [value for key, value in body.items() if key.startswith("rai:")]
    assert len(answers) > 12
    assert all(answers)
    assert "datePublished" not in body
    assert body["isLiveDataset"] is False
    assert "prov:wasRevisionOf" not in body


def test_an_earlier_version_is_named(
    made: ModuleType, told: Release, tmp_path: Path, mlc: ModuleType
) -> None:
    """What is made from an earlier release is called its revision, by id."""
    write_release(made.contents(60, previous=told), tmp_path / "next", version="2.0.0")

    release = open_release(tmp_path / "next")

    before = described(release)["prov:wasRevisionOf"]
    assert (before["name"], before["sha256"]) == ("OmniArt 1.0.0", told.digest)
    assert len(loaded(mlc, release, "artworks")) == 60


def test_hostile_words_stay_words(mlc: ModuleType, told: Release) -> None:
    """Markup, keys of JSON-LD and line ends in names and facts change nothing but the text where they stand."""
    facts = {**told.facts, "unmatched": {"query": HOSTILE, "rows": {HOSTILE: {"occurrences": 1}}}}
    receipt = {
        **told.receipt,
        "records_read": {HOSTILE: 1},
        "inputs": [{**told.receipt["inputs"][0], "name": HOSTILE}],
    }
    files: dict[str, FileEntry] = dict(told.manifest.files)

    body = json.loads(croissant("1.0.0", facts, receipt, files))
    dataset = mlc.Dataset(jsonld=body)

    assert not dataset.metadata.ctx.issues.errors
    rows = {record["statistics/row"] for record in dataset.records("statistics")}
    assert HOSTILE in rows
    assert {r["queries/query"] for r in dataset.records("queries")} >= {HOSTILE}


def test_a_release_without_pictures_is_read_too(
    mlc: ModuleType, make_release: Callable[..., Release]
) -> None:
    """Where no picture is in the release, every artwork comes back without one."""
    release = make_release(30, images=False)

    records = loaded(mlc, release, "artworks")

    assert len(records) == 30
    assert {record["artworks/image"] for record in records} == {None}
    schema = pq.read_schema(release.shards("train")[0])
    assert schema.equals(ROW)
