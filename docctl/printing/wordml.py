"""How the pieces that our docx files share are written in WordprocessingML: runs, fields, frames."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml

from docctl.printing.characters import legible, one_line
from docctl.printing.stamp import footer_parts

_NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w10="urn:schemas-microsoft-com:office:word"'
)
_FIELD_CODE: Final = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
#: Every face that Word may ask for, so that no theme of the document chooses another.
_FACE: Final = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体" w:cs="Arial" w:hint="eastAsia"/>'


def element(xml: str) -> Any:
    """Parse one element written with the usual prefixes."""
    head, mark, rest = xml.partition(">")
    if head.endswith("/"):
        return parse_xml(f"{head[:-1]} {_NAMESPACES}/>{rest}")
    return parse_xml(f"{head} {_NAMESPACES}{mark}{rest}")


def run(
    text: str,
    *,
    points: float | None = None,
    bold: bool = False,
    ink: str | None = None,
    struck: bool = False,
) -> str:
    """Write a run of one text; its line ends and tabs are kept."""
    properties = _properties(points, bold=bold, ink=ink, struck=struck)
    parts = []
    for number, line in enumerate(legible(text).split("\n")):
        if number:
            parts.append("<w:br/>")
        for place, piece in enumerate(line.split("\t")):
            if place:
                parts.append("<w:tab/>")
            if piece:
                parts.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return f"<w:r>{properties}{''.join(parts)}</w:r>"


def footer_runs(template: str, *, points: float, ink: str | None = None) -> str:
    """Write a footer whose page numbers Word counts."""
    return "".join(
        _field(_FIELD_CODE[part], points, ink) if part in _FIELD_CODE else run(part, points=points, ink=ink)
        for part in footer_parts(template)
    )


def paragraph(runs: str, properties: str = "") -> str:
    """Write a paragraph of runs."""
    inside = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{inside}{runs}</w:p>"


def watermark(word: str, ink: str, number: int) -> str:
    """Write a word across the page, behind the text, the way Word itself does (V-4)."""
    text = one_line(word)
    wide = min(max(sum(1.0 if ord(c) > 0x2E7F else 0.6 for c in text), 1.0) * 180, 480)
    high = min(wide / max(len(text), 1) * 1.1, 180)
    style = (
        "position:absolute;margin-left:0;margin-top:0;"
        f"width:{wide:.0f}pt;height:{high:.0f}pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:page;"
        "mso-position-vertical:center;mso-position-vertical-relative:page"
    )
    return (
        "<w:r><w:rPr><w:noProof/></w:rPr><w:pict>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas>'
        '<v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>'
        '<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>'
        '<v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/>'
        '<v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="docctlWatermark{number}" o:spid="_x0000_s{20480 + number}" '
        f'type="#_x0000_t136" alt={quoteattr(text)} style="{style}" o:allowincell="f" '
        f'fillcolor="#{ink}" stroked="f"><v:fill opacity=".2"/>'
        f'<v:textpath style="font-family:&quot;SimHei&quot;;font-size:1pt" string={quoteattr(text)}/>'
        '<w10:wrap anchorx="page" anchory="page"/></v:shape></w:pict></w:r>'
    )


def _field(code: str, points: float, ink: str | None) -> str:
    properties = _properties(points, bold=False, ink=ink)
    marks = (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {code} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    )
    return "".join(f"<w:r>{properties}{mark}</w:r>" for mark in marks)


def _properties(points: float | None, *, bold: bool, ink: str | None, struck: bool = False) -> str:
    weight = "<w:b/><w:bCs/>" if bold else ""
    weight += "<w:strike/>" if struck else ""
    colour = f'<w:color w:val="{ink}"/>' if ink else ""
    half = round((points or 0) * 2)
    size = f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>' if points else ""
    return f"<w:rPr>{_FACE}{weight}{colour}{size}</w:rPr>"
