"""The Met's bulk files: every layout of MetObjects.csv, and API answers one on a line."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers import met_dump
from crawlers.dump_files import file_sha256
from crawlers.met import Met
from crawlers.met_dump import OPTIONAL, REQUIRED
from schemas.errors import RecordError, SourceError, UsageError
from schemas.record import RECORD

FIXTURES = Path(__file__).parents[1] / "fixtures" / "met"
ROW = dict.fromkeys((*REQUIRED, *OPTIONAL), "") | {
    "Object Number": "49.130",
    "Is Public Domain": "True",
    "Object ID": "7",
    "Object Name": "Painting",
    "Title": "空想|Nowhere",
    "Artist Role": "Artist|Designer",
    "Artist Prefix": " |After",
    "Artist Display Name": "Jan  Invented|Piet Nobody",
    "Artist Suffix": " | ",
    "Artist Begin Date": "1840      |1850      ",
    "Artist End Date": "1900      |9999      ",
    "Artist ULAN URL": "|http://vocab.getty.edu/page/ulan/1",
    "Object Date": "ca. 1870",
    "Object Begin Date": "1867",
    "Object End Date": "1873",
    "Medium": "Oil on canvas ",
    "Dimensions": "9 x 9 in.\r\n(22.9 x 22.9 cm)\n",
    "Geography Type": "Made in",
    "City": "Delft",
    "Country": "Netherlands",
    "Classification": "Paintings|(not assigned)",
    "Link Resource": "http://www.metmuseum.org/art/collection/search/7",
    "Gallery Number": "766",
    "Tags": "Men|Horses",
}


def table(
    rows: Sequence[dict[str, str]],
    columns: Sequence[str] = (),
    ends: str = "\r\n",
    *,
    bom: bool = True,
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns or list(ROW), lineterminator=ends, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def rows_of(count: int, **changes: str) -> list[dict[str, str]]:
    return [ROW | {"Object ID": str(number)} | changes for number in range(1, count + 1)]


def read(path: Path) -> tuple[list[dict[str, Any]], list[RecordError]]:
    records: list[dict[str, Any]] = []
    errors: list[RecordError] = []
    for found in Met().read_dump(path):
        if isinstance(found, RecordError):
            errors.append(found)
        else:
            found.validate(full=True)
            assert found.schema.equals(RECORD, check_metadata=True)
            assert 0 < found.num_rows <= met_dump.BATCH_ROWS
            records += found.to_pylist()
    return records, errors


def written(tmp_path: Path, body: bytes) -> Path:
    path = tmp_path / "MetObjects.csv"
    path.write_bytes(body)
    return path


def test_a_row_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    """Each column stands where it belongs, with the file's sum and the record's number as evidence."""
    path = written(tmp_path, table([ROW]))
    (record,), errors = read(path)

    assert not errors
    assert record["evidence"] == {"sha256": file_sha256(path), "number": 1}
    assert (record["source"], record["source_id"], record["precedence"]) == ("met", "7", 1)
    assert [title["text"] for title in record["titles"]] == ["Nowhere", "空想"]
    assert [kind["text"] for kind in record["types"]] == ["Paintings", "Painting"]
    assert record["makers"] == [
        {
            "name": "Jan Invented",
            "role": "Artist",
            "qualifier": "",
            "born": 1840,
            "died": 1900,
            "ids": [],
        },
        {
            "name": "Piet Nobody",
            "role": "Designer",
            "qualifier": "After",
            "born": 1850,
            "died": None,
            "ids": ["http://vocab.getty.edu/page/ulan/1"],
        },
    ]
    assert record["medium"] == [{"text": "Oil on canvas", "language": "en"}]
    assert record["dimensions"][0]["text"] == "9 x 9 in.\r\n(22.9 x 22.9 cm)"
    assert (record["year_first"], record["year_last"]) == (1867, 1873)
    assert record["places"] == [{"text": "Made in: Delft, Netherlands", "language": "en"}]
    assert [subject["text"] for subject in record["subjects"]] == ["Men", "Horses"]
    assert (record["location"], record["stated"], record["images"]) == ("766", "", [])
    assert record["rights"] == "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_the_same_rows_read_the_same(tmp_path: Path, ends: str, *, bom: bool, packed: bool) -> None:
    """Byte order mark, line ends, compression and the order of columns change nothing that is read."""
    expected, _ = read(written(tmp_path, table(rows_of(3))))
    body = table(rows_of(3), sorted(ROW), ends, bom=bom)
    found, errors = read(written(tmp_path, gzip.compress(body) if packed else body))

    assert not errors
    for record in (*expected, *found):
        del record["evidence"]["sha256"]
    assert found == expected


def test_the_oldest_layout(tmp_path: Path) -> None:
    """The 43 columns lack what came later; that is empty, and nothing else is."""
    row = ROW | {"Artist Prefix": "After", "Metadata Date": "4/3/2017 8:00:08 AM"}
    (record,), _ = read(written(tmp_path, table([row], [*REQUIRED, "Metadata Date", "Repository"])))

    assert (record["subjects"], record["location"]) == ([], "")
    assert record["stated"] == "2017-04-03T08:00:08Z"
    assert [maker["qualifier"] for maker in record["makers"]] == ["After", "After"]
    assert all(maker["ids"] == [] for maker in record["makers"])


def test_an_unreadable_date_of_statement_is_one_bad_record(tmp_path: Path) -> None:
    """The row is an error with its number; the others are read, and keep theirs."""
    rows = rows_of(5)
    rows[2]["Metadata Date"] = "last week"
    path = written(tmp_path, table(rows))
    records, (error,) = read(path)

    assert [record["evidence"]["number"] for record in records] == [1, 2, 4, 5]
    assert (error.where, error.field, error.found) == ("met:3", "Metadata Date", "last week")
    assert (error.sha256, error.number) == (file_sha256(path), 3)


def test_numbers_go_on_from_block_to_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are numbered through the whole file, however it is cut into blocks and batches."""
    monkeypatch.setattr(met_dump, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(met_dump, "BATCH_ROWS", 3)
    records, _ = read(written(tmp_path, table(rows_of(100))))

    assert [record["evidence"]["number"] for record in records] == list(range(1, 101))
    assert [record["source_id"] for record in records] == [str(n) for n in range(1, 101)]


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["Title", "Medium", "Artist Display Name", "Artist Prefix", "Tags", "City"]
            ),
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=12
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_row_is_lost_whatever_it_says(tmp_path: Path, changes: list[dict[str, str]]) -> None:
    """Quotes, newlines, bars and delimiters in a field never tear or lose a row."""
    rows = [ROW | change | {"Object ID": str(at + 1)} for at, change in enumerate(changes)]
    records, errors = read(written(tmp_path, table(rows)))

    assert not errors
    assert [record["source_id"] for record in records] == [row["Object ID"] for row in rows]
    for record, row in zip(records, rows, strict=True):
        assert (
            "".join(text["text"] for text in record["medium"])
            == row["Medium"].strip("\x1f").strip().replace("\x1f", " ").strip()
        )


