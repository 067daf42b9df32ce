"""The report of a baseline: one page that needs nothing else, says what the table says, and obeys nobody's words."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from omniart_data.release import Release
from omniart_model.baselines.table import NETWORK, Table
from omniart_model.evaluation.measured import Measured
from omniart_model.report.museums import told_text
from omniart_model.report.page import PARTS, report_page
from omniart_model.report.shown import Shown
from omniart_model.report.words import INVENTED
from omniart_model.training.settings import TrainReport
from tests.browser import BROWSER
from tests.page_in_browser import looked_at, sound_on


@pytest.fixture(scope="module")
def page(shown: Shown) -> str:
    """Return the page of the made baseline."""
    return report_page(shown)


@pytest.fixture(scope="module")
def hostile_page(hostile: Shown) -> str:
    """Return the page of the hostile baseline."""
    return report_page(hostile)


def part(page: str, name: str) -> str:
    """Return one part of a page."""
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert found is not None, name
    return found[0]


def words(html: str) -> str:
    """Return what can be read in some HTML, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_page_has_every_part(hostile_page: str) -> None:
    """Each part stands under its heading, once, and no two elements have one id."""
    for name, heading in PARTS.items():
        assert hostile_page.count(f'<h2 id="{name}">{heading}</h2>') == 1
        assert f'<a href="#{name}">' in hostile_page
    ids = re.findall(r' id="([^"]+)"', hostile_page)
    assert len(ids) == len(set(ids))


def test_nothing_is_fetched_and_nothing_runs(hostile_page: str) -> None:
    """No script, no address but its own parts' and pictures that lie in it, and a policy that forbids the rest."""
    assert "Content-Security-Policy" in hostile_page
    assert "<script" not in hostile_page
    assert "url(" not in hostile_page
    addresses = re.findall(r'\s(?:src|href)="([^"]*)"', hostile_page)
    assert all(one.startswith(("#", "data:image/jpeg;base64,")) for one in addresses)
    assert any(one.startswith("data:image/jpeg") for one in addresses)


def test_words_of_museums_are_text(hostile_page: str) -> None:
    """Markup in artists, titles, types and museums stays text, and marks that turn the writing are spelt out."""
    assert "&lt;script&gt;" in hostile_page
    assert "<img src=x" not in hostile_page
    assert "\x1b" not in hostile_page
    assert "\u202e" not in hostile_page


def test_the_verdict_is_in_words(page: str) -> None:
    """Each task begins with what may be said of the network beside every other answer, as its intervals allow."""
    told = words(part(page, "verdict"))
    assert (
        "By top 1 the network is better than prior; worse than far ahead; not told apart from single-task networks."
        in told
    )
    assert "By mean error the network is better than prior; worse than far ahead;" in told
    assert "network +0.375, better 0.250 to 0.500" in told
    assert "network -0.200, worse" in told
    assert "0.625 0.500 to 0.750 ± 0.012, 2 seeds" in told
    assert "31.3 0.5 to 0.8" in told


def test_a_figure_of_nothing_says_so(page: str) -> None:
    """NaN is "none" wherever it stands, and never a number or an interval."""
    assert "nan" not in words(page).lower().split()
    row = re.search(r'<tr><th scope="row">prior</th>.*?</tr>', part(page, "verdict"), re.DOTALL)
    assert row is not None
    assert "<td>none</td>" in row[0]


def test_the_papers_own_figures_are_marked_as_of_other_data(page: str) -> None:
    """What others report stands in rows of their own that say so, and the times of both networks beside ours."""
    tables = part(page, "paper")
    grey = re.findall(r'<tr class="paper">.*?</tr>', tables, re.DOTALL)
    assert len(grey) == 3
    assert all("(their data)" in row for row in grey)
    assert "took 12.0 seconds, 4 of one task 30.0: 2.50 times as long" in words(tables)
    assert "198 min" in grey[1]
    assert "73 min" in grey[2]


def test_who_is_taken_for_whom(page: str, shown: Shown) -> None:
    """Of the second artist's works one seed of two takes all for the first's: half of the row, both in picture and table."""
    a, b = shown.study.classes["artist"][:2]
    told = part(page, "confusion")
    assert f"{b} for {a} 50 %" in words(told)
    rows = {row[0]: row for row in table_of(told)}
    assert rows[b][4:] == ["50 %", f"{a} 50 %"]
    assert rows[a][4:] == ["100 %", "none"]
    years = [int(row[1]) for row in table_of(told)]
    assert years == sorted(years)


