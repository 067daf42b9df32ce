"""The invented artists: who they are, how each museum spells them, and how their hands work."""

from dataclasses import dataclass

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""

PALETTES: tuple[tuple[Colour, ...], ...] = (
    ((52, 38, 24), (122, 84, 42), (190, 150, 86), (226, 204, 150), (96, 22, 18)),  # 0 brown tone
    ((22, 40, 66), (66, 104, 138), (150, 178, 190), (226, 222, 200), (150, 110, 60)),  # 1 sea
    ((150, 28, 30), (214, 150, 46), (30, 60, 120), (236, 222, 186), (40, 84, 48)),  # 2 gold ground
    ((20, 18, 20), (70, 28, 24), (140, 70, 36), (222, 176, 112), (244, 232, 206)),  # 3 night
    (
        (236, 190, 190),
        (150, 190, 214),
        (244, 234, 214),
        (186, 150, 130),
        (110, 130, 96),
    ),  # 4 rococo
    ((226, 110, 40), (48, 110, 170), (246, 210, 90), (90, 60, 120), (120, 170, 90)),  # 5 open air
    ((40, 64, 40), (98, 120, 66), (170, 170, 104), (208, 202, 168), (84, 60, 40)),  # 6 woods
    ((214, 60, 70), (28, 34, 90), (240, 236, 226), (240, 190, 40), (20, 20, 24)),  # 7 modern
    ((176, 84, 44), (30, 22, 20), (220, 150, 90), (90, 40, 28), (240, 214, 170)),  # 8 red figure
    ((34, 70, 150), (236, 238, 240), (150, 176, 214), (80, 110, 170), (210, 214, 206)),  # 9 blue
)


@dataclass(frozen=True)
class Hand:
    """How an artist works: what each mark is like, how many there are, and how a picture is laid out.

    ``mark`` is dash, dot, curl, block or wedge; ``length`` and ``width`` are of a picture whose long
    side is 256 pixels; ``density`` is marks in a painting; ``angle`` and ``spread`` are degrees;
    ``layout`` is horizon, centre, diagonal, columns or scatter; ``contrast`` is about 1.
    """

    mark: str
    length: int
    width: int
    density: int
    angle: int
    spread: int
    layout: str
    contrast: float = 1.0


@dataclass(frozen=True)
class Artist:
    """An invented artist; years below zero are BCE, ``born`` and ``died`` None for an unnamed life.

    ``met``, ``rijks`` and ``wga`` are the name as each museum would spell it, ``first`` and ``last``
    the years of activity, ``media`` keys of ``media.MEDIA`` with the likelier ones repeated, ``weight``
    the works that the artist has in a collection of 1,200, ``palette`` a number in ``PALETTES``.
    """

    key: int
    met: str
    alphabetical: str
    rijks: str
    wga: str
    school: str
    born: int | None
    died: int | None
    first: int
    last: int
    media: tuple[str, ...]
    palette: int
    hand: Hand
    weight: int
    woman: bool = False

    @property
    def authority(self) -> str:
        """Return the URI of an invented authority file; every third artist is not in it."""
        return (
            "" if self.key % 3 == 2 else f"https://artists.sample-museum.invalid/{90000 + self.key}"
        )


def _hand(text: str) -> Hand:
    """Read a hand from one line of the table below: ``dash 30x6 n300 @20~30 horizon c1.1``."""
    mark, size, density, turn, layout, contrast = text.split()
    length, width = size.split("x")
    angle, spread = turn[1:].split("~")
    return Hand(
        mark,
        int(length),
        int(width),
        int(density[1:]),
        int(angle),
        int(spread),
        layout,
        float(contrast[1:]),
    )


