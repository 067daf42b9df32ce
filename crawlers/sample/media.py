"""What the invented works are made of, in the words of the three museums."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """An artwork type: the museums' words for it.

    ``classification`` is empty where the Met's is, as for whole departments of the real one, and ``wga``
    where the Web Gallery would not show such a work.
    """

    key: str
    department: str
    department_code: str
    classification: str
    object_name: str
    dutch: str
    english: str
    wga: str


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "painting",
            "European Paintings",
            "ep",
            "Paintings",
            "Painting",
            "schilderij",
            "painting",
            "painting",
        ),
        Kind("print", "Drawings and Prints", "dp", "Prints", "Print", "prent", "print", "graphics"),
        Kind(
            "drawing",
            "Drawings and Prints",
            "dp",
            "Drawings",
            "Drawing",
            "tekening",
            "drawing",
            "graphics",
        ),
        Kind(
            "photograph", "Photographs", "ph", "Photographs", "Photograph", "foto", "photograph", ""
        ),
        Kind(
            "sculpture",
            "European Sculpture and Decorative Arts",
            "es",
            "Sculpture",
            "Figure",
            "beeldhouwwerk",
            "sculpture",
            "sculpture",
        ),
        Kind("vase", "The American Wing", "ad", "", "Vase", "vaas", "vase", "ceramics"),
        Kind(
            "tapestry",
            "European Sculpture and Decorative Arts",
            "es",
            "Textiles-Tapestries",
            "Tapestry",
            "wandtapijt",
            "tapestry",
            "tapestry",
        ),
        Kind(
            "medal",
            "European Sculpture and Decorative Arts",
            "es",
            "Medals and Plaquettes",
            "Medal",
            "penning",
            "medal",
            "metalwork",
        ),
    )
}


@dataclass(frozen=True)
class Medium:
    """A material or several, and how they are worked.

    ``english`` is the Met's one text and ``wga`` that of the Web Gallery; ``materials`` and
    ``techniques`` are the Rijksmuseum's concepts, (Dutch, English) each; ``texture`` is its look and
    ``scale`` the usual height of such a work in cm.
    """

    key: str
    kind: str
    english: str
    wga: str
    materials: tuple[tuple[str, str], ...]
    techniques: tuple[tuple[str, str], ...]
    texture: str
    scale: float


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read ``doek=canvas, olieverf=oil paint``."""
    pairs = (part.strip().split("=") for part in text.split(",") if part.strip())
    return tuple((dutch, english) for dutch, english in pairs)


# key | kind | the Met | the Web Gallery | materials | techniques | texture | height in cm
_TABLE = """
oil-canvas|painting|Oil on canvas|Oil on canvas|olieverf=oil paint, doek=canvas|schilderen=painting|canvas|90
oil-panel|painting|Oil on wood|Oil on oak panel|olieverf=oil paint, paneel=panel|schilderen=painting|wood|50
oil-copper|painting|Oil on copper|Oil on copper|olieverf=oil paint, koper=copper|schilderen=painting|smooth|30
tempera|painting|Tempera on wood, gold ground|Tempera on panel, gold ground|tempera=tempera, paneel=panel, bladgoud=gold leaf|schilderen=painting|gold|70
etching|print|Etching|Etching|papier=paper|etsen=etching|paper|18
engraving|print|Engraving|Engraving|papier=paper|graveren (drukprocedé)=engraving|paper|22
woodcut|print|Woodcut|Woodcut|papier=paper|houtsnede=woodcut|rough|28
mezzotint|print|Mezzotint|Mezzotint|papier=paper|mezzotint=mezzotint|smooth|35
pen|drawing|Pen and brown ink|Pen and brown ink|papier=paper, inkt=ink|pen=pen|paper|20
chalk|drawing|Black chalk|Black chalk on paper|papier=paper, zwart krijt=black chalk|tekenen=drawing|rough|24
watercolour|drawing|Watercolor|Watercolour on paper|papier=paper, waterverf=watercolour|penseel=brush|paper|30
albumen|photograph|Albumen silver print from glass negative||papier=paper|albuminedruk=albumen print|sepia|21
salted|photograph|Salted paper print from paper negative||papier=paper|zoutdruk=salted paper print|rough|19
gelatin|photograph|Gelatin silver print||fotopapier=photographic paper|gelatinezilverdruk=gelatin silver print|smooth|18
marble|sculpture|Marble|Marble|marmer=marble|houwen=carving|marble|80
bronze|sculpture|Bronze|Bronze|brons=bronze|gieten=casting|metal|45
terracotta|sculpture|Terracotta|Terracotta|terracotta=terracotta|modelleren=modelling|clay|35
porcelain|vase|Hard-paste porcelain|Porcelain|porselein=porcelain|glazuren=glazing|gloss|28
faience|vase|Tin-glazed earthenware|Faience|aardewerk=earthenware, tinglazuur=tin glaze|glazuren=glazing|gloss|32
stoneware|vase|Stoneware; salt-glazed||steengoed=stoneware|draaien=turning|stone|38
black-figure|vase|Terracotta; black-figure||terracotta=terracotta|draaien=turning|clay|41
wool|tapestry|Wool, silk|Wool and silk|wol=wool, zijde=silk|weven=weaving|weave|320
silk|tapestry|Wool, silk; embroidered|Silk|zijde=silk, linnen=linen|borduren=embroidering|satin|60
medal-bronze|medal|Bronze; cast|Bronze|brons=bronze|gieten=casting|metal|6
medal-silver|medal|Silver; struck|Silver|zilver=silver|slaan=striking|silver|4
"""


def _medium(line: str) -> Medium:
    """Read one line of the table."""
    key, kind, english, wga, materials, techniques, texture, scale = line.split("|")
    return Medium(
        key, kind, english, wga, _pairs(materials), _pairs(techniques), texture, float(scale)
    )


MEDIA: dict[str, Medium] = {
    medium.key: medium for medium in map(_medium, _TABLE.strip().splitlines())
}

UNKNOWN_MATERIAL = ("fabeliet", "")
"""A Dutch word that no table knows, and that has no English beside it."""
STRANGE_ENGLISH = "fabelite"
"""The same in the museums that write English; no table knows it either."""
