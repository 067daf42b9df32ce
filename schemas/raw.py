"""A raw record: one object's description exactly as received."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class RawRecord:
    """What a source said of one object, byte for byte.

    ``kind`` names the form (``met-api``, ``oai-edm``, ``wga-row`` ...): the newest of each kind is what
    is held about an object. ``stated`` is the source's own date-time of the statement (ISO 8601, empty
    where it gives none), ``fetched`` ours. ``withdrawn`` marks that the object is gone. ``content_of``
    gives, from the body, the SHA-256 of what is said without what changes when a museum merely publishes
    it anew (datestamps); None: all of the body is said. It is called only to compare two statements.
    ``received`` is when a statement was first fetched, where it comes from a store; ``fetched`` moves on
    with each crawl that finds it unchanged.
    """

    source: str
    source_id: str
    kind: str
    body: bytes
    url: str = ""
    stated: str = ""
    fetched: str = ""
    withdrawn: bool = False
    content_of: Callable[[bytes], str] | None = field(default=None, compare=False, repr=False)
    received: str = field(default="", compare=False)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.body).hexdigest())

    @cached_property
    def content(self) -> str:
        """Return the SHA-256 of what is said."""
        return self.content_of(self.body) if self.content_of else self.sha256


def newest_of_each_kind(raws: Iterable[RawRecord]) -> tuple[RawRecord, ...]:
    """Return the last of each kind, in their order: what ``Source.read`` reads of an object.

    >>> old, new, more = (RawRecord("met", "7", kind, b"") for kind in ("api", "api", "tags"))
    >>> [raw.kind for raw in newest_of_each_kind([old, more, new])]
    ['tags', 'api']
    """
    newest: dict[str, RawRecord] = {}
    for raw in raws:
        newest.pop(raw.kind, None)
        newest[raw.kind] = raw
    return tuple(newest.values())
