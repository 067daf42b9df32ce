"""One person has one id across museums; two never share one, whatever the order of their works."""

import csv
import gzip
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.decisions import Decision, evidence_of
from omniart_data.normalise.makers.decided import merged, what_stays
from omniart_data.normalise.makers.ids import KINDS, ids_differ, kind_of, person_id
from omniart_data.normalise.makers.person import Person
from omniart_data.normalise.makers.persons import Persons, persons_of

Makers = list[tuple[dict[str, Any], int]]
ULAN, OTHER = "http://vocab.getty.edu/page/ulan/500011051", "http://vocab.getty.edu/ulan/500099999"
WIKIDATA = "https://www.wikidata.org/wiki/Q5598"


def maker(name: str, born: int | None = None, died: int | None = None, *ids: str) -> dict[str, Any]:
    """Return a maker as the attribution rule gives it."""
    return {"name": name, "role": "", "qualifier": "", "born": born, "died": died, "ids": list(ids)}


def ids_of(*makers: dict[str, Any]) -> list[str]:
    """Return the artist_id of each of several makers that stand in one table."""
    persons = persons_of([(one, 1) for one in makers])
    rule, flagged = persons.rule(), persons.flagged
    assert not flagged
    return [rule.judge(one).value[1] for one in makers]


@pytest.mark.parametrize(
    ("uri", "short"),
    [
        ("http://vocab.getty.edu/page/ulan/500011051", "ulan:500011051"),
        ("https://vocab.getty.edu/ulan/500011051-agent", "ulan:500011051"),
        ("http://www.wikidata.org/entity/q5598", "wikidata:Q5598"),
        ("https://rkd.nl/en/explore/artists/66219", "rkd:66219"),
        ("https://rkd.nl/artists/66219/", "rkd:66219"),
        ("http://viaf.org/viaf/64013650", "viaf:64013650"),
        ("https://id.rijksmuseum.nl/21042", "rijksmuseum:21042"),
        ("nga:1822", "nga:1822"),
        (
            "https://artists.sample-museum.invalid/90001",
            "https://artists.sample-museum.invalid/90001",
        ),
        ("(not assigned)", None),
        ("http://vocab.getty.edu/page/ulan/", None),
        ("", None),
    ],
)
def test_ids_have_one_form(uri: str, short: str | None) -> None:
    """A URI in any of its spellings is one id, and what is no id is none."""
    assert person_id(uri) == short


@given(st.text(max_size=400))
def test_any_text_may_stand_for_an_id(text: str) -> None:
    """No text raises; a short form is its own short form, and differs not from itself."""
    short = person_id(text)

    if short is not None:
        assert person_id(short) == short
        assert kind_of(short) in KINDS
        assert not ids_differ([short], [short])


def test_ids_make_one_person_of_several_names() -> None:
    """Names that share an id are one, also over a third that has both ids; the best kind names them."""
    ids = ids_of(
        maker("Rembrandt van Rijn", 1606, 1669, ULAN),
        maker("Der Niederländer", None, None, ULAN, WIKIDATA),
        maker("Paul Rembrandt X", None, None, WIKIDATA),
        maker("Rijn, Rembrandt van"),
    )

    assert ids == ["ulan:500011051"] * 4


def test_lives_and_generations_keep_apart_who_shares_an_id() -> None:
    """An id that two museums give to father and son makes them no one person, and the reason is told."""
    father = maker("Jan Zorbel the Elder", 1568, 1625, WIKIDATA)
    son = maker("Jan Zorbel the Younger", 1601, 1678, WIKIDATA)
    late = maker("Jan Zorbel the Elder", 1750, 1800, WIKIDATA)
    rule = persons_of([(father, 3), (son, 2), (late, 1)]).rule()
    values = [rule.judge(one).value for one in (father, son, late)]

    assert len({one for _, one in values}) == 3
    assert values[0][1] == "wikidata:Q5598"
    assert "generations differ" in rule.judge(son).because
    assert "life dates differ" in rule.judge(late).because


