"""Museums' words for types, materials and techniques become English terms by tables alone."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.decisions import Decision, evidence_of
from omniart_data.normalise.terms.decided import term_rules
from omniart_data.normalise.terms.materials import split_medium
from omniart_data.normalise.terms.medium import pieces
from omniart_data.normalise.terms.phrases import resolved
from omniart_data.normalise.terms.qualifiers import AFTER, BEFORE, STANDS
from omniart_data.normalise.terms.stems import singular, stem, stem_key
from omniart_data.normalise.terms.tables import (
    KINDS,
    TermDecision,
    aat_ids,
    by_ending,
    look_up,
    plain,
    translated,
)
from omniart_data.normalise.terms.types import translate_types, type_terms
from omniart_data.normalise.vocabulary import vocabulary_rows

LANGUAGES = st.sampled_from(["nl", "en", "", "de"])
KIND = st.sampled_from(KINDS)


def text(words: str, language: str = "en") -> list[dict[str, str]]:
    """Return a column value of one Text."""
    return [{"text": words, "language": language}]


@pytest.mark.parametrize(
    ("medium", "materials", "techniques"),
    [
        ("Oil on canvas", ["oil paint", "canvas"], ["painting"]),
        ("oil on Canvas, transferred from wood", ["oil paint", "canvas"], ["transfer", "painting"]),
        ("Wool, silk; embroidered", ["wool", "silk"], ["embroidery"]),
        ("(a, b) Silk, (c) Wool", ["silk", "wool"], []),
        ("Case: gilt brass; Movement: iron", ["brass", "gold", "iron"], ["gilding"]),
        ("Gilt bronze, enameled", ["bronze", "gold", "enamel"], ["gilding", "enameling"]),
        ("Boxwood (Buxus sempervirens)", ["boxwood"], []),
        ("Silk, possibly cotton (?)", ["silk", "cotton"], []),
        ("Gelatin silver print", [], ["gelatin silver print"]),
        ("Etching", [], ["etching"]),
        ("Lead.", ["lead"], []),
        ("Mother-of-pearl and gold leaf", ["mother-of-pearl", "gold leaf"], []),
        ("Tempera and gold on panel", ["tempera", "gold", "panel"], ["painting"]),
        ("Oil on oak panel, 87,5 x 66 cm", ["oil paint", "oak"], ["painting"]),
        ("Mahogany veneer, pine", ["mahogany", "veneer", "pine"], []),
        ("Glass\r\nBronze", ["glass", "bronze"], []),
        ("\u200cLinen", ["linen"], []),
        ("GOLD", ["gold"], []),
    ],
)
def test_medium(medium: str, materials: list[str], techniques: list[str]) -> None:
    """A medium text is taken apart by the grammar of the notes."""
    given_materials, given_techniques, _ = split_medium(text(medium), [], []).value

    assert given_materials == materials
    assert [one for one in given_techniques if one in techniques] == techniques


@pytest.mark.parametrize(
    ("medium", "materials", "techniques"),
    [
        ("Blown glass", ["glass"], ["glassblowing"]),
        ("Free-blown glass", ["glass"], ["free blowing"]),
        ("Blown molded lead glass", ["lead glass"], ["glassblowing", "molding"]),
        ("Pressed glass", ["glass"], ["pressing"]),
        ("Glazed earthenware", ["earthenware", "glaze"], ["glazing"]),
        ("Lead-glazed earthenware", ["earthenware", "lead glaze"], ["glazing"]),
        ("Tin-glazed earthenware", ["earthenware", "tin glaze"], ["glazing"]),
        ("Carved wood", ["wood"], ["carving"]),
        ("Chisel-carved (natabori) wood", ["wood"], ["carving"]),
        ("Painted wood", ["wood"], ["painting"]),
        ("Lithograph printed in color", [], ["lithography", "color printing"]),
        ("Color lithograph", [], ["lithography", "color printing"]),
        ("Wrought iron", ["wrought iron"], []),
    ],
)
def test_a_participle_is_a_technique(
    medium: str, materials: list[str], techniques: list[str]
) -> None:
    """How a material was worked is told as a process; the material stays the plain one."""
    assert split_medium(text(medium), [], []).value[:2] == (materials, techniques)


def test_a_list_of_techniques_may_hold_a_composite() -> None:
    """What names a technique and more is taken apart in a list of techniques too."""
    judged = split_medium([], [], text("kleurenlithografie", "nl"))

    assert judged.value == ([], ["lithography", "color printing"], ["print"])


def test_dutch_composite() -> None:
    """``olieverf op doek`` is oil paint and canvas, technique and type painting."""
    judged = split_medium([], text("olieverf op doek", "nl"), [])

    assert judged.value == (["oil paint", "canvas"], ["painting"], ["painting"])
    assert [(use.term, use.how, use.label) for use in judged.terms] == [
        ("olieverf", "table", "oil paint"),
        ("doek", "table", "canvas"),
    ]


@pytest.mark.parametrize(
    ("words", "labels", "how"),
    [
        ("machine net", ["net"], "table"),
        ("net machine", ["net"], "head"),
        ("wool core", ["wool"], "table"),
        ("silver buttons", ["silver"], "table"),
        ("fine white wool", ["wool"], "table"),
        ("quaint white wool", ["wool"], "head"),
        ("symmetrically knotted pile", ["knotted pile"], "table"),
        ("linen-covered board", ["linen", "board"], "table"),
        ("walnut-veneered pine", ["walnut", "veneering", "pine"], "table"),
        ("silver-toned wood", ["wood"], "table"),
        ("wood-fired clay", ["firing", "clay"], "head"),
        ("brown-glazed clay", ["glaze", "glazing", "clay"], "table"),
        ("128 gelatin silver prints", ["gelatin silver print"], "table"),
        ("18th-century silk", ["silk"], "table"),
    ],
)
def test_a_phrase_is_known_word_by_word(words: str, labels: list[str], how: str) -> None:
    """It is known where each word has a row and stands where the row says; else only its terms are."""
    found = resolved(words, "material", "en")

    assert [one.label for one in found] == labels
    assert {one.how for one in found} == {how}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Glass; blown (pattern; ribbed, trailed), gilt", ["glass", "blown", "gilt"]),
        ("Glaze (from cat. 12", ["glaze"]),
        ("Video, 3 min., 45 sec.", ["video"]),
        ("Wool, 316 stitches per sq. inch", ["wool", "inch"]),
        ("Copper 88%, tin 4 %", ["copper", "tin"]),
        ("Coco-de-mer shell", ["coco-de-mer shell"]),
        ('"Scratch blue" stoneware - single', ["scratch blue stoneware", "single"]),
        ("Silk, and/or linen", ["silk", "linen"]),
    ],
)
def test_what_is_no_phrase_goes(words: str, named: list[str]) -> None:
    """Brackets, running times, counts by length and shares of an alloy name nothing."""
    assert [piece.text for piece in pieces(words)] == named


@pytest.mark.parametrize(
    "words", ["mounted on cardboard", "glued to board", "backed with paper", "laid down on canvas"]
)
def test_a_mounting_is_no_technique(words: str) -> None:
    """How a work is kept does not say how it was made; what lies beneath is still a material."""
    materials, techniques, _ = split_medium(text(f"Charcoal on paper, {words}"), [], []).value

    assert materials[:2] == ["charcoal", "paper"]
    assert len(materials) == 3 or words.endswith("paper")
    assert techniques == []


def test_qualifiers_hide_nothing() -> None:
    """No word before or after a material names a material or a technique itself, by a row or by its stem."""
    rows = vocabulary_rows("qualifiers")
    beside = {row["word"] for row in rows if row["stands"] in {BEFORE, AFTER}}

    assert {row["stands"] for row in rows} == set(STANDS)
    assert beside
    for word in beside:
        assert not [kind for kind in ("material", "technique") if look_up(word, kind, "en")], word


def test_kind_decides() -> None:
    """``doek`` is canvas as a material and a cloth as an object."""
    found = [look_up("doek", kind, "nl") for kind in ("material", "type")]

    assert [one.label for one in found if one] == ["canvas", "cloth"]


@pytest.mark.parametrize(
    ("given_types", "language", "labels"),
    [
        ("Paintings", "en", ["painting"]),
        ("Ceramics-Porcelain", "en", ["ceramic", "porcelain"]),
        ("Woodwork-Furniture", "en", ["woodwork", "furniture"]),
        ("Wood-Sculpture", "en", ["sculpture"]),
        ("Metalwork-Gilt Bronze", "en", ["metalwork"]),
        ("Gold and Silver|Stone-Stamp Seals", "en", ["stamp seal"]),
        ("Painting, miniature", "en", ["miniature"]),
        ("Kylix fragment; lipped inside", "en", ["kylix", "fragment"]),
        ("Fragment of a bowl", "en", ["bowl", "fragment"]),
        ("Cup and saucer", "en", ["cup", "saucer"]),
        ("kop-en-schotel", "nl", ["cup", "saucer"]),
        ("Dish with cover", "en", ["dish", "cover"]),
        ("Arms and Armor", "en", ["arms and armor"]),
        ("Banister-back chair", "en", ["banister-back chair"]),
        ("Swan-back chair", "en", ["chair"]),
        ("Painting, grisaille", "en", ["painting", "grisaille"]),
        ("Statuette of a woman", "en", ["statuette"]),
        ("Folding armchair", "en", ["armchair"]),
        ("(not assigned)", "en", []),
        ("Musical Instruments", "en", ["musical instrument"]),
        ("bord (vaatwerk)", "nl", ["plate"]),
        ("penning", "nl", ["medal"]),
        ("avondhandschoen", "nl", ["evening glove"]),
        ("stadhoudershandschoen", "nl", ["glove"]),
        ("surimono", "nl", ["surimono"]),
    ],
)
def test_types(given_types: str, language: str, labels: list[str]) -> None:
    """Classifications, object names and Dutch types become singular English terms."""
    assert translate_types(text(given_types, language), []).value == (labels,)


def test_implied_type_only_where_none_is_known() -> None:
    """What the medium implies is no rival to what the museum says."""
    silent = translate_types(text("(not assigned)"), ["print"])
    spoken = translate_types(text("Vase"), ["print"])

    assert silent.value == (["print"],)
    assert [(use.how, use.label) for use in silent.terms][-1] == ("implied", "print")
    assert spoken.value == (["vase"],)


def test_unmatched_is_kept_and_told() -> None:
    """A word that no table knows stays as it was found."""
    judged = translate_types(text("Zorblething", "nl"), [])

    assert judged.value == (["zorblething"],)
    assert judged.terms[0].how == "unmatched"
    assert "kept as given" in judged.because


def test_head_is_marked() -> None:
    """A compound's head is not passed off as the term."""
    found = by_ending("stadhoudersstoel", "type", "nl")

    assert found is not None
    assert (found.label, found.how) == ("chair", "head")


