"""Works before a museum has them: who made what and when, and which museum gets it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crawlers.sample.artists import ARTISTS, Artist
from crawlers.sample.dating import Dating, invent_dating
from crawlers.sample.media import MEDIA, Medium

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


def quotas_of(works: int) -> dict[str, int]:
    """Return how many works each museum has: 450, 500 and 250 of 1,200."""
    met, rijks = round(works * 0.375), round(works * 5 / 12)
    return {"met": met, "rijksmuseum": rijks, "wga": works - met - rijks}


@dataclass(frozen=True)
class Draft:
    """A work that no museum has yet."""

    artist: Artist | None
    second: Artist | None
    stance: str
    school: str
    medium: Medium
    dating: Dating


def draft_works(rng: random.Random, wanted: int) -> list[Draft]:
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


def _by_artist(rng: random.Random, artist: Artist, stance: str = "") -> Draft:
    medium = MEDIA[rng.choice(artist.media)]
    dating = invent_dating(rng, artist.first, artist.last, weights=_BY_ARTIST)
    return Draft(artist, None, stance, artist.school, medium, dating)


def _doubtful(rng: random.Random) -> Draft:
    """Return a work that nobody can be sure of: of a school, or near to an artist."""
    stance = rng.choices(_STANCES, _STANCE_WEIGHTS)[0]
    if stance in {"anonymous", "none"}:
        school = rng.choice(sorted(_NOBODY))
        medium = MEDIA[rng.choice(_NOBODY_MEDIA[school])]
        dating = invent_dating(rng, *_NOBODY[school], weights=_BY_NOBODY)
        return Draft(None, None, stance, school, medium, dating)
    artist = rng.choice(ARTISTS[:22])
    second = rng.choice([other for other in ARTISTS[:22] if other is not artist])
    draft = _by_artist(rng, artist, stance)
    return replace(draft, second=second if stance == "several" else None)


def fits_wga(draft: Draft) -> bool:
    """Return whether the Web Gallery would show it: European, AD 200 to 1900, and no photograph."""
    european = draft.school in _EUROPEAN and 200 <= draft.dating.year <= 1900
    return bool(european and draft.medium.wga and draft.stance != "several")


def deal(
    rng: random.Random, drafts: Sequence[Draft], quotas: Mapping[str, int]
) -> dict[str, list[Draft]]:
    """Return the drafts of each museum; the Web Gallery, which may not show all, chooses first."""
    fitting = [at for at, draft in enumerate(drafts) if fits_wga(draft)][: quotas["wga"]]
    taken = set(fitting)
    rest = [draft for at, draft in enumerate(drafts) if at not in taken]
    rng.shuffle(rest)
    return {
        "wga": [drafts[at] for at in fitting],
        "met": rest[: quotas["met"]],
        "rijksmuseum": rest[quotas["met"] :],
    }
