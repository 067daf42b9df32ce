"""The made-up hosts of the sample museum, and what all three protocols say on the side.

Stored records hold these addresses and never a port. ``.invalid`` is reserved for names that do not
exist (RFC 2606), so that nothing of this can reach a real museum.
"""

import html

from aiohttp import web

MET = "sample-met.invalid"
MET_IMAGES = "images.sample-met.invalid"
RIJKSMUSEUM = "sample-rijksmuseum.invalid"
RIJKSMUSEUM_IDS = "id.sample-rijksmuseum.invalid"
IIIF = "iiif.sample-rijksmuseum.invalid"
WGA = "sample-wga.invalid"
MET_OPEN_ACCESS = "openaccess.sample-met.invalid"
"""Where the bulk file lies, and its pointer: GitHub's part."""

HOSTS = (MET, MET_IMAGES, MET_OPEN_ACCESS, RIJKSMUSEUM, RIJKSMUSEUM_IDS, IIIF, WGA)

NOTICE = "All works, artists and pictures of the sample museum are invented, and painted by code."

ROBOTS = "User-agent: *\nAllow: /\n"


def routes_of(base_url: str) -> dict[str, str]:
    """Return where each made-up host is found in a museum that is served at an address on loopback.

    >>> routes_of("http://127.0.0.1:8000")["sample-wga.invalid"]
    'http://127.0.0.1:8000/sample-wga.invalid'
    """
    return {host: f"{base_url.rstrip('/')}/{host}" for host in HOSTS}


def jpeg_response(body: bytes, *, fault: str = "") -> web.Response:
    """Return a picture as an answer; a torn one ends in the middle, a gone one is a 404."""
    if fault == "gone":
        return not_found()
    if fault == "torn":
        body = body[: len(body) // 2]
    return web.Response(body=body, content_type="image/jpeg")


def not_found() -> web.Response:
    """Return the page that says that there is no such thing."""
    return page("Not found", status=404)


def page(text: str, *, status: int = 200) -> web.Response:
    """Return a page for people, which says that everything here is invented."""
    body = f"<!DOCTYPE html><title>Sample museum</title><p>{html.escape(text)}</p><p>{NOTICE}</p>"
    return web.Response(text=body, status=status, content_type="text/html")


def add_front(app: web.Application, name: str) -> None:
    """Add what every host has: a page at its root, and robots.txt."""

    async def front(_: web.Request) -> web.Response:
        return page(name)

    async def robots(_: web.Request) -> web.Response:
        return web.Response(text=ROBOTS)

    app.router.add_get("/", front)
    app.router.add_get("/robots.txt", robots)
