"""One answer of the Met's Collection API: each field is asked for by name, and what it promises is checked.

Answers have two generations: up to 2019 tags are plain texts, and some fields are not there yet.
"""

import json
from collections.abc import Mapping
from typing import Any

from crawlers import met_fields
from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, Text

_PLACES = {column: column.lower() for column in met_fields.PLACES}
_YEAR_RANGE = range(-(2**31), 2**31)


def read_answer(raw: RawRecord, institution: str) -> Record:
    """Put the museum's words under our names; raise RecordError for a field it has dropped."""
    met = Answer(f"{raw.source}:{raw.source_id}", raw.body)
    met.check_number(raw.source_id)
    dated = met.text("objectDate")
    first, last = met_fields.years(met.year("objectBeginDate"), met.year("objectEndDate"), dated)
    return Record(
        source=raw.source,
        source_id=raw.source_id,
        institution=institution,
        object_number=met_fields.squeeze(met.text("accessionNumber")),
        url=met.text("objectURL").strip(),
        stated=met.stated(),
        titles=met_fields.titles(met.text("title")),
        makers=_makers(met),
        types=met_fields.types(met.text("classification"), met.text("objectName")),
        medium=met_fields.english(met.text("medium")),
        dates=met_fields.english(dated),
        year_first=first,
        year_last=last,
        period=met_fields.period(met.text("period"), met.text("dynasty"), met.text("reign")),
        dimensions=met_fields.english(met.text("dimensions")),
        culture=met_fields.squeeze(met.text("culture")),
        places=met_fields.places(
            met.text("geographyType"), {column: met.text(name) for column, name in _PLACES.items()}
        ),
        subjects=_subjects(met),
        location=met_fields.squeeze(met.later_text("GalleryNumber")),
        rights=met_fields.PUBLIC_DOMAIN if met.flag("isPublicDomain") else "",
        images=_images(met),
        sha256=raw.sha256,
    )


class Answer:
    """One object of the API: what it promises is asked for by name, and checked."""

    def __init__(self, where: str, body: bytes) -> None:
        self._where = where
        try:
            found = json.loads(body)
            if b"\\u" in body:  # a lone surrogate is no text, though JSON lets one be written
                json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise RecordError(where, "body", str(error)) from error
        if not isinstance(found, dict):
            raise RecordError(where, "body", type(found).__name__)
        self._fields: Mapping[str, Any] = found

    def refuse(self, field: str, found: object) -> RecordError:
        """Return the error that a field is not as promised."""
        return RecordError(self._where, field, found)

    def _promised(self, field: str) -> Any:
        if field not in self._fields:
            raise self.refuse(field, None)
        return self._fields[field]

    def check_number(self, source_id: str) -> None:
        """Raise RecordError where the answer is about another object than the one asked for."""
        found = self._promised("objectID")
        if type(found) is not int or str(found) != source_id:
            raise self.refuse("objectID", found)

    def text(self, field: str) -> str:
        """Return a promised text."""
        found = self._promised(field)
        if not isinstance(found, str):
            raise self.refuse(field, found)
        return found

    def later_text(self, field: str) -> str:
        """Return a text that answers before 2020 do not have."""
        return self.text(field) if field in self._fields else ""

    def flag(self, field: str) -> bool:
        """Return a promised true or false."""
        found = self._promised(field)
        if not isinstance(found, bool):
            raise self.refuse(field, found)
        return found

    def year(self, field: str) -> int:
        """Return a promised year."""
        found = self._promised(field)
        if not isinstance(found, int) or isinstance(found, bool) or found not in _YEAR_RANGE:
            raise self.refuse(field, found)
        return found

    def entries(self, field: str) -> list[Any]:
        """Return a promised list; null stands for an empty one."""
        found = self._promised(field)
        if not isinstance(found, list | None):
            raise self.refuse(field, found)
        return found or []

    def stated(self) -> str:
        """Return when the museum made the statement."""
        found = met_fields.stated(self.text("metadataDate"))
        if found is None:
            raise self.refuse("metadataDate", self.text("metadataDate"))
        return found

    def part(self, field: str, entry: Any, name: str, *, later: bool = False) -> str:
        """Return a text of one entry of a list; ``later``: answers before 2020 do not have it."""
        if not isinstance(entry, dict):
            raise self.refuse(field, entry)
        found = entry.get(name, "" if later else None)
        if not isinstance(found, str):
            raise self.refuse(f"{field}.{name}", found)
        return found


def _makers(met: Answer) -> tuple[Maker, ...]:
    """Return the first maker as the artist fields tell it, and all others as the list does."""
    name = met_fields.squeeze(met.text("artistDisplayName"))
    first = Maker(
        name,
        met_fields.squeeze(met.text("artistRole")),
        met_fields.qualifier(met.text("artistPrefix"), met.text("artistSuffix")),
        *met_fields.life(met.text("artistBeginDate"), met.text("artistEndDate")),
        _ids(met.later_text("artistULAN_URL"), met.later_text("artistWikidata_URL")),
    )
    listed = [
        met_fields.other_maker(
            met.part("constituents", entry, "name"),
            met.part("constituents", entry, "role"),
            _ids(
                met.part("constituents", entry, "constituentULAN_URL", later=True),
                met.part("constituents", entry, "constituentWikidata_URL", later=True),
            ),
        )
        for entry in met.entries("constituents")
    ]
    told = [first, *listed[1:]] if name else listed
    return tuple(maker for maker in told if maker.name)


def _ids(*links: str) -> tuple[str, ...]:
    return tuple(link for link in map(str.strip, links) if link)


def _subjects(met: Answer) -> tuple[Text, ...]:
    """Return the tags: texts up to 2019, since then each with its AAT and Wikidata address."""
    tags = met.entries("tags")
    return met_fields.subjects(
        [tag if isinstance(tag, str) else met.part("tags", tag, "term") for tag in tags]
    )


def _images(met: Answer) -> tuple[str, ...]:
    """Return the image addresses, unescaped as the museum gives them, the primary one first."""
    found = {"primaryImage": [met.text("primaryImage")]}
    found["additionalImages"] = met.entries("additionalImages")
    for field_name, urls in found.items():
        for url in urls:
            if not isinstance(url, str) or (url and not url.startswith(("https://", "http://"))):
                raise met.refuse(field_name, url)
    return tuple(dict.fromkeys(url for urls in found.values() for url in urls if url))
