"""Which HTML of an upload may be shown: structure, pictures; nothing that runs or leads away."""

from __future__ import annotations

import re
import struct
from typing import Final

import nh3

_TAGS: Final = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("strong", "em", "u", "s", "sub", "sup", "a", "img", "span"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "id"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "p": {"id"},
    "li": {"id"},
    "sup": {"id"},
}
#: Of these not even the words are shown.
_WITHOUT_CONTENT: Final = {
    *("script", "style", "noscript", "iframe", "object", "template", "textarea", "select", "title"),
}
#: All ids get this prefix, so that none of the page's own can be taken over.
ID_PREFIX: Final = "text-"
_IN_PAGE: Final = re.compile(rf"#{ID_PREFIX}[\w.-]{{1,80}}")
_ID: Final = re.compile(rf"{ID_PREFIX}[\w.-]{{1,80}}")
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}")
_SPAN: Final = re.compile(r"[1-9]\d{0,2}")
_VALUES: Final = {
    "href": _IN_PAGE,
    "id": _ID,
    "src": _PICTURE,
    "colspan": _SPAN,
    "rowspan": _SPAN,
    "alt": re.compile(r"(?s).{0,500}"),
}
LEFT_OUT: Final = "left-out"
_PIXELS: Final = 60_000_000


def clean(html: str) -> str:
    """Return the HTML with only what the lists above allow; an outside link keeps its words."""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_WITHOUT_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_value,
        allowed_classes={"span": {LEFT_OUT}},
        url_schemes={"data"},
        link_rel=None,
    )


def picture_type(data: bytes) -> str | None:
    """Return the media type of a PNG or JPEG of bearable size in pixels; nothing for all else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) > 24:
        width, height = struct.unpack_from(">II", data, 16)
        media_type = "image/png"
    elif data.startswith(b"\xff\xd8\xff"):
        width, height = _jpeg_size(data)
        media_type = "image/jpeg"
    else:
        return None
    return media_type if 0 < width * height <= _PIXELS else None


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walk the segments to the first frame header; (0, 0) where there is none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return 0, 0


def _value(_tag: str, attribute: str, value: str) -> str | None:
    allowed = _VALUES.get(attribute)
    if allowed is None:
        return value if attribute == "class" else None
    return value if allowed.fullmatch(value) else None
