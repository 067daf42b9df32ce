"""How one release of a workspace follows another: which it follows, which version it gets, and whether it says anything new."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from crawlers.engine.database import disk_error
from omniart_data.plan import Built, Plan
from omniart_data.release import Contents, Release, open_release
from omniart_data.release.write import prepare, write_prepared
from omniart_data.workspace import Workspace, parse_version
from schemas.errors import ReleaseError, UsageError


def previous_release(plan: Plan, workspace: Workspace) -> Release | None:
    """Return the release that a build follows: the one it is given, else the newest here; None: the first."""
    versions = workspace.versions()
    newest = open_release(workspace.release(_text(versions[-1]))) if versions else None
    if plan.previous is None:
        return newest
    given = open_release(plan.previous)
    if newest is not None and newest.digest != given.digest:
        raise UsageError(
            f"--previous {plan.previous} is not {newest.version}, the newest release here, and what this has given since"
            " would be lost: leave it out, or take a new --workspace"
        )
    return given


def write_next(plan: Plan, contents: Contents, workspace: Workspace) -> Built:
    """Write a candidate, and let it become a release by one rename where it holds anything new."""
    before = contents.previous
    same = before is not None and plan.version == before.version  # right only where nothing differs
    _check_not_below(plan.version, workspace)
    release = prepare(contents, "" if same else plan.version)
    _check_not_below(release.version, workspace)  # it may follow a release from elsewhere
    candidate = workspace.releases / ".candidate"
    shutil.rmtree(candidate, ignore_errors=True)
    write_prepared(release, candidate)
    try:
        if before is not None and _is_the_same(before, candidate):
            return Built(before.folder, new=False)
        folder = workspace.release(before.version if same and before else release.version)
        if folder.exists() or same:
            raise ReleaseError(
                f"{folder} is there already, and something differs: give another --release-version, or none"
            )
        candidate.rename(folder)
    except OSError as error:
        raise disk_error(workspace.releases, error) from error
    finally:
        shutil.rmtree(candidate, ignore_errors=True)
    return Built(folder, new=True, change=release.change)


def _is_the_same(before: Release, candidate: Path) -> bool:
    """Return whether a candidate holds what the release before does: rows, options and attribution lines.

    Decisions that change no row are no reason for another version.
    """
    new = open_release(candidate)
    told = [
        (
            one.manifest.tables,
            {name: value for name, value in one.receipt["options"].items() if name != "decisions"},
            *(one.receipt[name] for name in ("credits", "seed", "notes")),
        )
        for one in (before, new)
    ]
    return told[0] == told[1]


def _check_not_below(version: str, workspace: Workspace) -> None:
    """Refuse a version below the newest release here: it would fork the history of splits and labels."""
    versions = workspace.versions()
    if version and versions and parse_version(version) < versions[-1]:
        raise UsageError(f"{version} is below {_text(versions[-1])}, the newest release here")


def check_kind(read: Iterable[str], previous: Release) -> None:
    """Refuse to let real releases follow invented ones, or the other way round."""
    invented = any(source.startswith("sample-") for source in read)
    if invented != previous.is_sample:
        kinds = ("the sample museum", "real museums")
        new, old = kinds if invented else kinds[::-1]
        raise UsageError(
            f"the releases in {previous.folder.parent} are of {old}: give {new} a --workspace of their own"
        )


def _text(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
