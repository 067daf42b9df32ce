"""Links say which artworks are one work: what is sure is applied, what is likely is asked, nothing is dropped."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_data.normalise import normalise
from omniart_data.normalise.decisions import Decision
from omniart_data.normalise.vocabulary import vocabulary_rows
from omniart_data.normalise.works.blocks import Blocks
from omniart_data.normalise.works.compared import READS
from omniart_data.normalise.works.decided import work_evidence
from omniart_data.normalise.works.keepers import keeper_key
from omniart_data.normalise.works.links import Links, link_works
from omniart_data.normalise.works.titles import is_generic, title_key
from omniart_data.normalise.works.translated import told, words_of
from schemas.artwork import ARTWORK
from schemas.decision import CANDIDATE, LINK
from tests.gold.samples import STRATA

Row = Mapping[str, Any]

MET = {
    "id": "met:436105",
    "source": "met",
    "institution": "Metropolitan Museum of Art, New York",
    "object_number": "31.45",
    "title": "The Death of Socrates",
    "artist": "Jacques-Louis David",
    "artist_id": "ulan:500115676",
    "year": 1787.0,
    "year_first": 1787,
    "year_last": 1787,
    "materials": ["oil paint", "canvas"],
    "height_cm": 129.5,
    "width_cm": 196.2,
    "kept_at": "",
    "kept_in": "",
    "coarse_type": "painting",
}
WGA = MET | {
    "id": "wga:d/david_j/2/205david",
    "source": "wga",
    "institution": "",
    "object_number": "",
    "title": "Death of Socrates",
    "year_first": 1780,
    "year_last": 1790,
    "height_cm": 130.0,
    "width_cm": 196.0,
    "kept_at": "Metropolitan Museum of Art",
    "kept_in": "New York",
}


def table(*rows: Row) -> pa.Table:
    """Return artworks with the columns that links read."""
    schema = pa.schema([ARTWORK.field(name) for name in READS])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def linked(*rows: Row, decisions: tuple[Decision, ...] = ()) -> Links:
    """Return the links among artworks."""
    return link_works(table(*rows), decisions)


def judged(done: Links) -> list[tuple[str, str, bool]]:
    """Return (a, b, applied) of each link."""
    return [(one["a"], one["b"], one["applied"]) for one in done.links.to_pylist()]


def applied(*rows: Row) -> list[bool]:
    """Return whether each link among artworks is applied."""
    return [one for _, _, one in judged(linked(*rows))]


def decision(action: str, one: Row, other: Row, **changed: str) -> Decision:
    """Return a decision on two artworks, resting on what they say now."""
    told = {"reason": "seen", "evidence": work_evidence(one, other)} | changed
    return Decision("work", action, one["id"], other["id"], **told)


def test_a_work_of_the_met_in_the_web_gallery_is_applied() -> None:
    """Artist, title and keeper, with size and years that agree, are sure, and the reasons are told."""
    done = linked(MET, WGA)

    assert judged(done) == [(MET["id"], WGA["id"], True)]
    assert done.links["because"].to_pylist() == [
        "same artist, same title, kept at the same place, same height and width, years that agree"
    ]
    assert done.links.schema.equals(LINK)
    assert done.candidates.num_rows == 0


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"height_cm": None, "width_cm": None}, [True]),
        ({"height_cm": 60.0, "width_cm": 90.0}, [False]),
        ({"year": 1840.0, "year_first": 1840, "year_last": 1840, "height_cm": None}, [False]),
        ({"year": None, "year_first": 1801, "year_last": 1850}, [True]),
        ({"kept_at": "Art Museum", "kept_in": "Princeton"}, []),
        ({"kept_at": "Private collection", "kept_in": ""}, [True]),
        ({"kept_at": "Private collection", "kept_in": "", "height_cm": None}, [False]),
        ({"artist": None, "artist_id": None, "height_cm": None}, [False]),
        ({"artist": None, "artist_id": None}, [True]),
        ({"artist_id": "ulan:1", "height_cm": None}, [False]),
        ({"title": "Death of Sokrates", "height_cm": None}, [False]),
        ({"title": "Death of Sokrates"}, [True]),
        ({"title": "De dood van Socrates", "height_cm": None}, [True]),
        ({"title": "De dood van Sokrates", "height_cm": None}, [False]),
        ({"title": "Het melkmeisje", "height_cm": None}, []),
        ({"title": "Het melkmeisje"}, [False]),
        ({"title": "Death of Socrates (detail)"}, []),
        ({"materials": ["paper"]}, []),
        ({"title": ""}, [False]),
    ],
)
def test_what_differs_decides(changed: Row, expected: list[bool]) -> None:
    """What is missing or differs makes a link a question, or none: an empty list."""
    assert applied(MET, WGA | changed) == expected


@pytest.mark.parametrize("title", ["Portrait of a Man", "Untitled", "Landscape", "Self-Portrait"])
def test_a_generic_title_never_links_by_itself(title: str) -> None:
    """A title that fits thousands is asked about; only the same height and width beside it are sure."""
    said = {"title": title}

    assert applied(MET | said, WGA | said | {"height_cm": None}) == [False]
    assert applied(MET | said, WGA | said) == [True]


RIJKS = MET | {
    "id": "rijksmuseum:SK-A-15",
    "source": "rijksmuseum",
    "institution": "Rijksmuseum",
    "object_number": "SK-A-15",
    "title": "De lijken van de gebroeders De Witt",
    "artist_id": "rkd:1",
    "year": 1673.0,
    "year_first": 1672,
    "year_last": 1675,
    "height_cm": None,
    "width_cm": None,
    "kept_at": "Rijksmuseum",
    "kept_in": "Amsterdam",
}
CORPSES = RIJKS | {
    "id": "wga:b/baen/corpses",
    "source": "wga",
    "object_number": "",
    "title": "The Corpses of the De Witt Brothers",
    "year": None,
    "year_first": None,
    "year_last": None,
    "period_as_given": "1651-1700",
}


def test_a_dutch_and_an_english_title_of_the_same_words_are_applied() -> None:
    """A lexicon and the names in them tell that they say the same; the reasons tell so too."""
    done = linked(RIJKS, CORPSES)

    assert judged(done) == [(RIJKS["id"], CORPSES["id"], True)]
    assert done.links["because"].to_pylist() == [
        "same artist, titles of the same words, no common word in both, kept at the same place, years that agree"
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"coarse_type": "print"},
        {"coarse_type": None},
        {"artist_id": "rkd:2"},
        {"kept_at": "Mauritshuis", "kept_in": "The Hague"},
        {"period_as_given": "1801-1850"},
        {"title": "The Night Watch"},
    ],
)
def test_titles_in_two_languages_need_all_else(changed: Row) -> None:
    """Both are paintings by one artist, at one keeper, of a time; else nothing is even asked."""
    assert applied(RIJKS, CORPSES | changed) == []


def test_of_two_titles_in_another_language_the_likelier_is_asked() -> None:
    """Where a title says more than the other, or a word is spelt otherwise, the pair is a question."""
    said = {"title": "Pieter Schout te paard"}
    brother = RIJKS | {"id": "rijksmuseum:2", "object_number": "SK-A-16", "title": "Willem Schout"}
    asked = linked(
        RIJKS | said, brother, CORPSES | {"title": "Equestrian Portrait of Pieter Schout"}
    )

    assert judged(asked) == [(RIJKS["id"], CORPSES["id"], False)]


def test_two_works_of_the_same_words_are_both_asked_about() -> None:
    """The Rijksmuseum has two watermills by Hobbema; the Web Gallery does not say which it shows."""
    mills = [
        RIJKS | {"id": f"rijksmuseum:{n}", "object_number": "", "title": "Een watermolen"}
        for n in range(2)
    ]

    assert applied(*mills, CORPSES | {"title": "A Watermill"}) == [False, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Portrait of Cornelis Bicker", "Portret van Cornelia Bicker"),
        ("Self-Portrait", "Zelfportret"),
        ("Sketch for The Fall of Man", "De zondeval"),
    ],
)
def test_what_may_be_another_is_not_applied(one: str, other: str) -> None:
    """Neither a name that is spelt otherwise, nor generic words, nor a sketch of it are sure in two languages."""
    assert applied(RIJKS | {"title": other}, CORPSES | {"title": one}) == [False]


def test_somebody_with_something_is_no_generic_title() -> None:
    """Lady at the Tea Table, and The Cup of Tea, are told by artist and keeper; Cup of Tea fits thousands."""
    for title in ("Lady at the Tea Table", "The Cup of Tea"):
        said = {"title": title}
        assert applied(MET | said, WGA | said | {"height_cm": None}) == [True]
    said = {"title": "Cup of Tea"}
    assert applied(MET | said, WGA | said | {"height_cm": None}) == [False]


def test_the_reason_to_decide_again_names_what_a_decision_rests_on() -> None:
    """An artist is no part of the evidence: another one leaves the decision as it is."""
    other = WGA | {"artist": "Somebody", "artist_id": "ulan:9"}
    said = decision("merge", MET, WGA)
    done = linked(MET, WGA | {"title": "The Oath"}, decisions=(said,))

    assert linked(MET, other, decisions=(said,)).flagged == ()
    assert "artist" not in done.flagged[0].why


def test_the_words_of_titles_are_a_vocabulary() -> None:
    """Each word has one row, with its source, and is of small letters; what it means is known itself."""
    rows = vocabulary_rows("title_words")

    assert len({row["word"] for row in rows}) == len(rows) > 900
    assert all(row["source"] and row["word"] == row["word"].lower() for row in rows)
    for row in rows:
        means = words_of(title_key(row["word"]))
        assert words_of(" ".join(means)) == means
    assert words_of("zielenvisserij") == ("fish", "soul")


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_titles_are_compared(one: str, other: str) -> None:
    """Likeness never raises, lies from 0 to 1, does not hang on the order, and a title says what it says itself."""
    keys = title_key(one), title_key(other)
    found = told(*keys)

    assert 0 <= found.alike <= 1
    assert told(keys[1], keys[0]) == found
    assert not words_of(keys[0]) or told(keys[0], keys[0]).alike == pytest.approx(1)


def test_a_title_of_several_works_is_asked_about() -> None:
    """Of two works of one title neither is sure, unless one alone has the other record's size."""
    second = MET | {"id": "met:9", "object_number": "", "height_cm": 20.0, "width_cm": 30.0}
    no_size = WGA | {"height_cm": None, "width_cm": None}

    assert applied(MET, second, no_size) == [False, False]
    assert judged(linked(MET, second, WGA)) == [(MET["id"], WGA["id"], True)]


