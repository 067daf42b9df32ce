"""Further answers about objects: which are wanted, asked across many objects at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crawlers.engine.failures import AddressError
from crawlers.engine.fetch import Answer, Fetch
from crawlers.engine.source import Source, Supplement, Unfetched
from schemas.errors import RecordError
from schemas.raw import RawRecord

Held = Mapping[str, Sequence[RawRecord]]
Address = tuple[str, str]
"""A URL and what is expected there."""


@dataclass(frozen=True)
class Supplements:
    """What came of asking: supplements as raw records of their objects, and the objects that lack some."""

    records: tuple[RawRecord, ...]
    unfetched: tuple[Unfetched, ...]


async def ask_supplements(source: Source, fetch: Fetch, held: Held) -> Supplements:
    """Ask for all that ``source.supplements`` wants of some objects (by id), until nothing new is wanted.

    One address may stand in the answer before, so it goes in rounds: each asks for all that is wanted
    now, of all objects, and for an address once however many want it. An address that fails is named
    with its object, which may still have its others; HostDownError goes up.
    """
    objects = {source_id: list(raws) for source_id, raws in held.items()}
    asked: set[tuple[str, Supplement]] = set()
    answers: dict[Address, Answer | AddressError] = {}
    records: list[RawRecord] = []
    failed: dict[str, str] = {}
    while wanted := [one for one in _wanted(source, objects) if one not in asked]:
        asked.update(wanted)
        answers |= await _answers(fetch, (one for _, one in wanted), answers)
        for source_id, one in wanted:
            answer = answers[one.url, one.expect]
            if isinstance(answer, AddressError):
                failed[source_id] = f"{one.kind}: {answer.reason}"
                continue
            raw = answer.as_raw(source.name, source_id, one.kind)
            objects[source_id].append(raw)
            records.append(raw)
    left = tuple(Unfetched(source_id, reason) for source_id, reason in sorted(failed.items()))
    return Supplements(tuple(records), left)


def wanting(source: Source, records: Iterable[RawRecord]) -> set[str]:
    """Return the ids of the objects that want supplements, by their main records alone."""
    held = {record.source_id: (record,) for record in records if not record.withdrawn}
    return {source_id for source_id, _ in _wanted(source, held)}


def _wanted(source: Source, objects: Held) -> Iterable[tuple[str, Supplement]]:
    """Yield what is wanted of each object; an object that cannot be read wants nothing: ``read`` will say so."""
    for source_id, raws in objects.items():
        try:
            wanted = source.supplements(raws)
        except RecordError:
            continue
        for one in wanted:
            yield source_id, one


async def _answers(
    fetch: Fetch, wanted: Iterable[Supplement], known: Mapping[Address, object]
) -> dict[Address, Answer | AddressError]:
    """Ask for the addresses that are not known yet, each once, and return what they answer."""
    by_form: dict[str, list[str]] = {}
    for url, expect in dict.fromkeys((one.url, one.expect) for one in wanted):
        if (url, expect) not in known:
            by_form.setdefault(expect, []).append(url)
    answers: dict[Address, Answer | AddressError] = {}
    for expect, urls in by_form.items():
        found = [answer async for answer in fetch.get_each(urls, expect=expect)]
        answers |= {(url, expect): answer for url, answer in zip(urls, found, strict=True)}
    return answers
