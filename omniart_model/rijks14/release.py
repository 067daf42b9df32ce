"""A release of the challenge: its pictures and labels, with its own splits, as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from omniart_data.release import Contents, Input, open_release, write_release
from omniart_data.release.near import near_pairs
from omniart_data.release.verify.sides import torn_groups
from omniart_model.files import digest
from omniart_model.rijks14.archive import names_of
from omniart_model.rijks14.artworks import SOURCE, artwork_rows
from omniart_model.rijks14.classes import OPTION, Challenge, classes_of
from omniart_model.rijks14.groundtruth import (
    TEST,
    TRAIN,
    VALIDATION,
    GroundTruth,
    Integers,
    read_ground_truth,
    read_names,
)
from omniart_model.rijks14.pictures import (
    ENDINGS,
    Brought,
    bring_pictures,
    picture_of,
    picture_rows,
)
from omniart_model.rijks14.records import Record, read_records
from schemas.artwork import DROPPED, JUDGEMENT, TERM_USE
from schemas.errors import ModelError, UsageError
from schemas.release import EMBEDDED, SPLITS
from schemas.rights import YES, normalise_uri, policy

VERSION = "1.0.0"
NAME = f"rijks14-{VERSION}"
"""The release's folder in ``releases/``."""
SPLIT_OF = {TRAIN: "train", VALIDATION: "validation", TEST: "test"}
CREDIT = (
    "Thomas Mensink and Jan van Gemert: The Rijksmuseum Challenge: Museum-Centered Visual Recognition. ICMR 2014. "
    "https://doi.org/10.21942/uva.5660617"
)
NAMES_FROM = "give --names imdb-rijks.mat, the authors' list of pictures (github.com/tmensink/fvkit, data/rijks/)"


@dataclass(frozen=True)
class Files:
    """Where the challenge lies; ``names`` is needed where not all pictures are there."""

    ground_truth: Path
    records: tuple[Path, ...]
    pictures: tuple[Path, ...]
    names: Path | None = None


@dataclass(frozen=True)
class How:
    """How it becomes a release."""

    embed: bool = True
    """Pictures into the release, where their rights let them be passed on; else in the workspace alone."""
    image_px: int = 512
    rights: str = ""
    """URI for works whose record states no rights that are known."""
    rest_class: bool = False
    """Works by nobody who is a class get the artist "rest", so that the row with the rest can be learnt."""


@dataclass(frozen=True)
class ReadReport:
    """What was read, and what became of it."""

    folder: Path
    challenge: Challenge
    works: Mapping[str, int]
    statuses: Mapping[str, int]
    records: int
    agreeing: int
    """Records that name a type which the ground truth gives the work, of ``compared``."""
    compared: int
    torn: int
    """Groups of works that are on several sides of the splits."""


def read_challenge(files: Files, how: How, workspace: Path) -> ReadReport:
    """Read the challenge and write it as a release into a workspace; raise ModelError, UsageError or ReleaseError."""
    folder = workspace / "releases" / NAME
    if folder.exists():
        raise UsageError(f"{folder} is there already: give another --workspace, or remove it")
    if how.rights and policy(how.rights, SOURCE).may_keep != YES:
        raise UsageError(f"--rights {how.rights}: no statement that lets a picture be kept")
    truth = read_ground_truth(files.ground_truth)
    names = _names(files, truth.sets)
    read = _Read(truth, classes_of(truth), names, read_records(files.records))
    write_release(_contents(files, how, read, workspace), folder, version=VERSION)
    return _report(folder, read)


@dataclass(frozen=True)
class _Read:
    """What the files say; ``names`` are the pictures' in the order of the ground truth."""

    truth: GroundTruth
    challenge: Challenge
    names: Sequence[str]
    records: Mapping[str, Record]


def _names(files: Files, sets: Integers) -> Sequence[str]:
    """Return the pictures' names in the order of the ground truth."""
    if files.names is None:
        names = names_of(files.pictures, ENDINGS)
        if len(names) != len(sets):
            raise ModelError(
                f"{len(names):,} pictures, and {len(sets):,} rows in {files.ground_truth}: which is which cannot be told; {NAMES_FROM}"
            )
        return names
    given, listed = read_names(files.names)
    if not np.array_equal(listed, sets):
        raise ModelError(f"{files.names} and {files.ground_truth} do not have the same splits")
    if len(set(given)) != len(given):
        raise ModelError(f"{files.names} names a picture twice")
    return given


