"""What a maintainer sets: one TOML file, handed down as a frozen dataclass."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from crawlers import SOURCES
from omniart_data.drift import LEAST_OCCURRENCES
from schemas.errors import UsageError

FILE_NAME = "omniart.toml"

_CONTACT = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|https?://\S+")

TEMPLATE = """\
# Settings of omniart-data; `omniart-data build --help` says what each command-line option overrides.

# Who asks: an e-mail address or a web page, sent to the museums with every request.
contact = "{contact}"

# Where raw records, images, decisions and releases are kept.
workspace = "workspace"

# The museums to crawl.
sources = [{sources}]

# Pictures: "all" that their rights let a release hold, or "none".
images = "all"

# Longer side of the pictures that are kept and released, in pixels.
image_px = 512

# A picture of more megapixels is not decoded but quarantined; the largest known has 178 (the Night Watch).
# What is no JPEG (PNG, TIFF ...) is decoded whole, and may have a quarter of it. 1000 take up to 6 GB of memory.
max_megapixels = 250

# The Web Gallery of Art lets its pictures be used personally and for education, and never be passed on.
# With true they are fetched into the workspace, for training there; no release ever holds them.
personal_images = false

# Ask the Rijksmuseum for the Linked Art of its pictures too: years, roles and sizes that its bulk records lack.
linked_art = true

# Hours for which a host that is down or turns us away is waited for, before it is left for the next run.
patience_hours = 6

# Years that a date may span for their mean to be given as the year.
widest_mean = 300

# Give a work that is "attributed to" or "probably by" one person that artist; the doubt stays in artist_qualifier.
admit_attributed = false

# By how much the share of a source's words that no table knows may rise over the lowest of all releases since a rise was
# accepted (0.01: one per cent point). Fewer than {least} of its words are never too many.
unmatched_budget = 0.01

# Requests per second by host, at most, in place of the museum's own rate: lower, or higher where the museum agrees.
[rates]
# "data.rijksmuseum.nl" = 1
"""


def new_settings(contact: str) -> str:
    """Return the text of a settings file with a contact address; UsageError for what is none."""
    safe = check_contact(contact).replace("\\", "").replace('"', "")
    return TEMPLATE.format(
        contact=safe, least=LEAST_OCCURRENCES, sources=", ".join(f'"{name}"' for name in SOURCES)
    )


@dataclass(frozen=True)
class Settings:
    """Settings with their defaults; ``contact`` is the only one without."""

    contact: str = ""
    workspace: str = "workspace"
    sources: tuple[str, ...] = tuple(SOURCES)
    images: str = "all"
    image_px: int = 512
    max_megapixels: int = 250
    personal_images: bool = False
    linked_art: bool = True
    patience_hours: float = 6.0
    widest_mean: int = 300
    admit_attributed: bool = False
    unmatched_budget: float = 0.01
    rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_images(self.images)
        if not 64 <= self.image_px <= 4096:
            raise UsageError(f"image_px is {self.image_px}: use 64 to 4096")
        if not 1 <= self.max_megapixels <= 10_000:
            raise UsageError(f"max_megapixels is {self.max_megapixels}: use 1 to 10000")
        if not 0 <= self.patience_hours <= 1000:
            raise UsageError(f"patience_hours is {self.patience_hours}: use 0 to 1000")
        if not 0 <= self.widest_mean <= 10_000:
            raise UsageError(f"widest_mean is {self.widest_mean}: use 0 to 10000 years")
        if not 0 <= self.unmatched_budget <= 1:
            raise UsageError(f"unmatched_budget is {self.unmatched_budget}: use 0 to 1")
        for host, rate in self.rates.items():
            number = isinstance(rate, int | float) and not isinstance(rate, bool)
            if not number or not 0 < rate < math.inf:
                raise UsageError(f"rates: {host} is {rate!r}: use requests per second above 0")

    @property
    def max_pixels(self) -> int:
        """Return how many pixels a picture may have."""
        return self.max_megapixels * 1_000_000

    @property
    def patience_s(self) -> float:
        """Return for how many seconds a host is waited for."""
        return self.patience_hours * 3600


def check_images(images: str) -> None:
    """Raise UsageError unless images are asked for in one of the two ways."""
    if images not in {"all", "none"}:
        raise UsageError(f"images is {images!r}: use all or none")


def check_contact(contact: str) -> str:
    """Return a contact address that a museum could use; raise UsageError for anything else.

    >>> check_contact(" data@museum.example ")
    'data@museum.example'
    """
    text = contact.strip()
    if not (_CONTACT.fullmatch(text) and text.isascii() and text.isprintable()):
        raise UsageError(f"{contact!r} is neither an e-mail address nor a web page (in ASCII)")
    return text


def read_settings(path: Path) -> Settings:
    """Read the settings file; raise UsageError that names the key and what it may be."""
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path} is not there: make it with `omniart-data init`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    known = {setting.name: setting for setting in fields(Settings)}
    for key, value in found.items():
        if key not in known:
            raise UsageError(f"{path}: {key} is no setting; there are {', '.join(sorted(known))}")
        _check_type(path, key, value)
    found["sources"] = tuple(found.get("sources", Settings.sources))
    return Settings(**found)


def settings_for(config: Path, *, needed: bool) -> Settings:
    """Read the settings file of a live crawl; what asks no museum does without one unless it is there."""
    return read_settings(config) if needed or config.exists() else Settings()


_TYPES: Mapping[str, type] = {
    "max_megapixels": int,
    "linked_art": bool,
    "patience_hours": float,
    "widest_mean": int,
    "admit_attributed": bool,
    "unmatched_budget": float,
    "contact": str,
    "workspace": str,
    "sources": list,
    "images": str,
    "image_px": int,
    "personal_images": bool,
    "rates": dict,
}


def _check_type(path: Path, key: str, value: object) -> None:
    wanted = _TYPES[key]
    if wanted is float and type(value) is int:
        return
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise UsageError(f"{path}: {key} is {value!r}: it should be a TOML {wanted.__name__}")
    if isinstance(value, list) and (not value or not all(isinstance(one, str) for one in value)):
        raise UsageError(f"{path}: {key} is {value!r}: it should be a list of one or more names")
