"""Decisions are lines of text: what is put comes back, sorted, and what is wrong is named by file and line."""

import csv
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_data.decision_files import (
    HEADER,
    TERM_KINDS,
    about,
    as_written,
    put_decision,
    read_decisions,
    take_back,
)
from omniart_data.normalise.dates.grammar import LATEST
from omniart_data.normalise.decisions import Decision
from schemas.artwork import ARTWORK
from schemas.decision import KINDS, LATEST_YEAR, parse_setting, parse_term, term_subject
from schemas.errors import StoreError, UsageError

EVIDENCE = "e" * 64
LINE = ",".join(HEADER)

names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
languages = st.sampled_from(["nl", "", "zh-hans", "NL"])
reasons = st.text(st.characters(exclude_categories=()), max_size=60)


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    """Return a decision of any kind and action, with any reason that says something."""
    kind = draw(st.sampled_from(sorted(set(KINDS) - {"artwork"})))
    action = draw(st.sampled_from(KINDS[kind]))
    subject, other = draw(st.lists(names, min_size=2, max_size=2, unique=True))
    if kind in TERM_KINDS:
        subject = f"{draw(languages)}:{subject}"
    reason = "so: " + draw(reasons)
    return Decision(kind, action, subject, "" if action == "reject" else other, reason, EVIDENCE)


def apart(one: str, other: str, reason: str = "father and son") -> Decision:
    return Decision("artist", "keep apart", one, other, reason, EVIDENCE)


@settings(max_examples=60, deadline=None)
@given(st.lists(decisions(), max_size=5))
def test_what_is_put_comes_back(given_: list[Decision]) -> None:
    """Whatever stands in a reason, all decisions come back as written, the last one about each thing."""
    last = {about(as_written(one)): as_written(one) for one in given_}
    with TemporaryDirectory() as name:
        for one in given_:
            put_decision(Path(name), one)

        assert read_decisions(Path(name)) == tuple(sorted(last.values()))