def test_identical_records_of_one_source_are_two_works() -> None:
    """Impressions of a print are told in the same words; without a number they are not linked."""
    rows = [MET | {"id": f"met:{number}", "object_number": ""} for number in range(3)]

    assert judged(linked(*rows)) == []


def test_an_inventory_number_needs_a_title_beside_it() -> None:
    """The Met has short numbers twice (74.3: two Kensetts of one year); number and title are one work."""
    kensett = MET | {"id": "met:11325", "object_number": "74.3", "title": "Sunset on the Sea"}
    other = kensett | {"id": "met:11326", "title": "Sunset Sky", "height_cm": 50.8}
    again = kensett | {"id": "met:sculpture-11325"}

    assert applied(kensett, other) == []
    assert applied(kensett, again) == [True]
    assert applied(kensett, other | {"height_cm": None}) == [False]


def test_two_sources_of_one_institution_share_its_numbers() -> None:
    """A long number of the same museum in two sources is one work, whatever it is called."""
    one = MET | {"object_number": "SK-A-4075", "institution": "Rijksmuseum"}
    other = one | {"id": "local:1", "source": "local", "title": "Plantage", "height_cm": None}

    assert applied(one, other) == [True]
    assert applied(one, other | {"institution": "Mauritshuis"}) == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(data: st.DataObject) -> None:
    """The same artworks give the same links and candidates in any order; ends are two artworks, the lesser first."""
    few = {
        "title": ["Socrates", "Portrait of a Man", "", None, "St Peter (left panel)"],
        "artist_id": ["ulan:1", "ulan:2", None],
        "kept_at": ["Louvre", "Private collection", ""],
        "object_number": ["A-1-23", "74.3", ""],
        "source": ["met", "wga", "local"],
        "height_cm": [10.0, 10.1, 40.0, None],
        "width_cm": [20.0, None],
        "year_first": [1500, 1600, None],
        "materials": [["paper"], ["canvas"], None],
    }
    kind = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in few.items()})
    drawn = data.draw(st.lists(kind, max_size=12))
    rows = [MET | row | {"id": f"{row['source']}:{n}"} for n, row in enumerate(drawn)]
    done = linked(*rows)
    again = linked(*data.draw(st.permutations(rows)))

    assert done == again
    ids = {row["id"] for row in rows}
    for one, other, _ in judged(done):
        assert one < other
        assert {one, other} <= ids
    proposed = [(a, b) for a, b, sure in judged(done) if not sure]
    asked = zip(*(done.candidates[name].to_pylist() for name in ("subject", "object")), strict=True)
    assert sorted(asked) == proposed
    assert done.candidates.schema.equals(CANDIDATE)


