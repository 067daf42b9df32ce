"""Whether a release keeps what the one before it promised: the ledger's lines, and the numbers of labels."""

from collections.abc import Iterator

import pyarrow as pa

from omniart_data.release.ledger import broken_promises
from omniart_data.release.manifest import NAME, read_manifest
from omniart_data.release.read import Release
from omniart_data.release.rows import compute
from schemas.errors import ReleaseError

TAKEN_DOWN = "takedown"
"""The rule that drops what was taken down: nothing of it stays, not even its line in the ledger."""


def wrong_continuity(release: Release) -> Iterator[str]:
    """Yield what is not as in the release that this one follows, where that lies beside it.

    The receipt names it by version and id. Where the folder beside is another one of that version, or none, nothing
    can be compared.
    """
    told = release.receipt["previous"]
    if told is None:
        return
    if release.version_numbers <= tuple(map(int, told["version"].split("."))):
        yield f"receipt.json: {release.version} follows {told['version']}, which is not below it"
    before = _beside(release, told["version"], told["digest"])
    if before is None:
        return
    dropped = release.side_table("dropped")
    gone = dropped.filter(compute.equal(dropped["rule"], TAKEN_DOWN))
    ids = compute.binary_join_element_wise(gone["source"], gone["source_id"], ":")
    yield from broken_promises(before.ledger, release.ledger, ids.combine_chunks())
    yield from _renumbered(before.labels, release.labels)


def not_compared(release: Release) -> str:
    """Return why a release cannot be compared with the one that it follows; empty: it can, or it is the first."""
    told = release.receipt["previous"]
    if told is None or _beside(release, told["version"], told["digest"]) is not None:
        return ""
    return (
        f"ledger and labels are not compared with {told['version']}: omniart-{told['version']}, of the id"
        f" {told['digest'][:12]}..., does not lie whole beside it"
    )


def _beside(release: Release, version: str, digest: str) -> Release | None:
    folder = release.folder.with_name(f"omniart-{version}")
    if not (folder / NAME).is_file():
        return None
    try:
        manifest = read_manifest(folder)
    except ReleaseError:
        return None  # it has a verify of its own
    return Release(folder, manifest) if manifest.digest == digest else None


def _renumbered(old: pa.Table, new: pa.Table) -> Iterator[str]:
    lines = [
        compute.binary_join_element_wise(
            table["task"], table["label"], compute.cast(table["number"], pa.string()), "\n"
        )
        for table in (old, new)
    ]
    lost = old.filter(compute.invert(compute.is_in(lines[0], value_set=lines[1].combine_chunks())))
    if lost.num_rows:
        first = lost.to_pylist()[0]
        yield (
            f"labels.parquet: {lost.num_rows} labels have not the number that they had; the first:"
            f" {first['task']} {first['label']}"
        )
