"""What a takedown will do, found before anything is done."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process

from crawlers import SOURCES
from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore
from omniart_data.decision_files import clean
from omniart_data.release import Release
from omniart_data.takedown import traces
from omniart_data.takedown.journal import Step, check_finished, new_steps, read_journal
from omniart_data.takedown.published import Copy, published_copies
from omniart_data.takedown.purge import decisions_about
from omniart_data.takedown.tombstones import (
    DOWN,
    Tombstone,
    read_tombstones,
    split_id,
    with_reason,
)
from omniart_data.workspace import Workspace
from schemas.errors import RecordError, UsageError

NEAREST = 3
_ALIKE = 75


@dataclass(frozen=True)
class Plan:
    """One artwork's takedown."""

    tombstone: Tombstone
    urls: tuple[str, ...]
    """Addresses of pictures that are its alone."""
    shared: tuple[str, ...]
    """SHA-256 of its pictures that other artworks have too: they stay."""
    raw: Mapping[str, int]
    """Tables of the raw store, each with its rows."""
    picture_files: int
    feature_parts: tuple[str, ...]
    decisions: tuple[str, ...]
    steps: tuple[Step, ...]
    baselines: tuple[str, ...]
    """Versions whose baseline has learnt from it."""
    bulk: tuple[str, ...]
    """Bulk files, which cannot be edited: builds drop its record."""
    published: tuple[Copy, ...]
    was_down: bool = False
    """Its tombstone was there before."""

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON has it."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """Yield the plan line by line."""
        stone = self.tombstone
        yield f"to take down: {stone.id}: {stone.reason}"
        if self.was_down:
            yield "it is taken down already: what was left of it goes now"
        yield f"tombstone: a line in decisions/takedown.csv (splits: {' '.join(stone.splits) or 'none'})"
        rows = ", ".join(f"{table} {n}" for table, n in self.raw.items())
        yield f"raw store: {rows or 'holds nothing of it'}"
        yield f"image store: {self.picture_files} files of {len(stone.pictures)} pictures"
        if self.shared:
            yield f"  kept: {len(self.shared)} pictures that other artworks have too"
        yield f"features: {len(self.feature_parts)} files are written again"
        for decision in self.decisions:
            yield f"decision taken back: {decision}"
        for step in self.steps:
            yield f"release: {step.old} becomes {step.new}"
        for folder in self.baselines:
            yield f"baseline: {folder} was learnt from it; it stays unless --remove-baselines is given"
        for name in self.bulk:
            yield f"bulk file: {name} stays as it is and may hold it; every build drops its record"
        for copy in self.published:
            yield from copy.lines()


def make_plan(
    workspace: Workspace,
    artwork: str,
    reason: str,
    stores: tuple[RawStore | None, ImageStore | None],
) -> Plan:
    """Return what taking an artwork down does; nothing is written.

    Raises UsageError for an artwork that nothing here knows, for no reason, and where the takedown of another
    one was broken off.
    """
    check_finished(workspace.root, artwork)
    source, source_id = split_id(artwork)
    held = read_tombstones(workspace.decisions).get(artwork)
    stone = _tombstone(workspace, artwork, reason, held)
    store, images = stores
    found = list(traces.releases(workspace))
    raw = store.mentions(source, source_id) if store else {}
    if not (held or raw or any(_knows(release, artwork) for _, release in found)):
        raise UsageError(_unknown(artwork, found[-1][1] if found else None, store))
    opened = [release for _, release in found]
    own, shared, urls = _pictures(artwork, opened, stores)
    stone = replace(stone, pictures=tuple(sorted({*stone.pictures, *own})))
    steps = _steps(workspace, opened, traces.Named(artwork, stone.pictures))
    versions = {step.old for step in steps}
    return Plan(
        tombstone=stone,
        urls=urls,
        shared=shared,
        raw=raw,
        picture_files=sum(len(images.files(one)) for one in stone.pictures) if images else 0,
        feature_parts=_names(workspace, stone),
        decisions=tuple(map(str, decisions_about(workspace.decisions, artwork))),
        steps=steps,
        baselines=tuple(
            one.folder for one in traces.learnt(workspace.root) if one.version in versions
        ),
        bulk=_bulk(source, opened, store),
        published=published_copies(workspace, steps, artwork, opened),
        was_down=held is not None and held.is_down,
    )


def _tombstone(
    workspace: Workspace, artwork: str, reason: str, held: Tombstone | None
) -> Tombstone:
    reason = clean(reason)
    if held is not None and held.is_down and not reason:
        reason = held.reason
    if not reason:
        raise UsageError("an artwork is taken down for a reason: give --reason")
    before = held.splits if held else ()
    settled = (
        held is not None and held.is_down
    )  # a takedown that goes on finds but a part of the ledgers
    given = () if settled else traces.splits_of(workspace, artwork)
    splits = before if before[-len(given) :] == given else (*before, *given)
    reason = with_reason(held.reason, reason) if held else reason
    return Tombstone(artwork, DOWN, splits, held.pictures if held else (), reason)


def _knows(release: Release, artwork: str) -> bool:
    named = traces.Named(artwork)
    return bool(traces.in_tables(release, named)) or traces.is_dropped(release, *split_id(artwork))


def _unknown(artwork: str, release: Release | None, store: RawStore | None) -> str:
    """Return what is said of an id that nothing knows, with the nearest that there are."""
    source, _ = split_id(artwork)
    ids = set(map(str, release.table(columns=["id"])["id"].to_pylist())) if release else set()
    if store is not None:
        ids.update(f"{source}:{one}" for one in store.ids(source))
    near = process.extract(
        artwork, sorted(ids), scorer=fuzz.ratio, limit=NEAREST, score_cutoff=_ALIKE
    )
    meant = f"; near it are {', '.join(one[0] for one in near)}" if near else ""
    return f"nothing here knows {artwork}: no release, no raw record{meant}"


def _pictures(
    artwork: str, opened: list[Release], stores: tuple[RawStore | None, ImageStore | None]
) -> tuple[set[str], tuple[str, ...], tuple[str, ...]]:
    """Return an artwork's own pictures, those that it shares, and its own addresses."""
    store, images = stores
    rows = [row for release in opened for row in traces.rows_of(release, artwork)]
    urls = {row["image_url"] for row in rows} | _urls_in_raw(store, artwork)
    hashes = {row["image_sha256"] for row in rows}
    others_urls, others = set[str](), set[str]()
    for release in opened:
        others_urls |= traces.used_by_others(release, artwork, "image_url")
        others |= traces.used_by_others(release, artwork, "image_sha256")
    urls -= {None, ""} | others_urls
    if images is not None:
        hashes |= {one.sha256 for one, _ in images.found(sorted(urls)).values()}
        for sha256 in sorted(hashes - {None, ""}):
            if (
                set(images.addresses(sha256)) - urls
            ):  # another artwork's, not in a release yet perhaps
                others.add(sha256)
    hashes -= {None, ""}
    return hashes - others, tuple(sorted(hashes & others)), tuple(sorted(urls))


