"""The sealer: follows the events with a tree, signs its heads, puts them where they stay (T-2).

Before it signs it compares the trail as it is now with the head it signed last. It never blocks work:
what goes wrong is an alarm.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from docctl.domain.disposal import trusted_time
from docctl.domain.heads import Head, KeyRow, handover, head_of
from docctl.domain.verdicts import Refused
from docctl.jobs.growth import Plan, Sealed, plan_head
from docctl.jobs.heads import hand_to_witness, store_head
from docctl.models.seals import AuditKey, AuditTreeHead, newest_seal
from docctl.models.trail import AuditHead, EventRow
from docctl.services.audit.faults import SealFault
from docctl.services.audit.keys import SigningKey
from docctl.services.audit.watch import NoteAlarm, note_alarm, noted, watch_of
from docctl.services.caller import the_system
from docctl.services.house import House
from storage.api import StorageError

log = logging.getLogger(__name__)

#: No event may wait longer than this for its seal before the alarm goes on.
TAIL_BOUND: Final = timedelta(minutes=15)

#: The trusted time is noted this often while nothing speaks against the clock.
CLOCK_EVERY: Final = timedelta(minutes=5)


def seal_round(house: House) -> bool:
    """Check the clock, seal, store and hand over; turn the alarm on or off. Say whether it changed.

    Nothing that goes wrong here comes out: it is logged and shown (T-2).
    """
    try:
        code = _round(house)
        changed = code != _alarm(house) and _told(house, code)
    except Exception:  # sealing may fail in any way; work goes on
        log.exception("sealing failed")
        return False
    if changed and code:
        log.error("the seal of the trail: %s", code)
    return changed


def _told(house: House, code: str) -> bool:
    """Turn the alarm on or off with its event; where no event can be written, on beside the trail.

    An end of the chain that was tampered with takes no event: the guards see to it. Then the alarm must
    still be seen, and its event follows when the reason changes.
    """
    try:
        return bool(note_alarm(NoteAlarm(code), by=the_system(house.clock()), house=house))
    except Exception:
        if not code:
            raise
        log.exception("the alarm has no event")
        house.uow.write(noted(alarm=code, alarm_at=house.clock()))
        return True


def keep_head(house: House) -> None:
    """Seal now, store the head and hand it over, whatever the hour: around a disposal (R-7, T-2)."""
    try:
        if seal(house).size:
            store_head(house, at_once=True)
            hand_to_witness(house, at_once=True)
    except SealFault as fault:
        log.error("the seal around a disposal: %s", fault.code)  # noqa: TRY400  # the alarm tells it
    except Exception:
        log.exception("sealing failed")


def seal(house: House) -> Sealed:
    """Sign a head over all events; raise SealFault where the trail is not what was sealed before.

    Costs as much as the events since the last head, and a few hashes more.
    """
    for _ in range(3):
        keys = house.audit_keys.read()
        with house.uow.read() as session:
            plan = plan_head(session, house)
        if isinstance(plan, Sealed):
            return plan
        if not keys and not plan.keys:
            keys = house.audit_keys.make()
        signer, new_keys = _signer(plan, keys, house.clock())
        if _signed(house, plan, signer, new_keys):
            return Sealed(plan.size, is_new=True)
    raise SealFault("busy")


def _round(house: House) -> str:
    """Do what is to be done; return the code of the alarm, empty where all is well."""
    faults = [_clock_fault(house)]
    for step in (seal, store_head, hand_to_witness):
        try:
            step(house)
        except SealFault as fault:
            faults.insert(0 if step is seal else len(faults), fault.code)
        except Exception:  # the other steps and the age of the end are looked at all the same
            log.exception("sealing failed")
    if not any(faults) and _is_tail_old(house):
        faults.append("tail_old")
    return next(filter(None, faults), "")


def _alarm(house: House) -> str:
    with house.uow.read() as session:
        return watch_of(session).alarm


def _clock_fault(house: House) -> str:
    """Move the trusted time on, unless the clock leapt or stands behind what is sealed (R-4)."""
    now = house.clock()
    with house.uow.read() as session:
        watch, seal_row = watch_of(session), newest_seal(session)
        newest = session.execute(select(AuditHead.recorded_at)).scalar_one()
    try:
        sealed = head_of(seal_row.body).at if seal_row else None
    except ValueError:
        return "head_forged"
    trusted = watch.trusted_at
    moves_on = trusted is None or now - trusted >= CLOCK_EVERY
    others = _others(house) if moves_on else {}  # a server that is silent would hold up each round
    verdict = trusted_time(now=now, newest_event=newest, sealed=sealed, trusted=trusted, others=others)
    if isinstance(verdict, Refused):
        return verdict.code
    if moves_on:
        house.uow.write(noted(trusted_at=now))
    return ""


def _others(house: House) -> dict[str, datetime]:
    """Return what the clocks of other machines say; one that does not answer says nothing against ours."""
    found = {}
    for whose, clock in house.clocks.items():
        with contextlib.suppress(StorageError, SQLAlchemyError):
            found[whose] = clock()
    return found


def _is_tail_old(house: House) -> bool:
    with house.uow.read() as session:
        size = session.scalar(select(func.max(AuditTreeHead.size))) or 0
        oldest = session.scalar(select(EventRow.recorded_at).where(EventRow.seq == size + 1))
    return oldest is not None and oldest + TAIL_BOUND < house.clock()


def _signer(plan: Plan, keys: list[SigningKey], now: datetime) -> tuple[SigningKey, list[KeyRow]]:
    """Return the newest key, and rows for the keys that the database does not know yet."""
    if not keys:
        raise SealFault("key_missing")
    if not plan.keys:
        first = KeyRow(keys[-1].key_id, keys[-1].public, now, "", "")
        return keys[-1], [first]
    known = [one.key_id for one in keys]
    if plan.keys[-1].key_id not in known:
        raise SealFault("key_unknown")
    rows, at = [], known.index(plan.keys[-1].key_id)
    for old, new in zip(keys[at:], keys[at + 1 :], strict=False):
        message = handover(plan.origin, public=new.public, since=now, prev=old.key_id)
        rows.append(KeyRow(new.key_id, new.public, now, old.key_id, old.sign(message)))
    return keys[-1], rows


def _signed(house: House, plan: Plan, signer: SigningKey, new_keys: list[KeyRow]) -> bool:
    """Sign and add the head, unless another sealer was quicker."""
    now = house.clock()
    head = Head(
        origin=plan.origin,
        size=plan.size,
        root=plan.root,
        at=max(now, plan.earliest) if plan.earliest else now,
        prev=plan.head_prev,
        key_id=signer.key_id,
        epoch=plan.epoch,
    )
    signature = signer.sign(head.signed)

    def work(session: Session) -> bool:
        if (session.scalar(select(func.max(AuditTreeHead.size))) or 0) != plan.before:
            return False
        for one in new_keys:
            session.add(
                AuditKey(
                    key_id=one.key_id,
                    public=one.public,
                    since=one.since,
                    prev=one.prev,
                    signature=one.signature,
                )
            )
        session.add(
            AuditTreeHead(
                size=head.size,
                prev=head.prev,
                body=head.body,
                signature=signature,
                frontier=" ".join(one.hex() for one in plan.below.hashes),
            )
        )
        return True

    try:
        return house.uow.write(work)
    except IntegrityError:  # it went on from the same head, in another transaction
        return False


__all__ = ["TAIL_BOUND", "Sealed", "keep_head", "seal", "seal_round"]
