"""The Met: its API's answers in both generations of their form."""

import gzip
import json
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import met_fields
from crawlers.engine.address import parse_address
from crawlers.met import Met
from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import Maker, Record, to_batch

FIXTURES = Path(__file__).parents[1] / "fixtures" / "met"
CASES = sorted(path.name.removesuffix(".raw.json") for path in FIXTURES.glob("*.raw.json"))
LATER_FIELDS = {
    "artistULAN_URL",
    "artistWikidata_URL",
    "GalleryNumber",
    "accessionYear",
    "artistGender",
    "objectWikidata_URL",
    "isTimelineWork",
    "measurements",
}
"""What answers of 2018 and 2019 do not have."""
UNREAD = {
    "isHighlight",
    "primaryImageSmall",
    "department",
    "portfolio",
    "artistDisplayBio",
    "artistAlphaSort",
    "artistNationality",
    "creditLine",
    "rightsAndReproduction",
    "linkResource",
    "repository",
}
"""What no field of ours is told by."""


def saved(case: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((FIXTURES / f"{case}.raw.json").read_bytes()))


def read(answer: object, source_id: str = "9000001") -> Record:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Met().read([RawRecord("met", source_id, "met-api", body)])


@pytest.mark.parametrize("case", CASES)
def test_saved_answers_read_as_they_should(case: str) -> None:
    """Each saved answer reads as the record beside it; what is not told there is empty."""
    record = read((FIXTURES / f"{case}.raw.json").read_bytes(), case)

    expected = json.loads((FIXTURES / f"{case}.record.json").read_bytes())
    empty = asdict(Record("met", case, sha256=record.sha256))
    assert json.loads(json.dumps(asdict(record))) == json.loads(json.dumps(empty | expected))
    assert len(record.sha256) == 64


def test_a_dropped_field_is_an_error_that_names_it() -> None:
    """Whatever we read of an answer of either generation, its absence is an error, not a blank."""
    for field in saved("9000001"):
        answer = saved("9000001")
        del answer[field]
        if field in UNREAD:
            assert read(answer).source_id == "9000001"
        else:
            with pytest.raises(RecordError) as caught:
                read(answer)
            assert (caught.value.where, caught.value.field) == ("met:9000001", field)
            assert len(caught.value.sha256) == 64


def test_later_fields_may_be_missing() -> None:
    """The form of 2019 lacks some fields of today's; without them an answer still reads."""
    answer = saved("9000002")

    assert set(answer) - set(saved("9000001")) == LATER_FIELDS
    for field in LATER_FIELDS:
        del answer[field]
    assert read(answer, "9000002").makers[0].ids == ()


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("objectID", 9000002),
        ("objectID", "9000001"),
        ("title", None),
        ("isPublicDomain", "True"),
        ("objectBeginDate", "1325"),
        ("objectEndDate", 2**31),
        ("objectEndDate", True),
        ("additionalImages", ["javascript:alert(1)"]),
        ("additionalImages", [None]),
        ("additionalImages", "x"),
        ("primaryImage", "file:///etc/passwd"),
        ("constituents", ["Jan"]),
        ("constituents", {"name": "Jan"}),
        ("tags", [3]),
        ("metadataDate", "last week"),
        ("metadataDate", "2022-13-45T00:00:00Z"),
    ],
)
def test_a_field_of_another_form_is_an_error(field: str, found: object) -> None:
    """A promised field that holds something else than promised is refused by name."""
    with pytest.raises(RecordError) as caught:
        read(saved("9000001") | {field: found})

    assert caught.value.field.partition(".")[0] == field


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"title": "\\ud800"}'],
)
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    """A page, a bomb of brackets or half a surrogate pair in place of an answer is one bad record."""
    with pytest.raises(RecordError) as caught:
        read(body)
    assert caught.value.where == "met:9000001"
    assert "\n" not in str(caught.value)


def test_the_newest_answer_wins() -> None:
    """Of several statements about one object the last one is read."""
    old, new = saved("9000001"), saved("9000001") | {"title": "Renamed"}
    raws = [RawRecord("met", "9000001", "met-api", json.dumps(one).encode()) for one in (old, new)]

    assert Met().read(raws).titles[0].text == "Renamed"


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(saved("9000002"))), st.none() | st.text() | st.integers()
    )
)
def test_a_read_record_fits_the_schema(changes: dict[str, Any]) -> None:
    """Whatever an answer holds, it reads as a record that Arrow takes, or is a RecordError."""
    try:
        record = read(saved("9000002") | changes, "9000002")
    except RecordError:
        return
    batch = to_batch([record])
    batch.validate(full=True)
    assert batch["source_id"].to_pylist() == ["9000002"]


@pytest.mark.parametrize(
    ("first", "last", "text", "expected"),
    [
        (0, 0, "", (None, None)),
        (0, 0, "undated", (None, None)),
        (0, 0, "1 B.C.", (0, 0)),
        (0, 17, "mid-17th century", (0, 17)),
        (153505, 153505, "ca. 1500–1525", (153505, 153505)),
    ],
)
def test_years_are_the_museums_own(
    first: int, last: int, text: str, expected: tuple[int | None, int | None]
) -> None:
    """Years stay as they are given, wrong ones too; only a pair of zeros without a date is none."""
    assert met_fields.years(first, last, text) == expected


