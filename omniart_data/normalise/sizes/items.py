"""Sizes in a row, such as ``# x # in.``, with their labels and units: what a run is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from omniart_data.normalise.sizes.tokens import Token, bracket_follows, is_letter, is_lettered
from omniart_data.normalise.sizes.words import AFTER_ONLY, METRIC, is_circa, label_of

_SINGLE = frozenset("hwdlb")


@dataclass
class Item:
    """One size in a run of sizes: its label, the sums that end it, and in which system it was written."""

    label: int | None
    ends: list[list[tuple[int, str]]]
    in_shared_feet: bool = False
    """Its unit is the feet of the next size: "94 x 19 ft." may as well begin in inches."""

    @property
    def unit(self) -> str:
        """Return the first unit that is said; empty where none is."""
        return next((unit for end in self.ends for _, unit in end if unit), "")


class Cursor:
    """A place among the tokens of a text, and what stands there: a label, a size, a row of sizes."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.place = tokens, 0
        self.labels: list[int] = []
        """Labels that were said before a number."""
        self.is_row = False
        """Labels stand in a row, as in ``H x W x D``."""
        self.is_lettered = is_lettered(tokens)

    def at(self, ahead: int = 0) -> Token:
        """Return the token here, or so many ahead."""
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else Token("end")

    def row(self) -> list[Item] | None:
        """Read a row of sizes from here; None: its numbers are no sizes, or no unit is said."""
        items: list[Item] = []
        labels = self.labels
        while True:
            item = self._item()
            if item is None:
                return None
            if items or len(labels) != 1:
                item.label = item.label if item.label is not None else _nth(labels, len(items))
            elif item.label is None or item.label == labels[0]:
                item.label = labels[0]
            items.append(item)
            if not self._goes_on(item):
                break
        _share_units(items, self._unit_ahead())
        unit = items[-1].unit
        return items if unit or bracket_follows(self.tokens, self.place) else None

    def _unit_ahead(self) -> str:
        """Return the unit that a further size says for this one too: "121 x 52 and 120 x 49 cm"."""
        for token in self.tokens[self.place : self.place + 8]:
            if token.kind == "number" and token.unit not in ("", "weight"):
                return token.unit
            if token.kind not in ("number", "comma", "by"):
                break
        return ""

    def _item(self) -> Item | None:
        """Read labels, a number or a sum or a range of them, and a label behind."""
        label = None
        while (found := self.label_at(0)) is not None:
            label = found
            self.place += 1
            self._skip("colon", "other")
        while self.at().kind == "word" and is_circa(self.at().text):
            self.place += 1
        if self.at().kind != "number" or self.at().unit == "weight":
            return None
        ends = [self._sum()]
        while self.at().kind == "to" and self.at(1).kind == "number":
            self.place += 1
            ends.append(self._sum())
        item = Item(label, ends)
        self._label_behind(item)
        return item

    def _sum(self) -> list[tuple[int, str]]:
        first = self.at()
        terms = [(first.number, first.unit)]
        self.place += 1
        if first.unit == "ft":
            ahead = 1 if self.at().kind == "comma" else 0
            following = self.at(ahead)
            if following.kind == "number" and following.unit in ("in", ""):
                terms.append((following.number, "in"))
                self.place += ahead + 1
        return terms

    def _label_behind(self, item: Item) -> None:
        ahead = 1 if self.at().text == "in" and self.at(1).kind == "word" else 0
        word = self.at(ahead)
        label = label_of(word.text) if word.kind == "word" else None
        if label is None:
            return
        after = self.at(ahead + 1)
        is_before = after.kind in ("number", "colon", "other") or is_circa(after.text)
        if word.text.rstrip(".") not in AFTER_ONLY and (is_before or item.label is not None):
            return
        if len(word.text.rstrip(".")) == 1 and after.kind == "word":
            return
        item.label = label
        self.place += ahead + 1

    def _goes_on(self, item: Item) -> bool:
        """Step over what joins an item to the next; say whether there is a next."""
        token = self.at()
        if token.kind == "by":
            if self._is_item(1):
                self.place += 1
                return True
            return False
        if token.kind == "number" and not item.unit and token.unit in METRIC:
            return True  # the sign between them was lost: "110 94 cm"
        ahead = 1 if token.kind == "comma" else 0
        if not item.unit and self.label_at(ahead) is not None and self._is_item(ahead):
            self.place += ahead
            return True
        return False

    def _is_item(self, ahead: int) -> bool:
        while self.label_at(ahead) is not None or is_circa(self.at(ahead).text):
            ahead += 1
            while self.at(ahead).kind in ("colon", "other"):
                ahead += 1
        token = self.at(ahead)
        return token.kind == "number" and token.unit != "weight"

    def _skip(self, *kinds: str) -> None:
        while self.at().kind in kinds:
            self.place += 1

    def label_at(self, ahead: int) -> int | None:
        """Return what a word here labels; a single letter is a label only before a number or "x"."""
        token = self.at(ahead)
        if token.kind != "word" or (
            self.is_lettered and is_letter(self.tokens, self.place + ahead)
        ):
            return None
        label = label_of(token.text)
        if label is None or token.text.rstrip(".") not in _SINGLE:
            return label
        behind = ahead + 1
        while self.at(behind).kind in ("colon", "other"):
            behind += 1
        following = self.at(behind)
        if token.is_attached and following.kind == "word":
            return None  # the part "2d.", before its own labels
        if following.kind == "number" or following.text == "varies" or is_circa(following.text):
            return label
        if following.kind == "by":
            return label
        return (
            label if token.text.endswith(".") and following.kind == "word" else self._row_end(ahead)
        )

    def _row_end(self, ahead: int) -> int | None:
        """Return the label of the D that ends ``H x W x D:``."""
        return label_of(self.at(ahead).text) if self.is_row and self.labels else None


def _nth(labels: list[int], place: int) -> int | None:
    return labels[place] if len(labels) > 1 and place < len(labels) else None


def _share_units(items: list[Item], unit: str) -> None:
    """Give each number without a unit the unit of the next: "36 x 29 in."."""
    for item in reversed(items):
        for end in reversed(item.ends):
            if end[-1][1]:
                unit = end[-1][1]
            else:
                end[-1] = (end[-1][0], unit)
                item.in_shared_feet = unit == "ft"
