"""The verifier for outsiders: one file of plain Python that is copied into every export (T-2)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: The one file; it needs nothing but Python 3.10 or newer.
FILE: Final = Path(__file__).with_name("docctl_verify.py")
