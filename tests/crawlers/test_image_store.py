"""The image store: pictures by what they were, outcomes by address, and nothing half there."""

import hashlib
import io
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from crawlers.engine.image_store import STATUSES, ImageOutcome, ImageStore
from crawlers.engine.look import Look
from crawlers.engine.picture import Original, Prepared, prepare
from schemas.errors import StoreError


def picture(number: int, side_px: int = 40, max_px: int = 512) -> Prepared:
    """Return a picture, another one for each number; its original is a PNG."""
    out = io.BytesIO()
    Image.new("RGB", (side_px, 30), (number, 90, 20)).save(out, "PNG")
    return prepare(out.getvalue(), max_px=max_px)


@pytest.fixture
def images(tmp_path: Path) -> Iterator[ImageStore]:
    with ImageStore(tmp_path / "images") as opened:
        yield opened


def files(folder: Path) -> list[str]:
    """Return the names of all pictures in a store, whole or not."""
    return sorted(path.name for path in folder.glob("*/*") if path.is_file())


def test_a_picture_lies_under_the_hash_of_its_original(images: ImageStore) -> None:
    """The file is named by what the museum served and holds what was prepared of it, once."""
    one = picture(1)
    name = images.put(one)

    assert name == one.original.sha256 != hashlib.sha256(one.body).hexdigest()
    assert images.path(name) == images.folder / name[:2] / name
    assert name in images
    assert images.read(name) == one.body == images.path(name).read_bytes()
    assert images.original(name) == one.original
    assert images.put(one) == name
    assert files(images.folder) == [name]
    kept = images.kept(name)
    assert kept is not None
    assert (kept.sha256, kept.size_bytes) == (hashlib.sha256(one.body).hexdigest(), len(one.body))
    assert (kept.width_px, kept.height_px, kept.for_px) == (40, 30, 512)


def test_the_larger_one_is_kept(images: ImageStore) -> None:
    """A picture that comes again for a larger side takes the place of the smaller one, and never back."""
    small, large = picture(1, 400, max_px=100), picture(1, 400, max_px=200)
    name = images.put(small)
    images.put(large)
    images.put(small)
    assert images.read(name) == large.body
    assert files(images.folder) == [name]


def test_outcomes_replace_those_before(images: ImageStore) -> None:
    """What was had at last is no longer a failure; every status is counted, also those of none."""
    failed = ImageOutcome("https://a/1.jpg", "", "failed", "status 500")
    images.put_outcomes([failed, ImageOutcome("https://a/2.jpg", "", "gone")])
    assert images.outcome("https://a/1.jpg") == failed
    assert images.counts() == {"fetched": 0, "gone": 1, "quarantined": 0, "failed": 1}
    images.put_outcomes([ImageOutcome("https://a/1.jpg", "ab", "fetched")])
    assert images.outcome("https://a/1.jpg") == ImageOutcome("https://a/1.jpg", "ab", "fetched")
    assert images.outcome("https://a/3.jpg") is None
    assert list(images.counts()) == list(STATUSES)


def test_many_addresses_are_looked_up_together(images: ImageStore) -> None:
    """What is found of many is what is found of each; an address that was never asked for is not among them."""
    name = images.put(picture(1))
    outcomes = [ImageOutcome(f"https://a/{n}", name, "fetched") for n in range(1200)]
    outcomes += [ImageOutcome("gone", "", "gone"), ImageOutcome("lost", "0" * 64, "fetched")]
    images.put_outcomes(outcomes)
    found = images.found(["never", *(one.url for one in outcomes), "gone"])
    assert found == {one.url: (one, images.original(one.sha256)) for one in outcomes}


def test_addresses_that_differ_by_case_are_two(images: ImageStore) -> None:
    """Ids of IIIF are case-sensitive, on every file system."""
    images.put_outcomes(
        [ImageOutcome("https://a/PJEZO", "", "gone"), ImageOutcome("https://a/pjezo", "", "failed")]
    )
    assert images.is_settled("https://a/PJEZO", 512)
    assert not images.is_settled("https://a/pjezo", 512)


