"""Settings: a new file says what the defaults are, and a wrong one is named."""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from crawlers import SOURCES
from omniart_data.settings import Settings, new_settings, read_settings
from schemas.errors import UsageError

CONTACT = "data@museum.example"


def write(path: Path, text: str) -> Path:
    """Write a settings file with a contact."""
    path.write_text(f'contact = "{CONTACT}"\n{text}\n', encoding="utf-8")
    return path


def test_a_new_file_says_the_defaults(tmp_path: Path) -> None:
    """What ``init`` writes names every setting, each with the value that holds without it."""
    path = tmp_path / "omniart.toml"
    path.write_text(new_settings(CONTACT), encoding="utf-8")

    assert read_settings(path) == Settings(contact=CONTACT)
    assert set(tomllib.loads(new_settings(CONTACT))) == {one.name for one in fields(Settings)}
    assert Settings().sources == tuple(SOURCES)


def test_units_are_turned_once(tmp_path: Path) -> None:
    """Hours and megapixels of the file are seconds and pixels in code; a whole number of hours is one."""
    found = read_settings(write(tmp_path / "o.toml", "patience_hours = 2\nmax_megapixels = 100"))

    assert (found.patience_s, found.max_pixels) == (7200, 100_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("patience_hours = -1", "patience_hours is -1"),
        ("patience_hours = nan", "patience_hours is nan"),
        ('patience_hours = "6"', "patience_hours is '6'"),
        ("patience_hours = true", "patience_hours is True"),
        ("max_megapixels = 0", "max_megapixels is 0"),
        ("max_megapixels = 2.5", "max_megapixels is 2.5"),
        ("linked_art = 1", "linked_art is 1"),
        ("image_px = 63", "image_px is 63"),
        ('rates = { "met.example" = true }', "met.example is True"),
        ('rates = { "met.example" = inf }', "met.example is inf"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, text: str, said: str) -> None:
    """A value that cannot be is named with what it is."""
    with pytest.raises(UsageError, match=said):
        read_settings(write(tmp_path / "o.toml", text))
