"""A work as Linked Art, in the form of the Rijksmuseum's resolver: what its EDM record does not tell.

Years, qualifiers, roles and millimetres stand on the object; what is depicted, as IconClass, on the
VisualItem that it shows; the picture's address on a DigitalObject. The museum's JSON-LD takes liberties,
and so does this: a list of one may be the one thing itself, and what is pointed to an object or its bare URI.
"""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from crawlers.sample.artists import Artist
from crawlers.sample.collection import Work
from crawlers.sample.dating import rijks_date
from crawlers.sample.edm import RECTO, persistent, place_uri, rights
from crawlers.sample.hosts import IIIF, RIJKSMUSEUM
from crawlers.sample.media import KINDS, UNKNOWN_MATERIAL
from crawlers.sample.places import made_at

Said = dict[str, Any]
CONTEXT = "https://linked.art/ns/v1/linked-art.json"
AAT = "http://vocab.getty.edu/aat/"
DUTCH, ENGLISH = AAT + "300388256", AAT + "300388277"
TYPE_OF_WORK = AAT + "300435443"
BRIEF_TEXT = AAT + "300418049"
OBJECT_NUMBER = "https://id.rijksmuseum.nl/22015218"
"""A term of the real museum's own, by which a reader knows an object number."""
_KIND_OF_SIZE = {
    "height": ("https://id.rijksmuseum.nl/22011", "hoogte", "300055644"),
    "width": ("https://id.rijksmuseum.nl/22012", "breedte", "300055647"),
    "diameter": ("https://id.rijksmuseum.nl/2205120", "diameter", "300055624"),
}
"""Terms of the real museum's own too: the number of the term, the Dutch word, the AAT's number."""
_CM, _MM = AAT + "300379098", AAT + "300379097"
_IN_MILLIMETRES = frozenset({"print", "drawing", "photograph", "medal"})

_QUALIFIERS = {
    "attributed": ("300404269", "toegeschreven aan", "attributed to"),
    "workshop": ("300404274", "werkplaats van", "workshop of"),
    "after": ("300404286", "naar", "after"),
}
_ROLES = {
    "painting": ("schilder", "painter", "300025136"),
    "print": ("prentmaker", "print maker", ""),
    "drawing": ("tekenaar", "draftsman (artist)", "300112172"),
    "photograph": ("fotograaf", "photographer", ""),
    "sculpture": ("beeldhouwer", "sculptor", ""),
    "vase": ("pottenbakker", "potter", ""),
    "tapestry": ("wever", "weaver", ""),
    "medal": ("medailleur", "medallist", ""),
}
_INVENTOR = ("naar schilderij van", "after painting by", "")
"""The role of a print's second maker, who did not make the print."""
_PRIMARY, _SECONDARY = AAT + "300404450", AAT + "300404451"

_ICONCLASS: Mapping[str, tuple[str, ...]] = {
    "landscape": ("25H213", "25I3"),
    "portrait": ("61B(+53)", "31D15"),
    "still-life": ("41E", "41C323"),
    "religious": ("11H(FABULA)", "11Q711"),
    "mythological": ("92D1916",),
}
"""Codes of the real system, with its plus signs, and with the name of a saint that it never heard of."""


def visual_number(number: str) -> str:
    """Return the number of what an object shows: the same serial number in another family.

    >>> visual_number("200100052")
    '202100052'
    """
    return f"202{number.removeprefix('200')}"


def digital_number(image: str) -> str:
    """Return the number of a picture's file: its name in ASCII codes.

    >>> digital_number("aB")
    '5009766'
    """
    return "500" + "".join(str(ord(sign)) for sign in image)


class _Shape:
    """The liberties that one answer takes: everything in full, single things alone, or bare URIs."""

    def __init__(self, number: str) -> None:
        self._turn = zlib.crc32(number.encode()) % 3

    def several(self, things: Iterable[Any]) -> Any:
        """Return things as a list; in the second shape a single one stands alone."""
        listed = list(things)
        return listed[0] if self._turn == 1 and len(listed) == 1 else listed

    def uris(self, uris: Iterable[str], kind: str) -> Any:
        """Return what is only pointed to; in the third shape as bare URIs."""
        if self._turn == 2:
            return list(uris)
        return self.several({"id": uri, "type": kind} for uri in uris)


