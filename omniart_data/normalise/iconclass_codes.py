"""What an artwork shows, in IconClass: the rule that finds notations among the subjects.

The package ``iconclass`` holds the whole classification and needs no network for it: see
docs/decisions/0010-iconclass.md. It is imported when the first candidate is met, and never without one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from omniart_data.normalise.rule import Judged, Rule
from schemas.errors import UsageError

_LONGEST = 120
"""Characters of the longest candidate that is looked up: the longest notation of the classification has 47."""

_SAID = re.compile(
    r"\s*(?:iconclass(?:[ -]?code)?\s*:\s*|https?://(?:www\.)?iconclass\.org/(?:rkd/)?)(.*?)/?\s*",
    re.IGNORECASE,
)
_NAME = r"\((?:\.\.\.|[^()+\x00-\x1f]{1,100})\)"
_KEY = r"(?:\(\+[0-9]{1,13}\))?"
_NOTATION = re.compile(rf"[0-9]{{1,3}}(?:[A-Z]{{1,2}}[0-9]*)?(?:{_NAME}[0-9]*)*{_KEY}")
_BARE = re.compile(rf"[0-9]{{2}}(?=[A-Z(])(?:[A-Z]{{1,2}}[0-9]*)?(?:{_NAME}[0-9]*)*{_KEY}")
"""What is taken for a notation where the museum does not say so: behind two digits a letter, a name or a key."""

_SHORT = re.compile(r"[0-9]{1,2}")

_PLACEHOLDER = re.compile(r"\(with [^()]*[A-Z]{2}[^()]*\)")
"""Where a text wants the name: "male saints (with NAME)", "numbers (with NUMBER of years)"."""

_SPACE = re.compile(r"(?<=[^(])\+")
"""A space in an address; behind a bracket the sign begins a key."""

_LAST_KEY = re.compile(r"\(\+[0-9]+\)$")


@dataclass(frozen=True)
class Code:
    """A notation that exists; see ``schemas.columns.ICONCLASS``."""

    code: str
    text: str
    division: str
    group: str


def classify(subjects: Sequence[Mapping[str, str]] | None) -> Judged:
    """Give the subjects that are IconClass notations, each once and in the museum's order, with their text.

    A number alone ("1", "25", "1650") is one only where the museum says so, or where all its other
    subjects are notations: it may be a year, a count or a tag. Whatever looks like a notation and is none is named in the reason.

    >>> classify([{"text": "portret", "language": "nl"}, {"text": "61B2", "language": "nl"}]).value[0]
    [{'code': '61B2', 'text': 'historical persons', 'division': '6', 'group': '61'}]
    >>> classify([{"text": "25Q99", "language": ""}, {"text": "1650", "language": ""}])
    Judged(value=([],), because="'25Q99' is no IconClass notation", terms=())
    >>> classify([]).because
    'no subject looks like an IconClass notation'
    """
    found: dict[Code, None] = {}
    unknown: dict[str, None] = {}
    for candidate in _candidates(subjects or ()):
        code = known_code(candidate)
        if code is None:
            unknown[candidate] = None
        else:
            found[code] = None
    because = [f"IconClass {code.code}" for code in found]
    because += [f"{code!r} is no IconClass notation" for code in unknown]
    why = "; ".join(because) or "no subject looks like an IconClass notation"
    return Judged(([dict(vars(code)) for code in found],), why)


def _candidates(subjects: Sequence[Mapping[str, str]]) -> list[str]:
    """Return what looks like notations; short ones too where no subject is anything else.

    >>> _candidates([{"text": "31D15"}, {"text": "7"}]), _candidates([{"text": "portret"}, {"text": "7"}])
    (['31D15', '7'], [])
    """
    texts = [subject["text"] or "" for subject in subjects]
    found = [candidate(text) for text in texts]
    if any(found) and not all(found):
        short = [
            one or (text if _SHORT.fullmatch(text) else "")
            for one, text in zip(found, texts, strict=True)
        ]
        found = short if all(short) else found
    return [notation for notation in found if notation]


def candidate(subject: str) -> str:
    """Return the notation that a subject looks like; empty: it looks like none.

    >>> candidate("iconclass:45(+26)"), candidate("Iconclasscode: 61B111")
    ('45(+26)', '61B111')
    >>> candidate("https://iconclass.org/25F23%28LION%29%28%2B46%29")
    '25F23(LION)(+46)'
    >>> candidate("https://iconclass.org/25G41%28PASSION+FLOWER%29%28%2B2%29")
    '25G41(PASSION FLOWER)(+2)'
    >>> candidate("iconclass:7"), candidate("7"), candidate("1650"), candidate("200-jarig jubileum")
    ('7', '', '', '')
    """
    if len(subject) > 3 * _LONGEST:
        return ""
    said = _SAID.fullmatch(subject)
    written = said[1] if said else subject
    if subject.lstrip()[:4].lower() == "http":
        written = _SPACE.sub(" ", written)
    notation = (unquote(written) if said else written).strip()
    form = _NOTATION if said else _BARE
    return notation if len(notation) <= _LONGEST and form.fullmatch(notation) else ""


def known_code(notation: str) -> Code | None:
    """Return a notation with its English text and its two top levels; None: there is no such notation.

    >>> known_code("25F23(LION)(+46)").text
    'beasts of prey, predatory animals: lion (+ sleeping animal(s))'
    >>> known_code("61E(AMSTERDAM)").text
    'names of cities and villages (AMSTERDAM)'
    >>> known_code("25F(+999999)") is None
    True
    """
    return _known_code(notation) if len(notation) <= _LONGEST else None


@lru_cache(maxsize=65536)
def _known_code(notation: str) -> Code | None:
    entry = _entry(notation)
    if entry is None:
        return None
    base = _LAST_KEY.sub("", notation)
    return Code(notation, _text(entry), notation[:1], base[:2] if base[1:2].isdigit() else "")


def _entry(notation: str) -> Mapping[str, Any] | None:
    """Return what the classification holds under a notation.

    A key at a notation that takes none is a KeyError of the package, not its NotationNotFound.
    """
    package, classification = _classification()
    try:
        entry: Mapping[str, Any] = classification.obj(notation)
    except (package.NotationNotFound, KeyError, IndexError):
        return None
    return entry


def _text(entry: Mapping[str, Any]) -> str:
    """Return the English text of an entry: that of its notation, with the name in it, and of its key.

    The package's own method asks Wikidata for names such as ``(wd:Q5598)``, over the network, and puts a
    name in place of every bracket ("(AMSTERDAM) (AMSTERDAM)"). This one asks nobody, and puts it where it belongs.
    """
    _, classification = _classification()
    texts = classification.texts["en"]
    text = str(texts.get(entry["b"], ""))
    name = entry.get("bracketed_text", "")
    if name:
        text = _PLACEHOLDER.sub(lambda _: name, text)
    key = str(texts.get(entry["k"], "")) if "k" in entry else ""
    return f"{text} (+ {key})" if key else text


@cache
def _classification() -> tuple[Any, Any]:
    """Return the package and its classification, with the English texts: 0.2 s, once in a process."""
    if not files("iconclass").joinpath("data.zip").is_file():
        # Without the file the package would fetch it from the network.
        raise UsageError(
            "the package iconclass has no data.zip: pip install --force-reinstall iconclass"
        )
    package = import_module("iconclass")
    classification = package.Iconclass()
    classification.load("en")
    return package, classification


RULE = Rule("iconclass", ("subjects",), ("iconclass",), classify)
