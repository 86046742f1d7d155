"""How a PDF gets its stamp: a layer over each page, whatever its box, turn or open state (D-3)."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from docctl.printing.behind import Behind
from docctl.printing.behind_pdf import behind_pdf
from docctl.printing.errors import PrintingFailed
from docctl.printing.overlay import draw_stamp
from docctl.printing.stamp import Stamp

MOST_PAGES: Final = 10_000
_A4: Final = (0.0, 0.0, 595.0, 842.0)
#: Turns the layer, drawn upright, into the page's own directions.
_TURN: Final = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The visible part of a page in its own coordinates, and how it is turned for the reader."""

    box: tuple[float, float, float, float]
    turn: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as seen."""
        left, bottom, right, top = self.box
        seen = (right - left, top - bottom)
        return seen if self.turn in {0, 180} else (seen[1], seen[0])

    @property
    def matrix(self) -> str:
        """Place the upright layer on the page."""
        left, bottom, right, top = self.box
        x, y = {0: (left, bottom), 90: (right, bottom), 180: (right, top), 270: (left, top)}[self.turn]
        return " ".join(f"{value:.4f}" for value in (*_TURN[self.turn], x, y))


def stamp_pdf(source: Path, target: Path, stamp: Stamp, behind: Sequence[Behind] = ()) -> int:
    """Write the source with the stamp on every page to `target`; return the number of pages (D-3, V-4).

    What stands `behind` follows on pages of its own, stamped and counted alike. The source stays as it is.
    Raises PrintingFailed.
    """
    try:
        with ExitStack() as open_files:
            pdf = open_files.enter_context(pikepdf.open(source))
            if behind:  # open until the copy is written: its streams are read then
                pdf.pages.extend(open_files.enter_context(pikepdf.open(behind_pdf(behind))).pages)
            return _stamp(pdf, target, stamp)
    except pikepdf.PasswordError as error:
        raise PrintingFailed("encrypted") from error
    except (pikepdf.PdfError, TypeError, ValueError, KeyError, AttributeError) as error:
        # What a damaged file holds instead of a page, a box or a number shows as any of these.
        raise PrintingFailed("unreadable", type(error).__name__) from error


def _stamp(pdf: pikepdf.Pdf, target: Path, stamp: Stamp) -> int:
    pages = list(pdf.pages)
    if not pages:
        raise PrintingFailed("unreadable", "no pages")
    if len(pages) > MOST_PAGES:
        raise PrintingFailed("too_long", f"{len(pages)} pages")
    sheets = [_sheet(page) for page in pages]
    # The layer stays open until the copy is written, because its streams are read then.
    with pikepdf.open(_layer(sheets, stamp)) as layer:
        for page, sheet, over in zip(pages, sheets, layer.pages, strict=True):
            _lay(pdf, page, sheet, over)
        _quiet(pdf)
        pdf.save(target)
    return len(pages)


def _layer(sheets: list[_Sheet], stamp: Stamp) -> io.BytesIO:
    """Draw the stamps of all pages into one PDF, so that the font is embedded once."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pageCompression=1)
    for number, sheet in enumerate(sheets, 1):
        canvas.setPageSize(sheet.size)
        draw_stamp(canvas, sheet.size, stamp, number, len(sheets))
        canvas.showPage()
    canvas.save()
    stream.seek(0)
    return stream


def _lay(pdf: pikepdf.Pdf, page: pikepdf.Page, sheet: _Sheet, over: pikepdf.Page) -> None:
    """Make the page draw its old content as one object and the layer after it.

    An object closes what its content left open: a scaled, clipped or hidden state of a careless page would
    else scale, clip or hide the stamp too.
    """
    resources = page.resources
    content = _content(page)
    body = pdf.make_stream(
        content,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=pikepdf.Array([*_box(page, "mediabox")]),
        Resources=resources,
    )
    top = pdf.copy_foreign(over.as_form_xobject())
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=body, Stamp=top))
    page.obj.Contents = pdf.make_stream(f"q /Page Do Q\nq {sheet.matrix} cm /Stamp Do Q\n".encode("ascii"))
    for key in ("/AA", "/StructParents"):
        if key in page.obj:
            del page.obj[key]


def _content(page: pikepdf.Page) -> bytes:
    contents = page.obj.get("/Contents")
    if contents is None:
        return b""
    if isinstance(contents, pikepdf.Array):
        return b"\n".join(part.read_bytes() for part in contents.as_list())
    return contents.read_bytes()


def _quiet(pdf: pikepdf.Pdf) -> None:
    """Take off what acts by itself, and the tags, whose marks now stand inside the objects."""
    for key in ("/OpenAction", "/AA", "/StructTreeRoot", "/MarkInfo"):
        if key in pdf.Root:
            del pdf.Root[key]
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        del names["/JavaScript"]


def _sheet(page: pikepdf.Page) -> _Sheet:
    media, crop = _box(page, "mediabox"), _box(page, "cropbox")
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    box = (left, bottom, right, top) if right > left and top > bottom else media
    return _Sheet(box, _turn(page))


def _box(page: pikepdf.Page, name: str) -> tuple[float, float, float, float]:
    """Return a box with its corners in order; A4 where the page has none that can be seen."""
    try:
        x0, y0, x1, y1 = (float(value) for value in getattr(page, name))
    except (TypeError, ValueError, AttributeError):
        return _A4
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    seen = box[2] - box[0] >= 1 and box[3] - box[1] >= 1
    return box if seen and all(map(math.isfinite, box)) else _A4


def _turn(page: pikepdf.Page) -> int:
    """Return the page's own or inherited turn, in quarters clockwise."""
    node: Any = page.obj
    for _ in range(64):  # a damaged tree may run in circles
        if "/Rotate" in node:
            return round(float(node["/Rotate"]) / 90) % 4 * 90
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            break
    return 0
