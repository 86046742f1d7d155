"""The `docctl` command: parse, call one use case or query, answer; the same rules as the pages."""

from __future__ import annotations


def main() -> None:
    """Run the command; the way out is an exit code."""
    from docctl.cli.program import program

    program()
