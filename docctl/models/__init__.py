"""SQLAlchemy rows, constraints and guards; no decisions."""

from docctl.models import (
    access,
    content,
    documents,
    epochs,
    numbers,
    organisation,
    records,
    retention,
    seals,
    trail,
    work,
)
from docctl.models.base import Base

__all__ = [
    "Base",
    "access",
    "content",
    "documents",
    "epochs",
    "numbers",
    "organisation",
    "records",
    "retention",
    "seals",
    "trail",
    "work",
]
