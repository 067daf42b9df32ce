"""Where an artwork was made or found, and what it shows: the rule for places."""

from collections.abc import Mapping, Sequence
from itertools import chain

from omniart_data.normalise.places.cultures import origin_of
from omniart_data.normalise.places.levels import whole_places
from omniart_data.normalise.places.told import ORIGIN, Place, places_of
from omniart_data.normalise.rule import Judged, Rule


def locate(places: Sequence[Mapping[str, str]] | None, culture: str | None = None) -> Judged:
    """Give each place with its role, city, region and country, in English where the table knows it.

    A name that it does not know is a city, as it was given, where a country stands beside it in the same
    statement; alone it gives no place, and the reason names it. A country
    is the museum's, or the table's for this city; it is never guessed. What lies in another place of the same
    role is one place with it. Where no place says where it was made, a culture that is named by a place does.

    >>> locate([{"text": "Made in: Boston, United States", "language": "en"}]).value[0]
    [{'role': 'made', 'city': 'Boston', 'region': '', 'country': 'United States', 'certain': True}]
    >>> locate([{"text": "Noordelijke Nederlanden", "language": "nl"}]).value[0]
    [{'role': 'made', 'city': '', 'region': 'Northern Netherlands', 'country': '', 'certain': True}]
    >>> locate([], "India (Gujarat)").value[0]
    [{'role': 'made', 'city': '', 'region': 'Gujarat', 'country': 'India', 'certain': True}]
    >>> locate([], "American").because, locate([]).because
    ("no place given; the culture: 'American' names no place", 'no place given')
    """
    found, because = _told(places or ())
    reasons = [f"the places: {'; '.join(because)}"] if because else ["no place given"]
    if culture and not any(place.role == ORIGIN for place in found):
        told = origin_of(culture)
        found += whole_places(told.places)
        reasons.append(f"the culture: {'; '.join(told.because)}")
    return Judged(([dict(vars(one)) for one in found],), "; ".join(reasons))


def _told(texts: Sequence[Mapping[str, str]]) -> tuple[list[Place], list[str]]:
    """Return the places that a record's texts tell, and why."""
    told = [places_of(text["text"] or "", text["language"] or "") for text in texts]
    found = dict.fromkeys(chain.from_iterable(one.places for one in told))
    loose = dict.fromkeys(chain.from_iterable(one.loose for one in told))
    because = dict.fromkeys(chain.from_iterable(one.because for one in told))
    places = whole_places(tuple(found), columns=_are_columns(texts), loose=tuple(loose))
    return places, list(because)


def _are_columns(texts: Sequence[Mapping[str, str]]) -> bool:
    """Return whether the texts are levels of one row: the Met's, alone and without a word for how.

    The Rijksmuseum's Dutch names are places of their own: a province beside a town of another one.
    """
    return all(
        text["language"] == "en" and not {":", ","} & set(text["text"] or "") for text in texts
    )


RULE = Rule("places", ("places", "culture"), ("places",), locate)
