"""How a collection of one's own is described: a TOML file that names the columns of its index.

The keys are those of ``Mapping``; all but ``collection``, ``index`` and ``columns.id`` may be left out::

    collection = "photographs"          # a-z, 0-9 and "-"; the source is then local-photographs
    index = "index.csv"                 # a table with one line of column names, plain or gzipped
    images = ["shards/*.tar"]           # folders, tars or patterns of them; or one of these
    delimiter = ","
    encoding = "utf-8"
    language = "en"                     # of the texts, ISO 639-1
    subject_separator = "|"             # where one cell holds several subjects
    institution = "Town Museum"         # who holds the objects; for all, or where columns.museum says nothing
    rights = "https://..."              # URI of the rights on the images; likewise
    attribution = "Photographs: ..."    # the line that users of the data are asked to print

    [columns]                           # ours = "theirs", or a list of which the first with a text counts
    id = "number"
    culture = ["culture", "school"]

    [institutions]                      # a text of columns.museum = the museum's name
    tm = "Town Museum"

    [rights_uris]                       # a text of columns.rights = the URI that it stands for
    "CC0 1.0" = "https://creativecommons.org/publicdomain/zero/1.0/"

Paths are relative to the folder that is read, or to the TOML file's own where that is given in its place.
"""

import codecs
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from crawlers.dump_files import check_readable
from schemas.errors import UsageError

MAPPING_FILE = "collection.toml"
"""The mapping's name in a folder that brings its own."""

FIELDS = (
    "id",
    "file",
    "title",
    "artist",
    "artist_qualifier",
    "artist_born",
    "artist_died",
    "type",
    "object_name",
    "material",
    "dimensions",
    "date_text",
    "year_first",
    "year_last",
    "culture",
    "subject",
    "url",
    "object_number",
    "rights",
    "museum",
)
"""Our names in ``[columns]``."""

NOT_FOR_TABLES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
"""Python's encodings whose texts may hold what is no text: half of a sign in two halves."""

MAX_MAPPING_BYTES = 1 << 20


@dataclass(frozen=True)
class LocalMapping:
    """A collection's TOML file, checked; see the module for what each key means."""

    collection: str
    index: str
    columns: Mapping[str, tuple[str, ...]]
    images: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    language: str = ""
    subject_separator: str = ""
    institution: str = ""
    rights: str = ""
    attribution: str = ""
    institutions: Mapping[str, str] = field(default_factory=dict)
    rights_uris: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Return the name of the source that the collection is."""
        return f"local-{self.collection}"


def load_mapping(path: Path) -> LocalMapping:
    """Read a mapping; raise UsageError that names the key to mend."""
    check_readable(path)
    try:
        with path.open("rb") as file:
            text = file.read(MAX_MAPPING_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > MAX_MAPPING_BYTES:
        raise UsageError(f"{path} is no mapping: it has more than {MAX_MAPPING_BYTES:,} bytes")
    try:
        said = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no TOML file: {error}") from error
    return _mapping(path, said)


def _mapping(path: Path, said: Mapping[str, Any]) -> LocalMapping:
    known = [one.name for one in fields(LocalMapping)]
    for key in said:
        if key not in known:
            raise UsageError(
                f"{path}: {key!r} is no key of a mapping; there are {', '.join(known)}"
            )
    for key in ("collection", "index", "columns"):
        if key not in said:
            raise UsageError(f"{path}: {key!r} is missing")
    values = {key: _CHECKS.get(key, _text)(path, key, value) for key, value in said.items()}
    return LocalMapping(**values)


def _text(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{path}: {key!r} is {value!r}: write a text")
    return value


def _filled(path: Path, key: str, value: object) -> str:
    if not _text(path, key, value):
        raise UsageError(f"{path}: {key!r} is empty")
    return str(value)


def _collection(path: Path, key: str, value: object) -> str:
    if not re.fullmatch("[a-z0-9-]{1,64}", _text(path, key, value)):
        raise UsageError(f"{path}: {key!r} is {value!r}: use a-z, 0-9 and '-', 64 at most")
    return str(value)


def _delimiter(path: Path, key: str, value: object) -> str:
    if len(_text(path, key, value)) != 1 or value in ('"', "\r", "\n", "\0"):
        raise UsageError(f"{path}: {key!r} is {value!r}: write one sign, such as ',' or '\\t'")
    return str(value)


def _encoding(path: Path, key: str, value: object) -> str:
    name = _text(path, key, value)
    try:
        b"a".decode(name)  # LookupError for a codec that is none of texts
        canonical = codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise UsageError(f"{path}: {key!r} is {value!r}, which is no encoding of texts") from error
    if canonical in NOT_FOR_TABLES:
        raise UsageError(f"{path}: {key!r} is {value!r}, which no table is written in")
    # a byte order mark is no part of the first column's name
    return "utf-8-sig" if canonical == "utf-8" else canonical


def _language(path: Path, key: str, value: object) -> str:
    if not re.fullmatch("([a-z]{2})?", _text(path, key, value)):
        raise UsageError(f"{path}: {key!r} is {value!r}: write two letters, such as 'en'")
    return str(value)


def _texts(path: Path, key: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(_filled(path, key, one) for one in listed)


def _table(path: Path, key: str, value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise UsageError(f"{path}: {key!r} is {value!r}: write a table [{key}]")
    return {name: _text(path, f"{key}.{name}", one) for name, one in value.items()}


def _columns(path: Path, key: str, value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise UsageError(f"{path}: {key!r} is {value!r}: write a table [{key}]")
    for name in value:
        if name not in FIELDS:
            raise UsageError(
                f"{path}: {name!r} is no field in [columns]; there are {', '.join(FIELDS)}"
            )
    if "id" not in value:
        raise UsageError(f"{path}: [columns] has no 'id': name the column that tells objects apart")
    return {name: _texts(path, f"{key}.{name}", one) for name, one in value.items()}


_CHECKS: Mapping[str, Callable[[Path, str, object], Any]] = {
    "collection": _collection,
    "index": _filled,
    "columns": _columns,
    "images": _texts,
    "delimiter": _delimiter,
    "encoding": _encoding,
    "language": _language,
    "institutions": _table,
    "rights_uris": _table,
}
