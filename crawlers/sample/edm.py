"""A work as a record of the Europeana Data Model, in both shapes in which the Rijksmuseum has sent it.

In the old shape the object stands nested in its aggregation and every word is Dutch; in the new one it
stands beside it, and most words are English too. See ``crawlers.edm`` for the reading of both.
"""

import zlib
from collections.abc import Iterable

from lxml import etree

from crawlers.sample.artists import Artist
from crawlers.sample.collection import Work
from crawlers.sample.dating import rijks_date
from crawlers.sample.hosts import IIIF, RIJKSMUSEUM, RIJKSMUSEUM_IDS
from crawlers.sample.media import KINDS, UNKNOWN_MATERIAL
from crawlers.sample.places import made_at

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "ore": "http://www.openarchives.org/ore/terms/",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "edmfp": "http://www.europeanafashion.eu/edmfp/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdaGr2": "http://rdvocab.info/ElementsGr2/",
    "svcs": "http://rdfs.org/sioc/services#",
}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

PUBLIC_DOMAIN = "http://creativecommons.org/publicdomain/mark/1.0/"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
IN_COPYRIGHT = "http://rightsstatements.org/vocab/InC/1.0/"
RECTO = "http://vocab.getty.edu/aat/300078817"
"""A type that the museum gives by its AAT number alone."""

Label = tuple[str, str]
"""Dutch and English; the English one may be empty."""


def persistent(number: object) -> str:
    """Return a persistent URI of the sample museum."""
    return f"https://{RIJKSMUSEUM_IDS}/{number}"


def rights(work: Work) -> str:
    """Return the URI of the rights on a work's image; every twentieth open one is CC0."""
    if not work.open_rights:
        return IN_COPYRIGHT
    return CC0 if int(work.source_id) % 20 == 0 else PUBLIC_DOMAIN


def edm_record(work: Work, *, nested: bool) -> etree._Element:
    """Return ``rdf:RDF`` for a work: in the old shape (``nested``) or the new one."""
    writer = _Writer(english=not nested)
    uri = persistent(work.source_id)
    aggregation = writer.resource("ore:Aggregation", f"{uri}#aggregation")
    if nested:
        inner = writer.child(aggregation, "edm:aggregatedCHO")
        object_ = writer.child(inner, "edm:ProvidedCHO", about=uri)
    else:
        writer.child(aggregation, "edm:aggregatedCHO", resource=uri)
        object_ = writer.resource("edm:ProvidedCHO", uri)
    _describe(writer, object_, work)
    writer.child(aggregation, "edm:rights", resource=rights(work))
    page = f"https://{RIJKSMUSEUM}/collection/{work.object_number}"
    writer.child(aggregation, "edm:isShownAt", resource=page)
    if work.image:
        _show(writer, aggregation, work.image, nested=nested)
    return writer.rdf


class _Writer:
    """One record in the making; a resource that is named twice is described once."""

    def __init__(self, *, english: bool) -> None:
        self._english = english
        self._described: set[str] = set()
        self.rdf = etree.Element(_name("rdf:RDF"), nsmap=NAMESPACES)

    def resource(self, name: str, about: str) -> etree._Element:
        """Add and return a resource at the top of the record."""
        return self.child(self.rdf, name, about=about)

    def child(
        self,
        parent: etree._Element,
        name: str,
        text: str = "",
        *,
        about: str = "",
        resource: str = "",
        language: str = "",
    ) -> etree._Element:
        """Add and return an element."""
        element = etree.SubElement(parent, _name(name))
        element.text = text or None
        for attribute, value in (("rdf:about", about), ("rdf:resource", resource)):
            if value:
                element.set(_name(attribute), value)
        if language:
            element.set(_XML_LANG, language)
        return element

    def texts(self, parent: etree._Element, name: str, label: Label) -> None:
        """Add a text in Dutch and, in the new shape, in English."""
        self.child(parent, name, label[0], language="nl")
        if self._english and label[1]:
            self.child(parent, name, label[1], language="en")

    def concepts(self, parent: etree._Element, name: str, labels: Iterable[Label]) -> None:
        """Point to concepts by URI, and describe each of them in the record."""
        for label in labels:
            uri = persistent(f"22{zlib.crc32(label[0].encode())}")
            self.child(parent, name, resource=uri)
            self.describe("skos:Concept", uri, label)

    def describe(self, kind: str, uri: str, label: Label) -> etree._Element | None:
        """Add a described resource; None where the record has it already."""
        if uri in self._described:
            return None
        self._described.add(uri)
        element = self.resource(kind, uri)
        self.texts(element, "skos:prefLabel", label)
        return element


