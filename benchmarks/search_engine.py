"""Times of the search engine: with who may see what, exact totals, counts by facets and snippets.

    python -m benchmarks.search_engine [items] [--engine whoosh] [--folder FOLDER] [--texts FOLDER] [--life]

The figure that counts is the p95 of "all" beside "engine alone": the same words asked of tantivy itself,
without filters, counts and snippets, in the same run. `--life` adds entries at 50 a second, and searches
during a rebuild.
"""

import argparse
import pickle
import random
import re
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from docx import Document as Docx
from opencc import OpenCC

from search.api import FACETS, Entry, Query, SearchEngine
from search.asked import clauses
from search.language import parse
from search.snippets import snippet

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WHO = [
    "检验员",
    "保管员",
    "班长",
    "工艺员",
    "采购员",
    "客服专员",
    "内审员",
    "设备管理员",
    "文控",
    "部门负责人",
    "倉管員",
    "質檢員",
]
DOES = ["填写", "核对", "登记", "复查", "上报", "汇总", "确认", "抽查", "移交", "归档", "記錄", "驗證"]
WHAT = [
    "来料检验记录",
    "设备点检表",
    "客户退货单",
    "校准证书",
    "培训签到表",
    "供方评价表",
    "纠正措施单",
    "工艺参数表",
    "出库清单",
    "温湿度记录",
    "内审检查表",
    "管理评审输入",
    "風險評估表",
    "不合格品處理單",
    "合同評審記錄",
    "環境監測數據",
]
WHEN = [
    "当日",
    "每周五前",
    "月底",
    "发现异常后两小时内",
    "审批后",
    "交接班时",
    "批次完成后",
    "收到通知后三天内",
]
WHY = ["以便追溯", "防止误用", "供分析改进", "作为考核依据", "满足顾客要求", "符合程序规定", "避免重复发生"]
ENGLISH = (
    "The {a} certificate was checked against form {n} and filed.",
    "Supplier {a} replied to the complaint; see report {n} for corrective action.",
    "Calibration of gauge {n} is due within {d} days and recorded by the quality department.",
)
SYLLABLES = "安北川德恩丰广海江凯立明宁普启瑞盛泰维新永远泽智"


def sentences(chance: random.Random, count: int) -> list[str]:
    """Make distinct sentences; drawing them with falling weight gives common and rare phrases."""
    made = []
    for number in range(count):
        code = f"{chance.choice('ABCDE')}{chance.choice('KQTZ')}-{chance.randrange(10**5):05}"
        name = "".join(chance.choices(SYLLABLES, k=2)) + chance.choice(["公司", "机电", "五金"])
        if number % 9 == 0:
            text = chance.choice(ENGLISH).format(a=name, n=code, d=chance.randrange(5, 90))
        else:
            text = (
                f"{chance.choice(WHO)}{chance.choice(WHEN)}{chance.choice(DOES)}{name}的"
                f"{chance.choice(WHAT)}（编号{code}），{chance.choice(DOES)}数量"
                f"{chance.randrange(1, 9999)}，{chance.choice(WHY)}；必要时由{chance.choice(WHO)}"
                f"{chance.choice(DOES)}{chance.choice(WHAT)}。"
            )
        made.append(text)
    return made


#: What is asked for where real texts are searched: words of all procedures.
COMMON = ["记录", "质量", "顾客", "管理", "控制", "程序", "负责", "部门"]
THINGS = ["投诉处理", "管理评审", "质量记录", "保存期限", "纠正措施", "顾客满意", "不合格品", "质量目标"]
POSTS = ["部门", "总经理", "负责人", "办公室", "客服部", "管理者代表"]


