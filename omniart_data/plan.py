"""What a build is to do, and what came of it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crawlers.engine.source import Source
from omniart_data.gather import Dump
from omniart_data.normalise import Choices
from omniart_data.release.diff import Difference
from omniart_data.release.near import FeatureFile
from omniart_data.settings import check_images


@dataclass(frozen=True)
class Plan:
    """What a build reads, and how: either bulk files, or sources that are crawled."""

    dumps: tuple[Dump, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    images: str = "all"
    image_px: int = 512
    max_pixels: int = 250_000_000
    """A picture of more is quarantined, and not decoded."""
    personal_images: bool = False
    version: str = ""
    """Empty: 1.0.0, or the version that follows from what differs from the release before."""
    previous: Path | None = None
    """The release to follow, where it is not the newest in the workspace."""
    update: bool = False
    """Crawl sources again whose crawl came to its end."""
    probe: bool = False
    """Begin with a probe of each source that is to be crawled."""
    allow_moves: bool = False
    """Let artworks change their split where two groups turn out to be one."""
    accept_large_groups: bool = False
    """Bind groups of more than 50 works: people have looked at them."""
    split_unattributed: bool = False
    """Give works without an artist a split too, within their coarse type."""
    min_class: int = 10
    """Works in train, at least, that make a type or material a class of a subset; it needs one in test besides."""
    features: FeatureFile | None = None
    """Features of pictures, by which near-duplicates are found besides their hashes."""
    choices: Choices = field(default_factory=Choices)
    """How the rules judge where a maintainer has a choice."""
    unmatched_budget: float = 0.01
    """By how much a source's share of unmatched words may rise over its lowest so far."""
    accept_drift: bool = False
    """Write the release though it rose by more."""
    accept_loss: bool = False
    """Write the release though a source of the last one, or most of its artworks, are gone."""
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    """Processes that judge where there is much to judge; the release is the same for any number."""

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
    change: Difference | None = None
    """What differs from the release that it follows; None: it follows none."""
