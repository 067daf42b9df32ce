"""Works as the report shows them: their words, and a small picture where the release itself holds one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release import Release
from omniart_data.release.report.markup import safe, short
from omniart_data.release.report.pictures import address
from omniart_data.release.rows import compute
from omniart_model.report.words import joined, year_text
from schemas.errors import ModelError
from schemas.release import EMBEDDED, SPLITS

_COLUMNS = (
    "id",
    "title",
    "artist",
    "institution",
    "source",
    "year",
    "artwork_types",
    "materials",
    "split",
    "image_status",
)


@dataclass(frozen=True)
class Work:
    """What is told of a work; ``picture`` is an address that holds a small JPEG, empty where the release has none."""

    id: str
    title: str
    artist: str
    museum: str
    year: float | None
    types: tuple[str, ...]
    materials: tuple[str, ...]
    split: str
    picture: str = ""

    @property
    def labels(self) -> str:
        """Return type, materials and year in a line."""
        told = [joined(self.types), joined(self.materials), year_text(self.year)]
        return "; ".join(one for one in told if one)


def read_works(release: Release, ids: Iterable[str]) -> Mapping[str, Work]:
    """Return works by id, with their pictures; raise ModelError where the release is damaged.

    A picture is shown only where the release holds it: one that is kept out is not passed on by a report either.
    """
    wanted = pa.array(sorted(set(ids)), pa.string())
    rows = release.table(*SPLITS, columns=list(_COLUMNS))
    rows = rows.filter(compute.is_in(rows["id"], value_set=wanted))
    inside = rows.filter(compute.equal(rows["image_status"], EMBEDDED))["id"]
    pictures = dict(_pictures(release, inside.combine_chunks()))
    return {row["id"]: _work(row, pictures.get(row["id"], "")) for row in rows.to_pylist()}


def _work(row: Mapping[str, object], picture: str) -> Work:
    words = {name: str(row[name] or "") for name in ("title", "artist", "institution", "source")}
    year = row["year"]
    return Work(
        id=str(row["id"]),
        title=words["title"] or "untitled",
        artist=words["artist"] or "no artist",
        museum=words["institution"] or words["source"],
        year=float(year) if isinstance(year, (int, float)) else None,
        types=_texts(row["artwork_types"]),
        materials=_texts(row["materials"]),
        split=str(row["split"]),
        picture=picture,
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _pictures(release: Release, ids: "pa.Array[pa.StringScalar]") -> Iterator[tuple[str, str]]:
    """Yield id and address of the works asked for; only the row groups that hold one of them are read."""
    for split in SPLITS:
        for shard in release.shards(split):
            try:
                with pq.ParquetFile(shard, page_checksum_verification=True) as file:
                    for group in range(file.num_row_groups):
                        yield from _of_group(file, group, ids)
            except (pa.ArrowException, OSError) as error:
                raise ModelError(
                    f"{shard} is damaged: run `omniart-data verify {release.folder}`"
                ) from error


def _of_group(
    file: pq.ParquetFile, group: int, ids: "pa.Array[pa.StringScalar]"
) -> Iterator[tuple[str, str]]:
    names = file.read_row_group(group, columns=["id"])["id"]
    at = np.flatnonzero(np.asarray(compute.is_in(names, value_set=ids)))
    if not len(at):
        return
    images = file.read_row_group(group, columns=["image"])["image"].take(pa.array(at))
    for name, image in zip(names.take(pa.array(at)).to_pylist(), images.to_pylist(), strict=True):
        if image and image["bytes"]:
            yield name, address(image["bytes"])


def tile(work: Work, *notes: tuple[str, str]) -> str:
    """Return a work as a cell of a list: its picture or an empty frame, its words, and notes as (class, text)."""
    alt = safe(short(f"{work.title}, {work.artist}", 120))
    frame = f'<img src="{work.picture}" alt="{alt}">' if work.picture else "no picture"
    told = "".join(
        f"<span{f' class={css}' if css else ''}>{safe(short(text, 140))}</span>"
        for css, text in notes
        if text
    )
    return (
        f'<li><div class="frame">{frame}</div><div class="words">'
        f"<b>{safe(short(work.title, 70))}</b><span>{safe(short(work.artist, 60))}</span>"
        f'<span class="quiet">{safe(short(work.labels, 110))}</span>{told}</div></li>\n'
    )


def tiles(cells: Iterable[str], css: str = "tiles") -> str:
    """Return works one beside the other."""
    return f'<ul class="{css}">\n{"".join(cells)}</ul>\n'
