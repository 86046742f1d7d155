"""`docctl init|demo|serve|worker|migrate`: what the holder of the machine does."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from docctl.cli.answers import FAILED, Answer, Table
from docctl.cli.command import Action, option
from docctl.cli.desk import Desk
from docctl.cli.store import require_store

if TYPE_CHECKING:
    from docctl.services.schema import SchemaState

#: The application by name: the command line does not import it before it serves.
APP: Final = "docctl.app:create_app"


@click.command("init", cls=Action, permission="system.operate", who="operator")
@option("--company", prompt=True)
@option("--code", prompt=True)
@option("--unit", prompt=True)
@option("--unit-code", prompt=True)
@option("--administrator", prompt=True, metavar="USER")
@option("--administrator-name", prompt=True)
@option("--leader", prompt=True, metavar="USER")
@option("--leader-name", prompt=True)
def init(
    desk: Desk,
    company: str,
    code: str,
    unit: str,
    unit_code: str,
    administrator: str,
    administrator_name: str,
    leader: str,
    leader_name: str,
) -> Answer:
    """Set up database and buckets, and found the company with two people (O-1, A-15)."""
    from docctl.domain.roles import Role
    from docctl.services.people.accounts import new_link
    from docctl.services.schema import migrate as migrate_database
    from docctl.services.setup import FirstPerson, FoundCompany, found_company
    from docctl.wiring import prepare_store

    prepare_store(desk.machine.settings)
    migrate_database(desk.house.uow.owner)
    links = {}
    people = []
    for username, name, role in (
        (administrator, administrator_name, Role.ADMINISTRATOR),
        (leader, leader_name, Role.LEADER),
    ):
        token, token_hash = new_link()
        people.append(FirstPerson(username.strip().casefold(), name.strip(), role, token_hash))
        links[people[-1].username] = f"{desk.house.public_url}/welcome/{token}"
    found_company(
        FoundCompany(code.strip(), company.strip(), unit_code.strip(), unit.strip(), people[0], people[1]),
        by=desk.caller(),
        house=desk.house,
    )
    lines = [desk.words.t("cli.done.founded", company=company)]
    lines += [desk.words.t("cli.link", user=user, link=link) for user, link in links.items()]
    return Answer({"company": company, "links": links}, lines)


@click.command("demo", cls=Action, permission="system.operate", who="operator")
def demo(desk: Desk) -> Answer:
    """Make the sample company in the data folder; it is marked as one for ever."""
    from docctl.demo.seed import seed, sign_ins

    settings = desk.machine.settings
    passwords = seed(settings, progress=_progress if sys.stderr.isatty() else None)
    heads = [desk.label(one) for one in ("user", "password", "name", "post")]
    table = Table(heads, [tuple(one) for one in sign_ins(settings.data)])
    lines = [desk.words.t("cli.done.demo", folder=str(settings.data)), *table.lines()]
    return Answer({"folder": settings.data, "sign_ins": passwords}, lines)


def _progress(done: int, of: int) -> None:
    """Show on the terminal how far it is, on one line."""
    click.echo(f"\r{done * 100 // max(of, 1)} %", nl=done >= of, err=True)


@click.command("serve", cls=Action, permission="system.operate", who="operator")
@option("--host", default="127.0.0.1")
@option("--port", type=click.IntRange(0, 65535), default=8000)
def serve(desk: Desk, host: str, port: int) -> Answer:
    """Serve the pages, and do the worker's part in a thread unless it is switched off."""
    import waitress

    from docctl.jobs.worker import Worker

    _require_schema(desk)
    require_store(desk)
    module, factory = APP.split(":")
    app = getattr(import_module(module), factory)(desk.machine.settings, desk.house)
    server = waitress.create_server(
        app,
        host=host,
        port=port,
        threads=8,
        clear_untrusted_proxy_headers=not desk.machine.settings.trusted_proxies,  # the app counts them
        ident="",  # nobody needs to know what serves
        max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],  # up to this our own page answers
    )
    worker = Worker(desk.house) if desk.machine.settings.worker else None
    app.config["HAS_WORKER"] = worker is not None
    signal.signal(signal.SIGTERM, _stop)
    click.echo(desk.words.t("cli.serving", host=host, port=server.effective_port), err=True)
    if worker is not None:
        worker.start()
    try:
        server.run()
    finally:
        server.close()
        if worker is not None:
            worker.stop()
    return Answer({"served": True})


@click.command("worker", cls=Action, permission="system.operate", who="operator")
@option("--once", is_flag=True)
@option("--index-only", is_flag=True)
def worker(desk: Desk, once: bool, index_only: bool) -> Answer:
    """Follow the events, deliver, do what is due; `--once` until nothing is left.

    `--index-only` keeps the search index of this host and leaves all else to a worker elsewhere.
    """
    if once and index_only:
        raise click.UsageError(desk.words.t("cli.once_or_index_only"))
    from docctl.jobs.worker import Worker

    _require_schema(desk)
    at_work = Worker(desk.house, only_follows=index_only)
    rounds = 0
    if not once:
        require_store(desk)
    if once:
        while at_work.run_once():
            rounds += 1
        while at_work.send_once():
            rounds += 1
        return desk.done("worked", {"rounds": rounds}, n=rounds)
    signal.signal(signal.SIGTERM, _stop)
    try:
        at_work.run()
    finally:
        at_work.stop()
    return Answer({"rounds": rounds})


@click.command("migrate", cls=Action, permission="system.operate", who="operator")
@option("--check", is_flag=True)
def migrate(desk: Desk, check: bool) -> Answer:
    """Bring the database to the newest shape; `--check` only says whether it has it."""
    from docctl.services.schema import migrate as migrate_database
    from docctl.services.schema import schema_state

    uow = desk.house.uow
    state = schema_state(uow.reader) if check else migrate_database(uow.owner)
    data = {
        "ready": state.is_ready,
        "current": state.current,
        "newest": state.newest,
        "missing_guards": state.missing_guards,
        "owns_tables": state.owns_tables,
    }
    key = "cli.done.migrated" if state.is_ready else _lacking(state)
    return Answer(data, [desk.words.t(key)], 0 if state.is_ready else FAILED)


def _require_schema(desk: Desk) -> None:
    from docctl.cli.answers import Failure
    from docctl.services.schema import schema_state

    state = schema_state(desk.house.uow.reader)
    if not state.is_ready:
        key = _lacking(state)
        raise Failure(FAILED, "machine", key.removeprefix("cli."), desk.words.t(key))


def _lacking(state: SchemaState) -> str:
    """Return the sentence for a database that may not be used: its shape, or a role with too much."""
    is_shaped = state.current == state.newest and not state.missing_guards
    return "cli.owns_tables" if is_shaped else "cli.not_migrated"


def _stop(*_: object) -> None:
    """End as an interrupt at the keyboard does: the present step is finished first."""
    raise KeyboardInterrupt
