"""Fetching from a plain web server on loopback: parts, redirects, and a server that breaks off."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.publish.web import BLOCK
from omniart_data.release import open_release


@contextmanager
def served(folder: Path, **how: Any) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder; ``breaks`` is sent by half once, ``leads`` is where everything is redirected to."""
    asked: list[str] = []
    breaks = [how.get("breaks")]

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, start = self.path.lstrip("/"), self.headers.get("Range", "bytes=0-")
            first = int(start.removeprefix("bytes=").rstrip("-"))
            asked.append(f"{path} {first}")
            if "leads" in how:
                self.send_response(302)
                self.send_header("Location", how["leads"] + self.path)
                self.end_headers()
                return
            if not (folder / path).is_file():
                self.send_error(404)
                return
            body = (folder / path).read_bytes()[first:]
            self.send_response(206 if first else 200)
            if first:
                self.send_header("Content-Range", f"bytes {first}-{first + len(body) - 1}/*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if breaks[0] and path.endswith(breaks[0]):
                breaks[0] = None
                body = body[: len(body) // 2]
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetch(*words: object) -> Any:
    return CliRunner().invoke(app, ["fetch-release", *map(str, words)])


def test_a_fetch_that_broke_off_asks_for_the_rest(publishable: Any, tmp_path: Path) -> None:
    """The second fetch asks for the part of the file that did not come, and for none that did."""
    release = publishable(works=160)
    files = release.manifest.files
    large = max(files, key=lambda path: files[path].size_bytes)
    assert files[large].size_bytes // 2 > BLOCK
    with served(release.folder.parent, breaks=large) as (url, asked):
        broken = fetch(url, "1.0.0", "--out", tmp_path / "out")
        assert broken.exit_code == 1
        assert "again" in broken.stderr
        assert not (tmp_path / "out").exists()
        came = len(asked)
        assert fetch(url, "1.0.0", "--out", tmp_path / "out").exit_code == 0

    rest = [int(one.split()[1]) for one in asked[came:] if large in one]
    assert len(rest) == 1
    assert rest[0] >= BLOCK
    before = [path for path in sorted(files) if path < large]
    assert not [one for one in asked[came:] if any(path in one for path in before)]
    assert open_release(tmp_path / "out").digest == release.digest


def test_a_missing_version_is_said_to_be_missing(publishable: Any, tmp_path: Path) -> None:
    """A web server tells no versions, so only that this one is not there is said."""
    with served(publishable().folder.parent) as (url, _):
        said = fetch(url, "2.0.0", "--out", tmp_path / "out")

    assert said.exit_code == 1
    assert "no whole release 2.0.0" in said.stderr


def test_no_redirect_into_a_private_network(publishable: Any, tmp_path: Path) -> None:
    """A server cannot send us to an address that only we can reach, and what is there is not asked."""
    folder = publishable().folder.parent
    with served(folder) as (inner, asked), served(tmp_path, leads=inner) as (url, _):
        said = fetch(url, "1.0.0", "--out", tmp_path / "out")

    assert said.exit_code == 1
    assert "redirects to a private address" in said.stderr
    assert asked == []


@pytest.mark.parametrize("dest", ["http://example.org/sets", "http://127.0.0.1.example.org/sets"])
def test_only_https_leaves_this_machine(dest: str) -> None:
    """Whoever is on the way of a plain http answer could change manifest and files alike."""
    said = fetch(dest, "1.0.0")

    assert said.exit_code == 2
    assert "give an https:// address" in said.stderr
