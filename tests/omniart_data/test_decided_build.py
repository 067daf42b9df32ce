"""Judgements as data, the whole circle: a build proposes, people decide, and the next builds apply or flag it."""

import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from crawlers.engine.fetch import FetchConfig
from crawlers.engine.source import Source
from omniart_data.build import build
from omniart_data.cli import app
from omniart_data.decision_files import TERM_KINDS, put_decision
from omniart_data.gather import Dump
from omniart_data.normalise.decisions import Decision, evidence_of
from omniart_data.plan import Plan
from omniart_data.release import Release, open_release, verify_release
from omniart_data.release.explain import explain
from omniart_data.review.candidates import candidate_table, open_candidates
from omniart_data.review.evidence import with_evidence
from omniart_data.review.naming import names_of
from omniart_data.review.sitting import Sitting
from omniart_data.review.works import Works
from omniart_data.workspace import Workspace
from schemas.record import Maker, Record, Text, to_batch

Snapshot = dict[str, Record]

COMMAND = Path(sys.executable).with_name("omniart-data")
RESTS_ON_LIFE = "its evidence has changed: look again, and decide anew"
SPLITS = ("train", "validation", "test", "unattributed")
ULAN = "http://vocab.getty.edu/ulan/500115493"


@dataclass(frozen=True)
class Shelf:
    """A museum that hands out the records it is given."""

    name: str
    records: Sequence[Record]
    attribution: str = "invented"

    def read_dump(self, _: Path) -> Iterator[pa.RecordBatch]:
        """Yield all records in one batch."""
        yield to_batch(self.records)


def record(key: str, **said: Any) -> Record:
    """Return a record of the Made Museum, whose evidence is the SHA-256 of what it says."""
    source, _, number = key.partition(":")
    name = sha256(key.encode()).hexdigest()
    told: dict[str, Any] = {"institution": "Made Museum", "titles": titled(f"The ship {name}")}
    raw = sha256(repr((key, sorted(said.items()))).encode()).hexdigest()
    return Record(source, number, sha256=raw, **(told | said))


def by(name: str, born: int | None = None, died: int | None = None, *ids: str) -> tuple[Maker, ...]:
    """Return one maker."""
    return (Maker(name, "", "", born, died, ids),)


def in_dutch(*words: str) -> tuple[Text, ...]:
    """Return words as Dutch texts."""
    return tuple(Text(word, "nl") for word in words)


def titled(title: str) -> tuple[Text, ...]:
    """Return an English title."""
    return (Text(title, "en"),)


STEEN = by("Jan Steen", 1626, 1679, ULAN)
TWICE = {"makers": STEEN, "year_first": 1660, "year_last": 1660, "dates": (Text("1660", "en"),)}
MEN, WOMEN = {"titles": titled("Portrait of a man")}, {"titles": titled("Portrait of a woman")}
FAMILY = {"titles": titled("The merry family of Leiden")}

SAID: dict[str, dict[str, Any]] = {
    "met:waele": {"makers": by("Marinus van Reymerswaele", None, 1546)},
    "wga:wale": {"makers": by("Marinus van Reymerswale", None, 1546)},
    "met:waele2": {"makers": by("Marinus van Reymerswaele", None, 1546)},
    "met:aen": {"makers": by("Sebastiaen Vrancx", 1573, 1647)},
    "wga:an": {"makers": by("Sebastian Vrancx", 1573, 1647)},
    "met:piet": {"makers": by("Piet Prutser", 1601, 1650)},
    "met:zorbel": {"makers": by("Zorbel Quux", 1701, 1750)},
    "met:type": {"types": in_dutch("Zorbelding")},
    "met:typeless": {"types": in_dutch("kwaakding")},
    "met:material": {"materials": in_dutch("fabeliet")},
    "met:immaterial": {"materials": in_dutch("prutsel")},
    "met:technique": {"techniques": in_dutch("knutselwerk")},
    "met:artless": {"techniques": in_dutch("gefrutsel")},
    "met:man": TWICE | MEN,
    "wga:man": TWICE | MEN,
    "met:woman": TWICE | WOMEN,
    "wga:woman": TWICE | WOMEN,
    "met:family": TWICE | FAMILY,
    "wga:family": TWICE | FAMILY,
    "met:dated": {"dates": (Text("1640", "en"),)},
    "met:made": {"materials": in_dutch("doek")},
    "met:typed": {"types": in_dutch("schilderij")},
    "met:by": {"makers": by("Anonymous")},
    "met:after": {"makers": (Maker("Peter Paul Rubens", "", "Workshop of"),)},
    "met:coarse": {"types": in_dutch("schilderij")},
    "met:byno": {"makers": by("Willem Wie", 1801, 1850)},
}
BASE: Snapshot = {key: record(key, **said) for key, said in SAID.items()}
"""What the museums say at first."""

