"""Which artworks are one work, described twice: links for the splits, and candidates for people to judge.

A link only groups: no record is dropped, or changed, for being like another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.decisions import Decision, Flagged
from omniart_data.normalise.works.blocks import Blocks, LeftOut, Rows
from omniart_data.normalise.works.compared import NOTHING, Compared, Numbers, compared
from omniart_data.normalise.works.decided import Decided, Pair, decide, still_bound, work_evidence
from omniart_data.normalise.works.likeness import Counted, counted, likeness
from omniart_data.normalise.works.sureness import APPLIED, PROPOSED, reasons, scores
from schemas.decision import CANDIDATE, LINK

MOST_OF_A_NAME = 400
"""Pairs of one title, or one number, beyond which it is a habit: "Landscape" by twenty in one source, twenty in another."""

MOST_OF_AN_ARTIST = 250_000
"""Pairs of one artist's works at one keeper: a thousand in one source, 250 in another."""


@dataclass(frozen=True)
class Links:
    """Which artworks are the same work."""

    links: pa.Table
    """Schema ``LINK``, sorted: applied ones, and those that are proposed."""
    candidates: pa.Table
    """Schema ``CANDIDATE`` of kind work: what is proposed, the surest first."""
    flagged: tuple[Flagged, ...] = ()
    """Decisions about works that were not applied."""
    same_pictures: int = 0
    """Artworks whose picture is another's, byte for byte: the release binds those by itself."""
    left_out_blocks: int = 0
    """Titles, numbers and artists that too many artworks share to compare all pairs."""
    left_out_artworks: int = 0
    """Artworks in those blocks, each counted once a block."""
    held_apart: Mapping[Pair, Decision] = field(default_factory=dict)
    """The decisions that keep two apart, by their ids, the lesser first."""

    @property
    def apart(self) -> frozenset[Pair]:
        """Return the pairs of ids that people keep apart."""
        return frozenset(self.held_apart)


def link_works(
    artworks: pa.Table, decisions: Sequence[Decision] = (), pictures: pa.Table | None = None
) -> Links:
    """Return which artworks are the same work, by what is said of them and by what people decided.

    Reads ``compared.READS`` of the artworks, whose order does not matter; ``pictures`` has ``id`` and
    ``image_sha256``. What is very sure is applied, less sure pairs are candidates; a decision overrides both.
    """
    of = compared(artworks)
    found, left_out = _found(of)
    decided = decide(decisions, of.table)
    links = _decided_over(found, decided)
    edges = links.filter(links["applied"])
    bound = still_bound(decided.apart, edges)
    return Links(
        links,
        _candidates(links.filter(pc.invert(links["applied"])), of),
        tuple(sorted([*decided.flagged, *bound])),
        0 if pictures is None else _same_pictures(pictures),
        sum(one.blocks for one in left_out),
        sum(one.rows for one in left_out),
        decided.apart,
    )


def _found(of: Compared) -> tuple[pa.Table, list[LeftOut]]:
    """Return the links that the artworks themselves show."""
    counts = counted(of)
    left_out, pieces = [], [np.empty((0, 2), np.int64)]
    for blocks in _blocks(of):
        pieces += [_likely(of, counts, *pairs) for pairs in blocks.pairs()]
        left_out.append(blocks.left_out)
    a, b = np.unique(np.concatenate(pieces), axis=0).T
    like = likeness(of, counts, a, b)
    score = scores(like)
    best, alone = _best(of.source, a, b, score)
    numbered = like.number & like.title
    kept = np.flatnonzero(best | numbered)
    ids = of.table["id"]
    columns = [
        ids.take(pa.array(a[kept])),
        ids.take(pa.array(b[kept])),
        pa.array(reasons(like.of(kept)), pa.string()),
        pa.array(score[kept]),
        pa.array(((score >= APPLIED) & (alone | numbered))[kept]),
    ]
    return pa.Table.from_arrays(columns, schema=LINK), left_out


def _blocks(of: Compared) -> Iterable[Blocks]:
    """Return what is compared with what; a detail belongs to its picture by title already, and is left to that."""

    def of_wholes(*columns: Numbers) -> Numbers:
        return np.where(of.is_detail, NOTHING, of.block(*columns))

    return (
        Blocks(of.block(of.source, of.number), None, MOST_OF_A_NAME),
        Blocks(of.block(of.keeper, of.number), of.source, MOST_OF_A_NAME),
        Blocks(of_wholes(of.artist, of.title), of.source, MOST_OF_A_NAME),
        Blocks(of_wholes(of.keeper, of.title), of.source, MOST_OF_A_NAME),
        Blocks(of_wholes(of.artist, of.keeper), of.source, MOST_OF_AN_ARTIST),
    )


