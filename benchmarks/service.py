"""A service on loopback for a benchmark: served by a program of its own, which ends with its standard input."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent


@dataclass
class Service:
    """A running service: its address, and once it has ended what it said of itself."""

    address: str
    said: str = ""


@contextmanager
def beside(program: str, *arguments: object) -> Iterator[Service]:
    """Run one of the programs here until the end of the block."""
    command = [sys.executable, HERE / program, *arguments]
    process = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    service = Service(process.stdout.readline().strip())
    try:
        yield service
    finally:
        process.stdin.close()
        service.said = process.stdout.read()
        process.wait()


async def serve(app: web.Application) -> None:
    """Serve an application, print its address, and end with standard input."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
