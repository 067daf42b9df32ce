"""The report of a release: one page that needs nothing else, says what facts.json says, and obeys nobody's words."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from omniart_data.release.contents import Contents
from omniart_data.release.diff import difference, side_of, told
from omniart_data.release.read import Release, open_release
from omniart_data.release.report import Shown, report_page, without_pictures
from omniart_data.release.report.changed import BEGIN, END
from omniart_data.release.report.page import PARTS
from omniart_data.release.write import write_release
from schemas.release import NEAR
from tests.browser import BROWSER
from tests.omniart_data.release import made as made_contents
from tests.page_in_browser import looked_at, sound_on

EVIL = "</script></title><script>document.title='pwned'</script><img src=x onerror=alert(1)>\u202e\x1b[31m\""


def shown_of(release: Release, **given: Any) -> Shown:
    """Return what a report is made of from what a release's folder holds."""
    pictures = {
        sha256: body
        for split in ("train", "validation", "test", "unattributed")
        for _, sha256, body in release.pictures(split)
        if body
    }
    fields: dict[str, Any] = {
        "version": release.version,
        "facts": release.facts,
        "receipt": release.receipt,
        "rows": release.table(),
        "dropped": release.side_table("dropped"),
        "near": release.side_table("near"),
        "picture": lambda sha256: (pictures[sha256], f"{sha256}.png"),
    }
    return Shown(**(fields | given))


def hostile(made: ModuleType, works: int = 160) -> Contents:
    """Return contents whose texts are hostile, with near-duplicates of all kinds and a picture that is none."""
    good: Contents = made.contents(works)
    rows = good.artworks.to_pylist()
    for row in rows:
        row["title"] = f"{EVIL} {BEGIN} {row['title']}"
        row["artwork_types"] = [f"{row['artwork_types'][0]} {EVIL}"]
    dropped = [row | {"reason": EVIL, "source_id": "../../etc"} for row in good.dropped.to_pylist()]
    terms = [row | {"term": f"{row['term']}{EVIL}"} for row in good.term_uses.to_pylist()]
    ids = sorted(row["id"] for row in rows)
    pairs = [
        {"a": ids[0], "b": ids[1], "distance": 7, "binds": True},
        {"a": ids[2], "b": ids[50], "mirrored_distance": 3, "cosine": 0.9876, "binds": False},
    ]
    return replace(
        good,
        artworks=pa.Table.from_pylist(rows, schema=good.artworks.schema),
        dropped=pa.Table.from_pylist(dropped, schema=good.dropped.schema),
        term_uses=pa.Table.from_pylist(terms, schema=good.term_uses.schema),
        near=pa.Table.from_pylist(pairs, schema=NEAR),
    )


