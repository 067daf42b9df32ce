"""Memory that is freed stays at hand."""

import platform
import subprocess
import sys

import pytest

FREED = """
import resource
from omniart_model.allocation import keep_freed_memory


def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

kept = keep_freed_memory()
for _ in range(2):
    b"x" * (64 << 20)
before = faults()
for _ in range(8):
    b"x" * (64 << 20)
print(int(kept), faults() - before)
"""
PAGES = (64 << 20) // 4096


def test_a_block_that_is_freed_is_asked_of_the_system_once() -> None:
    """Eight blocks of 64 MB, one after another, are one block: fewer than one block's pages are touched anew."""
    told = subprocess.run([sys.executable, "-c", FREED], capture_output=True, check=True)
    kept, faults = map(int, told.stdout.split())

    if platform.libc_ver()[0] != "glibc":
        pytest.skip("only glibc has mallopt")
    assert kept
    assert faults < PAGES