MORE_SAID: dict[str, dict[str, Any]] = {
    "met:waele3": {"makers": by("Marinus van Reymerswaele", None, 1546)},
    "met:piet2": {"makers": by("Piet Prutser", 1601, 1650)},
    "met:type2": {"types": in_dutch("zorbelding")},
    "met:material2": {"materials": in_dutch("Fabeliet", "doek")},
    "wga:other": {"makers": by("Somebody Else", 1701, 1750)},
}
MORE: Snapshot = BASE | {key: record(key, **said) for key, said in MORE_SAID.items()}
"""The same, and more of it."""


@dataclass(frozen=True)
class Case:
    """One decision, and what it makes of a column of one artwork."""

    kind: str
    action: str
    subject: str
    object: str
    artwork: str
    column: str
    before: Any
    after: Any
    raw: str
    """What explain shows of the museum's words."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further columns, afterwards."""

    @property
    def decision(self) -> Decision:
        """Return the decision without its evidence."""
        reason = f"looked at {self.artwork}"
        return Decision(self.kind, self.action, self.subject, self.object, reason)


WAELE, WALE = "name:marinus reymerswaele -1546", "name:marinus reymerswale -1546"
PIET, QUUX = "name:piet prutser 1601-1650", "name:quux zorbel 1701-1750"
VRANCX = ("name:sebastiaen vrancx 1573-1647", "name:sebastian vrancx 1573-1647")
CASES = (
    Case(
        *("artist", "merge", WAELE, WALE, "wga:wale", "artist"),
        *("Marinus van Reymerswale", "Marinus van Reymerswaele", "Marinus van Reymerswale"),
        {"artist_id": WAELE},
    ),
    Case(
        *("artist", "rename", PIET, "Piet de Prutser", "met:piet", "artist"),
        *("Piet Prutser", "Piet de Prutser", "Piet Prutser"),
        {"artist_id": PIET},
    ),
    Case(
        *("artist", "reject", QUUX, "", "met:zorbel", "artist"),
        *("Zorbel Quux", None, "Zorbel Quux"),
        {"artist_id": None},
    ),
    Case(
        *("type", "rename", "nl:zorbelding", "Rowlocks", "met:type", "artwork_types"),
        *(["zorbelding"], ["rowlock"], "Zorbelding"),
    ),
    Case(
        *("type", "reject", "nl:kwaakding", "", "met:typeless", "artwork_types"),
        *(["kwaakding"], [], "kwaakding"),
    ),
    Case(
        *("material", "rename", "nl:fabeliet", "cobalt", "met:material", "materials"),
        *(["fabeliet"], ["cobalt"], "fabeliet"),
    ),
    Case(
        *("material", "reject", "nl:prutsel", "", "met:immaterial", "materials"),
        *(["prutsel"], [], "prutsel"),
    ),
    Case(
        *("technique", "rename", "nl:knutselwerk", "Etchings", "met:technique", "techniques"),
        *(["knutselwerk"], ["etching"], "knutselwerk"),
    ),
    Case(
        *("technique", "reject", "nl:gefrutsel", "", "met:artless", "techniques"),
        *(["gefrutsel"], [], "gefrutsel"),
    ),
    Case(
        *("artwork", "set", "met:dated", "years=1630/1660", "met:dated", "year_first"),
        *(1640, 1630, "1640"),
        {
            "year_last": 1660,
            "year": 1645.0,
            "century": 17,
            "period": "1601-1650",
            "circa": False,
            "date_precision": "year",
        },
    ),
    Case(
        *("artwork", "set", "met:made", "materials=oil paint; oak", "met:made", "materials"),
        *(["canvas"], ["oil paint", "oak"], "doek"),
    ),
    Case(
        *("artwork", "set", "met:typed", "artwork_types=etching", "met:typed", "artwork_types"),
        *(["painting"], ["etching"], "schilderij"),
        {"coarse_type": "print"},
    ),
    Case(
        *("artwork", "set", "met:by", "artist=Jan Steen", "met:by", "artist"),
        *(None, "Jan Steen", "Anonymous"),
        {
            "artist_id": "ulan:500115493",
            "artist_status": "named",
            "artist_certainty": "certain",
            "artist_qualifier": "",
            "qualified_artist": None,
        },
    ),
    Case(
        *("artwork", "set", "met:byno", "artist=", "met:byno", "artist"),
        *("Willem Wie", None, "Willem Wie"),
        {"artist_id": None, "artist_status": "decided", "artist_certainty": ""},
    ),
    Case(
        *("artwork", "set", "met:after", "artist=Prutser, Piet", "met:after", "artist"),
        *(None, "Piet de Prutser", "Rubens"),
        {
            "artist_id": PIET,
            "artist_status": "named",
            "artist_certainty": "certain",
            "artist_qualifier": "",
            "qualified_artist": None,
        },
    ),
    Case(
        *("artwork", "set", "met:coarse", "coarse_type=vessel", "met:coarse", "coarse_type"),
        *("painting", "vessel", "schilderij"),
        {"artwork_types": ["painting"]},
    ),
)
"""Decisions that change a label."""

