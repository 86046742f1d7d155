"""What is registered of a document from outside: who issued it, and its number there (D-9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: The longest issuer, and the longest number of theirs, in characters.
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Outside:
    """Where a document comes from; `number` is the issuer's, empty for a paper that bears none."""

    is_external: bool = False
    issuer: str = ""
    number: str = ""

    def tidy(self) -> Outside:
        """Return the same in one line each."""
        return Outside(self.is_external, " ".join(self.issuer.split()), " ".join(self.number.split()))


#: A document of the company itself.
OWN: Final = Outside()


def may_be_registered(outside: Outside) -> Verdict:
    """Say whether a document may be registered as coming from there (D-9)."""
    if not outside.is_external:
        if outside.issuer or outside.number:
            return Refused("D-9", "issuer_of_own")
        return Allowed()
    if not outside.issuer:
        return Refused("D-9", "issuer_needed")
    if len(outside.issuer) > LONGEST:
        return Refused("D-9", "issuer_too_long", {"longest": LONGEST, "length": len(outside.issuer)})
    if len(outside.number) > LONGEST:
        return Refused("D-9", "number_too_long", {"longest": LONGEST, "length": len(outside.number)})
    return Allowed()


__all__ = ["LONGEST", "OWN", "Outside", "may_be_registered"]
