"""What was asked of each host, and how it went: the receipt of a run, and its live state."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class HostReport:
    """What was asked of one host, and how it went."""

    requests: int = 0
    answers: int = 0
    size_bytes: int = 0
    """Of the bodies, unpacked."""
    peak_per_s: int = 0
    """Most requests that were sent within any one second."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """How often each status but 200 came."""
    html: int = 0
    """Pages of HTML in place of what was asked for."""
    retries: int = 0
    walls: int = 0
    """Times that the host turned everybody away; requests that were under way together met one."""
    pauses: int = 0
    """Times that it was left alone for a while, because nobody got through."""
    waited_s: float = 0.0
    """Seconds that requests stood waiting for their turn or after a failure, summed over requests."""

    def __add__(self, other: "HostReport") -> "HostReport":
        """Return the two as one; the peak is the higher.

        >>> (HostReport(2, statuses={403: 1}) + HostReport(3, statuses={403: 1, 404: 1})).statuses
        {403: 2, 404: 1}
        """
        statuses = dict(self.statuses)
        for status, count in other.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
        return HostReport(
            self.requests + other.requests,
            self.answers + other.answers,
            self.size_bytes + other.size_bytes,
            max(self.peak_per_s, other.peak_per_s),
            statuses,
            self.html + other.html,
            self.retries + other.retries,
            self.walls + other.walls,
            self.pauses + other.pauses,
            self.waited_s + other.waited_s,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        statuses = {str(status): count for status, count in sorted(self.statuses.items())}
        return {**asdict(self), "statuses": statuses, "waited_s": round(self.waited_s, 3)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        statuses = {int(status): count for status, count in told["statuses"].items()}
        return cls(**{**told, "statuses": statuses})


@dataclass(frozen=True)
class FetchReport:
    """What was asked of each host."""

    hosts: Mapping[str, HostReport] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """Return the requests to all hosts."""
        return sum(host.requests for host in self.hosts.values())

    @property
    def size_bytes(self) -> int:
        """Return the bytes of all bodies, unpacked."""
        return sum(host.size_bytes for host in self.hosts.values())

    def __add__(self, other: "FetchReport") -> "FetchReport":
        """Return the two as one, host by host."""
        names = sorted({*self.hosts, *other.hosts})
        none = HostReport()
        return FetchReport(
            {name: self.hosts.get(name, none) + other.hosts.get(name, none) for name in names}
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {name: host.to_json() for name, host in self.hosts.items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        return cls({name: HostReport.from_json(host) for name, host in told.items()})


@dataclass(frozen=True)
class HostState:
    """How a host is doing right now."""

    host: str
    requests: int
    answers: int
    size_bytes: int
    rate: float
    """Requests per second that it is asked at most."""
    speed: float
    """Answers per second over the last ten seconds."""
    waiting: str
    """What it is waited for, in words: "wall (403): 28 s left"; empty while it answers."""
    waiting_s: float
    """Seconds until it is asked again; 0 while it is."""