def test_an_authority_that_tells_two_apart_is_believed() -> None:
    """One name with two ULAN ids is two people, even under one Wikidata id."""
    one, two = maker("Zorbel, Jan", None, None, ULAN), maker("Jan Zorbel", None, None, OTHER)
    both = maker("Zorbel, Jan", None, None, WIKIDATA, OTHER)

    assert len(set(ids_of(one, two))) == 2
    assert ids_of(one, both)[0] != ids_of(one, both)[1]


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        (maker("Zorbel, Jan", 1600, 1650), maker("Jan Zorbel", 1601, 1652), True),
        (maker("Zorbel, Jan", 1600, 1650), maker("Jan Zorbel", 1600, 1653), False),
        (maker("Zorbel, Jan", 1600, 1650), maker("Jan Zorbel"), True),
        (maker("Zorbel, Jan", 1838, 1838), maker("Jan Zorbel", 1800, 1850), True),
        (maker("Jan Brueghel the Elder"), maker("Jan Brueghel the Younger"), False),
        (maker("Brueghel, Jan (I)"), maker("BRUEGHEL, Jan the Elder"), True),
        (maker("Luyken, Jan"), maker("Luyken, Caspar"), False),
        (maker("Smit, Jan"), maker("Jan Smit"), False),
        (maker("Smit, Jan", 1600, 1650), maker("Jan Smit", 1601, None), True),
        (maker("BACKER, Jacob de"), maker("Jacob Adriaensz. Backer"), False),
    ],
)
def test_names(one: dict[str, Any], other: dict[str, Any], *, is_one: bool) -> None:
    """A key makes one person of two names where no life, generation or namesake speaks against it."""
    assert (len(set(ids_of(one, other))) == 1) is is_one


def test_a_name_that_several_have_is_none_of_theirs() -> None:
    """A maker without dates, of a name that two people have, is neither of them; each has an id and a label."""
    one, two, open_ = (
        maker("Jan Zorbel", 1600, 1650),
        maker("Zorbel, Jan", 1700, 1750),
        maker("ZORBEL, Jan"),
    )
    rule = persons_of([(one, 3), (two, 2), (open_, 1)]).rule()
    values = [rule.judge(each).value for each in (one, two, open_)]

    assert [one for _, one in values] == [
        *("name:jan zorbel 1600-1650", "name:jan zorbel 1700-1750", "name:jan zorbel"),
    ]
    assert [label for label, _ in values] == [
        *("Jan Zorbel", "Jan Zorbel (1700–1750)", "Jan Zorbel (2)"),
    ]
    assert "that of 2 persons" in rule.judge(open_).because


def test_because_names_the_row_that_decided() -> None:
    """A reader learns by which key, row of the table and id a maker is who."""
    because = persons_of([(maker("Rembrandt"), 1)]).rule().judge(maker("Rembrandt")).because

    assert "artist_aliases.csv: rembrandt -> rembrandt rijn" in because
    assert "ulan:500011051" in because


NAMES = (
    "Jan Zorbel",
    "Zorbel, Jan",
    "Rembrandt",
    "Rijn, Rembrandt van",
    "Smit, Jan",
    "Jan Brueghel I",
)
some_makers = st.lists(
    st.tuples(
        st.builds(
            maker,
            st.sampled_from(NAMES),
            st.sampled_from((None, 1600, 1602, 1700)),
            st.sampled_from((None, 1650, 1750)),
            st.sampled_from((ULAN, OTHER, WIKIDATA, "")),
            st.sampled_from((WIKIDATA, "http://viaf.org/viaf/7", "")),
        ),
        st.integers(1, 9),
    ),
    max_size=12,
)


@given(some_makers, st.randoms(use_true_random=False))
def test_order_does_not_matter(makers: Makers, chance: random.Random) -> None:
    """The same makers in any order are the same persons, with the same ids, labels and reasons."""
    shuffled = chance.sample(makers, len(makers))
    one, other = persons_of(makers).rule(), persons_of(shuffled).rule()

    assert persons_of(makers).people == persons_of(shuffled).people
    assert [one.judge(each) for each, _ in makers] == [other.judge(each) for each, _ in makers]


