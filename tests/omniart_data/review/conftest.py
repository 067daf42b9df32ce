"""A made release with candidates, a review of it on loopback, and a browser that is driven by real key presses."""

import asyncio
import base64
import io
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from omniart_data.normalise.decisions import evidence_of
from omniart_data.release import manifest
from omniart_data.release.manifest import Manifest, file_entry
from omniart_data.release.read import ALL_SPLITS, Release, open_release
from omniart_data.review.candidates import candidate_table, open_candidates
from omniart_data.review.naming import names_of
from omniart_data.review.server import serve
from omniart_data.review.sitting import Sitting, shown, works_of
from omniart_data.review.works import Works
from schemas.artwork import JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE
from schemas.release import LABEL, ROW
from tests.browser import BROWSER, QUIET

SCRIPT = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
STEEN, HAVICK = "ulan:500115493", "name:havick steen -1679"

FLAGS = (*QUIET, "--hide-scrollbars", "--remote-debugging-port=0")


def jpeg(number: int) -> bytes:
    """Return a small picture of one colour."""
    body = io.BytesIO()
    Image.new("RGB", (160, 120), (50 * number % 256, 90, 200 - 30 * number % 200)).save(
        body, "JPEG"
    )
    return body.getvalue()


def row(number: int, artist: str, artist_id: str, **columns: Any) -> dict[str, Any]:
    """Return one row of a release."""
    body = jpeg(number)
    return {
        "id": f"met:{number}",
        "source": "met",
        "source_id": f"{number}",
        "institution": "Made Museum",
        "object_number": f"MM.{number}",
        "title": f"The merry family {number}",
        "artist": artist,
        "artist_id": artist_id,
        "makers": [{"name": artist, "role": "painter", "born": 1626, "died": 1679}],
        "year_first": 1660,
        "year_last": 1665,
        "medium_as_given": [{"text": "olieverf op doek", "language": "nl"}],
        "types_as_given": [],
        "judgements": [0, 1, 3],
        "image_sha256": sha256(body).hexdigest(),
        "image_status": "in release",
        "image": {"bytes": body, "path": f"{number}.jpg"},
    } | columns


ROWS = (
    row(1, "Jan Steen", STEEN),
    row(2, "Jan Steen", STEEN, image=None, image_status="kept out"),
    row(3, "Steen, Jan Havicksz.", HAVICK, title=SCRIPT),
    row(
        4,
        "Steen, Jan Havicksz.",
        HAVICK,
        image=None,
        image_status="none offered",
        image_sha256=None,
    ),
    row(5, "Jan Steen", STEEN, title="The merry family 1", object_number="MM.1"),
)

WORK = ("id", "title", "object_number", "year_first", "year_last")
EVIDENCE = {
    "artist": evidence_of("artist", *sorted([[STEEN, 1626, 1679], [HAVICK, None, 1679]], key=str)),
    "fabeliet": evidence_of("material", "fabeliet", "nl"),
    "work": evidence_of("work", *[[ROWS[n][name] for name in WORK] for n in (0, 4)]),
}


def candidate(kind: str, subject: str, other: str = "", **columns: Any) -> dict[str, Any]:
    """Return one row of ``CANDIDATE``."""
    return {
        "kind": kind,
        "subject": subject,
        "object": other,
        "subject_label": subject,
        "object_label": other,
        "score": 0.0,
        "because": "",
        "evidence": evidence_of(kind, subject, other),
        "artworks": 1,
        "examples": ["met:1"],
    } | columns


CANDIDATES = (
    candidate(
        "artist",
        STEEN,
        HAVICK,
        subject_label="Jan Steen",
        object_label="Steen, Jan Havicksz.",
        score=96.5,
        because="the same words, both died in 1679",
        evidence=EVIDENCE["artist"],
        artworks=5,
        examples=["met:1", "met:2", "met:3", "met:4"],
    ),
    candidate("artist", "name:a", "name:b", score=91.0),
    candidate("artist", "name:c", "name:d", score=90.0),
    candidate("material", "rare", evidence=evidence_of("material", "rare", ""), artworks=1),
    candidate(
        "material",
        "fabeliet",
        evidence=EVIDENCE["fabeliet"],
        artworks=40,
        examples=["met:1", "met:3"],
    ),
    candidate(
        "material",
        "porcelein",
        "porcelain",
        object_label="porcelain",
        evidence=evidence_of("material", "porcelein", "en"),
        score=95.0,
        artworks=7,
    ),
    candidate(
        "work",
        "met:5",
        "met:1",
        subject_label="The merry family 1",
        object_label="The merry family 1",
        evidence=EVIDENCE["work"],
        score=80.0,
    ),
)


