"""The invented collection: who made what, which museum says what of it, and where that goes wrong.

Everything is a function of the seed and the number of works. It first drafts works, deals them to the
three museums, then adds what real museums have: the same work in two of them, pictures that serve
several objects, rights that forbid, images that are gone or torn.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from crawlers.sample.artists import SCHOOLS, Artist
from crawlers.sample.chance import chance
from crawlers.sample.dating import Dating
from crawlers.sample.drafts import Draft, deal, draft_works, fits_wga, quotas_of
from crawlers.sample.media import Medium
from crawlers.sample.names import Names
from crawlers.sample.picture import LONG_SIDE, Picture
from crawlers.sample.titles import Title, invent_title
from schemas.errors import UsageError

MUSEUMS = ("met", "rijksmuseum", "wga")
LAST_PUBLIC_DOMAIN = 1955
"""Whoever died later is still protected: life and seventy years."""

FEWEST_WORKS = 120
"""With fewer there is no room for all that must be there."""
WITHDRAWN_RIJKSMUSEUM = 5
MISSING_MET = 4


@dataclass(frozen=True)
class Work:
    """One object of one museum; what the museum says of it follows from this.

    ``stance`` is empty where the artist is undoubted, else attributed, workshop, after, several,
    anonymous or none (nobody is named). ``image`` names the picture on the museum's image host, empty
    where it shows none; ``image_fault`` is "gone" or "torn". ``twin`` is the same in all museums that
    show the same work, and ``kept_by`` is that of them which keeps it. ``part_of`` is the source id of the
    work that this is a detail of. ``lacks`` names what the museum left empty: title, medium. ``changed``
    is when the museum last wrote about it.
    """

    museum: str
    source_id: str
    object_number: str
    medium: Medium
    school: str
    artist: Artist | None
    second: Artist | None
    stance: str
    dating: Dating
    title: Title
    picture: Picture
    height_cm: float
    width_cm: float
    changed: str
    open_rights: bool = True
    image: str = ""
    image_fault: str = ""
    twin: str = ""
    kept_by: str = ""
    part_of: str = ""
    lacks: frozenset[str] = frozenset()
    oddity: str = ""

    @property
    def kind(self) -> str:
        """Return the key of its artwork type."""
        return self.medium.kind

    @property
    def labelled(self) -> Artist | None:
        """Return the artist whose work the museum plainly says it is."""
        return None if self.stance else self.artist


@dataclass(frozen=True)
class Collection:
    """All works by museum, in the order of their numbers, and what is there only by name."""

    seed: int
    works: Mapping[str, tuple[Work, ...]]
    missing_met: tuple[str, ...]
    """Ids in the Met's list that answer 404."""
    withdrawn_rijksmuseum: tuple[tuple[str, str], ...]
    """Ids and datestamps of deleted records."""
    images: Mapping[tuple[str, str], Work] = field(init=False)
    """(museum, image name) to the first work that it shows."""

    def __post_init__(self) -> None:
        shown: dict[tuple[str, str], Work] = {}
        for work in self:
            if work.image:
                shown.setdefault((work.museum, work.image), work)
        object.__setattr__(self, "images", MappingProxyType(shown))

    def __iter__(self) -> Iterator[Work]:
        for museum in MUSEUMS:
            yield from self.works[museum]


@lru_cache(maxsize=4)
def invent(seed: int = 0, works: int = 1200) -> Collection:
    """Return the collection of a seed, of exactly so many works; UsageError for too few."""
    if works < FEWEST_WORKS:
        raise UsageError(f"a sample museum of {works} works: at least {FEWEST_WORKS} are needed")
    rng = chance("sample museum", seed)
    twins, details = max(8, works // 100), max(3, works // 200)
    quotas = quotas_of(works)
    for number in range(twins):
        quotas[_TWINS[number % len(_TWINS)][1]] -= 1
    quotas["wga"] -= details
    drafts = deal(rng, draft_works(rng, sum(quotas.values())), quotas)
    names = {museum: Names(rng, museum) for museum in MUSEUMS}
    dealt = {
        museum: [_place(rng, museum, draft, names[museum]) for draft in drafts[museum]]
        for museum in MUSEUMS
    }
    looked = dict.fromkeys(MUSEUMS, 0)
    for number in range(twins):
        _add_twin(rng, dealt, names, number, looked)
    _add_details(rng, dealt["wga"], details)
    for museum in MUSEUMS:
        _share_pictures(dealt[museum])
        _go_wrong(dealt[museum])
    withdrawn = tuple(
        (str(200_100_005 + 1300 * number), _moment(rng)) for number in range(WITHDRAWN_RIJKSMUSEUM)
    )
    missing = tuple(str(11 + 300 * number) for number in range(MISSING_MET))
    shelves = {museum: tuple(sorted(dealt[museum], key=_by_id)) for museum in MUSEUMS}
    return Collection(seed, MappingProxyType(shelves), missing, withdrawn)


def _by_id(work: Work) -> tuple[int, str]:
    return len(work.source_id) if work.museum != "wga" else 0, work.source_id


def _place(rng: random.Random, museum: str, draft: Draft, names: Names) -> Work:
    """Return a draft as a museum's object, with numbers, size and picture."""
    width, height = _shape(rng, draft.medium.kind)
    title = invent_title(rng, draft.medium.kind)
    palette, hand = SCHOOLS.get(draft.school, SCHOOLS["Dutch"])
    if draft.artist is not None:
        hand, palette = draft.artist.hand, draft.artist.palette
    scale = draft.medium.scale * rng.uniform(0.6, 1.4)
    picture = Picture(
        rng.getrandbits(48),
        draft.medium.kind,
        draft.medium.texture,
        palette,
        hand,
        draft.dating.year,
        width,
        height,
    )
    source_id = names.source_id(draft.artist, title)
    protected = draft.artist is not None and (draft.artist.died or 0) > LAST_PUBLIC_DOMAIN
    open_rights = not (protected or (museum != "wga" and rng.random() < 0.03))
    return Work(
        museum,
        source_id,
        names.object_number(draft.medium.kind),
        draft.medium,
        draft.school,
        draft.artist,
        draft.second,
        draft.stance,
        draft.dating,
        title,
        picture,
        round(scale, 1),
        round(scale * width / height, 1),
        _moment(rng),
        open_rights,
        names.image(source_id, draft.medium.kind) if open_rights else "",
        lacks=_lacks(rng, museum),
    )


def _shape(rng: random.Random, kind: str) -> tuple[int, int]:
    """Return width and height in pixels: the long side is fixed, medals are square."""
    short = 4 * rng.randint(44, 60)
    if kind == "medal":
        return LONG_SIDE, LONG_SIDE
    lying = rng.random() < (0.2 if kind in {"sculpture", "vase"} else 0.5)
    return (LONG_SIDE, short) if lying else (short, LONG_SIDE)


def _lacks(rng: random.Random, museum: str) -> frozenset[str]:
    """Return the fields that the museum left empty."""
    if museum == "wga":
        return frozenset()
    return frozenset(name for name in ("title", "medium") if rng.random() < 0.02)


def _moment(rng: random.Random) -> str:
    """Return a made-up date and time of the two years before the collection was written down."""
    return (
        f"{rng.choice((2024, 2025))}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        f"T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}Z"
    )


