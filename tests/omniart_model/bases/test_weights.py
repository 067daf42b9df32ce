"""Weights are those that the base names, or there is an error that says what can be done."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch
from safetensors.torch import save_file

from omniart_model.bases.frozen import load_base
from omniart_model.bases.table import BASES, Base, find_base
from omniart_model.bases.torchvision_import import torchvision_models
from omniart_model.bases.weights import find_weights, sha256_of
from schemas.errors import ModelError, UsageError

LITE0, RESNET50 = BASES["efficientnet-lite0"], BASES["resnet50"]


def test_the_packages_weights_are_checked() -> None:
    """EfficientNet-Lite0 comes from its package, with the SHA-256 that the table holds."""
    weights = find_weights(LITE0, Path())

    assert weights.sha256 == LITE0.sha256
    assert weights.sha256.startswith("57934424")


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file of another SHA-256 is refused with both, unless its own is given."""
    other = tmp_path / "other.pth"
    other.write_bytes(b"other")

    with pytest.raises(ModelError, match=r"has SHA-256 d9298a10.*, not 57934424.*--weights-sha256"):
        find_weights(LITE0, tmp_path, other)
    assert find_weights(LITE0, tmp_path, other, sha256_of(other)).path == other


def test_a_file_that_is_not_there() -> None:
    """A missing file is one line."""
    with pytest.raises(ModelError, match=r"gone.pth cannot be read: No such file"):
        find_weights(LITE0, Path(), Path("gone.pth"))


def test_no_network_says_what_can_be_done(tmp_path: Path) -> None:
    """Where weights cannot be downloaded, the error lists the options, and nothing is left behind."""
    base = replace(RESNET50, url="http://127.0.0.1:9/resnet50-0676ba61.pth")

    with pytest.raises(
        ModelError, match=r"--weights FILE, put them at .*, or use --base efficient"
    ):
        find_weights(base, tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_downloaded_file_is_used_again(tmp_path: Path) -> None:
    """A file in the cache is not downloaded again, and is checked all the same."""
    (tmp_path / "resnet50-0676ba61.pth").write_bytes(b"torn")

    with pytest.raises(ModelError, match=r"not 0676ba61: remove .*resnet50-0676ba61.pth"):
        find_weights(RESNET50, tmp_path)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[Base, Path]]:
    """Return a base whose file's SHA-256 nobody tells, and that file, as a server on this machine gives it."""
    served = tmp_path / "served" / "model.safetensors"
    served.parent.mkdir()
    served.write_bytes(b"first")
    answer = partial(SimpleHTTPRequestHandler, directory=served.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/{served.name}"
        yield replace(RESNET50, name="somebody's", sha256="", url=url), served
        server.shutdown()
        thread.join()


def test_a_second_download_is_that_of_the_first(hub: tuple[Base, Path], tmp_path: Path) -> None:
    """The first file's SHA-256 is kept when the file is gone: another in its place is refused, the same is taken."""
    base, served = hub
    first = find_weights(base, tmp_path / "weights")
    assert first.path is not None
    first.path.unlink()
    served.write_bytes(b"other")

    with pytest.raises(
        ModelError, match=f"model.safetensors gave a file with SHA-256 .*, not {first.sha256}"
    ):
        find_weights(base, tmp_path / "weights")
    beside = first.path.with_name(f"{first.path.name}.sha256")
    assert list(first.path.parent.iterdir()) == [beside]

    served.write_bytes(b"first")
    assert find_weights(base, tmp_path / "weights") == first
    first.path.write_bytes(b"torn")
    with pytest.raises(
        ModelError, match=f"remove {first.path} and start again, and {beside} too if"
    ):
        find_weights(base, tmp_path / "weights")
    beside.write_bytes(b"")
    with pytest.raises(ModelError, match=f"{beside} holds no SHA-256: remove it"):
        find_weights(base, tmp_path / "weights")


def test_a_download_is_what_was_asked_for(hub: tuple[Base, Path], tmp_path: Path) -> None:
    """Where somebody names a SHA-256, another file is not kept."""
    with pytest.raises(ModelError, match=r"gave a file with SHA-256 .*, not 00ff: try again"):
        find_weights(hub[0], tmp_path / "weights", sha256="00ff")

    assert not list((tmp_path / "weights").iterdir())


def test_torchvisions_network_takes_a_file_of_weights(tmp_path: Path) -> None:
    """ResNet-50 is built from a safetensors file, and gives the 2,048 features before its last layer."""
    torch.manual_seed(0)
    network = torchvision_models().resnet50().eval()
    file = tmp_path / "resnet50.safetensors"
    save_file(network.state_dict(), file)

    base = load_base(RESNET50, find_weights(RESNET50, tmp_path, file, sha256_of(file)))
    seen = torch.randint(0, 256, (2, 3, 224, 224), dtype=torch.uint8)
    with torch.inference_mode():
        found = base(seen)
        mean, deviation = (
            torch.tensor(three).view(1, 3, 1, 1) for three in (RESNET50.mean, RESNET50.deviation)
        )
        expected = network((seen - mean) / deviation)
        classified = torch.nn.functional.linear(found, network.fc.weight, network.fc.bias)

    assert found.shape == (2, RESNET50.features)
    torch.testing.assert_close(classified, expected, atol=1e-3, rtol=1e-3)


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    """Tensors of another network are refused in one line."""
    file = tmp_path / "other.safetensors"
    save_file({"layer": torch.zeros(3)}, file)

    with pytest.raises(ModelError, match="does not fit the base") as caught:
        load_base(LITE0, find_weights(LITE0, tmp_path, file, sha256_of(file)))

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["torn.pth", "torn.safetensors"])
def test_what_is_no_file_of_weights(tmp_path: Path, name: str) -> None:
    """A file that holds something else is refused, and nothing in it is run."""
    file = tmp_path / name
    file.write_bytes(b"cos\nsystem\n(S'false'\ntR.")

    with pytest.raises(ModelError, match="is not a file of weights"):
        load_base(LITE0, find_weights(LITE0, tmp_path, file, sha256_of(file)))


def test_an_unknown_base_is_named() -> None:
    """The error lists the bases there are."""
    with pytest.raises(UsageError, match="'alexnet'; there are: resnet50, vgg16"):
        find_base("alexnet")
