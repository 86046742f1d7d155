"""Why a file could not be read: one code that crosses the process border as text."""

from __future__ import annotations

from typing import Final

from docctl.domain.verdicts import DomainError

#: Codes that say nothing about the file: it may be tried again.
OURS: Final = frozenset({"busy", "closed"})


class ReadingFailed(DomainError):
    """Reading ended without a result; `code` says why, `detail` is for the log, without content.

    Codes of the pool: `timeout`, `memory`, `crash`, `busy`, `closed`, `too_long`; of the readers:
    `unreadable`, `encrypted`, `macros`, `bomb`; and `no_program` where a kind needs one that is not here.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
