"""What a restore takes along from the present system: secrets, and the keys of the items (R-7)."""

from __future__ import annotations

import shutil
from pathlib import Path

from docctl.config import Settings
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup.asked import Options
from docctl.jobs.backup.manifest import Manifest
from docctl.jobs.backup.tools import Tools
from docctl.services.keys.restore import usable_backup
from storage.durable import sync_file
from storage.keyring_file import forget_expiry


def carry_secrets(settings: Settings, fresh: Path) -> None:
    """Take along the keys of forms and of the trail that lie in the present data folder."""
    for name in ("secret.key", settings.audit_key):
        source = settings.data / name
        if source.is_file() and source.resolve().is_relative_to(settings.data.resolve()):
            target = fresh / source.relative_to(settings.data)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o600)
            sync_file(target)


def carry_keys(manifest: Manifest, settings: Settings, new: Settings, tools: Tools, options: Options) -> None:
    """Bring the item keys: of the present key store, of its backup, or both; tombstones win (R-7)."""
    is_shared = settings.keys_database_url is not None
    is_there = is_shared or (settings.data / "keys" / "keys.db").is_file()
    if not is_there and options.keys is None:
        if not options.without_keys and manifest.objects:
            raise RuleRefused(Refused("restore", "no_keys"))
        return
    if not settings.master_key.exists():
        raise RuleRefused(Refused("restore", "no_master_key", {"name": settings.master_key.name}))
    if is_there and not is_shared and new.data != settings.data:
        _copy_keys(settings, new, tools)
    if options.keys is not None:
        ring = tools.open_keys(new)
        try:
            ring.take_from(usable_backup(ring, options.keys, today=tools.today(settings)))
        finally:
            ring.close()


def _copy_keys(settings: Settings, new: Settings, tools: Tools) -> None:
    """Copy the present key store as a whole: it keeps its tombstones, and since when there are keys."""
    (new.data / "keys").mkdir(mode=0o700)
    ring = tools.open_keys(settings)
    try:
        ring.copy_to(new.data / "keys" / "keys.db", expires_on=tools.clock().date())
    finally:
        ring.close()
    forget_expiry(new.data / "keys" / "keys.db")


__all__ = ["carry_keys", "carry_secrets"]
