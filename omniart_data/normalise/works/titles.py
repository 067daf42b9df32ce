"""When two titles say the same: the key that they are compared by, and what a title that says too little is made of."""

import re
import unicodedata

LONGEST = 300
"""Letters of a title that are read: what follows no longer tells two works apart."""

_MARKUP = re.compile(r"<[^<>]{0,40}>")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_TELLING = re.compile(
    r"(?i)\b(?:left|right|centre|center|central|upper|lower|top|bottom|north|south|east|west|panels?|wings?|shutters?"
    r"|reverse|obverse|recto|verso|inner|outer|interior|exterior|predella|detail|version|copy|sketch|study|bozzetto"
    r"|modello|first|second|third|fourth|fifth|sixth|links|rechts|midden|boven|onder|luik|paneel|keerzijde|no|nr|[ivx]+)\b"
)
"""Words for which a bracketed part stays: it says which of several, not the same once more."""

_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"1[0-9]{3}")
_WORD = re.compile(r"[^\W_]+")
_MARKED_OFF = str.maketrans({"'": "", "’": "", "‘": "", "ʼ": "", ".": " ", "&": " and "})
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "œ": "oe", "æ": "ae"})
_SAINT = frozenset({"st", "ste", "sts", "saints", "ss", "san", "santa", "sint", "heilige"})
_SMALL_WORDS = """
    a an and at by d das de del della dem den der des di die du e een ein eine el en et for from gli het i il in l
    la las le les lo los of on the to un und une van with
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Articles, "and" and prepositions, which titles of one work differ in most."""

_OPENING = frozenset({"portrait", "portret", "bildni", "ritratto"})
"""What may stand before the name of whom it shows, or not."""

_GENERIC_WORDS = """
    album bearded blad bloem bloemen bord bowl box boy brief bust buste chair child children cityscape coffee coin
    compositie composition couple cup dagger deel design deux dish doos drawing drie elderly etching ewer facing
    familie family female figure figures figurine figuur flower flowers folio fork foto four fragment fruit full
    gentleman gezicht girl grote half head hoofd jar jonge jongen jug kind kinderen kleine kneeling knife kom kop
    lady landscape landschap large leaf left length lepel letter life male man mannelijk medal meisje men
    miniature model munt naakt no nude number object old onbekende ontwerp oude paar page painting pair paneel
    panel part penning person photograph pitcher plaque plate portrait portret pot prent print reclining recto
    relief right riverscape saucer scene schet schets schilderij schotel sculpture seascape seated self
    selfportrait set sitting sketch small spoon staand standing statue statuette still stilleven stoel studie
    studies study table tafel tea teapot tegel tekening three tile title twee two unknown untitled vaas vase verso
    vier view vrouw vrouwelijk woman women young zelfportret zittend
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
"""Words that say what thousands of works are; a title of nothing else never links by itself."""

_PEOPLE_WORDS = """
    boy child children couple familie family gentleman girl jongen kind kinderen lady man meisje men paar vrouw woman
    women
"""
_PEOPLE = frozenset(_PEOPLE_WORDS.split())
_THINGS_WORDS = """
    bowl box brief chair coffee coin cup dagger dish doos ewer fork jar jug knife kom letter pitcher plate saucer
    spoon stoel table tafel tea teapot vaas vase
"""
_THINGS = frozenset(_THINGS_WORDS.split())
_PICTURES_WORDS = """
    bust buste drawing etching figure figuur foto head hoofd landscape landschap miniature model photograph
    portrait portret prent print relief schets sculpture selfportrait sketch statue statuette still studie study
    tekening zelfportret
"""
_PICTURES = frozenset(_PICTURES_WORDS.split())
"""Generic words that tell whom, what with, and what kind of picture."""

DEFINITE = r"(?i)^(?:the|het|de) [^ ]+ [^ ]"
"""A title that names the one thing of its kind (The Cup of Tea), whatever words it is made of."""


def title_key(title: str) -> str:
    """Return the words that a title is compared by; empty where it has none.

    Case, accents, punctuation, articles, prepositions, the plural s, years and what stands in brackets do not tell,
    unless the brackets say which of several works it is. Of a title in two languages with a bar between them, as the Met
    writes them, the last counts. Nothing is translated here: see works.translated.

    >>> title_key("St Thomas Aquinas Aided by Sts Peter and Paul")
    'saint thoma aquina aided saint peter paul'
    >>> title_key("Portrait of Petronella Elias (1648–1667) with a Basket of Fruit")
    'petronella elia basket fruit'
    >>> title_key("Vanitas Still-Life") == title_key("Vanitas Still Life")
    True
    >>> title_key("Altarpiece (left panel)"), title_key("北宋 夏山圖 卷|Summer Mountains"), title_key("...")
    ('altarpiece left panel', 'summer mountain', '')
    """
    said = title[:LONGEST].rpartition("|")[2] or title[:LONGEST]
    said = _BRACKETS.sub(_bracketed, _MARKUP.sub(" ", said)) if _has_marks(said) else said
    said = said.casefold()
    if not said.isascii():
        said = "".join(
            letter
            for letter in unicodedata.normalize("NFKD", said.translate(_LETTERS))
            if not unicodedata.combining(letter)
        )
    words = [_word(word) for word in _WORD.findall(said.translate(_MARKED_OFF))]
    told = [word for word in words if word not in _SMALL and not _YEAR.fullmatch(word)] or words
    if told[:1] and told[0] in _OPENING and not is_generic(" ".join(told)):
        told = told[1:]
    return " ".join(told)


def is_generic(key: str) -> bool:
    """Return whether a title key says too little to link: it is empty, or made of words that fit thousands.

    Somebody with something (Lady at the Tea Table) is a scene, of which there are few.

    >>> [is_generic(title_key(one)) for one in ("Portrait of a Man", "Untitled", "Landscape", "View of Delft", "No. 12")]
    [True, True, True, False, True]
    >>> [is_generic(title_key(one)) for one in ("Lady at the Tea Table", "Dish with a woman", "Young Woman")]
    [False, True, True]
    """
    words = key.split()
    return all(word in _GENERIC or _NUMBER.fullmatch(word) for word in words) and not _scene(words)


def _scene(words: list[str]) -> bool:
    """Return whether somebody comes first and something after, in no portrait or study."""
    told = ["who" if one in _PEOPLE else "what" for one in words if one in _PEOPLE | _THINGS]
    return told[:1] == ["who"] and "what" in told and _PICTURES.isdisjoint(words)


def _has_marks(said: str) -> bool:
    return "(" in said or "[" in said or "<" in said


def _bracketed(found: re.Match[str]) -> str:
    return f" {found[1]} " if _TELLING.search(found[1]) else " "


def _word(word: str) -> str:
    if word in _SAINT:
        return "saint"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
