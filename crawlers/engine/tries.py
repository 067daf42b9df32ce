"""What one address has gone through, and when it is given up."""

import math
from dataclasses import dataclass

from crawlers.engine.failures import AddressError, Failure, ForbiddenError, UnexpectedBodyError

REFUSALS = 3
"""A 403, or HTML in place of a picture, is believed after so many more tries; in time after one."""


@dataclass
class Tries:
    """The failures of one address: all of them, and those that are its own and not its host's.

    A failure is its own where others were let through since the one before, and where the host did
    answer, only not with what it should. While nobody is let through, nobody loses a try by asking.
    """

    url: str
    expect: str
    retries: int
    believes: bool = False
    """A refusal is believed even where nobody else was let through, so long as nobody else is refused."""
    failures: int = 0
    refusals: int = 0
    """Failures by a 403, or by HTML in place of a picture."""
    refused: bool = False
    """It was given up because it is refused for itself."""
    last_s: float = -math.inf
    _own: int = 0

    def note(self, failure: Failure, now_s: float, *, own: bool, closed: bool) -> None:
        """Count a failure; ``closed``: nobody asks this host now."""
        first = self.failures == 0 and failure.kind != "wall"
        torn = failure.kind == "body" and not closed
        self._own += own or first or torn
        self.failures += 1
        self.refusals += failure.refusal
        self.last_s = now_s

    def own_all(self) -> None:
        """Hold all failures to be the address's own: its host answers others."""
        self._own = self.failures

    def note_gain(self, now_s: float) -> None:
        """Forget the failures: the last one brought part of what was asked for."""
        self.failures, self._own, self.last_s = 1, 0, now_s

    def end(self, failure: Failure, *, alone: bool, refusing: bool) -> AddressError | None:
        """Return the error by which an address ends after its last failure; None: it is asked again.

        ``alone``: nothing else failed since the host's last answer; ``refusing``: it has refused single
        addresses before.
        """
        self.refused = failure.refusal and self._is_refused(alone=alone, refusing=refusing)
        if self.refused and failure.forbidden:
            return ForbiddenError(self.url)
        if not self.refused and self._own <= self.retries:
            return None
        if failure.found is not None:
            return UnexpectedBodyError(self.url, self.expect, failure.found)
        again = f"asked {self.failures} times: try later"
        return AddressError(self.url, failure.reason, again, reached=not failure.silent)

    def _is_refused(self, *, alone: bool, refusing: bool) -> bool:
        if self._own > 0 and self.refusals > min(1 if refusing else REFUSALS, self.retries):
            return True
        return self.believes and alone and self.refusals > REFUSALS
