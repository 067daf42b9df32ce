"""Everything that can go wrong, as one tree: a class for each thing that a caller would do differently."""


class OmniartError(Exception):
    """Whatever this project raises on purpose; its text is one line that says what to do next."""


class UsageError(OmniartError):
    """What was asked for cannot be done as asked: a missing file, an unknown name (exit code 2)."""


class SourceError(OmniartError):
    """A source as a whole does not keep its promises: a wall, a torn file, a page that never comes."""


class RecordError(OmniartError):
    """One raw record does not keep its source's promises.

    ``where`` is ``"source:id"`` (or ``"source:file#number"`` where the id itself is missing) and
    ``field`` the museum's own field name, so a report can count by cause without taking the message
    apart. ``sha256`` and ``number`` are its evidence: see ``schemas.columns.EVIDENCE``.
    """

    def __init__(
        self, where: str, field: str, found: object, *, sha256: str = "", number: int = 0
    ) -> None:
        super().__init__(f"{where}: {field} is {found!r}")
        self.where, self.field, self.found = where, field, found
        self.sha256, self.number = sha256, number


class StoreError(OmniartError):
    """The workspace cannot be read or written: permission, a full disk, a store in use."""


class ReleaseError(OmniartError):
    """A folder is not a whole release, or does not keep a release's promises."""


class DriftError(ReleaseError):
    """The museums' words have drifted away from the vocabulary: more of them are unmatched than may be."""


class ModelError(OmniartError):
    """A base, checkpoint or prediction file does not fit what it is to be used on."""
