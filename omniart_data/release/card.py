"""The data card: README.md of a release, with the front matter that the Hugging Face hub reads.

Every number in it is in a table that is made from ``facts.json``, under a mark that names the fact;
``verify`` makes the tables again and compares. So there are no numbers in the prose.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from omniart_data.release.credits import VOCABULARIES, credit
from omniart_data.release.croissant.responsible import (
    BIASES,
    KEPT,
    LIMITATIONS,
    ONE_SOURCE,
    TAKEDOWN,
    USES,
)
from omniart_data.release.facts import ALL, Numbers
from omniart_data.release.sections import GIVEN, SECTIONS, is_given
from schemas.artwork import ARTIST_CERTAINTY, ARTIST_STATUS, DATE_PRECISION
from schemas.columns import meaning
from schemas.release import IMAGE_STATUS, ROW, SPLITS, UNATTRIBUTED

CITATION = (
    "Gjorgji Strezoski and Marcel Worring: OmniArt: Multi-task Deep Learning for Artistic Data "
    "Analysis. 2017. https://arxiv.org/abs/1708.00684"
)

INTRODUCTION = (
    "Artworks of museums with artist, type, material, technique and year of creation in one English "
    "vocabulary, split 70/20/10 into train, validation and test within each artist, as near as whole works let it: "
    "an artist of few works has most of them in train. The tables below tell the shares."
)
INTRODUCTION_GIVEN = (
    "Artworks of a benchmark in its own words, with its own train, validation and test. Its splits are taken as they are: "
    "no promise of ours about splits holds for them."
)


def data_card(version: str, facts: Mapping[str, Any], receipt: Mapping[str, Any]) -> str:
    """Return the card of a release, from its facts and its receipt alone."""
    sources = sorted(receipt["records_read"])
    parts = [
        front_matter(version, sources, facts),
        f"# OmniArt {version}",
        *_head(sources),
        INTRODUCTION_GIVEN if is_given(receipt) else INTRODUCTION,
        *_notes(receipt),
    ]
    for name, heading, text in SECTIONS:
        text = GIVEN.get(name, text) if is_given(receipt) else text  # noqa: PLW2901
        parts += [f"## {heading}", text, fact_block(name, facts[name]["rows"])]
    parts += [*_columns(), *_biases(sources, facts), *_licences(sources, receipt)]
    parts += [*_use(), *_kept()]
    return "\n\n".join(parts) + "\n"


def fact_block(name: str, rows: Numbers) -> str:
    """Return a fact as a Markdown table under the mark that ``verify`` looks for.

    >>> print(fact_block("census", {"met": {"test": 1200}}))
    <!-- facts: census -->
    | | test |
    | --- | ---: |
    | met | 1,200 |
    """
    columns = list(dict.fromkeys(column for line in rows.values() for column in line))
    if not columns:
        return f"<!-- facts: {name} -->\nnone"
    lines = [f"| | {' | '.join(map(_cell, columns))} |", f"| --- |{' ---: |' * len(columns)}"]
    lines += [
        f"| {_cell(row)} | {' | '.join(f'{line[column]:,}' for column in columns)} |"
        for row, line in rows.items()
    ]
    return "\n".join([f"<!-- facts: {name} -->", *lines])


def fact_blocks(card: str) -> dict[str, str]:
    """Return the tables of a card by the fact that each is marked with."""
    found = re.finditer(r"^<!-- facts: (\w+) -->\n(?:.+\n)+", card, re.MULTILINE)
    return {block.group(1): block.group(0).rstrip("\n") for block in found}


def front_matter(version: str, sources: list[str], facts: Mapping[str, Any]) -> str:
    """Return the YAML head; every value is written as JSON, which YAML reads too.

    A split without artworks is not named in it: its shard is there, but `datasets`, which the hub reads
    with, refuses to load what is empty.
    """
    held = facts["census"]["rows"][ALL]
    files = {s: {"split": s, "path": f"data/{s}-*.parquet"} for s in (*SPLITS, UNATTRIBUTED)}
    splits = [files[split] for split in SPLITS if held[split]]
    rest = [files[UNATTRIBUTED]] if held[UNATTRIBUTED] else []
    configs: list[dict[str, Any]] = [
        {"config_name": "default", "default": True, "data_files": splits},
        {"config_name": UNATTRIBUTED, "data_files": rest},
    ]
    invented = ["invented"] if any(s.startswith("sample-") for s in sources) else []
    head = {
        "pretty_name": f"OmniArt {version}",
        "license": "other",
        "license_name": "by-source",
        "license_link": "README.md#licences-and-thanks",
        "language": ["en", "nl"],
        "task_categories": ["image-classification"],
        "annotations_creators": ["expert-generated", "machine-generated"],
        "source_datasets": ["original"],
        "tags": ["art", "museums", "multi-task", *invented],
        "size_categories": [size_category(facts["table_one"]["rows"][ALL]["entries"])],
        "configs": [config for config in configs if config["data_files"]],
    }
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
    return "\n".join(["---", *lines, "---"])


def size_category(artworks: int) -> str:
    """Return the hub's word for how many rows there are.

    >>> size_category(999), size_category(1000), size_category(2_000_000)
    ('n<1K', '1K<n<10K', '1M<n<10M')
    """
    words = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M")
    return words[sum(artworks >= 10**power for power in range(3, 8))]


def _cell(text: str) -> str:
    """Return a text that stays within its cell, whatever a museum wrote."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    for mark in ("\\", "|", "["):  # a bracket would open a link, or a picture from elsewhere
        plain = plain.replace(mark, f"\\{mark}")
    return plain or "(empty)"


def _head(sources: list[str]) -> Iterator[str]:
    if any(source.startswith("sample-") for source in sources):
        yield (
            "**These works are invented.** They come from the sample museum that omniart-data brings "
            "along: no museum holds them, nobody made them, and nothing about art can be learnt here."
        )


def _notes(receipt: Mapping[str, Any]) -> Iterator[str]:
    if receipt["notes"]:
        yield "\n".join(f"- {' '.join(note.split())}" for note in receipt["notes"])


def _columns() -> Iterator[str]:
    yield "## Columns"
    yield "One row an artwork, in `data/*.parquet`; the picture is the last column."
    lines = (f"| `{f.name}` | `{f.type}` | {_linked(_cell(meaning(f)))} |" for f in ROW)
    yield "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *lines])
    for column, values in VALUES.items():
        yield f"### Values of `{column}`"
        told = (f"| {_cell(value)} | {_cell(text)} |" for value, text in values.items())
        yield "\n".join(["| value | meaning |", "| --- | --- |", *told])


VALUES: Mapping[str, Mapping[str, str]] = {
    "artist_status": ARTIST_STATUS,
    "artist_certainty": ARTIST_CERTAINTY,
    "date_precision": DATE_PRECISION,
    "image_status": IMAGE_STATUS,
}
"""Columns whose values are a closed list, each with what it means; ``coarse_type`` has those of labels.parquet."""


def _linked(text: str) -> str:
    """Return a meaning in which the name of a list of values is a link to it.

    >>> _linked("See schemas.release.IMAGE_STATUS.")
    'See [its values](#values-of-image_status).'
    """
    return re.sub(
        r"schemas\.\w+\.([A-Z]+(?:_[A-Z]+)*)",
        lambda found: f"[its values](#values-of-{found[1].lower()})",
        text,
    )


def _biases(sources: list[str], facts: Mapping[str, Any]) -> Iterator[str]:
    yield "## What it is for"
    yield "\n".join(f"- {line}" for line in USES)
    yield "## Known biases"
    known = [*BIASES, *([ONE_SOURCE] if len(sources) == 1 else [])]
    yield "\n".join(f"- {line}" for line in known)
    yield (
        "Measured, from the centuries above: whoever knows nothing of a work but its source, and says that "
        "source's fullest century, is right as often as the last column tells."
    )
    yield _skew(facts["centuries"]["rows"])
    yield "## Known limits"
    yield "\n".join(f"- {line}" for line in LIMITATIONS)


def _skew(centuries: Numbers) -> str:
    """Return, by source, how many works it has and how many lie in the one century that holds most of them.

    >>> told = _skew({"16": {"met": 1, "all": 1}, "17": {"met": 2, "all": 2}, "not known": {"met": 1, "all": 1}})
    >>> print(told.splitlines()[2])
    | met | 4 | 100 % | 17 | 67 % |
    """
    lines = [
        "| source | works | of all works | fullest century | of its dated works |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    everything = sum(line[ALL] for line in centuries.values())
    for source in dict.fromkeys(name for line in centuries.values() for name in line):
        dated = {c: line[source] for c, line in centuries.items() if c != NOT_KNOWN}
        works = sum(line[source] for line in centuries.values())
        fullest = max(dated, key=lambda c: dated[c], default=NOT_KNOWN)
        most, known = dated.get(fullest, 0), sum(dated.values())
        shares = f"{_share(works, everything)} | {fullest if most else '-'} | {_share(most, known)}"
        lines.append(f"| {_cell(source)} | {works:,} | {shares} |")
    return "\n".join(lines)


NOT_KNOWN = "not known"
"""The row of the fact ``centuries`` that has no century."""


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _licences(sources: list[str], receipt: Mapping[str, Any]) -> Iterator[str]:
    yield "## Licences and thanks"
    yield (
        "Descriptions are under their source's licence, pictures under the rights in their row. A picture "
        "that may not be passed on is not in the release; its URL and SHA-256 are. Pictures may have been made "
        "smaller and turned upright, and are otherwise as their source shows them."
    )
    lines = ["| source | descriptions | pictures | attribution |", "| --- | --- | --- | --- |"]
    for source in sources:
        thanks = credit(source, receipt["credits"])
        cells = (source, thanks.data_licence, thanks.picture_terms, thanks.attribution)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    yield "\n".join(lines)
    yield "\n".join(f"- {v.attribution} {v.data_licence}" for v in VOCABULARIES)
    yield f"The data set and its tasks follow {CITATION}"


def _use() -> Iterator[str]:
    yield "## Reading it"
    yield (
        "```python\n"
        "import pandas\n\n"
        'train = pandas.read_parquet("data/", filters=[("split", "==", "train")], columns=["id", "artist"])\n'
        "```"
    )
    yield (
        "```python\n"
        "import datasets\n\n"
        'files = {split: f"data/{split}-*.parquet" for split in ("train", "validation", "test")}\n'
        'release = datasets.load_dataset("parquet", data_files=files)  # pictures come decoded\n'
        "```"
    )
    yield (
        "polars (`polars.scan_parquet(\"data/*.parquet\")`) and DuckDB (`SELECT ... FROM 'data/*.parquet'`) read it as "
        "well. The picture is the last column: a reader that names its columns never touches it."
    )
    files = (f"| `{name}` | {_cell(what)} |" for name, what in BESIDE.items())
    yield "\n".join(["| file | what it is |", "| --- | --- |", *files])


BESIDE: Mapping[str, str] = {
    "report.html": "the release to look at: one page, without a network",
    "croissant.json": "the same for machines: Croissant, with all columns, splits, statistics and where they come from",
    "labels.parquet": "the class index: which label has which number",
    "dropped.parquet": "what was read and is not in it, with rule and reason",
    "judgements.parquet": "why each value is what it is",
    "terms.parquet": "the museums' words and what became of them",
    "groups.parquet": "what is kept on one side of the splits, and what binds it",
    "near.parquet": "pairs of pictures that are nearly the same",
    "ledger.parquet": "which artwork was given which split, and when",
    "facts.json": "every number above, with the query that gives it",
    "receipt.json": "what it was made of, and with what",
    "CHANGELOG.md": "what differs from the version before",
    "manifest.json": "every file with its SHA-256; the SHA-256 of this one, in `manifest.sha256`, is the release's id",
}
"""File of a release to what a reader finds in it, the first to look at first."""


def _kept() -> Iterator[str]:
    yield "## Versions and withdrawal"
    yield f"{KEPT} `omniart-data verify` checks every file and every promise."
    yield TAKEDOWN