def test_a_merge_is_applied_and_no_longer_asked() -> None:
    """Who decided, and why, is the reason of the link."""
    apart = WGA | {"title": "Something else", "height_cm": None}
    said = decision("merge", apart, MET)
    done = linked(MET, apart, decisions=(said,))

    assert judged(done) == [(MET["id"], WGA["id"], True)]
    assert done.links["because"].to_pylist() == [str(said)]
    assert done.flagged == ()


def test_what_is_kept_apart_is_neither_linked_nor_asked() -> None:
    """A decision to keep apart takes the link out, whether it was applied or proposed."""
    for other in (WGA, WGA | {"height_cm": None, "title": "Death of Sokrates"}):
        done = linked(MET, other, decisions=(decision("keep apart", MET, other),))

        assert judged(done) == []
        assert done.candidates.num_rows == 0
        assert done.flagged == ()


@pytest.mark.parametrize("action", ["merge", "keep apart"])
def test_a_decision_whose_evidence_changed_is_flagged(action: str) -> None:
    """After a new title the pair is judged as if nothing had been decided, and the decision is shown."""
    said = decision(action, MET, WGA)
    renamed = WGA | {"title": "The Oath of the Horatii", "height_cm": None}
    done = linked(MET, renamed, decisions=(said,))

    assert judged(done) == judged(linked(MET, renamed))
    assert [(one.decision, "evidence has changed" in one.why) for one in done.flagged] == [
        (said, True)
    ]


