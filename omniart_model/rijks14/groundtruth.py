"""``rijksgt.mat``, the challenge's ground truth, as checked numbers and texts.

Which variables it has is known from the code that its authors published with it (github.com/tmensink/rijkschallenge,
``rijks_load.m``) and from others' readers of it: a struct ``gt`` with ``set`` (1 train, 2 validation, 3 test), ``C``
and ``Cnames`` (creator, counted from 1), ``T`` and ``Tnames``, ``M`` and ``Mnames`` (a column for each type and
material, 1 where a work has it), ``Y`` (two years). One row is one picture, in the order of the pictures' names.
"""

import re
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from omniart_model.files import digest
from omniart_model.rijks14.matform import check_form
from schemas.errors import ModelError

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

TRAIN, VALIDATION, TEST = 1, 2, 3
"""How ``gt.set`` says which split a picture is in; the authors' list of pictures names the three numbers."""

EARLIEST, LATEST = -10_000, 2_100
"""Years beyond these are none of a museum's."""

_UNREADABLE = (
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    OSError,
    zlib.error,
)
"""What scipy raises, beside its own error, for a file that says one thing and holds another."""

_STEM = re.compile(r"[0-9A-Za-z][0-9A-Za-z().,_+-]{0,199}")
"""What a picture is called, short of ``.jpg``: ``0000018_RP-T-1953-344(R)``."""


@dataclass(frozen=True)
class Several:
    """Which of some labels each row has, as pairs (``row``, ``label``), sorted; ``names`` are the labels'."""

    row: Integers
    label: Integers
    names: tuple[str, ...]


@dataclass(frozen=True)
class GroundTruth:
    """All that the ground truth says of N pictures.

    ``sets`` int64 [N]; ``creator`` int64 [N] counts from 0, -1 is nobody; ``years`` float64 [N, 2], NaN where not
    known; ``sha256`` is that of the file.
    """

    sets: Integers
    creator: Integers
    creators: tuple[str, ...]
    types: Several
    materials: Several
    years: Floats
    sha256: str


def read_ground_truth(path: Path) -> GroundTruth:
    """Read and check ``rijksgt.mat``; raise ModelError that names the variable that is missing or wrong."""
    gt = _Struct(_load(path, "gt"), f"{path}: gt", "the challenge's ground truth")
    sets = gt.column("set")
    if len(sets) == 0 or not np.isin(sets, (TRAIN, VALIDATION, TEST)).all():
        raise ModelError(f"{path}: gt.set holds other numbers than 1, 2 and 3")
    creators = gt.texts("Cnames")
    creator = gt.column("C", len(sets)) - 1
    if creator.min() < -1 or creator.max() >= len(creators):
        raise ModelError(f"{path}: gt.C points beyond the {len(creators):,} names of gt.Cnames")
    return GroundTruth(
        sets,
        creator,
        _distinct(creators),
        gt.several("T", "Tnames", len(sets)),
        gt.several("M", "Mnames", len(sets)),
        gt.years("Y", len(sets)),
        digest(path.read_bytes()),
    )


def read_names(path: Path) -> tuple[tuple[str, ...], Integers]:
    """Read ``imdb-rijks.mat``, the authors' list of pictures (github.com/tmensink/fvkit): names and sets, row by row."""
    images = _Struct(_load(path, "images"), f"{path}: images", "the authors' list of pictures")
    sets = images.column("set")
    names = tuple(stem_of(name, str(path)) for name in images.texts("name"))
    if len(names) != len(sets):
        raise ModelError(f"{path}: {len(names):,} names for {len(sets):,} pictures")
    return names, sets


def stem_of(name: str, where: str) -> str:
    """Return what a picture or a record is called, without folders and ending; raise ModelError for another name.

    >>> stem_of("jpg2/0000018_RP-T-1953-344(R).jpg", "a list")
    '0000018_RP-T-1953-344(R)'
    """
    path = PurePosixPath(name)
    stem = path.name.removesuffix(path.suffix)
    if path.is_absolute() or ".." in path.parts or not _STEM.fullmatch(stem):
        raise ModelError(f"{where}: {name[:200]!r} is no name of a picture of the challenge")
    return stem


def _load(path: Path, variable: str) -> Any:
    """Return a struct of a MATLAB file; nothing in it is ever run."""
    from scipy.io import loadmat  # noqa: PLC0415 - an extra, and only this file needs it
    from scipy.io.matlab import MatReadError  # noqa: PLC0415

    check_form(path)
    try:
        held = loadmat(path, variable_names=[variable]).get(variable)
    except (*_UNREADABLE, MatReadError) as error:
        raise ModelError(f"{path} cannot be read: {_first_line(error)}") from error
    if held is None or held.size != 1 or not held.dtype.names:
        raise ModelError(f"{path} holds no struct {variable}: is it the file that was meant?")
    return held.reshape(-1)[0]


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


