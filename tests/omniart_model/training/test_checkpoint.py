"""A checkpoint is a network with all that its answers hang on, and ties its classes to a release."""

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file, save
from torch import nn

from omniart_data.release import Release, open_release, write_release
from omniart_model.files import as_json, digest
from omniart_model.labels import SeveralLabels, YearLabels, encode, labels_to_learn
from omniart_model.tasks import Kind, choose_tasks
from omniart_model.training.answers import answers
from omniart_model.training.checkpoint import (
    ABOUT,
    BASE,
    TENSORS,
    check_class_index,
    read_checkpoint,
    save_checkpoint,
)
from omniart_model.training.examples import Cached
from omniart_model.training.settings import Tail, TrainConfig, Weighting, YearHead
from omniart_model.training.train import fit
from omniart_model.works import class_index, in_subset, pictured_works
from schemas.errors import ModelError
from tests.omniart_model.training.made_training import planted

PERIOD, ICONCLASS = choose_tasks(["period"])[0], choose_tasks(["iconclass"])[0]
TASKS = choose_tasks(["artist", "iconclass", "period"])
SUBJECTS = ("71A", "25F23(LION)", "11F")


def _shown(number: int) -> list[dict[str, str]]:
    """Return a made work's IconClass notations: all have the first, one in three each of the others."""
    codes = {SUBJECTS[0], SUBJECTS[number % 3]}
    return [
        {"code": code, "text": "what is seen", "division": code[0], "group": code[:2]}
        for code in sorted(codes)
    ]


