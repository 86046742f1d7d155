"""Annexes and source of a draft, signed with it and carried into the next revision (V-13, V-2, A-9)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.i18n import translator
from docctl.models.content import FileRole, ItemFile
from docctl.models.trail import EventDetail, EventRow
from docctl.services.content.annexes import take_file
from docctl.services.content.copies import StampedCopy
from docctl.services.content.open import Content, Purpose, open_content
from docctl.services.files import Attached
from docctl.services.revisions.files import ArrangeFiles, KeptAnnex, arrange_files
from docctl.services.revisions.revise import EditRevision, ReviseDocument, edit_revision, revise_document
from docctl.services.revisions.sign import ReturnRevision, return_revision
from tests import filing
from tests.damage import flip
from tests.services.test_copies import stamp_of
from tests.world import World, as_owner, docx_bytes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def annex(world: World, text: str, name: str = "", who: str = "chen", title: str = "") -> Attached:
    upload = world.upload(who, docx_bytes(text), name=name or f"{text}.docx")
    return upload.as_annex(title=title)


def arranged(
    world: World,
    revision: UUID,
    uploads: Sequence[Attached] = (),
    *,
    keep: Sequence[KeptAnnex] | None = None,
    who: str = "chen",
    source: bool = True,
) -> UUID:
    """Put files on a draft; without `keep` those there stay as they are."""
    if keep is None:
        keep = [KeptAnnex(one.id, one.title) for one in filing.files(world, revision) if one.role == "annex"]
    cmd = ArrangeFiles(
        revision,
        world.revision(revision).row_version,
        tuple(keep),
        keeps_source=source,
        uploads=tuple(uploads),
    )
    return arrange_files(cmd, by=world.by(who), house=world.house)


def there(world: World, revision: UUID) -> list[tuple[str, str, str]]:
    return [(one.role.value, one.title, one.name) for one in filing.files(world, revision)]


def with_annexes(world: World) -> UUID:
    revision = world.draft()
    files = [annex(world, "流程图", title="流程图"), annex(world, "名词表")]
    return arranged(world, revision, files)


def test_v_13_a_draft_gets_annexes_in_order_and_a_source(world: World) -> None:
    revision = with_annexes(world)
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    arranged(world, revision, [source])
    arranged(world, revision, [annex(world, "样表")])
    found = filing.files(world, revision)
    assert [one.ordinal for one in found] == [1, 2, 3, 4, 5]
    assert there(world, revision)[1:] == [
        ("annex", "流程图", "流程图.docx"),
        ("annex", "", "名词表.docx"),
        ("annex", "", "样表.docx"),
        ("source", "", "原稿.docx"),
    ]


def test_v_13_annexes_are_ordered_named_replaced_and_taken_off(world: World) -> None:
    revision = with_annexes(world)
    _, first, second = filing.files(world, revision)
    arranged(world, revision, keep=[KeptAnnex(second.id, " 名词\n"), KeptAnnex(first.id, "流程图")])
    assert there(world, revision)[1:] == [
        ("annex", "名词", "名词表.docx"),
        ("annex", "流程图", "流程图.docx"),
    ]
    other = world.upload("chen", docx_bytes("新图"), name="新图.docx").as_annex(instead_of=second.id)
    arranged(world, revision, [other])
    assert there(world, revision)[1] == ("annex", "名词", "新图.docx")
    arranged(world, revision, keep=[KeptAnnex(first.id)])
    assert there(world, revision)[1:] == [("annex", "", "流程图.docx")]


def test_v_13_each_change_is_in_the_trail_and_none_where_nothing_changed(world: World) -> None:
    revision = with_annexes(world)
    arranged(world, revision)
    with world.house.uow.read() as session:
        query = select(EventRow).where(EventRow.action == "revision.files_changed")
        (event,) = session.scalars(query)
        detail = json.loads(session.get_one(EventDetail, event.seq).bytes)
    assert json.loads(event.facts)["count"] == 2
    assert detail["after"]["files"].endswith("流程图 (流程图.docx); 名词表.docx")


def test_v_13_the_same_file_twice_is_refused(world: World) -> None:
    revision = with_annexes(world)
    with pytest.raises(RuleRefused, match="file_twice"):
        arranged(world, revision, [annex(world, "流程图", name="另名.docx")])
    main = world.upload("chen", docx_bytes("流程图"), name="正文.docx")
    row = world.revision(revision)
    with pytest.raises(RuleRefused, match="file_twice"):
        edit_revision(
            EditRevision(revision, row.row_version, row.title, uploads=(main,)),
            by=world.by("chen"),
            house=world.house,
        )
    assert len(there(world, revision)) == 3


def test_v_13_a_new_main_file_leaves_the_annexes(world: World) -> None:
    revision = with_annexes(world)
    row = world.revision(revision)
    main = world.upload("chen", docx_bytes("新正文"), name="新正文.docx")
    cmd = EditRevision(revision, row.row_version, row.title, uploads=(main,))
    edit_revision(cmd, by=world.by("chen"), house=world.house)
    assert [name for *_, name in there(world, revision)] == ["新正文.docx", "流程图.docx", "名词表.docx"]


def test_v_13_more_annexes_than_may_be_are_refused_and_leave_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docctl.domain.revision_files.MOST_ANNEXES", 2)
    revision = with_annexes(world)
    with pytest.raises(RuleRefused, match="too_many_annexes"):
        arranged(world, revision, [annex(world, "样表")])
    assert len(there(world, revision)) == 3


@pytest.mark.parametrize(
    ("content", "name", "answer"),
    [
        pytest.param(PNG, "图.docx", "misnamed", id="misnamed"),
        pytest.param(b"PK\x03\x04 cut off", "坏.docx", "unreadable", id="damaged"),
    ],
)
def test_v_13_a_hostile_annex_is_refused(world: World, content: bytes, name: str, answer: str) -> None:
    with pytest.raises(RuleRefused, match=answer):
        world.upload("chen", content, name=name)


def test_v_2_what_is_submitted_keeps_its_files(world: World) -> None:
    revision = world.submitted(with_annexes(world))
    with pytest.raises(RuleRefused, match="not_a_draft"):
        arranged(world, revision, [annex(world, "样表")])


def test_v_13_the_database_keeps_the_place_of_a_signed_file(world: World) -> None:
    revision = world.submitted(with_annexes(world))
    for change in ({"ordinal": 9}, {"title": "别的"}):
        with pytest.raises(RuleRefused, match="guard"):
            as_owner(world.house).write(
                lambda session, change=change: session.execute(
                    update(ItemFile).where(ItemFile.owner_id == revision).values(**change)
                )
            )


def test_a_9_a_changed_annex_voids_the_signatures(world: World) -> None:
    revision = world.submitted(with_annexes(world))
    before = world.revision(revision).manifest_sha256
    back = ReturnRevision(revision, world.revision(revision).row_version, "附件有误")
    return_revision(back, by=world.by("ouyang"), house=world.house)
    _, first, second = filing.files(world, revision)
    arranged(world, revision, keep=[KeptAnnex(second.id), KeptAnnex(first.id, "流程图")])
    world.submitted(revision)
    after = world.revision(revision).manifest_sha256
    assert before != after
    manifest = json.loads(world.revision(revision).manifest or "")
    assert [(one["role"], one.get("title")) for one in manifest["files"]] == [
        ("annex", None),
        ("annex", "流程图"),
        ("main", None),
    ]


def test_v_13_who_may_not_edit_changes_no_annex(world: World) -> None:
    revision = with_annexes(world)
    with pytest.raises((RuleRefused, NotFound)):
        arranged(world, revision, keep=[], who="wang")
    with pytest.raises(Conflict):
        arranged(world, revision, keep=[KeptAnnex(filing.files(world, revision)[0].id)])


def test_v_13_what_somebody_else_changed_is_not_lost(world: World) -> None:
    revision = with_annexes(world)
    cmd = ArrangeFiles(revision, world.revision(revision).row_version, ())
    arranged(world, revision, [annex(world, "样表")])
    with pytest.raises(Conflict):
        arrange_files(cmd, by=world.by("chen"), house=world.house)


def revised(world: World, revision: UUID, **more: object) -> UUID:
    cmd = ReviseDocument(
        document_id=world.document_of(revision).id,
        change_what="改",
        change_reason="改",
        uploads=(world.upload("chen", docx_bytes("新版正文"), name="新版.docx"),),
        **more,  # type: ignore[arg-type]
    )
    return revise_document(cmd, by=world.by("chen"), house=world.house)


@pytest.mark.parametrize("reissue", [False, True])
def test_v_13_a_new_revision_begins_with_the_annexes_of_the_one_before(world: World, reissue: bool) -> None:
    first = with_annexes(world)
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    first = world.issued(arranged(world, first, [source]))
    second = revised(world, first, reissue=reissue)
    assert there(world, second) == [
        ("main", "", "新版.docx"),
        ("annex", "流程图", "流程图.docx"),
        ("annex", "", "名词表.docx"),
    ]
    old, new = filing.files(world, first)[1], filing.files(world, second)[1]
    assert old.sha256 == new.sha256
    assert old.object_key != new.object_key  # no sharing between revisions
    content = open_content(
        second, by=world.by("chen"), house=world.house, file_id=new.id, purpose=Purpose.READ
    )
    with content.open() as stored:
        assert stored.read() == docx_bytes("流程图")


def test_v_13_annexes_that_are_not_wanted_are_left_behind(world: World) -> None:
    first = world.issued(with_annexes(world))
    kept = filing.files(world, first)[2]
    second = revised(world, first, annexes=(kept.id,))
    assert [name for *_, name in there(world, second)] == ["新版.docx", "名词表.docx"]
    assert [name for *_, name in there(world, first)][1:] == ["流程图.docx", "名词表.docx"]


def test_v_13_an_annex_that_another_document_has_is_not_taken_over(world: World) -> None:
    first, other = world.issued(world.draft()), with_annexes(world)
    with pytest.raises(Conflict):
        revised(world, first, annexes=(filing.files(world, other)[1].id,))


def test_v_13_an_annex_of_an_older_revision_is_refused_and_not_left_behind_unseen(world: World) -> None:
    first = world.issued(with_annexes(world))
    second = revised(world, first)
    world.clock.forward(days=1)
    world.issued(second)
    old, new = (filing.files(world, one)[1].id for one in (first, second))
    with pytest.raises(Conflict):
        revised(world, first, annexes=(old,))
    third = revised(world, first, annexes=(new,))
    assert [name for *_, name in there(world, third)] == ["新版.docx", "流程图.docx"]


def test_v_13_a_damaged_annex_is_told_and_may_be_left_behind(world: World) -> None:
    first = world.issued(with_annexes(world))
    _, damaged, sound = filing.files(world, first)
    flip(world, damaged)
    with pytest.raises(RuleRefused, match=r"V-13\.annex_not_carried"):
        revised(world, first)
    second = revised(world, first, annexes=(sound.id,))
    assert [name for *_, name in there(world, second)] == ["新版.docx", "名词表.docx"]


def taken(world: World, revision: UUID, file: ItemFile, who: str = "wang") -> StampedCopy | Content:
    words = translator("zh_Hans", world.house.zone)
    return take_file(revision, file.id, by=world.by(who), house=world.house, words=words)


def events(world: World, action: str) -> list[dict[str, object]]:
    with world.house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq)
        return [json.loads(one) for one in session.scalars(query)]


def test_d_3_an_annex_in_force_bears_the_stamp_and_its_number(world: World) -> None:
    revision = world.issued(with_annexes(world))
    made = taken(world, revision, filing.files(world, revision)[1])
    assert isinstance(made, StampedCopy)
    assert made.name == "QP-01 附件1 流程图 A_0 受控.docx"
    text = stamp_of(made)
    for word in ("受控", "QP-01", "附件1", "流程图", "王强"):
        assert word in text


def test_x_2_an_annex_of_another_kind_goes_out_as_it_came_and_is_logged(world: World) -> None:
    revision = world.draft()
    picture = world.upload("chen", PNG, name="图.png").as_annex()
    revision = world.issued(arranged(world, revision, [picture]))
    file = filing.files(world, revision)[1]
    made = taken(world, revision, file)
    assert isinstance(made, Content)
    with made.open() as stored:
        assert stored.read() == PNG
    assert events(world, "revision.copied")[-1]["file"] == file.sha256
    assert events(world, "revision.copied")[-1]["annex"] == 1


def test_x_2_each_annex_is_an_event_of_its_own(world: World) -> None:
    revision = world.issued(with_annexes(world))
    _, first, second = filing.files(world, revision)
    for file in (None, first.id, first.id, second.id):
        open_content(revision, by=world.by("wang"), house=world.house, file_id=file)
    assert [one.get("annex") for one in events(world, "revision.read")] == [None, 1, 2]


def test_x_2_the_main_file_is_an_event_of_its_own_after_an_annex(world: World) -> None:
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    revision = world.issued(arranged(world, with_annexes(world), [source]))
    _, first, _, original = filing.files(world, revision)
    for file in (first.id, None, None):
        open_content(revision, by=world.by("wang"), house=world.house, file_id=file)
    assert [one.get("annex") for one in events(world, "revision.read")] == [1, None]
    for file in (original.id, None, None, original.id):
        open_content(revision, by=world.by("chen"), house=world.house, file_id=file, purpose=Purpose.SOURCE)
    assert [one.get("file") for one in events(world, "revision.source_taken")] == [original.sha256, None]


def test_x_3_the_source_is_only_for_those_who_may_edit(world: World) -> None:
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    revision = world.issued(arranged(world, world.draft(), [source]))
    file = filing.files(world, revision)[1]
    assert file.role is FileRole.SOURCE
    made = taken(world, revision, file, who="chen")
    assert isinstance(made, Content)
    assert events(world, "revision.source_taken")[-1]["file"] == file.sha256
    with pytest.raises((RuleRefused, NotFound)):
        taken(world, revision, file)
    for purpose in (Purpose.READ, Purpose.COPY):
        with pytest.raises(NotFound):
            open_content(revision, by=world.by("chen"), house=world.house, file_id=file.id, purpose=purpose)