def test_torn_rows_are_refused_with_the_first(tmp_path: Path) -> None:
    """Rows of another length, or shifted ones, make a damaged copy: how many, and the first."""
    rows = rows_of(9)
    rows[6]["Object ID"] = "Painting"
    rows[7]["Is Public Domain"] = "49.130"
    lines = [table([row]).removeprefix(table([])) for row in rows]
    lines[3] = lines[3].removesuffix(b"\r\n") + b",torn\r\n"
    path = written(tmp_path, table([]) + b"".join(lines))

    with pytest.raises(SourceError, match="3 of 9 records are torn, the first is record 4 "):
        read(path)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b" \n \r\n", "nothing but blanks"),
        (b"<!DOCTYPE html><html>", "neither MetObjects.csv nor"),
        (b'[{"objectID": 1}]', "neither MetObjects.csv nor"),
        (b"AUTHOR,TITLE\nRembrandt,Night Watch\n", "no column Object Number, Is Public Domain"),
        (table([]), "holds a header and no records"),
        (table(rows_of(2)).replace(b"Oil", b"\xd6l"), "damaged copy"),
        (table([ROW], [*ROW, "Title"]), "names a column twice"),
        (table(rows_of(3)).rstrip(b"\r\n")[:-200], "damaged copy"),
        (table(rows_of(3)) + b'"open,' + b"x" * 100, "damaged copy"),
        (gzip.compress(table(rows_of(3)))[:-9], "cut-off gzip"),
        (b"\0" * 50, "is no MetObjects.csv"),
    ],
)
def test_what_is_no_sound_dump_is_refused(tmp_path: Path, body: bytes, why: str) -> None:
    """Each wrong file is a SourceError of one line that names it."""
    path = written(tmp_path, body)
    with pytest.raises(SourceError, match=why) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_path_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    """The call itself raises, before anybody asks for the first batch."""
    with pytest.raises(UsageError, match="is not there"):
        Met().read_dump(tmp_path / "MetObjects.csv")


def test_a_spreadsheets_copy_is_refused_even_if_whole(tmp_path: Path) -> None:
    """Semicolons tell a copy that went through a spreadsheet; nothing of it is taken."""
    body = table(rows_of(4)).decode("utf-8-sig")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(csv.reader(io.StringIO(body, newline="")))
    path = written(tmp_path, text.getvalue().encode("cp1252", "replace"))

    with pytest.raises(
        SourceError, match=r"went through a spreadsheet .*none of 4 records is torn"
    ):
        read(path)