def _likely(of: Compared, counts: Counted, a: Rows, b: Rows) -> npt.NDArray[np.int64]:
    """Return the pairs that are worth proposing, [pairs, 2]."""
    likely = scores(likeness(of, counts, a, b)) >= PROPOSED
    return np.stack([a[likely], b[likely]], axis=1)


def _best(
    source: Numbers, a: Rows, b: Rows, score: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say which pairs are the surest that both have in the other's source, and which are so alone.

    A source describes a work once: of two records of one source that are like a third, the likelier is meant, and of two
    that are equally likely neither is sure.
    """
    best = np.ones(len(a), bool)
    alone = np.ones(len(a), bool)
    width = int(source.max(initial=0)) + 1
    for row, other in ((a, b), (b, a)):
        _, place = np.unique(row * width + source[other], return_inverse=True)
        most = np.zeros(len(a), np.float32)
        np.maximum.at(most, place, score)
        mine = score == most[place]
        best &= mine
        alone &= np.bincount(place, weights=mine, minlength=len(a))[place] == 1
    return best, alone


def _decided_over(found: pa.Table, decided: Decided) -> pa.Table:
    """Return the links with what people decided: merged pairs applied, pairs kept apart taken out."""
    between = "\0"  # in no id
    settled = sorted(decided.merged.keys() | decided.apart.keys())
    if settled:
        named = pa.array([between.join(pair) for pair in settled], pa.string())
        pairs = pc.binary_join_element_wise(found["a"], found["b"], between)
        merged = [_merged(pair, decision) for pair, decision in decided.merged.items()]
        rest = found.filter(pc.invert(pc.is_in(pairs, value_set=named)))
        found = pa.concat_tables([rest, pa.Table.from_pylist(merged, schema=LINK)])
    return found.take(pc.sort_indices(found, sort_keys=[("a", "ascending"), ("b", "ascending")]))


def _merged(pair: Pair, decision: Decision) -> dict[str, Any]:
    a, b = pair
    return {"a": a, "b": b, "because": str(decision), "score": 100.0, "applied": True}


def propose(artworks: pa.Table, pairs: pa.Table) -> pa.Table:
    """Return pairs of artworks (``a``, ``b``, ``because``, ``score``) as candidates for a decision on works.

    Reads of the artworks what ``link_works`` does.
    """
    ends = pc.unique(pa.chunked_array([*pairs["a"].chunks, *pairs["b"].chunks], pa.string()))
    return _candidates(pairs, compared(artworks.filter(pc.is_in(artworks["id"], value_set=ends))))


def _candidates(proposed: pa.Table, of: Compared) -> pa.Table:
    """Return what is proposed, the surest first."""
    ids = of.table["id"]
    sides = [
        of.table.take(pc.index_in(proposed[end], value_set=ids)).to_pylist() for end in ("a", "b")
    ]
    rows = [
        {
            "kind": "work",
            "subject": link["a"],
            "object": link["b"],
            "subject_label": _label(a),
            "object_label": _label(b),
            "score": link["score"],
            "because": link["because"],
            "evidence": work_evidence(a, b),
            "artworks": 2,
            "examples": [link["a"], link["b"]],
        }
        for link, a, b in zip(proposed.to_pylist(), *sides, strict=True)
    ]
    rows.sort(key=lambda row: (-float(str(row["score"])), row["subject"], row["object"]))
    return pa.Table.from_pylist(rows, schema=CANDIDATE)


def _label(row: dict[str, Any]) -> str:
    """Return what people know an artwork by: title, artist, years, size and keeper, as far as they are said."""
    years = [str(row[name]) for name in ("year_first", "year_last") if row[name] is not None]
    size = [f"{row[name]:.4g}" for name in ("height_cm", "width_cm") if row[name] is not None]
    told = (
        (row["title"] or "").strip()[:200] or "(no title)",
        row["artist"] or "",
        "-".join(dict.fromkeys(years)),
        f"{' x '.join(size)} cm" if size else "",
        row["kept_at"] or row["institution"] or "",
        row["object_number"] or "",
    )
    return ", ".join(filter(None, told))


def _same_pictures(pictures: pa.Table) -> int:
    """Return how many artworks have a picture that another has too."""
    counts = pc.value_counts(pictures["image_sha256"].drop_null()).field("counts")
    return int(pc.sum(counts.filter(pc.greater(counts, 1)), min_count=0).as_py())
