"""What the Rijksmuseum says of one object under our names: from EDM or Dublin Core, and from Linked Art.

EDM leads, as every object has it. Linked Art supplies what EDM lacks: years, sizes that EDM leaves out, the
room, IconClass, and the makers with their roles and in what doubt they are named.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from crawlers import oai
from crawlers.edm import read_edm
from crawlers.linked_art import LinkedObject
from schemas.record import Maker, Record, Text

IMAGE_SIZE = "!1024,1024"
"""An IIIF size: at most so many pixels each way. The museum's ``full/max`` may be 14,645 x 12,158."""

_IIIF_REQUEST = re.compile(r"(https?://.+)/full/[^/]+/0/default\.jpg")
_WEB = re.compile(r"https?://\S+")
_SCHEME = re.compile(r"^https?://(?:www\.)?")
_SIZE = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?) (mm|cm|m|kg|g)\b")


def image_url(given: str) -> str:
    """Return the address of a picture in a modest size; empty for what is no address.

    >>> image_url("https://iiif.micr.io/PJEZO/full/max/0/default.jpg")
    'https://iiif.micr.io/PJEZO/full/!1024,1024/0/default.jpg'
    >>> image_url("https://lh3.ggpht.com/abc=s0"), image_url("no address")
    ('https://lh3.ggpht.com/abc=s0', '')
    """
    request = _IIIF_REQUEST.fullmatch(given)
    if request:
        return f"{request.group(1)}/full/{IMAGE_SIZE}/0/default.jpg"
    return given if _WEB.fullmatch(given) else ""


def read_rdf(told: Record, rdf: etree._Element) -> Record | None:
    """Return an EDM record; None where it tells nothing of any object."""
    edm = read_edm(rdf)
    if edm is None or edm.says_nothing:
        return None
    return replace(
        told,
        object_number=edm.object_number,
        url=edm.page_url or edm.uri,
        titles=edm.titles,
        makers=edm.makers,
        types=edm.types,
        materials=edm.materials,
        techniques=edm.techniques,
        dates=edm.dates,
        dimensions=edm.dimensions,
        places=edm.places,
        subjects=edm.subjects,
        location=edm.location,
        rights=edm.rights,
        images=tuple(filter(None, dict.fromkeys(map(image_url, edm.images)))),
    )


def read_dc(told: Record, dc: etree._Element) -> Record | None:
    """Return a Dublin Core record; None where it holds an identifier and nothing more.

    ``format`` is the material, as techniques were never given; ``anoniem`` stays a maker's name, for
    a rule to judge.
    """
    said: dict[str, list[str]] = {}
    for child in dc:
        if value := oai.text(child):
            said.setdefault(oai.local_name(child), []).append(value)
    if not said.keys() - {"identifier", "language", "publisher", "rights"}:
        return None
    language = said.get("language", ["nl"])[0]

    def texts(name: str) -> tuple[Text, ...]:
        return tuple(Text(value, language) for value in said.get(name, ()))

    identifiers = said.get("identifier", [])
    numbers = [one for one in identifiers if not _WEB.fullmatch(one)]
    creators = [Maker(name) for name in said.get("creator", ())]
    contributors = [Maker(name, "contributor") for name in said.get("contributor", ())]
    return replace(
        told,
        object_number=numbers[0] if numbers else "",
        url=next((one for one in identifiers if _WEB.fullmatch(one)), ""),
        titles=texts("title"),
        makers=(*creators, *contributors),
        types=texts("type"),
        materials=texts("format"),
        dates=texts("date"),
        places=texts("coverage"),
        subjects=texts("subject"),
        rights=said.get("rights", [""])[0],
    )


def with_linked_object(told: Record, linked: LinkedObject) -> Record:
    """Return an EDM record with what Linked Art adds to it."""
    makers = _makers(told.makers, linked)
    room = linked.location or told.location
    return replace(
        told,
        object_number=told.object_number or linked.object_number,
        titles=told.titles or linked.titles,
        makers=makers,
        types=told.types or linked.types,
        materials=told.materials or linked.materials,
        techniques=told.techniques or linked.techniques,
        dates=told.dates or linked.dates,
        year_first=linked.year_first,
        year_last=linked.year_last,
        dimensions=_dimensions(told.dimensions, linked.dimensions),
        places=told.places or linked.places,
        location=room,
    )


def with_subjects(told: Record, iconclass: tuple[Text, ...]) -> Record:
    """Return a record with the IconClass codes of what it shows behind its own subjects."""
    return replace(told, subjects=tuple(dict.fromkeys((*told.subjects, *iconclass))))


def _makers(edm: tuple[Maker, ...], linked: LinkedObject) -> tuple[Maker, ...]:
    """Return Linked Art's makers, with the lives that EDM tells; EDM's where Linked Art names nobody.

    EDM names without a word of doubt whom Linked Art names with one, so that only one list can hold.
    Somebody to whom the object is no longer attributed is in neither.
    """
    if not linked.makers:
        rejected = set(map(_plain, linked.rejected))
        return tuple(one for one in edm if not rejected & set(map(_plain, one.ids)))
    known: dict[str, Maker] = {}
    for maker in reversed(edm):
        known |= dict.fromkeys(map(_plain, maker.ids), maker)
    return tuple(dict.fromkeys(_with_life(one, known) for one in linked.makers))


def _with_life(maker: Maker, known: Mapping[str, Maker]) -> Maker:
    """Return a maker with what EDM says of the same person: a name for a bare URI, a life, more ids."""
    same = next((known[_plain(one)] for one in maker.ids if _plain(one) in known), None)
    if same is None:
        return maker
    name = same.name if maker.name in maker.ids else maker.name
    ids: dict[str, str] = {}
    for one in (*maker.ids, *same.ids):
        ids.setdefault(_plain(one), one)
    return replace(maker, name=name, born=same.born, died=same.died, ids=tuple(ids.values()))


def _plain(uri: str) -> str:
    """Return a URI without its scheme: EDM writes http where Linked Art writes https."""
    return _SCHEME.sub("", uri).rstrip("/")


def _dimensions(edm: tuple[Text, ...], linked: tuple[Text, ...]) -> tuple[Text, ...]:
    """Return EDM's size texts, and behind them the sizes that stand in none of them.

    >>> _dimensions((Text("hoogte 48,50 cm"),), (Text("height 48.5 cm"), Text("height 70 mm (image)")))
    (Text(text='hoogte 48,50 cm', language=''), Text(text='height 70 mm (image)', language=''))
    """
    said = {size for text in edm for size in _sizes(text.text)}
    return (*edm, *(text for text in linked if not said & _sizes(text.text)))


def _sizes(text: str) -> set[tuple[float, str]]:
    found = _SIZE.findall(text)
    return {(float(number.replace(",", ".")), unit) for number, unit in found}