class Stock:
    """Sentences that texts are made of: made ones, or real ones with names and codes between them."""

    def __init__(self, texts: Path | None) -> None:
        chance = random.Random(5)
        self.made = sentences(chance, 40_000)
        self.weights = _falling(len(self.made))
        self.real = _sentences_of(texts) if texts is not None else []
        chance.shuffle(self.real)
        self.real_weights = _falling(len(self.real))
        self.to_traditional = OpenCC("s2t")

    def body(self, chance: random.Random) -> str:
        """Return a text of 5 to 25 sentences; of real ones every fifth is in traditional characters.

        74 % are real sentences, common and rare ones, 10 % halves of two, 16 % made ones.
        """
        count = chance.randint(5, 25)
        if not self.real:
            return "\n".join(chance.choices(self.made, cum_weights=self.weights, k=count))
        lines = []
        for _ in range(count):
            kind = chance.random()
            first, other = chance.choices(self.real, cum_weights=self.real_weights, k=2)
            if kind < 0.74:
                lines.append(first)
            elif kind < 0.84:
                lines.append(first[: len(first) // 2] + other[len(other) // 2 :])
            else:
                lines.append(chance.choice(self.made))
        text = "\n".join(lines)
        return str(self.to_traditional.convert(text)) if chance.random() < 0.2 else text


def _falling(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 20) for rank in range(count)))


def _sentences_of(folder: Path) -> list[str]:
    """Read the sentences of the procedures in a folder, docx and txt, each once."""
    found: dict[str, None] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".txt":
            text = path.read_bytes().decode("utf-8", "ignore")
        elif path.suffix == ".docx":
            text = "\n".join(one.text for one in Docx(str(path)).paragraphs)
        else:
            continue
        found |= dict.fromkeys(one.strip() for one in re.split(r"[。；\n]", text))
    return [one for one in found if 6 <= len(one) <= 150]


TEXTS: list[Path] = []


@cache
def _stock() -> Stock:
    return Stock(TEXTS[0] if TEXTS else None)


class Bodies:
    """The texts in a file, so that the memory of the engine can be told from theirs."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def has(self, number: int) -> bool:
        """Say whether an entry is one of those whose text is kept; those that arrive later are not."""
        return number < len(self)

    def append(self, body: str) -> None:
        self._file.seek(self._ends[-1])
        self._ends.append(self._ends[-1] + self._file.write(body.encode()))

    def __getitem__(self, number: int) -> str:
        self._file.seek(self._ends[number])
        return self._file.read(self._ends[number + 1] - self._ends[number]).decode()


def entries(items: int) -> Iterator[Entry]:
    chance = random.Random(1)
    stock = _stock()
    for number in range(items):
        body = stock.body(chance)
        document = number % 10 == 0
        start = NOW + timedelta(days=chance.randrange(-2_000, 100))
        yield Entry(
            id=f"i{number:07}",
            kind="document" if document else "record",
            number=f"QR-{number % 97:02}-{number:06}",
            title=f"{chance.choice(WHAT)} {number}",
            body=body,
            state=chance.choice(["accepted", "in force", "superseded"]),
            unit=f"u{number % 20}",
            type=f"t{number % 7}",
            day=date(2018, 1, 1) + timedelta(days=chance.randrange(3_000)),
            access=f"s{number % 60}",
            published="everybody" if document else None,
            valid_from=start if document else None,
            valid_until=start + timedelta(days=900) if document else None,
            retention=f"c{number % 9}",
        )


def questions(bodies: Bodies) -> dict[str, list[str]]:
    chance = random.Random(2)
    common, things, posts = (COMMON, THINGS, POSTS) if _stock().real else (DOES, WHAT, WHO)

    def cut(low: int, high: int) -> str:
        line = chance.choice(bodies[chance.randrange(len(bodies))].split("\n"))
        start = chance.randrange(max(1, len(line) - high))
        return line[start : start + chance.randint(low, high)].replace('"', "")

    return {
        "common word": [chance.choice(common) for _ in range(30)],
        "one character": [chance.choice("检记单表") for _ in range(10)],
        "4 to 6 characters": [f'"{cut(4, 6)}"' for _ in range(40)],
        "7 to 20, mixed": [f'"{cut(7, 20)}"' for _ in range(30)],
        "two words": [f"{chance.choice(things)} {chance.choice(posts)}" for _ in range(30)],
        "English words": [chance.choice(["calibrations", "supplier complaint", "reports due"])] * 15,
        "beginning of a number": [f"QR-{chance.randrange(97):02}-0" for _ in range(15)],
        "part of a number": [f"{chance.choice('KQTZ')}-{chance.randrange(99):02}" for _ in range(15)],
        "nothing": ["并无此句于文中", "zzqx", '"録記驗檢"'] * 5,
    }


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1_000


def memory() -> str:
    """Return what of this process is in no file, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return f"{int(next(line for line in lines if line.startswith('RssAnon')).split()[1]) / 1024:.0f} MB"


