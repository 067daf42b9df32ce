"""A person, as all museums together tell of them."""

from dataclasses import dataclass

from omniart_data.normalise.decisions import evidence_of

Life = tuple[int | None, int | None]
"""Years of birth and death."""


@dataclass(frozen=True)
class Person:
    """One person, as all museums together tell of them."""

    id: str
    """The least id of the best kind (ulan:, wikidata:, rkd: ...), else name:, the key of the name, and the life."""
    label: str
    key: str
    """The key of the name that most artworks have."""
    born: int | None = None
    """As is said beside an id, else in full, else in the least year: never as most artworks have it."""
    died: int | None = None
    artworks: int = 0
    ids: tuple[str, ...] = ()
    forms: int = 1
    """In how many forms the museums give the name."""
    note: str = ""
    """What sets the person apart from others, or which decision was followed."""
    is_rejected: bool = False
    """A decision says that this is no person."""
    lives: tuple[Life, ...] = ()
    """Each birth and death that a museum gives, sorted."""
    former: tuple[str, ...] = ()
    """Ids under which the person may have been published when the museums told less, or before a merge."""
    published_as: str = ""
    """The label in the previous release; empty: was not in it."""

    def evidence(self) -> str:
        """Return what a decision on this person alone rests on: it holds while a museum gives this life."""
        return evidence_of("artist", self.id, self.born, self.died)


def pair_evidence(one: Person, other: Person) -> str:
    """Return what a decision on two persons rests on, whichever comes first."""
    both = sorted((one, other), key=lambda person: person.id)
    return evidence_of("artist", *([person.id, person.born, person.died] for person in both))