def _urls_in_raw(store: RawStore | None, artwork: str) -> set[str]:
    source, source_id = split_id(artwork)
    reader = SOURCES.get(source.removeprefix("sample-"))
    if store is None or reader is None:
        return set()
    raws = store.statements(source, source_id)
    try:
        return set(reader.read(raws).images) if raws else set()
    except RecordError:  # what cannot be read has no picture that was ever asked for
        return set()


def _steps(workspace: Workspace, opened: list[Release], named: traces.Named) -> tuple[Step, ...]:
    """Return a step for each release from the first that names the artwork on, so that their order stays."""
    journal = read_journal(workspace.root)
    if journal is not None:
        return journal.steps
    touched = [bool(traces.in_tables(release, named)) for release in opened]
    if True not in touched:
        return ()
    from_here = opened[touched.index(True) :]
    newest = workspace.versions()[-1]
    return new_steps([(release.version, release.digest) for release in from_here], newest)


def bulk_files(workspace: Workspace, artwork: str, store: RawStore | None) -> tuple[str, ...]:
    """Return the bulk files that may hold an artwork's record."""
    opened = [release for _, release in traces.releases(workspace)]
    return _bulk(split_id(artwork)[0], opened, store)


def _names(workspace: Workspace, stone: Tombstone) -> tuple[str, ...]:
    parts = traces.feature_parts(workspace.root, stone.pictures)
    return tuple(part.relative_to(workspace.root).as_posix() for part in parts)


def _bulk(source: str, opened: list[Release], store: RawStore | None) -> tuple[str, ...]:
    """Return the bulk files that may hold a source's records."""
    names = {
        str(one["name"])
        for release in opened
        for one in release.receipt["inputs"]
        if one["source"] in {source, source.partition("-")[0]} and one["name"] != "raw store"
    }
    bulk = store.bulk(source) if store else None
    return tuple(sorted(names | ({bulk.path.name} if bulk else set())))


def command(workspace: Workspace, *words: str) -> str:
    """Return a command line of ours on a workspace."""
    return shlex.join(["omniart-data", *words, "--workspace", str(workspace.root)])