def _name(prefixed: str) -> str:
    prefix, name = prefixed.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _describe(writer: _Writer, object_: etree._Element, work: Work) -> None:
    """Write what the museum says of the object itself."""
    kind, medium = KINDS[work.kind], work.medium
    writer.child(object_, "dc:identifier", work.object_number)
    if "title" not in work.lacks:
        writer.texts(object_, "dc:title", (work.title.dutch, work.title.english))
    _name_makers(writer, object_, work)
    writer.concepts(object_, "dc:type", [(kind.dutch, kind.english)])
    if work.kind == "drawing" and int(work.source_id) % 4 == 0:
        writer.child(object_, "dc:type", resource=RECTO)
    if "medium" not in work.lacks:
        strange = [UNKNOWN_MATERIAL] if work.oddity == "unknown material" else []
        writer.concepts(object_, "dcterms:medium", [*medium.materials, *strange])
        if work.kind != "painting":  # paintings have none, in the real museum
            writer.concepts(object_, "edmfp:technique", medium.techniques)
    for language, text in rijks_date(work.dating):
        writer.child(object_, "dcterms:created", text, language=language)
    tall, wide = f"{work.height_cm}".replace(".", ","), f"{work.width_cm}".replace(".", ",")
    dutch = f"hoogte {tall} cm x breedte {wide} cm"
    english = f"height {work.height_cm} cm x width {work.width_cm} cm"
    writer.texts(object_, "dcterms:extent", (dutch, english))
    if place := made_at(work):
        _place(writer, object_, place.labels)
    writer.child(object_, "edm:type", "IMAGE")


def place_uri(label: Label) -> str:
    """Return the URI of a place."""
    return persistent(f"23{zlib.crc32(label[1].encode())}")


def _place(writer: _Writer, object_: etree._Element, label: Label) -> None:
    uri = place_uri(label)
    writer.child(object_, "dcterms:spatial", resource=uri)
    writer.describe("edm:Place", uri, label)


def _name_makers(writer: _Writer, object_: etree._Element, work: Work) -> None:
    """Name the makers; EDM has no word for a doubt, so a doubtful artist stands behind "anoniem"."""
    match work.stance:
        case "none":
            return
        case "workshop" if work.artist:
            name = f"werkplaats van {work.artist.rijks}"
            uri = persistent(f"2199{work.artist.key:04d}")
            writer.child(object_, "dc:creator", resource=uri)
            writer.describe("edm:Agent", uri, (name, f"workshop of {work.artist.rijks}"))
        case "anonymous" | "attributed" | "after":
            uri = persistent("2101")
            writer.child(object_, "dc:creator", resource=uri)
            writer.describe("edm:Agent", uri, ("anoniem", "anonymous"))
            if work.artist and work.stance == "after":
                _agent(writer, object_, work.artist)
        case _:
            for artist in filter(None, (work.artist, work.second)):
                _agent(writer, object_, artist)


def _agent(writer: _Writer, object_: etree._Element, artist: Artist) -> None:
    """Point to an artist and describe them, with dates as the museum writes them."""
    uri = persistent(f"2110{artist.key:04d}")
    writer.child(object_, "dc:creator", resource=uri)
    element = writer.describe("edm:Agent", uri, (artist.rijks, artist.rijks))
    if element is None or artist.born is None:
        return
    born = f"{artist.born}-08-16" if artist.key % 4 == 1 else str(artist.born)
    if artist.key % 4 == 2:
        born = f"ca. {artist.born} - ca. {artist.born + 1}"
    writer.child(element, "rdaGr2:dateOfBirth", born)
    writer.child(element, "rdaGr2:dateOfDeath", str(artist.died))
    if artist.authority:
        writer.child(element, "owl:sameAs", resource=artist.authority)


def _show(writer: _Writer, aggregation: etree._Element, image: str, *, nested: bool) -> None:
    """Point to the image: to a request for it, which the old shape says is served by IIIF."""
    service = f"https://{IIIF}/{image}"
    request = f"{service}/full/max/0/default.jpg"
    if not nested:
        writer.child(aggregation, "edm:isShownBy", resource=request)
        writer.child(aggregation, "edm:object", resource=request)
        element = writer.resource("edm:WebResource", request)
    else:
        shown = writer.child(aggregation, "edm:isShownBy")
        element = writer.child(shown, "edm:WebResource", about=request)
        seen = writer.child(aggregation, "edm:object")
        writer.child(seen, "edm:WebResource", about=request)
    writer.child(element, "svcs:has_service", resource=service)
