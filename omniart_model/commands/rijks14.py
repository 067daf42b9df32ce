"""``omniart-model rijks14``: the Rijksmuseum Challenge as a release, and scored in its own rows.

What it needs is imported inside it: ``--help`` is quick, and nothing here needs torch.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_model.commands.ending import HelpedCommand, HelpedGroup, ends_in_one_line
from omniart_model.commands.options import (
    ReleaseFolder,
    ReplaceFile,
    check_there,
    open_folder,
    say,
)
from schemas.errors import UsageError

if TYPE_CHECKING:
    from omniart_model.rijks14.release import ReadReport

READ_EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model rijks14 read --gt rijksgt.mat --xml xml.tar --images jpg2.tar --workspace rijks14`",
        (
            "- `omniart-model train rijks14/releases/rijks14-1.0.0 --min-train artist=1 --min-train type=1 "
            "--min-train material=1 --split test`: the classes of the challenge, however few works of train they have"
        ),
    ]
)
SCORE_EXAMPLES = "\n\n".join(
    [
        "Example:",
        "- `omniart-model rijks14 score rijks14/releases/rijks14-1.0.0 rijks14/trained/1.0.0/predictions.parquet`",
    ]
)

app = typer.Typer(
    cls=HelpedGroup,
    help="The Rijksmuseum Challenge (Mensink & van Gemert 2014): a release of its files, and its own metrics.",
    no_args_is_help=True,
)

Sources = "Folder, .tar (.gz, .bz2, .xz) or .zip"


def read(
    gt: Annotated[Path, typer.Option(help="The ground truth, rijksgt.mat.")],
    xml: Annotated[
        list[Path], typer.Option(help=f"{Sources} with the XML records. Can be given again.")
    ],
    images: Annotated[
        list[Path], typer.Option(help=f"{Sources} with the pictures. Can be given again.")
    ],
    workspace: Annotated[
        Path, typer.Option(help="Folder to make the release in: images/ and releases/.")
    ],
    names: Annotated[
        Path | None,
        typer.Option(
            help="The authors' list of pictures, imdb-rijks.mat; needed where not all pictures are there."
        ),
    ] = None,
    rights: Annotated[
        str,
        typer.Option(help="URI of the rights on pictures whose record states none that are known."),
    ] = "",
    image_px: Annotated[
        int, typer.Option(min=64, max=4096, help="Longest side of a picture as it is kept.")
    ] = 512,
    *,
    keep_out: Annotated[
        bool,
        typer.Option("--keep-out", help="Pictures into the workspace alone, not into the release."),
    ] = False,
    rest_class: Annotated[
        bool,
        typer.Option(
            "--rest-class",
            help='Give the works of nobody who is a class the artist "rest", so that the row with the rest can be learnt.',
        ),
    ] = False,
) -> None:
    """Read the challenge's files, and write a release with its own splits and classes."""
    from omniart_model.outputs import check_workspace
    from omniart_model.rijks14.release import Files, How, read_challenge

    check_workspace(workspace)
    for path in (gt, *xml, *images, *([names] if names else [])):
        check_there(path, "a file or folder of the challenge")
    report = read_challenge(
        Files(gt, tuple(xml), tuple(images), names),
        How(not keep_out, image_px, rights, rest_class),
        workspace,
    )
    for line in _told(report):
        say(line)


def _told(report: "ReadReport") -> list[str]:
    """Return what was read, as lines; what somebody should look at is among them."""
    challenge = report.challenge
    splits = ", ".join(f"{count:,} {split}" for split, count in report.works.items())
    pictures = ", ".join(f"{count:,} {status}" for status, count in report.statuses.items())
    lines = [
        f"works: {splits}",
        (
            f"classes: {len(challenge.creators):,} creators and the rest, {len(challenge.types):,} types, "
            f"{len(challenge.materials):,} materials"
        ),
        f"pictures: {pictures}",
        (
            f"records: {report.records:,}; of {report.compared:,} that name a type, {report.agreeing:,} name one that "
            "the ground truth gives"
        ),
        f"groups on several sides of the splits, as the challenge has them: {report.torn:,}",
    ]
    if report.compared and report.agreeing * 2 < report.compared:
        lines.append(
            "the records seldom agree with the ground truth: are the pictures in its order? See docs/rijks14.md"
        )
    if report.statuses.get("not allowed"):
        lines.append(
            "not allowed: their records state no rights that let a picture be kept; --rights URI states them"
        )
    return [*lines, f"release: {report.folder}"]


def score(
    release: ReleaseFolder,
    predictions: Annotated[
        Path,
        typer.Argument(help="Predictions for test (docs/predictions.md).", metavar="PREDICTIONS"),
    ],
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures here.")
    ] = None,
    *,
    replace: ReplaceFile = False,
) -> None:
    """Score predictions by the challenge's metrics, beside what its authors published; needs no torch."""
    from omniart_model.files import as_json, write_whole
    from omniart_model.outputs import check_file
    from omniart_model.rijks14.score import score_challenge
    from omniart_model.rijks14.table import lines_of

    if predictions.is_dir():
        raise UsageError(f"{predictions} is a folder: name a file of predictions")
    opened = open_folder(release)
    check_there(predictions, "a file of predictions")
    if json_out is not None:
        check_file(json_out, "--json", replace=replace, reads=[predictions])
    scores = score_challenge(opened, predictions)
    for line in lines_of(scores):
        say(line.text, dim=line.theirs)
    if json_out is not None:
        write_whole(json_out, as_json(scores.as_dict()))


for command, epilog in ((read, READ_EXAMPLES), (score, SCORE_EXAMPLES)):
    app.command(cls=HelpedCommand, epilog=epilog)(ends_in_one_line(command))
