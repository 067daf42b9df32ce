"""A release is read by the libraries that people use, pictures included, and as the page about it says."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from omniart_data.release.read import ALL_SPLITS, Release, open_release
from omniart_data.release.verify import verify_release
from omniart_data.release.write import write_release
from schemas.release import ROW, SPLITS

PAGE = Path(__file__).parents[3] / "docs" / "reading.md"

pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame:DeprecationWarning"),
]
"""What mlcroissant 1.1.1 itself warns of, with newer libraries than it knows."""


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep caches within the test, and every reader off the network; return the folder of caches."""
    cache = tmp_path / "cache"
    for name in ("HF_HOME", "HF_DATASETS_CACHE", "CROISSANT_CACHE"):
        monkeypatch.setenv(name, str(cache / name.lower()))
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_DATASETS_DISABLE_PROGRESS_BARS"):
        monkeypatch.setenv(name, "1")
    return cache


def held(release: Release, split: str) -> dict[str, bytes | None]:
    """Return a split's pictures by id, as they lie in the release."""
    return {name: body for name, _, body in release.pictures(split)}


def decoded(body: bytes | None) -> bytes | None:
    return None if body is None else Image.open(io.BytesIO(body)).tobytes()


def load(release: Release, cache: Path, *splits: str) -> Any:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    files = {split: str(release.folder / f"data/{split}-*.parquet") for split in splits}
    return datasets.load_dataset("parquet", data_files=files, cache_dir=str(cache / "datasets"))


def without_unattributed(made: ModuleType, folder: Path) -> Release:
    """Write a release in which every artwork has an artist: its shard of unattributed is empty."""
    rows = [made.artwork(n, f"Artist {n % 3}") for n in range(1, 31)]
    whole = made.contents(30)
    artworks = pa.Table.from_pylist(rows, schema=whole.artworks.schema)
    write_release(made.contents(30, artworks=artworks), folder, version="1.0.0")
    return open_release(folder)


def test_datasets_gives_all_rows_with_pictures_decoded(
    make_release: Callable[..., Release], offline: Path
) -> None:
    """`load_dataset("parquet")` knows the column of pictures for what it is, in each split."""
    release = make_release(60)

    loaded = load(release, offline, *ALL_SPLITS)

    assert list(loaded) == list(ALL_SPLITS)
    for split, rows in loaded.items():
        assert type(rows.features["image"]).__name__ == "Image"
        assert list(rows.features) == ROW.names
        pictures = {row["id"]: row["image"] and row["image"].tobytes() for row in rows}
        assert pictures == {name: decoded(body) for name, body in held(release, split).items()}
    columns = [name for name in ROW.names if name != "image"]
    assert loaded["train"].select_columns(columns).to_list() == release.table("train").to_pylist()


def test_an_empty_shard_is_read_as_no_rows(made: ModuleType, tmp_path: Path, offline: Path) -> None:
    """Where every artwork is in a split, `unattributed` has no rows; datasets, which refuses that, is not told of it."""
    release = without_unattributed(made, tmp_path / "all-named")

    assert load(release, offline, *SPLITS)["train"].num_rows == 21
    with pytest.raises(ValueError, match="corresponds to no data"):
        load(release, offline, "unattributed")
    head = (release.folder / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert "train-*" in head
    assert "unattributed" not in head
    polars = pytest.importorskip("polars", reason="polars is not installed")
    assert polars.read_parquet(release.shards("unattributed")[0]).height == 0
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    path = release.shards("unattributed")[0]
    assert duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(0,)]


def test_what_is_noted_for_datasets_changes_no_column(make_release: Callable[..., Release]) -> None:
    """The note that a column holds pictures stands beside the schema; columns, meanings and promises are as before."""
    release = make_release(30)

    for split in ALL_SPLITS:
        schema = pq.read_schema(release.shards(split)[0])
        assert schema.equals(ROW)
        noted = json.loads((schema.metadata or {})[b"huggingface"])
        assert noted == {"info": {"features": {"image": {"_type": "Image"}}}}
        assert all(f.metadata[b"meaning"] == ROW.field(f.name).metadata[b"meaning"] for f in schema)
    assert verify_release(release.folder).failures == ()


def test_pandas_reads_rows_and_pictures(make_release: Callable[..., Release]) -> None:
    """Filters by split and column work in pandas, and pictures are dictionaries of bytes and path."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    release = make_release(60)

    frame = pandas.read_parquet(
        release.folder / "data", filters=[("split", "==", "test")], columns=["id", "year", "image"]
    )

    rows = release.table("test", columns=["id", "year"])
    assert frame["id"].to_list() == rows["id"].to_pylist()
    assert frame["year"].to_list() == rows["year"].to_pylist()
    given = {row.id: row.image and row.image["bytes"] for row in frame.itertuples()}
    assert given == held(release, "test")


def test_polars_reads_rows_and_pictures(make_release: Callable[..., Release]) -> None:
    """Every column is in polars as Arrow has it, lists and structs included."""
    polars = pytest.importorskip("polars", reason="polars is not installed")
    release = make_release(60)

    frame = polars.read_parquet(str(release.folder / "data" / "validation-*.parquet"))

    names = [name for name in frame.columns if name != "image"]
    assert frame.columns == ROW.names
    assert frame.select(names).to_dicts() == release.table("validation").to_pylist()
    given = {row["id"]: row["image"] and row["image"]["bytes"] for row in frame.to_dicts()}
    assert given == held(release, "validation")


def test_duckdb_reads_rows_and_pictures(make_release: Callable[..., Release]) -> None:
    """DuckDB has every column by SQL, over all shards at once."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    release = make_release(60)
    files = f"'{release.folder}/data/*.parquet'"

    rows = duckdb.sql(f"SELECT * EXCLUDE image FROM {files} ORDER BY id").to_arrow_table()
    asked = f"SELECT id, image.bytes FROM {files} WHERE split = 'train'"
    pictures = dict(duckdb.sql(asked).fetchall())

    assert rows.to_pylist() == release.table().sort_by("id").to_pylist()
    assert pictures == held(release, "train")


EXAMPLES = [
    (heading, block)
    for heading, text in re.findall(
        r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what all examples of the page leave behind, by name, filled as they run."""
    return {"folder": tmp_path_factory.mktemp("reading")}


@pytest.mark.parametrize(("heading", "block"), EXAMPLES)
def test_the_page_s_examples_run(  # noqa: PLR0917
    heading: str,
    block: str,
    examples: dict[str, Any],
    made: ModuleType,
    offline: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each example of docs/reading.md runs as it stands in the folder of a release, and finds something."""
    pytest.importorskip(heading.lower().replace("-", "_"), reason=f"{heading} is not installed")
    folder = examples["folder"] / "omniart-1.0.0"
    if not folder.exists():
        made.made_release(folder, 150, artists=1)
    monkeypatch.chdir(folder)
    found: dict[str, Any] = {}

    exec(compile(block, f"{PAGE.name}: {heading}", "exec"), found)

    last = block.rstrip().split("\n")
    named = [line.split(" = ")[0] for line in last if re.match(r"[a-z_]+ = ", line)]
    assert named
    for name in named:
        assert found[name] is not None
        assert not hasattr(found[name], "__len__") or len(found[name]), name


def test_the_page_has_an_example_of_each_reader() -> None:
    """pandas, polars, DuckDB, datasets, mlcroissant, pyarrow and the project's own."""
    readers = {heading for heading, _ in EXAMPLES}

    assert readers == {
        *("pandas", "polars", "DuckDB", "datasets", "mlcroissant", "pyarrow", "omniart-data")
    }
