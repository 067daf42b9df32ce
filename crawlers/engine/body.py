"""What a body is, told by its first bytes: a wall answers 200 with a page of HTML as well."""

import re

_HTML = re.compile(
    rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<[?!A-Za-z_]")
_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|II\*\x00|MM\x00\*|II\+\x00|MM\x00\+|BM"
    rb"|RIFF....WEBP|\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51|....ftyp(?:avif|avis|heic|heix|mif1)",
    re.DOTALL,
)
_ZIP = re.compile(rb"PK(?:\x03\x04|\x05\x06)")
_HEAD_BYTES = 4096
_UTF8_BOM = b"\xef\xbb\xbf"


def kind_of(body: bytes) -> str:
    """Return "html", "xml", "json", "image", "zip", or "" for what is none of them (or torn JSON).

    >>> kind_of(b'{"total": 0}'), kind_of(b"<?xml version='1.0'?><OAI-PMH/>")
    ('json', 'xml')
    >>> kind_of(b"<!DOCTYPE html><title>Pardon our interruption</title>"), kind_of(b'{"total":')
    ('html', '')
    """
    head = body[:_HEAD_BYTES]
    for kind, form in (("image", _IMAGE), ("zip", _ZIP)):
        if form.match(head):
            return kind
    head = head.removeprefix(_UTF8_BOM)
    if _HTML.match(head):
        return "html"
    if _XML.match(head):
        return "xml"
    return "json" if _is_json(head.lstrip()[:1], body[-_HEAD_BYTES:].rstrip()[-1:]) else ""


def _is_json(first: bytes, last: bytes) -> bool:
    """Return whether a body's first and last signs are those of a whole object or list."""
    return (first, last) in {(b"{", b"}"), (b"[", b"]")}