def _contents(files: Files, how: How, read: _Read, workspace: Path) -> Contents:
    fallback = normalise_uri(how.rights) if how.rights else ""
    names = read.names
    artworks = artwork_rows(
        read.truth,
        read.challenge,
        names,
        read.records,
        rights=fallback,
        rest_class=how.rest_class,
    )
    pictures = _pictures(files, how, names, artworks, workspace)
    splits = pa.array([SPLIT_OF[each] for each in read.truth.sets.tolist()], pa.string())
    return Contents(
        artworks=artworks,
        dropped=DROPPED.empty_table(),
        judgements=JUDGEMENT.empty_table(),
        term_uses=TERM_USE.empty_table(),
        pictures=pictures,
        records_read={SOURCE: len(names)},
        picture=partial(picture_of, workspace),
        inputs=_inputs(files, len(names)),
        options={
            "images": "all" if how.embed else "kept out",
            "image_px": how.image_px,
            "rest_class": how.rest_class,
            "rights": fallback,
            OPTION: read.challenge.as_option(),
        },
        credits={SOURCE: CREDIT},
        notes=_notes(how),
        near=near_pairs(pictures),
        given_splits=pa.table({"id": artworks["id"], "split": splits}),
        accept_large_groups=True,
    )


def _pictures(
    files: Files, how: How, names: Sequence[str], artworks: pa.Table, workspace: Path
) -> pa.Table:
    rights = artworks["rights"].to_pylist()
    may_keep = {
        name
        for name, uri in zip(names, rights, strict=True)
        if policy(uri or "", SOURCE).may_keep == YES
    }
    found = bring_pictures(files.pictures, may_keep, workspace, max_px=how.image_px)
    brought = [found.get(name) for name in names]
    statuses = [
        _status(one, uri or "", embed=how.embed, may_keep=name in may_keep)
        for name, one, uri in zip(names, brought, rights, strict=True)
    ]
    return picture_rows(artworks["id"].to_pylist(), brought, statuses)


def _status(one: Brought | None, rights: str, *, embed: bool, may_keep: bool) -> str:
    if not may_keep:
        return "not allowed"
    if one is None:
        return "not fetched"
    if one.sha256 is None:
        return "unreadable"
    return EMBEDDED if embed and policy(rights, SOURCE).may_pass_on else "kept out"


def _inputs(files: Files, works: int) -> tuple[Input, ...]:
    read = [files.ground_truth, *([files.names] if files.names else [])]
    return tuple(
        Input(SOURCE, path.name, digest(path.read_bytes()), path.stat().st_size, works)
        for path in read
    )


def _notes(how: How) -> tuple[str, ...]:
    told = [
        "This is the Rijksmuseum Challenge of 2014 with its own splits, classes and words (Dutch, as it gives them).",
        "Its splits are taken as they are: the two sides of a sheet, and near-duplicates, may be in two of them.",
        (
            "A year is given where first and last are less than a hundred years apart: only such years are scored. Artists "
            "are the creators who are classes of the challenge."
        ),
    ]
    if how.rest_class:
        told.append('The artist "rest" is no person: all creators who are no class, and nobody.')
    if how.rights:
        told.append(
            "Works whose record states no rights that are known have those that the reader gave."
        )
    return tuple(told)


def _report(folder: Path, read: _Read) -> ReadReport:
    rows = open_release(folder).table(*SPLITS, columns=["group", "split", "image_status"])
    agreeing, compared = _agreement(read)
    return ReadReport(
        folder,
        read.challenge,
        _counted(rows, "split"),
        _counted(rows, "image_status"),
        sum(name in read.records for name in read.names),
        agreeing,
        compared,
        torn_groups(rows).num_rows,
    )


def _counted(rows: pa.Table, column: str) -> Mapping[str, int]:
    counted = rows[column].combine_chunks().value_counts().to_pylist()
    return {one["values"]: one["counts"] for one in sorted(counted, key=lambda one: one["values"])}


def _agreement(read: _Read) -> tuple[int, int]:
    """Return how many records name a type that the ground truth gives the work, of how many that both say something of.

    Where the pictures were in another order than the ground truth this would be chance.
    """
    types = read.truth.types
    given: dict[int, set[str]] = {}
    for row, label in zip(types.row.tolist(), types.label.tolist(), strict=True):
        given.setdefault(row, set()).add(types.names[label].lower())
    told = [
        (given[row], {one.lower() for one in read.records[name].types})
        for row, name in enumerate(read.names)
        if row in given and name in read.records and read.records[name].types
    ]
    return sum(bool(a & b) for a, b in told), len(told)
