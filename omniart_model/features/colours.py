"""The colours of a release's train split, which two augmentations put in place of ImageNet's."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from omniart_data.release import Release
from omniart_data.release.pictures import large_pictures
from omniart_model.bases.augmented import Colours
from omniart_model.bases.table import Base
from omniart_model.features.extract import FeatureReport, bodies_of, wanted_pictures
from omniart_model.features.pictures import Seen, see
from schemas.errors import ModelError

log = logging.getLogger(__name__)

SAMPLE = 1_000
"""Pictures that are looked at: of 50 million pixels a mean is known to a hundredth of a grey level."""


def colours_of_train(release: Release, base: Base, workspace: Path | None) -> Colours:
    """Return the colours of train's pictures as a base sees them; the same for the same release and pictures at hand.

    They are those of the ``SAMPLE`` pictures with the lowest SHA-256, which is chance. Where some of them cannot be
    looked at the others' colours are others: they are in the key of the features (``Base.key``), so that features
    and answers of both are never taken for one another, and the log says how many were missing. Raises ModelError where
    there is none at hand.
    """
    wanted = set(wanted_pictures(release, ["train"])[:SAMPLE])
    report = FeatureReport()
    bodies = bodies_of(release, ["train"], wanted, workspace, report)
    with large_pictures():
        colours = Colours.of(_seen(bodies, base, report))
    unseen = len(report.missing) + len(report.unreadable)
    if unseen:
        log.warning("colours of train without %d of its %d pictures", unseen, len(wanted))
    return colours


def _seen(bodies: Iterable[tuple[str, bytes]], base: Base, report: FeatureReport) -> Iterator[Seen]:
    for sha256, body in bodies:
        try:
            yield see(body, base)
        except ModelError:
            report.unreadable.append(sha256)
