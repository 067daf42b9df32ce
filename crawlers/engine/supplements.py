"""Further answers about objects: which are wanted, asked across many objects at a time."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from crawlers.engine.body import kind_of
from crawlers.engine.failures import AddressError
from crawlers.engine.fetch import Answer, Fetch
from crawlers.engine.source import Source, Supplement, Unfetched
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord

REFUSED_IN_A_ROW = 50
"""So many objects of which not one has its supplements are no matter of single objects."""
WITHOUT_WORD = "without the museum's own word for it"
"""How the reason ends for which 404 or 410 is no answer: a page says so, as of all that is asked meanwhile."""

Held = Mapping[str, Sequence[RawRecord]]
Address = tuple[str, str]
"""A URL and what is expected there."""


@dataclass(frozen=True)
class Supplements:
    """What came of asking: supplements as raw records of their objects, and the objects that lack some."""

    records: tuple[RawRecord, ...]
    unfetched: tuple[Unfetched, ...]


async def ask_supplements(
    source: Source, fetch: Fetch, held: Held, *, well: bool = False
) -> Supplements:
    """Ask for all that ``source.supplements`` wants of some objects (by id), until nothing new is wanted.

    One address may stand in the answer before, so it goes in rounds: each asks for all that is wanted
    now, of all objects, and for an address once however many want it. An address that fails is named
    with its object, which may still have its others; HostDownError goes up.

    404 and 410 are withdrawn where the museum says so in the form that was asked for, or says nothing
    more. Raises SourceError where REFUSED_IN_A_ROW objects are refused alike and none is answered
    between them: there may be hundreds of thousands more. ``well``: others are known to be answered.
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
            refusal = _refusal(answer, one.expect)
            if isinstance(answer, AddressError) or refusal:
                failed[source_id] = f"{one.kind}: {refusal}"
                continue
            raw = answer.as_raw(source.name, source_id, one.kind)
            objects[source_id].append(raw)
            records.append(raw)
        if not well:
            _check(source.name, objects, {raw.source_id for raw in records}, failed)
    left = tuple(Unfetched(source_id, reason) for source_id, reason in sorted(failed.items()))
    return Supplements(tuple(records), left)


def _refusal(answer: Answer | AddressError, expect: str) -> str:
    """Return why an answer is none; empty: it is one."""
    if isinstance(answer, AddressError):
        return answer.reason
    said = answer.body.strip()
    if answer.gone and said and expect and kind_of(said) != expect:
        return f"{answer.status} {WITHOUT_WORD}"
    return ""


def _check(
    name: str, ids: Iterable[str], answered: AbstractSet[str], failed: Mapping[str, str]
) -> None:
    """End the run where nothing comes of asking; ids that wanted nothing stand between no two others."""
    last, in_a_row = "", 0
    for source_id in ids:
        reason = "" if source_id in answered else failed.get(source_id, "")
        if not reason and source_id not in answered:
            continue
        in_a_row = in_a_row + 1 if reason == last else 1
        last = reason
        if in_a_row >= REFUSED_IN_A_ROW and (": refused" in reason or WITHOUT_WORD in reason):
            raise SourceError(
                f"{name}: of {in_a_row} objects in a row none has its further answers ({reason}):"
                " see whether the museum still gives them without a key, then start again"
            )


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
