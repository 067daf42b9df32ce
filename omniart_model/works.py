"""What the model sees of a release: its works with a picture, their labels and their splits."""

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.release import Release
from omniart_model.labels import find_classes
from omniart_model.tasks import Task
from schemas.errors import ModelError, UsageError
from schemas.release import SPLITS

COLUMNS = (
    "id",
    "split",
    "source",
    "artist",
    "artwork_types",
    "materials",
    "year",
    "image_sha256",
)


def pictured_works(release: Release, *splits: str) -> pa.Table:
    """Return the works with a picture in some splits (by default in all three), sorted by id.

    These are the works that a model learns from and is measured on: ``image_sha256`` is not null,
    whether the picture is in the release or kept out of it. Raises UsageError for a split that has
    no labels to be measured on.
    """
    for split in splits:
        if split not in SPLITS:
            raise UsageError(f"no split is called {split!r}; there are: {', '.join(SPLITS)}")
    table = release.table(*(splits or SPLITS), columns=list(COLUMNS))
    return table.filter(pc.is_valid(table["image_sha256"])).sort_by("id")


def in_split(works: pa.Table, split: str) -> pa.Table:
    """Return the works of one split, in their order."""
    return works.filter(pc.equal(works["split"], split))


def class_index(release: Release, works: pa.Table, task: Task) -> tuple[str, ...]:
    """Return the classes of a task in the order of the release's numbers, which are never reused.

    ``works`` are those of all three splits, as a class must be in train and in test.
    """
    labels = release.labels
    order = (
        labels.filter(pc.equal(labels["task"], task.name)).sort_by("number")["label"].to_pylist()
    )
    return find_classes(works, task, order)


def check_trainable(works: pa.Table, folder: str) -> None:
    """Raise ModelError with what to do if a split has no work with a picture."""
    for split in SPLITS:
        if in_split(works, split).num_rows == 0:
            raise ModelError(
                f"{folder}: no work with a picture in {split}; a baseline needs pictures in "
                f"{', '.join(SPLITS)}: build the release without --images none, or from more works"
            )