PAIRS = (
    Decision("artist", "keep apart", *VRANCX, "two men"),
    Decision("work", "merge", "met:man", "wga:man", "the same panel"),
    Decision("work", "keep apart", "met:woman", "wga:woman", "two panels"),
    Decision("work", "keep apart", "met:family", "wga:family", "two families"),
)
"""Decisions that change no label."""


def build_of(workspace: Path, snapshot: Snapshot) -> Release:
    """Build a release of what some museums say, and return it; it verifies, like every release."""
    workspace.mkdir(exist_ok=True)
    dumps = []
    for name in sorted({one.source for one in snapshot.values()}):
        path = workspace / f"{name}.txt"
        records = [one for one in snapshot.values() if one.source == name]
        path.write_text(repr(records), encoding="utf-8")
        dumps.append(Dump(name, path, cast("Source", Shelf(name, records))))
    plan = Plan(images="none", allow_moves=True)
    built = build(plan.reading(dumps), Workspace(workspace), FetchConfig())
    assert verify_release(built.folder).failures == ()
    return open_release(built.folder)


def rows(release: Release) -> dict[str, dict[str, Any]]:
    """Return all artworks by id."""
    return {row["id"]: row for row in release.table(*SPLITS).to_pylist()}


def proposed(release: Release) -> set[tuple[str, ...]]:
    """Return kind and subjects of all candidates."""
    table = release.side_table("candidates").to_pylist()
    return {(row["kind"], *sorted(filter(None, (row["subject"], row["object"])))) for row in table}


def flagged(release: Release) -> dict[tuple[str, str], str]:
    """Return why decisions were not applied, by action and subject."""
    table = release.side_table("flagged").to_pylist()
    assert len({(row["action"], row["subject"]) for row in table}) == len(table)
    return {(row["action"], row["subject"]): row["why"] for row in table}


def groups(release: Release) -> dict[str, str]:
    """Return the group of each artwork that has company there."""
    table = release.side_table("groups").to_pylist()
    return {row["id"]: row["group"] for row in table}


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a release."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def all_decided(release: Release) -> list[Decision]:
    """Return all decisions with the evidence that a release gives them."""
    return [with_evidence(release, one) for one in (*(c.decision for c in CASES), *PAIRS)]