def test_places_that_cannot_be_told_apart_are_not_put_together() -> None:
    """Lists of different lengths stay loose, and are left out where one word says: not from here."""
    told = {"City": "Delft|Leiden", "Country": "Netherlands"}

    assert [p.text for p in met_fields.places("Made in|Made in", told)] == [
        "Delft",
        "Leiden",
        "Netherlands",
    ]
    assert met_fields.places("Made in|Depicted", told) == ()


ARTISTS = {
    "Artist Role": "Artist|Artist",
    "Artist Prefix": "",
    "Artist Display Name": "Wang Invented|Unidentified Artist",
    "Artist Suffix": " | ",
    "Artist Begin Date": "1632      |",
    "Artist End Date": "1717      ",
    "Artist ULAN URL": "",
    "Artist Wikidata URL": "https://www.wikidata.org/wiki/Q0|",
}


def test_artist_columns_are_aligned_one_by_one() -> None:
    """A column of as many entries as names is put beside them; another one is not."""
    one, other = met_fields.makers(ARTISTS)

    assert one == Maker(
        "Wang Invented", "Artist", born=1632, ids=("https://www.wikidata.org/wiki/Q0",)
    )
    assert other == Maker("Unidentified Artist", "Artist")


def test_a_qualifier_that_cannot_be_placed_makes_nobody_certain() -> None:
    """A prefix "After" for one of two makers stands with both: neither passes for the undoubted artist."""
    makers = met_fields.makers(ARTISTS | {"Artist Prefix": "After"})

    assert [maker.qualifier for maker in makers] == ["After", "After"]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab |-0129 ", max_size=12), min_size=8, max_size=8))
def test_no_artist_is_lost_and_none_is_made(told: list[str]) -> None:
    """Whatever the lists' lengths, the makers are exactly the names, in their order."""
    artist = dict(zip(ARTISTS, told, strict=True))
    names = [name for name in met_fields.entries(artist["Artist Display Name"]) if name]

    assert [maker.name for maker in met_fields.makers(artist)] == names


@pytest.mark.real
def test_real_answers_of_both_generations_read(shared_data: Path) -> None:
    """Every whole answer at hand reads; rights and images go together; entities are gone."""
    counts: Counter[str] = Counter()
    for path in sorted((shared_data / "met" / "api").glob("objects_full_*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            record = read(line, str(json.loads(line)["objectID"]))
            counts["records"] += 1
            counts["open"] += bool(record.rights)
            counts["images"] += bool(record.images)
            counts["open without image"] += bool(record.rights) != bool(record.images)
            counts["entities"] += any("&#" in maker.name for maker in record.makers)
            counts["several"] += len(record.makers) > 1
            counts["more images"] += len(record.images) > 1
            told = json.loads(line)
            counts[f"date {len(told['metadataDate'])}"] += len(record.stated) == len(
                "2022-01-01T00:00:00Z"
            )
            for tag in told["tags"] or ():
                kind = "plain" if isinstance(tag, str) else "linked"
                counts[f"{kind} tag"] += (tag if kind == "plain" else tag["term"]).strip() in {
                    text.text for text in record.subjects
                }
                counts["tags"] += 1
    assert counts["tags"] == counts["plain tag"] + counts["linked tag"]
    assert min(counts["plain tag"], counts["linked tag"], counts["more images"]) > 10
    assert sum(counts[f"date {length}"] for length in (20, 22, 23, 24)) == counts["records"]
    assert counts["records"] == 2650
    assert counts["open without image"] == counts["entities"] == 0
    assert counts["open"] == counts["images"] > 2000
    assert counts["several"] > 10


@pytest.mark.real
def test_real_image_addresses_are_escaped_and_shared(shared_data: Path) -> None:
    """Of 51,521 addresses each can be asked for as it stands; 508 pictures serve several objects."""
    path = shared_data / "met" / "api" / "objects_trimmed_2026-08_ceramics_51913.jsonl.gz"
    urls: Counter[str] = Counter()
    for line in gzip.decompress(path.read_bytes()).splitlines():
        if url := json.loads(line).get("primaryImage"):
            urls[url] += 1
    odd = [url for url in urls if not re.fullmatch(r"[\w:/.()-]+", url, re.ASCII)]
    shared = [count for count in urls.values() if count > 1]

    assert (urls.total(), len(shared), sum(shared)) == (51_521, 508, 1_812)
    assert len(odd) > 50
    for url in odd:
        target = parse_address(url).target
        assert unquote(target) == unquote(url.removeprefix("https://images.metmuseum.org"))
        assert re.fullmatch(r"[!-~]+", target)


@pytest.mark.real
def test_real_single_answers(shared_data: Path) -> None:
    """The awkward single answers read as a person would read them."""

    def single(number: int) -> Record:
        body = (shared_data / "met" / "api" / "single" / f"{number}.json").read_bytes()
        return read(body, str(number))

    assert single(452655).makers[0].name == "Abu'l Qasim Firdausi"
    assert single(452655).makers[0].born == 935
    assert single(452655).places[0].text == "Attributed to: probably Isfahan, Iran"
    assert single(203933).makers[0].qualifier == "After a model by"
    assert (single(438423).year_first, single(438423).year_last) == (1325, 30)
    assert [maker.qualifier for maker in single(437919).makers] == ["Attributed to", "and"]
    assert (single(1027).rights, single(1027).images) == ("", ())
    assert (single(47533).makers, single(47533).dates) == ((), ())
