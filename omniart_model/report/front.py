"""The head of the model card, which the Hugging Face hub reads."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from omniart_model.baselines.table import NETWORK, TaskTable
from omniart_model.evaluation.printed import title
from omniart_model.report.shown import Shown
from omniart_model.tasks import Kind

_TYPES: Mapping[str, str] = {
    "top1": "accuracy",
    "mean_class_accuracy": "balanced_accuracy",
    "map_class": "mean_average_precision",
    "mean_error": "mae",
}
"""The hub's words for metrics, of those that it has words for."""

_OF_KIND: Mapping[Kind, str] = {
    Kind.ONE: "image-classification",
    Kind.SEVERAL: "image-classification",
    Kind.YEAR: "other",
}


def front_matter(shown: Shown) -> str:
    """Return the YAML head; every value is written as JSON, which YAML reads too, so that no word of others is markup."""
    lines = (f"{key}: {json.dumps(value)}" for key, value in _head(shown).items())
    return "\n".join(["---", *lines, "---"])


def _head(shown: Shown) -> dict[str, Any]:
    table = shown.table
    keys = {key for _, metrics in _figures(shown) for key in metrics}
    head: dict[str, Any] = {
        "license": "other",  # whoever publishes the network chooses one, and the base's is not it
        "license_name": "not-chosen",
        "license_link": "README.md#licence",
        "library_name": "omniart_model",
        "pipeline_tag": "image-classification",
        "datasets": [f"omniart-{table.release}"],
        "metrics": sorted(_TYPES[key] for key in keys),
        "tags": ["art", "museums", "multi-task", *(["invented"] if shown.is_sample else [])],
    }
    results = [_result(shown, task, metrics) for task, metrics in _figures(shown) if metrics]
    if results:
        head["model-index"] = [{"name": f"omniart-{table.release}", "results": results}]
    return head


def _figures(shown: Shown) -> Iterator[tuple[TaskTable, Mapping[str, float]]]:
    """Yield each task with the network's figures that the hub has words for; one of nothing is left out."""
    for task in shown.table.tasks:
        own = task.answers.get(NETWORK, {})
        held = {key: own[key].value for key in _TYPES if key in own}
        yield task, {key: value for key, value in held.items() if math.isfinite(value)}


def _result(shown: Shown, task: TaskTable, metrics: Mapping[str, float]) -> dict[str, Any]:
    table = shown.table
    return {
        "task": {"type": _OF_KIND[task.task.kind], "name": task.task.name},
        "dataset": {
            "type": f"omniart-{table.release}",
            "name": f"OmniArt {table.release}",
            "split": table.split,
            "revision": table.digest,
        },
        "metrics": [
            {"type": _TYPES[key], "value": round(value, 4), "name": title(key)}
            for key, value in metrics.items()
        ],
    }
