"""Several processes that train one network: each takes its share of every batch, and sums are added up.

``torchrun`` starts them; the gradients are those of one process, but for the order of additions. Only the first
process writes and prints.
"""

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, distributed

from omniart_model.labels import Integers

_BUCKET = (
    1 << 22
)  # numbers that are added together at most, 16 MB: one message for many small tensors
_PATIENCE = timedelta(
    days=2
)  # that the others wait for the first process, which alone extracts features


@dataclass(frozen=True)
class World:
    """The processes that train together, and which of them this one is."""

    rank: int = 0
    size: int = 1

    @classmethod
    def here(cls) -> "World":
        """Return the processes that were joined, by default this one alone."""
        if distributed.is_available() and distributed.is_initialized():
            return cls(distributed.get_rank(), distributed.get_world_size())
        return cls()

    @property
    def is_first(self) -> bool:
        """Return whether this is the process that writes and prints."""
        return self.rank == 0

    def share(self, rows: Integers) -> Integers:
        """Return this process's part of some rows; the parts are disjoint and all of them."""
        return rows[self.rank :: self.size]

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors, alike on all processes in shape and type, by their sums over the processes."""
        if self.size == 1:
            return
        for bucket in _buckets(tensors):
            if len(bucket) == 1:
                distributed.all_reduce(bucket[0])
                continue
            flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
            distributed.all_reduce(flat)
            start = 0
            for tensor in bucket:
                tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
                start += tensor.numel()

    def all_say(self, number: int) -> bool:
        """Return whether all processes have the same number: all of them get the same answer."""
        found = torch.tensor([number, -number], device=_collective_place())
        if self.size > 1:
            distributed.all_reduce(found, distributed.ReduceOp.MAX)
        most, least = int(found[0]), -int(found[1])
        return most == least

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Let the first process through, and the others when it has come out: what it made is there for them."""
        if not self.is_first:
            self.wait()
        try:
            yield
        finally:
            if self.is_first:
                self.wait()

    def wait(self) -> None:
        """Wait until all processes have come here."""
        if self.size > 1:
            distributed.barrier()


def _collective_place() -> torch.device:
    nccl = distributed.is_initialized() and distributed.get_backend() == "nccl"
    return torch.device("cuda" if nccl else "cpu")


def _buckets(tensors: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Yield tensors in their order, as many together as a message is meant to hold, of one type each."""
    bucket: list[Tensor] = []
    held = 0
    for tensor in tensors:
        if bucket and (held + tensor.numel() > _BUCKET or tensor.dtype != bucket[0].dtype):
            yield bucket
            bucket, held = [], 0
        bucket.append(tensor)
        held += tensor.numel()
    if bucket:
        yield bucket


@contextmanager
def joined(environment: Mapping[str, str]) -> Iterator[World]:
    """Join the processes that torchrun started, as their environment says; without it this one is alone.

    Each takes the GPU of its LOCAL_RANK, where there are GPUs. All but the first print nothing to stdout, and log nothing
    but errors.
    """
    if int(environment.get("WORLD_SIZE", "1")) < 2:
        yield World()
        return
    backend = "gloo"
    if torch.cuda.is_available():
        torch.cuda.set_device(int(environment["LOCAL_RANK"]))
        backend = "nccl"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    world = World.here()
    if not world.is_first:
        logging.disable(logging.WARNING)
    try:
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            redirect_stdout(sys.stdout if world.is_first else nowhere),
        ):
            yield world
    finally:
        logging.disable(logging.NOTSET)
        distributed.destroy_process_group()
