"""The README's figures are those that were measured, and the museums' files still give them."""

import json
from pathlib import Path

import pytest

from benchmarks import figures
from crawlers.engine.fetch import FetchConfig
from omniart_data.build import build
from omniart_data.gather import parse_dump
from omniart_data.plan import Plan
from omniart_data.release import verify_release
from omniart_data.workspace import Workspace

ROOT = Path(__file__).parents[1]


def test_readme_shows_what_was_measured() -> None:
    """Each table between marks, here and in the page on baselines, is the one that the kept results give."""
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in figures.PAGES]

    assert set(figures.BLOCKS) == {
        line.removeprefix("<!-- figures: ").removesuffix(" -->")
        for text in texts
        for line in text.splitlines()
        if line.startswith("<!-- figures: ")
    }
    for text in texts:
        assert figures.with_figures(text) == text


@pytest.mark.real
def test_museum_files_give_the_readme_figures(shared_data: Path, tmp_path: Path) -> None:
    """More than 60,000 real records in one go: the release verifies, and its facts are the README's."""
    arguments = figures.museum_files(shared_data)
    plan = Plan(images="none").reading(parse_dump(text) for text in arguments if "=" in text)

    built = build(plan, Workspace(tmp_path), FetchConfig())

    kept = figures.results("museums")
    facts = json.loads((built.folder / "facts.json").read_text(encoding="utf-8"))
    assert facts["census"]["rows"]["all"]["records read"] > 60_000
    for name in ("table_one", "census", "dropped", "terms"):
        assert facts[name]["rows"] == kept[name], name
    assert verify_release(built.folder).failures == ()
