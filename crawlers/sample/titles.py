"""Titles of invented works, in English and Dutch, and what they show."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Title:
    """A title in two languages; ``subject`` is the Web Gallery's class of subjects."""

    english: str
    dutch: str
    subject: str


_PLACES = (
    ("Nowhereham", "Nergenshuizen"),
    ("Feigned Dam", "Verzonnendam"),
    ("Fable Bay", "Fabelbaai"),
    ("the Isle of Naught", "het eiland Niets"),
    ("Mirage Hill", "de Luchtspiegelberg"),
    ("Old Figment", "Oud-Hersenschim"),
)
_PEOPLE = (
    ("a Lady Who Never Was", "een dame die nooit bestond"),
    ("the Mayor of Nowhereham", "de burgemeester van Nergenshuizen"),
    ("an Imaginary Merchant", "een ingebeelde koopman"),
    ("Two Unborn Sisters", "twee ongeboren zusters"),
    ("a Man in a Paper Hat", "een man met een papieren hoed"),
)
_THINGS = (
    ("a Blue Lemon", "een blauwe citroen"),
    ("Three Keys", "drie sleutels"),
    ("a Tin Jug", "een tinnen kan"),
    ("Shells", "schelpen"),
    ("a Sleeping Hare", "een slapende haas"),
    ("Lanterns", "lantaarns"),
)
_SAINTS = (
    ("Saint Fabula", "de heilige Fabula"),
    ("Saint Nullius", "de heilige Nullius"),
    ("the Three Untold Kings", "de drie onvermelde koningen"),
)
_PATTERNS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("View of {}", "Gezicht op {}", "landscape", _PLACES),
    ("River near {}", "Rivier bij {}", "landscape", _PLACES),
    ("Portrait of {}", "Portret van {}", "portrait", _PEOPLE),
    ("Still Life with {}", "Stilleven met {}", "still-life", _THINGS),
    ("Table with {}", "Tafel met {}", "still-life", _THINGS),
    ("The Vision of {}", "Het visioen van {}", "religious", _SAINTS),
    ("The Triumph of {}", "De triomf van {}", "mythological", _SAINTS),
)
_MADE = {
    "vase": ("Vase with {}", "Vaas met {}", "other", _THINGS),
    "medal": ("Medal of {}", "Penning van {}", "portrait", _PEOPLE),
    "sculpture": ("{}", "{}", "portrait", _PEOPLE),
}


def invent_title(rng: random.Random, kind: str) -> Title:
    """Return a title that suits an artwork type; a number at its end keeps series apart."""
    english, dutch, subject, things = _MADE.get(kind) or rng.choice(_PATTERNS)
    thing_english, thing_dutch = rng.choice(things)
    number = f", No. {rng.randint(2, 12)}" if rng.random() < 0.3 else ""
    english, dutch = english.format(thing_english) + number, dutch.format(thing_dutch) + number
    return Title(english[:1].upper() + english[1:], dutch[:1].upper() + dutch[1:], subject)
