"""How a request ends without an answer: for now, as a failure, or for good, as an error."""

from dataclasses import dataclass
from typing import Literal

from schemas.errors import SourceError

LONGEST_SHOWN = 80
"""So many signs of what a host or a record says stand in a reason."""
SEE_NETWORK = "see network, proxy, DNS"
"""What to do where nobody was reached."""
LONGEST_URL = 500
"""So many of an address stand in a line: it can be of any length, and all of it is in ``url``."""


def plain(text: str, most: int = LONGEST_SHOWN) -> str:
    r"""Return what somebody else wrote as printable ASCII, shortened, so that it can stand in a line.

    >>> plain("br\x1b[2J"), plain("é\udc80"), plain("x" * 9, 5)
    ('br\\x1b[2J', '\\xe9\\udc80', 'xxxxx...')
    """
    shown = ascii(text[:most])[1:-1] if not (text.isascii() and text.isprintable()) else text[:most]
    return shown + ("..." if len(text) > most else "")


class AddressError(SourceError):
    """One address fails, for good or too often, while its host is well.

    ``url`` is the address as asked, encoded (or as given, where it is none). ``reason`` is short and
    does not repeat it, so that a census can count by it. ``reached``: its host itself had a say in it;
    False where it is the network, a proxy or DNS that kept us from it.
    """

    def __init__(self, url: str, reason: str, advice: str = "", *, reached: bool = True) -> None:
        shown = url if url.isprintable() and url else ascii(url[: LONGEST_URL + 1])
        shown = shown if len(shown) <= LONGEST_URL else f"{shown[:LONGEST_URL]}..."
        super().__init__(f"{shown}: {reason}{'; ' if advice else ''}{advice}")
        self.url, self.reason, self.reached = url, reason, reached


class UnexpectedBodyError(AddressError):
    """A host answers, and keeps answering, with something else than what was asked for."""

    def __init__(self, url: str, expected: str, found: str) -> None:
        super().__init__(
            url, f"{found or 'an unreadable body'} in place of {expected}", "try later"
        )
        self.expected, self.found = expected, found


class ForbiddenError(AddressError):
    """A host answers 403 for this address again and again, and not for others: a matter of rights."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "refused with 403", "asking again would not help")


class RedirectError(AddressError):
    """An address leads where we do not follow: to strangers, in circles, from https to http."""


class HostDownError(SourceError):
    """A host failed for longer than anybody's patience, or asks to be left alone for long."""

    def __init__(self, host: str, reason: str, advice: str = "start again later") -> None:
        super().__init__(f"{host}: {reason}; {advice}")
        self.host, self.reason, self.advice = host, reason, advice


@dataclass(frozen=True)
class Failure:
    """An attempt that may go better later: at which host, why, and whom that is about.

    ``kind``: "wall", the host turns everybody away for a while; "host", it is not well; "body", it
    answered, and the body is torn or of the wrong kind.
    """

    host: str
    reason: str
    kind: Literal["wall", "host", "body"] = "host"
    status: int = 0
    retry_after_s: float = 0.0
    found: str | None = None
    """The kind of the body, where it was of the wrong one."""
    page: bool = False
    """HTML came in place of a picture: the Met's image wall said so, and a host that has no such picture."""
    gained: bool = False
    """Part of a file came all the same, and need not be asked for again."""
    unmet: bool = False
    """There was not even a connection: it may be as much our network as the host."""

    @property
    def stated(self) -> bool:
        """Return whether the host itself says that it wants to be left alone, and not this address."""
        return self.status == 429 or self.retry_after_s > 0

    @property
    def forbidden(self) -> bool:
        """Return whether it is a bare 403: the Met's wall says so, and a picture that is not free as well."""
        return self.status == 403 and not self.stated

    @property
    def refusal(self) -> bool:
        """Return whether it looks like a wall and may be about this address alone."""
        return self.forbidden or (self.page and not self.stated)

    @property
    def silent(self) -> bool:
        """Return whether the host itself said nothing, be it that it was not asked."""
        return self.kind == "host" and not self.status

    @property
    def advice(self) -> str:
        """Return what to do where it stays like this."""
        return SEE_NETWORK if self.unmet else "start again later"

    @property
    def word(self) -> str:
        """Return the reason in one word."""
        return str(self.status) if self.status else (self.found or self.reason)
