"""Lost letters of the Web Gallery's text edition: put back where one word fits, kept where none does."""

import csv
import gzip
import logging
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.wga import Wga
from crawlers.wga_fields import row_key
from crawlers.wga_letters import LostLetters, damaged, known_letters
from schemas.errors import RecordError

LETTERS = LostLetters(
    ["eugène", "niccolò", "købke", "pietà", "israïls", "israêls", "Ålesund", "Luchian, Ștefan"]
)


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("DELACROIX, Eug?ne", "DELACROIX, Eugène"),
        ("EUG?NE", "EUGÈNE"),
        ("BULAND, Jean-Eug?ne", "BULAND, Jean-Eugène"),
        ("LAMBERTI, Piero di Niccol?", "LAMBERTI, Piero di Niccolò"),
        ("NICCOL? DELL' ARCA", "NICCOLÒ DELL' ARCA"),
        ("K?BKE, Christen", "KØBKE, Christen"),
        ("Piet? (detail)", "Pietà (detail)"),
        ("View of ?lesund", "View of Ålesund"),
        ("LUCHIAN, ?tefan", "LUCHIAN, Ștefan"),
        ("Eugène and Eug?ne", "Eugène and Eugène"),
    ],
)
def test_the_one_word_that_fits_is_put_back(text: str, repaired: str) -> None:
    """In its place, in capitals where the word is in capitals, and with nothing else changed."""
    assert LETTERS.repair(text) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "Galatea (?)",
        "Who is she?",
        "Eugene?",
        "Self-Portrait ?",
        "?",
        "???",
        "Eug??ne",
        "Eug?n?",
        "ISRA?LS, Jozef",
        "MILI?EVI?, Kosta",
        "?tefan",
        "Marriage ? la Mode",
        "Niccol",
    ],
)
def test_where_no_word_fits_or_several_do_the_mark_stays(text: str) -> None:
    """A real question mark is never touched, and nothing is guessed."""
    assert LETTERS.repair(text) == text


def test_what_stays_is_told() -> None:
    """Words with a mark beside a letter; a mark that stands alone has lost nothing."""
    assert LETTERS.unknown("MILI?EVI?, Eug?ne (?) ISRA?LS ? x") == ["MILI?EVI?", "ISRA?LS"]


@given(st.text(alphabet="aEgunèò? (,-?\u0130ß\u0300"))
def test_a_repair_changes_marks_and_nothing_else(text: str) -> None:
    """Whatever the text, only marks change, each into one letter, and a second time changes nothing."""
    repaired = LETTERS.repair(text)

    assert len(repaired) == len(text)
    assert all(
        new == old or (old == "?" and new.isalpha())
        for old, new in zip(text, repaired, strict=True)
    )
    assert LETTERS.repair(repaired) == repaired


@given(
    st.sampled_from(["eugène", "niccolò", "købke", "pietà"]),
    st.sampled_from([str.upper, str.title]),
)
def test_a_known_word_comes_back_from_its_damage(word: str, cased: Any) -> None:
    """Damage and repair are inverse for each known word, as it is written."""
    assert LETTERS.repair(f"The {damaged(cased(word))}, 1652") == f"The {cased(word)}, 1652"


def test_each_word_of_the_vocabulary_is_the_only_one_of_its_kind() -> None:
    """No two words of the list hide each other, each has a letter to lose, and each says whence it is."""
    path = Path(__file__).parents[2] / "schemas" / "vocab" / "lost_letters.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

    assert [row["word"] for row in rows] == sorted({row["word"] for row in rows})
    assert all(row["source"] for row in rows)
    for row in rows:
        assert damaged(row["word"]) != row["word"]
        assert known_letters().repair(damaged(row["word"])) == row["word"]