# met | alphabetical | rijks | wga | school | born died first last | media | palette | hand | weight
_TABLE = """
Pieter van Brandhoorn I|Brandhoorn, Pieter van, I|Brandhoorn, Pieter van (I)|BRANDHOORN, Pieter van I|Dutch|1588 1651 1610 1650|oil-canvas oil-canvas oil-panel etching|0|dash 34x7 n260 @10~25 horizon c1.0|104
Pieter van Brandhoorn II|Brandhoorn, Pieter van, II|Brandhoorn, Pieter van (II)|BRANDHOORN, Pieter van II|Dutch|1621 1689 1641 1688|oil-canvas oil-panel chalk|0|dash 22x4 n420 @70~30 horizon c1.15|66
Aleida Quillemans|Quillemans, Aleida|Quillemans, Aleida|QUILLEMANS, Aleida|Dutch|1606 1660 1628 1660|oil-panel oil-panel oil-copper|3|dot 9x9 n380 @0~180 centre c1.2|60
Cornelis Dircksz. de Molenwiek|Molenwiek, Cornelis Dircksz. de|Molenwiek, Cornelis Dircksz. de|MOLENWIEK, Cornelis Dircksz. de|Dutch|1610 1675 1630 1674|etching etching engraving pen|6|dash 26x2 n520 @45~12 horizon c1.1|80
Jan Claesz. Wittewaay|Wittewaay, Jan Claesz.|Wittewaay, Jan Claesz.|WITTEWAAY, Jan Claesz.|Dutch|1570 1637 1592 1636|engraving engraving pen|0|curl 20x2 n380 @120~40 centre c1.0|58
Master of the Invented Altar|Master of the Invented Altar|Meester van het Verzonnen Altaar|MASTER of the Invented Altar|Netherlandish|- - 1460 1500|tempera tempera oil-panel|2|block 22x16 n190 @90~8 columns c1.0|30
Floris Ostervelt|Ostervelt, Floris|Ostervelt, Floris|OSTERVELT, Floris|Dutch|1830 1901 1853 1898|albumen albumen salted|6|dash 40x9 n120 @0~12 horizon c0.9|54
Hendrik Maarten Zonderland|Zonderland, Hendrik Maarten|Zonderland, Hendrik Maarten|ZONDERLAND, Hendrik Maarten|Dutch|1881 1968 1904 1960|oil-canvas gelatin gelatin|7|block 44x30 n60 @0~90 diagonal c1.3|24
Gillis van den Ravenacker|Ravenacker, Gillis van den|Ravenacker, Gillis van den|RAVENACKER, Gillis van den|Flemish|1577 1640 1600 1640|wool wool oil-canvas|6|wedge 26x12 n240 @30~60 columns c1.05|48
Lorenzo di Fintoni|Fintoni, Lorenzo di|Fintoni, Lorenzo di|FINTONI, Lorenzo di|Italian|1445 1510 1468 1509|tempera tempera pen|2|curl 30x6 n220 @80~30 centre c1.0|40
Fintorello|Fintorello|Fintorello|FINTORELLO|Italian|1518 1594 1540 1592|oil-canvas oil-canvas chalk|3|wedge 48x12 n170 @55~18 diagonal c1.25|48
Giacoma Inventari|Inventari, Giacoma|Inventari, Giacoma|INVENTARI, Giacoma|Italian|1660 1731 1684 1729|marble marble terracotta|4|curl 44x14 n90 @60~50 centre c1.1|36
Bartolomeo della Fabula|Fabula, Bartolomeo della|Fabula, Bartolomeo della|FABULA, Bartolomeo della|Italian|1490 1548 1512 1547|medal-bronze medal-bronze medal-silver bronze|3|dot 12x12 n70 @0~180 centre c1.2|38
Étienne Faussaire-Dubreuil|Faussaire-Dubreuil, Étienne|Faussaire-Dubreuil, Étienne|FAUSSAIRE-DUBREUIL, Étienne|French|1824 1889 1848 1887|salted salted albumen|1|block 36x22 n80 @90~10 columns c1.15|44
Hélène de Nulleparcq|Nulleparcq, Hélène de|Nulleparcq, Hélène de|NULLEPARCQ, Hélène de|French|1755 1821 1776 1820|oil-canvas watercolour watercolour|4|dot 18x18 n210 @0~180 centre c0.85|34
Auguste Chimèrey|Chimèrey, Auguste|Chimèrey, Auguste|CHIMÈREY, Auguste|French|1840 1900 1864 1899|bronze bronze medal-bronze|5|wedge 26x14 n130 @20~70 diagonal c1.3|32
Johann Erdacht|Erdacht, Johann|Erdacht, Johann|ERDACHT, Johann|German|1472 1530 1494 1529|woodcut woodcut engraving|2|wedge 30x5 n260 @0~30 centre c1.4|42
Wolfgang Niemandt|Niemandt, Wolfgang|Niemandt, Wolfgang|NIEMANDT, Wolfgang|German|1700 1766 1724 1765|porcelain porcelain faience|9|curl 18x4 n130 @45~60 scatter c1.0|30
Anna Dorothea Trugbild|Trugbild, Anna Dorothea|Trugbild, Anna Dorothea|TRUGBILD, Anna Dorothea|German|1730 1795 1752 1790|silk silk wool|4|dot 12x12 n260 @0~180 scatter c1.0|22
Diego de Quimera y Soto|Quimera y Soto, Diego de|Quimera y Soto, Diego de|QUIMERA Y SOTO, Diego de|Spanish|1599 1664 1620 1663|oil-canvas|3|dash 54x16 n110 @90~14 centre c1.35|28
Edmund Nonesuch|Nonesuch, Edmund|Nonsuch, Edmund|NONESUCH, Edmund|English|1745 1811 1768 1810|watercolour watercolour mezzotint|1|block 52x14 n110 @0~10 horizon c0.8|26
Harriet Fable Whitlock|Whitlock, Harriet Fable|Whitlock, Harriet Fable|WHITLOCK, Harriet Fable|American|1858 1929 1882 1914|oil-canvas oil-canvas gelatin|5|dash 16x7 n560 @40~50 diagonal c1.1|24
Ezra Makepeace Dunmore|Dunmore, Ezra Makepeace|Dunmore, Ezra Makepeace|DUNMORE, Ezra Makepeace|American|1790 1851 1814 1850|stoneware|1|dash 30x6 n60 @0~20 columns c1.0|20
The Lantern Painter|Lantern Painter, The|Lantaarnschilder|LANTERN PAINTER|Greek|- - -480 -440|black-figure|8|wedge 24x10 n80 @90~30 scatter c1.2|24
Nikomachidas|Nikomachidas|Nikomachidas|NIKOMACHIDAS|Greek|- - -310 -250|marble terracotta|8|curl 34x18 n80 @110~20 columns c1.0|10
Jens Ørlef Drømmesen|Drømmesen, Jens Ørlef|Drømmesen, Jens Ørlef|DRØMMESEN, Jens Ørlef|Danish|1801 1863 1824 1862|oil-canvas|1|dash 40x10 n180 @0~10 horizon c0.9|6
Sorahara Kasumi|Sorahara Kasumi|Sorahara, Kasumi|SORAHARA Kasumi|Japanese|1786 1849 1808 1848|woodcut|9|block 60x40 n40 @30~20 diagonal c1.2|4
Odo Vergessen|Vergessen, Odo|Vergessen, Odo|VERGESSEN, Odo|German|1410 1461 1432 1460|tempera|2|wedge 18x8 n300 @90~90 scatter c1.1|2
"""