def object_said(work: Work, shown: Work) -> Said:
    """Return the HumanMadeObject of a work; ``shown`` is the work whose VisualItem it shows, mostly itself."""
    shape = _Shape(work.source_id)
    said: Said = {
        "@context": CONTEXT,
        "id": persistent(work.source_id),
        "type": "HumanMadeObject",
        "produced_by": _production(shape, work),
        "subject_of": [_document(shape, work.source_id)],
        "identified_by": _names(shape, work),
        "classified_as": shape.several(_types(work)),
        "dimension": _sizes(shape, work),
        "shows": shape.several(
            [{"id": persistent(visual_number(shown.source_id)), "type": "VisualItem"}]
        ),
        "referred_to_by": _statements(shape, work),
        "equivalent": shape.uris(
            [f"http://hdl.handle.net/10934/RM0001.COLLECT.{work.source_id[3:]}"], "HumanMadeObject"
        ),
        "member_of": shape.several(
            {"id": persistent(one), "type": "Set"}
            for one in (("260251", "260239") if work.open_rights else ("260251",))
        ),
    }
    if "medium" not in work.lacks:
        strange = [UNKNOWN_MATERIAL] if work.oddity == "unknown material" else []
        made_of = [
            _concept(label, "Material") | {"identified_by": [_order(shape, at)]}
            for at, label in enumerate([*work.medium.materials, *strange], start=1)
        ]
        said["made_of"] = shape.several(reversed(made_of))  # their order stands in the numbers
    if int(work.source_id) % 100 == 1:  # about one object in a hundred is on view
        said["current_location"] = _room(shape)
    return said


def _production(shape: _Shape, work: Work) -> Said:
    said: Said = {"type": "Production"}
    if techniques := () if "medium" in work.lacks else work.medium.techniques:
        said["technique"] = shape.several(_concept(label, "Type") for label in techniques)
    if spans := _timespans(shape, work):
        said["timespan"] = spans[0] if len(spans) == 1 else spans
    if place := made_at(work):
        where = {"id": place_uri(place.labels), "type": "Place"} | _notation(*place.labels)
        said["took_place_at"] = shape.several([where])
    if parts := _parts(shape, work):
        said["part"] = shape.several(parts)
    if line := _display_line(work):
        said["referred_to_by"] = [
            _text(shape, text, "300435416", language)
            for text, language in zip(line, (DUTCH, ENGLISH), strict=True)
        ]
    return said


def _timespans(shape: _Shape, work: Work) -> list[Said]:
    """Return when it was made; of one in forty that took years, in two phases."""
    dating, texts = work.dating, rijks_date(work.dating)
    if not texts:
        return []
    named = [_name(shape, text, DUTCH if code == "nl" else ENGLISH) for code, text in texts]
    first: int | None = None if dating.form == "before" else dating.first
    span = {"type": "TimeSpan", "identified_by": named}
    if first is None or first == dating.last or int(work.source_id) % 40:
        return [span | _ends(first, dating.last)]
    return [span | _ends(first, first), {"type": "TimeSpan"} | _ends(first + 1, dating.last)]


def _ends(first: int | None, last: int) -> Said:
    begin = {} if first is None else {"begin_of_the_begin": f"{_year(first)}-01-01T00:00:00Z"}
    return begin | {"end_of_the_end": f"{_year(last)}-12-31T23:59:59Z"}


def _year(year: int) -> str:
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def _parts(shape: _Shape, work: Work) -> list[Said]:
    """Return who did what: makers of no doubt carried it out, others are assigned with a qualifier."""
    role = _ROLES[work.kind]
    if work.stance == "none":
        return []
    if work.artist is None:
        nobody = {"id": persistent("2101"), "type": "Person"} | _notation("anoniem", "anonymous")
        return [_part(shape, 1, role) | {"carried_out_by": shape.several([nobody])}]
    if work.stance in _QUALIFIERS:
        return [_part(shape, 1, role) | {"assigned_by": [_assignment(shape, work, work.artist)]}]
    parts = [
        _part(shape, 1, role) | {"carried_out_by": shape.several([_person(shape, work.artist)])}
    ]
    if work.second is not None:
        other = _INVENTOR if work.kind == "print" else role
        by = shape.several([_person(shape, work.second)])
        parts.append(_part(shape, 2, other) | {"carried_out_by": by})
    return parts


