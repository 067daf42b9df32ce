"""The challenge's XML: a record of the Rijksmuseum for each picture, in Dublin Core of about 2012.

What the fields mean is told by the museum's page on its OAI interface of those years: ``dc:identifier`` begins with the
object number, ``dc:creator`` is a role, a colon and a name, ``dc:format`` holds two addresses and then ``materiaal:`` and
``techniek:`` lines among sizes. Published excerpts show ``<record>`` without a declared namespace: both forms are read.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from omniart_model.files import digest
from omniart_model.rijks14.archive import files_of
from schemas.errors import ModelError

LARGEST = 1 << 20
"""Bytes of a record at most: one has a few thousand."""

_DC = "http://purl.org/dc/elements/1.1/"
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DECLARATION = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MADE_OF = ("materiaal:", "techniek:")
_ADDRESS = re.compile(r"https?://\S+")
_PICTURE = "assetimage"  # in the address of the picture, as against that of the page


@dataclass(frozen=True)
class Record:
    """What is taken from a record, in the museum's words; empty where it says nothing."""

    sha256: str
    object_number: str = ""
    title: str = ""
    date: str = ""
    rights: str = ""
    datestamp: str = ""
    page: str = ""
    creators: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    medium: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


def read_records(sources: Sequence[Path]) -> dict[str, Record]:
    """Return the records of a folder, tar or zip by the name of their picture; raise ModelError for a broken one."""
    return {stem: parse_record(body, stem) for stem, body in files_of(sources, (".xml",), LARGEST)}


def parse_record(body: bytes, where: str) -> Record:
    """Return what a record says; raise ModelError for what is no safe XML."""
    fields = _fields(_root(body, where))
    formats = fields["format"]
    pages = [one for one in formats if _ADDRESS.fullmatch(one) and _PICTURE not in one]
    return Record(
        sha256=digest(body),
        object_number=_first(fields["identifier"]),
        title=_first(fields["title"]),
        date=_first(fields["date"]),
        rights=_first(fields["rights"]),
        datestamp=_first(fields["datestamp"]),
        page=_first(pages),
        creators=tuple(fields["creator"]),
        types=tuple(fields["type"]),
        medium=tuple(one for one in formats if one.lower().startswith(_MADE_OF)),
        subjects=tuple(fields["subject"]),
    )


def _root(body: bytes, where: str) -> etree._Element:
    if _DOCTYPE.search(body.replace(b"\0", b"")):
        raise ModelError(f"{where}.xml declares a document type or entities: refused")
    try:
        return etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        told = error
    bare = _DECLARATION.sub(b"", body)
    wrapped = b'<dc xmlns:dc="%s" xmlns:oai_dc="%s" xmlns:oai="oai" xmlns:xsi="xsi">%s</dc>' % (
        _DC.encode(),
        _OAI_DC.encode(),
        bare,
    )
    try:  # a part of a page of records, whose namespaces were declared around it
        root = etree.fromstring(wrapped, _parser())
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or len(root) != 1:
        reason = " ".join(str(told).split()) or "nothing in it"
        raise ModelError(f"{where}.xml is torn, or no XML ({reason})") from told
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _fields(root: etree._Element) -> Mapping[str, list[str]]:
    """Return the texts of all elements by their name, short of the namespace, in their order."""
    fields: dict[str, list[str]] = defaultdict(list)
    for element in root.iter(etree.Element):
        text = " ".join((element.text or "").split())
        if text:
            fields[etree.QName(element).localname].append(text)
    return fields


def _first(texts: Sequence[str]) -> str:
    return texts[0] if texts else ""
