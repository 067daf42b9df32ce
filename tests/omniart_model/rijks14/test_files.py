"""What is read of the challenge's files, and what is refused of hostile ones."""

import io
import struct
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from omniart_model.rijks14.archive import files_of, names_of
from omniart_model.rijks14.classes import Challenge, classes_of
from omniart_model.rijks14.groundtruth import read_ground_truth, read_names, stem_of
from omniart_model.rijks14.matform import check_form
from omniart_model.rijks14.records import parse_record, read_records
from schemas.errors import ModelError, UsageError

FLAGS = 128 + 8 + 8
"""Where the first variable of an unpacked file says what it is."""
SHAPE = FLAGS + 8 + 8
"""Where it says how large it is."""


def small(path: Path, **given: Any) -> Path:
    """Write a ground truth of six works, not packed."""
    texts = np.empty((2, 1), object)
    texts[:, 0] = ["a", "b"]
    gt = {
        "set": np.array([[1], [2], [3], [1], [2], [3]]),
        "C": np.array([[1], [1], [1], [2], [2], [2]]),
        "T": np.eye(6, 2),
        "M": np.eye(6, 2),
        "Y": np.full((6, 2), 1650.0),
        **dict.fromkeys(("Cnames", "Tnames", "Mnames"), texts),
    }
    savemat(path, {"gt": gt | given})
    return path


def test_the_ground_truth_is_read(files: Path, challenge: ModuleType) -> None:
    """Sets, creators, labels and years are those that were saved; creators count from 0."""
    truth = read_ground_truth(files / "rijksgt.mat")

    np.testing.assert_array_equal(truth.sets, challenge.sets())
    np.testing.assert_array_equal(truth.creator, challenge.creators() - 1)
    assert truth.creators == challenge.CREATORS
    types, materials = challenge.tables()
    for table, found in ((types, truth.types), (materials, truth.materials)):
        np.testing.assert_array_equal(np.argwhere(table), np.stack([found.row, found.label], 1))
    np.testing.assert_array_equal(truth.years, challenge.years())


def test_dense_and_sparse_are_one(tmp_path: Path, challenge: ModuleType) -> None:
    """It does not matter which tables are sparse, nor how their numbers are stored."""
    types, materials = challenge.tables()
    other = challenge.save(
        tmp_path / "other.mat", T=types.astype(np.uint8), M=challenge.csc_matrix(materials)
    )
    truth, same = (
        read_ground_truth(path) for path in (challenge.save(tmp_path / "rijksgt.mat"), other)
    )

    np.testing.assert_array_equal(truth.types.row, same.types.row)
    np.testing.assert_array_equal(truth.types.label, same.types.label)
    np.testing.assert_array_equal(truth.materials.label, same.materials.label)


@pytest.mark.parametrize("name", ["set", "C", "Cnames", "T", "Tnames", "M", "Mnames", "Y"])
def test_a_missing_variable_is_named(name: str, tmp_path: Path, challenge: ModuleType) -> None:
    """Where the ground truth lacks what is needed, one line says which variable."""
    path = challenge.save(tmp_path / "rijksgt.mat", **{name: None})

    with pytest.raises(ModelError, match=rf"gt\.{name} is missing"):
        read_ground_truth(path)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"set": np.array([[0, 1, 2, 3, 1, 2]])}, "gt.set holds other numbers"),
        ({"C": np.array([[1, 1, 1, 1, 1, 3]])}, "points beyond the 2 names"),
        ({"C": np.array([[1.5, 1, 1, 1, 1, 1]])}, "not whole"),
        ({"C": np.array([[1, 1]])}, "has 2 rows"),
        ({"C": np.eye(6)}, "no column of numbers"),
        ({"C": "text"}, "no column of numbers"),
        ({"Cnames": np.eye(2)}, "no cell array of texts"),
        ({"T": np.eye(5, 2)}, "gt.T is 5 x 2"),
        ({"T": -np.eye(6, 2)}, "below 0"),
        ({"M": "text"}, "no table of numbers"),
        ({"Y": np.full((6, 2), 1e300)}, "no year"),
        ({"Y": np.full((6, 3), 1650.0)}, "no table of two years"),
    ],
)
def test_wrong_values_are_named(given: dict[str, Any], told: str, tmp_path: Path) -> None:
    """What is there and is not what it should be is named too."""
    with pytest.raises(ModelError, match=told):
        read_ground_truth(small(tmp_path / "rijksgt.mat", **given))


