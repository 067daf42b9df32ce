"""What people decided about single artworks: a value is set, whatever the rules say, and what hangs on it follows."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.dates.grammar import Years
from omniart_data.normalise.dates.years import RULE as YEARS
from omniart_data.normalise.dates.years import WIDEST_MEAN, dated
from omniart_data.normalise.decisions import Decision, Flagged, evidence_of
from omniart_data.normalise.distinct import Column
from omniart_data.normalise.engine import Bench, Judgements
from omniart_data.normalise.held import Coded
from omniart_data.normalise.judging import as_json
from omniart_data.normalise.makers.ids import name_id
from omniart_data.normalise.makers.name_keys import name_key
from omniart_data.normalise.terms.coarse import COARSE_TYPES, coarse
from omniart_data.normalise.terms.forms import forms
from omniart_data.normalise.terms.tables import look_up, plain, vocabulary_labels
from schemas.artwork import ARTWORK
from schemas.decision import LISTS, READ_FOR, parse_setting

RULE_NAME = "decision"

Settings = dict[str, tuple[Any, Decision]]
"""Column of an artwork -> its value, and the decision that it comes from."""

_NAMED, _NOBODY = "named", "decided"


def set_values(
    bench: Bench, ids: Column, decisions: Sequence[Decision], *, widest_mean: int = WIDEST_MEAN
) -> tuple[Flagged, ...]:
    """Set what was decided, as one more judgement of each artwork; return what could not be set, and why.

    A decision holds while the rule that reads the museum's words for it reads the same as then: its evidence.
    """
    known = _Known(bench)
    flagged = []
    asked: dict[int, dict[str, tuple[Any, Decision]]] = {}
    places = pc.index_in(pa.array([one.subject for one in decisions], pa.string()), value_set=ids)
    for decision, place in zip(decisions, places.to_pylist(), strict=True):
        column, value = parse_setting(decision.object)
        why = "no artwork here has this id"
        if place is not None:
            why = _changed(bench, place, decision, column) or known.trouble(column, value)
        if why:
            flagged.append(Flagged(decision, why))
        else:
            asked.setdefault(place, {})[column] = (value, decision)
    settings = {
        place: _followed(bench, known, place, one, widest_mean) for place, one in asked.items()
    }
    if settings:
        _write(bench, settings)
        bench.done.append(_judgements(ids, settings, len(bench.rows)))
    return tuple(flagged)


def setting_evidence(column: str, artwork: str, told: str) -> str:
    """Return what a decision on an artwork rests on: ``told`` is what a rule reads of the museum's words."""
    return evidence_of(column, artwork, told)


def as_label(term: str, kind: str, labels: Collection[str] = ()) -> str:
    """Return the label that a term has in a vocabulary, else among ``labels``; empty: it has none.

    >>> as_label("Etchings", "technique"), as_label("zorble", "material", {"zorbles"})
    ('etching', 'zorbles')
    >>> as_label("zorble", "material")
    ''
    """
    given, known = plain(term), vocabulary_labels(kind)
    if given in known or given in labels:
        return given
    found = look_up(given, kind, "en")
    if found is not None:
        return found.label
    form = forms({given: 0}, labels, kind)[given]
    return form if form in known or form in labels else ""


