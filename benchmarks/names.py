"""Measure how often names that are alike are one person's: precision by score, on names whose owner is known.

    .venv/bin/python -m benchmarks.names

The names are those of ULAN (Dutch artists), the National Gallery of Art and Tate, in ../shared/data/vocab. Each
distinct key is a person without an id; a pair is right if somebody has both names. Names are halved by their hash.
"""

import csv
import gzip
import hashlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from omniart_data.normalise.makers.alike import Alike, alike
from omniart_data.normalise.makers.name_keys import name_key
from omniart_data.normalise.makers.person import Person

SHARED = Path(__file__).parents[2] / "shared" / "data" / "vocab"
BANDS = (80, 85, 88, 90, 92, 94, 96, 98, 100)


@dataclass
class Known:
    """One key, and who has a name with it."""

    name: str
    owners: set[str] = field(default_factory=set)
    lives: set[tuple[int | None, int | None]] = field(default_factory=set)


def _year(text: str) -> int | None:
    return int(text) if text.lstrip("-").isdigit() else None


def listed(shared: Path) -> Iterator[tuple[str, str, int | None, int | None]]:
    """Yield (name, owner, born, died) of all lists; an owner is a ULAN id where the list gives one."""
    with gzip.open(shared / "ulan_dutch_artist_names.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row["name"], f"ulan:{row['ulan_id']}", None, None
    with gzip.open(shared / "nga_artist_names.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["type"] == "individual":
                owner = (
                    f"ulan:{row['ulan_id']}" if row["ulan_id"] else f"nga:{row['constituentid']}"
                )
                names = {row["name"], row["forward_name"], *row["altnames"].split(" | ")}
                for name in sorted(names - {""}):
                    yield name, owner, _year(row["begin"]), _year(row["end"])
    with (shared / "tate_artists.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            yield (
                row["name"],
                f"tate:{row['id']}",
                _year(row["yearOfBirth"]),
                _year(row["yearOfDeath"]),
            )


def known(shared: Path) -> dict[str, Known]:
    """Return each key with its owners and what is known of their lives."""
    keys: dict[str, Known] = {}
    for name, owner, born, died in listed(shared):
        one = keys.setdefault(name_key(name), Known(name))
        one.owners.add(owner)
        if born is not None or died is not None:
            one.lives.add((born, died))
    return {key: one for key, one in keys.items() if len(one.owners) == 1}


def person(key: str, one: Known) -> Person:
    """Return a key's owner as somebody of whom no id is known."""
    born, died = next(iter(one.lives)) if len(one.lives) == 1 else (None, None)
    return Person(f"name:{key}", one.name, key, born, died, 1)


def half(name: str) -> str:
    """Return the half of the names that one lies in."""
    return "first" if hashlib.sha256(name.encode()).hexdigest()[0] in "01234567" else "second"


def figures(pairs: list[Alike], people: list[Person], owners: list[set[str]]) -> Iterator[str]:
    """Yield a line for each band of scores: pairs, and how many of them are one person."""
    for low, high in zip(BANDS, (*BANDS[1:], 101), strict=True):
        some = [pair for pair in pairs if low <= pair.score < high]
        for title, chosen in (
            ("all", some),
            ("lives equal", [p for p in some if _lived(people, p)]),
        ):
            right = sum(bool(owners[pair.one] & owners[pair.other]) for pair in chosen)
            share = f"{right / len(chosen):7.1%}" if chosen else "      -"
            yield f"{low:3}-{min(high, 100):3} {title:12} {len(chosen):6} pairs {share}"


def _lived(people: list[Person], pair: Alike) -> bool:
    one, other = people[pair.one], people[pair.other]
    lives = (one.born, one.died), (other.born, other.died)
    return lives[0] == lives[1] and None not in lives[0]


def main() -> int:
    """Print the figures of both halves."""
    if not SHARED.exists():
        print(f"{SHARED} is not there: put the vocabulary data beside the repository")
        return 1
    everybody = known(SHARED)
    for which in ("first", "second"):
        keys = [key for key, one in everybody.items() if half(one.name) == which]
        people = [person(key, everybody[key]) for key in keys]
        owners = [everybody[key].owners for key in keys]
        start = time.perf_counter()
        pairs = alike(people, with_table=False)
        print(f"{which} half: {len(people):,} names, {time.perf_counter() - start:.1f} s")
        print("\n".join(figures(pairs, people, owners)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
