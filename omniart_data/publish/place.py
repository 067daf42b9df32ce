"""Where a release is published: a folder, an object store or the hub, and how its name is shown."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from schemas.errors import UsageError

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HUB = re.compile(r"hf://datasets/([\w.-]+/[\w.-]+)/?")
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
        parts = urlsplit(self.url) if self.kind != "folder" else urlsplit("")
        for secret in filter(None, (parts.netloc.rpartition("@")[0], parts.query)):
            text = text.replace(secret, "...")
        return " ".join(text.split())


def parse_place(text: str) -> Place:
    """Return a destination; raise UsageError for one that is none.

    >>> parse_place("s3://key:secret@museum/sets?token=1").shown
    's3://museum/sets'
    >>> parse_place("hf://datasets/owner/name").repo
    'owner/name'
    """
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
