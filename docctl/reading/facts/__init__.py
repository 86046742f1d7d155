"""Facts in: what a procedure says of itself in header, cover, title lines and file name (I-1, I-5 to I-9).

Pure functions of a text and the name of its file; nothing here opens a file or knows a database. Each fact
comes with the place where it was read, so that a person can check it at a glance.
"""

from docctl.reading.facts.find import Facts, find_facts
from docctl.reading.facts.found import Finding, Found, Signer

__all__ = ["Facts", "Finding", "Found", "Signer", "find_facts"]