def test_the_rows_that_keep_a_mark_are_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line tells how many rows and which words, so that somebody adds them; it is no alarm."""
    caplog.set_level(logging.INFO, "crawlers.wga")
    path = tmp_path / "catalog.csv"
    rows = ["AUTHOR;TITLE;TECHNIQUE", "TURA, Cosm?;Piet?;Wood", "X?, Y;Lo?t;Wood", "X?, Y;A;Wood"]
    path.write_text("\r\n".join(rows))
    (batch,) = Wga().read_dump(path)

    assert isinstance(batch, pa.RecordBatch)
    assert [row["makers"][0]["name"] for row in batch.to_pylist()] == [
        "TURA, Cosmè",
        "X?, Y",
        "X?, Y",
    ]
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    said = "2 rows have a lost letter that is not known (X?, Lo?t): kept as they are"
    assert record.getMessage().endswith(said)


def test_an_id_made_of_words_does_not_hang_on_the_repair(tmp_path: Path) -> None:
    """A row without URL is known by what the file says, whatever words are known later."""
    path = tmp_path / "catalog.csv"
    path.write_text("AUTHOR;TITLE;TECHNIQUE\nTURA, Cosm?;Piet?;Wood")
    (batch,) = Wga().read_dump(path)

    assert not isinstance(batch, RecordError)
    assert batch["source_id"].to_pylist() == [
        row_key({"AUTHOR": "TURA, Cosm?", "TITLE": "Piet?", "TECHNIQUE": "Wood"})
    ]


# --- the gallery's own rows --------------------------------------------------

KEPT = {"MILI?EVI?, Kosta", "?LEWI?SKI, W?adis?aw"}
"""Authors of 2016 whose letters nobody tells."""


def authors_of_2016(shared_data: Path) -> list[str]:
    path = shared_data / "wga" / "slikarji-2016" / "seznam_slikarji.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row["Ime"] for row in csv.DictReader(file, delimiter=";")]


@pytest.mark.real
def test_83_of_85_real_authors_are_repaired(shared_data: Path) -> None:
    """Of 4,611 authors 85 have lost letters; two keep the mark, and all others are left alone."""
    authors = authors_of_2016(shared_data)
    repaired = {one: known_letters().repair(one) for one in authors if "?" in one}

    assert (len(authors), len(repaired)) == (4_611, 85)
    assert {one for one, found in repaired.items() if "?" in found} == KEPT
    assert {one for one in KEPT if repaired[one] != one} == set()


@pytest.mark.real
def test_repaired_authors_are_those_of_the_edition_with_letters(shared_data: Path) -> None:
    """Where rows of 2019 name the same author with letters, the repair gives these letters."""
    path = shared_data / "wga" / "paintings-2019" / "paintings.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = {damaged(row["AUTHOR"]): row["AUTHOR"] for row in rows}
    lost = [one for one in authors_of_2016(shared_data) if "?" in one and one in whole]

    assert len(lost) > 20
    assert [one for one in lost if known_letters().repair(one) != whole[one]] == []


@pytest.mark.real
def test_no_real_text_with_letters_is_repaired_into_another(shared_data: Path) -> None:
    """Rows of 2019, damaged here, come back as they were, are left, or get the ő and ű they never had."""
    path = shared_data / "wga" / "paintings-2019" / "paintings.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        texts = {
            row[name] for row in csv.DictReader(file) for name in ("AUTHOR", "TITLE", "LOCATION")
        }
    hungarian = str.maketrans("õû", "őű")
    hurt = [text for text in texts if damaged(text) != text]
    kept = [text for text in hurt if "?" in known_letters().repair(damaged(text))]

    assert len(hurt) == 100
    assert kept == ["Marriage à la Mode"]
    for text in hurt:
        if text not in kept:
            found = known_letters().repair(damaged(text))
            assert found in {text, text.translate(hungarian)}


@pytest.mark.real
def test_real_rows_of_the_text_edition_are_repaired(shared_data: Path) -> None:
    """A split of SemArt, made from the text edition: no author keeps a mark, and titles have their letters."""
    path = shared_data / "wga" / "semart-2018" / "semart_val_no_descriptions.csv"
    titles: list[str] = []
    makers: list[str] = []
    for batch in Wga().read_dump(path):
        assert isinstance(batch, pa.RecordBatch)
        for row in batch.to_pylist():
            titles += [one["text"] for one in row["titles"]]
            makers += [one["name"] for one in row["makers"]]

    assert "Trinity Pietà" in titles
    assert {"DELACROIX, Eugène", "TURA, Cosmè", "JUEL, Jens Jørgensen"} <= set(makers)
    assert [name for name in makers if "?" in name] == []
