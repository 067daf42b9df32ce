"""Any network of timm as a base: DINOv2, CLIP's and a thousand others (extra ``timm``).

Input size, kernel, mean and deviation are the row's own in timm (``pretrained_cfg``). Features are what it gives with
no classes: pooled, [F]. timm imports torchvision, which is brought in through its guard first.
"""

import importlib
import math
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from omniart_model.bases.table import Base, Kernel
from omniart_model.bases.torchvision_import import torchvision_models
from schemas.errors import ModelError, UsageError


@cache
def find(name: str) -> Base:
    """Return the base for a name of timm's, as in ``vit_base_patch14_dinov2.lvd142m``; raises UsageError.

    The middle square is taken whatever timm's ``crop_mode``. Weights that no file's name tells the SHA-256 of are
    known by the one they had when they first came.
    """
    timm = _timm()
    known = timm.get_pretrained_cfg(name, allow_unregistered=False) if _is_known(name) else None
    if known is None:
        raise UsageError(f"timm has no {name!r}; it lists its names with timm.list_pretrained()")
    about = known.to_dict()
    _, height, width = about["input_size"]
    if height != width or about["interpolation"] not in set(Kernel):
        raise UsageError(
            f"timm's {name} wants {width} x {height} {about['interpolation']}: a base sees a square"
        )
    url = _address(about)
    if not url:
        raise UsageError(f"timm names no weights for {name}")
    mean, deviation = (tuple(255 * value for value in about[what]) for what in ("mean", "std"))
    return Base(
        f"timm:{name}",
        _width(name),
        height,
        math.floor(height / about["crop_pct"]),
        Kernel(about["interpolation"]),
        mean,
        deviation,
        sha256="",
        url=url,
        licence=f"timm names {about.get('license') or 'no licence'}",
    )


def build(base: Base, state: Mapping[str, Tensor]) -> nn.Module:
    """Return the network of a base with its weights and without classes; raise ModelError where they do not fit.

    timm fits the tensors to the network itself, as files of some publishers have other names and shapes; what is left
    over or missing then is refused by name.
    """
    try:
        network: Any = _create(base.name, pretrained_cfg_overlay={"state_dict": dict(state)})
    except (RuntimeError, KeyError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"the weights do not fit {base.name}: {reason}") from error
    network.reset_classifier(0)
    module: nn.Module = network
    return module


def _create(name: str, **options: Any) -> Any:
    return _timm().create_model(
        name.removeprefix("timm:"), pretrained="pretrained_cfg_overlay" in options, **options
    )


def _width(name: str) -> int:
    with torch.device("meta"):  # shapes without numbers
        network = _create(name)
    return int(getattr(network, "head_hidden_size", 0) or network.num_features)


def _address(about: Mapping[str, Any]) -> str:
    """Return where the weights are: on the hub, as safetensors, or else where timm says.

    Which hub that is (HF_ENDPOINT) is the business of huggingface_hub, which timm brings with it.
    """
    if about.get("hf_hub_id"):
        file = about.get("hf_hub_filename") or "model.safetensors"
        return str(_hub().hf_hub_url(about["hf_hub_id"], file))
    return str(about.get("url") or "")


def is_offline() -> bool:
    """Return whether huggingface_hub was told not to reach the hub (HF_HUB_OFFLINE)."""
    return bool(importlib.import_module("huggingface_hub.constants").HF_HUB_OFFLINE)


def _hub() -> Any:
    return importlib.import_module("huggingface_hub")


def _is_known(name: str) -> bool:
    return name.partition(".")[0] in _timm().list_models()


def _timm() -> Any:
    torchvision_models()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that timm itself has left behind
        return importlib.import_module("timm")
