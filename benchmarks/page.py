"""Puts the kept results of the crawl's benchmarks into benchmarks/README.md.

.venv/bin/python benchmarks/page.py [--check]
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE / "README.md"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    lines.insert(1, "| --- |" + " ---: |" * (len(head) - 1))
    return "\n".join(lines)


def images(kept: dict[str, Any]) -> str:
    """Return the table of pictures."""
    head = ("over", "ours", "img2dataset 1.47", "ratio", "ratio without starting")
    rows = [
        (
            protocol,
            f"{row['ours_s']:.1f} s",
            f"{row['img2dataset_s']:.1f} s",
            f"{row['ratio']:.2f}",
            f"{row['ratio_without_start']:.2f}",
        )
        for protocol, row in ((name, kept[name]) for name in ("TLS", "HTTP"))
    ]
    return table(head, rows)


def wall(kept: dict[str, Any]) -> str:
    """Return the table of the wall."""
    head = ("tool", "of the decodable", "seconds", "limit", "the wall closed")
    rows = [
        (
            name,
            f"{run['had'] / kept['decodable']:.1%}",
            f"{run['seconds']:.0f}",
            f"{kept['limits_s'][name]:.0f}" if name in kept["limits_s"] else "",
            f"{run['closings']} x",
        )
        for name, run in kept["runs"].items()
    ]
    return table(head, rows)


def oai(kept: dict[str, Any]) -> str:
    """Return the table of harvests."""
    head = ("tool", "seconds", "records/s", "whole process", "records, page 5 torn")
    rows = [
        (
            name,
            f"{took:.2f}",
            f"{kept['records'] / took:,.0f}",
            f"{kept['whole_process_s'][name]:.2f}",
            f"{kept['records_with_a_torn_page'][name]:,}",
        )
        for name, took in kept["seconds"].items()
    ]
    return table(head, rows)


def memory(kept: dict[str, Any]) -> str:
    """Return the table of memory."""
    rows = [
        (f"{run['objects']:,}", f"{run['peak_mb']:.0f} MB", f"{run['seconds']:.0f} s")
        for run in kept["runs"]
    ]
    said = f"\n\nThe larger takes {kept['ratio']:.2f} times the memory of the smaller (limit 1.3)."
    return table(("objects", "peak RSS", "seconds"), rows) + said


def soak(kept: dict[str, Any]) -> str:
    """Return what came of the soak."""
    same = "the same" if kept["records_same"] and kept["pictures_same"] else "NOT the same"
    return (
        f"Killed {kept['kills']} times in {kept['runs']} runs: the stores hold {same} as those of a calm crawl,"
        " record for record and picture for picture."
    )


def normalise(kept: dict[str, Any]) -> str:
    """Return the table of normalising."""
    head = (
        "records",
        "repetitions with words of their own",
        "distinct inputs judged",
        "seconds",
        "memory",
    )
    rows = [
        (
            f"{run['records']:,.0f}",
            f"{run['share']:.0%}",
            f"{run['judgements']:,.0f}",
            f"{run['seconds']:.1f}",
            f"{run['peak_mb'] / 1024:.2f} GB",
            f"{run['peer']['seconds']:.1f} s",
            f"{run['seconds'] / run['peer']['seconds']:.1f}",
        )
        for run in kept["runs"]
    ]
    limits = f"\n\nLimits: {kept['limit_s']} s and {kept['limit_gb']:.0f} GB for two million."
    return table((*head, "pyarrow reads and writes", "ratio"), rows) + limits


def links(kept: dict[str, Any]) -> str:
    """Return the table of links."""
    rows = [
        (f"{run['artworks']:,}", f"{run['seconds']:.1f} s", f"{run['peak_mb'] / 1024:.2f} GB")
        for run in kept["runs"]
    ]
    limit = kept["limit_s"]
    return table(("artworks", "seconds", "memory"), rows) + f"\n\nLimit for two million: {limit} s."


def colours(kept: dict[str, Any]) -> str:
    """Return the table of colours."""
    rows = [
        (name, f"{told['ms']:.1f}", f"{told['loss']:.2f}" if "loss" in told else "")
        for name, told in kept["finders"].items()
    ]
    return table(("finder of nine colours", "ms a picture", "mean CIE76 to the nearest"), rows)


def near_duplicates(kept: dict[str, Any]) -> str:
    """Return the table of near hashes."""
    rows = [
        (
            f"{int(size):,}",
            f"{run['planted']:,}",
            f"{run['missed']:,}",
            f"{run['seconds']:.1f} s",
            f"{run['megabytes'] / 1000:.2f} GB",
            f"{run['faiss seconds'] * int(size) / run['faiss asked']:,.1f} s"
            + (" (reckoned)" if int(size) > run["faiss asked"] else ""),
        )
        for size, run in kept.items()
    ]
    head = ("hashes", "planted pairs", "not found", "ours", "memory", "faiss, all with all")
    return table(head, rows)


def extraction(kept: dict[str, Any]) -> str:
    """Return how fast features are made, and read back."""
    made, read = kept["extraction"], kept["reading"]
    rows = [(name, f"{rate:.0f}") for name, rate in made["views_per_second"].items()]
    said = (
        f"\n\nOurs takes as many as {made['ours_of_base']:.2f} of the base alone (at least 0.9), and "
        f"{made['ours_of_loader']:.2f} times the DataLoader's (at least 1.0). A cache of {read['pictures']:,} pictures, "
        f"{read['bytes'] / 1e6:.0f} MB, is read back in {read['warm_ratio']:.2f} times what reading its files' bytes takes, and in "
        f"{read['cold_ratio']:.2f} times where they come from the disk (limit 2)."
    )
    return table((made["base"], "views a second"), rows) + said


def heads(kept: dict[str, Any]) -> str:
    """Return the table of steps, and what follows from it."""
    ms, answers = kept["ms_a_step"], kept["answering"]
    alone = [name for name in ms if name not in {"ours", "reference"}]
    rows = [
        ("ours, four tasks", f"{ms['ours']:.0f} ms", f"{answers['multi_s']:.2f} s"),
        ("a plain loop over the same arrays", f"{ms['reference']:.0f} ms", ""),
        *((f"ours, {name} alone", f"{ms[name]:.0f} ms", "") for name in alone),
        (
            "ours, the four one after the other",
            f"{sum(ms[name] for name in alone):.0f} ms",
            f"{answers['single_s']:.2f} s",
        ),
    ]
    said = (
        f"An epoch takes {kept['seconds_an_epoch']:.0f} s. Ours takes {kept['ours_of_reference']:.2f} times the plain"
        f" loop (limit 1.1), the four alone {kept['single_of_multi']:.2f} times the one together (at least 2.0; the paper:"
        f" 2.7), and {answers['single_of_multi']:.2f} times as long to answer (the paper: 1.4). The process that holds the works"
        f" and trains takes {kept['peak_mb'] / 1000:.2f} GB at its peak (limit 4)."
    )
    return table(("network", "a step of 1,024 works", "200 batches of 32 answered"), rows) + (
        f"\n\n{said}"
    )


_OF_DATA = (images, wall, oai, memory, soak, normalise, links, colours, near_duplicates)
SECTIONS = (*_OF_DATA, extraction, heads)


def filled(page: str) -> str:
    """Return the page with the results between its marks."""
    for section in SECTIONS:
        name = section.__name__
        kept = json.loads((HERE / "results" / f"{name}.json").read_text())
        mark = re.compile(rf"<!-- {name} -->\n(?:.*?<!-- end -->\n)?", re.DOTALL)
        text = f"<!-- {name} -->\n{section(kept)}\n<!-- end -->\n"
        page = mark.sub(lambda _, text=text: text, page, count=1)
    return page


def main() -> None:
    """Write the page, or say whether it is behind."""
    page = PAGE.read_text(encoding="utf-8")
    new = filled(page)
    if "--check" in sys.argv[1:]:
        raise SystemExit(new != page)
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
