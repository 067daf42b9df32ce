"""Bulk files: streamed, gone on with, checked, and never half there."""

import asyncio
import hashlib
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from loopback import HOST, URL, WALL, museum, raw_museum

from crawlers.engine.fetch import AddressError, Download, HostDownError
from schemas.errors import StoreError, UsageError

BODY = Random(0).randbytes(600_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 600000\n" % SHA256.encode()
)


class Host:
    """Serves a file with ranges; ``breaks`` hangs up after so many bytes of the first answers."""

    def __init__(
        self, body: bytes = BODY, *, breaks: int = 0, at: int = 250_000, etag: str = '"1"'
    ) -> None:
        self.body, self.breaks, self.at, self.etag = body, breaks, at, etag
        self.ranges: list[str] = []
        self.only_if: list[str] = []
        self.knows_ranges = True

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer with the file, or with what of it is asked for."""
        asked = request.headers.get("Range", "")
        self.ranges.append(asked)
        self.only_if.append(request.headers.get("If-Range", ""))
        assert request.headers["Accept-Encoding"] == "identity"
        begin = int(asked.removeprefix("bytes=").rstrip("-") or 0)
        fresh = not self.knows_ranges or self.only_if[-1] not in {"", self.etag}
        begin = 0 if fresh else begin
        headers = {"ETag": self.etag, "Content-Length": str(len(self.body) - begin)}
        if begin:
            headers["Content-Range"] = f"bytes {begin}-{len(self.body) - 1}/{len(self.body)}"
        response = web.StreamResponse(status=206 if begin else 200, headers=headers)
        await response.prepare(request)
        end = begin + self.at if self.breaks > 0 else len(self.body)
        self.breaks -= 1
        await response.write(self.body[begin:end])
        if end < len(self.body):
            await asyncio.sleep(0.05)
            assert request.transport is not None
            request.transport.abort()
        return response


def download(
    handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], folder: Path, **more: Any
) -> Download:
    """Download the file from a museum on loopback."""
    size_bytes = more.pop("size_bytes", len(BODY))

    async def run() -> Download:
        async with museum(handler, downloads=folder, **more) as fetch:
            return await fetch.download(f"{URL}/all.csv", sha256=SHA256, size_bytes=size_bytes)

    return asyncio.run(run())


def test_a_file_comes_whole_and_once(tmp_path: Path) -> None:
    """It lies under its SHA-256, nothing else does, and a second run asks nobody for it."""
    host = Host()
    first = download(host, tmp_path / "new" / "folder")

    assert first.path == tmp_path / "new" / "folder" / SHA256
    assert first.path.read_bytes() == BODY
    assert [path.name for path in first.path.parent.iterdir()] == [SHA256]
    again = download(host, tmp_path / "new" / "folder")
    assert again.path == first.path
    assert abs(int(again.fetched[-3:-1]) - int(first.fetched[-3:-1])) in {0, 1, 59}
    assert host.ranges == [""]


def test_a_break_is_gone_on_from(tmp_path: Path) -> None:
    """After a break only what is missing is asked for, of the same version, and no try is lost by it."""
    host = Host(breaks=2)
    assert download(host, tmp_path, retries=0).path.read_bytes() == BODY
    assert host.ranges == ["", "bytes=250000-", "bytes=500000-"]
    assert host.only_if == ["", '"1"', '"1"']


def test_the_next_run_goes_on_too(tmp_path: Path) -> None:
    """What an earlier run left is gone on with."""
    broken = Host(breaks=1)

    async def then_nothing(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=500) if broken.ranges else await broken(request)

    with pytest.raises(HostDownError):
        download(then_nothing, tmp_path, patience_s=0.05)
    assert not (tmp_path / SHA256).exists()
    host = Host()
    assert download(host, tmp_path).path.read_bytes() == BODY
    assert host.ranges == ["bytes=250000-"]


def test_another_version_begins_anew(tmp_path: Path) -> None:
    """Where the file has changed since the break, or the host knows no ranges, it comes whole again."""
    host = Host(breaks=1)
    old = host.etag

    async def changing(request: web.BaseRequest) -> web.StreamResponse:
        host.etag = '"2"' if host.ranges else old
        return await host(request)

    assert download(changing, tmp_path / "a").path.read_bytes() == BODY
    host = Host(breaks=1)
    host.knows_ranges = False
    assert download(host, tmp_path / "b").path.read_bytes() == BODY
    assert host.ranges == ["", "bytes=250000-"]


def test_a_torn_beginning_is_not_kept(tmp_path: Path) -> None:
    """What an earlier run left and what follows on it must be one file; else all of it comes again."""
    (tmp_path / f"{SHA256}.part").write_bytes(bytes(100_000))
    host = Host()
    assert download(host, tmp_path).path.read_bytes() == BODY
    assert host.ranges == ["bytes=100000-", ""]


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    """A file that is there under the right name and is not right is had again."""
    (tmp_path / SHA256).write_bytes(BODY[:-1] + b"?")
    assert download(Host(), tmp_path).path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (POINTER, "a Git LFS pointer in place of the file"),
        (BODY + b"!", "more bytes than announced"),
        (BODY[:-1] + b"?", "another SHA-256 than announced"),
        (BODY[:-1], "fewer bytes than announced"),
    ],
)
def test_another_file_is_an_error(tmp_path: Path, body: bytes, reason: str) -> None:
    """A pointer, a longer, a shorter and another file are named, and leave nothing that looks whole."""
    host = Host(body)
    with pytest.raises(AddressError) as end:
        download(host, tmp_path)
    assert (end.value.reason, end.value.url) == (reason, f"{URL}/all.csv")
    assert not (tmp_path / SHA256).exists()
    assert len(host.ranges) == (1 if reason != "fewer bytes than announced" else 4)


def test_a_wall_in_place_of_a_file_is_waited_for(tmp_path: Path) -> None:
    """A page of HTML in place of a file turns everybody away for a while."""
    host, walls = Host(), 2

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal walls
        walls -= 1
        return web.Response(body=WALL) if walls >= 0 else await host(request)

    assert download(serve, tmp_path).path.read_bytes() == BODY


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """404 is no file."""

    async def serve(request: web.BaseRequest) -> web.Response:
        return web.Response(status=404)

    with pytest.raises(AddressError, match=r"gone \(404\)"):
        download(serve, tmp_path)


def test_a_range_that_is_refused_begins_anew(tmp_path: Path) -> None:
    """Where the host will not go on at that place (416), the file comes whole."""
    host = Host()
    (tmp_path / f"{SHA256}.part").write_bytes(BODY[:1000])

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=416) if "Range" in request.headers else await host(request)

    assert download(serve, tmp_path).path.read_bytes() == BODY


def test_trouble_with_the_disk_is_told_as_such(tmp_path: Path) -> None:
    """A folder that cannot be written is a StoreError, and not the host's fault."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        download(Host(), tmp_path / "file" / "downloads")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        with pytest.raises(StoreError, match="and the download goes on"):
            download(Host(), tmp_path / "full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    host = Host()
    assert download(host, tmp_path / "full").path.read_bytes() == BODY
    assert host.ranges == ["bytes=100000-"]


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """Where the disk is full the error says what to do about it."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no disk here that is always full")
    (tmp_path / f"{SHA256}.version").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"does not fit on the disk: make room and start again"):
        download(Host(), tmp_path)


def test_a_folder_is_needed() -> None:
    """Without a folder for downloads the error says so."""

    async def run() -> None:
        async with raw_museum(b"") as fetch:
            with pytest.raises(UsageError, match="no folder"):
                await fetch.download(f"https://{HOST}/a", sha256=SHA256, size_bytes=1)

    asyncio.run(run())
