"""robots.txt (RFC 9309): what a host asks crawlers to leave alone, and how slowly to go."""

from protego import Protego

from crawlers.engine.body import kind_of
from crawlers.engine.fetch_config import AGENT

PATH = "/robots.txt"
MOST_BYTES = 512_000
"""So much of a robots.txt is read (RFC 9309, 2.5: at least 500 KiB); what follows is not."""
KEPT_S = 24 * 3600.0
"""How long it is believed (RFC 9309, 2.4)."""


class Robots:
    r"""What one host's robots.txt says to us; without one, everything is allowed.

    >>> robots = Robots(b"User-agent: *\nDisallow: /private\nCrawl-delay: 5")
    >>> robots.allows("https://museum.example/private/a"), robots.allows("https://museum.example/a")
    (False, True)
    >>> robots.delay_s
    5.0
    """

    def __init__(self, body: bytes = b"") -> None:
        text = body[:MOST_BYTES].decode("utf-8-sig", "replace")
        if kind_of(body) == "html":  # a page for people, or a wall: no rules
            text = ""
        self._rules = Protego.parse(text)
        delay_s = self._rules.crawl_delay(AGENT)
        self.delay_s = delay_s if delay_s and delay_s > 0 else 0.0
        """Seconds between two requests that it asks for; 0 where it says nothing."""

    def allows(self, url: str) -> bool:
        """Return whether we may ask for an address."""
        return self._rules.can_fetch(url, AGENT)
