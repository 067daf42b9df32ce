"""What is said of two artworks alike: number, artist, title, keeper, size and years, by whole columns of pairs."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from omniart_data.normalise.works.blocks import Rows
from omniart_data.normalise.works.compared import NOTHING, Compared
from omniart_data.normalise.works.translated import told

Bools = npt.NDArray[np.bool_]
"""One answer a pair, [pairs]."""

SAME_SIZE = 0.02
OTHER_SIZE = 0.10
"""Share by which height and width may differ, and from which on they are another object's."""

SAME_YEARS, OTHER_YEARS = 2, 10
"""Years between two spans up to which they agree ("about 1630", "1632"), and beyond which they do not."""

LOOSE_YEARS = 60
"""Years that a work may lie outside its artist's time frame: in the Web Gallery 15 % of the dated works do."""

ALIKE = 88.0
"""How alike two title keys are (0 to 100, rapidfuzz's ratio) that may be spellings of one title."""

FEW = 6
"""Paintings of an artist at a keeper in one source, up to which a likeness of titles need not be great."""

MOST_READ = 1_000
"""Pairs of an artist's paintings at a keeper up to which titles are read word by word: forty and twenty-five."""


@dataclass(frozen=True)
class Likeness:
    """What is said of pairs of artworks, [pairs] each."""

    number: Bools
    """The same inventory number of one institution, or of one source."""
    long_number: Bools
    artist: Bools
    other_artist: Bools
    """Both are known, and they are not the same."""
    title: Bools
    alike: npt.NDArray[np.float32]
    """How alike two other titles are: looked at where artist and keeper are the same."""
    words: npt.NDArray[np.float32]
    """How alike two other titles are word by word in English, 0 to 1; 1: they say the same. See Compared.is_painting."""
    rare: Bools
    """A word that is no common one, mostly a name, is in both of them."""
    few: Bools
    """Neither source has many paintings of the artist at the keeper."""
    only: Bools
    """One of the sources has one such painting."""
    tells: Bools
    """Neither title is generic."""
    keeper: Bools
    other_keeper: Bools
    alone: Bools
    """Within its source, neither has another work of its title beside it: by its artist, at its keeper."""
    alone_by_artist: Bools
    alone_at_keeper: Bools
    size: Bools
    other_size: Bools
    years: Bools
    other_years: Bools
    other_support: Bools
    """One is on paper, the other on canvas, wood and the like."""
    across: Bools
    """They are of two sources."""

    def of(self, kept: Bools | Rows) -> "Likeness":
        """Return what is said of some of the pairs."""
        return Likeness(*(getattr(self, one.name)[kept] for one in fields(self)))


@dataclass(frozen=True)
class Counted:
    """How often each row's title occurs in its source: what makes it a habit rather than a name, [rows] each."""

    at_keeper_by_artist: Rows
    by_artist: Rows
    at_keeper: Rows
    paintings: Rows
    """The artist's paintings at the keeper, wholes alone; of another artwork nothing is said."""


def counted(of: Compared) -> Counted:
    """Count titles; a detail is no work of its own and does not count."""
    source = np.where(of.is_detail, of.source.max(initial=0) + 1, of.source)
    return Counted(
        of.count_of(source, of.artist, of.title, of.keeper),
        of.count_of(source, of.artist, of.title),
        of.count_of(source, of.title, of.keeper),
        of.count_of(np.where(of.is_painting, source, NOTHING), of.artist, of.keeper),
    )


