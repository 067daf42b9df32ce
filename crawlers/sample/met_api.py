"""The sample museum in the manner of the Met's Collection API, with its host of images."""

import html
import json
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from crawlers.sample.artists import Artist
from crawlers.sample.chance import chance
from crawlers.sample.collection import Work
from crawlers.sample.dating import met_date
from crawlers.sample.holdings import Holdings
from crawlers.sample.hosts import (
    MET,
    MET_IMAGES,
    NOTICE,
    add_front,
    jpeg_response,
    not_found,
)
from crawlers.sample.media import KINDS, STRANGE_ENGLISH
from crawlers.sample.painting import paint
from crawlers.sample.picture import retaken
from crawlers.sample.places import geography
from crawlers.sample.sizes import depth_cm, size_text

API = "/public/collection/v1"
_IMAGES = f"https://{MET_IMAGES}/CRDImages/"
_STRINGS = (
    "accessionNumber",
    "accessionYear",
    "primaryImage",
    "primaryImageSmall",
    "department",
    "objectName",
    "title",
    "culture",
    "period",
    "dynasty",
    "reign",
    "portfolio",
    "artistRole",
    "artistPrefix",
    "artistDisplayName",
    "artistDisplayBio",
    "artistSuffix",
    "artistAlphaSort",
    "artistNationality",
    "artistBeginDate",
    "artistEndDate",
    "artistGender",
    "artistWikidata_URL",
    "artistULAN_URL",
    "objectDate",
    "medium",
    "dimensions",
    "creditLine",
    "geographyType",
    "city",
    "state",
    "county",
    "country",
    "region",
    "subregion",
    "locale",
    "locus",
    "excavation",
    "river",
    "classification",
    "rightsAndReproduction",
    "linkResource",
    "metadataDate",
    "repository",
    "objectURL",
    "objectWikidata_URL",
    "GalleryNumber",
)
"""The fields that are text; what is not known is an empty one, and never absent."""
PREFIXES = {"attributed": "Attributed to", "workshop": "Workshop of", "after": "After"}
_UNKNOWN = ("Unidentified Artist", "Unknown", "Anonymous, {}, 17th century")
_SECOND_VIEW = "_b.jpg"


def object_answer(work: Work) -> dict[str, Any]:
    """Return what the API says of a work, in the schema of the later generation."""
    kind, number = KINDS[work.kind], int(work.source_id)
    date, begin, end = met_date(work.dating)
    said: dict[str, Any] = dict.fromkeys(_STRINGS, "")
    said |= _maker(work) | _images(work) | geography(work)
    said |= {
        "objectID": number,
        "isHighlight": number % 40 == 0,
        "isTimelineWork": number % 50 == 0,
        "isPublicDomain": work.open_rights,
        "accessionNumber": work.object_number,
        "accessionYear": work.object_number[:4],
        "department": kind.department,
        "objectName": kind.object_name,
        "classification": kind.classification,
        "title": "" if "title" in work.lacks else _title(work),
        "culture": work.school if work.artist is None else "",
        "objectDate": date,
        "objectBeginDate": begin,
        "objectEndDate": end,
        "medium": _medium(work),
        "dimensions": size_text(work),
        "measurements": _measurements(work),
        "creditLine": "Gift of Nobody, invented",
        "rightsAndReproduction": "" if work.open_rights else "© An invented estate",
        "linkResource": "",
        "metadataDate": _fraction(work),
        "repository": "Sample Metropolitan (invented)",
        "objectURL": f"https://{MET}/art/collection/search/{number}",
        "tags": _tags(work),
    }
    return said


def _medium(work: Work) -> str:
    """Return materials and techniques; of one work with a material that nobody knows."""
    strange = f", {STRANGE_ENGLISH}" if work.oddity == "unknown material" else ""
    return "" if "medium" in work.lacks else f"{work.medium.english}{strange}"


def _title(work: Work) -> str:
    """Return the title; Japanese ones carry the original script and a bar before the English."""
    japanese = work.school == "Japanese"
    return f"空想の景|{work.title.english}" if japanese else work.title.english


def _fraction(work: Work) -> str:
    """Return when the record was changed, with 0 to 3 digits of a second, as the real ones have."""
    digits = "827"[: int(work.source_id) % 4]
    return work.changed.replace("Z", f".{digits}Z") if digits else work.changed


def _maker(work: Work) -> dict[str, Any]:
    """Return the fields about makers: those of the first, and all in ``constituents``."""
    if work.stance == "none":
        return {"constituents": None}
    if work.artist is None:
        name = _UNKNOWN[int(work.source_id) % len(_UNKNOWN)].format(work.school)
        only = _constituent(0, "Artist", name, "", gender="")
        return {"artistRole": "Artist", "artistDisplayName": name, "constituents": [only]}
    artist, prefix = work.artist, PREFIXES.get(work.stance, "")
    makers = [artist] if work.second is None else [artist, work.second]
    named = [f"{prefix} {artist.met}".strip(), *(f"and {other.met}" for other in makers[1:])]
    return {
        "artistRole": "Artist",
        "artistPrefix": prefix,
        "artistDisplayName": artist.met,
        "artistDisplayBio": biography(artist),
        "artistAlphaSort": artist.alphabetical,
        "artistNationality": artist.school,
        "artistBeginDate": str(artist.first if artist.born is None else artist.born),
        "artistEndDate": str(artist.last if artist.died is None else artist.died),
        "artistGender": "Female" if artist.woman else "",
        "artistULAN_URL": artist.authority,
        "constituents": [
            _constituent(
                7000 + one.key,
                "Artist",
                name,
                one.authority,
                gender="Female" if one.woman else "",
            )
            for one, name in zip(makers, named, strict=True)
        ],
    }


