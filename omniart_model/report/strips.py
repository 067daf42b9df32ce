"""Nearest neighbours in the shared layer, as strips of pictures: what the network holds to be alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from omniart_data.release.report.markup import safe
from omniart_data.release.rows import compute
from omniart_model.files import digest
from omniart_model.labels import Booleans, SeveralLabels, encode
from omniart_model.report.artworks import Work, tile, tiles
from omniart_model.report.prose import paragraph
from omniart_model.report.shared import nearest, shared_features
from omniart_model.report.shown import Shown
from omniart_model.report.words import year_text
from omniart_model.tasks import Kind, Task
from omniart_model.works import texts
from schemas.release import EMBEDDED

NEIGHBOURS = 5
_NEAR_YEARS = 25.0
"""Errors of a year up to here count as right: the narrower of the two that the metrics look at."""


@dataclass(frozen=True)
class Strip:
    """A scored work, why it was chosen, and its nearest works of train with their cosines."""

    id: str
    why: str
    near: tuple[tuple[str, float], ...]


def neighbour_strips(shown: Shown) -> tuple[Strip, ...]:
    """Return for each task a scored work that it answers rightly and one wrongly, with what is near them in train.

    Of several the one whose id has the least SHA-256: chosen by nobody, and the same each time. Works with a picture in the
    release come before others, which could not be shown.
    """
    measured, train = shown.study.measured, shown.study.train
    if not measured.seen.any() or not train.seen.any():
        return ()
    chosen = list(_chosen(shown))
    rows = np.array([row for row, _ in chosen], np.int64)
    asked = shared_features(shown.network, measured.features[rows])
    near, cosines = nearest(shown.network, asked, train.features, train.seen, NEIGHBOURS)
    ids, train_ids = measured.ids, train.ids
    return tuple(
        Strip(
            ids[row],
            why,
            tuple((train_ids[n], float(c)) for n, c in zip(of, cosine, strict=True)),
        )
        for (row, why), of, cosine in zip(chosen, near, cosines, strict=True)
    )


def _chosen(shown: Shown) -> Iterator[tuple[int, str]]:
    """Yield rows of the scored works and why they were chosen, none twice."""
    order = _order(shown)
    taken: set[int] = set()
    for task in shown.answered:
        right, known = _right(shown, task)
        for words, held in (("rightly", right & known), ("wrongly", ~right & known)):
            row = next((row for row in order if held[row] and row not in taken), None)
            if row is not None:
                taken.add(row)
                yield row, f"{task.name}, {words} told: {_said(shown, task, row)}"


def _said(shown: Shown, task: Task, row: int) -> str:
    """Return what the checkpoint says of a scored work: the likeliest class, or the year."""
    told = shown.told(task)[row]
    if task.kind is Kind.YEAR:
        return year_text(float(told))
    return shown.study.classes[task.name][int(told.argmax())]


def _order(shown: Shown) -> list[int]:
    """Return the seen works that are scored, those that can be shown first, each lot by the SHA-256 of its ids."""
    study, measured = shown.study, shown.study.measured
    statuses = study.release.table(study.split, columns=["id", "image_status"])
    inside = statuses.filter(compute.equal(statuses["image_status"], EMBEDDED))["id"]
    shows = set(texts(inside))
    ids = measured.ids
    keys = {
        row: (ids[row] not in shows, digest(ids[row].encode()))
        for row in np.flatnonzero(measured.seen).tolist()
    }
    return sorted(keys, key=keys.__getitem__)


def _right(shown: Shown, task: Task) -> tuple[Booleans, Booleans]:
    """Return which scored works a task answers rightly, and of which that can be said, bool [N] both.

    Of several classes it is right where the likeliest is one of the work's own.
    """
    labels = encode(shown.study.measured.works, task, shown.study.classes[task.name])
    told = shown.told(task)
    if isinstance(labels, SeveralLabels):
        dense = labels.dense(np.arange(len(told)))
        known = labels.known & (np.nan_to_num(dense).sum(axis=1) > 0)
        return np.nan_to_num(dense)[np.arange(len(told)), told.argmax(axis=1)] > 0, known
    truth = np.asarray(labels)
    if task.kind is Kind.YEAR:
        return np.abs(told - truth) <= _NEAR_YEARS, ~np.isnan(truth)
    return told.argmax(axis=1) == truth, truth >= 0


def wanted(strips: Sequence[Strip]) -> Iterator[str]:
    """Yield the ids of all works that are shown."""
    for strip in strips:
        yield strip.id
        yield from (one for one, _ in strip.near)


def strips_html(strips: Sequence[Strip], works: Mapping[str, Work], *, shared: bool) -> str:
    """Return the strips; ``shared`` says whether there is a shared layer at all."""
    if not strips:
        return paragraph("No picture of train, or of a work that is scored, was looked at.")
    layer = "shared layer" if shared else "base's features, for there is no shared layer,"
    about = (
        f"A scored work on the left, and the works of train that are nearest to it in the {layer} by cosine. For each task "
        "one that is answered rightly and one that is not, picked by the SHA-256 of their ids."
    )
    return paragraph(about, "quiet") + "".join(_strip(strip, works) for strip in strips)


def _strip(strip: Strip, works: Mapping[str, Work]) -> str:
    own = works[strip.id]
    cells = [tile(own, ("quiet", "the work itself"))]
    for one, cosine in strip.near:
        other = works[one]
        cells.append(tile(other, ("quiet", f"cosine {cosine:.3f}"), ("fine", _same(own, other))))
    return f"<h3>{safe(strip.why[:1].upper() + strip.why[1:])}</h3>\n{tiles(cells, 'tiles strip')}"


def _same(own: Work, other: Work) -> str:
    """Return what two works have in common, in words."""
    pairs = {
        "artist": own.artist == other.artist != "no artist",
        "type": bool(set(own.types) & set(other.types)),
        "material": bool(set(own.materials) & set(other.materials)),
        "museum": own.museum == other.museum,
    }
    held = [name for name, same in pairs.items() if same]
    return f"same {', '.join(held)}" if held else "nothing the same"
