"""Pairs of pictures whose features are nearly the same, from a file that somebody made before the split.

Features see what a hash cannot: the same work photographed twice. To find pairs of cosine 0.98 without comparing
all, each vector gets a few 64-bit codes, the signs of random projections (Charikar 2002, "Similarity estimation
techniques from rounding algorithms"), which differ the less the smaller the angle; pairs of near codes are searched
as hashes are, and their cosine is then computed exactly. Features of different pictures all point one way, so
codes are taken of what is left when their mean is taken away: 0.98 is then an angle of up to about 18 degrees, 64
signs differ in 6 or 7 places, and ``CODES`` codes miss about one such pair in a thousand, and far fewer nearer ones.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.near.hamming import Ints, Keys, pairs_within
from omniart_data.release.rows import compute
from schemas.errors import ReleaseError, UsageError

COSINE = 0.98
"""Two pictures whose features have this cosine or more are near-duplicates."""

CODES = 4
_BITS = 64
_LEVELS = 1 << 12  # a code's sums are of whole numbers below 2**24: exact in float32 in any order
_TOGETHER = 16_384
VIEWS = ("features", "mirrored")

Halves = npt.NDArray[np.float16]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FeatureFile:
    """A table of image SHA-256 to float16 vectors, upright and mirrored, sorted by SHA-256."""

    path: Path
    sha256: str
    width: int
    """Numbers in a vector."""
    base: str
    """What made them, as the file says; empty: it does not say."""


def open_features(path: Path) -> FeatureFile:
    """Return a file of features; raise UsageError for what is none."""
    made = "make it with `omniart-model features WORKSPACE --base efficientnet-lite0`"
    if not path.is_file():
        raise UsageError(f"--features {path} is not a file: {made}")
    try:
        schema = pq.read_schema(path)
        kinds = {name: schema.field(name).type for name in ("image_sha256", *VIEWS)}
    except (pa.ArrowException, OSError, KeyError) as wrong:
        raise UsageError(f"--features {path} is no table of features: {made}") from wrong
    fixed = [kinds[view] for view in VIEWS if pa.types.is_fixed_size_binary(kinds[view])]
    sizes = {kind.byte_width for kind in fixed}
    if len(fixed) < len(VIEWS) or len(sizes) > 1 or max(sizes) % 2:
        raise UsageError(
            f"--features {path}: its vectors are not float16, all of one length: {made}"
        )
    with path.open("rb") as body:
        sha256 = hashlib.file_digest(body, "sha256").hexdigest()
    base = (schema.metadata or {}).get(b"base", b"").decode("utf-8", "replace")
    return FeatureFile(path, sha256, max(sizes) // 2, base)


def cosine_pairs(file: FeatureFile, hashes: "pa.Array[Any]") -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield (i, j, cosine), places in ``hashes`` (image SHA-256, each once), of pairs of at least ``COSINE``.

    A pair may come several times: by several codes, upright and mirrored. Pictures that the file lacks are in no pair.
    Vectors lie in a temporary file meanwhile, not in memory.
    """
    with tempfile.TemporaryFile() as room:
        vectors, place = _vectors(file, hashes, room)
        if len(place) < 2:
            return
        owner = np.concatenate([place, place])
        first = _first_of_equal(vectors)
        same = np.flatnonzero((first >= 0) & (first != np.arange(len(first))))
        same = same[owner[same] != owner[first[same]]]
        if len(same):
            yield owner[first[same]], owner[same], np.ones(len(same), np.float32)
        some = np.flatnonzero(first == np.arange(len(first)))
        codes = _codes(vectors, some)
        for code in range(CODES):
            for i, j in pairs_within(codes[:, code].copy()):
                a, b = some[i], some[j]
                other = owner[a] != owner[b]
                yield from _sure(vectors, owner, a[other], b[other])


