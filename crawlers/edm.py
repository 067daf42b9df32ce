"""One record of the Europeana Data Model, as the Rijksmuseum writes it, read in either of its shapes.

Until the middle of 2026 the object stands nested in its aggregation, since then beside it. So nothing is
found by its path: the object and the aggregation are looked for anywhere under ``rdf:RDF``, and a
property's value is its ``rdf:resource``, else the ``rdf:about`` of its only child, else its text. What
is named by a URI is told by its label, which stands in the same record.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import unquote

from lxml import etree

from crawlers.oai import local_name, text
from schemas.record import Maker, Text
from schemas.rights import LEAVES, policy

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "edmfp": "http://www.europeanafashion.eu/edmfp/",
    "ore": "http://www.openarchives.org/ore/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "svcs": "http://rdfs.org/sioc/services#",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
_LANGUAGES = ("en", "nl", "")
"""In which order languages are preferred; all others come after them."""

_YEAR = re.compile(r"((?:(?<!\d)-)?)(?<!\d)(\d{3,4})(?:-\d{2}(?:-\d{2})?)?(?!\d)")
"""A year, which may begin an ISO date; a minus sign is BCE only where no digit stands before it."""
_ICONCLASS = re.compile(r"https?://(?:www\.)?iconclass\.org/(?:rkd/)?([^/?#]+)/?$")


def _name(prefixed: str) -> str:
    """Return ``dc:title`` in lxml's notation, ``{http://purl.org/dc/elements/1.1/}title``."""
    prefix, name = prefixed.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"


_ABOUT, _RESOURCE, _LANG = _name("rdf:about"), _name("rdf:resource"), _name("xml:lang")


@dataclass(frozen=True)
class EdmObject:
    """What one EDM record says; the columns' meanings stand in ``schemas.record.RECORD``."""

    uri: str
    object_number: str
    page_url: str
    titles: tuple[Text, ...]
    makers: tuple[Maker, ...]
    types: tuple[Text, ...]
    materials: tuple[Text, ...]
    techniques: tuple[Text, ...]
    dates: tuple[Text, ...]
    dimensions: tuple[Text, ...]
    places: tuple[Text, ...]
    subjects: tuple[Text, ...]
    location: str
    rights: str
    images: tuple[str, ...]
    """As the museum gives them: IIIF requests of the largest size, or other addresses."""

    @property
    def says_nothing(self) -> bool:
        """Return whether it holds nothing that tells one object from another; a picture alone does not."""
        told = (self.object_number, self.titles, self.types, self.makers, self.materials)
        return not any((*told, self.dates))


def read_edm(rdf: etree._Element) -> EdmObject | None:
    """Return what an EDM record says of its object; None where it holds no ``edm:ProvidedCHO``."""
    return _Reader(rdf).read()


def holds_object(element: etree._Element) -> bool:
    """Return whether there is an ``edm:ProvidedCHO`` anywhere under an element."""
    return any(True for _ in _of_class(element, "edm:ProvidedCHO"))


def rights_and_images(rdf: etree._Element) -> tuple[str, tuple[str, ...]]:
    """Return what ``read_edm`` says of rights and images, without the rest."""
    return _Reader(rdf).rights_and_images()


