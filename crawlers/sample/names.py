"""Numbers and names in the form of each museum, none of them given twice."""

import random

from crawlers.sample.artists import Artist
from crawlers.sample.media import KINDS
from crawlers.sample.titles import Title

_RIJKS_NUMBERS = {
    "painting": "SK-A-{}",
    "print": "RP-P-OB-{}",
    "drawing": "RP-T-1930-{}(V)",
    "photograph": "RP-F-F{}",
    "medal": "NG-VG-1-{}",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Names:
    """Gives each object of one museum numbers and names of the museum's own form, none twice."""

    def __init__(self, rng: random.Random, museum: str) -> None:
        self._rng, self._museum = rng, museum
        self._number = 0
        self._taken: set[str] = set()
        self._tried: dict[str, int] = {}
        """Name to the last number put to it: those below are taken, and stay so."""
        self._images: list[str] = []

    def source_id(self, artist: Artist | None, title: Title) -> str:
        """Return the id: a rising sparse number, a persistent number, or a path of short names."""
        self._number += 1
        if self._museum == "met":
            return str(1000 + 7 * self._number + self._rng.randint(0, 6))
        if self._museum == "rijksmuseum":
            number = 100_000 + 13 * self._number if self._number > 3 else self._number
            return f"200{number}"  # the family of objects, then a serial number of any length
        folder = (_slug(artist.wga.split(",")[0]) if artist else "zunk")[:8]
        folder = folder if artist else f"master/{folder}"
        return self._unique(f"{folder[0]}/{folder}/{_slug(title.english)[:8]}")

    def object_number(self, kind: str) -> str:
        """Return an inventory number; the Web Gallery gives none."""
        if self._museum == "met":
            return f"{1890 + self._number % 130}.{self._number // 130 + 1}.{self._number % 97 + 1}"
        if self._museum == "rijksmuseum":
            return _RIJKS_NUMBERS.get(kind, "BK-NM-{}").format(self._number)
        return ""

    def image(self, source_id: str, kind: str) -> str:
        """Return the name of its picture on the museum's image host."""
        if self._museum == "wga":
            return source_id
        if self._museum == "met":
            code = KINDS[kind].department_code
            odd = {3: f"RRP Table {source_id}, (1–2)", 4: f"61_{source_id} a–c#1"}
            self._images.append(odd.get(len(self._images), f"DP{source_id}"))
            return f"{code}/original/{self._images[-1]}.jpg"
        if len(self._images) == 1:  # the second differs from the first in case alone
            name = self._images[0].swapcase()
        else:
            name = "".join(self._rng.choice(_LETTERS) for _ in range(5))
        self._images.append(self._unique(name))
        return self._images[-1]

    def _unique(self, name: str) -> str:
        """Return the name, with a number at its end where it is taken."""
        number = self._tried.get(name, 0)
        found = f"{name[: len(name) - len(str(number))]}{number}" if number else name
        while found in self._taken:
            number += 1
            found = f"{name[: len(name) - len(str(number))]}{number}"
        self._taken.add(found)
        self._tried[name] = number
        return found


def _slug(text: str) -> str:
    """Return a text as the Web Gallery's file names have it: a to z, digits and low lines."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in text.lower())
    return "_".join(filter(None, kept.split("_"))) or "work"
