"""What holds for every file: size, docstrings, rules with tests, settings with words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from dataclasses import MISSING, fields
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from docctl.config import PREFIX, Settings
from tests.suites import WHOLE, WHOLE_THINGS, suite_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("docctl", "storage", "search")
LONGEST = 300

#: What outsiders run on a machine of their own, without us, is one file by requirement.
ONE_FILE = {"docctl/verifier/docctl_verify.py": 800}

#: A rule of the catalogue: its family and number, such as R-4.
RULE = re.compile(r"(?<![\w-])([ACDFINORSTVWX])-(\d{1,2})(?![\w-])")


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files under version control; in an unpacked release, all of them."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"]
    try:
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        top = [*PACKAGES, "templates", "tests", "benchmarks", "docs", ".ci"]
        found = [p for name in top for p in (ROOT / name).rglob("*") if "node_modules" not in p.parts]
        return tuple(p for p in [*ROOT.glob("*.*"), *found] if p.is_file())
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def modules(*packages: str) -> list[Path]:
    return [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in packages]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> list[tuple[str, str]]:
    """Return name and text of every tracked file that is text."""
    found = []
    for path in tracked():
        try:
            found.append((shown(path), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def rules_in(text: str) -> set[str]:
    return {f"{family}-{int(number)}" for family, number in RULE.findall(text)}


def test_a_module_is_at_most_300_lines() -> None:
    # A migration is written once and never read as a whole.
    long = {
        shown(path): lines
        for path in modules(*PACKAGES)
        if "versions" not in path.parts
        and (lines := len(path.read_text("utf-8").splitlines())) > ONE_FILE.get(shown(path), LONGEST)
    }
    assert not long


def test_a_module_opens_with_what_it_decides() -> None:
    without = [
        shown(path)
        for path in modules(*PACKAGES)
        if (text := path.read_text("utf-8")).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert not without


def test_every_rule_in_the_code_has_a_test() -> None:
    cited: dict[str, list[str]] = {}
    for path in modules(*PACKAGES):
        for rule in rules_in(path.read_text("utf-8")):
            cited.setdefault(rule, []).append(shown(path))
    tested: set[str] = set()
    for path in modules("tests"):
        if path == Path(__file__):
            continue
        text = path.read_text("utf-8")
        names = re.findall(r"def (test_\w+)", text)
        found = (m for name in names for m in re.findall(r"_([a-z])_(\d{1,2})(?=_|$)", name))
        tested |= rules_in(text) | {f"{family.upper()}-{int(number)}" for family, number in found}
    untested = {rule: sorted(where) for rule, where in sorted(cited.items()) if rule not in tested}
    assert not untested, "\n" + "\n".join(f"{r}: {', '.join(w)}" for r, w in untested.items())


def test_the_domain_imports_the_standard_library_only() -> None:
    outside = [
        f"{shown(path)}: {name}"
        for path in modules("docctl")
        if path.is_relative_to(ROOT / "docctl" / "domain")
        for name in imported(path)
        if not name.startswith("docctl.domain") and name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert not outside


@pytest.mark.parametrize("library", ["storage", "search"])
def test_a_library_does_not_import_the_product(library: str) -> None:
    strangers = {"docctl", "flask", "sqlalchemy", *{"storage", "search"} - {library}}
    outside = [
        f"{shown(path)}: {name}"
        for path in modules(library)
        for name in imported(path)
        if name.split(".")[0] in strangers
    ]
    assert not outside


def test_the_product_imports_only_what_is_locked() -> None:
    # What a developer tried out in the environment is missing on every other machine.
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = {normal(name) for name in re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)}
    comes_from = packages_distributions()
    unlocked = {
        f"{shown(path)}: {name}"
        for path in modules(*PACKAGES)
        for name in imported(path)
        if (top := name.split(".")[0]) not in {*sys.stdlib_module_names, *PACKAGES, "_typeshed"}
        and not locked & {normal(one) for one in comes_from.get(top, ())}
    }
    assert sorted(unlocked) == [], "add it to pyproject.toml and run `make lock`"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append(node.module or "")
    return names


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/operations.zh.md"])
def test_every_setting_is_documented(page: str) -> None:
    settings = {f"{PREFIX}{one.name.upper()}": one for one in fields(Settings)}
    rows = dict(
        re.findall(rf"^\| `({PREFIX}\w+)` \| (.+?) \|", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    )
    assert rows.keys() == settings.keys()
    wrong = [
        name
        for name, one in settings.items()
        if one.default is not MISSING and rows[name] != f"`{shown_value(one.default)}`"
    ]
    assert not wrong, "the page tells another default"


def shown_value(default: object) -> str:
    if default in (None, ()):
        return "none"
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)


def test_nothing_is_left_to_be_done_later() -> None:
    later = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b")
    left = [
        f"{name}:{number}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if later.search(line) and not name.endswith("package-lock.json")
    ]
    assert not left


#: What belongs to one machine or one network, and has no place in a file that others build from.
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|workspace|tmp/w|opt/(?:pypi|wheels))(?=/|\b)"
    r"|--(?:(?:extra-)?index-url|find-links|trusted-host)[ =]\S"
    r"|\b(?:registry|mirrors?|nexus|artifactory|files)\.[a-z0-9.-]+\.(?:org|com|net|io|cn|internal)\b"
    r"|\bpypi\.[a-z]",
    re.IGNORECASE,
)


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{name}:{number}: {match.group()}"
        for name, text in texts()
        if name != shown(Path(__file__))
        for number, line in enumerate(text.splitlines(), 1)
        if (match := MACHINE.search(line))
    ]
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("--index-url https://example.invalid/simple", id="an index"),
        pytest.param('"resolved": "https://registry.npmjs.org/x"', id="a registry"),
        pytest.param("file:///work/main/x.whl", id="a path of one machine"),
    ],
)
def test_the_search_for_machine_names_finds_them(line: str) -> None:
    assert MACHINE.search(line)


@pytest.mark.parametrize(
    "line", ["see docs/work/plan.md", "a /workflow", "--no-emit-index-url", "roots/root/x"]
)
def test_the_search_for_machine_names_leaves_words_alone(line: str) -> None:
    assert not MACHINE.search(line)


def test_the_lock_holds_every_dependency_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    runs = project["dependencies"]
    for name, wanted in (
        ("requirements.lock", runs),
        ("requirements-dev.lock", runs + project["optional-dependencies"]["dev"]),
    ):
        blocks = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)[1:]
        pinned = {b.split("==")[0]: b.split("==")[1].split()[0] for b in blocks}
        assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == []
        missing = [
            line
            for line in wanted
            if (want := Requirement(line)).name not in pinned or pinned[want.name] not in want.specifier
        ]
        assert missing == [], f"{name}: run `make lock`"


def test_both_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0].items() <= pins[1].items()


def test_the_package_is_the_version_that_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert version("docctl") == project["version"]


def test_make_help_lists_every_target_for_people() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    told = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert {"help", "run", "test", "check", "browser", "css", "lock"} <= told


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("README", "README.zh"),
        ("docs/guide", "docs/guide.zh"),
        ("docs/operations", "docs/operations.zh"),
    ],
)
def test_the_chinese_twin_has_the_same_parts(here: str, there: str) -> None:
    # Translations drift first in their headings and in their commands.
    shapes = []
    for name in (here, there):
        text = (ROOT / f"{name}.md").read_text("utf-8")
        fences = re.findall(r"^```(?:sh|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        commands = [line.split("#")[0].strip() for fence in fences for line in fence.splitlines()]
        prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        shapes.append(([len(h) for h in re.findall(r"^(#+) ", prose, re.MULTILINE)], commands))
    assert shapes[0] == shapes[1]


def test_links_in_the_docs_lead_somewhere() -> None:
    dead = [
        f"{name}: {target}"
        for name, text in texts()
        if name.endswith(".md")
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
        if not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not dead


@pytest.mark.parametrize("entry", WHOLE_THINGS)
def test_what_the_suite_of_whole_things_names_is_there(entry: str) -> None:
    assert [one for one in tracked() if suite_of(shown(one)) == WHOLE and shown(one).startswith(entry)]
