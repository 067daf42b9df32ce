"""What changed since the release before: the one part that the release alone cannot give again."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from omniart_data.release.report.markup import listed, number, paragraph, section, table
from schemas.release import SPLITS, UNATTRIBUTED

BEGIN, END = "<!-- changes -->", "<!-- /changes -->"
"""Between them stands what hangs on the release before; others' words cannot hold them, for they are escaped."""

CLASSES = 10
"""Classes of a task that are shown, those that lose most."""


def changes(change: Mapping[str, Any] | None) -> str:
    """Return the part on what changed, between its marks; ``change`` is the JSON of a difference."""
    told = _told(change) if change else paragraph("This is the first release.")
    return f"{BEGIN}{section('changes', 'What changed', told)}{END}\n"


def unchanged(page: str) -> str:
    """Return the page without the part on what changed."""
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}\n", "", page, flags=re.DOTALL)


def _told(change: Mapping[str, Any]) -> str:
    reasons = [f"{reason['bump']}: {reason['what']}" for reason in change["reasons"]]
    said = f"Since {change['old']}: {change['bump']}."
    if not reasons:
        return paragraph(f"{said} Nothing differs.")
    return "".join([paragraph(said), listed(reasons), *map(_impact, _impacts(change))])


def _impacts(change: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(task, one) for task, one in change["impact"].items() if one["classes"]]


def _impact(task_and_classes: tuple[str, Mapping[str, Any]]) -> str:
    """Return what a task's classes lost and won, those that lose most first."""
    task, found = task_and_classes
    shown = found["listed"][:CLASSES]
    body: list[Sequence[str | float]] = [
        [one["label"], *(_turn(one, split) for split in (*SPLITS, UNATTRIBUTED))] for one in shown
    ]
    told = f"{task}: {number(len(shown))} of {number(found['classes'])} classes with other counts"
    made = table([task, *SPLITS, UNATTRIBUTED], body, told)
    return f"<h3>{task.capitalize()}</h3>\n{paragraph(told, 'quiet')}{made}"


def _turn(one: Mapping[str, Any], split: str) -> str:
    was, now = one["was"][split], one["now"][split]
    return number(now) if was == now else f"{number(was)} -> {number(now)}"
