"""The sample museum in the manner of the Web Gallery of Art: a zipped catalogue, pages and pictures."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aiohttp import web

from crawlers.sample.artists import Artist
from crawlers.sample.collection import Work
from crawlers.sample.dating import wga_date, wga_time_frame
from crawlers.sample.holdings import Holdings
from crawlers.sample.hosts import WGA, add_front, jpeg_response, not_found, page
from crawlers.sample.media import KINDS, STRANGE_ENGLISH
from crawlers.sample.painting import paint
from schemas.errors import UsageError

HEADER = "AUTHOR;BORN-DIED;TITLE;DATE;TECHNIQUE;LOCATION;URL;FORM;TYPE;SCHOOL;TIMEFRAME"


@dataclass(frozen=True)
class Edition:
    """One form in which the catalogue has been met: file name, delimiter, encoding, what it lost."""

    file_name: str
    delimiter: str
    encoding: str
    loses_letters: bool = False


EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {
        "text": Edition("catalog.csv", ";", "cp1252", loses_letters=True),
        "tabs": Edition("catalog.txt", "\t", "utf-8"),
        "dos": Edition("catalog.csv", ",", "cp850"),
    }
)
"""The catalogue's forms by name; ``text`` is the one that the site has offered for years."""
_EPOCH = (1999, 6, 1, 0, 0, 0)
"""The catalogue's date in the archive: the month in which the real one first appeared."""
_PLACES = (
    "Museum of Invented Art, Nowhereham",
    "Musée imaginaire, Fabelbaai",
    "S. Maria della Fantasia, Nowhereham",
    "Private collection",
)
_KEEPERS = {
    "met": "Sample Metropolitan (invented)",
    "rijksmuseum": "Sample Rijksmuseum (invented)",
}
"""What the gallery calls the museums that keep works which it shows too."""
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
    """Return a work's line of the text edition, without its end."""
    return lose_letters(";".join(column.replace(";", ",") for column in columns(work)))


def columns(work: Work) -> tuple[str, ...]:
    """Return what the catalogue says of a work, in the order of its columns."""
    author = work.artist.wga if work.labelled and work.artist else f"UNKNOWN MASTER, {work.school}"
    active = (work.dating.year, work.dating.year)
    if work.labelled:
        active = work.labelled.first, work.labelled.last
    return (
        author,
        _life(work.labelled),
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
    made = work.medium.wga
    if work.oddity == "unknown material":
        made += f", {STRANGE_ENGLISH}"
    match _number(work) % 10:
        case 0:
            return made
        case 1:
            return f"{made}. {tall} x {wide} cm"
        case _ if work.kind == "medal":
            return f"{made}, diameter {tall} cm"
        case _ if work.kind in {"sculpture", "vase"}:
            return f"{made}, height {tall} cm"
        case _:
            return f"{made}, {tall} x {wide} cm"


def _sizes(work: Work) -> tuple[float, float]:
    return work.height_cm, work.width_cm


def _number(work: Work) -> int:
    """Return a number that stays with a work."""
    return zlib.crc32(work.source_id.encode())


def _location(work: Work) -> str:
    if work.twin:
        return f"{_KEEPERS[work.kept_by]}, Nowhereham"
    return _PLACES[_number(work) % len(_PLACES)]


def catalogue(works: Iterable[Work], edition: Edition = EDITIONS["text"]) -> bytes:
    """Return the archive with the catalogue: CRLF; quoted only where the delimiter is a comma."""
    if edition.loses_letters:
        text = "\r\n".join([HEADER, *map(row, works), ""])
    else:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=edition.delimiter, lineterminator="\r\n")
        writer.writerow(HEADER.split(";"))
        writer.writerows(map(columns, works))
        text = out.getvalue()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(edition.file_name, _EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, text.encode(edition.encoding, errors="replace"))
    return packed.getvalue()


def edition_named(name: str) -> Edition:
    """Return one of the catalogue's forms; UsageError for what is none."""
    if name not in EDITIONS:
        raise UsageError(
            f"{name!r} is no edition of the catalogue; there are {', '.join(EDITIONS)}"
        )
    return EDITIONS[name]


def wga_app(holdings: Holdings, edition: Edition = EDITIONS["text"]) -> web.Application:
    """Return the site over the collection's Web Gallery."""
    archives: dict[int, bytes] = {}
    """The archive of the present version, packed at most once."""

    async def download(_: web.Request) -> web.Response:
        if holdings.version not in archives:
            archives.clear()
            archives[holdings.version] = catalogue(holdings.works["wga"].values(), edition)
        return web.Response(body=archives[holdings.version], content_type="application/zip")

    async def picture(request: web.Request) -> web.Response:
        work = holdings.works["wga"].get(request.match_info["key"])
        if work is None:
            return not_found()
        return jpeg_response(paint(work.picture), fault=work.image_fault)

    async def show(request: web.Request) -> web.Response:
        work = holdings.works["wga"].get(request.match_info["key"])
        return not_found() if work is None else page(_title(work))

    app = web.Application()
    add_front(app, "Sample Web Gallery (invented)")
    app.router.add_get("/database/download/data_txt.zip", download)
    app.router.add_get("/html/{key:.+}.html", show)
    app.router.add_get("/{size:art|detail|preview}/{key:.+}.jpg", picture)
    return app
