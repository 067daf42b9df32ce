"""The sample museum's resolver: which Linked Art document stands under which number, and its two hosts."""

import json

from aiohttp import web

from crawlers.sample.collection import Work
from crawlers.sample.holdings import Holdings
from crawlers.sample.hosts import RIJKSMUSEUM, add_front
from crawlers.sample.linked_art import Said, digital_number, digital_said, object_said, visual_said


class Resolver:
    """What the resolver answers to each number."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._sharing: dict[str, list[Work]] = {}
        """Image name to the works that it shows."""
        for work in holdings.collection.works["rijksmuseum"]:
            if work.image:
                self._sharing.setdefault(work.image, []).append(work)
        self._files = {digital_number(one): works[0] for one, works in self._sharing.items()}

    def answer(self, number: str) -> tuple[int, Said]:
        """Return the status and what is said: 410 for what is withdrawn, 404 for what never was."""
        file = self._files.get(number)
        if file is not None:
            return 200, digital_said(file)
        visual = number.startswith("202")
        object_number = f"200{number[3:]}" if visual else number
        work = self._holdings.works["rijksmuseum"].get(object_number)
        if work is None:
            gone = object_number in self._holdings.withdrawn["rijksmuseum"]
            return (410, {"error": "Gone"}) if gone else (404, {"error": "Not Found"})
        sharing = self._sharing.get(work.image, [work])
        if visual:
            return 200, visual_said(work, sharing)
        return 200, object_said(work, sharing[0])


def add_linked_art(app: web.Application, holdings: Holdings) -> None:
    """Add the documents of all numbers, whatever profile is asked for."""
    resolver = Resolver(holdings)

    async def document(request: web.Request) -> web.Response:
        status, said = resolver.answer(request.match_info["number"])
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        return web.Response(body=body, status=status, content_type="application/ld+json")

    app.router.add_get("/{number:[0-9]+}", document)


def ids_app() -> web.Application:
    """Return the host of persistent URIs, which sends everybody on to the document."""

    async def resolve(request: web.Request) -> web.Response:
        query = f"?{request.query_string}" if request.query_string else ""
        location = f"https://{RIJKSMUSEUM}/{request.match_info['number']}{query}"
        return web.Response(status=303, headers={"Location": location})

    app = web.Application()
    add_front(app, "Persistent URIs of the Sample Rijksmuseum (invented)")
    app.router.add_get("/{number:[0-9]+}", resolve)
    return app
