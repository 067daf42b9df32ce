"""The challenge as a release: its own splits and words, with evidence and rights, and verify holds."""

import hashlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from omniart_data.release import Release, open_release, verify_release
from omniart_model.rijks14.classes import challenge_of, classes_of
from omniart_model.rijks14.groundtruth import read_ground_truth
from omniart_model.rijks14.release import How
from schemas.errors import ModelError, UsageError
from schemas.release import SPLITS

FEW = 30
"""Works of a challenge that has no class: what is read of it is all the same."""


def rows_of(release: Release) -> dict[str, dict[str, object]]:
    """Return the rows of a release by their picture's name."""
    return {row["source_id"]: row for row in release.table(*SPLITS).to_pylist()}


def test_the_splits_are_the_challenges(read_release: Release, challenge: ModuleType) -> None:
    """Each work is in the set that the ground truth says, none is left, and verify holds and tells what it cannot."""
    rows = rows_of(read_release)
    named = {1: "train", 2: "validation", 3: "test"}

    report = verify_release(read_release.folder, deep=True)

    assert report.failures == ()
    assert any("the splits were given" in note for note in report.notes)
    assert len(rows) == challenge.WORKS
    for row, number in enumerate(challenge.sets()):
        assert rows[challenge.name_of(row)]["split"] == named[number]


def test_the_sides_of_a_sheet_may_be_torn(read_release: Release) -> None:
    """Recto and verso are one group as ever; the challenge has some of them on two sides, and the card says so."""
    rows = rows_of(read_release)
    sides: dict[object, set[object]] = {}
    for row in rows.values():
        sides.setdefault(row["group"], set()).add(row["split"])
    torn = sum(len(splits) > 1 for splits in sides.values())

    assert torn > 10
    assert rows["0000004_RP-T-1803(R)"]["group"] == rows["0000005_RP-T-1803(V)"]["group"]
    (note,) = verify_release(read_release.folder).notes
    assert f"{torn} groups are on several sides" in note
    card = (read_release.folder / "README.md").read_text(encoding="utf-8")
    assert "with its own train, validation and test" in card
    assert "never in two splits" not in card


def test_labels_are_the_ground_truths(read_release: Release, challenge: ModuleType) -> None:
    """Artists are the classes' creators, types and materials the challenge's words, years as they are scored."""
    rows, (types, materials) = rows_of(read_release), challenge.tables()
    for number in range(challenge.WORKS):
        row, creator = rows[challenge.name_of(number)], challenge.creators()[number]
        assert row["artist"] == (challenge.CREATORS[creator - 1] if creator <= 4 else None)
        for column, names, table in (
            ("artwork_types", challenge.TYPES, types),
            ("materials", challenge.MATERIALS, materials),
        ):
            assert row[column] == [names[n] for n in np.flatnonzero(table[number])]
        first, last = challenge.years()[number]
        assert (row["year_first"], row["year_last"]) == (first, last)
        assert row["year"] == ((first + last) / 2 if last - first < 100 else None)
    assert {row["artist_status"] for row in rows.values()} == {"named", "decided", "anonymous"}


def test_rows_rest_on_their_records(read_release: Release, files: Path) -> None:
    """Evidence is the SHA-256 of the XML; the museum's words and its rights come from it."""
    for name, row in rows_of(read_release).items():
        body = (files / "xml" / f"{name}.xml").read_bytes()
        assert row["evidence"] == [{"sha256": hashlib.sha256(body).hexdigest(), "number": 0}]
        assert row["rights"] == "https://creativecommons.org/publicdomain/zero/1.0"
        assert row["object_number"] == name.partition("_")[2]
        assert str(row["title"]).startswith("Werk & ")
        assert row["makers"][0]["role"] == "prentmaker"  # type: ignore[index]


def test_the_release_knows_its_classes(read_release: Release, files: Path) -> None:
    """The receipt holds the challenge's classes in its order, and another release is told to be none of it."""
    options = read_release.receipt["options"]

    assert challenge_of(options, "here") == classes_of(read_ground_truth(files / "rijksgt.mat"))
    with pytest.raises(ModelError, match="is no release of the Rijksmuseum Challenge"):
        challenge_of({"images": "all"}, "here")


