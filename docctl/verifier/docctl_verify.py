#!/usr/bin/env python3
"""Checks an export of a docctl audit trail, offline: needs Python 3.10 or newer and nothing else (T-2).

    python docctl_verify.py FOLDER [--key FINGERPRINT] [--witness FOLDER] [--file F]... [--json]

Exit codes: 0 everything that was checked holds, 1 something does not, 2 wrong call.
This file stands alone on purpose: read it, keep it, run it on a machine of your own.
核验 docctl 审计数据包：离线运行，只需要 Python 3.10 以上的标准库。
退出码：0 全部成立，1 有不成立之处，2 用法错误。
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

GENESIS = "0" * 64
HEX64 = re.compile(r"[0-9a-f]{64}")

# --- Ed25519 verification, RFC 8032 section 5.1 -----------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates: x, y, z, t with x*y = z*t


def point_of(data: bytes) -> Point | None:
    """Decode a point; None for y >= p, for no point of the curve, and for a signed zero (5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if len(data) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        if v * x * x % P != -u % P:
            return None
        x = x * ROOT_OF_MINUS_ONE % P
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def added(p: Point, q: Point) -> Point:
    """Add two points (5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def doubled(p: Point) -> Point:
    """Double a point (5.1.4)."""
    a, b, c = p[0] * p[0], p[1] * p[1], 2 * p[2] * p[2]
    h = a + b
    e, g = h - (p[0] + p[1]) * (p[0] + p[1]), a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = point_of(_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def encoded(p: Point) -> bytes:
    """Encode a point (5.1.2)."""
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_signed(public: str, signature: str, message: bytes) -> bool:
    """Say whether an Ed25519 signature (hexadecimal) holds: R = [S]B - [k]A, with S below L (5.1.7)."""
    try:
        key, given = bytes.fromhex(public), bytes.fromhex(signature)
    except (ValueError, TypeError):
        return False
    s = int.from_bytes(given[32:], "little")
    point = point_of(key)
    if len(given) != 64 or point is None or point_of(given[:32]) is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(given[:32] + key + message).digest(), "little") % L
    minus = (-point[0] % P, point[1], 1, -point[3] % P)
    either = added(BASE, minus)
    found: Point = (0, 1, 1, 0)
    for place in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        found = doubled(found)
        bits = (s >> place & 1) + 2 * (k >> place & 1)
        if bits:
            found = added(found, (BASE, minus, either)[bits - 1])
    return encoded(found) == given[:32]


# --- The tree, RFC 9162 section 2.1 -----------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The complete subtrees of the leaves so far, largest first."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size, self.hashes = size, list(hashes)

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        index = self.size
        while index & 1:
            leaf, index = node_hash(self.hashes.pop(), leaf), index >> 1
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> str:
        """Return the root in hexadecimal."""
        found = self.hashes[-1] if self.hashes else hashlib.sha256(b"").digest()
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found.hex()


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: str) -> bool:
    """Check an inclusion proof; its length is bound to index and size (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    inner, last = index, size - 1
    for one in path:
        if last == 0:
            return False
        if inner & 1 or inner == last:
            leaf = node_hash(one, leaf)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            leaf = node_hash(leaf, one)
        inner, last = inner >> 1, last >> 1
    return last == 0 and leaf.hex() == root


def is_consistent(old: int, new: int, old_root: str, new_root: str, path: list[bytes]) -> bool:
    """Check a consistency proof; its length is bound to both sizes (2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [bytes.fromhex(old_root), *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    inner, last = old - 1, new - 1
    while inner & 1:
        inner, last = inner >> 1, last >> 1
    first = second = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if inner & 1 or inner == last:
            first, second = node_hash(one, first), node_hash(one, second)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            second = node_hash(second, one)
        inner, last = inner >> 1, last >> 1
    return last == 0 and first.hex() == old_root and second.hex() == new_root


# --- What is said ----------------------------------------------------------------------------------

WORDS = {
    "keys": ("密钥 {n} 把，逐把交接", "{n} key(s), each signed for by the one before"),
    "fingerprint": ("首把密钥指纹与您给出的一致：{key}", "the first key is the one you named: {key}"),
    "own_key": (
        "密钥取自数据包本身，未与外部比对；请核对首把密钥指纹：{key}",
        "the key comes from the package itself; compare the first key's fingerprint: {key}",
    ),
    "heads": (
        "签名树头 {n} 个，验证签名 {signed} 个；最新：{size} 条事件，{time}",
        "{n} signed head(s), {signed} signature(s) verified; newest: {size} events, {time}",
    ),
    "events": (
        "事件 {n} 条（第 {first} 至 {last} 条），其中 {withheld} 条只有摘要",
        "{n} event(s), {first} to {last}; of {withheld} only the digest is here",
    ),
    "sealed": ("全部事件与签名树头一致", "all events agree with the signed heads"),
    "tail": ("最新树头之后还有 {n} 条事件未封存", "{n} event(s) after the newest head are not sealed"),
    "epoch": (
        "第 {number} 纪元：恢复了旧状态，自第 {end} 条事件之后另起；已知丢失事件 {lost} 条；接受人：{people}",
        "epoch {number}: an older state restored, begun after event {end}; {lost} lost; accepted by {people}",
    ),
    "epoch_waits": (
        "第 {number} 纪元尚未被两个人接受：丢失的内容没有人认可",
        "epoch {number} is not accepted by two people: nobody has agreed to what was lost",
    ),
    "included": ("{n} 条事件证明在最新树头之内", "{n} event(s) proved to be in the newest head"),
    "selected": (
        "这是选出的部分事件：不能证明该项没有其他事件",
        "these events were picked out: that the item has no others is not proved",
    ),
    "consistent": ("{n} 个较早树头证明是最新树头的前段", "{n} earlier head(s) proved to begin the newest"),
    "signatures": (
        "签名 {n} 个：内容、人员、时间与事件一致",
        "{n} signature(s): content, person, time and event agree",
    ),
    "disposals": (
        "销毁清单 {n} 份：四人各异，清单与证书一致",
        "{n} destruction(s): four people, one list, its certificate",
    ),
    "not_proved_gone": (
        "另有 {n} 件的销毁在本包内没有完整的批准与证书，未予证明",
        "{n} more destroyed record(s): their approval and certificate are not whole in here, so not proved",
    ),
    "witness": (
        "见证方树头 {n} 个一致，{other} 个无法比对",
        "{n} head(s) of the witness agree, {other} cannot be compared",
    ),
    "witness_lost": (
        "见证方另有 {n} 个树头属于恢复时丢失并被接受的部分",
        "{n} more head(s) of the witness belong to what an accepted restore has lost",
    ),
    "file": ("文件 {name} 的摘要在封存内容之中", "the digest of {name} is among what is sealed"),
    "holds": ("结论：以上各项成立。", "Result: all of the above holds."),
    "fails": ("结论：不成立！", "Result: IT DOES NOT HOLD."),
    "proves": (
        "证明：自封存之后，所列事件未被修改、删除、插入或换序；签名与其内容、人员、时间相连。",
        "Proved: nothing sealed was changed, removed or moved since; signatures belong to what they signed.",
    ),
    "proves_some": (
        "证明：所列每条事件与封存时相同；签名与其内容、人员、时间相连。",
        "Proved: each event in here is as it was sealed; signatures belong to what they signed.",
    ),
    "not_proved": (
        "不能证明：从未写入的事件；未封存的尾部；内容本身真实；签名人确为本人；封存之前的时刻。",
        "Not proved: events never written; an unsealed end; that content is true; who held the password.",
    ),
    "one_view": (
        "没有与见证方副本比对：不能排除另有一份不同的记录。",
        "Not compared with a witness: another trail may have been shown to others.",
    ),
}

BROKEN = {
    "package": ("数据包不完整或格式不对", "the package is incomplete or malformed"),
    "key_id": ("密钥与其指纹不符", "a key does not have its fingerprint"),
    "key_chain": ("密钥未经前一把密钥签署", "a key was not signed for by the key before"),
    "key_other": ("首把密钥不是您给出的那一把", "the first key is not the one you named"),
    "head_form": ("树头格式不对", "a head is malformed"),
    "head_key": ("树头使用了未知密钥", "a head was signed with an unknown key"),
    "head_signature": ("树头签名不成立", "the signature of a head does not hold"),
    "head_origin": ("树头属于另一套系统", "a head is that of another installation"),
    "head_order": ("树头的大小或时间不递增", "heads do not grow in size and time"),
    "head_epoch": ("树头属于另一纪元", "a head belongs to another epoch"),
    "epoch": ("恢复旧状态的事件前后不一", "the events of a restore contradict each other"),
    "head_chain": ("树头没有接在前一个之后", "a head does not follow the one before"),
    "no_head": ("没有树头", "there is no head"),
    "event_form": ("事件格式不对", "an event is malformed"),
    "event_missing": ("事件缺失或顺序不对", "an event is missing or out of place"),
    "event_chain": (
        "事件没有接在前一条之后：被修改、删除或换序",
        "an event does not follow the one before: changed, removed or moved",
    ),
    "root": ("事件与签名树头不一致", "the events do not give the root that was signed"),
    "truncated": ("事件少于树头封存的数目", "there are fewer events than a head seals"),
    "inclusion": ("包含证明不成立", "an inclusion proof does not hold"),
    "consistency": ("一致性证明不成立", "a consistency proof does not hold"),
    "signature_seal": (
        "签名与其内容、人员或时间不符",
        "a signature does not fit its content, person or time",
    ),
    "signature_event": ("没有事件记载这个签名", "no event tells of this signature"),
    "signature_left_out": ("事件记载的签名不在包内", "a signature that an event tells of is not here"),
    "manifest": ("内容清单与其摘要不符", "a manifest does not have its digest"),
    "disposal_event": ("销毁清单缺少一个步骤的事件", "a step of the destruction has no event"),
    "disposal_people": (
        "提出、批准、执行、监销不是四个人",
        "proposer, approver, executor and witness are not four people",
    ),
    "disposal_list": ("签署的清单不是同一份", "it is not one list that was signed"),
    "disposal_order": ("销毁步骤的先后不对", "the steps of the destruction are out of order"),
    "disposal_signature": ("批准、执行或监销缺少签名", "approval, execution or witnessing has no signature"),
    "disposal_item": (
        "被销毁的记录不在批准的清单上，或文件摘要不同",
        "a destroyed record is not on the approved list, or not with these files",
    ),
    "disposal_left_out": (
        "有记录被销毁，却没有完整的销毁清单",
        "a record was destroyed, and no whole list of a destruction covers it",
    ),
    "certificate": ("销毁证书与事件记载不符", "the certificate is not the one of the event"),
    "witness": ("与见证方的树头不一致", "the witness has a different head"),
    "file": ("文件不在封存内容之中", "the file is not among what is sealed"),
}


class Broken(Exception):
    """Something does not hold: a key of BROKEN, and where."""

    def __init__(self, code: str, where: object = "") -> None:
        super().__init__(code, where)
        self.code, self.where = code, str(where)


def broken(code: str, where: object = "") -> NoReturn:
    """Stop with what does not hold."""
    raise Broken(code, where)


def canonical(value: Any) -> str:
    """Write JSON the one way in which it was hashed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(data: str | bytes) -> str:
    """Return a SHA-256 in hexadecimal."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


# --- The checks ------------------------------------------------------------------------------------


class Package:
    """An export on disk, checked part by part; `said` collects what holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.about = self.one("package.json")
        self.origin = str(self.about.get("origin"))
        self.keys: dict[str, str] = {}
        self.heads: list[dict[str, Any]] = []
        self.roots: dict[int, str] = {}
        self.wanted: dict[str, list[dict[str, Any]]] = {"seal": [], "list": []}
        self.kept: list[dict[str, Any]] = []
        self.epochs: list[dict[str, Any]] = []
        self.digests: set[str] = set()
        self.sealed: set[str] = set()
        self.withheld = 0

    def say(self, part: str, **values: Any) -> None:
        """Note that something holds."""
        self.said.append((part, values))

    def one(self, name: str) -> Any:
        """Read a JSON file."""
        try:
            return json.loads((self.folder / name).read_text("utf-8"))
        except (OSError, ValueError):
            broken("package", name)

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a file; nothing where there is none."""
        path = self.folder / name
        if not path.exists():
            return
        with path.open(encoding="utf-8", newline="\n") as source:
            for line in source:
                yield line.removesuffix("\n")

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the JSON of each line."""
        try:
            return [json.loads(line) for line in self.lines(name)]
        except ValueError:
            broken("package", name)

    def check_keys(self, fingerprint: str) -> None:
        """Each key has its fingerprint and was signed for by the key before."""
        before: dict[str, Any] | None = None
        for row in self.one("keys.json"):
            if sha256(bytes.fromhex(row["public"])) != row["key_id"]:
                broken("key_id", row["key_id"])
            body = {key: row[key] for key in ("public", "since", "prev")}
            message = b"docctl audit key v1\n" + canonical({"v": 1, "origin": self.origin, **body}).encode()
            if row["prev"] != (before["key_id"] if before else ""):
                broken("key_chain", row["key_id"])
            if before is not None and not is_signed(before["public"], row["signature"], message):
                broken("key_chain", row["key_id"])
            self.keys[row["key_id"]] = row["public"]
            before = row
        first = next(iter(self.keys), "")
        if fingerprint and not (len(fingerprint) >= 16 and first.startswith(fingerprint.lower())):
            broken("key_other", first)
        self.say("keys", n=len(self.keys))
        self.say("fingerprint" if fingerprint else "own_key", key=first)

    def head(self, line: str, *, check: bool = True) -> dict[str, Any]:
        """Return what a head says, once form, origin, key and signature hold."""
        try:
            note = json.loads(line)
            found: dict[str, Any] = json.loads(note["body"])
            exact = canonical(found) == note["body"]
            exact = exact and all(HEX64.fullmatch(found[key]) for key in ("root", "prev", "key"))
        except (ValueError, TypeError, KeyError):
            broken("head_form", line[:80])
        if not exact or type(found["size"]) is not int or found["size"] < 1 or found["v"] != 1:
            broken("head_form", line[:80])
        if type(found.get("epoch", 0)) is not int or found.get("epoch", 1) < 1:
            broken("head_form", line[:80])
        if found["origin"] != self.origin:
            broken("head_origin", found["size"])
        if found["key"] not in self.keys:
            broken("head_key", found["size"])
        message = b"docctl audit head v1\n" + note["body"].encode()
        if check and not is_signed(self.keys[found["key"]], note["signature"], message):
            broken("head_signature", found["size"])
        return {**found, "digest": sha256(note["body"])}

    def check_heads(self, most: int) -> None:
        """Heads are signed and grow; in a whole package each names the one before.

        Of more than `most` heads only the ends are verified one by one: the signed newest one names
        the digest of the one before, and so on, which binds them all.
        """
        lines = list(self.lines("heads.jsonl"))
        whole = bool(self.about.get("whole"))
        each = len(lines) <= most or not whole
        for place, line in enumerate(lines):
            head = self.head(line, check=each or place in {0, len(lines) - 1})
            before = self.heads[-1] if self.heads else None
            if before and (head["size"] <= before["size"] or head["time"] < before["time"]):
                broken("head_order", head["size"])
            if whole and head["prev"] != (before["digest"] if before else self.about["prev"]):
                broken("head_chain", head["size"])
            self.heads.append(head)
        if not self.heads:
            broken("no_head")
        newest = self.heads[-1]
        signed = len(lines) if each else 2
        self.say("heads", n=len(lines), signed=signed, size=newest["size"], time=newest["time"])

    def event(self, line: str) -> tuple[int, str, dict[str, Any] | None]:
        """Return number, hash and content of an event; one that is withheld has only its hash."""
        try:
            found = json.loads(line)
            if found.get("withheld"):
                if set(found) != {"seq", "hash", "withheld"} or not HEX64.fullmatch(found["hash"]):
                    broken("event_form", line[:80])
                return found["seq"], found["hash"], None
            if not HEX64.fullmatch(found["prev"]) or found["v"] != 1:
                broken("event_form", found["seq"])
            return found["seq"], sha256(line), found
        except (ValueError, TypeError, KeyError, AttributeError):
            broken("event_form", line[:80])

    def keep(self, found: dict[str, Any] | None) -> None:
        """Remember an event that later checks ask for; what no head seals proves nothing."""
        if found is None or found["seq"] > self.heads[-1]["size"]:
            return
        if '"seal"' in found["facts"] or found["action"] in ASKED:
            self.kept.append({**found, "facts": json.loads(found["facts"])})

    def check_events(self) -> None:
        """Events follow each other without a gap and give the roots that were signed."""
        start = self.about.get("start") or {"size": 0, "hashes": [], "hash": GENESIS}
        tree = Tree(start["size"], [bytes.fromhex(one) for one in start["hashes"]])
        if len(tree.hashes) != tree.size.bit_count() or tree.size >= self.heads[-1]["size"]:
            broken("package", "start")  # without an event up to the newest head nothing gives its root
        roots = {one["size"]: one["root"] for one in self.heads}
        prev, withheld, first = start["hash"], 0, tree.size + 1
        for line in self.lines("events.jsonl"):
            seq, found, event = self.event(line)
            if seq != tree.size + 1:
                broken("event_missing", min(seq, tree.size + 1))
            if event is None:
                withheld += 1
            elif event["prev"] != prev:
                broken("event_chain", seq)
            self.keep(event)
            tree.append(leaf_hash(bytes.fromhex(found)))
            prev = found
            if tree.size in self.asked:
                self.roots[tree.size] = tree.root()
            if tree.size in roots and tree.root() != roots[tree.size]:
                broken("root", tree.size)
        newest, self.withheld = self.heads[-1]["size"], withheld
        if tree.size < newest:
            broken("truncated", tree.size + 1)
        self.say("events", n=tree.size + 1 - first, first=first, last=tree.size, withheld=withheld)
        self.say("sealed")
        if tree.size > newest:
            self.say("tail", n=tree.size - newest)

    def check_epochs(self) -> None:
        """Say what each restore of an older state means; every head is of the epoch of its events."""
        for event in self.kept:
            if event["action"] == "epoch.started":
                self.begin_epoch(event)
            elif event["action"] == "epoch.accepted":
                self.accept_epoch(event)
        for one in self.epochs:
            lost = sum(max(0, to - one["end"]) for _, to in one["lost"])
            names = ", ".join(one["people"].values()) or "-"
            self.say("epoch", number=one["number"], end=one["end"], lost=lost, people=names)
            if len(one["people"]) < 2:
                self.say("epoch_waits", number=one["number"])
        if self.about.get("whole") or self.about.get("record"):
            for head in self.heads:
                number = max((one["number"] for one in self.epochs if one["end"] < head["size"]), default=0)
                if head.get("epoch", 0) != number:
                    broken("head_epoch", head["size"])

    def begin_epoch(self, event: dict[str, Any]) -> None:
        """Take up an epoch: it follows the restored end, and its number is a new one."""
        facts = event["facts"]
        last = self.epochs[-1]["number"] if self.epochs else 0
        if facts["epoch"] <= last or facts["end"] != event["seq"] - 1:
            broken("epoch", event["seq"])
        one = {"number": facts["epoch"], "end": facts["end"], "lost": facts["lost"]}
        self.epochs.append({**one, "content": facts["content"], "people": {}})

    def accept_epoch(self, event: dict[str, Any]) -> None:
        """Take up who accepted an epoch, and exactly what it says was lost."""
        facts = event["facts"]
        for one in self.epochs:
            if one["number"] == facts["epoch"] and one["content"] == facts["content"]:
                one["people"][event["actor"]] = event["actor_name"]

    def place_of(self, epoch: int, size: int) -> str:
        """Say where a head of a witness belongs: here, to what an accepted restore has lost, or nowhere."""
        own = [one for one in self.epochs if one["number"] == epoch]
        after = [one for one in self.epochs if one["number"] > epoch]
        if own and size <= own[0]["end"]:
            return "nowhere"
        if (own or epoch == 0) and (not after or size <= after[0]["end"]):
            return "here"
        for one in self.epochs:
            if len(one["people"]) > 1 and any(of == epoch and size <= to for of, to in one["lost"]):
                return "lost"
        return "nowhere"

    def check_selection(self) -> None:
        """Each event that was picked out is proved to be in the newest head."""
        newest = self.heads[-1]
        proofs = {row["seq"]: row["path"] for row in self.rows("proofs.jsonl")}
        last, count, withheld, first = 0, 0, 0, 0
        for line in self.lines("events.jsonl"):
            seq, found, event = self.event(line)
            if type(seq) is not int or seq <= last or seq not in proofs:
                broken("event_missing", seq)
            path = [bytes.fromhex(one) for one in proofs[seq]]
            if not is_included(
                leaf_hash(bytes.fromhex(found)), seq - 1, newest["size"], path, newest["root"]
            ):
                broken("inclusion", seq)
            self.keep(event)
            last, count, withheld = seq, count + 1, withheld + (event is None)
            first = first or seq
        if count != self.about["events"]:
            broken("event_missing", count)
        self.say("events", n=count, first=first, last=last, withheld=withheld)
        self.say("included", n=count)
        self.say("selected")

    def check_consistency(self) -> None:
        """Each earlier head begins the newest: by its events, or by a proof."""
        newest, proofs = self.heads[-1], {row["old"]: row for row in self.rows("consistency.jsonl")}
        start = (self.about.get("start") or {"size": 0})["size"]
        by_events = (
            set() if self.about.get("record") else {h["size"] for h in self.heads if h["size"] > start}
        )
        count = 0
        for head in self.heads[:-1]:
            if head["size"] in by_events:
                continue
            path = [bytes.fromhex(one) for one in proofs.get(head["size"], {"path": []})["path"]]
            if not is_consistent(head["size"], newest["size"], head["root"], newest["root"], path):
                broken("consistency", head["size"])
            count += 1
        if count:
            self.say("consistent", n=count)

    def check_manifests(self) -> dict[str, dict[str, Any]]:
        """Each content has the digest under which it was signed; return them by digest."""
        found = {}
        for row in self.rows("manifests.jsonl"):
            if sha256(row["text"]) != row["sha256"]:
                broken("manifest", row["sha256"])
            found[row["sha256"]] = json.loads(row["text"])
        return found

    def check_signatures(self) -> list[dict[str, Any]]:
        """Each seal binds content, meaning, person, name and time, and an event of that person names it."""
        rows = self.rows("signatures.jsonl")
        told = {one["facts"].get("seal"): one for one in self.kept if one["facts"].get("seal")}
        for row in rows:
            subject = f"{row['kind']}:{row['subject']}:{row['round']}"
            bound = {"v": 1, "subject": subject, "content": row["content"], "meaning": row["meaning"]}
            bound |= {"signer": row["person"], "name": row["name"], "at": row["at"]}
            bound |= {key: row[key] for key in ("for", "for_name") if key in row}  # who was stood in for
            if sha256(canonical(bound)) != row["seal"]:
                broken("signature_seal", subject)
            event = told.get(row["seal"])
            fits = event is not None and event["actor"] == row["person"] and event["occurred_at"] == row["at"]
            fits = fits and event["on_behalf_of"] == row.get("for")  # type: ignore[index]
            if not fits or row["subject"] not in event["subject"]:  # type: ignore[index]
                broken("signature_event", subject)
            self.sealed.add(row["content"])
        self.say("signatures", n=len(rows))
        return rows

    def check_disposals(self, manifests: dict[str, Any], signatures: list[dict[str, Any]]) -> None:
        """Four people, one list, its items and its certificate, in the order of the rule (R-6, R-7)."""
        rows = self.rows("disposals.jsonl")
        for row in rows:
            self.check_disposal(row, manifests, signatures)
        self.say("disposals", n=len(rows))
        self.check_left_out({row["number"] for row in rows}, {row["seal"] for row in signatures})

    def check_left_out(self, lists: set[str], seals: set[str]) -> None:
        """What the events tell of is here, or it is said that it is not (A-3, R-6)."""
        for one in self.kept:
            if (seal := one["facts"].get("seal")) and seal not in seals:
                broken("signature_left_out", one["seq"])
        told = {
            action: {one["facts"].get("list") for one in self.kept if one["action"] == action}
            for action in STEPS
        }
        gone = [one for one in self.kept if one["action"] == "record.destroyed"]
        gone = [one for one in gone if one["facts"].get("list") not in lists]
        whole = self.about.get("whole") and not self.about.get("record") and not self.withheld
        for one in gone:
            number = one["facts"].get("list")
            is_under_way = number in told["disposal.witnessed"] and number not in told["disposal.executed"]
            if whole and not is_under_way:
                broken("disposal_left_out", one["facts"].get("number"))
        if gone:
            self.say("not_proved_gone", n=len(gone))

    def check_disposal(
        self, row: dict[str, Any], manifests: dict[str, Any], signatures: list[dict[str, Any]]
    ) -> None:
        """Check one list."""
        steps = []
        for action in STEPS:
            of_list = [one for one in self.kept if one["action"] == action and row["id"] in one["subject"]]
            if not of_list:
                broken("disposal_event", f"{row['number']} {action}")
            steps.append(of_list[-1])
        proposed, approved, ordered, witnessed, executed = steps
        people = {one["actor"] for one in (proposed, approved, ordered, witnessed)}
        if None in people or len(people) != 4:
            broken("disposal_people", row["number"])
        if [one["seq"] for one in steps] != sorted(one["seq"] for one in steps):
            broken("disposal_order", row["number"])
        listed = row["manifest"]
        named = {one["facts"].get("manifest") for one in (approved, ordered, witnessed)}
        if listed not in manifests or named != {listed}:
            broken("disposal_list", row["number"])
        for event, meaning in ((approved, "approve_disposal"), (ordered, "execute"), (witnessed, "witness")):
            if not any(
                one["meaning"] == meaning
                and one["content"] == listed
                and one["person"] == event["actor"]
                and one["subject"] == row["id"]
                for one in signatures
            ):
                broken("disposal_signature", f"{row['number']} {meaning}")
        self.check_items(row["number"], manifests[listed]["facts"], witnessed, executed)
        if row["certificate"] != executed["facts"]["certificate_sha256"] or not row["certificate"]:
            broken("certificate", row["number"])
        self.digests |= set(row["certificate"])

    def check_items(
        self, number: str, facts: dict[str, Any], witnessed: dict[str, Any], executed: dict[str, Any]
    ) -> None:
        """What was destroyed is what was approved, file by file, after the witness and before the end."""
        items = {one["record"]: one["hashes"] for one in facts["items"]}
        gone = [one for one in self.kept if one["action"] == "record.destroyed"]
        gone = [one for one in gone if one["facts"].get("list") == number]
        for one in gone:
            is_listed = items.get(one["subject"][1]) == one["facts"]["hashes"]
            if not is_listed or not witnessed["seq"] < one["seq"] < executed["seq"]:
                broken("disposal_item", one["facts"].get("number"))
        if facts["number"] != number or len(gone) != executed["facts"]["destroyed"]:
            broken("disposal_item", number)

    def check_witness(self, folder: Path) -> None:
        """Hold the heads that a witness has against this package."""
        ours = {one["size"]: one for one in self.heads}
        same, other, lost = 0, 0, 0
        for size, epoch in places_in(folder):
            place = self.place_of(epoch, size)
            if place == "lost":
                lost += 1
                continue
            mark = f"e{epoch:03d}-" if epoch else ""
            theirs = self.head((folder / f"head-{mark}{size:012d}.json").read_text("utf-8"))
            mine = ours[size]["root"] if size in ours else self.roots.get(size)
            if (theirs["size"], theirs.get("epoch", 0)) != (size, epoch):
                broken("witness", size)
            if place == "nowhere" or (mine is not None and mine != theirs["root"]):
                broken("witness", size)
            if mine is None and size > self.heads[-1]["size"] and self.about.get("whole"):
                broken("witness", size)
            same, other = same + (mine is not None), other + (mine is None)
        self.say("witness", n=same, other=other)
        if lost:
            self.say("witness_lost", n=lost)

    def check(self, options: argparse.Namespace) -> None:
        """Check all that the package holds; the first thing that does not hold ends it."""
        self.asked = {size for size, _ in places_in(options.witness)} if options.witness else set()
        self.check_keys(options.key)
        self.check_heads(options.most_signatures)
        if self.about.get("record"):
            self.check_selection()
        else:
            self.check_events()
        self.check_epochs()
        self.check_consistency()
        manifests = self.check_manifests()
        signatures = self.check_signatures()
        for digest in self.sealed & manifests.keys():  # a content that nobody signed is not sealed either
            self.digests |= set(re.findall(r"[0-9a-f]{64}", canonical(manifests[digest])))
        self.check_disposals(manifests, signatures)
        if options.witness:
            self.check_witness(options.witness)
        if not dict(self.said).get("witness", {}).get("n"):
            self.say("one_view")
        for path in options.file:
            if sha256(path.read_bytes()) not in self.digests:
                broken("file", path.name)
            self.say("file", name=path.name)


STEPS = (
    "disposal.proposed",
    "disposal.approved",
    "disposal.ordered",
    "disposal.witnessed",
    "disposal.executed",
)
ASKED = frozenset({*STEPS, "record.destroyed", "epoch.started", "epoch.accepted"})


def places_in(folder: Path) -> list[tuple[int, int]]:
    """Return size and epoch of the heads in a witness's folder."""
    names = (re.fullmatch(r"head-(?:e(\d{3})-)?(\d{12})\.json", one.name) for one in folder.iterdir())
    return sorted((int(match[2]), int(match[1] or 0)) for match in names if match)


def main(arguments: list[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Check a package and say what was found, in Chinese and English."""
    parser = argparse.ArgumentParser(description="docctl: verify an exported audit trail / 核验审计数据包")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", default="", help="fingerprint of the first key / 首把密钥指纹")
    parser.add_argument("--witness", type=Path, help="folder with a witness's heads / 见证方文件夹")
    parser.add_argument("--file", type=Path, action="append", default=[], help="file to find / 要核对的文件")
    parser.add_argument("--most-signatures", type=int, default=3000, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    said: list[tuple[str, dict[str, Any]]] = []
    reason, where = "", ""
    try:
        package = Package(options.folder)
        said = package.said
        package.check(options)
    except Broken as error:
        reason, where = error.code, error.where
    except (LookupError, TypeError, ValueError, AttributeError, OSError, RecursionError) as error:
        reason, where = "package", f"{type(error).__name__}: {error}"
    if options.json:
        say(json.dumps({"ok": not reason, "reason": reason or None, "where": where, "holds": dict(said)}))
        return 1 if reason else 0
    for key, values in said:
        for text in WORDS[key]:
            say(f"  {text.format(**values)}")
    for text in BROKEN[reason] if reason else ():
        say(f"! {text}: {where}")
    proves = "proves_some" if "selected" in dict(said) else "proves"
    for key in ("fails",) if reason else ("holds", proves, "not_proved"):
        for text in WORDS[key]:
            say(text)
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
