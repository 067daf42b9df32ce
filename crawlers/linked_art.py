"""The Rijksmuseum's Linked Art: an object, and the VisualItem that it shows.

It tells what EDM lacks: years, in what doubt a maker is named and in which role, sizes in millimetres, and
on the VisualItem what is depicted, by IconClass. https://linked.art/model and, path by path,
../shared/sources/rijksmuseum.md, section 4. Only what is named there is read: the rest is let be.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from crawlers.json_ld import (
    Graph,
    Node,
    code_of,
    literals,
    preference,
    types_of,
    uri_of,
)
from schemas.record import Maker, Text

QUALIFIERS: Mapping[str, str] = {
    "aat/300404286": "after",
    "aat/300435722": "possibly",
    "aat/300404269": "attributed to",
    "aat/300404284": "circle of",
    "aat/300404283": "circle of",
    "aat/300404274": "workshop of",
    "aat/300404287": "copyist of",
    "aat/300404272": "manner of",
    "aat/300404288": "manner of",
    "aat/300404282": "follower of",
    "aat/300252887": "falsification",
    "aat/300404279": "copy after",
    "aat/300404434": "school of",
    "aat/300404273": "studio of",
}
"""How the museum uses the AAT to say in what doubt it names somebody; it is not always the AAT's own use."""
IN_DOUBT = "?"
"""The qualifier of an attribution whose own is not in the table and has no name."""
_REJECTED = frozenset({"aat/300404270"})
_REJECTED_WORDS = re.compile(
    r"reject|formerly|previously|verworpen|voorheen|vroeger|afgeschreven", re.IGNORECASE
)
_AFTER = re.compile(r"(?:after|naar)\b", re.IGNORECASE)
"""Roles such as "after painting by": who has it made the model, and not the object."""

_ORDER = "aat/300456575"
_OBJECT_NUMBER = frozenset({"22015218", "aat/300312355"})
_TYPE_OF_WORK = "aat/300435443"
_PREFERRED_TITLE = "aat/300404670"
_FORMER_TITLE = "22015528"
_DISPLAY_NAME = "aat/300435417"

_SIZES: Mapping[str, str] = {
    "22011": "height",
    "22012": "width",
    "2203": "depth",
    "220217": "weight",
    "2205120": "diameter",
}
_SIZE_ORDER = {code: place for place, code in enumerate(_SIZES)}
_UNITS: Mapping[str, str] = {
    "aat/300379097": "mm",
    "aat/300379098": "cm",
    "aat/300379100": "m",
    "aat/300379225": "g",
    "aat/300379226": "kg",
}
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")
_DATE = re.compile(r"([+-]?)(\d{4,6})(?:-\d{2}.*)?")
_LATEST = 2100
"""A later year stands for "open", as 9999 does."""
_ICONCLASS = re.compile(r"https?://(?:www\.)?iconclass\.org/(?:rkd/)?([^/?#]+)/?")
_ICONCLASS_CODE = re.compile(r"[0-9][^\x00-\x1f]{0,199}")
_PEOPLE = frozenset({"carried_out_by", "influenced_by", ""})
_UNORDERED = 1 << 30


@dataclass(frozen=True)
class LinkedObject:
    """What a Linked Art object says; the columns' meanings stand in ``schemas.record.RECORD``."""

    number: str
    """The number in its persistent URI."""
    object_number: str
    titles: tuple[Text, ...]
    makers: tuple[Maker, ...]
    rejected: frozenset[str]
    """URIs of those to whom it is no longer attributed: nowhere a maker."""
    types: tuple[Text, ...]
    materials: tuple[Text, ...]
    techniques: tuple[Text, ...]
    dates: tuple[Text, ...]
    year_first: int | None
    year_last: int | None
    dimensions: tuple[Text, ...]
    """One text for each size, such as "height 226 mm"."""
    places: tuple[Text, ...]
    location: str


def read_object(body: bytes) -> LinkedObject:
    """Return what a ``la`` answer says of an object; ValueError for what is no HumanMadeObject."""
    graph = Graph(body)
    _check_type(graph, "HumanMadeObject")
    return _ObjectReader(graph).read()