def table_of(html: str) -> list[list[str]]:
    """Return the rows of the last table in some HTML, cell by cell."""
    body = html[html.rindex("<tbody>") : html.rindex("</tbody>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_a_confused_pair_is_shown_with_its_pictures(page: str, shown: Shown) -> None:
    """The pair says how often, what it shares, and shows a work told rightly and a mistaken one by their titles."""
    a, b = shown.study.classes["artist"][:2]
    told = part(page, "pairs")
    assert f"<h3>{a} and {b}</h3>" in told
    works = int(np.count_nonzero(shown.study.truth(shown.study.tasks[0]).labels == 1))
    assert (
        f"0 of {works} scored works of {a} taken for {b}, {works / 2:g} of {works} the other way."
        in words(told)
    )
    assert f"taken for {a} by 1 of 2 seeds" in told
    assert told.count("told rightly by") == 2
    assert told.count("data:image/jpeg") == 3


def test_neighbours_are_the_artists_own(page: str, shown: Shown) -> None:
    """Features that tell the artist have neighbours by the same artist, cosines that fall, and pictures of all."""
    strips = re.findall(r'<ul class="tiles strip">.*?</ul>', part(page, "neighbours"), re.DOTALL)
    assert len(strips) >= len(shown.study.tasks)
    for strip in strips:
        cosines = [float(one) for one in re.findall(r"cosine ([\d.]+)", strip)]
        assert cosines == sorted(cosines, reverse=True)
        assert len(cosines) == strip.count("same artist") == 5
        assert strip.count("data:image/jpeg") == 6


def test_years_are_calibrated(page: str) -> None:
    """The checkpoint's seed says ten years too little, and a range of 80 years holds the truth every time."""
    told = words(part(page, "years"))
    assert "The mean of said minus true is -10 years: early on the whole." in told
    assert "it does for 100 %. Its median width is 80 years." in told


def test_the_rest_of_the_table_is_told(page: str) -> None:
    """Cuts, museums left out and told, leaks with both pictures, continuity and how it was made have their figures."""
    assert "16th century" in words(part(page, "cuts"))
    assert "5th century BCE" in words(part(page, "cuts"))
    assert "more than 10 works" in words(part(page, "cuts"))
    museums = words(part(page, "museums"))
    assert "names the museum of 0.812 of the test works (0.700 to 0.900)" in museums
    assert "-0.100, worse" in museums
    assert part(page, "leaks").count("data:image/jpeg") == 4
    assert "cosine 0.9912" in words(part(page, "leaks"))
    assert "1 class lacking" in words(part(page, "continuity"))
    made = words(part(page, "making"))
    assert "artist 0.5, period 2" in made
    assert "the checkpoint is of seed 1" in made


def test_the_sample_museum_is_said_to_be_invented(page: str) -> None:
    """A baseline of invented works says so before anything else."""
    assert page.index(INVENTED) < page.index('<h2 id="verdict">')


def test_the_same_baseline_gives_the_same_page(shown: Shown, page: str) -> None:
    """Nothing hangs on the clock, on chance or on the order of sets."""
    assert report_page(shown) == page


def test_a_training_alone_has_a_report(shown: Shown) -> None:
    """Without differences, cuts, museums, leaks or times each part says that there is nothing to tell."""
    tasks = tuple(
        replace(
            one,
            answers={NETWORK: one.answers[NETWORK], "prior": one.answers["prior"]},
            differences={},
            cuts={},
        )
        for one in shown.table.tasks
    )
    table = Table("1.0.0", "0" * 64, "test", shown.table.works, tasks)
    alone = replace(
        shown,
        table=table,
        answer=replace(shown.answer, seeds=shown.answer.seeds[:1], ranges=()),
        best=0,
        training=TrainReport(),
    )

    told = words(report_page(alone))

    for sentence in (
        "The network is compared with no other answer here.",
        "No single-task networks were learnt",
        "The works were not cut into parts.",
        "No museum was left out",
        "No picture of one split is all but the same",
        "There is no baseline of an earlier release",
        "The network gives no ranges.",
        "No epoch was trained.",
    ):
        assert sentence in told


def test_a_baseline_without_artists_or_years_has_a_report(shown: Shown) -> None:
    """Where neither is learnt the parts about them say so, and the others stand."""
    study = replace(
        shown.study, tasks=tuple(t for t in shown.study.tasks if t.name in {"type", "material"})
    )
    told = words(report_page(replace(shown, study=study)))
    assert "No task of one class was learnt." in told
    assert "No year was learnt." in told


def test_pictures_that_are_kept_out_are_not_shown(
    unpictured: Release, make_shown: Callable[[Release], Shown]
) -> None:
    """Of works whose pictures the release does not hold the words stand alone."""
    page = report_page(make_shown(unpictured))
    assert "data:image" not in page
    assert "no picture" in page


def test_a_test_split_that_nobody_looked_at_has_a_report(shown: Shown) -> None:
    """Where no picture of test was at hand nothing is said of confusions, neighbours and years."""
    test = replace(shown.study.test, seen=shown.study.test.seen & False)
    told = words(report_page(replace(shown, study=replace(shown.study, test=test))))
    assert "No scored work has a class of artist." in told
    assert "No picture of train, or of a work that is scored, was looked at." in told
    assert "No scored work has both a year and a picture" in told


@pytest.mark.parametrize(
    ("low", "told"), [(0.7, "Photographs carry their museum here"), (0.5, "no more than guessing")]
)
def test_a_museum_is_told_where_it_is_told_better_than_by_guessing(
    shown: Shown, low: float, told: str
) -> None:
    """What follows for photographs hangs on the interval and the commonest museum's share."""
    found = Measured(0.75, low, 0.9, n=24)
    table = replace(shown.table, museum_told=found, museum_majority=Measured(0.6, 0.5, 0.7, n=24))

    assert told in told_text(table)


@pytest.mark.skipif(not BROWSER, reason="no Chromium is installed to open the page in")
@pytest.mark.parametrize(
    ("scheme", "paper"), [("1", "rgb(253, 252, 249)"), ("0", "rgb(25, 24, 22)")]
)
def test_the_page_is_accessible_and_fits(
    hostile_page: str, tmp_path: Path, scheme: str, paper: str
) -> None:
    """On a phone and on a desk, light and dark: axe finds nothing, nothing runs past the edge, nothing is fetched."""
    assert looked_at(hostile_page, tmp_path, scheme) == sound_on(paper)
