"""A takedown: nothing names the artwork any more, no build brings it back, and all others stay where they are."""

import hashlib
import io
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from crawlers.engine.fetch import FetchConfig
from crawlers.engine.source import Page
from crawlers.sample import SAMPLE_SOURCES, sample_museum
from omniart_data.build import build
from omniart_data.cli import app
from omniart_data.decision_files import put_decision, read_decisions
from omniart_data.gather import gather_store, parse_dump
from omniart_data.normalise.decisions import Decision
from omniart_data.plan import Built, Plan
from omniart_data.publish.log import Published, note
from omniart_data.release import Release, open_release, verify_release
from omniart_data.takedown.journal import Journal, Step, read_journal, write_journal
from omniart_data.takedown.plan import make_plan
from omniart_data.takedown.run import take_down
from omniart_data.takedown.tombstones import Tombstone, put_tombstone, read_tombstones
from omniart_data.takedown.traces import LEARNT, read_features
from omniart_data.workspace import Workspace
from schemas.errors import UsageError
from schemas.raw import RawRecord

Write = Callable[..., Path]
Answer = Callable[..., dict[str, object]]

REASON = "a made request, <b>no. 7</b>"


def run(workspace: Path, *words: str) -> tuple[int, str, str]:
    """Run takedown in a workspace; return exit code, stdout and stderr."""
    done = CliRunner().invoke(app, ["takedown", *words, "--workspace", str(workspace)])
    return done.exit_code, done.stdout, done.stderr


def releases(workspace: Path) -> dict[str, Release]:
    """Return the releases of a workspace by version, each verified."""
    found = {}
    for version in Workspace(workspace).versions():
        text = ".".join(map(str, version))
        folder = Workspace(workspace).release(text)
        assert verify_release(folder).failures == ()
        found[text] = open_release(folder)
    return found


def splits(release: Release, *but: str) -> dict[str, str]:
    """Return the split of each artwork, without some."""
    rows = release.table(columns=["id", "split"]).to_pylist()
    return {row["id"]: row["split"] for row in rows if row["id"] not in but}


def all_bytes(folder: Path) -> bytes:
    """Return the bytes of all files below a folder."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, but for locks and what SQLite lays beside its own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal"))
    }


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace with a crawl of the sample museum, its pictures, and two releases."""
    folder = tmp_path_factory.mktemp("crawled")
    with sample_museum(works=120) as museum:
        fetching = FetchConfig(
            default_rate=2000.0, concurrency=8, backoff_s=0.01, routes=museum.routes
        )
        for image_px in (512, 40):
            plan = Plan(image_px=image_px).crawling({"sample-met": SAMPLE_SOURCES["sample-met"]})
            build(plan, Workspace(folder), fetching)
    return folder


@pytest.fixture
def workspace(crawled: Path, tmp_path: Path) -> Path:
    """Give a copy of the crawled workspace."""
    return Path(shutil.copytree(crawled, tmp_path / "w"))


def with_picture(workspace: Path) -> tuple[str, str]:
    """Return an artwork in train whose picture is embedded and no other's, and the picture."""
    release = open_release(Workspace(workspace).release("1.0.0"))
    rows = release.table("train", columns=["id", "image_sha256", "image_status"]).to_pylist()
    pictures = [row["image_sha256"] for row in rows]
    return next(
        (row["id"], row["image_sha256"])
        for row in rows
        if row["image_status"] == "in release" and pictures.count(row["image_sha256"]) == 1
    )


@dataclass(frozen=True)
class Gone:
    """A workspace after the takedown of an artwork: its picture, what was crawled of it, and what was said."""

    workspace: Path
    artwork: str
    sha256: str
    raws: tuple[RawRecord, ...]
    said: tuple[int, str, str]


