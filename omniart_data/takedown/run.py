"""Carry a takedown out, step by step in an order in which a kill at any moment loses nothing; and lift one."""

import shutil
from dataclasses import replace

from crawlers.engine.database import disk_error
from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore
from omniart_data.decision_files import clean
from omniart_data.takedown.journal import Journal, check_finished, remove_journal, write_journal
from omniart_data.takedown.plan import Plan
from omniart_data.takedown.purge import (
    purge_decisions,
    purge_features,
    purge_pictures,
    purge_raw,
)
from omniart_data.takedown.rewrite import Told, rewrite_releases
from omniart_data.takedown.tombstones import (
    LIFTED,
    Tombstone,
    put_tombstone,
    read_tombstones,
    with_reason,
)
from omniart_data.workspace import Workspace
from schemas.errors import UsageError


def take_down(
    plan: Plan, workspace: Workspace, store: RawStore, images: ImageStore, told: Told
) -> None:
    """Take an artwork down; whoever calls has opened the workspace.

    The journal comes first: one that is broken off at any later moment stops builds until it is finished. Then the
    tombstone: from then on no build brings it back. Raw records go after the pictures, whose addresses they tell; the
    releases last.
    """
    stone = plan.tombstone
    write_journal(workspace.root, Journal(stone.id, plan.steps))
    put_tombstone(workspace.decisions, stone)
    purge_pictures(images, stone.pictures, plan.urls)
    purge_features(workspace.root, stone.pictures)
    purge_decisions(workspace.decisions, stone.id)
    purge_raw(store, stone.id)
    rewrite_releases(workspace, plan.steps, stone.id, stone.reason, told)
    remove_journal(workspace.root)


def remove_baselines(plan: Plan, workspace: Workspace) -> None:
    """Delete the baselines, networks and comparisons that have learnt from an artwork."""
    for learnt in plan.baselines:
        folder = workspace.root / learnt
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise disk_error(folder, error) from error


def lift(workspace: Workspace, artwork: str, reason: str) -> Tombstone:
    """Let builds take an artwork again; its line stays, and gives it back the split that it had.

    Raises UsageError where it is not down, or no reason is given.
    """
    check_finished(workspace.root)
    held = read_tombstones(workspace.decisions).get(artwork)
    if held is None or not held.is_down:
        why = "was lifted already" if held else "is not taken down"
        raise UsageError(f"{artwork} {why}: there is nothing to lift")
    if not clean(reason):
        raise UsageError("a takedown is lifted for a reason: give --reason")
    lifted = replace(
        held, state=LIFTED, reason=with_reason(held.reason, f"lifted: {clean(reason)}")
    )
    put_tombstone(workspace.decisions, lifted)
    return lifted
