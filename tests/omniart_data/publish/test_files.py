"""Publishing to folders and object stores, and fetching from them."""

import json
from pathlib import Path
from typing import Any

import fsspec
import pytest
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.publish.files import Files, publish_files
from omniart_data.publish.log import read_published
from omniart_data.publish.place import parse_place
from omniart_data.publish.plan import read_files, release_parcel
from omniart_data.release import manifest, open_release, verify_release
from schemas.errors import ReleaseError


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def contents_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def baseline(workspace: Path, digest: str) -> Path:
    """Make a baseline of a release, as far as publishing looks at one."""
    folder = workspace / "baselines" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "checkpoint.safetensors").write_bytes(b"weights")
    entry = vars(manifest.file_entry(folder / "checkpoint.safetensors"))
    about = {"version": "1.0.0", "digest": digest}
    told = {"form": 1, "release": about, "files": {"checkpoint.safetensors": entry}}
    body = json.dumps(told).encode()
    (folder / manifest.NAME).write_bytes(body)
    (folder / manifest.SEAL).write_text(manifest.seal_of(body))
    return folder


def test_a_damaged_release_is_not_there_already(publishable: Any, tmp_path: Path) -> None:
    """What was fetched and changed since is found when it is fetched again."""
    release, dest = publishable(), tmp_path / "dest"
    assert run("publish", release.folder, dest, "--yes").exit_code == 0
    fetch = ("fetch-release", dest, "1.0.0", "--out", tmp_path / "back")
    assert run(*fetch).exit_code == run(*fetch).exit_code == 0
    path = tmp_path / "back" / "labels.parquet"
    body = bytearray(path.read_bytes())
    body[100] ^= 1
    path.write_bytes(body)

    again = run(*fetch)

    assert again.exit_code == 1
    assert "is there and is damaged: labels.parquet" in again.output


def test_there_and_back(publishable: Any, tmp_path: Path) -> None:
    """What was published to a folder is the release byte for byte, sent once, noted once, and comes back so."""
    release, dest = publishable(), tmp_path / "dest"

    assert run("publish", release.folder, dest, "--yes").exit_code == 0
    again = run("publish", release.folder, dest)
    assert "is there already, nothing sent" in again.stdout
    assert contents_of(dest / "omniart-1.0.0") == contents_of(release.folder)
    (noted,) = read_published(tmp_path / "made")
    assert (noted.version, noted.digest, noted.dest) == ("1.0.0", release.digest, str(dest))

    got = run("fetch-release", dest, "1.0.0", "--workspace", tmp_path / "other")
    assert got.exit_code == 0, got.output
    there = tmp_path / "other" / "releases" / "omniart-1.0.0"
    assert contents_of(there) == contents_of(release.folder)
    assert "is there already" in run("fetch-release", dest, "1.0.0", "--out", there).stdout


def test_a_dry_run_sends_nothing(publishable: Any, tmp_path: Path) -> None:
    """A dry run tells files and sizes, and leaves no trace."""
    said = run("publish", publishable().folder, tmp_path / "dest", "--dry-run")

    assert said.exit_code == 0
    assert "omniart-1.0.0: " in said.stdout
    assert " MB would be at " in said.stdout
    assert not (tmp_path / "dest").exists()
    assert not read_published(tmp_path / "made")


def test_nobody_to_ask_is_no_yes(publishable: Any, tmp_path: Path) -> None:
    """Without --yes and without an answer nothing is sent."""
    said = run("publish", publishable().folder, tmp_path / "dest")

    assert said.exit_code == 2
    assert not (tmp_path / "dest").exists()


def test_works_of_the_sample_museum_are_never_published(made: Any, tmp_path: Path) -> None:
    """A release of invented works stops at once, names the first ones, and sends nothing."""
    folder = tmp_path / "sample"
    made.made_release(folder, 40)

    for words in (["--yes"], ["--dry-run"], ["--format", "webdataset", "--yes"]):
        said = run("publish", folder, tmp_path / "dest", *words)
        assert said.exit_code == 1
        assert "sample-met:00002" in said.stderr
        assert "of the sample museum" in said.stderr
    assert not (tmp_path / "dest").exists()


