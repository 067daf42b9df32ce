"""Made releases that may be published: invented works under the names of real sources."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from omniart_data.release import Contents, Release, open_release, write_release
from tests.omniart_data.publish import hub_stand_in
from tests.omniart_data.release import made as made_contents

Publishable = Callable[..., Release]


def renamed(table: pa.Table) -> pa.Table:
    """Return a table of made works in which their sources have other names."""
    rows = json.dumps(table.to_pylist(), ensure_ascii=False).replace("sample-", "")
    return pa.Table.from_pylist(json.loads(rows), schema=table.schema)


def met_contents(works: int, **given: Any) -> Contents:
    """Return made contents of the sources met and rijksmuseum."""
    made: Contents = made_contents.contents(works)
    tables = {
        name: renamed(getattr(made, name))
        for name in ("artworks", "dropped", "judgements", "term_uses", "pictures")
    }
    read = {name.removeprefix("sample-"): n for name, n in made.records_read.items()}
    fields = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return Contents(**(fields | tables | {"records_read": read, "inputs": ()} | given))


@pytest.fixture
def publishable(tmp_path: Path) -> Publishable:
    """Return a function that writes a release that may be published into a workspace."""

    def make(version: str = "1.0.0", works: int = 40, place: str = "made", **given: Any) -> Release:
        folder = tmp_path / place / "releases" / f"omniart-{version}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_release(met_contents(works, **given), folder, version=version)
        return open_release(folder)

    return make


@pytest.fixture
def made() -> ModuleType:
    """Return made.py of the release tests."""
    return made_contents


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Return a stand-in of the hub on loopback, to which the hub's own client is pointed by its settings."""
    constants = pytest.importorskip(
        "huggingface_hub.constants", reason="the hub's client is an extra"
    )
    with hub_stand_in.served() as (url, held):
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_TOKEN", "hf_made")
        yield held
