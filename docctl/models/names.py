"""How names of documents are compared: without script, width, blanks, dashes, brackets (D-6, N-9, N-10)."""

from __future__ import annotations

from docctl.domain.normal_form import normal
from search.folding import fold


def name_key(name: str) -> str:
    """Return what two ways of writing one name have in common, at most 500 characters."""
    return normal(fold(name))[:500]
