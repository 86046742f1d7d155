"""Decides what a numbering scheme may consist of, and how it is stored as data (N-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from docctl.domain.verdicts import Refused, RuleRefused

YEAR: Final = "year"
MONTH: Final = "month"
EDITION: Final = "edition"
SEQUENCE: Final = "sequence"

#: Names that the parts of the scheme themselves take; no typed value may have one.
RESERVED: Final = frozenset({YEAR, MONTH, EDITION, SEQUENCE})


class Pattern(StrEnum):
    """What a typed value may consist of."""

    LETTERS = "letters"  # company or department code
    DIGITS = "digits"  # manual chapter, procedure number
    CODE = "code"  # letters, digits, Chinese characters
    CLAUSE = "clause"  # 4.2.4
    NUMBER = "number"  # the whole number of a parent


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands in every number of the scheme."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A named value of `least` to `most` signs: company, type, clause, chapter, parent."""

    name: str
    pattern: Pattern
    least: int = 1
    most: int = 8


@dataclass(frozen=True, slots=True)
class Year:
    """The year, in four digits or the last two; where it `follows`, that of the edition (N-7).

    Where it `amends` as well, it is that of each issue, of amendments too.
    """

    digits: int = 4
    follows: bool = False
    amends: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """The month, in two digits."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition's letter: frozen when the number is taken, or it `follows` the revision (N-7)."""

    follows: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """The running number: `width` digits, growing up to `most`, one count per `scope` (N-2).

    The scope holds names of values, "year" or "month"; empty, it counts through the whole scheme.
    """

    width: int
    scope: tuple[str, ...] = ()
    most: int = 0

    @property
    def longest(self) -> int:
        """The most digits it may grow to."""
        return max(self.width, self.most)


Part = Literal | Value | Year | Month | Edition | Sequence


@dataclass(frozen=True, slots=True)
class Scheme:
    """A numbering scheme: its code and its parts in order (N-2)."""

    code: str
    parts: tuple[Part, ...]

    @property
    def sequence(self) -> Sequence | None:
        """The part that counts, if the scheme has one."""
        return next((part for part in self.parts if isinstance(part, Sequence)), None)

    @property
    def following(self) -> tuple[str, ...]:
        """The names of the parts that follow the revision; the others are frozen (N-7)."""
        return tuple(
            name_of(part) for part in self.parts if isinstance(part, Year | Edition) and part.follows
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The names that must be given before a number can be written, in order."""
        return tuple(name for part in self.parts if (name := name_of(part)) and name != SEQUENCE)


def name_of(part: Part) -> str:
    """Return under which name a part's value is given and read; a literal has none."""
    match part:
        case Literal():
            return ""
        case Value():
            return part.name
        case Year():
            return YEAR
        case Month():
            return MONTH
        case Edition():
            return EDITION
        case Sequence():
            return SEQUENCE


def scheme_to_json(scheme: Scheme) -> dict[str, object]:
    """Return the scheme as plain data for JSON (N-2)."""
    return {"code": scheme.code, "parts": [_part_to_json(part) for part in scheme.parts]}


def scheme_from_json(data: object) -> Scheme:
    """Return the scheme in the data; `RuleRefused` names the part that cannot be read (N-2)."""
    if not isinstance(data, Mapping) or not isinstance(data.get("code"), str):
        raise _unreadable(0)
    parts = data.get("parts")
    if not isinstance(parts, list) or set(data) != {"code", "parts"}:
        raise _unreadable(0)
    return Scheme(data["code"], tuple(_part_from_json(part, at) for at, part in enumerate(parts, start=1)))


def _part_to_json(part: Part) -> dict[str, object]:
    match part:
        case Literal():
            return {"part": "literal", "text": part.text}
        case Value():
            named: dict[str, object] = {"part": "value", "name": part.name}
            return named | {"pattern": part.pattern.value, "least": part.least, "most": part.most}
        case Year():
            # Said only where it is so: contents from before it was known stay what they were.
            amended = {"amends": True} if part.amends else {}
            return {"part": YEAR, "digits": part.digits, "follows": part.follows, **amended}
        case Month():
            return {"part": MONTH}
        case Edition():
            return {"part": EDITION, "follows": part.follows}
        case Sequence():
            counted: dict[str, object] = {"part": SEQUENCE, "width": part.width}
            return counted | {"scope": list(part.scope), "most": part.most}


def _part_from_json(data: object, at: int) -> Part:
    if not isinstance(data, Mapping):
        raise _unreadable(at)
    try:
        part = _read_part(data)
    except (KeyError, ValueError, TypeError) as error:
        raise _unreadable(at) from error
    # What was read must say all that was written: a misspelt key is no default.
    if not set(data) <= set(_part_to_json(part)):
        raise _unreadable(at)
    return part


def _read_part(data: Mapping[str, object]) -> Part:
    match data["part"]:
        case "literal":
            return Literal(_text(data["text"]))
        case "value":
            pattern = Pattern(_text(data["pattern"]))
            least, most = _whole(data.get("least", 1)), _whole(data.get("most", 8))
            return Value(_text(data["name"]), pattern, least, most)
        case "year":
            follows, amends = _yes(data.get("follows", False)), _yes(data.get("amends", False))
            return Year(_whole(data.get("digits", 4)), follows, amends)
        case "month":
            return Month()
        case "edition":
            return Edition(_yes(data.get("follows", False)))
        case "sequence":
            scope = data.get("scope", [])
            if not isinstance(scope, list):
                raise TypeError("scope")
            names = tuple(_text(name) for name in scope)
            return Sequence(_whole(data["width"]), names, _whole(data.get("most", 0)))
        case _:
            raise ValueError("part")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("whole number")
    return value


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("yes or no")
    return value


def _unreadable(at: int) -> RuleRefused:
    return RuleRefused(Refused("N-2", "scheme_unreadable", {"part": at}))
