"""How sure it is that two artworks are one work: the score that their likeness comes to, and the words for it."""

import numpy as np
import numpy.typing as npt

from omniart_data.normalise.works.likeness import Likeness

PROPOSED, APPLIED = 50, 90
"""Least scores of what is shown for review, and of what is applied."""

SAY_THE_SAME = 0.999

Scores = npt.NDArray[np.float32]
"""0 to 100, [pairs]."""


def scores(of: Likeness) -> Scores:
    """Return how sure each pair is one work; docs/decisions/0014-links.md has the reasons and what was measured.

    The numbers are ranks that review is sorted by, not probabilities. What speaks against caps the score: no such pair
    is applied.
    """
    likely = np.maximum(np.maximum(_by_number(of), _by_title(of)), _by_words(of))
    return np.minimum(likely, _most(of)).astype(np.float32)


def _by_number(of: Likeness) -> Scores:
    """Score one inventory number: it needs the title beside it, for years and gifts share short ones (74.3, 16.15)."""
    return np.select(
        [
            of.number & of.title,
            of.number & (of.alike > 0) & of.artist,
            of.long_number & of.across & of.artist & of.years,
            of.long_number & (of.across | of.artist),
            of.number & (of.artist | of.across),
        ],
        [99, 94, 93, 80, 55],
        0,
    ).astype(np.float32)


def _by_title(of: Likeness) -> Scores:
    """Score a title between sources; a generic one needs the size, and one that occurs twice needs it too."""
    shared = of.across & of.title
    kept = shared & of.artist & of.keeper
    spelt = of.across & of.artist & of.keeper & (of.alike > 0) & of.tells
    nowhere = shared & of.artist & ~of.keeper & ~of.other_keeper & of.tells & of.alone_by_artist
    by_nobody = shared & of.keeper & ~of.artist & ~of.other_artist & of.tells & of.alone_at_keeper
    by_another = shared & of.keeper & of.other_artist & of.tells & of.alone_at_keeper & of.years
    same_size = of.across & of.artist & of.keeper & of.size & of.years & ~of.title
    return np.select(
        [
            kept & of.alone & of.tells & of.size,
            kept & of.alone & of.tells,
            kept & of.size & (of.alone | of.tells),
            kept & of.alone,
            kept & of.size,
            kept & of.tells,
            spelt & of.size,
            spelt & (of.words > 0),
            spelt,
            nowhere & of.size & of.years,
            nowhere & of.years,
            by_nobody & of.size,
            by_nobody,
            by_another & of.size,
            by_another,
            same_size,
        ],
        [98, 95, 93, 85, 78, 76, 93, 75 + 2 * of.words, 75, 91, 60, 92, 80, 85, 60, 70],
        0,
    ).astype(np.float32)


def _by_words(of: Likeness) -> Scores:
    """Score titles that are alike word by word, in two languages or in one: the fewer works, the less likeness it needs."""
    same = of.words >= SAY_THE_SAME
    less = np.select(
        [
            of.only & of.rare & (of.words >= 0.6),
            of.words >= 0.75,
            of.few & (of.words >= 0.5),
            of.few & (of.words >= 0.3) & of.years,
            of.words >= 0.6,
        ],
        [80, 70, 65, 60, 52],
        0,
    )
    graded = np.where(less > 0, less + 4 * of.words, 0)
    return np.select([same & of.tells, same], [91, 85], graded).astype(np.float32)


def _most(of: Likeness) -> Scores:
    """Return the score that a pair may have at most, by what speaks against it."""
    return np.select(
        [
            of.other_support & ~of.number,
            of.other_keeper & ~of.number,
            of.other_size & of.other_years,
            of.other_size & (~of.tells | ~of.alone | ~of.title),
            of.other_artist & of.number,
            of.other_size,
            of.other_years,
        ],
        [0, 0, 0, 0, 55, 55, 65],
        100,
    ).astype(np.float32)


_FOR = {
    "number": "same inventory number",
    "artist": "same artist",
    "title": "same title",
    "spelt": "titles spelt alike",
    "same": "titles of the same words",
    "words": "titles that share words",
    "rare": "no common word in both",
    "keeper": "kept at the same place",
    "size": "same height and width",
    "years": "years that agree",
}
_AGAINST = {
    "other_artist": "another artist",
    "other_size": "another size",
    "other_years": "other years",
    "other_support": "one is on paper",
    "habit": "the title occurs more than once",
    "generic": "the title is generic",
}


def reasons(of: Likeness) -> list[str]:
    """Return what speaks for each pair and against it: "same artist, same title; but another size"."""
    said = {
        "spelt": (of.alike > 0) & ~of.title,
        "same": of.words >= SAY_THE_SAME,
        "words": (of.words > 0) & (of.words < SAY_THE_SAME),
        "habit": of.title & of.across & ~(of.alone | of.alone_at_keeper),
        "generic": of.title & ~of.tells,
    }
    words = [
        [
            np.where(said.get(name, getattr(of, name, False)), text, "")
            for name, text in told.items()
        ]
        for told in (_FOR, _AGAINST)
    ]
    return [
        "; but ".join(filter(None, (_joined(one), _joined(other))))
        for one, other in zip(zip(*words[0], strict=True), zip(*words[1], strict=True), strict=True)
    ]


def _joined(texts: tuple[str, ...]) -> str:
    return ", ".join(filter(None, texts))