class _Known:
    """The labels that the records have after all rules, each looked for once it is needed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._labels: dict[str, frozenset[str]] = {}

    def trouble(self, column: str, value: Any) -> str:
        """Return why a value cannot be set; empty: it can."""
        if column == "coarse_type" and value is not None and value not in COARSE_TYPES:
            return f"{value!r} is no coarse type any more"
        for term in value if column in LISTS else ():
            if not self.label(column, term):
                return f"no vocabulary and no artwork here has the {LISTS[column]} {term!r}"
        return ""

    def label(self, column: str, term: str) -> str:
        """Return the label by which a term of a list is shown; empty: nothing has it."""
        if column not in self._labels:
            values = self._bench.coded(column).values.flatten()
            self._labels[column] = frozenset(pc.unique(values).to_pylist())
        return as_label(term, LISTS[column], self._labels[column])

    def artist(self, name: str) -> tuple[str, str]:
        """Return the label and the id of an artist: by label, else by the key that names of one person share."""
        if name in self._artists:
            return name, self._artists[name]
        key = name_key(name)
        found = self._by_key.get(key, {})
        return next(iter(found.items())) if len(found) == 1 else (name, name_id(key, None, None))

    @cached_property
    def _artists(self) -> Mapping[str, str]:
        """Label -> id."""
        return {label: one for label, one, _ in self._judged}

    @cached_property
    def _by_key(self) -> Mapping[str, Mapping[str, str]]:
        """Key of a name -> label -> id."""
        found: dict[str, dict[str, str]] = {}
        for label, one, read in self._judged:
            key = name_key(json.loads(read)["maker"]["name"])
            found.setdefault(key, {})[label] = one
        return found

    @cached_property
    def _judged(self) -> Sequence[tuple[str, str, str]]:
        """Label and id of each artist, and what the rule read of a maker."""
        judged = next((one for one in self._bench.done if "artist" in one.columns), None)
        if judged is None:
            return ()
        names, ids = (judged.columns[name].to_pylist() for name in ("artist", "artist_id"))
        rows = zip(names, ids, judged.inputs.to_pylist(), strict=True)
        return [row for row in rows if row[0] is not None]


def _changed(bench: Bench, place: int, decision: Decision, column: str) -> str:
    """Return why a decision does not hold for the artwork in a place any more; empty: it does."""
    judged = next((one for one in bench.done if READ_FOR[column] in one.columns), None)
    if judged is None:
        return f"no rule writes {column}"
    told = judged.inputs[int(judged.rows[place])].as_py()
    if setting_evidence(column, decision.subject, told) != decision.evidence:
        return f"what the museum says about {column} is not what it was when this was decided"
    return ""


def _followed(
    bench: Bench, known: _Known, place: int, asked: Settings, widest_mean: int
) -> Settings:
    """Return all columns of an artwork that are set: what was decided, and what hangs on it."""
    settings: Settings = {}
    for column, (value, decision) in asked.items():
        told: Mapping[str, Any] = {column: value}
        if column == "artist":
            told = _artist(known, value)
        elif column == "years":
            told = _years(value[0], value[1], widest_mean)
        elif column in LISTS:
            told = {column: list(dict.fromkeys(known.label(column, term) for term in value))}
        settings |= {name: (one, decision) for name, one in told.items()}
    if "artwork_types" in settings and "coarse_type" not in settings:
        types, decision = settings["artwork_types"]
        implied = bench.coded("implied_types").column(np.array([place]))[0].as_py()
        settings["coarse_type"] = (coarse(types, implied).value[0], decision)
    return settings


def _artist(known: _Known, name: str | None) -> Mapping[str, Any]:
    """Return what is said of the artist of an artwork; of nobody without a name."""
    label, one = (None, None) if name is None else known.artist(name)
    return {
        "artist": label,
        "artist_id": one,
        "artist_status": _NOBODY if label is None else _NAMED,
        "artist_certainty": "" if label is None else "certain",
        "artist_qualifier": "",
        "qualified_artist": None,
    }


def _years(first: int | None, last: int | None, widest_mean: int) -> Mapping[str, Any]:
    """Return what is said of the date of an artwork: the museum's "circa" is not of these years.

    >>> _years(1640, 1650, 300)["year"], _years(1640, 1650, 9)["year"], _years(1640, None, 300)["circa"]
    (1645.0, None, False)
    """
    if first is None and last is None:
        return dict(zip(YEARS.writes, (None, None, None, None, "", None, None), strict=True))
    return dict(zip(YEARS.writes, dated(Years(first, last), "", widest_mean).value, strict=True))


def _write(bench: Bench, settings: Mapping[int, Settings]) -> None:
    """Write the values into their columns."""
    for name in sorted({name for columns in settings.values() for name in columns}):
        rows = [place for place, columns in settings.items() if name in columns]
        new = pa.array([settings[place][name][0] for place in rows], ARTWORK.field(name).type)
        column = bench.written[name]
        codes = column.codes.copy()
        codes[rows] = np.arange(len(column.values), len(column.values) + len(rows))
        bench.written[name] = Coded(codes, pa.concat_arrays([column.values, new]))


def _judgements(ids: Column, settings: Mapping[int, Settings], rows: int) -> Judgements:
    """Return a judgement of each artwork that something was set of."""
    asked = {place: as_json(("id",), (ids[place].as_py(),)) for place in settings}
    order = sorted(settings, key=asked.__getitem__)
    of_rows = np.full(rows, -1, np.int32)
    of_rows[order] = np.arange(len(order), dtype=np.int32)
    values = [{name: value for name, (value, _) in settings[place].items()} for place in order]
    reasons = [dict.fromkeys(str(one) for _, one in settings[place].values()) for place in order]
    return Judgements(
        rule=RULE_NAME,
        inputs=pa.array([asked[place] for place in order], pa.string()),
        values=pa.array([json.dumps(v, ensure_ascii=False, sort_keys=True) for v in values]),
        because=pa.array(["; ".join(reason) for reason in reasons]),
        columns={},
        uses=pa.array([[] for _ in order], pa.list_(pa.int32())),
        terms=(),
        rows=of_rows,
    )
