"""The sample museum's resolver tells as Linked Art what EDM lacks, with the liberties of the real one."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from crawlers.linked_art import read_object, read_visual
from crawlers.sample import SampleMuseum
from crawlers.sample.collection import Work
from crawlers.sample.edm import NAMESPACES, edm_record, rights
from crawlers.sample.hosts import RIJKSMUSEUM, RIJKSMUSEUM_IDS
from crawlers.sample.linked_art import AAT, visual_number
from crawlers.sample.places import made_at
from crawlers.sample.resolver import Resolver
from omniart_data.normalise.iconclass_codes import known_code

MM, CM = AAT + "300379097", AAT + "300379098"


def _listed(value: Any) -> list[Any]:
    """Return one thing, several or none as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def edm_name(prefixed: str) -> str:
    """Return a name of EDM as lxml has it."""
    prefix, name = prefixed.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _uris(value: Any) -> list[str]:
    return [one if isinstance(one, str) else one["id"] for one in _listed(value)]


@pytest.fixture(scope="module")
def told(museum: SampleMuseum) -> list[tuple[Work, dict[str, Any], dict[str, Any]]]:
    """Return each work with its object and what that shows."""
    resolver = Resolver(museum.holdings)

    def ask() -> Iterator[tuple[Work, dict[str, Any], dict[str, Any]]]:
        for work in museum.collection.works["rijksmuseum"]:
            status, said = resolver.answer(work.source_id)
            (shown,) = _uris(said["shows"])
            seen = resolver.answer(shown.rpartition("/")[2])
            assert (status, seen[0]) == (200, 200)
            yield work, said, seen[1]

    return list(ask())


def test_over_http(ask, museum: SampleMuseum) -> None:
    """A number is answered at the documents' host, in any profile; its persistent URI leads there."""
    work = museum.collection.works["rijksmuseum"][0]
    query = "?_profile=la&_mediatype=application/ld+json"
    for number, kind in (
        (work.source_id, "HumanMadeObject"),
        (visual_number(work.source_id), "VisualItem"),
    ):
        answer = ask(f"https://{RIJKSMUSEUM}/{number}{query}")
        assert answer.headers["Content-Type"].startswith("application/ld+json")
        said = answer.json()
        assert (said["id"], said["type"]) == (f"https://{RIJKSMUSEUM_IDS}/{number}", kind)
    assert ask(f"https://{RIJKSMUSEUM}/2").status_code == 404
    for number, _ in museum.collection.withdrawn_rijksmuseum:
        assert ask(f"https://{RIJKSMUSEUM}/{number}").status_code == 410