def judgement(
    number: int, rule: str, read: dict[str, Any], value: dict[str, Any]
) -> dict[str, Any]:
    """Return one row of ``JUDGEMENT``."""
    told = {"input": json.dumps(read), "value": json.dumps(value)}
    return {"number": number, "rule": rule, "because": "made", "artworks": 1, **told}


ULAN = "http://vocab.getty.edu/ulan/500115493"
MAKER = {"maker": {"name": "Jan Steen", "born": 1626, "died": 1679, "ids": [ULAN]}}
JUDGEMENTS = (
    judgement(
        0, "materials", {"medium": [{"text": "olieverf op doek"}]}, {"material_terms": ["canvas"]}
    ),
    judgement(1, "artist", MAKER, {"artist": "Jan Steen", "artist_id": STEEN}),
    judgement(
        2,
        "artist",
        {"maker": {"name": "Havick Steen", "born": None, "died": 1679, "ids": []}},
        {"artist": "Steen", "artist_id": HAVICK},
    ),
    judgement(3, "attribution", {"makers": [MAKER["maker"]]}, {**MAKER, "artist_status": "named"}),
)


def made_release(folder: Path, candidates: Sequence[dict[str, Any]] | None = CANDIDATES) -> Release:
    """Write a release with what a review reads of one, and open it."""
    (folder / "data").mkdir(parents=True)
    for split in ALL_SPLITS:
        rows = list(ROWS) if split == "train" else []
        path = folder / "data" / f"{split}-00000-of-00001.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=ROW), path, row_group_size=2)
    words = [
        ("met", "fabeliet", "nl"),
        ("met", "glas", "nl"),
        ("wga", "glas", "de"),
        ("met", "rare", ""),
        ("wga", "porcelein", "en"),
        ("met", "fijn: spul", "NL"),
    ]
    terms = [
        {"source": source, "kind": "material", "term": term, "language": language}
        for source, term, language in words
    ]
    labels = [
        {"task": "artist", "label": "Jan Steen", "id": STEEN},
        {"task": "artist", "label": "Steen, Jan Havicksz.", "id": HAVICK},
        {"task": "material", "label": "fabeliet", "id": ""},
    ]
    tables = {
        "judgements": pa.Table.from_pylist(list(JUDGEMENTS), schema=JUDGEMENT),
        "labels": pa.Table.from_pylist(labels, schema=LABEL),
        "terms": pa.Table.from_pylist(terms, schema=TERM_USE),
    }
    if candidates is not None:
        tables["candidates"] = pa.Table.from_pylist(list(candidates), schema=CANDIDATE)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    files = {
        path.relative_to(folder).as_posix(): file_entry(path)
        for path in sorted(folder.rglob("*.parquet"))
    }
    body = Manifest("1.0.0", files, {}).to_bytes()
    (folder / manifest.NAME).write_bytes(body)
    (folder / manifest.SEAL).write_text(manifest.seal_of(body))
    return open_release(folder)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with one release that has candidates."""
    made_release(tmp_path / "w" / "releases" / "omniart-1.0.0")
    return tmp_path / "w"


@pytest.fixture
def make_release() -> Callable[..., Release]:
    """Return the function that makes a release with candidates of one's own."""
    return made_release


def sitting_in(workspace: Path) -> tuple[Sitting, Works]:
    """Return a sitting over the release of a workspace, without an image store."""
    release = open_release(workspace / "releases" / "omniart-1.0.0")
    candidates = open_candidates(candidate_table(release), ())
    works = Works(release, works_of(shown(candidates)), None)
    names = names_of(release)
    return Sitting(
        workspace / "decisions", candidates, works, names, title="Review of release 1.0.0"
    ), works


