"""A network answers any picture, and says of each that it cannot see why not."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.baselines.prepare import BaseChoice, cache_and_base
from omniart_model.bases.table import base_of
from omniart_model.cli import app
from omniart_model.features.cache import FeatureCache
from omniart_model.training.answers import answers
from omniart_model.training.checkpoint import load_checkpoint
from omniart_model.training.examples import Cached
from omniart_model.training.predict import predict as predict_works
from omniart_model.training.predict import with_what_it_learnt
from omniart_model.works import in_split, pictured_works
from schemas.errors import ModelError


@pytest.fixture
def pictures(release: Release, tmp_path: Path) -> list[Path]:
    """Return twelve pictures of the release as files."""
    held = [body for _, _, body in release.pictures("test") if body is not None][:12]
    paths = [tmp_path / f"{number:02d}.jpg" for number in range(len(held))]
    for path, body in zip(paths, held, strict=True):
        path.write_bytes(body)
    return paths


def predict(*asked: str | Path) -> "tuple[int, str, str]":
    """Run the command; return exit code, stdout and stderr."""
    done = CliRunner().invoke(app, ["predict", *map(str, asked)])
    return done.exit_code, done.stdout, done.stderr


def test_a_picture_gets_what_it_gets_in_a_release(
    release: Release, workspace: Path, baseline: Path, pictures: list[Path]
) -> None:
    """Artists with scores, types and materials, and the year: those of the same picture's cached features."""
    code, out, _ = predict(baseline, *pictures, "--json")

    lines = [json.loads(line) for line in out.splitlines()]
    loaded = load_checkpoint(baseline)
    key = dict(loaded.features)
    names = [sha256 for _, sha256, body in release.pictures("test") if body is not None][:12]
    features, _ = FeatureCache(workspace, base_of(key), key["weights_sha256"]).read(names)
    expected = answers(loaded.network, Cached(features, {})).scores
    assert (code, [line["file"] for line in lines]) == (0, [str(path) for path in pictures])
    for row, line in enumerate(lines):
        ranked = np.argsort(-expected["artist"][row], kind="stable")
        assert [label for label, _ in line["artist"]] == [
            loaded.classes["artist"][place] for place in ranked[:5]
        ]
        assert line["period"]["year"] == pytest.approx(expected["period"][row], abs=0.06)
        assert line["type"]
        assert line["material"]
        for _, score in line["material"][1:]:
            assert score >= 0.5


def test_a_year_has_its_range(baseline: Path, pictures: list[Path]) -> None:
    """The year lies between the first and the last year that are told with it."""
    _, out, _ = predict(baseline, pictures[0], "--json")

    years = json.loads(out)["period"]
    assert years["first"] <= years["last"]


def test_hostile_files_are_told_one_by_one(
    baseline: Path, pictures: list[Path], tmp_path: Path
) -> None:
    """A page, nothing, half a picture and what is not there get a line each; the others their answers."""
    hostile = {"a.html": b"<html>", "b\x1b[31m.jpg": b"", "c.jpg": pictures[0].read_bytes()[:200]}
    for name, body in hostile.items():
        (tmp_path / name).write_bytes(body)
    bad = [*(tmp_path / name for name in hostile), tmp_path / "gone.jpg"]

    code, out, err = predict(baseline, pictures[0], *bad, pictures[1])

    assert code == 1
    assert out.count("artist") == 2
    assert [line.count("omniart-model: ") for line in err.splitlines()] == [1] * 5
    assert "gone.jpg: No such file or directory" in err
    assert "\x1b" not in err
    assert err.splitlines()[-1] == "omniart-model: 4 of 6 pictures have no answer"


def test_a_picture_that_is_too_large_is_told_so(baseline: Path, tmp_path: Path) -> None:
    """Of a picture with more pixels than are decoded the line has its size, the most there may be, and what to do."""
    scan = tmp_path / "scan.tif"
    Image.new("1", (9_000, 8_000)).save(scan, compression="group4")

    code, _, err = predict(baseline, scan)

    told = "too large: 9,000 x 8,000 as TIFF, at most 62,500,000 pixels are decoded"
    assert code == 1
    assert err.splitlines()[0] == f"omniart-model: {scan}: {told}: make it smaller first"


def test_text_is_for_people(baseline: Path, pictures: list[Path]) -> None:
    """Of each picture its name and a line for each task; --top says how many artists."""
    _, out, _ = predict(baseline, pictures[0], "--top", "2")

    name, *lines = out.splitlines()
    assert name == str(pictures[0])
    words = [line.split()[0] for line in lines]
    assert words[:2] == ["artist", "type"]
    assert lines[0].count(",") == 1


def test_a_release_and_pictures_do_not_mix(
    release: Release, baseline: Path, pictures: list[Path]
) -> None:
    """A folder among pictures is a mistake of the caller's, told before anything is read."""
    code, _, err = predict(baseline, pictures[0], release.folder)

    assert code == 2
    assert "name one release, or pictures alone" in err


def test_a_release_is_answered_as_before(release: Release, baseline: Path, tmp_path: Path) -> None:
    """With a release the answers go to a file that holds the whole split."""
    out = tmp_path / "predictions.parquet"

    code, said, _ = predict(baseline, release.folder, "--out", out)

    assert code == 0
    assert "works of test, 0 without a picture at hand" in said
    assert out.is_file()


def test_a_base_that_has_learnt_looks_for_itself(
    workspace: Path, baseline: Path, tmp_path: Path
) -> None:
    """A checkpoint with a base of its own puts it in place, and its features are never taken for the frozen one's."""
    loaded = load_checkpoint(baseline)
    base = base_of(loaded.features)
    cache, network = cache_and_base(base, BaseChoice(base.name), workspace)
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    state["mean"] += 1

    same = with_what_it_learnt(loaded, cache, network)
    learnt = with_what_it_learnt(replace(loaded, base=state), cache, network)

    assert same == cache
    assert learnt.folder != cache.folder
    assert torch.equal(network.get_buffer("mean"), state["mean"])
    with pytest.raises(ModelError, match="checkpoint's base is not efficientnet-lite0"):
        with_what_it_learnt(replace(loaded, base={"other": state["mean"]}), cache, network)


def test_what_was_not_seen_gets_the_usual_range(
    release: Release, baseline: Path, tmp_path: Path
) -> None:
    """A work without a picture at hand is answered with train's median year, in what most of train lies in."""
    loaded = load_checkpoint(baseline)
    nothing = FeatureCache(tmp_path, base_of(loaded.features), loaded.features["weights_sha256"])
    train = in_split(pictured_works(release, "train"), "train")

    found, unseen = predict_works(loaded, pictured_works(release, "test"), train, nothing)

    years = np.asarray(train["year"])
    assert unseen == len(found.ids)
    assert set(found.scores["period"].tolist()) == {np.median(years)}
    np.testing.assert_allclose(
        found.ranges["period"], [np.quantile(years, (0.1, 0.9))] * unseen, rtol=1e-6
    )
