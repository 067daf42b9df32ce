"""The vocabularies are whole: each row with its source, keyed once, of the form that the rules expect."""

import csv
import gzip
from importlib.resources import files
from pathlib import Path

import pytest

from omniart_data.normalise.terms.tables import composites, look_up
from omniart_data.normalise.vocabulary import vocabulary_rows

FOLDER = files("schemas").joinpath("vocab")
KEYS = {
    "terms": ("term", "language", "kind"),
    "aat_materials": ("term",),
    "artist_aliases": ("alias",),
    "attribution_terms": ("term", "language"),
    "coarse_types": ("term",),
    "composites": ("term",),
    "compound_heads": ("ending", "kind"),
    "firms": ("name",),
    "implied_types": ("term",),
    "institutions": ("name",),
    "namesakes": ("key",),
    "nationalities": ("adjective",),
    "periods": ("name",),
    "place_roles": ("words",),
    "places": ("name", "language", "country"),
    "qualifiers": ("word", "stands"),
    "rights": ("scope", "uri_or_source"),
    "roles": ("role",),
    "spellings": ("word",),
    "title_words": ("word",),
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


def test_parts_are_labels() -> None:
    """What a composite is taken apart into are labels of the kind that it says."""
    for parts in composites().values():
        for part in parts:
            found = look_up(part.label, part.kind, "en")
            assert found is not None
            assert (found.label, found.kind) == (part.label, part.kind)


def test_no_silent_row_hides_a_technique() -> None:
    """A word that says nothing as a material has no label as a technique: the material is looked up first."""
    rows = [row for row in vocabulary_rows("terms") if row["language"] == "en"]
    silent = {row["term"] for row in rows if row["kind"] == "material" and not row["label"]}
    told = {row["term"] for row in rows if row["kind"] == "technique" and row["label"]}

    assert silent
    assert not silent & told


AGREED = {
    "300041340": "engraving",
    "300041365": "etching",
    "300041379": "lithograph",
    "300078817": "recto",
    "300010292": "verso",
}
"""Ids of the Objects facet that museums' own records and mappings agree on; no list at hand has that facet."""


@pytest.mark.real
def test_ids_are_the_getty_s(shared_data: Path) -> None:
    """Each AAT id that we ship is one of the AAT's, or of the museum's own matches, and shares a word with it."""
    names: dict[str, set[str]] = {number: {label} for number, label in AGREED.items()}
    with gzip.open(shared_data / "vocab" / "aat_en_labels.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            names.setdefault(row["aat_id"], set()).add(row["label"].lower())
    with (shared_data / "vocab" / "nl_en_terms.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["aat_id"]:
                names.setdefault(row["aat_id"], set()).add(row["en"].lower())

    rows = (*vocabulary_rows("terms"), *vocabulary_rows("aat_materials"))
    shipped = {(row["label"], row["aat_id"]) for row in rows if row["aat_id"]}
    assert len(shipped) > 4000
    assert not {number for _, number in shipped} - names.keys()
    strange = {
        (label, number)
        for label, number in shipped
        if not any(word[:4] in name for word in label.split() for name in names[number])
    }
    assert not strange


def test_readme_names_each_file() -> None:
    """The list of files is the list of files."""
    told = FOLDER.joinpath("README.md").read_text(encoding="utf-8")

    for file in FOLDER.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in told
