"""How large an artwork is, part by part, in centimetres: the rule that fills the shapes of size texts."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.sizes.shapes import Measure, PartPlan, Slot, plan_of
from omniart_data.normalise.sizes.words import NEVER, is_unavailable, rank

__all__ = ["RULE", "is_unavailable", "measure"]

LARGEST_CM = 10_000
"""No size is larger: what is must be a slip."""

TOLERANCE, TOLERANCE_CM = 0.02, 0.15
"""Inches may differ from the metric size by so much of it, or by so many cm: 0.45 % of the Met's differ by more."""

_NAMES = ("height", "width", "depth", "diameter")
_LONGEST = 1_000
"""Characters of a size text that are read; the longest of the Met's samples has 738."""

_MOST_TEXTS = 50
_NUMBER = re.compile(
    r"([0-9]{1,7}(?:\s?[-\s]\s?[0-9]{1,3}\s?/\s?[0-9]{1,3}|\s?/\s?[0-9]{1,3}"
    r"|\.\s[0-9](?=\s?[cm]m\b)|(?:[.,][0-9]{1,7})+)?|(?<![\w.)])\.[0-9]{1,7})"
)
_WRITTEN = "1/4,1/2,3/4,1/7,1/9,1/10,1/3,2/3,1/5,2/5,3/5,4/5,1/6,5/6,1/8,3/8,5/8,7/8"
_FRACTIONS = {
    ord(sign): f" {text}"
    for sign, text in zip(
        "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞",
        _WRITTEN.split(","),
        strict=True,
    )
}
_PLAIN = _FRACTIONS | {ord("⁄"): "/", ord("∕"): "/", 0xA0: " ", 0x202F: " ", 0x2009: " "}

Sizes = dict[str, list[float | None]]


def measure(dimensions: Sequence[Mapping[str, str | None]] | None) -> Judged:
    """Give the size of each part in cm, and height, width, depth and diameter of the object itself.

    Metric sizes hold, and inches are a check that is named where it fails; inches and feet alone are
    converted. Two numbers without labels are height and width, three also depth; of a range the larger
    end is taken, of sizes that one part has twice the first. The object itself is what is called
    overall, else what has no name, the sheet, the image, the plate, else the first part; never a frame,
    a mounting or a base.

    >>> measure([{"text": "28 7/8 x 20 in. (73.3 x 50.8 cm)", "language": "en"}]).value[1:]
    (73.3, 50.8, None, None)
    >>> measure([{"text": "Dimensions unavailable", "language": "en"}]).because
    'the museum gives no size'
    """
    texts = [said["text"] for said in (dimensions or ())[:_MOST_TEXTS] if said["text"]]
    if not texts:
        return Judged(([], None, None, None, None), "no size given")
    found: Sizes = {}
    notes: list[str] = []
    shapes: list[str] = []
    for text in texts:
        shape, sizes = _filled(text[:_LONGEST], notes)
        if sizes:
            shapes.append(shape)
            _add(found, sizes)
    if not found:
        return Judged(([], None, None, None, None), _why_none(texts, notes))
    because = "; ".join(dict.fromkeys((_shown(shapes), *notes)))
    rows = [
        dict(zip(_COLUMNS, (name or "overall", *four), strict=True)) for name, four in found.items()
    ]
    return Judged((rows, *_own(found)), because)


_COLUMNS = ("part", "height_cm", "width_cm", "depth_cm", "diameter_cm")


def _why_none(texts: list[str], notes: list[str]) -> str:
    if notes:
        return "; ".join(dict.fromkeys(notes))
    if all(map(is_unavailable, texts)):
        return "the museum gives no size"
    return f"no size in {' '.join(texts[0].split())[:60]!r}"


def _shown(shapes: list[str]) -> str:
    """Return the shapes that were read, for people: blanks single, the first sixty characters."""
    first = " ".join(shapes[0].split())
    more = len(shapes) - 1
    shown = first if len(first) <= 60 else f"{first[:59]}…"
    return f"{shown}, and {more} more" if more else shown


def _add(found: Sizes, sizes: Sizes) -> None:
    """Add the sizes of one text to those of the texts before it; the same in another language adds nothing."""
    if len(found) >= 1 and all(four in found.values() for four in sizes.values()):
        return
    for name, four in sizes.items():
        held = found.setdefault(name, [None] * 4)
        for dimension, value in enumerate(four):
            if held[dimension] is None:
                held[dimension] = value


