"""Any network that torchvision names as a base: what it wants to see is asked of torchvision, offline."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from omniart_model.bases.table import Base, Kernel
from omniart_model.bases.torchvision_import import torchvision_models
from schemas.errors import UsageError

_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)")
"""Names in DenseNet's files, which are older than the network's: torchvision renames them just so."""

_NO_RANDOM_START = ("vgg", "inception", "googlenet")  # whose random start takes seconds
_OWN_NORMALISATION = {"inception_v3", "googlenet"}  # their weights are TensorFlow's


@cache
def find(name: str) -> Base:
    """Return the base for ``NAME`` or ``NAME.WEIGHTS``, as in resnet50.IMAGENET1K_V2; raises UsageError.

    Without WEIGHTS it is the first that torchvision lists. Features are what its last linear layer reads.
    """
    models = torchvision_models()
    architecture, _, version = name.partition(".")
    if architecture not in models.list_models(module=models):
        near = [one for one in models.list_models(module=models) if one[:4] == architecture[:4]]
        raise UsageError(
            f"torchvision has no {architecture!r} to classify pictures"
            + (f"; it has {', '.join(near)}" if near else "")
        )
    weights = models.get_model_weights(architecture)  # no aliases among them, as DEFAULT is one
    known = {row.name: row for row in weights if row.meta.get("categories")}
    version = version or next(iter(known))
    if version not in known:
        raise UsageError(f"torchvision's {architecture} has the weights {', '.join(known)}")
    return _row(f"torchvision:{architecture}.{version}", architecture, known[version])


def _row(name: str, architecture: str, weights: Any) -> Base:
    seen = weights.transforms()
    size_px, short_side_px = seen.crop_size[0], seen.resize_size[0]
    features = last_linear(_shapes(architecture, size_px), name)[1].in_features
    file = weights.url.rsplit("/", 1)[-1]
    mean, deviation = (tuple(255 * value for value in three) for three in (seen.mean, seen.std))
    return Base(
        name,
        features,
        size_px,
        short_side_px,
        Kernel(seen.interpolation.value),
        mean,
        deviation,
        sha256=file.removesuffix(".pth").rsplit("-", 1)[-1],
        url=weights.url,
        licence="BSD-3-Clause (torchvision); its weights may have terms of their own",
    )


def _shapes(architecture: str, size_px: int) -> nn.Module:
    """Return a network without its numbers where it can be had so: a ViT of two gigabytes costs nothing."""
    try:
        with torch.device("meta"):
            return _plain(architecture, size_px)
    except NotImplementedError:  # RegNet reckons with its numbers while it is built
        return _plain(architecture, size_px)


def build(base: Base) -> nn.Module:
    """Return the network of a base as files of weights have it, with its last layer; its numbers are not yet theirs."""
    name = base.name.removeprefix("torchvision:").partition(".")[0]
    return _plain(_ARCHITECTURES.get(name, name), base.size_px)


_ARCHITECTURES = {"resnet50_v2": "resnet50"}
"""Rows of the table whose network is called otherwise."""


def _plain(architecture: str, size_px: int) -> nn.Module:
    options: dict[str, Any] = {}
    if architecture.startswith(_NO_RANDOM_START):
        options["init_weights"] = False
    if architecture in _OWN_NORMALISATION:
        options |= {"transform_input": True, "aux_logits": True}
    if architecture.startswith("vit_"):
        options["image_size"] = size_px  # its positions are for one size
    network: nn.Module = torchvision_models().get_model(architecture, weights=None, **options)
    return network


def renamed(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Return tensors under the names that the networks of today have."""
    return {_OLD_DENSENET.sub(r"\1\2", name): tensor for name, tensor in state.items()}


def last_linear(network: nn.Module, name: str) -> tuple[str, nn.Linear]:
    """Return the layer that tells classes, and where it is; raises UsageError for a network that has none."""
    layers = [(at, one) for at, one in network.named_modules() if isinstance(one, nn.Linear)]
    if not layers:
        raise UsageError(f"{name} ends in no linear layer, before which features could be taken")
    return layers[-1]


def without_last(network: nn.Module, name: str) -> nn.Module:
    """Return a network that gives what its last linear layer reads."""
    at, _ = last_linear(network, name)
    owner, _, attribute = at.rpartition(".")
    setattr(network.get_submodule(owner), attribute, nn.Identity())
    return network