def test_another_file_is_told(tmp_path: Path) -> None:
    """A MATLAB file without the struct, HDF5, and what is no such file at all, are each told in one line."""
    savemat(tmp_path / "features.mat", {"X": np.eye(2)})
    with pytest.raises(ModelError, match="holds no struct gt"):
        read_ground_truth(tmp_path / "features.mat")
    header = bytearray(small(tmp_path / "seven.mat").read_bytes()[:128])
    header[124:126] = (0x0200).to_bytes(2, "little")
    for body, told in (
        (bytes(header) + bytes(384) + b"\x89HDF\r\n\x1a\n", "which is HDF5"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "which is HDF5"),
        (b"<html>not found</html>" * 20, "no MATLAB file"),
        (b"", "no MATLAB file"),
    ):
        (tmp_path / "seven.mat").write_bytes(body)
        with pytest.raises(ModelError, match=told):
            read_ground_truth(tmp_path / "seven.mat")


@pytest.mark.parametrize("kind", [3, 16, 17, 99])
def test_objects_and_functions_are_refused(kind: int, tmp_path: Path) -> None:
    """A file that holds an object or a function is not handed on."""
    path = small(tmp_path / "rijksgt.mat")
    body = bytearray(path.read_bytes())
    body[FLAGS] = kind
    path.write_bytes(body)

    with pytest.raises(ModelError, match="an object or a function"):
        check_form(path)


def test_sizes_that_are_only_claimed_are_refused(tmp_path: Path) -> None:
    """A matrix that claims more values than its file has bytes is refused before anything is made of it."""
    path = small(tmp_path / "rijksgt.mat")
    body = bytearray(path.read_bytes())
    struct.pack_into("<ii", body, SHAPE, 2**31 - 1, 2**31 - 1)
    path.write_bytes(body)

    with pytest.raises(ModelError, match=r"values in .* bytes: refused"):
        read_ground_truth(path)


def test_what_swells_and_what_is_too_deep_is_refused(tmp_path: Path) -> None:
    """A packed part is unpacked to a limit, and cells in cells are followed to a depth."""
    savemat(tmp_path / "swells.mat", {"gt": {"set": np.zeros((1, 200_000))}}, do_compression=True)
    assert (tmp_path / "swells.mat").stat().st_size < 2_000
    with pytest.raises(ModelError, match="unpacked: refused"):
        check_form(tmp_path / "swells.mat", largest=100_000)
    deep: Any = np.eye(2)
    for _ in range(12):
        cell = np.empty((1, 1), object)
        cell[0, 0] = deep
        deep = cell
    savemat(tmp_path / "deep.mat", {"gt": {"set": deep}})
    with pytest.raises(ModelError, match="deep and deeper"):
        check_form(tmp_path / "deep.mat")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 2_000), value=st.integers(0, 255), packed=st.booleans())
def test_a_changed_byte_is_read_or_told(
    at: int, value: int, *, packed: bool, tmp_path: Path
) -> None:
    """Whatever byte is another one, the ground truth is read, or one line says what is wrong with it."""
    path = small(tmp_path / "changed.mat")
    if packed:
        savemat(path, {"gt": {"set": np.array([[1], [2]])}}, do_compression=True)
    body = bytearray(path.read_bytes())
    body[at % len(body)] = value
    path.write_bytes(body)

    told = ""
    try:
        read_ground_truth(path)
    except ModelError as error:
        told = str(error)
    assert "\n" not in told


def test_the_authors_list_names_the_pictures(files: Path, challenge: ModuleType) -> None:
    """Names come without folder and ending, in the order of the ground truth."""
    names, sets = read_names(files / "imdb-rijks.mat")

    assert names == tuple(challenge.name_of(row) for row in range(challenge.WORKS))
    np.testing.assert_array_equal(sets, challenge.sets())
    assert names_of([files / "jpg2.tar"], (".jpg",)) == list(names)


@pytest.mark.parametrize(
    "name",
    [
        "../0000001_A.jpg",
        "/etc/0000001_A.jpg",
        "a/../../b.jpg",
        "a\\..\\b.jpg",
        ".jpg",
        "a b.jpg",
        "a\n.jpg",
        "x" * 300,
    ],
)
def test_path_like_names_are_refused(name: str) -> None:
    """A name that leads out of a folder, or is none of a picture, is refused."""
    with pytest.raises(ModelError, match="no name of a picture"):
        stem_of(name, "a list")