_TWINS = (
    ("met", "wga"),
    ("met", "rijksmuseum"),
    ("rijksmuseum", "wga"),
    ("rijksmuseum", "met"),
)


def _add_twin(
    rng: random.Random,
    dealt: Mapping[str, list[Work]],
    names: Mapping[str, Names],
    number: int,
    looked: dict[str, int],
) -> None:
    """Let a second museum show a work of the first; the first pair shares a photograph.

    ``looked`` is up to where each museum's works were looked through: none before it will do any more.
    """
    origin, other = _TWINS[number % len(_TWINS)]
    places = range(looked[origin], len(dealt[origin]))
    at = next(at for at in places if _may_be_twin(dealt[origin][at]))
    looked[origin] = at
    work = replace(dealt[origin][at], twin=f"twin-{number}", kept_by=origin, lacks=frozenset())
    dealt[origin][at] = work
    source_id = names[other].source_id(work.artist, work.title)
    dealt[other].append(
        replace(
            work,
            museum=other,
            source_id=source_id,
            object_number=names[other].object_number(work.kind),
            picture=replace(work.picture, shot=number),
            image=names[other].image(source_id, work.kind),
            changed=_moment(rng),
        )
    )


def _may_be_twin(work: Work) -> bool:
    """Return whether a work is known well enough that two museums agree on it."""
    draft = Draft(work.artist, None, work.stance, work.school, work.medium, work.dating)
    return bool(
        work.labelled and work.image and not work.twin and work.dating.form == "exact"
    ) and fits_wga(draft)


def _add_details(rng: random.Random, shelf: list[Work], number: int) -> None:
    """Add rows that show a part of another row's picture."""
    plain = [work for work in shelf if work.kind == "painting" and not work.twin]
    for work in plain[:number]:
        key = f"{work.source_id}_d"
        picture = replace(work.picture, part=True)
        shelf.append(
            replace(
                work,
                source_id=key,
                part_of=work.source_id,
                picture=picture,
                image=key,
                changed=_moment(rng),
            )
        )


def _share_pictures(shelf: list[Work]) -> None:
    """Let one photograph serve three objects of one artist and medium, as with a bound set of prints."""
    if shelf[0].museum == "wga":
        return
    first = next(
        work for work in shelf if work.kind == "print" and work.labelled and _is_plain(work)
    )
    same = [
        at
        for at, work in enumerate(shelf)
        if _is_plain(work) and work.labelled is first.artist and work.medium is first.medium
    ]
    for at in same[:3]:
        shelf[at] = replace(shelf[at], image=first.image, picture=first.picture, oddity="shared")


def _is_plain(work: Work) -> bool:
    return bool(
        work.image and work.image.isascii() and not (work.twin or work.part_of or work.oddity)
    )


def _go_wrong(shelf: list[Work]) -> None:
    """Lose one image, tear another, and write one title with the tags of a web page."""
    plain = [at for at, work in enumerate(shelf) if _is_plain(work) and not work.lacks]
    gone, torn, tagged, strange = plain[-1], plain[-2], plain[-3], plain[-4]
    shelf[gone] = replace(shelf[gone], image_fault="gone", oddity="gone image")
    shelf[torn] = replace(shelf[torn], image_fault="torn", oddity="torn image")
    title = shelf[tagged].title
    html = Title(f"<i>{title.english}</i>", f"<em>{title.dutch}</em>", title.subject)
    shelf[tagged] = replace(shelf[tagged], title=html, oddity="html title")
    shelf[strange] = replace(shelf[strange], oddity="unknown material")