def test_a_decision_that_cannot_be_applied_is_flagged() -> None:
    """Artworks that are gone, an artwork and itself, unknown actions and contradictions are told."""
    gone = WGA | {"id": "wga:gone"}
    bad = (
        decision("merge", MET, gone),
        decision("merge", MET, MET),
        decision("rename", MET, WGA),
        decision("merge", MET, WGA),
        decision("keep apart", WGA, MET),
    )
    done = linked(MET, WGA, decisions=bad)

    assert sorted(one.decision for one in done.flagged) == sorted(bad)
    assert judged(done) == judged(linked(MET, WGA))


def test_what_is_kept_apart_but_bound_by_others_is_flagged() -> None:
    """Keeping two apart says nothing of a third that both are linked to."""
    third = MET | {"id": "local:1", "source": "local"}
    done = linked(MET, WGA, third, decisions=(decision("keep apart", MET, WGA),))

    assert len(judged(done)) == 2
    assert ["other links bind both" in one.why for one in done.flagged] == [True]


def test_decisions_about_others_are_not_looked_at() -> None:
    """An artist's decision is none about a work."""
    assert linked(MET, WGA, decisions=(Decision("artist", "reject", "x"),)).flagged == ()


def test_candidates_say_what_a_decision_on_them_rests_on() -> None:
    """A candidate's evidence, written into a decision, holds; its labels name the works to people."""
    other = WGA | {"height_cm": None, "width_cm": None, "title": "Death of Sokrates"}
    (asked,) = linked(MET, other).candidates.to_pylist()
    said = Decision("work", "merge", asked["subject"], asked["object"], "", asked["evidence"])

    assert judged(linked(MET, other, decisions=(said,))) == [(MET["id"], WGA["id"], True)]
    assert asked["subject_label"] == (
        "The Death of Socrates, Jacques-Louis David, 1787, 129.5 x 196.2 cm, "
        "Metropolitan Museum of Art, New York, 31.45"
    )


