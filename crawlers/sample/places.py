"""Where invented works were made: real towns of their schools, and one that was never there, as museums write them."""

from dataclasses import dataclass

from crawlers.sample.collection import Work


@dataclass(frozen=True)
class Place:
    """A town, or a region where no town is known; empty what is not said."""

    city: str
    city_dutch: str
    region: str
    region_dutch: str
    country: str

    @property
    def labels(self) -> tuple[str, str]:
        """Return its name in Dutch and in English, the narrowest there is."""
        return self.city_dutch or self.region_dutch, self.city or self.region


# school | town=in Dutch | region=in Dutch | country
_TABLE = """
Dutch|Amsterdam=Amsterdam|=|Netherlands
Dutch|Haarlem=Haarlem|=|Netherlands
Dutch|=|Northern Netherlands=Noordelijke Nederlanden|
Dutch|Nowhereham=Nergenshuizen|=|Netherlands
Netherlandish|Brussels=Brussel|=|Belgium
Flemish|Antwerp=Antwerpen|=|Belgium
Italian|Florence=Florence|=|Italy
Italian|Venice=Venetië|=|Italy
French|Paris=Parijs|=|France
French|Lyon=Lyon|=|France
German|Nuremberg=Neurenberg|=|Germany
German|Meissen=Meissen|=|Germany
Spanish|Seville=Sevilla|=|Spain
English|London=Londen|=|England
American|Boston=Boston|Massachusetts=Massachusetts|United States
Greek|Athens=Athene|=|Greece
Greek|=|Attica=Attica|Greece
Danish|Copenhagen=Kopenhagen|=|Denmark
Japanese|Edo=Edo|=|Japan
"""


def _of_schools() -> dict[str, tuple[Place, ...]]:
    """Read the table."""
    found: dict[str, tuple[Place, ...]] = {}
    for line in _TABLE.strip().splitlines():
        school, town, region, country = line.split("|")
        city, city_dutch = town.split("=")
        wide, wide_dutch = region.split("=")
        place = Place(city, city_dutch, wide, wide_dutch, country)
        found[school] = (*found.get(school, ()), place)
    return found


PLACES = _of_schools()
"""The places of each school; Nowhereham stands in no table but this."""

_PLACED_BY_THE_MET = frozenset({"sculpture", "vase", "tapestry", "medal", "photograph"})
"""Of paintings, prints and drawings the Met tells the maker's nation, and no place."""


def made_at(work: Work) -> Place | None:
    """Return where a work was made, the same in all museums that show it; None of one in four: nobody knows."""
    number = work.picture.seed
    places = PLACES[work.school]
    return places[number // 4 % len(places)] if number % 4 else None


def geography(work: Work) -> dict[str, str]:
    """Return the Met's fields of a place; Greek works were found there, of some others it is not sure."""
    place = made_at(work)
    if place is None or work.kind not in _PLACED_BY_THE_MET:
        return {}
    sure = "Probably made in" if work.picture.seed // 16 % 5 == 0 else "Made in"
    return {
        "geographyType": "Found in" if work.school == "Greek" else sure,
        "city": place.city,
        "region": place.region,
        "country": place.country,
    }
