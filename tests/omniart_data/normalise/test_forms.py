"""Labels that are forms of one word become one, by stem alone, and the vocabulary's labels stay."""

from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.terms.forms import form_rule, forms
from omniart_data.normalise.terms.stems import stem_key
from omniart_data.normalise.terms.tables import KINDS, vocabulary_labels

WORDS = st.sampled_from(
    [
        "zorble",
        "zorbles",
        "zorbled",
        "Zorble",
        "oak",
        "oaks",
        "quux",
        "quuxes",
        "",
        "painted",
        "paint",
    ]
) | st.text(max_size=12)
COUNTS = st.dictionaries(WORDS, st.integers(min_value=1, max_value=9), max_size=8)
KIND = st.sampled_from(KINDS)


def test_the_vocabulary_comes_first() -> None:
    """A form that the vocabulary gives wins over the previous release and over frequency."""
    shown = forms({"wood panels": 900, "wood panel": 1}, ["wood panels"], "material")

    assert set(shown.values()) == {"wood panel"}


def test_the_previous_release_comes_second() -> None:
    """Between releases a group keeps its form, however its forms are counted now."""
    assert forms({"zorbles": 9, "zorble": 1}, ["zorble"], "material")["zorbles"] == "zorble"
    assert forms({"zorbles": 9}, ["zorble"], "material")["zorbles"] == "zorble"


def test_the_most_frequent_form_comes_third() -> None:
    """A new group is shown by its most frequent form, of equals by the first in the alphabet."""
    assert forms({"zorbles": 9, "zorble": 1}, (), "material")["zorble"] == "zorbles"
    assert forms({"zorbles": 2, "zorble": 2}, (), "material")["zorbles"] == "zorble"


def test_likeness_merges_nothing() -> None:
    """One letter's difference is another word: no slip of the pen is mended here."""
    shown = forms({"porcelain": 99, "porcelein": 1, "painted": 4, "paint": 4}, (), "material")

    assert dict(shown) == {one: one for one in shown}


@given(COUNTS, st.lists(WORDS, max_size=4), KIND)
def test_groups_are_stems(counts: dict[str, int], kept: list[str], kind: str) -> None:
    """Only labels of one stem share a form, all of them do, and known labels stay as they are."""
    shown = forms(counts, kept, kind)

    assert shown.keys() == counts.keys()
    for label, form in shown.items():
        assert label == form or stem_key(label) == stem_key(form)
        assert label == form or label not in vocabulary_labels(kind)
    unknown = {label: form for label, form in shown.items() if label not in vocabulary_labels(kind)}
    groups = {stem_key(label) or label for label in unknown}
    assert len(set(unknown.values())) == len(groups)


@given(COUNTS, st.lists(WORDS, max_size=4), KIND)
def test_forms_stay(counts: dict[str, int], kept: list[str], kind: str) -> None:
    """What is shown is shown again as itself, and as the form of the next release."""
    shown = forms(counts, kept, kind)
    again = forms(dict.fromkeys(shown.values(), 1), sorted(set(shown.values())), kind)

    assert all(label == form for label, form in again.items())


@given(st.lists(WORDS, max_size=6) | st.none(), COUNTS, KIND)
def test_the_rule_never_raises(labels: list[str] | None, counts: dict[str, int], kind: str) -> None:
    """Any list has an answer without repetition; labels that were not counted stay."""
    rule = form_rule(kind, f"{kind}_terms", "labels", counts, ())
    (shown,) = rule.judge(labels).value

    assert len(set(shown)) == len(shown)
    assert len(shown) <= len(labels or ())
    assert rule.judge(shown).value == (shown,)
