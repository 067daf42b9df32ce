"""The ``omniart-data`` command: puts its commands together, and says what happens where they end."""

import logging
import signal
import sys
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Annotated, TextIO

import typer

from omniart_data.commands import (
    build,
    crawl,
    diff,
    images,
    museum,
    probe,
    publish,
    release,
    review,
    status,
    takedown,
)
from omniart_data.commands.ending import ends_in_one_line
from omniart_data.printing import printable, printable_lines
from omniart_data.settings import FILE_NAME, new_settings
from schemas.errors import UsageError

app = typer.Typer(
    name="omniart-data",
    help="Museum records in, versioned and verified art data sets out.",
    epilog="Start with `omniart-data build --demo`: a release of a small invented museum, in a minute.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


class _Plain(logging.Formatter):
    """Begins a line as the errors of other tools begin: ``warning: ...``; who asked for more is told whose it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - its name in logging
        """Return the line of one record."""
        return f"{record.levelname.lower()}: {super().formatMessage(record)}"


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at the time, so that a line of the log does not tear a live bar."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as one printable line, as it may hold a server's words; a traceback has several."""
        text = super().format(record)
        return printable_lines(text) if record.exc_info else printable(text)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a stream that was closed since the last one is no matter."""
        self.stream = sys.stderr
        super().emit(record)


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", metavar="", help="Print the version.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", metavar="", help="Log what is done.")
    ] = False,
) -> None:
    """Crawl or read museums, normalise their records, make, verify and describe releases."""
    to_stderr = _ToStderr()
    to_stderr.setFormatter(_Plain("%(name)s: %(message)s" if verbose else "%(message)s"))
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, handlers=[to_stderr])
    if not verbose:  # the bars and lines of a run tell of every wait already
        logging.getLogger("crawlers.engine.host").setLevel(logging.ERROR)
    if version:
        typer.echo(f"omniart-data {package_version('omniart-data')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


@app.command()
@ends_in_one_line
def init(
    contact: Annotated[
        str | None,
        typer.Option(
            help="E-mail address or web page by which a museum can reach you; asked for where it is not given.",
        ),
    ] = None,
    path: Annotated[Path, typer.Argument(help="The settings file to make.")] = Path(FILE_NAME),
) -> None:
    """Make omniart.toml, the settings of a real crawl."""
    if path.exists():
        raise UsageError(f"{path} is there already: edit it, or name another file")
    text = new_settings(_ask_contact() if contact is None else contact)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(
        f"{path} made. `omniart-data probe` asks each museum for ten records, and is the first to run."
    )


def _ask_contact() -> str:
    try:
        asked: str = typer.prompt("Contact address (e-mail or web page) that the museums will see")
    except typer.Abort:
        raise UsageError("nobody answered: give --contact where there is no terminal") from None
    return asked


for name, command, epilog in (
    ("build", build.build_command, build.EPILOG),
    ("probe", probe.probe, probe.EPILOG),
    ("crawl", crawl.crawl, crawl.EPILOG),
    ("images", images.images, images.EPILOG),
    ("status", status.status, status.EPILOG),
    ("museum", museum.museum, museum.EPILOG),
    ("verify", release.verify, None),
    ("stats", release.stats, None),
    ("diff", diff.diff, diff.EPILOG),
    ("explain", release.explain, None),
    ("unmatched", release.unmatched, None),
    ("review", review.review, review.REVIEW_EPILOG),
    ("decisions", review.decisions, review.DECISIONS_EPILOG),
    ("decide", review.decide, review.DECIDE_EPILOG),
    ("takedown", takedown.takedown, takedown.EPILOG),
    ("publish", publish.publish, publish.EPILOG),
    ("fetch-release", publish.fetch, publish.FETCH_EPILOG),
):
    app.command(name, epilog=epilog)(command)


def main() -> None:
    """Run the command; SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()