def test_persistent_uris(museum: SampleMuseum) -> None:
    """A persistent URI is a 303 to the document, with the query that was asked."""
    answer = requests.get(
        f"{museum.routes[RIJKSMUSEUM_IDS]}/2001?_profile=la", allow_redirects=False, timeout=10
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"https://{RIJKSMUSEUM}/2001?_profile=la"


def test_years(told) -> None:
    """Years are the collection's own, before the common era below zero; what nobody knows has none."""
    before_zero = phases = 0
    for work, said, _ in told:
        spans = _listed(said["produced_by"].get("timespan"))
        assert bool(spans) is (work.dating.form != "unknown")
        begins = [span["begin_of_the_begin"] for span in spans if "begin_of_the_begin" in span]
        assert bool(begins) is (work.dating.form not in {"unknown", "before"})
        if begins:
            assert int(begins[0][:-16]) == work.dating.first
            before_zero += begins[0].startswith("-")
        if spans:
            assert int(spans[-1]["end_of_the_end"][:-16]) == work.dating.last
        phases += len(spans) > 1
    assert before_zero
    assert phases


def test_makers(told) -> None:
    """Makers without doubt carry out their part; the doubtful are assigned to it, with a qualifier."""
    qualifiers, groups = set(), 0
    for work, said, _ in told:
        parts = _listed(said["produced_by"].get("part"))
        makers = [maker for part in parts for maker in _listed(part.get("carried_out_by"))]
        assigned = [one for part in parts for one in _listed(part.get("assigned_by"))]
        assert bool(assigned) is (work.stance in {"attributed", "workshop", "after"})
        assert len(makers) == {"none": 0, "several": 2}.get(work.stance, 1 - len(assigned))
        for one in assigned:
            (kind,) = one["classified_as"]
            qualifiers.add((work.stance, kind["notation"][1]["@value"]))
            (whom,) = _listed(one["assigned"])
            groups += whom["type"] == "Group"
    assert qualifiers == {
        ("attributed", "attributed to"),
        ("workshop", "workshop of"),
        ("after", "after"),
    }
    assert groups > 2


def test_sizes(told) -> None:
    """Works on paper are measured in millimetres, others in centimetres, and both are the same size."""
    units = set()
    for work, said, _ in told:
        sizes = {
            one["classified_as"][0]["notation"][1]["@value"]: one
            for one in _listed(said["dimension"])
        }
        tall = sizes.get("height") or sizes["diameter"]
        factor = {MM: 10, CM: 1}[tall["unit"]["id"]]
        units.add((work.kind, factor))
        assert float(tall["value"]) / factor == pytest.approx(work.height_cm)
    assert {("print", 10), ("drawing", 10), ("painting", 1), ("sculpture", 1)} <= units


def test_what_is_shown(told) -> None:
    """The VisualItem has IconClass, percent-encoded, and the rights as EDM has them, but for the scheme."""
    codes = set()
    for work, _, seen in told:
        (right,) = _listed(seen["subject_to"])
        assert _uris(right["classified_as"]) == [rights(work).replace("http:", "https:")]
        for one in _listed(seen.get("represents_instance_of_type")):
            codes |= set(_uris(one["equivalent"]))
        assert ("digitally_shown_by" in seen) is bool(work.image)
    assert "https://iconclass.org/61B%28%2B53%29" in codes
    assert "61B(+53)" in {unquote(code).rpartition("/")[2] for code in codes}


def test_every_code_exists(told) -> None:
    """Each IconClass code of the sample museum is one of the real system's."""
    codes = {
        unquote(uri).rpartition("/")[2]
        for _, _, seen in told
        for one in _listed(seen.get("represents_instance_of_type"))
        for uri in _uris(one["equivalent"])
    }

    assert len(codes) > 6
    assert [code for code in codes if known_code(code) is None] == []


def test_places(told) -> None:
    """Where a work was made is told in Dutch and English, under the URI that its EDM record has for it."""
    spatial = edm_name("dcterms:spatial")
    for work, said, _ in told:
        places = _listed(said["produced_by"].get("took_place_at"))
        place = made_at(work)
        assert len(places) == (place is not None)
        if place is not None:
            told_of = {one["@language"]: one["@value"] for one in places[0]["notation"]}
            assert (told_of["nl"], told_of["en"]) == place.labels
        (*_, object_) = edm_record(work, nested=False).iter(edm_name("edm:ProvidedCHO"))
        assert [one.get(edm_name("rdf:resource")) for one in object_.iter(spatial)] == _uris(places)


def test_objects_that_share_a_picture_share_what_they_show(told) -> None:
    """Three objects with one photograph show one VisualItem, which names all three."""
    shared = [(said, seen) for work, said, seen in told if work.oddity == "shared"]
    assert len(shared) == 3
    assert len({tuple(_uris(said["shows"])) for said, _ in shared}) == 1
    assert set(_uris(shared[0][1]["shown_by"])) == {said["id"] for said, _ in shared}


def test_to_the_picture(told, museum: SampleMuseum) -> None:
    """From the object over what it shows to the file, the address of the picture is found."""
    resolver = Resolver(museum.holdings)
    for work, _, seen in told[:60]:
        for uri in _uris(seen.get("digitally_shown_by")):
            status, file = resolver.answer(uri.rpartition("/")[2])
            assert status == 200
            assert f"/{work.image}/full/max/" in _uris(file["access_point"])[0]


def test_the_reader_of_the_real_museum_reads_it(told) -> None:
    """Whatever liberties an answer takes, the crosswalk finds number, years and what is depicted."""
    for work, said, seen in told:
        read = read_object(json.dumps(said).encode())
        assert read.object_number == work.object_number
        assert len(read.makers) == {"none": 0, "several": 2}.get(work.stance, 1)
        assert read.year_last == (None if work.dating.form == "unknown" else work.dating.last)
        subjects = read_visual(json.dumps(seen).encode())
        assert bool(subjects) is ("represents_instance_of_type" in seen)


def test_liberties(told) -> None:
    """One and the same property is an object here, a list there, and bare URIs elsewhere."""
    forms = {type(said["equivalent"]) for _, said, _ in told}
    listed = [said["equivalent"] for _, said, _ in told if isinstance(said["equivalent"], list)]

    assert forms == {dict, list}
    assert {type(one[0]) for one in listed} == {dict, str}