@given(some_makers)
def test_nobody_is_lost(makers: Makers) -> None:
    """Each maker is somebody, each work is counted once, and no two persons have one id or label."""
    persons = persons_of(makers)

    assert sum(person.artworks for person in persons.people) == sum(works for _, works in makers)
    assert len({person.id for person in persons.people}) == len(persons.people)
    assert len({person.label for person in persons.people}) == len(persons.people)
    assert all(None not in persons.judge(one).value for one, _ in makers)


@given(some_makers)
def test_groups_hold_together(makers: Makers) -> None:
    """Nobody is in a group with whom the group's best ids disagree: pairs are never chained."""
    persons = persons_of(makers)
    for one, _ in makers:
        ids = [short for uri in one["ids"] if (short := person_id(uri))]
        ulan = {each for each in ids if kind_of(each) == "ulan"}
        person = next(p for p in persons.people if p.id == persons.judge(one).value[1])
        if ulan:
            assert ulan & set(person.ids)


def test_an_unheard_of_maker_has_an_answer() -> None:
    """A maker who was not among those compared gets a label and an id of their name."""
    assert persons_of([]).rule().judge(maker("Zorbel, Jan")).value == (
        "Jan Zorbel",
        "name:jan zorbel",
    )


ONE, TWO, THREE = maker("Zorbel, Jan", 1600, 1650), maker("Zorbell, Jan"), maker("Zorbelius, Jan")
A, B, C = "name:jan zorbel 1600-1650", "name:jan zorbell", "name:jan zorbelius"
LIVES = {A: (1600, 1650), B: (None, None), C: (None, None)}


def decided(action: str, subject: str, other: str = "") -> Decision:
    """Return a decision that rests on what the makers above say."""
    if action in ("merge", "keep apart"):
        pair = sorted(
            [[one, *LIVES[one]] for one in (subject, other)], key=lambda each: str(each[0])
        )
        evidence = evidence_of("artist", *pair)
    else:
        evidence = evidence_of("artist", subject, *LIVES[subject])
    return Decision("artist", action, subject, other, "seen by eye", evidence)


def after(*decisions: Decision) -> Persons:
    """Return the three persons above after decisions, given in any order."""
    makers = [(ONE, 3), (TWO, 2), (THREE, 1)]
    done = persons_of(makers, decisions)
    assert done == persons_of(makers, decisions[::-1])
    return done


def test_merge() -> None:
    """Merged persons have one id, the best known label, all works, and the decision as their reason."""
    done = after(decided("merge", B, A), decided("merge", C, B))

    assert [done.judge(one).value for one in (ONE, TWO, THREE)] == [("Jan Zorbel", A)] * 3
    assert done.people[0].artworks == 6
    assert "decisions/artist.csv: merge" in done.judge(TWO).because
    assert not done.flagged


def test_a_merge_may_rest_on_another() -> None:
    """A decision on what a merge has left holds as well."""
    life = [A, 1600, 1650]
    later = Decision("artist", "merge", C, A, "", evidence_of("artist", life, [C, None, None]))

    assert len(after(decided("merge", B, A), later).people) == 1


def test_keep_apart_outweighs_merge() -> None:
    """Two who are kept apart are not merged over a third; the merge is flagged, and the pair is known."""
    done = after(decided("keep apart", C, A), decided("merge", B, A), decided("merge", C, B))

    assert len(done.people) == 2
    assert [one.why for one in done.flagged] == ["another decision keeps them apart"]
    assert done.kept_apart == {(A, B)}, "C is called B now"


def test_rename_and_reject() -> None:
    """A renamed person has the new label; a rejected one is no artist, and it is said why."""
    done = after(decided("rename", A, "Jan Z."), decided("reject", C))

    assert done.judge(ONE).value == ("Jan Z.", A)
    assert done.judge(THREE).value == (None, None)
    assert "reject" in done.judge(THREE).because


def test_changed_evidence_is_flagged() -> None:
    """A decision whose evidence differs now, or whose subject is gone, changes nothing and is flagged."""
    stale = Decision("artist", "rename", A, "Jan Z.", "", evidence_of("artist", A, 1600, 1651))
    gone = Decision("artist", "merge", "name:nobody", A, "", "x")
    other_kind = Decision("type", "reject", A, "", "", "x")
    done = after(stale, gone, other_kind)

    assert done.judge(ONE).value == ("Jan Zorbel", A)
    assert {one.decision: one.why for one in done.flagged} == {
        stale: "its evidence has changed: look again, and decide anew",
        gone: "no artist has the id name:nobody",
    }


