"""The pairs of classes that are confused most, with a picture told rightly and one that is mistaken for each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from omniart_data.release.report.markup import safe
from omniart_model.labels import Booleans, encode
from omniart_model.report.alike import Shared, alike, lines, sentence
from omniart_model.report.artworks import Work, tile, tiles
from omniart_model.report.confusion import Confusion
from omniart_model.report.prose import listed, paragraph, verdict
from omniart_model.report.shown import Shown

PAIRS = 6


@dataclass(frozen=True)
class Example:
    """A work by ``label``, and what it is taken for; ``taken`` is empty where it stands for how ``label`` looks."""

    id: str
    label: str
    taken: str
    note: str


@dataclass(frozen=True)
class Pair:
    """Two classes, the mistakes between them both ways (a mean over seeds), what they share, and examples."""

    a: str
    b: str
    a_for_b: float
    b_for_a: float
    works: tuple[float, float]
    shared: tuple[Shared, ...]
    examples: tuple[Example, ...]


def confused_pairs(shown: Shown, found: Confusion, most: int = PAIRS) -> tuple[Pair, ...]:
    """Return the pairs with the most mistakes between them, those first; of equals the earlier classes first."""
    both = np.triu(found.counts + found.counts.T, 1)
    order = np.argsort(-both.ravel(), kind="stable")[:most]
    size = len(found.classes)
    return tuple(
        _pair(shown, found, int(place) // size, int(place) % size)
        for place in order
        if both.ravel()[place] > 0
    )


def _pair(shown: Shown, found: Confusion, a: int, b: int) -> Pair:
    names = found.classes[a], found.classes[b]
    examples = [*_examples(shown, found, a, b), *_examples(shown, found, b, a)]
    works = found.counts.sum(axis=1)
    return Pair(
        *names,
        float(found.counts[a, b]),
        float(found.counts[b, a]),
        (float(works[a]), float(works[b])),
        alike(shown.study.train.works, found.task, *names),
        tuple(examples),
    )


def _examples(shown: Shown, found: Confusion, own: int, other: int) -> Iterator[Example]:
    """Yield a work that is told rightly by most seeds, one of train where there is none, and one that is mistaken."""
    ids, of_own = shown.study.measured.ids, found.truth == own
    label, seeds = found.classes[own], len(found.answers)
    wrong = _most_often(of_own, found, other)
    if wrong is not None:
        of_own = of_own & (np.arange(len(of_own)) != wrong[0])  # no work is shown as both
    right = _most_often(of_own, found, own)
    if right is not None:
        yield Example(ids[right[0]], label, "", f"told rightly by {_of_seeds(right[1], seeds)}")
    elif (one := _of_train(shown, found, own)) is not None:
        yield Example(one, label, "", "from train: no scored one is told rightly")
    if wrong is not None:
        note = f"taken for {found.classes[other]} by {_of_seeds(wrong[1], seeds)}"
        yield Example(ids[wrong[0]], label, found.classes[other], note)


def _most_often(among: Booleans, found: Confusion, said: int) -> tuple[int, int] | None:
    """Return the work that the most seeds say something of, and how many; the first of equals, None for nobody."""
    votes = ((found.answers == said) & among).sum(axis=0)
    place = int(votes.argmax()) if len(votes) else 0
    return (place, int(votes[place])) if len(votes) and votes[place] else None


def _of_train(shown: Shown, found: Confusion, own: int) -> str | None:
    labels = np.asarray(encode(shown.study.train.works, found.task, found.classes))
    held = np.flatnonzero(labels == own)
    return shown.study.train.ids[int(held[0])] if len(held) else None


def _of_seeds(count: int, seeds: int) -> str:
    return "the network" if seeds == 1 else f"{count} of {seeds} seeds"


def wanted(pairs: tuple[Pair, ...]) -> Iterator[str]:
    """Yield the ids of all works that are shown."""
    for pair in pairs:
        yield from (example.id for example in pair.examples)


def pairs_html(pairs: tuple[Pair, ...], works: Mapping[str, Work]) -> str:
    """Return each pair under its names."""
    if not pairs:
        return paragraph("No work of one class was taken for another's.")
    return paragraph(_ABOUT, "quiet") + "".join(_pair_html(pair, works) for pair in pairs)


_ABOUT = (
    "Mistakes are counted both ways, as a mean over seeds. What a pair shares is taken from its works in train: the part of the "
    "shorter period (the middle 80 % of years) that both have, and the part of labels in common; from half on it counts as shared. The"
    " paper's case is Jan and Caspar Luyken, father and son. Two names that are one person's are joined by omniart-data review."
)


def _pair_html(pair: Pair, works: Mapping[str, Work]) -> str:
    told = (
        f"{_count(pair.a_for_b)} of {_count(pair.works[0])} scored works of {pair.a} taken for {pair.b}, "
        f"{_count(pair.b_for_a)} of {_count(pair.works[1])} the other way."
    )
    cells = (
        tile(works[one.id], ("apart" if one.taken else "fine", one.note))
        for one in pair.examples
        if one.id in works
    )
    return (
        f"<h3>{safe(pair.a)} and {safe(pair.b)}</h3>\n{paragraph(told)}"
        f"{verdict(sentence(pair.shared))}{listed(lines(pair.shared))}{tiles(cells)}"
    )


def _count(mean: float) -> str:
    """Return a mean count of works: whole where it is.

    >>> _count(3.0), _count(2.4)
    ('3', '2.4')
    """
    return f"{mean:.0f}" if abs(mean - round(mean)) < 1e-6 else f"{mean:.1f}"
