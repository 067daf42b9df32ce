"""A collection of one's own: its mapping, its index, and its pictures in folders and tars."""

import csv
import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers import local
from crawlers.dump_files import file_sha256
from crawlers.local import Local, is_inside
from crawlers.local_mapping import FIELDS, load_mapping
from schemas.errors import RecordError, SourceError, UsageError
from schemas.record import RECORD

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "photographs.toml"
MAPPING = """
collection = "town"
index = "index.csv"
images = "pictures"
language = "nl"
subject_separator = "|"
institution = "Town Museum"
rights = "https://example.org/rights"
[columns]
id = "number"
file = "file"
title = "title"
artist = "artist"
artist_qualifier = "how"
artist_died = "died"
type = "kind"
object_name = "name"
material = "medium"
dimensions = "size"
date_text = "date"
year_first = "from"
year_last = "to"
culture = ["culture", "school"]
subject = "tags"
url = "page"
object_number = "inventory"
rights = "licence"
museum = "museum"
[institutions]
tm = "Town Museum, New Wing"
[rights_uris]
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
"""
ROW = {
    "number": "7",
    "file": "a/7.jpg",
    "title": "Nowhere",
    "artist": "Jan Invented",
    "how": "after",
    "died": "1700",
    "kind": "painting",
    "name": "Panel",
    "medium": "olieverf op paneel",
    "size": "9 x 9 cm",
    "date": "ca. 1650",
    "from": "1645",
    "to": "1655",
    "culture": "",
    "school": "Dutch",
    "tags": "cow| |boat",
    "page": "https://example.org/7",
    "inventory": "A-7",
    "licence": "CC0",
    "museum": "tm",
}


def lines(*rows: dict[str, str], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(ROW), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROW | row for row in rows)
    return text.getvalue()


def collection(folder: Path, *rows: dict[str, str], mapping: str = MAPPING) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "collection.toml").write_text(mapping, encoding="utf-8")
    (folder / "index.csv").write_text(lines(*rows), encoding="utf-8", newline="")
    return folder


def read(path: Path, mapping: Path | None = None) -> tuple[list[dict[str, Any]], list[RecordError]]:
    records: list[dict[str, Any]] = []
    errors: list[RecordError] = []
    for found in Local(mapping).read_dump(path):
        if isinstance(found, RecordError):
            errors.append(found)
        else:
            found.validate(full=True)
            assert found.schema.equals(RECORD)
            records += found.to_pylist()
    return records, errors


def pack(path: Path, members: Mapping[str, bytes], mode: Literal["w", "w:gz"] = "w") -> None:
    with tarfile.open(path, mode) as archive:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))


def test_each_column_stands_where_the_mapping_says(tmp_path: Path) -> None:
    """Every field of a mapping arrives in the record, with its language and its evidence."""
    folder = collection(tmp_path, {})
    (record,), errors = read(folder)

    def nl(*texts: str) -> list[dict[str, str]]:
        return [{"text": text, "language": "nl"} for text in texts]

    assert not errors
    assert record == {column: [] for column in record} | {
        "received": "",
        "source": "local-town",
        "source_id": "7",
        "institution": "Town Museum, New Wing",
        "object_number": "A-7",
        "url": "https://example.org/7",
        "stated": "",
        "precedence": 1,
        "withdrawn": False,
        "titles": nl("Nowhere"),
        "makers": [
            {
                "name": "Jan Invented",
                "role": "",
                "qualifier": "after",
                "born": None,
                "died": 1700,
                "ids": [],
            }
        ],
        "types": nl("painting", "Panel"),
        "medium": nl("olieverf op paneel"),
        "dates": nl("ca. 1650"),
        "year_first": 1645,
        "year_last": 1655,
        "period": "",
        "dimensions": nl("9 x 9 cm"),
        "culture": "Dutch",
        "subjects": nl("cow", "boat"),
        "location": "",
        "rights": "https://creativecommons.org/publicdomain/zero/1.0/",
        "rights_stated": "",
        "images": ["local:town/a/7.jpg"],
        "evidence": {"sha256": file_sha256(folder / "index.csv"), "number": 1},
    }


def test_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    """Empty cells are no artist, no year and no picture; museum and rights fall to the fixed ones."""
    (record,), errors = read(
        collection(tmp_path, dict.fromkeys(set(ROW) - {"number", "kind"}, " "))
    )

    assert not errors
    assert (record["makers"], record["images"], record["dates"]) == ([], [], [])
    assert (record["year_first"], record["culture"]) == (None, "")
    assert (record["institution"], record["rights"]) == (
        "Town Museum",
        "https://example.org/rights",
    )