def add_features(workspace: Path, sha256: str) -> tuple[Path, ...]:
    """Write the features of a picture and of another one, in each of their forms; return the files."""
    part = workspace / "features" / "base-1" / "part.parquet"
    part.parent.mkdir(parents=True)
    metadata = {"base": "made"}
    table = pa.table({"image_sha256": [sha256, "0" * 64], "original": [b"ab", b"cd"]})
    pq.write_table(table.replace_schema_metadata(metadata), part)
    shutil.copy(part, workspace / "features.parquet")
    mapped = part.with_suffix(".arrow")  # as the cache of today writes them
    with pa.ipc.new_file(str(mapped), table.replace_schema_metadata(metadata).schema) as writer:
        writer.write_table(table.replace_schema_metadata(metadata))
    return part, workspace / "features.parquet", mapped


@pytest.fixture(scope="module")
def gone(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Gone:
    """Give a copy of the crawled workspace from which an artwork was taken down."""
    place = Path(shutil.copytree(crawled, tmp_path_factory.mktemp("gone") / "w"))
    artwork, sha256 = with_picture(place)
    add_features(place, sha256)
    with Workspace(place).opened() as (store, _):
        raws = store.statements(*artwork.split(":", 1))
    said = run(place, artwork, "--reason", REASON, "--yes")
    return Gone(place, artwork, sha256, tuple(raws), said)


def test_nothing_names_it_and_all_others_stay(crawled: Path, gone: Gone) -> None:
    """Raw record, picture, features and rows are gone; each release is a new version with the same splits."""
    workspace, artwork, sha256 = gone.workspace, gone.artwork, gone.sha256
    source_id = artwork.partition(":")[2]
    before = releases(crawled)
    old = [splits(release, artwork) for release in before.values()]
    code, out, err = gone.said

    assert (code, err.count(" now")) == (0, 2)
    after = releases(workspace)
    assert list(before) == ["1.0.0", "2.0.0"]
    assert list(after) == ["3.0.0", "4.0.0"]
    assert [splits(release) for release in after.values()] == old
    for release in after.values():
        rows = release.side_table("dropped").to_pylist()
        dropped = [row for row in rows if row["source_id"] == source_id]
        assert [(row["rule"], row["reason"]) for row in dropped] == [("takedown", REASON)]
    assert not list((workspace / "images").rglob(f"*{sha256}*"))
    for folder in ("raw", "images", "features"):
        assert sha256.encode() not in all_bytes(workspace / folder)
        assert source_id.encode() not in all_bytes(workspace / folder)
    features = [*workspace.glob("features/*/*"), workspace / "features.parquet"]
    assert len(features) == 3
    for file in features:
        held = read_features(file)
        assert held["image_sha256"].to_pylist() == ["0" * 64]
        assert held.schema.metadata == {b"base": b"made"}
    assert "left:" not in out
    assert run(workspace, artwork, "--check")[0] == 0


def test_a_dry_run_changes_nothing(workspace: Path) -> None:
    """The plan names every step, as text and as JSON, and not a byte is another afterwards."""
    artwork, sha256 = with_picture(workspace)
    before = files_of(workspace)
    code, out, _ = run(workspace, artwork, "--reason", REASON, "--dry-run")
    _, told, _ = run(workspace, artwork, "--reason", REASON, "--dry-run", "--json")
    plan = json.loads(told)

    assert code == 0
    assert "1.0.0 becomes 3.0.0" in out
    assert plan["tombstone"]["splits"] == ["train"]
    assert plan["tombstone"]["pictures"] == [sha256]
    assert [step["new"] for step in plan["steps"]] == ["3.0.0", "4.0.0"]
    assert files_of(workspace) == before


MAPPING = """
collection = "attic"
institution = "The Attic"
index = "index.csv"
images = ["pictures"]
rights = "https://creativecommons.org/publicdomain/zero/1.0/"

[columns]
id = "id"
file = "file"
title = "title"
"""


def test_pictures_of_a_collection(tmp_path: Path) -> None:
    """A picture that another work has too stays; its own goes, and no later build takes it from the folder again."""
    attic, place = tmp_path / "attic", tmp_path / "w"
    (attic / "pictures").mkdir(parents=True)
    (attic / "collection.toml").write_text(MAPPING, encoding="utf-8")
    rows = ["id,file,title", *(f"{n},{n}.jpg,Work {n}" for n in range(4))]
    (attic / "index.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for number in range(4):
        out = io.BytesIO()
        Image.new("RGB", (90, 60), (60 * max(number, 1), 90, 100)).save(out, "JPEG")
        (attic / "pictures" / f"{number}.jpg").write_bytes(out.getvalue())
    own, shared = (
        hashlib.sha256((attic / "pictures" / f"{n}.jpg").read_bytes()).hexdigest() for n in (3, 0)
    )
    plan = Plan(accept_loss=True).reading([parse_dump(f"local={attic}")])
    build(plan, Workspace(place), FetchConfig())

    told = run(place, "local-attic:0", "--reason", REASON, "--yes")[1]
    assert "kept: 1 pictures that other artworks have too" in told
    assert run(place, "local-attic:3", "--reason", REASON, "--yes")[0] == 0
    built = build(plan, Workspace(place), FetchConfig())

    held = {path.name for path in (place / "images").glob("*/*")}
    assert shared in held
    assert own not in held
    assert set(splits(open_release(built.folder))) == {"local-attic:1", "local-attic:2"}
    assert run(place, "local-attic:3", "--check")[0] == 0
    assert run(place, "local-attic:0", "--check")[0] == 0


class BrokenOffError(Exception):
    """Stands for a kill."""


def test_broken_off_and_gone_on_with(workspace: Path) -> None:
    """Between two releases each is whole; no build begins then; the same command again completes it."""
    artwork, _ = with_picture(workspace)
    old = [splits(release, artwork) for release in releases(workspace).values()]
    place = Workspace(workspace)

    def stop(_: Step) -> None:
        raise BrokenOffError

    with place.opened() as stores:
        plan = make_plan(place, artwork, REASON, stores)
        with pytest.raises(BrokenOffError):
            take_down(plan, place, *stores, told=stop)

    assert list(releases(workspace)) == ["2.0.0", "3.0.0"]
    assert run(workspace, artwork, "--check")[0] == 1
    with pytest.raises(UsageError, match="broken off: finish it"):
        build(Plan(images="none"), place, FetchConfig())
    other = next(iter(old[0]))
    assert run(workspace, other, "--reason", REASON, "--yes")[0] == 2

    assert run(workspace, artwork, "--yes")[0] == 0
    done = releases(workspace)
    assert [splits(release) for release in done.values()] == old
    assert list(done) == ["3.0.0", "4.0.0"]
    assert read_journal(workspace) is None

    again = files_of(workspace / "releases")
    assert run(workspace, artwork, "--yes")[0] == 0
    assert files_of(workspace / "releases") == again


def from_file(workspace: Path, path: Path) -> Built:
    """Build from a bulk file, without images."""
    plan = Plan(images="none").reading([parse_dump(f"met={path}")])
    return build(plan, Workspace(workspace), FetchConfig())


def answers(api: Answer, works: int) -> list[dict[str, object]]:
    """Return answers of the Met, of two artists."""
    names = ("Rembrandt", "Jan Luyken")
    return [api(number, artistDisplayName=names[number % 2]) for number in range(1, works + 1)]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, api: Answer) -> Path:
    """Give a workspace with two releases of a bulk file that grew."""
    folder = tmp_path_factory.mktemp("grown")
    for works in (12, 16):
        lines = (json.dumps(answer) + "\n" for answer in answers(api, works))
        (folder / "met.jsonl").write_text("".join(lines), encoding="utf-8")
        from_file(folder / "w", folder / "met.jsonl")
    return folder / "w"


@pytest.fixture
def from_files(grown: Path, tmp_path: Path) -> Path:
    """Give a copy of the workspace whose releases are of a bulk file."""
    return Path(shutil.copytree(grown, tmp_path / "w"))


@pytest.fixture(scope="module")
def calm(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the workspace of a bulk file from which met:3 was taken down, undisturbed."""
    place = Path(shutil.copytree(grown, tmp_path_factory.mktemp("calm") / "w"))
    assert run(place, "met:3", "--reason", REASON, "--yes")[0] == 0
    return place


def test_no_build_brings_it_back(
    grown: Path, calm: Path, tmp_path: Path, met_file: Write, api: Answer
) -> None:
    """The bulk file holds it still, and a statement of it that cannot be read: each is dropped for the takedown."""
    old = splits(list(releases(grown).values())[-1], "met:3")
    from_files = Path(shutil.copytree(calm, tmp_path / "w"))
    broken = api(3)
    del broken["title"]
    built = from_file(from_files, met_file([*answers(api, 17), broken]))
    release = open_release(built.folder)

    assert verify_release(built.folder).failures == ()
    assert set(splits(release)) == {f"met:{n}" for n in range(1, 18)} - {"met:3"}
    assert {one: side for one, side in splits(release).items() if one in old} == old
    dropped = [one for one in release.side_table("dropped").to_pylist() if one["source_id"] == "3"]
    assert {(one["rule"], one["reason"]) for one in dropped} == {("takedown", REASON)}
    assert len(dropped) == 2
    code, out, _ = run(from_files, "met:3", "--check")
    assert (code, "kept: met.jsonl" in out) == (0, True)


def test_one_that_was_broken_off_early_stops_builds(
    from_files: Path, met_file: Write, api: Answer
) -> None:
    """From its first moment on a takedown is known to be under way, also where no release has to be written again."""
    write_journal(from_files, Journal("met:3", ()))

    with pytest.raises(UsageError, match="the takedown of met:3 was broken off"):
        from_file(from_files, met_file(answers(api, 16)))


def test_a_lifted_one_comes_back_to_its_split(
    from_files: Path, met_file: Write, api: Answer
) -> None:
    """Only --lift with a reason lets builds take it again, and then it is where it was."""
    before = splits(list(releases(from_files).values())[-1])
    artwork = next(one for one, side in sorted(before.items()) if side == "test")
    run(from_files, artwork, "--reason", REASON, "--yes")
    assert run(from_files, artwork, "--lift")[0] == 2
    assert run(from_files, artwork, "--lift", "--reason", "settled")[0] == 0
    assert run(from_files, artwork, "--lift", "--reason", "settled")[0] == 2
    reason = read_tombstones(from_files / "decisions")[artwork].reason
    assert reason == f"{REASON}; lifted: settled"
    built = from_file(from_files, met_file(answers(api, 16)))

    assert verify_release(built.folder).failures == ()
    assert splits(open_release(built.folder)) == before


def test_an_older_release_does_not_bring_its_line_back(
    grown: Path, calm: Path, tmp_path: Path, met_file: Write, api: Answer
) -> None:
    """A build that follows a copy from before the takedown takes neither row nor line of the ledger from it."""
    copy = shutil.copytree(grown / "releases" / "omniart-1.1.0", tmp_path / "omniart-1.1.0")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(calm / "decisions", elsewhere / "decisions")
    plan = Plan(images="none", previous=Path(copy), version="9.0.0")
    plan = plan.reading([parse_dump(f"met={met_file(answers(api, 16))}")])
    built = build(plan, Workspace(elsewhere), FetchConfig())

    assert "met:3" not in open_release(built.folder).ledger["id"].to_pylist()
    assert run(elsewhere, "met:3", "--check")[0] == 0


KILLED = """
import sys
from typer.testing import CliRunner
from omniart_data.cli import app
print("begun", flush=True)
CliRunner().invoke(app, ["takedown", "met:3", "--reason", sys.argv[2], "--yes", "--workspace", sys.argv[1]])
"""


def test_killed_at_any_moment(from_files: Path, calm: Path) -> None:
    """Killed again and again, what is there verifies, and the last run leaves what an undisturbed one leaves."""
    dice = random.Random(5)
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, from_files, REASON], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(dice.uniform(0.0, 1.2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(releases(from_files)) >= 2
    assert run(from_files, "met:3", "--reason", REASON, "--yes")[0] == 0
    assert files_of(from_files / "releases") == files_of(calm / "releases")


OTHER = Decision("work", "keep apart", "met:5", "met:7", "two sheets", "e")


@pytest.fixture(scope="module")
def learnt(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str]:
    """Give a workspace with decisions about met:3 and a baseline that learnt from it, and what its takedown said."""
    place = Path(shutil.copytree(grown, tmp_path_factory.mktemp("learnt") / "w"))
    for one in (Decision("work", "keep apart", "met:3", "met:5", "two sheets", "e"), OTHER):
        put_decision(place / "decisions", one)
    baseline = place / "baselines" / "1.1.0"
    baseline.mkdir(parents=True)
    pq.write_table(pa.table({"id": ["met:3", "met:4"]}), baseline / "predictions.parquet")
    code, out, _ = run(place, "met:3", "--reason", REASON, "--yes")
    return place, code, out


def test_decisions_about_it_are_taken_back(learnt: tuple[Path, int, str]) -> None:
    """A decision that names it is gone, so that no build flags it by its name; others stay."""
    place, _, out = learnt

    assert "decision taken back" in out
    assert "left: decisions" not in out
    assert read_decisions(place / "decisions") == (OTHER,)


def test_baselines_are_named_and_left(learnt: tuple[Path, int, str]) -> None:
    """A baseline that learnt from it is named, and deleted only where that is asked for; until then a check fails."""
    place, code, out = learnt

    assert code == 1
    assert "baselines/1.1.0 was learnt from it" in out
    assert all("baselines/1.1.0" in line for line in out.splitlines() if line.startswith("left: "))
    assert "left: baselines/1.1.0/predictions.parquet: names it" in out
    assert (place / "baselines" / "1.1.0").is_dir()


def test_published_copies_and_baselines(from_files: Path) -> None:
    """Each copy that holds it is told with what to do at its kind of place, before the takedown and after.

    With --remove-baselines all that learnt from the releases that held it is gone: tables, networks, comparisons, and
    what a broken-off run has kept. What learnt from another release stays.
    """
    gone = (
        "baselines/1.1.0",
        "baselines/.1.1.0.answers",
        "trained/1.1.0",
        "comparisons/1.1.0/runs",
        "trained/try",
    )
    for folder in (*gone, "baselines/7.0.0"):
        (from_files / folder).mkdir(parents=True)
    (from_files / "trained" / "try" / "made_with.json").write_text('{"release": "1.1.0"}')
    digest = releases(from_files)["1.1.0"].digest
    places = ("/mnt/sets", "s3://museum/sets", "hf://datasets/owner/name")
    for place in places:
        note(from_files, Published("1.1.0", digest, place, "release", "2026-01-01T00:00:00Z"))
    note(from_files, Published("0.9.0", "0" * 64, "/mnt/sets", "release", "2025-01-01T00:00:00Z"))
    _, before, _ = run(from_files, "met:3", "--reason", REASON, "--dry-run", "--json")
    run(from_files, "met:3", "--reason", REASON, "--yes", "--remove-baselines")
    _, after, _ = run(from_files, "met:3", "--dry-run", "--json")

    told = json.loads(before)["published"]
    assert [one["dest"] for one in told] == list(places)
    assert {one["new"] for one in told} == {"3.0.0"}
    steps = ["\n".join(one["steps"]) for one in told]
    assert "rm -r -- /mnt/sets/omniart-1.1.0" in steps[0]
    assert "aws s3 rm --recursive s3://museum/sets/omniart-1.1.0/" in steps[1]
    assert "super_squash_history" in steps[2]
    assert json.loads(after)["published"] == told
    left = [path for kind in LEARNT for path in (from_files / kind).iterdir()]
    assert [path.relative_to(from_files).as_posix() for path in left] == ["baselines/7.0.0"]


def test_an_unknown_id_is_refused(from_files: Path) -> None:
    """What no release and no store knows is refused, with the nearest ids, and nothing is written."""
    for artwork, said in (
        ("met:33", r"nothing here knows met:33.*near it are .*met:3"),
        ("met:../../etc/passwd", "nothing here knows"),
        ("met:3' OR 1=1 --", "nothing here knows"),
        ("3", "is no artwork's id"),
        (":3", "is no artwork's id"),
    ):
        code, _, err = run(from_files, artwork, "--reason", REASON, "--yes")
        assert code == 2
        assert re.search(said, err)

    assert not (from_files / "decisions" / "takedown.csv").exists()


@pytest.mark.parametrize("words", [(), ("--reason", ""), ("--reason", " \n ")])
def test_a_reason_is_asked_for(from_files: Path, words: tuple[str, ...]) -> None:
    """Nothing is taken down without a reason."""
    code, _, err = run(from_files, "met:3", *words, "--yes")

    assert (code, "--reason" in err) == (2, True)


def test_nobody_answers(from_files: Path) -> None:
    """Where nobody can be asked, nothing is done without --yes."""
    before = files_of(from_files / "releases")
    code, _, err = run(from_files, "met:3", "--reason", REASON)

    assert (code, "--yes" in err) == (2, True)
    assert files_of(from_files / "releases") == before


HEADER = "id,state,splits,pictures,reason\n"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("id,reason\n", 1),
        (HEADER + "met:3,down,,,\n", 2),
        (HEADER + "met:3,down,,,why\nmet:3,down,,,why\n", 3),
        (HEADER + "met:3,gone,,,why\n", 2),
        (HEADER + "met:3,down,left,,why\n", 2),
        (HEADER + "met:3,down,,abc,why\n", 2),
        (HEADER + "3,down,,,why\n", 2),
        (HEADER + "met:3,down,,why\n", 2),
        (HEADER + 'met:3,down,,,"why\n', 2),
        (HEADER + "\n", 2),
    ],
)
def test_a_malformed_tombstone_stops_a_build(
    tmp_path: Path, met_file: Write, api: Answer, body: str, line: int
) -> None:
    """A line that is no tombstone stops every build, with file and line: none is passed over in silence."""
    path = tmp_path / "w" / "decisions" / "takedown.csv"
    path.parent.mkdir(parents=True)
    path.write_text(body, encoding="utf-8")

    with pytest.raises(UsageError, match=rf"takedown\.csv:{line}: "):
        from_file(tmp_path / "w", met_file([api(1)]))


def test_tombstones_are_read_as_written(tmp_path: Path) -> None:
    """Odd ids and reasons come back as they were, sorted, and the file is the same whatever the order."""
    stones = [
        Tombstone("wga:../a,b", "down", ("train",), (), 'says "no", twice'),
        Tombstone("met:=1+1", "lifted", ("test", "train"), ("0" * 64, "1" * 64), "settled"),
    ]
    for name, order in (("a", stones), ("b", stones[::-1])):
        for one in order:
            put_tombstone(tmp_path / name, one)

    assert list(read_tombstones(tmp_path / "a").values()) == sorted(stones)
    assert all_bytes(tmp_path / "a") == all_bytes(tmp_path / "b")


def test_a_crawl_that_brings_it_back_is_found(gone: Gone, tmp_path: Path) -> None:
    """What a later crawl stores of it again is dropped by builds, found by a check, and purged by the same command."""
    workspace, artwork = Path(shutil.copytree(gone.workspace, tmp_path / "w")), gone.artwork
    source, _, source_id = artwork.partition(":")
    assert gone.said[0] == 0
    with Workspace(workspace).opened() as (store, _):
        store.put(source, Page(gone.raws, cursor="z"))
        sources = {source: SAMPLE_SOURCES[source]}
        gathered = gather_store(store, sources, lambda _: None, {artwork: REASON})

    assert source_id not in gathered.records["source_id"].to_pylist()
    dropped = [row for row in gathered.dropped.to_pylist() if row["source_id"] == source_id]
    assert [(row["rule"], row["reason"]) for row in dropped] == [("takedown", REASON)]
    code, out, _ = run(workspace, artwork, "--check")
    assert (code, "left: raw store" in out) == (1, True)
    assert run(workspace, artwork, "--yes")[0] == 0
