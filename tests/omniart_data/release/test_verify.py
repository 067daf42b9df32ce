"""Whatever is wrong with a release is found."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omniart_data.release.read import Release
from omniart_data.release.verify import SIDE_TABLES, verify_release
from schemas.release import NEAR
from tests.omniart_data.release import made as made_contents

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound release with questions for people, to be copied and harmed."""
    folder = tmp_path_factory.mktemp("verify") / "sound"
    made_contents.made_release(folder, 120, **made_contents.questions())
    return folder


def test_a_sound_release_has_no_failures(make_release: Callable[..., Release]) -> None:
    """With and without pictures, a release as it was written is sound."""
    for images in (True, False):
        report = verify_release(make_release(images=images).folder)

        assert report.failures == ()
        assert (report.files, report.artworks) == (22, 120)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(data=st.data())
def test_any_flipped_bit_is_found(
    make_release: Callable[..., Release], data: st.DataObject, tmp_path: Path
) -> None:
    """One bit turned anywhere in any file, manifest and seal included, is a failure."""
    folder = tmp_path / "flipped"
    if not folder.exists():
        shutil.copytree(make_release(30).folder, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    sound = path.read_bytes()
    at = data.draw(st.integers(0, len(sound) - 1))
    bit = data.draw(st.integers(0, 7))
    harmed = bytearray(sound)
    harmed[at] ^= 1 << bit
    path.write_bytes(harmed)
    try:
        assert verify_release(folder).failures
    finally:
        path.write_bytes(sound)


def test_every_file_is_looked_at(make_release: Callable[..., Release]) -> None:
    """The first and the last byte of each file count, and eight somewhere between, whatever bit of them is turned."""
    seeded = random.Random(5)
    folder = make_release(30).folder
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sound = path.read_bytes()
        places = [seeded.randrange(len(sound)) for _ in range(8)]
        for at in (0, len(sound) - 1, *places):
            turned = sound[at] ^ 1 << seeded.randrange(8)
            path.write_bytes(sound[:at] + bytes([turned]) + sound[at + 1 :])
            assert len(verify_release(folder).failures) == 1, (path, at)
        path.write_bytes(sound)
    assert verify_release(folder).failures == ()


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A folder that is no release is one failure, and no exception."""
    report = verify_release(tmp_path)

    assert report.files == 0
    assert "it has no manifest.json" in report.failures[0]


def _set(column: str, value: Any, at: int = 0) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[at][column] = value

    return change


def _delete(rows: Rows) -> None:
    del rows[0]


def _twice(rows: Rows) -> None:
    rows.append(rows[-1])


def _backwards(rows: Rows) -> None:
    rows.reverse()


def _forbid(rows: Rows) -> None:
    next(r for r in rows if r["image_status"] == "in release")["rights"] = "https://no.invalid"


def _protect(rows: Rows) -> None:
    kept = next(r for r in rows if r["image_status"] == "kept out")
    kept["rights"] = "https://rightsstatements.org/vocab/InC/1.0"


def _take_picture_out(rows: Rows) -> None:
    next(r for r in rows if r["image_status"] == "in release")["image"] = None


def _empty_picture(rows: Rows) -> None:
    next(r for r in rows if r["image_status"] == "in release")["image"]["bytes"] = b""


def _put_picture_in(rows: Rows) -> None:
    held = next(r for r in rows if r["image_status"] == "kept out")
    held["image"] = {"bytes": b"picture", "path": "p"}


def _lose(rows: Rows) -> None:
    next(r for r in rows if r["image_status"] == "kept out")["image_status"] = "lost"


def _unmatch(rows: Rows) -> None:
    next(r for r in rows if r["label"] == "painting")["matched"] = False


def _two_sides(rows: Rows) -> None:
    one, other = [row for row in rows if row["source"] == "sample-met"][:2]
    one["object_number"], other["object_number"] = "SM-1(R)", "SM-1(V)"


def _first(column: str, name: str, value: Any) -> Callable[[Rows], None]:
    """Return a change of one field of the first struct in the first row's list."""

    def change(rows: Rows) -> None:
        rows[0][column][0][name] = value

    return change


def _colours(number: int, share: float) -> Callable[[Rows], None]:
    """Return a change to so many colours of a share each."""

    def change(rows: Rows) -> None:
        rows[0]["colours"] = [rows[0]["colours"][0] | {"share": share}] * number

    return change


def _backwards_years(rows: Rows) -> None:
    rows[0].update(year_first=1700, year_last=1600, year=None)


def _two_ids(rows: Rows) -> None:
    rows[0]["artist_id"] = "ulan:1"


def _two_labels(rows: Rows) -> None:
    rows[0]["artist"] = next(r["artist"] for r in rows if r["artist"] != rows[0]["artist"])


def _moved_back(rows: Rows) -> None:
    rows.insert(1, rows[0] | {"split": "test" if rows[0]["split"] != "test" else "train"})
    rows[1]["since"] = "0.9.0"


def _turned(rows: Rows) -> None:
    rows[0]["a"], rows[0]["b"] = rows[0]["b"], rows[0]["a"]


def _one_picture(rows: Rows) -> None:
    rows[1]["image_sha256"] = rows[0]["image_sha256"]


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("train", _twice, "an id stands for several artworks"),
        ("train", _backwards, "train: its rows are not sorted by id"),
        ("train", _delete, "records were read"),
        ("dropped", _delete, "records were read"),
        ("train", _set("split", "test"), "column split does not say"),
        ("train", _set("artist", None), "artworks in the splits have no artist"),
        ("unattributed", _set("artist", "Anna"), "an artwork with an artist is in unattributed"),
        ("test", _set("group", "sample-met:00002"), "is on several sides"),
        ("train", _set("group", "sample-met:99999"), "not named by the least id"),
        ("train", _one_picture, "have the same picture and are not one group"),
        ("groups", _delete, "groups.parquet does not list"),
        ("train", _set("artist_works", 999), "artist_works is not the number"),
        ("train", _set("may_train", "no"), "may_train is not what the rights"),
        ("train", _protect, "under https://rightsstatements.org/vocab/InC/1.0 may not be kept"),
        ("ledger", _delete, "not where the ledger has them"),
        ("ledger", _set("split", "test", at=1), "not where the ledger has them"),
        ("ledger", _twice, "names an artwork twice"),
        ("ledger", _backwards, "ledger.parquet is not sorted by id"),
        ("ledger", _set("since", "1.0.1"), "1.0.1 is above the version of the release"),
        ("ledger", _set("since", "yesterday"), "'yesterday' is no version"),
        ("ledger", _moved_back, "are not in the order of their versions"),
        ("labels", _delete, "a label is missing"),
        ("labels", _set("number", 7), "do not run from 0"),
        ("labels", _set("test", 999), "counts are not those of the rows"),
        ("labels", _unmatch, "matched is not what terms.parquet says"),
        ("terms", _set("how", "unmatched"), "matched is not what terms.parquet says"),
        ("train", _two_sides, "are views of one object and are not one group"),
        ("train", _set("materials", ["moon dust"]), "a label is missing"),
        ("train", _set("judgements", [99]), "points to a judgement that is not there"),
        ("judgements", _twice, "a number stands twice"),
        ("train", _forbid, "may not be passed on"),
        ("train", _take_picture_out, "a picture is there, or is not"),
        ("train", _empty_picture, "a picture is there, or is not"),
        ("train", _put_picture_in, "a picture is there, or is not"),
        ("train", _lose, "'lost' is not one that there is"),
        ("train", _set("year", 1234.0), "facts.json: centuries"),
        ("train", _set("artist_id", None), "have an artist without an id"),
        (
            "unattributed",
            _set("artist_id", "ulan:1"),
            "have an artist without an id, or an id alone",
        ),
        ("train", _set("artist_status", "anonymous"), "have an artist and are not 'named'"),
        ("unattributed", _set("artist_status", "named"), "have an artist and are not 'named'"),
        ("train", _set("artist_status", "famous"), "artist_status 'famous' is not one"),
        ("train", _set("artist_certainty", "perhaps"), "artist_certainty 'perhaps' is not one"),
        ("train", _set("date_precision", "hour"), "date_precision 'hour' is not one"),
        ("train", _set("coarse_type", "Painting|"), "coarse_type 'Painting|' is not one"),
        ("train", _set("coarse_type", "painting 2"), "coarse_type 'painting 2' is not one"),
        ("train", _backwards_years, "end before they begin"),
        ("train", _set("year", 9.0), "a year that is not between"),
        ("train", _set("year_last", None), "a year that is not between"),
        ("train", _set("width_cm", 0.0), "a size that is not above 0"),
        ("train", _set("depth_cm", float("inf")), "a size that is not above 0"),
        ("train", _first("sizes", "height_cm", -1.0), "a size that is not above 0"),
        ("train", _first("sizes", "diameter_cm", float("nan")), "a size that is not above 0"),
        ("train", _set("colours", None), "colours without a picture at hand, or none of one"),
        ("train", _set("image_sha256", None), "colours without a picture at hand"),
        ("train", _set("colours", []), "have not 1 to 9 colours"),
        ("train", _colours(10, 0.1), "have not 1 to 9 colours"),
        ("train", _colours(2, 0.6), "a colour that is no #rrggbb with a share"),
        ("train", _first("colours", "share", 0.0), "a colour that is no #rrggbb with a share"),
        ("train", _first("colours", "share", None), "a colour that is no #rrggbb with a share"),
        ("train", _first("colours", "hex", "#A01020"), "a colour that is no #rrggbb with a share"),
        ("train", _first("colours", "hex", "#a010201"), "a colour that is no #rrggbb with a share"),
        ("train", _first("iconclass", "division", "1"), "whose division or group is not its own"),
        ("train", _first("iconclass", "group", "7"), "whose division or group is not its own"),
        ("train", _first("iconclass", "code", ""), "whose division or group is not its own"),
        ("train", _first("places", "role", "seen"), "role 'seen' of a place is not one"),
        ("train", _two_ids, "has several ids"),
        ("train", _two_labels, "has several labels"),
        ("labels", _set("id", "", at=0), "an artist has no id"),
        ("labels", _set("id", "name:artist 00", at=1), "two artists have one id"),
        ("labels", _set("id", "aat:300033618", at=-1), "no address in the AAT"),
        ("links", _turned, "a is not always less than b"),
        ("links", _twice, "two artworks are linked twice"),
        ("links", _set("b", "sample-rijksmuseum:99999"), "b is not always the id of an artwork"),
        ("links", _set("score", 101.0), "links.parquet: a score is not 0 to 100"),
        ("links", _set("score", None), "links.parquet: a score is not 0 to 100"),
        ("links", _set("b", "sample-rijksmuseum:00119"), "are linked as one work and are not one"),
        ("links", _set("b", "sample-rijksmuseum:00119", at=1), "may be one work, which nobody"),
        ("candidates", _set("score", -1.0), "candidates.parquet: a score is not 0 to 100"),
        ("candidates", _set("kind", "frame"), "candidates.parquet: kind 'frame'"),
        ("candidates", _set("subject", "met:none"), "subject is not always the id of an artwork"),
        ("flagged", _set("action", "forget"), "flagged.parquet: 'work' 'forget' is no decision"),
        ("flagged", _set("why", ""), "nothing says why"),
        ("flagged", _delete, "receipt.json: so many decisions were not applied"),
        ("terms", _set("occurrences", 5), "facts.json: terms"),
    ],
)
def test_a_broken_promise_is_found(  # noqa: PLR0917
    made: ModuleType,
    sound: Path,
    tmp_path: Path,
    table: str,
    change: Callable[[Rows], None],
    words: str,
) -> None:
    """A release that was sealed with a promise broken says which one, though every byte is as sealed."""
    folder = tmp_path / "harmed"
    shutil.copytree(sound, folder)
    made.tamper(folder, table, change)

    report = verify_release(folder)

    assert any(words in failure for failure in report.failures), report.failures


