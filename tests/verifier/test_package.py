"""A package holds as it came, and every check of the verifier finds what it is for (T-2, A-3, R-6, R-7)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docctl.domain.canonical import canonical, sha256
from docctl.verifier import docctl_verify
from tests.verifier.bending import (
    Bent,
    Rows,
    change,
    facts_of,
    forge,
    one,
    put,
    reseal,
    rows,
    verified,
    write,
)
from tests.verifier.conftest import Packed

NAMES = ("whole", "audited", "late", "record", "list", "gone")


@pytest.mark.parametrize("name", NAMES)
def test_t_2_a_package_holds_as_it_came(packed: Packed, name: str) -> None:
    found = verified(packed.folder / name, "--key", packed.key_id, "--witness", packed.witness)
    assert (found.code, found.reason) == (0, None), found
    assert found.holds["keys"]["n"] == 2
    assert found.holds["fingerprint"]["key"] == packed.key_id
    assert found.holds["signatures"]["n"] >= 1
    assert found.holds["disposals"]["n"] == (1 if name in {"whole", "audited", "late", "list", "gone"} else 0)
    assert found.holds["witness"]["n"] >= 1
    assert "one_view" not in found.holds


def test_t_2_the_verifier_runs_alone_and_says_in_two_languages_what_is_proved(packed: Packed) -> None:
    folder = packed.folder / "whole"
    command = [sys.executable, "-I", "-S", str(folder / "docctl_verify.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    for said in ("不能证明", "Not proved", "结论：以上各项成立", "没有与见证方副本比对", packed.key_id):
        assert said in done.stdout


def test_t_2_the_verifier_says_what_does_not_hold(bent: Bent, capsys: pytest.CaptureFixture[str]) -> None:
    folder = bent.copy("whole")
    (folder / "heads.jsonl").write_text("")
    assert docctl_verify.main([str(folder)]) == 1
    said = capsys.readouterr().out
    assert "没有树头" in said
    assert "IT DOES NOT HOLD" in said
    assert "Proved" not in said


def test_t_2_a_wrong_call_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as error:
        docctl_verify.main([])
    assert error.value.code == 2
    assert verified(tmp_path).reason == "package"


def test_x_3_what_the_auditor_may_not_see_is_a_digest(packed: Packed) -> None:
    withheld = [row for row in rows(packed.folder / "audited", "events.jsonl") if row.get("withheld")]
    assert withheld
    assert all(set(row) == {"seq", "hash", "withheld"} for row in withheld)
    assert not any(row.get("withheld") for row in rows(packed.folder / "whole", "events.jsonl"))


def test_r_7_a_package_holds_neither_details_nor_comments(packed: Packed) -> None:
    text = "".join(path.read_text("utf-8") for path in sorted((packed.folder / "whole").glob("*.json*")))
    assert "机密标记ZQXJ9274" not in text
    assert '"comment"' not in "".join(
        json.dumps(row) for row in rows(packed.folder / "whole", "signatures.jsonl")
    )


def test_t_2_a_file_is_found_among_what_was_sealed(packed: Packed, tmp_path: Path) -> None:
    folder = packed.folder / "list"
    assert verified(folder, "--file", packed.certificate).holds["file"]["name"] == "certificate.docx"
    other = tmp_path / "other.docx"
    other.write_bytes(packed.certificate.read_bytes() + b"\0")
    assert verified(folder, "--file", other).reason == "file"


Bend = Callable[[Path], object]


def test_t_2_a_content_that_nobody_signed_seals_no_file(bent: Bent, tmp_path: Path) -> None:
    folder, other = bent.copy("list"), tmp_path / "other.docx"
    other.write_bytes(b"forged")
    text = canonical({"files": [sha256("forged")]})
    change(folder, "manifests.jsonl", lambda found: found.append({"sha256": sha256(text), "text": text}))
    assert verified(folder).code == 0
    assert verified(folder, "--file", other).reason == "file"


def test_r_6_what_is_not_sealed_proves_no_destruction(bent: Bent) -> None:
    """Events behind the newest head can be written by anybody who holds the package."""
    folder = bent.copy("whole")
    events, heads = rows(folder, "events.jsonl"), rows(folder, "heads.jsonl")
    place = next(at for at, row in enumerate(events) if row["action"] == "disposal.executed")
    sizes = [json.loads(row["body"])["size"] for row in heads]
    write(folder, "heads.jsonl", [row for row, size in zip(heads, sizes, strict=True) if size <= place])
    assert verified(folder).reason == "disposal_event"


def test_t_2_a_selection_claims_no_completeness(packed: Packed, capsys: pytest.CaptureFixture[str]) -> None:
    assert docctl_verify.main([str(packed.folder / "record")]) == 0
    said = capsys.readouterr().out
    assert "that the item has no others is not proved" in said
    assert "removed" not in said
    assert docctl_verify.main([str(packed.folder / "whole")]) == 0
    assert "nothing sealed was changed, removed or moved" in capsys.readouterr().out


def test_r_7_a_destruction_that_is_not_whole_in_a_part_is_said_to_be_unproved(bent: Bent) -> None:
    folder = bent.copy("late")
    change(folder, "disposals.jsonl", lambda found: found.clear())
    found = verified(folder)
    assert (found.code, found.holds["not_proved_gone"]["n"]) == (0, 2)


def test_t_2_a_witness_without_heads_is_none(packed: Packed, tmp_path: Path) -> None:
    found = verified(packed.folder / "whole", "--witness", tmp_path)
    assert (found.code, "one_view" in found.holds) == (0, True)


def line(name: str, act: Callable[[Rows], object]) -> Bend:
    return lambda folder: change(folder, name, act)


def edited(seq: int, **values: Any) -> Bend:
    return line("events.jsonl", lambda found: found[seq - 1].update(values))


def swapped(name: str, field: str, left: int, right: int) -> Bend:
    def act(found: Rows) -> None:
        found[left][field], found[right][field] = found[right][field], found[left][field]

    return line(name, act)


def exchanged(left: int, right: int, *, renumbered: bool) -> Bend:
    def act(found: Rows) -> None:
        found[left], found[right] = found[right], found[left]
        if renumbered:
            found[left]["seq"], found[right]["seq"] = found[right]["seq"], found[left]["seq"]

    return line("events.jsonl", act)


def rehead(place: int, **values: Any) -> Bend:
    """Change what a head says and leave its signature."""

    def act(found: Rows) -> None:
        body = {**json.loads(found[place]["body"]), **values}
        found[place]["body"] = canonical(body)

    return line("heads.jsonl", act)


def rehashed(folder: Path) -> None:
    """Compute the chain anew after a change and leave the heads."""
    heads, keys, about = (
        (folder / name).read_text("utf-8") for name in ("heads.jsonl", "keys.json", "package.json")
    )
    forge(folder, lambda found: found[6].update(actor_name="别人"))
    for name, text in (("heads.jsonl", heads), ("keys.json", keys), ("package.json", about)):
        (folder / name).write_text(text, "utf-8")


def rerooted(folder: Path) -> None:
    """Compute chain and roots anew, and keep keys and signatures."""
    heads, keys = rows(folder, "heads.jsonl"), (folder / "keys.json").read_text("utf-8")
    sizes = [json.loads(row["body"])["size"] for row in heads]
    forge(folder, lambda found: found[6].update(actor_name="别人"), sizes=sizes)
    fresh = [json.loads(row["body"])["root"] for row in rows(folder, "heads.jsonl")]
    for row, root in zip(heads, fresh, strict=True):
        row["body"] = canonical({**json.loads(row["body"]), "root": root})
    write(folder, "heads.jsonl", heads)
    (folder / "keys.json").write_text(keys, "utf-8")


def bent_signature(place: int) -> Bend:
    def act(found: Rows) -> None:
        given = found[place]["signature"]
        found[place]["signature"] = ("0" if given[0] != "0" else "1") + given[1:]

    return line("heads.jsonl", act)


def keys(act: Callable[[Rows], object]) -> Bend:
    def bend(folder: Path) -> None:
        found = one(folder, "keys.json")
        act(found)
        put(folder, "keys.json", found)

    return bend


def about(**values: Any) -> Bend:
    return lambda folder: put(folder, "package.json", {**one(folder, "package.json"), **values})


def start(act: Callable[[dict[str, Any]], object]) -> Bend:
    def bend(folder: Path) -> None:
        found = one(folder, "package.json")
        act(found["start"])
        put(folder, "package.json", found)

    return bend


OTHER = "ab" * 32


def beyond(folder: Path) -> None:
    """Claim to begin after the newest head, with any tree: no event up to it is there to give its root."""
    size = one(folder, "package.json")["size"]
    about(start={"size": size, "hashes": [OTHER] * size.bit_count(), "hash": OTHER})(folder)
    write(folder, "events.jsonl", [])
    change(folder, "heads.jsonl", lambda found: found.__delitem__(slice(0, -1)))


CHAIN = {
    "an event was edited": ("whole", edited(5, actor_name="别人"), "event_chain"),
    "the facts of an event were edited": ("whole", edited(9, facts="{}"), "event_chain"),
    "the newest event was edited": ("whole", edited(0, actor_name="别人"), "root"),
    "an event was deleted": (
        "whole",
        line("events.jsonl", lambda found: found.pop(4)),
        "event_missing",
    ),
    "the first event was deleted": (
        "whole",
        line("events.jsonl", lambda f: f.pop(0)),
        "event_missing",
    ),
    "an event was inserted": (
        "whole",
        line("events.jsonl", lambda f: f.insert(4, f[3])),
        "event_missing",
    ),
    "two events changed places": ("whole", exchanged(4, 5, renumbered=False), "event_missing"),
    "two events changed places and numbers": (
        "whole",
        exchanged(4, 5, renumbered=True),
        "event_chain",
    ),
    "the end was cut off": ("whole", line("events.jsonl", lambda found: found.pop()), "truncated"),
    "an event is no event": ("whole", edited(5, prev="x"), "event_form"),
    "the chain was computed anew under old heads": ("whole", rehashed, "root"),
    "chain and roots were computed anew": ("whole", rerooted, "head_signature"),
    "a digest in place of an event is another": (
        "audited",
        line("events.jsonl", lambda f: next(r for r in f if r.get("withheld")).update(hash=OTHER)),
        ("event_chain", "root"),
    ),
    "the tree before the first event was bent": (
        "late",
        start(lambda s: s["hashes"].__setitem__(0, OTHER)),
        "root",
    ),
    "the tree before the first event has another size": (
        "late",
        start(lambda s: s["hashes"].append(OTHER)),
        "package",
    ),
    "the tree before the first event is that of the newest head": ("late", beyond, "package"),
    "the event before the first is another": (
        "late",
        start(lambda s: s.update(hash=OTHER)),
        "event_chain",
    ),
}

HEADS = {
    "a signature was forged": ("whole", bent_signature(0), "head_signature"),
    "the newest signature was forged": ("whole", bent_signature(-1), "head_signature"),
    "a head tells another time": (
        "whole",
        rehead(-1, time="2031-01-01T00:00:00.000000Z"),
        "head_signature",
    ),
    "a head is of another origin": ("whole", rehead(0, origin="docctl:other"), "head_origin"),
    "the package is of another origin": ("whole", about(origin="docctl:other"), ("head_origin", "key_chain")),
    "a head is signed with an unknown key": ("whole", rehead(0, key=OTHER), "head_key"),
    "a head is malformed": ("whole", rehead(0, root="x"), "head_form"),
    "a head was left out": ("whole", line("heads.jsonl", lambda found: found.pop(1)), "head_chain"),
    "the first head was left out": (
        "whole",
        line("heads.jsonl", lambda found: found.pop(0)),
        "head_chain",
    ),
    "heads changed places": (
        "whole",
        line("heads.jsonl", lambda f: f.insert(0, f.pop(1))),
        "head_chain",
    ),
    "heads of an item changed places": (
        "record",
        line("heads.jsonl", lambda f: f.reverse()),
        "head_order",
    ),
    "there is no head": ("whole", line("heads.jsonl", lambda found: found.clear()), "no_head"),
    "a key has another fingerprint": ("whole", keys(lambda k: k[0].update(key_id=OTHER)), "key_id"),
    "a wrong key took the place of the right one": (
        "whole",
        keys(lambda k: k[1].update(public=k[0]["public"])),
        "key_id",
    ),
    "the hand-over was forged": (
        "whole",
        keys(lambda k: k[1].update(signature="00" * 64)),
        "key_chain",
    ),
    "the hand-over tells another day": (
        "whole",
        keys(lambda k: k[1].update(since="2020-01-01T00:00:00.000000Z")),
        "key_chain",
    ),
    "the second key came first": ("whole", keys(lambda found: found.pop(0)), "key_chain"),
}

PROOFS = {
    "a proof is too short": (
        "record",
        line("proofs.jsonl", lambda f: f[0]["path"].pop()),
        "inclusion",
    ),
    "a proof is too long": (
        "record",
        line("proofs.jsonl", lambda f: f[0]["path"].append(OTHER)),
        "inclusion",
    ),
    "a proof was bent": (
        "record",
        line("proofs.jsonl", lambda f: f[0]["path"].__setitem__(0, OTHER)),
        "inclusion",
    ),
    "a proof is for another leaf": ("record", swapped("proofs.jsonl", "path", 0, 1), "inclusion"),
    "a proof is missing": (
        "record",
        line("proofs.jsonl", lambda found: found.pop(0)),
        "event_missing",
    ),
    "an event of the item was edited": (
        "record",
        line("events.jsonl", lambda f: f[0].update(actor_name="别人")),
        "inclusion",
    ),
    "an event of the item was left out": (
        "record",
        line("events.jsonl", lambda f: f.pop()),
        "event_missing",
    ),
    "an event of the item came twice": (
        "record",
        line("events.jsonl", lambda f: f.insert(0, f[0])),
        "event_missing",
    ),
    "a consistency proof is too short": (
        "late",
        line("consistency.jsonl", lambda f: f[0]["path"].pop()),
        "consistency",
    ),
    "a consistency proof is too long": (
        "late",
        line("consistency.jsonl", lambda f: f[0]["path"].append(OTHER)),
        "consistency",
    ),
    "a consistency proof was bent": (
        "late",
        line("consistency.jsonl", lambda f: f[0]["path"].__setitem__(0, OTHER)),
        "consistency",
    ),
    "a consistency proof is missing": (
        "late",
        line("consistency.jsonl", lambda f: f.clear()),
        "consistency",
    ),
}


def first_signature(act: Callable[[dict[str, Any]], object], meaning: str = "") -> Bend:
    def bend(found: Rows) -> None:
        act(next(row for row in found if not meaning or row["meaning"] == meaning))

    return line("signatures.jsonl", bend)


def moved(**values: Any) -> Callable[[dict[str, Any]], object]:
    def act(row: dict[str, Any]) -> None:
        row.update(values)
        reseal(row)

    return act


def behalf(found: Rows) -> dict[str, Any]:
    return next(row for row in found if "for" in row)


def by_meaning(found: Rows, meaning: str) -> dict[str, Any]:
    return next(row for row in found if row["meaning"] == meaning)


SIGNATURES = {
    "a printed name was edited": (
        "whole",
        first_signature(lambda row: row.update(name="别人")),
        "signature_seal",
    ),
    "a time was edited": (
        "whole",
        first_signature(lambda row: row.update(at="2020-01-01T00:00:00.000000Z")),
        "signature_seal",
    ),
    "a meaning was edited": (
        "whole",
        first_signature(lambda row: row.update(meaning="witness")),
        "signature_seal",
    ),
    "for whom it was signed was edited": (
        "whole",
        line("signatures.jsonl", lambda f: behalf(f).update(for_name="别人")),
        "signature_seal",
    ),
    "for whom it was signed was left out": (
        "whole",
        line("signatures.jsonl", lambda f: [behalf(f).pop(key) for key in ("for_name", "for")]),
        "signature_seal",
    ),
    "seals were swapped": ("whole", swapped("signatures.jsonl", "seal", 0, 1), "signature_seal"),
    "persons were swapped": (
        "whole",
        swapped("signatures.jsonl", "person", 0, 1),
        "signature_seal",
    ),
    "contents were swapped": (
        "list",
        lambda folder: change(
            folder, "signatures.jsonl", lambda f: (f[0].update(content=OTHER), f[1].update(content="cd" * 32))
        ),
        "signature_seal",
    ),
    "a signature was moved to other content and sealed anew": (
        "whole",
        first_signature(moved(content=OTHER)),
        "signature_event",
    ),
    "a signature was given to another person and sealed anew": (
        "whole",
        first_signature(moved(person="00000000-0000-0000-0000-000000000001")),
        "signature_event",
    ),
    "a signature was moved to another item and sealed anew": (
        "whole",
        first_signature(moved(subject="00000000-0000-0000-0000-000000000001")),
        "signature_event",
    ),
    "what was signed was edited": (
        "whole",
        line("manifests.jsonl", lambda f: f[0].update(text=f[0]["text"].replace("1", "2"))),
        "manifest",
    ),
    "what was signed was exchanged": (
        "whole",
        swapped("manifests.jsonl", "text", 0, 1),
        "manifest",
    ),
    "approval has no signature": (
        "whole",
        line(
            "signatures.jsonl", lambda f: f.remove(next(r for r in f if r["meaning"] == "approve_disposal"))
        ),
        "disposal_signature",
    ),
    "the witness has no signature": (
        "whole",
        line("signatures.jsonl", lambda f: f.remove(by_meaning(f, "witness"))),
        "disposal_signature",
    ),
    "the approved list is not here": (
        "whole",
        line("manifests.jsonl", lambda f: f.remove(next(r for r in f if "disposal_list" in r["text"]))),
        "disposal_list",
    ),
    "the certificate is another": (
        "whole",
        line("disposals.jsonl", lambda f: f[0].update(certificate=[OTHER])),
        "certificate",
    ),
    "there is no certificate": (
        "whole",
        line("disposals.jsonl", lambda f: f[0].update(certificate=[])),
        "certificate",
    ),
    "a signature was left out": (
        "whole",
        line("signatures.jsonl", lambda f: f.remove(by_meaning(f, "accept"))),
        "signature_left_out",
    ),
    "a destruction was left out": (
        "whole",
        line("disposals.jsonl", lambda f: f.clear()),
        "disposal_left_out",
    ),
    "the list has another number": (
        "whole",
        line("disposals.jsonl", lambda f: f[0].update(number="XH-2020-001")),
        "disposal_item",
    ),
}

CASES = {**CHAIN, **HEADS, **PROOFS, **SIGNATURES}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_t_2_a_bent_package_is_refused(bent: Bent, case: tuple[str, Bend, str | tuple[str, ...]]) -> None:
    name, bend, reason = case
    folder = bent.copy(name)
    bend(folder)
    found = verified(folder)
    assert found.code == 1
    assert found.reason in ((reason,) if isinstance(reason, str) else reason), found


def by_action(found: Rows, action: str) -> dict[str, Any]:
    return next(row for row in found if row["action"] == action)


def same_person(left: str, right: str) -> Callable[[Rows], object]:
    def act(found: Rows) -> None:
        by_action(found, right)["actor"] = by_action(found, left)["actor"]

    return act


def told(action: str, **values: Any) -> Callable[[Rows], object]:
    return lambda found: facts_of(by_action(found, action), lambda facts: facts.update(values))


def without(action: str) -> Callable[[Rows], object]:
    return lambda found: found.remove(by_action(found, action))


def later(action: str) -> Callable[[Rows], object]:
    def act(found: Rows) -> None:
        row = by_action(found, action)
        found.remove(row)
        found.append(row)

    return act


#: A forger holds the database and signs with a key of their own: the rules of destruction still speak.
FORGED = {
    "the proposer executed": (
        same_person("disposal.proposed", "disposal.ordered"),
        "signature_event",
    ),
    "the proposer is the witness's namesake": (
        same_person("disposal.witnessed", "disposal.proposed"),
        "disposal_people",
    ),
    "the system proposed": (
        lambda f: by_action(f, "disposal.proposed").update(actor=None),
        "disposal_people",
    ),
    "nobody proposed": (without("disposal.proposed"), "disposal_event"),
    "nobody ended it": (without("disposal.executed"), "disposal_event"),
    "another list was ordered": (told("disposal.ordered", manifest=OTHER), "disposal_list"),
    "another list was witnessed": (told("disposal.witnessed", manifest=OTHER), "disposal_list"),
    "it was proposed at the end": (later("disposal.proposed"), "disposal_order"),
    "a record was destroyed with other files": (
        told("record.destroyed", hashes=[OTHER]),
        "disposal_item",
    ),
    "a record was destroyed after the end": (later("record.destroyed"), "disposal_item"),
    "a record's destruction was left out": (without("record.destroyed"), "disposal_item"),
    "the event names another certificate": (
        told("disposal.executed", certificate_sha256=[OTHER]),
        "certificate",
    ),
    "an approval was taken away": (without("disposal.approved"), "signature_event"),
    "a record was destroyed without a list": (
        lambda f: f.append({**by_action(f, "record.destroyed"), "facts": '{"list":"XH-2020-001"}'}),
        "disposal_left_out",
    ),
}


@pytest.mark.parametrize("case", FORGED.values(), ids=FORGED.keys())
def test_r_6_a_forger_with_a_key_still_breaks_the_rules_of_destruction(
    bent: Bent, case: tuple[Callable[[Rows], object], str]
) -> None:
    act, reason = case
    folder = bent.copy("whole")
    forge(folder, act)
    found = verified(folder)
    assert (found.code, found.reason) == (1, reason), found


def test_t_2_a_forged_trail_with_a_key_of_its_own_is_found_by_fingerprint_and_witness(
    bent: Bent, packed: Packed
) -> None:
    folder = bent.copy("whole")
    key_id = forge(folder, lambda found: found[1].update(actor_name="别人"))
    alone = verified(folder)
    assert (alone.code, alone.holds["own_key"]["key"]) == (0, key_id)  # it says that it compared nothing
    assert "one_view" in alone.holds
    assert verified(folder, "--key", packed.key_id).reason == "key_other"
    assert verified(folder, "--witness", packed.witness).reason == "head_key"


def test_t_2_two_views_signed_with_the_right_key_are_found_by_the_witness(
    bent: Bent, packed: Packed, tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(packed.seed))
    head = rows(packed.folder / "whole", "heads.jsonl")[-1]
    size = json.loads(head["body"])["size"]
    for there, root in ((size, OTHER), (size + 1, json.loads(head["body"])["root"])):
        folder = tmp_path / f"witness-{there}"
        folder.mkdir()
        body = canonical({**json.loads(head["body"]), "size": there, "root": root})
        signature = key.sign(b"docctl audit head v1\n" + body.encode()).hex()
        note = canonical({"body": body, "signature": signature, "public": head["public"]})
        (folder / f"head-{there:012d}.json").write_text(note + "\n", "utf-8")
        assert verified(packed.folder / "whole", "--witness", folder).reason == "witness"


@pytest.mark.parametrize("given", ["", "short"], ids=["too short", "other"])
def test_t_2_a_fingerprint_names_the_first_key_in_sixteen_characters_or_more(
    packed: Packed, given: str
) -> None:
    folder = packed.folder / "whole"
    assert verified(folder, "--key", packed.key_id[:16].upper()).code == 0
    wrong = packed.key_id[:15] if given == "" else "0" * 16
    assert verified(folder, "--key", wrong).reason == "key_other"


def test_t_2_of_many_heads_the_ends_are_verified_and_bind_the_others(bent: Bent) -> None:
    folder = bent.copy("whole")
    found = verified(folder, "--most-signatures", 2)
    assert (found.code, found.holds["heads"]["signed"]) == (0, 2)
    rehead(1, time="2026-03-02T01:00:00.000001Z")(folder)
    assert verified(folder, "--most-signatures", 2).reason == "head_chain"


@pytest.mark.parametrize("name", ["package.json", "keys.json"])
def test_t_2_a_package_without_its_parts_is_none(bent: Bent, name: str) -> None:
    folder = bent.copy("whole")
    (folder / name).unlink()
    assert verified(folder).reason == "package"
    (folder / name).write_text("[", "utf-8")
    assert verified(folder).reason == "package"


def as_restored(row: dict[str, Any], end: int) -> None:
    row["action"] = "epoch.started"
    row["facts"] = canonical({"epoch": 1, "end": end, "lost": [[0, end + 5]], "content": "0" * 64})


@pytest.mark.parametrize(("shift", "reason"), [(0, "epoch"), (-1, "head_epoch")])
def test_t_2_a_restore_that_does_not_fit_its_events_or_heads_is_found(
    bent: Bent, shift: int, reason: str
) -> None:
    folder = bent.copy("whole")
    forge(folder, lambda events: as_restored(events[5], events[5]["seq"] + shift))
    assert verified(folder).reason == reason


def test_t_2_every_check_has_its_words_and_a_test() -> None:
    texts = Path(__file__).read_text("utf-8")
    assert [code for code in docctl_verify.BROKEN if f'"{code}"' not in texts] == []
    assert all(len(words) == 2 for words in [*docctl_verify.WORDS.values(), *docctl_verify.BROKEN.values()])
