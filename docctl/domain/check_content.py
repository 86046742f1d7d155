"""Decides how the checks of a company are typed, and their one form (D-12, V-2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from docctl.domain.draft_checks import Check, CheckRules, Weight
from docctl.domain.routes import Company
from docctl.domain.verdicts import Allowed, Refused, RuleRefused, Verdict

#: So many words of a language, so many characters of one; so many types of documents.
MOST_WORDS: Final = 200
LONGEST_WORD: Final = 40
MOST_TYPES: Final = 200

CHINESE: Final[Mapping[str, str]] = {
    Check.NOT_LISTED: "引用未列出",
    Check.NOT_CITED: "列出未引用",
    Check.SAME_NAME: "名称重复",
    Check.NEAR_NAME: "名称相近",
    Check.OTHER_TITLE: "编号与名称不符",
    Check.REPLACED: "版本已被替换",
    Check.CLAUSE_TWICE: "条款号重复",
    Check.CLAUSE_MISSING: "条款号缺失",
    Check.CLAUSE_MISPLACED: "条款号错位",
    Check.NAMED_ABSENT: "附件图表缺失",
    Check.NOT_NAMED: "附件图表未提及",
    Check.VAGUE_TIME: "时间不明确",
    Check.UNREAD: "无法读取",
    Weight.OFF: "不检查",
    Weight.SHOWN: "仅提示",
    Weight.ANSWER: "须答复",
}
_ENGLISH: Final = {word: name for name, word in CHINESE.items()}

_ZH: Final = [
    "及时",
    "定期",
    "不定期",
    "尽快",
    "适时",
    "必要时",
    "随时",
    "立即",
    "尽早",
    "经常",
    "不时",
    "近期",
    "适当时",
    "一定时间内",
    "规定时间内",
    "规定的时间内",
    "有必要时",
    "需要时",
]
_EN: Final = (
    "promptly",
    "periodically",
    "regularly",
    "in a timely manner",
    "timely",
    "as soon as possible",
    "as appropriate",
    "when necessary",
    "as necessary",
    "if necessary",
    "as needed",
    "from time to time",
    "without delay",
    "immediately",
    "frequently",
    "in due course",
)
_FIELDS: Final = frozenset({"checks", "words_zh", "words_en", "without"})
_LINE: Final = re.compile(r"(?P<check>[^:\uff1a=]+?)\s*[:\uff1a=]\s*(?P<weight>.+)")
_BETWEEN: Final = re.compile(r"[\s,、\uff0c;\uff1b]+")


def shipped_checks() -> dict[str, Any]:
    """Return what a company starts with: everything is shown, nothing holds an issue back (D-12)."""
    return check_checks(
        {
            "checks": dict.fromkeys((one.value for one in Check), Weight.SHOWN.value),
            "words_zh": list(_ZH),
            "words_en": list(_EN),
            "without": [],
        }
    )


def check_checks(data: object) -> dict[str, Any]:
    """Return the canonical content, or raise RuleRefused with the field and what is wrong in it (D-12)."""
    if not isinstance(data, Mapping) or set(data) != _FIELDS or not isinstance(data["checks"], Mapping):
        raise RuleRefused(Refused("D-12", "content_unfit", {"field": "checks"}))
    given = data["checks"]
    for name, weight in given.items():
        if name not in set(Check):
            raise RuleRefused(Refused("D-12", "check_unknown", {"field": "checks", "check": str(name)[:60]}))
        if weight not in set(Weight):
            raise RuleRefused(
                Refused("D-12", "weight_unknown", {"field": "checks", "weight": str(weight)[:60]})
            )
    return {
        "checks": {one.value: str(given.get(one.value, Weight.OFF.value)) for one in Check},
        "words_zh": _words(data["words_zh"], "words_zh"),
        "words_en": _words(data["words_en"], "words_en"),
        "without": _types(data["without"]),
    }


def check_rules(content: Mapping[str, Any]) -> CheckRules:
    """Return the checks that a canonical content says (D-12)."""
    return CheckRules(
        {Check(name): Weight(weight) for name, weight in content["checks"].items()},
        (*content["words_zh"], *content["words_en"]),
        frozenset(content["without"]),
    )


def read_checks(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content that was typed: a check and what its findings do in each line (D-12)."""
    checks: dict[str, str] = {}
    for line in filter(None, (one.strip() for one in typed.get("checks", "").splitlines())):
        match = _LINE.fullmatch(line)
        if match is None:
            raise RuleRefused(Refused("D-12", "line_unfit", {"field": "checks", "line": line[:60]}))
        name = _english(match["check"])
        if name in checks:
            raise RuleRefused(
                Refused("D-12", "check_twice", {"field": "checks", "check": match["check"].strip()[:60]})
            )
        checks[name] = _english(match["weight"])
    return check_checks(
        {
            "checks": checks,
            "words_zh": list(filter(None, _BETWEEN.split(typed.get("words_zh", "")))),
            "words_en": [one.strip() for one in typed.get("words_en", "").splitlines() if one.strip()],
            "without": list(filter(None, _BETWEEN.split(typed.get("without", "")))),
        }
    )


def write_checks(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {
        "checks": "\n".join(f"{name}: {content['checks'][name]}" for name in Check),
        "words_zh": " ".join(content["words_zh"]),
        "words_en": "\n".join(content["words_en"]),
        "without": " ".join(content["without"]),
    }


def say_checks(text: str, language: str) -> str:
    """Return typed lines in the words of a language."""
    if not language.startswith("zh"):
        return text
    lines = []
    for line in text.split("\n"):
        match = _LINE.fullmatch(line.strip())
        known = match is not None and {match["check"], match["weight"]} <= CHINESE.keys()
        lines.append(f"{CHINESE[match['check']]}：{CHINESE[match['weight']]}" if match and known else line)
    return "\n".join(lines)


def lines_of_checks(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the content by field and line, for comparing two contents."""
    return {
        "checks": dict(content["checks"]),
        **{name: {one: one for one in content[name]} for name in ("words_zh", "words_en", "without")},
    }


def may_check(content: Mapping[str, Any], company: Company) -> Verdict:
    """Say whether the types that are left out are types of the company (D-12)."""
    unknown = [one for one in content["without"] if one not in company.types]
    if unknown:
        return Refused("D-12", "type_unknown", {"field": "without", "type": unknown[0]})
    return Allowed()


def _english(word: str) -> str:
    word = unicodedata.normalize("NFKC", word).strip()
    return str(_ENGLISH.get(word, word.casefold()))


def _words(value: object, field: str) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise RuleRefused(Refused("D-12", "content_unfit", {"field": field}))
    found: dict[str, str] = {}
    for one in value:
        word = " ".join(unicodedata.normalize("NFKC", one).casefold().split())
        # One character, or signs alone, would be found almost everywhere.
        if not 2 <= len(word) <= LONGEST_WORD or not all(sign.isalpha() or sign in " -'" for sign in word):
            raise RuleRefused(
                Refused("D-12", "word_unfit", {"field": field, "word": one[:60], "longest": LONGEST_WORD})
            )
        found[word] = word
    if len(found) > MOST_WORDS:
        raise RuleRefused(Refused("D-12", "too_many_words", {"field": field, "most": MOST_WORDS}))
    return sorted(found)


def _types(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        raise RuleRefused(Refused("D-12", "content_unfit", {"field": "without"}))
    if len(value) > MOST_TYPES:
        raise RuleRefused(Refused("D-12", "content_unfit", {"field": "without"}))
    return sorted({one[:40] for one in value})
