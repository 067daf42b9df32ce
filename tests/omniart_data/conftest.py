"""Made museum files in their real form, and places where writing fails."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

NOBODY = 65534

_API_TEXTS = """
    accessionNumber accessionYear primaryImage primaryImageSmall department objectName title culture period
    dynasty reign portfolio artistRole artistPrefix artistDisplayName artistDisplayBio artistSuffix
    artistAlphaSort artistNationality artistBeginDate artistEndDate artistGender artistWikidata_URL
    artistULAN_URL objectDate medium dimensions creditLine geographyType city state county country region
    subregion locale locus excavation river classification rightsAndReproduction linkResource metadataDate
    repository objectURL objectWikidata_URL GalleryNumber
""".split()


def api_answer(number: int, **said: object) -> dict[str, object]:
    """Return an answer of the Met's API in the form of 2023, empty but for what is said."""
    answer: dict[str, object] = dict.fromkeys(_API_TEXTS, "")
    answer |= {
        "objectID": number,
        "isHighlight": False,
        "isPublicDomain": True,
        "isTimelineWork": False,
        "objectBeginDate": 0,
        "objectEndDate": 0,
        "additionalImages": [],
        "constituents": None,
        "tags": None,
        "measurements": None,
        "metadataDate": "2023-01-01T00:00:00.1Z",
        "title": f"Study {number}",
        "classification": "Paintings",
        "medium": "Oil on canvas",
        "objectURL": f"https://www.metmuseum.org/art/collection/search/{number}",
    }
    return answer | said


@pytest.fixture
def met_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes answers as a JSON-lines file and gives its path."""

    def write(answers: list[dict[str, object]], name: str = "met.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(answer) + "\n" for answer in answers), encoding="utf-8")
        return path

    return write


@pytest.fixture
def powerless() -> Callable[[], AbstractContextManager[tuple[Path, Path]]]:
    """Return a context in which a first folder may not be read or written, and a second may.

    A test that is run by root is another user meanwhile, for root may do everything.
    """

    @contextmanager
    def be_powerless() -> Iterator[tuple[Path, Path]]:
        was = os.geteuid()
        with tempfile.TemporaryDirectory() as name:
            forbidden, free = Path(name) / "forbidden", Path(name) / "free"
            for folder, mode in ((forbidden, 0), (free, 0o777), (Path(name), 0o755)):
                folder.mkdir(exist_ok=True)
                folder.chmod(mode)
            try:
                if was == 0:
                    os.seteuid(NOBODY)
                yield forbidden, free
            finally:
                os.seteuid(was)
                forbidden.chmod(0o700)

    return be_powerless


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 256 kB; only root can mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="session")
def api() -> Callable[..., dict[str, object]]:
    """Return the function that makes an answer of the Met's API."""
    return api_answer
