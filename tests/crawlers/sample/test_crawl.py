"""The museums' own classes crawl the sample museum and read all of it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest

from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.image_store import ImageStore
from crawlers.engine.images import ImageReport, fetch_images
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import Source
from crawlers.engine.store import RawStore
from crawlers.met import Met
from crawlers.sample import SAMPLE_SOURCES, Faults, SampleMuseum, sample_museum
from omniart_data.normalise import normalise
from omniart_data.normalise.works.links import link_works
from schemas.record import Record, to_batch

SOURCES: Mapping[str, Source] = {
    **SAMPLE_SOURCES,
    "sample-met": replace(cast("Met", SAMPLE_SOURCES["sample-met"]), pointer_url=""),
}
"""The three sources, of which the Met's asks its API for everything: a bulk file is no raw records."""


@dataclass(frozen=True)
class Crawled:
    """What one crawl of the whole museum brought."""

    reports: Mapping[str, CrawlReport]
    records: Mapping[str, dict[str, Record]]
    bodies: bytes


def _config(museum: SampleMuseum) -> FetchConfig:
    return FetchConfig(
        routes=museum.routes,
        default_rate=1e5,
        concurrency=8,
        backoff_s=0.01,
        wall_backoff_s=0.01,
        ca_file=museum.ca_file,
    )


@pytest.fixture(scope="module")
def crawled(museum: SampleMuseum, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Return everything that the three sources say, crawled and read."""

    async def crawl() -> Crawled:
        reports, records, bodies = {}, {}, []
        with RawStore(tmp_path_factory.mktemp("raw") / "raw.sqlite") as store:
            async with Fetch(_config(museum)) as fetch:
                for name, source in SOURCES.items():
                    reports[name] = await run_crawl(source, fetch, store)
                    held = list(store.records(name))
                    records[name] = {raws[-1].source_id: source.read(raws) for raws in held}
                    assert reports[name].census.adds_up
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
    """Makers, images and the museums' own years come through the crosswalk as they were invented."""
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


def test_there_is_something_to_judge(crawled: Crawled) -> None:
    """Normalised, the three museums show every attribute, works told of twice, and what people must decide."""
    said = [record for records in crawled.records.values() for record in records.values()]
    done = normalise(pa.Table.from_batches([to_batch(said)]))
    linked = link_works(done.artworks)
    artworks = done.artworks.to_pylist()

    places = [place for one in artworks for place in one["places"]]
    assert {place["role"] for place in places} == {"made", "found"}
    assert {place["certain"] for place in places} == {True, False}
    assert {"Amsterdam", "Venice", "Nowhereham"} < {place["city"] for place in places}
    for name in ("height_cm", "width_cm", "depth_cm", "diameter_cm"):
        assert any(one[name] is not None for one in artworks), name
    parts = {size["part"] for one in artworks for size in one["sizes"]}
    assert {"overall", "sheet", "image"} <= parts
    assert len({code["code"] for one in artworks for code in one["iconclass"]}) > 6
    coarse = {one["coarse_type"] for one in artworks}
    assert {"painting", "print", "vessel", "coin or medal"} < coarse
    open_ = {
        (one["kind"], one["subject_label"], one["object_label"])
        for one in done.candidates.to_pylist()
    }
    assert ("artist", "Edmund Nonesuch", "Edmund Nonsuch") in open_
    assert {subject for kind, subject, _ in open_ if kind == "material"} == {
        "fabelite",
        "fabeliet",
    }
    applied = linked.links.filter(linked.links["applied"])
    assert applied.num_rows >= 3
    assert linked.candidates.num_rows >= 3


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
        with ImageStore(tmp_path / "images") as images:
            async with Fetch(_config(museum)) as fetch:
                return await fetch_images(urls, fetch, images)

    report = asyncio.run(take())
    assert report.gone == 3
    assert report.fetched == len(set(urls)) - 3
    assert report.failed == report.quarantined == 0


def _is_gone(museum: SampleMuseum, name: str, source_id: str) -> bool:
    works = museum.collection.works[name]
    return any(work.source_id == source_id and work.image_fault == "gone" for work in works)


def test_changes_only(tmp_path: Path) -> None:
    """One of what changed since a day takes fewer records than a whole crawl; a re-stamp lets all come, unchanged."""

    async def crawl(museum: SampleMuseum, since: date | None) -> dict[str, CrawlReport]:
        with RawStore(tmp_path / "raw.sqlite") as store:
            async with Fetch(_config(museum)) as fetch:
                return {
                    name: await run_crawl(source, fetch, store, since=since)
                    for name, source in SOURCES.items()
                }

    with sample_museum(works=180) as museum:
        whole = asyncio.run(crawl(museum, None))
        taken = asyncio.run(crawl(museum, date(2025, 10, 1)))
        museum.restamp()
        anew = asyncio.run(crawl(museum, date(2026, 1, 1)))["sample-rijksmuseum"]
    assert anew.records == whole["sample-rijksmuseum"].records
    assert anew.changed == anew.new == 0
    for name in ("sample-met", "sample-rijksmuseum"):
        assert 0 < taken[name].records < whole[name].records / 2
        assert taken[name].changed == taken[name].new == 0


def test_a_faulty_museum_over_tls_gives_what_a_calm_one_gives(tmp_path: Path) -> None:
    """With three of ten answers wrong in every way that passes, the three crawls store the same to a word."""

    def crawl(folder: Path, faults: Faults, *, tls: bool) -> dict[str, list[Record]]:
        folder.mkdir()
        with (
            sample_museum(works=120, faults=faults, tls=tls) as museum,
            RawStore(folder / "raw.sqlite") as store,
        ):

            async def run() -> None:
                async with Fetch(_config(museum)) as fetch:
                    for source in SOURCES.values():
                        report = await run_crawl(source, fetch, store)
                        assert report.census.adds_up
                        assert report.unfetched == report.census.unsettled == 0

            asyncio.run(run())
            if faults.share:
                assert sum(museum.mischief.ledger.fallen.values()) > 60
            return {
                name: [
                    replace(source.read(raws), received="", sha256="")
                    for raws in sorted(store.records(name), key=lambda raws: raws[-1].source_id)
                ]
                for name, source in SOURCES.items()
            }

    faulty = Faults(0.3, seed=5, slow_s=0.02, retry_after_s=0)
    assert crawl(tmp_path / "a", faulty, tls=True) == crawl(tmp_path / "b", Faults(), tls=False)
