"""``omniart-model evaluate``: score anybody's predictions.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.commands.options import (
    LeastTrain,
    ReleaseFolder,
    TaskNames,
    check_split,
    check_there,
    least_train,
    open_folder,
    say,
    task_names,
)
from omniart_model.tasks import choose_tasks


def evaluate(
    release: ReleaseFolder,
    predictions: Annotated[
        Path, typer.Argument(help="Predictions (docs/predictions.md).", metavar="PREDICTIONS")
    ],
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write the metrics here.")
    ] = None,
) -> None:
    """Score anybody's predictions against a split of a release; needs no torch."""
    from omniart_model.evaluation.evaluate import evaluate as evaluate_predictions
    from omniart_model.files import as_json, write_whole
    from omniart_model.report.page import terminal

    check_split(split)
    opened = open_folder(release)
    check_there(predictions, "a file of predictions")
    chosen = choose_tasks(task_names(tasks), least_train(min_train))
    evaluation = evaluate_predictions(opened, predictions, chosen, split)
    say(terminal(evaluation, "predictions"))
    if json_out is not None:
        write_whole(json_out, as_json(evaluation.as_dict()))
