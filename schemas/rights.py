"""What a rights statement lets us do with a picture: policy as data, in vocab/rights.csv.

A row of the table is a statement's URI, a text that stands for one, words that a text may hold, or a source
whose own terms bind all its pictures (the WGA). Where a source has terms of its own and a statement is
given as well, each use takes the stricter of the two. A statement that is not in the table, or none at all,
lets nothing be done: nothing is guessed.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

YES, PERSONAL, NO = "yes", "personal", "no"
LEAVES = (NO, PERSONAL, YES)
"""What a use may be, the strictest first; ``personal``: only when the user says that the use is personal or
educational."""


@dataclass(frozen=True)
class Policy:
    """What may be done with a picture, and the words that say so."""

    name: str
    may_keep: str
    """Bring it into a workspace: one of ``LEAVES``."""
    may_train: str
    """Let a network learn from it: one of ``LEAVES``, never more than ``may_keep``."""
    may_pass_on: bool
    """Put it into a release, which anybody may read for any use."""
    open: bool
    """Anybody may use, change and share it for any purpose: as the Open Definition has it."""
    because: str

    @property
    def may_fetch(self) -> str:
        """Return ``may_keep``: what is fetched is kept."""
        return self.may_keep


NOT_SAID = Policy(
    "not known",
    may_keep=NO,
    may_train=NO,
    may_pass_on=False,
    open=False,
    because="no known rights statement allows it",
)

_ADDRESS = re.compile(
    r"(?:(?:https?:)?//)?(?:www\.)?(creativecommons\.org|rightsstatements\.org|europeana\.eu)(/.*)?",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_PAGE = re.compile(r"(?:deed|legalcode|rdf)(?:[-_.][\w.-]*)?")
"""What stands behind a Creative Commons URI for people: ``deed.nl``, ``legalcode.zh-hans``, ``deed-music``."""
_PORT = re.compile(
    r"(https://creativecommons\.org/licenses/[^/]+/[\d.]+)/(?:[a-z]{2}|igo|scotland)"
)
"""A ported licence, whose text is fitted to one country's law, and the licence whose elements it has."""
_FORMAT = re.compile(r"\.(?:jsonld|json|ttl|rdf|html)")
_ONLY_VERSION = "1.0"
"""The one version that CC0, the Public Domain Mark and the statements of RightsStatements.org have had."""


def normalise_uri(uri: str) -> str:
    """Return a rights URI in one way: https, no "www.", language, query, page for people or closing slash.

    A port (``/3.0/nl``) stays, as it is a licence of its own. Another site's URI keeps its path as it is.

    >>> normalise_uri("http://creativecommons.org/publicdomain/mark/1.0/deed.nl")
    'https://creativecommons.org/publicdomain/mark/1.0'
    >>> normalise_uri("//www.creativecommons.org/licenses/BY-SA/3.0/nl/legalcode?lang=nl")
    'https://creativecommons.org/licenses/by-sa/3.0/nl'
    >>> normalise_uri("http://rightsstatements.org/page/InC/1.0/?language=en")
    'https://rightsstatements.org/vocab/InC/1.0'
    """
    text = uri.strip()
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return _SCHEME.sub("https://", text, count=1).rstrip("/") if _SCHEME.match(text) else text
    host = found[1].lower()
    path = re.split(r"[?#]", found[2] or "")[0].replace("%2B", "+").replace("%2b", "+")
    parts = _SITES[host]([part for part in path.split("/") if part])
    return "/".join([f"https://{host}", *parts])


def _creative_commons(parts: list[str]) -> list[str]:
    parts = [part.lower() for part in parts]
    if parts and _PAGE.fullmatch(parts[-1]):
        parts.pop()
    if parts in (["publicdomain", "zero"], ["publicdomain", "mark"]):
        parts.append(_ONLY_VERSION)
    return parts


def _rights_statements(parts: list[str]) -> list[str]:
    match parts:
        case [("vocab" | "page" | "data"), code] if code != _ONLY_VERSION:
            return ["vocab", _spelling(code), _ONLY_VERSION]
        case [("vocab" | "page" | "data"), code, version, *rest]:
            return ["vocab", _spelling(code), _FORMAT.sub("", version), *rest]
    return parts


def _europeana(parts: list[str]) -> list[str]:
    """Write the statements that Europeana had before 2016, in their older place too (``portal``)."""
    parts = [part.lower().removesuffix(".html") for part in parts]
    return parts[1:] if parts[:1] == ["portal"] else parts