def read_visual(body: bytes) -> tuple[Text, ...]:
    """Return what a VisualItem depicts, as ``iconclass:CODE``; ValueError for what is no VisualItem.

    >>> read_visual(b'{"type": "VisualItem", "represents_instance_of_type":'
    ...             b'{"equivalent": "https://iconclass.org/45%28%2B26%29"}}')
    (Text(text='iconclass:45(+26)', language=''),)
    """
    graph = Graph(body)
    _check_type(graph, "VisualItem")
    codes = []
    for concept in graph.nodes(graph.root, "represents_instance_of_type"):
        uris = [uri_of(concept), *map(uri_of, graph.nodes(concept, "equivalent"))]
        found = (_ICONCLASS.fullmatch(uri) for uri in uris)
        codes += [unquote(one[1]) for one in found if one]
    known = (code for code in dict.fromkeys(codes) if _ICONCLASS_CODE.fullmatch(code))
    return tuple(Text(f"iconclass:{code}") for code in known)


def shown(body: bytes) -> str:
    """Return the number of the VisualItem that an object shows; empty where none is named by one.

    >>> shown(b'{"shows": ["https://id.rijksmuseum.nl/202107928"]}')
    '202107928'
    >>> shown(b'{"shows": [{"id": "https://id.rijksmuseum.nl/../oai"}]}'), shown(b'<html>')
    ('', '')
    """
    try:
        graph = Graph(body)
    except ValueError:
        return ""
    codes = (code_of(uri_of(one)) for one in graph.nodes(graph.root, "shows"))
    return next((code for code in codes if code.isdecimal() and len(code) <= 30), "")


def _check_type(graph: Graph, wanted: str) -> None:
    found = types_of(graph.root)
    if wanted not in found:
        raise ValueError(f"{' and '.join(found) or 'nothing'} in place of {wanted}")


