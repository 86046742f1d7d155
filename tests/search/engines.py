"""Every engine that keeps the contract, by name, and a stock of entries that all of them are filled with."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from search.api import Entry, SearchEngine
from search.memory import MemoryEngine
from search.tantivy import TantivyEngine
from search.whoosh import WhooshEngine
from tests.search.making import NOW, SENTENCES, entry

ENGINES: Final[dict[str, Callable[[Path], SearchEngine]]] = {
    "memory": lambda folder: MemoryEngine(),
    "tantivy": lambda folder: TantivyEngine(folder, wait=0.2),
    "whoosh": lambda folder: WhooshEngine(folder, wait=0.2),
}


def stock(count: int) -> list[Entry]:
    """Make entries that differ in everything a question can ask for."""
    chance = random.Random(20261130)
    made = []
    for number in range(count):
        is_document = number % 3 == 0
        start = NOW + timedelta(days=chance.randrange(-900, 100)) if chance.random() < 0.8 else None
        made.append(
            entry(
                f"e{number:03}",
                "".join(chance.choices(SENTENCES, k=chance.randint(1, 6))),
                kind="document" if is_document else "record",
                number=f"{chance.choice(('QP', 'QR', 'AB'))}/XX-{chance.randrange(30):02}",
                title=chance.choice(("检验记录", "設備臺帳", "顾客投诉处理单", "Audit report", "")),
                state=chance.choice(("issued", "draft", "accepted", "suspended", "withdrawn")),
                unit=chance.choice(("SC", "PZ", "")),
                type=chance.choice(("form", "procedure", "QR-1102")),
                day=date(2023, 6, 1) + timedelta(days=chance.randrange(900))
                if chance.random() < 0.9
                else None,
                access=chance.choice(("staff", "office", "board")),
                published=chance.choice(("all", None)) if is_document else None,
                valid_from=start if is_document else None,
                valid_until=start + timedelta(days=400) if is_document and start and number % 2 else None,
                retention=chance.choice(("C3", "C10", "")),
                facts=(
                    ("unit", "生产部"),
                    ("batch", f"B-{chance.randrange(9)}"),
                    ("filer", chance.choice(("王强", "李秀兰"))),
                ),
                expires=start + timedelta(days=chance.randrange(800)) if start and number % 5 < 3 else None,
                choices=tuple(
                    (field, f"o{chance.randrange(1, 4)}")
                    for field in ("a1.f1", "a1.f2", "a1.f2", "b2.f1")
                    if not is_document and chance.random() < 0.6
                ),
            )
        )
    return made
