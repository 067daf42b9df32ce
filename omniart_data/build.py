"""One build: museums' files or a crawl in, a verified release out.

Everything between the two ends is pure, so a build that was broken off is simply started again: what was
crawled or fetched stays in the workspace, and a release is there whole or not at all.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore
from crawlers.local import Local
from omniart_data.crawl import crawl_sources
from omniart_data.decision_files import read_decisions
from omniart_data.drift import Drift, check_drift
from omniart_data.following import check_kind, previous_release, write_next
from omniart_data.gather import Gathered, check_not_empty, gather_dumps, gather_store
from omniart_data.images import (
    count_pictures,
    import_local,
    picture_table,
    release_picture,
    wanted,
    warn_of_smaller,
)
from omniart_data.loss import check_artworks, check_sources
from omniart_data.normalise import normalise, term_ids
from omniart_data.normalise.decisions import Decision, Flagged, evidence_of, of_kind
from omniart_data.normalise.works.decided import still_bound
from omniart_data.normalise.works.links import Links, link_works, propose
from omniart_data.picture_run import fetch_pictures
from omniart_data.plan import Built, Plan
from omniart_data.progress import View, bar
from omniart_data.release import Contents, Release
from omniart_data.release.contents import sure_edges
from omniart_data.release.near import near_pairs
from omniart_data.release.near.binding import bind, near_edges, unbound
from omniart_data.release.near.pairs import Apart, stand_ins
from omniart_data.takedown.journal import check_finished
from omniart_data.takedown.standing import follow, purge_returned
from omniart_data.takedown.tombstones import Tombstone, read_tombstones, reasons_of
from omniart_data.watch import Watch
from omniart_data.workspace import Workspace
from schemas.decision import FLAGGED
from schemas.errors import SourceError, UsageError

log = logging.getLogger(__name__)


def build(
    plan: Plan, workspace: Workspace, fetching: FetchConfig, views: Sequence[View] = ()
) -> Built:
    """Make the release that a plan asks for; raise OmniartError where that cannot be done.

    ``views`` are shown what is crawled and fetched while it goes. Ctrl-C is a KeyboardInterrupt, once all
    is in order: the same plan then goes on from there.
    """
    with workspace.opened("build") as (store, images):
        decisions = read_decisions(workspace.decisions)
        check_finished(workspace.root)
        tombstones = read_tombstones(workspace.decisions)
        before = previous_release(plan, workspace)
        followed = follow(before, tombstones) if before else None
        run = _Build(plan, store, images, fetching, views, decisions, followed, tombstones)
        run.crawl()
        return write_next(plan, run.contents(), workspace)


@dataclass(frozen=True)
class _Build:
    """One build: the plan, the stores, and how museums are asked."""

    plan: Plan
    store: RawStore
    images: ImageStore
    fetching: FetchConfig
    views: Sequence[View]
    decisions: tuple[Decision, ...]
    previous: Release | None
    tombstones: Mapping[str, Tombstone]

    def crawl(self) -> None:
        """Crawl what is not crawled yet; raise SourceError where a source did not come to its end."""
        plan = self.plan
        if not plan.sources:
            return
        run = crawl_sources(
            plan.sources,
            self.fetching,
            self.store,
            Watch("build", self.views),
            update=plan.update,
            probe=plan.probe,
        )
        if run.stopped:
            raise KeyboardInterrupt
        for name, one in run.sources.items():
            if one.failure:
                raise SourceError(f"{name}: {one.failure}")
            if one.unfetched:
                again = f"`omniart-data crawl {name}` asks again"
                log.warning("%s: %d objects are unfetched; %s", name, one.unfetched, again)

    def gather(self) -> Gathered:
        """Read all records, from bulk files or the store."""
        with bar("read", "records") as advance:
            if self.plan.dumps:
                return gather_dumps(self.plan.dumps, advance, reasons_of(self.tombstones))
            return gather_store(self.store, self.plan.sources, advance, reasons_of(self.tombstones))

    def contents(self) -> Contents:
        """Return what a release of this plan holds."""
        plan, gathered = self.plan, self.gather()
        check_not_empty(gathered)
        if self.previous is not None:
            check_kind(gathered.read, self.previous)
            self.check_sources(gathered.read)
        normalised = normalise(
            gathered.handed_over(),
            choices=plan.choices,
            decisions=self.decisions,
            known_labels=self.known_labels(),
            known_artists=self.known_artists(),
            workers=plan.workers,
        )
        self.check_artworks(normalised.artworks)
        drift = self.check_drift(normalised.term_uses)
        pictures = self.pictures(normalised.artworks)
        works = link_works(normalised.artworks, of_kind(self.decisions, "work"), pictures)
        apart = stand_ins(pictures, works.apart)
        near = self.near(normalised.artworks, pictures, works, apart)
        open_pairs = propose(normalised.artworks, unbound(near))
        bound = pa.concat_tables(
            [sure_edges(normalised.artworks, pictures, works.links), near_edges(near)]
        )
        together = still_bound(works.held_apart, bound)
        flagged = sorted({*normalised.flagged, *works.flagged, *together})
        _tell(flagged)
        return Contents(
            artworks=normalised.artworks,
            dropped=pa.concat_tables([normalised.dropped, gathered.dropped]),
            judgements=normalised.judgements,
            term_uses=normalised.term_uses,
            pictures=pictures,
            candidates=pa.concat_tables([normalised.candidates, works.candidates, open_pairs]),
            links=works.links,
            near=near,
            apart=apart,
            flagged=flagged_table(flagged),
            decisions=len(self.decisions),
            drift=drift.told(),
            term_ids=term_ids(),
            previous=self.previous,
            allow_moves=plan.allow_moves,
            split_unattributed=plan.split_unattributed,
            accept_large_groups=plan.accept_large_groups,
            records_read=gathered.read,
            picture=self.picture,
            inputs=tuple(gathered.inputs),
            options=self.options(),
            credits=plan.credits,
        )

    def near(self, artworks: pa.Table, pictures: pa.Table, works: Links, apart: Apart) -> pa.Table:
        """Return the near-duplicates among the pictures, and which of them bind."""
        with bar("compare", "pictures") as advance:
            found = near_pairs(pictures, self.plan.features, apart)
            advance(pictures.num_rows)
        sure = sure_edges(artworks, pictures, works.links)
        near = bind(found, sure, artworks["id"].combine_chunks(), apart)
        left = pc.and_(pc.invert(near["binds"]), pc.invert(near["apart"]))
        if number := pc.sum(left, min_count=0).as_py():
            log.warning(
                "%d pairs of near-duplicates bind nothing, as a group would be too large: see near.parquet and"
                " `omniart-data review`",
                number,
            )
        return near

    def options(self) -> dict[str, Any]:
        """Return what the release hangs on besides the records: the receipt's options."""
        plan, features = self.plan, self.plan.features
        return {
            "images": plan.images,
            "image_px": plan.image_px,
            **asdict(plan.choices),
            "min_class": plan.min_class,
            "split_unattributed": plan.split_unattributed,
            "features": features.sha256 if features else "",
            "features_base": features.base if features else "",
            "decisions": decisions_sha256(self.decisions),
        }

    def known_labels(self) -> dict[str, frozenset[str]]:
        """Return the labels of the previous release by task: a group of stems keeps the form that it has."""
        known: dict[str, set[str]] = {}
        for line in self.previous.labels.to_pylist() if self.previous else ():
            known.setdefault(line["task"], set()).add(line["label"])
        return {task: frozenset(labels) for task, labels in known.items()}

    def known_artists(self) -> dict[str, str]:
        """Return the labels of the previous release's artists by id: they keep them."""
        lines = self.previous.labels.to_pylist() if self.previous else ()
        return {line["id"]: line["label"] for line in lines if line["task"] == "artist"}

    def check_sources(self, read: Mapping[str, int]) -> None:
        """Stop a build that read nothing of a source of the last release."""
        if self.previous is not None and not self.plan.accept_loss:
            check_sources([source for source, records in read.items() if records], self.previous)

    def check_artworks(self, artworks: pa.Table) -> None:
        """Stop a build that has lost most of a source's artworks since the last release."""
        if self.previous is not None and not self.plan.accept_loss:
            check_artworks(artworks, self.previous)

    def check_drift(self, terms: pa.Table) -> Drift:
        """Stop a build whose words the vocabulary knows less well than those of earlier releases."""
        plan = self.plan
        return check_drift(terms, self.previous, plan.unmatched_budget, accept=plan.accept_drift)

    def pictures(self, artworks: pa.Table) -> pa.Table:
        """Bring in the pictures that are asked for, and return what is known of each."""
        plan = self.plan
        asked = plan.images != "none"
        local = self.bring_images(artworks) if asked else set()
        pictures = picture_table(
            artworks, self.images, asked=asked, personal=plan.personal_images, local=local
        )
        purge_returned(self.images, pictures, self.tombstones)
        warn_of_smaller(pictures, self.images, max_px=plan.image_px)
        if asked:
            _check_pictures(plan, pictures)
        return pictures

    def picture(self, sha256: str) -> tuple[bytes, str]:
        """Return a picture as a release holds it, and its name there."""
        body = release_picture(self.images, sha256, max_px=self.plan.image_px)
        return body, f"{sha256}.jpg"

    def bring_images(self, artworks: pa.Table) -> set[str]:
        """Bring pictures into the image store; return the references of local ones that are there now."""
        plan = self.plan
        if plan.dumps:
            with bar("import", "pictures") as advance:
                return import_local(
                    plan.dumps,
                    self.images,
                    advance,
                    max_px=plan.image_px,
                    max_pixels=plan.max_pixels,
                )
        run = fetch_pictures(
            wanted(artworks, personal=plan.personal_images),
            self.fetching,
            self.images,
            self.store,
            Watch("build", self.views),
            max_px=plan.image_px,
            max_pixels=plan.max_pixels,
        )
        if run.report is None:
            raise KeyboardInterrupt
        log.info("pictures: %s", run.report)
        if run.again:
            again = "the same command asks for them again"
            log.warning("%d pictures could not be had this time: %s", run.again, again)
        return set()


