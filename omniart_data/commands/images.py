"""The command ``images``: the pictures of what was crawled, into the workspace."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import typer

from crawlers.engine.source import Source
from crawlers.engine.store import RawStore
from omniart_data.commands import options
from omniart_data.commands.asking import go_on, may_start
from omniart_data.commands.ending import STOPPED, ends_in_one_line, examples, say_error
from omniart_data.gather import check_not_empty, gather_store
from omniart_data.images import wanted
from omniart_data.normalise import normalise
from omniart_data.picture_run import PictureRun, fetch_pictures
from omniart_data.printing import say
from omniart_data.progress import bar, view
from omniart_data.reach import Manners, check_answers, reach
from omniart_data.settings import Settings, settings_for
from omniart_data.status import StatusFile
from omniart_data.tables import ending_table, host_table, picture_counts
from omniart_data.watch import Watch
from schemas.errors import UsageError

EPILOG = examples(
    ("omniart-data images", "the pictures of all museums of omniart.toml"),
    ("omniart-data images met --image-px 1024", "larger ones; smaller ones held are fetched again"),
    ("omniart-data images --dry-run", "how many there are to fetch"),
)

ImagePx = Annotated[
    int | None,
    typer.Option(
        help="Longer side of the pictures that are kept, in pixels.  [default: 512, or as omniart.toml says]",
        min=64,
        max=4096,
    ),
]
MaxMegapixels = Annotated[
    int | None,
    typer.Option(
        help="A picture of more is quarantined, and not decoded.  [default: 250, or as omniart.toml says]",
        min=1,
    ),
]

Update = Annotated[
    bool,
    typer.Option(
        "--update", metavar="", help="Ask again also for pictures that were gone or quarantined."
    ),
]


@ends_in_one_line
def images(
    sources: options.Sources = None,
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    image_px: ImagePx = None,
    max_megapixels: MaxMegapixels = None,
    personal_images: options.PersonalImages = None,
    update: Update = False,
    rate: options.Rate = "",
    patience: options.Patience = None,
    museum: options.Museum = "",
    ca: options.Ca = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
) -> None:
    """Fetch the pictures of what was crawled: of each artwork that is kept, where its rights allow it.

    What came to an end before is not asked for again: fetched, gone, or quarantined. Each is decoded whole, turned upright, into sRGB and to its
    size before it counts; what is no sound picture is quarantined, and the reason told.
    """
    manners = Manners(rate, options.checked(patience), museum, ca)
    settings = with_pictures(
        settings_for(config, needed=not museum),
        image_px,
        max_megapixels,
        personal=personal_images,
    )
    asked = reach(sources or (), settings, manners, workspace)
    if asked.note:
        say_error(asked.note)
    personal = asked.sample or settings.personal_images
    also = _words(image_px, max_megapixels, personal=bool(personal_images), update=update)
    line = go_on("images", sources or (), asked, manners, config, also)
    told = StatusFile(asked.place.root)
    with asked.place.opened("images") as (store, kept), told.telling(line):
        first = go_on("crawl", sources or (), asked, manners, config)
        urls = wanted_pictures(asked.sources, store, personal=personal, first=first)
        say(f"{len(urls):,} pictures are wanted")
        if dry_run or not (asked.sample or may_start(yes=yes)):
            return
        check_answers(museum)
        watch = Watch(line, (view(), told))
        run = fetch_pictures(
            urls,
            asked.fetching,
            kept,
            store,
            watch,
            max_px=settings.image_px,
            max_pixels=settings.max_pixels,
            update=update,
        )
        counts = kept.counts()
    _say_images(run, counts, line)
    raise typer.Exit(STOPPED if run.stopped else int(run.again > 0))


def _words(
    image_px: int | None, max_megapixels: int | None, *, personal: bool, update: bool
) -> list[str]:
    """Return what a command line says of pictures, to be said again by the one that goes on."""
    numbers = (("--image-px", image_px), ("--max-megapixels", max_megapixels))
    words = [word for name, value in numbers if value is not None for word in (name, str(value))]
    switches = (("--personal-images", personal), ("--update", update))
    return words + [name for name, given in switches if given]


def with_pictures(
    settings: Settings, image_px: int | None, max_megapixels: int | None, *, personal: bool | None
) -> Settings:
    """Return the settings with what a command line says of pictures."""
    return replace(
        settings,
        image_px=settings.image_px if image_px is None else image_px,
        max_megapixels=settings.max_megapixels if max_megapixels is None else max_megapixels,
        personal_images=settings.personal_images if personal is None else personal,
    )


def wanted_pictures(
    sources: Mapping[str, Source], store: RawStore, *, personal: bool, first: str
) -> list[str]:
    """Return the addresses of the pictures that a build would want of what is held now.

    Raises UsageError, which names the command to run ``first``, where nothing is held.
    """
    missing = [name for name in sources if name not in store.sources()]
    if missing:
        raise UsageError(f"{', '.join(missing)}: nothing is crawled yet: `{first}` first")
    with bar("read", "records") as advance:
        gathered = gather_store(store, sources, advance)
    check_not_empty(gathered)
    return wanted(normalise(gathered.records).artworks, personal=personal)


def _say_images(run: PictureRun, counts: Mapping[str, int], command: str) -> None:
    if run.hosts:
        say(f"{host_table(run.hosts)}\n")
    if run.report is not None:
        say(f"{ending_table(run.report)}\n")
    say(f"{picture_counts(counts)} in all")
    if (counts.get("gone", 0) or counts.get("quarantined", 0)) and not run.stopped:
        say("gone and quarantined ones are asked for again with --update alone")
    if run.stopped:
        say_error(f"stopped; `{command}` goes on from here")
    elif run.again:
        say_error(f"{run.again:,} pictures could not be had this time; `{command}` asks again")
