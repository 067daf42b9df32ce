"""What a checkpoint's JSON says, read as what it must be before anything is made of it: whoever wrote it is not trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from omniart_model.files import read_json
from omniart_model.shortened import shortened
from omniart_model.tasks import TASKS, Kind, Task
from omniart_model.training.settings import TrainConfig, read_config
from schemas.errors import ModelError

FORMAT = 2

_Value = TypeVar("_Value", str, int)


@dataclass(frozen=True)
class About:
    """The JSON file of a checkpoint: see ``omniart_model.training.checkpoint.Checkpoint``.

    ``base_sha256`` is empty where the base has learnt nothing. ``classes`` and ``numbers`` are there for each task.
    """

    tensors_sha256: str
    base_sha256: str
    release: str
    release_sha256: str
    features: Mapping[str, str]
    config: TrainConfig
    training: Mapping[str, Any]
    tasks: tuple[Task, ...]
    classes: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[int, ...]]


def read_about(path: Path) -> About:
    """Return what a file says; raise ModelError for another format, and for what no checkpoint says."""
    told = read_json(path)
    if told.get("format") != FORMAT:
        found = shortened(repr(told.get("format")))
        raise ModelError(f"{path} is of format {found}, not {FORMAT}: train again")
    try:
        return _about(told)
    except (KeyError, TypeError, ValueError) as error:
        raise not_described(path, error) from error


def not_described(path: Path, error: Exception) -> ModelError:
    """Return the error of a file that says what no network is like."""
    reason = shortened(" ".join(f"{type(error).__name__}: {error}".split()))
    return ModelError(f"{path} does not describe a checkpoint, train again: {reason}")


def _about(told: Mapping[str, Any]) -> About:
    rows = [_dict("a task", row) for row in _list("tasks", told["tasks"])]
    tasks = tuple(_task(row) for row in rows)
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        raise ValueError("a task is there twice")
    features = _dict("features", told["features"])
    for name in sorted({*features, "base", "features", "weights_sha256"}):
        _text(name, features)
    config = read_config(_dict("config", told["config"]))
    _check_types(config)
    if config.shared < 0:
        raise ValueError(f"shared is {config.shared}")
    numbered = list(zip(names, rows, strict=True))
    return About(
        tensors_sha256=_text("tensors_sha256", told),
        base_sha256=_text("base_sha256", told),
        release=_text("release", told),
        release_sha256=_text("release_sha256", told),
        features=features,
        config=config,
        training=_dict("training", told["training"]),
        tasks=tasks,
        classes={name: _each(str, "classes", row["classes"]) for name, row in numbered},
        numbers={name: _each(int, "numbers", row["numbers"]) for name, row in numbered},
    )


def _task(row: Mapping[str, Any]) -> Task:
    """Return a task; raise ValueError for one that is no row of ours, or of another column."""
    own = {name: value for name, value in row.items() if name not in {"classes", "numbers"}}
    task = Task(**{**own, "kind": Kind(row["kind"])})
    _check_types(task)
    known = {one.name: (one.kind, one.column, one.field) for one in TASKS}
    if known.get(task.name) != (task.kind, task.column, task.field):
        raise ValueError(f"no task is called {task.name!r} and read from {task.column!r}")
    return task


def _check_types(made: object) -> None:
    """Raise TypeError unless each field of a dataclass of plain values is of its own type."""
    for name, kind in get_type_hints(type(made)).items():
        value = getattr(made, name)
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{name} is {value!r}")


def _each(kind: type[_Value], what: str, values: object) -> tuple[_Value, ...]:
    """Return the values of a list that are all of one type; raises TypeError."""
    found = tuple(value for value in _list(what, values) if type(value) is kind)
    if len(found) < len(_list(what, values)):
        raise TypeError(f"{what} are not all {kind.__name__}")
    return found


def _text(name: str, told: Mapping[str, Any]) -> str:
    text = told[name]
    if not isinstance(text, str):
        raise TypeError(f"{name} is not a text")
    return text


def _list(what: str, values: object) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError(f"{what} is not a list")
    return values


def _dict(what: str, values: object) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise TypeError(f"{what} is not an object")
    return values
