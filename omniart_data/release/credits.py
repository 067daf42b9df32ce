"""Whom a release thanks and under which terms its parts may be used, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Credit:
    """The terms of one source's descriptions and pictures, and the line that it asks for."""

    name: str
    data_licence: str
    picture_terms: str
    attribution: str = ""


CC0 = "CC0 1.0 (https://creativecommons.org/publicdomain/zero/1.0)"
BY_ROW = "as the column `rights` says of each"
ODC_BY = "ODC-By 1.0 (https://opendatacommons.org/licenses/by/1-0)"

CREDITS: Mapping[str, Credit] = {
    "met": Credit("The Metropolitan Museum of Art, New York", CC0, BY_ROW),
    "rijksmuseum": Credit("Rijksmuseum, Amsterdam", CC0, BY_ROW),
    "wga": Credit(
        "Web Gallery of Art",
        "facts only; the catalogue is protected as a database by its owners",
        "personal and educational use; not to be passed on, and so not in this release",
    ),
    "sample-met": Credit("Sample museum, in the Met's protocol", CC0, BY_ROW),
    "sample-rijksmuseum": Credit("Sample museum, in the Rijksmuseum's protocol", CC0, BY_ROW),
    "sample-wga": Credit("Sample museum, in the WGA's form", CC0, BY_ROW),
}
"""Source to its terms; the line that it asks for comes with its records. The Met's and the Rijksmuseum's open access policies, the WGA's copyright statement."""

VOCABULARIES = (
    Credit(
        "Art & Architecture Thesaurus (AAT)",
        ODC_BY,
        "",
        "This release contains information from the Art & Architecture Thesaurus (AAT)®, which is made "
        "available by the J. Paul Getty Trust under the ODC Attribution License.",
    ),
    Credit(
        "Union List of Artist Names (ULAN)",
        ODC_BY,
        "",
        "This release contains information from the Union List of Artist Names (ULAN)®, which is made "
        "available by the J. Paul Getty Trust under the ODC Attribution License.",
    ),
)


def credit(source: str, given: Mapping[str, str]) -> Credit:
    """Return a source's terms with the attribution line that came with its records."""
    line = given.get(source) or "no attribution line was given: ask whoever brought this collection"
    known = CREDITS.get(source, Credit(source, "not said", BY_ROW))
    return replace(known, attribution=line)
