"""A zip of XML (docx, xlsx, pptx, ofd) as parts that can be read safely: bounded, nothing from outside."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from lxml import etree

from docctl.reading import zips
from docctl.reading.errors import ReadingFailed

_XML_PART: Final = 96 << 20
_BINARY_PART: Final = 32 << 20
_RELATIONSHIPS: Final = "_rels"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A pointer to `part`; `kind` is the last word of its type, `ident` what the part says for it."""

    kind: str
    part: str
    external: bool
    ident: str


class Package:
    """A file of parts opened for reading; every part is measured while it is unpacked."""

    def __init__(self, path: Path) -> None:
        try:
            self._names = {entry.filename: None for entry in zips.directory(path)}
        except zips.Untrusted as untrusted:
            raise ReadingFailed(untrusted.trouble, "zip") from None
        self._archive = zipfile.ZipFile(path)
        self._unpacked = 0

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def names(self) -> list[str]:
        """Return the names of all parts, in the order of the file's directory."""
        return list(self._names)

    def bytes(self, name: str, *, most: int = _BINARY_PART) -> bytes:
        """Unpack one part, trusting no size that the directory states."""
        try:
            with self._archive.open(name) as part:
                data = part.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise ReadingFailed("unreadable", "part") from None
        self._unpacked += len(data)
        if len(data) > most or self._unpacked > zips.TOTAL:
            raise ReadingFailed("bomb", "part")
        return data

    def xml(self, name: str) -> etree._Element:
        """Parse one part; a document type is refused, since no office program writes one."""
        return parse(self.bytes(name, most=_XML_PART))

    def main_part(self) -> str:
        """Return the name of the part that the package is about."""
        for relationship in self.relationships(""):
            if relationship.kind == "officeDocument" and relationship.part in self._names:
                return relationship.part
        raise ReadingFailed("unreadable", "no main part")

    def relationships(self, part: str) -> list[Relationship]:
        """Return where a part points to; the package itself has the name ``""``."""
        folder, name = posixpath.split(part)[0], relationships_part(part)
        if name not in self._names:
            return []
        return [
            Relationship(
                kind=element.get("Type", "").rpartition("/")[2],
                part=resolve(folder, element.get("Target", "")),
                external=element.get("TargetMode") == "External",
                ident=element.get("Id", ""),
            )
            for element in self.xml(name).iter("{*}Relationship")
        ]


def relationships_part(part: str) -> str:
    """Return the name of the part that holds the pointers of a part."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, _RELATIONSHIPS, base + ".rels")


def parse(data: bytes) -> etree._Element:
    """Parse XML of unknown origin: no entities, no DTD, no network, bounded depth and text."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:  # type: ignore[attr-defined] # not in the stubs
            raise MemoryError from None  # libxml2 reports this like a fault of the text
        raise ReadingFailed("unreadable", "xml") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ReadingFailed("unreadable", "document type")
    return root


def resolve(folder: str, target: str) -> str:
    """Return the name of a part that a part in `folder` calls `target`."""
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
