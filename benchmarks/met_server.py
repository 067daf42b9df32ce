"""An API like the Met's with any number of invented objects, for benchmarks; run as a program.

    .venv/bin/python benchmarks/met_server.py OBJECTS

Prints its address once it listens; ends with its standard input.
"""

import asyncio
import json
import random
import sys

from aiohttp import web
from service import serve

from crawlers.sample.collection import invent
from crawlers.sample.met_api import object_answer


async def run(count: int) -> None:
    """Serve until standard input ends."""
    numbers = list(range(1, count + 1))
    random.Random(0).shuffle(numbers)
    listed = json.dumps({"total": count, "objectIDs": numbers}).encode()
    answers = [object_answer(work) for work in invent(0, 1200).works["met"]]
    bodies = [json.dumps(answer | {"objectID": 0}).encode() for answer in answers]

    async def objects(_: web.Request) -> web.Response:
        return web.Response(body=listed, content_type="application/json")

    async def one(request: web.Request) -> web.Response:
        number = request.match_info["number"]
        body = bodies[int(number) % len(bodies)].replace(
            b'"objectID": 0', b'"objectID": ' + number.encode()
        )
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/public/collection/v1/objects", objects)
    app.router.add_get("/public/collection/v1/objects/{number:[0-9]+}", one)
    await serve(app)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
