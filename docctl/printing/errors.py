"""Why a file could not be printed: one code that crosses the process border as text."""

from __future__ import annotations

from docctl.domain.verdicts import DomainError


class PrintingFailed(DomainError):
    """Printing ended without a file; `code` says why, `detail` is for the log and never quotes the file.

    Codes: `encrypted` (a password is needed), `unreadable` (damaged, or not of its kind), `too_long`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
