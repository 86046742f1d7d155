"""Which licences may be used: writes docs/licences.md from the lock, or with --check compares.

Only what the lock names is looked at, so that a tool somebody tried out stays out of the list.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LIST: Final = ROOT / "docs" / "licences.md"

#: Licences under which we may use and ship. An expression passes when each of its parts does.
ALLOWED: Final = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "ZPL-2.1",
    }
)

#: Names as older packages write them.
SPDX: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
}

#: Packages whose metadata does not say it in words a program can read; read by us in their files.
READ: Final = {
    # The binding is under either; PDFium and what is built into it come with like licences.
    "pypdfium2": "Apache-2.0 OR BSD-3-Clause",
    # "DFSG approved" is a category of Debian's, not a licence.
    "pytest-timeout": "MIT",
}

#: Packages under a licence that is not allowed in general, and why this one may be used unchanged.
EXCEPTED: Final = {
    # ADR 0020: loaded by name when running, replaceable by whoever installs docctl, nothing of it is shipped
    # with docctl or built into it.
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}

#: What the style sheet is made with; its licence stands in the committed result.
STYLE_TOOLS: Final = ROOT / "docctl" / "web" / "static" / "src" / "package-lock.json"

#: Files of others that are part of docctl: what each is, and its licence.
BUNDLED: Final = {
    "docctl/printing/fonts/wqy-microhei-docctl.ttf": ("WenQuanYi Micro Hei", "Apache-2.0"),
    "docctl/web/static/framework.css": ("Bootstrap", "MIT"),
}
#: Endings of files that are nearly always somebody else's work.
FOREIGN: Final = (".ttf", ".otf", ".ttc", ".woff", ".woff2", ".min.js", ".min.css")


def normal(name: str) -> str:
    """Return a package name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> dict[str, str]:
    """Return the versions in a lock file by name."""
    text = path.read_text("utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {normal(name): version for name, version in found}


def parts(licence: str) -> list[str]:
    """Return the single licences of an expression."""
    return [
        SPDX.get(part, part)
        for one in re.split(r"\s(?:AND|OR)\s|;|,", licence)
        if (part := one.strip() if one.strip() in SPDX else one.strip(" ()"))
    ]


def installed() -> dict[str, tuple[str, str]]:
    """Return name and licence of every installed package by its normal name."""
    tool = Path(sys.executable).with_name("pip-licenses")
    command = [str(tool), "--from=mixed", "--format=json", "--with-system"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return {
        (key := normal(p["Name"])): (
            p["Name"],
            READ.get(key) or SPDX.get(p["License"], p["License"]),
        )
        for p in json.loads(answer.stdout)
    }


def table(versions: dict[str, str], packages: dict[str, tuple[str, str]]) -> list[str]:
    """Return the lines of one table."""
    rows = [f"| {packages[key][0]} | {versions[key]} | {packages[key][1]} |" for key in sorted(versions)]
    return ["| package | version | licence |", "| --- | --- | --- |", *rows]


def style_tools() -> list[str]:
    """Return the lines for what the style sheet is built from."""
    if not STYLE_TOOLS.exists():
        return []
    entries = json.loads(STYLE_TOOLS.read_text("utf-8"))["packages"]
    wanted = entries[""].get("dependencies", {}) | entries[""].get("devDependencies", {})
    versions = {name: entries[f"node_modules/{name}"]["version"] for name in wanted}
    licences = {name: (name, entries[f"node_modules/{name}"]["license"]) for name in wanted}
    return ["", "## The style sheet is built from", "", *table(versions, licences)]


def bundled() -> tuple[list[str], list[str]]:
    """Return the table of files of others, and what is there without standing in it."""
    rows = [
        f"| `{path}` | {name} | {licence} |"
        for path, (name, licence) in BUNDLED.items()
        if (ROOT / path).exists()
    ]
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docctl").rglob("*")
        if path.name.endswith(FOREIGN) and "node_modules" not in path.parts
    }
    stray = sorted(there - BUNDLED.keys())
    head = [
        "",
        "## Files of others in the package",
        "",
        "| file | what | licence |",
        "| --- | --- | --- |",
    ]
    return [*head, *rows], [f"{path}: whose is it, under which licence?" for path in stray]


def main() -> int:
    """Write or check the list; say what is wrong in one line each."""
    packages = installed()
    run = locked(ROOT / "requirements.lock")
    both = locked(ROOT / "requirements-dev.lock") | run
    develop = {key: version for key, version in both.items() if key not in run}
    if absent := sorted(both.keys() - packages.keys()):
        print(f"locked, but not installed: {', '.join(absent)}: run `make dev`", file=sys.stderr)
        return 1
    wrong = [
        f"{name}: licence not allowed or not known: {licence}"
        for key, (name, licence) in sorted(packages.items())
        if key in both
        and EXCEPTED.get(key) != licence
        and not (parts(licence) and set(parts(licence)) <= ALLOWED)
    ]
    files, stray = bundled()
    wrong += stray
    lines = [
        "# Licences of what docctl uses",
        "",
        "Written by `make licence-list` from the lock files; `make check` fails when it is stale.",
        "docctl itself is under Apache-2.0.",
        "",
        "## docctl is installed and run with",
        "",
        *table(run, packages),
        *files,
        "",
        "## docctl is developed with",
        "",
        *table(develop, packages),
        *style_tools(),
    ]
    text = "\n".join(lines) + "\n"
    if "--check" not in sys.argv[1:]:
        LIST.write_text(text, "utf-8")
    elif not LIST.exists() or LIST.read_text("utf-8") != text:
        wrong.append("docs/licences.md is out of date: run `make licence-list`")
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"{len(both)} packages, every licence allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
