"""What an artwork is made of and how: the rule for materials, techniques, and the types they imply."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.terms.medium import pieces
from omniart_data.normalise.terms.phrases import resolved
from omniart_data.normalise.terms.tables import (
    LONGEST,
    NOTHING_DECIDED,
    Decided,
    Found,
    as_decided,
    composites,
    look_up,
    plain,
)
from omniart_data.normalise.vocabulary import vocabulary_rows

Texts = Sequence[Mapping[str, str]] | None
"""Values of a column of ``list<TEXT>``, as Arrow gives them to Python."""

_PAINTING = "painting"
_PAINTED = (_PAINTING, "watercolor", "gouache")
"""Types that paint implies."""
_ONLY_ON_A_SUPPORT = frozenset({"paint", "pigment"})
"""Paint where a text says what it lies on ("color on silk"); in a list it may be the colour of anything."""


def split_medium(
    medium: Texts, materials: Texts, techniques: Texts, *, decided: Decided = NOTHING_DECIDED
) -> Judged:
    """Name the materials and techniques of an artwork, and the types that they imply.

    A text of the one may name the other ("etching" as a material), so each phrase goes where its term
    belongs. Paint on a support makes the technique "painting", whether a text says so or a list holds both.

    >>> split_medium([{"text": "Oil on canvas", "language": "en"}], [], []).value
    (['oil paint', 'canvas'], ['painting'], ['painting'])
    >>> split_medium([], [{"text": "olieverf op doek", "language": "nl"}], []).value
    (['oil paint', 'canvas'], ['painting'], ['painting'])
    >>> split_medium([], [{"text": one, "language": "nl"} for one in ("doek", "olieverf")], []).value
    (['canvas', 'oil paint'], ['painting'], ['painting'])
    """
    named: dict[tuple[str, str], None] = {}
    uses: list[TermUse] = []
    because: dict[str, None] = {}
    painted_on = False
    for texts, kind in ((medium, "material"), (materials, "material"), (techniques, "technique")):
        for text in texts or ():
            words, language = (text["text"] or "")[:LONGEST], text["language"] or ""
            for term, is_support, without_decision in _terms(words, kind, language):
                found = as_decided(without_decision, term, language, decided)
                painted_on = painted_on or is_support
                uses.append(TermUse(found.kind, term, language, found.how, found.label))
                because[found.because] = None
                if found.label:
                    named[found.kind, found.label] = None
    labels = {
        kind: [label for one, label in named if one == kind] for kind in ("material", "technique")
    }
    if _is_painted(labels["material"], labels["technique"], painted_on=painted_on):
        labels["technique"] = list(dict.fromkeys([*labels["technique"], _PAINTING]))
        because["paint on a support: painting"] = None
    types = [label for kind, label in named if kind == "type"]
    implied = types or _implied([*labels["technique"], *labels["material"]])
    value = (labels["material"], labels["technique"], implied)
    return Judged(value, "; ".join(because) or "no medium given", tuple(uses))


def _is_painted(materials: Sequence[str], techniques: Sequence[str], *, painted_on: bool) -> bool:
    """Say whether paint lies on a support: "on" it in a text, or on canvas, panel or the like in a list.

    What is printed or photographed is coloured, and not painted.

    >>> _is_painted(["copper", "oil paint"], [], painted_on=False)
    True
    >>> _is_painted(["woodblock print", "ink", "watercolor", "paper"], [], painted_on=True)
    False
    """
    if any(implied_types().get(one) in _MULTIPLIED for one in (*techniques, *materials)):
        return False
    supports = {one for one in materials if one == "canvas" or one.endswith("panel")}
    paint = {one for one in materials if implied_types().get(one) in _PAINTED} - supports
    if painted_on:
        paint |= _ONLY_ON_A_SUPPORT.intersection(materials)
    if _PAINTS_OF_PICTURES.intersection(paint):
        supports |= _FLAT.intersection(materials)
    return bool(paint) and (painted_on or bool(supports))


_MULTIPLIED = frozenset({"print", "photograph", "photomechanical print"})
_PAINTS_OF_PICTURES = frozenset({"oil paint", "watercolor", "gouache", "tempera", "acrylic paint"})
_FLAT = frozenset(
    {"copper", "paper", "cardboard", "parchment", "vellum", "ivory", "slate", "tin", "tin plate"}
)
"""What such paint lies on in a list, where the same list of another paint may be that of any object."""


@cache
def implied_types() -> Mapping[str, str]:
    """Return label of a material or technique -> artwork type that it implies."""
    return MappingProxyType({row["term"]: row["type"] for row in vocabulary_rows("implied_types")})


@lru_cache(maxsize=16384)
def _terms(text: str, kind: str, language: str) -> tuple[tuple[str, bool, Found], ...]:
    """Return the terms of a text: the whole text where a table knows it, else its phrases."""
    whole = look_up(text, kind, language)
    if whole is not None and whole.label and plain(text) not in composites():
        return ((plain(text), False, whole),)
    return tuple(
        (piece.text, piece.is_support, found)
        for piece in pieces(text, language)
        for found in resolved(piece.text, kind, language)
    )


def _implied(labels: Sequence[str]) -> list[str]:
    types = [implied_types()[label] for label in labels if label in implied_types()]
    return list(dict.fromkeys(types))[:1]  # the first: technique before material


RULE = Rule(
    "materials",
    ("medium", "materials", "techniques"),
    ("material_terms", "technique_terms", "implied_types"),
    split_medium,
)