def opened(name: str, folder: Path) -> SearchEngine:
    if name == "whoosh":
        from search.whoosh import WhooshEngine

        return WhooshEngine(folder)
    from search.tantivy import TantivyEngine

    return TantivyEngine(folder)


def alone(engine: Any) -> Callable[[str], None] | None:
    """Return how tantivy itself is asked for the words of a search, with its count; None for whoosh."""
    if type(engine).__name__ != "TantivyEngine":
        return None
    import tantivy

    from search.questions import wording

    view = engine._view()

    def ask(text: str) -> None:
        must = [(tantivy.Occur.Must, wording(clause)) for clause in clauses(parse(text))]
        view.searcher.search(tantivy.Query.boolean_query(must), 20)

    return ask


def kept(items: int, path: Path) -> Iterator[Entry]:
    """Make entries once, into a file, and read them from there: making them is not what is measured."""
    if not path.exists():
        with path.open("wb") as file:
            for one in entries(items):
                pickle.dump(one, file)
    with path.open("rb") as file:
        for _ in range(items):
            yield pickle.load(file)


def fill(engine: SearchEngine, items: int, file: Path) -> float:
    """Make the index of so many items; return how many a second."""
    started = time.perf_counter()
    with engine.rebuild(position=1) as fresh:
        fresh.add(kept(items, file))
    return items / (time.perf_counter() - started)


def raw_rate(items: int, file: Path) -> tuple[float, float]:
    """Return how many documents a second tantivy takes by itself: made before, and made on the way."""
    import tantivy

    from search import schema

    def rate(documents: Iterable[Any]) -> float:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            index = tantivy.Index(schema.SCHEMA, path=folder)
            started = time.perf_counter()
            writer = index.writer(128_000_000, 1)
            for one in documents:
                writer.add_document(one)
            writer.commit()
            writer.wait_merging_threads()
            return items / (time.perf_counter() - started)

    sample = list(kept(items, file))
    return rate([schema.document(one) for one in sample]), rate(map(schema.document, sample))


SETS = frozenset({"everybody", *(f"s{n}" for n in range(0, 60, 5))})


def ask(engine: SearchEngine, text: str, bodies: Bodies) -> int:
    """Ask as the product does: filters, count, facets, snippets of the page; return the total."""
    found = engine.search(Query(text=text, sets=SETS, at=NOW, not_ended=True, facets=frozenset(FACETS)))
    for hit in found.hits:
        if bodies.has(number := int(hit.id[1:])):
            snippet(bodies[number], text)
    return found.total


