"""The extra form: tar files of pictures with their rows."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from PIL import Image
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.publish.webdataset import sample_key, webdataset_parcel


def test_each_picture_stands_before_its_row(publishable: Any, tmp_path: Path) -> None:
    """A tar holds KEY.png and KEY.json in turn, for every work of the split whose picture is in the release."""
    release, dest = publishable(), tmp_path / "dest"
    words = ["publish", str(release.folder), str(dest), "--format", "webdataset", "--yes"]
    assert CliRunner().invoke(app, words).exit_code == 0

    folder = dest / "omniart-1.0.0-webdataset"
    rows = [r for r in release.table("train").to_pylist() if r["image_status"] == "in release"]
    with tarfile.open(folder / "train-000000.tar") as tar:
        names = tar.getnames()
        assert names == [f"{sample_key(r['id'])}.{e}" for r in rows for e in ("png", "json")]
        for row, name in zip(rows, names[1::2], strict=True):
            told = json.loads(tar.extractfile(name).read())  # type: ignore[union-attr]
            assert (told["id"], told["artist"]) == (row["id"], row["artist"])
            assert "image" not in told
        Image.open(io.BytesIO(tar.extractfile(names[0]).read())).verify()  # type: ignore[union-attr]
    told = json.loads((folder / "manifest.json").read_bytes())
    assert told["release_sha256"] == release.digest
    assert (folder / "README.md").read_bytes() == (release.folder / "README.md").read_bytes()
    assert "nothing sent" in CliRunner().invoke(app, words).stdout


def test_the_same_release_gives_the_same_tars(publishable: Any, tmp_path: Path) -> None:
    """No clock, no owner, no order of chance: two makings are one, and a small limit makes several tars."""
    release = publishable()
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append(webdataset_parcel(release, tmp_path / name, tar_bytes=10_000))

    assert made[0].manifest == made[1].manifest
    assert "train-000001.tar" in made[0].files
