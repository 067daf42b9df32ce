"""timm's networks are bases: what they want to see is timm's, and their weights are known by their SHA-256."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from omniart_model.bases.frozen import load_base
from omniart_model.bases.table import BASES, Kernel, find_base
from omniart_model.bases.torchvision_import import torchvision_models
from omniart_model.bases.weights import find_weights, sha256_of
from schemas.errors import ModelError, UsageError

torchvision_models()  # which timm imports, unguarded
pytest.importorskip("timm", reason="the extra timm is not installed")
LITE0 = BASES["efficientnet-lite0"]
NAME = "timm:tf_efficientnet_lite0"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return EfficientNet-Lite0's weights under timm's names: the same tensors in the same order."""
    import timm

    path = find_weights(LITE0, Path()).path
    assert path is not None
    held = torch.load(path, weights_only=True)
    names = timm.create_model("tf_efficientnet_lite0").state_dict()
    assert len(names) == len(held) == 296
    named = tmp_path_factory.mktemp("timm") / "lite0.safetensors"
    packed = (tensor.contiguous() for tensor in held.values())
    save_file(dict(zip(names, packed, strict=True)), named)
    return named


def test_a_row_is_timms_own() -> None:
    """Size, kernel, normalisation and the hub's address come from timm's pretrained_cfg."""
    base = find_base("timm:vit_small_patch14_dinov2.lvd142m")

    assert (base.features, base.size_px, base.short_side_px) == (384, 518, 518)
    assert base.kernel is Kernel.BICUBIC
    assert base.mean == pytest.approx((123.675, 116.28, 103.53))
    assert base.url.endswith("timm/vit_small_patch14_dinov2.lvd142m/resolve/main/model.safetensors")


def test_the_same_weights_give_the_same_features(file: Path) -> None:
    """EfficientNet-Lite0 of timm's, with the package's weights, says what the package's says, to 1e-4."""
    base = replace(find_base(NAME), mean=LITE0.mean, deviation=LITE0.deviation)
    seen = torch.randint(0, 256, (2, 3, 224, 224), dtype=torch.uint8)

    with torch.inference_mode():
        found = load_base(base, find_weights(base, Path(), file))(seen)
        expected = load_base(LITE0, find_weights(LITE0, Path()))(seen)

    assert (base.features, base.short_side_px) == (1280, 256)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    """Tensors that do not fit are one line, and no network with a random rest."""
    torn = tmp_path / "torn.safetensors"
    save_file({"conv_stem.weight": torch.zeros(32, 3, 3, 3)}, torn)
    base = find_base(NAME)

    with pytest.raises(ModelError, match=f"do not fit {NAME}: .*Missing key"):
        load_base(base, find_weights(base, tmp_path, torn))


def test_a_file_is_known_by_its_first_digest(file: Path, tmp_path: Path) -> None:
    """Nobody publishes these files' SHA-256: the first is kept beside the file, and another is refused."""
    base = find_base(NAME)
    kept = tmp_path / "timm_tf_efficientnet_lite0.safetensors"
    kept.write_bytes(file.read_bytes())

    assert find_weights(base, tmp_path).sha256 == sha256_of(file)
    kept.write_bytes(b"other")
    with pytest.raises(ModelError, match=f"not {sha256_of(file)}: remove .*{kept.name}"):
        find_weights(base, tmp_path)


def test_the_hub_is_that_of_its_own_library(tmp_path: Path) -> None:
    """Endpoint and HF_HUB_OFFLINE are huggingface_hub's: nothing is asked of the hub, and a line says what can be done."""
    code = (
        "import sys; from pathlib import Path\n"
        "from omniart_model.bases.table import find_base\n"
        "from omniart_model.bases.weights import find_weights\n"
        "find_weights(find_base(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    hub = {"HF_HUB_OFFLINE": "on", "HF_ENDPOINT": "http://127.0.0.1:9/"}

    done = subprocess.run(
        [sys.executable, "-c", code, NAME, str(tmp_path)],
        env=os.environ | hub,
        capture_output=True,
        text=True,
        check=False,
    )

    told = done.stderr.splitlines()[-1]
    assert "ModelError: the weights of timm:tf_efficientnet_lite0 could not be downloaded" in told
    assert "from http://127.0.0.1:9/timm/tf_efficientnet_lite0.in1k/resolve/main/" in told
    assert "(HF_HUB_OFFLINE is set): give them with --weights FILE" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["timm:nothing", "timm:", "timm:../../etc/passwd"])
def test_what_timm_does_not_have_is_told(name: str) -> None:
    """A name that timm does not list is one line."""
    with pytest.raises(UsageError, match="timm has no"):
        find_base(name)
