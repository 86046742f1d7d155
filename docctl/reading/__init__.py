"""Files in: what an upload is, whether it is taken, and what text and page it gives.

Whoever uploads is not trusted. The web process looks at names, first bytes and a bounded directory
(`examining`, `sniffing`, `zips`, `ole`); everything that parses runs in pooled child processes (`pool`),
or in programs of others under the same limits (`programs`).
"""

from docctl.reading.errors import ReadingFailed
from docctl.reading.examining import examine
from docctl.reading.files import Part, Reading, accept
from docctl.reading.kinds import Kind
from docctl.reading.names import clean_name
from docctl.reading.pool import ReaderPool
from docctl.reading.programs import Programs
from docctl.reading.sniffing import sniff
from docctl.reading.steps import read_text, reading_steps, render

__all__ = [
    "Kind",
    "Part",
    "Programs",
    "ReaderPool",
    "Reading",
    "ReadingFailed",
    "accept",
    "clean_name",
    "examine",
    "read_text",
    "reading_steps",
    "render",
    "sniff",
]
