"""The artist is the one maker of undoubted part; every other case has its status."""

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.makers.attribution import (
    RULE,
    attribute,
    attribution_rule,
    part_of,
)
from omniart_data.normalise.vocabulary import vocabulary_rows
from schemas.artwork import ARTIST_CERTAINTY, ARTIST_STATUS


def maker(name: str, role: str = "Artist", qualifier: str = "") -> dict[str, str]:
    """Return a maker as Arrow gives it to Python."""
    return {"name": name, "role": role, "qualifier": qualifier}


def said(makers: list[dict[str, str]] | None) -> tuple[str | None, str, str]:
    """Return the artist's name, the status and the qualifier of makers."""
    made, status, qualifier, _, _ = attribute(makers).value
    return (None if made is None else made["name"]), status, qualifier


@pytest.mark.parametrize(
    ("name", "role", "qualifier", "words"),
    [
        ("Rembrandt", "Artist", "Attributed to", "attributed to"),
        ("Rembrandt", "Artist", "Workshop of", "workshop of"),
        ("Rembrandt", "Artist", "and Workshop", "and workshop"),
        ("Rembrandt", "Artist", "(?)", "(?)"),
        ("Rembrandt", "Artist", "?", "?"),
        ("Rembrandt", "Artist", "After a painting by", "after a painting by"),
        ("Rembrandt", "", "toegeschreven aan", "toegeschreven aan"),
        ("Rembrandt", "", "verworpen toeschrijving", "verworpen toeschrijving"),
        ("Rembrandt", "Former Attribution", "", "former attribution"),
        ("Rembrandt", "Artist", "zorbled beside", "zorbled beside"),
        ("Follower of Francesco Guardi", "Artist", "", "follower of"),
        ("Lucas Cranach the Elder and Workshop", "Artist", "", "and workshop"),
        ("Cranach atelier", "", "", "atelier"),
        ("Borman werkplaats", "", "", "werkplaats"),
        ("Rembrandt (?)", "Artist", "", "?"),
        ("Regnier, A(nthony?)", "", "", "?"),
        ("Claude or Poussin", "Artist", "", "or"),
        ("naar Rubens", "", "", "naar"),
        ("Hokusai School", "Artist", "", "school"),
    ],
)
def test_qualified(name: str, role: str, qualifier: str, words: str) -> None:
    """A doubt or a model, in whatever field, keeps the name from being the artist."""
    assert said([maker(name, role, qualifier)]) == (None, "qualified", words)


@pytest.mark.parametrize(
    "qualifier",
    [
        "Chinese, 18th century",
        ", 18th century",
        "Chinese",
        "Painting by",
        "Carved by",
        "Engraved by",
    ],
)
def test_not_a_qualifier(qualifier: str) -> None:
    """Nations, times and "carved by" take nothing from the maker."""
    assert attribute([maker("Shen Zhou", "Artist", qualifier)]).value[1] == "named"


@pytest.mark.parametrize(
    ("role", "qualifier"),
    [
        ("Sitter", ""),
        ("Publisher", ""),
        ("uitgever", ""),
        ("", "Published by"),
        ("", "Designed by"),
    ],
)
def test_other_roles(role: str, qualifier: str) -> None:
    """Who published, sat for or paid for it did not make it."""
    assert said([maker("Currier", role, qualifier)]) == (None, "other role", "")


def test_unknown_role_is_no_maker() -> None:
    """A role that the table does not know is not guessed at."""
    judged = attribute([maker("Rembrandt", "Zorbler")])

    assert judged.value[1] == "other role"
    assert "not in roles.csv" in judged.because


def test_exactly_one() -> None:
    """Two makers are several; the same one twice, or one beside contributors, is one."""
    two = [maker("Jan Steen"), maker("Frans Hals")]
    twice = [maker("Steen, Jan", ""), maker("Jan Steen", "Maker")]
    beside = [
        maker("Steen, Jan", ""),
        maker("Galle, Philips", "contributor"),
        maker("anoniem", "contributor"),
    ]

    assert said(two) == (None, "several", "")
    assert said(twice) == ("Steen, Jan", "named", "")
    assert said(beside) == ("Steen, Jan", "named", "")


