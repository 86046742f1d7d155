"""From signing a step to the next inbox, with 5,000 steps open for one person (A-4).

    python -m benchmarks.open_steps [steps]

Documents, revisions and steps are copies of real ones, but for those that are signed; the password's hash
takes no time here. Asked through the whole application but for the socket.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from benchmarks.pages import sign_in
from benchmarks.world import percentile, raw, settings_of, without_guards
from docctl.app import create_app
from docctl.domain.normal_form import normal
from docctl.models.base import new_id
from docctl.models.documents import Document, Revision
from docctl.models.guarding import install
from docctl.models.work import Step
from tests.web.browser import Browser
from tests.world import PASSWORD, START, Clock, World, build_house, found

ROUNDS = 40
#: Who reviews what chen writes in the small company.
REVIEWER = "ouyang"


def main(folder: Path, steps: int) -> None:
    clock = Clock(START)
    house = build_house(settings_of(folder), clock)
    found(house)
    world = World.of(house, clock)
    revisions = [world.submitted(world.draft(title=f"文件控制程序{n}")) for n in range(ROUNDS + 1)]
    raw(house, without_guards)
    raw(house, lambda connection: copy(connection, revisions[-1], steps - ROUNDS - 1))
    raw(house, install)
    raw(house, lambda connection: connection.exec_driver_sql("ANALYZE"))
    app = create_app(settings_of(folder), house)
    logging.disable(logging.CRITICAL)
    client = Browser(app)
    sign_in(client, REVIEWER)
    waiting = client.get("/").text
    assert f"{steps:,}" in waiting or str(steps) in waiting, "not all steps wait"
    both, signing, inbox = [], [], []
    for one in revisions[:ROUNDS]:
        page = f"/documents/revisions/{one}/review"
        form = client.forms(page)[0]
        data = {field.name: field.value or "" for field in form.cssselect("input[name], textarea[name]")}
        began = time.perf_counter()
        answer = client.post(form.get("action") or page, data=data | {"password": PASSWORD})
        middle = time.perf_counter()
        assert answer.status_code == 303, answer.status_code
        assert client.get("/").status_code == 200
        ended = time.perf_counter()
        signing.append(middle - began)
        inbox.append(ended - middle)
        both.append(ended - began)
    print(f"{steps} open steps; ms   {'p50':>8}{'p95':>8}{'worst':>8}")
    for name, times in (("sign", signing), ("inbox", inbox), ("both", both)):
        print(f"{name:20}{percentile(times, 0.5):8.1f}{percentile(times, 0.95):8.1f}{max(times) * 1e3:8.1f}")
    house.close()


def copy(connection: Connection, revision_id: Any, times: int) -> None:
    """Put in copies of a revision under review, each of a document of its own, with its steps."""
    revision = connection.execute(select(_table(Revision)).where(_table(Revision).c.id == revision_id)).one()
    document = connection.execute(
        select(_table(Document)).where(_table(Document).c.id == revision.document_id)
    ).one()
    steps = connection.execute(select(_table(Step)).where(_table(Step).c.revision_id == revision_id)).all()
    rows: dict[Table, list[dict[str, Any]]] = {_table(Document): [], _table(Revision): [], _table(Step): []}
    for n in range(times):
        new_document, new_revision, number = new_id(), new_id(), f"QP-{n + 10_000}"
        rows[_table(Document)].append(
            {**document._mapping, "id": new_document, "number": number, "number_normal": normal(number)}
        )
        rows[_table(Revision)].append(
            {**revision._mapping, "id": new_revision, "document_id": new_document, "number": number}
        )
        rows[_table(Step)] += [
            {**step._mapping, "id": new_id(), "revision_id": new_revision} for step in steps
        ]
    for table, those in rows.items():
        known = {column.name for column in table.columns}
        connection.execute(insert(table), [{k: v for k, v in row.items() if k in known} for row in those])


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(made) / "data", int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
