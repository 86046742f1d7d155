"""Every sentence stands in every language, with the same values, where code asks for it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docctl" / "translations"
LEADING = "zh_Hans"
LANGUAGES = ("zh_Hans", "en")

#: Sentences of refusals stand under rule.code alone, in refusals.toml or refusals_<area>.toml;
#: all others under the name of their file.
WITHOUT_FILE_NAME = "refusals"


#: Forms of one sentence for counts; a language that does not need them has the sentence alone.
PLURALS = {"one", "other"}


def flat(table: dict[str, object], before: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in table.items():
        key = f"{before}.{name}" if before else name
        if isinstance(value, dict):
            if value.keys() == PLURALS:
                yield key, tuple(value.values())
            else:
                yield from flat(value, key)
        else:
            assert isinstance(value, str), f"{key} is no sentence"
            yield key, (value,)


@cache
def sentences(language: str) -> dict[str, tuple[str, ...]]:
    """Return each key with its sentence, or with its forms for one and for several."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        stem = "" if path.stem.startswith(WITHOUT_FILE_NAME) else path.stem
        for key, forms in flat(tomllib.loads(path.read_text("utf-8")), stem):
            assert key not in found, f"{language}: {key} stands twice"
            found[key] = forms
    return found


def params(forms: tuple[str, ...]) -> set[str]:
    """Return the names in braces; what stands in them must be a plain name."""
    names = {name for one in forms for _, name, _, _ in Formatter().parse(one) if name is not None}
    assert all(name.isidentifier() for name in names), forms
    return names


def nothing_in(problems: Iterable[str]) -> None:
    """Fail with every problem on a line of its own."""
    listed = sorted(problems)
    assert not listed, "\n" + "\n".join(listed)


class Asked:
    """What the code asks of the translations: keys, beginnings of keys, values it brings."""

    def __init__(self) -> None:
        self.keys: dict[str, set[str]] = {}
        self.beginnings: dict[str, set[str]] = {}
        self.brought: list[tuple[str, str, set[str]]] = []
        self.refusals: list[tuple[str, str, set[str] | None]] = []
        self.mentioned: set[str] = set()
        #: Cases of a rule that is named elsewhere: `Refused(rule, "title_needed")`.
        self.codes: set[str] = set()

    def key(self, key: str, where: str) -> None:
        self.keys.setdefault(key, set()).add(where)

    def beginning(self, beginning: str, where: str) -> None:
        self.beginnings.setdefault(beginning, set()).add(where)

    def uses(self, key: str) -> bool:
        refused = {key for key, _, _ in self.refusals}
        noted = key.startswith("I-") and key.rsplit(".", 1)[-1] in self.mentioned  # findings, notes
        begun = noted or any(key.startswith(beginning) for beginning in self.beginnings)
        known = key in self.keys or key in refused or key in self.mentioned or begun
        return known or key.rsplit(".", 1)[-1] in self.codes


@cache
def asked() -> Asked:
    found = Asked()
    for path in sorted((ROOT / "templates" / "pages").rglob("*.html")):
        read_template(path, found)
    for path in sorted((ROOT / "docctl").rglob("*.py")):
        read_module(path, found)
    return found


def read_template(path: Path, found: Asked) -> None:
    where = path.relative_to(ROOT).as_posix()
    tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
            key = call.args[0]
            if isinstance(key, nodes.Const) and isinstance(key.value, str):
                found.key(key.value, where)
                if call.dyn_kwargs is None:
                    found.brought.append((key.value, where, {k.key for k in call.kwargs}))
            elif isinstance(key, nodes.Concat) and isinstance(key.nodes[0], nodes.Const):
                found.beginning(str(key.nodes[0].value), where)
    found.mentioned |= {c.value for c in tree.find_all(nodes.Const) if isinstance(c.value, str)}


def read_module(path: Path, found: Asked) -> None:
    where = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.mentioned.add(node.value)
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in {"t", "flash_done"}:
            read_words(node, found, f"{where}:{node.lineno}")
        elif name in {"_refused", "ReadingFailed"}:
            found.codes.update(literals(node.args[0]))
        elif name == "Refused":
            read_refusal(node, found, f"{where}:{node.lineno}")


