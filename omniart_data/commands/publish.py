"""Commands that send a release to others and bring one back: publish, fetch-release."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.printing import printable, say
from omniart_data.progress import bar
from omniart_data.publish.fetch import fetch_release, origin, read_offer
from omniart_data.publish.files import Files, is_complete, publish_files
from omniart_data.publish.hub import Hub, is_on_hub, publish_hub
from omniart_data.publish.log import Published, note, workspace_of
from omniart_data.publish.place import Place, parse_place
from omniart_data.publish.plan import Parcel, baseline_parcel, read_files, release_parcel
from omniart_data.publish.webdataset import webdataset_parcel
from omniart_data.release import Release, open_release
from omniart_data.workspace import Workspace, parse_version
from schemas.errors import UsageError

EPILOG = examples(
    ("omniart-data publish W/releases/omniart-1.0.0 s3://museum/sets --dry-run", "what would go"),
    ("omniart-data publish W/releases/omniart-1.0.0 hf://datasets/OWNER/NAME", "to the hub"),
    ("omniart-data publish W/releases/omniart-1.0.0 DEST --format webdataset", "as tar files"),
)
FETCH_EPILOG = examples(
    ("omniart-data fetch-release s3://museum/sets 1.0.0", "into workspace/releases/"),
    ("omniart-data fetch-release https://example.org/sets 1.0.0 --out FOLDER", "into FOLDER"),
)

Destination = Annotated[
    str,
    typer.Argument(
        metavar="DEST",
        help="A folder, an object store (s3://BUCKET/PREFIX), hf://datasets/OWNER/NAME.",
    ),
]


class Format(StrEnum):
    """The forms in which a release is published."""

    parquet = "parquet"
    webdataset = "webdataset"


@ends_in_one_line
def publish(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    dest: Destination,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Check it, say what would be sent, stop.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help="The release itself, or its pictures as tar files.")
    ] = Format.parquet,
    baseline: Annotated[
        bool, typer.Option("--baseline/--no-baseline", help="Send the release's baseline along.")
    ] = True,
    yes: Annotated[bool, typer.Option("--yes", "-y", metavar="", help="Do not ask.")] = False,
) -> None:
    """Publish a release, once it is verified and all in it may be passed on.

    A published version is never overwritten. What was broken off goes on where it ended, and nobody sees it before
    it is whole. Works of the sample museum are never published.
    """
    place = parse_place(dest)
    _check(place, form)
    if not release.is_dir():
        raise UsageError(f"{release} is not there: name the folder of a release")
    with ExitStack() as stack:
        opened, parcels = _parcels(release, form, stack, with_baseline=baseline)
        for parcel in parcels:
            files = f"{len(parcel.files) + 2:,} files"
            say(f"{parcel.name}: {files}, {_megabytes(parcel.size_bytes)}", err=not dry_run)
        if dry_run:
            total = _megabytes(sum(parcel.size_bytes for parcel in parcels))
            say(f"{total} would be at {place.shown}; what is there already is not sent again")
            return
        _publish(place, parcels, opened.version, yes=yes)
    _note(release, opened, place, form)


@ends_in_one_line
def fetch(
    dest: Destination,
    version: Annotated[str, typer.Argument(help="The version, such as 1.0.0.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder to make.  [default: in WORKSPACE/releases]")
    ] = None,
    workspace: Annotated[Path, typer.Option(help="Where releases are kept.")] = Path("workspace"),
) -> None:
    """Bring a published release back, checking every byte and every promise; it can also come from https://.

    What was broken off goes on where it ended; the folder appears when the release is whole.
    """
    parse_version(version)
    place = parse_place(dest)
    folder = out or Workspace(workspace).release(version)
    source = origin(place, version)
    offer = read_offer(source, place, version)
    total = sum(entry.size_bytes for entry in read_files(*offer).values())
    with bar(f"omniart-{version}", "bytes", total) as advance:
        new = fetch_release(source, offer, version, folder, advance)
    say(
        f"{folder}: {_megabytes(total)}, verified"
        if new
        else f"{folder} is there already, verified"
    )


def _check(place: Place, form: Format) -> None:
    if place.kind == "web":
        raise UsageError(f"{place.shown} can only be read: publish to a folder, a store or the hub")
    if place.kind == "hub" and form is Format.webdataset:
        raise UsageError("the hub reads Parquet: publish webdataset to a folder or an object store")


def _parcels(
    release: Path, form: Format, stack: ExitStack, *, with_baseline: bool
) -> tuple[Release, list[Parcel]]:
    """Return what goes, checked; the release comes last, so that whoever sees it finds the rest."""
    whole = release_parcel(release)
    opened = open_release(release)
    if form is Format.webdataset:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="omniart-webdataset-")))
        return opened, [webdataset_parcel(opened, folder)]
    baseline = baseline_parcel(opened) if with_baseline else None
    return opened, [*([baseline] if baseline else []), whole]


def _is_there(place: Place, parcels: Sequence[Parcel], version: str) -> bool:
    if place.kind == "hub":
        return is_on_hub(Hub(place), parcels[-1], version)
    files = Files(place)
    looked = [
        is_complete(files, parcel) for parcel in parcels
    ]  # each: one may be another version's
    return all(looked)


def _publish(place: Place, parcels: Sequence[Parcel], version: str, *, yes: bool) -> None:
    """Send what is missing, and say what was done."""
    if _is_there(place, parcels, version):
        say(f"{parcels[-1].name} is there already, nothing sent")
        return
    _agreed(place, yes=yes)
    total = sum(parcel.size_bytes for parcel in parcels)
    with bar(parcels[-1].name, "bytes", total) as advance:
        if place.kind == "hub":
            sent = publish_hub(Hub(place), parcels, version, advance)
        else:
            files = Files(place)
            sent = sum(publish_files(files, parcel, advance) for parcel in parcels)
    say(f"{parcels[-1].name}: {sent:,} files sent to {place.shown}")


def _agreed(place: Place, *, yes: bool) -> None:
    """Raise UsageError unless somebody said yes: what is published cannot be called back."""
    if yes:
        return
    try:
        agreed = typer.confirm(f"Publish to {printable(place.shown)}?", err=True)
    except typer.Abort:
        typer.echo(err=True)  # the question has no line of its own yet
        raise UsageError("nobody answered: publish with --yes where there is no terminal") from None
    if not agreed:
        raise UsageError("nothing was sent")


def _note(release: Path, opened: Release, place: Place, form: Format) -> None:
    workspace = workspace_of(release)
    if workspace is None:
        return
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    note(workspace, Published(opened.version, opened.digest, place.shown, form.value, when))


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"
