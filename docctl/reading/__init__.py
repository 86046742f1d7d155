"""Files in: what an upload is, whether it is taken, and what text and page it gives.

Whoever uploads is not trusted. The web process looks at names, first bytes and a bounded zip
directory (`kinds`, `zips`); everything that parses runs in pooled child processes (`pool`).
"""

from docctl.reading.errors import ReadingFailed
from docctl.reading.files import Part, Reading, accept, read_text
from docctl.reading.kinds import Kind, examine, sniff
from docctl.reading.names import clean_name
from docctl.reading.pool import ReaderPool

__all__ = [
    "Kind",
    "Part",
    "ReaderPool",
    "Reading",
    "ReadingFailed",
    "accept",
    "clean_name",
    "examine",
    "read_text",
    "sniff",
]
