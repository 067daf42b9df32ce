"""Publishing to an S3 store: moto's server on loopback speaks its protocol."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.publish.files import Files, publish_files
from omniart_data.publish.place import parse_place
from omniart_data.publish.plan import release_parcel
from omniart_data.release import open_release

pytest.importorskip("s3fs", reason="S3 is an extra")
moto_server = pytest.importorskip("moto.server", reason="moto's server stands for S3")

DEST = "s3://museum/sets"


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


class Stop(Exception):  # noqa: N818 - no error of anybody's
    """Whoever publishes is stopped."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of an empty bucket on loopback."""
    import boto3
    import s3fs

    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    for name, value in (
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", "made"),
        ("AWS_SECRET_ACCESS_KEY", "made"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket="museum")
    try:
        yield client
    finally:
        for one in client.list_objects_v2(Bucket="museum").get("Contents", []):
            client.delete_object(Bucket="museum", Key=one["Key"])
        client.delete_bucket(Bucket="museum")
        client.close()
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()


def changed(client: Any) -> dict[str, Any]:
    """Return when each object was written."""
    found = client.list_objects_v2(Bucket="museum").get("Contents", [])
    return {one["Key"]: one["LastModified"] for one in found}


def test_there_and_back(publishable: Any, bucket: Any, tmp_path: Path) -> None:
    """A release goes to a bucket once, and comes back verified."""
    release = publishable()

    first = run("publish", release.folder, DEST, "--yes")
    assert first.exit_code == 0, first.output
    assert len(changed(bucket)) == len(release.manifest.files) + 2
    assert "nothing sent" in run("publish", release.folder, DEST).stdout
    got = run("fetch-release", DEST, "1.0.0", "--out", tmp_path / "out")
    assert got.exit_code == 0, got.output
    assert open_release(tmp_path / "out").digest == release.digest
    other = publishable(works=41, place="other")
    assert "never overwritten" in run("publish", other.folder, DEST, "--yes").stderr


def test_what_broke_off_is_invisible_and_goes_on(publishable: Any, bucket: Any) -> None:
    """An upload that is stopped half way has no manifest there; the next sends the rest, and a wrong file anew."""
    release = publishable()
    parcel, files = release_parcel(release.folder), Files(parse_place(DEST))
    done = [0]

    def stop(count: int) -> None:
        done[0] += count
        if done[0] > parcel.size_bytes // 2:
            raise Stop

    with pytest.raises(Stop):
        publish_files(files, parcel, stop)
    half = changed(bucket)
    assert half
    assert not [key for key in half if key.endswith(("manifest.json", "manifest.sha256"))]
    assert "no version was found" in run("fetch-release", DEST, "1.0.0").stderr
    key, wrong = (
        min(half),
        bytes(bucket.head_object(Bucket="museum", Key=min(half))["ContentLength"]),
    )
    bucket.put_object(Bucket="museum", Key=key, Body=wrong)

    sent = publish_files(Files(parse_place(DEST)), parcel, lambda _: None)
    assert sent == len(parcel.files) + 2 - len(half) + 1
    body = bucket.get_object(Bucket="museum", Key=key)["Body"].read()
    assert body == (release.folder / key.removeprefix("sets/omniart-1.0.0/")).read_bytes()


def test_a_bucket_that_is_not_there_is_one_line(publishable: Any, bucket: Any) -> None:
    """A store that refuses is told in one line, with exit code 1."""
    said = run("publish", publishable().folder, "s3://nobodys/sets", "--yes")

    assert said.exit_code == 1
    assert said.stderr.splitlines()[-1].startswith("omniart-data: s3://nobodys/sets")
