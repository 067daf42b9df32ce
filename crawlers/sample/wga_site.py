"""The sample museum in the manner of the Web Gallery of Art: a zipped catalogue, pages and pictures."""

import io
import zipfile
import zlib

from aiohttp import web

from crawlers.sample.artists import Artist
from crawlers.sample.collection import Collection, Work
from crawlers.sample.dating import wga_date, wga_time_frame
from crawlers.sample.hosts import WGA, add_front, jpeg_response, not_found, page
from crawlers.sample.media import KINDS
from crawlers.sample.painting import paint

HEADER = "AUTHOR;BORN-DIED;TITLE;DATE;TECHNIQUE;LOCATION;URL;FORM;TYPE;SCHOOL;TIMEFRAME"
_EPOCH = (1999, 6, 1, 0, 0, 0)
"""The catalogue's date in the archive: the month in which the real one first appeared."""
_PLACES = (
    "Museum of Invented Art, Nowhereham",
    "Musée imaginaire, Fabelbaai",
    "S. Maria della Fantasia, Nowhereham",
    "Private collection",
)
_TOWNS = ("Nergenshuizen", "Köln-Nirgendwo", "Fintonia", "Fableham")
_NOTES = {"attributed": "(attributed)", "workshop": "(workshop)", "after": "(copy)"}


def lose_letters(text: str) -> str:
    """Return a text as the text edition holds it: a letter that cp1250 and cp1252 do not share is lost.

    >>> lose_letters("Hélène Drømmesen")
    'Hél?ne Dr?mmesen'
    """
    return "".join(sign if _shared(sign) else "?" for sign in text)


def _shared(sign: str) -> bool:
    both = {sign.encode(encoding, errors="replace") for encoding in ("cp1250", "cp1252")}
    return sign == "?" or (len(both) == 1 and both != {b"?"})


def row(work: Work) -> str:
    """Return a work's line of the catalogue, without its end."""
    author = work.artist.wga if work.labelled and work.artist else f"UNKNOWN MASTER, {work.school}"
    life = _life(work.labelled)
    active = (work.dating.year, work.dating.year)
    if work.labelled:
        active = work.labelled.first, work.labelled.last
    columns = (
        author,
        life,
        _title(work),
        wga_date(work.dating),
        _technique(work),
        _location(work),
        f"http://{WGA}/html/{work.source_id}.html",
        KINDS[work.kind].wga,
        work.title.subject,
        work.school,
        wga_time_frame(*active),
    )
    return lose_letters(";".join(column.replace(";", ",") for column in columns))


def _title(work: Work) -> str:
    notes = [work.title.english, _NOTES.get(work.stance, "")]
    return " ".join(filter(None, [*notes, "(detail)" if work.part_of else ""]))


def _life(artist: Artist | None) -> str:
    if artist is None:
        return "(active in an unknown place)"
    if artist.born is None:
        return f"(active {artist.first}-{artist.last})"
    town = _TOWNS[artist.key % len(_TOWNS)]
    circa = "ca. " if artist.key % 5 == 0 else ""
    return f"(b. {circa}{artist.born}, {town}, d. {artist.died}, {town})"


def _technique(work: Work) -> str:
    """Return material and size in one text: height first, comma for point, sometimes no size at all."""
    tall, wide = (f"{size}".removesuffix(".0").replace(".", ",") for size in _sizes(work))
    match _number(work) % 10:
        case 0:
            return work.medium.wga
        case 1:
            return f"{work.medium.wga}. {tall} x {wide} cm"
        case _ if work.kind == "medal":
            return f"{work.medium.wga}, diameter {tall} cm"
        case _ if work.kind in {"sculpture", "vase"}:
            return f"{work.medium.wga}, height {tall} cm"
        case _:
            return f"{work.medium.wga}, {tall} x {wide} cm"


def _sizes(work: Work) -> tuple[float, float]:
    return work.height_cm, work.width_cm


def _number(work: Work) -> int:
    """Return a number that stays with a work."""
    return zlib.crc32(work.source_id.encode())


def _location(work: Work) -> str:
    if work.twin:
        return "Sample Museums (invented), Nowhereham"
    return _PLACES[_number(work) % len(_PLACES)]


def catalogue(works: tuple[Work, ...]) -> bytes:
    """Return the archive with ``catalog.csv``: cp1252, CRLF, never quoted."""
    lines = [HEADER, *map(row, works), ""]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("catalog.csv", _EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, "\r\n".join(lines).encode("cp1252"))
    return out.getvalue()


def wga_app(collection: Collection) -> web.Application:
    """Return the site over the collection's Web Gallery."""
    archive = catalogue(collection.works["wga"])
    works = {work.source_id: work for work in collection.works["wga"]}

    async def download(_: web.Request) -> web.Response:
        return web.Response(body=archive, content_type="application/zip")

    async def picture(request: web.Request) -> web.Response:
        work = works.get(request.match_info["key"])
        if work is None:
            return not_found()
        return jpeg_response(paint(work.picture), fault=work.image_fault)

    async def show(request: web.Request) -> web.Response:
        work = works.get(request.match_info["key"])
        return not_found() if work is None else page(_title(work))

    app = web.Application()
    add_front(app, "Sample Web Gallery (invented)")
    app.router.add_get("/database/download/data_txt.zip", download)
    app.router.add_get("/html/{key:.+}.html", show)
    app.router.add_get("/{size:art|detail|preview}/{key:.+}.jpg", picture)
    return app
