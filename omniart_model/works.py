"""What the model sees of a release: its works with a picture, their labels and their splits."""

from typing import Any

import pyarrow as pa

from omniart_data.release import Release
from omniart_data.release.labels import TASKS as NUMBERED
from omniart_data.release.rows import compute
from omniart_model.labels import find_classes, label_texts
from omniart_model.tasks import TASKS, Kind, Task
from schemas.errors import ModelError, UsageError
from schemas.release import SPLITS
from schemas.rights import NO

COLUMNS = (
    "id",
    "split",
    "source",
    "institution",
    "artist_works",
    "century",
    "year_first",
    "year_last",
    *dict.fromkeys(task.column for task in TASKS),
    "image_sha256",
    "may_train",
)
"""Columns of a release that are read: those of all tasks, what tells which works are looked at, and what a report cuts by."""


def pictured_works(release: Release, *splits: str) -> pa.Table:
    """Return the works with a picture in some splits (by default in all three), sorted by id.

    These are the works that a model learns from and is measured on: ``image_sha256`` is not null,
    whether the picture is in the release or kept out of it, and its rights let a network learn from it.
    Raises UsageError for a split that has no labels to be measured on.
    """
    for split in splits:
        if split not in SPLITS:
            raise UsageError(f"no split is called {split!r}; there are: {', '.join(SPLITS)}")
    table = release.table(*(splits or SPLITS), columns=list(COLUMNS))
    return table.filter(looked_at(table)).sort_by("id")


def looked_at(works: pa.Table) -> "pa.ChunkedArray[Any]":
    """Return for each work whether a network looks at its picture: one is known, and may be learnt from."""
    may = compute.not_equal(works["may_train"], NO)
    return compute.and_(compute.is_valid(works["image_sha256"]), may)


def texts(column: "pa.ChunkedArray[Any]") -> list[str]:
    """Return a column of texts as a list; null is empty."""
    return [text or "" for text in column.to_pylist()]


def museums_of(works: pa.Table) -> list[str]:
    """Return each work's museum: its institution, or else, as of a private collection, the source that told of it."""
    named = zip(texts(works["institution"]), texts(works["source"]), strict=True)
    return [institution or source for institution, source in named]


def in_split(works: pa.Table, split: str) -> pa.Table:
    """Return the works of one split, in their order."""
    return works.filter(compute.equal(works["split"], split))


def in_subset(works: pa.Table, more_than: int) -> pa.Table:
    """Return the works of artists with more than so many works, in their order; 0 leaves none out.

    An artist's works are counted by the release over all splits, with a picture or without one. A work that has
    no artist is in no subset.
    """
    if not more_than:
        return works
    return works.filter(compute.greater(works["artist_works"], more_than))


def class_index(release: Release, works: pa.Table, task: Task) -> tuple[str, ...]:
    """Return the classes of a task in the order of the release's numbers, which are never reused.

    ``works`` are those of all three splits, as a class must be in train and in test. The labels of a task that
    the release does not number are taken in the order of their texts.
    """
    if not is_numbered(task):
        found = (
            compute.unique(label_texts(works, task).drop_null())
            if task.kind is not Kind.YEAR
            else ()
        )
        return find_classes(works, task, sorted(str(label) for label in found))
    labels = release.labels
    of_task = labels.filter(compute.equal(labels["task"], task.name)).sort_by("number")
    return find_classes(works, task, texts(of_task["label"]))


def is_numbered(task: Task) -> bool:
    """Return whether a release numbers the labels of a task in its class index."""
    return task.name in NUMBERED


def lacking(works: pa.Table, subset: int = 0) -> str:
    """Return in which split no work of a subset has a picture, as a sentence; empty where each has some.

    ``works`` are those with a picture, of all artists.
    """
    held = in_subset(works, subset)
    of_whom = f" by an artist with more than {subset:,} works" if subset else ""
    for split in SPLITS:
        if in_split(held, split).num_rows == 0:
            return f"no work with a picture{of_whom} in {split}"
    return ""


def check_trainable(works: pa.Table, folder: str, subset: int = 0) -> None:
    """Raise ModelError with what to do if a split has no work with a picture, or none of a subset.

    ``works`` are those with a picture, of all artists.
    """
    if lack := lacking(works):
        raise ModelError(
            f"{folder}: {lack}; a baseline needs pictures in "
            f"{', '.join(SPLITS)}: build the release without --images none, or from more works"
        )
    if lack := lacking(works, subset):
        raise ModelError(f"{folder}: {lack}: give a smaller --subset, or none")
