"""What the data card says of each fact."""

from collections.abc import Mapping
from typing import Any

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
    (
        "split_balance",
        "How the splits are divided",
        (
            "Shares of the works with an artist, over all of them and in each subset. Whole groups are on one side, and so "
            "the shares are near 70/20/10 and not equal to it."
        ),
    ),
    (
        "stratification",
        "How evenly labels are divided",
        (
            "How far the shares of each label's works are from 70/20/10, of the three splits the one furthest off: in "
            "works, and in points of a hundred of those labels that have works enough. Only artists are divided on "
            "purpose: types, materials and periods (of fifty years) fall as they fall."
        ),
    ),
    (
        "moves",
        "Artworks that this version moved",
        (
            "From the split of its row to that of the column. A move is forced where two groups in different splits turn "
            "out to be one; `ledger.parquet` names each."
        ),
    ),
    (
        "near_duplicates",
        "Near-duplicates, and those that were not found",
        (
            "Pairs of pictures that are nearly the same, in `near.parquet`. Those that bind are on one side of the splits. "
            "Where pairs were sought in two ways, by hash and by features, how many neither has found is reckoned from "
            "how many both have (after Chapman). The two are not independent: more are left than is reckoned. Where "
            "features were not given, a hash alone finds few photographs of a work that was photographed twice, and how "
            "many are left is not known."
        ),
    ),
)
"""Fact, heading and what to know of it, in the order of the card."""

GIVEN: Mapping[str, str] = {
    "groups": "The splits were given: artworks of one group may be in two of them; `groups.parquet` says what binds them.",
    "split_balance": "Shares of the works with an artist, over all of them and in each subset, as they were given.",
    "stratification": (
        "How far the shares of each label's works are from 70/20/10, which nobody sought here: of the three splits the one "
        "furthest off, in works, and in points of a hundred of those labels that have works enough."
    ),
    "near_duplicates": (
        "Pairs of pictures that are nearly the same, in `near.parquet`. As the splits were given, those that bind may be on "
        "two sides: the table counts them."
    ),
}
"""What is said instead, by fact, where the splits are a benchmark's own."""


def is_given(receipt: Mapping[str, Any]) -> bool:
    """Say whether the splits of a release were given (``contents.GIVEN_SPLITS``)."""
    return bool(receipt["options"].get("given_splits"))
