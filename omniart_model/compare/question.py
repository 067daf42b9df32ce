"""Whether tables that are there would be lost: a question may be widened and asked again, another one is not written over.

A question is all that is asked: the values of each factor, tasks, split, seeds, epochs and batch, of one release. More
values and more seeds widen it, as long as the first value of each factor, around which the others vary, stays.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from omniart_model.baselines.table import plain
from omniart_model.compare.settings import Options
from omniart_model.files import read_json
from omniart_model.shortened import shortened
from schemas.errors import ModelError

_FACTORS = ("bases", "shared", "augment", "subsets", "methods")
_UNKNOWN = "what they answer cannot be told"


def refusal(path: Path, digest: str, options: Options) -> str:
    """Return why the tables whose JSON is at ``path`` may not be written over; empty where nothing would be lost.

    ``digest`` is that of the release, and ``options`` are asked of it.
    """
    if not path.exists():
        return ""
    try:
        told = read_json(path)
        lost = [] if told["digest"] == digest else ["of another release of that version"]
        lost += _lost(told["asked"], plain(options))
    except (ModelError, KeyError, TypeError):
        lost = [_UNKNOWN]
    if not lost:
        return ""
    return (
        f"{path.parent} holds tables of another question ({shortened('; '.join(lost))}): give --replace, which leaves finished runs "
        "where they are, or --out for another folder"
    )


def _lost(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was asked and is not now, as options; raises KeyError and TypeError for what no comparison asks."""
    for name in _FACTORS:
        yield from _lost_values(name, list(was[name]), now[name])
    if was["seeds"] > now["seeds"]:
        yield f"--seeds {was['seeds']}"
    if was["grid"] and not now["grid"]:
        yield "--grid"
    if was["split"] != now["split"]:
        yield f"--split {was['split']}"
    if was["tasks"] != now["tasks"]:
        yield "other --tasks or --min-train"
    for name, value in now["preset"].items():
        if was["preset"][name] != value:
            yield f"--{name} {was['preset'][name]}"


def _lost_values(name: str, was: list[Any], now: list[Any]) -> Iterator[str]:
    lost = [str(value) for value in was if value not in now]
    if lost:
        yield f"--{name} {','.join(lost)}"
        return
    nothing = [0] if name == "subsets" else []  # no stage 2 is around all works
    if (was or nothing)[:1] != (now or nothing)[:1]:
        yield f"--{name} {(was or nothing)[0]} as the first"
