"""Linked Art: what its objects and VisualItems say, in whichever of JSON-LD's shapes they say it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.linked_art import QUALIFIERS, LinkedObject, read_object, read_visual, shown
from schemas.record import Maker, Text

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rijksmuseum"
AAT = "http://vocab.getty.edu/aat/"
ID = "https://id.rijksmuseum.nl/"
JAN = {"id": f"{ID}2101", "type": "Person", "notation": [{"@language": "en", "@value": "Jan"}]}


def read(**said: Any) -> LinkedObject:
    """Read an object that says this."""
    return read_object(json.dumps({"id": f"{ID}2001", "type": "HumanMadeObject", **said}).encode())


def made(**part: Any) -> tuple[Maker, ...]:
    """Return the makers of an object whose production has one part."""
    return read(produced_by={"part": [part]}).makers


def assigned(*codes: str, **more: Any) -> dict[str, Any]:
    kinds = [f"{AAT}{code}" for code in codes]
    return {
        "type": "AttributeAssignment",
        "assigned_property": "carried_out_by",
        "assigned": [JAN],
        "classified_as": kinds,
        **more,
    }


def span(first: str, last: str) -> dict[str, str]:
    return {"begin_of_the_begin": first, "end_of_the_end": last}


# --- makers ------------------------------------------------------------------------

TABLE = {
    "300404286": "after",
    "300435722": "possibly",
    "300404269": "attributed to",
    "300404284": "circle of",
    "300404283": "circle of",
    "300404274": "workshop of",
    "300404287": "copyist of",
    "300404272": "manner of",
    "300404288": "manner of",
    "300404282": "follower of",
    "300252887": "falsification",
    "300404279": "copy after",
    "300404434": "school of",
    "300404273": "studio of",
}


@pytest.mark.parametrize(("code", "words"), TABLE.items())
@pytest.mark.parametrize("prop", ["carried_out_by", "influenced_by", ""])
def test_each_doubt_has_its_words(code: str, words: str, prop: str) -> None:
    """The AAT numbers of the museum's qualifiers, on the assignment, in each property that names people."""
    (maker,) = made(assigned_by=assigned(code, assigned_property=prop))

    assert (maker.name, maker.qualifier) == ("Jan", words)
    assert QUALIFIERS.keys() == {f"aat/{one}" for one in TABLE}


def test_a_doubt_that_is_not_in_the_table_stays_one() -> None:
    """Its own name is taken; without any it is a question mark, and never nothing."""
    named = {"id": f"{AAT}300999999", "notation": {"@language": "en", "@value": "near"}}

    assert made(assigned_by=assigned(classified_as=named))[0].qualifier == "near"
    assert made(assigned_by=assigned("300999999"))[0].qualifier == "?"
    assert made(assigned_by=assigned())[0].qualifier == "?"
    assert read(produced_by={"assigned_by": [assigned("300404269")]}).makers[0].qualifier == (
        "attributed to"
    )


@pytest.mark.parametrize(
    "kind",
    [
        {"id": f"{AAT}300404270"},
        f"{AAT}300404270",
        {"notation": [{"@language": "nl", "@value": "verworpen toeschrijving"}]},
        {"_label": "rejected attribution"},
        {"notation": {"@language": "en", "@value": "formerly attributed to"}},
    ],
)
def test_a_rejected_attribution_names_no_maker(kind: Any) -> None:
    """Who is no longer thought to have made it is told apart, for EDM's list to leave out too."""
    told = read(produced_by={"part": {"assigned_by": assigned(classified_as=kind)}})

    assert told.makers == ()
    assert told.rejected == {f"{ID}2101"}