def _part(shape: _Shape, at: int, role: tuple[str, str, str]) -> Said:
    dutch, english, number = role
    technique = _concept((dutch, english), "Type")
    if number:
        technique["equivalent"] = shape.uris([AAT + number], "Type")
    return {
        "type": "Production",
        "identified_by": [_order(shape, at)],
        "classified_as": shape.uris([_PRIMARY if at == 1 else _SECONDARY], "Type"),
        "technique": shape.several([technique]),
    }


def _assignment(shape: _Shape, work: Work, artist: Artist) -> Said:
    """Return how a doubtful maker is named; a workshop is a group that the master formed."""
    number, dutch, english = _QUALIFIERS[work.stance]
    assigned = _person(shape, artist)
    if work.stance == "workshop":
        formed = {"type": "Formation", "influenced_by": shape.several([assigned])}
        assigned = {"type": "Group", "formed_by": formed}
    return {
        "type": "AttributeAssignment",
        "assigned_property": "influenced_by" if work.stance == "after" else "carried_out_by",
        "assigned": shape.several([assigned]),
        "classified_as": [
            {"id": AAT + number, "type": "Type"} | _notation(dutch, english),
        ],
    }


def _person(shape: _Shape, artist: Artist) -> Said:
    person = {"id": persistent(f"2110{artist.key:04d}"), "type": "Person"}
    person |= _notation(artist.rijks, artist.rijks)
    if artist.authority:
        person["equivalent"] = shape.uris([artist.authority], "Person")
    return person


def _display_line(work: Work) -> tuple[str, str] | None:
    """Return who made it, in Dutch and English, as a label on the wall has it."""
    if work.stance == "none":
        return None
    if work.artist is None:
        return "anoniem", "anonymous"
    _, dutch, english = _QUALIFIERS.get(work.stance, ("", "", ""))
    name = work.artist.rijks
    return f"{dutch} {name}".strip(), f"{english} {name}".strip()


def _names(shape: _Shape, work: Work) -> list[Said]:
    number: Said = {
        "type": "Identifier",
        "content": work.object_number,
        "classified_as": shape.uris([OBJECT_NUMBER, AAT + "300312355"], "Type"),
    }
    if "title" in work.lacks:
        return [number]
    titles = ((work.title.english, ENGLISH), (work.title.dutch, DUTCH))
    preferred = shape.uris([AAT + "300404670", AAT + "300417200"], "Type")
    return [
        number,
        *(_name(shape, text, language) | {"classified_as": preferred} for text, language in titles),
    ]


def _types(work: Work) -> list[Said]:
    kind = KINDS[work.kind]
    of_work = {"classified_as": [{"id": TYPE_OF_WORK, "type": "Type", "_label": "Type of Work"}]}
    types = [_concept((kind.dutch, kind.english), "Type") | of_work]
    if work.kind == "drawing" and int(work.source_id) % 4 == 0:
        types.append({"id": RECTO, "type": "Type"} | of_work)
    return types


def _sizes(shape: _Shape, work: Work) -> Any:
    """Return height and width, or a medal's diameter; works on paper are measured in millimetres."""
    unit, factor = (_MM, 10) if work.kind in _IN_MILLIMETRES else (_CM, 1)
    given = {"width": work.width_cm, "height": work.height_cm}
    if work.kind == "medal":
        given = {"diameter": work.height_cm}
    return shape.several(
        {
            "type": "Dimension",
            "classified_as": [_kind_of_size(shape, name)],
            "value": f"{round(value * factor, 1)}".removesuffix(".0"),
            "unit": {"id": unit, "type": "MeasurementUnit"},
        }
        for name, value in given.items()
    )


def _kind_of_size(shape: _Shape, name: str) -> Said:
    uri, dutch, number = _KIND_OF_SIZE[name]
    kind = {"id": uri, "type": "Type"} | _notation(dutch, name)
    return kind | {"equivalent": shape.uris([AAT + number], "Type")}


