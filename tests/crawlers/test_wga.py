"""The Web Gallery of Art: its catalogue in every form that is known, and what its rows say."""

import asyncio
import csv
import gzip
import io
import json
import logging
import zipfile
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import wga_catalogue as catalogue
from crawlers.engine.fetch import Answer, Fetch, FetchConfig
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import Page, Source
from crawlers.engine.store import RawStore
from crawlers.wga import DONE, Wga
from crawlers.wga_fields import key_of, life, repair_date, row_key, split_technique
from schemas.errors import RecordError, SourceError, UsageError
from schemas.raw import RawRecord
from schemas.record import RECORD, Record

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wga"
CATALOGUE = FIXTURES / "catalog.csv"
ROWS = 3
"""Sound rows of the fixture; one more has too few fields."""


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return buffer.getvalue()


class Served:
    """Stands in for Fetch: gives one body, torn at first, and remembers what it was asked for."""

    def __init__(self, body: bytes, status: int = 200, *, torn: int = 0) -> None:
        self.body, self.status, self.torn = body, status, torn
        self.urls: list[str] = []

    async def get(self, url: str, *, expect: str) -> Answer:
        """Answer as a museum would that is asked for an archive."""
        assert expect == "zip"
        self.urls.append(url)
        body = self.body[: len(self.body) // 2] if len(self.urls) <= self.torn else self.body
        return Answer(url, self.status, body, "application/zip", "2026-08-12T00:00:00Z")


def crawl(fetch: Served, *, since: date | None = None, cursor: str = "") -> list[Page]:
    async def pages() -> list[Page]:
        return [page async for page in Wga().crawl(fetch, since=since, cursor=cursor)]

    return asyncio.run(pages())


def dump(path: Path) -> tuple[list[dict[str, Any]], list[RecordError]]:
    rows: list[dict[str, Any]] = []
    errors: list[RecordError] = []
    for part in Wga().read_dump(path):
        if isinstance(part, pa.RecordBatch):
            assert part.schema == RECORD
            rows.extend(part.to_pylist())
        else:
            errors.append(part)
    return rows, errors


def said(record: Record | dict[str, Any]) -> dict[str, Any]:
    """Return what a record says, without what it rests on."""
    row = record if isinstance(record, dict) else asdict(record)
    leave = {"evidence", "sha256", "number", "precedence", "rights_stated"}
    return {n: v for n, v in json.loads(json.dumps(row)).items() if n not in leave}


def expected() -> list[dict[str, Any]]:
    stated = json.loads((FIXTURES / "catalog.records.json").read_text())
    return [said(asdict(Record(one["source"], one["source_id"])) | one) for one in stated]


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def test_a_crawl_gives_a_raw_record_for_each_line() -> None:
    """The catalogue is one page; a torn line is kept too, for its reading to name it."""
    fetch = Served(zipped(("catalog.csv", CATALOGUE.read_bytes())))
    (page,) = crawl(fetch)

    assert fetch.urls == ["https://www.wga.hu/database/download/data_txt.zip"]
    assert page.cursor == DONE
    assert [raw.kind for raw in page.records] == ["wga-row"] * (ROWS + 1)
    assert [said(Wga().read([raw])) for raw in page.records[:ROWS]] == expected()
    with pytest.raises(RecordError, match="number of fields is 'TORN, Row;only three fields'"):
        Wga().read([page.records[ROWS]])
    assert crawl(fetch, cursor=page.cursor) == []
    assert crawl(fetch, since=date(2026, 1, 1)) == [page]


def test_the_terms_are_dated_by_the_day_on_which_a_row_first_came() -> None:
    """The catalogue has no date: the evidence of its terms is that of our first fetching."""
    (page,) = crawl(Served(zipped(("catalog.csv", CATALOGUE.read_bytes()))))
    raw = replace(page.records[0], received="2026-01-31T10:00:00Z", fetched="2026-09-01T10:00:00Z")

    assert Wga().read([raw]).rights_stated == "2026-01-31"
    assert Wga().read([replace(raw, received="")]).rights_stated == "2026-09-01"


def test_a_raw_record_does_not_hang_on_the_form_of_the_file() -> None:
    """The same row is the same bytes, whatever encoding and delimiter the catalogue comes in."""
    text = CATALOGUE.read_bytes().decode("cp1252").split("\r\n")[:2]
    tabbed = "\n".join(line.replace(";", "\t") for line in text)
    first = crawl(Served(zipped(("catalog.csv", "\r\n".join(text).encode("cp850")))))
    second = crawl(Served(zipped(("catalog.txt", tabbed.encode("utf-16")))))

    assert first == second
    assert "Musée" in json.loads(first[0].records[0].body)["LOCATION"]


def ask(fetch: Served, *ids: str) -> Page:
    async def pages() -> list[Page]:
        return [page async for page in Wga().crawl_ids(fetch, ids)]

    (page,) = asyncio.run(pages())
    return page


def test_a_row_that_the_catalogue_lacks_is_withdrawn() -> None:
    """Rows cannot be asked for alone: the catalogue is taken again, and is all that there is."""
    fetch = Served(zipped(("catalog.csv", CATALOGUE.read_bytes())))
    (whole,) = crawl(fetch)
    page = ask(fetch, "v/voorbeel/gone", whole.records[0].source_id)

    assert (page.cursor, page.unfetched) == ("", ())
    assert page.records[1] == whole.records[0]
    gone = Wga().read([page.records[0]])
    assert (gone.source_id, gone.withdrawn, gone.stated) == ("v/voorbeel/gone", True, "")
    assert gone.received == "2026-08-12T00:00:00Z"


def archive_of(count: int) -> bytes:
    """Return a catalogue of so many rows."""
    rows = [f"A{n};T{n};Oil;https://www.wga.hu/html/a/a/k{n:05}.html" for n in range(count)]
    return zipped(("catalog.csv", "\n".join(["AUTHOR;TITLE;TECHNIQUE;URL", *rows]).encode()))


def visit(store: RawStore, *archives: bytes) -> tuple[CrawlReport, int]:
    """Crawl a gallery that answers with one archive after the other, the last one for ever; count its answers."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        body = archives[min(len(asked), len(archives)) - 1]
        return web.Response(body=body, content_type="application/zip")

    async def run() -> CrawlReport:
        app = web.Application()
        app.router.add_get(catalogue_path, answer)
        async with TestServer(app) as server:
            config = FetchConfig(
                routes={"www.wga.hu": f"http://127.0.0.1:{server.port}"}, default_rate=1e6
            )
            async with Fetch(config) as fetch:
                return await run_crawl(Wga(), fetch, store)

    catalogue_path = "/database/download/data_txt.zip"
    return asyncio.run(run()), len(asked)


@pytest.mark.parametrize(("rows", "withdrawn"), [(1000, 0), (950, 50), (949, 0), (999, 1), (20, 0)])
def test_rows_that_are_gone_are_withdrawn_unless_they_are_many(
    tmp_path: Path, rows: int, withdrawn: int
) -> None:
    """Half a catalogue withdraws nothing, the archive is taken once, and a whole one later heals all."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        visit(store, archive_of(1000))
        store.begin("wga")
        report, asked = visit(store, archive_of(rows))

        assert (report.census.withdrawn, asked) == (withdrawn, 1)
        lacking = 1000 - rows - withdrawn
        assert report.census.left == lacking
        if lacking:
            reason = f"the catalogue has {rows} rows and lacks {lacking} that are held: look at it"
            assert report.census.unfetched == {reason: lacking}
            again, asked = visit(store, archive_of(1000))
            assert (again.census.stored, again.census.left, asked) == (1000, 0, 1)


def test_each_crawl_takes_the_catalogue_anew() -> None:
    """What one crawl has taken is not taken for the next one's."""
    fetch = Served(archive_of(3))
    crawl(fetch)
    fetch.body = archive_of(4)
    (page,) = crawl(fetch)

    assert len(page.records) == 4
    assert len(ask(fetch, "a/a/k00003").records) == 1
    assert len(fetch.urls) == 2


def test_the_catalogue_names_all_its_rows() -> None:
    """A torn line has an id too, and is counted; so every row is accounted for."""
    (page,) = crawl(Served(zipped(("catalog.csv", CATALOGUE.read_bytes()))))

    assert list(page.named) == [raw.source_id for raw in page.records]
    assert page.expected == ROWS + 1


def test_a_catalogue_without_rows_withdraws_nothing() -> None:
    """A header alone is a broken file, and not an empty gallery."""
    empty = zipped(("catalog.csv", CATALOGUE.read_bytes().split(b"\n")[0]))
    for ask_for in (crawl, ask):
        with pytest.raises(SourceError, match="a header and no rows"):
            ask_for(Served(empty))


def test_letters_that_are_not_known_are_a_note_once_a_catalogue(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody has to mend them: the words are told at the level of progress, however often rows are looked up."""
    caplog.set_level(logging.INFO)
    head, row, *_ = CATALOGUE.read_bytes().split(b"\r\n")
    torn = row.replace(b"Mill", b"CHIM?REY")
    rows = [head, torn, torn.replace(b"mill.html", b"other.html")]
    fetch = Served(zipped(("catalog.csv", b"\r\n".join(rows))))

    (page,) = crawl(fetch)
    assert len(page.records) == 2
    assert len(ask(fetch, *(raw.source_id for raw in page.records)).records) == 2
    told = "wga: 2 rows have a lost letter that is not known (CHIM?REY): kept as they are"
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("INFO", told)]


def test_two_rows_with_one_id_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """The later one stands; whoever runs the crawl reads of it."""
    lines = CATALOGUE.read_bytes().split(b"\r\n")[:2]
    twice = b"\r\n".join([*lines, lines[1], lines[1].replace(b"Dusk", b"Dawn")])
    (page,) = crawl(Served(zipped(("catalog.csv", twice))))

    (raw,) = page.records
    assert b"Mill at Dawn" in raw.body
    assert [r.getMessage() for r in caplog.records] == [
        "v/voorbeel/mill: line 4 has the id of an earlier one"
    ]


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [
        (";", "cp1250"),
        (";", "cp1252"),
        (",", "latin-1"),
        (";", "cp850"),
        (",", "cp850"),
        ("\t", "utf-8"),
    ],
)
def test_every_form_that_others_have_met_reads_the_same(delimiter: str, encoding: str) -> None:
    """Delimiter, quoting and encoding of eight public programs of 2013 to 2025 change no record."""
    text = io.StringIO(newline="")
    lines = list(csv.reader(io.StringIO(CATALOGUE.read_bytes().decode("cp1252")), delimiter=";"))
    quoting = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
    # in the fixture a title begins with a quotation mark, as plain as any other sign
    lines[3] = CATALOGUE.read_bytes().decode("cp1252").splitlines()[3].split(";")
    csv.writer(
        text, delimiter=delimiter, quoting=quoting, quotechar='"' if quoting == 0 else None
    ).writerows(lines[:-1])
    (page,) = crawl(Served(zipped(("catalog.csv", text.getvalue().encode(encoding)))))

    assert [said(Wga().read([raw])) for raw in page.records] == expected()


def test_a_torn_archive_is_asked_for_again() -> None:
    """It may have been torn on its way; one that stays so ends the crawl."""
    whole = zipped(("catalog.csv", CATALOGUE.read_bytes()))

    assert crawl(Served(whole, torn=2)) == crawl(Served(whole))
    with pytest.raises(SourceError, match="is no sound zip archive"):
        crawl(Served(whole, torn=99))


def test_a_catalogue_that_has_moved_is_an_error() -> None:
    """A 404 for the archive is no empty gallery."""
    with pytest.raises(SourceError, match=r"data_txt\.zip is gone \(404\)"):
        crawl(Served(b"", 404))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda b: zipped(("x/../catalog.txt", b))])
def test_a_bulk_file_reads_plain_gzipped_and_zipped(tmp_path: Path, pack: Any) -> None:
    """All three give the fixture's records, and an error with the number and the line of the torn one."""
    path = tmp_path / "catalogue"
    path.write_bytes(pack(CATALOGUE.read_bytes()))
    rows, errors = dump(path)

    assert [said(row) for row in rows] == expected()
    assert {row["precedence"] for row in rows} == {1}
    assert [row["evidence"]["number"] for row in rows] == [1, 2, 3]
    (error,) = errors
    assert (error.where, error.field) == ("wga:catalogue#4 (line 5)", "number of fields")
    assert (error.number, error.sha256) == (4, rows[0]["evidence"]["sha256"])
    assert [one.name for one in tmp_path.iterdir()] == ["catalogue"]


@pytest.mark.parametrize(
    ("body", "said_"),
    [
        (zipped(), "holds nothing, not one"),
        (zipped(("catalog.xls", b"x")), "holds 'catalog.xls', not one"),
        (zipped(("a.csv", b"x"), ("b.txt", b"y")), "holds 'a.csv', 'b.txt', not one"),
        (zipped(("catalog.csv", bytes(catalogue.MAX_BYTES + 1))), "unpacks to more than"),
        (zipped(("catalog.csv", b"AUTHOR;TITLE;TECHNIQUE"))[:-9], "is no sound zip"),
        (b"<!DOCTYPE html><html>AUTHOR;TITLE;TECHNIQUE", "is a web page"),
        (b"IMAGE;NAME\r\n1;2", "a header with AUTHOR, TECHNIQUE, TITLE is wanted"),
        (b"AUTHOR;TITLE\r\n1;2", "a header with AUTHOR, TECHNIQUE, TITLE is wanted"),
        (b"AUTHOR;TITLE;TECHNIQUE;URL;jpg_link\r\n", "has a column twice"),
        (b"\r\n\r\n", "begins with ''"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, body: bytes, said_: str) -> None:
    """The error names the file and says what it is in place of a catalogue."""
    path = tmp_path / "catalog.csv"
    path.write_bytes(body)
    with pytest.raises(SourceError, match=said_) as raised:
        dump(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_or_empty_file_is_a_usage_error(tmp_path: Path) -> None:
    """What was asked for cannot be done as asked."""
    with pytest.raises(UsageError, match="is not there"):
        dump(tmp_path / "catalog.csv")
    (tmp_path / "catalog.csv").write_bytes(b"")
    with pytest.raises(UsageError, match="is empty"):
        dump(tmp_path / "catalog.csv")


@pytest.mark.parametrize("note", ["readme.txt", "catalog.txt", "__MACOSX/._catalog.doc"])
def test_a_note_may_lie_beside_the_table(note: str) -> None:
    """The table is the one called "catalog", as CSV where there are two of them."""
    archive = zipped((note, b"x"), ("Data/CATALOG.CSV", b"AUTHOR;TITLE;TECHNIQUE"))

    assert catalogue.unzip(archive, "here") == b"AUTHOR;TITLE;TECHNIQUE"


@given(st.binary(max_size=200))
def test_any_archive_is_a_table_or_a_source_error(body: bytes) -> None:
    """Bytes that begin as a zip does end in one of two ways."""
    sound = zipped(("catalog.csv", b"AUTHOR;TITLE;TECHNIQUE"))
    damaged = sound[: len(sound) // 2] + body + sound[len(sound) // 2 + len(body) :]
    try:
        table = catalogue.unzip(damaged, "here")
    except SourceError as raised:
        table = str(raised).encode()

    assert table == b"AUTHOR;TITLE;TECHNIQUE" or table.startswith(b"here")


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_packed_in_another_way_is_refused(packing: int) -> None:
    """Sound or damaged, it ends in one line: no decompressor but zip's own ever sees it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("catalog.csv", CATALOGUE.read_bytes())
    damaged = bytearray(buffer.getvalue())
    damaged[70] ^= 255
    for body in (buffer.getvalue(), bytes(damaged)):
        with pytest.raises(SourceError, match="here is neither stored nor deflated"):
            catalogue.unzip(body, "here")


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_archive_never_ends_in_another_error(data: st.DataObject) -> None:
    """Whatever bytes of an archive are changed, wherever, it is a table or a SourceError."""
    body = bytearray(zipped(("catalog.csv", CATALOGUE.read_bytes()[:600])))
    end = len(body)
    spots = st.one_of(st.integers(0, end - 1), st.integers(end - 100, end - 1))
    for at, byte in data.draw(st.dictionaries(spots, st.integers(0, 255), max_size=6)).items():
        body[at] = byte
    try:
        told = catalogue.unzip(bytes(body), "here")
    except SourceError as raised:
        told = str(raised).encode()

    assert told


WORDS = "Szépmûvészeti Múzeum; Eugène; Cosmè; Dürer; Citt\u00e0; Männer; Kölner; Groß"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp850", "cp1252"])
def test_every_known_encoding_is_told_from_the_others(encoding: str) -> None:
    """Accents come out right, whichever of the five the file is in."""
    assert catalogue.decode(WORDS.encode(encoding)) == WORDS


def test_central_european_letters_are_told_by_known_words() -> None:
    """In cp1250 the bytes of è, õ and û are č, ő and ű: words that we know decide."""
    words = "SLAVÍČEK; Szépművészeti Múzeum; Lőcse; Dürer"

    assert catalogue.decode(words.encode("cp1250")) == words
    unheard = "Čapek, Bílá nemoc"
    assert catalogue.decode(unheard.encode("cp1250")) == unheard.encode("cp1250").decode("cp1252")


def test_one_torn_letter_does_not_turn_utf_8_into_something_else() -> None:
    """A single byte that is no UTF-8 costs one letter, not all of them."""
    text = WORDS * 3
    torn = text.encode().replace("ü".encode(), b"\xfc", 1)

    assert catalogue.decode(torn) == text.replace("ü", "\ufffd", 1)


def test_delimiters_quotes_and_commas(tmp_path: Path) -> None:
    """Quoted fields may hold the delimiter; a title may begin with a quotation mark unquoted."""
    quoted = write(
        tmp_path / "a.csv", "Author,TITLE,TECHNIQUE", '"GOGH, Vincent van","""Le Soir""",Fresco'
    )
    plain = write(
        tmp_path / "b.csv", "TECHNIQUE;TITLE;AUTHOR", 'Fresco;"Le Soir" (detail);GOGH, Vincent van'
    )
    titles = [dump(path)[0][0]["titles"][0]["text"] for path in (quoted, plain)]

    assert titles == ['"Le Soir"', '"Le Soir" (detail)']
    assert dump(quoted)[0][0]["makers"][0]["name"] == "GOGH, Vincent van"


def test_carriage_returns_twice_over_make_no_rows(tmp_path: Path) -> None:
    """One published extract ends its lines with CR CR LF."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"AUTHOR;TITLE;TECHNIQUE\r\r\nA;B;C\r\r\nD;E;F\r\r\n")
    rows, errors = dump(path)

    assert [row["evidence"]["number"] for row in rows] == [1, 2]
    assert errors == []


def test_a_row_without_url_is_known_by_what_it_says(tmp_path: Path) -> None:
    """Extracts without URL get an id that hangs on the four columns that name a work, and no links."""
    head = "IMAGE_FILE;AUTHOR;TITLE;TECHNIQUE;DATE"
    path = write(tmp_path / "a.csv", head, "1.jpg;A;B;C;1500", "2.jpg;A;B;C;1501")
    (first, second), _ = dump(path)

    assert first["source_id"] != second["source_id"]
    assert first["source_id"].startswith("row-")
    assert (first["url"], first["images"]) == ("", [])
    assert (
        row_key({"AUTHOR": "A", "TITLE": "B", "TECHNIQUE": "C", "DATE": "1500"})
        == first["source_id"]
    )


@pytest.mark.parametrize("name", ["URL", "jpg_link"])
@pytest.mark.parametrize(
    "url", ["", "nonsense", "http://www.wga.hu/art/../../etc/passwd.jpg", "http://x/art/.hid/a.jpg"]
)
def test_a_row_with_a_url_of_another_form_is_an_error(tmp_path: Path, name: str, url: str) -> None:
    """Where there is a column of URLs, each row must have one that holds a key."""
    path = write(tmp_path / "a.csv", f"AUTHOR;TITLE;TECHNIQUE;{name}", f"A;B;C;{url}")
    rows, (error,) = dump(path)

    assert rows == []
    assert (error.where, error.field, error.found) == ("wga:a.csv#1", "URL", url)


def test_a_row_of_nothing_is_an_error() -> None:
    """A row must name an author or a title."""
    body = json.dumps({"AUTHOR": "", "TITLE": "", "TECHNIQUE": "Fresco"}).encode()
    with pytest.raises(RecordError, match=r"wga:row-\w+: AUTHOR and TITLE is ''"):
        Wga().read([RawRecord("wga", "x", "wga-row", body)])


def test_the_newest_statement_of_a_row_wins() -> None:
    """Of two catalogues that hold a key, the later one is read."""
    raws = [
        RawRecord("wga", "row", "wga-row", json.dumps(row).encode())
        for row in (
            {"AUTHOR": "A", "TITLE": "old", "TECHNIQUE": "Fresco"},
            {"AUTHOR": "A", "TITLE": "new", "TECHNIQUE": "Fresco"},
        )
    ]
    assert Wga().read(raws).titles[0].text == "new"


@pytest.mark.parametrize("folder", ["html", "html_m", "art", "detail", "preview"])
@pytest.mark.parametrize("key", ["a/aachen/adonis", "b/beccafum/2st_paul.", "m/master/zunk_sp/x-1"])
def test_every_address_of_a_row_holds_its_key(folder: str, key: str) -> None:
    """Pages, frames, pictures and thumbnails of a row lead to one key, http or https."""
    for scheme in ("http", "https"):
        assert key_of(f"{scheme}://www.wga.hu/{folder}/{key}.jpg") == key


@given(st.text(alphabet="ab./\\%_-", max_size=12))
def test_a_key_is_never_a_way_up(text: str) -> None:
    """No part of a key is empty or begins with a dot."""
    parts = key_of(f"https://www.wga.hu/html/{text}.html").split("/")

    assert parts == [""] or all(part and not part.startswith(".") for part in parts)


@pytest.mark.parametrize(
    ("text", "medium", "size"),
    [
        ("Oil on canvas 45 x 38 cm", "Oil on canvas", "45 x 38 cm"),
        ("Oil on canvas; 175 x 355 cm", "Oil on canvas", "175 x 355 cm"),
        ("Oil on canvas, 207x 109 cm", "Oil on canvas", "207x 109 cm"),
        ("Oil on canvas, 110 by 136 cm", "Oil on canvas", "110 by 136 cm"),
        ("Oil on canvas, 209 x 138", "Oil on canvas", "209 x 138"),
        ("Oil on canvas, 110 94 cm", "Oil on canvas", "110 94 cm"),
        ("Oil on canvas, x cm", "Oil on canvas", "x cm"),
        ("Fresco, diameter: c. 270 cm", "Fresco", "diameter: c. 270 cm"),
        ("Silver, height 32 cm, diameter 22 cm", "Silver", "height 32 cm, diameter 22 cm"),
        ("Wood, 33 cm diameter", "Wood", "33 cm diameter"),
        ("Marble, half life-size", "Marble", "half life-size"),
        ("Pastel, 454 x 358 mm", "Pastel", "454 x 358 mm"),
        (
            "Tempera on leather on wood, width at bottom 115,5 x 41,2 cm width at bottom ",
            "Tempera on leather on wood",
            "width at bottom 115,5 x 41,2 cm width at bottom",
        ),
        (
            "Tempera and gold on wood transferred from wood; arched top: 123 x 63 cm",
            "Tempera and gold on wood transferred from wood; arched top",
            "123 x 63 cm",
        ),
        ("Oil on panel, each 30 x 20 cm", "Oil on panel", "each 30 x 20 cm"),
        ("Pen painting in grisaille on wood", "Pen painting in grisaille on wood", ""),
        ("-", "", ""),
        ("", "", ""),
    ],
)
def test_technique_is_parted_from_size(text: str, medium: str, size: str) -> None:
    """Where the size begins is told by its numbers and words, not by the first comma."""
    assert split_technique(text) == (medium, size)


@given(st.text(alphabet="Oil on, x12cm.;:-()", max_size=30))
def test_no_number_is_lost_between_medium_and_size(text: str) -> None:
    """Both parts together hold every digit, in order."""
    digits = "".join(filter(str.isdigit, text))

    assert "".join(filter(str.isdigit, "".join(split_technique(text)))) == digits


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("jún.02", "1902-06"),
        ("j?n.04", "1904-06"),
        ("jan.00", "1900-01"),
        ("máj.05", "1905-05"),
        ("szept.07", "1907-09"),
        ("dec.12", "1912-12"),
    ],
)
def test_a_date_that_a_spreadsheet_took_for_a_month_is_turned_back(
    damaged: str, meant: str
) -> None:
    """Hungarian months stand for the second part of a span of years, with lost letters too."""
    assert repair_date(damaged) == meant


@pytest.mark.parametrize(
    "text", ["June 1890, Auvers-sur-Oise", "c. 1663", "1457-60", "", "jan.000"]
)
def test_a_sound_date_is_left_alone(text: str) -> None:
    """Only the spreadsheet's own form is repaired."""
    assert repair_date(text) == text


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("(b. 1552, Köln, d. 1615, Praha)", (1552, 1615)),
        ("(b. ca. 1325, Firenze, d. ca. 1399, Firenze)", (1325, 1399)),
        ("(b. c. 1600, d. 1655)", (1600, 1655)),
        ("(b. 1444/45, Brugge, d. 1510, Brugge)", (1444, 1510)),
        ("(active 1444-1475/76 in Bruges)", (None, None)),
        ("(b. before 1400, Siena)", (None, None)),
        ("(documented 1390-1410)", (None, None)),
        ("(d. 1455, Roma)", (None, 1455)),
        ("", (None, None)),
    ],
)
def test_a_life_is_read_where_it_is_given(text: str, years: tuple[int | None, int | None]) -> None:
    """Years of activity and limits are no years of birth and death."""
    assert life(text) == years


def test_what_a_whole_crawl_takes() -> None:
    """One request for all rows, and about fifteen hours of pictures."""
    source: Source = Wga()

    assert source.cost().requests == 1
    assert 14 < source.cost().seconds / 3600 < 16


def test_a_whole_archive_keeps_its_promises() -> None:
    """What ``probe`` checks holds for the fixture, a torn line aside; and it has no supplements."""
    (page,) = crawl(Served(zipped(("catalog.csv", CATALOGUE.read_bytes()))))
    record = Wga().read([page.records[0]])

    assert [promise.name for promise in Wga().promises() if not promise.holds(record)] == []
    assert Wga().supplements(page.records[:1]) == ()


# --- the gallery's own rows --------------------------------------------------

PAINTINGS = Path("wga") / "paintings-2019"


@pytest.mark.real
def test_the_paintings_of_2019_read_whole(shared_data: Path) -> None:
    """All 9,423 rows read, under as many keys, with the museum that each of them is in."""
    rows, errors = dump(shared_data / PAINTINGS / "paintings.csv.gz")

    assert errors == []
    assert len({row["source_id"] for row in rows}) == len(rows) == 9_423
    assert all(row["location"] and row["medium"] and row["images"] for row in rows)
    assert {"Musée du Louvre, Paris"} <= {row["institution"] for row in rows}
    assert sum("?" in row["makers"][0]["name"] for row in rows) == 0


@pytest.mark.real
def test_cp850_says_what_utf8_says(shared_data: Path) -> None:
    """Two files of the same rows, in two encodings, agree on every row that both hold."""
    utf8, _ = dump(shared_data / PAINTINGS / "paintings.csv.gz")
    cp850, errors = dump(shared_data / PAINTINGS / "paintings_data.cp850.csv.gz")
    by_key = {row["source_id"]: row for row in cp850}

    assert errors == []
    assert len(cp850) == 9_849
    common = [row for row in utf8 if row["source_id"] in by_key]
    assert len(common) == 9_423
    assert [said(row)["makers"] for row in common] == [
        said(by_key[row["source_id"]])["makers"] for row in common
    ]
    assert [row["location"] for row in common] == [
        by_key[row["source_id"]]["location"] for row in common
    ]


@pytest.mark.real
def test_a_split_of_semart_reads_with_sizes_and_dates(shared_data: Path) -> None:
    """A tab-separated cp1252 extract with full techniques: no size is left in a medium."""
    path = shared_data / "wga" / "semart-2018" / "semart_val_no_descriptions.csv"
    rows, errors = dump(path)
    media = [text["text"] for row in rows for text in row["medium"]]

    assert errors == []
    assert len(rows) == 1_069
    assert len({row["source_id"] for row in rows}) == 1_067
    assert not [medium for medium in media if any(map(str.isdigit, medium))]
    assert sum(bool(row["dimensions"]) for row in rows) > 800
    assert any("Saint-Rémy" in text["text"] for row in rows for text in row["dates"])


@pytest.mark.real
def test_files_that_are_no_catalogue_are_told(shared_data: Path) -> None:
    """Tables derived from the catalogue under names of their own are refused, not half read."""
    for path in ("wga_composite.csv.gz", "slikarji-2016/seznam_slikarji.csv"):
        with pytest.raises(SourceError, match="a header with AUTHOR, TECHNIQUE, TITLE is wanted"):
            dump(shared_data / "wga" / path)
