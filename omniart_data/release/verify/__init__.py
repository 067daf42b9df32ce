"""Check a release: every byte against its manifest, then every promise that a release makes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omniart_data.release.contents import GIVEN_SPLITS
from omniart_data.release.continuity import not_compared
from omniart_data.release.decoding import undecodable
from omniart_data.release.manifest import NAME, SEAL, read_manifest
from omniart_data.release.read import ALL_SPLITS, Release
from omniart_data.release.verify.bytes import wrong_bytes
from omniart_data.release.verify.promises import broken_promises
from omniart_data.release.verify.sides import torn_groups
from omniart_data.release.verify.tables import SIDE_TABLES
from schemas.errors import ReleaseError
from schemas.release import SPLITS

__all__ = ["SIDE_TABLES", "VerifyReport", "verify_release"]


@dataclass(frozen=True)
class VerifyReport:
    """What was looked at, and one line for each promise that is not kept."""

    files: int
    artworks: int
    failures: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What could not be looked at, and why."""


def verify_release(
    folder: Path, *, deep: bool = False, advance: Callable[[int], None] = lambda _: None
) -> VerifyReport:
    """Verify a release; it is sound when the report has no failures. Raises nothing for a broken one.

    ``deep`` also decodes every picture to its end, and tells ``advance`` how many at a time.

    Where a byte is not as the manifest says, that alone is reported: what the files hold would then
    prove nothing.
    """
    try:
        manifest = read_manifest(folder)
    except ReleaseError as broken:
        return VerifyReport(0, 0, (str(broken),))
    files = len(manifest.files) + len((NAME, SEAL))
    artworks = sum(manifest.tables[s].rows for s in ALL_SPLITS if s in manifest.tables)
    release = Release(folder, manifest)
    failures = tuple(wrong_bytes(folder, manifest)) or tuple(broken_promises(release))
    if deep and not failures:
        failures = tuple(undecodable(release, advance))
    notes = () if failures else tuple(filter(None, [not_compared(release), _not_ours(release)]))
    return VerifyReport(files, artworks, failures, notes)


def _not_ours(release: Release) -> str:
    """Return what is not promised of splits that were given; empty: they are ours."""
    if not release.receipt["options"].get(GIVEN_SPLITS):
        return ""
    torn = torn_groups(release.table(*SPLITS, columns=["group", "split"])).num_rows
    return (
        f"the splits were given, and are taken as they are: {torn:,} groups are on several sides (the sides of a sheet,"
        " views of one object, near-duplicates), and shares are not 70/20/10"
    )
