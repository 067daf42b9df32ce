"""What is to be published: parcels, each a folder with a manifest, after a look at rights and bytes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omniart_data.release import Release, open_release, verify_release
from omniart_data.release.manifest import NAME, SEAL, FileEntry, file_entry, seal_of
from omniart_data.release.rows import compute, count
from schemas.errors import ReleaseError
from schemas.release import EMBEDDED
from schemas.rights import policy

SAMPLE = "sample-"
"""How the names of the sample museum's sources begin."""
NAMED = 3
"""So many works that may not be published are named in one line."""
SAFE_PATH = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9._-]*")
"""Names that a parcel's files may have: no way out of its folder, on no system."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Parcel:
    """A folder that is sent as one: ``files`` first, then its manifest, then the manifest's seal."""

    name: str
    """Its folder at the destination: ``omniart-1.0.0``."""
    folder: Path
    files: Mapping[str, FileEntry]
    manifest: bytes

    @property
    def seal(self) -> bytes:
        """Return what ``manifest.sha256`` holds."""
        return seal_of(self.manifest).encode()

    @property
    def size_bytes(self) -> int:
        """Return the size of all files, manifest and seal included."""
        sizes = (entry.size_bytes for entry in self.files.values())
        return sum(sizes) + len(self.manifest) + len(self.seal)


def release_parcel(folder: Path) -> Parcel:
    """Return a release as a parcel, once its rights and every promise of it are checked; raise ReleaseError.

    Rights come first, so that what may not leave is named even where more is wrong.
    """
    release = open_release(folder)
    check_rights(release)
    failures = verify_release(folder).failures
    if failures:
        raise ReleaseError(
            f"{folder} is not published, {failures[0]}: see `omniart-data verify {folder}`"
        )
    body = (folder / NAME).read_bytes()
    return Parcel(f"omniart-{release.version}", folder, release.manifest.files, body)


def check_rights(release: Release) -> None:
    """Raise ReleaseError, naming the first works, unless everything in a release may be passed on.

    Works of the sample museum are invented: nobody may come to take them for a museum's.
    """
    rows = release.table(columns=["id", "source", "rights", "image_status"])
    invented = rows.filter(compute.starts_with(rows["source"], SAMPLE))
    if invented.num_rows:
        raise ReleaseError(_refused(invented["id"].to_pylist(), "are of the sample museum"))
    if release.is_sample:
        raise ReleaseError(f"{release.folder} was made from records of the sample museum")
    inside = rows.filter(compute.equal(rows["image_status"], EMBEDDED))
    for rights, source in count(inside, "rights", "source"):
        if policy(rights, source).may_pass_on:
            continue
        stated = compute.fill_null(inside["rights"], "")  # as ``count`` has it
        same = compute.and_(compute.equal(inside["source"], source), compute.equal(stated, rights))
        under = f"hold pictures under {rights or 'no stated rights'}, not to be passed on"
        raise ReleaseError(_refused(inside.filter(same)["id"].to_pylist(), under))


def _refused(ids: list[str], what: str) -> str:
    first = ", ".join(sorted(ids)[:NAMED])
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return f"nothing is published: {first}{more} {what}: build a release without them"


def baseline_parcel(release: Release) -> Parcel | None:
    """Return the baseline beside a release as a parcel, every byte checked; None where there is none.

    Raises ReleaseError for one that is not whole, or is another release's.
    """
    folder = baseline_folder(release)
    if not folder.is_dir():
        return None
    hint = "make it again with `omniart-model baselines`, or publish with --no-baseline"
    try:
        body, seal = (folder / NAME).read_bytes(), (folder / SEAL).read_bytes()
    except OSError as error:
        raise ReleaseError(f"the baseline {folder} has no {NAME} with {SEAL}: {hint}") from error
    try:
        files = read_files(body, seal)
        told = json.loads(body)
    except ReleaseError as wrong:
        raise ReleaseError(f"the baseline {folder}: {wrong}: {hint}") from wrong
    named = told.get("release")
    if not isinstance(named, dict) or named.get("digest") != release.digest:
        raise ReleaseError(f"the baseline {folder} is of another release: {hint}")
    for path, entry in files.items():
        if not (folder / path).is_file() or file_entry(folder / path) != entry:
            raise ReleaseError(f"the baseline {folder}: {path} is not what {NAME} says: {hint}")
    return Parcel(f"baselines/{release.version}", folder, files, body)


def baseline_folder(release: Release) -> Path:
    """Return where a release's baseline lies: in ``baselines/`` beside ``releases/``."""
    parent = release.folder.resolve().parent
    workspace = parent.parent if parent.name == "releases" else parent
    return workspace / "baselines" / release.version


def read_files(manifest: bytes, seal: bytes) -> Mapping[str, FileEntry]:
    """Return the files that a manifest names, its seal checked and every path safe; raise ReleaseError."""
    if seal != seal_of(manifest).encode():
        raise ReleaseError(f"{NAME} is not the one that {SEAL} names")
    try:
        told = json.loads(manifest)["files"]
        files = {
            path: FileEntry(int(entry["size_bytes"]), str(entry["sha256"]))
            for path, entry in told.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReleaseError(f"{NAME} is no manifest") from error
    for path, entry in files.items():
        safe = SAFE_PATH.fullmatch(path) and path not in {NAME, SEAL}
        if not safe or not _SHA256.fullmatch(entry.sha256) or entry.size_bytes < 0:
            raise ReleaseError(f"{NAME} names a file {path!r}, which may not be")
    return dict(sorted(files.items()))
