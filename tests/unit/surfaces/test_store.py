"""Contents as they are kept: what authors change, what pages show, and what each leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from headwater.base.errors import Conflict, NotFound, Unprocessable
from headwater.control import tables as t
from headwater.control.bootstrap import generation_at
from headwater.control.model import Workspace
from headwater.control.store import Store
from headwater.surfaces.drafts import Beginning, Change
from headwater.surfaces.model import SYSTEM, Author, Content, Goal, Placement, Tree
from headwater.surfaces.store import ContentStore
from tests.unit.surfaces.trees import RATING, block, tree

RULE = {"trait": "plan", "op": "equals", "value": "pro"}
ANNA = Author("key:k", "Anna")


def texts(*said: str) -> Tree:
    return tree(*(block("text", text=each, id=f"t{number}") for number, each in enumerate(said)))


class Desk:
    """One workspace with three segments, and the calls that a test makes of it."""

    def __init__(self, store: Store, workspace: Workspace, contents: ContentStore) -> None:
        self.store, self.id, self.contents = store, workspace.id, contents
        self.segments = [store.segments.create(workspace.id, name=name, rule=RULE).id for name in ("Pro", "New", "Old")]

    def made(self, *segment_ids: str, **more: Any) -> Content:
        documents = [(each, texts(f"for {each}")) for each in (*segment_ids, "Everyone")]
        placed: tuple[Placement, ...] = (Placement(id="p", selectors=("#a",)),)
        beginning = Beginning(**{"name": "Welcome", "documents": documents, "placements": placed} | more)
        return self.contents.drafts.create(self.id, beginning, by=SYSTEM)

    def saved(self, content: Content, index: int, of: Tree) -> Content:
        document = content.documents[index]
        return self.contents.drafts.update_document(
            self.id, str(content.id), document.id, revision=document.revision, tree=of, segment_id=None, by=ANNA
        )

    def changed(self, content: Content, **change: Any) -> Content:
        found = self.contents.get(self.id, str(content.id))
        return self.contents.drafts.update(self.id, str(content.id), Change(**change), revision=found.revision, by=ANNA)

    def published(self, content: Content, *document_ids: int) -> Content:
        return self.contents.publishing.publish(
            self.id, str(content.id), document_ids=document_ids or None, note="", by=ANNA
        )


@pytest.fixture
def desk(store: Store, workspace: Workspace, contents: ContentStore) -> Desk:
    return Desk(store, workspace, contents)


def test_only_what_pages_see_is_announced(desk: Desk, tmp_path: Path) -> None:
    generation = generation_at(tmp_path)
    content = desk.made()
    seen = generation.read()
    content = desk.saved(content, 0, texts("other"))
    assert generation.read() == seen
    desk.published(content)
    assert generation.read() == seen + 1
    desk.contents.publishing.unpublish(desk.id, str(content.id), by=ANNA)
    assert generation.read() == seen + 2


def test_what_is_chosen_is_published_alone(desk: Desk) -> None:
    content = desk.made(desk.segments[0])
    pro, everyone = content.documents
    one = desk.published(content, pro.id)
    assert [each.status for each in one.documents] == ["published", "draft"]
    assert one.status == "changed"
    assert desk.published(content).status == "published"
    edited = desk.saved(desk.saved(desk.published(content), 0, texts("a")), 1, texts("b"))
    part = desk.published(edited, everyone.id)
    assert [each.status for each in part.documents] == ["changed", "published"]
    with pytest.raises(NotFound):
        desk.published(content, 999)


def test_the_order_of_documents_is_live_when_it_is_published(desk: Desk) -> None:
    content = desk.published(desk.made(desk.segments[0], desk.segments[1]))
    first, second, last = [each.id for each in content.documents]
    changed = desk.changed(content, document_order=(second, first, last))
    assert [each.live_position for each in changed.documents] == [1, 0, 2]
    assert changed.status == "changed"
    published = desk.published(changed)
    assert [each.live_position for each in published.documents] == [0, 1, 2]
    assert published.status == "published"


def test_name_slug_and_placements_are_live_when_they_are_published(desk: Desk) -> None:
    content = desk.published(desk.made())
    changed = desk.changed(content, name="Hello", slug="hello", placements=(Placement(id="q", selectors=("#b",)),))
    assert changed.live == content.live
    assert desk.contents.summaries(desk.id)[0].status == changed.status == "changed"
    published = desk.published(changed)
    assert published.live is not None
    assert (published.live.name, published.live.slug, published.live.placements[0].id) == ("Hello", "hello", "q")
    assert desk.contents.summaries(desk.id)[0].status == published.status == "published"


def test_who_calls_a_content_by_the_slug_that_it_gives_up_is_told_before(desk: Desk) -> None:
    def warned(content: Content) -> list[str]:
        found = desk.contents.publishing.check(desk.id, str(content.id))
        return [each.message for each in found if each.code == "slug_called"]

    def calling(slug: str) -> Tree:
        return tree(block("button", text="More", id="more", actions=[{"type": "content", "slug": slug}]))

    content = desk.published(desk.made())
    other = desk.made(name="News")
    drafted = desk.saved(other, 0, calling("welcome"))
    assert warned(content) == []
    renamed = desk.changed(content, slug="hello")
    said = 'A button of "News" shows the content welcome. Once this is published it is called hello, and that button'
    assert [each.startswith(said) for each in warned(renamed)] == [True]
    live = desk.published(drafted)
    desk.saved(live, 0, calling("another"))
    assert len(warned(renamed)) == 1, "what is live calls it still"
    desk.published(desk.saved(desk.contents.get(desk.id, str(other.id)), 0, texts("none")))
    assert warned(renamed) == []
    assert desk.published(renamed).live is not None


def test_some_documents_go_off_the_pages(desk: Desk) -> None:
    content = desk.published(desk.made(desk.segments[0]))
    pro, everyone = content.documents
    left = desk.contents.publishing.unpublish(desk.id, "welcome", document_ids=[pro.id], by=ANNA)
    assert [each.status for each in left.documents] == ["draft", "published"]
    assert left.live is not None
    with pytest.raises(Conflict, match="on pages now"):
        desk.contents.drafts.delete_document(desk.id, "welcome", everyone.id, by=ANNA)
    assert len(desk.contents.drafts.delete_document(desk.id, "welcome", pro.id, by=ANNA).documents) == 1
    gone = desk.contents.publishing.unpublish(desk.id, "welcome", document_ids=[everyone.id], by=ANNA)
    assert (gone.live, gone.status) == (None, "draft")


def test_another_segment_is_live_when_it_is_published(desk: Desk) -> None:
    content = desk.published(desk.made(desk.segments[0]))
    pro = content.documents[0]
    moved = desk.contents.drafts.update_document(
        desk.id, "welcome", pro.id, revision=1, tree=None, segment_id=desk.segments[1], by=ANNA
    )
    assert (moved.documents[0].status, moved.documents[0].live_segment_id) == ("changed", desk.segments[0])
    for segment_id in desk.segments[:2]:
        with pytest.raises(Conflict) as refused:
            desk.store.segments.delete(desk.id, segment_id)
        assert refused.value.code == "segment_in_use"
    assert desk.published(moved).documents[0].live_segment_id == desk.segments[1]
    desk.store.segments.delete(desk.id, desk.segments[0])


def test_everyone_is_last_whatever_becomes_everyones(desk: Desk) -> None:
    content = desk.made(desk.segments[0], desk.segments[1])
    everyone = content.documents[2]
    assert everyone.segment_id == "Everyone"
    pro = content.documents[0]
    desk.contents.drafts.delete_document(desk.id, "welcome", everyone.id, by=ANNA)
    turned = desk.contents.drafts.update_document(
        desk.id, "welcome", pro.id, revision=1, tree=None, segment_id="Everyone", by=ANNA
    )
    assert [each.segment_id for each in turned.documents] == [desk.segments[1], "Everyone"]


def test_a_goals_segment_stays(desk: Desk) -> None:
    content = desk.changed(desk.made(), goals=(Goal(id="g", name="Paid", event="Paid", segment_id=desk.segments[2]),))
    with pytest.raises(Conflict, match='used by the content "Welcome"'):
        desk.store.segments.delete(desk.id, desk.segments[2])
    desk.changed(content, goals=())
    desk.store.segments.delete(desk.id, desk.segments[2])


def test_going_back_leaves_edits_that_are_not_published(desk: Desk) -> None:
    content = desk.published(desk.made())
    first = content.documents[0].version_id or ""
    content = desk.published(desk.saved(content, 0, texts("second")))
    content = desk.saved(content, 0, texts("third"))
    document_id = content.documents[0].id
    back = desk.contents.publishing.rollback(desk.id, "welcome", document_id=document_id, version_id=first, by=ANNA)
    assert (back.documents[0].version_id, back.documents[0].tree) == (first, texts("third"))
    assert back.documents[0].published_by == "Anna"
    with pytest.raises(NotFound, match="no version"):
        desk.contents.publishing.rollback(desk.id, "welcome", document_id=document_id, version_id="x", by=ANNA)


def test_labels_follow_the_manifest_until_they_are_published(desk: Desk) -> None:
    desk.contents.put_components(desk.id, [RATING], by=ANNA)
    used = tree(block("component", name="Rating", id="r", props={"stars": 3}), block("text", text="x", id="t"))
    other, content = desk.made(name="Other"), desk.saved(desk.made(), 0, used)
    content = desk.published(content)
    version = content.documents[0].version_id or ""
    desk.contents.put_components(desk.id, [msgspec.structs.replace(RATING, title="Points")], by=ANNA)
    assert desk.contents.get(desk.id, "welcome").documents[0].status == "changed"
    assert desk.contents.get(desk.id, str(other.id)).documents == other.documents
    kept = desk.contents.publishing.version(desk.id, "welcome", version).tree
    assert kept.blocks[0].props["label"] == "Welcome - Stars clicked"
    document_id = content.documents[0].id
    back = desk.contents.publishing.rollback(desk.id, "welcome", document_id=document_id, version_id=version, by=ANNA)
    assert back.documents[0].version_id == version
    desk.contents.put_components(desk.id, [], by=ANNA)
    with pytest.raises(Unprocessable) as refused:
        desk.contents.publishing.rollback(desk.id, "welcome", document_id=document_id, version_id=version, by=ANNA)
    assert refused.value.details["problems"][0]["code"] == "unknown_component"


def test_nothing_is_half_published(desk: Desk) -> None:
    content = desk.published(desk.made(desk.segments[0]))
    content = desk.saved(desk.saved(content, 0, texts("fine")), 1, tree())
    with pytest.raises(Unprocessable, match="empty"):
        desk.published(content)
    assert [each.status for each in desk.contents.get(desk.id, "welcome").documents] == ["changed", "changed"]
    assert len(desk.contents.publishing.versions(desk.id, "welcome")) == 2


def test_a_file_replaces_drafts_and_leaves_what_is_live(desk: Desk) -> None:
    content = desk.published(desk.made(desk.segments[0]))
    documents = [(desk.segments[1], texts("new")), ("Everyone", texts("all"))]
    beginning = Beginning(name="Welcome", documents=documents, placements=content.placements)
    replaced = desk.contents.drafts.replace(desk.id, "welcome", beginning, by=ANNA)
    assert [each.segment_id for each in replaced.documents] == [desk.segments[1], desk.segments[0], "Everyone"]
    assert [each.status for each in replaced.documents] == ["draft", "published", "changed"]
    twice = Beginning(name="Welcome", documents=[*documents, documents[0]])
    with pytest.raises(Conflict, match="same segment"):
        desk.contents.drafts.replace(desk.id, "welcome", twice, by=ANNA)


def test_a_workspace_takes_its_contents_with_it(desk: Desk) -> None:
    desk.published(desk.made())
    desk.contents.put_components(desk.id, [RATING], by=ANNA)
    desk.store.create_workspace(name="Next", region="us")
    desk.store.delete_workspace(desk.id, confirm="Acme")
    with desk.store.state.reading() as db:
        for table in (t.experiences, t.experience_documents, t.experience_versions, t.surface_settings):
            assert db.scalar(select(func.count()).select_from(table)) == 0


def test_who_did_what_is_in_the_audit_log(desk: Desk) -> None:
    content = desk.published(desk.made())
    desk.contents.publishing.archive(desk.id, "welcome", by=ANNA)
    desk.contents.drafts.delete(desk.id, str(content.id), by=ANNA)
    entries, _ = desk.store.audit(desk.id)
    told = [(each.action, each.actor, each.target) for each in entries if each.action.startswith("content.")]
    assert told == [
        ("content.delete", "key:k", str(content.id)),
        ("content.archive", "key:k", str(content.id)),
        ("content.publish", "key:k", str(content.id)),
        ("content.create", "system", str(content.id)),
    ]


def test_limits_of_a_workspace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.surfaces.drafts.MAX_DOCUMENTS", 2)
    monkeypatch.setattr("headwater.surfaces.drafts.MAX_CONTENTS", 1)
    content = desk.made(desk.segments[0])
    with pytest.raises(Unprocessable) as many:
        desk.contents.drafts.add_document(desk.id, "welcome", segment_id=desk.segments[1], copy_of=None, by=ANNA)
    assert many.value.code == "too_many_documents"
    with pytest.raises(Unprocessable) as full:
        desk.contents.drafts.duplicate(desk.id, str(content.id), name="Copy", by=ANNA)
    assert full.value.code == "too_many_contents"