def _vectors(file: FeatureFile, hashes: "pa.Array[Any]", room: Any) -> tuple[Any, Ints]:
    """Return unit vectors [2 N, F], upright ones first, and the place in ``hashes`` of each of the N."""
    try:
        table = pq.ParquetFile(file.path, page_checksum_verification=False)
        with table:
            known = table.read(columns=["image_sha256"])["image_sha256"].combine_chunks()
            places = np.asarray(
                compute.fill_null(compute.index_in(known, value_set=hashes), -1), np.int64
            )
            number = int((places >= 0).sum())
            shape = (2 * number, file.width)
            if not number:
                return np.zeros((0, file.width), np.float32), np.zeros(0, np.int64)
            vectors = np.memmap(room, np.float16, "w+", shape=shape)
            seen = done = 0
            for batch in table.iter_batches(_TOGETHER, columns=list(VIEWS)):
                wanted = places[seen : seen + batch.num_rows] >= 0
                seen += batch.num_rows
                rows = int(wanted.sum())
                for view, name in enumerate(VIEWS):
                    first = view * number + done
                    vectors[first : first + rows] = _halves(batch[name], file.width)[wanted]
                done += rows
    except (pa.ArrowException, OSError) as wrong:
        raise ReleaseError(
            f"{file.path} is damaged: make it again with `omniart-model features`"
        ) from wrong
    return vectors, places[places >= 0]


def _halves(column: Any, width: int) -> Halves:
    if column.null_count:
        raise ReleaseError(
            "a file of features lacks a vector: make it again with `omniart-model features`"
        )
    values = np.frombuffer(column.buffers()[1] or b"", np.dtype("<f2"))
    return values.reshape(-1, width)[column.offset : column.offset + len(column)]


def _unit(some: Any) -> npt.NDArray[np.float64]:
    """Return vectors of length 1; one that is 0, or holds what is no number, becomes 0 and is near nothing."""
    rows = np.nan_to_num(np.asarray(some, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    length = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 0))


def _first_of_equal(vectors: Any) -> Ints:
    """Return for each vector the place of the first that is the same; -1 where it is zero or holds what is no number.

    Equal vectors would all be compared with each other, and such as are near nothing as well.
    """
    seen: dict[bytes, int] = {}
    first = np.full(len(vectors), -1, np.int64)
    for begin in range(0, len(vectors), _TOGETHER):
        part = np.asarray(vectors[begin : begin + _TOGETHER])
        sound = np.isfinite(part).all(axis=1) & part.any(axis=1)
        for place in np.flatnonzero(sound).tolist():
            digest = hashlib.blake2b(part[place].tobytes(), digest_size=16).digest()
            first[begin + place] = seen.setdefault(digest, begin + place)
    return first


def _codes(vectors: Any, places: Ints) -> Keys:
    """Return the codes [N, CODES] of some vectors."""
    number, width = len(places), vectors.shape[1]
    mean = np.zeros(width)
    for first in range(0, number, _TOGETHER):
        mean += _unit(vectors[places[first : first + _TOGETHER]]).sum(axis=0)
    mean /= max(number, 1)
    codes = np.zeros((number, CODES), np.uint64)
    planes = _planes(width)
    for first in range(0, number, _TOGETHER):
        left = _unit(vectors[places[first : first + _TOGETHER]]) - mean
        whole = np.rint(left * _LEVELS).astype(np.float32)
        signs = (whole @ planes > 0).reshape(len(whole), CODES, _BITS)
        packed = np.packbits(signs, axis=2).view(">u8")[:, :, 0]
        codes[first : first + _TOGETHER] = packed.astype(np.uint64)
    return codes


def _planes(width: int) -> Floats:
    """Return CODES x 64 random directions of +1 and -1, [F, CODES * 64]: always the same, by SHAKE-128."""
    number = width * CODES * _BITS
    stream = hashlib.shake_128(b"omniart-data: codes of features").digest((number + 7) // 8)
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))[:number]
    return (bits.astype(np.float32) * 2 - 1).reshape(width, CODES * _BITS)


def _sure(vectors: Any, owner: Ints, a: Ints, b: Ints) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield those of some pairs whose cosine is large enough."""
    for first in range(0, len(a), _TOGETHER):
        one, other = a[first : first + _TOGETHER], b[first : first + _TOGETHER]
        cosine = np.einsum("ij,ij->i", _unit(vectors[one]), _unit(vectors[other]))
        near = np.round(cosine, 9) >= COSINE
        if near.any():
            yield owner[one[near]], owner[other[near]], cosine[near].astype(np.float32)