@dataclass(frozen=True)
class Circle:
    """A workspace with three releases: before anything was decided, after it, and of a later snapshot."""

    workspace: Path
    undecided: Release
    decided: Release
    later: Release


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Circle:
    """Build, decide everything, build again, and build a later snapshot."""
    workspace = tmp_path_factory.mktemp("circle") / "w"
    undecided = build_of(workspace, BASE)
    for one in all_decided(undecided):
        put_decision(workspace / "decisions", one)
    return Circle(workspace, undecided, build_of(workspace, BASE), build_of(workspace, MORE))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.action} {case.column}")
def test_a_decision_changes_the_label_and_is_named(circle: Circle, case: Case) -> None:
    """The next build gives the decided label; explain names decision, reason, the museum's words, the raw SHA-256."""
    before, after = (rows(release)[case.artwork] for release in (circle.undecided, circle.decided))
    assert before[case.column] == case.before
    assert after[case.column] == case.after
    assert {name: after[name] for name in case.more} == case.more

    told = explain(circle.decided, case.artwork)
    assert str(case.decision) in told
    assert f"({case.decision.reason})" in told
    assert case.raw in told
    assert f"sha256 {BASE[case.artwork].sha256}" in told
    assert str(case.decision) not in explain(circle.undecided, case.artwork)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.action} {case.column}")
def test_a_later_snapshot_applies_it_again(circle: Circle, case: Case) -> None:
    """More records change nothing about what was decided."""
    later = rows(circle.later)

    assert len(later) == len(MORE)
    assert later[case.artwork][case.column] == case.after
    assert str(case.decision) in explain(circle.later, case.artwork)


def test_a_decision_holds_for_new_records(circle: Circle) -> None:
    """What was decided about an artist or a word holds for works that nobody had seen then."""
    later = rows(circle.later)

    assert later["met:waele3"]["artist_id"] == WAELE
    assert later["met:piet2"]["artist"] == "Piet de Prutser"
    assert later["met:type2"]["artwork_types"] == ["rowlock"]
    assert later["met:material2"]["materials"] == ["cobalt", "canvas"]


def test_what_was_decided_is_no_candidate_any_more(circle: Circle) -> None:
    """The first build proposes the pairs and the words; once decided none comes back, and nothing is flagged."""
    vrancx = ("artist", *VRANCX)
    asked = {
        ("artist", WAELE, WALE),
        vrancx,
        ("work", "met:man", "wga:man"),
        ("work", "met:woman", "wga:woman"),
        *((one.kind, one.subject.partition(":")[2]) for one in CASES if one.kind in TERM_KINDS),
    }
    assert proposed(circle.undecided) == asked
    assert proposed(circle.decided) == proposed(circle.later) == set()
    for release in (circle.decided, circle.later):
        assert open_candidates(candidate_table(release), ()) == []
        assert flagged(release) == {}


def test_kept_apart_stays_two(circle: Circle) -> None:
    """Two artists who are kept apart keep their ids and their labels."""
    for release in (circle.undecided, circle.decided, circle.later):
        found = rows(release)
        assert found["met:aen"]["artist"] == "Sebastiaen Vrancx"
        assert found["wga:an"]["artist"] == "Sebastian Vrancx"


def test_works_are_bound_and_kept_apart(circle: Circle) -> None:
    """Merged works are one group and explained as such; of works kept apart even a sure link is gone."""
    before, after = groups(circle.undecided), groups(circle.decided)
    assert before["met:family"] == before["wga:family"]
    assert before["met:man"] == before["wga:man"]  # on one side until it is decided
    assert after["met:man"] == after["wga:man"]
    assert not {"met:family", "wga:family", "met:woman", "wga:woman"} & after.keys()
    assert groups(circle.later) == after

    told = explain(circle.decided, "met:man")
    assert (
        "wga:man (one group): decisions/work.csv: merge met:man -> wga:man (the same panel)" in told
    )