class _Struct:
    """A struct whose fields are checked as they are taken."""

    def __init__(self, held: Any, where: str, what: str) -> None:
        self.held, self.where, self.what = held, where, what

    def field(self, name: str) -> Any:
        """Return a field; raise ModelError that names it where it is missing."""
        if name not in self.held.dtype.names:
            there = ", ".join(self.held.dtype.names)[:200]
            raise ModelError(f"{self.where}.{name} is missing; {self.what} has it (there: {there})")
        return self.held[name]

    def column(self, name: str, rows: int | None = None) -> Integers:
        """Return whole numbers, int64 [N]."""
        values = _numbers(self.field(name))
        if values is None or (values.size != max(values.shape) and values.size):
            raise ModelError(f"{self.where}.{name} is no column of numbers")
        flat = values.ravel()
        if rows is not None and len(flat) != rows:
            raise ModelError(f"{self.where}.{name} has {len(flat):,} rows, and gt.set has {rows:,}")
        if not _whole(flat):
            raise ModelError(f"{self.where}.{name} holds numbers that are not whole")
        column: Integers = flat.astype(np.int64)
        return column

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a cell array of texts, their blanks as single spaces."""
        cells = self.field(name)
        if not isinstance(cells, np.ndarray) or cells.dtype != object:
            raise ModelError(f"{self.where}.{name} is no cell array of texts")
        found = []
        for cell in cells.ravel():
            if not isinstance(cell, np.ndarray) or cell.dtype.kind != "U" or cell.size > 1:
                raise ModelError(f"{self.where}.{name} holds something else than texts")
            found.append(" ".join(str(cell.item()).split()) if cell.size else "")
        return tuple(found)

    def years(self, name: str, rows: int) -> Floats:
        """Return first and last year, float64 [N, 2]."""
        values = _numbers(self.field(name))
        if values is None or values.shape != (rows, 2):
            raise ModelError(f"{self.where}.{name} is no table of two years for {rows:,} rows")
        years: Floats = values.astype(np.float64)
        known = years[np.isfinite(years)]
        if not _whole(known) or (len(known) and (known.min() < EARLIEST or known.max() > LATEST)):
            raise ModelError(f"{self.where}.{name} holds what is no year")
        years[~np.isfinite(years).all(axis=1)] = np.nan
        return years

    def several(self, name: str, names: str, rows: int) -> Several:
        """Return a table of 0 and more, dense or sparse, as the pairs that are not 0."""
        labels = self.texts(names)
        row, label, shape = _pairs(self.field(name), f"{self.where}.{name}")
        if shape != (rows, len(labels)):
            raise ModelError(
                f"{self.where}.{name} is {shape[0]:,} x {shape[1]:,}, and gt.set and gt.{names} ask for "
                f"{rows:,} x {len(labels):,}"
            )
        order = np.lexsort((label, row))
        return Several(row[order], label[order], _distinct(labels))


def _numbers(values: Any) -> Any:
    """Return values as a dense array of real numbers; None for anything else."""
    dense = isinstance(values, np.ndarray) and values.dtype.kind in "buif" and values.ndim == 2
    return values if dense else None


def _whole(values: Any) -> bool:
    return bool((np.isfinite(values) & (values == np.floor(values))).all()) if len(values) else True


def _pairs(values: Any, where: str) -> tuple[Integers, Integers, tuple[int, int]]:
    """Return row and column of what is at least 1, and the shape; of a sparse table its places are checked first."""
    dense = _numbers(values)
    if dense is not None:
        row, label = np.nonzero(dense >= 1)
        if (dense < 0).any():
            raise ModelError(f"{where} holds numbers below 0")
        return row.astype(np.int64), label.astype(np.int64), (dense.shape[0], dense.shape[1])
    if getattr(values, "format", None) != "csc":
        raise ModelError(f"{where} is no table of numbers")
    rows, columns = (int(side) for side in values.shape)
    starts, at = np.asarray(values.indptr, np.int64), np.asarray(values.indices, np.int64)
    sound = len(starts) == columns + 1 and starts[0] == 0 and (np.diff(starts) >= 0).all()
    if not sound or starts[-1] > min(len(at), len(values.data)):
        raise ModelError(f"{where}: a sparse table that is not whole")
    at, held = at[: starts[-1]], np.asarray(values.data)[: starts[-1]]
    if len(at) and (
        at.min() < 0 or at.max() >= rows or held.dtype.kind not in "buif" or (held < 0).any()
    ):
        raise ModelError(f"{where}: a sparse table with places or values that there are not")
    label = np.repeat(np.arange(columns, dtype=np.int64), np.diff(starts))
    there = held >= 1
    pairs = np.unique(np.stack([at[there], label[there]]), axis=1)
    return pairs[0], pairs[1], (rows, columns)


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of which no two are equal: those that are, or that are empty, get their number."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return tuple(
        name if name and seen[name] == 1 else f"{name} (number {number})".strip()
        for number, name in enumerate(names, start=1)
    )
