"""A docx or xlsx as parts that can be read safely: bounded, no DTD, nothing from outside."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
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
_XML: Final = (".xml", ".rels")


@dataclass(frozen=True, slots=True)
class Relationship:
    """A pointer to `part`; `kind` is the last word of its type."""

    kind: str
    part: str
    external: bool


class Package:
    """An OOXML file opened for reading; every part is measured while it is unpacked."""

    def __init__(self, path: Path) -> None:
        try:
            self._names = {entry.filename for entry in zips.directory(path)}
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

    def names(self) -> Iterator[str]:
        """Yield the names of all parts in a fixed order."""
        return iter(sorted(self._names))

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
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, _RELATIONSHIPS, base + ".rels")
        if name not in self._names:
            return []
        return [
            Relationship(
                kind=element.get("Type", "").rpartition("/")[2],
                part=_resolve(folder, element.get("Target", "")),
                external=element.get("TargetMode") == "External",
            )
            for element in self.xml(name).iter("{*}Relationship")
        ]

    def harmless_copy(self) -> io.BytesIO:
        """Return a package of the same text and pictures, parsed and written again.

        Left out: pointers to outside, macros, controls, embedded files, bytes around the zip.
        """
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
            for name in self.names():
                if name.endswith(".rels"):
                    target.writestr(name, etree.tostring(_without_outside(self.xml(name))))
                elif name.endswith(_XML) and "/embeddings/" not in name:
                    target.writestr(name, etree.tostring(self.xml(name)))
                elif "/media/" in name:
                    target.writestr(name, self.bytes(name))
        copy.seek(0)
        return copy


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
    except etree.XMLSyntaxError:
        raise ReadingFailed("unreadable", "xml") from None
    # lxml states a document type also where entities were not resolved
    if root.getroottree().docinfo.internalDTD is not None:
        raise ReadingFailed("unreadable", "document type")
    return root


def _resolve(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _without_outside(root: etree._Element) -> etree._Element:
    for element in root.findall("{*}Relationship"):
        if element.get("TargetMode") == "External":
            root.remove(element)
    return root