def named(makers: Makers, published: dict[str, str] | None = None) -> dict[str, str]:
    """Return artist_id -> label of makers, in a table of their own."""
    return {one.id: one.label for one in persons_of(makers, (), published or {}).people}


def test_a_published_label_stays() -> None:
    """A label does not follow the counts from one release to the next, and says why it is not the commonest form."""
    forms = [maker("Rijn, Rembrandt van"), maker("REMBRANDT Harmenszoon van Rijn")]
    first = named([(forms[0], 3), (forms[1], 2)])
    later = persons_of([(forms[0], 2), (forms[1], 900)], (), first)

    assert {one.id: one.label for one in later.people} == first
    assert "called as in the previous release" in later.judge(forms[0]).because
    assert named([(forms[0], 2), (forms[1], 900)]) != first, "without a release before it would"


EARLY, LATE = maker("Jan Zorbel", 1600, 1650), maker("Zorbel, Jan", 1700, 1750)


def test_the_bare_label_stays_with_who_had_it() -> None:
    """A namesake with more works takes neither the label nor the id of who was there before, nor of who is gone."""
    first = named([(EARLY, 1)])
    both = named([(EARLY, 1), (LATE, 50)], first)
    gone = named([(LATE, 50)], first)

    assert first == {A: "Jan Zorbel"}
    assert both == {**first, "name:jan zorbel 1700-1750": "Jan Zorbel (1700–1750)"}
    assert gone == {"name:jan zorbel 1700-1750": "Jan Zorbel (1700–1750)"}


def test_who_comes_to_be_known_better_stays_who_they_were() -> None:
    """A first life keeps id and label, a first ULAN id the label, though the forms now give another."""
    open_ = maker("ZORBEL, Jan")
    first = named([(open_, 1)])
    dated = named([(open_, 1), (EARLY, 5)], first)
    known = named([(open_, 1), (maker("Jan Zórbel", 1600, 1650, ULAN), 5)], first)

    assert first == dated == {"name:jan zorbel": "Jan Zorbel"}
    assert known == {"ulan:500011051": "Jan Zorbel"}


@given(some_makers, some_makers)
def test_ids_and_labels_are_never_passed_on(makers: Makers, more: Makers) -> None:
    """Whoever is published keeps id and label while the table only grows, and no label is another's."""
    first = named(makers)
    again = persons_of(makers, (), first)
    later = named([*makers, *more], first)

    assert {one.id: one.label for one in again.people} == first
    assert all(later[one] == label for one, label in first.items() if one in later)
    assert len(set(later.values())) == len(later)


@given(some_makers, st.lists(st.integers(1, 99), min_size=12, max_size=12))
def test_decisions_do_not_rest_on_counts(makers: Makers, counts: list[int]) -> None:
    """Where the counts make the same groups, ids and the evidence of decisions are the same."""
    other = [(one, many) for (one, _), many in zip(makers, counts, strict=False)]
    told = []
    for persons in (persons_of(makers), persons_of(other)):
        groups: dict[int, set[Any]] = {}
        for said, place in persons.meant.items():
            groups.setdefault(place, set()).add(said)
        told.append(
            {frozenset(some): persons.people[place].evidence() for place, some in groups.items()}
        )
    assert told[0].keys() != told[1].keys() or told[0] == told[1]


@pytest.mark.parametrize("many", [1, 9])
def test_evidence_is_that_of_any_life_that_is_stated(many: int) -> None:
    """A decision outlives a year that another museum gives, and not the life that it was made on."""
    rename = decided("rename", A, "Jan Z.")
    other = maker("Jan Zorbel", 1599, 1651)

    assert not persons_of([(ONE, 1), (other, many)], [rename]).flagged
    assert [one.why for one in persons_of([(other, many)], [rename]).flagged] == [
        "its evidence has changed: look again, and decide anew"
    ]