def test_a_group_around_somebody_is_that_person_qualified() -> None:
    """A workshop is a Group without a name, formed by influence of a person."""
    group = {"id": "_:b1", "type": ["Group"], "formed_by": {"influenced_by": JAN}}
    circle = group | {"classified_as": f"{AAT}300404284"}

    assert made(carried_out_by=group)[0] == Maker("Jan", "", "workshop of", ids=(f"{ID}2101",))
    assert made(carried_out_by=[circle])[0].qualifier == "circle of"
    possibly = made(assigned_by=assigned("300435722", assigned=[group]))
    assert [(one.name, one.qualifier) for one in possibly] == [("Jan", "possibly")]


def test_an_assignment_of_something_else_names_nobody() -> None:
    """Techniques, places and literature are assigned as well."""
    other = assigned("300404269", assigned_property="technique")
    thing = assigned("300404269", assigned=[{"id": f"{ID}2001", "type": "HumanMadeObject"}])

    assert made(assigned_by=[other, thing]) == ()


def test_makers_come_in_the_museums_order_each_in_each_role() -> None:
    """The order stands in numbers; a person with two roles is named in both; a rank is no qualifier."""

    def part(number: str, role: str, name: str) -> dict[str, Any]:
        return {
            "identified_by": {
                "type": "Identifier",
                "content": number,
                "classified_as": [f"{AAT}300456575"],
            },
            "classified_as": [{"id": f"{AAT}300404451"}, f"{AAT}300379012"],
            "technique": [{"_label": one} for one in role.split("+")],
            "carried_out_by": [{"_label": name, "id": f"{ID}{name}"}],
        }

    parts = [
        part("10", "publisher", "C"),
        part("2", "after painting by", "B"),
        part("1", "print maker+publisher", "A"),
    ]
    makers = read(produced_by={"part": parts}).makers

    assert [(one.name, one.role, one.qualifier) for one in makers] == [
        ("A", "print maker", ""),
        ("A", "publisher", ""),
        ("B", "after painting by", "after"),
        ("C", "publisher", ""),
    ]


def test_a_person_without_a_name_has_the_one_that_is_shown() -> None:
    """Else the URI, which EDM may have a name for."""
    display = {"content": "Jan Shown", "classified_as": [f"{AAT}300435417"]}
    bare = f"{ID}2101"

    assert made(carried_out_by=bare, referred_to_by=display)[0].name == "Jan Shown"
    assert made(carried_out_by=bare)[0].name == bare
    assert made(carried_out_by={"id": "_:b1", "type": "Person"}) == ()


# --- years, titles, sizes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("spans", "years"),
    [
        (span("1628-01-01T00:00:00Z", "1629-12-31T23:59:59Z"), (1628, 1629)),
        ([span("1659-01-01", "1660-12-31"), span("1655-01-01", "1656-12-31")], (1655, 1660)),
        (span("-0300-01-01T00:00:00Z", "-0200-12-31T23:59:59Z"), (-300, -200)),
        (span("-0050-01-01", "0000-12-31"), (-50, -1)),
        ({"end_of_the_end": "1657-12-31T23:59:59Z"}, (None, 1657)),
        (span("1650-01-01", "9999-12-31"), (1650, None)),
        (span("1700-01-01", "1600-12-31"), (None, None)),
        (span("circa", ""), (None, None)),
        ({"begin_of_the_begin": {"@type": "xsd:dateTime", "@value": "1628-01-01"}}, (1628, None)),
        ([], (None, None)),
        ("_:b1", (None, None)),
    ],
)
def test_years_are_those_of_all_time_spans(
    spans: Any, years: tuple[int | None, int | None]
) -> None:
    """An object made in phases has several; BCE is below zero; an open end is open."""
    told = read(produced_by={"type": "Production", "timespan": spans})

    assert (told.year_first, told.year_last) == years
    of_part = read(produced_by={"part": {"timespan": spans}})
    assert (of_part.year_first, of_part.year_last) == years


