"""The address of a request: taken apart, percent-encoded once, and judged before anybody is asked."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin

from crawlers.engine.failures import AddressError, RedirectError, plain

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#:@\[\]\\]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_UNSAFE_IN_PATH = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_UNSAFE_IN_QUERY = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]")

_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
"""Labels under which a two-letter country registers names: britishmuseum.org.uk, u-tokyo.ac.jp."""

_SHARED = frozenset(
    {
        "amazonaws.com",
        "azureedge.net",
        "azurewebsites.net",
        "blogspot.com",
        "cloudfront.net",
        "github.io",
        "githubusercontent.com",
        "gitlab.io",
        "herokuapp.com",
        "netlify.app",
        "pages.dev",
        "r2.dev",
        "vercel.app",
        "web.app",
        "windows.net",
        "wordpress.com",
    }
)
"""Sites that give every customer a name, or every customer's files the same: each host there is one of its own."""

_GLOBAL = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out to hosts of the open internet."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""A network without IPv4 reaches it by these: the last 32 bits are the IPv4 address that is meant."""


@dataclass(frozen=True)
class Address:
    """An absolute http(s) address whose path and query are percent-encoded."""

    scheme: str
    host: str
    port: str
    target: str
    """Path and query, as they stand on the wire; begins with a slash."""

    @property
    def origin(self) -> str:
        """Return scheme, host and port: what one robots.txt speaks for."""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{self.host}{port}"

    @property
    def url(self) -> str:
        """Return the whole address."""
        return f"{self.origin}{self.target}"


def parse_address(url: str, params: Mapping[str, str] | None = None) -> Address:
    """Return a URL's address, with ``params`` added to its query; raise AddressError for what is none.

    What is already encoded stays as it is, what is not is encoded: museums print the file names of
    their images as they are, blanks, ``%`` and ``#`` included. A ``#`` is therefore part of a name:
    an address that is fetched has no fragment.

    >>> parse_address("https://images.metmuseum.org/a/RRP Table 68%2C #1–2.jpg").target
    '/a/RRP%20Table%2068%2C%20%231%E2%80%932.jpg'
    >>> parse_address("https://data.rijksmuseum.nl/oai", {"resumptionToken": "a+b="}).url
    'https://data.rijksmuseum.nl/oai?resumptionToken=a%2Bb%3D'
    """
    parts = _URL.fullmatch(url.strip())
    if parts is None:
        raise AddressError(url, "no http(s) address", "the record that names it is wrong")
    path, mark, query = (parts["rest"] or "/").partition("?")
    try:
        host = parts["host"].encode("idna").decode().lower().removesuffix(".")
        target = _encode(path if path.startswith("/") else f"/{path}", _UNSAFE_IN_PATH)
        query = _encode(query, _UNSAFE_IN_QUERY)
    except UnicodeError as error:
        raise AddressError(url, "no address", plain(str(error))) from error
    if not _HOST.fullmatch(host) or _is_odd_ip(host) or int(parts["port"] or 0) > 0xFFFF:
        raise AddressError(url, "no host that could be asked")
    if params:
        added = urlencode(params, quote_via=quote, safe="")
        mark, query = "?", f"{query}&{added}" if query else added
    return Address(parts["scheme"].lower(), host, parts["port"] or "", target + mark + query)


def redirect(here: Address, location: str) -> Address:
    """Return where an answer's Location header leads; raise RedirectError where that is no address.

    >>> redirect(parse_address("https://www.wga.hu/a/b.html"), "../c d.html").url
    'https://www.wga.hu/c%20d.html'
    """
    try:
        return parse_address(urljoin(here.url, location))
    except (ValueError, AddressError) as error:
        raise RedirectError(here.url, "redirects to no address", plain(location)) from error


def _encode(text: str, unsafe: re.Pattern[bytes]) -> str:
    """Percent-encode the bytes that may not stand in an address, and no others."""
    raw = text.encode("utf-8", "surrogateescape")
    return unsafe.sub(lambda byte: b"%%%02X" % byte[0][0], raw).decode("ascii")


def site(host: str) -> str:
    """Return the part of a host name that one owner registers: its last two labels, or three.

    A rule of thumb in place of the public suffix list, good enough to tell a museum from a stranger.

    >>> site("images.metmuseum.org"), site("www.vam.ac.uk"), site("10.0.0.1")
    ('metmuseum.org', 'vam.ac.uk', '10.0.0.1')
    >>> site("media.githubusercontent.com")
    'media.githubusercontent.com'
    """
    labels = host.split(".")
    if is_ip(host) or len(labels) < 3 or ".".join(labels[-2:]) in _SHARED:
        return host
    deep = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if deep else -2 :])


def is_ip(host: str) -> bool:
    """Return whether a host is written as an IP address, in brackets or not."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_odd_ip(host: str) -> bool:
    """Return whether a host is an IP address in a short, decimal or broken form: 127.1, 2130706433.

    Nobody writes these but to get past a check.
    """
    return (host[0] == "[" or host.replace(".", "").isdigit()) and not is_ip(host)


def is_public(ip: str) -> bool:
    """Return whether an IP address is one of the open internet: not loopback, private, link-local.

    An IPv6 address that carries an IPv4 one is judged by that (mapped, NAT64, 6to4); all other IPv6 must
    be global unicast, and no Teredo.

    >>> is_public("127.0.0.1"), is_public("[::ffff:10.0.0.1]"), is_public("8.8.8.8")
    (False, False, True)
    """
    address = ipaddress.ip_address(ip.strip("[]").partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if carried is None:
            return address in _GLOBAL and address.is_global and address.teredo is None
        address = carried
    return address.is_global and not address.is_multicast
