"""The tester beside the synonyms: what else does a search find by them (S-6)?"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from docctl.domain.setting_kinds import Content
from docctl.queries.synonyms import also_found

#: As much of a search as the tester reads.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Widened:
    """What was typed, and what is looked for besides."""

    text: str
    also: tuple[str, ...]


def widened(content: Content) -> Widened:
    """Answer what the address asks, by a revision's sets."""
    text = request.args.get("text", "").strip()[:_LONGEST]
    return Widened(text, also_found(content, text) if text else ())
