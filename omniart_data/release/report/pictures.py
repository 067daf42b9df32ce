"""Pictures in the report: small, by hash, and only such as lie in the release."""

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PIL import Image

from crawlers.engine.picture import RefusedPictureError, large_pictures, upright_rgb
from omniart_data.release.near.binding import ways_of
from omniart_data.release.report.markup import counted, number, safe, short
from omniart_data.release.rows import compute
from schemas.release import EMBEDDED, SPLITS, UNATTRIBUTED

Picture = Callable[[str], tuple[bytes, str]]

THUMBNAIL_PX = 96
ON_A_SHEET = 24
_QUALITY = 72
_BLANK = "data:,"
_EMBEDDED_PICTURE = re.compile(r'(?<= src=")data:image/jpeg;base64,[A-Za-z0-9+/=]*(?=")')
"""Only our own markup has a quotation mark there: in others' words it is escaped."""


def blanked(page: str) -> str:
    """Return the page with an empty address in the place of each picture."""
    return _EMBEDDED_PICTURE.sub(_BLANK, page)


def address(body: bytes) -> str:
    """Return a small JPEG of a picture as an address that holds it; a blank one where it is no picture."""
    if not body:
        return _BLANK
    try:
        with large_pictures():
            image = upright_rgb(body, shorter_px=THUMBNAIL_PX)
    except RefusedPictureError:
        return _BLANK
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    small = io.BytesIO()
    image.save(small, "JPEG", quality=_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(small.getvalue()).decode()}"


def img(sha256: str, alt: str, picture: Picture) -> str:
    """Return a picture of the release as an element of the page."""
    return f'<img src="{address(picture(sha256)[0])}" alt="{safe(short(alt, 120))}">'


def contact_sheets(rows: pa.Table, pictures: Mapping[str, Any], picture: Picture) -> str:
    """Return 24 pictures of each split, those whose ids have the least SHA-256; one of no split only if it has any."""
    inside = rows.filter(compute.equal(rows["image_status"], EMBEDDED))
    parts = []
    for split in (*SPLITS, UNATTRIBUTED):
        of_split = inside.filter(compute.equal(inside["split"], split))
        held = pictures[split]["in release"]
        parts.append(f"<h3>{split}</h3>\n")
        shown = min(ON_A_SHEET, of_split.num_rows)
        parts.append(
            f'<p class="quiet">{number(shown)} of {counted(held, "picture")} in the release,'
            f" of {counted(pictures[split]['works'], 'artwork')}.</p>\n"
        )
        if shown:
            cells = (
                f"<li>{img(row['image_sha256'], _alt(row), picture)}</li>\n"
                for row in _by_hash(of_split).to_pylist()
            )
            parts.append(f'<ul class="sheet">\n{"".join(cells)}</ul>\n')
    return "".join(parts)


def _by_hash(rows: pa.Table) -> pa.Table:
    keys = [hashlib.sha256(one.encode()).digest() for one in rows["id"].to_pylist()]
    chosen = compute.select_k_unstable(
        pa.table({"key": pa.array(keys, pa.binary())}), ON_A_SHEET, [("key", "ascending")]
    )
    return rows.select(["id", "title", "artist", "image_sha256"]).take(chosen)


def _alt(row: Mapping[str, Any]) -> str:
    return f"{row['title'] or 'untitled'}, {row['artist'] or 'no artist'}"


SHOWN_PAIRS = 12
SHOWN_GROUPS = 6
SHOWN_MEMBERS = 4
_SHOWN = ("id", "title", "artist", "source", "split", "image_status", "image_sha256")


@dataclass(frozen=True)
class _Works:
    """Artworks by id, as far as the page shows them."""

    lines: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, rows: pa.Table, ids: Iterable[str]) -> "_Works":
        wanted = pa.array(sorted(set(ids)), pa.string())
        found = rows.select(list(_SHOWN)).filter(compute.is_in(rows["id"], value_set=wanted))
        return cls({row["id"]: row for row in found.to_pylist()})

    def side(self, one: str, picture: Picture) -> str:
        """Return an artwork: its picture where the release has it, and what it is."""
        row = self.lines[one]
        inside = row["image_status"] == EMBEDDED
        frame = (
            img(row["image_sha256"], _alt(row), picture) if inside else safe(row["image_status"])
        )
        return (
            f'<div class="side"><div class="frame">{frame}</div><div class="words">'
            f"{safe(short(row['title'] or 'untitled', 90))}<br>{safe(short(row['artist'] or 'no artist', 60))}<br>"
            f'<span class="quiet">{safe(one)}<br>{safe(row["split"])}</span></div></div>\n'
        )


