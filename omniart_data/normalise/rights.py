"""The rights on the image: the rule that writes their URI in one way."""

from omniart_data.normalise.rule import Judged, Rule
from schemas.rights import policy, statement


def rights_uri(rights: str | None) -> Judged:
    """Write the URI of a rights statement in one way, and that of words that stand for one.

    >>> rights_uri("http://creativecommons.org/publicdomain/mark/1.0/").value
    ('https://creativecommons.org/publicdomain/mark/1.0',)
    >>> rights_uri("© An estate").value
    ('https://rightsstatements.org/vocab/InC/1.0',)
    """
    given = (rights or "").strip()
    if not given:
        return Judged(("",), "no rights given")
    found = policy(given)
    return Judged((statement(given),), f"{found.name}: {found.because}")


RULE = Rule("rights", ("rights",), ("rights",), rights_uri)
