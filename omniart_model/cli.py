"""The ``omniart-model`` command: puts its commands together."""

import logging
import signal
import sys
from importlib.metadata import version as package_version
from typing import Annotated

import typer

from omniart_model.allocation import keep_freed_memory
from omniart_model.commands import baselines, compare, evaluate, features, predict, rijks14, train
from omniart_model.commands.ending import HelpedCommand, HelpedGroup, ends_in_one_line
from omniart_model.commands.options import say
from omniart_model.printing import PrintableFormatter

app = typer.Typer(
    cls=HelpedGroup,
    help="Train the multi-task baseline on a release, predict with it, and score anybody's predictions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
@ends_in_one_line
def common(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", metavar="", help="Print the version.")
    ] = False,
) -> None:
    """Answer what is asked of the command itself."""
    if version:
        say(f"omniart-model {package_version('omniart-data')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


for command, epilog, goes_on in (
    (features.features, features.EXAMPLES, True),
    (train.train, train.EXAMPLES, True),
    (baselines.baselines, baselines.EXAMPLES, True),
    (predict.predict, predict.EXAMPLES, False),
    (evaluate.evaluate, evaluate.EXAMPLES, False),
    (compare.compare, compare.EXAMPLES, True),
):
    app.command(cls=HelpedCommand, epilog=epilog)(ends_in_one_line(command, goes_on=goes_on))
app.add_typer(rijks14.app, name="rijks14")


def main() -> None:
    """Run the command; SIGTERM ends it as Ctrl-C does."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(PrintableFormatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    keep_freed_memory()
    app()


if __name__ == "__main__":
    main()