def test_values_outside_the_tables_stay(tmp_path: Path) -> None:
    """A museum or a licence that no table names stays as it stands."""
    (record,), _ = read(collection(tmp_path, {"museum": "elsewhere", "licence": "unclear"}))

    assert (record["institution"], record["rights"]) == ("elsewhere", "unclear")


@pytest.mark.parametrize(
    ("change", "column", "where"),
    [
        ({"number": " "}, "number", "local-town:index.csv#2"),
        ({"number": "a\nb"}, "number", "local-town:index.csv#2"),
        ({"number": "x" * 201}, "number", "local-town:" + "x" * 200),
        ({"file": "../7.jpg"}, "file", "local-town:7"),
        ({"file": "/etc/passwd"}, "file", "local-town:7"),
        ({"file": "a/../../b"}, "file", "local-town:7"),
        ({"file": "a\\b"}, "file", "local-town:7"),
        ({"file": "a\0b"}, "file", "local-town:7"),
        ({"from": "about 1650"}, "from", "local-town:7"),
        ({"to": "99999999999"}, "to", "local-town:7"),
        ({"died": "?"}, "died", "local-town:7"),
    ],
)
def test_a_line_that_cannot_be_read_is_one_error(
    tmp_path: Path, change: dict[str, str], column: str, where: str
) -> None:
    """A bad cell makes an error that names their column; the lines around it are read."""
    folder = collection(tmp_path, {"number": "1"}, change, {"number": "3"})
    records, (error,) = read(folder)

    assert [record["source_id"] for record in records] == ["1", "3"]
    assert (error.field, error.where, error.number) == (column, where, 2)
    assert error.sha256 == file_sha256(folder / "index.csv")


def test_a_torn_line_is_one_error(tmp_path: Path) -> None:
    """A line with a cell too many or too few is not read by guess."""
    folder = collection(tmp_path, {"number": "1"})
    with (folder / "index.csv").open("a", encoding="utf-8") as index:
        index.write("2,short\n")
        index.write(",".join(["3"] * (len(ROW) + 1)) + "\n")
    records, errors = read(folder)

    assert [record["source_id"] for record in records] == ["1"]
    assert [(error.field, error.found) for error in errors] == [
        ("line", f"2 cells in place of {len(ROW)}"),
        ("line", f"{len(ROW) + 1} cells in place of {len(ROW)}"),
    ]


def test_another_table(tmp_path: Path) -> None:
    """Delimiter and encoding are as the mapping says; a gzipped index is unpacked."""
    mapping = MAPPING.replace(
        'index = "index.csv"', 'index = "t.gz"\ndelimiter = "\\t"\nencoding = "cp1252"'
    )
    folder = collection(tmp_path, {}, mapping=mapping)
    body = lines({"title": "Café – nergens"}, delimiter="\t").encode("cp1252")
    (folder / "t.gz").write_bytes(gzip.compress(body))

    assert read(folder)[0][0]["titles"][0]["text"] == "Café – nergens"


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    """Spreadsheets write one before the first column's name."""
    folder = collection(tmp_path, {})
    (folder / "index.csv").write_text(lines({}), encoding="utf-8-sig", newline="")

    assert read(folder)[0][0]["source_id"] == "7"