def _filled(text: str, notes: list[str]) -> tuple[str, Sizes]:
    """Return the shape of a text and the sizes that it says; what is odd about them is added to the notes."""
    if not text.isascii():
        text = text.translate(_PLAIN)
    pieces = _NUMBER.split(text.replace("#", " ") if "#" in text else text)
    shape = "#".join(pieces[::2])
    numbers = pieces[1::2]
    sizes: Sizes = {}
    for part in plan_of(shape):
        name = part.name if not part.numbers else _name(part, numbers)
        four = sizes.get(name)
        for slot in part.slots:
            value = _size(slot, numbers, notes)
            if value is None:
                continue
            if four is None:
                four = sizes[name] = [None] * 4
            if four[slot.dimension] is None:
                four[slot.dimension] = value
    return shape, sizes


def _name(part: PartPlan, numbers: list[str]) -> str:
    """Return the name of a part with its numbers put back."""
    pieces = part.name.split("#")
    filled = [numbers[place] for place in part.numbers]
    joined = [piece + number for piece, number in zip(pieces, [*filled, ""], strict=False)]
    return "".join(joined)


def _size(slot: Slot, numbers: list[str], notes: list[str]) -> float | None:
    """Return one size in cm, metric where there is one; None and a note for what cannot be a size."""
    metric = _cm(slot.metric, numbers) if slot.metric else None
    inches = _cm(slot.imperial, numbers) if slot.imperial else None
    if metric is not None and inches is not None:
        metric = _checked(_NAMES[slot.dimension], metric, inches, notes)
    value = metric if metric is not None else inches
    if value is None or 0 < value <= LARGEST_CM:
        return None if value is None else round(value, 2)
    notes.append(f"left out: {_NAMES[slot.dimension]} {value:.6g} cm")
    return None


def _checked(name: str, metric: float, inches: float, notes: list[str]) -> float | None:
    """Return the metric size after a look at the inches; None where it can be no size and they can.

    A metric size that is ten or a hundred times too large or small has the wrong unit ("81.3 m" for
    32 inches), and no other figure: it is brought to that of the inches. Any other disagreement is named.
    """
    apart = abs(metric - inches)
    if apart <= TOLERANCE_CM or apart <= TOLERANCE * metric:
        return metric
    for slip in (10, 100, 0.1, 0.01):
        if abs(metric / slip - inches) <= TOLERANCE * inches:
            notes.append(
                f"the metric unit is a slip: {name} {metric:.6g} cm, {inches:.6g} by the inches"
            )
            return metric / slip
    notes.append(f"inches disagree: {name} {metric:.6g} cm, {inches:.6g} by the inches")
    return metric if 0 < metric <= LARGEST_CM else None


def _cm(measure: Measure, numbers: list[str]) -> float | None:
    """Return a size in cm, of a range the larger end; None where a number cannot be read."""
    if len(measure) == 1 and len(measure[0]) == 1:
        place, factor = measure[0][0]
        number = _number(numbers[place])
        return None if number is None else number * factor
    sums = []
    for end in measure:
        total = 0.0
        for place, factor in end:
            total += (_number(numbers[place]) or 0.0) * factor
        sums.append(total)
    return max(sums)


@lru_cache(maxsize=65536)
def _number(written: str) -> float | None:
    """Return the number that is written; None for what is none, such as a division by zero.

    >>> _number("28 7/8"), _number("3-7/8"), _number("87,5"), _number(".5"), _number("1,234.5")
    (28.875, 3.875, 87.5, 0.5, 1234.5)
    >>> _number("1/0") is None, _number("28.148.1") is None
    (True, True)
    """
    if "/" in written:
        *whole, over, under = map(int, re.findall("[0-9]+", written))
        return None if under == 0 else sum(whole) + over / under
    plain = "".join(written.split())
    signs = re.findall(r"[.,]", plain)
    if len(signs) > 1:
        if len(set(signs)) == 1 or signs[-1] in signs[:-1]:
            return None
        plain = plain.replace(signs[0], "")
    return float(plain.replace(",", "."))


def _own(found: Sizes) -> tuple[float | None, ...]:
    """Return height, width, depth and diameter of the part that is the object itself."""
    ranked = [(rank(name), place) for place, name in enumerate(found)]
    nearest, place = min(ranked)
    return (None,) * 4 if nearest == NEVER else tuple(list(found.values())[place])


RULE = Rule(
    "sizes",
    ("dimensions",),
    ("sizes", "height_cm", "width_cm", "depth_cm", "diameter_cm"),
    measure,
)
