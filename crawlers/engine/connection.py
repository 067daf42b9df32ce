"""The one pool of connections: who is looked up, whom TLS trusts, and where an address really leads."""

import errno
import socket
import ssl
from pathlib import Path

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from crawlers.engine.address import Address, is_ip, is_public
from crawlers.engine.failures import AddressError, HostDownError, plain
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.unpack import ENCODINGS
from schemas.errors import UsageError

_BUFFER_BYTES = 1 << 20
"""So much of a body may wait unread before its connection is held up."""
_PRIVATE = "an address inside a private network"


class _PublicResolver(AbstractResolver):
    """Looks up host names, and refuses those that stand for an address inside a private network."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if host == "localhost" or is_public(one["host"])]
        if not public:
            raise AddressError(host, _PRIVATE, "not asked", reached=False)
        return public

    async def close(self) -> None:
        await self._resolver.close()


def open_session(config: FetchConfig) -> aiohttp.ClientSession:
    """Return the pool of connections for one run."""
    connector = aiohttp.TCPConnector(
        limit=0, resolver=_PublicResolver(), ssl=_trust(config.ca_file)
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": config.user_agent, "Accept-Encoding": ENCODINGS},
        auto_decompress=False,
        read_bufsize=_BUFFER_BYTES,
        timeout=aiohttp.ClientTimeout(
            total=config.total_timeout_s,
            sock_connect=config.connect_timeout_s,
            sock_read=config.read_timeout_s,
        ),
    )


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return the one TLS context: the system's authorities (else certifi's), and a further one."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(f"{ca_file}: no certificate authority can be read: {error}") from error
    return context


def wire_url(to: Address, config: FetchConfig) -> URL:
    """Return where a request really goes; raise AddressError for a private address."""
    base = config.routes.get(to.host)
    if base is not None:
        return URL(base.rstrip("/") + to.target, encoded=True)
    private = not is_public(to.host) if is_ip(to.host) else to.host == "localhost"
    if private or to.host.endswith(".localhost"):
        raise AddressError(to.url, _PRIVATE, "not asked")
    return URL(to.url, encoded=True)


def words_of(error: BaseException) -> str:
    """Return in a few words why a request brought nothing.

    >>> words_of(TimeoutError()), words_of(ConnectionResetError())
    ('timed out', 'connection broken off')
    """
    if isinstance(error, aiohttp.ClientConnectorError):
        return _connecting(error)
    for kinds, words in _WORDS:
        if isinstance(error, kinds):
            return words
    return type(error).__name__


def _connecting(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "name not resolved"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "no TLS connection"
    return _REFUSED.get(error.os_error.errno or 0, "no connection")


def is_unmet(error: BaseException) -> bool:
    """Return whether a request failed before there was a connection: nobody has heard it."""
    return isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)


def not_trusted(host: str, error: aiohttp.ClientConnectorCertificateError) -> HostDownError:
    """Return the end of a host whose certificate nobody vouches for: waiting mends nothing."""
    cause = error.certificate_error
    why = getattr(cause, "verify_message", "") or str(cause)
    return HostDownError(
        host,
        f"certificate not trusted ({plain(why, 200)})",
        "for a sample museum give --ca FILE, else see clock, proxy and certificates",
    )


_REFUSED = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection broken off",
    errno.ENETUNREACH: "network not reached",
    errno.EHOSTUNREACH: "host not reached",
    errno.ETIMEDOUT: "timed out",
}
_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (TimeoutError, "timed out"),
    (aiohttp.ClientPayloadError, "body cut short"),
    (
        (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError),
        "connection broken off",
    ),
    (aiohttp.ClientResponseError, "an answer that is not HTTP"),
)
