"""Pictures to learn from: decoded ahead in threads, kept decoded as far as memory is meant to go.

Those beyond that lie encoded in one temporary file, which a killed run leaves nothing of, and are decoded anew each time
they are asked for: memory does not grow with the release.
"""

import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from tqdm import tqdm

from omniart_data.release import Release
from omniart_data.release.pictures import large_pictures
from omniart_model.bases.table import Base, View
from omniart_model.features.extract import FeatureReport, bodies_of
from omniart_model.features.pictures import Seen, pictures_seen, see_views
from omniart_model.labels import Integers
from omniart_model.training.distributed import World
from schemas.errors import ModelError
from schemas.release import SPLITS

MOST_BYTES = 4 << 30
"""Of decoded pictures that are kept in memory by default: 28,000 of 224 x 224."""

_AHEAD = 64  # pictures that are decoded ahead while they are first looked at


class Pictures:
    """Pictures as a base sees them, each by its place among ``sha256s``; ``kept`` of them stay decoded in memory."""

    def __init__(
        self,
        base: Base,
        sha256s: Sequence[str],
        pool: ThreadPoolExecutor,
        file: BinaryIO,
        most_bytes: int,
    ) -> None:
        self.base, self._names = base, tuple(sha256s)
        self._numbers = {sha256: number for number, sha256 in enumerate(self._names)}
        self._pool, self._file = pool, file
        shape = (pictures_seen(base.views), base.size_px, base.size_px, 3)
        self.kept = min(len(self._names), most_bytes // int(np.prod(shape)))
        self._decoded = np.empty((self.kept, *shape), np.uint8)
        self._lies: dict[int, tuple[int, int]] = {}
        self._coming: dict[int, Future[Seen]] = {}

    def places(self, sha256s: Iterable[str]) -> Integers:
        """Return the places of pictures, int64 [N]."""
        return np.array([self._numbers[sha256] for sha256 in sha256s], np.int64)

    def bring(self, bodies: Iterable[tuple[str, bytes]]) -> None:
        """Take over the bytes of all pictures; raises ModelError for one that cannot be decoded or put by."""
        waiting: deque[tuple[int, Future[Seen]]] = deque()
        for sha256, body in tqdm(
            bodies,
            total=len(self._names),
            unit="picture",
            desc="pictures",
            leave=None,
            disable=None if World.here().is_first else True,
        ):
            number = self._numbers[sha256]
            if number < self.kept:
                waiting.append((number, self._pool.submit(_see, body, sha256, self.base)))
            else:
                self._put_by(number, body)
            if len(waiting) >= _AHEAD:
                self._keep(waiting)
        while waiting:
            self._keep(waiting)

    def _keep(self, waiting: deque[tuple[int, Future[Seen]]]) -> None:
        number, future = waiting.popleft()
        self._decoded[number] = future.result()

    def _put_by(self, number: int, body: bytes) -> None:
        try:
            at = self._file.seek(0, os.SEEK_END)
            self._file.write(body)
            self._file.flush()
        except OSError as error:
            raise ModelError(
                f"pictures cannot be put by in {tempfile.gettempdir()} or the workspace: {error.strerror}"
            ) from error
        self._lies[number] = at, len(body)

    def coming(self, places: Integers) -> None:
        """Begin to decode pictures that are not kept and are asked for soon."""
        for number in places.tolist():
            if number >= self.kept and number not in self._coming:
                self._coming[number] = self._pool.submit(self._anew, number)

    def seen(self, places: Integers, views: Sequence[View]) -> Seen:
        """Return pictures, each in a view of its own, uint8 [B, S, S, 3]."""
        size = self.base.size_px
        found = np.empty((len(places), size, size, 3), np.uint8)
        self.coming(places)
        for row, (number, view) in enumerate(zip(places.tolist(), views, strict=True)):
            held = self._decoded[number] if number < self.kept else self._coming[number].result()
            picture = held[1 if view is View.TURNED else 0]
            found[row] = picture[:, ::-1] if view is View.MIRRORED else picture
        for number in places.tolist():
            self._coming.pop(number, None)
        return found

    def _anew(self, number: int) -> Seen:
        at, size_bytes = self._lies[number]
        body = os.pread(self._file.fileno(), size_bytes, at)
        return _see(body, self._names[number], self.base)


@contextmanager
def pictures_of(
    release: Release,
    sha256s: Iterable[str],
    base: Base,
    workspace: Path | None = None,
    *,
    splits: Sequence[str] = SPLITS,
    most_bytes: int = MOST_BYTES,
) -> Iterator[Pictures]:
    """Bring pictures of a release, from it or else from the workspace, and let go of them at the end.

    Raises ModelError where one is missing or cannot be decoded: the features that training begins with were made of
    all of them.
    """
    wanted, report = sorted(set(sha256s)), FeatureReport()
    with (
        large_pictures(),
        tempfile.TemporaryFile(dir=workspace) as file,
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
    ):
        pictures = Pictures(base, wanted, pool, file, most_bytes)
        pictures.bring(bodies_of(release, splits, set(wanted), workspace, report))
        if report.missing:
            raise ModelError(
                f"{len(report.missing)} pictures are not at hand, the first {report.missing[0]}: "
                "give --workspace with the folder that holds images/"
            )
        yield pictures


def _see(body: bytes, sha256: str, base: Base) -> Seen:
    try:
        return see_views(body, sha256, base)
    except ModelError as error:
        raise ModelError(f"picture {sha256}: {error}") from error