_WOMEN = frozenset({2, 11, 14, 18, 21})


def _artist(key: int, line: str) -> Artist:
    """Read one line of the table."""
    *names, school, years, media, palette, hand, weight = line.split("|")
    met, alphabetical, rijks, wga = names
    born, died, first, last = years.split()
    return Artist(
        key,
        met,
        alphabetical,
        rijks,
        wga,
        school,
        None if born == "-" else int(born),
        None if died == "-" else int(died),
        int(first),
        int(last),
        tuple(media.split()),
        int(palette),
        _hand(hand),
        int(weight),
        woman=key in _WOMEN,
    )


ARTISTS: tuple[Artist, ...] = tuple(
    _artist(key, line) for key, line in enumerate(_TABLE.strip().splitlines())
)
"""Twenty-eight, in no order of time; the first two are father and son and share a palette.

The Rijksmuseum leaves a letter out of Nonesuch, who is in no authority file: whether that is one person is
for people to say.
"""

SCHOOLS: dict[str, tuple[int, Hand]] = {
    "Dutch": (0, _hand("dash 28x5 n240 @30~60 centre c1.0")),
    "Italian": (2, _hand("curl 26x6 n200 @60~60 columns c1.0")),
    "French": (4, _hand("dot 14x12 n200 @0~180 horizon c0.95")),
    "German": (3, _hand("wedge 24x6 n220 @20~80 centre c1.2")),
    "Greek": (8, _hand("wedge 26x12 n70 @90~60 columns c1.1")),
}
"""Where a work without an artist comes from: a palette and an average hand."""
