"""How a docx gets its stamp: frames in every header and footer, so that no line of text moves (D-3)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.parts.story import StoryPart
from docx.section import Section
from docx.shared import Length, Mm, Pt, Twips
from lxml.etree import LxmlError

from docctl.printing.behind import Behind, behind_docx
from docctl.printing.characters import cut, ems, one_line
from docctl.printing.errors import PrintingFailed
from docctl.printing.mark import SIDE, picture
from docctl.printing.stamp import Stamp, footer_halves, footer_parts
from docctl.printing.wordml import element, footer_runs, paragraph, run, watermark

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
#: Widths in characters that fit beside each other on A4.
_WORD_EMS: Final = 12
_LINE_EMS: Final = 44
_FOOT_EMS: Final = 60
_WORD: Final = 10.0
_LINE: Final = 6.5
_FOOT: Final = 7.5
#: A header that exists for the stamp only takes one point of height, not a line.
_FLAT: Final = (
    '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr>'
)
_FLAT_TWIPS: Final = 20
#: Above the usual place of a header (15 mm), so that its own text need not give way.
_TOP_FRAME: Final = (
    'w:hSpace="113" w:wrap="around" w:vAnchor="page" w:hAnchor="margin" w:xAlign="right" w:y="227"'
)
#: At the lower edge of the sheet, as high as the text and the strip that printers leave empty.
_FOOT_FRAME: Final = (
    'w:h="454" w:hRule="exact" w:wrap="around" w:vAnchor="page" w:hAnchor="page" '
    'w:xAlign="center" w:yAlign="bottom"'
)
_MARK_FRAME: Final = 'w:hRule="exact" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="300" w:y="300"'
#: As high as the picture in it: an exact height would cut off what stands above the letters.
_WHOLE_LINE: Final = (
    '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
    '<w:ind w:left="0" w:right="0" w:firstLine="0"/>'
)
#: What a section that does not say it is taken for, and the least width of a table in twentieths of a point.
_A4: Final = Mm(210)
_MARGIN: Final = Mm(25)
_NARROWEST: Final = 2000
_DEFAULT: Final = ("header", "footer")
_FIRST: Final = ("first_page_header", "first_page_footer")
_EVEN: Final = ("even_page_header", "even_page_footer")


def stamp_docx(source: Path, target: Path, stamp: Stamp, behind: Sequence[Behind] = ()) -> int:
    """Write the source with the stamp in every header and footer; return its sections (D-3, V-4).

    What stands `behind` begins a new page of the last section. The source stays as it is. Raises
    PrintingFailed.
    """
    try:
        document = docx.Document(str(source))
        if behind:
            _append(document, behind)
        count = _stamp(document, stamp)
        document.save(str(target))
    except (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, struct.error, EOFError) as error:
        raise PrintingFailed(_reason(source), type(error).__name__) from error
    except (LookupError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
        # A package whose parts are missing or of another kind shows as any of these.
        raise PrintingFailed("unreadable", type(error).__name__) from error
    return count


def _append(document: Document, behind: Sequence[Behind]) -> None:
    body = document.element.body
    end = body.get_or_add_sectPr()
    section = document.sections[-1]
    room = (section.page_width or _A4) - (section.left_margin or _MARGIN) - (section.right_margin or _MARGIN)
    for xml in behind_docx(behind, max(round(Length(room).twips), _NARROWEST)):
        end.addprevious(element(xml))


def _stamp(document: Document, stamp: Stamp) -> int:
    if not document.sections:
        document.element.body.get_or_add_sectPr()
    sections = list(document.sections)
    names = [name for pair in _shown(document, sections) for name in pair]
    for side in ("header", "footer"):
        mine = [name for name in names if name.endswith(side)]
        if all(getattr(s, name).is_linked_to_previous for s in sections for name in mine):
            _make_room(sections, side)
    seen: set[int] = set()
    for name in names:
        for part in _parts(sections, name):
            if id(part) not in seen:  # sections may share a part
                seen.add(id(part))
                _add(part, stamp, len(seen), is_header=name.endswith("header"))
    return len(sections)


def _shown(document: Document, sections: list[Section]) -> Iterator[tuple[str, str]]:
    """Yield the kinds of header and footer that some page of the document shows."""
    yield _DEFAULT
    if any(section.different_first_page_header_footer for section in sections):
        yield _FIRST
    if document.settings.odd_and_even_pages_header_footer:
        yield _EVEN


def _parts(sections: list[Section], name: str) -> Iterator[StoryPart]:
    """Yield the headers of one kind; a linked one shows that of the section before, if there is one."""
    inherits = False
    for section in sections:
        one = getattr(section, name)
        if not one.is_linked_to_previous:
            inherits = True
            yield one.part
        elif not inherits and (name not in _FIRST or section.different_first_page_header_footer):
            one.is_linked_to_previous = False
            # Not every program lets a first page inherit from a section that has none.
            inherits = name not in _FIRST
            root = one.part.element
            for old in list(root):
                root.remove(old)
            yield one.part


def _make_room(sections: list[Section], side: str) -> None:
    """Let a header that is new begin so high that its flat line does not push the body."""
    for section in sections:
        margin = section.top_margin if side == "header" else section.bottom_margin
        distance = section.header_distance if side == "header" else section.footer_distance
        if margin is None or margin < 0:  # a negative margin is fixed anyhow
            continue
        most = max(margin - Twips(_FLAT_TWIPS), 0)
        if distance is None or distance > most:
            setattr(section, f"{side}_distance", Length(min(most, Twips(720))))


def _add(part: StoryPart, stamp: Stamp, number: int, *, is_header: bool) -> None:
    """Put the frames before the last paragraph, which carries them, and keep all that was there."""
    root: Any = part.element
    last = next((child for child in reversed(root) if child.tag == qn("w:p")), None)
    if last is None:
        last = element(paragraph("", _FLAT))
        root.append(last)
    for xml in _top(stamp) if is_header else _foot(stamp):
        last.addprevious(element(xml))
    if is_header and stamp.mark:
        last.addprevious(_mark(part, stamp.mark))
    if is_header and stamp.watermark:
        last.append(element(watermark(stamp.watermark, stamp.ink, number)))


def _top(stamp: Stamp) -> list[str]:
    word = cut(stamp.word, _WORD_EMS)
    lines = [cut(line, _LINE_EMS) for line in stamp.lines]
    texts = [run(line, points=_LINE, ink=stamp.ink) for line in lines]
    first = run(f"{word}  ", points=_WORD, bold=True, ink=stamp.ink) + "".join(texts[:1])
    widths = [ems(line) * _LINE for line in lines] or [0.0]
    widths[0] += (ems(word) + 1.5) * _WORD
    edge = f'w:val="single" w:sz="6" w:space="1" w:color="{stamp.ink}"'
    sides = "".join(f"<w:{side} {edge}/>" for side in ("top", "left", "bottom", "right"))
    frame = f'<w:framePr w:w="{_twips(max(widths))}" {_TOP_FRAME}/><w:pBdr>{sides}</w:pBdr>'
    heights = (12, *[8] * len(lines))
    return [
        paragraph(runs, frame + _spacing(height))
        for runs, height in zip((first, *texts[1:]), heights, strict=False)
    ]


def _mark(part: StoryPart, address: str) -> Any:
    """Return a frame with the code in the corner of the margin, beside the body as in a PDF."""
    side = Pt(SIDE)
    room = _twips(SIDE) + 120  # programs keep a little of a frame for themselves
    frame = f'<w:framePr w:w="{room}" w:h="{room}" {_MARK_FRAME}/>'
    made = element(paragraph("<w:r/>", frame + _WHOLE_LINE))
    inline = part.new_pic_inline(io.BytesIO(picture(address)), side, side)
    made.find(qn("w:r")).add_drawing(inline)
    return made


def _foot(stamp: Stamp) -> list[str]:
    footer = one_line(stamp.footer)
    if ems(footer) > _FOOT_EMS:
        start, numbers = footer_halves(footer)
        footer = f"{cut(start, _FOOT_EMS - min(ems(numbers), _FOOT_EMS / 2))} {numbers}"
        footer = "".join(p if ems(p) <= _FOOT_EMS else cut(p, _FOOT_EMS) for p in footer_parts(footer))
    frame = f'<w:framePr w:w="{_twips(ems(footer) * _FOOT)}" {_FOOT_FRAME}/>'
    runs = footer_runs(footer, points=_FOOT, ink="333333")
    return [paragraph(runs, f'{frame}{_spacing(9)}<w:jc w:val="center"/>')]


def _twips(points: float) -> int:
    return round(points * 20) + 120


def _spacing(points: int) -> str:
    """Fix the height of a line, which no style of the document may change."""
    return (
        f'<w:spacing w:before="0" w:after="0" w:line="{points * 20}" w:lineRule="exact"/>'
        '<w:ind w:left="0" w:right="0" w:firstLine="0"/>'
    )


def _reason(source: Path) -> str:
    """Tell a docx with a password, which is no zip file any more, from a damaged one."""
    data = source.read_bytes()
    return "encrypted" if data.startswith(_OLE) and _LOCKED in data else "unreadable"