def read_words(call: ast.Call, found: Asked, where: str) -> None:
    # t("key") of a language's words, or t(language, "key"): the key is the first string there is.
    for arg in call.args:
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
            if "." in arg.value:
                found.key(arg.value, where)
            return
        if isinstance(arg, ast.JoinedStr):
            begin(arg, "", found, where)
            return


def read_refusal(call: ast.Call, found: Asked, where: str) -> None:
    given: dict[str, ast.expr] = dict(zip(("rule", "code", "params"), call.args, strict=False))
    given |= {k.arg: k.value for k in call.keywords if k.arg}
    rule, code, values = given.get("rule"), given.get("code"), given.get("params")
    if not isinstance(rule, ast.Constant) or not isinstance(rule.value, str):
        found.codes.update(literals(code))
        return
    for one in literals(code):
        found.refusals.append((f"{rule.value}.{one}", where, names_of(values)))
    if isinstance(code, ast.JoinedStr):
        begin(code, f"{rule.value}.", found, where)


def begin(text: ast.JoinedStr, before: str, found: Asked, where: str) -> None:
    first = text.values[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        found.beginning(before + first.value, where)


def literals(node: ast.expr | None) -> list[str]:
    """Return the strings that an expression may be, as far as it says so."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return []


def names_of(node: ast.expr | None) -> set[str] | None:
    """Return the names of the values a refusal brings; None where they are not written out."""
    if node is None:
        return set()
    if not isinstance(node, ast.Dict):
        return None
    names = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
    return None if None in names else {str(name) for name in names}


def test_every_language_has_a_folder() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] not in "_."}
    assert folders == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_stands_in_every_language(language: str) -> None:
    nothing_in(sentences(LEADING).keys() ^ sentences(language).keys())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    nothing_in(key for key, forms in sentences(language).items() if not all(map(str.strip, forms)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_shows_the_same_values_in_every_language(language: str) -> None:
    other = sentences(language)
    different = [
        key
        for key, sentence in sentences(LEADING).items()
        if key in other and params(sentence) != params(other[key])
    ]
    nothing_in(different)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_asked_for_is_there(language: str) -> None:
    there = sentences(language)
    missing = [f"{key} ({', '.join(sorted(w))})" for key, w in asked().keys.items() if key not in there]
    nothing_in(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_beginning_asked_for_leads_to_a_key(language: str) -> None:
    there = sentences(language)
    missing = [
        f"{beginning}… ({', '.join(sorted(where))})"
        for beginning, where in asked().beginnings.items()
        if not any(key.startswith(beginning) for key in there)
    ]
    nothing_in(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_sentence(language: str) -> None:
    there = sentences(language)
    missing = [f"{key} ({where})" for key, where, _ in asked().refusals if key not in there]
    nothing_in(missing)


def test_a_refusal_brings_every_value_that_its_sentence_shows() -> None:
    there = sentences(LEADING)
    short = [
        f"{key} ({where}): {', '.join(sorted(lacking))}"
        for key, where, brought in asked().refusals
        if brought is not None and (lacking := params(there.get(key, ())) - brought)
    ]
    nothing_in(short)


def test_a_page_brings_every_value_that_its_sentence_shows() -> None:
    there = sentences(LEADING)
    short = [
        f"{key} ({where}): {', '.join(sorted(lacking))}"
        for key, where, brought in asked().brought
        if (lacking := params(there.get(key, ())) - brought)
    ]
    nothing_in(short)


def test_no_sentence_is_left_over() -> None:
    unused = [key for key in sentences(LEADING) if not asked().uses(key)]
    nothing_in(unused)


def test_chinese_sentences_are_punctuated_as_chinese() -> None:
    # A comma of the other script beside a Han character is a slip of the keyboard.
    slip = re.compile(r"[\u4e00-\u9fff][,;?!](?=[\s\u4e00-\u9fff]|$)")
    nothing_in(k for k, forms in sentences(LEADING).items() if any(map(slip.search, forms)))
