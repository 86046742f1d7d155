"""How many facts are found in procedures of many layouts, and how long that takes.

python -m benchmarks.import_facts [procedures] [seed] [-v]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from docctl.reading import docx, pdf, text
from docctl.reading.facts import find_facts
from tests.procedures import LAYOUTS, Made, files, make
from tests.procedures.scoring import LISTS, SINGLE, Score

FORMS: dict[str, tuple[Callable[[Made, Random], Any], Callable[[str], dict[str, Any]]]] = {
    "docx": (files.as_docx, docx.read),
    "pdf": (files.as_pdf, pdf.read),
    "txt": (files.as_text, text.read),
    "lost": (files.as_lost_lines, text.read),
}


def main() -> None:
    plain = [one for one in sys.argv[1:] if not one.startswith("-")]
    count = int(plain[0]) if plain else 400
    seed = int(plain[1]) if len(plain) > 1 else 1
    whole = Score()
    by_form = {form: Score() for form in FORMS}
    by_layout = {layout: Score() for layout in sorted(LAYOUTS)}
    took, length = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for at in range(count):
            chance = Random(f"{seed}/{at}")
            made = make(seed * 100_000 + at)
            form = chance.choice(("docx", "docx", "pdf", "txt", "lost"))
            if form == "pdf" and made.style == "traditional":
                form = "docx"
            said = _read(Path(folder), made, form, chance)
            began = time.process_time()
            parts = [tuple(part) for part in said["parts"]]
            facts = find_facts(
                said["text"], f"{made.name}.{form.replace('lost', 'txt')}", parts=parts, pages=said["pages"]
            )
            took += time.process_time() - began
            length += len(said["text"])
            for score in (whole, by_form[form], by_layout[made.layout]):
                score.add(f"{seed * 100_000 + at} {made.layout} {made.style} {form}", made.facts, facts)
    for name, score in (*by_form.items(), *by_layout.items()):
        if score.right.total():
            _show(name, score)
    for kind in (*SINGLE, "signers", *LISTS):
        counts = (whole.right[kind], whole.missing[kind], whole.wrong[kind])
        print(f"{kind:20} right %5d  missing %4d  wrong %4d" % counts)
    _show("all", whole)
    print(f"{1000 * took / count:.1f} ms of processor time each, {length // count} characters each")
    if "-v" in sys.argv:
        for note in whole.notes:
            print(*note)


def _read(folder: Path, made: Made, form: str, chance: Random) -> dict[str, Any]:
    write, read = FORMS[form]
    written = write(made, chance)
    path = folder / f"one.{form}"
    path.write_bytes(written.encode() if isinstance(written, str) else written)
    return read(str(path))


def _show(name: str, score: Score) -> None:
    right, wrong = score.shares()
    print(f"{name:20} right {right:6.1%}  wrong {wrong:6.1%}")


if __name__ == "__main__":
    main()
