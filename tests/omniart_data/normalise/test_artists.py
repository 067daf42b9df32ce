"""One person has one label, two persons never share one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.makers.name_keys import (
    aliases,
    name_key,
    namesakes,
    natural,
    person_key,
)
from omniart_data.normalise.makers.persons import persons_of
from omniart_data.normalise.rule import Rule
from omniart_data.normalise.vocabulary import vocabulary_rows

SAME = [
    ("Rijn, Rembrandt van", "Rembrandt van Rijn"),
    ("REMBRANDT Harmenszoon van Rijn", "Rembrandt"),
    ("REMBRANDT Harmenszoon van Rijn", "Rijn, Rembrandt van"),
    ("GOGH, Vincent van", "Vincent van Gogh"),
    ("Jan Brueghel the Elder", "Brueghel, Jan (I)"),
    ("BRUEGHEL, Jan the Elder", "Jan Brueghel de Oude"),
    ("HOLBEIN, Hans the Younger", "Holbein, Hans (II)"),
    ("Pieter Claesz", "Claesz., Pieter"),
    ("Albrecht Dürer", "DURER, Albrecht"),
    ("KØBKE, Christen", "Christen Købke"),
    ("Canaletto (Giovanni Antonio Canal)", "CANALETTO"),
    ("TIZIANO Vecellio", "Titiaan"),
    ("Sir Anthony van Dyck", "DYCK, Sir Anthony van"),
    ("MASTER of Delft", "Meester van Delft"),
    ("Sir Anthony van Dyck", "Dyck, Anthony van"),
    ("Jean Antoine Constantin, called Constantin d'Aix", "Constantin, Jean Antoine"),
    ("Nicolaes Berchem", "Berchem, Nicolaes Pietersz."),
    ("MASTER of Flémalle", "Meester van Flémalle"),
    ("El Greco", "GRECO, El"),
    ("El Greco (Domenikos Theotokopoulos)", "Domenikos Theotokopoulos"),
    ("L'Ortolano", "Ortolano"),
]
APART = [
    ("Jan Brueghel the Elder", "Jan Brueghel the Younger"),
    ("Brueghel, Jan (I)", "Brueghel, Jan (II)"),
    ("Willem van de Velde I", "Willem van de Velde II"),
    ("Luyken, Jan", "Luyken, Caspar"),
    ("Bolswert, Schelte Adamsz.", "Bolswert, Boëtius Adamsz."),
    ("Rembrandt", "Rembrandt Peale"),
    ("Monogrammist AC", "Monogrammist AE"),
    ("Both, Jan", "Both, Jan (zilversmid)"),
    ("Jansen, Jan (1700-1750)", "Jansen, Jan (1801-1849)"),
    ("S.D.", "T.S."),
    ("BACKER, Jacob de", "Jacob Adriaensz. Backer"),
    ("Li Di", "Li Da"),
    ("Wang Da", "Wang"),
    ("Zhu De", "Zhu Da"),
    ("Charles Le", "Charles La"),
    ("LE BRUN", "La Brun"),
    ("Du Jin", "Jin"),
    ("D. Zorbel", "L. Zorbel"),
    ("Master called Pseudo-Pier Francesco", "Master called Pseudo-Jan"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_person(one: str, other: str) -> None:
    """The forms of one name meet under one key."""
    assert person_key(one) == person_key(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_persons(one: str, other: str) -> None:
    """Generations, given names, crafts and years keep people apart."""
    assert person_key(one) != person_key(other)


def rule_of(works: dict[str, int]) -> Rule:
    """Return the rule for makers of whom only the names are known."""
    return persons_of([({"name": name, "ids": []}, count) for name, count in works.items()]).rule()


def label(rule: Rule, name: str) -> str | None:
    """Return the label that a rule gives a name."""
    return rule.judge({"name": name, "ids": []}).value[0]


def test_label_is_the_most_used_form() -> None:
    """The label is in natural order, and the form with the most artworks."""
    rule = rule_of({"Rijn, Rembrandt van": 3, "REMBRANDT Harmenszoon van Rijn": 2, "Rembrandt": 2})

    for name in ("Rijn, Rembrandt van", "REMBRANDT Harmenszoon van Rijn", "Rembrandt"):
        assert label(rule, name) == "Rembrandt van Rijn"
    assert rule.judge(None).value == (None, None)


def test_ties_go_to_the_better_written_form() -> None:
    """Of forms with as many artworks the one with accents wins."""
    rule = rule_of({"Theodore Gericault": 1, "Théodore Géricault": 1})

    assert label(rule, "Theodore Gericault") == "Théodore Géricault"


@given(
    st.dictionaries(
        st.sampled_from([one for pair in SAME + APART for one in pair]), st.integers(1, 9)
    )
)
def test_order_does_not_matter(works: dict[str, int]) -> None:
    """Labels hang on the counts, never on the order in which names come."""
    backwards, forwards = rule_of(dict(reversed(works.items()))), rule_of(works)

    for name in works:
        maker = {"name": name, "ids": []}
        assert forwards.judge(maker) == backwards.judge(maker)


@given(
    st.tuples(*2 * (st.sampled_from(["Li", "Di", "Da", "De", "La", "Du", "Brun", "van", "Zhu"]),))
)
def test_a_particle_is_part_of_a_short_name(words: tuple[str, str]) -> None:
    """A name of two words has both in its key, whichever they are."""
    assert set(name_key(" ".join(words)).split()) == {word.casefold() for word in words}


def test_namesakes_have_no_alias() -> None:
    """A key that several people share stands for none of them in the table of aliases, but by hand."""
    for row in vocabulary_rows("artist_aliases"):
        assert row["alias"] not in namesakes() or row["source"] == "curated" or row["id"]


def test_aliases_lead_to_their_end() -> None:
    """No alias stands for another alias, and no list makes one cross a generation."""
    for row in vocabulary_rows("artist_aliases"):
        assert row["key"] not in aliases()
        is_same = row["alias"].partition("#")[2] == row["key"].partition("#")[2]
        assert is_same or row["source"] == "curated"


@given(st.text())
def test_any_name_has_a_key(name: str) -> None:
    """No name raises, and who is meant is its key or what that is an alias of."""
    assert isinstance(natural(name), str)
    assert person_key(name) in (name_key(name), aliases().get(name_key(name)))


@given(st.text("ABcdé ,.()", max_size=20))
def test_natural_order_loses_no_letter(name: str) -> None:
    """Turning a name round moves its words and changes their case, no more."""

    def letters(text: str) -> list[str]:
        return sorted(char for char in text.casefold() if char.isalpha())

    assert letters(natural(name)) == letters(name)
