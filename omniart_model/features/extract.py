"""Features of pictures of a release or a workspace: each is seen once, upright and mirrored, and kept."""

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from tqdm import tqdm

from omniart_data.release import Release
from omniart_data.release.pictures import large_pictures
from omniart_model.bases.table import Base
from omniart_model.features.cache import FeatureCache, Halves
from omniart_model.features.pictures import see
from omniart_model.works import looked_at, texts
from omniart_model.workspace import picture_names, picture_path
from schemas.errors import ModelError
from schemas.release import SPLITS

log = logging.getLogger(__name__)

Seen = npt.NDArray[np.uint8]

_BATCH_CPU, _BATCH_GPU = 8, 256
"""Pictures that the base sees at a time. On two cores 8 give 110 to 124 views a second, 16 give 70 and
32 give 55: from 16 on each layer's output is memory that is asked of the system anew."""
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
) -> FeatureReport:
    """Bring the features of all pictures in some splits into the cache; only new pictures are run.

    A picture that is kept out of the release is read from the workspace, where one is given; one that its
    rights keep from training is not looked at.
    """
    splits = tuple(splits)
    wanted = set(wanted_pictures(release, splits))
    report, new = _asked(wanted, cache)
    if new:
        bodies = _bodies(release, splits, new, workspace, report)
        _bring_in(bodies, len(new), cache, network, report=report, device=device)
    return report


def extract_workspace(
    workspace: Path,
    cache: FeatureCache,
    network: nn.Module,
    *,
    device: torch.device | None = None,
) -> FeatureReport:
    """Bring the features of every picture in a workspace into the cache; only new pictures are run.

    They are made before there is a release, to find near-duplicates by: no network learns from them, and so what
    the rights say of training (``may_train``) is no matter here. What the workspace has may be looked at.
    """
    report, new = _asked(set(picture_names(workspace)), cache)
    if new:
        bodies = _workspace_bodies(workspace, new, report)
        _bring_in(bodies, len(new), cache, network, report=report, device=device)
    return report


def wanted_pictures(release: Release, splits: Iterable[str] = SPLITS) -> list[str]:
    """Return the SHA-256 of the pictures in some splits that a network looks at, each once, rising."""
    works = release.table(*splits, columns=["image_sha256", "may_train"])
    return sorted(set(texts(works.filter(looked_at(works))["image_sha256"])))


def _asked(wanted: set[str], cache: FeatureCache) -> tuple[FeatureReport, set[str]]:
    """Return a report on wanted pictures that has yet to be filled, and those that the cache lacks."""
    new = wanted - cache.held()
    return FeatureReport(len(wanted), cached=len(wanted) - len(new)), new


def _bring_in(
    bodies: Iterator[tuple[str, bytes]],
    total: int,
    cache: FeatureCache,
    network: nn.Module,
    *,
    report: FeatureReport,
    device: torch.device | None,
) -> None:
    """Decode pictures, run the base over them, and say in the log what could not be seen."""
    with (
        large_pictures(),
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
        tqdm(total=total, unit="picture", desc="features", disable=None) as bar,
    ):
        network = network.to(device)
        ahead = _AHEAD * batch_size(network)
        seen = _decoded(bodies, cache.base, pool, report, ahead)
        _run(seen, cache, network, bar, report)
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


def _bodies(
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
        waiting.append((sha256, pool.submit(see, body, base)))
        if len(waiting) >= ahead:
            yield from first()
    while waiting:
        yield from first()


def _run(
    seen: Iterable[tuple[str, Seen]],
    cache: FeatureCache,
    network: nn.Module,
    bar: "tqdm[Any]",
    report: FeatureReport,
) -> None:
    """Run the base over pictures batch by batch and store the features part by part."""
    names: list[str] = []
    parts: list[Halves] = []
    batch: list[tuple[str, Seen]] = []

    full = batch_size(network)

    def see_batch() -> None:
        parts.append(look(network, np.stack([picture for _, picture in batch])))
        names.extend(sha256 for sha256, _ in batch)
        bar.update(len(batch))
        batch.clear()

    def store() -> None:
        cache.add(names, np.concatenate(parts))
        report.extracted += len(names)
        names.clear()
        parts.clear()

    for one in seen:
        batch.append(one)
        if len(batch) == full:
            see_batch()
        if len(names) >= _PART:
            store()
    if batch:
        see_batch()
    if names:
        store()


def batch_size(network: nn.Module) -> int:
    """Return how many pictures a base sees at a time where it is."""
    return _BATCH_CPU if _place(network).type == "cpu" else _BATCH_GPU


def _place(network: nn.Module) -> torch.device:
    return next(network.buffers()).device


def look(network: nn.Module, pictures: Seen) -> Halves:
    """Return the features of at most ``batch_size`` pictures, uint8 [B, S, S, 3], as float16 [B, 2, F].

    The batch is filled up: how a sum is taken hangs on the batch's size, and a picture's
    features must not hang on its company.
    """
    filled = np.zeros((batch_size(network), *pictures.shape[1:]), np.uint8)
    filled[: len(pictures)] = pictures
    upright = torch.from_numpy(filled).permute(0, 3, 1, 2).to(_place(network))
    with torch.inference_mode():
        views = [network(upright), network(upright.flip(3))]
    features = torch.stack(views, dim=1).to("cpu", torch.float16).numpy()
    return np.ascontiguousarray(features[: len(pictures)])
