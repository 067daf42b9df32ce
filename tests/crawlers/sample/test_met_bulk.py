"""The sample museum has a bulk file, older than its API, behind a pointer of Git LFS."""

import csv
import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pytest
import requests

from crawlers.met_dump import read_met_dump
from crawlers.sample import SAMPLE_SOURCES, SampleMuseum
from crawlers.sample.hosts import MET_OPEN_ACCESS
from crawlers.sample.met_api import object_answer
from crawlers.sample.met_bulk import COLUMNS, FILE, MADE, POINTER, is_older


@pytest.fixture(scope="module")
def body(ask) -> bytes:
    return ask(f"https://{MET_OPEN_ACCESS}{FILE}").content


def test_pointer(ask, body: bytes) -> None:
    """The plain address gives three lines that tell the file's SHA-256 and its size."""
    version, oid, size = ask(f"https://{MET_OPEN_ACCESS}{POINTER}").text.splitlines()

    assert version == "version https://git-lfs.github.com/spec/v1"
    assert oid == f"oid sha256:{hashlib.sha256(body).hexdigest()}"
    assert size == f"size {len(body)}"


def test_form(body: bytes) -> None:
    """The file is UTF-8 with its mark, ends rows with CRLF, has 54 columns, and newlines inside quotes."""
    text = body.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""))

    assert body.startswith(b"\xef\xbb\xbfObject Number,")
    assert tuple(head) == COLUMNS
    assert {len(row) for row in rows} == {54}
    assert text.count("\r\n") > len(rows) + 1
    assert "\n" not in text.replace("\r\n", "")


def test_an_older_state(body: bytes, museum: SampleMuseum) -> None:
    """The newest twentieth of the numbers is not in it yet, and some titles are not what they are now."""
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    works = museum.collection.works["met"]
    now = {work.source_id: object_answer(work) for work in works}
    older = [row for row in rows if row["Title"] != now[row["Object ID"]]["title"]]

    assert len(rows) == len(works) - len(works) // 20
    assert max(int(row["Object ID"]) for row in rows) < int(works[-1].source_id)
    told = {work.source_id for work in works[: len(rows)] if is_older(work)}
    assert {row["Object ID"] for row in older} == told
    assert told
    assert all(work.changed >= MADE.isoformat() for work in works if work.source_id in told)
    for row in rows:
        said = now[row["Object ID"]]
        assert row["Medium"] == said["medium"]
        assert row["Object Begin Date"] == str(said["objectBeginDate"])
        assert row["Is Public Domain"] == str(said["isPublicDomain"])


def test_it_reads_as_the_api_does(body: bytes, museum: SampleMuseum, tmp_path: Path) -> None:
    """The museum's own class reads every row, and finds the makers that the API tells of."""
    met = SAMPLE_SOURCES["sample-met"]
    (tmp_path / "MetObjects.csv").write_bytes(body)
    read = list(read_met_dump(tmp_path / "MetObjects.csv", met))
    assert all(isinstance(batch, pa.RecordBatch) for batch in read)
    rows = [row for batch in read for row in batch.to_pylist()]
    works = {work.source_id: work for work in museum.collection.works["met"]}

    assert len(rows) == len(works) - len(works) // 20
    for row in rows:
        work = works[row["source_id"]]
        if work.artist is not None and work.stance != "none":
            names = [work.artist.met, *([work.second.met] if work.second else [])]
            assert [maker["name"] for maker in row["makers"]] == names


def test_parts(museum: SampleMuseum, body: bytes) -> None:
    """A download that broke off goes on where it was, as long as the file is the same."""
    url = museum.routes[MET_OPEN_ACCESS] + FILE

    def ask(part: str, **headers: str) -> requests.Response:
        given = {"Range": part, **{name.replace("_", "-"): of for name, of in headers.items()}}
        return requests.get(url, headers=given, timeout=10)

    half = len(body) // 2
    rest = ask(f"bytes={half}-")
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {half}-{len(body) - 1}/{len(body)}"
    assert rest.content == body[half:]
    assert ask("bytes=0-9").content == body[:10]
    assert ask(f"bytes={half}-", If_Range=rest.headers["ETag"]).status_code == 206
    other = ask(f"bytes={half}-", If_Range='"another"')
    assert (other.status_code, other.content) == (200, body)
    beyond = ask(f"bytes={len(body)}-")
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(body)}"