def test_what_needs_no_asking(images: ImageStore) -> None:
    """A picture is settled while its file is whole and as large as wanted, or as large as the original."""
    shrunk, whole = picture(1, 400, max_px=100), picture(2, 80, max_px=100)
    names = images.put(shrunk), images.put(whole)
    images.put_outcomes(
        [ImageOutcome(url, name, "fetched") for url, name in zip("ab", names, strict=True)]
    )
    assert [images.is_settled("a", px) for px in (50, 100, 101)] == [True, True, False]
    assert [images.is_settled("b", px) for px in (50, 100, 101)] == [True, True, True]
    images.path(names[0]).write_bytes(shrunk.body[:-1])
    images.path(names[1]).unlink()
    assert not images.is_settled("a", 50)
    assert not images.is_settled("b", 50)
    assert not images.is_settled("never asked for", 50)


def test_an_end_is_final_as_far_as_its_reason_goes(images: ImageStore) -> None:
    """Too many pixels are asked for under a higher cap; all that is no picture at hand, where it is asked to."""
    name = images.put(picture(1))
    large = "too many pixels: 200 x 100 as PNG, at most 10000 are decoded"
    images.put_outcomes(
        [
            ImageOutcome("held", name, "fetched"),
            ImageOutcome("gone", "", "gone"),
            ImageOutcome("torn", "", "quarantined", "truncated"),
            ImageOutcome("large", "", "quarantined", large),
        ]
    )
    assert all(images.is_settled(url, 512, max_pixels=79_999) for url in ("gone", "torn", "large"))
    assert images.is_settled("torn", 512, max_pixels=80_000)
    assert not images.is_settled("large", 512, max_pixels=80_000)
    assert images.is_settled("held", 512, update=True)
    assert not any(images.is_settled(url, 512, update=True) for url in ("gone", "torn", "large"))


def test_a_picture_at_too_many_addresses_is_a_placeholder(images: ImageStore) -> None:
    """At the threshold all that share a picture are quarantined, earlier runs' too; below it none is."""
    name, other = images.put(picture(1)), images.put(picture(2))

    def put(*urls: str, sha256: str = name) -> None:
        outcomes = [ImageOutcome(url, sha256, "fetched") for url in urls]
        images.put_all([], outcomes, placeholder_urls=3)

    put("a", "b")
    put("a")
    put("x", "y", sha256=other)
    assert images.counts()["quarantined"] == 0
    images.begin_run(placeholder_urls=3)
    put("c")
    assert images.counts() == {"fetched": 2, "gone": 0, "quarantined": 3, "failed": 0}
    put("d")
    assert {images.outcome(url) for url in "abcd"} == {
        ImageOutcome(url, name, "quarantined", "placeholder: same picture at 4 addresses")
        for url in "abcd"
    }
    assert images.run_counts() == [("quarantined", "placeholder: same picture at 4 addresses", 2)]
    images.begin_run(placeholder_urls=5)
    assert images.counts()["fetched"] == 6
    images.begin_run(placeholder_urls=2)
    assert images.counts()["quarantined"] == 6


def test_the_digest_hangs_on_no_order(tmp_path: Path) -> None:
    """Two stores that hold the same have the same digest, and any difference changes it."""
    outcomes = [ImageOutcome(url, "", "gone") for url in "abc"]
    with ImageStore(tmp_path / "1") as one, ImageStore(tmp_path / "2") as two:
        one.put(picture(1))
        one.put(picture(2))
        one.put_outcomes(outcomes)
        two.begin_run()
        two.put_outcomes(outcomes[::-1])
        two.begin_run()
        two.put(picture(2))
        assert one.digest() != two.digest()
        two.put(picture(1))
        assert one.digest() == two.digest()
        two.put_outcomes([replace(outcomes[0], reason="why")])
        assert one.digest() != two.digest()


def test_a_damaged_picture_is_found_and_mended(images: ImageStore) -> None:
    """A file that is not as it was written is an error; one of another size is written anew."""
    one = picture(1)
    name = images.put(one)
    images.path(name).write_bytes(one.body[:-1] + b"?")
    with pytest.raises(StoreError, match="is damaged: delete it and fetch"):
        images.read(name)
    images.path(name).write_bytes(one.body[:9])
    images.put(one)
    assert images.read(name) == one.body


def test_an_absent_picture_is_named(images: ImageStore) -> None:
    """Reading a picture that was never put is an error that says what to do."""
    name = hashlib.sha256(b"").hexdigest()
    assert name not in images
    assert (images.original(name), images.kept(name), images.note(name)) == (None, None, "")
    with pytest.raises(StoreError, match="fetch the images again"):
        images.read(name)


