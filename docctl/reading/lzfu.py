"""The packed RTF of Outlook messages ([MS-OXRTFCP])."""

from __future__ import annotations

import struct
from typing import Final

_PACKED: Final = 0x75465A4C
_PLAIN: Final = 0x414C454D
_HEAD: Final = struct.Struct("<III4x")
_WINDOW: Final = 4096
_LONGEST: Final = 32 << 20
#: What every message begins with in the window, so that even short ones shrink.
_KNOWN: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def unpack(data: bytes) -> bytes:
    """Return the RTF; nothing of what is damaged, and no more than a bound."""
    if len(data) < _HEAD.size:
        return b""
    _, length, kind = _HEAD.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEAD.size : _HEAD.size + length]
    if kind != _PACKED:
        return b""
    window = _Window()
    at = _HEAD.size
    while at < len(data) and len(window.out) < _LONGEST:
        control = data[at]
        at += 1
        for bit in range(8):
            width = 1 + (control >> bit & 1)
            token = data[at : at + width]
            if len(token) < width or not window.take(token):
                return bytes(window.out)
            at += width
    return bytes(window.out)


class _Window:
    """The last 4096 bytes, which later ones may repeat."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._ring = bytearray(_KNOWN.ljust(_WINDOW, b"\0"))
        self._write = len(_KNOWN)

    def take(self, token: bytes) -> bool:
        """Add a byte, or what two bytes point to; say no at the pointer that marks the end."""
        if len(token) == 1:
            self._add(token[0])
            return True
        start = (token[0] << 8 | token[1]) >> 4
        if start == self._write:
            return False
        for step in range((token[1] & 0xF) + 2):
            self._add(self._ring[(start + step) % _WINDOW])
        return True

    def _add(self, value: int) -> None:
        self.out.append(value)
        self._ring[self._write] = value
        self._write = (self._write + 1) % _WINDOW
