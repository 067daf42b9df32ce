"""A difference as text: for a terminal, and as lines of a release's changelog."""

from collections.abc import Iterator

from omniart_data.release.diff.difference import Artists, Difference, Named, Works
from omniart_data.release.diff.sections import Section, bump_line, counted, sections

ROWS = 12
"""Rows of a table that a terminal shows."""
WIDEST = 60
"""Characters of a cell that a terminal shows; names of museums have no end."""


def as_text(change: Difference) -> str:
    """Return a difference for a terminal. Museums' words are in it: print it with ``printing.say``."""
    parts = [bump_line(change), *(_table(section) for section in sections(change))]
    return "\n\n".join(parts)


def _table(section: Section) -> str:
    lines = [tuple(map(_cut, row)) for row in (section.head, *section.rows[:ROWS])]
    widths = [max(len(line[column]) for line in lines) for column in range(len(section.head))]
    padded = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    left_out = len(section.rows) - ROWS + section.more if len(section.rows) > ROWS else section.more
    more = [f"  ... {left_out:,} more: --json or --html"] if left_out else []
    return "\n".join([section.heading, *(f"  {line}" for line in padded), *more])


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."


def changelog_lines(change: Difference) -> Iterator[str]:
    """Yield what differs as items of a changelog in Markdown, the version and its reason first."""
    yield bump_line(change)
    came, went = change.added, change.removed
    yield f"since {change.old}: {works(came.count)} new, {works(went.count)} no longer in it{_why(went)}"
    yield from _artists(change.artists)
    yield from _artist_works(change)
    if change.moved.count:
        yield f"{works(change.moved.count)} moved from split to split"
    for name, one in change.labels.items():
        if name not in _BY_ARTIST and one.turns.count:
            counts = {"changed": one.relabelled, "given": one.given, "taken away": one.taken}
            yield f"{name}: {counted(counts)}"
    yield from _pictures(change)
    if change.rights.count:
        stricter = f", {change.rights.stricter:,} stricter" if change.rights.stricter else ""
        yield f"{works(change.rights.count)} under other rights{stricter}"
    yield from _names("labels", "new in the class index", change.classes.new)
    yield from _names("labels", "retired", change.classes.retired)
    yield from _names("labels", "renamed", change.classes.renamed)
    for what, names in (("added", change.columns.added), ("removed", change.columns.removed)):
        if names:
            yield f"columns {what}: {', '.join(names)}"


_BY_ARTIST = ("artist", "artist_id")


def works(number: int) -> str:
    """Return so many artworks in words.

    >>> works(1), works(1200)
    ('1 artwork', '1,200 artworks')
    """
    return f"{number:,} artwork{'' if number == 1 else 's'}"


def _why(gone: Works) -> str:
    return f" ({counted(gone.by)})" if gone.by else ""


def _artists(artists: Artists) -> Iterator[str]:
    yield from _names("artists", "renamed", artists.renamed)
    yield from _names("artists", "merged into another", artists.merged)
    yield from _names("artists", "given another id", artists.given_another_id)


def _names(kind: str, what: str, one: Named) -> Iterator[str]:
    if not one.count:
        return
    more = ", ..." if one.count > len(one.examples) else ""
    kind = kind.removesuffix("s") if one.count == 1 else kind
    yield f"{one.count:,} {kind} {what}: {', '.join(map(_line, one.examples))}{more}"


def _artist_works(change: Difference) -> Iterator[str]:
    artist = change.labels.get("artist")
    if change.artists.by_another.count:
        yield f"{works(change.artists.by_another.count)} by another artist than before"
    if artist is not None and artist.taken:
        yield f"{works(artist.taken)} without an artist any more"
    if artist is not None and artist.given:
        yield f"{works(artist.given)} with an artist at last"


def _pictures(change: Difference) -> Iterator[str]:
    for what, of in (
        ("with another picture", change.pictures_other),
        ("without a picture any more", change.pictures_gone),
        ("with a picture at last", change.pictures_new),
    ):
        if of.count:
            yield f"{works(of.count)} {what}"


def _line(text: str) -> str:
    """Return a name that stays within its line of Markdown."""
    return " ".join(text.split()).replace("<", "&lt;")
