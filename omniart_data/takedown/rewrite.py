"""Every release that names an artwork becomes a new version without it, the oldest first."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from crawlers.engine.database import disk_error
from omniart_data.release import Release, open_release, verify_release
from omniart_data.release.leftovers import remove_leftovers
from omniart_data.release.rewrite import without
from omniart_data.release.write import write_prepared
from omniart_data.takedown.journal import Step
from omniart_data.workspace import Workspace
from schemas.errors import ReleaseError

log = logging.getLogger(__name__)

Told = Callable[[Step], None]


def rewrite_releases(
    workspace: Workspace, steps: tuple[Step, ...], artwork: str, reason: str, told: Told
) -> None:
    """Take each step: the new version is written whole and verified before the old one is removed.

    A step that was broken off leaves the old one, the new one or both; the same call again goes on from there.
    """
    for step in steps:
        _remove_leftovers(workspace, step)
        new, old = workspace.release(step.new), workspace.release(step.old)
        if not os.path.lexists(new):
            write_prepared(without(_opened(old, step), {artwork: reason}, step.new), new)
        _check(new, step)
        if os.path.lexists(old):
            _opened(old, step)
            _remove(old)
        told(step)


def _opened(folder: Path, step: Step) -> Release:
    """Return the release that a step begins with; raise ReleaseError where another has its name."""
    release = open_release(folder)
    if release.digest != step.digest:
        raise ReleaseError(
            f"{folder} is another release than when its takedown began: remove takedown.json of the workspace, and"
            " take the artwork down again"
        )
    return release


def _check(new: Path, step: Step) -> None:
    """Raise ReleaseError unless a folder is sound and the release that a step makes."""
    failures = verify_release(new).failures
    made_of = None if failures else open_release(new).receipt["previous"]
    if failures or made_of is None or made_of["digest"] != step.digest:
        why = failures[0] if failures else f"it does not stand for {step.old}"
        raise ReleaseError(
            f"{new}: {why}; {step.old} is left as it is: remove {new.name}, and run the same command again"
        )


def _prefix(old: Path) -> str:
    return f".{old.name}.taken-down-"


def _remove(old: Path) -> None:
    """Remove a release: under another name first, so that no half of one is ever taken for a whole one."""
    hidden = old.with_name(f"{_prefix(old)}{os.getpid()}")
    try:
        old.rename(hidden)
        shutil.rmtree(hidden)
    except OSError as error:
        raise disk_error(old, error) from error


def _remove_leftovers(workspace: Workspace, step: Step) -> None:
    old = workspace.release(step.old)
    try:
        remove_leftovers(workspace.releases, _prefix(old))
    except OSError as error:
        raise disk_error(old, error) from error