@pytest.mark.parametrize("name", ["Metal", "Glass", "Wood", "Stone"])
def test_a_material_is_no_type_beside_a_type(name: str) -> None:
    """A classification by material alone is a type only where nothing else is said."""
    judged = translate_types([*text(name), *text("Andiron")], [])

    assert judged.value == (["andiron"],)
    assert [use.label for use in judged.terms] == ["", "andiron"]
    assert translate_types(text(name), []).value[0]


@pytest.mark.parametrize(
    "words",
    ["gilt bronze", "Gilded bronze", "bronze, gilt", "ormolu", "bronze-gilt"],
)
def test_gilt_is_gold(words: str) -> None:
    """However a museum says it, gilt bronze is bronze and gold, and its technique gilding."""
    materials, techniques, _ = split_medium(text(words), [], []).value

    assert (sorted(materials), techniques) == (["bronze", "gold"], ["gilding"])


@pytest.mark.parametrize(
    ("words", "painted"),
    [
        ("Watercolor on ivory", True),
        ("Ink and color on silk", True),
        ("Wood, pigment", False),
        ("Pastel on paper, laid down on canvas", False),
        ("Panel transferred to canvas", False),
        ("Ink on paper", False),
    ],
)
def test_painting_needs_paint_and_a_support(words: str, *, painted: bool) -> None:
    """The technique is painting where paint lies on something, and not for a support alone."""
    assert ("painting" in split_medium(text(words), [], []).value[1]) == painted


