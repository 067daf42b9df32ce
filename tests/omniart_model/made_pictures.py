"""A made release whose pictures tell their labels: colour the artist, stripes the type, brightness the year."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from omniart_data.release import Contents, Release, open_release, write_release
from omniart_data.release.contents import PICTURES
from schemas.artwork import ARTWORK, DROPPED, JUDGEMENT, TERM_USE

CC0 = "https://creativecommons.org/publicdomain/zero/1.0"
TYPES = ("painting", "print")
MATERIALS = ("canvas", "oil paint", "paper")
HUES = ((200, 40, 40), (40, 180, 60), (50, 70, 210), (190, 180, 40))


def picture(number: int, artist: int) -> bytes:
    """Return a small JPEG by an invented hand."""
    chance = np.random.default_rng(number)
    canvas = np.full((48, 64, 3), HUES[artist], np.float64)
    stripes = np.arange(64) // 8 % 2 if number % 2 else np.arange(48)[:, None] // 8 % 2
    canvas *= 1 - 0.4 * np.broadcast_to(stripes, (48, 64))[..., None]
    canvas += chance.normal(0, 12, canvas.shape)
    body = io.BytesIO()
    Image.fromarray(canvas.clip(0, 255).astype(np.uint8)).save(body, "JPEG", quality=85)
    return body.getvalue()


def row(number: int, artist: int, **columns: Any) -> dict[str, Any]:
    """Return a row of ARTWORK; the other columns are null."""
    made = {
        "id": f"sample-met:{number:04d}",
        "source": "sample-met",
        "source_id": f"{number:04d}",
        "institution": "Sample museum",
        "artist": f"Artist {'ABCD'[artist]}",
        "artist_status": "named",
        "makers": [],
        "artwork_types": [TYPES[number % 2]],
        "coarse_type": TYPES[number % 2],
        "materials": [MATERIALS[2]] if number % 2 else list(MATERIALS[:2]),
        "year": 1500.0 + 100 * artist + number % 7,
        "rights": CC0,
        "evidence": [{"sha256": hashlib.sha256(str(number).encode()).hexdigest(), "number": 0}],
        "judgements": [],
    }
    return made | columns


def contents(
    works: int = 120,
    *,
    pictures: str = "in release",
    hands: tuple[int, ...] = (0, 3, 2, 1),
    **columns: Any,
) -> Contents:
    """Return contents of so many works by these hands in turn; ``columns`` replaces values."""
    rows = [row(n, hands[n % len(hands)], **columns) for n in range(works)]
    bodies = [picture(n, hands[n % len(hands)]) for n in range(works)]
    held = {hashlib.sha256(body).hexdigest(): body for body in bodies}
    shown = [
        {
            "id": made["id"],
            "image_sha256": None if pictures == "not asked for" else sha256,
            "image_status": pictures,
            "width_px": 64,
            "height_px": 48,
        }
        for made, sha256 in zip(rows, held, strict=True)
    ]
    return Contents(
        artworks=pa.Table.from_pylist(rows, schema=ARTWORK),
        dropped=DROPPED.empty_table(),
        judgements=JUDGEMENT.empty_table(),
        term_uses=TERM_USE.empty_table(),
        pictures=pa.Table.from_pylist(shown, schema=PICTURES),
        records_read={"sample-met": works},
        picture=lambda sha256: (held[sha256], f"{sha256}.jpg"),
    )


def made_release(
    folder: Path, works: int = 120, *, version: str = "1.0.0", **given: Any
) -> Release:
    """Write a made release and open it."""
    write_release(contents(works, **given), folder, version=version)
    return open_release(folder)