@pytest.mark.parametrize(
    "other",
    [
        maker("anoniem", ""),
        maker("Monogrammist AF (graveur)", ""),
        maker("Giovanni Battista Tiepolo", "Artist", "and Workshop"),
        maker("Wang Hui", "Artist", "leaves a, o, p by"),
        maker("Hippolyte Flandrin", "Artist", "or"),
        maker("Meissen Manufactory", "Maker"),
    ],
)
def test_nobody_is_named_beside_somebody_in_doubt(other: dict[str, Any]) -> None:
    """Whoever else had a part, and is not known for certain, leaves it open who made what."""
    assert said([other, maker("Jan Steen", "Artist")]) == (None, "several", "")
    assert said([maker("Jan Steen", "Artist"), other]) == (None, "several", "")


@pytest.mark.parametrize(
    "model",
    [maker("Peter Paul Rubens", "Artist", "After"), maker("Jan Lievens", "Former Attribution")],
)
def test_a_model_takes_nothing_from_the_maker(model: dict[str, Any]) -> None:
    """Who made a copy is its artist; so is the present attribution beside one that was given up."""
    assert said([model, maker("Jan Steen", "Artist")]) == ("Jan Steen", "named", "")


def test_nobody_named() -> None:
    """No maker is not the same as an unknown one."""
    assert said([]) == said(None) == (None, "none", "")
    assert said([maker("  ")])[1] == "none"


QUALIFYING = [
    (row["term"], row["class"])
    for row in vocabulary_rows("attribution_terms")
    if row["class"] not in ("notname", "monogram", "unknown", "undetermined", "manufactory")
    and row["class"] not in ("role_primary", "role_publisher")
]


@pytest.mark.parametrize(("term", "kind"), QUALIFYING)
def test_all_qualifiers_of_the_table(term: str, kind: str) -> None:
    """Each term of seven languages, in a field of its own, keeps the name from being the artist."""
    made, status, _, certainty, named = attribute([maker("Jan Steen", "", term)]).value

    assert made is None
    assert (status, named) == ("qualified", "Jan Steen")
    assert certainty not in ("", "certain"), kind


@pytest.mark.parametrize(
    ("name", "qualifier", "certainty", "named"),
    [
        ("Rijn, Rembrandt van", "Attributed to", "probable", "Rembrandt van Rijn"),
        ("Rembrandt", "Possibly", "possible", "Rembrandt"),
        ("Rembrandt", "Attributed to; or", "possible", "Rembrandt"),
        ("Rembrandt", "Attributed to the Workshop of", "related", "Rembrandt"),
        ("Rembrandt", "Workshop (?) of", "related", "Rembrandt"),
        ("Follower of Francesco Guardi", "", "related", "Francesco Guardi"),
        ("Cranach atelier", "", "related", "Cranach"),
        ("Rembrandt's Workshop", "", "related", "Rembrandt"),
        ("Hokusai (school)", "", "related", "Hokusai"),
        ("Son of Isaac Luttichuys", "", "related", "Isaac Luttichuys"),
        ("Albrecht Dürer", "Adapted from a woodcut by", "model", "Albrecht Dürer"),
        ("Rubens", "Formerly attributed to", "refuted", "Rubens"),
        ("Rembrandt (?)", "", "possible", "Rembrandt"),
        ("Claude or Poussin", "", "possible", None),
        ("Lyman, Fenton & Co.", "Attributed to", "probable", None),
    ],
)
def test_the_person_stays_findable(
    name: str, qualifier: str, certainty: str, named: str | None
) -> None:
    """Whoever is named in doubt is kept: their name without the qualifier, and how sure their hand is."""
    made, status, _, *rest = attribute([maker(name, "Artist", qualifier)]).value

    assert (made, status) == (None, "qualified")
    assert rest == [certainty, named]


def test_a_switch_admits_attributed() -> None:
    """The switch lets "attributed to" and "probably" pass for the artist, and nothing weaker."""
    judge = attribution_rule(admit_attributed=True).judge
    made, status, qualifier, certainty, _ = judge(
        [maker("Rembrandt", "Artist", "Attributed to")]
    ).value

    assert (made["name"], status, qualifier, certainty) == (
        *("Rembrandt", "named", "attributed to", "probable"),
    )
    for weaker in ("Possibly", "Attributed to the Workshop of", "Attributed to; or", "After"):
        assert judge([maker("Rembrandt", "Artist", weaker)]).value[1] == "qualified"
    assert judge([maker("Tiffany & Co.", "Maker", "Attributed to")]).value[0] is None
    assert RULE.judge([maker("Rembrandt", "Artist", "Attributed to")]).value[0] is None


