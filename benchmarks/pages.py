"""Times and statements of pages with 10,000 documents and 100,000 records.

    python benchmarks/pages.py [folder made by benchmarks/world.py]

Every page is asked for by a person who sees much, through the whole application but for the socket.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event, select

from benchmarks.world import build, opened, percentile, settings_of
from docctl.app import create_app
from docctl.jobs.projection import rebuild
from docctl.models.documents import Document
from docctl.models.records import Record
from docctl.services.house import House
from tests.world import PASSWORD

ROUNDS = 25


def sign_in(client: FlaskClient, username: str) -> None:
    form = html.fromstring(client.get("/sign-in").text).cssselect("form[action='/sign-in']")[0]
    data = {field.get("name"): field.get("value", "") for field in form.cssselect("input[name]")}
    answer = client.post("/sign-in", data=data | {"username": username, "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code


def addresses(house: House) -> dict[str, list[str]]:
    with house.uow.read() as session:
        documents = [*session.scalars(select(Document.id).limit(20_000))][:: 10_000 // ROUNDS]
        records = [*session.scalars(select(Record.id).limit(200_000))][:: 100_000 // ROUNDS]
    return {
        "inbox": ["/"],
        "documents": ["/documents"],
        "documents, last page": ["/documents?page=200"],
        "documents, by text": [f"/documents?text=记录表 {n}" for n in range(ROUNDS)],
        "documents, by day": ["/documents?sort=effective&order=desc&page=90"],
        "a document": [f"/documents/{one}" for one in documents],
        "records": ["/records"],
        "records, in the middle": ["/records?page=900"],
        "records, accepted": ["/records?state=accepted"],
        "records, due": ["/records?state=due"],
        "records, by text": [f"/records?text=供方评价表 {n}" for n in range(ROUNDS)],
        "records, by title": ["/records?sort=title&page=30"],
        "a record": [f"/records/{one}" for one in records],
        "what is due": ["/retention/due"],
        "what is due, page 500": ["/retention/due?page=500"],
        "numbers": ["/documents/numbers"],
        "search": [f"/search?q={word}" for word in ("移交", "“供方评价表”", "JL-07", "温湿度 登记")],
        "trail": ["/trail"],
    }


def main(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as made:
        if folder is None:
            house = build(Path(made), 10_000, 100_000)
            rebuild(house)
        else:
            house = opened(folder)
        app = create_app(settings_of(folder or Path(made)), house)
        measure(app, house)
        house.close()


def measure(app: Flask, house: House) -> None:
    statements: list[str] = []
    event.listen(
        house.uow.engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement)
    )
    logging.disable(logging.CRITICAL)
    print(f"{'':26}{'p50':>8}{'p95':>8}{'worst':>8}{'cpu p50':>8}{'p95':>8}  statements   size")
    for who in ("chen", "zhou", "wang"):
        client = app.test_client()
        sign_in(client, who)
        print(who)
        for name, asked in addresses(house).items():
            answer = client.get(asked[0])
            if answer.status_code != 200:
                print(f"  {name:24} {answer.status_code}")
                continue
            times, busy, counts = [], [], set()
            for round_ in range(ROUNDS):
                statements.clear()
                started, began = time.perf_counter(), time.process_time()
                answer = client.get(asked[round_ % len(asked)])
                times.append(time.perf_counter() - started)
                busy.append(time.process_time() - began)
                counts.add(len(statements))
            said = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)}-{max(counts)}"
            print(
                f"  {name:24}{percentile(times, 0.5):8.1f}{percentile(times, 0.95):8.1f}"
                f"{max(times) * 1e3:8.1f}"
                f"{percentile(busy, 0.5):8.1f}{percentile(busy, 0.95):8.1f}{said:>12}"
                f"{len(answer.data) / 1024:6.0f} kB"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
