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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from samples import SHARED, STRATA, text_of, text_sha256

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
    """Yield the artworks of the gold set, stratum by stratum."""
    number = 0
    for stratum, count in QUOTA.items():
        table = STRATA[stratum](shared)
        ids = table["source_id"].to_pylist()
        first = {str(name): place for place, name in reversed(list(enumerate(ids)))}
        chosen = sorted(first, key=lambda name: rank(stratum, name))[:count]
        for row in table.take([first[name] for name in chosen]).to_pylist():
            half = "held" if number % 2 else "tune"
            twice = number % 3 == 0
            number += 1
            sha256 = text_sha256(row)
            yield Drawn(stratum, row["source"], row["source_id"], half, twice, text_of(row), sha256)


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
