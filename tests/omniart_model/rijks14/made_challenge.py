"""A made challenge of the true form: what MATLAB would save, records as the museum's page tells them, drawn pictures."""

import io
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.io import savemat
from scipy.sparse import csc_matrix

from omniart_model.rijks14.release import Files, How, ReadReport, read_challenge

WORKS = 320
CREATORS = ("Anders, A.", "Bol, B.", "Cuyp, C.", "Dou, D.", "Selten, S.", "anoniem", "unknown")
"""Four are classes; the fifth has too few works in test; the last two are nobody, as in the challenge."""
TYPES = ("prent", "tekening", "foto", "zeldzaam")
MATERIALS = ("papier", "perkament", "goud")
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
HUES = (
    (200, 40, 40),
    (40, 180, 60),
    (50, 70, 210),
    (190, 180, 40),
    (90, 90, 90),
    (20, 20, 20),
    (240, 240, 240),
)


def name_of(row: int) -> str:
    """Return the name of a work's picture; each fifth is the back of the one before it."""
    number, side = (row - 1, "(V)") if row % 5 == 4 else (row, "(R)" if row % 5 == 3 else "")
    return f"{row + 1:07d}_RP-T-{1800 + number}{side}"


@cache
def sets() -> np.ndarray[Any, Any]:
    """Return 1, 2 or 3 for each work: half is train, a sixth validation, a third test, in a made-up order."""
    chance = np.random.default_rng(7)
    return chance.permutation(np.arange(WORKS) % 6).choose([1, 1, 1, 2, 3, 3])


@cache
def creators() -> np.ndarray[Any, Any]:
    """Return the creator of each work, counted from 1: the earlier ones have more."""
    chance = np.random.default_rng(8)
    shares = [0.28, 0.2, 0.16, 0.14, 0.02, 0.12, 0.08]
    return chance.choice(np.arange(1, 8), WORKS, p=shares)


@cache
def tables() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return types and materials, [N, labels] of 0 and 1: a few works have none, the last label is in few."""
    chance = np.random.default_rng(9)
    types = (chance.random((WORKS, 4)) < (0.6, 0.3, 0.2, 0.01)).astype(float)
    materials = (chance.random((WORKS, 3)) < (0.8, 0.2, 0.01)).astype(float)
    return types, materials


@cache
def years() -> np.ndarray[Any, Any]:
    """Return two years for each work; each tenth has a century and more between them."""
    first = 1500 + 60 * creators() + np.arange(WORKS) % 11
    far = np.where(np.arange(WORKS) % 10 == 0, 100, np.arange(WORKS) % 4)
    return np.stack([first, first + far], axis=1).astype(float)


def cell(texts: Any) -> np.ndarray[Any, Any]:
    """Return texts as MATLAB holds them: a column of cells."""
    cells = np.empty((len(texts), 1), object)
    cells[:, 0] = list(texts)
    return cells


def ground_truth(**fields: Any) -> dict[str, Any]:
    """Return the fields of ``gt``; one that is given as None is left out."""
    types, materials = tables()
    gt: dict[str, Any] = {
        "N": float(WORKS),
        "set": sets().astype(np.int16)[:, None],
        "C": creators().astype(float)[:, None],
        "Cnames": cell(CREATORS),
        "Ccount": np.bincount(creators(), minlength=8)[1:].astype(float)[:, None],
        "T": csc_matrix(types),
        "Tnames": cell(TYPES),
        "M": materials,
        "Mnames": cell(MATERIALS),
        "Y": years(),
    }
    return {name: value for name, value in (gt | fields).items() if value is not None}


def save(path: Path, **fields: Any) -> Path:
    """Write ``rijksgt.mat`` and return where it is."""
    savemat(path, {"gt": ground_truth(**fields)}, do_compression=True)
    return path


def record(row: int, rights: str = CC0) -> bytes:
    """Return a record as an excerpt that was published has it: no namespace is declared."""
    types, materials = tables()
    lines = [
        f"<dc:format>https://www.rijksmuseum.nl/assetimage2.jsp?id={row}</dc:format>",
        f"<dc:format>https://www.rijksmuseum.nl/nl/collectie/{row}</dc:format>",
        f"<dc:identifier>{name_of(row).partition('_')[2]}</dc:identifier>",
        "<dc:identifier>RM0001.COLLECT.9</dc:identifier><dc:language>Dutch</dc:language>",
        f"<dc:title>Werk &amp; {row}</dc:title>",
        f"<dc:creator>prentmaker: {CREATORS[creators()[row] - 1]}</dc:creator>",
        f"<dc:date>{int(years()[row, 0])} - {int(years()[row, 1])}</dc:date>",
        f"<dc:rights>{rights}</dc:rights>",
        *(f"<dc:type>{name}</dc:type>" for name, has in zip(TYPES, types[row], strict=True) if has),
        *(
            f"<dc:format>materiaal: {name}</dc:format>"
            for name, has in zip(MATERIALS, materials[row], strict=True)
            if has
        ),
        "<dc:format>hoogte: 10 mm</dc:format>",
    ]
    head = "<header><datestamp>2012-10-26T09:44:38Z</datestamp></header>"
    body = "\n".join(lines)
    return f"<record>{head}<metadata><oai_dc:dc>{body}</oai_dc:dc></metadata></record>".encode()


def picture(row: int) -> bytes:
    """Return a small JPEG whose colour tells the creator."""
    chance = np.random.default_rng(row)
    canvas = np.full((32, 40, 3), HUES[creators()[row] - 1], np.float64)
    canvas[:, ::3] *= 0.5 + 0.5 * tables()[0][row, 0]
    canvas += chance.normal(0, 14, canvas.shape)
    canvas[: 4 + row % 24, : 4 + row // 24] *= 0.4
    body = io.BytesIO()
    Image.fromarray(canvas.clip(0, 255).astype(np.uint8)).save(body, "JPEG", quality=85)
    return body.getvalue()


def write_challenge(folder: Path, works: int = WORKS) -> None:
    """Write all files of a made challenge, or of its first works alone."""
    types, materials = (table[:works] for table in tables())
    save(
        folder / "rijksgt.mat",
        set=sets()[:works, None].astype(np.int16),
        C=creators()[:works, None].astype(float),
        T=csc_matrix(types),
        M=materials,
        Y=years()[:works],
    )
    names = [f"jpg2/{name_of(row)}.jpg" for row in range(works)]
    images = {"name": cell(names).T, "id": np.arange(works)[None], "set": sets()[None, :works]}
    savemat(folder / "imdb-rijks.mat", {"images": images, "note": "made"}, do_compression=True)
    (folder / "xml").mkdir()
    (folder / "jpg2").mkdir()
    with tarfile.open(folder / "jpg2.tar", "w") as archive:
        for row, name in enumerate(names):
            body = picture(row)
            (folder / name).write_bytes(body)
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
            (folder / "xml" / f"{name_of(row)}.xml").write_bytes(record(row))


def read(files: Path, workspace: Path, how: How | None = None, **given: Any) -> ReadReport:
    """Read a made challenge; ``given`` replaces where a part of it lies."""
    at = {"ground_truth": files / "rijksgt.mat", "records": (files / "xml",)}
    return read_challenge(
        Files(**{**at, "pictures": (files / "jpg2.tar",), **given}), how or How(), workspace
    )
