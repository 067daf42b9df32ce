"""One build: museums' files or a crawl in, a verified release out.

Everything between the two ends is pure, so a build that was broken off is simply started again: what was
crawled or fetched stays in the workspace, and a release is there whole or not at all.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.images import ImageReport, fetch_images
from crawlers.engine.run import run_crawl
from crawlers.engine.source import Source
from crawlers.engine.store import ImageStore, RawStore, disk_error
from crawlers.local import Local
from omniart_data.gather import Dump, Gathered, check_not_empty, gather_dumps, gather_store
from omniart_data.images import count_pictures, import_local, picture_table, wanted
from omniart_data.normalise import normalise
from omniart_data.progress import bar
from omniart_data.release import Contents, Release, open_release, write_release
from omniart_data.release.manifest import read_manifest
from omniart_data.release.pictures import for_release, large_pictures
from omniart_data.settings import check_images
from omniart_data.workspace import Workspace, parse_version
from schemas.errors import ReleaseError, UsageError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What a build reads, and how: either bulk files, or sources that are crawled."""

    dumps: tuple[Dump, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    images: str = "all"
    image_px: int = 512
    personal_images: bool = False
    version: str = ""
    """Empty: 1.0.0, or the next minor version after the newest release in the workspace."""
    update: bool = False
    """Crawl sources again whose crawl came to its end."""
    allow_moves: bool = False
    """Let artworks change their split where two groups turn out to be one."""

    def __post_init__(self) -> None:
        check_images(self.images)

    @property
    def credits(self) -> dict[str, str]:
        """Return the attribution line of each source that is read."""
        crawled = {source.name: source.attribution for source in self.sources.values()}
        return crawled | dict(dump.credit for dump in self.dumps)

    def reading(self, dumps: Iterable[Dump]) -> "Plan":
        """Return this plan for bulk files."""
        return replace(self, dumps=tuple(dumps))

    def crawling(self, sources: Mapping[str, Source]) -> "Plan":
        """Return this plan for sources that are crawled."""
        return replace(self, sources=sources)


@dataclass(frozen=True)
class Built:
    """What came of a build."""

    folder: Path
    new: bool
    """False: the newest release in the workspace holds exactly this already."""
    previous: Path | None = None
    """The release that it follows; None: the first in its workspace."""


def build(plan: Plan, workspace: Workspace, fetching: FetchConfig) -> Built:
    """Make the release that a plan asks for; raise OmniartError where that cannot be done."""
    with workspace.opened() as (store, images):
        if plan.sources:
            asyncio.run(_crawl(plan, store, fetching))
        gathered = _gather(plan, store)
        check_not_empty(gathered)
        contents = _contents(plan, gathered, store, images, fetching)
        return _write(plan, contents, workspace)


async def _crawl(plan: Plan, store: RawStore, fetching: FetchConfig) -> None:
    async with Fetch(fetching) as fetch:
        for name, source in plan.sources.items():
            if plan.update and store.finished(name):
                store.begin(name)
            with bar(f"crawl {name}", "records") as advance:
                report = await run_crawl(source, fetch, store, progress=advance)
            log.info("%s: %d pages, %d records", name, report.pages, report.records)


def _gather(plan: Plan, store: RawStore) -> Gathered:
    with bar("read", "records") as advance:
        if plan.dumps:
            return gather_dumps(plan.dumps, advance)
        return gather_store(store, plan.sources, advance)


def _contents(
    plan: Plan, gathered: Gathered, store: RawStore, images: ImageStore, fetching: FetchConfig
) -> Contents:
    normalised = normalise(gathered.records)
    asked = plan.images != "none"
    local: set[str] = set()
    if asked:
        local = _bring_images(plan, normalised.artworks, store, images, fetching)
    with bar("decode", "pictures") as advance:
        pictures = picture_table(
            normalised.artworks,
            images,
            store,
            asked=asked,
            personal=plan.personal_images,
            local=local,
            progress=advance,
        )
    if asked:
        _check_pictures(plan, pictures)

    def picture(sha256: str) -> tuple[bytes, str]:
        with large_pictures():
            body = for_release(images.read(sha256), max_px=plan.image_px)
        return body, f"{sha256}.jpg"

    return Contents(
        artworks=normalised.artworks,
        dropped=pa.concat_tables([normalised.dropped, gathered.dropped]),
        judgements=normalised.judgements,
        term_uses=normalised.term_uses,
        pictures=pictures,
        records_read=gathered.read,
        picture=picture,
        inputs=tuple(gathered.inputs),
        options={"images": plan.images, "image_px": plan.image_px},
        credits=plan.credits,
    )


def _check_pictures(plan: Plan, pictures: pa.Table) -> None:
    """Refuse a collection whose pictures are all missing; say so where bulk files bring none anyway."""
    had, missing = count_pictures(pictures)
    if not missing or had:
        return
    if plan.dumps and not any(isinstance(dump.reader, Local) for dump in plan.dumps):
        log.warning("%d artworks have a picture that bulk files do not bring along", missing)
        return
    raise UsageError(
        f"none of {missing:,} pictures could be had: see the images' folder, or build with --images none"
    )


def _bring_images(
    plan: Plan, artworks: pa.Table, store: RawStore, images: ImageStore, fetching: FetchConfig
) -> set[str]:
    """Bring pictures into the image store; return the references of local ones that are there now."""
    if plan.dumps:
        with bar("import", "pictures") as advance:
            return import_local(plan.dumps, images, store, advance)
    urls = wanted(artworks, personal=plan.personal_images)
    with bar("fetch", "pictures", len(urls)) as advance:
        report = asyncio.run(_fetch(urls, fetching, images, store, advance))
    log.info("pictures: %s", report)
    if report.failed or report.left:
        log.warning(
            "%d pictures could not be had this time: the same command asks for them again",
            report.failed + report.left,
        )
    return set()


async def _fetch(
    urls: list[str],
    fetching: FetchConfig,
    images: ImageStore,
    store: RawStore,
    advance: Callable[[int], None],
) -> ImageReport:
    async with Fetch(fetching) as fetch:
        return await fetch_images(urls, fetch, images, store, progress=advance)


def _write(plan: Plan, contents: Contents, workspace: Workspace) -> Built:
    """Write a candidate, and let it become a release by one rename where it holds anything new."""
    versions = workspace.versions()
    if plan.version and versions and parse_version(plan.version) < versions[-1]:
        raise UsageError(f"{plan.version} is below {_text(versions[-1])}, the newest release here")
    newest = workspace.release(_text(versions[-1])) if versions else None
    version = plan.version or (_text(_minor(versions[-1])) if versions else "1.0.0")
    folder = workspace.release(version)
    if newest is not None:
        previous = open_release(newest)
        _check_kind(contents, previous)
        contents = replace(contents, previous=previous, allow_moves=plan.allow_moves)
    candidate = workspace.releases / ".candidate"
    shutil.rmtree(candidate, ignore_errors=True)
    manifest = write_release(contents, candidate, version=version)
    try:
        if newest is not None and read_manifest(newest).tables == manifest.tables:
            return Built(newest, new=False)
        if folder.exists():
            raise ReleaseError(f"{folder} is there already: give another --release-version")
        candidate.rename(folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        shutil.rmtree(candidate, ignore_errors=True)
    return Built(folder, new=True, previous=newest)


def _check_kind(contents: Contents, previous: Release) -> None:
    """Refuse to let real releases follow invented ones, or the other way round."""
    invented = any(source.startswith("sample-") for source in contents.records_read)
    if invented != previous.is_sample:
        kinds = ("the sample museum", "real museums")
        new, old = kinds if invented else kinds[::-1]
        raise UsageError(
            f"the releases in {previous.folder.parent} are of {old}: give {new} a --workspace of their own"
        )


def _text(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))


def _minor(version: tuple[int, int, int]) -> tuple[int, int, int]:
    return version[0], version[1] + 1, 0
