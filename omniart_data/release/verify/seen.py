"""A release's tables, read once for all checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from omniart_data.release.contents import GIVEN_SPLITS
from omniart_data.release.facts import COLUMNS as FACT_COLUMNS
from omniart_data.release.facts import Told, measure
from omniart_data.release.near.check import COLUMNS as NEAR_COLUMNS
from omniart_data.release.read import ALL_SPLITS, Release
from omniart_data.release.rows import compute
from omniart_data.release.values import COLUMNS as VALUE_COLUMNS
from schemas.release import UNATTRIBUTED


@dataclass(frozen=True)
class Seen:
    """A release's tables, read once."""

    release: Release
    bodies: Mapping[str, bytes]
    """SHA-256 of each picture that is in the release, by the id of its artwork."""

    @cached_property
    def rows(self) -> pa.Table:
        """Return all rows, short of columns that no check reads, with ``file_split``."""
        others = ("object_number", "title", "judgements", "may_train", *NEAR_COLUMNS)
        columns = list(dict.fromkeys([*FACT_COLUMNS, *VALUE_COLUMNS, *others]))
        tables = []
        for split in ALL_SPLITS:
            table = self.release.table(split, columns=columns)
            name = pa.repeat(pa.scalar(split), table.num_rows)
            tables.append(table.append_column("file_split", name))
        return pa.concat_tables(tables).combine_chunks()

    @property
    def everybody(self) -> bool:
        """Say whether works without an artist were split too."""
        return bool(self.release.receipt["options"].get("split_unattributed"))

    @property
    def given(self) -> bool:
        """Say whether the splits are somebody else's: groups and shares are then as they are."""
        return bool(self.release.receipt["options"].get(GIVEN_SPLITS))

    @cached_property
    def splits(self) -> pa.Table:
        """Return the rows of the three splits."""
        return self.rows.filter(compute.not_equal(self.rows["file_split"], UNATTRIBUTED))

    def group_of(self, ids: Any) -> Any:
        """Return the group of each artwork that is named; null for one that is not there."""
        where = compute.index_in(ids, value_set=self.rows["id"].combine_chunks())
        return self.rows["group"].take(where)

    @cached_property
    def near(self) -> pa.Table:
        """Return the near-duplicates."""
        return self.release.side_table("near")

    @cached_property
    def dropped(self) -> pa.Table:
        """Return the records that are not in the release."""
        return self.release.side_table("dropped")

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return the facts, measured anew."""
        release = self.release
        return measure(
            Told(
                rows=self.rows,
                dropped=self.dropped,
                terms=release.side_table("terms"),
                labels=release.labels,
                records_read=release.receipt["records_read"],
                near=self.near,
                ledger=release.ledger,
                options=release.receipt["options"],
                version=release.version,
            )
        )
