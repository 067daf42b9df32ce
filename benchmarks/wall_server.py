"""A host of pictures behind a wall like the Met's, for benchmarks; run as a program.

    .venv/bin/python benchmarks/wall_server.py FOLDER RATE BURST QUIET_S

Serves the files of a folder while its token bucket lasts (RATE a second, BURST at once); then it answers 403 with a
page of HTML to everything until QUIET_S seconds have passed without any request. Prints its address once it
listens; ends with its standard input, and prints how often the wall closed and how many requests came.
"""

import asyncio
import sys
import time
from pathlib import Path

from aiohttp import web
from service import serve

_PAGE = "<html><head><title>Access denied</title></head><body>" + "Request unsuccessful. " * 30


class Wall:
    """The token bucket, and since when nothing was let through."""

    def __init__(self, rate: float, burst: float, quiet_s: float) -> None:
        self._rate, self._burst, self._quiet_s = rate, burst, quiet_s
        self._tokens, self._seen, self._closed = burst, time.monotonic(), False
        self.closings = self.requests = 0

    def lets_through(self) -> bool:
        """Take one request into account, and return whether it passes."""
        now = time.monotonic()
        since, self._seen = now - self._seen, now
        self.requests += 1
        if self._closed:
            if since < self._quiet_s:
                return False
            self._closed, self._tokens = False, self._burst
        self._tokens = min(self._burst, self._tokens + since * self._rate)
        if self._tokens < 1:
            self._closed = True
            self.closings += 1
            return False
        self._tokens -= 1
        return True


async def run(bodies: dict[str, bytes], wall: Wall) -> None:
    """Serve until standard input ends."""

    async def picture(request: web.Request) -> web.Response:
        if not wall.lets_through():
            headers = {"X-Iinfo": "0-0-0 NNNN", "Connection": "close"}
            return web.Response(text=_PAGE, status=403, content_type="text/html", headers=headers)
        body = bodies.get(request.match_info["name"])
        if body is None:
            return web.Response(status=404, text="no such thing")
        return web.Response(body=body, content_type="image/jpeg")

    app = web.Application()
    app.router.add_get("/{name}", picture)
    await serve(app)
    print(f"{wall.closings} {wall.requests}")


if __name__ == "__main__":
    files = {path.name: path.read_bytes() for path in Path(sys.argv[4]).iterdir()}
    asyncio.run(run(files, Wall(*map(float, sys.argv[1:4]))))