class _ObjectReader:
    """One HumanMadeObject."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._root = graph, graph.root
        self._number = code_of(uri_of(graph.root))
        self._productions = graph.nodes(graph.root, "produced_by")
        parts = [part for one in self._productions for part in graph.nodes(one, "part")]
        self._parts = sorted(parts, key=self._order)

    def read(self) -> LinkedObject:
        makers, rejected = self._people()
        first, last = self._years()
        return LinkedObject(
            number=self._number,
            object_number=self._object_number(),
            titles=self._titles(),
            makers=makers,
            rejected=rejected,
            types=self._labels(
                one
                for one in self._graph.nodes(self._root, "classified_as")
                if _TYPE_OF_WORK in self._graph.codes(one, "classified_as")
            ),
            materials=self._labels(
                sorted(self._graph.nodes(self._root, "made_of"), key=self._order)
            ),
            techniques=self._labels(
                one
                for production in self._productions
                for one in sorted(self._graph.nodes(production, "technique"), key=self._order)
            ),
            dates=self._dates(),
            year_first=first,
            year_last=last,
            dimensions=self._dimensions(),
            places=self._labels(
                one
                for part in (*self._productions, *self._parts)
                for one in self._graph.nodes(part, "took_place_at")
            ),
            location=self._location(),
        )

    def _labels(self, nodes: Iterator[Node] | Sequence[Node]) -> tuple[Text, ...]:
        labels = [self._graph.label(node) or Text(uri_of(node)) for node in nodes]
        return tuple(dict.fromkeys(label for label in labels if label.text))

    def _identifiers(self, node: Node, codes: frozenset[str]) -> Iterator[tuple[Node, str]]:
        """Yield the identifiers of a node that are of one of these kinds."""
        for one in self._graph.nodes(node, "identified_by"):
            if "Identifier" in types_of(one) and codes & {*self._graph.codes(one, "classified_as")}:
                for content in literals(one, "content"):
                    yield one, content

    def _order(self, node: Node) -> int:
        """Return a node's place in the museum's own order: a graph has none.

        A term carries its place in each object that has it, and says for which.
        """
        for identifier, content in self._identifiers(node, frozenset({_ORDER})):
            owners = [
                code
                for one in self._graph.nodes(identifier, "assigned_by")
                for code in self._graph.codes(one, "assigned")
            ]
            mine = not owners or self._number in owners
            if mine and content.isdecimal() and len(content) < 9:
                return int(content)
        return _UNORDERED

    def _object_number(self) -> str:
        found = (content for _, content in self._identifiers(self._root, _OBJECT_NUMBER))
        return next(found, "")

    def _titles(self) -> tuple[Text, ...]:
        """Return all titles: English before Dutch, the preferred before the others, former ones last."""
        ranked = []
        for name in self._graph.nodes(self._root, "identified_by"):
            if "Name" in types_of(name):
                codes = self._graph.codes(name, "classified_as")
                rank = (_FORMER_TITLE in codes, _PREFERRED_TITLE not in codes)
                ranked += [
                    ((rank[0], preference(one), rank[1]), one) for one in self._graph.texts(name)
                ]
        ranked.sort(key=lambda one: one[0])
        return tuple(dict.fromkeys(title for _, title in ranked))

    def _spans(self) -> list[Node]:
        """Return the time spans of the making; those of its parts where it has none itself."""
        for makings in (self._productions, self._parts):
            found = [span for one in makings for span in self._graph.nodes(one, "timespan")]
            if found:
                return found
        return []

    def _years(self) -> tuple[int | None, int | None]:
        """Return first and last year over all time spans: an object made in phases has several."""
        spans = self._spans()
        firsts = [_year(one) for span in spans for one in literals(span, "begin_of_the_begin")]
        lasts = [_year(one) for span in spans for one in literals(span, "end_of_the_end")]
        first = min((year for year in firsts if year is not None), default=None)
        last = max((year for year in lasts if year is not None), default=None)
        if first is not None and last is not None and first > last:
            return None, None
        return first, last

    def _dates(self) -> tuple[Text, ...]:
        texts = [
            text
            for span in self._spans()
            for name in self._graph.nodes(span, "identified_by")
            for text in self._graph.texts(name)
        ]
        return tuple(dict.fromkeys(sorted(texts, key=preference)))

    def _dimensions(self) -> tuple[Text, ...]:
        """Return the sizes in the order of ``_SIZES``: a graph has none."""
        found = sorted(self._graph.nodes(self._root, "dimension"), key=self._size_kind)
        sizes = map(self._size, found)
        return tuple(Text(size, "en") for size in dict.fromkeys(sizes) if size)

    def _size_kind(self, node: Node) -> int:
        codes = self._graph.codes(node, "classified_as")
        return min(
            (_SIZE_ORDER[code] for code in codes if code in _SIZE_ORDER), default=len(_SIZES)
        )

    def _size(self, node: Node) -> str:
        """Return one size, and of what part it is; empty where number or unit are none that we know."""
        value = next(iter(literals(node, "value")), "")
        unit = next((_UNITS[c] for c in self._graph.codes(node, "unit") if c in _UNITS), "")
        if not unit or not _NUMBER.fullmatch(value):
            return ""
        kinds = self._graph.nodes(node, "classified_as")
        named = [_SIZES.get(code_of(uri_of(one))) for one in kinds]
        named += [label.text for one in kinds if (label := self._graph.label(one))]
        part = [
            text.text
            for one in self._graph.nodes(node, "identified_by")
            for text in self._graph.texts(one)
        ]
        words = [next(filter(None, named), ""), value.replace(",", "."), unit]
        words += [f"({part[0]})"] if part else []
        return " ".join(filter(None, words))

    def _location(self) -> str:
        """Return the room's code; only what is on view has one."""
        for place in self._graph.nodes(self._root, "current_location"):
            for one in self._graph.nodes(place, "identified_by"):
                if "Identifier" in types_of(one):
                    return next(iter(literals(one, "content")), "")
        return ""

    def _people(self) -> tuple[tuple[Maker, ...], frozenset[str]]:
        """Return the makers in the museum's order, and who is no longer thought to be one."""
        makers: list[Maker] = []
        rejected: list[str] = []
        for part in (*self._productions, *self._parts):
            is_whole = any(part is one for one in self._productions)
            roles = [""] if is_whole else self._roles(part)
            said = _first(QUALIFIERS, self._graph.codes(part, "classified_as"))
            found = [(one, said) for one in self._graph.nodes(part, "carried_out_by")]
            for assignment in self._graph.nodes(part, "assigned_by"):
                people = self._assigned(assignment)
                if self._is_rejected(assignment):
                    rejected += [uri for one in people for uri in self._ids(one)]
                else:
                    found += [(one, self._qualifier(assignment)) for one in people]
            display = self._display_name(part) if len(found) == 1 else ""
            for one, qualifier in found:
                makers += self._makers(one, qualifier, roles, display)
        return tuple(dict.fromkeys(makers)), frozenset(rejected)

    def _roles(self, part: Node) -> list[str]:
        labels = [self._graph.label(one) for one in self._graph.nodes(part, "technique")]
        return [label.text for label in labels if label] or [""]

    def _assigned(self, assignment: Node) -> list[Node]:
        """Return the people of an assignment; none where it assigns something else."""
        kinds = literals(assignment, "assigned_property") or [""]
        if not any(re.split(r"[:/#]", kind)[-1] in _PEOPLE for kind in kinds):
            return []
        found = self._graph.nodes(assignment, "assigned")
        people = {"Person", "Group", "Actor"}
        return [one for one in found if not types_of(one) or people & {*types_of(one)}]

    def _is_rejected(self, assignment: Node) -> bool:
        kinds = self._graph.nodes(assignment, "classified_as")
        labels = (self._graph.label(one) for one in kinds)
        return any(code_of(uri_of(one)) in _REJECTED for one in kinds) or any(
            _REJECTED_WORDS.search(label.text) for label in labels if label
        )

    def _qualifier(self, assignment: Node) -> str:
        """Return in what doubt an assignment names somebody; it always names them in some."""
        kinds = self._graph.nodes(assignment, "classified_as")
        known = _first(QUALIFIERS, [code_of(uri_of(one)) for one in kinds])
        if known:
            return known
        labels = (self._graph.label(one) for one in kinds)
        return next((label.text for label in labels if label), IN_DOUBT)

    def _makers(
        self, person: Node, qualifier: str, roles: Sequence[str], display: str
    ) -> Iterator[Maker]:
        """Yield somebody as a maker, once in each role; a group around a person is that person, qualified."""
        around = [
            one
            for formation in self._graph.nodes(person, "formed_by")
            for one in self._graph.nodes(formation, "influenced_by")
        ]
        if around:
            said = _first(QUALIFIERS, self._graph.codes(person, "classified_as")) or "workshop of"
            for one in around:
                yield from self._makers_named(one, qualifier or said, roles, "")
        else:
            yield from self._makers_named(person, qualifier, roles, display)

    def _makers_named(
        self, person: Node, qualifier: str, roles: Sequence[str], display: str
    ) -> Iterator[Maker]:
        label = self._graph.label(person)
        ids = self._ids(person)
        name = label.text if label else display or next(iter(ids), "")
        for role in roles if name else ():
            model = "after" if _AFTER.match(role) else ""
            yield Maker(name, role, qualifier or model, ids=ids)

    def _ids(self, person: Node) -> tuple[str, ...]:
        uris = [uri_of(person), *map(uri_of, self._graph.nodes(person, "equivalent"))]
        return tuple(dict.fromkeys(uri for uri in uris if uri and not uri.startswith("_:")))

    def _display_name(self, part: Node) -> str:
        """Return the name that a part is shown with: people are not always described in an object."""
        texts = [
            text
            for one in self._graph.nodes(part, "referred_to_by")
            if _DISPLAY_NAME in self._graph.codes(one, "classified_as")
            for text in self._graph.texts(one)
        ]
        return min(texts, key=preference, default=Text("")).text


def _first(table: Mapping[str, str], codes: Sequence[str]) -> str:
    return next((table[code] for code in codes if code in table), "")


def _year(said: str) -> int | None:
    """Return the year of an ISO date, BCE below zero; the museum has no year 0, and 9999 is no year.

    >>> _year("1628-01-01T00:00:00Z"), _year("-0300-12-31T23:59:59Z"), _year("9999-12-31")
    (1628, -300, None)
    """
    found = _DATE.fullmatch(said)
    if found is None:
        return None
    year = int(found[1] + found[2])
    return None if year > _LATEST else year or -1
