"""``omniart-model evaluate``: score anybody's predictions.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.commands.options import (
    LeastTrain,
    ReleaseFolder,
    ResampleTimes,
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
    by: Annotated[
        str, typer.Option(help="Also score parts of the split, with commas: museum,century,subset.")
    ] = "",
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write the metrics here.")
    ] = None,
) -> None:
    """Score anybody's predictions against a split of a release; needs no torch."""
    from omniart_model.evaluation.evaluate import evaluate as evaluate_predictions
    from omniart_model.evaluation.printed import terminal
    from omniart_model.files import as_json, write_whole

    check_split(split)
    opened = open_folder(release)
    check_there(predictions, "a file of predictions")
    evaluation = evaluate_predictions(
        opened,
        predictions,
        choose_tasks(task_names(tasks), least_train(min_train)),
        split,
        resamples=resamples,
        cuts=task_names(by),
    )
    say(terminal(evaluation))
    if json_out is not None:
        write_whole(json_out, as_json(evaluation.as_dict()))