def _of_class(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the resources of a class, which is their element's name, or else stands in ``rdf:type``."""
    yield from element.iter(_name(name))
    prefix, local = name.split(":")
    for kind in element.iter(_name("rdf:type")):
        parent = kind.getparent()
        if parent is not None and kind.get(_RESOURCE) == _NAMESPACES[prefix] + local:
            yield parent


class _Reader:
    """One record, with every resource in it at hand by its URI."""

    def __init__(self, rdf: etree._Element) -> None:
        self._rdf = rdf
        self._resources: dict[str, list[etree._Element]] = defaultdict(list)
        for element in rdf.iter():
            about = element.get(_ABOUT)
            if about:
                self._resources[about].append(element)

    def read(self) -> EdmObject | None:
        aggregation = self._aggregation()
        object_ = self._object(aggregation)
        if object_ is None:
            return None
        return EdmObject(
            uri=object_.get(_ABOUT, ""),
            object_number=next((t.text for t in self._texts(object_, "dc:identifier")), ""),
            page_url=next(self._values(aggregation, "edm:isShownAt"), ""),
            titles=self._texts(object_, "dc:title"),
            makers=self._makers(object_),
            types=self._labels(object_, "dc:type"),
            materials=self._labels(object_, "dcterms:medium"),
            techniques=self._labels(object_, "edmfp:technique"),
            dates=self._texts(object_, "dcterms:created"),
            dimensions=self._texts(object_, "dcterms:extent"),
            places=self._labels(object_, "dcterms:spatial"),
            subjects=self._subjects(object_),
            location=next((t.text for t in self._labels(object_, "edm:currentLocation")), ""),
            rights=self._rights(aggregation, object_),
            images=self._images(aggregation),
        )

    def rights_and_images(self) -> tuple[str, tuple[str, ...]]:
        """Return the statement of rights, and the requests for pictures."""
        aggregation = self._aggregation()
        object_ = self._object(aggregation)
        if object_ is None:
            return "", ()
        return self._rights(aggregation, object_), self._images(aggregation)

    def _aggregation(self) -> etree._Element | None:
        return next(_of_class(self._rdf, "ore:Aggregation"), None)

    def _object(self, aggregation: etree._Element | None) -> etree._Element | None:
        """Return the object that the aggregation is about, or else the first one that says anything."""
        objects = list(_of_class(self._rdf, "edm:ProvidedCHO"))
        meant = set(self._values(aggregation, "edm:aggregatedCHO"))
        ranked = sorted(objects, key=lambda one: (one.get(_ABOUT) not in meant, not len(one)))
        return next(iter(ranked), None)

    @staticmethod
    def _properties(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
        return iter(()) if element is None else element.iterchildren(_name(name))

    def _values(self, element: etree._Element | None, name: str) -> Iterator[str]:
        """Yield the values of a property: URIs, and texts where there is no URI."""
        for found in self._properties(element, name):
            value = _uri(found) or text(found)
            if value:
                yield value

    def _texts(self, element: etree._Element, name: str) -> tuple[Text, ...]:
        """Return all values of a text property, English ones first, then Dutch ones."""
        found = [
            Text(value, _language(one))
            for one in self._properties(element, name)
            if (value := text(one) or _uri(one))
        ]
        return tuple(dict.fromkeys(sorted(found, key=_preference)))

    def _labels(self, element: etree._Element, name: str) -> tuple[Text, ...]:
        """Return one text for each value of a property: its label, or itself where it has none."""
        found = (self._label(one) for one in self._properties(element, name))
        return tuple(dict.fromkeys(label for label in found if label.text))

    def _label(self, found: etree._Element) -> Text:
        uri = _uri(found)
        if not uri:
            return Text(text(found), _language(found))
        labels = [
            Text(value, _language(label))
            for resource in self._resources.get(uri, ())
            for label in resource.iterchildren(_name("skos:prefLabel"))
            if (value := text(label))
        ]
        return min(labels, key=_preference, default=Text(uri))

    def _about(self, uri: str, name: str) -> Iterator[str]:
        """Yield what the record says of a resource under a local name, whatever its namespace.

        The people's dates stand in a namespace that has been spelt in more than one way.
        """
        for resource in self._resources.get(uri, ()):
            for child in resource:
                if local_name(child) == name:
                    yield _uri(child) or text(child)

    def _makers(self, object_: etree._Element) -> tuple[Maker, ...]:
        makers = []
        for name, role in (("dc:creator", ""), ("dc:contributor", "contributor")):
            for found in self._properties(object_, name):
                label, uri = self._label(found).text, _uri(found)
                if label:
                    makers.append(self._maker(label, role, uri))
        return tuple(dict.fromkeys(makers))

    def _maker(self, label: str, role: str, uri: str) -> Maker:
        """Return a maker, with the widest life that the dates allow: first birth, last death."""
        born = [year for said in self._about(uri, "dateOfBirth") for year in years(said)]
        died = [year for said in self._about(uri, "dateOfDeath") for year in years(said)]
        same = [one for one in self._about(uri, "sameAs") if one]
        return Maker(
            name=label,
            role=role,
            born=min(born, default=None),
            died=max(died, default=None),
            ids=tuple(dict.fromkeys([uri, *same] if uri else same)),
        )

    def _subjects(self, object_: etree._Element) -> tuple[Text, ...]:
        """Return each subject's label, and after it ``iconclass:CODE`` where it has one."""
        subjects: dict[Text, None] = {}
        for found in self._properties(object_, "dc:subject"):
            label, uri = self._label(found), _uri(found)
            if label.text and not _ICONCLASS.match(label.text):
                subjects[label] = None
            for one in (uri, *self._about(uri, "sameAs")):
                if code := _ICONCLASS.match(one):
                    subjects[Text(f"iconclass:{unquote(code.group(1))}")] = None
        return tuple(subjects)

    def _rights(self, aggregation: etree._Element | None, object_: etree._Element) -> str:
        """Return the strictest statement: of the aggregation, the object, and the picture that it is shown by."""
        shown = self._shown(aggregation) or tuple(self._values(aggregation, "edm:hasView"))
        pictures = chain.from_iterable(self._resources.get(uri, ()) for uri in shown)
        said = [
            *self._values(aggregation, "edm:rights"),
            *self._values(object_, "edm:rights"),
            *(one for picture in pictures for one in self._values(picture, "edm:rights")),
        ]
        return _strictest(said or list(self._values(object_, "dc:rights")))

    def _shown(self, aggregation: etree._Element | None) -> tuple[str, ...]:
        """Return the URIs of the pictures that the object is shown by: of one, as a rule."""
        shown = tuple(self._values(aggregation, "edm:isShownBy"))
        return shown or tuple(self._values(aggregation, "edm:object"))

    def _images(self, aggregation: etree._Element | None) -> tuple[str, ...]:
        """Return requests for the pictures of the object, the one it is shown by first."""
        views = self._values(aggregation, "edm:hasView")
        uris = (*self._shown(aggregation), *views)
        return tuple(dict.fromkeys(map(self._image, uris)))

    def _image(self, uri: str) -> str:
        """Return an address of a picture: as given, or through the IIIF service that it names."""
        service = next(self._about(uri, "has_service"), "").rstrip("/")
        return f"{service}/full/max/0/default.jpg" if service and "/full/" not in uri else uri


def _uri(found: etree._Element) -> str:
    """Return the URI that a property's value is: its own, or that of its only child."""
    resource = found.get(_RESOURCE, "")
    if not resource and len(found) == 1:
        resource = found[0].get(_ABOUT, "")
    return resource.strip()


def _strictest(said: list[str]) -> str:
    """Return the statement that allows least, the first of several such; empty where none is given.

    >>> _strictest(["https://creativecommons.org/publicdomain/mark/1.0/", "ask at the desk"])
    'ask at the desk'
    """
    if len(set(said)) <= 1:
        return next(iter(said), "")
    return min(said, key=_freedom)


def _freedom(rights: str) -> tuple[int, int]:
    """Return how much a statement allows; of two that differ in kind, which lets a picture be kept."""
    told = policy(rights)
    keep, train = map(LEAVES.index, (told.may_keep, told.may_train))
    return keep + train + told.may_pass_on + told.open, keep


def _language(element: etree._Element) -> str:
    return element.get(_LANG, "").partition("-")[0].lower()


def _preference(label: Text) -> int:
    known = label.language in _LANGUAGES
    return _LANGUAGES.index(label.language) if known else len(_LANGUAGES)


def years(said: str) -> list[int]:
    """Return the years in a text, in its order.

    >>> years("ca. 1592 - ca. 1593"), years("1655-08-16 - 1655-08-26"), years("-480")
    ([1592, 1593], [1655, 1655], [-480])
    >>> years("1590-1610")
    [1590, 1610]
    """
    return [int(sign + year) for sign, year in _YEAR.findall(said)]