def test_the_same_pictures_are_counted_and_not_linked() -> None:
    """A release binds them by itself."""
    rows = {"id": ["a", "b", "c", "d"], "image_sha256": ["1", "1", "2", None]}
    done = link_works(table(), pictures=pa.table(rows))

    assert done.same_pictures == 2
    assert done.links.num_rows == 0


def test_a_habit_is_left_out_and_counted() -> None:
    """Twenty-one works of one title in each of two sources are 441 pairs: none is compared."""
    rows = [
        side | {"id": f"{side['source']}:{n}", "kept_at": f"Museum {n}", "object_number": ""}
        for side in (MET, WGA)
        for n in range(21)
    ]
    done = linked(*rows)

    assert (done.left_out_blocks, done.left_out_artworks) == (1, 42)


@given(
    st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 2)), max_size=25),
    st.integers(1, 40),
    st.integers(1, 10),
)
def test_pairs_are_those_of_every_two_rows(
    rows: list[tuple[int, int]], most: int, at_a_time: int
) -> None:
    """Blocks give each pair of one block and two runs once, but for blocks of too many; those are counted."""
    block = np.array([one for one, _ in rows], np.int64)
    run = np.array([one for _, one in rows], np.int64)
    blocks = Blocks(block, run, most)
    pieces = list(blocks.pairs(at_a_time))
    got = [pair for a, b in pieces for pair in zip(a.tolist(), b.tolist(), strict=True)]

    pairs: dict[int, list[tuple[int, int]]] = {}
    for b in range(len(rows)):
        for a in range(b):
            if block[a] == block[b] >= 0 and run[a] != run[b]:
                pairs.setdefault(int(block[a]), []).append((a, b))
    kept = [pair for some in pairs.values() if len(some) <= most for pair in some]
    assert sorted(got) == sorted(kept)
    assert blocks.left_out.blocks == sum(len(some) > most for some in pairs.values())


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_has_a_key(text: str, other: str) -> None:
    """Keys never raise, are of few words' letters, and do not hang on case or on the blanks around."""
    assert title_key(f"  {text} ") == title_key(text) or "|" in text or len(text) > 290
    assert len(title_key(text)) <= 20 * 300
    assert isinstance(is_generic(title_key(text)), bool)
    assert keeper_key(text, other, "") == keeper_key(text, other, "")


def test_a_title_of_any_length_costs_little() -> None:
    """What stands after the first three hundred letters is not read."""
    assert title_key("Red house " + "(" * 10**6) == title_key("Red house " + "(" * 400)


@pytest.mark.real
def test_links_agree_with_a_matching_made_by_others(shared_data: Path) -> None:
    """Of the Met's paintings that others found in the Web Gallery no applied link names another, and most are found."""
    names = ("met-american", "met-paintings", "met-api", "wga-2019")
    records = pa.concat_tables([STRATA[name](shared_data) for name in names])
    artworks = normalise(records).artworks
    ids = set(artworks["id"].to_pylist())
    with (shared_data / "images" / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["museum"] == "met" and row["wga_key"]]
    matched = {f"met:{row['object_id']}": f"wga:{row['wga_key']}" for row in rows}
    matched = {a: b for a, b in matched.items() if a in ids and b in ids}
    found = {(a, b) for a, b, sure in judged(link_works(artworks)) if sure}
    known = {b: a for a, b in matched.items()}
    against = [(a, b) for a, b in found if matched.get(a, b) != b or known.get(b, a) != a]

    assert against == []
    assert len(found & matched.items()) > 0.7 * len(matched) > 150
