"""The last stage of a base: what is fine-tuned first, as it is what sees things rather than edges and colours."""

from torch import nn

_SHARE = 0.2
"""Of the base's parameters that a last stage holds at least."""

_WHOLE = 0.8
"""A part that holds more than this is no stage but what stages lie in, and is looked into."""

_INCEPTION = "Mixed_7"
"""Inception's three blocks of 8 x 8: the last of them alone would hold a fifth of it."""


def last_stage(network: nn.Module) -> tuple[str, ...]:
    """Return the names of the parts of a base that are its last stage, in their order; of a base without parameters none.

    It is the shortest run of parts at the end that holds at least a fifth of all parameters: of a ResNet ``layer4``, of
    a VGG the two layers that are left of its classifier, of an Inception ``Mixed_7a`` to ``Mixed_7c``, of an EfficientNet
    its seventh stage and the convolution after it, of ConvNeXt and Swin the fourth stage, of a ViT the last three of
    twelve blocks. Heads that help while an ImageNet network is trained, and see nothing afterwards, are not of it.
    """
    inception = tuple(name for name, _ in network.named_modules() if _is_inceptions(name))
    if inception:
        return inception
    total = _parameters(network)
    ahead, found, held = [("", network)], list[str](), 0
    while ahead and held < _SHARE * total:
        name, part = ahead.pop()
        within = [(f"{name}.{child}".lstrip("."), one) for child, one in part.named_children()]
        if within and _parameters(part) > _WHOLE * total:
            ahead += within
        elif _parameters(part) and "aux" not in name:
            found.append(name)
            held += _parameters(part)
    return tuple(reversed(found))


def _is_inceptions(name: str) -> bool:
    return name.rpartition(".")[2].startswith(_INCEPTION)


def _parameters(part: nn.Module) -> int:
    return sum(one.numel() for one in part.parameters())
