"""Each artwork type leads to one of the coarse types, by function before material."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.terms.coarse import COARSE_TYPES, coarse, coarse_types
from omniart_data.normalise.terms.tables import vocabulary_labels

TELL_NO_USE = set(
    "article bamboo bone brass bronze coconut copy disk edition facsimile forgery fragment fruit gourd grip holder "
    "impression ivory lacquerware luster metalwork neck nut object pair part pewter piece recto "
    "reproduction set souvenir stem verso".split()
) | {
    *(
        "closing piece",
        "corner piece",
        "natural substance",
        "sheet lead",
        "tow barge",
        "work piece",
    ),
    "coat of arms",
}
"""Labels that say nothing of what an object is for."""


@pytest.mark.parametrize(
    ("types", "told"),
    [
        (["ceramic", "sugar bowl"], "vessel"),
        (["ceramic", "porcelain", "teapot"], "vessel"),
        (["ceramic"], "ceramic or glass"),
        (["ceramic", "sherd"], "ceramic or glass"),
        (["vase", "lamp"], "furnishing"),
        (["furniture", "clock"], "measuring instrument"),
        (["spoon"], "vessel"),
        (["plate"], "vessel"),
        (["mirror"], "furnishing"),
        (["picture frame"], "furnishing"),
        (["andiron"], "furnishing"),
        (["drawing", "watercolor"], "painting"),
        (["miniature"], "painting"),
        (["pastel", "drawing"], "drawing"),
        (["sculpture", "relief"], "sculpture"),
        (["bust"], "sculpture"),
        (["tile"], "architectural element"),
        (["photograph album"], "book"),
        (["manuscript"], "book"),
        (["photograph", "picture postcard"], "print"),
        (["picture postcard", "photograph"], "print"),
        (["print", "page"], "print"),
        (["page", "print"], "print"),
        (["history medal"], "coin or medal"),
        (["drum"], "musical instrument"),
        (["monstrance"], "ceremonial object"),
        (["sword"], "arms or armor"),
        (["doll"], "toy or game"),
        (["key"], "tool"),
        (["shawl"], "costume"),
        (["carpet"], "textile"),
        (["letter"], "document"),
        (["mask"], "ceremonial object"),
        (["cachepot"], "furnishing"),
        (["fragment"], None),
        (["ceramic", "box"], None),
        ([], None),
    ],
)
def test_coarse(types: list[str], told: str | None) -> None:
    """The most specific type decides, wherever it stands."""
    assert coarse(types).value == (told,)


def test_the_medium_tells_what_types_do_not() -> None:
    """A fragment of velvet is a textile; where a type tells the use, the medium is not asked."""
    assert coarse(["fragment"], ["textile"]).value == ("textile",)
    assert coarse(["bowl"], ["textile"]).value == ("vessel",)
    assert coarse(["box"], ["textile"]).value == (None,)


def test_all_are_of_the_list() -> None:
    """The table gives exactly the coarse types that there are."""
    assert set(coarse_types().values()) - {""} == set(COARSE_TYPES)
    assert len(COARSE_TYPES) == len(set(COARSE_TYPES)) == 22


def test_every_label_has_a_coarse_type() -> None:
    """Of all labels that the tables can give, only those that tell no use are without a row."""
    assert vocabulary_labels("type") - coarse_types().keys() <= TELL_NO_USE


def test_a_word_without_a_row_goes_by_its_last_word() -> None:
    """What no table knows is judged by its noun, and the judgement says so."""
    assert coarse(["quaint bowl with dragons"]).value == ("vessel",)
    assert "by its last word" in coarse(["quaint bowl with dragons"]).because
    assert coarse(["burgemeestersstoel"]).value == ("furniture",)
    assert coarse(["zorblething"]).value == (None,)


@given(st.lists(st.text(max_size=300) | st.sampled_from(sorted(coarse_types())), max_size=4))
def test_the_rule_never_raises(types: list[str]) -> None:
    """Any list of labels has an answer of the list, or none, and says why."""
    judged = coarse(types)

    assert judged.because
    assert judged.value[0] is None or judged.value[0] in COARSE_TYPES


@given(st.lists(st.sampled_from(sorted(coarse_types())), min_size=1, max_size=4))
def test_a_type_that_tells_no_use_never_wins(types: list[str]) -> None:
    """A use that is told comes before ``ceramic or glass``."""
    (told,) = coarse(types).value

    if told == "ceramic or glass":  # then no row says more, or that none fits
        assert {coarse_types()[one] for one in types} == {"ceramic or glass"}
