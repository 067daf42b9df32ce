"""MetObjects.csv of the sample museum, with its Git LFS pointer: the Met's API of some months before.

The file lacks the newest twentieth of the numbers and has older words for some objects, as the real one
has, which is seldom made anew. The pointer is what GitHub gives to those who ask for the plain file.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from aiohttp import web

from crawlers.sample.artists import Artist
from crawlers.sample.collection import Collection, Work
from crawlers.sample.hosts import MET, add_front
from crawlers.sample.met_api import PREFIXES, biography, object_answer

POINTER = "/metmuseum/openaccess/master/MetObjects.csv"
"""As raw.githubusercontent.com has it."""
FILE = "/media" + POINTER
"""As media.githubusercontent.com has it, under one made-up host with the other."""
NEWEST_LEFT_OUT = 20
"""One number in so many is newer than the file."""
MADE = date(2025, 9, 1)
"""When the file was made: what the museum wrote about later has older words in it, or some of it has."""

COLUMNS = (
    "Object Number",
    "Is Highlight",
    "Is Timeline Work",
    "Is Public Domain",
    "Object ID",
    "Gallery Number",
    "Department",
    "AccessionYear",
    "Object Name",
    "Title",
    "Culture",
    "Period",
    "Dynasty",
    "Reign",
    "Portfolio",
    "Constituent ID",
    "Artist Role",
    "Artist Prefix",
    "Artist Display Name",
    "Artist Display Bio",
    "Artist Suffix",
    "Artist Alpha Sort",
    "Artist Nationality",
    "Artist Begin Date",
    "Artist End Date",
    "Artist Gender",
    "Artist ULAN URL",
    "Artist Wikidata URL",
    "Object Date",
    "Object Begin Date",
    "Object End Date",
    "Medium",
    "Dimensions",
    "Credit Line",
    "Geography Type",
    "City",
    "State",
    "County",
    "Country",
    "Region",
    "Subregion",
    "Locale",
    "Locus",
    "Excavation",
    "River",
    "Classification",
    "Rights and Reproduction",
    "Link Resource",
    "Object Wikidata URL",
    "Metadata Date",
    "Repository",
    "Tags",
    "Tags AAT URL",
    "Tags Wikidata URL",
)
_OTHER_FIELDS = {
    "Object Number": "accessionNumber",
    "Object ID": "objectID",
    "AccessionYear": "accessionYear",
    "Gallery Number": "GalleryNumber",
    "Object Wikidata URL": "objectWikidata_URL",
}
"""Columns whose field in the API has not the same name in camel case."""
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")


def row(work: Work) -> dict[str, str]:
    """Return a work's row: what the API says, in the file's own way of saying it."""
    said = object_answer(work)
    told = {column: _text(said.get(_field(column), "")) for column in COLUMNS}
    told |= _makers(work)
    told |= {
        "Link Resource": f"http://{MET}/art/collection/search/{work.source_id}",
        "Metadata Date": "",  # the real file has none since 2022
        "Tags": "|".join(tag["term"] for tag in said["tags"] or ()),
        "Tags AAT URL": "|".join(" " for _ in said["tags"] or ()).strip(),
        "Tags Wikidata URL": "|".join(" " for _ in said["tags"] or ()).strip(),
    }
    number = int(work.source_id)
    if is_older(work):
        told["Title"] += " (former title)"
    if number % 11 == 0:  # a size in two lines, as many are
        told["Dimensions"] += "\r\nOther: as above"
    return told


def is_older(work: Work) -> bool:
    """Return whether the file has another title for a work than the API has by now."""
    changed = work.changed >= MADE.isoformat() and "title" not in work.lacks
    return changed and int(work.source_id) % 2 == 0


def _field(column: str) -> str:
    words = column.replace(" and ", " And ").split()
    return _OTHER_FIELDS.get(column, words[0].lower() + "".join(words[1:]))


def _text(value: Any) -> str:
    return str(value) if not isinstance(value, str) else value


def _makers(work: Work) -> dict[str, str]:
    """Return the artist columns: parallel lists between bars, where a missing entry is a blank."""
    if work.stance == "none" or work.artist is None:
        return {}
    artists = [work.artist] if work.second is None else [work.artist, work.second]
    prefixes = [PREFIXES.get(work.stance, ""), *([""] * (len(artists) - 1))]
    columns: Mapping[str, Iterable[str]] = {
        "Artist Role": ["Artist"] * len(artists),
        "Artist Prefix": [prefix or " " for prefix in prefixes],
        "Artist Display Name": [one.met for one in artists],
        "Artist Display Bio": [biography(one) for one in artists],
        "Artist Suffix": [" "] * len(artists),
        "Artist Alpha Sort": [one.alphabetical for one in artists],
        "Artist Nationality": [one.school for one in artists],
        "Artist Begin Date": [f"{_begun(one):<10}" for one in artists],
        "Artist End Date": [f"{_ended(one):<10}" for one in artists],
        "Artist Gender": ["Female" if one.woman else "" for one in artists],
        "Artist ULAN URL": [one.authority for one in artists],
    }
    numbers = "".join(str(7000 + one.key) for one in artists)  # run together, as the real ones are
    return {name: "|".join(entries) for name, entries in columns.items()} | {
        "Constituent ID": numbers
    }


def _begun(artist: Artist) -> int:
    return artist.first if artist.born is None else artist.born


def _ended(artist: Artist) -> int:
    return artist.last if artist.died is None else artist.died


def in_file(works: tuple[Work, ...]) -> tuple[Work, ...]:
    """Return the works that the file has, of works in the order of their numbers: all but the newest."""
    return works[: len(works) - max(1, len(works) // NEWEST_LEFT_OUT)]


def met_objects(works: Iterable[Work]) -> bytes:
    """Return MetObjects.csv: UTF-8 with its mark, CRLF, quoted where it must be."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(map(row, works))
    return out.getvalue().encode("utf-8-sig")


def pointer(body: bytes, sha256: str) -> bytes:
    """Return what Git LFS leaves in a file's place.

    >>> print(pointer(b"abc", "ba78").decode(), end="")
    version https://git-lfs.github.com/spec/v1
    oid sha256:ba78
    size 3
    """
    lines = (
        "version https://git-lfs.github.com/spec/v1",
        f"oid sha256:{sha256}",
        f"size {len(body)}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def met_bulk_app(collection: Collection) -> web.Application:
    """Return the host of the file and its pointer; the file is made when it is first asked for."""

    @cache
    def file() -> tuple[bytes, str]:
        body = met_objects(in_file(collection.works["met"]))
        return body, hashlib.sha256(body).hexdigest()

    async def small(_: web.Request) -> web.Response:
        body = pointer(*file())
        return web.Response(body=body, content_type="text/plain", charset="utf-8")

    async def large(request: web.Request) -> web.Response:
        return ranged(request, *file())

    app = web.Application()
    add_front(app, "Open access of the Sample Metropolitan (invented)")
    app.router.add_get(POINTER, small)
    app.router.add_get(FILE, large)
    return app


def ranged(request: web.Request, body: bytes, sha256: str) -> web.Response:
    """Return a file, or the part of it that is asked for (RFC 9110, 14), if it still is the same file."""
    etag = f'"{sha256}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag}
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or request.headers.get("If-Range", etag) != etag:
        return web.Response(body=body, headers=headers, content_type="application/octet-stream")
    first, last = int(found[1]), min(int(found[2] or len(body)), len(body) - 1)
    if first > last:
        return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return web.Response(
        body=body[first : last + 1],
        status=206,
        headers=headers,
        content_type="application/octet-stream",
    )
