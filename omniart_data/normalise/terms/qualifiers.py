"""Words that say nothing by themselves but belong to a material that is named beside them ("machine net")."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from omniart_data.normalise.vocabulary import vocabulary_rows

BEFORE, AFTER, LIKENS, ADDS = STANDS = ("before", "after", "likens", "adds")
"""Where a word of the table stands. Before what it qualifies ("bast fiber"); after what it is a part of, or made of
("wool warp", "silver buttons"); after a hyphen, where what stands before the hyphen is no material of the work
("silver-toned"), or is one that lies on it ("linen-covered")."""

_COUNT = re.compile(r"[\d½¼¾⅛⅜⅝⅞][\d½¼¾⅛⅜⅝⅞.,/–-]*(?:st|nd|rd|th|s)?")


def qualifies(word: str) -> bool:
    """Say whether a word only qualifies what is named after it, as any possessive does.

    >>> qualifies("machine"), qualifies("eagle's"), qualifies("zorbel"), qualifies("toned")
    (True, True, False, False)
    """
    return BEFORE in stands(word) or word.endswith(("'s", "s'"))


def names_a_part(word: str) -> bool:
    """Say whether a word, in the singular, only names the part or shape of what stands before it.

    >>> names_a_part("core"), names_a_part("zorbel")
    (True, False)
    """
    return AFTER in stands(word)


def is_count(word: str) -> bool:
    """Say whether a word is a number, an ordinal or a century: it tells how many or when, not what of.

    >>> is_count("128"), is_count("18th"), is_count("35mm"), is_count("ink")
    (True, True, False, False)
    """
    return _COUNT.fullmatch(word) is not None


def stands(word: str) -> frozenset[str]:
    """Return where a word of the table may stand; nothing: it has no row.

    >>> stands("covered"), stands("zorbel")
    (frozenset({'adds'}), frozenset())
    """
    return _table().get(word, frozenset())


@cache
def _table() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in vocabulary_rows("qualifiers"):
        found[row["word"]] = found.get(row["word"], frozenset()) | {row["stands"]}
    return MappingProxyType(found)
