"""Words brought to one form: spelling, number, and the stem that groups what is one word."""

from collections.abc import Callable
from functools import cache, lru_cache

from omniart_data.normalise.vocabulary import vocabulary_rows

_SAME_IN_PLURAL = ("ss", "us", "is", "as", "os")


@cache
def spellings() -> dict[str, tuple[str, str]]:
    """Return word -> (chosen spelling, stem that replaces Snowball's or an empty text)."""
    return {row["word"]: (row["spelling"], row["stem"]) for row in vocabulary_rows("spellings")}


@cache
def _snowball() -> Callable[[str], str]:
    from nltk.stem.snowball import SnowballStemmer  # noqa: PLC0415 - nltk takes a second to import

    stemmer = SnowballStemmer("english")
    return lambda word: str(stemmer.stem(word))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the key that the forms of one English word share; it is never shown.

    Snowball's English stemmer, but for the words in ``schemas/vocab/spellings.csv``, which it parts
    or merges wrongly ("canvas" and "canvases", "etching" and "etched").

    >>> stem("canvases") == stem("canvas"), stem("watercolour") == stem("watercolor")
    (True, True)
    >>> stem("painted") == stem("paint")
    False
    """
    spelling, own = spellings().get(word, (word, ""))
    return own or _snowball()(spelling)


@lru_cache(maxsize=65536)
def stem_key(phrase: str) -> str:
    """Return the stems of a phrase's words; phrases with one key are one label.

    >>> stem_key("oil paints")
    'oil paint'
    """
    return " ".join(stem(word) for word in phrase.replace("-", " ").split())


@lru_cache(maxsize=65536)
def singular(phrase: str) -> str:
    """Return an English noun phrase with its last word in the singular, in the chosen spelling.

    >>> [singular(word) for word in ("paintings", "candelabra", "watercolours", "brass", "boxes")]
    ['painting', 'candelabrum', 'watercolor', 'brass', 'box']
    """
    words = phrase.split(" ")
    words[-1] = _singular_word(words[-1])
    return " ".join(words)


def _singular_word(word: str) -> str:
    chosen = spellings().get(word)
    if chosen is not None:
        return chosen[0]
    if len(word) < 4 or not word.endswith("s") or word.endswith(_SAME_IN_PLURAL):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses", "zzes")):
        return word[:-2]
    one = word[:-1]
    return spellings().get(one, (one, ""))[0]
