"""What the sample museum still has of its collection, and when it last wrote about it: both may change.

A collection never changes; a museum does, while it is crawled and between two crawls. Whoever serves
looks here at every request, so that a change shows at once. Each change replaces a whole, so that the
thread that serves never sees half of one.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from crawlers.sample.collection import MUSEUMS, Collection, Work
from schemas.errors import UsageError

_RESTAMPED = datetime(2026, 2, 1, tzinfo=UTC)
"""When the whole collection was first published anew: after every date of the collection itself."""
_WITHDRAWN = datetime(2026, 1, 10, tzinfo=UTC)
_BETWEEN = timedelta(days=30)


class Holdings:
    """The works that a museum shows, by id, and those that it has withdrawn."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.works: Mapping[str, Mapping[str, Work]] = MappingProxyType(
            {
                museum: MappingProxyType(
                    {work.source_id: work for work in collection.works[museum]}
                )
                for museum in MUSEUMS
            }
        )
        self.withdrawn: Mapping[str, Mapping[str, str]] = MappingProxyType(
            {museum: MappingProxyType({}) for museum in MUSEUMS}
            | {"rijksmuseum": MappingProxyType(dict(collection.withdrawn_rijksmuseum))}
        )
        """By museum: ids of what is gone, and when each went."""
        self.restamped = 0
        self.version = 0
        """Rises with every change, so that what was made of the holdings can be kept till then."""

    def withdraw(self, source_id: str, museum: str = "met") -> None:
        """Take a work away, as real museums do; UsageError for one that is not there."""
        if source_id not in self.works.get(museum, {}):
            raise UsageError(f"the sample museum's {museum!r} shows no work {source_id!r}")
        self.withdraw_all(museum, [source_id])

    def withdraw_all(self, museum: str, source_ids: Sequence[str]) -> None:
        """Take works away that are there, all at once."""
        gone, count = set(source_ids), len(self.withdrawn[museum])
        kept = {one: work for one, work in self.works[museum].items() if one not in gone}
        moments = {
            one: _written(_WITHDRAWN + timedelta(seconds=count + at))
            for at, one in enumerate(source_ids)
        }
        withdrawn = MappingProxyType({**self.withdrawn[museum], **moments})
        self.works = MappingProxyType({**self.works, museum: MappingProxyType(kept)})
        self.withdrawn = MappingProxyType({**self.withdrawn, museum: withdrawn})
        self.version += 1

    def restamp(self) -> None:
        """Publish the whole collection anew: every OAI datestamp moves on, and nothing else changes."""
        self.restamped += 1
        self.version += 1

    def datestamps(self) -> dict[str, str]:
        """Return the OAI datestamp of each of the Rijksmuseum's ids, in the order of their numbers."""
        stamps = {number: work.changed for number, work in self.works["rijksmuseum"].items()}
        stamps |= self.withdrawn["rijksmuseum"]
        numbers = sorted(stamps, key=int)
        if not self.restamped:
            return {number: stamps[number] for number in numbers}
        first = _RESTAMPED + _BETWEEN * (self.restamped - 1)
        return {
            number: _written(first + timedelta(seconds=at)) for at, number in enumerate(numbers)
        }

    @property
    def now(self) -> str:
        """Return the museum's own date and time: nothing here looks at the clock."""
        return _written(datetime(2026, 1, 20, tzinfo=UTC) + _BETWEEN * self.restamped)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
