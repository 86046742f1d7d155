"""In which encoding a text was saved: by its mark, what decodes, how common the characters are."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes looked at; the front of a text tells its encoding.
_SAMPLE: Final = 1 << 18
_WIDE: Final = ("utf-16-le", "utf-16-be")
#: Traditional text is also valid GB 18030 and the reverse, so frequency decides between these two.
_CHINESE: Final = ("gb18030", "cp950")
_PLAUSIBLE: Final = 0.85
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SINGLE_HIGH: Final = re.compile(rb"(?<![\x80-\xff])[\xa0-\xff](?![\x80-\xff])")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
#: Share of characters that may be damaged before the whole is called no text.
_DAMAGED: Final = 0.002


def decode(data: bytes) -> str | None:
    """Return the text, or nothing where no encoding makes it one."""
    encoding = guess(data[:_SAMPLE], whole=len(data) <= _SAMPLE)
    if encoding is None:
        return None
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    if text.count("\ufffd") > 1 + _DAMAGED * len(text):
        return None
    return text


def guess(sample: bytes, *, whole: bool = False) -> str | None:
    """Name the encoding of a text by a part from its front; nothing where it looks like no text."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            text = _decoded(sample, encoding, whole=whole)
            return encoding if text is not None and not _CONTROL.search(text) else None
    if b"\0" not in sample:
        utf8 = _decoded(sample, "utf-8", whole=whole)
        if utf8 is not None and "\ufffd" not in utf8:
            return None if _control_heavy(utf8, share=0.05) else "utf-8"
    return _by_frequency(sample, whole=whole)


def _by_frequency(sample: bytes, *, whole: bool) -> str | None:
    nul = b"\0" in sample
    best, encoding = 0.0, None
    for candidate in _WIDE if nul else _CHINESE + _WIDE:
        if candidate in _WIDE and whole and len(sample) % 2:
            continue
        text = _decoded(sample, candidate, whole=whole)
        if text is not None and (score := _score(text)) > best:
            best, encoding = score, candidate
    if best >= _PLAUSIBLE:
        return encoding
    if not nul and _is_western(sample):
        return "cp1252"
    return _mostly_utf8(sample)


def _is_western(sample: bytes) -> bool:
    """Whether bytes outside ASCII stand alone, as accents do; Chinese takes two at a time."""
    high = len(_HIGH.findall(sample))
    control_free = not _control_heavy(sample.decode("latin-1"))
    return control_free and 0 < len(_SINGLE_HIGH.findall(sample)) >= 0.8 * high


def _mostly_utf8(sample: bytes) -> str | None:
    """Accept UTF-8 with a few broken characters, as torn transfers leave it."""
    if b"\0" in sample:
        return None
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return "utf-8" if bad <= 1 + _DAMAGED * len(text) and not _control_heavy(text) else None


def _decoded(sample: bytes, encoding: str, *, whole: bool) -> str | None:
    """Decode strictly; a sample may end inside a character, as a file does that was cut off."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        text = decoder.decode(sample)
        if whole and decoder.getstate()[0] and len(sample) < 8:
            return None
    except UnicodeError:
        return None
    return text


def _control_heavy(text: str, *, share: float = 0.001) -> bool:
    """Whether more control characters stand in it than a printer or a modem leaves."""
    return len(_CONTROL.findall(text)) > share * len(text)


def _score(text: str) -> float:
    """Return the share of common Chinese and its punctuation among all that is not ASCII.

    ASCII counts only where there is nothing else: all candidates but UTF-16 read it alike.
    """
    if _control_heavy(text) or not text:
        return 0.0
    other = [c for c in text if c > "\x7f"]
    if len(other) < 0.05 * len(text):
        return 0.9
    common = _common()
    return sum(c in common for c in other) / len(other)


@cache
def _common() -> frozenset[str]:
    """Return the first levels of GB 2312 and Big5 (the frequent halves) and their punctuation."""
    levels = (
        ("gb2312", range(0xA1, 0xA4), range(0xA1, 0xFF)),
        ("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF)),
        ("cp950", range(0xA1, 0xA4), range(0x40, 0xFF)),
        ("cp950", range(0xA4, 0xC7), range(0x40, 0xFF)),
    )
    found = set("·—–…’‘“”€￥•①②③④⑤⑥⑦⑧⑨⑩āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü")
    for encoding, leads, trails in levels:
        for lead in leads:
            for trail in trails:
                try:
                    found.add(bytes((lead, trail)).decode(encoding))
                except UnicodeDecodeError:
                    continue
    return frozenset(found)
