"""Features of pictures of a release or a workspace: each is seen once, in all the base's views, and kept."""

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from omniart_data.release import Release
from omniart_data.release.pictures import large_pictures
from omniart_model.bases.table import Base
from omniart_model.features.cache import FeatureCache, Halves
from omniart_model.features.look import batch_size, compiled, fetched, launched
from omniart_model.features.pictures import Seen, pictures_seen, see_views
from omniart_model.works import looked_at, texts
from omniart_model.workspace import picture_names, picture_path
from schemas.errors import ModelError
from schemas.release import SPLITS

log = logging.getLogger(__name__)

_PART = 2_048  # pictures in one part of the cache: what a broken-off run can lose
_AHEAD = 4  # batches decoded ahead of the base


@dataclass
class FeatureReport:
    """What became of the pictures of a release or a workspace; texts are SHA-256 of pictures."""

    pictures: int = 0
    cached: int = 0
    extracted: int = 0
    missing: list[str] = field(default_factory=list)  # neither in the release nor in the workspace
    unreadable: list[str] = field(default_factory=list)


def extract_features(
    release: Release,
    cache: FeatureCache,
    network: nn.Module,
    *,
    workspace: Path | None = None,
    splits: Iterable[str] = SPLITS,
    device: torch.device | None = None,
    compiling: bool = False,
) -> FeatureReport:
    """Bring the features of all pictures in some splits into the cache; only new pictures are run.

    A picture that is kept out of the release is read from the workspace, where one is given; one that its
    rights keep from training is not looked at.
    """
    splits = tuple(splits)
    wanted = set(wanted_pictures(release, splits))
    report, new = _asked(wanted, cache)
    if new:
        bodies = bodies_of(release, splits, new, workspace, report)
        network = _ready(network, cache.base, device, compiling=compiling)
        _bring_in(bodies, len(new), cache, network, report)
    return report


def extract_workspace(
    workspace: Path,
    cache: FeatureCache,
    network: nn.Module,
    *,
    device: torch.device | None = None,
    compiling: bool = False,
) -> FeatureReport:
    """Bring the features of every picture in a workspace into the cache; only new pictures are run.

    They are made before there is a release, to find near-duplicates by: no network learns from them, and so what
    the rights say of training (``may_train``) is no matter here. What the workspace has may be looked at.
    """
    report, new = _asked(set(picture_names(workspace)), cache)
    if new:
        bodies = _workspace_bodies(workspace, new, report)
        network = _ready(network, cache.base, device, compiling=compiling)
        _bring_in(bodies, len(new), cache, network, report)
    return report


def wanted_pictures(release: Release, splits: Iterable[str] = SPLITS) -> list[str]:
    """Return the SHA-256 of the pictures in some splits that a network looks at, each once, rising."""
    works = release.table(*splits, columns=["image_sha256", "may_train"])
    return sorted(set(texts(works.filter(looked_at(works))["image_sha256"])))


def _asked(wanted: set[str], cache: FeatureCache) -> tuple[FeatureReport, set[str]]:
    """Return a report on wanted pictures that has yet to be filled, and those that the cache lacks."""
    new = wanted - cache.held()
    return FeatureReport(len(wanted), cached=len(wanted) - len(new)), new


def _ready(
    network: nn.Module, base: Base, device: torch.device | None, *, compiling: bool
) -> nn.Module:
    """Return a base where it is to run, compiled if that is asked for."""
    network = network.to(device)
    if not compiling:
        return network
    blank = (1, pictures_seen(base.views), base.size_px, base.size_px, 3)
    return compiled(network, np.zeros(blank, np.uint8), base.views)


def _bring_in(
    bodies: Iterator[tuple[str, bytes]],
    total: int,
    cache: FeatureCache,
    network: nn.Module,
    report: FeatureReport,
) -> None:
    """Decode pictures, run the base over them, and say in the log what could not be seen."""
    cache.clear_up()
    with (
        large_pictures(),
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
        tqdm(total=total, unit="picture", desc="features", leave=None, disable=None) as bar,
    ):
        seen = _decoded(bodies, cache.base, pool, report, _AHEAD * batch_size(network))
        _Run(cache, network, bar, report).all_of(seen)
    log.info(
        "%d pictures: %d seen, %d known before", report.pictures, report.extracted, report.cached
    )
    for what, found in (("not at hand", report.missing), ("not decodable", report.unreadable)):
        if found:
            log.warning("%d pictures are %s, the first %s", len(found), what, found[0])


