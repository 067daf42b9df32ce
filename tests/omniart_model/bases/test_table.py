"""A row of the table says of a base what its publisher says, and a key brings the same base back."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from omniart_model.bases import torchvision_bases
from omniart_model.bases.augmented import AUGMENTATIONS, Colours, augmented
from omniart_model.bases.frozen import FrozenBase
from omniart_model.bases.table import BASES, DEFAULT_BASE, View, base_of, find_base
from schemas.errors import ModelError, UsageError

LITE0 = BASES["efficientnet-lite0"]
OF_TORCHVISION = [name for name, base in BASES.items() if base.url]


def noise(seed: int) -> list[np.ndarray]:
    """Return some pictures of correlated colours, uint8 [8, 8, 3]."""
    chance = np.random.default_rng(seed)
    mixed = chance.normal(0, 30, (3, 8, 8, 3)) @ chance.normal(0, 1, (3, 3)) + 128
    return list(mixed.clip(0, 255).astype(np.uint8))


def test_the_default_is_the_papers() -> None:
    """Without a choice it is ResNet-50."""
    assert DEFAULT_BASE == "resnet50"


@pytest.mark.parametrize("name", OF_TORCHVISION)
def test_rows_are_torchvisions_own(name: str) -> None:
    """Features, sizes, kernel, normalisation, file and digest are what torchvision says of these weights."""
    row = BASES[name]
    asked = "resnet50.IMAGENET1K_V2" if name == "resnet50_v2" else name
    said = torchvision_bases.find(asked)

    fields = ("features", "size_px", "short_side_px", "kernel", "sha256", "url")
    assert [getattr(row, one) for one in fields] == [getattr(said, one) for one in fields]
    np.testing.assert_allclose(row.mean, said.mean)
    np.testing.assert_allclose(row.deviation, said.deviation)


def test_any_network_of_torchvision_is_a_base() -> None:
    """A name beyond the table is asked of torchvision; its weights can be chosen."""
    base = find_base("torchvision:vit_b_16.IMAGENET1K_SWAG_E2E_V1")

    assert (base.features, base.size_px, base.short_side_px) == (768, 384, 384)
    assert base.sha256 == "9ac1b537"
    assert find_base("torchvision:resnet18").sha256 == BASES["resnet18"].sha256


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("torchvision:resnet51", "no 'resnet51' .* it has .*resnet18"),
        ("torchvision:resnet18.V9", "has the weights IMAGENET1K_V1"),
        ("torchvision:squeezenet1_1", "no linear layer"),
        ("alexnet", r"no base is called 'alexnet'; there are: resnet50, .*timm:NAME"),
    ],
)
def test_what_is_no_base_is_told(name: str, words: str) -> None:
    """An unknown network, or unknown weights of one, is one line with what there is."""
    with pytest.raises(UsageError, match=words):
        find_base(name)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_key_brings_the_base_back(name: str) -> None:
    """From the key of features alone comes the base that made them, to the last digit of its colours."""
    base = augmented(LITE0, name, Colours.of(noise(0)))

    assert base_of(base.key) == base
    assert (base.key == LITE0.key) == (name == "flip")


def test_a_key_that_is_torn_is_told() -> None:
    """A key that names no view there is, or no numbers, is one line."""
    for torn in ({"views": "upside down"}, {"colours": "[1"}, {"colours": "[1, 2]"}):
        with pytest.raises(ModelError, match="cannot be made again"):
            base_of(LITE0.key | torn)


def test_keys_without_views_are_flips() -> None:
    """Checkpoints of older versions name no views: they had the two of a flip."""
    key = {name: value for name, value in LITE0.key.items() if name in {"base", "view"}}

    assert base_of(key) == LITE0


@given(st.integers(0, 1000))
def test_whitened_colours_are_white(seed: int) -> None:
    """After ZCA the colours of train have no mean, variance 1, and no correlation."""
    pictures = noise(seed)
    colours = Colours.of(pictures)
    if np.linalg.eigvalsh(colours.covariance)[0] < 1:
        return  # such axes are not blown up
    base = augmented(LITE0, "zca", colours)
    seen = FrozenBase(base, torch.nn.Identity())(
        torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    )

    values = seen.permute(0, 2, 3, 1).reshape(-1, 3).double().numpy()
    np.testing.assert_allclose(values.mean(0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(values.T, bias=True), np.eye(3), atol=1e-3)


def test_the_mean_is_trains() -> None:
    """Mean subtraction puts train's mean colour in ImageNet's place and leaves the deviation."""
    pictures = noise(1)
    base = augmented(LITE0, "mean", Colours.of(pictures))

    np.testing.assert_allclose(base.mean, np.stack(pictures).mean((0, 1, 2)), rtol=1e-5)
    assert (base.deviation, base.views) == (LITE0.deviation, (View.ORIGINAL,))


def test_what_is_no_augmentation_is_told() -> None:
    """An unknown name lists those there are, and one that needs colours says so."""
    with pytest.raises(UsageError, match="'jitter'; there are: flip, none, rotation, mean, zca"):
        augmented(LITE0, "jitter")
    with pytest.raises(UsageError, match="needs the colours of the train split"):
        augmented(LITE0, "zca")
    with pytest.raises(ModelError, match="no picture of train is at hand"):
        Colours.of([])
