"""Where a release is published: a folder, an object store or the hub, and how its name is shown."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from schemas.errors import UsageError

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HUB = re.compile(r"hf://datasets/([\w.-]+/[\w.-]+)/?")
_SECRET = 3
"""Characters that a secret has at least: what is shorter would take every letter of a message for one."""
_WEB = frozenset({"http", "https"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Place:
    """A destination taken apart; ``kind`` is folder, store, hub or web."""

    kind: str
    url: str
    """As it was given, with whatever secrets are in it: never to be printed or stored."""
    shown: str
    """The same without secrets."""

    @property
    def repo(self) -> str:
        """Return OWNER/NAME of a place on the hub."""
        found = _HUB.fullmatch(self.url)
        return found[1] if found else ""

    def unsecret(self, text: str) -> str:
        """Return a text of others about this place without the secrets that stand in its address."""
        text = text.replace(self.url, self.shown)
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "...")
        return " ".join(text.split())

    def _secrets(self) -> set[str]:
        """Return user, password and what is asked for, each whole and in its parts, as written and as meant."""
        parts = urlsplit(self.url) if self.kind != "folder" else urlsplit("")
        named = parts.netloc.rpartition("@")[0]
        asked = [value for _, value in parse_qsl(parts.query)]
        found = {named, *named.split(":", 1), parts.query, *asked}
        return {text for one in found for text in (one, unquote(one)) if len(text) >= _SECRET}


def parse_place(text: str) -> Place:
    """Return a destination; raise UsageError for one that is none.

    >>> parse_place("s3://key:secret@museum/sets?token=1").shown
    's3://museum/sets'
    >>> parse_place("hf://datasets/owner/name").repo
    'owner/name'
    """
    if "::" in text:
        raise UsageError(
            "the destination is a chain of addresses (::): give the last of them alone"
        )
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[1].lower() == "file":
        folder = Path(text.removeprefix("file://")).absolute()
        return Place("folder", str(folder), str(folder))
    if text.startswith("hf://"):
        if not _HUB.fullmatch(text):
            raise UsageError("a data set on the hub is named hf://datasets/OWNER/NAME")
        return Place("hub", text, text.rstrip("/"))
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise UsageError(f"the destination is no address: {error}") from None
    host = parts.netloc.rpartition("@")[2]
    shown = f"{parts.scheme}://{host}{parts.path}".rstrip("/")
    if parts.scheme not in _WEB:
        return Place("store", text, shown)
    if parts.scheme == "http" and re.sub(r":\d*$", "", host) not in _LOOPBACK:
        raise UsageError(
            f"{shown}: give an https:// address; http lets anybody on the way change it"
        )
    return Place("web", text, shown)
