"""Facts found in a child process: texts are other people's, and expressions may be made to run long (I-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from docctl.reading.errors import ReadingFailed
from docctl.reading.facts.alike import sketch_of
from docctl.reading.facts.citations import find_citations
from docctl.reading.facts.find import find_facts
from docctl.reading.facts.outline import Clause
from docctl.reading.pool import ReaderPool

_FIND: Final = "docctl.reading.facts.child:find"
_CITE: Final = "docctl.reading.facts.child:cite"


def find(path: str, name: str) -> dict[str, Any]:
    """Find the facts of a text that lies as JSON at `path`, with a sketch of it; runs in the child."""
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    text = given["text"]
    facts = find_facts(text, name, parts=[tuple(part) for part in given["parts"]], pages=given["pages"])
    return {**facts.as_json(), "needs_checking": facts.needs_checking, "sketch": sketch_of(text)}


def cite(path: str, number: str, title: str) -> list[dict[str, Any]]:
    """Find what a text cites; runs in the child."""
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    outline = tuple(Clause(path, "", start, "") for path, start in given["clauses"])
    return [one.as_json() for one in find_citations(given["text"], number, title, outline)]


def facts_in_child(
    pool: ReaderPool, folder: Path, text: str, name: str, *, parts: Any = (), pages: Any = ()
) -> dict[str, Any]:
    """Return the facts of a text as JSON, found in a child process; `folder` is for a work file.

    Raises ReadingFailed where the child gave up.
    """
    path = _given(folder, {"text": text, "parts": [list(part) for part in parts], "pages": list(pages)})
    try:
        answer = pool.run(_FIND, path=str(path), name=name)
    finally:
        path.unlink(missing_ok=True)
    if not isinstance(answer, dict) or not {"number", "signers", "citations", "findings"} <= answer.keys():
        raise ReadingFailed("crash", "garbled answer")
    return answer


def citations_in_child(
    pool: ReaderPool,
    folder: Path,
    text: str,
    *,
    number: str,
    title: str,
    clauses: Sequence[tuple[str, int]] = (),
) -> list[dict[str, Any]]:
    """Return what a text cites as JSON, found in a child process. Raises ReadingFailed.

    `clauses` are those of the text in their order, each by its path and where it begins (I-9).
    """
    path = _given(folder, {"text": text, "clauses": clauses})
    try:
        answer = pool.run(_CITE, path=str(path), number=number, title=title)
    finally:
        path.unlink(missing_ok=True)
    if not isinstance(answer, list) or not all(isinstance(one, dict) and "kind" in one for one in answer):
        raise ReadingFailed("crash", "garbled answer")
    return answer


def _given(folder: Path, what: Mapping[str, Any]) -> Path:
    path = folder / "text.json"
    path.write_text(json.dumps(what, ensure_ascii=False), encoding="utf-8", errors="replace")
    return path
