"""A page whose address is a secret, opened in the user's browser without telling the address to other users."""

import html
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_REDIRECT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}"><title>Review</title></head>
<body><a href="{url}">Review</a></body></html>
"""


@contextmanager
def opened_in_browser(
    url: str, open_: Callable[[str], object] = webbrowser.open
) -> Iterator[Path | None]:
    """Open an address by a file that leads to it; the file, which is given, is there until the end of the block.

    Any user of a machine sees the arguments of its programs, a browser's among them; the file none but its owner
    can read. Where no file can be written none is opened: the address was printed.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="omniart-review-", ignore_cleanup_errors=True)
    except OSError:
        yield None
        return
    with folder as name:
        path = Path(name) / "review.html"  # in a folder that is its owner's alone
        try:
            path.touch(mode=0o600)
            path.write_text(_REDIRECT.format(url=html.escape(url)), encoding="utf-8")
        except OSError:
            yield None
            return
        open_(path.as_uri())
        yield path