def tar(path: Path, members: dict[str, bytes], *, link: str = "", mode: str = "w") -> Path:
    """Write a tar, with a link in it where one is asked for."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
        if link:
            member = tarfile.TarInfo("jpg2/link.jpg")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return path


def test_folder_tar_and_zip_are_one(tmp_path: Path) -> None:
    """The same files are read from a folder, a tar, a packed tar and a zip, and links are followed in none."""
    held = {"jpg2/b.jpg": b"2", "jpg2/a.JPG": b"1", "jpg2/notes.txt": b"x"}
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    for name, body in held.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (tmp_path / "folder" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, body in held.items():
            archive.writestr(name, body)
    sources = [
        tmp_path / "folder",
        tar(tmp_path / "a.tar", held, link="/etc/passwd"),
        tar(tmp_path / "a.tar.gz", held, mode="w:gz"),
        tmp_path / "a.zip",
    ]

    for source in sources:
        assert dict(files_of([source], (".jpg",), 10)) == {"a": b"1", "b": b"2"}, source
        assert dict(files_of([source], (".jpg",), 10, {"b"})) == {"b": b"2"}, source
    with pytest.raises(ModelError, match="comes twice"):
        names_of(sources[:2], (".jpg",))


def test_hostile_archives_are_told(tmp_path: Path) -> None:
    """What is torn, too large, called by a path, or not there, is told in one line."""
    with pytest.raises(ModelError, match="no name of a picture"):
        names_of([tar(tmp_path / "out.tar", {"../../a.jpg": b"1"})], (".jpg",))
    with pytest.raises(ModelError, match="over 3 bytes"):
        list(files_of([tar(tmp_path / "large.tar", {"a.jpg": b"1234"})], (".jpg",), 3))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", bytes(1_000_000))
    with pytest.raises(ModelError, match="over 1,000 bytes"):
        list(files_of([tmp_path / "bomb.zip"], (".jpg",), 1_000))
    (tmp_path / "torn.tar").write_bytes((tmp_path / "large.tar").read_bytes()[:700] + b"junk")
    (tmp_path / "text.tar").write_bytes(b"not an archive" * 100)
    for name in ("torn.tar", "text.tar"):
        with pytest.raises(ModelError, match="torn, or neither"):
            list(files_of([tmp_path / name], (".jpg",), 1_000))
    with pytest.raises(UsageError, match="is not there"):
        names_of([tmp_path / "nowhere"], (".jpg",))


def test_a_record_is_read_in_both_forms(files: Path, challenge: ModuleType) -> None:
    """A record says the same with its namespaces declared and without, and its hash is that of its bytes."""
    bare = challenge.record(7)
    declared = b'<?xml version="1.0" encoding="UTF-8"?>' + bare.replace(
        b"<record>",
        b'<record xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        b' xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/">',
    )
    one, other = parse_record(bare, "a"), parse_record(declared, "a")

    assert one.title == "Werk & 7"
    assert one.object_number == challenge.name_of(7).partition("_")[2]
    assert one.page == "https://www.rijksmuseum.nl/nl/collectie/7"
    assert one.datestamp == "2012-10-26T09:44:38Z"
    assert all(text.startswith("materiaal: ") for text in one.medium)
    assert vars(one) | {"sha256": other.sha256} == vars(other)
    assert one == read_records([files / "xml"])[challenge.name_of(7)]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
            "document type or entities",
        ),
        (b"<record><dc:title>cut", "torn, or no XML"),
        (b"", "torn, or no XML"),
        (b"\xff\xfe\x00", "torn, or no XML"),
        (b"</dc><evil/><dc>", "torn, or no XML"),
    ],
)
def test_unsafe_records_are_refused(body: bytes, told: str) -> None:
    """Entities are never followed, and what is no XML is told by the name of its picture."""
    with pytest.raises(ModelError, match=rf"0000001_A\.xml .*{told}"):
        parse_record(body, "0000001_A")


def test_classes_are_those_of_the_challenge(files: Path) -> None:
    """A class is in all sets and ten times in test; nobody is no class; the order is the ground truth's."""
    assert classes_of(read_ground_truth(files / "rijksgt.mat")) == Challenge(
        ("Anders, A.", "Bol, B.", "Cuyp, C.", "Dou, D."),
        ("prent", "tekening", "foto"),
        ("papier", "perkament"),
    )
