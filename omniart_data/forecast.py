"""How many requests each host has to come: what nobody says is estimated from what each record took so far."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil

from crawlers.engine.receipt import HostState
from omniart_data.run_state import SourceState


class Forecast:
    """Says, moment by moment, how many requests are to come at each host, where that can be said.

    Where the addresses at a host were counted beforehand (pictures) they are what is left. Elsewhere a source's
    records to come take as many requests of each of its hosts as its last ones took: an OAI-PMH page for 50, one
    for each object of the Met. It holds for what a source does now; what it will do next is not foreseen.
    """

    def __init__(self) -> None:
        self._addresses: dict[str, Mapping[str, int]] = {}
        self._hosts: dict[str, Collection[str]] = {}
        self._began: dict[tuple[str, str], tuple[int, Mapping[str, int]]] = {}

    def source(self, name: str, hosts: Collection[str]) -> None:
        """Say which hosts a source is asked at."""
        self._hosts[name] = hosts

    def addresses(self, name: str, counts: Mapping[str, int]) -> None:
        """Say how many addresses of something there are to ask for at each host."""
        self._addresses[name] = counts

    def left(self, sources: Sequence[SourceState], hosts: Sequence[HostState]) -> dict[str, int]:
        """Return how many requests are to come at each host at this moment; not where nobody knows."""
        told: dict[str, int] = {}
        for source in sources:
            if source.ended or source.expected is None:
                continue
            to_come = max(source.expected - source.done, 0)
            if source.name in self._addresses:
                told |= _counted(self._addresses[source.name], to_come, hosts)
            else:
                here = [one for one in hosts if self._is_at(source, one)]
                told |= self._estimated(source, to_come, here)
        return told

    def _is_at(self, source: SourceState, host: HostState) -> bool:
        """Return whether a source is asked at a host; hosts of the sample museum are named after their source."""
        known = self._hosts.get(source.name)
        return known is not None and (host.host in known or source.name in host.host)

    def _estimated(
        self, source: SourceState, to_come: int, hosts: Sequence[HostState]
    ) -> dict[str, int]:
        answers = {one.host: one.answers for one in hosts}
        if not (source.done and to_come):  # what is asked for now is something else
            return {}
        done_then, answers_then = self._began.setdefault(
            (source.name, source.unit), (source.done, answers)
        )
        done = source.done - done_then
        if done <= 0:
            return {}
        took = {name: number - answers_then.get(name, number) for name, number in answers.items()}
        return {name: ceil(to_come * number / done) for name, number in took.items() if number > 0}


def _counted(
    addresses: Mapping[str, int], to_come: int, hosts: Sequence[HostState]
) -> dict[str, int]:
    """Return what is left at each host; what failed there counts as done as soon as nothing else is left."""
    return {
        one.host: min(max(addresses[one.host] - one.answers, 0), to_come)
        for one in hosts
        if one.host in addresses
    }
