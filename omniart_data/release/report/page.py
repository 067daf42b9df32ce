"""One self-contained page about a release, to look at: no network, no script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from omniart_data.release.credits import VOCABULARIES, Credit, credit
from omniart_data.release.facts import ALL
from omniart_data.release.report import census
from omniart_data.release.report.census import rows_of
from omniart_data.release.report.changed import changes, unchanged
from omniart_data.release.report.markup import (
    Names,
    counted,
    fact_table,
    listed,
    number,
    paragraph,
    safe,
    section,
)
from omniart_data.release.report.pictures import blanked, contact_sheets, near_pairs, same_bytes
from omniart_data.release.report.style import POLICY, STYLE
from schemas.release import SPLITS, UNATTRIBUTED


@dataclass(frozen=True)
class Shown:
    """What a report is made of; ``picture`` gives an embedded picture's bytes and file name by its SHA-256.

    ``rows`` are the artworks without their pictures (``contents.META``), in any order; ``change`` is the difference
    from the release before as JSON (``release.diff``), None for a first release.
    """

    version: str
    facts: Mapping[str, Any]
    receipt: Mapping[str, Any]
    rows: pa.Table
    dropped: pa.Table
    near: pa.Table
    picture: Callable[[str], tuple[bytes, str]]
    change: Mapping[str, Any] | None = None


PARTS = {
    "census": "What became of every record",
    "spread": "What is in it",
    "artists": "Artists and splits",
    "dropped": "What was left out",
    "words": "Words that no table knows",
    "duplicates": "Duplicates and near-duplicates",
    "pictures": "A look at each split",
    "colours": "Colours",
    "changes": "What changed",
    "licences": "Licences",
}
"""Id and heading of each part, in order."""


def report_page(shown: Shown) -> str:
    """Return the page as HTML: the same release gives the same page, whatever the order of its rows."""
    title = f"OmniArt {shown.version}: report"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{safe(title)}</h1>\n{_head(shown)}</header>\n<main>\n"
        f"{''.join(_parts(shown))}</main>\n"
        '<footer class="quiet">Every count here is in facts.json, with the query that gives it, and every distance in '
        "near.parquet; what changed is in CHANGELOG.md too. README.md is the data card.</footer>\n</body>\n</html>\n"
    )


def without_pictures(page: str) -> str:
    """Return what a page says that its release alone gives again: without pictures and without what changed.

    Pictures hang on the version of the library that shrinks them, changes on the release before. A page that was
    made with a ``picture`` that gives no bytes is the same one then: nothing else hangs on them.
    """
    return unchanged(blanked(page))


def _head(shown: Shown) -> str:
    held = rows_of(shown.facts, "census")[ALL]
    totals = rows_of(shown.facts, "table_one")[ALL]
    told = {
        "artworks": totals["entries"],
        "in the splits": sum(held[split] for split in SPLITS),
        UNATTRIBUTED: held[UNATTRIBUTED],
        "artists": totals["artists"],
        "pictures": sum(line["in release"] for line in rows_of(shown.facts, "pictures").values()),
        "records dropped": held["dropped"],
    }
    tiles = "".join(f"<div><dt>{word}</dt><dd>{number(n)}</dd></div>" for word, n in told.items())
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading in PARTS.items())
    invented = (
        '<p class="invented"><strong>These works are invented.</strong> They come from the sample museum that '
        "omniart-data brings along, and are painted by code: nothing about art can be learnt here.</p>\n"
    )
    is_sample = any(source.startswith("sample-") for source in shown.receipt["records_read"])
    return (
        f'{invented if is_sample else ""}<dl class="told">{tiles}</dl>\n'
        f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav>\n'
    )


def _parts(shown: Shown) -> list[str]:
    names, facts = Names(), shown.facts
    made = {
        "census": _plots(
            census.waterfall(names, facts),
            census.spread(names, facts, "images", "Pictures by what became of them", "status"),
        ),
        "spread": _plots(
            census.by_source(names, facts),
            census.spread(names, facts, "centuries", "Artworks by century", "century"),
            census.spread(names, facts, "types", "Artworks by type, the commonest", "type"),
            census.spread(
                names, facts, "materials", "Artworks by material, the commonest", "material"
            ),
        ),
        "artists": _plots(census.artists(names, facts), census.balance(names, facts)),
        "dropped": census.reasons(facts, shown.dropped),
        "words": census.unmatched(names, facts),
        "duplicates": _duplicates(shown),
        "pictures": contact_sheets(shown.rows, rows_of(facts, "pictures"), shown.picture),
        "colours": census.colours(names, facts),
    }
    parts = [section(name, PARTS[name], body) for name, body in made.items()]
    return [*parts, changes(shown.change), section("licences", PARTS["licences"], _licences(shown))]


def _plots(*figures: str) -> str:
    return f'<div class="plots">\n{"".join(figures)}</div>\n'


def _duplicates(shown: Shown) -> str:
    same = rows_of(shown.facts, "same_pictures")["same bytes"]
    near = rows_of(shown.facts, "near_duplicates").get("near-duplicates", {})
    leaks = int(same["pictures in two splits"]) + int(near.get("that bind, on two sides", 0))
    verdict = (
        "No picture, and no pair of near-duplicates that bind, is in two splits."
        if not leaks
        else f"{counted(leaks, 'leak')}: pictures or bound pairs of which two splits have a part."
    )
    return "".join(
        [
            f"<p><strong>{safe(verdict)}</strong></p>\n",
            "<h3>The same bytes</h3>\n",
            paragraph(
                f"{counted(int(same['pictures']), 'picture')} that several artworks have, "
                f"{counted(int(same['artworks']), 'artwork')} in all; in two splits: "
                f"{number(same['pictures in two splits'])}."
            ),
            same_bytes(shown.rows, shown.picture),
            "<h3>Nearly the same</h3>\n",
            paragraph(
                f"{counted(int(near.get('pairs', 0)), 'pair')}, {number(near.get('that bind', 0))} of which bind; of "
                f"these in two splits: {number(near.get('that bind, on two sides', 0))}. Shown are those that are "
                "furthest apart."
            ),
            near_pairs(shown.rows, shown.near, shown.picture),
            fact_table("Near-duplicates", {"near-duplicates": near}, "found") if near else "",
            fact_table("Groups", rows_of(shown.facts, "groups"), "of"),
        ]
    )


def _licences(shown: Shown) -> str:
    given = shown.receipt["credits"]
    lines = [credit(source, given) for source in sorted(shown.receipt["records_read"])]
    return "".join(
        [
            paragraph("What each source asks for; README.md has it in full."),
            listed(map(_terms, (*lines, *VOCABULARIES))),
            fact_table("Rights on the pictures", rows_of(shown.facts, "rights"), "rights"),
        ]
    )


def _terms(one: Credit) -> str:
    pictures = one.picture_terms.replace("`", "")
    told = [
        f"{one.name}: descriptions {one.data_licence}",
        *([f"pictures {pictures}"] * bool(pictures)),
    ]
    return f"{'; '.join(told)}. {one.attribution}"
