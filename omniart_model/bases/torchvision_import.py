"""The one place where torchvision is imported, guarded for a CUDA build beside a CPU torch.

The wheels on the package index are compiled for CUDA; beside a CPU torch their operators cannot be
loaded, and registering a fake implementation for ``nms`` fails with a RuntimeError
(pytorch/vision#9085). The models need none of those operators: two bare definitions let the import
through. ``torchvision.io`` and ``torchvision.ops`` stay unusable there, and are not used here.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

import torch

_DEFINED: list[Any] = []  # a definition lasts as long as its library object


def torchvision_models() -> ModuleType:
    """Return ``torchvision.models``, whichever build of torchvision is installed."""
    try:
        return importlib.import_module("torchvision.models")
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    make: Any = torch.library.Library  # torch gives it no types
    library = make("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _DEFINED.append(library)
    return importlib.import_module("torchvision.models")
