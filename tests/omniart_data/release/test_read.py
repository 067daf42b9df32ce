"""What a reader of a release gets, and what is refused at the door."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pyarrow.parquet as pq
import pytest

from omniart_data.release.manifest import seal_of
from omniart_data.release.read import Release, open_release
from schemas.errors import ReleaseError
from schemas.release import SPLITS


def test_tables_come_without_pictures_unless_asked(make_release: Callable[..., Release]) -> None:
    """Splits come in turn, sorted by id; the picture only by name."""
    release = make_release()

    table = release.table("train", "test")

    assert "image" not in table.column_names
    assert set(table["split"].to_pylist()) == {"train", "test"}
    ids = release.table("train", columns=["id"])["id"].to_pylist()
    assert ids == sorted(ids)
    assert release.table("train", columns=["image", "id"]).column_names == ["image", "id"]


def test_pictures_are_the_bytes_that_were_given(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """Each picture that may be passed on comes back byte for byte, in the order of the rows."""
    release = make_release()
    given = made.contents().picture
    rows = release.table("train", columns=["id", "image_status"]).to_pylist()

    pictures = list(release.pictures("train"))

    assert [name for name, _, _ in pictures] == [row["id"] for row in rows]
    for row, (_, sha256, body) in zip(rows, pictures, strict=True):
        assert body == (given(sha256)[0] if row["image_status"] == "in release" else None)
    assert any(body is None for _, _, body in pictures)


def test_without_pictures_there_are_none(make_release: Callable[..., Release]) -> None:
    """A release without images yields every work, no SHA-256, no bytes."""
    release = make_release(images=False)

    assert {(sha256, body) for _, sha256, body in release.pictures("test")} == {("", None)}


def test_what_a_release_says_of_itself(make_release: Callable[..., Release]) -> None:
    """Version, id, labels, facts, and that the works are invented."""
    release = make_release()

    assert release.version == "1.0.0"
    assert (release.folder / "manifest.sha256").read_text() == f"{release.digest}  manifest.json\n"
    assert release.is_sample
    assert release.facts["table_one"]["rows"]["all"]["entries"] == 120
    tasks = {"artist", "type", "coarse type", "material"}
    assert set(release.labels["task"].to_pylist()) == tasks
    assert release.to_pandas()["split"].isin([*SPLITS, "unattributed"]).all()


def test_pandas_reads_the_folder(make_release: Callable[..., Release]) -> None:
    """The shards are plain Parquet for other tools: the data card's own example works."""
    release = make_release()

    frame = pd.read_parquet(
        release.folder / "data", filters=[("split", "==", "train")], columns=["id", "artist"]
    )

    assert frame["id"].tolist() == release.table("train", columns=["id"])["id"].to_pylist()


def test_names_that_do_not_exist(make_release: Callable[..., Release]) -> None:
    """An unknown split or column is an error that names it."""
    release = make_release()

    with pytest.raises(ReleaseError, match="no split 'dev'"):
        release.table("dev")
    with pytest.raises(ReleaseError, match="no column 'colour'"):
        release.table("train", columns=["colour"])