def test_the_order_of_rows_does_not_matter(circle: Circle, tmp_path: Path) -> None:
    """The same decisions in files whose rows stand in another order give the same release, byte for byte."""
    again = tmp_path / "w"
    build_of(again, BASE)
    (again / "decisions").mkdir(exist_ok=True)
    for path in (circle.workspace / "decisions").iterdir():
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        turned = lines[::-1]
        random.Random(4).shuffle(lines)
        other = turned if lines == sorted(lines) else lines
        (again / "decisions" / path.name).write_text("\n".join([header, *other, ""]))

    assert contents(build_of(again, BASE).folder) == contents(circle.decided.folder)


def test_what_has_changed_is_flagged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, circle: Circle
) -> None:
    """A decision whose evidence has changed is not applied, but told of; its candidate is open again."""
    changes: dict[str, dict[str, Any]] = {
        "wga:wale": {"makers": by("Marinus van Reymerswale", None, 1567)},
        "met:piet": {"makers": by("Piet Prutser", 1601, 1651)},
        "met:piet2": {"makers": by("Piet Prutser", 1601, 1651)},
        "met:zorbel": {"makers": by("Zorbel Quux", 1702, 1750)},
        "wga:man": {"titles": titled("Portrait of a man, signed")},
        "met:woman": {"year_first": 1661, "year_last": 1661, "dates": (Text("1661", "en"),)},
        "met:dated": {"dates": (Text("1645", "en"),)},
        "met:made": {"materials": in_dutch("doek", "paneel")},
        "met:typed": {"types": in_dutch("schilderij", "prent")},
        "met:by": {"makers": by("")},
        "met:after": {"makers": by("Anonymous")},
    }
    changed = MORE | {key: replace(MORE[key], **said) for key, said in changes.items()}
    workspace = tmp_path / "w"
    for one in all_decided(circle.undecided):
        put_decision(workspace / "decisions", one)
    with caplog.at_level("WARNING"):
        release = build_of(workspace, changed)

    said = "what the museum says about {} is not what it was when this was decided"
    assert flagged(release) == {
        ("merge", WAELE): RESTS_ON_LIFE,
        ("rename", PIET): RESTS_ON_LIFE,
        ("reject", QUUX): RESTS_ON_LIFE,
        ("set", "met:dated"): said.format("years"),
        ("set", "met:made"): said.format("materials"),
        ("set", "met:typed"): said.format("artwork_types"),
        ("set", "met:by"): said.format("artist"),
        ("set", "met:after"): said.format("artist"),
        ("merge", "met:man"): WORK_CHANGED,
        ("keep apart", "met:woman"): WORK_CHANGED,
    }
    found = rows(release)
    assert found["wga:wale"]["artist"] == "Marinus van Reymerswale"
    assert found["met:piet"]["artist"] == "Piet Prutser"
    assert found["met:zorbel"]["artist"] == "Zorbel Quux"
    assert found["met:dated"]["year_first"] == 1645
    assert found["met:made"]["materials"] == ["canvas", "panel"]
    assert found["met:by"]["artist"] is None
    assert found["met:after"]["artist_status"] == "anonymous"
    assert found["met:type"]["artwork_types"] == ["rowlock"]
    assert groups(release).get("met:man") != "met:man"
    warned = [line.getMessage() for line in caplog.records if line.levelname == "WARNING"]
    assert any(f"is not applied: {RESTS_ON_LIFE}" in line for line in warned)
    assert warned[-1] == "5 more decisions are not applied: see flagged.parquet"


WORK_CHANGED = "its evidence has changed: title, number or years of one of the two; decide again"


