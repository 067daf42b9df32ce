"""What a museum must do: say how to ask it, and how to read what it answers."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import Record

if TYPE_CHECKING:
    from crawlers.engine.fetch import Fetch


@dataclass(frozen=True)
class Page:
    """Raw records that are stored together, in one transaction with the cursor to go on from."""

    records: tuple[RawRecord, ...]
    cursor: str


@dataclass(frozen=True)
class Cost:
    """What a whole crawl of a source will take: requests at a rate, images and their bytes."""

    requests: int
    images: int
    image_bytes: int
    requests_per_second: float
    images_per_second: float

    @property
    def seconds(self) -> float:
        """Return the seconds that politeness alone makes of it; descriptions, then images."""
        return self.requests / self.requests_per_second + self.images / self.images_per_second


class Source(Protocol):
    """One museum: its manners, how to ask it, how to read it. It opens no connection itself."""

    @property
    def name(self) -> str:
        """Return its name in SOURCES and in the column ``source``."""
        ...

    @property
    def institution(self) -> str:
        """Return the museum's name, as people write it."""
        ...

    @property
    def attribution(self) -> str:
        """Return the line that the museum asks users of its data to print."""
        ...

    @property
    def rates(self) -> Mapping[str, float]:
        """Its hosts, and the requests per second that each of them bears (from the source's notes)."""
        ...

    def crawl(
        self, fetch: "Fetch", *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield pages, from after ``cursor``; only what changed since ``since`` where it is given."""
        ...

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read all that is held about one object, newest last; pure; raise RecordError."""
        ...

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Read a bulk file by whole columns: batches of RECORD, and an error for each unreadable record.

        Raises UsageError for a path that is not there or cannot be read, and SourceError for a file
        that is no sound dump of this museum.
        """
        ...

    def cost(self) -> Cost:
        """Return what a whole crawl takes, by the figures in the source's notes."""
        ...
