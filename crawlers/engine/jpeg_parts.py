"""What a JPEG's file holds besides its picture, told by its segments alone, without decoding it."""

import re

_END, _SCAN = 0xD9, 0xDA
_APP0, _APP2, _APP14 = 0xE0, 0xE2, 0xEE
_OF_THE_PICTURE = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xDE)}) - {0xC8}
"""Kinds of segment without which there is no decoding: frames, tables, scans, restarts."""
_JFIF_BYTES, _ADOBE_BYTES = 16, 14
"""Lengths of these segments, the JFIF one without a thumbnail."""
_MARKER = re.compile(rb"\xff+[^\x00\xff]")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The next marker after coded pixels: 0 stands for a 255 among them, D0 to D7 for a restart."""


class MetadataError(Exception):
    """A JPEG holds metadata, or its segments are so out of order that nobody can tell."""


def bytes_after_end(body: bytes, *, with_profile: bool) -> int:
    r"""Return how many bytes stand after a JPEG's end mark; raise MetadataError where there are metadata before.

    JFIF's and Adobe's own segments say how its colours are coded, and are none; so is a colour profile
    where it is to be there (``with_profile``).

    >>> bytes_after_end(b"\xff\xd8\xff\xda\0\2pixels\xff\xd9\n", with_profile=False)
    1
    """
    place, coded = 2, False
    while True:
        found = _AFTER_SCAN.search(body, place) if coded else _MARKER.match(body, place)
        if found is None:
            raise MetadataError(f"no segment at byte {place}")
        kind, place = body[found.end() - 1], found.end()
        if kind == _END:
            return len(body) - place
        length = int.from_bytes(body[place : place + 2], "big")
        head = body[place + 2 : place + 14]
        if length < 2 or not _belongs(kind, length, head, with_profile=with_profile):
            raise MetadataError(f"segment {kind:02X}")
        place, coded = place + length, kind == _SCAN


def _belongs(kind: int, length: int, head: bytes, *, with_profile: bool) -> bool:
    """Return whether a segment tells of the picture alone."""
    if kind == _APP0:
        return head.startswith(b"JFIF\0") and length == _JFIF_BYTES
    if kind == _APP14:
        return head.startswith(b"Adobe") and length == _ADOBE_BYTES
    if kind == _APP2:
        return with_profile and head == b"ICC_PROFILE\0"
    return kind in _OF_THE_PICTURE