def biography(artist: Artist) -> str:
    """Return an artist's line of life."""
    if artist.born is None:
        return f"{artist.school}, active {artist.first}–{artist.last}"
    return f"{artist.school}, {artist.born}–{artist.died}"


def _constituent(
    number: int, role: str, name: str, authority: str, *, gender: str
) -> dict[str, Any]:
    return {
        "constituentID": number,
        "role": role,
        "name": html.escape(name),
        "constituentULAN_URL": authority,
        "constituentWikidata_URL": "",
        "gender": gender,
    }


def _images(work: Work) -> dict[str, Any]:
    """Return the image fields; the addresses are not percent-encoded, as the museum's are not."""
    if not work.image:
        return {"additionalImages": []}
    large = work.image.replace("/original/", "/web-large/")
    more = [_IMAGES + work.image.replace(".jpg", _SECOND_VIEW)] if has_second_view(work) else []
    return {
        "primaryImage": _IMAGES + work.image,
        "primaryImageSmall": _IMAGES + large,
        "additionalImages": more,
    }


def has_second_view(work: Work) -> bool:
    """Return whether there is a second photograph of a work: of one in nine."""
    return int(work.source_id) % 9 == 0 and bool(work.image) and not work.image_fault


def _measurements(work: Work) -> list[dict[str, Any]] | None:
    if int(work.source_id) % 5 == 0:
        return None
    sizes = {"Height": work.height_cm, "Width": work.width_cm, "Depth": depth_cm(work)}
    if work.kind == "medal":
        sizes = {"Diameter": work.height_cm}
    given = {name: size for name, size in sizes.items() if size is not None}
    return [
        {"elementName": "Overall", "elementDescription": None, "elementMeasurements": given},
    ]


def _tags(work: Work) -> list[dict[str, str]] | None:
    terms = {"landscape": "Landscapes", "portrait": "Portraits", "still-life": "Still Life"}
    term = terms.get(work.title.subject)
    return [{"term": term, "AAT_URL": "", "Wikidata_URL": ""}] if term else None


def tombstone(number: str) -> str:
    """Return how the API says that there is no such object: in one of two forms, by its number.

    >>> tombstone("11"), tombstone("311")
    ('ObjectID not found', 'Not a valid object')
    """
    second = number.isdecimal() and int(number) // 300 % 2
    return "Not a valid object" if second else "ObjectID not found"


def met_app(holdings: Holdings) -> web.Application:
    """Return the API over the collection's Met."""
    collection = holdings.collection
    listed = [*(work.source_id for work in collection.works["met"]), *collection.missing_met]
    chance("index shards", collection.seed).shuffle(listed)
    missing = frozenset(collection.missing_met)

    async def objects(request: web.Request) -> web.Response:
        since, works = request.query.get("metadataDate", ""), holdings.works["met"]
        found = [
            int(number)
            for number in listed
            if number in missing or (number in works and works[number].changed >= since)
        ]
        return _json({"total": len(found), "objectIDs": found})

    async def one(request: web.Request) -> web.Response:
        number = request.match_info["number"]
        work = holdings.works["met"].get(number)
        if work is None:
            return _json({"message": tombstone(number)}, status=404)
        return _json(object_answer(work))

    app = web.Application()
    add_front(app, "Sample Metropolitan (invented)")
    app.router.add_get(f"{API}/objects", objects)
    app.router.add_get(f"{API}/objects/{{number}}", one)
    return app


def _json(said: dict[str, Any], *, status: int = 200) -> web.Response:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(
        body=body, status=status, content_type="application/json", headers={"X-Notice": NOTICE}
    )


def met_images_app(holdings: Holdings) -> web.Application:
    """Return the host of the Met's images; web-large is the original here."""
    collection = holdings.collection

    async def image(request: web.Request) -> web.Response:
        name = unquote(request.match_info["name"]).replace("/web-large/", "/original/")
        work = collection.images.get(("met", name))
        if work is not None:
            return jpeg_response(paint(work.picture), fault=work.image_fault)
        first = collection.images.get(("met", name.replace(_SECOND_VIEW, ".jpg")))
        if first is None or not name.endswith(_SECOND_VIEW) or not has_second_view(first):
            return not_found()
        return jpeg_response(paint(retaken(first.picture)))

    app = web.Application()
    add_front(app, "Images of the Sample Metropolitan (invented)")
    app.router.add_get("/CRDImages/{name:.+}", image)
    return app
