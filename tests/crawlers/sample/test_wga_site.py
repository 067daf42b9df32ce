"""The sample museum speaks as the Web Gallery of Art does."""

import io
import zipfile

import pytest

from crawlers.sample import SampleMuseum, sample_museum
from crawlers.sample.hosts import NOTICE, WGA
from crawlers.sample.media import STRANGE_ENGLISH
from crawlers.sample.wga_site import EDITIONS, HEADER, catalogue, columns
from crawlers.wga_catalogue import rows as read_rows
from crawlers.wga_catalogue import unzip
from schemas.errors import UsageError

SITE = f"https://{WGA}"


@pytest.fixture
def rows(ask) -> list[list[str]]:
    """Return the rows of the catalogue, its header left out."""
    body = ask(f"{SITE}/database/download/data_txt.zip").content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == ["catalog.csv"]
        text = archive.read("catalog.csv").decode("cp1252")
    assert text.endswith("\r\n")
    head, *lines = text.removesuffix("\r\n").split("\r\n")
    assert head == HEADER
    return [line.split(";") for line in lines]


def test_rows(rows: list[list[str]], museum: SampleMuseum) -> None:
    """Every work is a row of eleven columns, and no address occurs twice."""
    assert len(rows) == len(museum.collection.works["wga"]) == 250
    assert {len(row) for row in rows} == {11}
    assert len({row[6] for row in rows}) == len(rows)
    assert all(row[6].startswith(f"http://{WGA}/html/") for row in rows)


def test_lost_letters(rows: list[list[str]]) -> None:
    """Letters of one code page alone are question marks, and the others are kept."""
    authors = {row[0] for row in rows}

    assert "NULLEPARCQ, Hél?ne de" in authors
    assert not any("è" in author for author in authors)


def test_oddities(rows: list[list[str]]) -> None:
    """Details are rows of their own, unknown masters have a school, unknown dates are a dash."""
    assert sum(row[2].endswith("(detail)") for row in rows) >= 3
    assert any(row[0].startswith("UNKNOWN MASTER, ") for row in rows)
    assert any(row[0].startswith("MASTER of ") for row in rows)
    assert any(row[3] == "-" for row in rows)
    assert any(row[3].startswith("c. ") for row in rows)
    assert any(row[5] == "Private collection" for row in rows)
    assert any("," in row[4].rpartition(", ")[2] for row in rows), "decimal commas"


def test_who_keeps_what_others_show_too(rows: list[list[str]], museum: SampleMuseum) -> None:
    """A work that another museum shows too is kept by that museum."""
    twins = [work for work in museum.collection.works["wga"] if work.twin]
    keepers = {
        "met": "Sample Metropolitan (invented), Nowhereham",
        "rijksmuseum": "Sample Rijksmuseum (invented), Nowhereham",
    }

    told = {row[6]: row[5] for row in rows}
    assert len(twins) >= 5
    for work in twins:
        assert told[f"http://{WGA}/html/{work.source_id}.html"] == keepers[work.kept_by]


def test_a_material_that_nobody_knows(rows: list[list[str]]) -> None:
    """One technique names a material that stands in no table."""
    assert sum(STRANGE_ENGLISH in row[4] for row in rows) == 1


def test_same_archive(ask) -> None:
    """The archive holds no clock: asked twice, it is the same."""
    address = f"{SITE}/database/download/data_txt.zip"
    assert ask(address).content == ask(address).content


def test_pictures_and_pages(ask, museum: SampleMuseum) -> None:
    """A row's key leads to its picture in three sizes and to a page that says it is all invented."""
    works = museum.collection.works["wga"]
    for folder in ("art", "detail", "preview"):
        assert ask(f"{SITE}/{folder}/{works[0].source_id}.jpg").content.startswith(b"\xff\xd8")
    assert NOTICE in ask(f"{SITE}/html/{works[0].source_id}.html").text
    (gone,) = (work for work in works if work.image_fault == "gone")
    assert ask(f"{SITE}/art/{gone.source_id}.jpg").status_code == 404
    assert ask(f"{SITE}/art/no/such/key.jpg").status_code == 404


@pytest.mark.parametrize("name", ["tabs", "dos"])
def test_other_editions(museum: SampleMuseum, name: str) -> None:
    """The tab-separated and the DOS edition hold every row with all its letters, and read as the works are."""
    works = museum.collection.works["wga"]
    table = unzip(catalogue(works, EDITIONS[name]), name)

    read = [tuple(row.columns.values()) for row in read_rows(table, name)]
    assert read == [tuple(part.strip() for part in columns(work)) for work in works]
    assert any("è" in row[0] for row in read)


def test_an_edition_that_is_none() -> None:
    """An edition that the site never had is refused, with those that there are."""
    with pytest.raises(UsageError, match="text, tabs, dos"), sample_museum(wga_edition="x"):
        pass
