"""The Web Gallery of Art (www.wga.hu), through the catalogue that it offers for download.

It is no museum: it shows European works of art, AD 200 to 1900, and says where each of them is. Its terms
allow personal and educational use of the pictures and forbid passing them on; it states no rights row by
row, so ``rights`` stays empty, and what a release may hold is decided by the source. There is no change
feed: a crawl takes the whole catalogue, one answer. A row's identity is the key in its URL, KEY in
``/html/KEY.html`` and ``/art/KEY.jpg``; extracts without it are told apart by what they say (``row_key``).

The text edition is taken, and the letters that it has lost are put back where a row is read: see
``crawlers.wga_letters``, and docs/decisions/0008-wga-letters.md for why.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pyarrow as pa

from crawlers import wga_catalogue as catalogue
from crawlers.dump_files import check_readable, file_sha256, open_dump
from crawlers.engine.source import Cost, Page, Promise, Source, Unfetched
from crawlers.wga_catalogue import Row
from crawlers.wga_fields import key_of, life, repair_date, row_key, split_technique
from crawlers.wga_letters import known_letters
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, Text, to_batch

if TYPE_CHECKING:
    from crawlers.engine.fetch import Answer, Fetch

log = logging.getLogger(__name__)

BASE_URL = "https://www.wga.hu"
CATALOGUE = "/database/download/data_txt.zip"
KIND = "wga-row"
DONE = "done"
"""The cursor after the one page there is."""
TRIES = 4
"""How often an archive without a sound table is taken for a passing error."""
ALL_AT_ONCE = 1_000_000
"""More ids than the catalogue has rows: what it lacks is judged all together."""
LACKING_AT_MOST, FEW = 0.05, 20
"""What share of the rows that are held may be gone from the catalogue at once, and how many of a small one."""
RATES: Mapping[str, float] = MappingProxyType({"www.wga.hu": 1.0, "wga.hu": 1.0})
"""Requests per second. The site answers 429 to the hasty, and has banned addresses (2022)."""

_WITH_LETTERS = ("AUTHOR", "TITLE", "DATE", "TECHNIQUE", "LOCATION")
"""Columns of words in which letters may be lost; no other names anybody or any place that we keep."""
_UNKNOWN_SHOWN = 5
_PROMISES = (
    Promise("URL holds a key", lambda record: bool(record.url and record.images)),
    Promise("AUTHOR", lambda record: bool(record.makers), 0.9),
    Promise("TITLE", lambda record: bool(record.titles), 0.9),
    Promise("TECHNIQUE", lambda record: bool(record.medium), 0.8),
    Promise("LOCATION", lambda record: bool(record.location), 0.8),
    Promise("FORM", lambda record: bool(record.types), 0.9),
    Promise("SCHOOL and TIMEFRAME", lambda record: bool(record.culture and record.period), 0.9),
)
_TAKEN: "WeakKeyDictionary[Fetch, dict[str, tuple[Answer, bytes]]]" = WeakKeyDictionary()
"""The archive and its table, by address, as each run has taken it: for as long as its ``Fetch`` lives."""
_BATCH_RECORDS = 4096
_DAY = len("2026-01-31")
_SHOWN = 120
"""How much of a line that is no row is shown in its error, in characters."""
_NONE = frozenset({"", "-"})
_PRIVATE = "private collection"


@dataclass(frozen=True)
class Wga(Source):
    """The Web Gallery of Art's rows, told in English."""

    name: str = "wga"
    institution: str = "Web Gallery of Art"
    attribution: str = (
        "Web Gallery of Art (www.wga.hu), by Emil Krén and Daniel Marx: "
        "pictures for educational and personal use only, not passed on."
    )
    base_url: str = BASE_URL
    rates: Mapping[str, float] = field(default_factory=lambda: RATES, compare=False)
    ids_at_once: int = field(default=ALL_AT_ONCE, compare=False)

    async def crawl(
        self,
        fetch: "Fetch",
        *,
        since: date | None = None,
        cursor: str = "",
    ) -> AsyncIterator[Page]:
        """Yield the whole catalogue as one page; the cursor after it is ``done``."""
        if cursor == DONE:
            return
        if since is not None:
            log.info("%s has no feed of changes: the whole catalogue is taken again", self.name)
        _TAKEN.pop(fetch, None)
        raws, _ = await self._catalogue(fetch)
        yield Page(tuple(raws.values()), DONE, named=raws, expected=len(raws))

    async def crawl_ids(self, fetch: "Fetch", ids: Sequence[str]) -> AsyncIterator[Page]:
        """Yield these rows as the catalogue has them; one that it lacks is withdrawn.

        No row can be asked for alone, and the catalogue is all that there is: it is taken once a run. One
        that lacks many rows is not believed: it may be half a catalogue, and they are unfetched.
        """
        raws, answer = await self._catalogue(fetch)
        lacking = [one for one in ids if one not in raws]
        if len(lacking) > max(FEW, (len(raws) + len(lacking)) * LACKING_AT_MOST):
            reason = (
                f"the catalogue has {len(raws):,} rows and lacks {len(lacking):,} that are held:"
                " look at it"
            )
            found = tuple(raws[one] for one in ids if one in raws)
            yield Page(found, "", tuple(Unfetched(one, reason) for one in lacking))
            return
        yield Page(tuple(raws.get(one) or self._withdrawn(one, answer) for one in ids), "")

    async def _catalogue(self, fetch: "Fetch") -> tuple[dict[str, RawRecord], "Answer"]:
        """Return the catalogue's rows by id; of two rows with one id the later stands."""
        known = self.base_url + CATALOGUE in _TAKEN.get(fetch, {})
        answer, table = await self._table(fetch)
        unknown = _Unknown()
        raws: dict[str, RawRecord] = {}
        for row in catalogue.rows(table, answer.url):
            unknown.look(row.columns or {})
            raw = self._raw(row, answer.url, answer.fetched)
            if raws.get(raw.source_id, raw) != raw:
                log.warning("%s: line %d has the id of an earlier one", raw.source_id, row.line)
            raws[raw.source_id] = raw
        if not raws:
            raise SourceError(f"{answer.url} holds a header and no rows: try later")
        if not known:
            unknown.tell(self.name)
        return raws, answer

    async def _table(self, fetch: "Fetch") -> tuple["Answer", bytes]:
        """Return the archive and the table in it; one that is torn is asked for a few times."""
        url = self.base_url + CATALOGUE
        if taken := _TAKEN.get(fetch, {}).get(url):
            return taken
        wrong = SourceError(f"{url} is not asked for")
        for _ in range(TRIES):
            answer = await fetch.get(url, expect="zip")
            if answer.gone:
                raise SourceError(
                    f"{url} is gone ({answer.status}): see {self.base_url} for a new one"
                )
            try:
                table = catalogue.unzip(answer.body, url)
            except SourceError as error:
                wrong = error
            else:
                _TAKEN.setdefault(fetch, {})[url] = answer, table
                return answer, table
        raise wrong

    def _withdrawn(self, source_id: str, answer: "Answer") -> RawRecord:
        """Return the statement that a row is gone: it is in the catalogue no more."""
        fetched = answer.fetched
        return RawRecord(
            self.name, source_id, KIND, b"", answer.url, fetched=fetched, withdrawn=True
        )

    def _raw(self, row: Row, url: str, fetched: str) -> RawRecord:
        """Return a row as a raw record: JSON, as the file's encoding is not the row's own.

        A line that is no row is kept as it stands, for ``read`` to name it.
        """
        told: object = row.columns if row.columns is not None else row.text
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        source_id = _source_id(row.columns) if row.columns is not None else ""
        source_id = source_id or f"line-{hashlib.sha256(body).hexdigest()[:16]}"
        return RawRecord(self.name, source_id, KIND, body, url, fetched=fetched)

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read the newest statement of a row; raise RecordError for a line that is none.

        The catalogue is not dated: its terms are held to be stated on the day on which a row first came.
        """
        raw = raws[-1]
        if raw.withdrawn:
            return Record(
                self.name,
                raw.source_id,
                received=raw.fetched,
                withdrawn=True,
                sha256=raw.sha256,
            )
        where = f"{self.name}:{raw.source_id}"
        columns = json.loads(raw.body)
        if not isinstance(columns, dict):
            raise RecordError(where, "number of fields", columns[:_SHOWN], sha256=raw.sha256)
        read = self._read(columns, where, sha256=raw.sha256, number=0, precedence=2)
        return replace(read, rights_stated=(raw.received or raw.fetched)[:_DAY])

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Read a catalogue: ``catalog.csv`` or ``.txt``, plain, gzipped or zipped, or an extract of it.

        Any columns will do that hold AUTHOR, TITLE and TECHNIQUE. Evidence is the file's SHA-256 and
        the number of the row.
        """
        check_readable(path)
        with open_dump(path) as stream:
            body = stream.read(catalogue.MAX_BYTES + 1)
        if len(body) > catalogue.MAX_BYTES:
            raise SourceError(f"{path} is more than {catalogue.MAX_BYTES:,} bytes: no catalogue is")
        if body.startswith(catalogue.ZIP_MAGIC):
            body = catalogue.unzip(body, str(path))
        sha256 = file_sha256(path)
        batch: list[Record] = []
        unknown = _Unknown()
        for row in catalogue.rows(body, str(path)):
            unknown.look(row.columns or {})
            where = f"{self.name}:{path.name}#{row.number}"
            try:
                batch.append(self._read_row(row, where, sha256))
            except RecordError as error:
                yield error
            if len(batch) >= _BATCH_RECORDS:
                yield to_batch(batch)
                batch = []
        if batch:
            yield to_batch(batch)
        unknown.tell(path.name)

    def _read_row(self, row: Row, where: str, sha256: str) -> Record:
        if row.columns is None:
            where = f"{where} (line {row.line})"
            found = row.text[:_SHOWN]
            raise RecordError(where, "number of fields", found, sha256=sha256, number=row.number)
        return self._read(row.columns, where, sha256=sha256, number=row.number, precedence=1)

    def _read(
        self, row: Mapping[str, str], where: str, *, sha256: str, number: int, precedence: int
    ) -> Record:
        """Put a row's words under our names, with the letters that they have lost."""
        source_id = _source_id(row)
        if not source_id:
            raise RecordError(where, "URL", row.get("URL"), sha256=sha256, number=number)
        letters = known_letters()
        row = {n: letters.repair(told) if n in _WITH_LETTERS else told for n, told in row.items()}
        author, title = row.get("AUTHOR", ""), row.get("TITLE", "")
        if not author and not title:
            where = f"{self.name}:{source_id}"
            raise RecordError(where, "AUTHOR and TITLE", "", sha256=sha256, number=number)
        medium, size = split_technique(row.get("TECHNIQUE", ""))
        born, died = life(row.get("BORN-DIED", ""))
        place = _said(row, "LOCATION")
        has_page = "URL" in row
        return Record(
            source=self.name,
            source_id=source_id,
            institution="" if place.lower().startswith(_PRIVATE) else place,
            url=f"{self.base_url}/html/{source_id}.html" if has_page else "",
            precedence=precedence,
            titles=_texts(title),
            makers=(Maker(author, born=born, died=died),) if author else (),
            types=_texts(_said(row, "FORM")),
            medium=_texts(medium),
            dates=_texts(repair_date(_said(row, "DATE"))),
            period=_said(row, "TIMEFRAME"),
            dimensions=_texts(size),
            culture=_said(row, "SCHOOL"),
            subjects=_texts(_said(row, "TYPE")),
            location=place,
            images=(f"{self.base_url}/art/{source_id}.jpg",) if has_page else (),
            sha256=sha256,
            number=number,
        )

    def promises(self) -> Sequence[Promise]:
        """Return what the catalogue's rows hold; the first ten may be of one artist."""
        return _PROMISES

    def cost(self) -> Cost:
        """Return what a whole crawl takes: 52,868 rows (2025), pictures of 58 to 219 kB."""
        rate = RATES["www.wga.hu"]
        return Cost(1, 52_868, 52_868 * 140_000, rate, rate)


