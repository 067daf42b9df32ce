"""Levels of one place told apart from several places: a country beside a city that lies in it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from omniart_data.normalise.places.names import WIDER, named_place
from omniart_data.normalise.places.told import Place


def whole_places(
    places: Sequence[Place], *, columns: bool = False, loose: Sequence[Place] = ()
) -> list[Place]:
    """Return places of which none is merely what another of its role lies in.

    A name of several countries, or of none that is known, takes the country that stands beside it. With
    ``columns`` the places are the levels of one row (city, county, country), as the Met tells them; ``loose``
    are names that no table knows: the city of a row that has a country and no other city.

    >>> told = [Place("made", "Portsmouth", "", "", True), Place("made", "", "", "United States", True)]
    >>> whole_places(told)
    [Place(role='made', city='Portsmouth', region='', country='United States', certain=True)]
    >>> two = [Place("made", "Delft", "", "Netherlands", True), Place("made", "Paris", "", "France", True)]
    >>> whole_places(two) == two
    True
    """
    if len(places) < 2 and not loose:
        return list(places)
    found: list[Place] = []
    for role in dict.fromkeys(place.role for place in places):
        mine = [place for place in places if place.role == role]
        if columns and not any(place.city for place in mine):
            named = [_in_its_country(one, mine) for one in loose if one.role == role]
            mine += [one for one in named[:1] if one.country]
        mine = list(_narrow(list(dict.fromkeys(_in_its_country(place, mine) for place in mine))))
        found += _narrow(_one_row(mine)) if columns else mine
    return found


def _in_its_country(place: Place, beside: Sequence[Place]) -> Place:
    """Return a place with the country that stands beside it, where it is in none and one alone can be meant."""
    name = place.city or place.region
    if place.country or not name:
        return place
    bare = {one.country: one for one in beside if not (one.city or one.region)}
    rows = {country: named_place(name, "en", country) for country in bare}
    fitting = [country for country, row in rows.items() if row is not None and row.country]
    if named_place(name, "en") is None:
        fitting = list(bare)
    if len(fitting) != 1:
        return place
    country, row = bare[fitting[0]], rows[fitting[0]]
    if row is not None and row.kind == "city":
        place = replace(place, city=name, region=place.region if place.city else "")
    return replace(place, country=country.country, certain=place.certain and country.certain)


def _one_row(places: Sequence[Place]) -> list[Place]:
    """Return the only city of a country with the regions that stand beside it for its levels."""
    found = list(places)
    for country in dict.fromkeys(place.country for place in places if place.country):
        cities = [place for place in found if place.country == country and place.city]
        regions = [place for place in found if place.country == country and _is_region(place)]
        if len(cities) == 1 and regions:
            names = filter(None, (cities[0].region, *(place.region for place in regions)))
            whole = replace(cities[0], region=", ".join(dict.fromkeys(names)))
            found = [whole if one is cities[0] else one for one in found if one not in regions]
    return found


def _is_region(place: Place) -> bool:
    return bool(place.region) and not place.city


def _narrow(places: Sequence[Place]) -> Iterator[Place]:
    """Yield the places that no other one tells as well."""
    for place in places:
        if not any(_tells(other, place) for other in places if other is not place):
            yield place


def _tells(narrow: Place, wide: Place) -> bool:
    """Return whether the first tells all that the second tells, and more, or the same with less doubt."""
    if wide.country not in {"", narrow.country} and narrow.country not in WIDER.get(
        wide.country, ()
    ):
        return False
    if wide.city not in {"", narrow.city}:
        return False
    if wide.region and not set(wide.region.split(", ")) <= set(narrow.region.split(", ")):
        return False
    same = (narrow.city, narrow.region, narrow.country) == (wide.city, wide.region, wide.country)
    return narrow.certain > wide.certain if same else True
