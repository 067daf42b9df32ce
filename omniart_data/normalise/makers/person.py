"""A person, as all museums together tell of them."""

from dataclasses import dataclass

from omniart_data.normalise.decisions import evidence_of


@dataclass(frozen=True)
class Person:
    """One person, as all museums together tell of them."""

    id: str
    """The least id of the best kind (ulan:, wikidata:, rkd: ...), else name: and the key of the name."""
    label: str
    key: str
    """The key of the name that most artworks have."""
    born: int | None = None
    died: int | None = None
    artworks: int = 0
    ids: tuple[str, ...] = ()
    forms: int = 1
    """In how many forms the museums give the name."""
    note: str = ""
    """What sets the person apart from others, or which decision was followed."""
    is_rejected: bool = False
    """A decision says that this is no person."""

    def evidence(self) -> str:
        """Return what a decision on this person alone rests on."""
        return evidence_of("artist", self.id, self.born, self.died)


def pair_evidence(one: Person, other: Person) -> str:
    """Return what a decision on two persons rests on, whichever comes first."""
    both = sorted((one, other), key=lambda person: person.id)
    return evidence_of("artist", *([person.id, person.born, person.died] for person in both))
