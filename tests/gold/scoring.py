"""Labels of the gold set compared with a program's, or with a second labeller's, attribute by attribute."""

import csv
import gzip
import math
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from omniart_data.normalise.terms.stems import stem_key

Row = Mapping[str, str]
"""A row of tune.csv, held.csv or second.csv; an artwork is brought into the same form."""

SIZE_KEYS = ("h", "w", "d", "diam")
RESAMPLES = 1000
_PARTICLES = frozenset("van de der den von di da del della du le la the of sir fra".split())


@dataclass
class Score:
    """One attribute: what was right, what was said too much, what was missed, and each miss."""

    name: str
    cases: list[tuple[int, int, int]] = field(default_factory=list)
    """(right, too much, missed) of each artwork that counts."""
    misses: list[str] = field(default_factory=list)
    is_share: bool = False
    """Each artwork is right or wrong as a whole."""

    def add(self, row: Row, counts: tuple[int, int, int], gold: str, said: str) -> None:
        """Count one artwork."""
        _, too_much, missed = counts
        self.cases.append(counts)
        if too_much or missed:
            self.misses.append(f"{row['stratum']} {row['id']}: {gold or '-'} <> {said or '-'}")

    def figures(self) -> dict[str, Any]:
        """Return n, and precision, recall and F1 or the share that is right, with a 95 % interval."""
        if self.is_share:
            right, n = sum(case[0] for case in self.cases), len(self.cases)
            low, high = wilson(right, n)
            return {"n": n, "share": _ratio(right, n), "low": low, "high": high}
        right, too_much, missed = (sum(case[at] for case in self.cases) for at in range(3))
        low, high = self._resampled()
        return {
            "n": len(self.cases),
            "terms": right + missed,
            "precision": _ratio(right, right + too_much),
            "recall": _ratio(right, right + missed),
            "f1": _f1(right, too_much, missed),
            "low": low,
            "high": high,
        }

    def _resampled(self) -> tuple[float, float]:
        """Return the 2.5th and 97.5th percentile of F1 over artworks drawn again with replacement."""
        chance = random.Random(0)
        found = []
        for _ in range(RESAMPLES if self.cases else 0):
            drawn = chance.choices(self.cases, k=len(self.cases))
            found.append(_f1(*(sum(case[at] for case in drawn) for at in range(3))))
        found.sort()
        return (found[25], found[974]) if found else (0.0, 0.0)


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927).

    >>> wilson(97, 100)
    (0.915, 0.99)
    """
    if not n:
        return 0.0, 0.0
    z, share = 1.96, right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(right: int, too_much: int, missed: int) -> float:
    return _ratio(2 * right, 2 * right + too_much + missed)


def items(cell: str) -> list[frozenset[str]]:
    """Return the things in a cell, each as the names that are equally right.

    >>> items("print|engraving; paper") == [frozenset({"print", "engraving"}), frozenset({"paper"})]
    True
    """
    parts = (part.strip() for part in cell.split(";"))
    return [frozenset(one.strip() for one in part.split("|")) for part in parts if part]


def compared(
    gold: Sequence[frozenset[str]],
    said: Sequence[frozenset[str]],
    same: Callable[[str, str], bool],
) -> tuple[int, int, int]:
    """Return how many things are in both, only said, only in gold; each counts once."""
    left = list(said)
    right = 0
    for one in gold:
        found = next((two for two in left if any(same(a, b) for a in one for b in two)), None)
        if found is not None:
            left.remove(found)
            right += 1
    return right, len(left), len(gold) - right


def same_term(gold: str, said: str) -> bool:
    """Return whether two words are one term: of one stem, or names of one concept in the AAT."""
    if stem_key(gold) == stem_key(said):
        return True
    return bool(_concepts().get(stem_key(gold), set()) & _concepts().get(stem_key(said), set()))


@cache
def _concepts() -> dict[str, set[str]]:
    """Return stem key -> AAT concepts of which it is a name, from the AAT itself and not from our tables."""
    path = Path(__file__).parents[3] / "shared/data/vocab/aat_en_labels.csv.gz"
    found: dict[str, set[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            label = re.sub(r"\s*\(.*?\)", "", row["label"]).casefold()
            found.setdefault(stem_key(label), set()).add(row["aat_id"])
    return found


def same_name(gold: str, said: str) -> bool:
    """Return whether two names hold the same words, but for marks, case, order and particles."""
    return _words(gold) == _words(said)


def same_person(gold: str, said: str) -> bool:
    """Return whether two names hold the same words, or are names of one person in the Getty's ULAN."""
    if same_name(gold, said):
        return True
    known = _people()
    return bool(known.get(_words(gold), set()) & known.get(_words(said), set()))


