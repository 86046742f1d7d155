"""Reading children that all houses of a process ask: each takes longer to start than most files to read.

Only their start is shared. A house still has a pool of its own with its folder and its programs, and what it
asks goes to a child with the limits that the product sets. Where the children themselves are tested
(`tests/reading`), and in programs that tests start, pools start their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from docctl import wiring
from docctl.reading import Programs, ReaderPool, ReadingFailed


def lend(patch: pytest.MonkeyPatch, children: ReaderPool) -> None:
    """Let every house that is built from now on ask these children."""

    class Lent(ReaderPool):
        """The pool of one house; it starts nothing."""

        def __init__(self, workers: int, *, scratch: Path, programs: Programs) -> None:
            super().__init__(workers, scratch=scratch, programs=programs)

        def run(self, function: str, /, **kwargs: Any) -> Any:
            if self._closed:
                raise ReadingFailed("closed")
            return children.run(function, **kwargs)

        def warm(self) -> None:
            children.warm()

        @property
        def pids(self) -> tuple[int, ...]:
            return children.pids

    patch.setattr(wiring, "ReaderPool", Lent)