def test_a_folder_that_is_no_release(tmp_path: Path) -> None:
    """No folder, an empty one, a file: each an error that says so."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ReleaseError, match="no such folder"):
        open_release(tmp_path / "nowhere")
    with pytest.raises(ReleaseError, match="no such folder"):
        open_release(tmp_path / "file")
    with pytest.raises(ReleaseError, match=r"it has no manifest\.json"):
        open_release(tmp_path)


def _missing(folder: Path) -> None:
    (folder / "labels.parquet").unlink()


def _extra(folder: Path) -> None:
    (folder / "data" / "train-00001-of-00002.parquet").write_bytes(b"")


def _longer(folder: Path) -> None:
    with (folder / "facts.json").open("ab") as facts:
        facts.write(b" ")


def _unsealed(folder: Path) -> None:
    (folder / "manifest.sha256").unlink()


def _other_seal(folder: Path) -> None:
    (folder / "manifest.sha256").write_text("0" * 64 + "  manifest.json\n")


def _linked(folder: Path) -> None:
    (folder / "facts.json").rename(folder.parent / "facts.json")
    (folder / "facts.json").symlink_to(folder.parent / "facts.json")


def _linked_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_missing, "labels.parquet is missing"),
        (_extra, "train-00001-of-00002.parquet is not part of the release"),
        (_longer, r"facts.json has [\d,]+ bytes, not"),
        (_unsealed, "manifest.sha256 is missing"),
        (_other_seal, "manifest.json is not the one"),
        (_linked, "facts.json"),
        (_linked_folder, "more is not part of the release"),
    ],
)
def test_a_harmed_release_is_not_opened(
    make_release: Callable[..., Release], harm: Callable[[Path], None], words: str
) -> None:
    """A file missing, added, longer, unsealed or elsewhere: the error names it."""
    folder = make_release().folder
    harm(folder)

    with pytest.raises(ReleaseError, match=words):
        open_release(folder)


def _harm(path: Path, at: int = 0) -> None:
    """Turn every bit of 64 bytes of a file, which keeps its size."""
    body = bytearray(path.read_bytes())
    body[at : at + 64] = bytes(byte ^ 255 for byte in body[at : at + 64])
    path.write_bytes(body)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("facts.json", lambda release: release.facts),
        ("receipt.json", lambda release: release.is_sample),
        ("labels.parquet", lambda release: release.labels),
        ("terms.parquet", lambda release: release.side_table("terms")),
        ("data/test-00000-of-00001.parquet", lambda release: release.table("test")),
    ],
)
@pytest.mark.parametrize("place", [0, 0.05, 0.5, 1])
def test_damage_is_told_in_one_line(
    make_release: Callable[..., Release],
    name: str,
    read: Callable[[Release], object],
    place: float,
) -> None:
    """A file that is damaged anywhere and has its size is named, with what to do."""
    release = make_release(60)
    path = release.folder / name
    _harm(path, int(place * (path.stat().st_size - 64)))

    with pytest.raises(ReleaseError) as told:
        read(open_release(release.folder))

    assert str(told.value) == f"{path} is damaged: run `omniart-data verify {release.folder}`"


def test_a_damaged_picture_is_not_handed_out(make_release: Callable[..., Release]) -> None:
    """A byte that is changed inside a picture's page is damage, by the checksum of the page."""
    release = make_release(60)
    (path,) = release.shards("test")
    rows = pq.read_metadata(path).row_group(0)
    pages = rows.column(rows.num_columns - 2)
    assert pages.path_in_schema == "image.bytes"
    _harm(path, pages.data_page_offset + pages.total_compressed_size // 2)

    with pytest.raises(ReleaseError, match="is damaged: run `omniart-data verify"):
        list(release.pictures("test"))


def test_a_changed_number_in_the_facts_is_damage(make_release: Callable[..., Release]) -> None:
    """JSON that can still be read but is not what was sealed is damaged too."""
    folder = make_release(60).folder
    facts = (folder / "facts.json").read_bytes()
    (folder / "facts.json").write_bytes(facts.replace(b"table_one", b"table_two"))

    with pytest.raises(ReleaseError, match=r"facts\.json is damaged"):
        open_release(folder).facts  # noqa: B018


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"form": 99}',
        b'{"form": 2, "version": "1.0.0", "files": [], "tables": {}}',
        json.dumps(
            {
                "form": 2,
                "version": "1.0.0",
                "files": {"../../etc/passwd": {"size_bytes": 1, "sha256": "0" * 64}},
                "tables": {},
            }
        ).encode(),
        json.dumps(
            {
                "form": 2,
                "version": "1.0.0",
                "files": {"facts.json": {"size_bytes": 1, "sha256": "zz"}},
                "tables": {},
            }
        ).encode(),
    ],
)
def test_a_manifest_that_is_none(tmp_path: Path, body: bytes) -> None:
    """A manifest of another form, or with paths out of the folder, is refused although its seal fits."""
    (tmp_path / "manifest.json").write_bytes(body)
    (tmp_path / "manifest.sha256").write_text(seal_of(body))

    with pytest.raises(ReleaseError, match="is not a manifest"):
        open_release(tmp_path)