@pytest.fixture(scope="module")
def hostile_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a made release of hostile words."""
    folder = tmp_path_factory.mktemp("report") / "hostile"
    write_release(hostile(made_contents), folder)
    return open_release(folder)


@pytest.fixture
def hostile_page(hostile_release: Release) -> str:
    """Return the page that lies in it."""
    return (hostile_release.folder / "report.html").read_text(encoding="utf-8")


def numbers(part: str) -> list[str]:
    return re.findall(r"<td>([^<]*)</td>", part)


def test_the_page_has_every_part(hostile_page: str) -> None:
    """Each part that the list above names stands under its heading, once."""
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
    assert addresses


def test_words_of_museums_are_text(hostile_page: str) -> None:
    """Markup stays text, escape sequences and marks that turn the writing are spelt out, our own marks cannot be forged."""
    assert "&lt;script&gt;" in hostile_page
    assert "onerror=alert" in unescape(hostile_page)
    assert "\x1b" not in hostile_page
    assert "\u202e" not in hostile_page
    assert "<h3>withdrawn: 3 records, such as</h3>" in hostile_page
    assert hostile_page.count(BEGIN) == hostile_page.count(END) == 1


def test_numbers_are_those_of_the_facts(hostile_release: Release, hostile_page: str) -> None:
    """The tables behind the plots have every number of their fact, and the tiles above have its sums."""
    for fact, caption in (
        ("census", "What became of every record"),
        ("centuries", "Artworks by century"),
        ("types", "Artworks by type, the commonest"),
        ("materials", "Artworks by material, the commonest"),
        ("artists_tail", "Works by rank"),
        ("stratification", "How far labels are from 70/20/10"),
        ("images", "Pictures by what became of them"),
    ):
        (part,) = re.findall(
            rf"<summary>{re.escape(escape(caption))}: the numbers</summary>(.*?)</details>",
            hostile_page,
            re.DOTALL,
        )
        rows = hostile_release.facts[fact]["rows"].values()
        assert numbers(part) == [f"{n:,}" for line in rows for n in line.values()], fact
    held = hostile_release.facts["census"]["rows"]["all"]
    assert f"<dt>unattributed</dt><dd>{held['unattributed']:,}</dd>" in hostile_page
    assert f"<dt>records dropped</dt><dd>{held['dropped']:,}</dd>" in hostile_page


def test_pairs_stand_side_by_side(hostile_page: str) -> None:
    """Same pictures and near-duplicates are shown with how near they are; such as lie in two splits say so."""
    pairs = re.findall(r'<figure class="pair">.*?</figure>', hostile_page, re.DOTALL)
    told = [re.findall(r"<figcaption>([^<]*)", pair)[0] for pair in pairs]
    assert "hash 7 bits apart, bound" in told
    assert "mirrored hash 3 bits apart, features of cosine 0.9876, bound" in told
    assert sum(one.endswith("artworks with this picture") for one in told) == 6
    for pair in pairs:
        splits = set(re.findall(r"<br>(train|validation|test)</span>", pair))
        assert ("in two splits" in pair) == (len(splits) > 1)
    assert "No picture, and no pair of near-duplicates that bind, is in two splits." in hostile_page


def test_a_pair_in_two_splits_says_so(hostile_release: Release) -> None:
    """A pair that does not bind may lie in two splits: it is shown before all others, and marked."""
    rows = hostile_release.table(columns=["id", "split"]).to_pylist()
    of_split = {row["split"]: row["id"] for row in rows}
    a, b = sorted([of_split["train"], of_split["test"]])
    inside = sorted(row["id"] for row in rows if row["split"] == "train")[:30]
    pairs = [{"a": a, "b": b, "cosine": 0.99, "binds": False}]
    pairs += [{"a": inside[0], "b": c, "distance": 60, "binds": True} for c in inside[1:]]
    pairs += [{"a": "not:here", "b": b, "distance": 64, "binds": True}]

    page = report_page(shown_of(hostile_release, near=pa.Table.from_pylist(pairs, schema=NEAR)))

    nearly = page[page.index("Nearly the same") : page.index('id="pictures"')]
    first, *others = re.findall(r'<figure class="pair">.*?</figure>', nearly, re.DOTALL)
    assert "<figcaption>features of cosine 0.9900, not bound<br>" in first
    assert "in two splits" in first
    assert len(others) == 11
    assert not any("in two splits" in other for other in others)


def test_a_leak_is_said(hostile_release: Release) -> None:
    """Pictures and bound pairs that two splits have a part of are counted together, first of all."""
    facts = json.loads(json.dumps(hostile_release.facts))
    facts["same_pictures"]["rows"]["same bytes"]["pictures in two splits"] = 2
    facts["near_duplicates"]["rows"]["near-duplicates"]["that bind, on two sides"] = 1

    page = report_page(shown_of(hostile_release, facts=facts))

    assert "<strong>3 leaks: " in page


def test_a_sheet_shows_pictures_of_the_release_alone(make_release: Callable[..., Release]) -> None:
    """Each split shows 24 pictures, or all that it has; one that is kept out is never asked for."""
    release = make_release(200)
    asked: list[str] = []
    shown = shown_of(release)

    def picture(sha256: str) -> tuple[bytes, str]:
        asked.append(sha256)
        return shown.picture(sha256)

    page = report_page(replace(shown, picture=picture))

    sheets = re.findall(r'<ul class="sheet">.*?</ul>', page, re.DOTALL)
    inside = [line["in release"] for line in release.facts["pictures"]["rows"].values()]
    assert [sheet.count("<img ") for sheet in sheets] == [min(n, 24) for n in inside if n]
    rows = release.table(columns=["image_sha256", "image_status"]).to_pylist()
    assert set(asked) <= {r["image_sha256"] for r in rows if r["image_status"] == "in release"}
    assert all(re.search(r'alt="Invented work', sheet) for sheet in sheets)


def test_without_pictures_a_page_is_made_again_from_its_folder(
    hostile_release: Release, hostile_page: str
) -> None:
    """The order of rows, who shrinks pictures and the release before do not matter; any other word does."""
    shown = shown_of(hostile_release)
    turned = shown.rows.take(pa.array(np.arange(shown.rows.num_rows)[::-1]))
    again = replace(
        shown,
        rows=turned,
        dropped=shown.dropped.take(pa.array(np.arange(shown.dropped.num_rows)[::-1])),
        near=shown.near.take(pa.array(np.arange(shown.near.num_rows)[::-1])),
        picture=lambda _: (b"", ""),
    )

    assert report_page(shown) == hostile_page
    assert report_page(replace(again, picture=shown.picture)) == hostile_page
    assert without_pictures(report_page(again)) == without_pictures(hostile_page)
    assert without_pictures(hostile_page.replace("Artworks by", "Works by")) != without_pictures(
        hostile_page
    )
    assert "base64" not in without_pictures(hostile_page)


def test_bytes_that_are_no_picture_leave_their_words(
    hostile_release: Release, hostile_page: str
) -> None:
    """A picture that nobody can decode is an empty frame with what it is of, and the rest of the page stands."""
    page = report_page(
        shown_of(hostile_release, picture=lambda _: (b"\x89PNG no picture", "x.png"))
    )

    assert 'src="data:,"' in page
    assert without_pictures(page) == without_pictures(hostile_page)


def test_what_changed_is_told(make_release: Callable[..., Release]) -> None:
    """The bump, its reasons and what classes lost stand in the part that verify leaves out."""
    old, new = make_release(120), make_release(60)
    change = told(difference(side_of(old), side_of(new)))

    page = report_page(shown_of(new, change=change))

    part = page[page.index(BEGIN) : page.index(END)]
    assert "Since 1.0.0: MAJOR." in part
    assert "<li>MAJOR: 60 artworks removed</li>" in part
    first = change["impact"]["artist"]["listed"][0]
    assert f"{first['was']['train']} -&gt; {first['now']['train']}" in part
    assert without_pictures(page) == without_pictures(report_page(shown_of(new)))
    assert "MAJOR" not in without_pictures(page)


def test_a_release_of_nothing_has_a_report(make_release: Callable[..., Release]) -> None:
    """No artwork, no picture, no artist: each part says that there is none."""
    page = (make_release(0).folder / "report.html").read_text(encoding="utf-8")

    for words in ("No artist has a work", "No picture is at hand", "The splits are empty"):
        assert words in page


def test_many_sources_and_centuries(make_release: Callable[..., Release], made: ModuleType) -> None:
    """Centuries before our era and rows without a year have their place in the plots."""
    contents = made.contents(40)
    rows = contents.artworks.to_pylist()
    for number, row in enumerate(rows):
        row["year"] = (-450.0, None, 1.0, 1701.0)[number % 4]
    page = (
        make_release(
            40, artworks=pa.Table.from_pylist(rows, schema=contents.artworks.schema)
        ).folder
        / "report.html"
    ).read_text(encoding="utf-8")

    named = re.findall(r"<text y=\"\d+\">([^<]*(?:century|not known)[^<]*)</text>", page)
    assert named[: len(named) // 2] == [
        "5th century BCE",
        "1st century",
        "18th century",
        "not known",
    ]


def test_plots_say_what_they_show(hostile_page: str) -> None:
    """Each plot has a title and a description that name it, and every one that is not decoration a role."""
    plots = re.findall(r"<svg [^>]*role=\"img\"[^>]*>.*?</svg>", hostile_page, re.DOTALL)
    assert len(plots) == 10
    for plot in plots:
        one, other = re.findall(r'aria-labelledby="(\S+) (\S+)"', plot)[0]
        assert re.search(rf'<title id="{one}">[^<]+</title><desc id="{other}">[^<]+</desc>', plot)


@pytest.mark.skipif(not BROWSER, reason="no Chromium is installed to open the page in")
@pytest.mark.parametrize(
    ("scheme", "paper"), [("1", "rgb(253, 252, 249)"), ("0", "rgb(25, 24, 22)")]
)
def test_the_page_is_accessible_and_fits(
    hostile_page: str, tmp_path: Path, scheme: str, paper: str
) -> None:
    """On a phone and on a desk, light and dark: axe finds nothing, nothing runs past the edge, nothing is fetched."""
    assert looked_at(hostile_page, tmp_path, scheme) == sound_on(paper)


def test_swatches_are_the_colours_of_the_facts(hostile_release: Release, hostile_page: str) -> None:
    """Each century's swatch has the shades that the fact names, and they are as wide as their shares."""
    rows = hostile_release.facts["colours"]["rows"]
    fills = re.findall(
        r'<rect fill="(#[0-9a-f]{6})" x="[\d.]+" y="\d+" width="([\d.]+)"', hostile_page
    )

    shares = [n for line in rows.values() for shade, n in line.items() if shade.startswith("#")]
    assert sorted(float(wide) for _, wide in fills) == pytest.approx(
        sorted(360 * n for n in shares), abs=0.06
    )
    assert all(
        sum(n for c, n in line.items() if c != "pictures") == pytest.approx(1)
        for line in rows.values()
    )
    assert Image.new("RGB", (1, 1), fills[0][0]).getpixel((0, 0)) is not None
