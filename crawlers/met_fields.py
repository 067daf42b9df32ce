"""What the Met's fields mean, in both of its forms: the API's answer and the rows of MetObjects.csv.

Each function takes the museum's texts and gives ours; each is pure, so that the bulk reader calls it
once for each distinct value. Both forms write a list in one text with a bar between its entries.
"""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.record import Maker, Text

INSTITUTION = "Metropolitan Museum of Art, New York"
ATTRIBUTION = (
    "The Metropolitan Museum of Art, New York: Open Access data (CC0 1.0), "
    "https://www.metmuseum.org/openaccess"
)
PUBLIC_DOMAIN = "https://creativecommons.org/publicdomain/zero/1.0/"
"""The rights on the image of a public-domain object: https://github.com/metmuseum/openaccess."""

PLACES = (
    "Locus",
    "Excavation",
    "Locale",
    "City",
    "County",
    "Subregion",
    "Region",
    "State",
    "River",
    "Country",
)
"""The columns that name a place, from the narrow to the wide."""

NOT_ORIGIN = frozenset({"depicted", "made for"})
"""Geography types of a place that the object does not come from: never told without the word."""

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
_FOREIGN = re.compile(r"[^\W\d_A-Za-z\u00c0-\u02ff\u1e00-\u1eff]")
"""A letter of another script than Latin, with the signs of its transliterations."""
_YEAR = re.compile(r"(-?[0-9]{1,5})(?:-[0-9]{1,2}-[0-9]{1,2})?")
_JOINING = re.compile(r"(and/or|and|or|\?)\s+(?=\S)")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z")
_MODERN = 1900
_STILL_ALIVE = 9999


def squeeze(text: str) -> str:
    """Return a text on one line, without the blanks that lead, trail or double.

    >>> squeeze("John  A. Woodside ")
    'John A. Woodside'
    """
    return " ".join(text.split())


def entries(text: str) -> list[str]:
    """Return the entries of a bar-separated list, missing ones as empty texts.

    >>> entries("1840      | |1852"), entries(" ")
    (['1840', '', '1852'], [])
    """
    found = [squeeze(entry) for entry in text.split("|")]
    return found if any(found) else []


def plain(text: str) -> str:
    """Return a title without its markup: HTML tags first, then entities, which may stand for brackets.

    >>> plain("<i>Tsuba</i> &amp; &lt;guard&gt;")
    'Tsuba & <guard>'
    """
    if "<" in text:
        text = _MARKUP.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return squeeze(text)


def titles(title: str) -> tuple[Text, ...]:
    """Return the titles, the English one first; one in its own script stands before a bar.

    >>> [one.text for one in titles("北宋 傳屈鼎 夏山圖 卷|Summer Mountains")]
    ['Summer Mountains', '北宋 傳屈鼎 夏山圖 卷']
    """
    if "|" not in title:
        only = plain(title)
        return (Text(only, "en"),) if only else ()
    parts = [part for part in map(plain, title.split("|")) if part]
    english = [Text(part, "en") for part in parts if not _FOREIGN.search(part)]
    return (*english, *(Text(part) for part in parts if _FOREIGN.search(part)))


def types(classification: str, object_name: str) -> tuple[Text, ...]:
    """Return what it is: the parts of the classification, then of the object name, each once.

    >>> [kind.text for kind in types("Woodwork-Furniture|Paintings", "Panel")]
    ['Woodwork-Furniture', 'Paintings', 'Panel']
    """
    parts = (*entries(classification), *entries(object_name))
    kept = dict.fromkeys(part for part in parts if part and part != "(not assigned)")
    return tuple(Text(part, "en") for part in kept)


def english(text: str) -> tuple[Text, ...]:
    """Return a text of several lines as it stands, in English; nothing where it is blank."""
    text = text.strip()
    return (Text(text, "en"),) if text else ()


def subjects(tags: Sequence[str]) -> tuple[Text, ...]:
    """Return tags as subjects."""
    return tuple(Text(tag, "en") for tag in map(squeeze, tags) if tag)


def period(named: str, dynasty: str, reign: str) -> str:
    """Return period, dynasty and reign as one text.

    >>> period("New Kingdom", "Dynasty 18", "")
    'New Kingdom; Dynasty 18'
    """
    return "; ".join(part for part in map(squeeze, (named, dynasty, reign)) if part)


def year(text: str) -> int | None:
    """Return a year of an artist's life: padded, below zero for BCE, at times a whole date.

    There is no year 0, and 9999 means that somebody lives or a firm goes on.

    >>> year("1840      "), year("0935"), year("-480"), year("1910-06-06"), year("9999"), year("")
    (1840, 935, -480, 1910, None, None)
    """
    found = _YEAR.fullmatch(text.strip())
    number = int(found[1]) if found else 0
    return None if number in {0, _STILL_ALIVE} else number


def life(begin: str, end: str) -> tuple[int | None, int | None]:
    """Return an artist's first and last year; a hundred years after a modern birth is no death.

    The Met writes birth + 100 where somebody lives: 353 of 13,387 records die after 2026.

    >>> life("1950", "2050"), life("1606", "1669"), life("1600", "1700")
    ((1950, None), (1606, 1669), (1600, 1700))
    """
    born, died = year(begin), year(end)
    lives = born is not None and born >= _MODERN and died == born + 100
    return born, None if lives else died


