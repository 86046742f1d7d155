"""A process of its own that fills a new generation: it turns entries into terms and writes them (S-4).

It reads batches of entries from its input, a position to end with, and answers with one line: nothing, or
what went wrong. Where the input ends before the position came, nothing of it was committed.

    python -m search.filler FOLDER
"""

import os
import pickle
import sys
from pathlib import Path
from typing import Final

import tantivy

from search import schema
from search.errors import SearchError
from search.writing import Filling

#: As so much lower a priority than its parent's: pages first.
_NICE: Final = 5


def main(folder: Path) -> None:
    """Fill what lies in `folder` from standard input until a position comes."""
    os.nice(_NICE)
    answer = ""
    try:
        filling = Filling(tantivy.Index(schema.SCHEMA, path=str(folder)))
        try:
            while not isinstance(given := pickle.load(sys.stdin.buffer), int):  # noqa: S301 - from our parent
                filling.add(given)
            filling.finish(given)
        finally:
            filling.close()
    except EOFError:
        return  # the parent gave up, or is gone
    except (SearchError, OSError, ValueError) as error:
        answer = f"{type(error).__name__}: {error}".replace("\n", " ")
    print(answer, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main(Path(sys.argv[1]))
