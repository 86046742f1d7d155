"""How a package is bent: by hand, and by a forger who computes everything anew with a key of their own."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docctl.domain.canonical import canonical, sha256
from docctl.domain.merkle import Frontier, leaf_hash
from docctl.verifier import docctl_verify

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """What the verifier answered."""

    code: int
    reason: str | None
    where: str
    holds: dict[str, Any]


def verified(folder: Path, *options: object) -> Found:
    said: list[str] = []
    code = docctl_verify.main([str(folder), "--json", *map(str, options)], said.append)
    answer = json.loads(said[0])
    return Found(code, answer["reason"], answer["where"], answer["holds"])


class Bent:
    """Copies of packages, to be changed."""

    def __init__(self, source: Path, target: Path) -> None:
        self._source, self._target = source, target

    def copy(self, name: str) -> Path:
        folder = self._target / name
        shutil.copytree(self._source / name, folder)
        return folder


def rows(folder: Path, name: str) -> Rows:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def write(folder: Path, name: str, changed: Rows) -> None:
    text = "".join(canonical(one) + "\n" for one in changed)
    (folder / name).write_text(text, "utf-8", newline="\n")


def change(folder: Path, name: str, act: Callable[[Rows], object]) -> None:
    found = rows(folder, name)
    act(found)
    write(folder, name, found)


def one(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text("utf-8"))


def put(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(canonical(value) + "\n", "utf-8")


def facts_of(row: dict[str, Any], act: Callable[[dict[str, Any]], object]) -> None:
    found = json.loads(row["facts"])
    act(found)
    row["facts"] = canonical(found)


def rechain(events: Rows) -> list[str]:
    """Compute the chain anew; return the hashes."""
    prev, hashes = "0" * 64, []
    for seq, row in enumerate(events, start=1):
        row["seq"], row["prev"] = seq, prev
        prev = sha256(canonical(row))
        hashes.append(prev)
    return hashes


def forge(folder: Path, act: Callable[[Rows], object], *, sizes: list[int] | None = None) -> str:
    """Change events of a whole package and compute chain, tree, heads and keys anew; return the new key."""
    events = rows(folder, "events.jsonl")
    act(events)
    hashes = rechain(events)
    write(folder, "events.jsonl", events)
    key = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    public = key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(public).hexdigest()
    about = one(folder, "package.json")
    since = one(folder, "keys.json")[0]["since"]
    put(
        folder,
        "keys.json",
        [{"key_id": key_id, "public": public.hex(), "since": since, "prev": "", "signature": ""}],
    )
    tree, heads, prev = Frontier(), [], "0" * 64
    wanted = sizes or [len(hashes) // 2, len(hashes)]
    for found in hashes:
        tree.append(leaf_hash(bytes.fromhex(found)))
        if tree.size in wanted:
            head = {"v": 1, "origin": about["origin"], "size": tree.size, "root": tree.root().hex()}
            body = canonical({**head, "time": "2030-05-01T00:00:00.000000Z", "prev": prev, "key": key_id})
            signature = key.sign(b"docctl audit head v1\n" + body.encode()).hex()
            heads.append({"body": body, "signature": signature, "public": public.hex()})
            prev = sha256(body)
    write(folder, "heads.jsonl", heads)
    put(folder, "package.json", {**about, "size": len(hashes), "events": len(hashes)})
    return key_id


def reseal(row: dict[str, Any]) -> None:
    """Compute the seal of a signature anew, as a forger can."""
    bound = {
        "v": 1,
        "subject": f"{row['kind']}:{row['subject']}:{row['round']}",
        "content": row["content"],
        "meaning": row["meaning"],
        "signer": row["person"],
        "name": row["name"],
        "at": row["at"],
        **{key: row[key] for key in ("for", "for_name") if key in row},
    }
    row["seal"] = sha256(canonical(bound))
