"""Checkpoints: a trained network with all that its answers hang on, loadable without pickle.

A folder of two files: ``network.safetensors``, and ``checkpoint.json`` with the release, the class
index, the base, the configuration and how the training went; a base that has learnt too is a third, ``base.safetensors``.
The JSON file comes last and holds the SHA-256 of the others: a folder in which they agree is whole. Around it a
baseline has a manifest of its own. Each seed's network is a checkpoint of its own.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor, nn

from omniart_data.release import Release
from omniart_data.release.rows import compute
from omniart_model.bases.weights import sha256_of
from omniart_model.files import as_json, digest, write_whole
from omniart_model.manifest import check_manifest
from omniart_model.shortened import shortened
from omniart_model.tasks import Task
from omniart_model.training.about import FORMAT, About, not_described, read_about
from omniart_model.training.network import Network, network_from, unfilled
from omniart_model.training.settings import TrainConfig, TrainReport
from omniart_model.works import is_numbered
from schemas.errors import ModelError

TENSORS, BASE, ABOUT = "network.safetensors", "base.safetensors", "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """A network, its class index, and what it was trained on and how.

    ``numbers[task]`` are the release's numbers of ``classes[task]``, empty for a task that no release numbers: its
    classes are tied by their names alone. ``features`` is the key of the
    feature cache: base, weights, view, type. ``release`` is the release's version. ``base`` are the tensors of
    a base that has learnt too, None where it is as its weights are.
    """

    network: Network
    classes: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[int, ...]]
    release: str
    release_sha256: str
    features: Mapping[str, str]
    config: TrainConfig
    training: Mapping[str, Any]
    base: Mapping[str, Tensor] | None = None


def class_numbers(release: Release, task: Task, classes: tuple[str, ...]) -> tuple[int, ...]:
    """Return the release's numbers of some classes; raise ModelError for one that it does not know.

    There are none for a task that a release does not number.
    """
    if not is_numbered(task):
        return ()
    labels = release.labels.filter(compute.equal(release.labels["task"], task.name))
    known = {str(row["label"]): int(row["number"] or 0) for row in labels.to_pylist()}
    for label in classes:
        if label not in known:
            raise ModelError(
                f"release {release.version} has no {task.name} {label!r}: another class index"
            )
    return tuple(known[label] for label in classes)


def save_checkpoint(
    folder: Path,
    network: Network,
    classes: Mapping[str, tuple[str, ...]],
    release: Release,
    *,
    features: Mapping[str, str],
    config: TrainConfig,
    report: TrainReport,
    base: nn.Module | Mapping[str, Tensor] | None = None,
) -> None:
    """Write a checkpoint; each file is whole or not there. ``base`` is one that has learnt too, or its tensors."""
    about = {
        "format": FORMAT,
        "tensors_sha256": _write_tensors(folder / TENSORS, network),
        "base_sha256": "" if base is None else _write_tensors(folder / BASE, base),
        "release": release.version,
        "release_sha256": release.digest,
        "features": dict(features),
        "config": asdict(config),
        "training": {name: part for name, part in asdict(report).items() if name != "seconds"},
        "tasks": [
            {
                **asdict(task),
                "classes": list(classes[task.name]),
                "numbers": list(class_numbers(release, task, classes[task.name])),
            }
            for task in network.tasks
        ],
    }
    write_whole(folder / ABOUT, as_json(about))


def _write_tensors(path: Path, held: nn.Module | Mapping[str, Tensor]) -> str:
    """Write a module's tensors; return the file's SHA-256."""
    named = held.state_dict() if isinstance(held, nn.Module) else held
    state = {name: tensor.cpu().contiguous() for name, tensor in named.items()}
    body = save(state)
    write_whole(path, body)
    return digest(body)


def load_checkpoint(folder: Path) -> Checkpoint:
    """Return the checkpoint of a finished baseline, whose files are all as its manifest says; raises ModelError."""
    if not (folder / ABOUT).is_file():
        raise ModelError(f"{folder} is not the folder of a baseline: it has no {ABOUT}")
    check_manifest(folder)
    return read_checkpoint(folder)


def read_checkpoint(folder: Path) -> Checkpoint:
    """Return a checkpoint, manifest or not; raise ModelError if it is not whole or of another format.

    The JSON asks for tensors of some sizes: those that the file lists are compared with it before any is made.
    """
    about = read_about(folder / ABOUT)
    _check_digest(folder / TENSORS, about.tensors_sha256)
    if about.base_sha256:
        _check_digest(folder / BASE, about.base_sha256)
    try:
        _check_shapes(about, _shapes(folder / TENSORS))
        state = _read_tensors(folder / TENSORS)
        network = network_from(about.tasks, about.classes, about.config, state)
    except ValueError as error:
        raise not_described(folder / ABOUT, error) from error
    return Checkpoint(
        network,
        about.classes,
        about.numbers,
        about.release,
        about.release_sha256,
        about.features,
        about.config,
        about.training,
        _read_tensors(folder / BASE) if about.base_sha256 else None,
    )


def _check_digest(path: Path, sha256: str) -> None:
    """Raise ModelError unless a file is the one that the JSON speaks of."""
    if sha256_of(path) != sha256:
        raise ModelError(f"{path} is not the file that {ABOUT} speaks of: train again")


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shapes that a file's header lists, without its tensors; raises ModelError, ValueError.

    Numbers are float32 throughout: of another type a file would be read as what it is not.
    """
    try:
        with safe_open(path, "pt") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            kinds = {one.get_dtype() for one in slices.values()}
            shapes = {name: tuple(one.get_shape()) for name, one in slices.items()}
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} holds no tensors: {error}") from error
    if kinds - {"F32"}:
        raise ValueError(f"its tensors are {', '.join(sorted(kinds))}, not F32")
    return shapes


def _check_shapes(about: About, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise ValueError unless tensors of these shapes are those of the network that is described."""
    unfilled(about.tasks, about.classes, about.config, shapes)
    told, found = about.features["features"], shapes["feature_mean"][0]
    if told != str(found):
        raise ValueError(f"features are {told!r}, and feature_mean {found}")


def _read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file; raise ModelError where it holds none, or numbers that are not finite."""
    try:
        held = load(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except (SafetensorError, KeyError) as error:  # KeyError: a type that only other libraries have
        raise ModelError(f"{path} holds no tensors: {error}") from error
    for name in sorted(held):
        if not _is_finite(held[name]):
            raise ModelError(
                f"{path}: {shortened(name)} holds numbers that are not finite: train again"
            )
    return held


def _is_finite(tensor: Tensor) -> bool:
    narrow = (
        tensor.is_floating_point() and tensor.dtype.itemsize == 1
    )  # of these not all can be asked
    return bool((tensor.float() if narrow else tensor).isfinite().all())


def check_class_index(checkpoint: Checkpoint, release: Release) -> None:
    """Raise ModelError unless a release has the checkpoint's classes under the same numbers.

    Numbers are never reused, so a checkpoint fits every later release of the same line.
    """
    for task in checkpoint.network.tasks:
        classes, numbers = checkpoint.classes[task.name], checkpoint.numbers[task.name]
        if class_numbers(release, task, classes) != numbers:
            raise ModelError(
                f"release {release.version} numbers the classes of {task.name} differently from "
                f"release {checkpoint.release}, which the checkpoint was trained on"
            )
