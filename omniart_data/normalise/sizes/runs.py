"""The first half of the size grammar: the shape of a size text to runs of sizes, with their labels and names."""

import re
from dataclasses import dataclass, replace

from omniart_data.normalise.sizes.words import (
    AFTER_ONLY,
    METRIC,
    UNIT,
    is_circa,
    label_of,
    part_name,
    unit_of,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str = ""
    unit: str = ""
    number: int = -1


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


@dataclass
class Run:
    """Sizes that belong together, such as ``# x # in.``, and the words before them."""

    items: list[Item]
    name: str = ""
    numbers: tuple[int, ...] = ()
    in_brackets: bool = False
    continues: bool = False
    """It goes on with the run before it: ``# in. (# cm) x # in. (# cm)``."""
    unit: str = ""
    is_new_line: bool = True


_TOKEN = re.compile(
    rf"""(?P<number>\#)(?:\s*(?P<damaged>_)?\s*(?P<unit>{UNIT})(?![^\W_])\.*)?
    |(?P<break>[;\r\n]+)
    |(?P<open>[(\[])
    |(?P<close>[)\]])
    |(?P<by>(?:x(?=[\s\#(]|[hwdlb][.:\s]|diam|$)|by\b|bij\b|[×_\ufffd*?¿](?=\s*(?:\#|[hwdl]\b))))
    |(?P<to>[-–—]|to\b|tot\b|t/m\b)
    |(?P<comma>[,+&/]|and\b|en\b)
    |(?P<colon>:+)
    |(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*\.?|[ø⌀])
    |(?P<other>\S)""",
    re.VERBOSE,
)
_TRAILING = frozenset(
    [
        "with",
        "without",
        "including",
        "excluding",
        "incl",
        "excl",
        "each",
        "framed",
        "unframed",
        "per",
    ]
)
_LONGEST_BRACKET = 60
"""Words of a bracket that are read."""

_SINGLE = frozenset("hwdlb")


def read_runs(shape: str) -> list[Run]:
    """Return the runs of sizes in a shape, in their order.

    >>> [(run.name, run.unit, run.in_brackets) for run in read_runs("Sheet: # x # in. (# x # cm)")]
    [('sheet', 'in', False), ('', 'cm', True)]
    """
    return _Reader(_tokens(shape)).runs()


def _tokens(shape: str) -> list[_Token]:
    tokens = []
    number = 0
    for found in _TOKEN.finditer(shape.lower()):
        kind = found.lastgroup or ""
        if found["number"]:
            unit = unit_of(found["unit"]) if found["unit"] else ""
            tokens.append(_Token("number", "#", "damaged" if found["damaged"] else unit, number))
            number += 1
        else:
            tokens.append(_Token(kind, found[0]))
    return tokens


class _Reader:
    """Reads the runs of sizes in the words of a shape."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._place = tokens, 0
        self._runs: list[Run] = []
        self._words: list[_Token] = []
        self._labels: list[int] = []
        self._joined = False
        """Labels stand in a row, as in ``H x W x D``."""
        self._bracket = 0
        self._continues = False
        self._is_new_line = True
        self._fresh = False
        """The token before ended a run, or the bracket behind one."""
        self._is_lettered = _is_lettered(tokens)
        """Its lines begin with a:, b:, c:, so that b and d are no labels there."""

    def runs(self) -> list[Run]:
        """Return all runs, in their order."""
        while self._place < len(self._tokens):
            token = self._tokens[self._place]
            read = getattr(self, f"_read_{token.kind}", None)
            if read is None:
                self._place += 1
            else:
                read(token)
        return self._runs

    def _at(self, ahead: int = 0) -> _Token:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else _Token("end")

    # --- tokens outside a run ---

    def _read_number(self, token: _Token) -> None:
        if token.unit == "weight":
            self._forget()
            self._place += 1
            return
        start = self._place
        run = self._run()
        if run is None:
            self._place = max(self._place, start + 1)  # none of it is read again
            self._words += self._tokens[start : self._place]
            self._fresh = False
            return
        run.name, run.numbers = self._taken_name()
        run.in_brackets = self._bracket > 0
        run.continues, run.is_new_line = self._continues, self._is_new_line
        self._is_new_line = False
        self._runs.append(run)
        self._forget()
        self._fresh = True

    def _read_word(self, token: _Token) -> None:
        label = self._label_at(0)
        if label is not None:
            self._read_label(label)
            return
        if self._fresh and self._relabels(token):
            self._place += 1
            return
        is_qualifier = self._fresh and token.text.rstrip(".") in _TRAILING
        if is_qualifier and self._qualifies_to_the_end():
            return
        self._place += 1
        self._fresh = False
        is_letter = self._is_lettered and len(token.text) == 1
        if is_letter or not (is_circa(token.text) or token.text.rstrip(".") in METRIC):
            self._words.append(token)

    def _read_label(self, label: int) -> None:
        self._place += 1
        if self._at().kind == "by" and self._label_at(1) is not None:
            self._labels.append(label)
            self._joined = True
            self._place += 1
        elif self._joined and self._labels:
            self._labels.append(label)
        else:
            self._labels = [label]
        self._fresh = False

    def _read_open(self, _: _Token) -> None:
        end = _closing(self._tokens, self._place)
        inside = self._tokens[self._place + 1 : end]
        if _holds_size(inside) and (self._runs or not _begins_with_words(inside)):
            if _begins_with_words(inside):
                self._forget()  # a further part, not the same in other units
                self._place += 1
                return
            self._bracket += 1
            self._place += 1
            return
        if self._fresh and not self._words and self._runs:
            self._qualify(inside)
        else:
            self._words += inside
        self._place = end + 1

    def _read_close(self, _: _Token) -> None:
        self._bracket = max(0, self._bracket - 1)
        self._place += 1

    def _read_break(self, _: _Token) -> None:
        before = self._tokens[self._place - 1].kind if self._place else ""
        self._place += 1
        self._continues, self._is_new_line = False, True
        if before != "colon":
            self._forget()
        self._fresh = False

    def _read_by(self, _: _Token) -> None:
        self._place += 1
        self._continues = self._fresh
        self._fresh = False

    def _read_comma(self, token: _Token) -> None:
        self._place += 1
        self._fresh = False
        if self._words:
            self._words.append(replace(token, text=","))

    # --- runs ---

    def _run(self) -> Run | None:
        items: list[Item] = []
        labels = self._labels
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
        if not unit and not _bracket_follows(self._tokens, self._place):
            return None
        return Run(items, unit=unit or "unsaid")

    def _unit_ahead(self) -> str:
        """Return the unit that a further size says for this one too: "121 x 52 and 120 x 49 cm"."""
        for token in self._tokens[self._place : self._place + 8]:
            if token.kind == "number" and token.unit not in ("", "weight"):
                return token.unit
            if token.kind not in ("number", "comma", "by"):
                break
        return ""

    def _item(self) -> Item | None:
        """Read labels, a number or a sum or a range of them, and a label behind."""
        label = None
        while (found := self._label_at(0)) is not None:
            label = found
            self._place += 1
            self._skip("colon", "other")
        while self._at().kind == "word" and is_circa(self._at().text):
            self._place += 1
        if self._at().kind != "number" or self._at().unit == "weight":
            return None
        ends = [self._sum()]
        while self._at().kind == "to" and self._at(1).kind == "number":
            self._place += 1
            ends.append(self._sum())
        item = Item(label, ends)
        self._label_behind(item)
        return item

    def _sum(self) -> list[tuple[int, str]]:
        first = self._at()
        terms = [(first.number, first.unit)]
        self._place += 1
        if first.unit == "ft":
            ahead = 1 if self._at().kind == "comma" else 0
            following = self._at(ahead)
            if following.kind == "number" and following.unit in ("in", ""):
                terms.append((following.number, "in"))
                self._place += ahead + 1
        return terms

    def _label_behind(self, item: Item) -> None:
        ahead = 1 if self._at().text == "in" and self._at(1).kind == "word" else 0
        word = self._at(ahead)
        label = label_of(word.text) if word.kind == "word" else None
        if label is None:
            return
        after = self._at(ahead + 1)
        is_before = after.kind in ("number", "colon", "other") or is_circa(after.text)
        if word.text.rstrip(".") not in AFTER_ONLY and (is_before or item.label is not None):
            return
        if len(word.text.rstrip(".")) == 1 and after.kind == "word":
            return
        item.label = label
        self._place += ahead + 1

    def _goes_on(self, item: Item) -> bool:
        """Step over what joins an item to the next; say whether there is a next."""
        token = self._at()
        if token.kind == "by":
            if self._is_item(1):
                self._place += 1
                return True
            return False
        if token.kind == "number" and not item.unit and token.unit in METRIC:
            return True  # the sign between them was lost: "110 94 cm"
        ahead = 1 if token.kind == "comma" else 0
        if not item.unit and self._label_at(ahead) is not None and self._is_item(ahead):
            self._place += ahead
            return True
        return False

    def _is_item(self, ahead: int) -> bool:
        while self._label_at(ahead) is not None or is_circa(self._at(ahead).text):
            ahead += 1
            while self._at(ahead).kind in ("colon", "other"):
                ahead += 1
        token = self._at(ahead)
        return token.kind == "number" and token.unit != "weight"

    def _skip(self, *kinds: str) -> None:
        while self._at().kind in kinds:
            self._place += 1

    def _label_at(self, ahead: int) -> int | None:
        """Return what a word here labels; a single letter is a label only before a number or "x"."""
        token = self._at(ahead)
        if token.kind != "word" or (
            self._is_lettered and _is_letter(self._tokens, self._place + ahead)
        ):
            return None
        label = label_of(token.text)
        if label is None or token.text.rstrip(".") not in _SINGLE:
            return label
        behind = ahead + 1
        while self._at(behind).kind in ("colon", "other"):
            behind += 1
        following = self._at(behind)
        if following.kind == "number" or following.text == "varies" or is_circa(following.text):
            return label
        if following.kind == "by":
            return label
        return (
            label if token.text.endswith(".") and following.kind == "word" else self._row_end(ahead)
        )

    def _row_end(self, ahead: int) -> int | None:
        """Return the label of the D that ends ``H x W x D:``."""
        return label_of(self._at(ahead).text) if self._joined and self._labels else None

    # --- names ---

    def _taken_name(self) -> tuple[str, tuple[int, ...]]:
        return _named(self._words)

    def _forget(self) -> None:
        self._words, self._labels, self._joined, self._continues = [], [], False, False

    def _qualify(self, words: list[_Token]) -> None:
        """Put words behind the last run into the name of its part, and of the run that it converts."""
        behind, numbers = _named(words)
        if not behind:
            return
        for run in reversed(self._runs):
            run.name = f"{run.name} {behind}".strip()
            run.numbers += numbers
            if not run.in_brackets:
                break

    def _qualifies_to_the_end(self) -> bool:
        """Take the words from here to the end of the line as a qualifier, if no number is among them."""
        end = self._place
        while end < len(self._tokens) and self._tokens[end].kind in ("word", "to"):
            end += 1
        if end < len(self._tokens) and self._tokens[end].kind not in ("break", "comma", "close"):
            return False
        if end < len(self._tokens) and self._tokens[end].kind == "comma" and end > self._place + 3:
            return False
        self._qualify(self._tokens[self._place : end])
        self._place = end
        return True

    def _relabels(self, token: _Token) -> bool:
        """Give a label behind a bracket (``# in. (# cm) high``) to the run before it."""
        label = label_of(token.text)
        if label is None or not self._runs:
            return False
        whole = [run for run in self._runs[-2:] if len(run.items) == 1]
        for run in whole:
            if run.items[0].label is None:
                run.items[0].label = label
        return bool(whole)


def _is_letter(tokens: list[_Token], place: int) -> bool:
    """Return whether a letter begins a line as the name of a part: "b: 22 x 50 cm", "b) 22 x 50 cm"."""
    before = tokens[place - 1].kind if place else "break"
    after = tokens[place + 1].kind if place + 1 < len(tokens) else ""
    is_one = len(tokens[place].text) == 1
    return is_one and before in ("break", "comma", "open") and after in ("colon", "close")


def _is_lettered(tokens: list[_Token]) -> bool:
    return any(
        token.text == "a" and _is_letter(tokens, place) for place, token in enumerate(tokens)
    )


def _closing(tokens: list[_Token], place: int) -> int:
    """Return where a bracket closes, or where the reader stops to look for that."""
    furthest = min(len(tokens), place + _LONGEST_BRACKET)
    closing = (i for i in range(place + 1, furthest) if tokens[i].kind == "close")
    return next(closing, furthest)


def _nth(labels: list[int], place: int) -> int | None:
    return labels[place] if len(labels) > 1 and place < len(labels) else None


def _named(words: list[_Token]) -> tuple[str, tuple[int, ...]]:
    name = part_name(" ".join(token.text for token in words if token.kind != "colon"))
    numbers = tuple(token.number for token in words if token.kind == "number")
    if not any(letter.isalpha() for letter in name) and len(numbers) > 1:
        return "", ()
    return name, numbers if "#" in name else ()


def _holds_size(tokens: list[_Token]) -> bool:
    return any(token.kind == "number" and token.unit not in ("", "weight") for token in tokens)


def _begins_with_words(tokens: list[_Token]) -> bool:
    for token in tokens:
        if token.kind == "number":
            return False
        if token.kind == "word" and label_of(token.text) is None and not is_circa(token.text):
            return True
    return False


def _bracket_follows(tokens: list[_Token], place: int) -> bool:
    if place >= len(tokens) or tokens[place].kind != "open":
        return False
    inside = tokens[place + 1 : place + 12]
    return _holds_size(inside) and not _begins_with_words(inside)


def _share_units(items: list[Item], unit: str) -> None:
    """Give each number without a unit the unit of the next: "36 x 29 in."."""
    for item in reversed(items):
        for end in reversed(item.ends):
            if end[-1][1]:
                unit = end[-1][1]
            else:
                end[-1] = (end[-1][0], unit)
                item.in_shared_feet = unit == "ft"
