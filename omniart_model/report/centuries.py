"""A map of the shared layer: its two principal components, the works coloured by century."""

from dataclasses import dataclass

import numpy as np

from omniart_data.release.report.markup import Names, key, safe, table
from omniart_model.baselines.study import Side
from omniart_model.features.cache import Halves
from omniart_model.files import digest
from omniart_model.labels import Floats, Integers
from omniart_model.report.prose import paragraph
from omniart_model.report.shared import principal, shared_features
from omniart_model.report.shown import Shown
from omniart_model.report.words import century_text, joined

MOST_POINTS = 2_000
"""Points beyond which a map is a blot, and a page heavy."""

LEAST_WORKS = 5
"""Works of a century that get a colour of their own; fewer are shown with the nearest century that has more."""

_GROUPS = 6
"""Colours that can be told apart."""


@dataclass(frozen=True)
class Map:
    """Points [N, 2], the group of each, int64 [N], the groups' names, and the variance that each axis tells."""

    points: Floats
    groups: Integers
    names: tuple[str, ...]
    told: tuple[float, float]


def map_of(shown: Shown) -> Map:
    """Return the map of the works that the network has not learnt from, those of validation and those that are scored.

    At most MOST_POINTS of a known century, those whose ids have the least SHA-256.
    """
    study = shown.study
    sides = {study.split: study.measured, "validation": study.validation}.values()
    parts = [_held(side) for side in sides]
    features = np.concatenate([features for features, _, _ in parts])
    centuries = np.concatenate([centuries for _, centuries, _ in parts])
    ids = [one for _, _, ids in parts for one in ids]
    rows = np.array(sorted(_least(ids)), np.int64)
    points, told = principal(shared_features(shown.network, features[rows]))
    groups, names = grouped(centuries[rows])
    return Map(points, groups, names, told)


def _held(side: Side) -> tuple[Halves, Integers, list[str]]:
    """Return features, century and id of those works of a side that may be on the map."""
    centuries = np.array(side.works["century"].to_pylist(), np.float64)
    held, ids = np.flatnonzero(side.seen & ~np.isnan(centuries)), side.ids
    held = held[sorted(_least([ids[row] for row in held.tolist()]))]
    return (
        side.features[held],
        centuries[held].astype(np.int64),
        [ids[row] for row in held.tolist()],
    )


def _least(ids: list[str]) -> list[int]:
    """Return the places of the MOST_POINTS ids with the least SHA-256."""
    return sorted(range(len(ids)), key=lambda row: digest(ids[row].encode()))[:MOST_POINTS]


def grouped(centuries: Integers) -> tuple[Integers, tuple[str, ...]]:
    """Return at most six groups of centuries that follow each other: the group of each work, and their names.

    The commonest centuries keep a group of their own; the others go to the nearest of them, the earlier of two.

    >>> grouped(np.array([17] * 9 + [18] * 9 + [19, -5]))[1]
    ('5th century BCE to 17th century', '18th to 19th century')
    """
    if not len(centuries):
        return np.zeros(0, np.int64), ()
    values, counts = np.unique(centuries, return_counts=True)
    common = values[np.lexsort((values, -counts))][:_GROUPS]
    enough = set(values[counts >= LEAST_WORKS].tolist()) or set(common[:1].tolist())
    kept = np.sort(common[np.isin(common, list(enough))])
    of_value = np.abs(values[:, None] - kept[None]).argmin(axis=1)
    names = tuple(_span(values[of_value == group]) for group in range(len(kept)))
    return of_value[np.searchsorted(values, centuries)].astype(np.int64), names


def _span(centuries: Integers) -> str:
    first, last = int(centuries.min()), int(centuries.max())
    if first == last:
        return century_text(first)
    if (first < 0) == (last < 0):
        return f"{century_text(first).split(' ')[0]} to {century_text(last)}"
    return f"{century_text(first)} to {century_text(last)}"


def map_html(names: Names, found: Map) -> str:
    """Return one map of all, the largest group below the others, and a small one for each group in which the others are grey: colour alone tells nothing."""
    if not len(found.points):
        return paragraph(
            "No work that was not learnt from has both a century and a picture that was looked at."
        )
    places = _placed(found.points)
    legend = {name: f"c{group}" for group, name in enumerate(found.names)}
    counts = np.bincount(found.groups, minlength=len(found.names))
    about = (
        f"{len(found.points):,} works that were not learnt from, on the first two principal "
        f"components of the shared layer ({100 * found.told[0]:.0f} % and {100 * found.told[1]:.0f} % of its variance). "
        "Principal components and not t-SNE or UMAP: the same network gives the same map, with nothing left to chance or settings."
    )
    small = "".join(
        _small(names, places, found.groups, group, f"{name}: {counts[group]:,} works")
        for group, name in enumerate(found.names)
    )
    rows = [
        (name, f"{counts[group]:,}", *(f"{value:.2f}" for value in _middle(found, group)))
        for group, name in enumerate(found.names)
    ]
    numbers = table(
        ["century", "works", "middle, first axis", "middle, second axis"],
        rows,
        "map of the shared layer",
    )
    return (
        f'{paragraph(about, "quiet")}{key(legend)}<div class="maps"><figure class="plot big">'
        f'{_whole(names, places, found)}<figcaption>All</figcaption></figure><div class="each">{small}</div></div>\n'
        f"<details><summary>The same as a table</summary>\n{numbers}</details>\n"
    )


def _middle(found: Map, group: int) -> tuple[float, float]:
    x, y = np.median(found.points[found.groups == group], axis=0)
    return float(x), float(y)


def _placed(points: Floats) -> Integers:
    """Return points as whole places in a square of 320, the same scale both ways."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 320 / max(float((high - low).max()), 1e-9)
    placed: Integers = np.round((points - (low + high) / 2) * scale + 180).astype(np.int64)
    placed[:, 1] = 360 - placed[:, 1]
    return placed


def _dots(places: Integers, css: str) -> str:
    """Return points as one path of strokes of no length, which round caps make dots."""
    if not len(places):
        return ""
    return f'<path class="dots {css}" d="{"".join(f"M{x} {y}h0" for x, y in np.unique(places, axis=0).tolist())}"/>'


def _whole(names: Names, places: Integers, found: Map) -> str:
    body = "".join(
        _dots(places[found.groups == group], f"s{group}")
        for group in np.argsort(-np.bincount(found.groups), kind="stable").tolist()
    )
    told = f"Works by {joined(found.names)} on two principal components of the shared layer."
    return _square(names, "Map of the shared layer", told, body)


def _small(names: Names, places: Integers, groups: Integers, group: int, caption: str) -> str:
    body = _dots(places[groups != group], "faint") + _dots(places[groups == group], f"s{group}")
    picture = _square(names, caption, "Its works among all others, which are grey.", body)
    return (
        f'<figure class="plot small">{picture}<figcaption>{safe(caption)}</figcaption></figure>\n'
    )


def _square(names: Names, title: str, told: str, body: str) -> str:
    one, other = names.next("plot"), names.next("told")
    return (
        f'<svg viewBox="0 0 360 360" role="img" aria-labelledby="{one} {other}">'
        f'<title id="{one}">{safe(title)}</title><desc id="{other}">{safe(told)}</desc>'
        f'<rect class="ground" width="360" height="360"/>{body}</svg>\n'
    )