def years(first: int, last: int, text: str) -> tuple[int, int] | tuple[None, None]:
    """Return the museum's first and last year as they are; a pair of zeros beside no date is none.

    >>> years(1325, 30, "ca. 1325–30"), years(0, 0, ""), years(0, 0, "undated")
    ((1325, 30), (None, None), (None, None))
    """
    if first == last == 0 and not any(sign.isdigit() for sign in text):
        return None, None
    return first, last


def stated(text: str) -> str | None:
    """Return a metadata date in ISO 8601 to the second; None where it is none.

    The form of 2017 and 2018 names no time zone; it is taken as UTC, like the later ones.

    >>> stated("4/3/2017 8:00:08 AM"), stated("2022-10-15T04:54:56.9Z"), stated("")
    ('2017-04-03T08:00:08Z', '2022-10-15T04:54:56Z', '')
    >>> stated("last week") is None
    True
    """
    text = text.strip()
    if not text:
        return ""
    try:
        if iso := _ISO.fullmatch(text):
            moment = datetime.strptime(iso[1] + "+0000", "%Y-%m-%dT%H:%M:%S%z")
        else:
            moment = datetime.strptime(text + " +0000", "%m/%d/%Y %I:%M:%S %p %z")
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def places(geography: str, named: Mapping[str, str]) -> tuple[Text, ...]:
    """Return the places that it comes from or shows, each with the museum's word for how; see ``PLACES``.

    The columns are parallel lists from which empty entries may have been dropped. Where lengths
    differ nothing is put together: the places stand alone, and none does if one of the words, we
    cannot tell whose, is that of a place the object does not come from.

    >>> [p.text for p in places("Made in|Possibly made in", {"City": "Boston|", "Country": "US|UK"})]
    ['Made in: Boston, US', 'Possibly made in: UK']
    >>> [p.text for p in places("Made in|Possibly made in", {"City": "Boston", "Country": "US|US"})]
    ['Boston', 'US']
    >>> [p.text for p in places("Depicted", {"City": "Niagara", "Country": "US"})]
    ['Depicted: Niagara, US']
    """
    hows = entries(geography)
    lists = {name: found for name in PLACES if (found := entries(named.get(name, "")))}
    if not lists:
        return ()
    if any(len(found) != max(len(hows), 1) for found in lists.values()):
        if any(how.lower() in NOT_ORIGIN for how in hows):
            return ()
        loose = dict.fromkeys(place for found in lists.values() for place in found if place)
        return tuple(Text(place, "en") for place in loose)
    told = (
        _place(how, [found[at] for found in lists.values()]) for at, how in enumerate(hows or [""])
    )
    return tuple(Text(place, "en") for place in dict.fromkeys(told) if place)


def _place(how: str, names: Sequence[str]) -> str:
    where = ", ".join(dict.fromkeys(name for name in names if name))
    return where if how in {"", "(none assigned)"} or not where else f"{how}: {where}"


def qualifier(prefix: str, suffix: str) -> str:
    """Return what stands before and after a name in one text: both may say that the hand is another's.

    >>> qualifier("Attributed to", "and Workshop"), qualifier("", "(?)")
    ('Attributed to; and Workshop', '(?)')
    """
    return "; ".join(part for part in map(squeeze, (prefix, suffix)) if part)


def other_maker(name: str, role: str, ids: tuple[str, ...]) -> Maker:
    """Return a maker of the API's list after the first, where joining words stand in the name.

    >>> other_maker("and/or Juan Bautista Mart&iacute;nez del Mazo", "Artist", ()).qualifier
    'and/or'
    >>> other_maker("and Jan Brueghel the Elder", "Artist", ()).name
    'Jan Brueghel the Elder'
    """
    name = squeeze(html.unescape(name))
    found = _JOINING.match(name)
    if found is None:
        return Maker(name, squeeze(role), ids=ids)
    return Maker(name[found.end() :], squeeze(role), found[1], ids=ids)


def makers(artist: Mapping[str, str]) -> tuple[Maker, ...]:
    """Return the makers of one row of MetObjects.csv, from its artist columns.

    These are parallel lists from which, up to 2019, empty entries were dropped. A column of another
    length than the names is not put beside them: years and ids are left out. A prefix or suffix that
    we cannot place stands with every maker as the whole list, because it may be "Attributed to":
    nobody then passes for the undoubted artist.
    """
    names = entries(artist["Artist Display Name"])
    columns = {column: _aligned(text, len(names)) for column, text in artist.items()}
    loose = {
        column: squeeze(artist[column])
        for column in ("Artist Prefix", "Artist Suffix")
        if columns[column] is None
    }

    def entry(column: str, at: int) -> str:
        aligned = columns.get(column)
        return loose.get(column, "") if aligned is None else aligned[at]

    return tuple(
        Maker(
            name,
            entry("Artist Role", at),
            qualifier(entry("Artist Prefix", at), entry("Artist Suffix", at)),
            *life(entry("Artist Begin Date", at), entry("Artist End Date", at)),
            tuple(
                link
                for column in ("Artist ULAN URL", "Artist Wikidata URL")
                if (link := entry(column, at))
            ),
        )
        for at, name in enumerate(names)
        if name
    )


def _aligned(text: str, length: int) -> list[str] | None:
    """Return a column's entries where there are as many as names; None: it cannot be told whose."""
    found = entries(text) or [""] * length
    return found if len(found) == length else None
