"""The code on a controlled copy: an address that a telephone reads off the paper (D-3)."""

from __future__ import annotations

import io
from typing import Final

import segno

#: Side of the code with its quiet zone, in points: about 15 mm, inside the margin of a page.
SIDE: Final = 42.0
#: Modules that stay empty around the code, by the standard.
QUIET: Final = 4


def modules(address: str) -> list[list[bool]]:
    """Return the rows of a code, dark ones true, with the quiet zone around."""
    return [[bool(one) for one in row] for row in _code(address).matrix_iter(border=QUIET)]


def picture(address: str) -> bytes:
    """Return a code as a PNG, fine enough for print."""
    out = io.BytesIO()
    _code(address).save(out, kind="png", scale=8, border=QUIET)
    return out.getvalue()


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
