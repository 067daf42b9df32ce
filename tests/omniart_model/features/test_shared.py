"""Features can be taken from the shared layer of a trained network."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.bases.table import base_of
from omniart_model.cli import app
from omniart_model.features.cache import FeatureCache
from omniart_model.training.checkpoint import load_checkpoint


def test_the_file_holds_what_the_shared_layer_says(
    release: Release, workspace: Path, baseline: Path, tmp_path: Path
) -> None:
    """For each picture and view: the shared layer's output on its features, and whose layer it was."""
    out = tmp_path / "shared.parquet"
    asked = ["--checkpoint", str(baseline), "--layer", "shared", "--out", str(out)]

    done = CliRunner().invoke(app, ["features", str(release.folder), *asked])

    assert done.exit_code == 0, done.output
    loaded, table = load_checkpoint(baseline), pq.read_table(out)
    key = dict(loaded.features)
    cache = FeatureCache(workspace, base_of(key), key["weights_sha256"])
    features, found = cache.read(table["image_sha256"].to_pylist())
    assert (len(features), found.all()) == (120, True)
    for view, name in enumerate(("features", "mirrored")):
        with torch.inference_mode():
            said = loaded.network.shared_features(torch.from_numpy(features[:, view]))
        held = np.frombuffer(b"".join(table[name].to_pylist()), "<f2").reshape(120, -1)
        np.testing.assert_allclose(held, said.numpy(), atol=2e-3, rtol=2e-3)
        assert held.min() >= 0
    told = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
    assert (told["layer"], told["base"]) == ("shared", "efficientnet-lite0")
    assert len(told["network_sha256"]) == 64


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--layer", "shared"], "--layer shared needs --checkpoint BASELINE and --out FILE"),
        (["--augment", "jitter", "--base", "pixels"], "no augmentation is called 'jitter'"),
        (["--checkpoint", "gone"], "gone is not there"),
    ],
)
def test_options_that_say_nothing_are_told(release: Release, asked: list[str], words: str) -> None:
    """What does not go together is one line and exit code 2."""
    done = CliRunner().invoke(app, ["features", str(release.folder), *asked])

    assert done.exit_code == 2
    assert words in done.output