def answers(*changes: dict[str, object]) -> bytes:
    saved = json.loads((FIXTURES / "9000001.raw.json").read_bytes())
    lines = [json.dumps(saved | change, ensure_ascii=False).encode() for change in changes]
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize("packed", [True, False])
def test_api_answers_read_like_live_ones(tmp_path: Path, *, packed: bool) -> None:
    """A file of answers is told by its first byte; its evidence is the file's sum and the number."""
    body = answers({}, {"objectID": 9000005}).replace(b"\n", b"\n\n")
    path = written(tmp_path, gzip.compress(body) if packed else body)
    records, errors = read(path)

    assert not errors
    assert [record["source_id"] for record in records] == ["9000001", "9000005"]
    assert [record["evidence"]["number"] for record in records] == [1, 2]
    assert {record["evidence"]["sha256"] for record in records} == {file_sha256(path)}
    assert {record["precedence"] for record in records} == {2}
    assert records[0]["images"][0].endswith("/Made Up, #1 (a).jpg")


def test_bad_lines_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    """A line that breaks its promises is an error with its number; it stops nobody else."""
    body = (
        answers({}, {"title": None}, {"objectID": "x"}) + b'{"gone": true}\n<html>\n' + answers({})
    )
    records, errors = read(written(tmp_path, body))

    assert [record["evidence"]["number"] for record in records] == [1, 6]
    assert [(error.number, error.field) for error in errors] == [
        (2, "title"),
        (3, "objectID"),
        (4, "objectID"),
        (5, "body"),
    ]
    assert errors[0].where == "met:9000001"
    assert errors[3].where == "met:MetObjects.csv#5"
    assert all(len(error.sha256) == 64 for error in errors)


def test_answers_of_which_none_can_be_read_are_refused(tmp_path: Path) -> None:
    """A file of something else is a SourceError that gives the first reason."""
    path = written(tmp_path, b'{"id": 1}\n{"id": 2}\n')
    with pytest.raises(SourceError, match=r"no record of it can be read; .*objectID is None"):
        read(path)


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line longer than any answer is not taken into memory."""
    monkeypatch.setattr(met_dump, "MAX_LINE_BYTES", 1000)
    with pytest.raises(SourceError, match="line of more than 1,000 bytes"):
        read(written(tmp_path, b'{"title": "' + b"x" * 2000))


@pytest.mark.real
def test_every_sound_real_file_reads_whole(shared_data: Path) -> None:
    """All rows of the real copies are records, as many as a plain CSV reader counts."""
    total = 0
    for path in sorted((shared_data / "met" / "csv_raw").iterdir()):
        if "damaged" in path.name:
            continue
        body = path.read_bytes()
        text = (gzip.decompress(body) if path.suffix == ".gz" else body).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        records, errors = read(path)

        assert not errors
        assert [record["source_id"] for record in records] == [row["Object ID"] for row in rows]
        assert [bool(record["makers"]) for record in records] == [
            bool(row["Artist Display Name"].strip()) for row in rows
        ]
        assert all(record["stated"] == "" or record["stated"] < "2020" for record in records)
        total += len(records)
    assert total == 13_387


@pytest.mark.real
def test_the_real_torn_copy_is_refused(shared_data: Path) -> None:
    """The copy that went through a spreadsheet is refused with its 116 torn records and the first."""
    (path,) = (shared_data / "met" / "csv_raw").glob("*damaged*")
    with pytest.raises(
        SourceError, match=r"116 of 999 records are torn, the first is record 330 \(line 331\)"
    ):
        list(Met().read_dump(path))


@pytest.mark.real
def test_real_api_files_read_whole(shared_data: Path) -> None:
    """Files of answers of both generations read without an error."""
    counts = []
    for path in sorted((shared_data / "met" / "api").glob("objects_full_*")):
        records, errors = read(path)
        assert not errors
        counts.append(len(records))
    assert counts == [2589, 61]


@pytest.mark.real
def test_a_csv_row_and_an_api_answer_tell_the_same(shared_data: Path) -> None:
    """Where the bulk file and the API of the same months describe one object, they agree."""
    met = shared_data / "met"
    rows = {
        record["source_id"]: record
        for path in sorted((met / "csv_raw").glob("*2019*"))
        for record in read(path)[0]
    }
    live, _ = read(met / "api" / "objects_full_2019-10_european_paintings_2589.jsonl.gz")
    both = [(rows[one["source_id"]], one) for one in live if one["source_id"] in rows]

    assert len(both) > 500
    for column in ("titles", "types", "medium", "dates", "rights", "year_first", "subjects"):
        same = sum(row[column] == one[column] for row, one in both)
        assert same >= 0.97 * len(both), column
    lone = [(row, one) for row, one in both if len(row["makers"]) == len(one["makers"]) == 1]
    assert sum(row["makers"] == one["makers"] for row, one in lone) >= 0.97 * len(lone)


def test_pyarrow_errors_do_not_leak(tmp_path: Path) -> None:
    """No error but ours comes out of a wrong file."""
    refused = 0
    for cut in range(1, 400, 23):
        path = written(tmp_path, table(rows_of(2))[:-cut])
        try:
            read(path)
        except (SourceError, UsageError):
            refused += 1

    assert refused > 0