def test_titles_are_ranked_by_language_and_preference() -> None:
    """English, then Dutch; the preferred one first; a former title last, whatever its language."""

    def name(content: Any, language: str, *kinds: str) -> dict[str, Any]:
        return {
            "type": "Name",
            "content": content,
            "language": [f"{AAT}{language}"],
            "classified_as": list(kinds),
        }

    english, dutch = "300388277", "300388256"
    told = read(
        identified_by=[
            name("Vroegere titel", english, f"{ID}22015528"),
            name(["Lang", "Langer"], dutch),
            name("Kort", dutch, f"{AAT}300404670"),
            name("Short", english, f"{AAT}300404670"),
            name("Short", english, f"{AAT}300404670"),
            name("Other", "300388306"),
        ]
    ).titles

    assert [(one.text, one.language) for one in told] == [
        ("Short", "en"),
        ("Kort", "nl"),
        ("Lang", "nl"),
        ("Langer", "nl"),
        ("Other", ""),
        ("Vroegere titel", "en"),
    ]


@pytest.mark.parametrize("shape", range(4))
def test_every_shape_says_the_same(shape: int) -> None:
    """One value or a list, a node or its bare URI, described here or elsewhere: the reading is one."""
    material = {"id": f"{ID}2209", "type": "Material", "notation": {"@value": "oil paint"}}
    kind = {"id": f"{ID}2208", "notation": "painting", "classified_as": f"{AAT}300435443"}
    size = {"classified_as": f"{ID}22011", "value": "379.5", "unit": {"id": f"{AAT}300379098"}}
    shapes = [
        {"made_of": material, "classified_as": kind, "dimension": size},
        {
            "made_of": [material],
            "classified_as": [kind],
            "dimension": [size | {"value": ["379,5"]}],
        },
        {
            "made_of": [f"{ID}2209"],
            "classified_as": [{"id": f"{ID}2208", "type": "Type"}],
            "dimension": size | {"value": 379.5, "unit": [f"{AAT}300379098"]},
            "elsewhere": [material, {"deep": [kind]}],
        },
        {
            "made_of": {"id": f"{ID}2209"},
            "classified_as": [kind, kind],
            "dimension": ["_:b1", size | {"id": "_:b1"}],
            "elsewhere": material,
        },
    ]
    told = read(**shapes[shape])

    assert told.materials == (Text("oil paint"),)
    assert told.types == (Text("painting"),)
    assert told.dimensions == (Text("height 379.5 cm", "en"),)


def test_sizes_of_all_units_and_nothing_that_is_none() -> None:
    """Millimetres, metres and weights; what has no number or no unit that is known is left out."""
    units = ["300379097", "300379098", "300379100", "300379225", "300379226", "300000000"]
    sizes = [
        {"classified_as": f"{ID}220217", "value": "12", "unit": f"{AAT}{one}"} for one in units
    ]
    sizes += [
        {"classified_as": f"{ID}2203", "value": value, "unit": f"{AAT}300379097"}
        for value in ("", "1-2", "x", True, None)
    ]
    told = [one.text for one in read(dimension=sizes).dimensions]

    assert told == [f"weight 12 {unit}" for unit in ("mm", "cm", "m", "g", "kg")]


# --- VisualItems -----------------------------------------------------------------------


def test_iconclass_is_decoded_and_nothing_else_is_taken_for_it() -> None:
    """Codes keep brackets, plus signs and names; other authorities and odd codes are let be."""
    uris = [
        "https://iconclass.org/45%28%2B26%29",
        "http://www.iconclass.org/rkd/11H%28FRANCIS%29/",
        "https://iconclass.org/45%28%2B26%29",
        "https://iconclass.org/%0A1",
        "https://iconclass.org/xyz",
        "https://example.org/45C1",
        f"https://iconclass.org/4{'5' * 300}",
    ]
    body = {"type": "VisualItem", "represents_instance_of_type": [{"equivalent": uris}]}

    assert [one.text for one in read_visual(json.dumps(body).encode())] == [
        "iconclass:45(+26)",
        "iconclass:11H(FRANCIS)",
    ]


