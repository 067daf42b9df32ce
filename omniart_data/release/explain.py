"""Why an artwork's labels are what they are: its judgements, one for each rule."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.printing import printable
from omniart_data.release.read import Release
from schemas.errors import UsageError
from schemas.release import SPLITS, UNATTRIBUTED

_SHOWN = (
    *("title", "split", "artist", "artist_id", "artist_status", "url"),
    *("rights_stated", "may_train"),
)


def explain(release: Release, artwork: str) -> str:
    """Return an artwork's judgements as text: what each rule read, what it made of it, and because of what.

    The museum's words are shown, and no control character of theirs comes through.

    A dropped record is explained by its row in ``dropped.parquet``. Raises UsageError for an id
    (``source:source_id``) that the release does not know.
    """
    for split in (*SPLITS, UNATTRIBUTED):
        found = release.table(split).filter(pc.field("id") == artwork)
        if found.num_rows:
            return _artwork(release, found.to_pylist()[0])
    source, _, source_id = artwork.partition(":")
    dropped = release.side_table("dropped").filter(
        (pc.field("source") == source) & (pc.field("source_id") == source_id)
    )
    if not dropped.num_rows:
        known = release.table(columns=["id"])["id"]
        example = f", as in {known[0].as_py()}" if len(known) else ""
        raise UsageError(f"{artwork} is not in this release: ids are source:source_id{example}")
    return "\n".join(
        f"{printable(artwork)} dropped, {row['rule']}: {printable(row['reason'])}"
        for row in dropped.to_pylist()
    )


def _artwork(release: Release, row: dict[str, Any]) -> str:
    told = (f"  {name}: {printable(str(row[name]))}" for name in _SHOWN if row[name])
    lines = [printable(str(row["id"])), *told]
    judgements = release.side_table("judgements").take(row["judgements"]).to_pylist()
    for judgement in judgements:
        lines += _judgement(judgement)
    lines += _links(release, row["id"])
    lines.append("\nevidence, the newest first")
    lines += [f"  sha256 {one['sha256']}, record {one['number']}" for one in row["evidence"]]
    return "\n".join(lines)


def _judgement(judgement: dict[str, Any]) -> list[str]:
    """Return what a rule read, made and rests on; nothing of a rule that had nothing to read."""
    read = [(name, value) for name, value in _items(judgement["input"]) if value not in _NOTHING]
    made = [(name, value) for name, value in _items(judgement["value"]) if value not in _NOTHING]
    if not read and not made:
        return []
    return [
        f"\n{judgement['rule']}",
        *(f"  from     {name}: {_said(value)}" for name, value in read),
        *(f"  made     {name}: {_said(value)}" for name, value in made or [("nothing", None)]),
        f"  because  {printable(judgement['because'])}",
    ]


_NOTHING: tuple[object, ...] = (None, "", [])


def _links(release: Release, artwork: str) -> list[str]:
    """Return what the artwork is linked to as the same work, and whether both are one group for it."""
    links = release.side_table("links")
    own = links.filter((pc.field("a") == artwork) | (pc.field("b") == artwork)).to_pylist()
    if not own:
        return []
    ends = pa.array(sorted({link[end] for link in own for end in ("a", "b")}))
    rows = release.table(columns=["id", "group"]).filter(pc.is_in(pc.field("id"), ends))
    group = {row["id"]: row["group"] for row in rows.to_pylist()}
    lines = []
    for link in own:
        other = link["b"] if link["a"] == artwork else link["a"]
        how = "one group"
        if not link["applied"]:
            together = group.get(link["a"]) == group.get(link["b"])
            how = f"not decided, {_TOGETHER if together else _APART}"
        lines.append(f"  {printable(other)} ({how}): {printable(link['because'])}")
    return ["\nthe same work as", *lines]


_TOGETHER = "one group until it is"
_APART = "not one group: earlier releases put them on two sides, or it would be too large"


def _items(text: str) -> list[tuple[str, Any]]:
    return sorted(json.loads(text).items())


def _said(value: Any) -> str:
    """Return a value as a person would write it: a museum's text without its language.

    >>> _said([{"text": "Oil on canvas", "language": "en"}]), _said(None), _said(["oak"])
    ("'Oil on canvas'", '-', "'oak'")
    """
    if value is None or value in ([], ""):
        return "-"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, dict) and set(value) <= {"text", "language"}:
        return repr(value["text"])
    if isinstance(value, dict):
        told = {name: part for name, part in value.items() if part not in (None, "", [])}
        return (
            "(" + ", ".join(f"{printable(name)} {_said(part)}" for name, part in told.items()) + ")"
        )
    return repr(value) if isinstance(value, str) else str(value)
