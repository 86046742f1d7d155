"""Presentations, OFD, mails and Outlook messages, made for each test."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

from uploads_made import REL, R, Tree, a_zip, an_ole, pointer

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
OFD = "http://www.ofdspec.org/2016"


def a_shape(words: str, placeholder: str = "") -> str:
    kind = f'<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>' if placeholder else "<p:nvPr/>"
    body = f"<p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody>"
    return f"<p:sp><p:nvSpPr>{kind}</p:nvSpPr>{body}</p:sp>"


def a_slide(*shapes: str, name: str = "sld") -> str:
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return f'<p:{name} xmlns:p="{P}" xmlns:a="{A}">{tree}</p:{name}>'


def pointers(*each: str) -> str:
    return f'<Relationships xmlns="{REL}">{"".join(each)}</Relationships>'


def a_pptx(slides: Sequence[str], parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """A presentation; its list of slides runs against the order of their parts."""
    many = len(slides)
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(many))
    return a_zip(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": pointers(pointer("r1", "officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}">'
            f"<p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": pointers(
                *(pointer(f"r{n}", "slide", f"slides/slide{many - n}.xml") for n in range(many))
            ),
            **{f"ppt/slides/slide{many - n}.xml": slide for n, slide in enumerate(slides)},
            **(parts or {}),
        }
    )


def a_text(x: float, y: float, words: str, *, delta: str = "", size: float = 4, ctm: str = "") -> str:
    """A text object whose first character stands at x, y in millimetres from the upper left corner."""
    step = delta or f"g {max(1, len(words) - 1)} {size}"
    turn = f' CTM="{ctm}"' if ctm else ""
    return (
        f'<ofd:TextObject Boundary="{x} {y} 100 {size}" Size="{size}"{turn}>'
        f'<ofd:TextCode X="0" Y="{size}" DeltaX="{step}">{words}</ofd:TextCode></ofd:TextObject>'
    )


def an_ofd(
    pages: Sequence[str], *, template: str = "", parts: Mapping[str, bytes | str] | None = None
) -> bytes:
    """An OFD whose pages hold the given objects; all use the template."""
    space = f'xmlns:ofd="{OFD}"'
    used = '<ofd:Template TemplateID="9" ZOrder="Background"/>' if template else ""

    def sheet(objects: str, before: str = "") -> str:
        layer = f"<ofd:Layer>{objects}</ofd:Layer>"
        return f"<ofd:Page {space}>{before}<ofd:Content>{layer}</ofd:Content></ofd:Page>"

    listed = "".join(
        f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))
    )
    form = '<ofd:TemplatePage ID="9" BaseLoc="Tpls/Tpl_0/Content.xml"/>' if template else ""
    return a_zip(
        {
            "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            "</ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
            f"<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>{form}</ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
            **{f"Doc_0/Pages/Page_{n}/Content.xml": sheet(page, used) for n, page in enumerate(pages)},
            **({"Doc_0/Tpls/Tpl_0/Content.xml": sheet(template)} if template else {}),
            **(parts or {}),
        }
    )


def a_mail(
    *attached: tuple[str, bytes], body: str = "正文", page: str = "", subject: str = "纠正措施通知"
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "张三 <a@example.com>", "b@example.com", subject
    mail.set_content(body)
    if page:
        mail.add_alternative(page, subtype="html")
    for name, content in attached:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def a_message(words: Mapping[str, str | bytes], *attached: Tree, before: int = 32) -> Tree:
    """The tree of an Outlook message: properties by number, and storages of attachments."""
    fixed = bytes(before) + struct.pack("<IIQ", 0x0039_0040, 6, 132_000_000_000_000_000)
    streams: dict[str, bytes | Tree] = {"__properties_version1.0": fixed}
    for number, value in words.items():
        wide = isinstance(value, str)
        kind = "001F" if wide else ("0102" if number in {"1009", "1013"} else "001E")
        streams[f"__substg1.0_{number}{kind}"] = (
            value.encode("utf-16-le") if isinstance(value, str) else value
        )
    for at, one in enumerate(attached):
        streams[f"__attach_version1.0_#{at:08X}"] = one
    return streams


def an_attachment(name: str, content: bytes | Tree) -> Tree:
    kind = "0102" if isinstance(content, bytes) else "000D"
    return {
        "__properties_version1.0": bytes(8),
        "__substg1.0_3707001F": name.encode("utf-16-le"),
        f"__substg1.0_3701{kind}": content,
    }


def a_msg(words: Mapping[str, str | bytes], *attached: Tree) -> bytes:
    return an_ole(a_message(words, *attached))
