"""From the museum's words to our vocabulary: records to artworks, with a reason for each label."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise import attribution, materials, rights, types, years
from omniart_data.normalise.artists import artist_rule
from omniart_data.normalise.artworks import artwork_table
from omniart_data.normalise.distinct import one_array
from omniart_data.normalise.engine import (
    judgement_numbers,
    judgement_table,
    run_rule,
    run_rules,
    term_use_table,
)
from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.statements import newest_statements

__all__ = ["RULES", "Judged", "Normalised", "Rule", "TermUse", "normalise"]

RULES: tuple[Rule, ...] = (
    materials.RULE,  # vocabularies are English; says which types the medium implies
    types.RULE,
    years.RULE,
    attribution.RULE,  # unknown and anonymous end here
    rights.RULE,
)
"""The rules in their order; the artist's label, for which all names are compared, comes after them."""


@dataclass(frozen=True)
class Normalised:
    """What came of the records; artworks and dropped together account for each of them."""

    artworks: pa.Table
    """Schema ``ARTWORK``, sorted by id."""
    dropped: pa.Table
    """Schema ``DROPPED``."""
    judgements: pa.Table
    """Schema ``JUDGEMENT``, each distinct (rule, input) once."""
    term_uses: pa.Table
    """Schema ``TERM_USE``."""


def normalise(records: pa.Table, rules: Sequence[Rule] = RULES) -> Normalised:
    """Turn records into artworks, each judged by the rules; drop superseded and withdrawn statements.

    The order of the records does not matter: the same records give the same tables.
    """
    statements = newest_statements(records)
    kept = statements.records.combine_chunks()
    kept = kept.take(pc.sort_indices(kept["id"]))
    written, done = run_rules(kept, rules)
    if "maker" in written:
        counts = pc.value_counts(written["maker"].drop_null()).to_pylist()
        rule = artist_rule({one["values"]: one["counts"] for one in counts})
        done.append(run_rule(kept, written, rule))
        written["artist"] = done[-1].column("artist")
    written["judgements"] = judgement_numbers(done, kept.num_rows)
    return Normalised(
        artwork_table(kept, written),
        statements.dropped,
        judgement_table(done),
        term_use_table(one_array(kept["source"]), done),
    )
