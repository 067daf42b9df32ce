"""A museum's word for a type, a material or a technique looked up in the tables of ``schemas/vocab``."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TypeAlias

from omniart_data.normalise.terms.stems import singular, stem, stem_key
from omniart_data.normalise.vocabulary import vocabulary_rows

KINDS = ("type", "material", "technique")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_AAT = "http://vocab.getty.edu/aat/"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Found:
    """What a term became: its label, of which kind, how, and the table row or absence that decided."""

    label: str
    """The English label; empty where the table says that the term says nothing ("others")."""
    kind: str
    how: str
    """table, head, decision or unmatched: see schemas.artwork.TERM_USE."""
    because: str


@dataclass(frozen=True)
class TermDecision:
    """What people decided that an unmatched word is: a label, or nothing (empty); and the decision as told."""

    label: str
    because: str


Decided: TypeAlias = Mapping[tuple[str, str, str], TermDecision]
"""Kind, term and language of an unmatched word -> what was decided about it."""

NOTHING_DECIDED: Decided = MappingProxyType({})


def as_decided(found: Found, term: str, language: str, decided: Decided) -> Found:
    """Return what a decision says of a word that no table knows; else what was found.

    >>> said = {("type", "zorbel", "nl"): TermDecision("rowlock", "its use")}
    >>> as_decided(translated("zorbel", "type", "nl"), "zorbel", "nl", said).label
    'rowlock'
    """
    if found.how != "unmatched":
        return found
    decision = decided.get((found.kind, term, language))
    if decision is None:
        return found
    return Found(decision.label, found.kind, "decision", decision.because)


def plain(term: str) -> str:
    r"""Return a term lower-cased, with single blanks and without what cannot be seen.

    >>> plain("  Oil\u00a0on  canvas\u200c")
    'oil on canvas'
    """
    if term.isprintable():
        return " ".join(term.split()).casefold()
    seen = "".join(char for char in term if char.isprintable() or char.isspace())
    return _SPACES.sub(" ", seen).strip().casefold()


def without_brackets(term: str) -> str:
    """Return a term without its bracketed qualifiers.

    >>> without_brackets("kant (materiaal)")
    'kant'
    """
    if "(" not in term and "[" not in term:
        return " ".join(term.replace(" )", " ").split())
    for _ in range(_DEEPEST):
        before, term = term, _BRACKETS.sub(" ", term)
        if term == before:
            break
    return _SPACES.sub(" ", term.replace("( ", " ").replace(" )", " ")).strip()


_DEEPEST = 5
"""Brackets within brackets that are taken out: a hostile text may nest thousands."""

LONGEST = 4000
"""Characters of a museum's text that are read; the longest real one of 143,469 media has some hundreds."""


@cache
def composites() -> Mapping[str, tuple[Found, ...]]:
    """Return the table's terms that name several things, with these things; none: words to be taken apart.

    >>> [(part.kind, part.label) for part in composites()["gilt"]]
    [('material', 'gold'), ('technique', 'gilding')]
    """
    rows = vocabulary_rows("composites")
    return MappingProxyType(
        {
            row["term"]: tuple(
                Found(label, kind, "table", f"composites.csv: {row['term']} -> {row['parts']}")
                for kind, label in (part.split(": ") for part in row["parts"].split("; ") if part)
            )
            for row in rows
        }
    )


@lru_cache(maxsize=65536)
def look_up(term: str, kind: str, language: str) -> Found | None:
    """Return what a table row says of a whole term, or of it without brackets; None: no row.

    Of a language that is not said, English is tried before Dutch.

    >>> look_up("kant (materiaal)", "material", "nl").label
    'lace'
    >>> look_up("Paintings", "type", "en").label
    'painting'
    """
    given = plain(term)
    for form in dict.fromkeys((given, without_brackets(given))):
        for spoken in _languages(language):
            found = _row(form, kind, spoken)
            if found is not None:
                return found
    return None


def exact(term: str, kind: str, language: str) -> Found | None:
    """Return what a row with these very words says, of a term that is plain already; None: there is none.

    >>> exact("carved", "technique", "en").label, exact("carvings", "technique", "en")
    ('carving', None)
    """
    for spoken in _languages(language):
        found = _exact(spoken, kind).get(term)
        if found is not None:
            return found
    return None


_AS_AN_ENDING = MappingProxyType({("type", "glass"): "drinking glass"})
"""Last words that mean another thing than they do alone: a flip glass is to drink from."""


@lru_cache(maxsize=65536)
def by_ending(term: str, kind: str, language: str) -> Found | None:
    """Return what the longest known ending of a term says: an English last word, a Dutch compound's head.

    >>> by_ending("huwelijkspenning", "type", "nl").label
    'medal'
    >>> by_ending("folding armchair", "type", "en").label, by_ending("flip glass", "type", "en").label
    ('armchair', 'drinking glass')
    """
    given = without_brackets(plain(term))
    words = given.split(" ")
    for spoken in _languages(language):
        for start in range(1, len(words)):
            ending = " ".join(words[start:])
            found = _row(_AS_AN_ENDING.get((kind, ending), ending), kind, spoken)
            if found is not None and found.label:
                return Found(
                    found.label, kind, "head", f"{found.because}, as the ending of the term"
                )
    return compound_head(words[-1], kind) if language in ("nl", "") else None


def compound_head(word: str, kind: str) -> Found | None:
    """Return what the longest known head that a Dutch compound ends in says.

    Only endings of the reviewed list: any term as an ending makes iron of a sundial ("zonnewijzer").
    """
    for ending, label in _compound_heads(kind):
        if word.endswith(ending) and word != ending:
            because = f"compound_heads.csv: ...{ending} ({kind}) -> {label}"
            return Found(label, kind, "head", because)
    return None


