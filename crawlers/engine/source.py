"""What a museum must do: say how to ask it, and how to read what it answers."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import pyarrow as pa

from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import Record

if TYPE_CHECKING:
    from crawlers.engine.fetch import Fetch


@dataclass(frozen=True)
class Unfetched:
    """An object that a source named and that could not be had this time, and why."""

    source_id: str
    reason: str


@dataclass(frozen=True)
class Bulk:
    """A bulk file as downloaded whole: kept as it is, and read by ``Source.read_dump``."""

    path: Path
    sha256: str
    url: str
    fetched: str


@dataclass(frozen=True)
class Page:
    """What is stored together, in one transaction with the cursor to go on from.

    ``records``: what was received. ``unfetched``: objects that were asked for and could not be had;
    the second pass asks for them again. ``named``: the ids of a list, all that the source has, which
    this page, later ones or the second pass settle; ``in_bulk``: those that ``bulk``, the source's bulk
    file, describes. Both are walked through once, so that they may be generators. ``expected``: how
    many records the whole crawl brings, as the source says; None: it says nothing here.
    """

    records: tuple[RawRecord, ...]
    cursor: str
    unfetched: tuple[Unfetched, ...] = ()
    named: Iterable[str] = ()
    in_bulk: Iterable[str] = ()
    bulk: Bulk | None = None
    expected: int | None = None


@dataclass(frozen=True)
class Supplement:
    """A further answer about one object that is wanted besides its main record: its kind and address."""

    kind: str
    url: str
    expect: str = "json"


@dataclass(frozen=True)
class Promise:
    """What a source promises of its records, for ``probe`` to check on a few of them.

    ``holds`` is asked of each record that is not withdrawn; at least the share ``least`` must keep it.
    """

    name: str
    holds: Callable[[Record], bool]
    least: float = 1.0


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


CANNOT_BE_ASKED = "cannot be asked for alone"


class Source(Protocol):
    """One museum: its manners, how to ask it, how to read it. It opens no connection itself.

    A museum's class may inherit it, and then leave out what most museums do not have: ``crawl_ids``,
    ``supplements`` and ``promises``.
    """

    if TYPE_CHECKING:  # at run time a property here would be in the way of a dataclass's field

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

    async def crawl_ids(
        self,
        fetch: "Fetch",  # noqa: ARG002 - asked by those who can
        ids: Sequence[str],
    ) -> AsyncIterator[Page]:
        """Yield pages about these objects alone, each as a record, withdrawn, or unfetched; cursors are empty.

        The second pass asks so for what failed, and for what the source no longer names. A source that
        cannot be asked for one object says so.
        """
        yield Page((), "", tuple(Unfetched(one, CANNOT_BE_ASKED) for one in ids))

    def supplements(self, raws: Sequence[RawRecord]) -> Sequence[Supplement]:  # noqa: ARG002
        """Return what is wanted besides, by what is held of one object (newest of each kind); pure.

        It is asked again after each answer, as one address may stand in the answer before; what is
        held already is not named again. A source whose records say all has none.
        """
        return ()

    def promises(self) -> Sequence[Promise]:
        """Return what ``probe`` is to check on ten records."""
        return ()

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read what is held of one object, the newest of each kind, newest last; pure; raise RecordError."""
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


@runtime_checkable
class AsksTogether(Protocol):
    """A source that wants to be asked for more ids, or fewer, at once than others are.

    Where all of a source is one file, what that lacks says something only when it is seen together.
    """

    if TYPE_CHECKING:

        @property
        def ids_at_once(self) -> int:
            """Return how many ids ``crawl_ids`` is given at most."""
            ...

    else:
        ids_at_once: int
