"""The vocabularies are whole: each row with its source, keyed once, of the form that the rules expect."""

from importlib.resources import files

import pytest

from omniart_data.normalise.vocabulary import vocabulary_rows

FOLDER = files("schemas").joinpath("vocab")
KEYS = {
    "terms": ("term", "language", "kind"),
    "aat_materials": ("term",),
    "artist_aliases": ("alias",),
    "attribution_terms": ("term", "language"),
    "composites": ("term",),
    "compound_heads": ("ending", "kind"),
    "firms": ("name",),
    "implied_types": ("term",),
    "nationalities": ("adjective",),
    "periods": ("name",),
    "rights": ("scope", "uri_or_source"),
    "roles": ("role",),
    "spellings": ("word",),
}


@pytest.mark.parametrize("name", KEYS)
def test_rows(name: str) -> None:
    """Each row has a source, each key one row, and no file is a megabyte."""
    rows = vocabulary_rows(name)
    keys = [tuple(row[column] for column in KEYS[name]) for row in rows]

    assert rows
    assert all(row["source"] for row in rows)
    assert len(set(keys)) == len(keys)
    assert len(FOLDER.joinpath(f"{name}.csv").read_bytes()) < 1_000_000


def test_labels_are_plain() -> None:
    """Labels are lower case and without the AAT's bracketed qualifiers."""
    labels = {row["label"] for row in vocabulary_rows("terms")}

    assert not {label for label in labels if label != label.lower() or "(" in label}


def test_readme_names_each_file() -> None:
    """The list of files is the list of files."""
    told = FOLDER.joinpath("README.md").read_text(encoding="utf-8")

    for file in FOLDER.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in told
