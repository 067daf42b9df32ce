"""The first half of the size grammar: the shape of a size text to runs of sizes, with their labels and names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from omniart_data.normalise.sizes.items import Cursor, Item
from omniart_data.normalise.sizes.tokens import (
    Token,
    begins_with_words,
    closing,
    holds_size,
    tokens_of,
)
from omniart_data.normalise.sizes.words import METRIC, is_circa, label_of, part_name


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


def read_runs(shape: str) -> list[Run]:
    """Return the runs of sizes in a shape, in their order.

    >>> [(run.name, run.unit, run.in_brackets) for run in read_runs("Sheet: # x # in. (# x # cm)")]
    [('sheet', 'in', False), ('', 'cm', True)]
    """
    runs = _Reader(tokens_of(shape)).runs()
    _letter(runs)
    return runs


def _letter(runs: Sequence[Run]) -> None:
    """Give the letter of a line's first part to the others of that line: ``(a) overall # cm, image # cm``."""
    letter = ""
    for run in runs:
        first, _, _ = run.name.partition(" ")
        if run.is_new_line or len(first) == 1:
            letter = first if len(first) == 1 and first.isalpha() else ""
        elif letter and run.name and not run.in_brackets:
            run.name = f"{letter} {run.name}"


class _Reader:
    """Reads the runs of sizes in the words of a shape."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._cursor = Cursor(tokens)
        self._runs: list[Run] = []
        self._words: list[Token] = []
        self._bracket = 0
        self._continues = False
        self._is_new_line = True
        self._fresh = False
        """The token before ended a run, or the bracket behind one."""

    def runs(self) -> list[Run]:
        """Return all runs, in their order."""
        while self._cursor.place < len(self._cursor.tokens):
            token = self._cursor.tokens[self._cursor.place]
            read = getattr(self, f"_read_{token.kind}", None)
            if read is None:
                self._cursor.place += 1
            else:
                read(token)
        return self._runs

    def _read_number(self, token: Token) -> None:
        if token.unit == "weight":
            self._forget()
            self._cursor.place += 1
            return
        start = self._cursor.place
        items = self._cursor.row()
        if items is None:
            self._cursor.place = max(self._cursor.place, start + 1)  # none of it is read again
            self._words += self._cursor.tokens[start : self._cursor.place]
            self._fresh = False
            return
        name, numbers = _named(self._words)
        self._runs.append(
            Run(
                items,
                name,
                numbers,
                in_brackets=self._bracket > 0,
                continues=self._continues,
                unit=items[-1].unit or "unsaid",
                is_new_line=self._is_new_line,
            )
        )
        self._is_new_line = False
        self._forget()
        self._fresh = True

    def _read_word(self, token: Token) -> None:
        label = self._cursor.label_at(0)
        if label is not None:
            self._read_label(label)
            return
        if self._fresh and self._relabels(token):
            self._cursor.place += 1
            return
        is_qualifier = self._fresh and token.text.rstrip(".") in _TRAILING
        if is_qualifier and self._qualifies_to_the_end():
            return
        self._cursor.place += 1
        self._fresh = False
        is_letter = self._cursor.is_lettered and len(token.text.rstrip(".")) == 1
        if (
            is_letter
            or token.is_attached
            or not (is_circa(token.text) or token.text.rstrip(".") in METRIC)
        ):
            self._words.append(token)

    def _read_label(self, label: int) -> None:
        self._cursor.place += 1
        if self._cursor.at().kind == "by" and self._cursor.label_at(1) is not None:
            self._cursor.labels.append(label)
            self._cursor.is_row = True
            self._cursor.place += 1
        elif self._cursor.is_row and self._cursor.labels:
            self._cursor.labels.append(label)
        else:
            self._cursor.labels = [label]
        self._fresh = False

    def _read_open(self, _: Token) -> None:
        end = closing(self._cursor.tokens, self._cursor.place)
        inside = self._cursor.tokens[self._cursor.place + 1 : end]
        if holds_size(inside) and (self._runs or not begins_with_words(inside)):
            if begins_with_words(inside):
                self._forget()  # a further part, not the same in other units
                self._cursor.place += 1
                return
            self._bracket += 1
            self._cursor.place += 1
            return
        if self._fresh and not self._words and self._runs:
            self._qualify(inside)
        else:
            self._words += inside
        self._cursor.place = end + 1

    def _read_close(self, _: Token) -> None:
        self._bracket = max(0, self._bracket - 1)
        self._cursor.place += 1

    def _read_break(self, _: Token) -> None:
        before = self._cursor.tokens[self._cursor.place - 1].kind if self._cursor.place else ""
        self._cursor.place += 1
        self._continues, self._is_new_line = False, True
        if before != "colon":
            self._forget()
        self._fresh = False

    def _read_by(self, _: Token) -> None:
        self._cursor.place += 1
        self._continues = self._fresh
        self._fresh = False

    def _read_comma(self, token: Token) -> None:
        self._cursor.place += 1
        self._fresh = False
        if self._words:
            self._words.append(replace(token, text=","))

    def _forget(self) -> None:
        self._words, self._continues = [], False
        self._cursor.labels, self._cursor.is_row = [], False

    def _qualify(self, words: Sequence[Token]) -> None:
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
        end = self._cursor.place
        while end < len(self._cursor.tokens) and self._cursor.tokens[end].kind in ("word", "to"):
            end += 1
        if end < len(self._cursor.tokens) and self._cursor.tokens[end].kind not in (
            "break",
            "comma",
            "close",
        ):
            return False
        if (
            end < len(self._cursor.tokens)
            and self._cursor.tokens[end].kind == "comma"
            and end > self._cursor.place + 3
        ):
            return False
        self._qualify(self._cursor.tokens[self._cursor.place : end])
        self._cursor.place = end
        return True

    def _relabels(self, token: Token) -> bool:
        """Give a label behind a bracket (``# in. (# cm) high``) to the run before it."""
        label = label_of(token.text)
        if label is None or not self._runs:
            return False
        whole = [run for run in self._runs[-2:] if len(run.items) == 1]
        for run in whole:
            if run.items[0].label is None:
                run.items[0].label = label
        return bool(whole)


def _named(words: Sequence[Token]) -> tuple[str, tuple[int, ...]]:
    name = part_name(" ".join(token.text for token in words if token.kind != "colon"))
    numbers = tuple(token.number for token in words if token.kind == "number")
    if not any(letter.isalpha() for letter in name) and len(numbers) > 1:
        return "", ()
    return name, numbers if "#" in name else ()