def _workspace_bodies(
    workspace: Path, new: set[str], report: FeatureReport
) -> Iterator[tuple[str, bytes]]:
    """Yield each new picture of a workspace; one that is gone meanwhile is missing."""
    for sha256 in sorted(new):
        body = _from_workspace(workspace, sha256)
        if body is None:
            report.missing.append(sha256)
        else:
            yield sha256, body


def bodies_of(
    release: Release,
    splits: Iterable[str],
    new: set[str],
    workspace: Path | None,
    report: FeatureReport,
) -> Iterator[tuple[str, bytes]]:
    """Yield each new picture's SHA-256 and bytes once, from the release or else the workspace."""
    left = set(new)
    for split in splits:
        column = release.table(split, columns=["image_sha256"])["image_sha256"]
        if left.isdisjoint(column.to_pylist()):
            continue  # a split's pictures need not be read for none
        for _, sha256, embedded in release.pictures(split):
            if sha256 not in left:
                continue
            body = embedded if embedded is not None else _from_workspace(workspace, sha256)
            if body is not None:
                left.discard(sha256)
                yield sha256, body
    report.missing.extend(sorted(left))


def _from_workspace(workspace: Path | None, sha256: str) -> bytes | None:
    if workspace is None:
        return None
    path = picture_path(workspace, sha256)
    return path.read_bytes() if path.is_file() else None


def _decoded(
    bodies: Iterable[tuple[str, bytes]],
    base: Base,
    pool: ThreadPoolExecutor,
    report: FeatureReport,
    ahead: int,
) -> Iterator[tuple[str, Seen]]:
    """Yield pictures as the base sees them, in order, decoded ahead by the pool."""
    waiting: deque[tuple[str, Future[Seen]]] = deque()

    def first() -> Iterator[tuple[str, Seen]]:
        sha256, future = waiting.popleft()
        try:
            yield sha256, future.result()
        except ModelError as error:
            log.debug("%s: %s", sha256, error)
            report.unreadable.append(sha256)

    for sha256, body in bodies:
        waiting.append((sha256, pool.submit(see_views, body, sha256, base)))
        if len(waiting) >= ahead:
            yield from first()
    while waiting:
        yield from first()


@dataclass
class _Run:
    """One run of the base, batch by batch; the features are kept part by part."""

    cache: FeatureCache
    network: nn.Module
    bar: "tqdm[Any]"
    report: FeatureReport
    names: list[str] = field(default_factory=list)
    features: list[Halves] = field(default_factory=list)
    under_way: tuple[list[str], Tensor] | None = (
        None  # a GPU is at one batch while we fill the next
    )

    def all_of(self, seen: Iterable[tuple[str, Seen]]) -> None:
        """Look at all pictures."""
        batch: list[tuple[str, Seen]] = []
        full = batch_size(self.network)
        for one in seen:
            batch.append(one)
            if len(batch) == full:
                self._look(batch)
                batch.clear()
        if batch:
            self._look(batch)
        self._fetch()
        self._store()

    def _look(self, batch: list[tuple[str, Seen]]) -> None:
        pictures = np.stack([picture for _, picture in batch])
        started = launched(self.network, pictures, self.cache.base.views)
        self._fetch()
        self.under_way = [sha256 for sha256, _ in batch], started
        if len(self.names) >= _PART:
            self._store()

    def _fetch(self) -> None:
        if self.under_way is not None:
            names, started = self.under_way
            self.features.append(fetched(started, len(names)))
            self.names.extend(names)
            self.bar.update(len(names))
            self.under_way = None

    def _store(self) -> None:
        if self.names:
            self.cache.add(self.names, np.concatenate(self.features))
            self.report.extracted += len(self.names)
            self.names.clear()
            self.features.clear()
