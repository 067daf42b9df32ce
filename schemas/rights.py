"""What a rights statement lets us do with a picture: policy as data, in vocab/rights.csv.

A source whose own terms bind its pictures (the WGA) is a row of its own, and the stricter of source and
statement wins. A statement that is not in the table, or none at all, lets nothing be done: nothing is
guessed.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Policy:
    """What may be done with a picture, and the words that say so."""

    may_fetch: str
    """``yes``, ``personal`` (only when the user says that the use is personal or educational), ``no``."""
    may_pass_on: bool
    because: str


NOT_SAID = Policy("no", may_pass_on=False, because="no known rights statement allows it")
_YES = "yes"


def normalise_uri(uri: str) -> str:
    """Return a rights URI with https and without a language, a closing slash or blanks.

    >>> normalise_uri("http://creativecommons.org/publicdomain/mark/1.0/deed.nl")
    'https://creativecommons.org/publicdomain/mark/1.0'
    """
    text = re.sub(r"^http://(www\.)?", "https://", uri.strip())
    return re.sub(r"/(deed(\.\w+)?|page)?$", "", text).replace(".org/page/", ".org/vocab/")


@cache
def _policies() -> dict[tuple[str, str], Policy]:
    text = files("schemas").joinpath("vocab/rights.csv").read_text(encoding="utf-8")
    return {
        (row["scope"], row["uri_or_source"]): Policy(
            row["may_fetch"], may_pass_on=row["may_pass_on"] == _YES, because=row["because"]
        )
        for row in csv.DictReader(text.splitlines())
    }


@cache
def policy(rights: str, source: str) -> Policy:
    """Return what may be done with a picture that ``source`` offers under the statement ``rights``.

    >>> policy("http://creativecommons.org/publicdomain/zero/1.0/", "met").may_pass_on
    True
    >>> policy("", "wga").may_fetch
    'personal'
    >>> policy("https://rightsstatements.org/vocab/InC/1.0/", "rijksmuseum").may_fetch
    'no'
    """
    of_source = _policies().get(("source", source))
    if of_source is not None:
        return of_source
    return _policies().get(("uri", normalise_uri(rights)), NOT_SAID)


def may_pass_on(rights: str, source: str) -> bool:
    """Return whether a release may hold the picture."""
    return policy(rights, source).may_pass_on
