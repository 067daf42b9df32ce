"""Purge an artwork from what releases are made of: pictures, features, decisions, raw records."""

import os
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawlers.engine.database import disk_error
from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore
from omniart_data.decision_files import read_decisions, take_back
from omniart_data.normalise.decisions import Decision
from omniart_data.takedown.tombstones import split_id
from omniart_data.takedown.traces import ARROW, feature_parts, read_features

_OF_ARTWORKS = frozenset({"work", "artwork"})
"""Kinds of decisions that name artworks."""


def purge_pictures(images: ImageStore, pictures: Collection[str], urls: Collection[str]) -> int:
    """Delete pictures that are an artwork's alone, and what is known of its addresses; return the files."""
    held = [sha256 for sha256 in sorted(pictures) if images.mentions(sha256)]
    files = sum(images.purge(sha256) for sha256 in held)
    images.forget(sorted(urls))
    return files


def purge_features(root: Path, pictures: Collection[str]) -> int:
    """Write the files of features that hold some pictures again without them; return how many that were."""
    parts = feature_parts(root, pictures)
    for part in parts:
        table = read_features(part)
        named = pc.is_in(table["image_sha256"], value_set=pa.array(sorted(pictures), pa.string()))
        _replace(part, table.filter(pc.invert(named)))
    return len(parts)


def _replace(part: Path, table: pa.Table) -> None:
    """Put a table in a file's place, with its metadata, or delete the file where no row is left."""
    unfinished = part.with_name(f".{part.stem}.{os.getpid()}")
    try:
        if not table.num_rows:
            part.unlink()
            return
        if part.suffix == ARROW:
            with pa.ipc.new_file(str(unfinished), table.schema) as writer:
                writer.write_table(table)
        else:
            pq.write_table(table, unfinished, compression="none", use_dictionary=False)
        unfinished.replace(part)
    except OSError as error:
        raise disk_error(part, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def decisions_about(folder: Path, artwork: str) -> list[Decision]:
    """Return the decisions that name an artwork."""
    return [
        one
        for one in read_decisions(folder)
        if one.kind in _OF_ARTWORKS and artwork in {one.subject, one.object}
    ]


def purge_decisions(folder: Path, artwork: str) -> int:
    """Take the decisions that name an artwork out of their files; return how many they were."""
    found = decisions_about(folder, artwork)
    for decision in found:
        take_back(folder, decision)
    return len(found)


def purge_raw(store: RawStore, artwork: str) -> int:
    """Delete all that the raw store holds of an artwork; return the number of statements."""
    return store.purge(*split_id(artwork))
