"""The invented collection keeps what the sample museum promises of it."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sample.artists import ARTISTS, PALETTES
from crawlers.sample.collection import FEWEST_WORKS, Collection, Work, invent
from crawlers.sample.dating import met_date
from crawlers.sample.media import KINDS, MEDIA, UNKNOWN_MATERIAL
from schemas.errors import UsageError


@pytest.fixture(scope="module")
def collection() -> Collection:
    return invent()


def test_numbers(collection: Collection) -> None:
    """There are 1,200 works in three museums, of eight types and more than ten materials."""
    assert {museum: len(works) for museum, works in collection.works.items()} == {
        "met": 450,
        "rijksmuseum": 500,
        "wga": 250,
    }
    assert {work.kind for work in collection} == set(KINDS)
    assert len({dutch for work in collection for dutch, _ in work.medium.materials}) >= 10


def test_artists_have_a_long_tail(collection: Collection) -> None:
    """At least 24 artists have 18 plainly attributed works on average; one has more than 100, one has 2."""
    works = Counter(work.labelled.met for work in collection if work.labelled)

    assert len(works) == len(ARTISTS) >= 24
    assert works.total() / len(works) >= 18
    assert max(works.values()) > 100
    assert min(works.values()) == 2


def test_father_and_son_share_name_and_palette() -> None:
    """The two Brandhoorns differ by their numeral and their hand, and by little else."""
    father, son = ARTISTS[:2]

    assert (father.rijks, son.rijks) == (
        "Brandhoorn, Pieter van (I)",
        "Brandhoorn, Pieter van (II)",
    )
    assert father.palette == son.palette
    assert father.hand != son.hand


def test_two_names_that_may_be_one() -> None:
    """One artist, in no authority file, is spelt with a letter less in one museum, and in no other respect different."""
    (nonesuch,) = (artist for artist in ARTISTS if artist.met == "Edmund Nonesuch")

    assert (nonesuch.rijks, nonesuch.authority) == ("Nonsuch, Edmund", "")


def test_artists_share_palettes() -> None:
    """There are more artists than palettes, so colours alone do not tell who it was."""
    assert all(0 <= artist.palette < len(PALETTES) for artist in ARTISTS)
    assert max(Counter(artist.palette for artist in ARTISTS).values()) >= 3


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), works=st.integers(FEWEST_WORKS, 700))
def test_any_seed_keeps_the_promises(seed: int, works: int) -> None:
    """Whatever the seed and the number: as many works as asked, ids unique, years within the life."""
    collection = invent(seed, works)
    held = list(collection)

    assert len(held) == works == len({(work.museum, work.source_id) for work in held})
    for work in held:
        assert work.dating.first <= work.dating.year <= work.dating.last
        if work.labelled:
            assert work.labelled.first <= work.dating.year <= work.labelled.last
        if work.museum == "wga":
            assert KINDS[work.kind].wga
            assert work.medium.wga
    assert len({work.twin for work in held if work.twin}) >= 8
    assert {work.image_fault for work in held} == {"", "gone", "torn"}


def test_same_seed_same_collection() -> None:
    """A seed decides everything: two collections of one seed are equal, of two seeds are not."""
    first = invent.__wrapped__(3, 200)

    assert first == invent.__wrapped__(3, 200)
    assert first != invent.__wrapped__(4, 200)


def test_too_few_works() -> None:
    """A collection too small for its oddities is refused, with the number that is needed."""
    with pytest.raises(UsageError, match="at least 120"):
        invent(0, FEWEST_WORKS - 1)


def test_twins(collection: Collection) -> None:
    """At least eight works are in two museums; one pair shares a photograph, the others do not."""
    pairs: dict[str, list[Work]] = {}
    for work in collection:
        if work.twin:
            pairs.setdefault(work.twin, []).append(work)

    assert len(pairs) >= 8
    for one, other in pairs.values():
        assert one.museum != other.museum
        assert (one.artist, one.title, one.dating) == (other.artist, other.title, other.dating)
    same = [one.picture == other.picture for one, other in pairs.values()]
    assert same.count(True) == 1


def test_oddities(collection: Collection) -> None:
    """Every kind of awkwardness is there, in the numbers that the tests of others count on."""
    stances = Counter(work.stance for work in collection)
    oddities = Counter(work.oddity for work in collection)

    assert all(
        stances[one] >= 10
        for one in ("attributed", "workshop", "after", "several", "anonymous", "none")
    )
    assert oddities["shared"] == 6
    assert oddities["gone image"] == oddities["torn image"] == oddities["html title"] == 3
    assert oddities["unknown material"] >= 1
    assert sum(bool(work.part_of) for work in collection) >= 3
    assert sum(not work.open_rights for work in collection) >= 30
    assert sum("title" in work.lacks for work in collection) >= 5
    assert sum("medium" in work.lacks for work in collection) >= 5
    assert len(collection.missing_met) >= 3
    assert not set(collection.missing_met) & {work.source_id for work in collection.works["met"]}


def test_shared_pictures_are_of_one_artist(collection: Collection) -> None:
    """Objects that share a picture share artist and medium too, so the picture tells no lie."""
    for museum in ("met", "rijksmuseum"):
        shared = [work for work in collection.works[museum] if work.oddity == "shared"]
        assert len(shared) == 3
        assert len({work.image for work in shared}) == 1
        assert len({(work.artist, work.medium) for work in shared}) == 1


def test_images_differ_in_case_alone(collection: Collection) -> None:
    """Two names of images on the IIIF host are the same but for their case."""
    names = {work.image for work in collection.works["rijksmuseum"] if work.image}

    assert len(names) > len({name.lower() for name in names})


def test_dates_of_all_forms(collection: Collection) -> None:
    """Met dates hold circa, short ranges, centuries, BCE, and 0 to 0 for what nobody knows."""
    dates = {met_date(work.dating) for work in collection.works["met"]}
    texts = " ".join(text for text, _, _ in dates)

    assert ("", 0, 0) in dates
    assert any(first < last < 0 for _, first, last in dates)
    assert all(sign in texts for sign in ("ca. ", "–", "century", "BCE", "before "))


@pytest.mark.real
def test_dutch_terms_are_the_museums_own(shared_data: Path) -> None:
    """Every Dutch type, material and technique stands in the vocabulary, but for the one that must not."""
    with (shared_data / "vocab" / "nl_en_terms.csv").open(encoding="utf-8", newline="") as file:
        known = {row["nl"] for row in csv.DictReader(file)}
    used = {kind.dutch for kind in KINDS.values()}
    for medium in MEDIA.values():
        used |= {dutch for dutch, _ in (*medium.materials, *medium.techniques)}

    assert used <= known
    assert UNKNOWN_MATERIAL[0] not in known
