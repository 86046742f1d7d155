"""One file of an import read: kind, text, facts, proposal; in child processes, several at once (I-1)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.reading import Kind, ReadingFailed, clean_name, examine, read_text
from docctl.reading.errors import OURS
from docctl.reading.facts.child import facts_in_child
from docctl.services.house import House
from docctl.services.imports.copies import Copies, opened_later
from docctl.services.imports.note import ReadFile
from docctl.services.imports.propose import propose
from storage.errors import Damaged

#: A text may stand under these problems; the file goes in all the same.
_NO_TEXT: Final = frozenset({"no_text"})
#: Characters that no database keeps; they are replaced one by one, so that all places stay right.
_UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")
#: Read at once, by as many children as the house has.
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file to be read: its id, among which copies it lies, how it is called."""

    id: UUID
    copies: Copies
    name: str

    @property
    def path(self) -> Path:
        """Where its copy lies."""
        return self.copies.folder.file(self.id)


def read_files(house: House, files: Iterable[ToRead], units: Mapping[str, UUID]) -> Iterator[ReadFile]:
    """Yield the files as read, in their order; a hostile one ends as a problem of its own.

    Raises ReadingFailed where no child is free: nothing is known of the files then.
    """
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="import") as threads:
        yield from threads.map(lambda one: read_one(house, one, units), files)


def read_one(house: House, file: ToRead, units: Mapping[str, UUID]) -> ReadFile:
    """Read one file. Raises ReadingFailed and RuleRefused only for what says nothing about the file."""
    try:
        with opened_later(), file.copies.as_file(file.path) as path:
            return _read(house, file, path, units)
    except (FileNotFoundError, Damaged):  # a restored database has no copies
        return _gone(file)
    except (OSError, RuleRefused):
        if file.copies.is_readable(file.path):
            raise
        return _gone(file)  # a place of the disk that cannot be read holds up no other file


def _gone(file: ToRead) -> ReadFile:
    name = clean_name(file.name.rsplit("/", 1)[-1])
    return ReadFile(file.id, "", problem="copy_gone", params={"name": name})


def _read(house: House, file: ToRead, path: Path, units: Mapping[str, UUID]) -> ReadFile:
    name = file.name.rsplit("/", 1)[-1]
    verdict = examine(path, name, size_limit=house.staging.limit, for_document=False)
    if isinstance(verdict, Refused) and verdict.code != "misnamed":
        return ReadFile(file.id, "", problem=verdict.code, params=dict(verdict.params))
    found = read_text(house.pool, path, name)
    if found.problem in OURS:
        raise ReadingFailed(found.problem)
    if found.problem and found.problem not in _NO_TEXT:
        return ReadFile(file.id, found.media_type, problem=found.problem, params={"name": clean_name(name)})
    if found.kind is Kind.OTHER:
        return ReadFile(
            file.id, found.media_type, problem="kind_not_allowed", params={"name": clean_name(name)}
        )
    parts = [(one.kind, one.start, one.end) for one in found.parts]
    text = _UNKEPT.sub("\ufffd", found.text)
    facts = _facts(house, text, file.name, parts, found.pages)
    return ReadFile(
        file.id,
        found.media_type,
        text=text,
        facts=facts,
        chosen=propose(facts, units),
    )


def _facts(
    house: House, text: str, name: str, parts: Iterable[tuple[str, int, int]], pages: tuple[int, ...]
) -> dict[str, Any]:
    """Return the facts; a text on which the search for them fails has those of its name only."""
    with tempfile.TemporaryDirectory(prefix="facts-", dir=house.scratch) as folder:
        try:
            return facts_in_child(house.pool, Path(folder), text, name, parts=parts, pages=pages)
        except ReadingFailed as failed:
            if failed.code in OURS:
                raise
        facts = facts_in_child(house.pool, Path(folder), "", name)
    facts["findings"].append(
        {"rule": "I-6", "code": "facts_not_found", "params": {}, "start": -1, "end": -1, "is_grave": True}
    )
    return {**facts, "needs_checking": True}