def test_the_mapping_may_lie_anywhere(tmp_path: Path) -> None:
    """The folder with a mapping of elsewhere, the folder alone and the TOML file alone read the same."""
    folder = collection(tmp_path / "there", {})
    expected = read(folder)
    elsewhere = (folder / "collection.toml").rename(tmp_path / "elsewhere.toml")

    assert read(folder, elsewhere) == expected
    inside = elsewhere.rename(folder / "mine.toml")
    assert read(inside) == expected
    with pytest.raises(UsageError, match=r"has no collection\.toml: put one there"):
        read(folder)
    with pytest.raises(UsageError, match="is no folder"):
        read(inside, inside)
    with pytest.raises(UsageError, match=r"neither a folder nor a mapping"):
        read(folder / "index.csv")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('collection = "town"', "", "'collection' is missing"),
        ('collection = "town"', 'collection = "../Town"', "use a-z, 0-9"),
        ('collection = "town"', "collection = [", "is no TOML file"),
        ('language = "nl"', 'langauge = "nl"', "'langauge' is no key of a mapping; there are coll"),
        ('language = "nl"', 'language = "Dutch"', "write two letters"),
        ('language = "nl"', "language = 1", "write a text"),
        ('language = "nl"', 'delimiter = ";;"', "write one sign"),
        ('language = "nl"', 'encoding = "rot13"', "no encoding of texts"),
        ('language = "nl"', 'encoding = "nonsense"', "no encoding of texts"),
        ('language = "nl"', 'encoding = "utf-7"', "no table is written in"),
        ('id = "number"', "", r"\[columns\] has no 'id'"),
        ('id = "number"', 'id = ""', "'columns.id' is empty"),
        ('id = "number"', "id = 3", "'columns.id' is 3"),
        ('title = "title"', 'titel = "title"', "'titel' is no field .*there are id, file, title"),
        ('tm = "Town Museum, New Wing"', "tm = 3", "'institutions.tm' is 3"),
        ('id = "number"', 'id = "nr"', "index.csv has no column 'nr'; there are number, file, tit"),
        ('index = "index.csv"', 'index = "no.csv"', "no.csv is not there"),
        ('images = "pictures"', "images = [3]", "'images' is 3"),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_key(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    """Each mistake in a mapping is a UsageError that says what to mend."""
    assert old in MAPPING
    folder = collection(tmp_path, {}, mapping=MAPPING.replace(old, new, 1))
    with pytest.raises(UsageError, match=why):
        read(folder)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (lines({"title": "Café"}).encode("cp1252"), "is no table in utf-8"),
        (lines({}).encode() + b'8,"open', "is no table"),
        (lines().encode(), "holds column names and no line"),
    ],
)
def test_an_index_that_is_no_such_table_is_refused(tmp_path: Path, body: bytes, why: str) -> None:
    """A file in another encoding, a torn one and an empty table are SourceErrors."""
    folder = collection(tmp_path)
    (folder / "index.csv").write_bytes(body)
    with pytest.raises(SourceError, match=why):
        read(folder)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(sorted(ROW)),
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=8
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_line_is_a_record_or_an_error(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    """Whatever its cells hold, each line of an index ends as exactly one of the two."""
    records, errors = read(collection(tmp_path, *rows))

    numbers = [record["evidence"]["number"] for record in records]
    assert sorted([*numbers, *(error.number for error in errors)]) == list(range(1, len(rows) + 1))
    for record in records:
        assert all(is_inside(image.removeprefix("local:town/")) for image in record["images"])


def test_pictures_of_a_folder(tmp_path: Path) -> None:
    """Pictures are found by name; links, large files and those that nobody names are passed over."""
    names = ("a/7.jpg", "link.jpg", "dir/x.jpg", "gone.jpg", "../out.jpg")
    folder = collection(
        tmp_path / "there", *({"number": str(n), "file": name} for n, name in enumerate(names))
    )
    pictures = folder / "pictures"
    (pictures / "a").mkdir(parents=True)
    (pictures / "a" / "7.jpg").write_bytes(b"seven")
    (pictures / "unnamed.jpg").write_bytes(b"nobody asks")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.jpg").write_bytes(b"secret")
    (folder / "out.jpg").write_bytes(b"outside")
    (pictures / "link.jpg").symlink_to(tmp_path / "secret" / "x.jpg")
    (pictures / "dir").symlink_to(tmp_path / "secret")

    assert list(Local().read_images(folder)) == [("local:town/a/7.jpg", b"seven")]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_pictures_of_tars(tmp_path: Path, mode: Literal["w", "w:gz"]) -> None:
    """Tars are read member by member; the first picture of a name is taken."""
    mapping = MAPPING.replace('"pictures"', '["one-*.tar", "more.tar"]')
    rows = [{"number": str(n), "file": f"{n}.jpg"} for n in range(5)]
    folder = collection(tmp_path, *rows, mapping=mapping)
    pack(folder / "one-1.tar", {"./0.jpg": b"zero", "1.jpg": b"one", "unnamed.jpg": b"x"}, mode)
    pack(folder / "one-2.tar", {"1.jpg": b"another", "2.jpg": b"two"}, mode)
    pack(folder / "more.tar", {"../3.jpg": b"outside", "3.jpg": b"three"}, mode)

    assert list(Local().read_images(folder)) == [
        ("local:town/0.jpg", b"zero"),
        ("local:town/1.jpg", b"one"),
        ("local:town/2.jpg", b"two"),
        ("local:town/3.jpg", b"three"),
    ]
    assert sorted(path.suffix for path in folder.iterdir()) == [
        ".csv",
        ".tar",
        ".tar",
        ".tar",
        ".toml",
    ]


def test_links_and_large_members_count_as_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link in a tar leads nowhere, and a picture above the limit is not taken into memory."""
    monkeypatch.setattr(local, "MAX_IMAGE_BYTES", 100)
    folder = collection(
        tmp_path,
        *({"number": name, "file": name} for name in ("link", "hard", "large", "good")),
        mapping=MAPPING.replace('"pictures"', '"p.tar"'),
    )
    with tarfile.open(folder / "p.tar", "w") as archive:
        for name, kind in {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        for name, size in {"large": 101, "good": 100}.items():
            member = tarfile.TarInfo(name)
            member.size = size
            archive.addfile(member, io.BytesIO(bytes(size)))

    assert [name for name, _ in Local().read_images(folder)] == ["local:town/good"]


@pytest.mark.parametrize(
    ("images", "why"),
    [
        ('"no.tar"', "is not there"),
        ('"no-*.tar"', "nothing that fits images 'no-\\*.tar'"),
        ('"/tmp/*.tar"', "relative to the collection's folder"),
    ],
)
def test_pictures_that_are_nowhere_are_a_mistake(tmp_path: Path, images: str, why: str) -> None:
    """A place of pictures that is not there is said, not passed over."""
    folder = collection(tmp_path, {}, mapping=MAPPING.replace('"pictures"', images))
    with pytest.raises(UsageError, match=why):
        list(Local().read_images(folder))


@pytest.mark.parametrize("body", [b"no tar at all" * 100, b"short"])
def test_a_damaged_tar_is_refused(tmp_path: Path, body: bytes) -> None:
    """A file that is no tar is a SourceError that names it."""
    folder = collection(tmp_path, {}, mapping=MAPPING.replace('"pictures"', '"p.tar"'))
    (folder / "p.tar").write_bytes(body)
    with pytest.raises(SourceError, match=r"p\.tar is a damaged tar"):
        list(Local().read_images(folder))


def test_a_tar_that_ends_too_early_is_refused(tmp_path: Path) -> None:
    """A download that broke off within a picture gives an error, not half a picture."""
    folder = collection(tmp_path, {}, mapping=MAPPING.replace('"pictures"', '"p.tar"'))
    pack(folder / "p.tar", {"a/7.jpg": bytes(5000)})
    whole = (folder / "p.tar").read_bytes()
    (folder / "p.tar").write_bytes(whole[:2000])
    with pytest.raises(SourceError, match=r"p\.tar is a damaged tar"):
        list(Local().read_images(folder))


def test_no_pictures_are_asked_for_without_a_place(tmp_path: Path) -> None:
    """A mapping without ``images`` is one of descriptions alone."""
    folder = collection(tmp_path, {}, mapping=MAPPING.replace('images = "pictures"', ""))
    assert list(Local().read_images(folder)) == []


def test_the_example_is_a_mapping() -> None:
    """The example of the documents loads, and says how its source is called."""
    mapping = load_mapping(EXAMPLE)

    assert mapping.source == "local-photographs"
    assert set(mapping.columns) <= set(FIELDS)
    assert mapping.attribution


@pytest.mark.real
def test_the_real_photographs_read_whole(shared_data: Path) -> None:
    """All 3,758 photographs and their descriptions are read through the example, byte for byte."""
    photographs = Local(EXAMPLE)
    records = [
        record
        for batch in photographs.read_dump(shared_data / "images")
        if not isinstance(batch, RecordError)
        for record in batch.to_pylist()
    ]
    with (shared_data / "images" / "index.csv").open(encoding="utf-8", newline="") as index:
        sums = {f"local:photographs/{row['file']}": row["sha256"] for row in csv.DictReader(index)}
    pictures = {
        name: hashlib.sha256(body).hexdigest()
        for name, body in photographs.read_images(shared_data / "images")
    }

    assert len(records) == 3758
    assert pictures == sums
    assert {image for record in records for image in record["images"]} == set(sums)
    assert {record["institution"] for record in records} == {
        "Metropolitan Museum of Art, New York",
        "National Gallery of Art, Washington",
        "Art Institute of Chicago",
        "Cleveland Museum of Art",
        "Rijksmuseum, Amsterdam",
    }
    assert {record["rights"] for record in records} == {
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://creativecommons.org/publicdomain/mark/1.0/",
    }
    assert sum(bool(record["makers"]) for record in records) == 2883
