"""What is asked for, and what is taken for an answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from crawlers.engine.address import Address
from crawlers.engine.body import kind_of
from crawlers.engine.failures import AddressError, Failure
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.host import Host
from crawlers.engine.robots import MOST_BYTES, PATH
from crawlers.engine.tries import Tries
from crawlers.engine.unpack import LargeError, TornError, Unpacker
from schemas.raw import RawRecord

GONE = frozenset({404, 410})
WALLS = frozenset({403, 429, 503})
"""Statuses by which a host turns everybody away for a while; the Met's wall says 403."""
RETRIED = WALLS | {408, 425}
"""Of the statuses 400 to 499 these may pass by waiting; all from 500 may."""
_ACCEPT = {
    "json": "application/json, */*;q=0.1",
    "xml": "application/xml, text/xml, */*;q=0.1",
    "image": "image/jpeg, image/*;q=0.9, */*;q=0.1",
    "zip": "application/zip, */*;q=0.1",
    "": "*/*",
}
_WALLED = frozenset({"json", "xml", "image"})
"""In place of these, a page of HTML is a wall: the Met's of 2018 sent one for each picture, with status 200."""


@dataclass(frozen=True)
class Answer:
    """What a host said to one request; ``url`` is the address as asked, encoded, before redirects."""

    url: str
    status: int
    body: bytes
    media_type: str
    fetched: str
    """When, ISO 8601 in UTC."""

    @property
    def gone(self) -> bool:
        """Return whether the host says that there is no such thing (any more)."""
        return self.status in GONE

    def as_raw(self, source: str, source_id: str, kind: str, *, stated: str = "") -> RawRecord:
        """Return the answer as the raw record of one object, withdrawn where it is gone."""
        return RawRecord(
            source, source_id, kind, self.body, self.url, stated, self.fetched, self.gone
        )


class Wanted:
    """A body, whole and in memory, of the kind that is expected."""

    obeys_robots = True
    may_witness = True
    """Asked again, it says whether its host is well."""

    def __init__(
        self, asked: Address, config: FetchConfig, *, expect: str = "", allow: Collection[int] = ()
    ) -> None:
        self.asked, self.expect, self._allow = asked, expect, allow
        self._config = config
        self._most_bytes = config.max_body_bytes
        self.timeout_s = config.total_timeout_s

    def at(self, address: Address) -> "Wanted":
        """Return the same wish at the address that a redirect led to."""
        return Wanted(address, self._config, expect=self.expect, allow=self._allow)

    @property
    def position(self) -> int:
        """Return how many bytes of a file are here already."""
        return 0

    def tries(self, config: FetchConfig) -> Tries:
        """Return the count of its failures, at their beginning.

        A picture may be refused for its rights, where nothing else is asked for meanwhile.
        """
        return Tries(self.asked.url, self.expect, config.retries, believes=self.expect == "image")

    def headers(self) -> Mapping[str, str]:
        """Return the headers to ask with now."""
        return {"Accept": _ACCEPT[self.expect]}

    def accepts(self, status: int) -> bool:
        """Return whether a status comes with an answer."""
        return status == 200 or status in GONE or status in self._allow

    async def take(
        self, response: aiohttp.ClientResponse, host: Host
    ) -> Answer | Failure | AddressError:
        """Read the body and say what it is."""
        try:
            body = await self._read(response)
        except LargeError:
            response.close()
            reason = f"more than {self._most_bytes} bytes"
            return AddressError(self.asked.url, reason, "not taken")
        except TornError as error:
            return Failure(host.name, str(error), "body")
        host.size_bytes += len(body)
        found = kind_of(body) if self.expect and response.status == 200 else self.expect
        if found == self.expect:
            return self.answer(response, body)
        host.html += found == "html"
        wall = found == "html" and self.expect in _WALLED
        reason = f"{found or 'no'} body in place of {self.expect}"
        page = wall and self.expect == "image"
        return Failure(host.name, reason, "wall" if wall else "body", found=found, page=page)

    def answer(self, response: aiohttp.ClientResponse, body: bytes) -> Answer:
        """Return the answer that a body makes."""
        return Answer(self.asked.url, response.status, body, response.content_type, utc_now())

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Return the whole body, unpacked; raise LargeError as soon as it is larger than allowed."""
        length = response.content_length
        if length is not None and length > self._most_bytes:
            raise LargeError
        encoding = response.headers.get("Content-Encoding", "")
        if length is not None and not encoding:
            return await response.read()
        unpacker, body = Unpacker(encoding, self._most_bytes), bytearray()
        async for piece in response.content.iter_any():
            body += unpacker.feed(piece)
        unpacker.end()
        return bytes(body)


class RobotsFile(Wanted):
    """A host's robots.txt: any refusal says that there is none, and what is too long is cut off."""

    obeys_robots = False
    may_witness = False

    def __init__(self, of: Address, config: FetchConfig) -> None:
        asked = Address(of.scheme, of.host, of.port, PATH)
        super().__init__(asked, config, allow=frozenset(range(400, 500)) - RETRIED)

    def tries(self, config: FetchConfig) -> Tries:
        """Return the count of its failures; a lasting 403 is believed, as nothing else is asked yet."""
        return Tries(self.asked.url, self.expect, config.retries, believes=True)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""), 64 * MOST_BYTES)
        body = bytearray()
        async for piece in response.content.iter_any():
            body += unpacker.feed(piece)
            if len(body) >= MOST_BYTES:
                response.close()
                return bytes(body[:MOST_BYTES])
        unpacker.end()
        return bytes(body)


def utc_now() -> str:
    """Return the time of day, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
