"""What the C library does with memory that is given back: keep it, as the next batch asks for as much again."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_LARGEST, _KEPT = 128 << 20, 512 << 20
"""Bytes: blocks up to here are kept, so many together. The outputs of layers for a batch are 10 to 100 MB; tensors of a whole
split are larger, and go back to the system at once."""


def keep_freed_memory() -> bool:
    """Let this process keep the blocks that it frees; return whether its C library can.

    glibc gives blocks above 32 MB back at once, and the end of its heap above twice the largest of them; the kernel then clears
    every page anew: on two cores that was half the time of EfficientNet-Lite0 (71 views a second, 143 without;
    ``benchmarks/extraction.py``).
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:
        return False
    told = (tell(_MMAP_THRESHOLD, _LARGEST), tell(_TRIM_THRESHOLD, _KEPT))
    return all(told)
