"""What tombstones mean for a build: what it drops, which ledger it follows, which pictures may not come back."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from crawlers.engine.image_store import ImageStore
from omniart_data.release import Release
from omniart_data.takedown.tombstones import Tombstone
from schemas.release import LEDGER


@dataclass(frozen=True)
class Followed(Release):
    """A release that a build follows: what is down is not in its ledger, what was lifted is again."""

    tombstones: Mapping[str, Tombstone]

    @property
    def ledger(self) -> pa.Table:
        """Return the ledger, sorted by id."""
        held = self.side_table("ledger")
        down = [one.id for one in self.tombstones.values() if one.is_down]
        named = pc.is_in(held["id"], value_set=pa.array(down, pa.string()))
        left = held.filter(pc.invert(named))
        known = set(left["id"].to_pylist())
        returned = [
            {"id": one.id, "split": split, "since": self.version}
            for one in self.tombstones.values()
            if not one.is_down and one.id not in known
            for split in one.splits[-1:]
        ]
        again = pa.Table.from_pylist(returned, schema=LEDGER)
        together = pa.concat_tables([left.cast(LEDGER), again])
        return together.sort_by([("id", "ascending")]) if returned else left


def follow(release: Release, tombstones: Mapping[str, Tombstone]) -> Release:
    """Return a release as the one that a build follows."""
    return Followed(release.folder, release.manifest, tombstones) if tombstones else release


def purge_returned(
    images: ImageStore, pictures: pa.Table, tombstones: Mapping[str, Tombstone]
) -> int:
    """Delete pictures of what is down that came into the image store again, unless another artwork has them."""
    barred = {sha256 for one in tombstones.values() if one.is_down for sha256 in one.pictures}
    if not barred:
        return 0
    barred -= set(pc.unique(pictures["image_sha256"]).to_pylist())
    return sum(images.purge(sha256) for sha256 in sorted(barred) if images.mentions(sha256))
