"""A release behind a plain https:// address: fetched file by file, redirects judged before they are followed."""

import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlsplit

import requests

from crawlers.engine.address import is_public, parse_address, redirect
from crawlers.engine.failures import AddressError, RedirectError
from omniart_data.publish.files import SMALL_BYTES
from omniart_data.publish.place import Place
from schemas.errors import ReleaseError

BLOCK = 1 << 16
"""What is read at a time, and lost at most where a connection breaks."""
REDIRECTS = 5
TIMEOUT_S = (10.0, 60.0)
"""To connect, and for each next bytes."""


class Web:
    """Files below one address. It can be read alone, and cannot say what versions it has."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._root = place.url.partition("?")[0].rstrip("/")
        self._query = place.url.partition("?")[2]
        self._session = requests.Session()

    def small(self, path: str) -> bytes | None:
        """Return a small file; None where there is none."""
        body = b""
        with closing(self._answer(path, 0)) as answer:
            if answer.status_code in {404, 410}:
                return None
            for block in self._read(answer, path):
                body += block
                if len(body) > SMALL_BYTES:
                    raise ReleaseError(f"{self.place.shown}/{path} is too large to be a manifest")
        return body

    def blocks(self, path: str, start: int) -> Iterator[bytes]:
        """Yield a file from a byte on; where the server sends it all, what comes before is passed over."""
        with closing(self._answer(path, start)) as answer:
            began = f"bytes {start}-"
            partial = answer.status_code == 206
            if partial and not answer.headers.get("Content-Range", "").startswith(began):
                raise ReleaseError(f"{self.place.shown}/{path}: the server sent another part of it")
            left = 0 if partial else start
            for block in self._read(answer, path):
                yield block[left:]
                left = max(0, left - len(block))

    def folders(self) -> list[str]:
        """Return nothing: a web server need not list its folders."""
        return []

    def _read(self, answer: requests.Response, path: str) -> Iterator[bytes]:
        if answer.status_code not in {200, 206}:
            raise ReleaseError(
                f"{self.place.shown}/{path}: the server answered {answer.status_code}"
            )
        try:
            yield from answer.iter_content(BLOCK)
        except requests.RequestException as error:
            raise self._broken(path, error) from error

    def _answer(self, path: str, start: int) -> requests.Response:
        url = f"{self._root}/{quote(path)}" + (f"?{self._query}" if self._query else "")
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        for _ in range(REDIRECTS):
            try:
                answer = self._session.get(
                    url, headers=headers, stream=True, timeout=TIMEOUT_S, allow_redirects=False
                )
            except requests.RequestException as error:
                raise self._broken(path, error) from error
            if not answer.is_redirect:
                return answer
            answer.close()
            url = self._next(url, answer.headers["Location"], path)
        raise ReleaseError(f"{self.place.shown}/{path}: more than {REDIRECTS} redirects")

    def _next(self, url: str, location: str, path: str) -> str:
        """Return where a redirect leads; raise ReleaseError for a way out of the open internet or of TLS."""
        parts = urlsplit(url)
        plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        try:
            here = parse_address(plain)
            there = redirect(here, location)
        except (AddressError, RedirectError) as error:
            raise ReleaseError(f"{self.place.shown}/{path}: redirects to no address") from error
        if there.origin == here.origin:
            return there.url
        if here.scheme == "https" and there.scheme != "https":
            raise ReleaseError(f"{self.place.shown}/{path}: redirects from https to http")
        if not _is_open(there.host):
            raise ReleaseError(f"{self.place.shown}/{path}: redirects to a private address")
        return there.url

    def _broken(self, path: str, error: requests.RequestException) -> ReleaseError:
        return ReleaseError(
            f"{self.place.shown}/{path}: {type(error).__name__}: run the same command again, it goes on "
            "from here"
        )


def _is_open(host: str) -> bool:
    """Say whether all addresses of a host are of the open internet; one that is not known is not."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(is_public(str(one[4][0])) for one in found)