@pytest.mark.parametrize("support", ["Wood", "Oak", "Poplar", "Marble"])
def test_a_bare_support_implies_no_type(support: str) -> None:
    """Wood alone may be a panel or a chest."""
    assert split_medium(text(support), [], []).value[2] == []


def test_a_decision_stands_in_for_a_row() -> None:
    """A word that no table knows becomes what people decided, in its language, before types are implied."""
    decided = {
        ("material", "zorbel", "nl"): TermDecision("oak", "decisions/material.csv: ..."),
        ("type", "quux", "en"): TermDecision("", "decisions/type.csv: ..."),
    }
    of_material = split_medium([], text("zorbel", "nl"), [], decided=decided)
    of_type = translate_types(text("quux"), ["print"], decided=decided)

    assert of_material.value[0] == ["oak"]
    assert [use.how for use in of_material.terms] == ["decision"]
    assert split_medium([], text("zorbel", "en"), [], decided=decided).value[0] == ["zorbel"]
    assert of_type.value == (["print"],)
    assert [use.how for use in of_type.terms] == ["decision", "implied"]


def test_decisions_on_known_terms_are_flagged() -> None:
    """What a table knows meanwhile, and what rests on other evidence, is not applied but told."""
    known, other, fine = (
        Decision(kind, action, f"nl:{term}", label, "why", evidence_of(kind, seen, "nl"))
        for kind, action, term, label, seen in (
            ("material", "rename", "eikenhout", "ash", "eikenhout"),
            ("technique", "reject", "zorbel", "", "zorbels"),
            ("type", "rename", "quuks", "Paintings", "quuks"),
        )
    )
    (of_materials, of_types), flagged = term_rules([fine, known, other])

    assert {(one.decision, one.why.split()[0]) for one in flagged} == {
        (known, "schemas/vocab"),
        (other, "its"),
    }
    again = pickle.loads(pickle.dumps(of_types))
    assert again.judge(text("Quuks", "nl"), []).value == (["painting"],)
    assert "decisions/type.csv: rename nl:quuks" in again.judge(text("Quuks", "nl"), []).because
    assert of_materials.judge([], text("eikenhout", "nl"), []).value[0] == ["oak"]