def same_bytes(rows: pa.Table, picture: Picture) -> str:
    """Return a few groups of artworks that have one picture, byte for byte: those in the release, by its SHA-256."""
    inside = rows.filter(compute.equal(rows["image_status"], EMBEDDED))
    counts = inside.group_by("image_sha256").aggregate([([], "count_all")])
    several = counts.filter(compute.greater(counts["count_all"], 1))["image_sha256"]
    chosen = pa.array(sorted(several.to_pylist())[:SHOWN_GROUPS], pa.string())
    members = inside.filter(compute.is_in(inside["image_sha256"], value_set=chosen))
    members = members.select(["id", "image_sha256"])
    of_picture: dict[str, list[str]] = {sha256: [] for sha256 in chosen.to_pylist()}
    for row in members.to_pylist():
        of_picture[row["image_sha256"]].append(row["id"])
    works = _Works.of(rows, (one for ids in of_picture.values() for one in ids))
    return _grid(
        _together(
            works,
            sorted(ids)[:SHOWN_MEMBERS],
            f"{counted(len(ids), 'artwork')} with this picture",
            picture,
        )
        for ids in of_picture.values()
    )


def near_pairs(rows: pa.Table, near: pa.Table, picture: Picture) -> str:
    """Return a few near-duplicates side by side: on two sides first, then the furthest whose pictures are at hand."""
    chosen = near.take(pa.array(_most_telling(rows, near)[:SHOWN_PAIRS], pa.int64())).to_pylist()
    works = _Works.of(rows, (pair[end] for pair in chosen for end in ("a", "b")))
    return _grid(_together(works, [pair["a"], pair["b"]], _told(pair), picture) for pair in chosen)


def _most_telling(rows: pa.Table, near: pa.Table) -> npt.NDArray[np.int64]:
    """Return the places of pairs in the order in which they are worth a look; by whole columns, for there are many."""
    ids = rows["id"].combine_chunks()
    splits = compute.index_in(rows["split"], value_set=pa.array(SPLITS))
    splits = np.asarray(compute.fill_null(splits, -1), np.int64)
    inside = np.asarray(compute.equal(rows["image_status"], EMBEDDED), bool)
    ends = [compute.index_in(near[end], value_set=ids) for end in ("a", "b")]
    known = np.asarray(compute.and_(*(compute.is_valid(end) for end in ends)), bool)
    a, b = (np.asarray(compute.fill_null(end, 0), np.int64) for end in ends)
    if not len(ids):
        return np.empty(0, np.int64)
    apart = (splits[a] != splits[b]) & (splits[a] >= 0) & (splits[b] >= 0)
    least = compute.min_element_wise(near["distance"], near["mirrored_distance"])
    least = np.asarray(compute.fill_null(least, -1), np.int64)
    places = np.asarray(compute.sort_indices(near, [("a", "ascending"), ("b", "ascending")]))
    worth = np.lexsort((-least[places], ~(inside[a] & inside[b])[places], ~apart[places]))
    found = places[worth].astype(np.int64)
    return np.asarray(found[known[found]], np.int64)


def _apart(rows: Iterable[Mapping[str, Any]]) -> bool:
    return len({row["split"] for row in rows if row["split"] in SPLITS}) > 1


def _told(pair: Mapping[str, Any]) -> str:
    return f"{ways_of(pair)}, {'bound' if pair['binds'] else 'not bound'}"


def _together(works: _Works, ids: list[str], told: str, picture: Picture) -> str:
    apart = _apart(works.lines[one] for one in ids)
    leak = '<br><span class="apart">in two splits</span>' if apart else ""
    sides = "".join(works.side(one, picture) for one in ids)
    return f'<figure class="pair">{sides}<figcaption>{safe(told)}{leak}</figcaption></figure>\n'


def _grid(figures: Iterable[str]) -> str:
    body = "".join(figures)
    return f'<div class="pairs">\n{body}</div>\n' if body else ""