def test_a_suffix_may_tell_who_the_maker_was() -> None:
    """A suffix ", student of Bhagwan" is no doubt; a prefix "Student of" is one."""
    assert said([maker("Banwari", "Artist", ", student of Bhagwan")])[1] == "named"
    assert said([maker("Bhagwan", "Artist", "Student of")])[1] == "qualified"


@pytest.mark.parametrize(
    "role", ["Artist", "Draftsman", "painter", "after painting by", "naar tekening van"]
)
def test_of_a_print_the_printmaker_made_it(role: str) -> None:
    """Who drew or painted what an engraver cut made the model, not the print."""
    two = [maker("Peter Paul Rubens", role), maker("Lucas Vorsterman", "Engraver")]

    assert said(two) == ("Lucas Vorsterman", "named", "")
    assert said([maker("Jan Steen", "Etcher"), maker("Frans Hals", "Engraver")])[1] == "several"


def test_prefixes_that_lost_their_place_find_it() -> None:
    """Two entries "after" with an engraver and two others belong to the others."""
    loose = "After a painting by|After a drawing by"
    three = [
        maker("Samuel Smith", "Engraver", loose),
        maker("Jacques Louis David", "Artist", loose),
        maker("Eugène Bourgeois", "Artist", loose),
    ]

    assert said(three) == ("Samuel Smith", "named", "")
    assert said([{**one, "role": "Artist"} for one in three])[1] == "qualified"


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [("Maker", "Jean-Nicolas Defer", "named"), ("Manufactory", "Beauvais", "not a person")],
)
def test_one_entry_after_is_the_artists(role: str, name: str, status: str) -> None:
    """One "after" with a maker and an artist belongs to the artist, whose model it was."""
    two = [
        maker(name, role, "After a painting by"),
        maker("Chardin", "Artist", "After a painting by"),
    ]

    assert said(two)[1] == said(two[::-1])[1] == status
    assert said([{**one, "role": "Artist"} for one in two])[1] == "qualified"


def test_a_firm_that_manufactured_it_takes_nothing_from_the_modeller() -> None:
    """A manufacturer beside a named person is no second maker; alone it is no person."""
    firm = maker("Rookwood Pottery", "Manufacturer", "Manufactured by")

    assert said([maker("W. H. Edge", "Artist", "Modeled by"), firm])[0] == "W. H. Edge"
    assert said([firm])[1] == "not a person"


def test_all_that_is_said_of_the_maker_is_kept() -> None:
    """Of several mentions of one person all ids and the life that is told stay together."""
    one = {
        **maker("Steen, Jan", ""),
        "ids": ["https://people.invalid/1"],
        "born": None,
        "died": None,
    }
    two = {
        **maker("Jan Steen", "painter"),
        "ids": ["http://viaf.org/viaf/7"],
        "born": 1626,
        "died": 1679,
    }
    made = attribute([one, two]).value[0]

    assert made == {
        "name": "Steen, Jan",
        "role": "",
        "qualifier": "",
        "born": 1626,
        "died": 1679,
        "ids": ["https://people.invalid/1", "http://viaf.org/viaf/7"],
    }


def test_the_rule_can_be_sent_to_another_process() -> None:
    """Both forms of the rule can be pickled."""
    for rule in (RULE, attribution_rule(admit_attributed=True)):
        again = pickle.loads(pickle.dumps(rule))
        assert again.judge([maker("Jan Steen")]) == rule.judge([maker("Jan Steen")])


@given(st.lists(st.builds(maker, st.text(), st.text(), st.text()), max_size=3))
def test_rule_never_raises(makers: list[dict[str, str]]) -> None:
    """Any names, roles and qualifiers have an answer; only "named" has a maker."""
    made, status, _, certainty, _ = attribute(makers).value

    assert status in ARTIST_STATUS
    assert certainty in ARTIST_CERTAINTY
    assert (made is not None) == (status == "named") == (certainty == "certain")