def test_one_id_a_label() -> None:
    """A label has one id in the AAT, and no two labels of terms.csv that are different things share one."""
    for kind in KINDS:
        rows = [row for row in vocabulary_rows("terms") if row["kind"] == kind and row["aat_id"]]
        pairs = {(row["label"], row["aat_id"]) for row in rows}
        assert len({label for label, _ in pairs}) == len(pairs)
        assert len({number for _, number in pairs}) == len(pairs)
        assert dict(pairs) == {label: aat_ids(kind)[label] for label, _ in pairs}


@given(st.text(), KIND, LANGUAGES)
def test_no_text_raises(words: str, kind: str, language: str) -> None:
    """Any text has an answer, of the kind asked for, and says why."""
    found = translated(words, kind, language)

    assert found.kind == kind
    assert found.because
    assert all(piece.text for piece in pieces(words, language))
    assert all(one.label for _, one in type_terms(words, language) if one.how == "unmatched")


@given(st.text(), st.text(), LANGUAGES)
def test_rules_never_raise(words: str, more: str, language: str) -> None:
    """The rules have an answer for any text."""
    texts = [*text(words, language), *text(more, language)]
    materials, techniques, implied = split_medium(texts, texts, texts).value
    (types,) = translate_types(texts, implied).value

    for labels in (materials, techniques, implied, types):
        assert len(set(labels)) == len(labels)
        assert all(labels)


@pytest.mark.parametrize("kind", KINDS)
def test_a_label_is_its_own_label(kind: str) -> None:
    """Looking up a label gives the label: what is normalised stays so."""
    labels = {row["label"] for row in vocabulary_rows("terms") if row["kind"] == kind} - {""}
    changed = {
        (label, found.label)
        for label in labels
        if (found := look_up(label, kind, "en")) is None or found.label != label
    }

    assert not changed


@pytest.mark.parametrize("kind", ["material", "technique"])
def test_medium_terms_stay_where_they_are(kind: str) -> None:
    """A material's label is resolved to itself within a medium text."""
    labels = {row["label"] for row in vocabulary_rows("terms") if row["kind"] == kind} - {""}

    for label in labels:
        [found] = resolved(label, kind, "en")
        assert (found.label, found.kind) == (label, kind)


@given(st.text())
def test_plain_is_idempotent(words: str) -> None:
    """What has been made plain stays as it is."""
    assert plain(plain(words)) == plain(words)


def test_stems_part_what_snowball_merges() -> None:
    """Etching and etched, painting and paint are different words; canvas and canvases are not."""
    assert stem("etching") != stem("etched")
    assert stem("painting") != stem("paint")
    assert stem_key("oil canvases") == stem_key("oil canvas")
    assert stem_key("gold leaves") == stem_key("gold leaf")


@pytest.mark.parametrize(
    ("plural", "one"),
    [("prints", "print"), ("kylikes", "kylix"), ("glass", "glass"), ("brushes", "brush")],
)
def test_singular(plural: str, one: str) -> None:
    """Labels are in the singular."""
    assert singular(plural) == one
