"""A crawl killed with SIGKILL at any moment of any stage, started again, ends as an undisturbed one."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from aiohttp import web
from made_source import Made, Museum, hasty, museum_of

from crawlers.engine.fetch import Fetch
from crawlers.engine.run import run_crawl
from crawlers.engine.store import RawStore

KILLS = 8

CRAWLER = """
import asyncio, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch
from crawlers.engine.run import run_crawl
from crawlers.engine.store import RawStore
sys.path.append(sys.argv[3])
from made_source import Made, hasty

async def crawl():
    with RawStore(Path(sys.argv[1])) as store:
        async with Fetch(hasty(sys.argv[2])) as fetch:
            await run_crawl(Made(richer=True), fetch, store)

asyncio.run(crawl())
"""


@dataclass
class Killer:
    """Counts the requests of a crawl, and kills it some milliseconds after one of them."""

    museum: Museum
    luck: Random
    crawler: asyncio.subprocess.Process | None = None
    left: int = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer as the museum does."""
        self.left -= 1
        if self.left == 0 and self.crawler is not None:
            asyncio.get_running_loop().call_later(self.luck.uniform(0, 0.01), self._kill)
        return await self.museum.answer(request)

    def _kill(self) -> None:
        if self.crawler is not None and self.crawler.returncode is None:
            self.crawler.kill()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Serve the museum on loopback, and yield where."""
        runner = web.ServerRunner(web.Server(self.answer))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def crawl(self, path: Path, base: str, kill_at: int) -> bool:
        """Run a crawl in a process of its own, killed at one of its requests; return whether it was."""
        self.left = kill_at
        self.crawler = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CRAWLER, str(path), base, str(Path(__file__).parent)
        )
        code = await self.crawler.wait()
        assert code in {0, -9}
        return code != 0


async def calm_crawl(path: Path, base: str) -> None:
    """Run a crawl in this process, to its end."""
    with RawStore(path) as store:
        async with Fetch(hasty(base)) as fetch:
            await run_crawl(Made(richer=True), fetch, store)


def test_a_crawl_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    """Records, census, cursors and supplements are the same in the end, in a second crawl with every stage."""
    museum = museum_of(range(1, 61), torn={"/object/7"})
    killer = Killer(museum, Random(4))
    calm, killed = tmp_path / "calm.sqlite", tmp_path / "killed.sqlite"
    stages: list[str] = []

    async def run() -> None:
        async with killer.served() as base:
            for path in (calm, killed):
                await calm_crawl(path, base)
                with RawStore(path) as store:
                    store.begin("made")
            museum.unlisted |= {"20", "30", "40"}
            museum.objects |= {"20": None, "30": "Other", "50": "Other", "61": "New"}
            museum.objects |= {str(n): f"Other {n}" for n in range(10, 20)}
            await calm_crawl(calm, base)
            for kill_at in (2, 9, *(killer.luck.randrange(1, 90) for _ in range(KILLS - 2)), 0):
                if await killer.crawl(killed, base, kill_at):
                    with RawStore(killed, read_only=True) as store:
                        stages.append(store.state("made").stage)
            await calm_crawl(killed, base)

    asyncio.run(run())
    assert len(stages) >= 4, "it was killed"
    assert len(set(stages)) >= 2, "in more than one stage"
    with RawStore(calm) as one, RawStore(killed) as other:
        assert one.finished("made")
        assert (one.count("made"), one.census("made").listed) == (60, 58)
        assert one.census("made").adds_up
        assert [*one.census("made").unfetched.values()] == [1]
        assert other.digest() == one.digest()
        assert other.census("made") == one.census("made")