REAL_NAMES = (
    *("Jan Steen", "Steen, Jan", "anoniem", "Jan Steen and Frans Hals", "Rembrandt & workshop"),
    *(
        "Tiffany & Co.",
        "Monogrammist AC",
        "Rembrandt (?)",
        "Master of Flémalle",
        "Giotto (seguace)",
    ),
    *("Son of Isaac Luttichuys", "Attributed to Rubens", "Seu Family", "Claude or Poussin", ""),
)
REAL_ROLES = ("", "Artist", "Engraver", "Publisher", "Manufactory", "Former Attribution", "Zorbler")
REAL_QUALIFIERS = (
    *("", "Attributed to", "Possibly", "Workshop of", "After", "(?)", "Probably", "and Workshop"),
    *("Published by", "Manufactured by", "Formerly attributed to", "zorbled beside", ", Paris"),
)
REAL_MAKERS = st.lists(
    st.builds(
        maker,
        st.sampled_from(REAL_NAMES),
        st.sampled_from(REAL_ROLES),
        st.sampled_from(REAL_QUALIFIERS),
    ),
    max_size=3,
)


@given(makers=REAL_MAKERS, admit_attributed=st.booleans())
def test_the_columns_agree(*, makers: list[dict[str, str]], admit_attributed: bool) -> None:
    """Status, qualifier, certainty, maker and the person in doubt say the same, with the switch or without."""
    value = attribute(makers, admit_attributed=admit_attributed).value
    made, status, qualifier, certainty, in_doubt = value

    assert (made is not None) == (status == "named")
    assert bool(certainty) == (status in ("named", "qualified"))
    assert in_doubt is None or status == "qualified"
    if status == "named":
        assert (certainty, bool(qualifier)) in (("certain", False), ("probable", True))
        assert admit_attributed or certainty == "certain"
    else:
        assert bool(qualifier) == (status == "qualified")
        assert certainty != "certain"


@given(makers=REAL_MAKERS, admit_attributed=st.booleans())
def test_who_is_told_first_changes_no_doubt(
    *, makers: list[dict[str, str]], admit_attributed: bool
) -> None:
    """The status does not hang on the order of the makers, nor does the certainty of who is named."""
    one = attribute(makers, admit_attributed=admit_attributed).value
    other = attribute(makers[::-1], admit_attributed=admit_attributed).value

    assert one[1] == other[1]
    assert one[1] != "named" or one[3] == other[3]


def test_a_doubt_beside_the_same_name_stays() -> None:
    """Somebody who is named once plainly and once as "attributed to" is admitted with the doubt."""
    plainly, in_doubt = maker("Rembrandt"), maker("Rembrandt", "Artist", "Attributed to")

    for makers in ([plainly, in_doubt], [in_doubt, plainly]):
        value = attribute(makers, admit_attributed=True).value
        assert value[1:4] == ("named", "attributed to", "probable")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        *(("Jan Steen and Frans Hals", role) for role in ("", "Artist", "Maker")),
        *((f"Jan Steen {word} Frans Hals", "") for word in ("&", "en", "und", "et")),
        ("Beek, Antonie en Pieter van der", ""),
        ("Steen, Jan en Hals, Frans", ""),
        ("John and Joseph W. Meeks", "Maker"),
        ("Jan Steen, Frans Hals and Jan Lievens", ""),
        ("Jan Steen and others", ""),
        ("Shiva and Dayal", "Artist"),
    ],
)
def test_persons_in_one_name_are_several(name: str, role: str) -> None:
    """Two persons joined by "and" are several, alone or beside a third; whose doubt it is stays open."""
    assert said([maker(name, role)]) == (None, "several", "")
    assert said([maker(name, role), maker("Rubens")]) == (None, "several", "")
    assert attribute([maker(name, role, "After")]).value[4] is None
    value = attribute([maker(name, role, "Attributed to")], admit_attributed=True).value
    assert value == (None, "qualified", "attributed to", "probable", None)