def _statements(shape: _Shape, work: Work) -> list[Said]:
    """Return the texts for people: medium in both languages, size in both."""
    said = []
    if "medium" not in work.lacks:
        words = [(dutch, english or dutch) for dutch, english in work.medium.materials]
        for at, language in enumerate((DUTCH, ENGLISH)):
            text = ", ".join(pair[at] for pair in words)
            said.append(_text(shape, text, "300435429", language))
    said.append(_text(shape, "Schenking van niemand, verzonnen", "300026687", DUTCH))
    return said


def visual_said(work: Work, shown_by: Iterable[Work]) -> Said:
    """Return the VisualItem of a work: what is depicted, the rights on its image, and where that is."""
    shape, number = _Shape(work.source_id), visual_number(work.source_id)
    secure = rights(work).replace("http://", "https://")  # EDM has http here, Linked Art https
    said: Said = {
        "@context": CONTEXT,
        "id": persistent(number),
        "type": "VisualItem",
        "subject_to": shape.several(
            [{"type": "Right", "classified_as": shape.uris([secure], "Type")}]
        ),
        "subject_of": [_document(shape, number)],
    }
    if codes := _ICONCLASS.get(work.title.subject, ()):
        said["represents_instance_of_type"] = shape.several(
            {
                "id": persistent(f"22{zlib.crc32(code.encode())}"),
                "type": "Type",
                "equivalent": shape.uris([f"https://iconclass.org/{quote(code, safe='')}"], "Type"),
            }
            for code in codes
        )
    if work.image:
        file = {"id": persistent(digital_number(work.image)), "type": "DigitalObject"}
        said["digitally_shown_by"] = shape.several([file])
    objects = [persistent(one.source_id) for one in shown_by]
    said["shown_by"] = shape.uris(objects, "HumanMadeObject")
    return said


def digital_said(work: Work) -> Said:
    """Return the DigitalObject of a work's picture: where it is served."""
    request = f"https://{IIIF}/{work.image}/full/max/0/default.jpg"
    return {
        "@context": CONTEXT,
        "id": persistent(digital_number(work.image)),
        "type": "DigitalObject",
        "access_point": [{"id": request, "type": "DigitalObject"}],
        "digitally_shows": [
            {"id": persistent(visual_number(work.source_id)), "type": "VisualItem"}
        ],
    }


def _document(shape: _Shape, number: str) -> Said:
    """Return the statement that the description itself is free."""
    cc0 = "https://creativecommons.org/publicdomain/zero/1.0/"
    return {
        "id": f"https://{RIJKSMUSEUM}/{number}",
        "type": "LinguisticObject",
        "subject_to": [{"type": "Right", "classified_as": shape.uris([cc0], "Type")}],
    }


def _room(shape: _Shape) -> Said:
    return {
        "type": "Place",
        "identified_by": shape.several([{"type": "Identifier", "content": "HG-0.1"}]),
    }


def _concept(label: tuple[str, str], kind: str) -> Said:
    """Return a term of the museum's, by the URI that its EDM has for it."""
    uri = persistent(f"22{zlib.crc32(label[0].encode())}")
    return {"id": uri, "type": kind} | _notation(*label)


def _notation(dutch: str, english: str) -> Said:
    pairs = [("nl", dutch), ("en", english)]
    return {"notation": [{"@language": code, "@value": text} for code, text in pairs if text]}


def _order(shape: _Shape, at: int) -> Said:
    kind = shape.uris([AAT + "300456575"], "Type")
    return {"type": "Identifier", "content": str(at), "classified_as": kind}


def _name(shape: _Shape, text: str, language: str) -> Said:
    return {"type": "Name", "content": text, "language": _language(shape, language)}


def _text(shape: _Shape, text: str, kind: str, language: str) -> Said:
    brief = {"id": BRIEF_TEXT, "type": "Type", "_label": "brief text"}
    return {
        "type": "LinguisticObject",
        "content": text,
        "classified_as": [{"id": AAT + kind, "type": "Type", "classified_as": [brief]}],
        "language": _language(shape, language),
    }


def _language(shape: _Shape, uri: str) -> Any:
    return shape.several([{"id": uri, "type": "Language"}])
