"""Precision and recall of the normalisers on the gold set; `make gold` runs it.

.venv/bin/python tests/gold/measure.py             the tuning half, with each miss, and the labellers' agreement
.venv/bin/python tests/gold/measure.py --held      the half that is set aside: looked at when the rules are done
.venv/bin/python tests/gold/measure.py --json F    the figures as JSON as well
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pyarrow as pa
from samples import SHARED, STRATA, text_sha256
from scoring import Row, Score, score

from omniart_data.normalise import normalise

HERE = Path(__file__).parent


def read_gold(*names: str) -> list[Row]:
    """Return the rows of some files of the gold set."""
    rows: list[Row] = []
    for name in names:
        with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def gold_records(rows: Sequence[Row], shared: Path = SHARED) -> pa.Table:
    """Return the records of some gold rows; exit where a text is not the one that was labelled.

    Their ids are made of stratum and id, since two samples may hold the same object.
    """
    tables = []
    for stratum in dict.fromkeys(row["stratum"] for row in rows):
        table = STRATA[stratum](shared)
        ids = table["source_id"].to_pylist()
        place = {str(name): at for at, name in reversed(list(enumerate(ids)))}
        wanted = [row for row in rows if row["stratum"] == stratum]
        part = table.take([place[row["id"]] for row in wanted])
        for row, record in zip(wanted, part.to_pylist(), strict=True):
            if text_sha256(record) != row["text_sha256"]:
                sys.exit(f"{stratum} {row['id']}: the text is not the one that was labelled")
        named = pa.array([f"{stratum}/{row['id']}" for row in wanted])
        at = part.column_names.index("source_id")
        tables.append(part.set_column(at, table.schema.field("source_id"), named))
    return pa.concat_tables(tables)


def labels_of(artworks: pa.Table) -> dict[tuple[str, str], Row]:
    """Return what the normalisers say, in the form of a gold row."""
    return {
        (row["source_id"].split("/", 1)[0], row["source_id"].split("/", 1)[1]): as_row(row)
        for row in artworks.to_pylist()
    }


def as_row(artwork: Mapping[str, Any]) -> Row:
    """Return an artwork in the form of a gold row."""
    places = "; ".join(map(_place, artwork["places"] or ()))
    return {
        "artist": artwork["artist"] or "",
        "status": artwork["artist_status"],
        "qualifier": artwork["artist_qualifier"] or "",
        "types": "; ".join(artwork["artwork_types"] or ()),
        "coarse": artwork["coarse_type"] or "",
        "materials": "; ".join(artwork["materials"] or ()),
        "techniques": "; ".join(artwork["techniques"] or ()),
        "year_first": _number(artwork["year_first"]),
        "year_last": _number(artwork["year_last"]),
        "circa": {True: "yes", False: "no", None: ""}[artwork["circa"]],
        "sizes": "; ".join(_sizes(artwork)),
        "places": places,
        "iconclass": "; ".join(one["code"] for one in artwork["iconclass"] or ()),
        "institution": artwork["kept_at"] or "",
        "city": artwork["kept_in"] or "",
    }


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _place(place: Mapping[str, Any]) -> str:
    names = ", ".join(place[name] for name in ("city", "region", "country") if place[name])
    return f"{place['role']}: {names}"


def _sizes(artwork: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sizes, those of the object itself under the name under which gold looks for them."""
    keys = {"h": "height_cm", "w": "width_cm", "d": "depth_cm", "diam": "diameter_cm"}
    own = _measures(artwork, keys)
    parts = [(size["part"], _measures(size, keys)) for size in artwork["sizes"] or ()]
    parts.sort(key=lambda part: part[1] != own)
    for at, (name, measures) in enumerate(parts):
        yield f"{'overall' if not at and measures == own else name or 'part'}#{at} {measures}".replace(
            "overall#0", "overall"
        )


