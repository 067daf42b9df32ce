"""A release is written whole or not at all, and the same contents give the same bytes."""

import errno
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omniart_data.release import write
from omniart_data.release.groups import EDGE
from omniart_data.release.manifest import file_entry, read_manifest
from omniart_data.release.read import ALL_SPLITS, Release, open_release
from omniart_data.release.verify import verify_release
from omniart_data.release.write import write_release
from schemas.errors import ReleaseError, StoreError, UsageError

HERE = Path(__file__).parent


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_same_contents_same_bytes(made: ModuleType, tmp_path: Path) -> None:
    """Two releases of the same contents, rows in another order, are equal byte for byte."""
    contents = made.contents()
    shuffled = list(range(contents.artworks.num_rows))
    random.Random(1).shuffle(shuffled)
    other = replace(
        contents,
        artworks=contents.artworks.take(shuffled),
        pictures=contents.pictures.take(shuffled[::-1]),
        dropped=contents.dropped.take([2, 0, 1]),
        judgements=contents.judgements.take([1, 0]),
        term_uses=contents.term_uses.take([2, 1, 0]),
        records_read=dict(reversed(contents.records_read.items())),
    )

    one = write_release(contents, tmp_path / "one", version="1.0.0")
    two = write_release(other, tmp_path / "two", version="1.0.0")

    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert one == two == read_manifest(tmp_path / "one")


def test_manifest_names_every_file(make_release: Callable[..., Release]) -> None:
    """The manifest has each file's size and SHA-256, and all files but itself and its seal."""
    release = make_release()

    there = files_of(release.folder).keys() - {"manifest.json", "manifest.sha256"}
    assert release.manifest.files.keys() == there
    for path, entry in release.manifest.files.items():
        assert file_entry(release.folder / path) == entry
    assert sum(release.manifest.tables[split].rows for split in ALL_SPLITS) == 120


def test_the_image_is_the_last_column(make_release: Callable[..., Release]) -> None:
    """Row groups with pictures are small, and the picture is the last column, bytes and path."""
    release = make_release(700)

    (shard,) = release.shards("train")
    with pq.ParquetFile(shard) as file:
        assert file.schema_arrow.names[-1] == "image"
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert max(sizes) == write.PICTURE_ROWS
    assert sum(sizes) == release.table("train").num_rows


def test_shards_are_numbered_through(
    made: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A split that outgrows a shard goes on in the next, and is read back as one."""
    whole = made.made_release(tmp_path / "whole", 300)
    monkeypatch.setattr(write, "SHARD_BYTES", 10_000)
    monkeypatch.setattr(write, "PICTURE_ROWS", 20)

    cut = made.made_release(tmp_path / "cut", 300)

    names = [shard.name for shard in cut.shards("train")]
    assert len(names) > 2
    assert names == [f"train-{n:05d}-of-{len(names):05d}.parquet" for n in range(len(names))]
    assert cut.table().equals(whole.table())
    assert cut.manifest.tables == whole.manifest.tables
    assert verify_release(cut.folder).failures == ()


def test_heavy_pictures_make_smaller_row_groups(
    made: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row group is closed when its pictures weigh enough, however few they are."""
    monkeypatch.setattr(write, "PICTURE_BYTES", 1_000)
    composed = write.compose(made.contents())

    sizes = [
        group.num_rows for group in write.row_groups(composed.rows, lambda _: (b"x" * 400, ""))
    ]

    assert sum(sizes) == 120
    assert max(sizes) <= 4


def test_nothing_at_all_is_a_release(made: ModuleType, tmp_path: Path) -> None:
    """A release of no artworks has its four empty splits, and verifies."""
    empty = made.contents(0, records_read={})
    empty = replace(empty, dropped=empty.dropped.slice(0, 0))

    write_release(empty, tmp_path / "empty", version="0.1.0")

    assert verify_release(tmp_path / "empty").failures == ()
    assert open_release(tmp_path / "empty").table().num_rows == 0


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n"])
def test_a_version_is_three_numbers(made: ModuleType, tmp_path: Path, version: str) -> None:
    """Anything else is refused before anything is written."""
    with pytest.raises(UsageError, match="is not a version"):
        write_release(made.contents(), tmp_path / "release", version=version)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_never_overwritten(made: ModuleType, tmp_path: Path) -> None:
    """Whatever has the release's name stays as it is: a folder, a file, a link that leads nowhere."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")

    for name in ("folder", "file", "link"):
        with pytest.raises(ReleaseError, match="never overwritten"):
            write_release(made.contents(), tmp_path / name, version="1.0.0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "link"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(
    read=st.dictionaries(
        st.sampled_from(["sample-met", "sample-rijksmuseum", "met"]), st.integers(0, 20)
    )
)
def test_records_are_accounted_for(made: ModuleType, tmp_path: Path, read: dict[str, int]) -> None:
    """A release whose records read are not its artworks and dropped rows is not written."""
    right = {"sample-met": 8, "sample-rijksmuseum": 5}
    contents = made.contents(10, records_read=read)

    if {source: n for source, n in read.items() if n} == right:
        write_release(contents, tmp_path / "right", version="1.0.0")
    else:
        with pytest.raises(ReleaseError, match="records were read"):
            write_release(contents, tmp_path / "wrong", version="1.0.0")
    assert not (tmp_path / "wrong").exists()


def test_what_does_not_fit_is_refused(made: ModuleType, tmp_path: Path) -> None:
    """Columns that are missing, ids that stand twice, pictures of other works: a ReleaseError each."""
    good = made.contents(10)
    wrong = {
        "not the columns": replace(good, artworks=good.artworks.drop_columns(["title"])),
        "several artworks": replace(good, artworks=good.artworks.take([0, *range(9)])),
        "not of the same ids": replace(good, pictures=good.pictures.slice(1)),
    }
    for words, contents in wrong.items():
        with pytest.raises(ReleaseError, match=words):
            write_release(contents, tmp_path / "wrong", version="1.0.0")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_may_not_be_passed_on_stops_it(made: ModuleType, tmp_path: Path) -> None:
    """A picture with forbidding rights is not written into a release, whatever its status claims."""
    good = made.contents(10)
    status = pa.array(["in release"] * 10)
    where = good.pictures.schema.get_field_index("image_status")
    pictures = good.pictures.set_column(where, "image_status", status)

    with pytest.raises(ReleaseError, match="may not be passed on"):
        write_release(replace(good, pictures=pictures), tmp_path / "wrong", version="1.0.0")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 50])
def test_a_refusing_disk_leaves_nothing(made: ModuleType, tmp_path: Path, after: int) -> None:
    """An error of the disk in the midst is one line, and no file is left."""
    contents = made.contents()
    asked = iter(range(1000))

    def picture(sha256: str) -> tuple[bytes, str]:
        if next(asked) >= after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return bytes(contents.picture(sha256)[0]), ""

    with pytest.raises(StoreError, match="does not fit on the disk") as refused:
        write_release(replace(contents, picture=picture), tmp_path / "release", version="1.0.0")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_is_no_folder(made: ModuleType, tmp_path: Path) -> None:
    """A place where no folder can be made is a StoreError."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be written"):
        write_release(made.contents(), tmp_path / "file" / "release", version="1.0.0")


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here: that needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("size", ["4k", "32k", "64k", "100k"])
def test_a_full_disk_leaves_nothing(made: ModuleType, tmp_path: Path, size: str) -> None:
    """On a disk that is too small nothing is left, wherever in the work it runs full."""
    with small_disk(tmp_path / "disk", size) as disk:
        with pytest.raises(StoreError, match="does not fit on the disk"):
            write_release(made.contents(), disk / "release", version="1.0.0")
        assert list(disk.iterdir()) == []


KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import made
from omniart_data.release.write import write_release
contents, left = made.contents(), [int(sys.argv[3])]
def picture(sha256):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return contents.picture(sha256)
write_release(replace(contents, picture=picture), Path(sys.argv[2]), version="1.0.0")
"""


def test_a_killed_run_leaves_no_release_and_no_trace(made: ModuleType, tmp_path: Path) -> None:
    """After a kill there is no release; the next run clears up and gives the undisturbed bytes."""
    made.made_release(tmp_path / "undisturbed")
    for after in ("0", "70"):
        run = [sys.executable, "-c", KILLED, str(HERE), str(tmp_path / "release"), after]
        assert subprocess.run(run, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "release").exists()
    assert (
        len(list(tmp_path.glob("release.partial-*"))) == 1
    )  # the second cleared up after the first

    made.made_release(tmp_path / "release")

    assert files_of(tmp_path / "release") == files_of(tmp_path / "undisturbed")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["release", "undisturbed"]


@pytest.mark.parametrize("name", [".candidate", "release [1]", "1.0.*"])
def test_leftovers_of_any_name_are_swept(made: ModuleType, tmp_path: Path, name: str) -> None:
    """What a killed run left is removed whatever the release is called: hidden, or with marks of a pattern."""
    (tmp_path / f"{name}.partial-999999999").mkdir()

    made.made_release(tmp_path / name)

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_run_that_lives_keeps_its_draft(made: ModuleType, tmp_path: Path) -> None:
    """What another living process is writing, and what only looks alike, is not removed."""
    kept = {f"release.partial-{os.getppid()}", "release.partial-mine", "other.partial-999999999"}
    for name in kept:
        (tmp_path / name).mkdir()

    made.made_release(tmp_path / "release")

    assert {path.name for path in tmp_path.iterdir()} == {"release", *kept}


FLAT = """
import random, resource, sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import made
from omniart_data.release import write
from omniart_data.release.write import write_release
write.PICTURE_BYTES = 8_000_000
def picture(sha256):
    return random.Random(sha256).randbytes(200_000), "p"
def peak(works, folder):
    write_release(made.contents(works, picture=picture), Path(sys.argv[2]) / folder, version="1.0.0")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak(200, "small"), peak(800, "large"))
"""


def test_memory_is_flat_in_pictures(tmp_path: Path) -> None:
    """Four times as many pictures (144 MB of them) hardly raise the peak of memory."""
    run = [sys.executable, "-c", FLAT, str(HERE), str(tmp_path)]
    found = subprocess.run(run, capture_output=True, text=True, check=True)

    small_kb, large_kb = map(int, found.stdout.split())
    assert large_kb - small_kb < 36_000


def test_edges_bind(made: ModuleType, tmp_path: Path) -> None:
    """Edges beyond equal pictures join groups, and their reason is told."""
    edge = {
        "a": "sample-met:00002",
        "b": "sample-rijksmuseum:00003",
        "because": "views of one object",
    }
    edges = pa.Table.from_pylist([edge], schema=EDGE)

    release = made.made_release(tmp_path / "bound", edges=edges)

    lines = {line["id"]: line for line in release.side_table("groups").to_pylist()}
    assert lines[edge["b"]]["group"] == edge["a"]
    assert lines[edge["b"]]["because"] == "views of one object"
    assert verify_release(release.folder).failures == ()
