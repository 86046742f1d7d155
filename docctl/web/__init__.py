"""Pages: one blueprint for each noun, named here in the order of the map."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from flask import Blueprint, Flask

#: Modules of this package that hold a blueprint called `bp`.
BLUEPRINTS: Final = (
    "machine",
    "entrance",
    "account",
    "mailing",
    "mail_list",
    "uploads",
    "inbox",
    "documents",
    "other_names",
    "revisions",
    "revision_drafts",
    "revision_files",
    "annex_forms",
    "form_fields",
    "revision_signing",
    "returns",
    "compare",
    "draft_checks",
    "copies",
    "distribution",
    "external_signatures",
    "copy_steps",
    "clocks",
    "scopes",
    "copy_registers",
    "citation_graph",
    "citation_faults",
    "impact",
    "controlled_copies",
    "copy_marks",
    "blank_registers",
    "blanks",
    "review_registers",
    "reviews",
    "change_registers",
    "changes",
    "request_registers",
    "change_requests",
    "due_dates",
    "register_files",
    "history_files",
    "numbers",
    "continuity",
    "imports",
    "import_files",
    "import_reports",
    "import_steps",
    "records",
    "record_files",
    "record_imports",
    "record_acts",
    "corrections",
    "search",
    "search_files",
    "saved_searches",
    "retention",
    "disposal",
    "disposal_steps",
    "holds",
    "leaving",
    "trail",
    "status",
    "epochs",
    "people",
    "units",
    "unit_leaders",
    "entities",
    "unit_changes",
    "unit_merging",
    "outside",
    "rosters",
    "delegations",
    "unit_pages",
    "settings",
    "controlled",
    "setting_sheets",
    "conditions",
    "webhooks",
)


def register_blueprints(app: Flask) -> None:
    """Register every blueprint."""
    for name in BLUEPRINTS:
        bp = import_module(f"docctl.web.{name}").bp
        assert isinstance(bp, Blueprint)
        app.register_blueprint(bp)