@pytest.mark.parametrize(
    ("name", "words", "named"),
    [
        ("Rembrandt & workshop", "workshop", "Rembrandt"),
        ("Rembrandt and his workshop", "workshop", "Rembrandt"),
        ("Rubens en zijn atelier", "atelier", "Rubens"),
        ("Harunobu-school", "school", "Harunobu"),
        ("Rembrandt-school", "school", "Rembrandt"),
        ("Dürerschule", "schule", "Dürer"),
        ("Schule Dürer", "schule", "Dürer"),
        ("Umkreis Dürer", "umkreis", "Dürer"),
        ("Dürer (Umkreis)", "umkreis", "Dürer"),
        ("Dürer, Albrecht (Werkstatt)", "werkstatt", "Albrecht Dürer"),
        ("Dürer (Nachfolger)", "nachfolger", "Dürer"),
        ("Giotto (seguace)", "seguace", "Giotto"),
        ("Raffaello (bottega)", "bottega", "Raffaello"),
        ("Goya (taller)", "taller", "Goya"),
        ("Goya (círculo de)", "círculo de", "Goya"),
        ("David (élève de)", "élève de", "David"),
        ("David (atelier)", "atelier", "David"),
        ("Rembrandt (navolger)", "navolger", "Rembrandt"),
        ("Rembrandt, kring van", "kring van", "Rembrandt"),
        ("Raphael (discipulus)", "discipulus", "Raphael"),
        ("Raphael, follower of", "follower of", "Raphael"),
        ("Shop of Duncan Phyfe", "shop of", "Duncan Phyfe"),
        ("Master of Flémalle and workshop", "workshop", "Master of Flémalle"),
        ("Master of Flémalle (follower)", "follower", "Master of Flémalle"),
    ],
)
def test_a_qualifier_in_a_name_leaves_the_name(name: str, words: str, named: str) -> None:
    """In seven languages, with a bracket, a comma, a hyphen or "and": the person is named without it."""
    value = attribute([maker(name, "")]).value

    assert value == (None, "qualified", words, "related", named)


def test_one_of_two_given_names_is_not_chosen() -> None:
    """The Dutch "of" between two given names is "or"; between a name and a town it is not."""
    assert said([maker("Doetechum, Johannes of Lucas van", "")]) == (None, "qualified", "or")
    assert said([maker("Wright of Derby, Joseph", "")])[1] == "named"


@pytest.mark.parametrize(
    "behind",
    [
        ", French or Flemish, active 1650–60 (possibly Abraham Willemsens, Flemish, died 1672)",
        " (possibly Abraham Willemsens)",
        " (Abraham Willemsens?)",
        ", active 1650–60",
    ],
)
def test_who_a_named_hand_may_have_been_is_no_doubt_of_it(behind: str) -> None:
    """The hand to which scholars gave a name is certain, and its name ends before what they guess of it."""
    assert said([maker(f"Master of the Béguins{behind}")]) == ("Master of the Béguins", "named", "")
    assert said([maker("Master of the Béguins (?)")])[1] == "qualified"
    assert said([maker("Meester van Gouda (II)", "")])[0] == "Meester van Gouda (II)"


@pytest.mark.parametrize(
    "qualifier",
    [
        "Engraved by; , Paris",
        ", at his Cobridge Pottery",
        ", American (1815-1897)",
        "Calligrapher:",
    ],
)
def test_where_it_was_made_is_no_doubt(qualifier: str) -> None:
    """A town, a workshop of their own and years behind a name take nothing from the maker."""
    assert said([maker("Ralph Stevenson", "Maker", qualifier)])[1] == "named"
    assert said([maker("Ralph Stevenson", "Maker", ", Workshop")])[1] == "qualified"


def test_long_texts_are_cut_before_they_are_kept() -> None:
    """What lies behind the part that is read makes no second judgement, and none that is longer."""
    name, role, qualifier = "Jan Steen" + " x" * 500, "Artist" + " x" * 500, "by" + " x" * 500

    assert part_of(name, role, qualifier) is part_of(name + "y", role + "y", qualifier + "y")
    assert len(part_of(name, "", "").name) <= 300


@given(
    st.lists(st.sampled_from([maker("Jan Steen"), maker("anoniem"), maker("Rubens", "", "after")]))
)
def test_order_of_makers_changes_no_artist(makers: list[dict[str, str]]) -> None:
    """Who is named first does not matter."""
    assert said(makers)[:2] == said(makers[::-1])[:2]


@given(st.text())
def test_names_never_raise(name: str) -> None:
    """Any name is judged."""
    assert part_of(name, "", "").because


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "a " * 50_000, "?" * 50_000, "or " * 50_000, "Ab," * 50_000]
)
def test_hostile_texts_are_cut(text: str) -> None:
    """A text of any length is read as far as a real one goes, and its judgement stays short."""
    judged = attribute(
        [maker(text, text, text), maker("Jan Steen", text, ""), maker("Jan Steen", "", text)]
    )

    assert len(judged.because) < 20_000
