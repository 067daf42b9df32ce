"""Made works whose features tell their labels, and trainings of them that are killed, or shared by two processes.

Run as a program it forks a process for each training before torch has any thread of its own, and leaves in a folder
what each came to: importing torch once is most of what such a test costs.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from omniart_model.labels import Labels, SeveralLabels, YearLabels
from omniart_model.tasks import choose_tasks
from omniart_model.training.distributed import joined
from omniart_model.training.examples import Cached
from omniart_model.training.settings import TrainConfig, Weighting, YearHead
from omniart_model.training.train import fit

TASKS = choose_tasks(["artist", "type", "coarse_type", "material", "period"])
ARTISTS, TYPES, WIDTH = 6, 4, 48
CLASSES = {
    "artist": tuple("abcdef"),
    "type": tuple("wxyz"),
    "coarse type": tuple("uv"),
    "material": tuple("mn"),
    "period": (),
}
KILLED = TrainConfig(
    shared=24, epochs=45, patience=45, dropout=0.2, weighting=Weighting.UNCERTAINTY, seed=7
)
TOGETHER = TrainConfig(shared=24, epochs=3, year=YearHead.BINS, seed=5)


def several(truth: np.ndarray) -> SeveralLabels:
    """Return dense truth [N, C] as SeveralLabels, all known."""
    rows, numbers = np.nonzero(truth)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(truth)))])
    return SeveralLabels(offsets, numbers, np.ones(len(truth), bool), truth.shape[1])


def planted(works: int, seed: int, *, shuffled: bool = False, years: bool = False) -> Cached:
    """Return made works whose features tell their artist, and the artist the rest, with noise.

    Shuffled, each task's labels are dealt out anew, so that features tell nothing. With ``years`` the museum
    gives an interval of some years about the year.
    """
    chance = np.random.default_rng(seed)
    hands = np.random.default_rng(0).normal(0, 1, (ARTISTS, WIDTH))
    artist = chance.integers(0, ARTISTS, works)
    kind = (artist + (chance.random(works) < 0.1)) % TYPES
    views = hands[artist][:, None] + chance.normal(0, 0.8, (works, 2, WIDTH))
    year = (1500 + 60 * artist + chance.normal(0, 5, works)).astype(np.float32)
    about = chance.integers(0, 12, works).astype(np.float32)
    labels: dict[str, Labels] = {
        "artist": artist,
        "type": several(np.eye(TYPES, dtype=bool)[kind]),
        "coarse type": kind % 2,
        "material": several(np.stack([artist % 2 == 0, artist > 2], axis=1)),
        "period": YearLabels(year, year - about, year + about) if years else year,
    }
    if shuffled:
        order = chance.permutation(works)
        labels = {name: _reordered(held, order) for name, held in labels.items()}
    return Cached(views.astype(np.float16), labels)


def _reordered(labels: Labels, order: np.ndarray) -> Labels:
    if isinstance(labels, YearLabels):
        return YearLabels(labels.year[order], labels.first[order], labels.last[order])
    return several(labels.dense(order) > 0) if isinstance(labels, SeveralLabels) else labels[order]


def _train(config: TrainConfig, out: Path, keep: Path | None) -> None:
    """Train, and leave the network and the report in a folder."""
    train, validation = planted(100, 1, years=True), planted(40, 2, years=True)
    network, report = fit(TASKS, CLASSES, train, validation, config, keep=keep)
    out.mkdir()
    save_file(network.state_dict(), out / "network.safetensors")
    curve = json.dumps(asdict(replace(report, seconds=0.0)))
    (out / "report.json").write_text(curve, encoding="utf-8")


def _forked(work: Callable[[], Any]) -> int:
    """Return the number of a process that does the work and ends."""
    if process := os.fork():
        return process
    code = 1
    try:
        work()
        code = 0
    finally:
        sys.stdout.flush()
        os._exit(code)


def _killed_again_and_again(folder: Path) -> None:
    """Kill a training each time it has left something, at a moment that is never the same, until it is done."""
    keep, epochs = folder / "keep" / "training.safetensors", []
    while True:
        process = _forked(lambda: _train(KILLED, folder / "killed", keep))
        kills = len(epochs)
        ended = _killed_later(process, keep, 0.004 * kills if kills < 6 else None)
        if ended is not None:
            assert ended == 0, ended
            break
        with safe_open(keep, framework="pt") as held:
            epochs.append(len(json.loads(held.metadata()["about"])["report"]["epochs"]))
    left = sorted(path.name for path in keep.parent.iterdir())
    (folder / "kills.json").write_text(json.dumps({"epochs": epochs, "left": left}))


def _killed_later(process: int, keep: Path, after_s: float | None) -> int | None:
    """Kill a process so long after it has written its file anew; return its exit code if it ended before."""
    held = _inode(keep)
    while (ended := os.waitpid(process, os.WNOHANG))[0] == 0:
        if after_s is not None and _inode(keep) != held:
            time.sleep(after_s)
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
            return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
        time.sleep(0.0005)
    return os.waitstatus_to_exitcode(ended[1])


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _together(folder: Path) -> None:
    """Train once in two processes, as torchrun would start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])

    def part(rank: int) -> None:
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)}
        with joined(os.environ) as world:
            sys.stdout.write(f"printed by {world.rank}\n")
            _train(TOGETHER, folder / f"together-{rank}", None)

    processes = [_forked(lambda rank=rank: part(rank)) for rank in range(2)]
    assert [os.waitpid(process, 0)[1] for process in processes] == [0, 0]


def main(folder: Path) -> None:
    """Do all trainings."""
    torch.set_num_threads(1)
    torch.optim.AdamW([torch.zeros(1)])  # brings in what each forked process would import again
    _together(folder)
    for name, config in (("undisturbed", KILLED), ("alone", TOGETHER)):
        process = _forked(lambda name=name, config=config: _train(config, folder / name, None))
        assert os.waitpid(process, 0)[1] == 0
    _killed_again_and_again(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
