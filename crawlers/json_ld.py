"""JSON-LD as museums write it: one value or a list of them, nodes or bare URIs, in full here or there.

The shape rules are those of the Rijksmuseum's Linked Art (../shared/sources/rijksmuseum.md, section 4):
nothing is read by the shape in which it happens to stand.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from schemas.record import Text

Node: TypeAlias = Mapping[str, Any]

LANGUAGES: Mapping[str, str] = {"aat/300388277": "en", "aat/300388256": "nl"}
"""The languages that texts are in, by their number in the AAT."""
_PREFERRED = ("en", "nl", "")

_CODE = re.compile(r".*?(aat/)?([0-9]+)/?")


class Graph:
    """A JSON-LD document, of which a node that is described in one place may be named in another."""

    def __init__(self, body: bytes) -> None:
        try:
            root = json.loads(body)
            json.dumps(root, ensure_ascii=False).encode()  # a lone surrogate is no text
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        if not isinstance(root, dict):
            raise ValueError(f"a {type(root).__name__} and no object")  # noqa: TRY004
        self.root: Node = root
        self._described: dict[str, Node] = {}
        for node in _all_nodes(root):
            uri = uri_of(node)
            if uri and len(node) > len(self._described.get(uri, ())):
                self._described[uri] = node

    def nodes(self, node: Node, name: str) -> list[Node]:
        """Return the nodes that a property names, each as fully as the document describes it.

        >>> graph = Graph(b'{"a": ["x:1", {"id": "_:b1"}], "b": {"id": "_:b1", "type": "T", "c": 1}}')
        >>> graph.nodes(graph.root, "a")
        [{'id': 'x:1'}, {'id': '_:b1', 'type': 'T', 'c': 1}]
        """
        found = []
        for one in values(node, name):
            if isinstance(one, str):
                found.append(self._described.get(one, {"id": one}))
            elif isinstance(one, dict):
                known = self._described.get(uri_of(one), one)
                found.append(known if len(known) > len(one) else one)
        return found

    def codes(self, node: Node, name: str) -> list[str]:
        """Return the codes of the terms that a property names: see ``code_of``."""
        return [code for one in self.nodes(node, name) if (code := code_of(uri_of(one)))]

    def texts(self, node: Node) -> list[Text]:
        """Return what a node of words says (``content``), with its language."""
        codes = self.codes(node, "language")
        language = next((LANGUAGES[code] for code in codes if code in LANGUAGES), "")
        return [Text(words, language) for words in literals(node, "content")]

    def label(self, node: Node) -> Text | None:
        """Return what a term is called: in English, else in Dutch, else in whatever there is."""
        found = [
            Text(words, _language(one))
            for one in values(node, "notation")
            for words in literals({"value": one}, "value")
        ]
        for name in self.nodes(node, "identified_by"):
            if "Name" in types_of(name):
                found += self.texts(name)
        found += [Text(words) for words in literals(node, "_label")]
        return min(found, key=preference, default=None)


def _all_nodes(root: Node) -> Iterator[Node]:
    """Yield every node of a document; not by recursion, as documents may be deep."""
    left: list[Any] = [root]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def values(node: Node, name: str) -> list[Any]:
    """Return the values of a property: none, one, or those of a list.

    >>> values({"a": 1, "b": [2, 3], "c": None}, "a"), values({"b": [2, 3]}, "b"), values({}, "c")
    ([1], [2, 3], [])
    """
    found = node.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def literals(node: Node, name: str) -> list[str]:
    """Return the words of a property, with single blanks: plain texts, numbers, and ``@value``.

    >>> literals({"a": ["379.5", {"@value": "een  brug"}, 3, True, {}]}, "a")
    ['379.5', 'een brug', '3']
    """
    found = []
    for one in values(node, name):
        said = one.get("@value") if isinstance(one, dict) else one
        if isinstance(said, str | int | float) and not isinstance(said, bool):
            words = " ".join(str(said).split())
            found += [words] if words else []
    return found


def types_of(node: Node) -> list[str]:
    """Return a node's types, one or several, by their last part.

    >>> types_of({"type": ["skos:Concept", "http://x/ns#Person"]})
    ['Concept', 'Person']
    """
    return [re.split(r"[:/#]", one)[-1] for one in values(node, "type") if isinstance(one, str)]


def uri_of(node: Node) -> str:
    """Return a node's own URI; empty where it has none."""
    uri = node.get("id", "")
    return uri.strip() if isinstance(uri, str) else ""


def code_of(uri: str) -> str:
    """Return the number that ends a URI, whatever its scheme and host; one of the AAT says so.

    >>> code_of("http://vocab.getty.edu/aat/300404670"), code_of("https://id.rijksmuseum.nl/22015218")
    ('aat/300404670', '22015218')
    >>> code_of("https://www.rijksmuseum.nl/SK-C-5/x"), code_of("_:b139")
    ('', '')
    """
    found = _CODE.fullmatch(uri)
    if found is None or uri.startswith("_:"):
        return ""
    return (found[1] or "") + found[2]


def _language(notation: object) -> str:
    said = notation.get("@language", "") if isinstance(notation, dict) else ""
    return said.partition("-")[0].lower() if isinstance(said, str) else ""


def preference(label: Text) -> int:
    """Return the place of a text's language: English, Dutch, not said, any other."""
    known = label.language in _PREFERRED
    return _PREFERRED.index(label.language) if known else len(_PREFERRED)
