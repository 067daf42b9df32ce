"""The invented collection: who made what, which museum says what of it, and where that goes wrong.

Everything is a function of the seed and the number of works. It first drafts works, deals them to the
three museums, then adds what real museums have: the same work in two of them, pictures that serve
several objects, rights that forbid, images that are gone or torn.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from crawlers.sample.artists import ARTISTS, SCHOOLS, Artist
from crawlers.sample.dating import Dating, invent_dating
from crawlers.sample.media import MEDIA, Medium
from crawlers.sample.painting import LONG_SIDE, Picture
from crawlers.sample.titles import Title, invent_title
from schemas.errors import UsageError

MUSEUMS = ("met", "rijksmuseum", "wga")
FEWEST_WORKS = 120
"""With fewer there is no room for all that must be there."""
LAST_PUBLIC_DOMAIN = 1955
"""Whoever died later is still protected: life and seventy years."""

_ATTRIBUTED = 0.853
_STANCES = ("attributed", "workshop", "after", "several", "anonymous", "none")
_STANCE_WEIGHTS = (3, 3, 3, 2, 6, 3)
_BY_ARTIST = (45, 20, 14, 10, 2, 3, 6)
_BY_NOBODY = (15, 20, 15, 15, 25, 5, 5)
_NOBODY = {"Dutch": (1580, 1780), "Italian": (1400, 1600), "French": (1700, 1880)} | {
    "German": (1460, 1700),
    "Greek": (-520, -200),
}
_NOBODY_MEDIA = {
    "Dutch": ("oil-panel", "etching", "pen", "faience"),
    "Italian": ("tempera", "bronze", "medal-bronze", "faience"),
    "French": ("oil-canvas", "wool", "mezzotint", "porcelain"),
    "German": ("woodcut", "oil-panel", "medal-silver", "silk"),
    "Greek": ("black-figure", "marble", "terracotta"),
}
_EUROPEAN = frozenset({"Dutch", "Netherlandish", "Flemish", "Italian", "French", "German"}) | {
    "Spanish",
    "English",
    "Danish",
}
WITHDRAWN_RIJKSMUSEUM = 5
MISSING_MET = 4


@dataclass(frozen=True)
class Work:
    """One object of one museum; what the museum says of it follows from this.

    ``stance`` is empty where the artist is undoubted, else attributed, workshop, after, several,
    anonymous or none (nobody is named). ``image`` names the picture on the museum's image host, empty
    where it shows none; ``image_fault`` is "gone" or "torn". ``twin`` is the same in all museums that
    show the same work. ``part_of`` is the source id of the work that this is a detail of. ``lacks``
    holds title, medium or artist dates. ``changed`` is when the museum last wrote about it.
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
    rng = random.Random(f"sample museum {seed}")
    twins, details = max(8, works // 100), max(3, works // 200)
    quotas = _quotas(works)
    for number in range(twins):
        quotas[_TWINS[number % len(_TWINS)][1]] -= 1
    quotas["wga"] -= details
    dealt = _deal(rng, _drafts(rng, sum(quotas.values())), quotas)
    dealt = {museum: _placed(rng, museum, dealt[museum]) for museum in MUSEUMS}
    for number in range(twins):
        _add_twin(rng, dealt, number)
    _add_details(rng, dealt["wga"], details)
    for museum in MUSEUMS:
        _share_pictures(dealt[museum])
        _go_wrong(dealt[museum])
    withdrawn = tuple(
        (str(200_190_000 + 7 * number), _moment(rng)) for number in range(WITHDRAWN_RIJKSMUSEUM)
    )
    missing = tuple(str(11 + 900 * number) for number in range(MISSING_MET))
    shelves = {museum: tuple(sorted(dealt[museum], key=_by_id)) for museum in MUSEUMS}
    return Collection(seed, MappingProxyType(shelves), missing, withdrawn)


def _by_id(work: Work) -> tuple[int, str]:
    return len(work.source_id) if work.museum != "wga" else 0, work.source_id


def _quotas(works: int) -> dict[str, int]:
    """Return how many works each museum has: 450, 500 and 250 of 1,200."""
    met, rijks = round(works * 0.375), round(works * 5 / 12)
    return {"met": met, "rijksmuseum": rijks, "wga": works - met - rijks}


# --- drafting and dealing ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Draft:
    """A work that no museum has yet."""

    artist: Artist | None
    second: Artist | None
    stance: str
    school: str
    medium: Medium
    dating: Dating


def _drafts(rng: random.Random, wanted: int) -> list[_Draft]:
    """Return drafts in a mixed order: most by an artist, as many each as their weight says."""
    by_artists = round(wanted * _ATTRIBUTED)
    total = sum(artist.weight for artist in ARTISTS)
    numbers = {artist.key: max(2, by_artists * artist.weight // total) for artist in ARTISTS}
    drafts = [_by_artist(rng, artist) for artist in ARTISTS for _ in range(numbers[artist.key])]
    drafts = drafts[:wanted]
    while len(drafts) < wanted:
        drafts.append(_doubtful(rng))
    rng.shuffle(drafts)
    return drafts


def _by_artist(rng: random.Random, artist: Artist, stance: str = "") -> _Draft:
    medium = MEDIA[rng.choice(artist.media)]
    dating = invent_dating(rng, artist.first, artist.last, weights=_BY_ARTIST)
    return _Draft(artist, None, stance, artist.school, medium, dating)


def _doubtful(rng: random.Random) -> _Draft:
    """Return a work that nobody can be sure of: of a school, or near to an artist."""
    stance = rng.choices(_STANCES, _STANCE_WEIGHTS)[0]
    if stance in {"anonymous", "none"}:
        school = rng.choice(sorted(_NOBODY))
        medium = MEDIA[rng.choice(_NOBODY_MEDIA[school])]
        dating = invent_dating(rng, *_NOBODY[school], weights=_BY_NOBODY)
        return _Draft(None, None, stance, school, medium, dating)
    artist = rng.choice(ARTISTS[:22])
    second = rng.choice([other for other in ARTISTS[:22] if other is not artist])
    draft = _by_artist(rng, artist, stance)
    return replace(draft, second=second if stance == "several" else None)


def _fits_wga(draft: _Draft) -> bool:
    """Return whether the Web Gallery would show it: European, AD 200 to 1900, and no photograph."""
    european = draft.school in _EUROPEAN and 200 <= draft.dating.year <= 1900
    return bool(european and draft.medium.wga and draft.stance != "several")


def _deal(
    rng: random.Random, drafts: Sequence[_Draft], quotas: Mapping[str, int]
) -> dict[str, list[_Draft]]:
    """Return the drafts of each museum; the Web Gallery, which may not show all, chooses first."""
    fitting = [at for at, draft in enumerate(drafts) if _fits_wga(draft)][: quotas["wga"]]
    taken = set(fitting)
    rest = [draft for at, draft in enumerate(drafts) if at not in taken]
    rng.shuffle(rest)
    return {
        "wga": [drafts[at] for at in fitting],
        "met": rest[: quotas["met"]],
        "rijksmuseum": rest[quotas["met"] :],
    }


# --- placing a work in a museum ----------------------------------------------------------------------


def _placed(rng: random.Random, museum: str, drafts: Sequence[_Draft]) -> list[Work]:
    names = Names(rng, museum)
    return [_place(rng, museum, draft, names) for draft in drafts]


def _place(rng: random.Random, museum: str, draft: _Draft, names: "Names") -> Work:
    """Return a draft as a museum's object, with numbers, size and picture."""
    width, height = _shape(rng, draft.medium.kind)
    title = invent_title(rng, draft.medium.kind)
    hand, palette = SCHOOLS.get(draft.school, SCHOOLS["Dutch"])[2:0:-1]
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


_RIJKS_NUMBERS = {
    "painting": "SK-A-{}",
    "print": "RP-P-OB-{}",
    "drawing": "RP-T-1930-{}(V)",
    "photograph": "RP-F-F{}",
    "medal": "NG-VG-1-{}",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Names:
    """Gives each object of one museum numbers and names of the museum's own form, none twice."""

    def __init__(self, rng: random.Random, museum: str) -> None:
        self._rng, self._museum = rng, museum
        self._number = 0
        self._taken: set[str] = set()
        self._images: list[str] = []

    def source_id(self, artist: Artist | None, title: Title) -> str:
        """Return the id: a rising sparse number, a persistent number, or a path of short names."""
        self._number += 1
        if self._museum == "met":
            return str(1000 + 7 * self._number + self._rng.randint(0, 6))
        if self._museum == "rijksmuseum":
            return str(200_100_000 + 13 * self._number) if self._number > 3 else f"200{self._number}"
        folder = (_slug(artist.wga.split(",")[0]) if artist else "master/zunk")[:11]
        return self._unique(f"{folder[0]}/{folder}/{_slug(title.english)[:8]}")

    def object_number(self, kind: str) -> str:
        """Return an inventory number; the Web Gallery gives none."""
        if self._museum == "met":
            return f"{1890 + self._number % 130}.{self._number // 130 + 1}.{self._number % 97 + 1}"
        if self._museum == "rijksmuseum":
            return _RIJKS_NUMBERS.get(kind, "BK-NM-{}").format(self._number)
        return ""

    def image(self, source_id: str, kind: str) -> str:
        """Return the name of its picture on the museum's image host."""
        if self._museum == "wga":
            return source_id
        if self._museum == "met":
            code = MET_CODES[kind]
            odd = {9: f"RRP Table {source_id}, (1–2)", 10: f"61_{source_id} a–c#1"}
            return f"{code}/original/{odd.get(self._number, f'DP{source_id}')}.jpg"
        if len(self._images) == 1:  # the second differs from the first in case alone
            name = self._images[0].swapcase()
        else:
            name = "".join(self._rng.choice(_LETTERS) for _ in range(5))
        self._images.append(self._unique(name))
        return self._images[-1]

    def _unique(self, name: str) -> str:
        """Return the name, with a number at its end where it is taken."""
        number, found = 0, name
        while found in self._taken:
            number += 1
            found = f"{name[: len(name) - len(str(number))]}{number}"
        self._taken.add(found)
        return found


MET_CODES = {
    "painting": "ep",
    "print": "dp",
    "drawing": "dp",
    "photograph": "ph",
    "vase": "ad",
} | dict.fromkeys(("sculpture", "tapestry", "medal"), "es")
"""The Met's folders of images."""


def _slug(text: str) -> str:
    """Return a text as the Web Gallery's file names have it: a to z, digits and low lines."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in text.lower())
    return "_".join(filter(None, kept.split("_"))) or "work"


# --- what real museums have besides ------------------------------------------------------------------

_TWINS = (
    ("met", "wga"),
    ("met", "rijksmuseum"),
    ("rijksmuseum", "wga"),
    ("rijksmuseum", "met"),
)


def _add_twin(rng: random.Random, dealt: Mapping[str, list[Work]], number: int) -> None:
    """Let a second museum show a work of the first; the first pair shares a photograph."""
    origin, other = _TWINS[number % len(_TWINS)]
    suits = (at for at, work in enumerate(dealt[origin]) if _may_be_twin(work))
    at = next(suits)
    work = replace(dealt[origin][at], twin=f"twin-{number}", lacks=frozenset())
    dealt[origin][at] = work
    names = Names(rng, other)
    names.__dict__["_number"] = 20_000 + number
    source_id = names.source_id(work.artist, work.title)
    if other == "wga":
        source_id = f"{source_id}{number}"
    dealt[other].append(
        replace(
            work,
            museum=other,
            source_id=source_id,
            object_number=names.object_number(work.kind),
            picture=replace(work.picture, shot=number),
            image=names.image(source_id, work.kind),
            changed=_moment(rng),
        )
    )


def _may_be_twin(work: Work) -> bool:
    """Return whether a work is known well enough that two museums agree on it."""
    draft = _Draft(work.artist, None, work.stance, work.school, work.medium, work.dating)
    return bool(
        work.labelled and work.image and not work.twin and work.dating.form == "exact"
    ) and _fits_wga(draft)


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
