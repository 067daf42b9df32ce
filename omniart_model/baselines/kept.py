"""What a run has finished, kept beside its folder until that is whole: a run that was killed goes on after it.

Each part is a safetensors file, written whole or not at all, read without pickle. It holds the key of the run, a
digest of all that the folder is made with: parts of a run with other settings are made anew. Arrays are mapped from their
file: answers of many seeds to thousands of classes need not fit into memory together.
"""

import json
import logging
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omniart_model.files import as_json, digest
from omniart_model.kept_arrays import Arrays, keep_arrays, map_arrays, texts_of
from omniart_model.training.distributed import World
from schemas.errors import ModelError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """Something that took long to make: arrays by name, and facts for JSON."""

    arrays: Arrays
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """The parts of one run in a folder of their own."""

    folder: Path
    key: str

    @classmethod
    def beside(cls, out: Path, made_with: Mapping[str, Any]) -> "Kept":
        """Return where the parts of a folder to be made are kept: ``.NAME.answers``."""
        return cls(out.with_name(f".{out.name}.answers"), digest(as_json(made_with)))

    def path(self, name: str, ending: str) -> Path:
        """Return where something of a name is kept."""
        return self.folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.{ending}"

    def once(self, name: str, make: Callable[[], Part], *, together: bool = False) -> Part:
        """Return a part as it was kept, or else make and keep it. ``name`` is what it is kept under.

        Of processes that train together each asks for the same parts in the same order. A part is taken up where all of
        them can read it. Else the first makes it, ``together`` with the others or alone, and they read what it has kept.
        """
        path, world = self.path(name, "safetensors"), World.here()
        found = self._read(path)
        agreed = world.all_say(int(found is not None))
        if found is not None and agreed:
            return found
        made = make() if together or world.is_first else None
        if made is not None and world.is_first:
            self._write(path, made)
        world.wait()
        read = self._read(path)
        if read is None:
            raise ModelError(
                f"{path} cannot be read here: all processes need the folder {self.folder}"
            )
        return read

    def _write(self, path: Path, part: Part) -> None:
        keep_arrays(path, part.arrays, {"key": self.key, "facts": json.dumps(part.facts)})

    def remove(self) -> None:
        """Remove all parts: what they were made for is whole."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, path: Path) -> Part | None:
        if not path.is_file():
            return None
        try:
            if texts_of(path).get("key") != self.key:
                return None
            arrays, about = map_arrays(path)
            return Part(arrays, json.loads(about["facts"]))
        except (ModelError, ValueError, KeyError) as error:
            log.warning("%s, and is made again", error)
            return None