def test_what_is_gone_or_known_meanwhile_is_flagged(tmp_path: Path, circle: Circle) -> None:
    """A decision about what no record names any more, and one on a word that a table knows, are flagged."""
    gone = (
        "waele",
        "waele2",
        "piet",
        "zorbel",
        "man",
        "dated",
        "aen",
        "type",
        "immaterial",
        "technique",
    )
    left = {key: one for key, one in BASE.items() if key.removeprefix("met:") not in gone}
    workspace = tmp_path / "w"
    known = Decision(
        *("material", "rename", "nl:doek", "sailcloth", "by its weave"),
        evidence_of("material", "doek", "nl"),
    )
    for one in (*all_decided(circle.undecided), known):
        put_decision(workspace / "decisions", one)
    release = build_of(workspace, left)

    assert flagged(release) == {
        ("merge", WAELE): f"no artist has the id {WAELE}",
        ("keep apart", VRANCX[0]): f"no artist has the id {VRANCX[0]}",
        ("rename", PIET): f"no artist has the id {PIET}",
        ("reject", QUUX): f"no artist has the id {QUUX}",
        ("rename", "nl:doek"): "schemas/vocab knows it now",
        ("rename", "nl:zorbelding"): "no record here has this word",
        ("reject", "nl:prutsel"): "no record here has this word",
        ("rename", "nl:knutselwerk"): "no record here has this word",
        ("merge", "met:man"): "not among the artworks: met:man",
        ("set", "met:dated"): "no artwork here has this id",
    }
    assert rows(release)["met:made"]["materials"] == ["oil paint", "oak"]


@pytest.mark.parametrize("language", ["", "la", "zh-hans", "NL", "grc"])
def test_a_word_of_any_language_can_be_decided(tmp_path: Path, language: str) -> None:
    """A museum's language may be any: what is decided about its words holds all the same."""
    said = {"met:1": record("met:1", materials=(Text("zorbeliet", language),))}
    workspace = tmp_path / "w"
    (found,) = open_candidates(candidate_table(build_of(workspace, said)), ())
    assert found.subject == f"{language}:zorbeliet"
    put_decision(workspace / "decisions", found.decided("rename", "cobalt", ""))

    release = build_of(workspace, said)

    assert rows(release)["met:1"]["materials"] == ["cobalt"]
    assert flagged(release) == {}


def test_what_no_vocabulary_has_is_not_set(tmp_path: Path) -> None:
    """A term that was there when it was decided, and is nowhere now, makes no label; a form of one is shown as it."""
    said = {
        "met:1": record("met:1", materials=in_dutch("doek")),
        "met:2": record("met:2", materials=in_dutch("zorbelietje")),
        "met:3": record("met:3", types=in_dutch("schilderij")),
    }
    workspace = tmp_path / "w"
    first = build_of(workspace, said)
    for setting in ("materials=zorbelietje", "artwork_types=Etchings", "coarse_type=blob"):
        key = "met:3" if "type" in setting else "met:1"
        one = Decision("artwork", "set", key, setting, "to see it")
        put_decision(workspace / "decisions", with_evidence(first, one))
    release = build_of(workspace, said)
    assert rows(release)["met:1"]["materials"] == ["zorbelietje"]
    assert rows(release)["met:3"]["artwork_types"] == ["etching"]
    assert rows(release)["met:3"]["coarse_type"] == "print"
    table = release.side_table("flagged").to_pylist()
    assert [row["why"] for row in table] == ["'blob' is no coarse type any more"]

    del said["met:2"]
    release = build_of(workspace, said)
    assert rows(release)["met:1"]["materials"] == ["canvas"]
    table = release.side_table("flagged").to_pylist()
    assert "no vocabulary and no artwork here has the material 'zorbelietje'" in [
        row["why"] for row in table
    ]


INDEX = """
collection = "attic"
institution = "The Attic"
index = "index.csv"
language = "nl"

[columns]
id = "id"
artist = "artist"
artist_died = "died"
material = "material"
"""


def attic(folder: Path, *lines: str) -> str:
    """Write a collection of one's own, and return its --from argument."""
    folder.mkdir(exist_ok=True)
    (folder / "collection.toml").write_text(INDEX, encoding="utf-8")
    body = ["id,artist,died,material", *lines, ""]
    (folder / "index.csv").write_text("\n".join(body), encoding="utf-8")
    return f"local={folder}"


def run(workspace: Path, *arguments: str) -> tuple[list[str], list[str]]:
    """Run a command that ends well; return the lines on stdout and stderr."""
    done = CliRunner().invoke(app, [*arguments, "--workspace", str(workspace)])
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines(), done.stderr.splitlines()


