"""What differs between two releases, which number of the version it raises, and how it is told."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.release.contents import META
from omniart_data.release.diff import (
    Bump,
    Side,
    as_text,
    bump_of,
    difference,
    difference_page,
    reasons,
    side_of,
    side_of_tables,
    told,
    version_after,
)
from omniart_data.release.diff.page import POLICY
from omniart_data.release.labels import label_index
from omniart_data.release.read import Release, open_release
from omniart_data.release.verify import SIDE_TABLES
from omniart_data.release.write import write_release
from schemas.artwork import DROPPED, TERM_USE
from schemas.errors import UsageError
from schemas.release import SPLITS
from tests.browser import BROWSER, QUIET

Rows = list[dict[str, Any]]
Change = Callable[[Rows], object]


def rows_of(made: ModuleType, works: int) -> Rows:
    """Return rows of a release, all with an artist and a picture."""
    return [
        made.artwork(n, f"Artist {n % 5:02d}")
        | {
            "split": SPLITS[n % 3],
            "may_train": "yes",
            "image_sha256": made.sha256(str(n).encode()),
            "image_status": "in release",
            "rights": made.CC0,
            "techniques": ["etching"] if n % 2 else [],
        }
        for n in range(works)
    ]


def side(rows: Rows, labels: pa.Table | None = None, **given: Any) -> Side:
    """Return rows as one side of a comparison, with the class index that follows from them."""
    table = pa.Table.from_pylist(rows, schema=META)
    index = label_index(table, TERM_USE.empty_table(), labels)
    empty = {name: schema.empty_table() for name, schema in SIDE_TABLES.items()}
    return side_of_tables(table, empty | {"labels": index} | given, version="1.0.0")


@pytest.fixture
def compare(made: ModuleType) -> Callable[..., Any]:
    """Return a function that compares made rows with what a change makes of them."""

    def compared(change: Change, works: int = 60, **given: Any) -> Any:
        rows = rows_of(made, works)
        old = side(rows)
        again = rows_of(made, works)
        change(again)
        return difference(old, side(again, old.table("labels"), **given))

    return compared


def each(number: int, **values: Any) -> Change:
    """Return a change of the first so many rows."""
    return lambda rows: [row.update(values) for row in rows[:number]]


def drop(number: int) -> Change:
    def change(rows: Rows) -> None:
        del rows[:number]

    return change


def move(number: int) -> Change:
    def change(rows: Rows) -> None:
        for row in rows[:number]:
            row["split"] = {"train": "test"}.get(row["split"], "train")

    return change


def test_datasemver_is_not_ours(compare: Callable[..., Any]) -> None:
    """500 removed, 1,000 relabelled or 300 moved rows, which datasemver 0.8.2 calls MINOR, are MAJOR."""
    removed = compare(drop(500), 2_000)
    relabelled = compare(each(1_000, artist="Artist 99"), 2_000)
    moved = compare(move(300), 2_000)

    def all_three(rows: Rows) -> None:
        each(1_000, coarse_type="vase")(rows)
        move(300)(rows)
        del rows[-500:]

    all_of_it = compare(all_three, 2_000)

    assert removed.removed.count == all_of_it.removed.count == 500
    assert relabelled.labels["artist"].relabelled == 1_000
    assert all_of_it.labels["coarse_type"].relabelled == 1_000
    assert moved.moved.count == all_of_it.moved.count == 300
    for change in (removed, relabelled, moved, all_of_it):
        assert bump_of(change) == Bump.MAJOR


def more(made: ModuleType) -> Change:
    return lambda rows: rows.extend(rows_of(made, 62)[60:])


NO_NC = "https://rightsstatements.org/vocab/NoC-NC/1.0"
MARK = "https://creativecommons.org/publicdomain/mark/1.0"

ONE = {
    "moved": (Bump.MAJOR, move(1)),
    "removed": (Bump.MAJOR, drop(1)),
    "left": (Bump.MAJOR, each(1, split="unattributed")),
    "relabelled": (Bump.MAJOR, each(1, materials=["tin"])),
    "taken": (Bump.MAJOR, each(1, year=None)),
    "picture_other": (Bump.MAJOR, each(1, image_sha256="f" * 64)),
    "picture_gone": (Bump.MAJOR, each(1, image_status="kept out")),
    "may_train": (Bump.MAJOR, each(1, may_train="personal")),
    "stricter": (Bump.MAJOR, each(1, rights=NO_NC)),
    "given": (Bump.MINOR, each(1, techniques=["etching"])),
    "no stricter": (Bump.PATCH, each(1, rights=MARK)),
    "title": (Bump.PATCH, each(1, title="Another")),
    "order": (Bump.PATCH, lambda rows: rows[0]["materials"].reverse()),
    "empty list": (Bump.PATCH, each(1, techniques=None)),
    "sizes": (Bump.PATCH, each(1, sizes=[])),
    "shuffled": (Bump.NONE, lambda rows: rows.reverse()),
}


@pytest.mark.parametrize("name", ONE)
def test_one_change_of_each_kind(compare: Callable[..., Any], name: str) -> None:
    """A change of one artwork raises the number that its kind demands, and is the one reason of that weight."""
    bump, change = ONE[name]

    found = compare(change)

    assert bump_of(found) == bump, reasons(found)
    assert bump == Bump.NONE or [
        line for level, line in reasons(found) if level == bump and line.startswith("1 ")
    ]


def test_what_is_added_is_minor(compare: Callable[..., Any], made: ModuleType) -> None:
    """New artworks, and those that come into the splits, leave what was there as it was."""
    added = compare(more(made))
    assert (added.added.count, added.added.by) == (2, {"train": 1, "validation": 1})
    assert bump_of(added) == Bump.MINOR

    rows = rows_of(made, 60)
    outside = rows_of(made, 60)
    outside[3]["split"] = "unattributed"
    before = side(outside)
    entered = difference(before, side(rows, before.table("labels")))
    assert (entered.entered.count, bump_of(entered)) == (1, Bump.MINOR)


def test_columns_and_classes(made: ModuleType) -> None:
    """A column that is gone or of another type, and a class of another name under its number, are MAJOR."""
    rows = rows_of(made, 10)
    old = side(rows)

    def with_columns(change: Callable[[dict[str, str]], object]) -> Side:
        data = dict(old.columns["data"])
        change(data)
        return replace(old, columns={**old.columns, "data": data})

    gone = difference(old, with_columns(lambda data: data.pop("culture")))
    assert gone.columns.removed == ("data.culture",)
    retyped = difference(old, with_columns(lambda data: data.update(century="int64")))
    assert retyped.columns.retyped == ("data.century",)
    added = difference(old, with_columns(lambda data: data.update(mood="string")))
    assert added.columns.added == ("data.mood",)
    index = old.table("labels").to_pylist()
    index[0]["label"] = "Artist of another name"
    renamed = difference(old, side(rows, pa.Table.from_pylist(index, schema=SIDE_TABLES["labels"])))
    assert renamed.classes.renamed.examples == ("artist: Artist 00 -> Artist of another name",)

    found = [bump_of(one) for one in (gone, retyped, added, renamed)]
    assert found == [Bump.MAJOR, Bump.MAJOR, Bump.MINOR, Bump.MAJOR]


def test_why_artworks_are_gone(compare: Callable[..., Any]) -> None:
    """What dropped a record says why its artwork is gone; a source that is silent offers it no more."""
    rules = ("withdrawn", "rights", "takedown", "superseded", "read")
    lines = [
        {
            "source": f"sample-{'rijksmuseum' if n % 2 else 'met'}",
            "source_id": f"{n:05d}",
            "rule": rule,
        }
        for n, rule in enumerate(rules)
    ]
    lines.append(lines[0] | {"rule": "superseded"})  # an older statement says nothing of why
    dropped = pa.Table.from_pylist(lines, schema=DROPPED)

    found = compare(drop(6), dropped=dropped)

    assert found.removed.by == {
        "dropped by rule read": 1,
        "not among what was read": 1,
        "rights": 1,
        "superseded": 1,
        "takedown": 1,
        "withdrawn at the source": 1,
    }


def test_class_impact_begins_with_the_largest_loss(compare: Callable[..., Any]) -> None:
    """The class that loses most in a split stands first, with both counts of each split."""

    def change(rows: Rows) -> None:
        rows[:] = [r for n, r in enumerate(rows) if not (r["artist"] == "Artist 03" and n > 20)]
        rows[0].update(artist="Artist 04", artist_id="name:artist 04")

    found = compare(change)

    first, *_, last = found.impact["artist"].listed
    assert first.label == "Artist 03"
    assert first.was == {"train": 4, "validation": 4, "test": 4, "unattributed": 0}
    assert sum(first.now.values()) == 4
    assert last.label == "Artist 04"
    assert "Artist 03" in as_text(found)


def test_relabelling_is_told_from_what_to_what(compare: Callable[..., Any]) -> None:
    """Each pair of values is counted, lists by all their elements, with the least ids as examples."""
    found = compare(lambda rows: [row.update(artwork_types=["vase", "cup"]) for row in rows[:30]])

    turns = found.labels["artwork_types"].turns
    assert (turns.count, turns.pairs) == (30, 3)
    assert [(one.was, one.now, one.count) for one in turns.listed] == [
        ("drawing", "vase, cup", 10),
        ("painting", "vase, cup", 10),
        ("print", "vase, cup", 10),
    ]
    assert turns.listed[1].examples[:2] == ("sample-met:00000", "sample-met:00006")


def test_counts_are_complete_and_examples_are_cut(compare: Callable[..., Any]) -> None:
    """JSON has always the same keys; its counts are of all, its lists end where it says that they do."""

    def change(rows: Rows) -> None:
        for n, row in enumerate(rows):
            row["materials"] = [f"stuff {n}"]

    found = told(compare(change, 200))

    turns = found["labels"]["materials"]["turns"]
    assert (turns["count"], turns["pairs"], len(turns["listed"])) == (200, 200, 50)
    assert found["at_most"] == {"examples": 5, "turns": 50, "classes": 100}
    assert found["impact"]["material"]["classes"] == 204
    assert len(found["impact"]["material"]["listed"]) == 100
    assert found.keys() == told(compare(lambda rows: None)).keys()
    assert json.loads(json.dumps(found))["bump"] == "MAJOR"


EVIL = "</table><script>alert(1)</script>\x1b[31m"


def test_words_of_museums_are_text(compare: Callable[..., Any]) -> None:
    """A name with markup or escape sequences stays text, on the page as on a terminal."""
    found = compare(each(2, artist=EVIL, artist_id="x"))

    page = difference_page(found)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert page.count("<table") == page.count("</table>")
    assert "src=" not in page
    assert "href" not in page


@pytest.mark.skipif(not BROWSER, reason="no Chromium here")
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_accessible(compare: Callable[..., Any], tmp_path: Path, *, dark: bool) -> None:
    """In a real browser axe finds nothing wrong with it, light or dark."""
    axe = pytest.importorskip("axe_core_python", reason="axe is not installed")
    script = (Path(axe.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")
    asked = "axe.run().then(r => document.title = 'wrong: ' + r.violations.map(v => v.id).join())"
    page = difference_page(compare(each(2, artist=EVIL, artist_id="x", rights=NO_NC)))
    page = page.replace(POLICY, "")  # which lets no script run, axe's neither
    there = tmp_path / "page.html"
    there.write_text(page.replace("</body>", f"<script>{script};{asked}</script></body>"), "utf-8")

    scheme = f"--blink-settings=preferredColorScheme={int(not dark)}"
    options = [*QUIET, scheme, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    line = [BROWSER, *options, "--virtual-time-budget=10000", there.as_uri()]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True)

    assert "<title>wrong: </title>" in done.stdout


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(data=st.data())
def test_the_census_of_a_difference(made: ModuleType, data: st.DataObject) -> None:
    """Whatever two releases hold, old - removed + added = new, and the way back removes what was added."""
    pool = rows_of(made, 24)
    for row in pool:
        row["split"] = data.draw(st.sampled_from([*SPLITS, "unattributed"]))
    chosen = st.lists(st.sampled_from(range(24)), unique=True)
    one, other = ([pool[n] for n in data.draw(chosen)] for _ in range(2))
    index = side(pool).table("labels")
    before, after = side(one, index), side(other, index)
    there, back = difference(before, after), difference(after, before)

    assert len(one) - there.removed.count + there.added.count == len(other)
    assert there.removed.examples == back.added.examples
    assert there.removed.count == sum(there.removed.by.values())
    assert (bump_of(there) == Bump.MAJOR) == (there.removed.count > 0)


def test_the_version_follows_from_what_differs(made: ModuleType, tmp_path: Path) -> None:
    """Without a version a release has the one that its change demands; one below it is refused, and nothing written."""
    first = made.made_release(tmp_path / "one", 30)
    contents = made.contents(31, previous=first)

    with pytest.raises(
        UsageError, match=r"1\.0\.1 is too low .*1 artwork added.* it must be 1\.1\.0 at least"
    ):
        write_release(contents, tmp_path / "two", version="1.0.1")
    assert not (tmp_path / "two").exists()
    write_release(contents, tmp_path / "two")
    write_release(contents, tmp_path / "three", version="7.2.1")

    assert open_release(tmp_path / "two").version == "1.1.0"
    assert open_release(tmp_path / "three").version == "7.2.1"
    assert write_release(made.contents(30), tmp_path / "alone").version == "1.0.0"
    second = open_release(tmp_path / "two")
    assert set(second.ledger["since"].to_pylist()) <= {"1.0.0", "1.1.0"}
    with pytest.raises(UsageError, match="not a version"):
        version_after(None, "1.0")


def test_a_release_on_the_disk_differs_as_its_tables_did(made: ModuleType, tmp_path: Path) -> None:
    """Comparing two folders says what the build said when it wrote the second."""
    first = made.made_release(tmp_path / "one", 60)
    contents = made.contents(60, previous=first, options={"images": "all", "image_px": 256})
    write_release(contents, tmp_path / "two")

    change = difference(side_of(first), side_of(open_release(tmp_path / "two")))

    assert (change.new, bump_of(change)) == ("2.0.0", Bump.MAJOR)
    embedded = first.table(columns=["image_status"])["image_status"].to_pylist().count("in release")
    assert change.pictures_other.count == embedded
    changelog = (tmp_path / "two" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"- 1.0.0 -> 2.0.0: MAJOR ({embedded} artworks with another picture).\n" in changelog


def test_the_command(make_release: Callable[..., Release], tmp_path: Path) -> None:
    """It prints text or JSON, writes a page, and with --exit-code ends with 1 where anything differs."""
    old = make_release(20)
    new = make_release(22, previous=old)
    run = CliRunner().invoke

    text = run(app, ["diff", str(old.folder), str(new.folder)])
    assert text.exit_code == 0
    assert text.stdout.startswith("1.0.0 -> 1.1.0: MINOR (2 artworks added")
    page = tmp_path / "diff.html"
    as_json = run(
        app,
        ["diff", str(old.folder), str(new.folder), "--json", "--html", str(page), "--exit-code"],
    )
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["added"]["count"] == 2
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    same = run(app, ["diff", str(old.folder), str(old.folder), "--exit-code"])
    assert (same.exit_code, same.stdout) == (0, "1.0.0 -> 1.0.0: nothing differs\n")
    assert run(app, ["diff", str(old.folder), str(tmp_path / "none")]).exit_code == 2
    assert (
        run(app, ["diff", str(old.folder), str(new.folder), "--html", str(tmp_path)]).exit_code == 2
    )
