"""What children answered: checked, since a hostile file may have taken one over, and put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from docctl.reading import text as plain
from docctl.reading.errors import ReadingFailed
from docctl.reading.files import Part, Reading
from docctl.reading.lines import Line
from docctl.reading.repeats import furniture, paged
from docctl.reading.said import ATTACHMENT, KINDS, Said

_LONGEST_NAME: Final = 500
#: What the page of a mail or archive shows, in characters; the text has also what is beyond.
_LONGEST_HTML: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader answered; `scans` are pages that are pictures, `files` lie within: number, name."""

    text: str
    html: str | None
    pages: tuple[int, ...]
    parts: tuple[Part, ...]
    scans: tuple[int, ...] = ()
    files: tuple[tuple[str | None, str], ...] = ()

    def with_scans(self, found: Mapping[int, Sequence[Line]]) -> Answer:
        """Return the answer with what was recognised, each at the end of its page."""
        kinds = dict(zip(found, furniture(list(found.values())), strict=True))
        told = Said()
        starts: list[int] = []
        parts: list[Part] = []
        ends = [*(start - 1 for start in self.pages[1:]), len(self.text)]
        for number, (start, end) in enumerate(zip(self.pages, ends, strict=True)):
            lines = found.get(number, ())
            starts.append(told.length)
            if end > start or not lines:
                shift = told.length - start
                told.add(self.text[start : max(start, end)])
                parts += [part.shifted(shift) for part in self.parts if start <= part.start < end]
            for at, line in enumerate(lines):
                told.add(line.text, kinds[number][at], joins=at > 0)
        answer = told.answer(self.html, starts)
        parts += [Part(*part) for part in answer["parts"]]
        parts.sort(key=lambda part: part.start)
        return _without_blanks(replace(self, text=answer["text"], pages=tuple(starts), parts=tuple(parts)))


def checked(answer: object) -> Answer:
    """Take only the expected shape."""
    match answer:
        case {
            "text": str(text),
            "html": str() | None as html,
            "pages": list(pages),
            "parts": list(parts),
            **more,
        }:
            starts = tuple(page for page in pages if _is_place(page, text))
            found = tuple(_parts(parts, text))
            scans, files = more.get("scans", []), more.get("files", [])
            if (
                len(starts) == len(pages)
                and list(starts) == sorted(starts)
                and len(found) == len(parts)
                and isinstance(scans, list)
                and all(_is_number(one, len(starts)) for one in scans)
                and isinstance(files, list)
            ):
                return Answer(text, html, starts, found, tuple(scans), tuple(map(_file, files)))
    raise ReadingFailed("crash", "garbled answer")


def drawn(answer: object) -> tuple[int, bool]:
    """Return how many pages there are and whether one was drawn."""
    match answer:
        case {"pages": int(pages), "drawn": bool(is_drawn)} if 0 < pages <= 10_000:
            return pages, is_drawn
    raise ReadingFailed("crash", "garbled answer")


def with_pages(pages: Sequence[Sequence[Line]]) -> Answer:
    """Return the answer for pages that were recognised."""
    told, starts = paged(pages)
    answer = told.answer(None, starts)
    parts = tuple(Part(*part) for part in answer["parts"])
    return _without_blanks(Answer(answer["text"], None, tuple(starts), parts))


def _without_blanks(answer: Answer) -> Answer:
    """Return an answer whose text is empty where all its pages are."""
    if answer.text.strip():
        return answer
    return replace(answer, text="", pages=tuple(0 for _ in answer.pages), parts=())


def joined(answer: Answer, inside: Sequence[tuple[str, Reading | None]]) -> Answer:
    """Return the text of a mail or archive and, under its name, that of each file in it."""
    told = Said()
    parts = list(answer.parts)
    html = [answer.html] if answer.html else []
    if answer.text:
        told.add(answer.text)
    for name, reading in inside:
        start = told.length
        told.add(name)
        parts.append(Part(ATTACHMENT, start, start + len(name)))
        html.append(plain.paragraphs(name))
        if reading is None or not reading.text:
            continue
        shift = told.length
        told.add(reading.text)
        parts += [part.shifted(shift) for part in reading.parts]
        shown = reading.html if reading.html is not None else plain.paragraphs(reading.text)
        if sum(map(len, html)) + len(shown) <= _LONGEST_HTML:
            html.append(shown)
    text = str(told.answer(None)["text"])
    return replace(answer, text=text, parts=tuple(parts), html="\n".join(html) or None, files=())


def _parts(parts: list[object], text: str) -> Iterator[Part]:
    """Yield the parts that lie in order within the text."""
    last = 0
    for part in parts:
        match part:
            case [str(kind), start, end] if kind in KINDS and _is_place(start, text) and _is_place(end, text):
                if last <= start < end:
                    yield Part(kind, start, end)
                    last = end


def _file(file: object) -> tuple[str | None, str]:
    """Take the number of a file in the folder, and the name to show for it."""
    match file:
        case [str() | None as number, str(name)] if number is None or (
            number.isdecimal() and number.isascii()
        ):
            return number, name[:_LONGEST_NAME]
    raise ReadingFailed("crash", "garbled answer")


def _is_place(value: object, text: str) -> TypeGuard[int]:
    return _is_number(value, len(text) + 1)


def _is_number(value: object, end: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end
