"""Progress on stderr with time left, for people; nothing at all in pipes and logs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def bar(label: str, unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs, and give it the function that moves it on by so many units."""
    with tqdm(
        desc=label,
        unit=f" {unit}",
        total=total,
        unit_scale=True,
        file=sys.stderr,
        disable=not sys.stderr.isatty(),
    ) as shown:

        def advance(count: int) -> None:
            shown.update(count)

        yield advance
