"""A comparison as text: the same page on a terminal and as Markdown."""

from collections.abc import Iterator, Sequence

from omniart_model.compare.page import Cell, Section, page
from omniart_model.compare.table import Comparison
from omniart_model.report.markdown import escaped


def terminal(comparison: Comparison) -> str:
    """Return a comparison for a terminal: its words are shown through ``printable``, line by line."""
    whole = page(comparison)
    parts = [whole.title, "", *whole.sentences]
    for section in whole.sections:
        parts += ["", section.title, *_columns(section), *section.sentences]
    return "\n".join(" ".join(part.split("\n")) for part in parts)


def _columns(section: Section) -> Iterator[str]:
    rows = [section.head]
    rows += [(line.name, *(_marked(cell) for cell in line.cells)) for line in section.lines]
    widths = [
        max(len(row[column]) for row in rows if column < len(row))
        for column in range(len(section.head))
    ]
    yield _padded(section.head, widths)
    for line, row in zip(section.lines, rows[1:], strict=True):
        sentence = f"  {line.sentence}" if line.sentence else ""
        yield _padded(row, widths) + sentence


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        text.ljust(width) if column == 0 else text.rjust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=False))
    ).rstrip()


def _marked(cell: Cell) -> str:
    return f"* {cell.text}" if cell.best else cell.text


def markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown, in which no word of others is markup."""
    whole = page(comparison)
    parts = [f"# {escaped(whole.title)}", *map(escaped, whole.sentences)]
    for section in whole.sections:
        parts += [f"## {escaped(section.title)}", "\n".join(_markdown_lines(section))]
        if section.sentences:
            parts.append("\n".join(f"- {escaped(text)}" for text in section.sentences))
    return "\n\n".join(parts) + "\n"


def _markdown_lines(section: Section) -> Iterator[str]:
    yield _joined([escaped(text) for text in section.head])
    yield _joined(["---", *["---:"] * (len(section.head) - 1)])
    for line in section.lines:
        cells = [
            f"**{escaped(cell.text)}**" if cell.best else escaped(cell.text) for cell in line.cells
        ]
        if line.sentence:
            cells = [escaped(line.sentence), *[""] * (len(section.head) - 2)]
        yield _joined([escaped(line.name), *cells])


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