def test_a_picture_that_may_not_be_passed_on_is_named(
    publishable: Any, made: Any, tmp_path: Path
) -> None:
    """Rights that forbid to pass a picture on stop it, whatever the release says of itself."""

    def forbid(rows: list[dict[str, Any]]) -> None:
        next(row for row in rows if row["image_status"] == "in release")["rights"] = None

    folder = publishable().folder
    made.tamper(folder, "test", forbid)
    said = run("publish", folder, tmp_path / "dest", "--yes")

    assert said.exit_code == 1
    assert "hold pictures under no stated rights, not to be passed on" in said.stderr
    assert not (tmp_path / "dest").exists()


def test_a_damaged_release_is_not_published(publishable: Any, tmp_path: Path) -> None:
    """One flipped byte anywhere is enough to stop it."""
    folder = publishable().folder
    body = bytearray((folder / "report.html").read_bytes())
    body[-2] ^= 1
    (folder / "report.html").write_bytes(body)

    said = run("publish", folder, tmp_path / "dest", "--yes")
    assert said.exit_code == 1
    assert "report.html" in said.stderr


def test_a_published_version_is_never_overwritten(publishable: Any, tmp_path: Path) -> None:
    """Another release of the same version is refused, and what is there stays as it is."""
    one, other = publishable(), publishable(works=41, place="other")
    assert run("publish", one.folder, tmp_path / "dest", "--yes").exit_code == 0

    said = run("publish", other.folder, tmp_path / "dest", "--yes")
    assert said.exit_code == 1
    assert "never overwritten" in said.stderr
    assert contents_of(tmp_path / "dest" / "omniart-1.0.0") == contents_of(one.folder)


def test_what_broke_off_is_invisible_and_goes_on(publishable: Any, tmp_path: Path) -> None:
    """A half copy is no release to any reader; publishing again sends what is missing or wrong."""
    release, dest = publishable(), tmp_path / "dest"
    half = dest / "omniart-1.0.0"
    (half / "data").mkdir(parents=True)
    whole, wrong = "dropped.parquet", "ledger.parquet"
    (half / whole).write_bytes((release.folder / whole).read_bytes())
    (half / wrong).write_bytes(bytes(release.manifest.files[wrong].size_bytes))
    (half / ".terms.parquet.unfinished").write_bytes(b"torn")
    (half / manifest.NAME).write_bytes((release.folder / manifest.NAME).read_bytes())
    kept = (half / whole).stat().st_mtime_ns

    early = run("fetch-release", dest, "1.0.0", "--out", tmp_path / "early")
    assert early.exit_code == 1
    assert "no version was found there" in early.stderr
    assert run("publish", release.folder, dest, "--yes").exit_code == 0
    assert contents_of(half) == contents_of(release.folder)
    assert (half / whole).stat().st_mtime_ns == kept


def test_a_strange_file_is_named(publishable: Any, tmp_path: Path) -> None:
    """A file that is not of the release would make a broken one of it, and is left to its owner."""
    (tmp_path / "dest" / "omniart-1.0.0").mkdir(parents=True)
    (tmp_path / "dest" / "omniart-1.0.0" / "mine.txt").write_text("mine")

    said = run("publish", publishable().folder, tmp_path / "dest", "--yes")
    assert said.exit_code == 1
    assert "mine.txt is not part of omniart-1.0.0" in said.stderr


def test_a_baseline_goes_along(publishable: Any, tmp_path: Path) -> None:
    """The baseline beside a release is checked and sent before it; one that is damaged stops all."""
    release, dest = publishable(), tmp_path / "dest"
    folder = baseline(tmp_path / "made", release.digest)

    assert run("publish", release.folder, dest, "--yes").exit_code == 0
    assert contents_of(dest / "baselines" / "1.0.0") == contents_of(folder)
    (folder / "checkpoint.safetensors").write_bytes(b"Weights")
    said = run("publish", release.folder, tmp_path / "dest2", "--yes")
    assert said.exit_code == 1
    assert "checkpoint.safetensors is not what manifest.json says" in said.stderr
    without = run("publish", release.folder, tmp_path / "dest2", "--yes", "--no-baseline")
    assert without.exit_code == 0


