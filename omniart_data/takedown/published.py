"""What is to be done about published copies: what left this machine, nobody can take back from here."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from omniart_data.publish.log import Published, read_published
from omniart_data.publish.place import parse_place
from omniart_data.release import Release
from omniart_data.takedown.journal import Step
from omniart_data.takedown.tombstones import split_id
from omniart_data.takedown.traces import is_dropped
from omniart_data.workspace import Workspace
from schemas.errors import UsageError


@dataclass(frozen=True)
class Copy:
    """One published copy of a release that holds the artwork, and what to do there, step by step."""

    version: str
    digest: str
    dest: str
    format: str
    when: str
    new: str
    """The version that stands for it."""
    steps: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield what is to be done."""
        yield f"published: {self.version} at {self.dest} ({self.format}, {self.when}) holds it:"
        for number, step in enumerate(self.steps, 1):
            yield f"  {number}. {step}"


def published_copies(
    workspace: Workspace, steps: tuple[Step, ...], artwork: str, opened: list[Release]
) -> tuple[Copy, ...]:
    """Return the published copies of releases that hold an artwork, or held it before they were rewritten."""
    stands_for = {step.digest: step.new for step in steps}
    here = {release.digest for release in opened}
    for release in opened:
        before = release.receipt["previous"]
        replaced = before is not None and before["digest"] not in here
        if replaced and is_dropped(release, *split_id(artwork)):
            stands_for.setdefault(before["digest"], release.version)
    return tuple(
        _copy(workspace, one, stands_for[one.digest])
        for one in read_published(workspace.root)
        if one.digest in stands_for
    )


def _copy(workspace: Workspace, one: Published, new: str) -> Copy:
    publish = ["omniart-data", "publish", str(workspace.release(new)), one.dest]
    if one.format == "webdataset":
        publish += ["--format", "webdataset"]
    learnt = f"if a baseline went along, withdraw baselines/{one.version} in the same way: it has learnt from it"
    steps = (f"publish {new}: `{shlex.join(publish)}`", *_withdraw(one), learnt)
    return Copy(one.version, one.digest, one.dest, one.format, one.when, new, steps)


def _withdraw(one: Published) -> tuple[str, ...]:
    """Return how a version is withdrawn, by the kind of its destination."""
    name = f"omniart-{one.version}{'-webdataset' if one.format == 'webdataset' else ''}"
    try:
        place = parse_place(one.dest)
    except UsageError:
        return (f"withdraw {name} at {one.dest}",)
    if place.kind == "folder":
        return (f"remove the old one: `{shlex.join(['rm', '-r', '--', f'{one.dest}/{name}'])}`",)
    if place.kind == "store":
        below = f"{one.dest.rstrip('/')}/{name}/"
        return (
            f"delete every object below {below}, for S3 `{shlex.join(['aws', 's3', 'rm', '--recursive', below])}`",
            "where the bucket keeps versions, delete the old versions of these objects too",
        )
    if place.kind == "hub":
        repo = shlex.quote(place.repo)
        tag = f"`hf repo tag delete {repo} v{one.version} --repo-type dataset`"
        squash = f'HfApi().super_squash_history("{place.repo}", repo_type="dataset")'
        return (
            f"delete the tag: {tag}",
            f"delete what only the history still holds: in Python, `{squash}` (huggingface_hub)",
            "write on the card that the version was withdrawn: whoever downloaded it has it still",
        )
    return (f"ask whoever keeps {one.dest} to remove {name}",)