@settings(max_examples=60, deadline=None)
@given(st.lists(decisions(), min_size=1, max_size=5))
def test_a_file_is_made_for_review_in_git(given_: list[Decision]) -> None:
    """A row a line, sorted by subject, whatever the order; UTF-8, LF, a newline at the end, no control character."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        kept = list({about(as_written(made)): made for made in given_}.values())
        for made in kept:
            put_decision(Path(one), made)
        for made in reversed(kept):
            put_decision(Path(other), made)
        for path in Path(one).iterdir():
            body = path.read_bytes()
            assert body == (Path(other) / path.name).read_bytes()
            text = body.decode()
            head, *lines, end = text.split("\n")
            assert (head, end) == (LINE, "")
            assert text.splitlines() == [head, *lines]
            rows = [next(csv.reader([line])) for line in lines]
            assert len(rows) == sum(made.kind == path.stem for made in kept)
            assert [row[1] for row in rows] == sorted(row[1] for row in rows)


def test_a_pair_has_one_order(tmp_path: Path) -> None:
    """A pair is the same pair from either end, and the later decision takes the place of the earlier."""
    put_decision(tmp_path, apart("ulan:2", "ulan:1"))
    merge = Decision("artist", "merge", "ulan:1", "ulan:2", "one man after all", EVIDENCE)

    put = put_decision(tmp_path, merge)

    assert put.replaced == apart("ulan:1", "ulan:2")
    assert read_decisions(tmp_path) == (merge,)


def test_take_back(tmp_path: Path) -> None:
    """What is taken back is gone, and what it had replaced is there again; twice is an error."""
    first = put_decision(tmp_path, apart("a", "b")).decision
    second = put_decision(tmp_path, apart("b", "a", "other reason"))

    take_back(tmp_path, second.decision, instead=second.replaced)
    assert read_decisions(tmp_path) == (first,)
    take_back(tmp_path, first)
    assert read_decisions(tmp_path) == ()
    with pytest.raises(UsageError, match="does not hold this decision any more"):
        take_back(tmp_path, first)


def test_a_term_is_a_word_of_one_language(tmp_path: Path) -> None:
    """The same word in two languages, which its subject tells, may mean two things; in one it means one."""
    for language, label in (("nl", "glass"), ("sv", "slippery"), ("nl", "pane")):
        one = Decision("material", "rename", f"{language}:glas", label, "so", EVIDENCE)
        put_decision(tmp_path, one)

    assert [(one.subject, one.object) for one in read_decisions(tmp_path)] == [
        ("nl:glas", "pane"),
        ("sv:glas", "slippery"),
    ]


def test_no_files_no_decisions(tmp_path: Path) -> None:
    """A folder without files, and one that is not there, hold no decisions."""
    assert read_decisions(tmp_path) == read_decisions(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("artist", "subject,action\n", "artist.csv:1: the header must be action,subject,"),
        ("artist", f"{LINE}\nmarry,a,b,why,e\n", "artist.csv:2: artist knows no action 'marry'"),
        ("type", f"{LINE}\nmerge,a,b,why,e\n", "type.csv:2: type knows no action 'merge'"),
        ("artist", f"{LINE}\nmerge,a,b,why\n", "artist.csv:2: 4 cells where there are 5"),
        ("artist", f"{LINE}\n<<<<<<< HEAD\n", "artist.csv:2: 1 cells where there are 5"),
        ("artist", f'{LINE}\nmerge,a,b,"why\n it is,e\n', "artist.csv:2: no row of a CSV file"),
        (
            "artist",
            f"{LINE}\nmerge,a,b,,e\n",
            "artist.csv:2: a decision has a reason: give one",
        ),
        ("artist", f"{LINE}\nmerge,a,a,why,e\n", "artist.csv:2: merge takes two"),
        ("artist", f"{LINE}\nreject,a,b,why,e\n", "artist.csv:2: reject takes no object"),
        (
            "artist",
            f"{LINE}\nrename,a,,why,e\n",
            "artist.csv:2: rename takes an object, the new name",
        ),
        ("artist", f"{LINE}\nmerge,a,,why,e\n", "artist.csv:2: merge takes an object, the other"),
        ("artist", f"{LINE}\nmerge,,b,why,e\n", "artist.csv:2: a decision has a subject: give one"),
        ("type", f"{LINE}\nreject,zorbel,,why,e\n", "type.csv:2: 'zorbel' names no word of a"),
        ("type", f"{LINE}\nreject,nl:,,why,e\n", "type.csv:2: 'nl:' names no word of a language"),
        (
            "artist",
            f"{LINE}\nmerge,a,b,why,e\nkeep apart,b,a,why,e\n",
            "artist.csv:3: contradicts line 2",
        ),
        (
            "artist",
            f"{LINE}\nrename,a,b,why,e\nrename,a,c,why,f\n",
            "artist.csv:3: contradicts line 2",
        ),
        (
            "artist",
            f"{LINE}\nreject,a,,why,e\nrename,a,c,why,e\n",
            "artist.csv:3: contradicts line 2",
        ),
        (
            "work",
            f"{LINE}\nmerge,a,b,why,e\nmerge,b,a,oh,e\n",
            "work.csv:3: says again what is in line 2",
        ),
        (
            "artwork",
            f"{LINE}\nset,met:1,artist=A,why,e\nset,met:1,artist=B,why,e\n",
            "artwork.csv:3: contradicts line 2",
        ),
        (
            "artwork",
            f"{LINE}\nset,met:1,colour=red,why,e\n",
            "artwork.csv:2: 'colour' cannot be set: artist, years,",
        ),
        ("artists", LINE, "artists.csv is no file of decisions"),
        ("work", f"{LINE}\nmerge,a,b,caf\udce9,e\n", "work.csv:2: not UTF-8"),
        ("work", f"{LINE}\nmerge,a,{'b' * 200_000},why,e\n", "work.csv:2: no row of a CSV file"),
        (
            "work",
            f"{LINE}\nmerge,a,{'b' * 5_000},why,e\n",
            "work.csv:2: object has more than 4,000",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    """A file that is no file of decisions is an error that names it and the line, and is left as it is."""
    path = tmp_path / f"{name}.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    before = path.read_bytes()

    with pytest.raises(UsageError) as wrong:
        read_decisions(tmp_path)

    assert said in str(wrong.value)
    if name in KINDS:
        with pytest.raises(UsageError):
            put_decision(tmp_path, Decision(name, KINDS[name][-1], "x", "artist=y", "z", "e"))
    assert path.read_bytes() == before


def test_what_editors_do_to_a_file_is_read(tmp_path: Path) -> None:
    """A byte order mark, CRLF, no newline at the end, another order of rows or of a pair change nothing."""
    rows = ("keep apart,c,b,why,e", 'merge,a,b,"because, yes",e')
    path = tmp_path / "artist.csv"
    path.write_bytes("\r\n".join([LINE, *rows]).encode("utf-8-sig"))

    assert read_decisions(tmp_path) == (
        Decision("artist", "keep apart", "b", "c", "why", "e"),
        Decision("artist", "merge", "a", "b", "because, yes", "e"),
    )


@pytest.mark.parametrize(
    "subject",
    ["nl:a\nb", "nl:\u202eb", " nl:a", "nl:a\x00", "nl:\u200ea", "nl:a\u200f", "nl:\u061ca"],
)
def test_a_name_is_never_changed(tmp_path: Path, subject: str) -> None:
    """What a decision is about is refused where one line cannot hold it: changed, it would be about nothing."""
    with pytest.raises(UsageError, match="cannot be written on one line"):
        put_decision(tmp_path, Decision("material", "reject", subject, "", "why", EVIDENCE))
    assert not list(tmp_path.iterdir())


def test_two_who_decide_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each of many decisions that are put at the same time is in the file."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: put_decision(tmp_path, apart(f"a{n:02d}", "b")), range(24)))

    assert len(read_decisions(tmp_path)) == 24


def test_a_full_disk_leaves_the_file_as_it_was(small_disk: Path) -> None:
    """Where the disk is full the decisions before are all there, and the error says so in one line."""
    put_decision(small_disk, apart("a", "b"))
    before = (small_disk / "artist.csv").read_bytes()
    with suppress(OSError):
        (small_disk / "filling").write_bytes(os.urandom(300_000))

    with pytest.raises(StoreError, match="does not fit on the disk"):
        put_decision(small_disk, apart("a", "c" * 3_900, "d" * 3_900))
    assert (small_disk / "artist.csv").read_bytes() == before


def test_a_forbidden_folder_is_one_line(
    powerless: Callable[[], AbstractContextManager[tuple[Path, Path]]],
) -> None:
    """A folder that may not be written is an error that says so."""
    with (
        powerless() as (forbidden, _),
        pytest.raises(StoreError, match="may not be read or written"),
    ):
        put_decision(forbidden / "decisions", apart("a", "b"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("artist", "sets nothing"),
        ("makers=Jan", "'makers' cannot be set: artist, years, artwork_types, coarse_type,"),
        ("artist = Jan", "'artist ' cannot be set"),
        ("artist= Jan", "leave no blanks"),
        ("artist_id=ulan:1", "'artist_id' cannot be set"),
        ("rights=CC0", "'rights' cannot be set"),
        ("height_cm=3", "'height_cm' cannot be set"),
        ("judgements=1", "'judgements' cannot be set"),
        ("year_first=1650", "'year_first' cannot be set: write years=FIRST/LAST"),
        ("century=17", "'century' cannot be set: write years=FIRST/LAST"),
        ("years=soon", "years cannot be 'soon': write FIRST/LAST"),
        ("years=1650.5", "years cannot be '1650.5'"),
        ("years=1650/1660/1670", "years cannot be"),
        ("years=0", "years cannot be '0'"),
        ("years=99999999999", "years cannot be"),
        ("years=1660/1650", "1660 is after 1650"),
        ("years=-440/-450", "-440 is after -450"),
        ("years=1650/2101", "no artwork is of after 2100"),
    ],
)
def test_what_cannot_be_set(text: str, said: str) -> None:
    """Only what other columns hang on is set, and with values that an artwork can have."""
    with pytest.raises(UsageError) as wrong:
        parse_setting(text)
    assert said in str(wrong.value)


def test_values_of_settings() -> None:
    """Years have two ends; nothing after the sign is null, of a list an empty one; a term is named once."""
    given_ = ("years=-450", "years=/1650", "years=", "artist=Jan = Steen", "materials=", "artist=")
    expected: list[object] = [(-450, -450), (None, 1650), (None, None), "Jan = Steen", [], None]
    assert [parse_setting(one)[1] for one in given_] == expected
    assert parse_setting("materials=oak; oak;;canvas ;")[1] == ["oak", "canvas"]


def test_no_year_comes_after_the_last_that_dates_may_have() -> None:
    """Rules and people have one latest year."""
    assert LATEST_YEAR == LATEST


@given(st.text(max_size=80))
def test_any_setting_is_read_or_refused(text: str) -> None:
    """No text is more than a UsageError or a value that fits its columns."""
    for setting in (text, f"years={text}", f"artist={text}", f"materials={text}"):
        with suppress(UsageError):
            column, value = parse_setting(setting)
            if column == "years":
                assert pa.array(value, ARTWORK.field("year_first").type).to_pylist() == list(value)
            else:
                assert pa.scalar(value, ARTWORK.field(column).type).as_py() == value


@given(names, languages)
def test_a_word_keeps_its_language(term: str, language: str) -> None:
    """Language and word come back from the subject that they make, whatever signs are in the word."""
    assert parse_term(term_subject(language, term)) == (language, term)