@pytest.mark.parametrize(
    "name", ["", "ab", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "0" * 65]
)
def test_a_name_is_no_path(images: ImageStore, name: str) -> None:
    """Only 64 hexadecimal digits name a picture: no text from a record leads out of the folder."""
    for use in (images.path, images.read, images.__contains__):
        with pytest.raises(ValueError, match="is no SHA-256"):
            use(name)
    torn = Prepared(b"", 1, 1, 1, Original(name, 0, "JPEG", "RGB", 1, 1))
    with pytest.raises(ValueError, match="is no SHA-256"):
        images.put(torn)


def as_before_looks(folder: Path, *, drop: str = "DROP TABLE look") -> None:
    """Leave of a store what a version that knew of no looks made, or what else ``drop`` leaves."""
    with sqlite3.connect(folder / "index.sqlite") as connection:
        connection.execute(drop)
    connection.close()


def stored_looks(folder: Path) -> list[tuple[object, ...]]:
    """Return what a store's table of looks holds."""
    with sqlite3.connect(folder / "index.sqlite") as connection:
        rows = connection.execute("SELECT * FROM look ORDER BY 1").fetchall()
    connection.close()
    return rows


def test_looks_are_stored_with_a_picture(images: ImageStore) -> None:
    """A picture that was put has its colours without being looked at again, one by one and many together."""
    some = [picture(number) for number in range(0, 200, 40)]
    names = [images.put(one) for one in some]
    for name in names:
        images.path(name).write_bytes(b"never looked at")
    assert [images.look(name) for name in names] == [Look.unpacked(one.look) for one in some]
    wanted = {name: Look.unpacked(one.look) for name, one in zip(names, some, strict=True)}
    assert images.looks(names * 300) == wanted
    assert images.looks([]) == {}


def test_a_store_made_before_colours_goes_on(tmp_path: Path) -> None:
    """Its colours are those that ``prepare`` gives; they are looked at once, in a pool or not, and stored."""
    folder, some = tmp_path / "images", [picture(number, 600) for number in (1, 90, 200)]
    with ImageStore(folder) as images:
        names = [images.put(one) for one in some]
        digest, stored = images.digest(), images.looks(names)
    with_looks = stored_looks(folder)
    as_before_looks(folder)
    with ImageStore(folder, read_only=True) as reader:
        assert reader.looks(names) == stored
        assert reader.look(names[0]) == Look.unpacked(some[0].look)
    with ImageStore(folder) as images, ThreadPoolExecutor(2) as pool:
        assert images.digest() == digest
        assert images.looks(names, pool) == stored
        images.path(names[0]).write_bytes(b"never looked at")
        assert images.looks(names) == stored
        names.append(images.put(picture(7)))
        assert images.look(names[3]) == Look.unpacked(picture(7).look)
    assert [row for row in stored_looks(folder) if row[0] != names[3]] == with_looks


@pytest.mark.parametrize(
    "stale",
    [
        "UPDATE look SET kept_sha256 = 'of what was kept before', packed = x'0000002710'",
        "UPDATE look SET form = 0, packed = x'0000002710'",
    ],
)
def test_stale_colours_are_looked_at_anew(tmp_path: Path, stale: str) -> None:
    """Colours of a JPEG that was kept before, or by another rule, are as if they were not there."""
    with ImageStore(tmp_path) as images:
        name = images.put(picture(90))
    fresh = stored_looks(tmp_path)
    as_before_looks(tmp_path, drop=stale)
    with ImageStore(tmp_path) as images:
        assert images.look(name) == Look.unpacked(picture(90).look)
    assert stored_looks(tmp_path) == fresh