def test_shares_are_checked(made: ModuleType, make_release: Callable[..., Release]) -> None:
    """An artist whose works are not 70/20/10 is named, unless an earlier release decided that."""
    folder = make_release(80, images=False).folder
    (train,) = folder.glob("data/train-*")
    (test,) = folder.glob("data/test-*")
    moved = pq.read_table(test).to_pylist()[:4]
    ids = {row["id"] for row in moved}
    made.tamper(folder, "test", lambda rows: rows.__delitem__(slice(0, 4)))

    def add(rows: Rows) -> None:
        rows.extend(row | {"split": "train"} for row in moved)
        rows.sort(key=lambda row: str(row["id"]))

    made.tamper(folder, "train", add)
    made.tamper(
        folder, "ledger", lambda rows: [r.update(split="train") for r in rows if r["id"] in ids]
    )
    assert any("are not 70/20/10" in f for f in verify_release(folder).failures)

    made.tamper(folder, "ledger", lambda rows: [row.update(since="0.9.0") for row in rows])

    assert not any("are not 70/20/10" in f for f in verify_release(folder).failures)
    assert train.is_file()


def test_shares_are_checked_where_groups_bind(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """An artist with a group may be a little off 70/20/10; with all works in train the artist is named."""
    contents = made.contents(200, images=False, artists=1)
    numbers = [f"{n}{side}" for n in range(100) for side in ("(R)", "(V)")]
    rows = contents.artworks.to_pylist()
    for source in made.SOURCES:
        own = [row for row in rows if row["source"] == source]
        for row, number in zip(own, numbers, strict=False):
            row["object_number"] = number
    artworks = pa.Table.from_pylist(rows, schema=contents.artworks.schema)
    folder = make_release(200, images=False, artists=1, artworks=artworks).folder
    assert verify_release(folder).failures == ()
    assert pq.read_table(folder / "groups.parquet").num_rows == 200

    moved = pq.read_table(next(folder.glob("data/validation-*"))).to_pylist()
    made.tamper(folder, "validation", lambda rows: rows.clear())

    def add(rows: Rows) -> None:
        rows.extend(row | {"split": "train"} for row in moved)
        rows.sort(key=lambda row: str(row["id"]))

    made.tamper(folder, "train", add)
    made.tamper(
        folder,
        "ledger",
        lambda rows: [r.update(split="train") for r in rows if r["split"] != "test"],
    )

    assert any("are not 70/20/10" in failure for failure in verify_release(folder).failures)


def test_rows_of_every_table_are_counted(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """A side table whose rows are not those that the manifest names is told, whichever it is."""
    release = make_release(30, **made_contents.questions())
    assert verify_release(release.folder).failures == ()
    for name in SIDE_TABLES:
        folder = release.folder.with_name(name)
        shutil.copytree(release.folder, folder)
        sealed = json.loads((folder / "manifest.json").read_bytes())
        path = folder / f"{name}.parquet"
        pq.write_table(pq.read_table(path).slice(1), path)
        sealed["files"][path.name] = vars(made.manifest.file_entry(path))
        body = made.manifest.as_json(sealed)
        (folder / "manifest.json").write_bytes(body)
        (folder / "manifest.sha256").write_text(made.manifest.seal_of(body))

        assert f"{name}: its rows are not those that the manifest names" in (
            verify_release(folder).failures
        )


@pytest.mark.parametrize("name", ["train", "labels", "candidates", "links", "flagged"])
def test_other_columns_are_found(
    made: ModuleType, make_release: Callable[..., Release], name: str
) -> None:
    """A file of other columns is named, and nothing else is said of it."""
    folder = make_release(30).folder
    (path,) = folder.rglob(f"{name}*.parquet")
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([table.column_names[1]]), path)
    made.reseal(folder)

    (failure,) = verify_release(folder).failures

    assert failure == f"{path.name}: its columns are not those of a release"


def test_files_that_are_no_parquet(made: ModuleType, make_release: Callable[..., Release]) -> None:
    """A table that cannot be read is a failure in one line, not an exception."""
    folder = make_release(30).folder
    sealed = folder / "manifest.json"
    body = json.loads(sealed.read_bytes())
    (folder / "labels.parquet").write_bytes(b"<html>")
    found = made.manifest.file_entry(folder / "labels.parquet")
    body["files"]["labels.parquet"] = vars(found)
    sealed.write_bytes(json.dumps(body).encode())
    (folder / "manifest.sha256").write_text(made.manifest.seal_of(sealed.read_bytes()))

    (failure,) = verify_release(folder).failures

    assert failure.startswith("cannot be read as a release")
    assert "\n" not in failure


def test_numbers_of_the_card_are_checked(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """A number of the data card that the tables do not give is found."""
    folder = make_release().folder
    card = (folder / "README.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(card.replace("| 120 |", "| 121 |", 1), encoding="utf-8")
    made.reseal(folder)

    assert verify_release(folder).failures == (
        "README.md is not what facts.json and receipt.json give",
    )


def test_near_duplicates_on_two_sides_are_found(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """A pair that binds and is not one group, a distance that is not the hashes', and a stranger are each found."""
    sound = make_release(40, **made_contents.questions())
    assert verify_release(sound.folder).failures == ()
    ids = sound.table(columns=["id"])["id"].to_pylist()
    for change, words in (
        (lambda rows: rows[0].update(a=min(ids), b=max(ids)), "are not one group"),
        (lambda rows: rows[0].update(distance=3), "without a hash"),
        (lambda rows: rows[0].update(b="z:stranger"), "not there"),
        (lambda rows: rows.append(rows[0]), "twice"),
    ):
        folder = sound.folder.with_name("harmed")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound.folder, folder)
        made.tamper(folder, "near", change)

        failures = verify_release(folder).failures

        assert any(words in failure for failure in failures), (words, failures)


def test_distances_are_those_of_the_hashes(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """A distance in near.parquet is counted again from the perceptual hashes in the rows."""
    contents = made.contents(40)
    names = contents.artworks["id"].to_pylist()
    apart = [made.sha256(f"{n}".encode()) for n in range(40)]
    apart[3] = f"{int(apart[0], 16) ^ 3:064x}"
    hashes = pa.array(apart)
    place = contents.pictures.column_names.index("perceptual_hash")
    pictures = contents.pictures.set_column(place, "perceptual_hash", hashes)
    a, b = sorted((names[0], names[3]))
    near = {"a": a, "b": b, "distance": 2, "binds": True}
    table = pa.Table.from_pylist([near], schema=NEAR)
    release = make_release(40, pictures=pictures, near=table)
    assert verify_release(release.folder).failures == ()

    made.tamper(release.folder, "near", lambda rows: rows[0].update(distance=1))

    assert (
        "near.parquet: distance is not that of the hashes"
        in verify_release(release.folder).failures
    )


def test_what_the_release_before_promised_is_kept(made: ModuleType, tmp_path: Path) -> None:
    """Beside the release that it follows, a ledger that has lost a line and a label with another number are found."""
    first = made.made_release(tmp_path / "omniart-1.0.0", 60)
    made.write_release(
        made.contents(70, previous=first), tmp_path / "omniart-2.0.0", version="2.0.0"
    )
    second = tmp_path / "omniart-2.0.0"
    assert verify_release(second).failures == ()

    for name, change, words in (
        ("ledger", lambda rows: rows[0].update(since="2.0.0"), "lines of the ledger before"),
        (
            "labels",
            lambda rows: rows[0].update(label="Somebody else"),
            "not the number that they had",
        ),
    ):
        folder = tmp_path / "harmed" / "omniart-2.0.0"
        shutil.rmtree(folder.parent, ignore_errors=True)
        for release in (first.folder, second):
            shutil.copytree(release, folder.with_name(release.name))
        made.tamper(folder, name, change)

        failures = verify_release(folder).failures

        assert any(words in failure for failure in failures), (words, failures)


def test_pictures_are_decoded_when_asked(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """A picture that is torn, and sealed so, is found by decoding it, and by nothing less."""
    bodies = made.contents(30)

    def torn(sha256: str) -> tuple[bytes, str]:
        body, name = bodies.picture(sha256)
        return body[: len(body) // 2], name

    sound, release = make_release(30), make_release(30, picture=torn)

    assert verify_release(sound.folder, deep=True).failures == ()
    assert verify_release(release.folder).failures == ()
    failures = verify_release(release.folder, deep=True).failures
    assert len(failures) == 27
    assert all("its picture cannot be decoded: " in failure for failure in failures)


def test_a_hash_of_another_picture_is_found(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """--deep looks at each picture again: a perceptual hash that is not its own would hide a leak."""
    contents = made.contents(30)
    place = contents.pictures.column_names.index("perceptual_hash")
    hashes = pa.array([made.sha256(f"{n}".encode()) for n in range(30)])
    release = make_release(
        30, pictures=contents.pictures.set_column(place, "perceptual_hash", hashes)
    )

    assert verify_release(release.folder).failures == ()
    failures = verify_release(release.folder, deep=True).failures
    assert len(failures) == 27
    assert all("looks unlike its perceptual_hash" in line for line in failures)


def test_works_without_an_artist_may_be_in_splits(make_release: Callable[..., Release]) -> None:
    """Where the receipt says that everybody is split, works without an artist are in splits, and all others too."""
    options = {"images": "all", "split_unattributed": True}

    release = make_release(120, split_unattributed=True, options=options)

    assert verify_release(release.folder).failures == ()
    undeclared = make_release(120, split_unattributed=True)
    assert any("have no artist" in line for line in verify_release(undeclared.folder).failures)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("README.md", "## Known biases", "## Biases"),
        ("croissant.json", "OmniArt", "Omniart"),
        ("report.html", "<h1>", "<h1>Not "),
        ("report.html", "</main>", "<script>alert(1)</script></main>"),
    ],
)
def test_pages_are_made_again(  # noqa: PLR0917
    made: ModuleType, sound: Path, tmp_path: Path, name: str, old: str, new: str
) -> None:
    """A word of card, Croissant file or report that the release does not give is found, numbers or not."""
    folder = tmp_path / "harmed"
    shutil.copytree(sound, folder)
    page = (folder / name).read_text(encoding="utf-8")
    assert old in page
    (folder / name).write_text(page.replace(old, new, 1), encoding="utf-8")
    made.reseal(folder)

    failures = verify_release(folder).failures

    assert any(failure.startswith(f"{name} is not what") for failure in failures), failures


def test_one_picture_on_two_sides_is_found(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """Pictures that sources served in two forms and that are the same bytes in the release are not in two splits."""
    contents = made.contents(60)
    place = contents.pictures.column_names.index("perceptual_hash")
    hashes = pa.array([f"{n:064x}" for n in range(60)])
    pictures = contents.pictures.set_column(place, "perceptual_hash", hashes)

    def same(sha256: str) -> tuple[bytes, str]:
        return made.png(7), f"{sha256}.png"

    release = make_release(60, pictures=pictures, picture=same)

    (failure,) = verify_release(release.folder).failures

    assert failure.endswith("have the same picture")


def test_a_picture_of_another_shape_is_found(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """With --deep a picture whose shape is not that of width_px and height_px is named; a smaller form is sound."""
    contents = made.contents(30)
    sizes = {"smaller": (48, 32), "larger": (12, 8), "turned": (16, 24)}
    failures = {}
    for what, (width, height) in sizes.items():
        pictures = contents.pictures
        for name, side in (("width_px", width), ("height_px", height)):
            place = pictures.column_names.index(name)
            column = pa.array([side] * pictures.num_rows, pa.int32())
            pictures = pictures.set_column(place, name, column)
        release = make_release(30, pictures=pictures)
        failures[what] = verify_release(release.folder, deep=True).failures

    assert failures["smaller"] == ()
    assert len(failures["larger"]) == len(failures["turned"]) == 27
    assert "is 24 x 16 px, which is no smaller form of 16 x 24" in failures["turned"][0]


def test_a_leak_that_the_table_does_not_name_is_found(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """Near hashes on two sides are found though near.parquet lacks them, or says without a reason that they do not bind."""
    contents = made.contents(40)
    names = contents.artworks["id"].to_pylist()
    hashes = [made.sha256(f"{n}".encode()) for n in range(40)]
    hashes[7] = f"{int(hashes[1], 16) ^ 5:064x}"
    place = contents.pictures.column_names.index("perceptual_hash")
    pictures = contents.pictures.set_column(place, "perceptual_hash", pa.array(hashes))
    a, b = sorted((names[1], names[7]))
    pair = {"a": a, "b": b, "distance": 2, "binds": False}

    for rows in ([], [pair]):
        release = make_release(40, pictures=pictures)
        made.tamper(release.folder, "near", lambda held, rows=rows: held.extend(rows))
        assert any("nothing says why" in line for line in verify_release(release.folder).failures)

    near = pa.Table.from_pylist([pair], schema=NEAR)
    bound = make_release(40, pictures=pictures, near=near)
    apart = make_release(40, pictures=pictures, near=near, apart=frozenset({(a, b)}))
    assert verify_release(bound.folder).failures == ()
    assert verify_release(apart.folder).failures == ()
    assert [r["binds"] for r in bound.side_table("near").to_pylist()] == [True]
    assert [r["apart"] for r in apart.side_table("near").to_pylist()] == [True]


def test_what_cannot_be_compared_is_said(made: ModuleType, tmp_path: Path) -> None:
    """A release without the one that it follows beside it is sound, and the report says what was not looked at."""
    first = made.made_release(tmp_path / "omniart-1.0.0", 40)
    made.write_release(
        made.contents(50, previous=first), tmp_path / "omniart-2.0.0", version="2.0.0"
    )

    beside = verify_release(tmp_path / "omniart-2.0.0")
    shutil.rmtree(first.folder)
    alone = verify_release(tmp_path / "omniart-2.0.0")

    assert (beside.failures, beside.notes) == ((), ())
    assert alone.failures == ()
    assert "not compared with 1.0.0" in alone.notes[0]


def test_shares_of_works_without_an_artist_are_checked(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """Where everybody is split, works without an artist that all lie in train are found by their coarse type."""
    options = {"images": "none", "split_unattributed": True}
    release = make_release(900, images=False, split_unattributed=True, options=options)
    assert verify_release(release.folder).failures == ()
    taken: Rows = []

    def take(rows: Rows) -> None:
        taken.extend(row | {"split": "train"} for row in rows if row["artist"] is None)
        rows[:] = [row for row in rows if row["artist"] is not None]

    def put(rows: Rows) -> None:
        rows.extend(taken)
        rows.sort(key=lambda row: str(row["id"]))

    for split, change in (("validation", take), ("test", take), ("train", put)):
        made.tamper(release.folder, split, change)

    failures = verify_release(release.folder).failures

    assert any(line.startswith("without an artist, ") and "70/20/10" in line for line in failures)
