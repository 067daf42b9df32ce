"""Draw the artworks of the gold set from the real samples: by hash of the id, so that nobody chose them.

    .venv/bin/python tests/gold/draw.py --texts DIR    print which are drawn; write their texts into DIR

The texts are the museums' and stay out of the repository. Of each stratum the records with the least SHA-256 of
``gold:STRATUM:ID`` are drawn, in turns for the half that rules may be tuned on and for the half that is held back;
every third of them is labelled twice.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pyarrow as pa
from samples import SHARED, STRATA, text_of, text_sha256

Row = Mapping[str, Any]

QUOTA = {
    "met-american": 30,
    "met-paintings": 25,
    "met-api": 15,
    "met-ceramics": 15,
    "met-sculpture": 15,
    "rijks-dc": 55,
    "rijks-suriname": 45,
    "wga-2019": 55,
    "wga-semart": 45,
}
"""How many artworks of each stratum; a hundred of each museum."""


def _has_qualifier(row: Row) -> bool:
    return any(maker["qualifier"] for maker in row["makers"])


MORE: tuple[tuple[tuple[str, ...], Callable[[Row], bool], int], ...] = (
    (("met-paintings", "met-api"), _has_qualifier, 40),
    (("rijks-suriname",), lambda row: bool(row["subjects"]), 20),
    (("met-paintings", "met-api"), _has_qualifier, 24),  # many of the forty name a firm or several
)
"""Attributes of which the strata drew fewer than forty cases: from where, of which records, how many more."""


@dataclass(frozen=True)
class Drawn:
    """One artwork of the gold set: where it is from, in which half, and the text it is labelled from."""

    stratum: str
    source: str
    id: str
    half: str
    twice: bool
    text: str
    sha256: str


def rank(stratum: str, source_id: str) -> str:
    """Return what the records of a stratum are ordered by."""
    return hashlib.sha256(f"gold:{stratum}:{source_id}".encode()).hexdigest()


def draw(shared: Path = SHARED) -> Iterator[Drawn]:
    """Yield the artworks of the gold set: stratum by stratum, then those of attributes with too few cases."""
    tables = {stratum: STRATA[stratum](shared) for stratum in QUOTA}
    taken = []
    for stratum, count in QUOTA.items():
        taken += _first(tables, (stratum,), lambda _: True, count, set())
    for strata, is_case, count in MORE:
        taken += _first(
            tables, strata, is_case, count, {(one, row["source_id"]) for one, row in taken}
        )
    for number, (stratum, row) in enumerate(taken):
        half = "held" if number % 2 else "tune"
        text, sha256 = text_of(row), text_sha256(row)
        source, name = row["source"], row["source_id"]
        yield Drawn(stratum, source, name, half, number % 3 == 0, text, sha256)


def _first(
    tables: Mapping[str, pa.Table],
    strata: Sequence[str],
    is_case: Callable[[Row], bool],
    count: int,
    without: Container[tuple[str, str]],
) -> list[tuple[str, Row]]:
    """Return so many records of some strata, those of the least rank that are cases and not drawn yet."""
    places: dict[tuple[str, str], int] = {}
    for stratum in strata:
        for place, name in enumerate(tables[stratum]["source_id"].to_pylist()):
            places.setdefault((stratum, name), place)
    found: list[tuple[str, Row]] = []
    for stratum, name in sorted(places, key=lambda one: rank(*one)):
        if len(found) == count:
            break
        if (stratum, name) not in without:
            row = tables[stratum].slice(places[stratum, name], 1).to_pylist()[0]
            found += [(stratum, row)] if is_case(row) else []
    return found


def main() -> None:
    """Write the texts to label, one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--texts", type=Path, required=True, help="folder for the texts")
    folder = parser.parse_args().texts
    folder.mkdir(parents=True, exist_ok=True)
    drawn = list(draw())
    for name, chosen in (("all", drawn), ("twice", [one for one in drawn if one.twice])):
        lines = (
            json.dumps(
                {"stratum": one.stratum, "id": one.id, "text": json.loads(one.text)},
                ensure_ascii=False,
            )
            for one in chosen
        )
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for one in drawn:
        print(one.stratum, one.id, one.half, "twice" if one.twice else "once", one.sha256, sep="\t")


if __name__ == "__main__":
    main()
