"""The Hugging Face hub: a release is one commit of a data set and a tag, so that its readers see all or nothing.

Large files go up beforehand, in batches, and are known there by their SHA-256: a publication that was broken
off sends only what is missing. The commit then names them all, removes what an earlier version had and takes
the manifest along; the tag ``vVERSION`` comes last and is what readers ask for. (``upload_large_folder``
makes many commits, in which a half release could be seen, and is gone from huggingface_hub 2.)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from omniart_data.publish.files import Advance
from omniart_data.publish.place import Place
from omniart_data.publish.plan import Parcel
from omniart_data.release.manifest import NAME, SEAL
from schemas.errors import ReleaseError, UsageError

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd

BATCH_FILES = 50
KIND = "dataset"
KEPT = frozenset({".gitattributes"})
"""The hub's own file at the root of a data set."""


class Hub:
    """One data set on the hub; who publishes is whom ``HF_TOKEN`` or ``hf auth login`` names."""

    def __init__(self, place: Place) -> None:
        try:
            import huggingface_hub  # noqa: PLC0415 - an extra
            from huggingface_hub.utils.tqdm import disable_progress_bars  # noqa: PLC0415
        except ImportError as error:
            raise UsageError(
                "the hub's client is not installed: `pip install 'omniart-data[hub]'`"
            ) from error
        self.place, self._hub = place, huggingface_hub
        self._api = huggingface_hub.HfApi(library_name="omniart-data")
        disable_progress_bars()  # we have our own

    def tags(self) -> list[str]:
        """Return the data set's tags; none where there is no data set yet."""
        missing = self._hub.errors.RepositoryNotFoundError
        with self._said():
            try:
                refs = self._api.list_repo_refs(self.place.repo, repo_type=KIND)
            except missing:
                return []
        return sorted(ref.name for ref in refs.tags)

    def small(self, tag: str, path: str) -> bytes | None:
        """Return a small file of a version; None where there is none."""
        with TemporaryDirectory() as folder:
            try:
                return self.bring(tag, path, Path(folder)).read_bytes()
            except FileNotFoundError:
                return None

    def bring(self, tag: str, path: str, folder: Path) -> Path:
        """Download a file into a folder, going on where an earlier try ended; raise FileNotFoundError."""
        errors = self._hub.errors
        missing = (errors.EntryNotFoundError, errors.RevisionNotFoundError)
        with self._said():
            try:
                found = self._api.hf_hub_download(
                    self.place.repo, path, repo_type=KIND, revision=tag, local_dir=folder
                )
            except missing as error:
                raise FileNotFoundError(path) from error
        return Path(str(found))

    def send(self, parcels: Sequence[Parcel], tag: str, advance: Advance) -> None:
        """Send parcels as one commit and tag it; the last one is the release, at the data set's root."""
        operations: list[Any] = []
        with self._said():
            self._api.create_repo(self.place.repo, repo_type=KIND, exist_ok=True)
            for parcel in parcels:
                for batch in _batches(list(_additions(self._hub.CommitOperationAdd, parcel))):
                    self._api.preupload_lfs_files(
                        self.place.repo, batch, repo_type=KIND, free_memory=False
                    )
                    advance(sum(one.upload_info.size for one in batch))
                    operations += batch
            kept = {one.path_in_repo for one in operations} | KEPT
            there = self._api.list_repo_files(self.place.repo, repo_type=KIND)
            delete = self._hub.CommitOperationDelete
            operations += [delete(path) for path in sorted(set(there) - kept) if _is_ours(path)]
            made = self._api.create_commit(
                self.place.repo, operations, repo_type=KIND, commit_message=f"Release {tag}"
            )
            self._api.create_tag(self.place.repo, tag=tag, repo_type=KIND, revision=made.oid)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn what the hub's client raises into one line."""
        hub = self._hub.errors
        try:
            yield
        except FileNotFoundError:
            raise
        except (hub.HfHubHTTPError, OSError, ValueError, RuntimeError, *_transport()) as error:
            raise ReleaseError(
                f"{self.place.shown}: {type(error).__name__}: {' '.join(str(error).split())[:300]}: "
                "see to it (who publishes needs HF_TOKEN or `hf auth login`), and run the same command again"
            ) from error


def publish_hub(hub: Hub, parcels: Sequence[Parcel], version: str, advance: Advance) -> int:
    """Publish a release, with what goes with it, as one tagged commit; return how many files it has.

    0: the version is there already. Raises ReleaseError where another release has its tag.
    """
    if is_on_hub(hub, parcels[-1], version):
        return 0
    hub.send(parcels, f"v{version}", advance)
    return sum(len(parcel.files) + 2 for parcel in parcels)


def is_on_hub(hub: Hub, release: Parcel, version: str) -> bool:
    """Say whether a version is there; raise ReleaseError where another release has its tag."""
    tag = f"v{version}"
    if tag not in hub.tags():
        return False
    if hub.small(tag, NAME) != release.manifest:
        raise ReleaseError(
            f"{hub.place.shown} has another release under {tag}: a published version is never "
            "overwritten; build a new version"
        )
    return True


def _additions(add: "type[CommitOperationAdd]", parcel: Parcel) -> "Iterator[CommitOperationAdd]":
    """Yield a parcel's files as parts of a commit: a release at the root, all else in its folder."""
    prefix = "" if parcel.name.startswith("omniart-") else f"{parcel.name}/"
    for path in parcel.files:
        yield add(f"{prefix}{path}", str(parcel.folder / path))
    yield add(f"{prefix}{NAME}", parcel.manifest)
    yield add(f"{prefix}{SEAL}", parcel.seal)


def _is_ours(path: str) -> bool:
    """Say whether a file may be one of an earlier version: shards' names change with their number."""
    return path.startswith("data/") and path.endswith(".parquet")


def _batches(files: "list[CommitOperationAdd]") -> "Iterator[list[CommitOperationAdd]]":
    for first in range(0, len(files), BATCH_FILES):
        yield files[first : first + BATCH_FILES]


def _transport() -> tuple[type[Exception], ...]:
    """Return the errors of the library by which this version of the hub's client speaks HTTP."""
    try:
        import httpx2 as http  # noqa: PLC0415
    except ImportError:
        return ()  # older ones use requests, whose errors are OSError
    return (http.HTTPError,)
