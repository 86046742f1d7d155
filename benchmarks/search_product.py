"""Times of a search as a page asks it: access filter, total, counts, rows and snippets from the database.

Beside it the same words asked of tantivy itself, in the same run.

    python -m benchmarks.search_product [--house FOLDER] [--texts FOLDER]
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from benchmarks.search_engine import COMMON, DOES, POSTS, THINGS, WHAT, WHO, alone, memory
from benchmarks.world import build, opened, percentile
from docctl.jobs.projection import rebuild
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.models.content import FileReading, ItemFile
from docctl.models.organisation import Person
from docctl.queries.search import Asked, search
from docctl.services.content.texts import SealedText, texts_in
from docctl.services.house import House
from docctl.services.people.actors import actor_of

PEOPLE = ("chen", "zhou", "wang", "qian")


def typed(house: House, *, is_real: bool = False) -> dict[str, list[Asked]]:
    """Return what is asked for, by kind; where texts are real ones, by words that they hold."""
    chance = random.Random(3)
    common, things, posts = (COMMON, THINGS, POSTS) if is_real else (DOES, WHAT, WHO)
    with house.uow.read() as session:
        rows = session.execute(
            select(ItemFile.owner_id, FileReading.file_id, FileReading.sealed_text)
            .join(ItemFile, ItemFile.id == FileReading.file_id)
            .order_by(FileReading.file_id)
            .limit(3_000)
        )
        asked_for = [SealedText(owner, file, "text", sealed) for owner, file, sealed in rows if sealed]
        texts = texts_in(session).opened(asked_for)

    def cut(low: int, high: int) -> str:
        line = chance.choice(chance.choice(texts).split("\n"))
        start = chance.randrange(max(1, len(line) - high))
        cut = line[start : start + chance.randint(low, high)].replace('"', "").strip()
        return f'"{cut or things[0]}"'

    words = {
        "common word": [chance.choice(common) for _ in range(15)],
        "4 to 6 characters": [cut(4, 6) for _ in range(30)],
        "7 to 20 characters": [cut(7, 20) for _ in range(30)],
        "two words": [f"{chance.choice(things)} {chance.choice(posts)}" for _ in range(20)],
        "beginning of a number": [f"JL-{chance.randrange(90):02}-0" for _ in range(15)],
        "a whole number": [f"JL-{n % 90:02}-{n:06}" for n in chance.choices(range(100_000), k=15)],
        "nothing": ["并无此句于文中", "zzqx"] * 5,
    }
    asked = {name: [Asked(text=text) for text in texts] for name, texts in words.items()}
    asked["records of one unit"] = [Asked(text=chance.choice(common), kind="record", unit="SC")] * 15
    asked["by date, page 5"] = [Asked(text=chance.choice(common), sort="date", page=5)] * 15
    asked["obsolete too"] = [Asked(text=chance.choice(things), with_obsolete=True)] * 15
    return asked


def main(house: House, *, is_real: bool = False) -> None:
    started = time.perf_counter()
    while seal_plain_texts(house):  # as the worker does
        pass
    print(f"texts sealed in {time.perf_counter() - started:.0f} s")
    with house.uow.read() as session:
        ids = session.execute(select(Person.id).where(Person.username.in_(PEOPLE))).scalars().all()
        actors = [actor_of(session, one) for one in ids]
    everything: list[float] = []
    busy: list[float] = []
    by_itself: list[float] = []
    compared = alone(house.search)
    print(f"{house.search.count()} entries")
    print(f"{'':24}{'p50':>8}{'p95':>8}{'worst':>8}{'cpu p50':>8}{'p95':>8}   median total")
    for name, questions in typed(house, is_real=is_real).items():
        times, cpu, totals = [], [], []
        for asked in questions:
            for actor in actors:
                started, began = time.perf_counter(), time.process_time()
                with house.uow.read() as session:
                    page = search(
                        session,
                        actor,
                        asked,
                        engine=house.search,
                        at=house.clock(),
                        zone=house.zone,
                        counts=True,
                    )
                times.append(time.perf_counter() - started)
                cpu.append(time.process_time() - began)
                totals.append(page.total)
                if compared is not None:
                    started = time.perf_counter()
                    compared(asked.text)
                    by_itself.append(time.perf_counter() - started)
        everything += times
        busy += cpu
        show(name, times, cpu, totals)
    show("all", everything, busy, [0])
    if by_itself:
        p50, p95 = (percentile(by_itself, share) for share in (0.5, 0.95))
        print(f"engine alone: p50 {p50:.1f}, p95 {p95:.1f}: {percentile(everything, 0.95) / p95:.1f} times")
    print(f"in memory: {memory()}")


def show(name: str, times: list[float], cpu: list[float], totals: list[int]) -> None:
    print(
        f"{name:24}{percentile(times, 0.5):8.1f}{percentile(times, 0.95):8.1f}{max(times) * 1e3:8.1f}"
        f"{percentile(cpu, 0.5):8.1f}{percentile(cpu, 0.95):8.1f}{sorted(totals)[len(totals) // 2]:15}"
    )


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--house", type=Path, help="a folder made by benchmarks/world.py")
    reader.add_argument("--texts", type=Path, help="a folder of procedures whose sentences are used")
    given = reader.parse_args()
    if given.house is not None:
        home = opened(given.house)
        main(home, is_real=given.texts is not None)
        home.close()
    else:
        with tempfile.TemporaryDirectory() as made:
            home = build(Path(made), 10_000, 100_000, given.texts)
            rebuild(home)
            main(home, is_real=given.texts is not None)
            home.close()
