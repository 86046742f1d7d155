"""What a docx says, and clean HTML to show it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

import mammoth
from lxml import etree
from mammoth import html as elements

from docctl.reading import docx_copy, docx_numbers, docx_text, markup, text
from docctl.reading.errors import ReadingFailed
from docctl.reading.package import Package

_PICTURE: Final = 3 << 20
_PICTURES: Final = 16 << 20
#: Kept as people wrote it; mammoth's own list knows the English names of headings and lists.
_STYLES: Final = """
u => u
strike => s
p[style-name='标题'] => h1:fresh
p[style-name='标题 1'] => h1:fresh
p[style-name='标题 2'] => h2:fresh
p[style-name='标题 3'] => h3:fresh
"""


def read(path: str) -> dict[str, Any]:
    """Read text and HTML; where the converter gives up, the HTML is the text in paragraphs."""
    with Package(Path(path)) as package:
        _refuse_macros(package)
        body = package.xml(package.main_part())
        docx_numbers.write_numbers(package, body)
        answer = docx_text.text_of(package, body).answer(None)
        answer["html"] = _html(package, body) or text.paragraphs(answer["text"])
    return answer


def _refuse_macros(package: Package) -> None:
    """Find macros also under another file name, by the pointer that makes them work."""
    for relationship in package.relationships(package.main_part()):
        if relationship.kind in {"vbaProject", "wordVbaData"}:
            raise ReadingFailed("macros")


def _html(package: Package, body: etree._Element) -> str:
    pictures = _Pictures()
    try:
        result = mammoth.convert_to_html(
            docx_copy.for_converter(package, body),
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            id_prefix=markup.ID_PREFIX,
            convert_image=pictures.convert,
        )
    except (RecursionError, KeyError, IndexError, AttributeError, ValueError, TypeError, OSError):
        return ""
    return markup.clean(result.value)


class _Pictures:
    """Turns pictures into data up to a sum; a mark stands for each that is left out."""

    def __init__(self) -> None:
        self._left = _PICTURES

    def convert(self, image: Any) -> list[Any]:
        """Return the element for one picture, as mammoth wants it."""
        alt = str(image.alt_text or "")[:500]
        data = _bytes_of(image)
        media_type = markup.picture_type(data)
        if media_type is None or len(data) > self._left:
            return [elements.element("span", {"class": markup.LEFT_OUT}, [elements.text(alt or "▢")])]
        self._left -= len(data)
        source = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
        return [elements.element("img", {"alt": alt, "src": source})]


def _bytes_of(image: Any) -> bytes:
    try:
        with image.open() as file:
            data: bytes = file.read(_PICTURE + 1)
    except (KeyError, OSError):
        return b""
    return data if len(data) <= _PICTURE else b""
