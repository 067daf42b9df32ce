"""The museums' own classes crawl the sample museum and read all of it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.images import ImageReport, fetch_images
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.store import ImageStore, RawStore
from crawlers.sample import SAMPLE_SOURCES, SampleMuseum
from schemas.record import Record


@dataclass(frozen=True)
class Crawled:
    """What one crawl of the whole museum brought."""

    reports: Mapping[str, CrawlReport]
    records: Mapping[str, dict[str, Record]]
    bodies: bytes


def _config(museum: SampleMuseum) -> FetchConfig:
    return FetchConfig(routes=museum.routes, default_rate=1e5, concurrency=8, retries=1)


@pytest.fixture(scope="module")
def crawled(museum: SampleMuseum, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Return everything that the three sources say, crawled and read."""

    async def crawl() -> Crawled:
        reports, records, bodies = {}, {}, []
        with RawStore(tmp_path_factory.mktemp("raw") / "raw.sqlite") as store:
            async with Fetch(_config(museum)) as fetch:
                for name, source in SAMPLE_SOURCES.items():
                    reports[name] = await run_crawl(source, fetch, store)
                    held = list(store.records(name))
                    records[name] = {raws[-1].source_id: source.read(raws) for raws in held}
                    bodies += [raw.url.encode() + raw.body for raws in held for raw in raws]
        return Crawled(reports, records, b"\n".join(bodies))

    return asyncio.run(crawl())


def test_all_is_read(crawled: Crawled, museum: SampleMuseum) -> None:
    """Every work is crawled and reads as a record of its source, with no error; what is gone is withdrawn."""
    gone = {"sample-met": 4, "sample-rijksmuseum": 5, "sample-wga": 0}
    for name, records in crawled.records.items():
        works = museum.collection.works[name.removeprefix("sample-")]
        kept = {one for one, record in records.items() if not record.withdrawn}
        assert kept == {work.source_id for work in works}
        assert crawled.reports[name].records == len(works) + gone[name]
        assert crawled.reports[name].withdrawn == gone[name]
        assert {record.source for record in records.values()} == {name}


def test_no_port_is_stored(crawled: Crawled) -> None:
    """Nothing that is stored knows at which port the museum stood, so two crawls store the same."""
    assert b"127.0.0.1" not in crawled.bodies
    assert b"sample-met.invalid" in crawled.bodies


def test_records_say_what_the_collection_holds(crawled: Crawled, museum: SampleMuseum) -> None:
    """Makers, images and the museum's own years come through the crosswalk as they were invented."""
    for work in museum.collection:
        record = crawled.records[f"sample-{work.museum}"][work.source_id]
        assert bool(record.images) is bool(work.image)
        assert bool(record.makers) is (work.stance != "none" or work.museum == "wga")
        assert bool(record.titles) is ("title" not in work.lacks)
        if work.labelled:
            spelt = {"met": work.labelled.met, "rijksmuseum": work.labelled.rijks}
            if work.museum in spelt:
                assert record.makers[0].name == spelt[work.museum]
            if work.labelled.born is not None:
                assert record.makers[0].died == work.labelled.died
        if work.museum == "met" and work.dating.form in {"exact", "range", "circa range"}:
            assert (record.year_first, record.year_last) == (work.dating.first, work.dating.last)


def test_dutch_and_english(crawled: Crawled) -> None:
    """Half of the Rijksmuseum's types are told in Dutch alone, and so must be translated."""
    languages = Counter(
        text.language
        for record in crawled.records["sample-rijksmuseum"].values()
        for text in record.types
    )
    assert languages["nl"] > 200
    assert languages["en"] > 200


def test_images_are_fetched(crawled: Crawled, museum: SampleMuseum, tmp_path: Path) -> None:
    """Images of every host are fetched, the IIIF ones in the size that they have; three of all are gone."""
    urls = [
        record.images[0]
        for name, records in crawled.records.items()
        for number, record in enumerate(records.values())
        if record.images
        and (number % 12 == 0 or _is_gone(museum, name.removeprefix("sample-"), record.source_id))
    ]

    async def take() -> ImageReport:
        with RawStore(tmp_path / "raw.sqlite") as store:
            async with Fetch(_config(museum)) as fetch:
                return await fetch_images(urls, fetch, ImageStore(tmp_path / "images"), store)

    report = asyncio.run(take())
    assert report.gone == 3
    assert report.fetched == len(set(urls)) - 3
    assert report.failed == report.unreadable == 0


def _is_gone(museum: SampleMuseum, name: str, source_id: str) -> bool:
    works = museum.collection.works[name]
    return any(work.source_id == source_id and work.image_fault == "gone" for work in works)


def test_changes_only(museum: SampleMuseum, tmp_path: Path) -> None:
    """A crawl of what changed since a day takes fewer records than a whole one."""

    async def crawl() -> dict[str, int]:
        with RawStore(tmp_path / "raw.sqlite") as store:
            async with Fetch(_config(museum)) as fetch:
                return {
                    name: (await run_crawl(source, fetch, store, since=date(2025, 10, 1))).records
                    for name, source in SAMPLE_SOURCES.items()
                }

    taken = asyncio.run(crawl())
    assert 0 < taken["sample-met"] < 150
    assert 0 < taken["sample-rijksmuseum"] < 150
