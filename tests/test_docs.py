"""The documents are true: pages are up to date, links lead somewhere, commands and examples exist."""

import asyncio
import doctest
import importlib.util
import json
import re
import shlex
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
import typer
from aiohttp import web
from aiohttp.test_utils import TestServer

from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import Source
from crawlers.engine.store import RawStore
from omniart_data.normalise import Rule
from omniart_data.normalise.judging import WORKING
from schemas.artwork import ARTWORK
from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import RECORD, Maker

ROOT = Path(__file__).parents[1]
ROOMS = ("docs", "schemas", "crawlers", "omniart_data", "omniart_model", "tests", "benchmarks")
PAGES = sorted(
    page
    for page in [
        *ROOT.glob("*.md"),
        *(one for room in ROOMS for one in ROOT.glob(f"{room}/**/*.md")),
    ]
    if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)
QUOTING = [page for page in PAGES if page.parent == ROOT or ROOT / "docs" in page.parents]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
OURS = re.compile(r"(?:\$ )?(?:\.venv/bin/|\$\(BIN\)/)?(omniart-data|omniart-model|make)(?=\s|$)")
MACHINE_PATH = re.compile(r"(?<![\w.:/])(?:/(?:home|root|tmp|work|Users|mnt|var|opt)\b|[A-Z]:\\)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
SHELLS = {"", "sh", "bash", "console", "shell"}


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


@pytest.mark.parametrize("name", GENERATOR.pages())
def test_generated_pages_are_up_to_date(name: str) -> None:
    """Each reference page is what the code would write now."""
    page = ROOT / "docs" / name
    assert page.exists(), "run `make docs`"
    assert page.read_text(encoding="utf-8") == GENERATOR.pages()[name], "run `make docs`"


def test_check_names_what_is_behind(tmp_path: Path) -> None:
    """``--check`` writes nothing and fails for a page that is missing or old, until it is written."""
    said: list[str] = []
    assert GENERATOR.main(["--check"], tmp_path, said.append) == 1
    assert len(said) == len(GENERATOR.pages())
    assert not list(tmp_path.iterdir())

    assert GENERATOR.main([], tmp_path, said.append) == 0
    assert GENERATOR.main(["--check"], tmp_path, said.append) == 0
    with (tmp_path / "sources.md").open("a", encoding="utf-8") as page:
        page.write("one line too many\n")
    assert GENERATOR.main(["--check"], tmp_path, said.append) == 1


def test_every_column_says_what_it_means() -> None:
    """No table of the reference has an empty cell for a meaning."""
    lines = GENERATOR.pages()["columns.md"].splitlines()

    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) > 80
    assert not [row for row in rows if row.endswith("|  |")]


