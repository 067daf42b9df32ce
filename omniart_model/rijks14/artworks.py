"""The challenge's works as rows of a release: labels of the ground truth, all else in the museum's words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_model.rijks14.classes import NOBODY, REST, Challenge
from omniart_model.rijks14.groundtruth import GroundTruth, Several
from omniart_model.rijks14.records import Record
from schemas.artwork import ARTWORK
from schemas.rights import NOT_SAID, policy, statement

SOURCE = "rijks14"
FARTHEST = 100
"""Years are scored where first and last are less than so many apart (``rijks_load.m``)."""
_LANGUAGE = "nl"


def artwork_rows(
    truth: GroundTruth,
    challenge: Challenge,
    names: Sequence[str],
    records: Mapping[str, Record],
    *,
    rights: str = "",
    rest_class: bool = False,
) -> pa.Table:
    """Return one row of ``ARTWORK`` for each picture; ``names`` are the pictures', in the order of the ground truth.

    Creators that are classes are the artists. Everybody else has none, or with ``rest_class`` is the artist "rest".
    ``rights`` stands in for a record's statement where that is none that is known.
    """
    artist = _artists(truth, challenge, rest_class=rest_class)
    types, materials = (_lists(one, len(names)) for one in (truth.types, truth.materials))
    said = _said(rights)
    rows = []
    for row, name in enumerate(names):
        record = records.get(name, Record(sha256=""))
        rows.append(
            {
                "id": f"{SOURCE}:{name}",
                "source": SOURCE,
                "source_id": name,
                "institution": "Rijksmuseum",
                **artist(row),
                "artwork_types": types[row],
                "materials": materials[row],
                "techniques": [],
                **_years(truth.years[row]),
                **_museums_words(record, name),
                "rights": said(record.rights),
                "rights_as_given": record.rights,
                "rights_stated": record.datestamp,
                "evidence": [_evidence(record, truth, row)],
                "judgements": [],
            }
        )
    return pa.Table.from_pylist(rows, schema=ARTWORK)


def _artists(
    truth: GroundTruth, challenge: Challenge, *, rest_class: bool
) -> Callable[[int], Mapping[str, Any]]:
    classes = set(challenge.creators)

    def artist(row: int) -> Mapping[str, Any]:
        number = int(truth.creator[row])
        name = truth.creators[number] if number >= 0 else ""
        if name in classes:
            return _named(name, f"creator-{number + 1}")
        if rest_class:
            return _named(REST, REST)
        if name in NOBODY:
            return {"artist_status": "anonymous", "artist_certainty": ""}
        return {"artist_status": "decided" if name else "none", "artist_certainty": ""}

    return artist


def _named(name: str, number: str) -> Mapping[str, Any]:
    return {
        "artist": name,
        "artist_id": f"{SOURCE}:{number}",
        "artist_status": "named",
        "artist_certainty": "certain",
    }


def _lists(several: Several, rows: int) -> list[list[str]]:
    lists: list[list[str]] = [[] for _ in range(rows)]
    for row, label in zip(several.row.tolist(), several.label.tolist(), strict=True):
        lists[row].append(several.names[label])
    return lists


def _years(years: "np.ndarray[Any, np.dtype[np.float64]]") -> Mapping[str, Any]:
    """Return the years of a row; ``year``, the mean, only where the challenge scores it."""
    if np.isnan(years).any():
        return {"date_precision": ""}
    first, last = sorted(years.tolist())
    told = {"year_first": int(first), "year_last": int(last), "date_precision": "year"}
    if last - first >= FARTHEST:
        return told
    year = (first + last) / 2
    return told | {"year": year, "century": _century(year)}


def _century(year: float) -> int:
    """Return the century of a year; the year 0, which there was not, counts to the first.

    >>> _century(1700), _century(1701), _century(-100), _century(-101), _century(0)
    (17, 18, -1, -2, 1)
    """
    whole = int(np.floor(year))
    return -((-whole + 99) // 100) if whole < 0 else max((whole + 99) // 100, 1)


def _museums_words(record: Record, name: str) -> Mapping[str, Any]:
    return {
        "object_number": record.object_number or name.partition("_")[2],
        "url": record.page,
        "title": record.title,
        "makers": [_maker(one) for one in record.creators],
        "date_text": record.date,
        "types_as_given": _texts(record.types),
        "medium_as_given": _texts(record.medium),
        "subjects": _texts(record.subjects),
    }


def _maker(text: str) -> Mapping[str, Any]:
    """Return a maker; before the first colon stands the role.

    >>> _maker("prentmaker: Coornhert, Dirck Volckertsz")["name"]
    'Coornhert, Dirck Volckertsz'
    """
    role, colon, name = text.partition(": ")
    return {
        "name": name if colon else text,
        "role": role if colon else "",
        "qualifier": "",
        "ids": [],
    }


def _texts(texts: Sequence[str]) -> list[Mapping[str, str]]:
    return [{"text": text, "language": _LANGUAGE} for text in texts]


def _said(fallback: str) -> Callable[[str], str]:
    """Return how a record's statement of rights is read: a known one as its URI, another one as the fallback, if any."""
    known: dict[str, str] = {}

    def said(given: str) -> str:
        if given not in known:
            uri = statement(given) if given else ""
            known[given] = uri if policy(uri, SOURCE).name != NOT_SAID.name else fallback or uri
        return known[given]

    return said


def _evidence(record: Record, truth: GroundTruth, row: int) -> Mapping[str, Any]:
    """Return the record's SHA-256, or where there is none the ground truth's with the row, from 1."""
    if record.sha256:
        return {"sha256": record.sha256, "number": 0}
    return {"sha256": truth.sha256, "number": row + 1}
