"""What people decided about single artworks: a column set to a value, whatever the rules say of it."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.decisions import Decision, Flagged, evidence_of
from omniart_data.normalise.distinct import Column
from omniart_data.normalise.engine import Bench, Judgements
from omniart_data.normalise.held import Coded
from omniart_data.normalise.judging import as_json
from omniart_data.normalise.makers.name_keys import name_key
from omniart_data.normalise.terms.coarse import coarse
from schemas.artwork import ARTWORK
from schemas.decision import READ_FOR, parse_setting

RULE_NAME = "decision"


def set_values(bench: Bench, ids: Column, decisions: Sequence[Decision]) -> tuple[Flagged, ...]:
    """Set what was decided, as one more judgement of each artwork; return what could not be set, and why.

    A decision holds while the rule that writes its column reads the same words as then: its evidence.
    """
    flagged = []
    places = pc.index_in(pa.array([one.subject for one in decisions], pa.string()), value_set=ids)
    settings: dict[int, dict[str, tuple[Any, Decision]]] = {}
    for decision, place in zip(decisions, places.to_pylist(), strict=True):
        why = "no artwork here has this id"
        if place is not None:
            why = _why_not(bench, place, decision)
        if why:
            flagged.append(Flagged(decision, why))
            continue
        column, value = parse_setting(decision.object)
        settings.setdefault(place, {})[column] = (value, decision)
    if settings:
        _set_all(bench, ids, settings)
    return tuple(flagged)


def _why_not(bench: Bench, place: int, decision: Decision) -> str:
    """Return why a decision is not applied to the artwork in a place; empty: it is."""
    column, _ = parse_setting(decision.object)
    wanted = READ_FOR.get(column, column)
    judged = next((one for one in bench.done if wanted in one.columns), None)
    if judged is None:
        return f"no rule writes {column}"
    told = judged.inputs[int(judged.rows[place])].as_py()
    if evidence_of(column, told) != decision.evidence:
        return f"what the museum says about {column} is not what it was when this was decided"
    return ""


def _set_all(
    bench: Bench, ids: Column, settings: dict[int, dict[str, tuple[Any, Decision]]]
) -> None:
    """Write the values into their columns, and a judgement that says so for each artwork."""
    for place, columns in settings.items():
        if "artist" in columns:
            _follow(bench, columns)
        if "artwork_types" in columns:
            types, decision = columns["artwork_types"]
            columns.setdefault("coarse_type", (*coarse(types).value, decision))
        for column, (value, _) in columns.items():
            bench.written[column] = _with(bench.written[column], place, value, column)
    asked = {place: as_json(("id",), (ids[place].as_py(),)) for place in settings}
    order = sorted(settings, key=asked.__getitem__)
    rows = np.full(len(bench.rows), -1, np.int32)
    rows[order] = np.arange(len(order), dtype=np.int32)
    values = [{name: value for name, (value, _) in settings[place].items()} for place in order]
    reasons = [dict.fromkeys(str(one) for _, one in settings[place].values()) for place in order]
    bench.done.append(
        Judgements(
            rule=RULE_NAME,
            inputs=pa.array([asked[place] for place in order], pa.string()),
            values=pa.array([json.dumps(v, ensure_ascii=False, sort_keys=True) for v in values]),
            because=pa.array(["; ".join(reason) for reason in reasons]),
            columns={},
            uses=pa.array([[] for _ in order], pa.list_(pa.int32())),
            terms=(),
            rows=rows,
        )
    )


def _follow(bench: Bench, columns: dict[str, tuple[Any, Decision]]) -> None:
    """Let id and status say what was decided of the artist, unless they were decided themselves."""
    name, decision = columns["artist"]
    known = bench.coded("artist").values.to_pylist()
    artist_id = None
    if name is not None:
        artist_id = f"name:{name_key(name)}"
        if name in known:
            at = int(np.flatnonzero(bench.coded("artist").codes == known.index(name))[0])
            artist_id = bench.coded("artist_id").column(np.array([at]))[0].as_py()
    columns.setdefault("artist_id", (artist_id, decision))
    columns.setdefault("artist_status", ("named" if name is not None else "none", decision))


def _with(column: Coded, place: int, value: Any, name: str) -> Coded:
    """Return a column in which one row has a value of its own."""
    values = pa.concat_arrays([column.values, pa.array([value], ARTWORK.field(name).type)])
    codes = column.codes.copy()
    codes[place] = len(values) - 1
    return Coded(codes, values)
