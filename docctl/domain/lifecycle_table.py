"""Prints the moves of every kind of item as a page for people (V-6, F-17, R-6, D-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from docctl.domain.blanks import BLANK_MOVES
from docctl.domain.change_requests import REQUEST_MOVES
from docctl.domain.copy_states import COPY_MOVES
from docctl.domain.lifecycle import LIST_MOVES, RECORD_MOVES, REVISION_MOVES, SETTING_MOVES
from docctl.domain.temporary_changes import CHANGE_MOVES

#: Heading and moves of each table; the first state of a table is where an item begins.
_TABLES: Final[tuple[tuple[str, Mapping[tuple[Any, Any], StrEnum]], ...]] = (
    ("Revisions (V-6)", REVISION_MOVES),
    ("Records (F-17)", RECORD_MOVES),
    ("Disposal lists (R-6)", LIST_MOVES),
    ("Revisions of controlled settings (V-2)", SETTING_MOVES),
    ("Controlled copies (D-1, D-2)", COPY_MOVES),
    ("Numbers of printed blanks (D-10)", BLANK_MOVES),
    ("Temporary changes (V-14)", CHANGE_MOVES),
    ("Change requests (V-2)", REQUEST_MOVES),
)

_COMPUTED: Final = (
    ("waiting", "issued, and its instant has yet to come"),
    ("in force", "issued or later withdrawn, from its instant until the next one's or its withdrawal"),
    ("suspended", "in force, and its suspension has not ended; it ends with the time in force at the latest"),
    ("expired", "in force, not suspended, and its validity has ended; it waits to be replaced or withdrawn"),
    ("superseded", "issued, and the next one has taken effect"),
    ("recalled", "a copy issued or received, from when its revision ends or it is called back itself"),
    ("recalled blanks", "a print with a number in store or out, from when its revision ends"),
    ("due", "an accepted record, from the day after its last day"),
)


def as_markdown() -> str:
    """Return the page `docs/states.md`."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# States and moves"
    yield ""
    yield "Every stored state and every move there is; what is not listed is refused. Print it again with"
    yield "`python -m docctl.domain.lifecycle_table > docs/states.md`."
    for heading, moves in _TABLES:
        yield ""
        yield f"## {heading}"
        yield "| from | action | to |"
        yield "| --- | --- | --- |"
        for (old, action), new in moves.items():
            yield f"| {_words(old)} | {_words(action)} | {_words(new)} |"
        final = {new for new in moves.values() if not any(old is new for old, _ in moves)}
        yield ""
        if moves is REVISION_MOVES:
            yield "From before docctl: comes in as issued, without signatures here, marked so for ever."
            yield ""
        yield f"Begins as {_words(next(iter(moves))[0])}. Final: {', '.join(sorted(map(_words, final)))}."
    yield ""
    yield "## Read from dates, never stored"
    yield "| state | when |"
    yield "| --- | --- |"
    for state, when in _COMPUTED:
        yield f"| {state} | {when} |"


def _words(one: StrEnum) -> str:
    return one.value.replace("_", " ")


if __name__ == "__main__":
    import sys

    sys.stdout.write(as_markdown())
