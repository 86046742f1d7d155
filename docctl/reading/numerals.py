"""How a count is written: 3, c, iii, 三, ③, in the forms that office programs name."""

from __future__ import annotations

from typing import Final

_CHINESE: Final = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "japaneseCounting",
    }
)
_FORMAL: Final = frozenset({"chineseLegalSimplified", "ideographLegalTraditional"})
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_PLAIN: Final = ("零一二三四五六七八九", ("", "十", "百", "千"))
_LEGAL: Final = ("零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"))
_ROMAN: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def written(number: int, form: str) -> str:
    """Write a number in a form; beyond what the form can say, and in unknown forms, as digits."""
    if form in _CHINESE and number < 10_000:
        return chinese(number)
    if form in _FORMAL and number < 10_000:
        return chinese(number, formal=True)
    if form in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"} and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form.endswith("Letter") and 1 <= number <= 26 * 3:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form.endswith("Roman") and 1 <= number < 4000:
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    return _by_place(number, form)


def chinese(number: int, *, formal: bool = False) -> str:
    """Write a number below 10,000 in Chinese: 十二, 一百零五; formal: 拾贰."""
    digits, units = _LEGAL if formal else _PLAIN
    if number == 0:
        return digits[0]
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += (digits[0] if gap else "") + digits[digit] + units[place]
        gap = False
    short = 10 <= number < 20
    return text[1:] if short else text


def _by_place(number: int, form: str) -> str:
    if form == "decimalZero":
        return f"{number:02}"
    if form == "ideographTraditional" and 1 <= number <= len(_STEMS):
        return _STEMS[number - 1]
    if form == "ideographZodiac" and 1 <= number <= len(_BRANCHES):
        return _BRANCHES[number - 1]
    return "" if form in {"none", "bullet"} else str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