def test_an_old_id_is_recognised_by_its_life() -> None:
    """A decision on an id without the life holds for the one of that name whose life it rests on."""
    old = "name:jan zorbel"
    rename = Decision("artist", "rename", old, "Jan Z.", "", evidence_of("artist", old, 1600, 1650))
    merge = Decision(
        *("artist", "merge", old, B, ""), evidence_of("artist", [old, 1600, 1650], [B, None, None])
    )
    makers = [(EARLY, 1), (LATE, 9), (maker("ZORBEL, Jan"), 9), (TWO, 1)]
    done = persons_of(makers, [rename, merge])

    assert not done.flagged
    assert done.judge(EARLY).value == done.judge(TWO).value
    assert done.judge(EARLY).value[0] == "Jan Z."
    assert done.judge(LATE).value[1] == "name:jan zorbel 1700-1750"


def test_namesakes_are_named() -> None:
    """Who is kept apart for the sake of a table reads which; forms of such a name have ids that nothing changes."""
    makers = [(maker("Richard Wilson", 1712, 1782), 2), (maker("WILSON, Richard"), 1)]
    done = persons_of(makers)
    more = persons_of([*makers, (maker("Wilson, Richard"), 9)])

    assert "namesakes.csv: richard wilson" in done.judge(maker("WILSON, Richard")).because
    assert {one.id for one in done.people} == {
        *("name:richard wilson 1712-1782", "name:richard wilson (WILSON, Richard)")
    }
    assert {one.id for one in done.people} < {one.id for one in more.people}


def test_slips_in_a_list_make_no_namesakes() -> None:
    """The painter of Aix, whom two lists know and whose son one list of owners has, is one artist; others are not."""
    assert len(set(ids_of(maker("Paul Cézanne", 1839, 1906), maker("CÉZANNE, Paul")))) == 1
    assert len(set(ids_of(maker("Alfred Stevens", 1823, 1906), maker("STEVENS, Alfred")))) == 2


def test_a_merge_leaves_the_better_known() -> None:
    """Which id stays does not hang on who was named first: the best kind, then who was published, then the best known."""
    small, large = Person("name:a", "A", "a", artworks=1), Person("name:b", "B", "b", artworks=9)
    was = Person("name:c", "C", "c", artworks=2, published_as="C")
    ulan = Person("ulan:500000009", "U", "u", artworks=1)

    for people, one, label in (
        ((small, large), "name:b", "B"),
        ((was, large), "name:c", "C"),
        ((ulan, large, was), "ulan:500000009", "C"),
    ):
        assert merged(people) == merged(people[::-1])
        assert (merged(people).id, merged(people).label) == (one, label)
    assert what_stays(small, large) == "name:b stays, called 'B', and takes in name:a"


def test_notnames_are_english() -> None:
    """A notname is shown in English where a museum writes it so, or where it is that of a place."""
    assert list(named([(maker("Meester van Flémalle"), 9)]).values()) == ["Master of Flémalle"]
    both = named([(maker("Meester van de Bileam"), 9), (maker("MASTER of Balaam"), 1)])
    assert "Meester van de Bileam" in both.values(), "two keys: nothing is guessed"


@pytest.mark.real
def test_real_people_are_told_apart(shared_data: Path) -> None:
    """Of a museum's artists with ULAN ids and lives, no two are one, and the turned name finds its owner."""
    with gzip.open(shared_data / "vocab/nga_artist_names.csv.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["ulan_id"] and row["begin"].isdigit()]
    known = [maker(row["name"], int(row["begin"]), None, f"ulan:{row['ulan_id']}") for row in rows]
    turned = [maker(row["forward_name"], int(row["begin"])) for row in rows]
    persons = persons_of([(one, 1) for one in (*known, *turned)])
    meant = [persons.judge(one).value[1] for one in known]
    owners = [f"ulan:{row['ulan_id']}" for row in rows]
    own = set(owners)
    found = [persons.judge(one).value[1] for one in turned]

    assert len({*zip(meant, owners, strict=True)}) == len(set(meant)), "a person has one ULAN id"
    pairs = [*zip(meant, found, strict=True)]
    wrong = sum(one != other and other in own for one, other in pairs)
    assert sum(one == other for one, other in pairs) > 0.97 * len(rows)
    assert wrong < 0.01 * len(rows)
