"""Builds the sample company: its whole story told through the use cases, in the order of time.

In a data folder it appears whole or not at all: it is built beside its place and moved there at the end. On
PostgreSQL an interrupted one is left behind; make the database anew before the next try.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import event, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from docctl import wiring
from docctl.config import Settings, WrongSetting
from docctl.demo.clock import Told, near_due
from docctl.demo.content import Content
from docctl.demo.deeds import tell as tell_deed
from docctl.demo.files import Files
from docctl.demo.load import load
from docctl.demo.papers import Papers
from docctl.demo.people import gather
from docctl.demo.rules import rule_steps
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.deliveries import unfinished
from docctl.jobs.wait import settle
from docctl.models.organisation import LegalEntity
from docctl.services.audit.watch import believe
from docctl.services.house import House
from docctl.services.people.passwords import Passwords
from docctl.services.schema import migrate

#: Where the sign-ins of the sample company are written down, inside its own data folder.
SIGN_INS: Final = "sign-ins.txt"

#: A word list without look-alikes would be longer; these passwords are only for the sample.
_WORDS: Final = ("maple", "river", "stone", "cloud", "amber", "cedar", "delta", "ember")

#: What follows the events is done for so many steps together, and at the latest after so long a time …
_TOGETHER: Final = 60
_LONGEST: Final = timedelta(days=400)

#: … but rules, and the destruction of records, whose steps have this order and the higher ones.
_DISPOSAL: Final = 5


class Proven(Passwords):
    """Passwords that are checked once: who tells the story knows that they are right from then on."""

    def __init__(self) -> None:
        super().__init__()
        self._right: set[tuple[str | None, str]] = set()

    def matches(self, stored: str | None, password: str) -> bool:
        """Say whether the password is right; the same question gets its answer at once."""
        if (stored, password) not in self._right:
            if not super().matches(stored, password):
                return False
            self._right.add((stored, password))
        return True


Step = tuple[datetime, int, Callable[[], None]]


def seed(settings: Settings, *, progress: Callable[[int, int], None] | None = None) -> dict[str, str]:
    """Build the sample company in the data folder of `settings`; return user names and passwords.

    Raises RuleRefused where the folder already holds a company.
    """
    place = settings.data
    if settings.storage != "local":
        raise WrongSetting("DOCCTL_STORAGE: a sample company stays on the local store")
    if (place / "docctl.db").exists():
        raise RuleRefused(Refused("O-1", "already_founded"))
    building = place.with_name(f"{place.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    content = load()
    passwords = {one.username: _password() for one in content.people}
    clock = Told(datetime.combine(content.company.begins, time(8), content.company.zone).astimezone(UTC))
    away = replace(settings, data=building, master_key_file=settings.master_key)
    house = replace(wiring.build(away, clock=clock), passwords=Proven())
    _leave_to_the_end(house)
    try:
        migrate(house.uow.owner)
        _require_nobody(house)
        tell(house, clock, content, passwords, progress=progress)
    finally:
        house.close()
    _write_down(building, content, passwords)
    _put_on_disk(building)
    _move(building, place)
    return {one.username: passwords[one.username] for one in content.staff}


def _leave_to_the_end(house: House) -> None:
    """Let SQLite wait for no disk: a power cut leaves a folder that the next try begins anew."""
    if house.uow.engine.dialect.name == "sqlite":

        @event.listens_for(house.uow.engine, "connect")
        def relax(connection: DBAPIConnection, _: object) -> None:
            connection.cursor().execute("PRAGMA synchronous = OFF")


def _put_on_disk(building: Path) -> None:
    """Wait for the disk once, before the folder gets its place."""
    for path in building.glob("docctl.db*"):
        with path.open("rb") as written:
            os.fsync(written.fileno())


def _require_nobody(house: House) -> None:
    """Refuse a database of a server that holds a company; a folder was looked at before."""
    with house.uow.read() as session:
        if session.scalars(select(LegalEntity.id)).first() is not None:
            raise RuleRefused(Refused("O-1", "already_founded"))


def tell(
    house: House,
    clock: Told,
    content: Content,
    passwords: dict[str, str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Tell the whole story in a migrated, empty house."""
    papers = Papers(house, content, gather(house, content, passwords), wiring.system_clock().date())
    steps = sorted(_steps(content, papers, Files(papers)), key=lambda one: (one[0], one[1]))
    settled = clock()
    for number, (at, order, do) in enumerate(steps, start=1):
        clock.move(at.astimezone(UTC))
        do()
        is_last = number == len(steps) or steps[number][0] - settled > _LONGEST
        if order >= _DISPOSAL or number % _TOGETHER == 0 or is_last:
            house.uow.write(partial(believe, at=clock()))  # the teller's clock is right
            settle(house)
            settled = clock()
        if progress is not None:
            progress(number, len(steps))
    house.uow.write(partial(believe, at=wiring.system_clock()))  # told to its end: from here on it is now
    if open_work := unfinished(house):
        raise RuntimeError(f"the sample company is not whole: {open_work}")


def _steps(content: Content, papers: Papers, files: Files) -> list[Step]:
    steps: list[Step] = []
    for one in content.events:
        at = near_due(one.at, papers.today) if one.near_due else one.at
        steps.append((at, 0, partial(papers.tell, one)))
    steps += [(deed.told_at(papers.today), 0, partial(tell_deed, papers, deed)) for deed in content.deeds]
    for rule in content.rules:
        proposed = near_due(rule.proposed.at, papers.today) if rule.near_due else rule.proposed.at
        # What follows a calendar that begins is done at once, as it would be.
        steps += [(at, _DISPOSAL, do) for at, do in rule_steps(papers.house, papers.cast, rule, proposed)]
    for spec in content.records:
        steps.append((spec.filed, 1, partial(files.file, spec)))
        for act, order, do in (
            (spec.accepted, 2, files.accept),
            (spec.correction, 3, files.strike),
            (spec.sheet, 3, files.correct_by_sheet),
            (spec.hold, 4, files.hold),
            (spec.void, 4, files.void),
        ):
            if act is not None:
                steps.append((act.at, order, partial(do, spec)))
    for disposal in content.disposals:
        for step, order, work in (
            (disposal.proposed, 5, files.propose),
            (disposal.checked, 6, files.check),
            (disposal.approved, 7, files.approve),
            (disposal.executed, 8, files.execute),
            (disposal.witnessed, 9, files.witness),
        ):
            if step is not None:
                steps.append((step.at, order, partial(work, disposal)))
    return steps


def _password() -> str:
    words = "-".join(secrets.choice(_WORDS) for _ in range(3))
    return f"{words}-{secrets.randbelow(9000) + 1000}"


def _write_down(folder: Path, content: Content, passwords: dict[str, str]) -> None:
    lines = [f"{one.username}\t{passwords[one.username]}\t{one.name}\t{one.post}" for one in content.staff]
    path = folder / SIGN_INS
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def sign_ins(data: Path) -> list[list[str]]:
    """Return the sample company's sign-ins as written down: user, password, name, post."""
    path = data / SIGN_INS
    if not path.is_file():
        return []
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def _move(building: Path, place: Path) -> None:
    """Put the finished folder in its place; the secret made for the place stays."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in sorted(place.iterdir()):
        shutil.move(one, building / one.name)
    place.rmdir()
    building.rename(place)
