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
    name, settings = _settings(shown.config)
    options = [f"--base {shown.features['base']} --preset {name}", *_views(shown)]
    options.append(f"--tasks {','.join(task.word for task in shown.study.tasks)}")
    standing = {task.name: task for task in TASKS}
    options += [
        f"--min-train {task.word}={task.least_train}"
        for task in shown.study.tasks
        if task.name in standing and task.least_train != standing[task.name].least_train
    ]
    options += settings
    options.append(f"--seed {shown.config.seed - shown.best} --seeds {len(shown.answer.seeds)}")
    words = "baselines" if shown.full else "train"
    release = f"omniart-model {words} releases/omniart-{shown.table.release}"
    return " \\\n  ".join([release, *options])


def _views(shown: Shown) -> list[str]:
    """Return what is told of the base's views and weights, where they are not those that go without saying."""
    key, options = shown.features, []
    if key.get("augmentation", "flip") != "flip":
        options.append(f"--augment {key['augmentation']}")
    own = shown.study.cache.base.sha256
    if own and not key["weights_sha256"].startswith(own):
        options.append(f"--weights FILE --weights-sha256 {key['weights_sha256']}")
    return options


def _settings(config: TrainConfig) -> tuple[str, list[str]]:
    """Return the preset that most settings are from, of equals the first, and every setting that differs from it."""
    told = asdict(config)
    differing = {
        name: [key for key, value in asdict(preset).items() if value != told[key] and key != "seed"]
        for name, preset in PRESETS.items()
    }
    name = min(differing, key=lambda one: len(differing[one]))
    return name, [f"--{key.replace('_', '-')} {told[key]}" for key in differing[name]]
