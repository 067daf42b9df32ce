"""A crawl through 30 % of faulty answers, killed 50 times at random moments, beside a calm one.

    .venv/bin/python benchmarks/soak.py [kills] [works] [seed]

Two sample museums with the same works, one of which misbehaves in every way that it knows, are crawled by the
command that a maintainer uses, descriptions and pictures. The command is killed (kill -9) and started again; at the
end both workspaces must hold the same, record for record and picture for picture. Takes about ten minutes.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore

HERE = Path(__file__).parent
KILLS, WORKS, SEED = 50, 1200, 0
SHARE = 0.3
ROUNDS = 12
"""After the kills the command may be started so often until nothing is left unfetched."""
SOURCES = ("sample-met", "sample-rijksmuseum", "sample-wga")
COMMAND = Path(sys.executable).parent / "omniart-data"


@contextmanager
def museum(*options: object) -> Iterator[str]:
    """Run a sample museum in a process of its own; give its address."""
    command = [COMMAND, "museum", "--works", WORKS_, "--lifetime", 7200, *options]
    server = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield next(word for word in server.stdout.readline().split() if word.startswith("http"))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def command(step: str, address: str, workspace: Path) -> list[str]:
    """Return a maintainer's command line, with the waits shortened as tests shorten them."""
    words = [str(COMMAND), step, *SOURCES, "--museum", address, "--workspace", str(workspace)]
    return [*words, "--yes", *(["--personal-images"] if step == "images" else ["--no-probe"])]


def run(step: str, address: str, workspace: Path) -> int:
    """Let a command come to its end, and return its exit code."""
    done = subprocess.run(
        command(step, address, workspace), capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode


def calm(workspace: Path) -> None:
    """Crawl a museum that behaves."""
    with museum() as address:
        for step in ("crawl", "images"):
            run(step, address, workspace)


def soaked(workspace: Path, kills: int, chance: random.Random) -> dict[str, int]:
    """Crawl a museum that misbehaves, killed so often; return how that went."""
    counts = {"kills": 0, "runs": 0}
    with museum("--fault", f"soak:{SHARE}", "--fault-seed", chance.randrange(1000)) as address:
        steps = ["crawl", "images"]
        while steps:
            counts["runs"] += 1
            killing = counts["kills"] < kills * (1 if len(steps) == 1 else 0.6)
            if killing:
                child = subprocess.Popen(
                    command(steps[0], address, workspace),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                time.sleep(chance.uniform(0.7, 4.0))
                if child.poll() is None:
                    os.kill(child.pid, signal.SIGKILL)
                    counts["kills"] += 1
                code = child.wait()
            else:
                code = run(steps[0], address, workspace)
            if code == 0 or counts["runs"] > kills * 4 + ROUNDS:
                steps.pop(0)
    return counts


def digests(workspace: Path) -> tuple[str, str]:
    """Return what a workspace holds, as two hashes: descriptions, pictures."""
    with RawStore(workspace / "raw" / "raw.sqlite") as raw:
        records = raw.digest()
    with ImageStore(workspace / "images") as images:
        return records, images.digest()


def main() -> None:
    """Print what both runs hold, and keep it."""
    global WORKS_
    kills, WORKS_, seed = [*map(int, sys.argv[1:]), *(KILLS, WORKS, SEED)[len(sys.argv) - 1 :]]
    chance = random.Random(seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="omniart-soak-") as folder:
        calm(Path(folder) / "calm")
        counts = soaked(Path(folder) / "soaked", kills, chance)
        held = digests(Path(folder) / "calm"), digests(Path(folder) / "soaked")
    same = held[0] == held[1]
    kept = {**counts, "share_faulty": SHARE, "works": WORKS_, "same": same}
    print(kept, f"{time.perf_counter() - started:.0f} s")
    (HERE / "results" / "soak.json").write_text(json.dumps(kept, indent=1) + "\n")
    raise SystemExit(not same)


WORKS_ = WORKS

if __name__ == "__main__":
    main()
