"""A baseline is sealed: a byte that changed on its way is found before a network answers with it."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from omniart_data.release import Release
from omniart_model.files import as_json
from omniart_model.manifest import check_manifest, write_manifest
from omniart_model.training.checkpoint import load_checkpoint
from schemas.errors import ModelError

NAMES = {
    "README.md",
    "baselines.json",
    "checkpoint.json",
    "made_with.json",
    "network.safetensors",
    "predictions.parquet",
    "report.html",
    "times.json",
}


@pytest.fixture
def copied(baseline: Path, tmp_path: Path) -> Path:
    """Return a copy of the baseline that a test may spoil."""
    return Path(shutil.copytree(baseline, tmp_path / "copied"))


def test_the_manifest_names_every_file_and_the_release(baseline: Path, release: Release) -> None:
    """Size and SHA-256 of each file, the release's version and id, and a seal as sha256sum writes it."""
    body = (baseline / "manifest.json").read_bytes()
    told = json.loads(body)

    assert (told["form"], set(told)) == (1, {"form", "release", "files"})
    assert told["release"] == {"version": release.version, "digest": release.digest}
    assert set(told["files"]) == NAMES
    assert NAMES | {"manifest.json", "manifest.sha256"} == {p.name for p in baseline.iterdir()}
    for name, entry in told["files"].items():
        held = (baseline / name).read_bytes()
        assert entry == {"size_bytes": len(held), "sha256": hashlib.sha256(held).hexdigest()}
    seal = f"{hashlib.sha256(body).hexdigest()}  manifest.json\n"
    assert (baseline / "manifest.sha256").read_text() == seal


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_flipped_byte_in_any_file_is_found(copied: Path, name: str) -> None:
    """One bit of one file: the checkpoint is not loaded, and the file is named."""
    body = bytearray((copied / name).read_bytes())
    body[len(body) // 2] ^= 1
    (copied / name).write_bytes(body)

    with pytest.raises(ModelError, match=f"{name} is not the file that manifest.json names"):
        load_checkpoint(copied)


@pytest.mark.parametrize("name", ["baselines.json", "manifest.json", "manifest.sha256"])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    """A baseline that lacks a file, its manifest or its seal is not loaded."""
    (copied / name).unlink()

    with pytest.raises(ModelError, match=f"{name} cannot be read"):
        load_checkpoint(copied)


def test_a_manifest_that_was_changed_is_found(copied: Path) -> None:
    """A manifest and a seal that do not agree are not trusted, whatever the files are."""
    path = copied / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"1.0.0", b"1.0.1"))

    with pytest.raises(ModelError, match=r"is not the one that manifest\.sha256 names"):
        load_checkpoint(copied)


def test_what_is_written_beside_is_left_alone(copied: Path) -> None:
    """Answers for another split may lie in the folder: the network is what it was."""
    (copied / "validation.parquet").write_bytes(b"")

    assert load_checkpoint(copied).network.tasks


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"../secret": {"size_bytes": 0, "sha256": ""}}, "'../secret', which is no file"),
        ({"/etc/passwd": {"size_bytes": 0, "sha256": ""}}, "which is no file of a baseline"),
        ({"a\x1b[1m": {}}, r"'a\\x1b\[1m', which is no file"),
        ([], "names no files"),
    ],
)
def test_a_hostile_manifest_reads_nothing_outside(
    tmp_path: Path, files: object, message: str
) -> None:
    """A well-sealed manifest with a way out of its folder is refused."""
    body = as_json({"form": 1, "files": files})
    (tmp_path / "manifest.json").write_bytes(body)
    seal = f"{hashlib.sha256(body).hexdigest()}  manifest.json\n"
    (tmp_path / "manifest.sha256").write_text(seal)

    with pytest.raises(ModelError, match=message):
        check_manifest(tmp_path)


def test_a_link_is_no_file_of_a_baseline(tmp_path: Path) -> None:
    """A link could lead anywhere, and could lead elsewhere tomorrow."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "one" / "report.md").symlink_to(tmp_path / "other")
    write_manifest(tmp_path / "one", "1.0.0", "00")

    with pytest.raises(ModelError, match=r"'report\.md', which is no file of a baseline"):
        check_manifest(tmp_path / "one")


def test_a_manifest_of_another_form_says_what_to_do(tmp_path: Path) -> None:
    """What an older or newer version wrote is not read as if it were ours."""
    (tmp_path / "manifest.json").write_text('{"form": 9}')

    with pytest.raises(ModelError, match="is of form 9, not 1: train again"):
        check_manifest(tmp_path)