def test_a_missing_version_names_what_there_is(publishable: Any, tmp_path: Path) -> None:
    """Who asks for a version that is not there is told which are, in their order."""
    for version in ("1.0.0", "1.10.0", "1.9.0"):
        assert run("publish", publishable(version).folder, tmp_path / "d", "--yes").exit_code == 0

    said = run("fetch-release", tmp_path / "d", "3.0.0")
    assert said.exit_code == 1
    assert "there are 1.0.0, 1.9.0, 1.10.0" in said.stderr


def test_a_fetch_goes_on_and_keeps_nothing_wrong(publishable: Any, tmp_path: Path) -> None:
    """A file that is not what the manifest says never becomes a release; the next fetch goes on."""
    release, dest = publishable(), tmp_path / "dest"
    assert run("publish", release.folder, dest, "--yes").exit_code == 0
    served = dest / "omniart-1.0.0" / "terms.parquet"
    body = served.read_bytes()
    served.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))

    wrong = run("fetch-release", dest, "1.0.0", "--out", tmp_path / "out")
    assert wrong.exit_code == 1
    assert "terms.parquet is not what manifest.json says" in wrong.stderr
    assert not (tmp_path / "out").exists()
    half = tmp_path / ".out.fetching"
    (half / "terms.parquet.part").write_bytes(body[:100])
    (half / "strange").write_bytes(b"left by another")
    served.write_bytes(body)
    assert run("fetch-release", dest, "1.0.0", "--out", tmp_path / "out").exit_code == 0
    assert contents_of(tmp_path / "out") == contents_of(release.folder)


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", "a//b", ".x", "a\\..\\x", "manifest.json", ""]
)
def test_a_manifest_leads_nowhere_else(path: str) -> None:
    """A path that leaves the folder, or stands for the manifest itself, is refused before a byte comes."""
    body = json.dumps({"files": {path: {"size_bytes": 1, "sha256": "0" * 64}}}).encode()

    with pytest.raises(ReleaseError, match="which may not be"):
        read_files(body, manifest.seal_of(body).encode())


def test_a_store_in_memory(publishable: Any, tmp_path: Path) -> None:
    """Any store that fsspec knows takes a release: one is sent to memory and comes back."""
    fsspec.filesystem("memory").store.clear()
    release = publishable()

    assert run("publish", release.folder, "memory://sets/a", "--yes").exit_code == 0
    assert "nothing sent" in run("publish", release.folder, "memory://sets/a").stdout
    got = run("fetch-release", "memory://sets/a", "1.0.0", "--out", tmp_path / "out")
    assert got.exit_code == 0, got.output
    assert verify_release(tmp_path / "out").failures == ()
    assert open_release(tmp_path / "out").digest == release.digest


def test_secrets_are_neither_printed_nor_stored(publishable: Any, tmp_path: Path) -> None:
    """What stands before the @ or behind the ? of a destination is shown to nobody."""
    release = publishable()
    dest = "memory://key:hush@sets/a?token=hush"

    said = run("publish", release.folder, dest, "--yes")
    unknown = run("publish", release.folder, "nowhere://key:hush@sets/a", "--yes")
    assert unknown.exit_code == 2
    assert "hush" not in said.output + unknown.output
    noted = tmp_path / "made" / "published.jsonl"
    assert not noted.exists() or "hush" not in noted.read_text()


def test_a_bar_is_told_every_byte(publishable: Any, tmp_path: Path) -> None:
    """What a bar is told adds up to the size that the dry run names."""
    files = Files(parse_place(str(tmp_path / "dest")))
    told: list[int] = []
    parcel = release_parcel(publishable(works=12).folder)

    assert publish_files(files, parcel, told.append) == len(parcel.files) + 2
    assert sum(told) == parcel.size_bytes