def translated(term: str, kind: str, language: str) -> Found:
    """Return what the tables make of a term; one that they do not know stays, lower-cased, as unmatched.

    >>> translated("Onbekendding", "type", "nl")
    Found(label='onbekendding', kind='type', how='unmatched', because='no row in terms.csv: kept as given')
    """
    found = look_up(term, kind, language) or by_ending(term, kind, language)
    if found is not None:
        return found
    kept = without_brackets(plain(term)) or plain(term)
    label = singular(kept) if language == "en" else kept
    return Found(label, kind, "unmatched", "no row in terms.csv: kept as given")


def _languages(language: str) -> tuple[str, ...]:
    if language == "nl":
        return ("nl", "en")  # Dutch records hold English loan words ("surimono")
    return ("en", "nl") if not language else ("en",)


def _row(term: str, kind: str, language: str) -> Found | None:
    found = _exact(language, kind).get(term)
    if found is None and language == "en":
        words = term.replace("-", " ").split()
        if words and len(words) <= _stems_from(kind).get(stem(words[0]), 0):
            found = _by_stem(kind).get(stem_key(term))
    return found


@cache
def _exact(language: str, kind: str) -> Mapping[str, Found]:
    rows: dict[str, Found] = {}
    if language == "en":
        if kind == "material":
            rows |= _found(vocabulary_rows("aat_materials"), "material", "aat_materials.csv")
        rows |= _own_labels(kind) | _by_uri(kind)
    mine = [
        row
        for row in vocabulary_rows("terms")
        if (row["language"], row["kind"]) == (language, kind)
    ]
    return MappingProxyType(rows | _found(mine, kind, "terms.csv"))


def _found(rows: Iterable[Mapping[str, str]], kind: str, file: str) -> dict[str, Found]:
    return {
        row["term"]: Found(
            row["label"],
            kind,
            "table",
            f"{file}: {row['term']} ({kind}, {row['source']}) -> {row['label'] or 'says nothing'}",
        )
        for row in rows
    }


def _own_labels(kind: str) -> dict[str, Found]:
    """Return a row for each label of the kind: every label that we give is a term that we know."""
    return {
        label: Found(label, kind, "table", f"terms.csv: {label} ({kind}) is a label")
        for label in sorted(_labels_of_terms(kind))
    }


@cache
def _labels_of_terms(kind: str) -> frozenset[str]:
    rows = vocabulary_rows("terms")
    return frozenset(row["label"] for row in rows if row["kind"] == kind) - {""}


@cache
def vocabulary_labels(kind: str) -> frozenset[str]:
    """Return every label of a kind that the tables can give.

    >>> "oil paint" in vocabulary_labels("material"), "chair" in vocabulary_labels("material")
    (True, False)
    """
    labels = set(_labels_of_terms(kind))
    if kind == "material":
        labels |= {row["label"] for row in vocabulary_rows("aat_materials")}
    labels |= {part.label for parts in composites().values() for part in parts if part.kind == kind}
    labels |= {row["label"] for row in vocabulary_rows("compound_heads") if row["kind"] == kind}
    if kind == "type":
        labels |= {row["type"] for row in vocabulary_rows("implied_types")}
    return frozenset(labels)


@cache
def aat_ids(kind: str) -> Mapping[str, str]:
    """Return label -> its one id in the AAT, for the labels of a kind that have one.

    A row whose term is the label itself decides, then the other rows of terms.csv, then aat_materials.csv.

    >>> aat_ids("material")["oil paint"], aat_ids("type")["painting"]
    ('300015050', '300033618')
    """
    tables = [[row for row in vocabulary_rows("terms") if row["kind"] == kind]]
    if kind == "material":
        tables.append(list(vocabulary_rows("aat_materials")))
    ids: dict[str, str] = {}
    for rows in tables:
        for row in sorted(rows, key=lambda row: row["term"] != row["label"]):
            if row["aat_id"] and row["label"]:
                ids.setdefault(row["label"], row["aat_id"])
    return MappingProxyType({label: ids[label] for label in sorted(ids)})


def _by_uri(kind: str) -> dict[str, Found]:
    """Return a row for each AAT address: the Rijksmuseum gives some types (rectos) by nothing else."""
    rows = [row for row in vocabulary_rows("terms") if row["kind"] == kind and row["aat_id"]]
    return {
        f"{_AAT}{row['aat_id']}": Found(
            row["label"], kind, "table", f"terms.csv: {row['aat_id']} ({kind}) -> {row['label']}"
        )
        for row in reversed(rows)
    }


@cache
def _by_stem(kind: str) -> Mapping[str, Found]:
    """Return stem key -> row of English terms; a label's own key wins, then the first term."""
    rows: dict[str, Found] = {}
    exact = _exact("en", kind)
    for term in sorted(exact, key=lambda one: (exact[one].label != one, one)):
        if exact[term].label:
            rows.setdefault(stem_key(term), exact[term])
    return MappingProxyType(rows)


@cache
def _stems_from(kind: str) -> Mapping[str, int]:
    """Return a first stem -> stems in the longest key that begins with it: longer texts need no stemming."""
    longest: dict[str, int] = {}
    for key in _by_stem(kind):
        first = key.split(" ", 1)[0]
        longest[first] = max(longest.get(first, 0), key.count(" ") + 1)
    return MappingProxyType(longest)


@cache
def _compound_heads(kind: str) -> tuple[tuple[str, str], ...]:
    rows = [row for row in vocabulary_rows("compound_heads") if row["kind"] == kind]
    rows.sort(key=lambda row: (-len(row["ending"]), row["ending"]))
    return tuple((row["ending"], row["label"]) for row in rows)