def links(text: str) -> Iterator[str]:
    """Yield what a page links to, code left out."""
    prose = INLINE.sub("code", FENCE.sub("", text))
    for inline, reference in LINK.findall(prose):
        yield inline or reference


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link leads to a file of the repository, and its anchor to a heading there."""
    for link in links(text_of(name)):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), f"{name}: {link}"
        assert target.resolve().is_relative_to(ROOT.resolve()), f"{name}: {link} leads out"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{name}: {link}"


def test_every_page_of_docs_is_in_its_index() -> None:
    """Whoever opens docs/README.md finds every page and example of docs/."""
    docs = ROOT / "docs"
    linked = {
        (docs / link.partition("#")[0]).resolve() for link in links(text_of("docs/README.md"))
    }

    there = {path.resolve() for kind in ("*.md", "*.toml") for path in docs.rglob(kind)}
    assert there - {(docs / "README.md").resolve()} <= linked


@pytest.mark.parametrize("name", NAMES)
def test_no_page_names_a_machine_path(name: str) -> None:
    """A document speaks of the repository, never of the disk that it lay on."""
    assert not MACHINE_PATH.search(text_of(name))


def quoted(text: str) -> Iterator[str]:
    """Yield the command lines of ours that a page quotes, in blocks and in running text."""
    pieces: list[str] = []
    for _, language, block in FENCE.findall(text):
        if language in SHELLS:
            pieces += re.sub(r"\\\n\s*", " ", dedent(block)).splitlines()
    pieces += [" ".join(code.split()) for _, code in INLINE.findall(FENCE.sub("", text))]
    for piece in pieces:
        for line in re.split(r"&&|;|\s\|\s", piece.strip()):
            if OURS.match(line.strip()):
                yield line.strip()


def wrong_with(line: str, targets: set[str]) -> str:
    """Return what a quoted command line names that is not there; empty: nothing."""
    found = OURS.match(line)
    assert found is not None
    words = shlex.split(re.sub(r"[\[\]]|\.\.\.|…", " ", line[found.end() :]), comments=True)
    if found[1] == "make":
        named = [word for word in words if "=" not in word and not word.startswith("-")]
        return next((f"no target {word}" for word in named if word not in targets), "")
    command: Any = typer.main.get_command(GENERATOR.COMMANDS[found[1]])
    options = {"--help", *(name for one in command.params for name in one.opts)}
    for word in words:
        if not word.startswith("-"):
            if getattr(command, "commands", None) is None:
                continue  # an argument, or an option's value
            if word not in command.commands:
                return f"no command {word}"
            command = command.commands[word]
            options = {"--help", *(name for one in command.params for name in one.opts)}
        elif word.partition("=")[0] not in options:
            return f"no option {word}"
    return ""


@pytest.mark.parametrize("name", [str(page.relative_to(ROOT)) for page in QUOTING])
def test_quoted_commands_exist(name: str) -> None:
    """A command line in a document names commands, options and targets that are there."""
    targets = set(TARGET.findall(text_of("Makefile")))

    wrong = {line: wrong_with(line, targets) for line in quoted(text_of(name))}
    assert not {line: what for line, what in wrong.items() if what}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("omniart-data build --demo", ""),
        ("$ .venv/bin/omniart-data build --from met=MetObjects.csv --images=none", ""),
        ("omniart-model evaluate RELEASE PREDICTIONS.parquet [--split test]", ""),
        ("omniart-data --version", ""),
        ("make PYTHON=python3.12 test", ""),
        ("omniart-data bild --demo", "no command bild"),
        ("omniart-data build --dmeo", "no option --dmeo"),
        ("omniart-data --demo build", "no option --demo"),
        ("omniart-model train RELEASE --speed=9", "no option --speed=9"),
        ("make tests", "no target tests"),
    ],
)
def test_a_wrong_command_is_found(line: str, wrong: str) -> None:
    """What checks the documents tells a command that is there from one that is not."""
    assert list(quoted(f"Run `{line}` now.\n\n```\n{line}  # so\n```\n")) == [f"{line}  # so", line]
    assert wrong_with(line, {"test"}) == wrong


def example(title: str) -> dict[str, Any]:
    """Return the names that the Python block below a heading of CONTRIBUTING.md defines, once run."""
    section = text_of("CONTRIBUTING.md").partition(f"## {title}\n")[2].partition("\n## ")[0]
    (block,) = [
        dedent(code) for _, language, code in FENCE.findall(section) if language == "python"
    ]
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(block, "CONTRIBUTING.md", "exec"), names)
    return names


OBJECT = (
    b'{"title": "Bridge", "artist": "", "type": "print", "medium": "Etching", "date": "1650", '
    b'"rights": "https://creativecommons.org/publicdomain/zero/1.0/", "images": []}'
)


@asynccontextmanager
async def example_museum(answers: Mapping[str, bytes | int]) -> AsyncIterator[dict[str, str]]:
    """Serve the museum of the walk, and give the route to it; a number is a status without a body."""

    async def answer(request: web.Request) -> web.Response:
        found = answers.get(request.path, 404)
        if isinstance(found, int):
            return web.Response(status=found)
        return web.Response(body=found, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        yield {"museum.example": str(server.make_url("/"))}


def test_the_museum_of_the_walk_is_a_source(tmp_path: Path) -> None:
    """The class in CONTRIBUTING.md is crawled as it stands: stored, withdrawn, unfetched, resumed, refused."""
    source: Source = example("Add a museum")["Example"]()
    promised = [name for name in vars(Source) if not name.startswith("_")]
    assert not [name for name in promised if not hasattr(source, name)]
    assert set(source.rates) == {"museum.example"}
    assert source.cost().seconds > 0
    answers: dict[str, bytes | int] = {"/objects": b"[9, 7, 8]", "/objects/7": OBJECT}
    answers |= {"/objects/8": 400, "/robots.txt": 404}

    async def crawled(store: RawStore) -> CrawlReport:
        async with example_museum(answers) as routes:
            manners = FetchConfig(default_rate=1000, retries=1, backoff_s=0.01, routes=routes)
            async with Fetch(manners) as fetch:
                return await run_crawl(source, fetch, store)

    with RawStore(tmp_path / "raw.sqlite") as store:
        census = asyncio.run(crawled(store)).census
        assert (census.named, census.stored, census.withdrawn) == (3, 1, 1)
        assert list(census.unfetched.values()) == [1]
        answers["/objects/8"] = OBJECT
        assert not asyncio.run(crawled(store)).census.left
        held = list(store.records("example"))
    records = [source.read(raws) for raws in held]
    assert [(one.source_id, one.withdrawn) for one in records] == [
        ("7", False),
        ("8", False),
        ("9", True),
    ]
    assert records[0].makers == (Maker(""),)
    for field in json.loads(OBJECT):
        body = json.dumps({k: v for k, v in json.loads(OBJECT).items() if k != field}).encode()
        with pytest.raises(RecordError, match=f"example:7: {field} is None"):
            source.read([RawRecord("example", "7", "example-api", body)])


def test_the_rule_of_the_walk_is_a_rule() -> None:
    """The rule in CONTRIBUTING.md reads columns that are there and keeps its doctests."""
    names = example("Add a rule")
    rule: Rule = names["RULE"]
    assert set(rule.reads) <= {*RECORD.names, *ARTWORK.names, *WORKING.names}
    assert rule.judge([]).value == (None,) * len(rule.writes)

    tests = doctest.DocTestFinder().find(names["fragment"], "fragment", globs=names)
    results = [doctest.DocTestRunner(verbose=False).run(one) for one in tests]
    assert [(one.failed, one.attempted) for one in results] == [(0, 2)]
