"""The data card: README.md of a release, with the front matter that the Hugging Face hub reads.

Every number in it is in a table that is made from ``facts.json``, under a mark that names the fact;
``verify`` makes the tables again and compares. So there are no numbers in the prose.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from omniart_data.release.credits import VOCABULARIES, credit
from omniart_data.release.facts import ALL, Numbers
from schemas.artwork import ARTIST_CERTAINTY, ARTIST_STATUS, DATE_PRECISION
from schemas.columns import meaning
from schemas.release import IMAGE_STATUS, ROW, SPLITS, UNATTRIBUTED

CITATION = (
    "Gjorgji Strezoski and Marcel Worring: OmniArt: Multi-task Deep Learning for Artistic Data "
    "Analysis. 2017. https://arxiv.org/abs/1708.00684"
)

SECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "table_one",
        "What is in it",
        (
            "After Table 1 of the paper. Periods are distinct years of creation; entries are artworks, with "
            "or without an artist. The last line counts a label once, however many sources have it."
        ),
    ),
    (
        "census",
        "What became of every record",
        "Each record that was read is in one split, in `unattributed` or in `dropped.parquet`.",
    ),
    ("dropped", "What was left out", "By rule and source; the reason of each row is in its line."),
    (
        "subsets",
        "Subsets",
        "A filter on the column `artist_works`; in the shape of Table 4 of the paper.",
    ),
    (
        "labels",
        "Class index",
        (
            "`labels.parquet`: a label never changes its number; one that no artwork has any more is `retired`, and "
            "keeps it. `matched` labels come from the vocabulary "
            "(or are artists); the others are museums' words that no table knows, kept as they were found."
        ),
    ),
    (
        "terms",
        "Museum words that were translated",
        (
            "Occurrences in `terms.parquet`: found in a table, by the head of a compound, implied by the "
            "medium, by a decision of people, or unmatched (kept as they were found)."
        ),
    ),
    (
        "unmatched",
        "Words that no table knows",
        "The most frequent of them, kept as they were found; `terms.parquet` has all.",
    ),
    (
        "attributes",
        "What is known",
        "Artworks by source of which it is known; a museum's silence is no fault of its data.",
    ),
    ("artist_status", "Why there is or is no artist", "Only `named` has an artist."),
    ("images", "Pictures", "By the column `image_status`."),
    (
        "rights",
        "Rights on the pictures",
        (
            "Works by the column `rights`, a URI for each artwork, and how many of their pictures are in the "
            "release. `rights_as_given` is the source's own statement, `rights_stated` its date, and "
            "`may_train` says whether a network may learn from the picture."
        ),
    ),
    ("centuries", "Centuries", "17 is 1601 to 1700, -1 is 100 to 1 BCE."),
    (
        "groups",
        "Duplicates and views of one object",
        "Artworks of one group are never in two splits; `groups.parquet` says what binds them.",
    ),
)
"""Fact, heading and what to know of it, in the order of the card."""


def data_card(version: str, facts: Mapping[str, Any], receipt: Mapping[str, Any]) -> str:
    """Return the card of a release, from its facts and its receipt alone."""
    sources = sorted(receipt["records_read"])
    parts = [
        front_matter(version, sources, facts),
        f"# OmniArt {version}",
        *_head(sources),
        (
            "Artworks of museums with artist, type, material, technique and year of creation in one English "
            "vocabulary, split 70/20/10 into train, validation and test within each artist."
        ),
        *_notes(receipt),
    ]
    for name, heading, text in SECTIONS:
        parts += [f"## {heading}", text, fact_block(name, facts[name]["rows"])]
    parts += [*_columns(), *_biases(sources), *_licences(sources, receipt), *_use()]
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
    """Return the YAML head; every value is written as JSON, which YAML reads too."""
    splits = [{"split": split, "path": f"data/{split}-*.parquet"} for split in SPLITS]
    rest = [{"split": UNATTRIBUTED, "path": f"data/{UNATTRIBUTED}-*.parquet"}]
    invented = ["invented"] if any(s.startswith("sample-") for s in sources) else []
    head = {
        "pretty_name": f"OmniArt {version}",
        "license": "other",
        "license_name": "by-source",
        "license_link": "README.md#licences-and-thanks",
        "language": ["en", "nl"],
        "task_categories": ["image-classification"],
        "tags": ["art", "museums", "multi-task", *invented],
        "size_categories": [size_category(facts["table_one"]["rows"][ALL]["entries"])],
        "configs": [
            {"config_name": "default", "default": True, "data_files": splits},
            {"config_name": UNATTRIBUTED, "data_files": rest},
        ],
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
    return plain.replace("\\", "\\\\").replace("|", "\\|") or "(empty)"


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


def _biases(sources: list[str]) -> Iterator[str]:
    yield "## Known biases"
    lines = [
        (
            "Periods are skewed: see the centuries above. A baseline that always says the mean year is less "
            "wrong than it sounds."
        ),
        (
            "What a museum collects, and how it photographs it, tells its works apart: compare every result "
            "with one that was given the museum only, and test on a museum that was left out."
        ),
        (
            "Artists are the ones whom a museum names without a doubt. Workshops, followers and the unknown "
            "are in `unattributed`: what is in the splits is the canon more than the collection."
        ),
        (
            "Types and materials are as fine or as coarse as each museum writes them; a term that was not "
            "in the vocabulary stands as it was found."
        ),
        "A label that is missing is not known; it does not mean no.",
    ]
    if len(sources) == 1:
        lines.append("All works come from one source: its habits cannot be told from art.")
    yield "\n".join(f"- {line}" for line in lines)


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
        "`omniart-data verify` checks every file and every promise; `manifest.sha256` holds the release's "
        "id. `receipt.json` names what it was made of, `judgements.parquet` why each value is what it is."
    )
