"""Labels that are forms of one word become one label: by stem after translation, never by likeness."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType

from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.terms.stems import stem_key
from omniart_data.normalise.terms.tables import vocabulary_labels


def form_rule(
    kind: str, reads: str, writes: str, counts: Mapping[str, int], kept: Collection[str]
) -> Rule:
    """Return the rule that shows each label of a kind by the form of its group.

    ``counts`` says how often each label occurs, ``kept`` which labels the previous release has.

    >>> rule = form_rule("material", "material_terms", "materials", {"zorbles": 3, "zorble": 1}, ())
    >>> rule.name, rule.judge(["zorble", "oak"]).value
    ('material forms', (['zorbles', 'oak'],))
    """
    changed = {label: form for label, form in forms(counts, kept, kind).items() if label != form}
    return Rule(f"{kind} forms", (reads,), (writes,), partial(shown, forms=changed))


def shown(labels: Sequence[str] | None, *, forms: Mapping[str, str]) -> Judged:
    """Return labels by the forms of their groups, each once, in their order.

    >>> shown(["zorble", "zorbles"], forms={"zorble": "zorbles"})
    Judged(value=(['zorbles'],), because='zorble: one stem with zorbles', terms=())
    """
    named = labels or ()
    changes = [f"{label}: one stem with {forms[label]}" for label in named if label in forms]
    shown_as = dict.fromkeys(forms.get(label, label) for label in named)
    return Judged((list(shown_as),), "; ".join(dict.fromkeys(changes)) or "as translated")


def forms(counts: Mapping[str, int], kept: Collection[str], kind: str) -> Mapping[str, str]:
    """Return label -> the form that shows its group: the labels of a kind that share a stem.

    The form is the one that ``schemas/vocab`` gives, else the previous release's (``kept``), else the most
    frequent, of equals the first in the alphabet. A label of the vocabulary is never changed.

    >>> dict(forms({"zorbles": 3, "zorble": 1, "oak": 9}, ["zorble"], "material"))
    {'oak': 'oak', 'zorble': 'zorble', 'zorbles': 'zorble'}
    """
    known = vocabulary_labels(kind)
    by_key = _vocabulary_forms(kind)
    groups: dict[str, list[str]] = defaultdict(list)
    for label in sorted(counts):
        groups[stem_key(label) or label].append(label)
    published: dict[str, list[str]] = defaultdict(list)
    for label in sorted(set(kept)):
        published[stem_key(label) or label].append(label)
    shown_as = {}
    for key, labels in groups.items():
        form = by_key.get(key) or _most_frequent(published.get(key) or labels, counts)
        shown_as.update({label: label if label in known else form for label in labels})
    return MappingProxyType({label: shown_as[label] for label in sorted(shown_as)})


def _most_frequent(labels: Sequence[str], counts: Mapping[str, int]) -> str:
    return min(labels, key=lambda label: (-counts.get(label, 0), label))


@cache
def _vocabulary_forms(kind: str) -> Mapping[str, str]:
    """Return stem key -> the vocabulary's label; of several with one key the first in the alphabet."""
    return MappingProxyType(
        {stem_key(label) or label: label for label in sorted(vocabulary_labels(kind), reverse=True)}
    )
