"""Further hosts beside the one of a test: the same database and store, an index of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from docctl.jobs.copies import tell
from docctl.jobs.projection import follow
from docctl.services.house import House
from docctl.services.index.here import HereFile
from search.tantivy import TantivyEngine


@dataclass(frozen=True)
class Host:
    """A host by name; its index lies in a folder of its own."""

    house: House
    folder: Path

    def catch_up(self) -> None:
        """Follow to the end and tell so, as a worker does."""
        while follow(self.house):
            pass
        tell(self.house)

    def words(self) -> bytes:
        """Return all bytes of the index."""
        return b"".join(one.read_bytes() for one in (self.folder / "index").rglob("*") if one.is_file())


@contextmanager
def hosts(house: House, folder: Path, *names: str) -> Iterator[list[Host]]:
    """Give hosts that share what the house has, each with a folder under `folder`."""
    found = []
    for name in names:
        own = folder / name
        own.mkdir(parents=True, exist_ok=True)
        here = HereFile(own, host=name)
        found.append(
            Host(replace(house, search=TantivyEngine(own / "index"), here=here, is_shared=True), own)
        )
    yield found
    for one in found:
        one.house.search.close()