def test_colours_are_those_of_the_larger_one(images: ImageStore) -> None:
    """What takes the place of a smaller picture brings its own colours; what does not leaves them alone."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((400, 300)).convert("RGB").save(out, "PNG")
    small, large = (prepare(out.getvalue(), max_px=px) for px in (60, 300))
    assert small.look != large.look
    name = images.put(small)
    assert images.look(name) == Look.unpacked(small.look)
    for one in (large, small):
        images.put(one)
        assert images.look(name) == Look.unpacked(large.look)


def test_colours_that_cannot_be_told(images: ImageStore) -> None:
    """Of an absent picture, and of a file that is no whole JPEG, it is said what to do."""
    with pytest.raises(StoreError, match="fetch the images again"):
        images.look("0" * 64)
    name = images.put(replace(picture(1), body=b"no JPEG", look=b""))
    with pytest.raises(StoreError, match=f"{name} is no picture: delete it and fetch"):
        images.look(name)


def test_colours_are_found_without_the_index(images: ImageStore, tmp_path: Path) -> None:
    """A folder of pictures alone has colours too."""
    name = images.put(picture(1))
    (tmp_path / "moved" / name[:2]).mkdir(parents=True)
    images.path(name).rename(tmp_path / "moved" / name[:2] / name)
    with ImageStore(tmp_path / "moved", read_only=True) as reader:
        assert reader.look(name) == Look.unpacked(picture(1).look)


def test_what_a_killed_run_left_is_swept(images: ImageStore) -> None:
    """Half-written files of a killed run are deleted, and whole pictures are not."""
    name = images.put(picture(1))
    staged = images.stage(picture(2))
    assert images.sweep() == 1
    assert not staged.path.exists()
    assert files(images.folder) == [name]


def test_a_store_is_read_beside_the_run_that_writes_it(images: ImageStore) -> None:
    """A reader sees what was stored, makes nothing, and may not write."""
    one = picture(1)
    name = images.put(one)
    images.put_outcomes([ImageOutcome("a", name, "fetched")])
    with ImageStore(images.folder, read_only=True) as reader:
        assert (reader.read(name), reader.original(name)) == (one.body, one.original)
        assert reader.counts() == images.counts()
        with pytest.raises(StoreError, match="may not be written"):
            reader.put_outcomes([ImageOutcome("b", "", "gone")])
    assert images.counts()["gone"] == 0


def test_pictures_are_found_without_the_index(images: ImageStore, tmp_path: Path) -> None:
    """A folder of pictures alone gives their bytes; what only the index knows is an error."""
    one = picture(1)
    name = images.put(one)
    (tmp_path / "moved" / name[:2]).mkdir(parents=True)
    images.path(name).rename(tmp_path / "moved" / name[:2] / name)
    with ImageStore(tmp_path / "moved", read_only=True) as reader:
        assert reader.read(name) == one.body
        with pytest.raises(StoreError, match=r"index\.sqlite is not there"):
            reader.outcome("a")
    assert not (tmp_path / "moved" / "index.sqlite").exists()


def test_another_file_is_no_index(tmp_path: Path) -> None:
    """A database of somebody else's is left alone."""
    with sqlite3.connect(tmp_path / "index.sqlite") as other:
        other.execute("CREATE TABLE picture (sha256)")
    other.close()
    with pytest.raises(StoreError):
        ImageStore(tmp_path)


def test_a_full_disk_leaves_nothing_half_there(small_disk: Path) -> None:
    """What does not fit is not there at all, and goes in once there is room."""
    with ImageStore(small_disk) as images:
        name = images.put(picture(1))
        large = replace(picture(2), body=bytes(2_000_000))
        with pytest.raises(StoreError, match="does not fit on the disk: make room"):
            images.put(large)
        assert files(small_disk) == [name]
        grow = ["mount", "-o", "remount,size=8m", str(small_disk)]
        subprocess.run(grow, check=True)
        assert images.read(images.put(large)) == large.body


WRITER = """
import sys
from pathlib import Path
from crawlers.engine.image_store import ImageOutcome, ImageStore
from crawlers.engine.picture import Original, Prepared
with ImageStore(Path(sys.argv[1])) as images:
    for n in range(100_000):
        body = b"%d" % n * 5_000
        one = Prepared(body, 1, 1, 512, Original(f"{n:064x}", 1, "JPEG", "RGB", 1, 1))
        images.put_all([images.stage(one)], [ImageOutcome(str(n), f"{n:064x}", "fetched")])
        if n == 20:
            print("running", flush=True)
"""


def test_a_killed_run_loses_no_picture_that_it_noted(tmp_path: Path) -> None:
    """Killed in the middle, whatever the index names is there whole."""
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"running\n"
            process.kill()
        assert process.returncode == -signal.SIGKILL
        with ImageStore(tmp_path) as images:
            fetched = images.counts()["fetched"]
            assert fetched > 20
            for n in range(fetched):
                assert images.is_settled(str(n), 512)
                assert images.read(f"{n:064x}") == b"%d" % n * 5_000
            images.sweep()
            assert len(files(tmp_path)) - fetched in {0, 1}
