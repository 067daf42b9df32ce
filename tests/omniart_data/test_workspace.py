"""The workspace: one process works in it, whoever comes second is told who that is, and anybody may look."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path

import pytest

from crawlers.engine.source import Page
from omniart_data.workspace import Holder, Workspace, parse_version
from schemas.errors import StoreError, UsageError
from schemas.raw import RawRecord

PAGE = Page((RawRecord("met", "1", "met-api", b"{}"),), "1")

WORKER = """
import sys
from pathlib import Path
from omniart_data.workspace import Workspace
with Workspace(Path(sys.argv[1])).opened("crawl met") as (store, images):
    print("open", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another(root: Path) -> Iterator["subprocess.Popen[str]"]:
    """Have another process work in a workspace, until the end of the block."""
    command = [sys.executable, "-c", WORKER, str(root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_second_process_is_told_who_works_there(tmp_path: Path) -> None:
    """Its line names the process, the machine, the command and since when, and what to do."""
    workspace = Workspace(tmp_path)
    with another(tmp_path) as process:
        with pytest.raises(StoreError) as caught, workspace.opened("build"):
            pass
        holder = workspace.holder()
        assert holder is not None
        assert (holder.pid, holder.host) == (process.pid, socket.gethostname())
        assert holder.command == "crawl met"
        age = datetime.now(UTC) - datetime.fromisoformat(holder.started)
        assert timedelta(0) <= age < timedelta(minutes=5)
    told = re.escape(
        f"another omniart-data (pid {process.pid} on {socket.gethostname()}, `crawl met`, since "
    )
    status = f"`omniart-data status --workspace {tmp_path}`"
    rest = re.escape(f") works in {tmp_path}: wait for it to end, or see {status}")
    assert re.fullmatch(rf"{told}[-0-9 ]*\d\d:\d\d{rest}", str(caught.value))


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    """Whatever it wrote of itself, a process that is gone holds nothing."""
    workspace = Workspace(tmp_path)
    with another(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        assert workspace.holder() is None
        with workspace.opened("build"):
            holder = workspace.holder()
            assert holder is not None
            assert (holder.pid, holder.command) == (os.getpid(), "build")
    assert workspace.holder() is None


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"[1]", b"\xff\xfe", b'{"pid": "x"}', b"[" * 100_000,
     b'{"pid": 1, "host": "a", "command": "", "started": "long ago"}'],
)  # fmt: skip
def test_a_holder_that_does_not_say_who_it_is(tmp_path: Path, garbage: bytes) -> None:
    """A lock file that says nothing, or nonsense, still names that there is another."""
    workspace = Workspace(tmp_path)
    with workspace.opened("crawl"):
        (tmp_path / ".lock").write_bytes(garbage)
        assert workspace.holder() == Holder()
        refused = pytest.raises(
            StoreError, match=f"^another omniart-data works in {tmp_path}: wait"
        )
        with refused, workspace.opened():
            pass
    assert workspace.holder() is None


def test_a_holder_of_another_day_is_told_with_it() -> None:
    """The time alone stands for today; a crawl of four days began on a day of its own."""
    now = datetime.now(UTC)
    today = Holder(7, "host", "crawl", now.isoformat())
    assert (
        str(today)
        == f"another omniart-data (pid 7 on host, `crawl`, since {now.astimezone():%H:%M})"
    )
    past = (now - timedelta(days=4)).astimezone()
    before = Holder(7, "host", "", past.isoformat())
    assert str(before) == f"another omniart-data (pid 7 on host, since {past:%Y-%m-%d %H:%M})"


def test_who_asks_does_not_hold_up_who_works(tmp_path: Path) -> None:
    """However often somebody asks who works there, a process that comes to work gets in."""
    workspace = Workspace(tmp_path)
    code = """
import sys
from pathlib import Path
from omniart_data.workspace import Workspace
print("asking", flush=True)
while True:
    Workspace(Path(sys.argv[1])).holder()
"""
    with workspace.opened():
        pass
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            for _ in range(20):
                with workspace.opened():
                    pass
        finally:
            process.kill()


def test_anybody_may_look_while_another_works(tmp_path: Path) -> None:
    """The stores are read beside the process that writes them; of a new workspace there is nothing to read."""
    workspace = Workspace(tmp_path / "w")
    with workspace.peek() as (store, images):
        assert (store, images) == (None, None)
    assert not (tmp_path / "w").exists()
    assert workspace.holder() is None

    with workspace.opened() as (store, _):
        assert store is not None
        store.put("met", PAGE)
        with workspace.peek() as (read, images):
            assert read is not None
            assert read.count("met") == 1
            store.put("met", Page((), "2"))
            assert read.cursor("met") == "2"
            assert images is not None
            assert sum(images.counts().values()) == 0
            with pytest.raises(StoreError, match="may not be written"):
                read.put("met", PAGE)


def test_downloads_lie_beside_the_raw_store(tmp_path: Path) -> None:
    """A bulk file is raw material as records are, and moves with them."""
    assert Workspace(tmp_path).downloads == tmp_path / "raw" / "bulk"


def test_a_workspace_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A file in the way is told with what to do."""
    (tmp_path / "w").write_text("")
    told = r"cannot be written: .*; choose another with --workspace"
    with pytest.raises(StoreError, match=told), Workspace(tmp_path / "w").opened():
        pass


def test_a_full_disk_is_one_line_at_the_start(small_disk: Path) -> None:
    """Nothing else comes of it than what there is to do, and with room again the workspace opens."""
    root = small_disk / "w"
    with Workspace(root).opened():
        pass
    filler = small_disk / "filler"
    with FileIO(filler, "w") as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    told = rf"^{root / '.lock'} does not fit on the disk: make room and start again$"
    with pytest.raises(StoreError, match=told), Workspace(root).opened("crawl"):
        pass
    filler.unlink()
    with Workspace(root).opened("crawl"):
        holder = Workspace(root).holder()
        assert holder is not None
        assert holder.command == "crawl"


def test_releases_are_told_by_their_names(tmp_path: Path) -> None:
    """Whole releases alone count, in order of their numbers."""
    workspace = Workspace(tmp_path)
    for name in ("omniart-1.10.0", "omniart-1.9.0", "omniart-x", "omniart-2.0.0"):
        (tmp_path / "releases" / name).mkdir(parents=True)
        if name != "omniart-2.0.0":
            (tmp_path / "releases" / name / "manifest.json").write_text("{}")
    assert workspace.versions() == [(1, 9, 0), (1, 10, 0)]
    with pytest.raises(UsageError, match="is no version"):
        parse_version("1.0")