def main(items: int, name: str, folder: Path, *, life: bool) -> None:
    bodies = Bodies(folder.parent / "bodies")
    _stock()  # made before anything is timed
    engine = opened(name, folder)
    file = folder.parent / "entries"
    for one in kept(items, file):  # made before anything is timed
        bodies.append(one.body)
    was_there = engine.state == "ready" and engine.count() >= items  # in a folder given, from a run before
    rate = 0.0 if was_there else fill(engine, items, file)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(f"{name}, {items} items, {rate:.0f}/s, {size:.0f} MB, in memory after filling {memory()}")
    if name == "tantivy" and rate:
        sample = min(items, 20_000)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:  # memory of its own
            made, on_the_way = elsewhere.submit(raw_rate, sample, file).result()
        print(
            f"tantivy alone: {made:.0f}/s of documents made before ({rate / made:.0%}), "
            f"{on_the_way:.0f}/s where their terms are made on the way ({rate / on_the_way:.0%})"
        )
    compared = alone(engine)
    everything: list[float] = []
    by_itself: list[float] = []
    print(f"{'':24}{'p50':>8}{'p95':>8}{'worst':>8}   engine alone p50 / p95   median total")
    for kind, typed in questions(bodies).items():
        full, raw_times, totals = [], [], []
        for _ in range(3):
            for text in typed:
                started = time.perf_counter()
                totals.append(ask(engine, text, bodies))
                full.append(time.perf_counter() - started)
                if compared is not None:
                    started = time.perf_counter()
                    compared(text)
                    raw_times.append(time.perf_counter() - started)
        everything += full
        by_itself += raw_times
        print_line(kind, full, raw_times, sorted(totals)[len(totals) // 2])
    print_line("all", everything, by_itself, 0)
    print(f"in memory after searching: {memory()}")
    if by_itself:
        share = percentile(everything, 0.95) / percentile(by_itself, 0.95)
        print(f"p95 beside the engine alone: {share:.1f} times")
    one_by_one(engine)
    started = time.perf_counter()
    sound = engine.intact()
    print(f"read and checked whole: {time.perf_counter() - started:.1f} s, sound: {sound}")
    started = time.perf_counter()
    again = opened(name, folder)
    again.search(Query(text="记录", sets=SETS, at=NOW))
    print(f"opened and searched: {(time.perf_counter() - started) * 1_000:.0f} ms")
    again.close()
    if life:
        arriving(engine, items)
        in_use(engine, items, bodies, file)
    engine.close()


def one_by_one(engine: SearchEngine) -> None:
    times = []
    again = next(entries(1))
    for number in range(20):
        started = time.perf_counter()
        engine.apply([again], [], position=number + 2)
        times.append(time.perf_counter() - started)
    print(f"one entry written: p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms")


def arriving(engine: SearchEngine, items: int, seconds: int = 10, rate: int = 50) -> None:
    """Let entries arrive at a rate, a follower take what waits; say when each could be found."""
    fresh = list(islice(entries(items + seconds * rate), items, None))
    began = time.perf_counter()
    waits, done = [], 0
    while done < len(fresh):
        there = min(len(fresh), int((time.perf_counter() - began) * rate))
        if there > done:
            engine.apply(fresh[done:there], [], position=1_000 + there)
            now = time.perf_counter() - began
            waits += [now - number / rate for number in range(done, there)]
            done = there
        else:
            time.sleep(0.005)
    print(
        f"{rate} entries a second: found after p50 {percentile(waits, 0.5):.0f} ms, "
        f"p95 {percentile(waits, 0.95):.0f} ms, at the latest {max(waits) * 1_000:.0f} ms"
    )


def in_use(engine: SearchEngine, items: int, bodies: Bodies, file: Path) -> None:
    """Search while the index is made anew beside the old one."""

    def anew() -> None:
        with engine.rebuild(position=9_999_999) as fresh:
            fresh.add(kept(items, file))

    typed = [text for texts in questions(bodies).values() for text in texts]
    chance = random.Random(4)
    thread = threading.Thread(target=anew)
    started = time.perf_counter()
    thread.start()
    times = []
    while thread.is_alive():
        begun = time.perf_counter()
        ask(engine, chance.choice(typed), bodies)
        times.append(time.perf_counter() - begun)
        time.sleep(0.05)
    thread.join()
    print(
        f"made anew in {time.perf_counter() - started:.0f} s, meanwhile {len(times)} searches p50 "
        f"{percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, "
        f"worst {max(times) * 1e3:.0f} ms"
    )


def print_line(name: str, full: list[float], raw: list[float], total: int) -> None:
    beside = f"{percentile(raw, 0.5):18.1f}{percentile(raw, 0.95):8.1f}" if raw else f"{'':26}"
    line = f"{name:24}{percentile(full, 0.5):8.1f}{percentile(full, 0.95):8.1f}{max(full) * 1e3:8.1f}"
    print(f"{line}{beside}{total:12}")
    sys.stdout.flush()


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("items", type=int, nargs="?", default=100_000)
    reader.add_argument("--engine", choices=["tantivy", "whoosh"], default="tantivy")
    reader.add_argument("--folder", type=Path, help="what is made stays there for the next run")
    reader.add_argument("--life", action="store_true")
    reader.add_argument("--texts", type=Path, help="a folder of procedures whose sentences are used")
    given = reader.parse_args()
    TEXTS += [given.texts] if given.texts else []
    with tempfile.TemporaryDirectory() as made:
        where = given.folder or Path(made)
        where.mkdir(parents=True, exist_ok=True)
        main(given.items, given.engine, where / "index", life=given.life)
