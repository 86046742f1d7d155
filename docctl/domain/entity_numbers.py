"""How a number is written with its legal entity before it, where two of them have one number (N-10, O-4).

`NB:QP-01` is QP-01 of the entity with the code NB. A number alone stays as it is.
"""

from __future__ import annotations

from typing import Final

from docctl.domain.normal_form import normal

_MARK: Final = ":"


def qualified(entity: str, number: str) -> str:
    """Return a number with its entity's code before it, as it can be typed; no code, the number alone."""
    return f"{entity}{_MARK}{number}" if entity else number


def parted(text: str) -> tuple[str, str] | None:
    """Return the normal forms of a code and a number that may be written with it, None for a number alone."""
    code, mark, number = normal(text).partition(_MARK)
    return (code, number) if mark and code and number else None
