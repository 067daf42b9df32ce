"""The report of a baseline: one self-contained page to look at, no network, no script."""

from collections.abc import Mapping

from omniart_data.release.report.markup import Names, safe, section
from omniart_data.release.report.style import POLICY
from omniart_model.report import confused, continued, leaks, strips
from omniart_model.report.artworks import Work, read_works
from omniart_model.report.centuries import map_html, map_of
from omniart_model.report.confusion import confusion_of
from omniart_model.report.cuts import cuts_html
from omniart_model.report.making import making_html
from omniart_model.report.matrix import matrices
from omniart_model.report.museums import museums_html
from omniart_model.report.paper import paper_tables
from omniart_model.report.prose import paragraph
from omniart_model.report.shown import Shown
from omniart_model.report.style import STYLE
from omniart_model.report.verdict import verdicts
from omniart_model.report.words import INVENTED
from omniart_model.report.years import years_html, years_of

PARTS = {
    "verdict": "The verdict",
    "paper": "In the shape of Tables 2 to 4 of the paper",
    "confusion": "Who is taken for whom",
    "pairs": "The most confused pairs",
    "neighbours": "What is near in the shared layer",
    "map": "A map of the shared layer",
    "years": "Years: said and true",
    "cuts": "By museum, century and number of works",
    "museums": "The art or the photographer",
    "leaks": "Near pictures in two splits",
    "continuity": "Since the last release",
    "making": "How it was made",
}
"""Id and heading of each part, in order."""


def report_page(shown: Shown) -> str:
    """Return the page as HTML; the same baseline gives the same page. Raises ModelError where the release is damaged."""
    title = safe(f"{shown.title}: report")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n{_head(shown)}</header>\n<main>\n{_parts(shown)}</main>\n"
        '<footer class="quiet">Every figure here is in baselines.json; README.md is the model card.</footer>\n'
        "</body>\n</html>\n"
    )


def _head(shown: Shown) -> str:
    table = shown.table
    told = {
        "works scored": f"{table.works:,}",
        "tasks": f"{len(table.tasks):,}",
        "answers": f"{len({name for one in table.tasks for name in one.answers}):,}",
        "seeds" if len(shown.answer.seeds) > 1 else "seed": f"{len(shown.answer.seeds):,}",
        "works trained on": f"{shown.training.train:,}",
        "shared units": f"{shown.config.shared:,}",
    }
    tiles = "".join(f"<div><dt>{word}</dt><dd>{n}</dd></div>" for word, n in told.items())
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading in PARTS.items())
    invented = f'<p class="invented"><strong>{safe(INVENTED)}</strong></p>\n'
    return (
        f'{invented if shown.is_sample else ""}<dl class="told">{tiles}</dl>\n'
        f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav>\n'
    )


def _parts(shown: Shown) -> str:
    names = Names()
    made = {**_of_figures(shown), **_of_works(names, shown)}
    made["making"] = making_html(names, shown)
    return "".join(section(name, PARTS[name], made[name]) for name in PARTS)


def _of_figures(shown: Shown) -> Mapping[str, str]:
    """Return the parts that the table alone gives."""
    table = shown.table
    return {
        "verdict": verdicts(table),
        "paper": paper_tables(table),
        "cuts": cuts_html(table),
        "museums": museums_html(table),
        "continuity": continued.continued_html(table),
    }


def _of_works(names: Names, shown: Shown) -> Mapping[str, str]:
    """Return the parts that look at single works; all works that are shown are read together, once."""
    found = confusion_of(shown, shown.one) if shown.one else None
    pairs = confused.confused_pairs(shown, found) if found else ()
    near = strips.neighbour_strips(shown)
    leaking = shown.table.leaks
    works: Mapping[str, Work] = read_works(
        shown.study.release,
        [*confused.wanted(pairs), *strips.wanted(near), *leaks.wanted(leaking)],
    )
    no_class = paragraph("No task of one class was learnt.")
    no_year = paragraph("No year was learnt.")
    return {
        "confusion": matrices(names, shown, found) if found else no_class,
        "pairs": confused.pairs_html(pairs, works) if found else no_class,
        "neighbours": strips.strips_html(near, works, shared=bool(shown.config.shared)),
        "map": map_html(names, map_of(shown)),
        "years": years_html(names, years_of(shown, shown.year)) if shown.year else no_year,
        "leaks": leaks.leaks_html(leaking, works),
    }
