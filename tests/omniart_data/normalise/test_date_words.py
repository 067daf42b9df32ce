"""A date text becomes the words that the grammar knows, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.dates.words import date_words

KINDS = {
    "ca. 1630": "circa year",
    "1650(?)": "year circa",
    "-500 - -200": "year dash year",
    "mid-17th century": "mid ordinal century",
    "mid-to-late 19th century": "mid to late ordinal century",
    "18th-century": "ordinal century",
    "first half of the19th century": "ordinal half ordinal century",
    "19th c. painting": "ordinal century",
    "c. 1900": "circa year",
    "1650s": "decade",
    "jaren 1650": "decade",
    "1700s": "hundred",
    "in of voor 1702": "not after year",
    "1702 of 1703": "year or year",
    "half of it": "half",
    "1650 or later": "year open",
    "later 17th century": "late ordinal century",
    "B.C.or a bit later": "bce or",
    "200 v. Chr.": "year bce",
    "50 av. J.-C.": "year bce",
    "sec. XVI": "ordinal century",
    "XVIIIe siècle": "ordinal century",
    "Ramesses II": "",
    "early 4th centaury BCE": "early ordinal century bce",
    "3 June 1872": "day month year",
    "June 3, 1872": "month day year",
    "number 1234567": "",
}


@pytest.mark.parametrize("text", KINDS)
def test_kinds(text: str) -> None:
    """A word means what it means at its place."""
    assert " ".join(word.kind for word in date_words(text)) == KINDS[text]


@given(st.text())
def test_any_text(text: str) -> None:
    """There are no more words than characters, and every number is short."""
    words = date_words(text)

    assert len(words) <= 2 * len(text)
    assert all(abs(word.number) < 100_000 for word in words)


@given(st.sampled_from("‐‑‒–—―−\ufffd"), st.integers(1000, 1999), st.integers(1000, 1999))
def test_dashes(dash: str, first: int, last: int) -> None:
    """Every dash is the same, a damaged one too."""
    assert date_words(f"{first}{dash}{last}") == date_words(f"{first}-{last}")
