"""A process keeps what it has freed, so that the next megabyte is not fetched page by page."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from docctl.memory import keep_freed_memory
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def use():
    began = faults()
    for _ in range(200):
        parts = [b"x" * (1 << 20) for _ in range(3)]
        del parts
    return faults() - began
use()
before = use()
kept = keep_freed_memory()
use()
print(int(kept), before, use())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of the C library of Linux")
def test_freed_memory_is_used_again() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True)
    kept, before, after = map(int, done.stdout.split())
    if not kept:
        pytest.skip("another C library")
    assert after < 200
    assert after < before / 10 or before < 200
