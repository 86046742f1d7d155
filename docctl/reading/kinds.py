"""The kinds of file that are told apart, and how the world calls them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The kinds of file that are told apart."""

    DOCX = "docx"
    PDF = "pdf"
    TXT = "txt"
    XLSX = "xlsx"
    PPTX = "pptx"
    DOC = "doc"
    XLS = "xls"
    PPT = "ppt"
    OFD = "ofd"
    RTF = "rtf"
    HTML = "html"
    EML = "eml"
    MSG = "msg"
    ZIP = "zip"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    GIF = "gif"
    BMP = "bmp"
    WEBP = "webp"
    OTHER = "other"


MEDIA_TYPES: Final = {
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.PDF: "application/pdf",
    Kind.TXT: "text/plain",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Kind.DOC: "application/msword",
    Kind.XLS: "application/vnd.ms-excel",
    Kind.PPT: "application/vnd.ms-powerpoint",
    Kind.OFD: "application/ofd",
    Kind.RTF: "application/rtf",
    Kind.HTML: "application/octet-stream",  # nothing that comes from outside is ever served as a page
    Kind.EML: "message/rfc822",
    Kind.MSG: "application/vnd.ms-outlook",
    Kind.ZIP: "application/zip",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.TIFF: "image/tiff",
    Kind.GIF: "image/gif",
    Kind.BMP: "image/bmp",
    Kind.WEBP: "image/webp",
    Kind.OTHER: "application/octet-stream",
}