class _Unknown:
    """Words of a catalogue that have lost a letter and are not known: they may be added to the vocabulary."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._rows = 0

    def look(self, row: Mapping[str, str]) -> None:
        """Note the words of one row."""
        letters = known_letters()
        found = {word for name in _WITH_LETTERS for word in letters.unknown(row.get(name, ""))}
        self._words.update(found)
        self._rows += bool(found)

    def tell(self, where: str) -> None:
        """Tell how many rows keep them, and those words that occur most; it is a note, and nothing is wrong."""
        if self._words:
            words = [word for word, _ in self._words.most_common(_UNKNOWN_SHOWN)]
            more = " ..." if len(self._words) > len(words) else ""
            rows = "row has" if self._rows == 1 else "rows have"
            log.info(
                "%s: %d %s a lost letter that is not known (%s%s): kept as they are",
                where,
                self._rows,
                rows,
                ", ".join(words),
                more,
            )


def _said(row: Mapping[str, str], name: str) -> str:
    """Return a column's words; empty for a column that is not there, and for the dash of "unknown"."""
    value = row.get(name, "")
    return "" if value in _NONE else value


def _texts(text: str) -> tuple[Text, ...]:
    return (Text(text, "en"),) if text else ()


def _source_id(row: Mapping[str, str]) -> str:
    """Return what tells a row from all others; empty where its URL is not of the site's form."""
    return key_of(row["URL"]) if "URL" in row else row_key(row)
