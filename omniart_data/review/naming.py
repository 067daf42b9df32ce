"""Whether a decision calls things by names that there are: a label that nobody meant is most often a slip."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process

from omniart_data.decision_files import TERM_KINDS
from omniart_data.normalise.decisions import Decision
from omniart_data.normalise.setting import as_label
from omniart_data.normalise.terms.coarse import COARSE_TYPES
from omniart_data.normalise.terms.tables import look_up, plain, vocabulary_labels
from omniart_data.release.read import Release
from schemas.decision import LISTS, parse_setting
from schemas.errors import UsageError

LEAST_RATIO = 70.0
"""Below it a near name is no help to somebody who mistyped another."""


class UnknownNameError(UsageError):
    """A new name or label that nothing has yet, which somebody may want all the same."""


@dataclass(frozen=True)
class Names:
    """The names that a decision may use: those of the vocabularies, and these of a release."""

    labels: Mapping[str, frozenset[str]]
    """Kind (artist, type, material, technique) -> labels."""

    def checked(self, decision: Decision, *, is_new: bool = False) -> Decision:
        """Return a decision whose object is called as there, so that ``Etchings`` is an etching.

        Raises UnknownNameError, which ``is_new`` keeps quiet, for a new word or artist, and UsageError for what
        cannot be new: terms that an artwork is set to.
        """
        if decision.action == "rename" and decision.kind in TERM_KINDS:
            return replace(
                decision, object=self._word(decision.kind, decision.object, is_new=is_new)
            )
        if decision.action == "set":
            column, value = parse_setting(decision.object)
            return replace(decision, object=f"{column}={self._value(column, value, is_new=is_new)}")
        return decision

    def _word(self, kind: str, word: str, *, is_new: bool) -> str:
        label = as_label(word, kind)
        if not label and not is_new:
            near = _did_you_mean(word, kind, vocabulary_labels(kind) | self._of(kind))
            raise UnknownNameError(f"no vocabulary knows the {kind} {word!r}{near}")
        return label or plain(word)

    def _value(self, column: str, value: Any, *, is_new: bool) -> str:
        """Return a value as it is written behind the sign."""
        if column in LISTS:
            return "; ".join(dict.fromkeys(self._term(LISTS[column], term) for term in value))
        if column == "years":
            first, last = ("" if year is None else str(year) for year in value)
            return first if first == last else f"{first}/{last}"
        if column == "coarse_type" and value is not None and value not in COARSE_TYPES:
            raise UsageError(f"{value!r} is no coarse type: {', '.join(COARSE_TYPES)} are")
        if column == "artist" and value is not None and not is_new:
            self._check_artist(value)
        return value or ""

    def _term(self, kind: str, term: str) -> str:
        label = as_label(term, kind, self._of(kind))
        if not label:
            near = _did_you_mean(term, kind, vocabulary_labels(kind) | self._of(kind))
            raise UsageError(f"no vocabulary and no artwork has the {kind} {term!r}{near}")
        return label

    def _check_artist(self, name: str) -> None:
        artists = self._of("artist")
        if name not in artists:
            near = _did_you_mean(name, "artist", artists)
            raise UnknownNameError(f"no work of this release is by {name!r}{near}")

    def _of(self, kind: str) -> frozenset[str]:
        return self.labels.get(kind, frozenset())


def names_of(release: Release) -> Names:
    """Return the names that a release has."""
    found: dict[str, set[str]] = {}
    if "labels.parquet" in release.manifest.files:
        for row in release.labels.select(["task", "label"]).to_pylist():
            found.setdefault(row["task"], set()).add(row["label"])
    return Names({task: frozenset(labels) for task, labels in found.items()})


def artist_labels(release: Release) -> dict[str, str]:
    """Return artist_id -> label of a release."""
    if "labels.parquet" not in release.manifest.files:
        return {}
    rows = release.labels.select(["task", "label", "id"]).to_pylist()
    return {row["id"]: row["label"] for row in rows if row["task"] == "artist" and row["id"]}


def _did_you_mean(name: str, kind: str, known: Collection[str]) -> str:
    """Return the end of a sentence that names what is near: a Dutch word's label, or a name like it.

    >>> _did_you_mean("doek", "material", ()), _did_you_mean("porcelein", "material", ["porcelain"])
    (": did you mean 'canvas'?", ": did you mean 'porcelain'?")
    """
    found = look_up(name, kind, "nl") if kind in TERM_KINDS else None
    near = found.label if found is not None else _nearest(name, known)
    return f": did you mean {near!r}?" if near else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    found = process.extractOne(
        name[:_LONGEST],
        sorted(known),
        scorer=fuzz.ratio,
        processor=str.casefold,
        score_cutoff=LEAST_RATIO,
    )
    return found[0] if found else ""


_LONGEST = 200
"""Characters of a name that are compared."""
