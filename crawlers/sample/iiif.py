"""The sample museum's pictures in the manner of the IIIF Image API 3.0, without upscaling.

https://iiif.io/api/image/3.0/: a size above the original is a 400, unless it is asked for with a caret.
"""

import io
import json
import re

from aiohttp import web
from PIL import Image

from crawlers.sample.holdings import Holdings
from crawlers.sample.hosts import IIIF, add_front, jpeg_response, not_found, page
from crawlers.sample.painting import jpeg, paint

_SIZE = re.compile(r"(!?)([0-9]{0,5}),([0-9]{0,5})")
_BOX = re.compile(r"([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5})")


def wanted_size(size: str, width: int, height: int) -> tuple[int, int] | None:
    """Return the width and height that an IIIF size asks of a region; None for what is a 400.

    >>> wanted_size("max", 200, 100), wanted_size("100,", 200, 100), wanted_size("!100,80", 200, 100)
    ((200, 100), (100, 50), (100, 50))
    >>> wanted_size("!1024,1024", 200, 100) is None, wanted_size("0,", 200, 100) is None
    (True, True)
    """
    if size == "max":
        return width, height
    found = _SIZE.fullmatch(size)
    if found is None or not (found[2] or found[3]):
        return None
    across, down = int(found[2] or 0), int(found[3] or 0)
    if found[1]:
        share = min(across / width, down / height) if across and down else 0.0
        across, down = round(width * share), round(height * share)
    elif not found[2]:
        across = round(width * down / height)
    elif not found[3]:
        down = round(height * across / width)
    fits = 0 < across <= width and 0 < down <= height
    return (across, down) if fits else None


def wanted_region(region: str, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Return left, top, right and bottom of an IIIF region; None for what is a 400.

    >>> wanted_region("full", 200, 100), wanted_region("150,50,100,10", 200, 100)
    ((0, 0, 200, 100), (150, 50, 200, 60))
    """
    if region == "full":
        return 0, 0, width, height
    found = _BOX.fullmatch(region)
    if found is None:
        return None
    left, top, across, down = map(int, found.groups())
    if not (across and down) or left >= width or top >= height:
        return None
    return left, top, min(width, left + across), min(height, top + down)


def cut(body: bytes, region: str, size: str) -> bytes | None:
    """Return a picture's region in a size; None for what is a 400; the whole is the original's bytes."""
    with Image.open(io.BytesIO(body)) as image:
        box = wanted_region(region, *image.size)
        size_px = wanted_size(size, box[2] - box[0], box[3] - box[1]) if box else None
        if box is None or size_px is None:
            return None
        if size_px == image.size:
            return body
        return jpeg(image.crop(box).resize(size_px, Image.Resampling.BICUBIC))


def info(name: str, body: bytes) -> dict[str, object]:
    """Return what ``info.json`` says of a picture."""
    with Image.open(io.BytesIO(body)) as image:
        width, height = image.size
    return {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": f"https://{IIIF}/{name}",
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": width,
        "height": height,
    }


def iiif_app(holdings: Holdings) -> web.Application:
    """Return the image host of the collection's Rijksmuseum; names are told apart by case."""
    collection = holdings.collection

    async def image(request: web.Request) -> web.Response:
        asked = request.match_info
        work = collection.images.get(("rijksmuseum", asked["name"]))
        if work is None or work.image_fault == "gone":
            return not_found()
        body = cut(paint(work.picture), asked["region"], asked["size"])
        if body is None or asked["rotation"] != "0" or asked["file"] != "default.jpg":
            return page("Bad request", status=400)
        return jpeg_response(body, fault=work.image_fault)

    async def information(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        work = collection.images.get(("rijksmuseum", name))
        if work is None or work.image_fault == "gone":
            return not_found()
        text = json.dumps(info(name, paint(work.picture)))
        return web.Response(text=text, content_type="application/ld+json")

    app = web.Application()
    add_front(app, "Images of the Sample Rijksmuseum (invented)")
    app.router.add_get("/{name}/info.json", information)
    app.router.add_get("/{name}/{region}/{size}/{rotation}/{file}", image)
    return app
