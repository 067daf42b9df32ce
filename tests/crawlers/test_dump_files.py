"""Bulk files on disk: opened plain or gzipped, and refused in one line when they are not sound."""

import gzip
import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers import dump_files
from crawlers.dump_files import check_readable, file_sha256, open_dump
from schemas.errors import SourceError, UsageError

NOBODY = 65534
"""A user id that owns nothing."""
POINTER = b"""version https://git-lfs.github.com/spec/v1
oid sha256:de617b9c947458e426111207f81a65bd1379a151c0077d3ce29cfc22fc0b9183
size 317650992
"""


def contents(path: Path) -> bytes:
    with open_dump(path) as stream:
        return stream.read()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(min_size=1, max_size=4000), packed=st.booleans())
def test_the_bytes_come_out_whatever_the_name(tmp_path: Path, *, body: bytes, packed: bool) -> None:
    """A gzipped file is told by its first bytes, and the sum is that of the file as it lies there."""
    if body.startswith((dump_files.GZIP_MAGIC, dump_files.LFS_MAGIC)):
        return
    stored = gzip.compress(body) if packed else body
    path = tmp_path / "dump.csv"
    path.write_bytes(stored)

    assert contents(path) == body
    assert file_sha256(path) == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("function", [check_readable, contents])
def test_a_path_that_holds_nothing_is_named(tmp_path: Path, function: object) -> None:
    """A missing file and an empty one are what the user gave wrongly."""
    assert callable(function)
    (tmp_path / "empty.csv").touch()

    for name, why in {"missing.csv": "is not there", "empty.csv": "is empty"}.items():
        with pytest.raises(UsageError, match=rf"{name} {why}"):
            function(tmp_path / name)


def test_the_sum_of_an_empty_file(tmp_path: Path) -> None:
    """A file without bytes has a sum like any other; one that is not there has none."""
    (tmp_path / "empty").touch()

    assert file_sha256(tmp_path / "empty") == hashlib.sha256().hexdigest()
    with pytest.raises(UsageError, match="missing is not there"):
        file_sha256(tmp_path / "missing")


def test_a_folder(tmp_path: Path) -> None:
    """A folder is readable where something lies in it, and is no file."""
    with pytest.raises(UsageError, match="is empty"):
        check_readable(tmp_path)
    (tmp_path / "a").write_bytes(b"a")
    check_readable(tmp_path)
    for function in (file_sha256, contents):
        with pytest.raises(UsageError, match="is no file"):
            function(tmp_path)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """What would make a reader wait for ever is refused."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        check_readable(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_without_permission() -> None:
    """Another user's file or folder is a UsageError that says so."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "file").write_bytes(b"a")
        (folder / "folder").mkdir()
        for path in (folder, folder / "file", folder / "folder"):
            path.chmod(0o755 if path == folder else 0)
        os.seteuid(NOBODY)
        try:
            for name in ("file", "folder"):
                with pytest.raises(UsageError, match=f"{name} cannot be read: Permission denied"):
                    check_readable(folder / name)
        finally:
            os.seteuid(0)


def test_a_git_lfs_pointer_is_named_as_such(tmp_path: Path) -> None:
    """The pointer in the file's place is told from the file, with what to do."""
    path = tmp_path / "MetObjects.csv"
    path.write_bytes(POINTER)
    with pytest.raises(SourceError, match=r"Git LFS pointer .*git lfs pull"):
        contents(path)


@pytest.mark.parametrize("cut", [12, -9, -4])
def test_a_torn_archive(tmp_path: Path, cut: int) -> None:
    """A gzip file that ends too early is a SourceError."""
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 40)[:cut])
    with pytest.raises(SourceError, match=r"a\.gz is a damaged or cut-off gzip file"):
        contents(path)


def test_a_flipped_byte(tmp_path: Path) -> None:
    """A gzip file whose sum does not fit is a SourceError."""
    path = tmp_path / "a.gz"
    packed = bytearray(gzip.compress(os.urandom(2000)))
    packed[-6] ^= 0xFF
    path.write_bytes(packed)
    with pytest.raises(SourceError, match="damaged or cut-off"):
        contents(path)


def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to hundreds of times its size is stopped at the allowed number of bytes."""
    monkeypatch.setattr(dump_files, "RATIO_FROM_BYTES", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(30 << 20)))
    taken: list[int] = []
    with open_dump(path) as stream, pytest.raises(SourceError, match="unpacks to more than"):
        taken.extend(len(chunk) for chunk in iter(lambda: stream.read(1 << 16), b""))
    assert sum(taken) < 8 << 20
