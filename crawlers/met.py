"""The Metropolitan Museum of Art, New York, through its Collection API and its bulk file.

One request lists every object number, in no order; each object is then a request of its own
(https://metmuseum.github.io). The museum documents 80 requests a second; its wall answers 403 to more
than about 3: see REQUESTS_PER_SECOND. Field by field, the words are put under our names in
``crawlers.met_fields``; MetObjects.csv is read in ``crawlers.met_dump``.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawlers import met_fields
from crawlers.dump_files import check_readable
from crawlers.engine.source import Cost, Page
from crawlers.met_dump import read_met_dump
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, Text

if TYPE_CHECKING:
    from crawlers.engine.fetch import Fetch

BASE_URL = "https://collectionapi.metmuseum.org/public/collection/v1"
KIND = "met-api"
PAGE_SIZE = 100
"""Objects that are stored together; at 3 requests a second at most half a minute is asked twice."""

REQUESTS_PER_SECOND = 3.0
"""Above about 3 a second every answer is a 403 (measured by crawlers of 2025 and 2026)."""
IMAGES_PER_SECOND = 8.0
"""The image host gave 55,007 files at 8 a second without a wall (a crawl of 2025-07)."""
RATES: Mapping[str, float] = MappingProxyType(
    {
        "collectionapi.metmuseum.org": REQUESTS_PER_SECOND,
        "images.metmuseum.org": IMAGES_PER_SECOND,
    }
)
OBJECTS = 501_731
"""Length of the list of object numbers in June 2026."""
IMAGES = 249_000
"""Objects in the public domain, which alone have images; one image each."""
IMAGE_BYTES = 1_590_000
"""Mean size of an original (83 GB over 55,007 files, a crawl of 2025-07)."""

_PLACES = {column: column.lower() for column in met_fields.PLACES}
_YEAR_RANGE = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Met:
    """The Met's objects, told in English."""

    name: str = "met"
    institution: str = met_fields.INSTITUTION
    base_url: str = BASE_URL
    attribution: str = met_fields.ATTRIBUTION
    rates: Mapping[str, float] = field(default_factory=lambda: RATES, compare=False)

    async def crawl(
        self, fetch: "Fetch", *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield objects by rising number; the cursor is the last number taken."""
        objects = f"{self.base_url}/objects"
        params = {"metadataDate": since.isoformat()} if since else None
        listed = await fetch.get(objects, params, expect="json")
        numbers = [number for number in _numbers(listed.body) if number > int(cursor or 0)]
        for first in range(0, len(numbers), PAGE_SIZE):
            page = numbers[first : first + PAGE_SIZE]
            answers = fetch.get_all((f"{objects}/{number}" for number in page), expect="json")
            raws = [
                answer.as_raw(
                    self.name, answer.url.rsplit("/", 1)[-1], KIND, stated=_stated(answer.body)
                )
                async for answer in answers
            ]
            yield Page(tuple(raws), cursor=str(page[-1]))

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Put the Met's words under our names; raise RecordError for a field it has dropped."""
        raw = raws[-1]  # one answer tells all; the newest wins
        if raw.withdrawn:
            return Record(
                self.name,
                raw.source_id,
                self.institution,
                stated=raw.stated,
                received=raw.fetched,
                withdrawn=True,
                sha256=raw.sha256,
            )
        where = f"{self.name}:{raw.source_id}"
        try:
            return self._record(_Answer(where, raw.body), raw)
        except RecordError as error:
            error.sha256 = raw.sha256
            raise

    def _record(self, met: "_Answer", raw: RawRecord) -> Record:
        met.check_number(raw.source_id)
        dated = met.text("objectDate")
        first, last = met_fields.years(
            met.year("objectBeginDate"), met.year("objectEndDate"), dated
        )
        return Record(
            source=self.name,
            source_id=raw.source_id,
            institution=self.institution,
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
                met.text("geographyType"),
                {column: met.text(field) for column, field in _PLACES.items()},
            ),
            subjects=_subjects(met),
            location=met_fields.squeeze(met.later_text("GalleryNumber")),
            rights=met_fields.PUBLIC_DOMAIN if met.flag("isPublicDomain") else "",
            images=_images(met),
            sha256=raw.sha256,
        )

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Read MetObjects.csv, or a file of API answers, one on a line; either may be gzipped."""
        check_readable(path)
        return read_met_dump(path, self)

    def cost(self) -> Cost:
        """Return what a whole crawl takes: the list, each object, one image of each that has one."""
        return Cost(
            requests=OBJECTS + 1,
            images=IMAGES,
            image_bytes=IMAGES * IMAGE_BYTES,
            requests_per_second=REQUESTS_PER_SECOND,
            images_per_second=IMAGES_PER_SECOND,
        )


class _Answer:
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


def _makers(met: _Answer) -> tuple[Maker, ...]:
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


def _subjects(met: _Answer) -> tuple[Text, ...]:
    """Return the tags: texts up to 2019, since then each with its AAT and Wikidata address."""
    tags = met.entries("tags")
    return met_fields.subjects(
        [tag if isinstance(tag, str) else met.part("tags", tag, "term") for tag in tags]
    )


def _images(met: _Answer) -> tuple[str, ...]:
    """Return the image addresses, unescaped as the museum gives them, the primary one first."""
    found = {"primaryImage": [met.text("primaryImage")]}
    found["additionalImages"] = met.entries("additionalImages")
    for field_name, urls in found.items():
        for url in urls:
            if not isinstance(url, str) or (url and not url.startswith(("https://", "http://"))):
                raise met.refuse(field_name, url)
    return tuple(dict.fromkeys(url for urls in found.values() for url in urls if url))


def _numbers(body: bytes) -> list[int]:
    """Return the listed object numbers, sorted; the museum writes null for an empty list."""
    try:
        numbers = json.loads(body)["objectIDs"] or []
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(
            f"the Met's list of objects has another form than documented: {error!r}"
        ) from error
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise SourceError("the Met's list of objects holds something else than numbers")
    return sorted(set(numbers))


def _stated(body: bytes) -> str:
    """Return an answer's own date, empty where it has none that can be read: ``read`` will say so."""
    try:
        return met_fields.stated(json.loads(body)["metadataDate"]) or ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
