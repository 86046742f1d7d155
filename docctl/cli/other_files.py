"""The options by which a command gives a new draft further files: annexes, and the source (V-13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docctl.cli.command import option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_IN

if TYPE_CHECKING:
    from docctl.services.files import Attached


@dataclass(frozen=True, slots=True)
class Beside:
    """The files beside the main one."""

    annexes: tuple[Path, ...]
    source: Path | None

    def staged(self, desk: Desk) -> tuple[Attached, ...]:
        """Stage them; raise RuleRefused for one that cannot be taken."""
        found = [desk.stage(one).as_annex() for one in self.annexes]
        return (*found, desk.stage(self.source).as_source()) if self.source else tuple(found)


def with_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, and its function the files as `beside`."""

    @wraps(command)
    def with_beside(*args: Any, attached: tuple[Path, ...], source: Path | None, **more: Any) -> Any:
        return command(*args, beside=Beside(attached, source), **more)

    for add in (
        option("--source", type=FILE_IN, default=None),
        option("--annex", "attached", type=FILE_IN, multiple=True),
    ):
        add(with_beside)
    return with_beside
