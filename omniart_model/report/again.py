"""How a baseline is loaded, and how it is made again."""

from dataclasses import asdict

from omniart_model.report.shown import Shown
from omniart_model.tasks import TASKS
from omniart_model.training.settings import PRESETS, TrainConfig


def snippet(shown: Shown) -> str:
    """Return Python that loads the checkpoint and answers features; a test runs it."""
    task = shown.answered[0]
    return f"""\
from pathlib import Path

import torch

from omniart_model.training.checkpoint import load_checkpoint

checkpoint = load_checkpoint(Path("baselines") / "{shown.table.release}")
width = int(checkpoint.features["features"])
features = torch.zeros(1, width)  # in earnest: of {shown.features["base"]}, by `omniart-model features`
with torch.inference_mode():
    answers = checkpoint.network(features)
print(answers["{task.name}"].shape, checkpoint.classes["{task.name}"][:3])
"""


def command(shown: Shown) -> str:
    """Return the command that makes the baseline again; what a preset or a default says is not repeated."""
    config, seeds = shown.config, len(shown.answer.seeds)
    name, preset = _preset(config)
    standing = {task.name: task for task in TASKS}
    options = [f"--base {shown.features['base']} --preset {name}"]
    options.append(f"--tasks {','.join(task.word for task in shown.study.tasks)}")
    options += [
        f"--min-train {task.word}={task.least_train}"
        for task in shown.study.tasks
        if task.name in standing and task.least_train != standing[task.name].least_train
    ]
    told = {
        "shared": config.shared,
        "epochs": config.epochs,
        "rate": config.rate,
        "subset": config.subset,
    }
    kept = {key: getattr(preset, key) for key in told}
    options += [f"--{key} {value:g}" for key, value in told.items() if value != kept[key]]
    options.append(f"--seed {config.seed - shown.best} --seeds {seeds}")
    release = f"omniart-model baselines releases/omniart-{shown.table.release}"
    return " \\\n  ".join([release, *options])


def _preset(config: TrainConfig) -> tuple[str, TrainConfig]:
    """Return the preset that most settings are from; of equals the first."""
    told = asdict(config)

    def alike(name: str) -> int:
        return sum(told[key] == value for key, value in asdict(PRESETS[name]).items())

    name = max(PRESETS, key=alike)
    return name, PRESETS[name]
