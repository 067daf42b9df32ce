"""What is purged from the stores leaves no byte in their files, and takes nothing else along."""

import hashlib
import io
import random
from pathlib import Path

import pytest
from PIL import Image

from crawlers.engine.image_store import ImageOutcome, ImageStore
from crawlers.engine.picture import Prepared, prepare
from crawlers.engine.source import Page, Unfetched
from crawlers.engine.store import RawStore
from schemas.errors import StoreError
from schemas.raw import RawRecord

ODD = ("7", "../../etc/passwd", "a'; DROP TABLE record; --", "höhe/%00")
"""Ids that are nothing but text, whatever they look like."""


def raw(source_id: str, *, kind: str = "met-api") -> RawRecord:
    """Return a raw record whose address and body say which one it is, and cannot be packed."""
    noise = random.Random(source_id + kind).randbytes(600)
    return RawRecord("met", source_id, kind, noise, f"https://museum.invalid/?{source_id}", "", "")


def picture(number: int) -> Prepared:
    """Return a picture, another one for each number."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (number, 90, 20)).save(out, "PNG")
    return prepare(out.getvalue(), max_px=512)


def all_bytes(folder: Path) -> bytes:
    """Return the bytes of all files of a folder, the write-ahead logs among them."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("source_id", ODD)
def test_a_purged_record_leaves_no_byte(tmp_path: Path, source_id: str) -> None:
    """Neither address nor packed body of a purged object is in the store's files; all others are as they were."""
    secret = f"museum.invalid/?{source_id}".encode()
    with RawStore(tmp_path / "raw.sqlite") as store:
        others = [raw(f"other {number}") for number in range(40)]
        store.put("met", Page(tuple(others[:20]), cursor="a"))
        there = (raw(source_id), raw(source_id, kind="more"))
        store.put("met", Page(there, cursor="b", unfetched=(Unfetched("gone 1", "404"),)))
        store.put("met", Page(tuple(others[20:]), cursor="c"))
        before = secret in all_bytes(tmp_path)

        purged = store.purge("met", source_id)
        after = secret in all_bytes(tmp_path)

        assert (before, purged, after) == (True, 2, False)
        assert store.mentions("met", source_id) == {}
        assert store.ids("met") == sorted(one.source_id for one in others)
        assert store.purge("met", source_id) == 0
    with RawStore(tmp_path / "raw.sqlite") as again:
        assert [one[0].source_id for one in again.records("met")] == again.ids("met")


def test_the_census_forgets_too(tmp_path: Path) -> None:
    """A purged object is in no table: not as named, not as stored, not as one whose supplements are due."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        store.put("met", Page((raw("7"), raw("8")), cursor="a"))
        tables = set(store.mentions("met", "7"))
        store.purge("met", "7")

        assert tables == {"record", "census", "due"}
        assert store.mentions("met", "7") == {}
        assert store.statements("met", "7") == ()
        assert set(store.mentions("met", "8")) == tables


def test_a_purge_beside_a_reader_says_so(tmp_path: Path) -> None:
    """While somebody reads the old state its bytes cannot go: that is an error, and the same call ends it later."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        store.put("met", Page(tuple(raw(str(number)) for number in range(30)), cursor="a"))
        with RawStore(tmp_path / "raw.sqlite", read_only=True) as reader:
            reading = reader.records("met")
            next(reading)
            with pytest.raises(StoreError, match=r"is being read|is in use"):
                store.purge("met", "7")
            del reading  # and with it the state that it reads
        store.purge("met", "7")

        assert b"museum.invalid/?7" not in all_bytes(tmp_path)


def test_a_purged_picture_leaves_no_byte(tmp_path: Path) -> None:
    """File, half-written files, what is known of it and how its addresses ended: all gone, others untouched."""
    with ImageStore(tmp_path) as images:
        one, other = picture(1), picture(2)
        for url, prepared in (
            ("https://a.invalid/secret.jpg", one),
            ("https://a.invalid/2.jpg", other),
        ):
            outcome = ImageOutcome(url, prepared.original.sha256, "fetched")
            images.put_all([images.stage(prepared)], [outcome])
        images.looks([one.original.sha256, other.original.sha256])
        images.stage(one)
        sha256 = one.original.sha256
        held = images.mentions(sha256)
        files = images.purge(sha256)

        assert {"picture", "outcome", "look"} <= set(held)
        assert files == 2
        assert images.mentions(sha256) == []
        assert b"secret.jpg" not in all_bytes(tmp_path)
        assert sha256.encode() not in all_bytes(tmp_path)
        assert hashlib.sha256(images.read(other.original.sha256)).hexdigest()
        assert images.outcome("https://a.invalid/2.jpg") is not None
        assert images.purge(sha256) == 0


def test_addresses_are_forgotten(tmp_path: Path) -> None:
    """An address that never gave a picture is forgotten by itself, and no other with it."""
    with ImageStore(tmp_path) as images:
        urls = ["https://a.invalid/secret.jpg", "https://a.invalid/2.jpg"]
        images.put_outcomes([ImageOutcome(url, "", "gone") for url in urls])

        assert images.forget(urls[:1]) == 1
        assert images.outcome(urls[0]) is None
        assert images.outcome(urls[1]) is not None
        assert b"secret.jpg" not in all_bytes(tmp_path)


@pytest.mark.parametrize("name", ["", "../../x", "A" * 64, "*" * 64])
def test_only_a_sha256_is_purged(tmp_path: Path, name: str) -> None:
    """What is no SHA-256 names no file, so nothing is deleted by it."""
    with ImageStore(tmp_path) as images:
        images.put(picture(1))
        with pytest.raises(ValueError, match="no SHA-256"):
            images.purge(name)

        assert len(list(tmp_path.glob("*/*"))) == 1
