"""One sitting of a reviewer: what is open, what was decided since it began, and how it is taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omniart_data.decision_files import Put, as_written, put_decision, take_back
from omniart_data.review.candidates import Candidate
from omniart_data.review.naming import Names
from omniart_data.review.works import Works
from schemas.decision import KINDS
from schemas.errors import UsageError

MOST = 500
"""Candidates of a kind that are shown at a time; the next ones come when these are decided."""

_WORKS = 8
"""Artworks that are shown with a candidate, at most: a release names four of each of two artists."""

_LONGEST = 400
"""Characters of a museum's text that are shown: whoever wants the rest asks the museum."""


def shown(candidates: Sequence[Candidate]) -> dict[int, Candidate]:
    """Return the candidates of a sitting under their numbers: of each kind the first ones."""
    seen: Counter[str] = Counter()
    chosen: dict[int, Candidate] = {}
    for candidate in candidates:
        seen[candidate.kind] += 1
        if seen[candidate.kind] <= MOST:
            chosen[len(chosen)] = candidate
    return chosen


def works_of(candidates: Mapping[int, Candidate]) -> set[str]:
    """Return the ids of all artworks that are shown with some candidates."""
    return {work for one in candidates.values() for work in one.works[:_WORKS]}


def how_to_review(folder: Path) -> str:
    """Return how decisions are checked by others: with git, where their folder is in a repository."""
    is_in_git = any((one / ".git").exists() for one in (folder, *folder.resolve().parents))
    return "see them with `git diff` and commit them" if is_in_git else "keep that folder in git"


class Sitting:
    """The candidates of one sitting, and the decisions on them, which are on the disk at once."""

    def __init__(
        self,
        folder: Path,
        candidates: Sequence[Candidate],
        works: Works,
        names: Names,
        *,
        title: str,
    ) -> None:
        self._folder = folder
        self._names = names
        self._title = title
        self._left = Counter(candidate.kind for candidate in candidates)
        self._candidates = shown(candidates)
        self._works = works
        self._done: dict[int, Put] = {}

    @property
    def decisions(self) -> int:
        """Return how many decisions of this sitting stand."""
        return len(self._done)

    def decide(
        self, number: int, action: str, new: str = "", reason: str = "", *, is_new: bool = False
    ) -> dict[str, Any]:
        """Write a decision on a candidate, and return what is said of it; UsageError where that cannot be.

        ``is_new``: the new name of a rename may be one that no vocabulary knows, else UnknownNameError.
        """
        candidate = self._candidate(number)
        if number in self._done:
            raise UsageError("this was decided in this sitting: take that back first")
        decision = as_written(candidate.decided(action, new, reason))
        self._done[number] = put_decision(
            self._folder, self._names.checked(decision, is_new=is_new)
        )
        return self._told(number)

    def undo(self, number: int | None = None) -> int:
        """Take a decision of this sitting back, without a number the last one; return whose it was."""
        if number is None:
            number = next(reversed(self._done), -1)
        if number not in self._done:
            raise UsageError("there is nothing to take back")
        put = self._done[number]
        take_back(self._folder, put.decision, instead=put.replaced)
        del self._done[number]
        return number

    def to_json(self) -> dict[str, Any]:
        """Return all that the page shows."""
        return {
            "title": self._title,
            "where": f"Written to {self._folder.as_posix()}: {how_to_review(self._folder)}, and build again.",
            "kinds": list(dict.fromkeys(c.kind for c in self._candidates.values())),
            "open": {kind: self._left[kind] for kind in KINDS if self._left[kind]},
            "candidates": [self._shown(*one) for one in self._candidates.items()],
            "done": [self._told(number) for number in self._done],
        }

    def _candidate(self, number: int) -> Candidate:
        if number not in self._candidates:
            raise UsageError("there is no such candidate: load the page again")
        return self._candidates[number]

    def _told(self, number: int) -> dict[str, Any]:
        """Return a decision of this sitting."""
        decision = self._done[number].decision
        return {
            "number": number,
            "kind": decision.kind,
            "action": decision.action,
            "subject": self._candidates[number].subject_label or decision.subject,
            "object": decision.object
            if decision.action == "rename"
            else self._candidates[number].object_label * (decision.action != "reject"),
            "reason": decision.reason,
        }

    def _shown(self, number: int, candidate: Candidate) -> dict[str, Any]:
        works = [self._work(candidate, work) for work in candidate.works[:_WORKS]]
        return {
            "number": number,
            "kind": candidate.kind,
            "subject": _short(candidate.subject),
            "object": _short(candidate.object),
            "subject_label": _short(candidate.subject_label or candidate.subject),
            "object_label": _short(candidate.object_label or candidate.object),
            "score": round(candidate.score, 1),
            "because": _short(candidate.because),
            "artworks": candidate.artworks,
            "pair": candidate.is_pair,
            "actions": candidate.actions,
            "reasons": {action: candidate.reason(action) for action in candidate.actions},
            "earlier": str(candidate.earlier) if candidate.earlier else "",
            "works": works,
        }

    def _work(self, candidate: Candidate, work: str) -> dict[str, Any]:
        row = self._works.row(work)
        if row is None:
            return {"id": work, "side": "subject", "title": work, "lines": [], "picture": False}
        place = row["id"] if candidate.kind == "work" else row["artist_id"]
        is_object = candidate.is_pair and place == candidate.object
        return {
            "id": work,
            "side": "object" if is_object else "subject",
            "title": _short(row["title"] or "(no title)"),
            "lines": [_short(line) for line in _lines(row) if line],
            "picture": self._works.has_picture(work),
        }


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _lines(row: Mapping[str, Any]) -> list[str]:
    """Return what is said below a picture: makers with their dates, when, of what, where."""
    makers = "; ".join(_maker(maker) for maker in row["makers"] or ())
    given = [*(row["types_as_given"] or ()), *(row["medium_as_given"] or ())]
    words = "; ".join(text["text"] for text in given if text["text"])
    kept = ", ".join(filter(None, (row["institution"], row["object_number"])))
    return [makers, row["date_text"] or _span(row["year_first"], row["year_last"]), words, kept]


def _maker(maker: Mapping[str, Any]) -> str:
    """Return a maker as the museum names them.

    >>> _maker({"name": "Jan Steen", "role": "", "qualifier": "after", "born": 1626, "died": 1679})
    'after Jan Steen (1626-1679)'
    """
    name = " ".join(filter(None, (maker.get("qualifier"), maker["name"])))
    dates = _span(maker.get("born"), maker.get("died"))
    told = ", ".join(filter(None, (dates, maker.get("role"))))
    return f"{name} ({told})" if told else name


def _span(first: int | None, last: int | None) -> str:
    """Return two years as people write them.

    >>> _span(1626, 1679), _span(None, 1679), _span(-450, -450), _span(None, None)
    ('1626-1679', '?-1679', '450 BCE', '')
    """
    if first is None and last is None:
        return ""
    return _year(first) if first == last else f"{_year(first)}-{_year(last)}"


def _year(year: int | None) -> str:
    if year is None:
        return "?"
    return str(year) if year >= 0 else f"{-year} BCE"
