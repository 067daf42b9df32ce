"""How the sources that somebody names are reached: live, or in a sample museum of another process."""

import math
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from crawlers import SOURCES
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.source import Source
from omniart_data.settings import Settings, check_contact
from omniart_data.workspace import Workspace
from schemas.errors import SourceError, UsageError

SAMPLE_RATE = 2000.0
"""Requests per second to the sample museum where nothing else is asked for: it is on this machine."""
SAMPLE_START_RATE = 5.0
"""Where the search for its rate starts."""
SAMPLE_WORKSPACE = "workspace/sample"
"""Invented works stay apart from real ones."""
AUTO = "auto"
KNOCK_S = 5.0


@dataclass(frozen=True)
class Reach:
    """The sources, by name, and how to ask them."""

    sources: Mapping[str, Source]
    fetching: FetchConfig
    place: Workspace
    sample: bool = False
    """They are the invented ones."""
    note: str = ""
    """What somebody who asked for it so should know, on one line; mostly empty."""


@dataclass(frozen=True)
class Manners:
    """What a command line says about how sources are asked; empty: as the settings say."""

    rate: str = ""
    patience_hours: float | None = None
    museum: str = ""
    """Base URL of a sample museum that runs in another process."""
    ca: Path | None = None
    linked_art: bool = True


def reach(
    names: Sequence[str], settings: Settings, manners: Manners, workspace: Path | None
) -> Reach:
    """Return how the named sources are reached, or those of the settings; UsageError for what cannot be."""
    ceiling, find_rate = parse_rate(manners.rate)
    patience_h = manners.patience_hours
    common = FetchConfig(
        patience_s=settings.patience_s if patience_h is None else patience_h * 3600,
        find_rate=find_rate,
        ca_file=_ca_file(manners),
    )
    if manners.museum:
        return _sample(names, common, manners, workspace, ceiling)
    contact = check_contact(settings.contact)
    sources = named(names or settings.sources, SOURCES)
    own = {host: rate for source in sources.values() for host, rate in source.rates.items()}
    rates = {**own, **settings.rates}
    place = Workspace(workspace or Path(settings.workspace))
    fetching = replace(common, contact=contact, rates=rates, downloads=place.downloads)
    linked_art = settings.linked_art and manners.linked_art
    sources = _with(sources, linked_art=linked_art)
    return Reach(sources, _below(fetching, ceiling), place, note=_note(rates, ceiling))


def _below(fetching: FetchConfig, ceiling: float) -> FetchConfig:
    """Return the manners with no rate above a ceiling; 0: there is none.

    It lowers rates alone: a slip of the hand is no reason to hurry a museum.
    """
    if not ceiling:
        return fetching
    rates = {host: min(rate, ceiling) for host, rate in fetching.rates.items()}
    return replace(fetching, rates=rates, default_rate=min(fetching.default_rate, ceiling))


def _note(rates: Mapping[str, float], ceiling: float) -> str:
    if not ceiling or any(rate >= ceiling for rate in rates.values()):
        return ""
    return (
        f"--rate {ceiling:g} changes nothing: it is a ceiling, and no host's own rate is as high; [rates] in"
        " omniart.toml sets others, and --rate auto looks for their limits"
    )


def _sample(
    names: Sequence[str],
    common: FetchConfig,
    manners: Manners,
    workspace: Path | None,
    ceiling: float,
) -> Reach:
    from crawlers.sample import SAMPLE_SOURCES, routes_of  # noqa: PLC0415 - most runs have no use for it

    check_museum(manners.museum)
    place = Workspace(workspace or Path(SAMPLE_WORKSPACE))
    rate = ceiling or (SAMPLE_START_RATE if common.find_rate else SAMPLE_RATE)
    fetching = sample_manners(common, routes_of(manners.museum), place, rate)
    sources = named(names, SAMPLE_SOURCES) if names else SAMPLE_SOURCES
    return Reach(_with(sources, linked_art=manners.linked_art), fetching, place, sample=True)


def check_museum(url: str) -> None:
    """Raise UsageError for what is no address of a museum on this machine."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UsageError(
            f"--museum {url}: give the address that `omniart-data museum` prints, such as http://127.0.0.1:8080"
        )


def check_answers(url: str) -> None:
    """Raise SourceError where nothing listens at the address of a sample museum; an empty one is none."""
    parts = urlsplit(url)
    if not url:
        return
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    try:
        with socket.create_connection((parts.hostname or "", port), KNOCK_S):
            pass
    except OSError:
        raise SourceError(
            f"nothing answers at {url}: is `omniart-data museum` running there?"
        ) from None


def sample_manners(
    common: FetchConfig, routes: Mapping[str, str], place: Workspace, rate: float = SAMPLE_RATE
) -> FetchConfig:
    """Return how the sample museum is asked: it is on this machine, and need not be spared."""
    return replace(
        common,
        contact="sample",
        default_rate=rate,
        concurrency=8,
        backoff_s=0.05,
        wall_backoff_s=1.0,
        routes=routes,
        downloads=place.downloads,
    )


def named(names: Sequence[str], known: Mapping[str, Source]) -> dict[str, Source]:
    """Return the named sources, each once; raise UsageError for one that is not known.

    >>> list(named(["wga", "met", "wga"], SOURCES))
    ['wga', 'met']
    """
    for name in names:
        if name not in known:
            raise UsageError(f"sources: {name!r} is no source; there are {', '.join(known)}")
    return {name: known[name] for name in names}


def _with(sources: Mapping[str, Source], *, linked_art: bool) -> dict[str, Source]:
    """Return the sources as asked for; those that have no Linked Art stay as they are."""
    return {name: _choose(source, linked_art=linked_art) for name, source in sources.items()}


def _choose(source: Source, *, linked_art: bool) -> Source:
    if not is_dataclass(source) or "linked_art" not in {one.name for one in fields(source)}:
        return source
    return replace(source, linked_art=linked_art)


def parse_rate(text: str) -> tuple[float, bool]:
    """Return the requests per second at most (0: each host's own), and whether the limit is to be found.

    >>> parse_rate(""), parse_rate("9"), parse_rate("auto")
    ((0.0, False), (9.0, False), (0.0, True))
    """
    if text in {"", AUTO}:
        return 0.0, text == AUTO
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < math.inf:
        raise UsageError(f"--rate {text}: give requests per second above 0, or auto")
    return rate, False


def _ca_file(manners: Manners) -> Path | None:
    if manners.ca is None:
        return None
    if not manners.museum:
        raise UsageError("--ca is for a sample museum: give its URL with --museum")
    if not manners.ca.is_file():
        raise UsageError(
            f"--ca {manners.ca} is no file: the museum prints where its certificate is"
        )
    return manners.ca
