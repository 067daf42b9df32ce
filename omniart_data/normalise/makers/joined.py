"""Two names that are given as one: several persons, or the partners whom a firm is called after."""

import re

_TOGETHER = re.compile(r"\s(and|&|en|und|et)\s")
_BRACKETS = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]?")
_PARTICLE = r"(?:van|de|der|den|het|ter|ten|von|zu|di|da|del|della|du|la|le)"
_GIVEN = r"(?!(?:Van|De|Der|Von|Le|La|Du|Firma|Weduwe)\s)[^\W\d_][^\s,.]+"
_FULL = re.compile(rf"{_GIVEN}(?:\s[^\s,]+)+")
"""Given and family name: "Levi Stewart"; not "J. Baudry", as firms call themselves."""

_SINGLE = re.compile(_GIVEN)
_INVERTED = re.compile(rf"[^,]+,\s*{_GIVEN}(?:\s[^\s,]+)*")
_GIVEN_AND_PARTICLES = re.compile(rf"{_GIVEN}(?:\s{_PARTICLE})+")
_OTHERS = frozenset(
    {"others", "anderen", "andere", "autres", "other artists", "andere kunstenaars"}
)


def is_joined(name: str) -> bool:
    """Return whether a word such as "and" joins two names, outside brackets."""
    if _TOGETHER.search(name) is None:
        return False
    return "(" not in name or _TOGETHER.search(_BRACKETS.sub(" ", name)) is not None


def names_several(name: str, *, are_artists: bool = False) -> bool:
    """Return whether joined names are of several persons; else they are partners, as far as a name tells.

    Firms are called after families, and persons by their given names too. The Dutch and the French write
    the family first, and only once; the English "Leonard, Reed & Barton" is a list of families.

    >>> [names_several(one) for one in ("Jan Steen and Frans Hals", "John & Josiah Boydell", "Steen, Jan & Hals, Frans")]
    [True, True, True]
    >>> [names_several(one) for one in ("Boom, Hendrick en Dirk", "Wolschaten, Geeraerd van en Hendrik Aertsen")]
    [True, True]
    >>> [names_several(one) for one in ("Leonard, Reed & Barton", "Curtis and Dunning", "Gide et J. Baudry")]
    [False, False, False]
    """
    bare = " ".join(_BRACKETS.sub(" ", name).split())
    told = _TOGETHER.split(bare)
    persons = [one.strip(" ,") for one in told[::2]]
    if len(persons) > 1 and persons[-1] in _OTHERS:
        return _FULL.fullmatch(persons[0]) is not None
    listed = [part.strip() for one in persons for part in one.split(",") if part.strip()]
    if len(persons) > 1 and all(_FULL.fullmatch(one) for one in listed):
        return True
    if len(persons) != 2:
        return False
    first, second = persons
    if are_artists and _SINGLE.fullmatch(first) and _SINGLE.fullmatch(second):
        return True
    return _share_family(first, second, is_foreign=told[1] not in ("and", "&") or "(" in name)


def _share_family(first: str, second: str, *, is_foreign: bool) -> bool:
    """Return whether one family name stands for two persons, or both are turned round."""
    if _SINGLE.fullmatch(first) and _FULL.fullmatch(second):
        return True
    if not _INVERTED.fullmatch(first):
        return False
    if _INVERTED.fullmatch(second) or _GIVEN_AND_PARTICLES.fullmatch(second):
        return True
    return is_foreign and (_SINGLE.fullmatch(second) or _FULL.fullmatch(second)) is not None
