"""A wall like the one before the Met's API: so many requests a second, then nothing until it is quiet."""

from dataclasses import dataclass, field

from schemas.errors import UsageError


@dataclass(frozen=True)
class Wall:
    """A token bucket for each host; once it is empty, all is refused until ``quiet_s`` without a request."""

    rate: float = 10.0
    """Requests per second that the wall lets through for ever."""
    burst: int = 30
    """Requests that may come at once after a rest."""
    quiet_s: float = 30.0

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.burst >= 1 and self.quiet_s >= 0):
            raise UsageError(
                f"a wall of {self.rate} requests a second, burst {self.burst}, quiet {self.quiet_s} s:"
                " the rate is above 0, the burst at least 1, the quiet 0 or more"
            )


@dataclass
class Gate:
    """The wall before one host; ``closed`` counts how often it closed. Times are seconds of one clock."""

    wall: Wall
    closed: int = 0
    _shut: bool = False
    _left: float = field(init=False)
    _last_s: float | None = None
    """When the request before came, let through or not: each one breaks the quiet."""

    def __post_init__(self) -> None:
        self._left = float(self.wall.burst)

    def lets_through(self, now_s: float) -> bool:
        """Return whether a request that comes now is let through.

        >>> gate = Gate(Wall(rate=1, burst=2, quiet_s=5))
        >>> [gate.lets_through(now) for now in (0, 0, 0, 4.5, 9.4, 14.4)], gate.closed
        ([True, True, False, False, False, True], 1)
        """
        last_s, self._last_s = self._last_s, now_s
        since_s = 0.0 if last_s is None else now_s - last_s
        if self._shut:
            if since_s < self.wall.quiet_s:
                return False
            self._shut, self._left = False, float(self.wall.burst)
        else:
            self._left = min(float(self.wall.burst), self._left + since_s * self.wall.rate)
        if self._left < 1:
            self._shut = True
            self.closed += 1
            return False
        self._left -= 1
        return True