_SITES: Mapping[str, Callable[[list[str]], list[str]]] = {
    "creativecommons.org": _creative_commons,
    "rightsstatements.org": _rights_statements,
    "europeana.eu": _europeana,
}
"""Host to how the parts of its addresses are written."""


@dataclass(frozen=True)
class _Row:
    policy: Policy
    stands_for: str
    """The URI that a text means; empty: it is a URI itself, or means none."""


@cache
def _table() -> Mapping[tuple[str, str], _Row]:
    text = files("schemas").joinpath("vocab/rights.csv").read_text(encoding="utf-8")
    return {
        (row["scope"], row["uri_or_source"]): _Row(
            Policy(
                row["name"],
                may_keep=row["may_keep"],
                may_train=row["may_train"],
                may_pass_on=row["may_pass_on"] == YES,
                open=row["open"] == YES,
                because=row["because"],
            ),
            row["stands_for"],
        )
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _codes() -> Mapping[str, str]:
    uris = (key for scope, key in _table() if scope == "uri" and "rightsstatements.org" in key)
    return {uri.split("/")[-2].lower(): uri.split("/")[-2] for uri in uris}


def _spelling(code: str) -> str:
    """Return the code of RightsStatements.org as it is spelt there: ``inc`` is ``InC``."""
    return _codes().get(code.lower(), code)


@cache
def _words() -> tuple[tuple[re.Pattern[str], _Row], ...]:
    """Return the words that a text may hold; a letter is not cut off from the word it belongs to."""
    rows = ((key, row) for (scope, key), row in _table().items() if scope == "words")
    return tuple(
        (re.compile(rf"(?<!\w){re.escape(key)}(?!\w)" if key.isascii() else re.escape(key)), row)
        for key, row in rows
    )


def _find(rights: str) -> _Row | None:
    """Return the row of a statement: of its URI, of the licence that it is a port of, or of its words."""
    uri = normalise_uri(rights)
    port = _PORT.fullmatch(uri)
    for key in (uri, port[1] if port else uri):
        if row := _table().get(("uri", key)):
            return row
    text = " ".join(rights.split()).lower()
    if row := _table().get(("text", text)):
        return row
    return next((row for pattern, row in _words() if pattern.search(text)), None)


def statement(rights: str) -> str:
    """Return the URI that a statement is or stands for; a text that means none stays as it is.

    >>> statement("© 2019 Artists Rights Society (ARS), New York")
    'https://rightsstatements.org/vocab/InC/1.0'
    >>> statement("Creative Commons Zero")
    'https://creativecommons.org/publicdomain/zero/1.0'
    >>> statement("ask at the desk")
    'ask at the desk'
    """
    row = _find(rights)
    return (row.stands_for if row else "") or normalise_uri(rights)


@cache
def policy(rights: str, source: str = "") -> Policy:
    """Return what may be done with a picture that ``source`` offers under the statement ``rights``.

    >>> policy("http://creativecommons.org/publicdomain/zero/1.0/", "met").may_pass_on
    True
    >>> policy("", "wga").may_keep, policy("https://rightsstatements.org/vocab/InC/1.0/", "wga").may_keep
    ('personal', 'no')
    >>> policy("https://creativecommons.org/licenses/by-nd/3.0/nl/").may_train
    'no'
    >>> policy("https://creativecommons.org/licenses/by/3.0/igo/").may_pass_on
    True
    """
    of_source = _table().get(("source", source))
    found = _find(rights)
    said = found.policy if found else NOT_SAID
    if of_source is None:
        return said
    return _stricter(of_source.policy, said) if rights.strip() else of_source.policy


def _stricter(one: Policy, other: Policy) -> Policy:
    """Return a policy that allows what both allow, in the words of the one that allows less."""
    worded = min((one, other), key=_freedom)
    return Policy(
        worded.name,
        may_keep=min(one.may_keep, other.may_keep, key=LEAVES.index),
        may_train=min(one.may_train, other.may_train, key=LEAVES.index),
        may_pass_on=one.may_pass_on and other.may_pass_on,
        open=one.open and other.open,
        because=worded.because,
    )


def _freedom(one: Policy) -> int:
    uses = LEAVES.index(one.may_keep) + LEAVES.index(one.may_train)
    return uses + one.may_pass_on + one.open


def may_pass_on(rights: str, source: str) -> bool:
    """Return whether a release may hold the picture."""
    return policy(rights, source).may_pass_on
