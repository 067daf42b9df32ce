"""How the Met's Collection API is walked through: its list, what each answer settles, and the cursor.

Every answer is told by its body: behind the museum's wall, and when the API is down, a status says little.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from crawlers import met_fields
from crawlers.engine.source import Unfetched
from crawlers.met_bulk import BulkIds, Numbers, Pointer
from schemas.errors import SourceError
from schemas.raw import RawRecord

if TYPE_CHECKING:
    from crawlers.engine.fetch import Answer

KIND = "met-api"
MAX_NUMBER = 2**32 - 1
"""Far above the museum's highest object number, 948,896 in 2026."""

_GONE = re.compile(r"objectid not found|not a valid object", re.IGNORECASE)
"""What the API says of an object that is gone, or was only on loan; another 404 is an API that is down."""
_CURSOR = re.compile(
    r"(?P<number>\d{1,10})(?: (?P<sha256>[0-9a-f]{64}) (?P<size>\d{1,19}))?", re.ASCII
)
_SHOWN = 60
_NONE = np.empty(0, np.uint32)


@dataclass(frozen=True)
class Cursor:
    """Where a crawl stands: the last number asked for, and the bulk file that it began with.

    The file is named so that a crawl goes on with the same one, though the museum publishes another.
    """

    number: int = 0
    bulk: Pointer | None = None

    def __str__(self) -> str:
        known = f" {self.bulk.sha256} {self.bulk.size_bytes}" if self.bulk else ""
        return f"{self.number}{known}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cursor that ``text`` is; the empty one stands before the first page.

        >>> Cursor.parse(""), str(Cursor.parse("438423"))
        (Cursor(number=0, bulk=None), '438423')
        """
        if not text:
            return cls()
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise SourceError(
                f"{text!r} is no cursor of a crawl of the Met: crawl it from the start"
            )
        bulk = Pointer(found["sha256"], int(found["size"])) if found["sha256"] else None
        return cls(int(found["number"]), bulk)


@dataclass(frozen=True)
class Plan:
    """What a crawl is about: all numbers, those asked for one by one, and those the bulk file settles."""

    named: Numbers
    asked: Numbers
    in_bulk: Numbers


def plan(
    listed: Numbers, bulk: BulkIds | None, newer: Numbers, changed: Numbers | None = None
) -> Plan:
    """Return what is asked for: all that the bulk file does not settle, or only what ``changed``.

    The file settles an object that has no image (these are in the public domain) and is not ``newer``:
    changed since the file was made. What it alone holds, and the list does not, is its own to tell of;
    whoever runs the crawl sees that nobody named it, and asks whether it is gone.

    >>> bulk = BulkIds(held=np.array([1, 2, 3, 4], np.uint32), public=np.array([2], np.uint32))
    >>> found = plan(np.array([1, 2, 3, 7], np.uint32), bulk, newer=np.array([3], np.uint32))
    >>> found.asked.tolist(), found.in_bulk.tolist()
    ([2, 3, 7], [1, 4])
    """
    held, public = (bulk.held, bulk.public) if bulk else (_NONE, _NONE)
    settled = _without(_without(np.intersect1d(listed, held, assume_unique=True), public), newer)
    in_bulk = np.union1d(settled, _without(held, listed))
    if changed is None:
        return Plan(listed, _without(listed, settled), in_bulk)
    return Plan(np.union1d(listed, changed), changed, _without(in_bulk, changed))


def _without(numbers: Numbers, others: Numbers) -> Numbers:
    return np.setdiff1d(numbers, others, assume_unique=True)


def numbers_of(body: bytes, url: str) -> Numbers:
    """Return the listed object numbers, rising and each once; the museum writes null for an empty list.

    A list that is not as long as it says was cut off on its way: SourceError. A number may stand twice.
    """
    try:
        told = json.loads(body)
        total, found = told["total"], told["objectIDs"] or []
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(
            f"{url}: the Met's list of objects has another form than documented: {error!r}"
        ) from error
    if not isinstance(found, list) or not all(
        type(number) is int and 0 < number <= MAX_NUMBER for number in found
    ):
        raise SourceError(f"{url}: the Met's list of objects holds something else than numbers")
    numbers = np.unique(np.array(found, np.uint32))
    if total not in {len(found), len(numbers)}:
        raise SourceError(
            f"{url}: the Met's list of objects holds {len(found):,} and says {total!r}: try later"
        )
    return numbers


def settle(answer: "Answer", source: str, number: str) -> RawRecord | Unfetched:
    """Return what an answer is about an object: its record, that it is gone, or neither."""
    told = _object(answer.body)
    if answer.gone:
        message = str((told or {}).get("message", ""))
        if _GONE.search(message):
            return answer.as_raw(source, number, KIND)
        return Unfetched(number, f"{answer.status} without the API's own word for it")
    if told is None:
        return Unfetched(number, "an answer that is no JSON object")
    found = told.get("objectID")
    if type(found) is not int:
        message = str(told.get("message", ""))[:_SHOWN]
        return Unfetched(number, f"an answer that is no object record {message!r}")
    if str(found) != number:
        return Unfetched(number, "an answer about another object")
    return RawRecord(
        source,
        number,
        KIND,
        answer.body,
        answer.url,
        stated=_stated(told),
        fetched=answer.fetched,
        content_of=content_of,
    )


def _object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body is; None where it is none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def content_of(body: bytes) -> str:
    """Return the SHA-256 of what an answer says, without the date on which the museum published it.

    >>> one, other = (b'{"title": "Coin", "metadataDate": "%d"}' % year for year in (2025, 2026))
    >>> content_of(one) == content_of(other)
    True
    """
    said = {name: value for name, value in json.loads(body).items() if name != "metadataDate"}
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _stated(told: dict[str, Any]) -> str:
    """Return an answer's own date, empty where it has none that can be read: ``read`` will say so."""
    found = told.get("metadataDate")
    return (met_fields.stated(found) or "") if isinstance(found, str) else ""
