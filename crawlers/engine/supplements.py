"""Further answers about objects: which are wanted, asked across many objects at a time."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from crawlers.engine.failures import AddressError
from crawlers.engine.fetch import Answer, Fetch
from crawlers.engine.source import Source, Supplement, Unfetched
from schemas.errors import RecordError
from schemas.raw import RawRecord

Held = Mapping[str, Sequence[RawRecord]]
STALLED_S = 900.0
"""So long nothing may come of addresses of which some failed before, until they are left for the next run:
where only those that fail are asked for, a host looks as if it were down, and would be waited for as long."""

Address = tuple[str, str]
"""A URL and what is expected there."""


class StalledError(AddressError):
    """An address came to no end, beside others that had an answer or failed."""


@dataclass(frozen=True)
class Supplements:
    """What came of asking: supplements as raw records of their objects, and the objects that lack some."""

    records: tuple[RawRecord, ...]
    unfetched: tuple[Unfetched, ...]
    stalled: bool = False
    """Addresses came to no end, and were left."""


async def ask_supplements(
    source: Source, fetch: Fetch, held: Held, *, stalled_s: float = STALLED_S
) -> Supplements:
    """Ask for all that ``source.supplements`` wants of some objects (by id), until nothing new is wanted.

    One address may stand in the answer before, so it goes in rounds: each asks for all that is wanted
    now, of all objects, and for an address once however many want it. An address that fails is named
    with its object, which may still have its others; so are those that come to no end: see STALLED_S.
    """
    objects = {source_id: list(raws) for source_id, raws in held.items()}
    asked: set[tuple[str, Supplement]] = set()
    answers: dict[Address, Answer | AddressError] = {}
    records: list[RawRecord] = []
    failed: dict[str, str] = {}
    while wanted := [one for one in _wanted(source, objects) if one not in asked]:
        asked.update(wanted)
        answers |= await _answers(fetch, (one for _, one in wanted), answers, stalled_s)
        for source_id, one in wanted:
            answer = answers[one.url, one.expect]
            if isinstance(answer, AddressError):
                failed[source_id] = f"{one.kind}: {answer.reason}"
                continue
            raw = answer.as_raw(source.name, source_id, one.kind)
            objects[source_id].append(raw)
            records.append(raw)
    left = tuple(Unfetched(source_id, reason) for source_id, reason in sorted(failed.items()))
    stalled = any(isinstance(answer, StalledError) for answer in answers.values())
    return Supplements(tuple(records), left, stalled)


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
    fetch: Fetch, wanted: Iterable[Supplement], known: Mapping[Address, object], stalled_s: float
) -> dict[Address, Answer | AddressError]:
    """Ask for the addresses that are not known yet, each once, and return what they answer."""
    by_form: dict[str, list[str]] = {}
    for url, expect in dict.fromkeys((one.url, one.expect) for one in wanted):
        if (url, expect) not in known:
            by_form.setdefault(expect, []).append(url)
    answers: dict[Address, Answer | AddressError] = {}
    for expect, urls in by_form.items():
        found = await _ask_each(fetch, urls, expect, stalled_s)
        answers |= {(url, expect): answer for url, answer in zip(urls, found, strict=True)}
    return answers


async def _ask_each(
    fetch: Fetch, urls: Sequence[str], expect: str, stalled_s: float
) -> list[Answer | AddressError]:
    """Return what each address answers.

    One that nothing comes of for too long is a StalledError, and the others go on without it; where then
    nothing comes of the next one either, all that are left are.
    """
    found: list[Answer | AddressError] = []
    reason = f"no answer for {stalled_s:g} s"
    while len(found) < len(urls):
        before = len(found)
        await _ask_until_stalled(fetch, urls[before:], expect, stalled_s, found)
        again = before > 0 and isinstance(found[before - 1], StalledError)
        nothing = len(found) == before and again
        left = urls[len(found) :] if nothing else urls[len(found) : len(found) + 1]
        found += [StalledError(url, reason) for url in left]
    return found


async def _ask_until_stalled(
    fetch: Fetch,
    urls: Sequence[str],
    expect: str,
    stalled_s: float,
    found: list[Answer | AddressError],
) -> None:
    """Add the answers to ``found`` for as long as they come."""
    clock = asyncio.get_running_loop().time
    answers = cast("AsyncGenerator[Answer | AddressError]", fetch.get_each(urls, expect=expect))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(stalled_s) as waiting, aclosing(answers):
            async for answer in answers:
                found.append(answer)
                waiting.reschedule(clock() + stalled_s)
