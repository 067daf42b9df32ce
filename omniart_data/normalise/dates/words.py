"""A date text cut into the words of the date grammar."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first eerste erste ersten erstes première premier prima primo",
            "second tweede zweite zweiten zweites seconde deuxième seconda secondo",
            "third derde dritte dritten drittes troisième terza terzo",
            "fourth vierde vierte vierten viertes quatrième quarta",
            *("fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
            *("thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
            *("nineteenth", "twentieth"),
        ),
        1,
    )
    for word in words.split()
}
LAST = (
    "last",
    "laatste",
    "letzte",
    "letzten",
    "letztes",
    "dernier",
    "dernière",
    "ultimo",
    "ultima",
)

_HALVES = "half halves helft hälfte moitié metà"
_QUARTERS = "quarter quarters qtr kwart viertel quart quarto"
_THIRDS = "tiers drittel"

_MONTHS = (
    *("january january jan januari januar jänner janvier gennaio",),
    *("february feb februari februar février febbraio", "march mar maart mrt märz mars marzo"),
    *("april apr avril aprile", "may mei mai maggio", "june jun juni juin giugno"),
    *("july jul juli juillet luglio", "august aug augustus août agosto"),
    *("september sep sept septembre settembre", "october oct okt oktober octobre ottobre"),
    *("november nov novembre", "december dec dez dezember décembre dicembre month maand"),
)

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "circa": "ca circa c cca about around approximately um gegen vers verso environ omstreeks"
        " ongeveer rond wohl",
        "before": "before pre voor vóór vor avant ante",
        "after": "after post na nach après dopo",
        "not after": "by uiterlijk",
        "not before": "since vanaf begun began ab",
        "between": "between tussen zwischen entre tra fra van von from",
        "till": "until till tot bis",
        "to": "to through à al thru",
        "or": "or oder ou o and en und et",
        "open": "onward onwards present",
        "bce": "bce bc vchr ac",
        "ce": "ce ad nchr dc",
        "century": "century centuries cent eeuw eeuwen jahrhundert jahrhunderts jhdt jhdts jh jhs jhd"
        " siècle siècles sec secolo secoli",
        "millennium": "millennium millenium milennium millennia millenia jahrtausend millénaire",
        "early": "early vroeg vroege begin beginning frühe früher frühes anfang début inizio inizi",
        "mid": "mid middle midden mitte milieu",
        "late": "late eind einde ende fin fine end",
        "later": "later laat laatst",
        "half": _HALVES,
        "quarter": _QUARTERS,
        "thirds": _THIRDS,
        "month": " ".join(_MONTHS),
        "season": "spring summer autumn fall winter lente voorjaar zomer herfst najaar",
        "of": "of",
    }
)
"""Class -> the words of it, in small letters and without dots."""

_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "b c e": "bce",
        "b c": "bce",
        "v chr": "bce",
        "v christus": "bce",
        "voor chr": "bce",
        "voor christus": "bce",
        "vor chr": "bce",
        "vor christus": "bce",
        "av jc": "bce",
        "avant jc": "bce",
        "a c": "bce",
        "a d": "ce",
        "c e": "ce",
        "n chr": "ce",
        "n christus": "ce",
        "na chr": "ce",
        "na christus": "ce",
        "nach chr": "ce",
        "nach christus": "ce",
        "ap jc": "ce",
        "après jc": "ce",
        "d c": "ce",
        "in of voor": "not after",
        "in or before": "not after",
        "on or before": "not after",
        "no later than": "not after",
        "not later than": "not after",
        "niet na": "not after",
        "tot en met": "not after",
        "in of na": "not before",
        "in or after": "not before",
        "on or after": "not before",
        "not before": "not before",
        "niet voor": "not before",
        "dopo il": "not before",
        "na de": "after",
        "prior to": "before",
        "prima del": "before",
        "prima di": "before",
        "or later": "open",
        "and later": "open",
        "or after": "open",
        "and after": "open",
        "or thereafter": "open",
        "and thereafter": "open",
        "of later": "open",
        "en later": "open",
        "of na": "open",
        "und später": "open",
        "oder später": "open",
        "ou plus tard": "open",
        "o dopo": "open",
        "or earlier": "until",
        "and earlier": "until",
        "or before": "until",
        "of eerder": "until",
        "of vroeger": "until",
    }
)
"""Words that mean together what they do not mean one by one."""

_BETWEEN_DATES = frozenset({"open", "until"})
"""Phrases that close a date: "1650 or later", but not "1650 or later 17th century"."""


class Word(NamedTuple):
    """One word of the grammar: its class, its number, and the digits as they were written."""

    kind: str
    number: int = 0
    text: str = ""


_END = Word("end")
_WORDS: Mapping[str, Word] = MappingProxyType(
    {word: Word(kind, text=word) for kind, words in _KINDS.items() for word in words.split()}
    | {word: Word("ordinal", number, word) for word, number in ORDINALS.items()}
    | {word: Word("ordinal", 4, word) for word in LAST}
)
_PHRASE_STARTS: Mapping[str, tuple[tuple[tuple[str, ...], Word], ...]] = MappingProxyType(
    {
        first: tuple(
            (tuple(phrase.split()), Word(kind))
            for phrase, kind in sorted(_PHRASES.items(), key=lambda one: -len(one[0]))
            if phrase.split()[0] == first
        )
        for first in {phrase.split()[0] for phrase in _PHRASES}
    }
)
_MARKS: Mapping[str, Word] = MappingProxyType(
    {mark: Word("stop", text=mark) for mark in ";,:()"}
    | {mark: Word("circa") for mark in ("?", "~", "±", "(?)", "[?]")}
    | {"/": Word("slash"), "&": Word("or"), "-": Word("dash"), "--": Word("dash", text="--")}
    | {"t/m": Word("to")}
)

_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−\ufffd", "-") | dict.fromkeys('<>"“”', " ") | {"[": " ", "]": " "}
)
_TOKEN = re.compile(
    r"(\d{4}-\d\d-\d\d(?!\d))"
    r"|(\d{1,2})(?:\s?(?:t?th|st|nd|rd|ste|de|e|ère|er|ème|è|º|°)|-(?:ste|de))(?![^\W\d_])"
    r"|(\d{1,2})\.(?=\s*[jhvm])"
    r"|(\d{1,2},\d{3}(?!\d)|\d+)(?:('?s|er)(?![^\W\d_]))?"
    r"|(t/m(?![^\W\d_])|j\.?-\s?c\.?|[^\W\d_]+(?:\.(?:chr|[^\W\d_])(?![^\W\d_]))*\.?)"
    r"|(--|-|\(\?\)|[/;,:()?~±&])"
)
_ROMAN = re.compile(r"(x{0,2}(?:ix|iv|v?i{0,3}))(?:e|è|ème)?")
_CENTURIES = frozenset(_KINDS["century"].split())
_PARTS = frozenset({"early", "mid", "late"})
_DECADES = frozenset({"jaren", "années", "anni"})
"""Words that make the year behind them a decade: "jaren 1650"."""

_LONGEST_YEAR = 5
_SIGNED_BEHIND = frozenset({"dash", "circa", "after", "before", "not after", "not before"})
"""What a dash before a year cannot join it to, so that it is a sign."""


def date_words(text: str) -> list[Word]:
    """Return the words of a date text that the grammar knows, in order; the others are left out.

    >>> [(word.kind, word.number) for word in date_words("ca. 1630-35")]
    [('circa', 0), ('year', 1630), ('dash', 0), ('year', 35)]
    >>> [word.kind for word in date_words("in of voor 1702-05-01")]
    ['not after', 'year']
    """
    tokens = _TOKEN.findall(text.translate(_SAME).casefold())
    words: list[Word] = []
    skip = 0
    has_month = False
    for place, (iso, ordinal, dotted, digits, suffix, letters, mark) in enumerate(tokens):
        if skip:
            skip -= 1
        elif digits:
            is_decade = suffix or (place and tokens[place - 1][5] in _DECADES)
            words.extend(_number(digits.replace(",", ""), is_decade=bool(is_decade)))
        elif letters:
            word, skip = _named(letters, tokens, place, words)
            if word is not None:
                words.append(word)
                has_month = has_month or word.kind == "month"
        elif mark:
            if not (mark == "-" and _joins_nothing(words)):
                words.append(_MARKS[mark])
        elif iso:
            words.append(Word("year", int(iso[:4]), iso))
        else:
            words.append(Word("ordinal", int(ordinal or dotted)))
    if has_month:
        words = list(_without_days(words))
    return list(_signed(words))


def _joins_nothing(before: Sequence[Word]) -> bool:
    """Return whether a dash behind these words joins nothing: "mid-17th century", "mid-to-late", "pre-1650"."""
    if not before:
        return False
    if before[-1].kind == "to":
        return len(before) > 1 and before[-2].kind in _PARTS
    return before[-1].kind in _PARTS or before[-1].text in ("pre", "post")


_Token = tuple[str, str, str, str, str, str, str]


def _number(digits: str, *, is_decade: bool) -> Iterator[Word]:
    """Yield a year, a decade ("1650s", "60s") or a hundred years ("1700s"); nothing for other numbers."""
    if len(digits) > _LONGEST_YEAR or not digits.isascii():
        return
    number = int(digits)
    if is_decade and number and number % 100 == 0:
        yield Word("hundred", number // 100 + 1)
    elif is_decade and number % 10 == 0:
        yield Word("decade", number)
    else:
        yield Word("year", number, digits)


def _named(
    letters: str, tokens: list[_Token], place: int, before: list[Word]
) -> tuple[Word | None, int]:
    """Return what letters mean, and how many tokens after them belong to it."""
    key = letters.replace(".", "").replace("-", "")
    if letters == "t/m":
        return _MARKS["t/m"], 0
    starts = _PHRASE_STARTS.get(key)
    if starts is not None:
        for phrase, word in starts:
            if _follow(phrase, tokens, place) and not (
                word.kind in _BETWEEN_DATES and _is_numeric(tokens, place + len(phrase))
            ):
                return word, len(phrase) - 1
    known = _WORDS.get(key)
    if known is None:
        return _unlisted(key, tokens, place, before)
    return _in_context(known, key, tokens, place, before), 0


def _in_context(
    known: Word, key: str, tokens: list[_Token], place: int, before: list[Word]
) -> Word | None:
    """Return what a word means at its place: "of 1650" is Dutch, "c." may be circa or century."""
    kind, behind = known.kind, before[-1].kind if before else ""
    if kind in ("of", "later") or key == "by":
        meant = {"of": Word("or"), "later": Word("late")}.get(kind, known)
        return meant if _is_numeric(tokens, place + 1) else None
    if key == "from" and _is_last(tokens, place + 1):
        return Word("not before")
    if key == "c" and behind == "ordinal":
        return Word("century")
    if kind == "century" and behind == "dash" and [w.kind for w in before[-2:-1]] == ["ordinal"]:
        before.pop()  # "18th-century"
    if key == "third" and behind == "ordinal" and _words_of(tokens, place + 1) == "of":
        return Word("thirds")
    return known


def _unlisted(
    key: str, tokens: list[_Token], place: int, before: list[Word]
) -> tuple[Word | None, int]:
    """Return a Roman number beside a century, or a century that is misspelt; else nothing."""
    if before and before[-1].kind == "ordinal" and key.startswith("cen") and len(key) <= 10:
        return Word("century"), 0
    roman = _ROMAN.fullmatch(key) if len(key) <= 10 else None
    if roman is None or not roman[1]:
        return None, 0
    number = Word("ordinal", _roman(roman[1]))
    if before and before[-1].kind == "century" and not before[-1].number:
        before[-1] = number  # "sec. XVI" as "XVI sec."
        return Word("century", 1), 0
    ahead = {_words_of(tokens, place + 1), _words_of(tokens, place + 3)}
    return (number, 0) if ahead & _CENTURIES else (None, 0)


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[char] for char in text]
    return sum(-one if one < max(values[place:]) else one for place, one in enumerate(values))


def _words_of(tokens: list[_Token], place: int) -> str:
    return tokens[place][5].replace(".", "") if place < len(tokens) else ""


def _follow(phrase: tuple[str, ...], tokens: list[_Token], place: int) -> bool:
    return all(
        _words_of(tokens, place + ahead).replace("-", "") == word
        for ahead, word in enumerate(phrase[1:], 1)
    )


def _is_numeric(tokens: list[_Token], place: int) -> bool:
    """Return whether a number, an ordinal or a century comes next, "ca." between them or not."""
    for token in tokens[place : place + 2]:
        if any(token[:4]):
            return True
        known = _WORDS.get(token[5].replace(".", ""))
        if known is not None and known.kind in ("ordinal", "century"):
            return True
        if known is None or known.kind not in ("circa", "early", "mid", "late"):
            return False
    return False


def _is_last(tokens: list[_Token], place: int) -> bool:
    return place + 1 == len(tokens) and bool(tokens[place][3])


def _without_days(words: list[Word]) -> Iterator[Word]:
    """Make a number of at most 31 beside a month a day."""
    for place, word in enumerate(words):
        is_small = word.kind in ("year", "ordinal") and len(word.text) < 3 and word.number <= 31
        around = (*words[max(place - 1, 0) : place], *words[place + 1 : place + 2])
        if is_small and any(near.kind == "month" for near in around):
            yield Word("day")
        elif not (word.text == "," and _is_after_day(words, place)):
            yield word


def _is_after_day(words: list[Word], place: int) -> bool:
    """Return whether a comma only parts a day from its year: "June 3, 1872"."""
    near = [word.kind for word in words[max(place - 2, 0) : place]]
    return "month" in near and place + 1 < len(words) and words[place + 1].kind == "year"


def _signed(words: list[Word]) -> Iterator[Word]:
    """Make a dash a sign where it cannot join two years: "-500 - -200", "-300--200"."""
    before, place = "dash", 0
    while place < len(words):
        word = words[place]
        following = words[place + 1] if place + 1 < len(words) else _END
        is_sign = before in _SIGNED_BEHIND
        if word.kind == "dash" and following.kind == "year" and (is_sign or word.text):
            if not is_sign:
                yield word
            yield Word("year", -following.number, f"-{following.text}")
            before, place = "year", place + 2
        else:
            yield word
            before, place = word.kind, place + 1