def test_the_same_files_are_the_same_release(tmp_path: Path, challenge: ModuleType) -> None:
    """Pictures from a folder or a tar, with the list of names or without, give the same release byte for byte."""
    challenge.write_challenge(tmp_path, FEW)
    one = challenge.read(tmp_path, tmp_path / "one")
    given = {"pictures": (tmp_path / "jpg2",), "names": tmp_path / "imdb-rijks.mat"}
    other = challenge.read(tmp_path, tmp_path / "other", **given)

    files = [
        {path.name: path.read_bytes() for path in sorted(report.folder.rglob("*.parquet"))}
        for report in (one, other)
    ]
    assert files[0] == files[1]
    with pytest.raises(UsageError, match="is there already"):
        challenge.read(tmp_path, tmp_path / "one")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, challenge: ModuleType) -> Path:
    """Return a challenge of which a picture is missing, one is none, and three records say other things."""
    folder: Path = tmp_path_factory.mktemp("broken")
    challenge.write_challenge(folder, FEW)
    (folder / "jpg2" / f"{challenge.name_of(0)}.jpg").unlink()
    (folder / "jpg2" / f"{challenge.name_of(1)}.jpg").write_bytes(b"no picture")
    for row, rights in ((2, "ask at the desk"), (3, "http://rightsstatements.org/vocab/InC/1.0/")):
        path = folder / "xml" / f"{challenge.name_of(row)}.xml"
        path.write_bytes(challenge.record(row, rights))
    (folder / "xml" / f"{challenge.name_of(4)}.xml").unlink()
    return folder


def test_what_is_missing_is_told(broken: Path, tmp_path: Path, challenge: ModuleType) -> None:
    """Works stay where their picture, its rights or their record is missing, and say so; verify holds."""
    given = {"pictures": (broken / "jpg2",)}
    with pytest.raises(ModelError, match=r"29 pictures, and 30 rows .* imdb-rijks\.mat"):
        challenge.read(broken, tmp_path, **given)
    given["names"] = broken / "imdb-rijks.mat"

    report = challenge.read(broken, tmp_path, **given)

    rows = rows_of(open_release(report.folder))
    found = [rows[challenge.name_of(row)] for row in range(5)]
    assert [row["image_status"] for row in found] == [
        *("not fetched", "unreadable", "not allowed", "not allowed", "not allowed")
    ]
    assert [row["image_sha256"] for row in found] == [None] * 5
    truth = read_ground_truth(broken / "rijksgt.mat").sha256
    assert found[4]["evidence"] == [{"sha256": truth, "number": 5}]
    assert verify_release(report.folder).failures == ()


def test_rights_that_are_given_stand_in_and_never_over(
    broken: Path, tmp_path: Path, challenge: ModuleType
) -> None:
    """--rights is for records that state none that are known; a stricter statement stays; pictures may be kept out."""
    how = How(embed=False, rights=challenge.CC0, rest_class=True, image_px=24)
    given = {"pictures": (broken / "jpg2",), "names": broken / "imdb-rijks.mat"}

    report = challenge.read(broken, tmp_path, how, **given)

    release = open_release(report.folder)
    rows = rows_of(release)
    found = [rows[challenge.name_of(row)] for row in range(6)]
    assert [row["image_status"] for row in found[2:]] == [
        *("kept out", "not allowed", "kept out", "kept out")
    ]
    assert found[2]["rights_as_given"] == "ask at the desk"
    assert verify_release(report.folder).failures == ()
    assert all(body is None for split in SPLITS for _, _, body in release.pictures(split))
    kept = tmp_path / "images" / str(found[2]["image_sha256"])[:2] / str(found[2]["image_sha256"])
    assert kept.is_file()
    assert {row["artist"] for row in rows.values()} == {"rest"}
    with pytest.raises(UsageError, match="no statement that lets a picture be kept"):
        challenge.read(broken, tmp_path / "other", How(rights="ask"), **given)


def test_lists_that_do_not_fit_are_told(files: Path, tmp_path: Path, challenge: ModuleType) -> None:
    """A list of names with other splits is another challenge's."""
    other = challenge.save(tmp_path / "rijksgt.mat", set=np.ones((challenge.WORKS, 1)))

    with pytest.raises(ModelError, match="do not have the same splits"):
        challenge.read(files, tmp_path, ground_truth=other, names=files / "imdb-rijks.mat")
