"""What names a clause in any way of writing it: 4.2.1, 第五条, 第二章第五条, 一、（三） (I-9)."""

import re
from typing import Final

from search.folding import fold

_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER: Final = "[零〇一二三四五六七八九十百两]{1,5}|[0-9]{1,3}"
#: How the parts of a text are counted; 篇 and 编 are one.
_KINDS: Final = "编篇章节条款"
_NAMED: Final = re.compile(rf"第({_NUMBER})([{_KINDS}])")
#: Numbers, each with the signs that open or close it: 4.2.1  一、(三)  5.
_ROW: Final = re.compile(rf"(?:[(]?(?:{_NUMBER})[)]?[.、。]?)+")
_ONE: Final = re.compile(_NUMBER)
#: What is a clause even where nothing says so: a number of several parts, or a named one.
_PLAIN: Final = re.compile(rf"[0-9]{{1,2}}(?:\.[0-9]{{1,2}}){{1,5}}|第(?:{_NUMBER})[{_KINDS}]")


def clause_key(text: str) -> str:
    """Return what two ways of writing one clause have in common; other text only folded."""
    folded = fold(text).replace(" ", "")[:80]
    named = _NAMED.findall(folded)
    if named and _NAMED.sub("", folded) == "":
        if len(named) > 1:
            return ".".join(str(_value(number)) for number, _ in named)
        number, kind = named[0]
        return f"第{_value(number)}{kind.replace('篇', '编')}"
    if _ROW.fullmatch(folded):
        return ".".join(str(_value(number)) for number in _ONE.findall(folded))
    return folded


def is_clause(folded: str) -> bool:
    """Say whether a folded word can be the number of a clause (I-9)."""
    return _PLAIN.fullmatch(folded) is not None


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    total = current = 0
    for sign in number:
        if sign in "十百":
            total, current = total + (current or 1) * (100 if sign == "百" else 10), 0
        else:
            current = _DIGITS[sign]
    return total + current
