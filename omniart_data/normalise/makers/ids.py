"""Ids of persons: the URIs that museums give, in one short form each."""

import re
from collections.abc import Iterable

KINDS = ("ulan", "wikidata", "rkd", "viaf", "nga", "met", "rijksmuseum", "uri")
"""Kinds of ids, the best first: what most collections agree on, then what one museum says."""

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("ulan", r"(?:https?://)?vocab\.getty\.edu/(?:page/)?ulan/(\d{9})(?:-agent)?|ulan:(\d{9})"),
        (
            "wikidata",
            r"(?:https?://)?(?:www\.)?wikidata\.org/(?:wiki|entity)/(Q\d+)|wikidata:(Q\d+)",
        ),
        (
            "rkd",
            r"(?:https?://)?(?:www\.|data\.)?rkd\.nl/(?:[a-z]{2}/)?(?:explore/)?artists/(\d+)|rkd:(\d+)",
        ),
        ("viaf", r"(?:https?://)?(?:www\.)?viaf\.org/viaf/(\d+)|viaf:(\d+)"),
        (
            "nga",
            r"(?:https?://)?(?:www\.)?nga\.gov/(?:[\w/-]*artists?/|collection/artist-info\.)(\d+)(?:\.html|-[\w-]*)?|nga:(\d+)",
        ),
        ("met", r"met:(\d+)"),
        (
            "rijksmuseum",
            r"(?:https?://)?(?:id|data)\.rijksmuseum\.nl/(\d+)|rijksmuseum:(\d+)",
        ),
    )
)
_URI = re.compile(r"https?://[^\s/]+/\S*\d\S*")
_LONGEST = 300
"""Characters of an id that are read."""


def person_id(uri: str) -> str | None:
    """Return an id as "kind:number", any other URI with https and without a closing slash; None: no id.

    >>> person_id("http://vocab.getty.edu/page/ulan/500011051"), person_id("http://viaf.org/viaf/7/")
    ('ulan:500011051', 'viaf:7')
    >>> person_id("https://www.wikidata.org/wiki/Q5598"), person_id("https://rkd.nl/explore/artists/66219")
    ('wikidata:Q5598', 'rkd:66219')
    >>> person_id("http://people.invalid/12/"), person_id("(not assigned)")
    ('https://people.invalid/12', None)
    """
    plain = uri[:_LONGEST].strip().partition("#")[0].rstrip("/")
    for kind, form in _FORMS:
        if (found := form.fullmatch(plain)) is not None:
            number = next(filter(None, found.groups())).upper()
            return f"{kind}:{number}"
    return re.sub(r"^http:", "https:", plain) if _URI.fullmatch(plain) else None


def kind_of(one: str) -> str:
    """Return the kind of an id in its short form.

    >>> kind_of("ulan:500011051"), kind_of("https://people.invalid/12")
    ('ulan', 'uri')
    """
    kind = one.partition(":")[0]
    return kind if kind in KINDS else "uri"


def id_order(one: str) -> tuple[int, int, str]:
    """Return the place of an id among others: the best kind first, then the least number."""
    return KINDS.index(kind_of(one)), len(one), one


def name_id(key: str, born: int | None, died: int | None) -> str:
    """Return the id of somebody of whom no museum gives one: the life is part of it from the beginning.

    A namesake who appears later therefore changes nobody's id, and takes over nobody's.

    >>> name_id("jan steen", 1626, 1679), name_id("jan steen", None, 1679), name_id("jan steen", None, None)
    ('name:jan steen 1626-1679', 'name:jan steen -1679', 'name:jan steen')
    """
    if born is None and died is None:
        return f"name:{key}"
    return f"name:{key} {'' if born is None else born}-{'' if died is None else died}"


def bare_name_id(one: str) -> str:
    """Return an id that is made of a name without the life, or the words in brackets, behind the key.

    >>> bare_name_id("name:jan steen 1626-1679"), bare_name_id("name:jan steen -1679"), bare_name_id("ulan:1")
    ('name:jan steen', 'name:jan steen', 'ulan:1')
    >>> bare_name_id("name:richard wilson (WILSON, Richard)")
    'name:richard wilson'
    """
    return _BEHIND_KEY.sub("", one) if one.startswith("name:") else one


_BEHIND_KEY = re.compile(r" (?:-?\d*--?\d*|\(.*\))$", re.DOTALL)


def ids_differ(some: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether two lists of ids are of two persons: the best kind that both have decides.

    >>> ids_differ(["ulan:500000001", "viaf:1"], ["ulan:500000002", "viaf:1"])
    True
    >>> ids_differ(["ulan:500000001", "viaf:1"], ["ulan:500000001", "viaf:2"])
    False
    >>> ids_differ(["ulan:500000001"], ["viaf:2"])
    False
    """
    some, others = list(some), list(others)
    for kind in KINDS:
        mine = {one for one in some if kind_of(one) == kind}
        theirs = {one for one in others if kind_of(one) == kind}
        if mine and theirs:
            return not mine & theirs
    return False
