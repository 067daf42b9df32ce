"""What the Web Gallery's columns mean: each function takes one of its texts, and is pure."""

import hashlib
import json
import re
from collections.abc import Mapping

_NONE = frozenset({"", "-"})
_URL = re.compile(r"https?://[^/]+/(?:html|html_m|art|detail|preview)/(.+)\.(?:html|jpg)")
_KEY = re.compile(r"[A-Za-z0-9_-][\w.-]*(?:/[A-Za-z0-9_-][\w.-]*)*", re.ASCII)
"""Parts that begin with no dot, so that a key is never a way up."""
_MAX_KEY = 200

_MONTHS = ("jan", "febr?", "m.rc", ".pr", "m.j", "j.n", "j.l", "aug", "szept", "okt", "nov", "dec")
"""Hungarian, as a spreadsheet abbreviates them; any sign stands for a letter that may be lost."""
_EXCEL_MONTH = re.compile(
    "(?:" + "|".join(f"({month})" for month in _MONTHS) + r")\.(\d{2})", re.IGNORECASE
)
_CIRCA = r"(?:(?:c|ca|about|around)\b\.?\s*)?"
_BORN = re.compile(rf"\bb\.\s*{_CIRCA}(\d{{3,4}})\b")
_DIED = re.compile(rf"\bd\.\s*{_CIRCA}(\d{{3,4}})\b")

_UNIT = r"(?:cm|mm|cn|m|in)\b"
_SIZE = re.compile(
    rf"""
    \d[\d.,]*\s*(?:{_UNIT}\s*)?(?:x|×|by)\s*\d       # 87,5 x 66 cm, 264 cm x 348 cm, 110 by 136 cm
    | \b(?:diameter|height|width|length|depth)\b[^,;\d]{{0,30}}\d     # diameter: c. 270 cm
    | \d[\d.,]*\s*(?:\d+\s*)?{_UNIT}                  # 33 cm diameter; 110 94 cm
    | \bx\s+cm\b                                      # a size that was never filled in
    | \b(?:half|above|over|under|about|below)?\s*life-?\s?size\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE_SIZE = re.compile(r"(?:[\s,;:.(]|\b(?:each|overall|size|total|ca?|about)\b)+$")


def key_of(url: str) -> str:
    """Return the key in the address of a page or a picture; empty where it holds none.

    >>> key_of("http://www.wga.hu/html/a/albani/annuncia.html")
    'a/albani/annuncia'
    >>> key_of("http://www.wga.hu/html/b/beccafum/2st_paul..html")
    'b/beccafum/2st_paul.'
    >>> key_of("http://www.wga.hu/art/../../etc/passwd.jpg")
    ''
    """
    found = _URL.fullmatch(url)
    key = found.group(1) if found else ""
    return key if _KEY.fullmatch(key) and len(key) <= _MAX_KEY else ""


def row_key(row: Mapping[str, str]) -> str:
    """Return an id for a row of an extract that has no URL: a hash of what names the work.

    Two rows with the same author, title, technique and date then are one.

    >>> row_key({"AUTHOR": "GIOTTO di Bondone", "TITLE": "Faith", "TECHNIQUE": "Fresco"})
    'row-3fb5bf2693ae87af'
    """
    named = [row.get(name, "") for name in ("AUTHOR", "TITLE", "TECHNIQUE", "DATE")]
    return f"row-{hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]}"


def split_technique(text: str) -> tuple[str, str]:
    """Return the medium and the size that stand in one text; the first comma often parts them, not always.

    >>> split_technique("Oil on oak panel, 87,5 x 66 cm (central panel), 88,5 x 28 cm (each wing)")
    ('Oil on oak panel', '87,5 x 66 cm (central panel), 88,5 x 28 cm (each wing)')
    >>> split_technique("Tempera on panel, gold ground, diameter 32 cm")
    ('Tempera on panel, gold ground', 'diameter 32 cm')
    >>> split_technique("Oil on canvas. 180 x 227 cm"), split_technique("Fresco"), split_technique("-")
    (('Oil on canvas', '180 x 227 cm'), ('Fresco', ''), ('', ''))
    """
    found = _SIZE.search(text)
    end = found.start() if found else len(text)
    head = _BEFORE_SIZE.sub("", text[:end]) if found else text[:end]
    size = text[len(head) :].strip(" ,;:.")
    head = head.strip(" ,;")
    return ("" if head in _NONE else head), (size if found else "")


def repair_date(text: str) -> str:
    """Return a date text, with what a spreadsheet made of ``1902-06`` turned back.

    Only years of 1900 to 1999 with a second part of 01 to 12 were damaged so.

    >>> repair_date("jún.02"), repair_date("jan.00"), repair_date("c. 1663")
    ('1902-06', '1900-01', 'c. 1663')
    """
    found = _EXCEL_MONTH.fullmatch(text)
    if found is None:
        return text
    *months, year = found.groups()
    month = 1 + next(at for at, one in enumerate(months) if one)
    return f"19{year}-{month:02d}"


def life(text: str) -> tuple[int | None, int | None]:
    """Return the years of birth and death that a BORN-DIED text gives; "active" and "before" give none.

    >>> life("(b. ca. 1325, Firenze, d. ca. 1399, Firenze)"), life("(active 1444-1475/76 in Bruges)")
    ((1325, 1399), (None, None))
    """
    born, died = _BORN.search(text), _DIED.search(text)
    return (int(born.group(1)) if born else None), (int(died.group(1)) if died else None)