def likeness(of: Compared, counts: Counted, a: Rows, b: Rows) -> Likeness:
    """Return what is said of pairs of rows."""
    artist, title = _both(of.artist, a, b), _both(of.title, a, b)
    keeper = _both(of.keeper, a, b) & ~_differ(of.city, a, b)
    other_keeper = _differ(of.keeper, a, b) | _differ(of.city, a, b)
    number = _both(of.number, a, b) & (keeper | (of.source[a] == of.source[b]))
    size, other_size = _sizes(of, a, b)
    years, other_years = _years(of, a, b)
    across = of.source[a] != of.source[b]
    paintings = counts.paintings[a], counts.paintings[b]
    read = across & artist & keeper & ~title & of.is_painting[a] & of.is_painting[b]
    read &= ~other_years & (paintings[0] * paintings[1] <= MOST_READ)
    words, rare = _words(of, a, b, read)
    return Likeness(
        number=number,
        long_number=number & of.is_long_number[a] & of.is_long_number[b],
        artist=artist,
        other_artist=_differ(of.artist, a, b),
        title=title,
        alike=_alike(of, a, b, ~title & ((artist & keeper) | number)),
        words=words,
        rare=rare,
        few=read & (np.maximum(*paintings) <= FEW),
        only=read & (np.minimum(*paintings) == 1),
        tells=~of.is_generic[a] & ~of.is_generic[b],
        keeper=keeper,
        other_keeper=other_keeper,
        alone=(counts.at_keeper_by_artist[a] == 1) & (counts.at_keeper_by_artist[b] == 1),
        alone_by_artist=(counts.by_artist[a] == 1) & (counts.by_artist[b] == 1),
        alone_at_keeper=(counts.at_keeper[a] == 1) & (counts.at_keeper[b] == 1),
        size=size,
        other_size=other_size,
        years=years,
        other_years=other_years,
        other_support=(of.support[a] * of.support[b]) == 2,
        across=across,
    )


def _both(column: Rows, a: Rows, b: Rows) -> Bools:
    return np.asarray((column[a] == column[b]) & (column[a] >= 0), np.bool_)


def _differ(column: Rows, a: Rows, b: Rows) -> Bools:
    said = (column[a] >= 0) & (column[b] >= 0)
    return np.asarray(said & (column[a] != column[b]), np.bool_)


def _sizes(of: Compared, a: Rows, b: Rows) -> tuple[Bools, Bools]:
    """Say whether height and width are the same, and whether one of them is another: both false where not known."""
    apart = []
    for column in (of.height, of.width):
        with np.errstate(invalid="ignore"):
            greater = np.maximum(np.maximum(column[a], column[b]), 1e-9)
            apart.append(np.abs(column[a] - column[b]) / greater)
    same = (apart[0] <= SAME_SIZE) & (apart[1] <= SAME_SIZE)
    other = (apart[0] > OTHER_SIZE) | (apart[1] > OTHER_SIZE)
    return same, other


def _years(of: Compared, a: Rows, b: Rows) -> tuple[Bools, Bools]:
    gap = np.maximum(of.first[a] - of.last[b], of.first[b] - of.last[a])
    most = np.where(of.is_loose[a] | of.is_loose[b], LOOSE_YEARS, OTHER_YEARS)
    return gap <= SAME_YEARS, gap > most


def _alike(of: Compared, a: Rows, b: Rows, asked: Bools) -> npt.NDArray[np.float32]:
    found = np.zeros(len(a), np.float32)
    asked = asked & (of.title[a] >= 0) & (of.title[b] >= 0)
    if asked.any():
        one, other = ([of.titles[n] for n in of.title[rows[asked]]] for rows in (a, b))
        found[asked] = process.cpdist(one, other, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found


def _words(of: Compared, a: Rows, b: Rows, asked: Bools) -> tuple[npt.NDArray[np.float32], Bools]:
    """Return how alike titles are word by word, and whether a rare word is in both."""
    words, rare = np.zeros(len(a), np.float32), np.zeros(len(a), np.bool_)
    asked = asked & (of.title[a] >= 0) & (of.title[b] >= 0)
    for place in np.flatnonzero(asked).tolist():
        found = told(of.titles[of.title[a[place]]], of.titles[of.title[b[place]]])
        words[place], rare[place] = found.alike, found.rare
    return words, rare
