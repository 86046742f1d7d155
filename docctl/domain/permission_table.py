"""The permissions table as a document: who may do what, from the table that decides (X-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docctl.domain.permissions import PERMISSIONS, Predicate


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """One permission: alternatives, each the names of conditions that must all hold."""

    permission: str
    alternatives: tuple[tuple[str, ...], ...]


def permission_rows() -> list[PermissionRow]:
    """Return the whole table in its order."""
    return [
        PermissionRow(name, tuple(tuple(one.__name__ for one in each) for each in alternatives))
        for name, alternatives in PERMISSIONS.items()
    ]


def as_markdown() -> str:
    """Return the page `docs/permissions.md`."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Who may do what"
    yield ""
    yield "Printed from `docctl/domain/permissions.py`; what is not listed is denied. Each line of a cell is"
    yield "an alternative; within it all conditions must hold. Print it again with"
    yield "`python -m docctl.domain.permission_table > docs/permissions.md`."
    yield ""
    yield "## Conditions"
    yield "| condition | holds where |"
    yield "| --- | --- |"
    for name, predicate in sorted(_predicates().items()):
        yield f"| `{name}` | {(predicate.__doc__ or '').strip().rstrip('.')} |"
    area = ""
    for row in permission_rows():
        if row.permission.split(".")[0] != area:
            area = row.permission.split(".")[0]
            yield ""
            yield f"## {area}"
            yield "| permission | who |"
            yield "| --- | --- |"
        who = "<br>".join(" and ".join(f"`{one}`" for one in each) for each in row.alternatives)
        yield f"| `{row.permission}` | {who} |"


def _predicates() -> dict[str, Predicate]:
    return {
        one.__name__: one for alternatives in PERMISSIONS.values() for each in alternatives for one in each
    }


if __name__ == "__main__":
    import sys

    sys.stdout.write(as_markdown())
