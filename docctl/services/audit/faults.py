"""What can be wrong with the seals of the trail, as a code that status, log and event share (T-2)."""

from __future__ import annotations

from docctl.domain.verdicts import DomainError


class SealFault(DomainError):
    """The trail could not be sealed, or what is sealed does not fit; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
