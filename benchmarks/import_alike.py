"""Near-duplicates among many files: time and memory of comparing them, by their sketches.

python -m benchmarks.import_alike [files]    a third of them in families of ten near-duplicates
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.import_files import Memory
from docctl.domain.import_plan import PlanFile, alike_notes, compare_sketches
from docctl.services.imports.sketches import SketchFile

NUMBERS = 64


def main(count: int) -> None:
    """Print what comparing so many files takes."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, SketchFile(Path(folder)) as sketches:
        files, first = [], [0] * NUMBERS
        for place in range(count):
            is_alike = place % 30 < 10
            if not is_alike or place % 30 == 0:
                first = [chance.randrange(1 << 26) for _ in range(NUMBERS)]
            changed = set(chance.sample(range(NUMBERS), 12 if is_alike else 0))
            sketches.add(place, [n + 1 if at in changed else n for at, n in enumerate(first)])
            key = f"01a22ccf-da03-702d-92ff-{place:012}"
            files.append(PlanFile(key, f"某部门/某程序文件{place}.docx", f"{place:064x}", f"JL-{place}"))
        before = psutil.Process().memory_info().rss / 2**20
        memory = Memory()
        memory.start()
        began = time.monotonic()
        alike = compare_sketches(files, sketches, sketches.places)
        took = time.monotonic() - began
        notes = sum(1 for _ in alike_notes(files, alike, sketches.places, range(count)))
        memory.end()
    print(
        f"{count} files compared in {took:.1f} s, {notes} notes; "
        f"memory {before:.0f} MB before, at most {memory.own:.0f} MB"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