@dataclass
class Served:
    """A review that runs."""

    url: str
    sitting: Sitting
    works: Works
    task: "asyncio.Task[None]"

    @property
    def base(self) -> str:
        """Return the address without the token."""
        return self.url.rsplit("/", 2)[0]

    @property
    def token(self) -> str:
        """Return the token."""
        return self.url.rsplit("/", 2)[1]


@asynccontextmanager
async def served(workspace: Path, **more: Any) -> AsyncIterator[Served]:
    """Serve the review of a workspace until the end of the block."""
    sitting, works = sitting_in(workspace)
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(sitting, works, started=started.set_result, **more))
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield Served(started.result(), sitting, works, task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def review(workspace: Path) -> Callable[[Callable[[Served], Coroutine[Any, Any, None]]], None]:
    """Return a function that runs a coroutine function on a review of the workspace."""

    def run(work: Callable[[Served], Coroutine[Any, Any, None]], **more: Any) -> None:
        async def main() -> None:
            async with served(workspace, **more) as one:
                await asyncio.wait_for(work(one), 60)

        asyncio.run(main())

    return run


@dataclass
class Page:
    """One page of a Chromium, through the Chrome DevTools protocol."""

    socket: aiohttp.ClientWebSocketResponse
    session: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _number: int = 0

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """Send a command and return its answer; what the page tells meanwhile is kept."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": given, "sessionId": self.session}
        await self.socket.send_json(asked)
        while True:
            told = await self.socket.receive_json(timeout=20)
            if told.get("id") == self._number:
                assert "error" not in told, told
                return dict(told["result"])
            self._hear(told)

    def _hear(self, told: dict[str, Any]) -> None:
        method, given = told.get("method"), told.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(given["exceptionDetails"]))
        elif method == "Log.entryAdded" and given["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(given["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(str(given["args"]))

    async def js(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        told = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        for _ in range(400):
            if await self.js(f"Boolean({expression})"):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(
            f"{expression} never came true: {await self.js('document.body.innerText')}"
        )

    async def press(self, *keys: str) -> None:
        """Press keys, as a keyboard does."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            down: dict[str, Any] = {"text": text} if text else {}
            if key in _CODES:
                down["windowsVirtualKeyCode"] = _CODES[key]
            await self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **down)
            await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def picture(self) -> bytes:
        """Return what the page looks like, whole, as a PNG."""
        told = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(told["data"])


_CODES = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowRight": 39, "ArrowLeft": 37}


class Chromium:
    """A headless browser for some pages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        port_file = self._folder / "DevToolsActivePort"
        self._program = await asyncio.create_subprocess_exec(
            BROWSER,
            *FLAGS,
            f"--user-data-dir={self._folder}",
            "about:blank",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(1000):
            if port_file.is_file() and port_file.read_text().count("\n"):
                break
            assert self._program.returncode is None, "the browser does not start"
            await asyncio.sleep(0.02)
        port, path = port_file.read_text().split("\n")[:2]
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._http is not None:
            await self._http.close()
        self._program.terminate()
        await asyncio.wait_for(self._program.wait(), 20)

    async def open(
        self, url: str, *, width: int = 1200, height: int = 900, scheme: str = "light"
    ) -> Page:
        """Open an address in a page of its own."""
        page = Page(self._socket, "")
        page.session = ""
        target = await self._browser("Target.createTarget", url="about:blank")
        attached = await self._browser(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            await page.ask(f"{domain}.enable")
        wish = {"name": "prefers-color-scheme", "value": scheme}
        await page.ask("Emulation.setEmulatedMedia", features=[wish])
        await page.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        await page.ask("Page.navigate", url=url)
        return page

    async def _browser(self, method: str, **given: Any) -> dict[str, Any]:
        await self._socket.send_json({"id": 1_000_000, "method": method, "params": given})
        while True:
            told = await self._socket.receive_json(timeout=20)
            if told.get("id") == 1_000_000:
                return dict(told["result"])


@pytest.fixture
def browse(workspace: Path, tmp_path: Path) -> Callable[..., None]:
    """Return a function that runs a coroutine function on a review and a browser."""
    if not BROWSER:
        pytest.skip("no Chromium is installed to open the page in")

    def run(work: Callable[[Served, Chromium], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            async with served(workspace) as one, Chromium(tmp_path / "profile") as browser:
                await asyncio.wait_for(work(one, browser), 60)

        asyncio.run(main())

    return run
