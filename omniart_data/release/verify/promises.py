"""Every promise of a release whose bytes are as its manifest says."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from omniart_data.release.card import data_card
from omniart_data.release.contents import bits, check_census, leaves_to_train
from omniart_data.release.continuity import wrong_continuity
from omniart_data.release.croissant import croissant
from omniart_data.release.labels import TASKS, label_index, wrong_ids
from omniart_data.release.questions import wrong_questions
from omniart_data.release.read import ALL_SPLITS, Release
from omniart_data.release.report import Shown, report_page, without_pictures
from omniart_data.release.rows import compute, count, order
from omniart_data.release.values import wrong_values
from omniart_data.release.verify import sides
from omniart_data.release.verify.seen import Seen
from omniart_data.release.verify.tables import wrong_digests, wrong_schemas
from schemas.errors import ReleaseError
from schemas.release import EMBEDDED, IMAGE_STATUS
from schemas.rights import NO, policy


def broken_promises(release: Release) -> Iterator[str]:
    """Yield what is wrong with a release whose bytes are as its manifest says."""
    bodies: dict[str, bytes] = {}
    try:
        if misshapen := [*wrong_schemas(release)]:
            yield from misshapen
            return
        yield from wrong_digests(release, bodies)
        seen = Seen(release, bodies)
        for check in CHECKS:
            yield from check(seen)
    except (pa.ArrowException, KeyError, ValueError, TypeError, OSError, ReleaseError) as wrong:
        yield f"cannot be read as a release: {type(wrong).__name__}: {' '.join(str(wrong).split())}"


def _ids(seen: Seen) -> Iterator[str]:
    if len(compute.unique(seen.rows["id"])) != seen.rows.num_rows:
        yield "an id stands for several artworks"
    for split in ALL_SPLITS:
        rows = seen.rows.filter(compute.equal(seen.rows["file_split"], split)).select(["id"])
        if not order(rows, "id")["id"].equals(rows["id"]):
            yield f"{split}: its rows are not sorted by id"


def _census(seen: Seen) -> Iterator[str]:
    try:
        check_census(seen.release.receipt["records_read"], seen.rows, seen.dropped)
    except ReleaseError as wrong:
        yield str(wrong)


def _open(seen: Seen) -> Iterator[str]:
    yield from wrong_questions(seen.release, seen.rows["id"])
    told = seen.release.receipt["decisions"]["flagged"]
    if told != seen.release.manifest.tables["flagged"].rows:
        yield "receipt.json: so many decisions were not applied as flagged.parquet does not have"


def _values(seen: Seen) -> Iterator[str]:
    yield from wrong_values(seen.rows)


def _labels(seen: Seen) -> Iterator[str]:
    labels = seen.release.labels
    for task in TASKS:
        numbers = labels.filter(compute.equal(labels["task"], task))["number"].to_pylist()
        if numbers != list(range(len(numbers))):
            yield f"labels.parquet: the numbers of {task} do not run from 0, each once"
    yield from wrong_ids(labels)
    terms = seen.release.side_table("terms")
    if not label_index(seen.rows, terms, labels).equals(labels):
        yield (
            "labels.parquet: a label is missing, its counts are not those of the rows, "
            "or matched is not what terms.parquet says"
        )


def _judgements(seen: Seen) -> Iterator[str]:
    numbers = seen.release.side_table("judgements")["number"]
    pointed = compute.unique(compute.list_flatten(seen.rows["judgements"]))
    if not bits(compute.is_in(pointed, value_set=numbers.combine_chunks())).all():
        yield "an artwork points to a judgement that is not there"
    if len(compute.unique(numbers)) != len(numbers):
        yield "judgements.parquet: a number stands twice"


def _rights(seen: Seen) -> Iterator[str]:
    for (status,) in count(seen.rows, "image_status"):
        if status not in IMAGE_STATUS:
            yield f"image_status {status!r} is not one that there is"
    embedded = seen.rows.filter(compute.equal(seen.rows["image_status"], EMBEDDED))
    for (rights, source), n in count(embedded, "rights", "source").items():
        if not policy(rights, source).may_pass_on:
            yield f"{n} pictures of {source} under {rights or 'no stated rights'} may not be passed on"
    had = seen.rows.filter(compute.is_valid(seen.rows["image_sha256"]))
    for (rights, source), n in count(had, "rights", "source").items():
        if policy(rights, source).may_keep == NO:
            yield f"{n} pictures of {source} under {rights or 'no stated rights'} may not be kept"
    if not leaves_to_train(seen.rows).equals(seen.rows["may_train"].combine_chunks()):
        yield "may_train is not what the rights of the pictures say"


def _facts(seen: Seen) -> Iterator[str]:
    told = seen.release.facts
    for name in sorted({*told, *seen.facts}):
        if told.get(name) != seen.facts.get(name):
            yield f"facts.json: {name} is not what the tables give"


def _pages(seen: Seen) -> Iterator[str]:
    """Make card, Croissant file and report again: of facts, receipt, manifest and tables alone."""
    release = seen.release
    told = release.version, release.facts, release.receipt
    if (release.folder / "README.md").read_text(encoding="utf-8") != data_card(*told):
        yield "README.md is not what facts.json and receipt.json give"
    if (release.folder / "croissant.json").read_bytes() != croissant(*told, release.manifest.files):
        yield "croissant.json is not what facts.json, receipt.json and the files give"
    page = (release.folder / "report.html").read_text(encoding="utf-8")
    if without_pictures(page) != without_pictures(_report(seen)):
        yield "report.html is not what facts.json, receipt.json and the tables give"


def _report(seen: Seen) -> str:
    """Return the report as the release alone gives it: without the pictures and what changed, which are not compared."""
    release = seen.release
    shown = Shown(
        version=release.version,
        facts=release.facts,
        receipt=release.receipt,
        rows=seen.rows,
        dropped=seen.dropped,
        near=seen.near,
        picture=lambda _: (b"", ""),
    )
    return report_page(shown)


def _continuity(seen: Seen) -> Iterator[str]:
    yield from wrong_continuity(seen.release)


CHECKS: tuple[Callable[[Seen], Iterator[str]], ...] = (
    *(_ids, _census, _values, _open, *sides.CHECKS, _continuity),
    *(_labels, _judgements, _rights, _facts, _pages),
)
"""Every promise of a release, in the order in which failures are told."""
