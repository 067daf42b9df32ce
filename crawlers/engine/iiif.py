"""How a picture is asked for, where its host may not have it in the size that its address names."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.engine.fetch import Answer, Fetch

_SIZE = re.compile(r"(/full/)(?:!?[0-9]*,[0-9]*)(/[0-9.!]+/[a-z]+\.[a-z0-9]+)$")
_NOT_IN_THIS_SIZE = 400


def whole_url(url: str) -> str:
    """Return the address of the picture in the size that the host has; of another host's, as it is.

    >>> whole_url("https://iiif.micr.io/PJEZO/full/!1024,1024/0/default.jpg")
    'https://iiif.micr.io/PJEZO/full/max/0/default.jpg'
    >>> whole_url("https://images.metmuseum.org/full/1024,.jpg")
    'https://images.metmuseum.org/full/1024,.jpg'
    """
    return _SIZE.sub(r"\1max\2", url)


async def ask_picture(fetch: "Fetch", url: str) -> "Answer":
    """Ask for a picture; where an IIIF host has it in no such size (400), for the size that it has."""
    whole = whole_url(url)
    if whole == url:
        return await fetch.get(url, expect="image")
    answer = await fetch.get(url, expect="image", allow=(_NOT_IN_THIS_SIZE,))
    if answer.status != _NOT_IN_THIS_SIZE:
        return answer
    return await fetch.get(whole, expect="image")