def test_the_circle_by_commands(tmp_path: Path) -> None:
    """build, decide, build, and a build of changed words: labels change, stderr and `decisions` tell what was flagged."""
    workspace = tmp_path / "w"
    said = ("1,Marinus van Reymerswaele,1546,Fabeliet", "2,Marinus van Reymerswale,1546,doek")
    building = ("build", "--images", "none", "--allow-moves", "--from")
    run(workspace, *building, attic(tmp_path / "a", *said))
    run(workspace, "decide", "artist", "merge", WALE, WAELE, "--reason", "one man")
    run(workspace, "decide", "material", "rename", "FABELIET ", "cobalt", "--reason", "his word")
    run(workspace, "decide", "artwork", "set", "local-attic:2", "materials=oak", "--reason", "seen")

    _, warned = run(workspace, *building, attic(tmp_path / "a", *said))
    release = workspace / "releases" / "omniart-2.0.0"
    found = rows(open_release(release))
    assert warned == []
    assert {row["artist_id"] for row in found.values()} == {WAELE}
    assert [row["materials"] for row in found.values()] == [["cobalt"], ["oak"]]
    told = "\n".join(run_plain("explain", str(release), "local-attic:2"))
    assert "because  decisions/artwork.csv: set local-attic:2 -> materials=oak (seen)" in told
    listed, _ = run(workspace, "decisions")
    assert not any("not applied" in line for line in listed)

    changed = (said[0].replace("1546", "1567"), said[1].replace("doek", "paneel"))
    line = [str(COMMAND), *building, attic(tmp_path / "a", *changed), "--workspace", str(workspace)]
    warned = subprocess.run(line, capture_output=True, text=True, check=True).stderr.splitlines()
    listed, _ = run(workspace, "decisions")

    assert [line.count("is not applied") for line in warned] == [1, 1]
    assert [line.split("\t")[5:] for line in listed] == [
        [f"not applied: {RESTS_ON_LIFE}"],
        [
            "not applied: what the museum says about materials is not what it was when this was decided"
        ],
        [],
    ]
    found = rows(open_release(workspace / "releases" / "omniart-3.0.0"))
    assert [row["materials"] for row in found.values()] == [["cobalt"], ["panel"]]


def run_plain(*arguments: str) -> list[str]:
    """Run a command that knows no workspace and ends well; return the lines on stdout."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()


def test_a_word_that_the_tables_know_is_not_decided(tmp_path: Path) -> None:
    """A decision that no build would apply is refused when it is made, with what to do instead."""
    workspace = tmp_path / "w"
    run(workspace, "build", "--images", "none", "--from", attic(tmp_path / "a", "1,,,doek"))

    asked = ("decide", "material", "rename", "doek", "sailcloth", "--reason", "its weave")
    done = CliRunner().invoke(app, [*asked, "--workspace", str(workspace)])

    assert done.exit_code == 2
    assert "the tables know 'doek'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list((workspace / "decisions").glob("*")) == []


def test_a_sitting_decides_all_and_the_next_finds_nothing(tmp_path: Path) -> None:
    """All that the page offers can be decided there, and each such decision holds in the next build."""
    workspace = tmp_path / "w"
    release = build_of(workspace, BASE)
    candidates = open_candidates(candidate_table(release), ())
    sitting = Sitting(
        workspace / "decisions", candidates, Works(release, (), None), names_of(release), title="T"
    )
    for number, one in enumerate(candidates):
        action = {"artist": "keep apart", "work": "merge"}.get(one.kind, "rename")
        sitting.decide(number, action, f"thing {number}", is_new=True)

    again = build_of(workspace, BASE)

    assert sitting.decisions == len(candidates) == 10
    assert flagged(again) == {}
    assert proposed(again) == set()


def test_the_rename_of_a_slip_is_prefilled_in_english(tmp_path: Path) -> None:
    """A candidate names the known word that it may be a slip for, and its label is that word in English."""
    said = {"met:1": record("met:1", types=in_dutch("schoorsteenn", "pastell"))}
    found = build_of(tmp_path / "w", said).side_table("candidates").to_pylist()

    assert [(one["object"], one["object_label"]) for one in found] == [
        ("schoorsteen", "chimneypiece")
    ]
