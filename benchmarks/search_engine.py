"""Times of the search engine at 100,000 items: with who may see what, exact totals and snippets.

    python benchmarks/search_engine.py [items] [folder]

The figure that counts is the p95 of "all" beside "engine alone", the same terms without filters and snippets.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import tantivy

from search import questions as asking
from search.api import Entry, Query
from search.asked import clauses
from search.language import parse
from search.snippets import snippet
from search.tantivy import TantivyEngine

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


def entries(items: int, bodies: dict[str, str]) -> Iterator[Entry]:
    chance = random.Random(1)
    stock = sentences(chance, 40_000)
    weights = list(accumulate(1 / (rank + 20) for rank in range(len(stock))))
    for number in range(items):
        body = "\n".join(chance.choices(stock, cum_weights=weights, k=chance.randint(5, 25)))
        document = number % 10 == 0
        start = NOW + timedelta(days=chance.randrange(-2_000, 100))
        entry = Entry(
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
        )
        bodies[entry.id] = body
        yield entry


def questions(bodies: dict[str, str]) -> dict[str, list[str]]:
    chance = random.Random(2)
    texts = list(bodies.values())

    def cut(low: int, high: int) -> str:
        line = chance.choice(chance.choice(texts).split("\n"))
        start = chance.randrange(max(1, len(line) - high))
        return line[start : start + chance.randint(low, high)].replace('"', "")

    return {
        "common word": [chance.choice(DOES) for _ in range(30)],
        "one character": [chance.choice("检记单表") for _ in range(10)],
        "4 to 6 characters": [f'"{cut(4, 6)}"' for _ in range(40)],
        "7 to 20, mixed": [f'"{cut(7, 20)}"' for _ in range(30)],
        "two words": [f"{chance.choice(WHAT)} {chance.choice(WHO)}" for _ in range(30)],
        "English words": [chance.choice(["calibrations", "supplier complaint", "reports due"])] * 15,
        "beginning of a number": [f"QR-{chance.randrange(97):02}-0" for _ in range(15)],
        "part of a number": [f"{chance.choice('KQTZ')}-{chance.randrange(99):02}" for _ in range(15)],
        "nothing": ["并无此句于文中", "zzqx", '"録記驗檢"'] * 5,
    }


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1_000


def main(items: int, folder: Path) -> None:
    bodies: dict[str, str] = {}
    engine = TantivyEngine(folder)
    started = time.perf_counter()
    with engine.rebuild(position=1) as fresh:
        fresh.add(entries(items, bodies))
    took = time.perf_counter() - started
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(f"{items} items in {took:.0f} s ({items / took:.0f}/s), {size:.0f} MB")
    print(f"mean body {sum(map(len, bodies.values())) / items:.0f} characters")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak {peak:.0f} MB with all bodies in memory")

    sets = frozenset({"everybody", *(f"s{n}" for n in range(0, 60, 5))})
    everything: list[float] = []
    alone: list[float] = []
    print(f"{'':24}{'p50':>8}{'p95':>8}{'worst':>8}   engine alone p50 / p95   median total")
    for name, typed in questions(bodies).items():
        full: list[float] = []
        raw: list[float] = []
        totals = []
        for _ in range(3):
            for text in typed:
                started = time.perf_counter()
                found = engine.search(Query(text=text, sets=sets, at=NOW, in_force_only=True))
                for hit in found.hits:
                    snippet(bodies[hit.id], text)
                full.append(time.perf_counter() - started)
                totals.append(found.total)
                view = engine._view()
                assert view is not None
                asked = tantivy.Query.boolean_query(
                    [(tantivy.Occur.Must, asking.wording(clause)) for clause in clauses(parse(text))]
                )
                started = time.perf_counter()
                view.searcher.search(asked, 20)
                raw.append(time.perf_counter() - started)
        everything += full
        alone += raw
        print_line(name, full, raw, sorted(totals)[len(totals) // 2])
    print_line("all", everything, alone, 0)

    times = []
    again = next(entries(1, {}))
    for number in range(20):
        started = time.perf_counter()
        engine.apply([again], [], position=number + 2)
        times.append(time.perf_counter() - started)
    print(f"one entry written: p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms")
    started = time.perf_counter()
    sound = engine.intact()
    print(f"read and checked whole: {time.perf_counter() - started:.1f} s, sound: {sound}")
    started = time.perf_counter()
    TantivyEngine(folder).search(Query(text="记录", sets=sets, at=NOW))
    print(f"opened and searched: {(time.perf_counter() - started) * 1_000:.0f} ms")


def print_line(name: str, full: list[float], raw: list[float], total: int) -> None:
    print(
        f"{name:24}{percentile(full, 0.5):8.1f}{percentile(full, 0.95):8.1f}{max(full) * 1e3:8.1f}"
        f"{percentile(raw, 0.5):18.1f}{percentile(raw, 0.95):8.1f}{total:12}"
    )


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        main(wanted, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(wanted, Path(made) / "index")
