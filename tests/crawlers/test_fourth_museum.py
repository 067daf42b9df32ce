"""A fourth museum is one module, one line in the table of sources, and saved answers: nothing else is touched."""

import asyncio
import importlib.util
import io
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from aiohttp import web
from PIL import Image

import crawlers
from crawlers import SOURCES
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.probe import probe
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import CANNOT_BE_ASKED, Page, Source
from crawlers.engine.store import RawStore
from omniart_data.build import build
from omniart_data.plan import Plan
from omniart_data.release import open_release, verify_release
from omniart_data.workspace import Workspace
from schemas.errors import RecordError
from schemas.raw import RawRecord

FIXTURES = Path(__file__).parents[1] / "fixtures" / "fourth"
HOST = "api.kunsthalle.invalid"


def load(name: str) -> ModuleType:
    """Import the museum's module from where it lies, as if it lay in ``crawlers``."""
    spec = importlib.util.spec_from_file_location(name, FIXTURES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


KUNSTHALLE: Source = load("kunsthalle").Kunsthalle()
FOUR = {**SOURCES, "kunsthalle": KUNSTHALLE}


async def answer(request: web.BaseRequest) -> web.StreamResponse:
    """Answer with what is saved, and with a picture of each object's own colour."""
    if request.path == "/objects":
        return web.Response(body=(FIXTURES / f"page-{request.query['page']}.json").read_bytes())
    if request.path.startswith("/images/"):
        number = int(Path(request.path).stem)
        picture = io.BytesIO()
        Image.new("RGB", (60 + number, 40), (number * 30, 80, 160)).save(picture, "PNG")
        return web.Response(body=picture.getvalue())
    return web.Response(status=404)


@asynccontextmanager
async def served() -> AsyncIterator[FetchConfig]:
    """Serve the museum on loopback, and yield how to ask it."""
    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield FetchConfig(routes={HOST: base}, default_rate=1e5, contact="test@museum.example")
    finally:
        await runner.cleanup()


def crawl(store: RawStore) -> CrawlReport:
    """Crawl the museum."""

    async def run() -> CrawlReport:
        async with served() as config, Fetch(config) as fetch:
            return await run_crawl(FOUR["kunsthalle"], fetch, store)

    return asyncio.run(run())


def test_it_is_crawled_page_by_page(tmp_path: Path) -> None:
    """The engine needs to know no more of it than its class says."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        report = crawl(store)
        assert (report.pages, report.records, report.withdrawn) == (3, 7, 1)
        assert (report.census.named, report.census.expected) == (7, 7)
        assert report.census.adds_up
        read = {raws[0].source_id: KUNSTHALLE.read(raws) for raws in store.records("kunsthalle")}
    assert [one for one, record in read.items() if record.withdrawn] == ["6"]
    assert read["2"].titles[0].text == "Study 2"


def test_what_it_cannot_be_asked_for_is_said(tmp_path: Path) -> None:
    """A source that cannot be asked for one object leaves those that vanish unfetched, with that reason."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        lost = RawRecord("kunsthalle", "99", "kunsthalle-api", b"{}")
        store.put("kunsthalle", Page((lost,), "1"))
        store.begin("kunsthalle")
        census = crawl(store).census
    assert (census.unfetched, census.adds_up) == ({CANNOT_BE_ASKED: 1}, True)


def test_it_is_probed() -> None:
    """Its list, fields, pages and pictures are looked at without a word about what it promises."""

    async def run() -> None:
        async with served() as config, Fetch(config) as fetch:
            verdict = await probe(FOUR["kunsthalle"], fetch)
        assert verdict.ok
        checks = {check.name: check for check in verdict.checks}
        assert checks["fields"].found == "3 of 3 can be read"
        assert checks["next page"].ok
        assert checks["image"].ok

    asyncio.run(run())


def test_a_dropped_field_is_an_error_that_names_it() -> None:
    """Its answers are held to their form as those of any museum."""
    with pytest.raises(RecordError, match="kunsthalle:7: page is None"):
        KUNSTHALLE.read([RawRecord("kunsthalle", "7", "kunsthalle-api", b'{"title": "Study"}')])


def test_a_release_is_built_of_it(tmp_path: Path) -> None:
    """From the table of sources to a verified release with pictures: nothing else knows its name."""

    async def run() -> Path:
        async with served() as config:
            plan = replace(Plan(), image_px=64).crawling({"kunsthalle": FOUR["kunsthalle"]})
            built = await asyncio.to_thread(build, plan, Workspace(tmp_path), config)
            return built.folder

    folder = asyncio.run(run())
    assert verify_release(folder).failures == ()
    release = open_release(folder)
    rows = release.table("train", "validation", "test", "unattributed").to_pylist()
    assert {row["source_id"] for row in rows} == {"1", "2", "3", "4", "5", "7"}
    assert {row["image_status"] for row in rows} == {"in release"}
    assert KUNSTHALLE.attribution in (folder / "README.md").read_text(encoding="utf-8")


def test_commands_know_it_by_its_line_in_the_table(tmp_path: Path) -> None:
    """With its module beside the others and its line in SOURCES, the settings may name it."""
    shutil.copytree(Path(crawlers.__path__[0]), tmp_path / "crawlers")
    shutil.copy(FIXTURES / "kunsthalle.py", tmp_path / "crawlers")
    table = tmp_path / "crawlers" / "__init__.py"
    lines = table.read_text(encoding="utf-8").replace("Wga())", "Wga(), Kunsthalle())")
    imported = "from crawlers.kunsthalle import Kunsthalle\nfrom crawlers.met import"
    table.write_text(lines.replace("from crawlers.met import", imported), encoding="utf-8")

    settings = 'contact = "me@museum.example"\nsources = ["kunsthalle"]\n'
    (tmp_path / "omniart.toml").write_text(settings, encoding="utf-8")
    command = "from omniart_data.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "crawl", "--dry-run"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "kunsthalle" in done.stdout