@cache
def _people() -> dict[frozenset[str], set[str]]:
    """Return the words of a name -> ids of its persons, from the authority list and not from our tables."""
    path = Path(__file__).parents[3] / "shared/data/vocab/ulan_dutch_artist_names.csv.gz"
    found: dict[frozenset[str], set[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(_words(row["name"]), set()).add(row["ulan_id"])
    return found


def _words(name: str) -> frozenset[str]:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return frozenset(re.findall(r"\w+", plain)) - _PARTICLES


def same_text(gold: str, said: str) -> bool:
    """Return whether two texts are equal but for case, marks and punctuation."""
    return sorted(_words(gold)) == sorted(_words(said))


def sizes_of(cell: str) -> dict[str, dict[str, float]]:
    """Return part -> measure -> cm.

    >>> sizes_of("overall h=41.9 w=20; frame h=60")
    {'overall': {'h': 41.9, 'w': 20.0}, 'frame': {'h': 60.0}}
    """
    found = {}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        measures = dict(re.findall(r"\b(h|w|d|diam)=([\d.]+)", part))
        name = re.split(r"\s+(?:h|w|d|diam)=", part)[0]
        found[name] = {key: float(value) for key, value in measures.items()}
    return found


def main_size(cell: str) -> dict[str, float]:
    """Return the size of the object itself: overall, sheet, image, else the first that is no frame."""
    sizes = sizes_of(cell)
    for name in ("overall", "sheet", "image", "plate"):
        if name in sizes:
            return sizes[name]
    return next((size for name, size in sizes.items() if "fram" not in name), {})


def same_size(gold: Mapping[str, float], said: Mapping[str, float]) -> bool:
    """Return whether two sizes have the same measures, each within a millimetre or one per cent."""
    return gold.keys() == said.keys() and all(
        abs(gold[key] - said[key]) <= max(0.11, gold[key] / 100) for key in gold
    )


def places_of(cell: str) -> list[frozenset[str]]:
    """Return each place as its role and names, whatever level a name stands at.

    >>> places_of("made: Boston, United States") == [frozenset({"made:", "boston", "united states"})]
    True
    """
    found = []
    for one in filter(None, (part.strip() for part in cell.split(";"))):
        role, _, names = one.partition(":")
        words = (name.strip().casefold().split("|")[0] for name in names.split(","))
        found.append(frozenset({f"{role.strip()}:", *filter(None, words)}))
    return found


def same_place(gold: frozenset[str], said: frozenset[str]) -> bool:
    """Return whether all that gold tells of a place is said; a country may be said besides, from a table."""
    return gold <= said and len(said - gold) <= 1


def score(gold: Iterable[Row], said: Mapping[tuple[str, str], Row]) -> list[Score]:
    """Return the scores of all attributes; an attribute counts where gold or the other says something."""
    scores = {name: Score(name, is_share=name in _SHARES) for name in _ATTRIBUTES}
    for row in gold:
        other = said[row["stratum"], row["id"]]
        for name, judge in _ATTRIBUTES.items():
            outcome = judge(row, other)
            if outcome is not None:
                scores[name].add(row, outcome[:3], *outcome[3:])
    return list(scores.values())


Outcome = tuple[int, int, int, str, str] | None


def _terms(column: str, same: Callable[[str, str], bool]) -> Callable[[Row, Row], Outcome]:
    def judge(gold: Row, said: Row) -> Outcome:
        if not gold[column] and not said[column]:
            return None
        found = compared(items(gold[column]), items(said[column]), same)
        return (*found, gold[column], said[column])

    return judge


def _whole(
    column: str, same: Callable[[str, str], bool], *, empty_counts: bool = False
) -> Callable[[Row, Row], Outcome]:
    """Return a judge of a cell that is right or wrong as a whole."""

    def judge(gold: Row, said: Row) -> Outcome:
        a, b = gold[column], said[column]
        if not a and not empty_counts:
            return None
        names = (one.split("|") for one in (a, b))
        firsts, seconds = names
        right = (not a and not b) or any(same(x, y) for x in firsts for y in seconds)
        return (1, 0, 0, a, b) if right else (0, 1, 1, a, b)

    return judge


def _qualifier(gold: Row, said: Row) -> Outcome:
    return _whole("qualifier", same_text)(gold, said) if gold["status"] == "qualified" else None


def _date(gold: Row, said: Row) -> Outcome:
    """Right within ten years of the mean; of an open interval, within ten years of the end that is given."""
    ends = [gold[name] for name in ("year_first", "year_last")]
    if not any(ends):
        return None
    others = [said[name] for name in ("year_first", "year_last")]
    text = " to ".join(ends), " to ".join(others)
    means = [_mean(pair) for pair in (ends, others)]
    same_ends = [bool(a) == bool(b) for a, b in zip(ends, others, strict=True)]
    right = all(same_ends) and means[1] is not None and abs((means[0] or 0) - means[1]) <= 10
    return (1, 0, 0, *text) if right else (0, 1, 1, *text)


def _exact_date(gold: Row, said: Row) -> Outcome:
    ends = [gold[name] for name in ("year_first", "year_last")]
    others = [said[name] for name in ("year_first", "year_last")]
    if not any(ends):
        return None
    text = " to ".join(ends), " to ".join(others)
    return (1, 0, 0, *text) if ends == others else (0, 1, 1, *text)


def _mean(ends: Sequence[str]) -> float | None:
    known = [int(end) for end in ends if end]
    return sum(known) / len(known) if known else None


def _no_date(gold: Row, said: Row) -> Outcome:
    """Right where no date is given and none is said (an artist's time frame is none)."""
    if gold["year_first"] or gold["year_last"]:
        return None
    said_one = said["year_first"] or said["year_last"]
    return (0, 1, 1, "", said_one) if said_one else (1, 0, 0, "", "")


def _size(gold: Row, said: Row) -> Outcome:
    if not gold["sizes"]:
        return None
    right = same_size(main_size(gold["sizes"]), main_size(said["sizes"]))
    outcome = (1, 0, 0) if right else (0, 1, 1)
    return (*outcome, gold["sizes"], said["sizes"])


def _parts(gold: Row, said: Row) -> Outcome:
    """Compare the sizes of all parts, whatever their names."""
    a, b = sizes_of(gold["sizes"]), sizes_of(said["sizes"])
    if not a and not b:
        return None
    left, right = list(b.values()), 0
    for size in a.values():
        found = next((other for other in left if same_size(size, other)), None)
        if found is not None:
            left.remove(found)
            right += 1
    return right, len(left), len(a) - right, gold["sizes"], said["sizes"]


def _places(gold: Row, said: Row) -> Outcome:
    left, right = places_of(said["places"]), 0
    wanted = places_of(gold["places"])
    if not wanted and not left:
        return None
    for place in wanted:
        found = next((other for other in left if same_place(place, other)), None)
        if found is not None:
            left.remove(found)
            right += 1
    return right, len(left), len(wanted) - right, gold["places"], said["places"]


def _equal(gold: str, said: str) -> bool:
    return gold == said


_ATTRIBUTES: Mapping[str, Callable[[Row, Row], Outcome]] = {
    "artist": _whole("artist", same_person, empty_counts=True),
    "artist status": _whole("status", _equal, empty_counts=True),
    "qualifier": _qualifier,
    "types": _terms("types", same_term),
    "coarse type": _whole("coarse", _equal, empty_counts=True),
    "materials": _terms("materials", same_term),
    "techniques": _terms("techniques", same_term),
    "date within 10 years": _date,
    "date exact": _exact_date,
    "no date": _no_date,
    "circa": _whole("circa", _equal),
    "size": _size,
    "sizes of parts": _parts,
    "places": _places,
    "IconClass": _terms("iconclass", _equal),
    "institution": _whole("institution", same_text),
    "city": _whole("city", same_text),
}

_SHARES = frozenset(
    {
        *(
            "artist",
            "artist status",
            "qualifier",
            "coarse type",
            "date within 10 years",
            "date exact",
        ),
        *("no date", "circa", "size", "institution", "city"),
    }
)
