"""A whole build: nothing is lost, nothing half written, and the same records give the same release."""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.fetch import FetchConfig
from crawlers.sample import SAMPLE_SOURCES, parse_faults, sample_museum
from omniart_data.build import build
from omniart_data.gather import parse_dump
from omniart_data.plan import Built, Plan
from omniart_data.release import open_release, verify_release
from omniart_data.workspace import Workspace
from schemas.errors import OmniartError, ReleaseError, SourceError, UsageError

Write = Callable[..., Path]
Answer = Callable[..., dict[str, object]]

COMMAND = Path(sys.executable).with_name("omniart-data")


def from_files(
    workspace: Path, *dumps: str, version: str = "", previous: Path | None = None
) -> Built:
    """Build from bulk files, without images."""
    plan = Plan(images="none", version=version, previous=previous).reading(
        parse_dump(dump) for dump in dumps
    )
    return build(plan, Workspace(workspace), FetchConfig())


def came_out(folder: Path) -> Counter[str]:
    """Return how many records of each source came out of a build, as artwork or as dropped."""
    release = open_release(folder)
    artworks = release.table("train", "validation", "test", "unattributed", columns=["source"])
    return Counter(artworks["source"].to_pylist()) + Counter(
        release.side_table("dropped")["source"].to_pylist()
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a release."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


STATEMENTS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(
            ["2019-05-01T10:00:00Z", "2021-05-01T10:00:00.5Z", "2023-05-01T10:00:00.55Z"]
        ),
        st.sampled_from(["", "Rembrandt", "Unknown", "Jan Luyken"]),
        st.sampled_from(["whole", "whole", "whole", "no title", "no JSON"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(said=STATEMENTS, shuffled=st.randoms(use_true_random=False))
def test_every_record_read_comes_out(
    api: Answer, said: list[tuple[int, str, str, str]], shuffled: random.Random
) -> None:
    """Records read = artworks in splits + unattributed + dropped, whatever is wrong with them."""
    lines = []
    for number, stated, artist, state in said:
        answer = api(number, metadataDate=stated, artistDisplayName=artist)
        if state == "no title":
            del answer["title"]
        lines.append("{" if state == "no JSON" else json.dumps(answer))
    whole = {number for number, _, _, state in said if state == "whole"}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "met.jsonl"
        shuffled.shuffle(lines)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if not whole:
            with pytest.raises(SourceError):
                from_files(Path(name) / "w", f"met={path}")
            return

        built = from_files(Path(name) / "w", f"met={path}")

        release = open_release(built.folder)
        artworks = release.table(
            "train", "validation", "test", "unattributed", columns=["source_id"]
        )
        assert came_out(built.folder) == {"met": len(said)}
        assert sorted(artworks["source_id"].to_pylist()) == sorted(map(str, whole))
        assert verify_release(built.folder).failures == ()


def test_older_statement_is_superseded(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """The newest statement wins wherever it stands; the older is dropped, and stays as evidence."""
    old = met_file([api(7, title="Old", metadataDate="2019-01-01T00:00:00Z")], "old.jsonl")
    new = met_file([api(7, title="New", metadataDate="2023-01-01T00:00:00Z")], "new.jsonl")

    for number, order in enumerate(([old, new], [new, old])):
        built = from_files(tmp_path / str(number), *(f"met={path}" for path in order))
        release = open_release(built.folder)
        row = release.table("unattributed").to_pylist()[0]
        dropped = release.side_table("dropped").to_pylist()

        assert row["title"] == "New"
        assert [one["rule"] for one in dropped] == ["superseded"]
        assert dropped[0]["evidence"] in row["evidence"]
        assert len(row["evidence"]) == 2


def test_same_command_again_writes_nothing(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """The same records make no second release; new ones make the next minor version."""
    path = met_file([api(n, artistDisplayName="Rembrandt") for n in range(1, 11)])
    first = from_files(tmp_path / "w", f"met={path}")
    before = contents(first.folder)

    again = from_files(tmp_path / "w", f"met={path}")
    met_file([api(n, artistDisplayName="Rembrandt") for n in range(1, 14)])
    more = from_files(tmp_path / "w", f"met={path}")

    assert (again.folder, again.new) == (first.folder, False)
    assert contents(first.folder) == before
    assert (more.folder.name, more.new) == ("omniart-1.1.0", True)
    old, new = (
        dict(zip(*open_release(f).ledger.select(["id", "split"]).to_pydict().values(), strict=True))
        for f in (first.folder, more.folder)
    )
    assert old.items() <= new.items()


def test_a_release_is_never_overwritten(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A version that is there already is refused, and stays as it is."""
    path = met_file([api(1)])
    first = from_files(tmp_path / "w", f"met={path}", version="1.0.0")
    before = contents(first.folder)
    met_file([api(1), api(2)])

    with pytest.raises(ReleaseError, match="there already"):
        from_files(tmp_path / "w", f"met={path}", version="1.0.0")

    assert contents(first.folder) == before
    assert [p.name for p in (tmp_path / "w" / "releases").iterdir()] == ["omniart-1.0.0"]


def test_a_build_follows_a_release_from_elsewhere(
    tmp_path: Path, met_file: Write, api: Answer
) -> None:
    """With --previous a new workspace goes on where another left off: splits, labels and version."""
    path = met_file([api(n, artistDisplayName="Rembrandt") for n in range(1, 11)])
    first = from_files(tmp_path / "w", f"met={path}")
    met_file([api(n, artistDisplayName="Rembrandt") for n in range(1, 14)])

    second = from_files(tmp_path / "other", f"met={path}", previous=first.folder)

    assert second.folder == tmp_path / "other" / "releases" / "omniart-1.1.0"
    assert second.change is not None
    assert (second.change.added.count, second.change.moved.count) == (3, 0)
    old, new = (
        set(map(str, open_release(f).ledger["id"].to_pylist()))
        for f in (first.folder, second.folder)
    )
    assert old < new
    again = from_files(tmp_path / "other", f"met={path}", previous=second.folder)
    assert (again.folder, again.new) == (second.folder, False)
    with pytest.raises(UsageError, match=r"is below 1\.1\.0"):
        from_files(tmp_path / "other", f"met={path}", version="1.0.5")


def test_a_build_forks_no_history(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """--previous names no other release than the newest of a workspace that has some: splits would be given twice."""
    path = met_file([api(n, artistDisplayName="Rembrandt") for n in range(1, 11)])
    first = from_files(tmp_path / "w", f"met={path}")
    met_file([api(n, artistDisplayName="Rembrandt") for n in range(1, 14)])
    second = from_files(tmp_path / "w", f"met={path}", previous=first.folder)

    with pytest.raises(UsageError, match=r"is not 1\.1\.0, the newest release here"):
        from_files(tmp_path / "w", f"met={path}", previous=first.folder)
    assert not from_files(tmp_path / "w", f"met={path}", previous=second.folder).new


def test_another_option_is_another_release(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """The same rows, counted by another --min-class, are a PATCH; the same option again is nothing new."""
    dump = parse_dump(f"met={met_file([api(n, artistDisplayName='Hals') for n in range(1, 11)])}")
    place = Workspace(tmp_path / "w")
    builds = [
        build(Plan(images="none", min_class=n).reading([dump]), place, FetchConfig())
        for n in (10, 2, 2)
    ]

    assert [one.folder.name for one in builds] == [
        "omniart-1.0.0",
        "omniart-1.0.1",
        "omniart-1.0.1",
    ]
    assert [one.new for one in builds] == [True, True, False]


def test_one_build_at_a_time(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A second build in the same workspace waits for nobody: it says that another one works there."""
    workspace = Workspace(tmp_path / "w")
    with workspace.opened(), pytest.raises(OmniartError, match="another omniart-data"):
        from_files(tmp_path / "w", f"met={met_file([api(1)])}")


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample museum's release as an undisturbed build makes it."""
    folder = tmp_path_factory.mktemp("calm")
    with sample_museum(works=120) as museum:
        fetching = FetchConfig(
            default_rate=2000.0, concurrency=8, backoff_s=0.01, routes=museum.routes
        )
        plan = Plan(personal_images=True).crawling(SAMPLE_SOURCES)
        return build(plan, Workspace(folder), fetching).folder


def test_sample_release_is_whole(calm: Path) -> None:
    """The sample museum's release verifies, holds pictures, and says that its works are invented."""
    release = open_release(calm)
    statuses = set(
        release.table("train", "unattributed", columns=["image_status"])["image_status"].to_pylist()
    )

    assert verify_release(calm).failures == ()
    assert release.is_sample
    assert {"in release", "kept out"} <= statuses
    assert "invented" in (calm / "README.md").read_text(encoding="utf-8")[:3000]


def test_a_source_that_fails_ends_the_build(tmp_path: Path) -> None:
    """A museum that cannot be crawled is named, and no release is made of the others in silence."""
    with sample_museum(works=120, faults=parse_faults("robots-disallow:1")) as museum:
        fetching = FetchConfig(default_rate=2000.0, backoff_s=0.01, routes=museum.routes)
        plan = Plan(images="none").crawling({"sample-wga": SAMPLE_SOURCES["sample-wga"]})
        with pytest.raises(SourceError, match=r"sample-wga: .*robots\.txt"):
            build(plan, Workspace(tmp_path), fetching)

    assert list((tmp_path / "releases").iterdir()) == []


KILLED = """
import sys
from pathlib import Path
from crawlers.engine.fetch import FetchConfig
from crawlers.sample import SAMPLE_SOURCES, parse_faults, sample_museum
from omniart_data.build import build
from omniart_data.plan import Plan
from omniart_data.workspace import Workspace
with sample_museum(works=120) as museum:
    fetching = FetchConfig(default_rate=2000.0, concurrency=8, backoff_s=0.01, routes=museum.routes)
    plan = Plan(personal_images=True).crawling(SAMPLE_SOURCES)
    print("begun", flush=True)
    print(build(plan, Workspace(Path(sys.argv[1])), fetching).folder)
"""


def test_killed_at_any_moment(calm: Path, tmp_path: Path) -> None:
    """Builds that are killed again and again end in the same release, byte for byte, as a calm one."""
    workspace = tmp_path / "w"
    dice = random.Random(7)
    kills = 0
    for longest_s in (0.05, 0.3, 0.6, 0.9, 1.3, 1.8, 2.4):
        run = subprocess.Popen(
            [sys.executable, "-c", KILLED, workspace], stdout=subprocess.PIPE, text=True
        )
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        time.sleep(dice.uniform(0.3, 1.0) * longest_s)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        kills += run.returncode == -signal.SIGKILL
        for folder in workspace.glob("releases/omniart-*"):
            assert verify_release(folder).failures == ()

    done = subprocess.run(
        [sys.executable, "-c", KILLED, workspace], capture_output=True, text=True, check=True
    )
    folder = Path(done.stdout.splitlines()[-1])

    assert kills >= 3
    assert contents(folder) == contents(calm)
    assert sorted(p.name for p in folder.parent.iterdir()) == ["omniart-1.0.0"]
