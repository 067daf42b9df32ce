"""The colours of a release's train split, which two augmentations put in place of ImageNet's."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from omniart_data.release import Release
from omniart_data.release.pictures import large_pictures
from omniart_model.bases.augmented import Colours
from omniart_model.bases.table import Base
from omniart_model.features.extract import FeatureReport, bodies_of, wanted_pictures
from omniart_model.features.pictures import Seen, see
from schemas.errors import ModelError

SAMPLE = 1_000
"""Pictures that are looked at: of 50 million pixels a mean is known to a hundredth of a grey level."""


def colours_of_train(release: Release, base: Base, workspace: Path | None) -> Colours:
    """Return the colours of train's pictures as a base sees them; the same for the same release.

    They are those of the ``SAMPLE`` pictures with the lowest SHA-256, which is chance. Raises ModelError where there
    is none at hand.
    """
    wanted = set(wanted_pictures(release, ["train"])[:SAMPLE])
    bodies = bodies_of(release, ["train"], wanted, workspace, FeatureReport())
    with large_pictures():
        return Colours.of(_seen(bodies, base))


def _seen(bodies: Iterable[tuple[str, bytes]], base: Base) -> Iterator[Seen]:
    for _, body in bodies:
        try:
            yield see(body, base)
        except ModelError:
            continue  # extraction counts it, and says so
