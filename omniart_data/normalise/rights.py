"""The rights on the image: the rule that writes their URI in one way."""

import re

from omniart_data.normalise.rule import Judged, Rule


def rights_uri(rights: str | None) -> Judged:
    """Write the URI of a rights statement with https, without "www." and a closing slash.

    >>> rights_uri("http://creativecommons.org/publicdomain/mark/1.0/").value
    ('https://creativecommons.org/publicdomain/mark/1.0',)
    """
    given = (rights or "").strip()
    uri = re.sub(r"^https?://(?:www\.)?", "https://", given).rstrip("/")
    return Judged((uri,), "scheme and closing slash made alike" if given else "no rights given")


RULE = Rule("rights", ("rights",), ("rights",), rights_uri)