@pytest.fixture(scope="module")
def shown(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a made release of 90 works that says what they show, with an interval for each year."""
    contents = made.contents(90)
    artworks = contents.artworks
    years = artworks["year"].to_pylist()
    columns = {
        "iconclass": [_shown(number) for number in range(90)],
        "year_first": [int(year) - 3 for year in years],
        "year_last": [int(year) + 3 for year in years],
    }
    for name, values in columns.items():
        index = artworks.schema.get_field_index(name)
        field = artworks.schema.field(name)
        artworks = artworks.set_column(index, field, pa.array(values, field.type))
    folder = tmp_path_factory.mktemp("shown") / "releases" / "omniart-1.0.0"
    write_release(replace(contents, artworks=artworks), folder, version="1.0.0")
    return open_release(folder)


def _examples(release: Release, classes: dict[str, tuple[str, ...]]) -> Cached:
    works = pictured_works(release)
    labels = {task.name: labels_to_learn(works, task, classes[task.name]) for task in TASKS}
    return Cached(planted(works.num_rows, 1).features, labels)


def _classes(release: Release) -> dict[str, tuple[str, ...]]:
    works = pictured_works(release)
    return {task.name: class_index(release, works, task) for task in TASKS}


CONFIG = TrainConfig(
    shared=8,
    epochs=2,
    dropout=0.1,
    year=YearHead.BINS,
    tail=Tail.LOGITS,
    weighting=Weighting.UNCERTAINTY,
)


@pytest.fixture(params=[CONFIG, replace(CONFIG, year=YearHead.NUMBER)], ids=["bins", "number"])
def saved(shown: Release, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Cached]:
    """Return the folder of a checkpoint, and the works that it learnt on; beside it lie its answers."""
    classes = _classes(shown)
    works = _examples(shown, classes)
    network, report = fit(TASKS, classes, works, works, request.param)
    save_checkpoint(
        tmp_path,
        network,
        classes,
        shown,
        features={"base": "made", "features": "48", "weights_sha256": "00"},
        config=request.param,
        report=report,
        base=nn.Linear(2, 3),
    )
    found = answers(network, works)
    np.savez(tmp_path / "answers.npz", **found.scores, ranges=found.ranges["period"])
    return tmp_path, works


def test_what_is_read_answers_as_what_was_written(saved: tuple[Path, Cached]) -> None:
    """Scores, years and ranges are the same to the last bit; settings and a base that learnt come back."""
    folder, works = saved
    held = np.load(folder / "answers.npz")

    checkpoint = read_checkpoint(folder)
    found = answers(checkpoint.network, works)

    for task in TASKS:
        np.testing.assert_array_equal(found.scores[task.name], held[task.name])
    np.testing.assert_array_equal(found.ranges["period"], held["ranges"])
    assert replace(checkpoint.config, year=YearHead.BINS) == CONFIG
    assert checkpoint.base is not None
    assert {name: tuple(part.shape) for name, part in checkpoint.base.items()} == {
        "weight": (3, 2),
        "bias": (3,),
    }


def test_classes_without_numbers_are_tied_by_name(
    saved: tuple[Path, Cached], shown: Release, made: ModuleType, tmp_path: Path
) -> None:
    """IconClass has no numbers in a release: its classes are in the order of their texts, and fit any release."""
    checkpoint = read_checkpoint(saved[0])

    assert checkpoint.classes["iconclass"] == ("11F", "25F23(LION)", "71A")
    assert checkpoint.numbers["iconclass"] == ()
    assert len(checkpoint.numbers["artist"]) == len(checkpoint.classes["artist"]) == 4
    check_class_index(checkpoint, shown)
    other = made.made_release(tmp_path / "other" / "omniart-1.0.0", 60, hands=(0, 1))
    with pytest.raises(ModelError, match=r"no artist 'Artist C': another class index"):
        check_class_index(checkpoint, other)


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        (BASE, b"other", "is not the file that checkpoint.json speaks of: train again"),
        (TENSORS, b"other", "is not the file that checkpoint.json speaks of: train again"),
        (BASE, None, "cannot be read"),
    ],
)
def test_each_file_of_tensors_is_checked(
    saved: tuple[Path, Cached], name: str, body: bytes | None, told: str
) -> None:
    """A file that is another one, or is gone, is told by its name."""
    path = saved[0] / name
    if body is None:
        path.unlink()
    else:
        path.write_bytes(body)

    with pytest.raises(ModelError, match=f"{name} {told}"):
        read_checkpoint(saved[0])


def test_a_checkpoint_of_an_earlier_format_is_refused(saved: tuple[Path, Cached]) -> None:
    """One of format 1 is told to be trained again."""
    about = json.loads((saved[0] / ABOUT).read_text()) | {"format": 1}
    (saved[0] / ABOUT).write_bytes(as_json(about))

    with pytest.raises(ModelError, match="is of format 1, not 2: train again"):
        read_checkpoint(saved[0])


def _changed(about: dict[str, Any], at: str, value: object) -> dict[str, Any]:
    """Return what a checkpoint says with one value exchanged; ``at`` names its place, with dots."""
    *way, last = (int(name) if name.isdecimal() else name for name in at.split("."))
    place: Any = about
    for name in way:
        place = place[name]
    place[last] = value
    return about


@pytest.mark.parametrize(
    ("at", "value", "told"),
    [
        ("config.shared", 10**12, r"heads.weight is \(\d+, 8\), not \(\d+, 1000000000000\)"),
        ("config.shared", 10**30, "the network is larger than any"),
        ("config.shared", -1, "shared is -1"),
        ("config.shared", "8", "shared is '8'"),
        ("config.shared", True, "shared is True"),
        ("config.rate", None, "rate is None"),
        ("config.tail", ["none"], "is not a valid Tail"),
        ("config", [], "config is not an object"),
        ("tasks", {}, "tasks is not a list"),
        ("tasks.0", "artist", "a task is not an object"),
        ("tasks.0.kind", "several", "no task is called 'artist' and read from 'artist'"),
        ("tasks.0.column", "id", "no task is called 'artist' and read from 'id'"),
        ("tasks.0.name", "period", "a task is there twice|no task is called 'period'"),
        ("tasks.0.classes", ["Artist A"] * 1_000, "heads.bias is"),
        ("tasks.0.classes", "Artist A", "classes is not a list"),
        ("tasks.0.classes", [1, 2, 3, 4], "classes are not all str"),
        ("tasks.0.numbers", ["1"], "numbers are not all int"),
        ("features", ["made"], "features is not an object"),
        ("features.base", {"made": 1}, "base is not a text"),
        ("features.features", "1000000000", "features are '1000000000', and feature_mean 48"),
        ("features", {}, "KeyError: 'base'"),
        ("release", 1, "release is not a text"),
        ("training", None, "training is not an object"),
    ],
)
def test_what_the_json_asks_for_is_never_made(
    saved: tuple[Path, Cached], at: str, value: object, told: str
) -> None:
    """Sizes that are not those of the tensors, and words of another type, are one line before anything is allocated."""
    path = saved[0] / ABOUT
    path.write_bytes(as_json(_changed(json.loads(path.read_bytes()), at, value)))

    with pytest.raises(
        ModelError, match=f"does not describe a checkpoint, train again: .*({told})"
    ) as caught:
        read_checkpoint(saved[0])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tensors", "told"),
    [
        (
            {"feature_mean": torch.zeros(48, dtype=torch.float16)},
            "its tensors are F16, F32, not F32",
        ),
        ({"feature_mean": torch.zeros(10**12, 0)}, "are not rows of numbers"),
        ({"year_edges": torch.zeros(())}, "are not rows of numbers"),
        ({"year_mean": torch.zeros(3)}, r"year_mean is \(3,\), not \(\)"),
        ({"more": torch.zeros(3)}, r"more is \(3,\), not None"),
    ],
)
def test_tensors_of_another_network_are_refused(
    saved: tuple[Path, Cached], tensors: dict[str, torch.Tensor], told: str
) -> None:
    """The file's header tells of what it holds: another type, shape or name is one line."""
    folder = saved[0]
    body = save(load_file(folder / TENSORS) | tensors)
    (folder / TENSORS).write_bytes(body)
    about = json.loads((folder / ABOUT).read_text()) | {"tensors_sha256": digest(body)}
    (folder / ABOUT).write_bytes(as_json(about))

    with pytest.raises(ModelError, match=told) as caught:
        read_checkpoint(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(
    ("name", "key", "tensor"),
    [(TENSORS, "tensors_sha256", "heads.bias"), (BASE, "base_sha256", "weight")],
)
def test_numbers_that_are_not_finite_are_refused(
    saved: tuple[Path, Cached], name: str, key: str, tensor: str, number: float
) -> None:
    """A network, or a base, with one number that is none answers nothing: the file and the tensor are told."""
    folder = saved[0]
    tensors = load_file(folder / name)
    tensors[tensor].view(-1)[-1] = number
    _put(folder, name, key, save(tensors))

    with pytest.raises(ModelError, match=f"{name}: {tensor} holds numbers that are not finite"):
        read_checkpoint(folder)


def test_numbers_of_a_narrow_type_are_asked_too(saved: tuple[Path, Cached]) -> None:
    """A base may hold integers, and numbers of a byte, which are asked as wider ones; what no torch reads is told."""
    folder = saved[0]
    narrow = torch.ones(2).to(torch.float8_e4m3fn)
    _put(folder, BASE, "base_sha256", save({"a": narrow, "b": torch.ones(2, dtype=torch.int64)}))
    assert read_checkpoint(folder).base is not None

    _put(folder, BASE, "base_sha256", save({"a": narrow}).replace(b"F8_E4M3", b"F6_E2M3"))
    with pytest.raises(ModelError, match=f"{BASE} holds no tensors"):
        read_checkpoint(folder)


def _put(folder: Path, name: str, key: str, body: bytes) -> None:
    """Exchange a file of a checkpoint, and its SHA-256."""
    (folder / name).write_bytes(body)
    about = json.loads((folder / ABOUT).read_text()) | {key: digest(body)}
    (folder / ABOUT).write_bytes(as_json(about))


def test_a_file_of_no_tensors_is_told(saved: tuple[Path, Cached]) -> None:
    """Bytes of the right SHA-256 that are no safetensors file are one line."""
    folder, body = saved[0], b"\xff" * 64
    (folder / TENSORS).write_bytes(body)
    about = json.loads((folder / ABOUT).read_text()) | {"tensors_sha256": digest(body)}
    (folder / ABOUT).write_bytes(as_json(about))

    with pytest.raises(ModelError, match=f"{TENSORS} holds no tensors"):
        read_checkpoint(folder)


def test_notations_are_labels(shown: Release) -> None:
    """Of a column whose elements have several parts, the part that the task names is the label."""
    works = pictured_works(shown)

    labels = encode(works, ICONCLASS, ("11F", "25F23(LION)", "71A"))

    assert ICONCLASS.kind is Kind.SEVERAL
    assert isinstance(labels, SeveralLabels)
    dense = labels.dense(np.arange(works.num_rows)) > 0
    for row, held in zip(dense, works["iconclass"].to_pylist(), strict=True):
        names = {name for name, one in zip(("11F", "25F23(LION)", "71A"), row, strict=True) if one}
        assert names == {entry["code"] for entry in held}


def test_years_to_learn_have_their_interval(shown: Release, release: Release) -> None:
    """First and last year are those of the museum; where it gives none, the year is both."""
    works = pictured_works(shown)
    given, points = (labels_to_learn(pictured_works(one), PERIOD, ()) for one in (shown, release))

    assert isinstance(given, YearLabels)
    assert isinstance(points, YearLabels)
    assert given.first.tolist() == works["year_first"].to_pylist()
    assert given.last.tolist() == works["year_last"].to_pylist()
    assert points.first.tolist() == points.year.tolist() == points.last.tolist()


def test_a_subset_is_of_productive_artists() -> None:
    """More than N works, so that N itself is not enough; 0 leaves none out, also none without an artist."""
    works = pa.table({"id": list("abcd"), "artist_works": [101, 100, 700, None]})

    assert in_subset(works, 100)["id"].to_pylist() == ["a", "c"]
    assert in_subset(works, 0)["id"].to_pylist() == list("abcd")
