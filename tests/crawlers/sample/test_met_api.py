"""The sample museum speaks the Met's protocol."""

import json
import re

from crawlers.sample import SampleMuseum
from crawlers.sample.hosts import MET, MET_IMAGES
from crawlers.sample.media import STRANGE_ENGLISH
from crawlers.sample.met_api import API, object_answer
from crawlers.sample.places import PLACES, made_at

OBJECTS = f"https://{MET}{API}/objects"
LISTS_OR_NULL = {"constituents", "tags", "measurements"}
OTHERS = {
    "objectID": int,
    "objectBeginDate": int,
    "objectEndDate": int,
    "isHighlight": bool,
    "isPublicDomain": bool,
    "isTimelineWork": bool,
    "additionalImages": list,
}


def test_list(ask, museum: SampleMuseum) -> None:
    """The list holds every object and the ids that are gone, each once, in no order."""
    listed = ask(OBJECTS).json()

    assert listed["total"] == len(listed["objectIDs"]) == len(set(listed["objectIDs"])) == 454
    assert listed["objectIDs"] != sorted(listed["objectIDs"])
    assert set(map(int, museum.collection.missing_met)) < set(listed["objectIDs"])


def test_list_of_changes(ask, museum: SampleMuseum) -> None:
    """With a date the list holds what changed since, and no other object."""
    listed = set(ask(f"{OBJECTS}?metadataDate=2025-06-01").json()["objectIDs"])
    works = museum.collection.works["met"]

    changed = {int(work.source_id) for work in works if work.changed >= "2025-06-01"}
    assert changed
    assert listed - set(map(int, museum.collection.missing_met)) == changed


def test_schema(museum: SampleMuseum) -> None:
    """Every field is there in every answer: a text is empty, never null, and only three lists may be null."""
    for work in museum.collection.works["met"]:
        said = object_answer(work)
        assert len(said) == 57
        for field, value in said.items():
            if field in LISTS_OR_NULL:
                assert value is None or isinstance(value, list)
            else:
                assert isinstance(value, OTHERS.get(field, str)), (field, value)


def test_object_over_http(ask, museum: SampleMuseum) -> None:
    """An object's answer is the JSON of its record."""
    work = museum.collection.works["met"][0]
    answer = ask(f"{OBJECTS}/{work.source_id}")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() == json.loads(json.dumps(object_answer(work)))


def test_gone(ask, museum: SampleMuseum) -> None:
    """An id that is listed and gone is a 404 with the museum's own words, of which it has two forms."""
    told = set()
    for number in (*museum.collection.missing_met, "x"):
        answer = ask(f"{OBJECTS}/{number}")
        assert answer.status_code == 404
        told.add(answer.json()["message"])
    assert told == {"ObjectID not found", "Not a valid object"}
    assert ask(f"{OBJECTS}/..%2F..%2Fetc").status_code == 404


def test_rights_forbid(museum: SampleMuseum) -> None:
    """What is not in the public domain has no image, and the rest has one."""
    for work in museum.collection.works["met"]:
        said = object_answer(work)
        assert bool(said["primaryImage"]) is said["isPublicDomain"]
        assert bool(said["rightsAndReproduction"]) is not said["isPublicDomain"]


def test_names(museum: SampleMuseum) -> None:
    """Doubts stand in the prefix and in the constituents' names; nobody, somebody unknown and two differ."""
    said = [object_answer(work) for work in museum.collection.works["met"]]
    prefixes = {one["artistPrefix"] for one in said}
    names = {one["artistDisplayName"] for one in said}

    assert prefixes == {"", "Attributed to", "Workshop of", "After"}
    assert {"", "Unidentified Artist", "Unknown"} < names
    assert any(one["constituents"] is None for one in said)
    assert any(len(one["constituents"] or ()) == 2 for one in said)
    assert any(
        one["constituents"][0]["name"].startswith("Workshop of ")
        for one in said
        if one["artistPrefix"] == "Workshop of"
    )


def test_sizes(museum: SampleMuseum) -> None:
    """Every size is told in inches and in centimetres, which are the work's own: two, three, or a diameter."""
    begun = set()
    for work in museum.collection.works["met"]:
        imperial, metric = re.fullmatch(
            r"(.+) in\. \((.+) cm\)", object_answer(work)["dimensions"]
        ).groups()
        told = [float(size) for size in metric.split(" x ")]
        assert told[:2] == [work.height_cm, work.width_cm][: 1 if work.kind == "medal" else 2]
        assert len(told) == {"medal": 1, "sculpture": 3}.get(work.kind, 2)
        assert len(imperial.split(" x ")) == len(told)
        begun.add(imperial.split(" ")[0] if imperial[0].isalpha() else "")
    assert begun == {"", "Diam.", "Sheet:", "Image:"}


def test_places(museum: SampleMuseum) -> None:
    """What is no painting, print or drawing has a place, or none known: made, probably made, or found there."""
    said = [(work, object_answer(work)) for work in museum.collection.works["met"]]
    placed = [one for _, one in said if one["geographyType"]]

    assert {one["geographyType"] for one in placed} == {"Made in", "Probably made in", "Found in"}
    assert all(one["city"] or one["region"] for one in placed)
    assert "Nowhereham" in {one["city"] for one in placed}
    for work, one in said:
        if work.kind in {"painting", "print", "drawing"} or made_at(work) is None:
            told = (one["geographyType"], one["city"], one["region"], one["country"])
            assert told == ("", "", "", "")


def test_places_of_all_schools(museum: SampleMuseum) -> None:
    """Every school has places, and two museums that show one work name the same."""
    twins: dict[str, set[object]] = {}
    for work in museum.collection:
        assert made_at(work) in {None, *PLACES[work.school]}
        if work.twin:
            twins.setdefault(work.twin, set()).add(made_at(work))
    assert all(len(places) == 1 for places in twins.values())


def test_a_material_that_nobody_knows(museum: SampleMuseum) -> None:
    """One work is made of a thing that stands in no table."""
    said = [object_answer(work)["medium"] for work in museum.collection.works["met"]]

    assert sum(STRANGE_ENGLISH in medium for medium in said) == 1


def test_images(ask, museum: SampleMuseum) -> None:
    """Images are served under unescaped names too; one is gone, one ends in the middle."""
    works = [work for work in museum.collection.works["met"] if work.image]
    odd = [work for work in works if " " in work.image]
    assert len(odd) == 2
    for work in (*odd, works[0]):
        body = ask(f"https://{MET_IMAGES}/CRDImages/{work.image}").content
        assert body.startswith(b"\xff\xd8")
        assert body.endswith(b"\xff\xd9")
    (gone,) = (work for work in works if work.image_fault == "gone")
    (torn,) = (work for work in works if work.image_fault == "torn")
    assert ask(f"https://{MET_IMAGES}/CRDImages/{gone.image}").status_code == 404
    assert not ask(f"https://{MET_IMAGES}/CRDImages/{torn.image}").content.endswith(b"\xff\xd9")


def test_second_views(ask, museum: SampleMuseum) -> None:
    """Every additional image that a record names is there, and is another photograph."""
    said = [object_answer(work) for work in museum.collection.works["met"]]
    views = [one for one in said if one["additionalImages"]]

    assert len(views) > 20
    for one in views[:5]:
        assert ask(one["additionalImages"][0]).content != ask(one["primaryImage"]).content
        assert ask(one["primaryImageSmall"]).ok
