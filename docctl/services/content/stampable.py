"""By what and into what a kind of file is stamped (D-3)."""

from __future__ import annotations

from typing import Final

from docctl.reading.kinds import MEDIA_TYPES, Kind

#: Each media type that bears a stamp: the job that stamps it, and the kind of the copy.
STAMPED: Final[dict[str, tuple[str, Kind]]] = {
    MEDIA_TYPES[Kind.DOCX]: ("stamp_docx_job", Kind.DOCX),
    MEDIA_TYPES[Kind.PDF]: ("stamp_pdf_job", Kind.PDF),
    MEDIA_TYPES[Kind.TXT]: ("text_to_pdf_job", Kind.PDF),
}
