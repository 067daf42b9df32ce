"""How to behave towards museums: every setting of the client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from yarl import URL

from crawlers.engine.address import site
from schemas.errors import UsageError

AGENT = "omniart-data"
"""The name under which we ask, and to which robots.txt may speak."""


@dataclass(frozen=True)
class FetchConfig:
    """How to behave towards museums; the defaults are slow enough for any of them."""

    contact: str = ""
    """A mail address or page by which a museum can reach whoever runs this; in the user agent."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """Host to requests per second; ``default_rate`` holds for all others.

    They are all hosts of all crawled sources: a redirect from one of them may lead to these alone. A host
    that is not among them may send one on to hosts of its own site as well (see ``may_lead``).
    """
    default_rate: float = 1.0
    find_rate: bool = False
    """Rates are where to begin, and the host's own limit is looked for above them; else they are ceilings."""
    concurrency: int = 4
    """Most requests in flight at one host, and most answers that ``get_all`` holds."""
    connect_timeout_s: float = 30.0
    read_timeout_s: float = 60.0
    total_timeout_s: float = 900.0
    retries: int = 5
    """How often one address is asked again while others of its host are answered."""
    backoff_s: float = 2.0
    wall_backoff_s: float = 30.0
    """The first wait before a wall, and of a pause; the Met's ban lifts about 30 s after traffic stops."""
    max_wait_s: float = 3600.0
    """No wait is longer; a host whose Retry-After asks for more is given up for today."""
    patience_s: float = 6 * 3600.0
    """How long a host may stay away before it is given up for this run."""
    max_body_bytes: int = 128 << 20
    allowed_redirect_hosts: tuple[str, ...] = ()
    """Further hosts to which an answer may redirect."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """Made-up host to base URL on loopback: how the sample museum is reached."""
    ca_file: Path | None = None
    """A further certificate authority to trust, such as the sample museum's."""
    downloads: Path | None = None
    """Folder for bulk files."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that would make every request fail."""
        if not self.contact.isprintable() or not self.contact.isascii():
            raise UsageError(f"contact {self.contact!r} is not one line of ASCII: mend the setting")
        for name, rate in {"default_rate": self.default_rate, **self.rates}.items():
            if not rate > 0:
                raise UsageError(f"rate {name} is {rate}: requests per second must be above 0")
        if self.concurrency < 1 or self.retries < 0:
            raise UsageError("concurrency must be at least 1 and retries at least 0")
        for name in ("backoff_s", "wall_backoff_s", "max_wait_s", "patience_s"):
            if not getattr(self, name) >= 0:
                raise UsageError(f"{name} is {getattr(self, name)}: it must be at least 0")
        for host, base in self.routes.items():
            if not _on_loopback(base):
                raise UsageError(f"route of {host} leads to {base}, which is not on loopback")

    @property
    def user_agent(self) -> str:
        """Return the name under which we ask."""
        contact = f" (+{self.contact})" if self.contact else ""
        return f"{AGENT}/{version('omniart-data')}{contact}"

    def rate(self, host: str) -> float:
        """Return a host's requests per second."""
        return self.rates.get(host, self.default_rate)

    def may_lead(self, asked: str, to: str) -> bool:
        """Return whether an answer for one host may send us on to another.

        >>> config = FetchConfig(rates={"media.githubusercontent.com": 1.0})
        >>> config.may_lead("media.githubusercontent.com", "raw.githubusercontent.com")
        False
        >>> config.may_lead("www.museum.org", "museum.org"), config.may_lead("www.museum.org", "wga.hu")
        (True, False)
        """
        if to == asked or to in self.rates or to in self.allowed_redirect_hosts:
            return True
        return asked not in self.rates and site(to) == site(asked)


def _on_loopback(base: str) -> bool:
    host = URL(base).host or ""
    return host in {"127.0.0.1", "::1", "localhost"}
