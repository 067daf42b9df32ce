"""A base as a torch network: built, given its weights, and made quick, without changing what it says."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from omniart_model.bases import timm_bases, torchvision_bases
from omniart_model.bases.table import Base
from omniart_model.bases.weights import Weights
from schemas.errors import ModelError


class FrozenBase(nn.Module):
    """Pictures in, features out: uint8 [B, 3, S, S] to float32 [B, F]."""

    def __init__(self, base: Base, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.autocast = base.autocast
        self.register_buffer("mean", torch.tensor(base.mean).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(base.deviation).view(1, 3, 1, 1))
        whitening = torch.tensor(base.whitening).view(3, 3) if base.whitening else None
        self.register_buffer("whitening", whitening)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the features of upright pictures, values 0..255."""
        seen = self.normalised(pictures)
        with torch.autocast(seen.device.type, torch.bfloat16, enabled=self.autocast):
            features: Tensor = self.network(seen)
        return features.float()

    def normalised(self, pictures: Tensor) -> Tensor:
        """Return pictures as the network wants their colours, float32 [B, 3, S, S], channels last."""
        mean, deviation = self.get_buffer("mean"), self.get_buffer("deviation")
        seen = (pictures.float() - mean) / deviation
        if self.whitening is not None:
            seen = torch.einsum("oc,bchw->bohw", self.get_buffer("whitening"), seen)
        return seen.contiguous(memory_format=torch.channels_last)


def load_base(base: Base, weights: Weights) -> FrozenBase:
    """Return a base with its weights, in evaluation mode; raise ModelError if they do not fit."""
    network = _build(base, weights)
    network.eval().requires_grad_(requires_grad=False)
    frozen: Any = FrozenBase(base, network)
    quick: FrozenBase = frozen.to(memory_format=torch.channels_last).eval()
    return quick


def _build(base: Base, weights: Weights) -> nn.Module:
    """Return a base's network without the layer that tells classes."""
    if weights.path is None:
        return nn.Flatten()  # pixels
    state = _read_state(weights.path)
    if base.name.startswith("timm:"):
        return timm_bases.build(base, state)
    if base.name == "efficientnet-lite0":
        return _efficientnet_lite0(state, weights.path)
    network = torchvision_bases.build(base)
    _fill(network, torchvision_bases.renamed(state), weights.path)
    return torchvision_bases.without_last(network, base.name)


def _read_state(path: Path) -> Mapping[str, Tensor]:
    """Return the tensors of a weights file; a .pth is read without running what it may hold."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{path} is not a file of weights: {reason}") from error
    if not isinstance(state, Mapping):
        raise ModelError(f"{path} does not hold named tensors, but a {type(state).__name__}")
    return state


def _fill(network: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{path} does not fit the base: {reason}") from error


class _Pooled(nn.Module):
    """The mean over all places of EfficientNet's last feature map."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, seen: Tensor) -> Tensor:
        features: Tensor = self.network.extract_features(seen).mean((2, 3))
        return features


def _efficientnet_lite0(state: Mapping[str, Tensor], path: Path) -> nn.Module:
    network = EfficientNet.from_name("efficientnet-lite0")
    _fill(network, state, path)
    network.eval()
    network._fc = nn.Identity()  # it tells classes, and is not asked  # noqa: SLF001
    _fold(network, "_conv_stem", "_bn0")
    _fold(network, "_conv_head", "_bn1")
    for block in network.get_submodule("_blocks").children():
        if hasattr(block, "_expand_conv"):
            _fold(block, "_expand_conv", "_bn0")
        _fold(block, "_depthwise_conv", "_bn1")
        _fold(block, "_project_conv", "_bn2")
    return _Pooled(network)


def _fold(owner: nn.Module, convolution: str, normalisation: str) -> None:
    """Put a batch normalisation into the convolution before it, and even padding into it too.

    The features stay the same to 1e-5; with ``channels_last`` five times as many pictures are
    seen in a second (20 to 109 on two cores), as the package pads and normalises by copies.
    """
    layer: Any = getattr(owner, convolution)
    folded: Any = fuse_conv_bn_eval(layer, getattr(owner, normalisation))
    padding = getattr(layer.static_padding, "padding", ())
    if padding and len(set(padding)) == 1:
        folded.padding, folded.static_padding = (padding[0], padding[0]), nn.Identity()
    setattr(owner, convolution, folded)
    setattr(owner, normalisation, nn.Identity())
