"""``omniart-model evaluate``: score anybody's predictions.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.commands.options import (
    LeastTrain,
    ReleaseFolder,
    ReplaceFile,
    ResampleTimes,
    Subset,
    TaskNames,
    check_split,
    check_there,
    least_train,
    open_folder,
    say,
    task_names,
)
from omniart_model.evaluation.resample import RESAMPLES
from omniart_model.tasks import choose_tasks

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model evaluate workspace/releases/omniart-1.0.0 mine.parquet`: every metric with its interval",
        "- `omniart-model evaluate RELEASE mine.parquet --by museum,century,subset`: and where it is good or bad",
        "- `omniart-model evaluate RELEASE mine.parquet --split validation --resamples 0`: quickly, while you choose",
        "- `omniart-model evaluate RELEASE mine.parquet --tasks artist,iconclass --json scores.json`: tasks by name",
        "- `omniart-model evaluate RELEASE subset-100/predictions.parquet --subset 100`: of a baseline of the same --subset",
        "docs/predictions.md describes the file, and how to write it from pandas.",
    ]
)


def evaluate(
    release: ReleaseFolder,
    predictions: Annotated[
        Path, typer.Argument(help="Predictions (docs/predictions.md).", metavar="PREDICTIONS")
    ],
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    resamples: ResampleTimes = RESAMPLES,
    subset: Subset = 0,
    by: Annotated[
        str, typer.Option(help="Also score parts of the split, with commas: museum,century,subset.")
    ] = "",
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write the metrics here.")
    ] = None,
    *,
    replace: ReplaceFile = False,
) -> None:
    """Score anybody's predictions against a split of a release; needs no torch."""
    from omniart_model.evaluation.evaluate import evaluate as evaluate_predictions
    from omniart_model.evaluation.predictions_file import check_answered
    from omniart_model.evaluation.printed import terminal
    from omniart_model.files import as_json, write_whole
    from omniart_model.outputs import check_file

    check_split(split)
    opened = open_folder(release)
    check_there(predictions, "a file of predictions")
    if json_out is not None:
        check_file(json_out, "--json", replace=replace, reads=[predictions])
    named = task_names(tasks)
    asked = choose_tasks(named, least_train(min_train))
    check_answered(predictions, asked, every=bool(named))
    evaluation = evaluate_predictions(
        opened,
        predictions,
        asked,
        split,
        resamples=resamples,
        cuts=task_names(by),
        subset=subset,
    )
    say(terminal(evaluation))
    if json_out is not None:
        write_whole(json_out, as_json(evaluation.as_dict()))
