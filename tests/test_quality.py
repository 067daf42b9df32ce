"""What docs/quality.md claims is what was measured, and the gold set is the one that was drawn and labelled by its guide."""

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from omniart_data.normalise.iconclass_codes import known_code
from tests.gold import coverage, measure
from tests.gold.draw import Drawn, draw

GOLD = Path(__file__).parent / "gold"
PAGE = measure.PAGE.read_text(encoding="utf-8")
GUIDE = (GOLD / "README.md").read_text(encoding="utf-8")

Row = Mapping[str, str]
Key = tuple[str, str]

BLOCKS = {"gold": measure.BLOCKS, "coverage": coverage.BLOCKS}


def gold(*names: str) -> dict[Key, Row]:
    """Return the rows of some files by stratum and id."""
    found: dict[Key, Row] = {}
    for name in names:
        with (GOLD / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found |= {(row["stratum"], row["id"]): row for row in csv.DictReader(file)}
    return found


# --- the page ---


@pytest.mark.parametrize("mark", BLOCKS)
def test_the_page_gives_what_was_measured(mark: str) -> None:
    """Each figure of the page is the one that benchmarks/results keeps, and no block of figures is missing."""
    assert set(re.findall(rf"<!-- {mark}: (\w+) -->", PAGE)) == set(BLOCKS[mark])
    is_the_same = measure.with_blocks(PAGE, mark, BLOCKS[mark]) == PAGE
    assert is_the_same, f"run `make {mark}`"


@pytest.mark.parametrize(
    ("attribute", "least"),
    [
        ("artist", 0.97),
        ("types", 0.95),
        ("materials", 0.95),
        ("date within 10 years", 0.97),
        ("size", 0.97),
    ],
)
def test_labels_are_right(attribute: str, least: float) -> None:
    """On the half that rules are tuned on, labels are as right as the project aims at, of at least 40 artworks."""
    told = measure.kept("tune")[attribute]

    assert told["n"] >= 40
    assert told.get("f1", told.get("share")) >= least


@pytest.mark.parametrize(
    ("kind", "attribute", "how", "least"),
    [
        ("answers", "dates", "answered", 0.985),
        ("answers", "sizes", "answered", 0.985),
        ("answers", "IconClass", "answered", 0.985),
        ("answers", "locations", "answered", 0.985),
    ],
)
def test_words_are_understood(kind: str, attribute: str, how: str, least: float) -> None:
    """Of both halves of the distinct values so many occurrences are understood as the project aims at."""
    for told in coverage.kept()[kind][attribute].values():
        assert told["n"] > 1_000
        assert coverage.share(told, how) >= least


@pytest.mark.real
def test_kept_figures_are_the_rules_own(shared_data: Path) -> None:
    """The rules, run on the tuning half, score what the page says: no figure is older than the rules."""
    told = {one.name: one for one in measure.measure(["tune"])}
    kept = measure.kept("tune")

    assert told.keys() == kept.keys()
    for name, one in told.items():
        assert {**one.figures(), "misses": one.misses} == kept[name], f"{name}: run `make gold`"


@pytest.mark.parametrize(("kind", "least"), [("type", 0.98), ("material", 0.99)])
def test_words_have_a_row(kind: str, least: float) -> None:
    """Of both halves of the terms so many occurrences have a row in schemas/vocab; few of those rows say nothing."""
    for told in coverage.kept()["terms"][kind].values():
        assert told["n"] > 60_000
        assert coverage.known(told) >= least
        assert coverage.share(told, coverage.NOTHING) < 0.05


def test_coverage_adds_up() -> None:
    """The two halves are all occurrences and all distinct values, and each occurrence has one outcome."""
    told = coverage.kept()
    for cuts in (*told["terms"].values(), *told["answers"].values()):
        first, second, both = (cuts[cut] for cut in ("first half", "second half", "all"))
        assert {how: first.get(how, 0) + second.get(how, 0) for how in both} == both
    for cuts in told["answers"].values():
        for one in cuts.values():
            outcomes = (one["answered"], one["besides"], one["missed"])
            assert sum(outcomes) == one["n"] >= one["distinct"]


# --- the labels ---


def listed(column: str, pattern: str) -> set[str]:
    """Return what the guide's row of a column lists."""
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{column}`"))
    found = re.findall(pattern, row)
    return set(found[0].split(", ")) if len(found) == 1 else set(found)


STATUSES = listed("status", r"`([a-z ]+)`:")
COARSE = listed("coarse", r"exactly one of: ([^;]+);")
NUMBER = r"\d+(?:\.\d+)?"
SIZE = re.compile(rf"[^;=]*[^;=\s](?: (?:h|w|d|diam)={NUMBER})+")
PLACE = re.compile(r"(?:made|found|depicted|other): [^:;]+")
TERM = re.compile(r"[^|;\s][^|;]*(?:\|[^|;\s][^|;]*)*")
CIRCA = {True: {"yes", "no", ""}, False: {""}}
"""What circa may be with a year (empty: the museum gives numbers and no words), and without one."""
YEAR = re.compile(r"-?[1-9]\d{0,3}|")


def each(column: str, form: re.Pattern[str]) -> Callable[[Row], bool]:
    """Return whether each thing that a row lists in a column has a form."""
    return lambda row: all(form.fullmatch(one.strip()) for one in row[column].split(";") if one)


def in_order(row: Row) -> bool:
    """Return whether the years of a row do not end before they begin."""
    ends = [int(row[name]) for name in ("year_first", "year_last") if row[name]]
    return ends == sorted(ends)


FORMS: Mapping[str, Callable[[Row], bool]] = {
    "status": lambda row: row["status"] in STATUSES,
    "artist": lambda row: bool(row["artist"]) == (row["status"] == "named"),
    "qualifier": lambda row: bool(row["qualifier"]) == (row["status"] == "qualified"),
    "coarse": lambda row: row["coarse"] in COARSE | {""},
    "year_first": lambda row: YEAR.fullmatch(row["year_first"]) is not None,
    "year_last": lambda row: YEAR.fullmatch(row["year_last"]) is not None,
    "years": in_order,
    "circa": lambda row: row["circa"] in CIRCA[bool(row["year_first"] or row["year_last"])],
    "sizes": each("sizes", SIZE),
    "places": each("places", PLACE),
    "doubt": lambda row: row["doubt"] in {"yes", ""},
    "iconclass": lambda row: all(
        known_code(one.strip()) for one in row["iconclass"].split(";") if one
    ),
    "types": each("types", TERM),
    "materials": each("materials", TERM),
    "techniques": each("techniques", TERM),
    "hash": lambda row: re.fullmatch(r"[0-9a-f]{64}", row["text_sha256"]) is not None,
}


def test_the_guide_lists_what_is_looked_for() -> None:
    """Seven statuses and twenty-two coarse types are read from the guide, so that labels are held against something."""
    assert (len(STATUSES), len(COARSE)) == (7, 22)


@pytest.mark.parametrize("name", ["tune", "held", "second"])
@pytest.mark.parametrize("column", FORMS)
def test_labels_have_the_form_of_the_guide(name: str, column: str) -> None:
    """Every label is written as the guide says; what is not is named by its id alone."""
    wrong = [key for key, row in gold(name).items() if not FORMS[column](row)]

    assert wrong == []


def test_a_third_of_both_halves_is_labelled_twice() -> None:
    """Both halves have 192 artworks and none in common; 64 of each are in the second labeller's file, and no others."""
    tune, held, second = gold("tune"), gold("held"), gold("second")

    assert (len(tune), len(held), tune.keys() & held.keys()) == (192, 192, set())
    assert (len(second.keys() & tune.keys()), len(second.keys() & held.keys())) == (64, 64)
    assert len(second) == 128


# --- the draw ---


@pytest.fixture(scope="module")
def drawn(shared_data: Path) -> list[Drawn]:
    """Return what the drawing script draws from the real samples."""
    return list(draw(shared_data))


@pytest.mark.real
def test_the_gold_set_is_what_is_drawn(drawn: list[Drawn]) -> None:
    """The script draws the ids of each file and no others, a hundred of each museum at least."""
    for name, chosen in (
        ("tune", [one for one in drawn if one.half == "tune"]),
        ("held", [one for one in drawn if one.half == "held"]),
        ("second", [one for one in drawn if one.twice]),
    ):
        assert {(one.stratum, one.id) for one in chosen} == gold(name).keys()
    museums = [one.source for one in drawn]
    assert {museum: museums.count(museum) for museum in set(museums)} == {
        "met": 164,
        "rijksmuseum": 120,
        "wga": 100,
    }


@pytest.mark.real
def test_the_texts_are_those_that_were_labelled(drawn: list[Drawn]) -> None:
    """Each row's hash is that of the text that the samples hold."""
    hashes = {(one.stratum, one.id): one.sha256 for one in drawn}
    for name in ("tune", "held", "second"):
        assert [key for key, row in gold(name).items() if row["text_sha256"] != hashes[key]] == []