@pytest.mark.parametrize(
    "shows",
    [
        f"{ID}202999901",
        [f"{ID}202999901"],
        {"id": f"{ID}202999901"},
        [{"type": "VisualItem"}, {"id": "_:b1"}, {"id": f"{ID}202999901", "type": "VisualItem"}],
    ],
)
def test_what_is_shown_is_found_in_every_shape(shows: Any) -> None:
    """Its number alone is taken."""
    assert shown(json.dumps({"shows": shows}).encode()) == "202999901"


@pytest.mark.parametrize(
    "shows", [None, [], {}, "", 7, f"{ID}../oai", f"{ID}20x", f"{ID}{'9' * 31}", [[f"{ID}1"]]]
)
def test_what_is_shown_by_no_number_is_not_asked_for(shows: Any) -> None:
    """There is then no address to ask."""
    assert shown(json.dumps({"shows": shows}).encode()) == ""


# --- anything at all --------------------------------------------------------------------

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([f"{ID}2101", f"{AAT}300404269", "_:b1", "Person", "Name", "1650-01-01"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            "id type content classified_as identified_by produced_by part technique timespan notation"
            " carried_out_by assigned_by assigned formed_by influenced_by dimension value unit language"
            " @value @language begin_of_the_begin shows equivalent current_location".split()
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(
            "produced_by identified_by made_of dimension current_location classified_as".split()
        ),
        _json,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_an_object_says_it_is_read_or_refused(said: dict[str, Any]) -> None:
    """No shape of JSON ends in anything but an object or a ValueError."""
    try:
        told: object = read(**said)
    except ValueError as error:
        told = str(error)

    assert isinstance(told, LinkedObject | str)


@given(st.binary(max_size=60))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    """What is no Linked Art is a ValueError, for which a record is not lost."""
    for reader in (read_object, read_visual):
        with pytest.raises(ValueError, match=r"."):
            reader(body)
    assert shown(body) == ""


# --- the museum's own -------------------------------------------------------------------


@pytest.mark.real
def test_the_museums_own_objects_read_as_they_say(shared_data: Path) -> None:
    """A drawing whole and the Night Watch in excerpt, as the museum told them in 2026."""
    folder = shared_data / "rijksmuseum" / "linked-art"
    drawing = (folder / "object-200117708.json").read_bytes()
    told = read_object(drawing)

    assert (told.number, told.object_number) == ("200117708", "RP-T-1930-54(V)")
    assert (told.year_first, told.year_last) == (1628, 1629)
    assert [one.text for one in told.titles] == [
        "Three Scribes",
        "Drie schriftgeleerden onder een gordijn",
    ]
    assert [(one.name, one.role, one.qualifier) for one in told.makers] == [
        ("Rembrandt van Rijn", "draftsman (artist)", "")
    ]
    assert "http://vocab.getty.edu/ulan/500011051" in told.makers[0].ids
    assert [one.text for one in told.materials] == ["paper", "paint (coating)", "ink"]
    assert [one.text for one in told.techniques] == ["pen", "brush"]
    assert [one.text for one in told.dimensions] == ["height 226 mm", "width 176 mm"]
    assert shown(drawing) == "202117708"
    watch = read_object((folder / "object-200107928.excerpt.json").read_bytes())
    assert (watch.year_first, watch.year_last, watch.location) == (1642, 1642, "HG-2.31")
    assert [one.text for one in watch.dimensions][:2] == ["height 379.5 cm", "width 453.5 cm"]


@pytest.mark.real
def test_the_museums_own_visual_item_reads_as_it_says(shared_data: Path) -> None:
    """What the Night Watch shows."""
    folder = shared_data / "rijksmuseum" / "linked-art"
    codes = read_visual((folder / "visual-202107928.excerpt.json").read_bytes())

    assert {one.text.removeprefix("iconclass:") for one in codes} == {
        "34B11",
        "45D12",
        "45C1",
        "48C7341",
        "31D11222",
        "45(+26)",
    }
    with pytest.raises(ValueError, match="DigitalObject in place of VisualItem"):
        read_visual((folder / "digital-500711199912110510799100.json").read_bytes())
