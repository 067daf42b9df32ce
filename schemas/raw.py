"""A raw record: one object's description exactly as received."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RawRecord:
    """What a source said of one object, byte for byte.

    ``kind`` names the form (``met-api``, ``oai-edm``, ``wga-row`` ...): the newest of each kind is what
    is held about an object. ``stated`` is the source's own date-time of the statement (ISO 8601, empty
    where it gives none), ``fetched`` ours. ``withdrawn`` marks that the object is gone. ``content`` is the SHA-256 of what is said, without
    what changes when a museum merely publishes it anew (datestamps); by default that of the body.
    """

    source: str
    source_id: str
    kind: str
    body: bytes
    url: str = ""
    stated: str = ""
    fetched: str = ""
    withdrawn: bool = False
    content: str = ""
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.body).hexdigest())
        if not self.content:
            object.__setattr__(self, "content", self.sha256)
