"""SQLAlchemy rows, constraints and guards; no decisions."""

from docctl.models import (
    access,
    citations,
    content,
    controlled,
    distribution,
    documents,
    epochs,
    imports,
    numbers,
    organisation,
    record_imports,
    records,
    retention,
    seals,
    searches,
    trail,
    work,
)
from docctl.models.base import Base

__all__ = [
    "Base",
    "access",
    "citations",
    "content",
    "controlled",
    "distribution",
    "documents",
    "epochs",
    "imports",
    "numbers",
    "organisation",
    "record_imports",
    "records",
    "retention",
    "seals",
    "searches",
    "trail",
    "work",
]