def _check_pictures(plan: Plan, pictures: pa.Table) -> None:
    """Refuse a collection whose pictures are all missing; say so where bulk files bring none anyway."""
    had, missing = count_pictures(pictures)
    if not missing or had:
        return
    if plan.dumps and not any(isinstance(dump.reader, Local) for dump in plan.dumps):
        log.warning("%d artworks have a picture that bulk files do not bring along", missing)
        return
    raise UsageError(
        f"none of {missing:,} pictures could be had: see the images' folder, or build with --images none"
    )


def _tell(flagged: Sequence[Flagged]) -> None:
    """Warn of decisions that were not applied; flagged.parquet lists them all."""
    for one in flagged[:_TOLD]:
        log.warning("%s is not applied: %s", one.decision, one.why)
    if len(flagged) > _TOLD:
        log.warning("%d more decisions are not applied: see flagged.parquet", len(flagged) - _TOLD)


_TOLD = 5


def flagged_table(flagged: Sequence[Flagged]) -> pa.Table:
    """Return decisions that were not applied as rows of ``FLAGGED``."""
    rows = [asdict(one.decision) | {"why": one.why} for one in flagged]
    return pa.Table.from_pylist(rows, schema=FLAGGED)


def decisions_sha256(decisions: Sequence[Decision]) -> str:
    """Return the SHA-256 of all decisions that a build had; empty: it had none."""
    return evidence_of(*(asdict(one) for one in sorted(decisions))) if decisions else ""
