"""What a use case may ask for besides its session: put together once, in `wiring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from docctl.domain.imports import Watched
from docctl.domain.mailing import When
from docctl.domain.webhooks import Network
from docctl.reading.pool import ReaderPool
from docctl.services.audit.keys import KeyFile
from docctl.services.audit.witness import Witness
from docctl.services.index.here import HereFile
from docctl.services.mailing.server import MailServer
from docctl.services.measures import Measures
from docctl.services.people.passwords import Passwords
from docctl.services.staging import Staging
from docctl.services.uow import UnitOfWork
from search.api import SearchEngine
from storage.api import ObjectStore
from storage.keyring import KeyRing
from storage.probe import Probe


@dataclass(frozen=True, slots=True)
class House:
    """The collaborators of services, queries and jobs; `zone` is the company's time zone."""

    uow: UnitOfWork
    objects: ObjectStore
    #: The keys of the items, one each; `objects` encrypts with them. None where files stay plain (S3).
    keys: KeyRing | None
    search: SearchEngine
    #: Which copy of the index this host keeps; where one host works alone nobody asks.
    here: HereFile
    staging: Staging
    pool: ReaderPool
    passwords: Passwords
    clock: Callable[[], datetime]
    zone: ZoneInfo
    language: str
    public_url: str
    #: Every stored file is read again within this time (T-3).
    scrub_every: timedelta
    #: The keys that sign the trail, and the folder elsewhere that gets its heads.
    audit_keys: KeyFile
    witness: Witness | None
    #: Where work files lie for a moment; cleared of what a crash left.
    scratch: Path
    #: The data folder; and the folder of the stored files, None where they are in S3.
    data: Path
    objects_folder: Path | None
    #: Tries the store of the records; with True the far dates as well, whose traces stay.
    probe: Callable[[bool], Probe]
    #: What this process counts of its own work.
    measures: Measures
    #: Clocks of other machines, by whose they are (`database`, `store`): each is asked anew (R-4).
    clocks: Mapping[str, Callable[[], datetime]] = field(default_factory=dict)
    #: After so many days a backup of the key store has expired.
    key_backup_days: int = 35
    #: Folders whose files become imports to be checked (I-1).
    watched: tuple[Watched, ...] = ()
    #: An import that nobody works on ends after so many days.
    import_days: int = 90
    #: Whether several hosts may work on this database, each with a copy of the index (R-7).
    is_shared: bool = False
    #: Takes e-mail; None where none is set up. When people are told who chose nothing, and at which hour.
    mail: MailServer | None = None
    mail_default: When = When.DAILY
    mail_hour: int = 8
    #: Networks in which webhooks may go to addresses that are not public.
    webhook_networks: tuple[Network, ...] = ()

    def today(self) -> date:
        """Return the day it is now in the company's time zone."""
        return self.clock().astimezone(self.zone).date()

    def close(self) -> None:
        """Let go of child processes, files and connections."""
        self.pool.close()
        self.search.close()
        if self.keys is not None:
            self.keys.close()
        self.uow.close()
