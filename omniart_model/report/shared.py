"""What the shared layer makes of works, and which works it holds to be alike."""

import numpy as np
import torch

from omniart_model.features.cache import Halves
from omniart_model.labels import Booleans, Floats, Integers
from omniart_model.training.network import Network

_TOGETHER = 4_096  # works whose shared features are held at a time: 100 MB at 6,144 units


def shared_features(network: Network, features: Halves) -> Floats:
    """Return the shared layer's features of upright pictures: float16 [N, V, F] to float32 [N, shared]."""
    place = next(network.buffers()).device
    parts: list[Floats] = []
    with torch.inference_mode():
        for start in range(0, len(features), _TOGETHER):
            rows = torch.from_numpy(np.ascontiguousarray(features[start : start + _TOGETHER, 0]))
            parts.append(network.shared_features(rows.to(place)).float().cpu().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)


def nearest(
    network: Network, asked: Floats, held: Halves, seen: Booleans, count: int
) -> tuple[Integers, Floats]:
    """Return the rows of the works nearest to each asked for, by cosine in the shared layer, and the cosines, [N, count].

    ``asked`` are shared features [N, shared], ``held`` features [M, V, F], of which those ``seen`` are looked at, a block
    at a time. Of equal cosines the earlier row comes first.
    """
    rows = np.zeros((len(asked), 0), np.int64)
    cosines = np.zeros((len(asked), 0), np.float32)
    of_asked, at = unit(asked), np.flatnonzero(seen)
    for start in range(0, len(at), _TOGETHER):
        block = at[start : start + _TOGETHER]
        near = of_asked @ unit(shared_features(network, held[block])).T
        cosines = np.concatenate([cosines, near], axis=1)
        rows = np.concatenate([rows, np.broadcast_to(block, near.shape)], axis=1)
        order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        rows = np.take_along_axis(rows, order, axis=1)
        cosines = np.take_along_axis(cosines, order, axis=1)
    return rows, cosines


def unit(rows: Floats) -> Floats:
    """Return rows of length 1; a row of zeros stays one, and is near to nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def principal(rows: Floats) -> tuple[Floats, tuple[float, float]]:
    """Return the two principal coordinates of rows [N, D], float32 [N, 2], and the share of the variance that each tells.

    By singular value decomposition, through the smaller of the two Gram matrices. Principal components are the same for
    the same rows, add no dependency, and distances in them can be read; t-SNE and UMAP hang on chance and on settings. The sign is
    chosen so that the work furthest from the middle lies on the positive side.
    """
    if len(rows) < 3:
        return np.zeros((len(rows), 2), np.float32), (0.0, 0.0)
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    if len(rows) <= rows.shape[1]:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        found = vectors[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0))
    else:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        found = centred @ vectors[:, ::-1][:, :2]
    if found.shape[1] < 2:
        found = np.column_stack([found, np.zeros(len(rows))])
    furthest = np.abs(found).argmax(axis=0)
    found = found * np.where(found[furthest, [0, 1]] < 0, -1.0, 1.0)
    total = float(np.square(centred).sum()) or 1.0
    parts = np.square(found).sum(axis=0) / total
    return found.astype(np.float32), (float(parts[0]), float(parts[1]))