def _measures(sizes: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    told = {key: sizes[name] for key, name in keys.items() if sizes[name] is not None}
    return " ".join(f"{key}={value:g}" for key, value in told.items())


def measure(names: Sequence[str]) -> list[Score]:
    """Return the normalisers' scores on some files of the gold set."""
    rows = read_gold(*names)
    return score(rows, labels_of(normalise(gold_records(rows)).artworks))


def agreement() -> list[Score]:
    """Return how far the second labeller says what the first said."""
    second = {(row["stratum"], row["id"]): row for row in read_gold("second")}
    both = [row for row in read_gold("tune", "held") if (row["stratum"], row["id"]) in second]
    return score(both, second)


RESULTS = HERE.parents[1] / "benchmarks" / "results"
PAGE = HERE.parents[1] / "docs" / "quality.md"

Figures = Mapping[str, Any]
Blocks = Mapping[str, Callable[[], str]]


def keep(name: str, scores: Sequence[Score]) -> None:
    """Keep figures and misses where the page is made from."""
    told = {one.name: {**one.figures(), "misses": one.misses} for one in scores}
    body = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"gold_{name}.json").write_text(body, encoding="utf-8")


def kept(name: str) -> Figures:
    """Return the figures that were kept last; none where nothing was measured yet."""
    path = RESULTS / f"gold_{name}.json"
    found: Figures = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def table(figures: Figures) -> str:
    """Return figures as a table of Markdown; empty where there are none."""
    if not figures:
        return ""
    lines = ["| attribute | n | precision | recall | F1 or share | 95 % |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | --- |")
    for name, told in figures.items():
        if told["n"]:
            pair = [f"{told[key]:.3f}" if key in told else "" for key in ("precision", "recall")]
            main = told.get("f1", told.get("share", 0.0))
            interval = f"{told['low']:.3f} to {told['high']:.3f}"
            lines.append(f"| {name} | {told['n']} | {' | '.join(pair)} | {main:.3f} | {interval} |")
    return "\n".join(lines)


def misses(figures: Figures) -> str:
    """Return every miss, by attribute: which artwork, what gold says and what the rules say."""
    lines = []
    for name, told in figures.items():
        lines += [f"- {name}: {_quiet(miss)}" for miss in told["misses"]]
    return "\n".join(lines)


def _quiet(text: str) -> str:
    """Return a text in which no sign means anything to Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)


BLOCKS: Blocks = {
    "held": lambda: table(kept("held")),
    "tune": lambda: table(kept("tune")),
    "agreement": lambda: table(kept("agreement")),
    "missed": lambda: misses(kept("held")),
}


def with_blocks(page: str, mark: str, blocks: Blocks) -> str:
    r"""Return a page with each block of a mark made anew: what stands after ``<!-- MARK: NAME -->``.

    >>> with_blocks("<!-- sum: two -->\nold\n<!-- end -->", "sum", {"two": lambda: "new"})
    '<!-- sum: two -->\nnew\n<!-- end -->'
    """
    return re.sub(
        rf"<!-- {mark}: (\w+) -->\n.*?<!-- end -->",
        lambda found: f"<!-- {mark}: {found[1]} -->\n{blocks[found[1]]()}\n<!-- end -->",
        page,
        flags=re.DOTALL,
    )


def write_page(mark: str, blocks: Blocks) -> None:
    """Write a mark's blocks into the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_blocks(page, mark, blocks), encoding="utf-8")


def main() -> None:
    """Measure, keep and print the figures, with each miss, and write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--held", action="store_true", help="the half that is set aside as well")
    asked = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit("the museums' own records (../shared/data) are not here: nothing to measure on")
    halves = ["tune", "held"] if asked.held else ["tune"]
    for half in halves:
        keep(half, measure([half]))
    keep("agreement", agreement())
    for name in (*halves, "agreement"):
        print(f"{name}\n\n{table(kept(name))}\n")
    for half in halves:
        print(f"missed in {half}\n\n{misses(kept(half))}\n")
    write_page("gold", BLOCKS)


if __name__ == "__main__":
    main()
