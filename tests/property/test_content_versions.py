"""Versions by their digest, drafts and what is live, in any order of edits, publishing and going back; and files."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from headwater.base.errors import Conflict
from headwater.control.bootstrap import open_store
from headwater.control.store import Store
from headwater.surfaces.diff import differences
from headwater.surfaces.drafts import Beginning, Change
from headwater.surfaces.files import ContentFile, exported, imported
from headwater.surfaces.labels import Labels
from headwater.surfaces.model import SYSTEM, Content, Placement, Tree, builtins, tree_of, walk
from headwater.surfaces.store import ContentStore
from headwater.surfaces.versions import canonical, version_id

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.text(alphabet="abcdefgh0123-_", min_size=1, max_size=6)


def _leaf(type: str, **props: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"id": IDS, "type": st.just(type), "props": st.fixed_dictionaries(props)})


LEAVES = st.one_of(
    _leaf("text", text=TEXTS),
    _leaf("heading", text=TEXTS, level=st.integers(1, 6)),
    _leaf("button", text=TEXTS, actions=st.just([{"type": "dismiss"}])),
    _leaf("image", src=TEXTS, alt=TEXTS, width=st.floats(1, 100)),
)


def _holding(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    types, blocks = st.sampled_from(["section", "card"]), st.lists(inner, max_size=3)
    return st.fixed_dictionaries({"id": IDS, "type": types, "props": st.just({}), "blocks": blocks})


BLOCKS = st.recursive(LEAVES, _holding, max_leaves=8)


def _with_ids_of_their_own(blocks: list[dict[str, Any]]) -> Tree:
    tree = tree_of({"kind": "inline", "blocks": blocks})
    numbers = iter(range(10_000))

    def renamed(block: Any) -> Any:
        new_id = f"{block.id}{next(numbers)}"
        return msgspec.structs.replace(block, id=new_id, blocks=tuple(map(renamed, block.blocks)))

    return msgspec.structs.replace(tree, blocks=tuple(map(renamed, tree.blocks)))


TREES = st.lists(BLOCKS, max_size=4).map(_with_ids_of_their_own)
NAMES = st.sampled_from(["Welcome", "Tips", "A - B"])


def shuffled(value: Any) -> Any:
    """The same JSON with its keys in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    return [shuffled(each) for each in value] if isinstance(value, (list, tuple)) else value


@given(TREES, NAMES)
def test_the_same_tree_is_the_same_version_however_it_is_written(tree: Tree, name: str) -> None:
    filled = Labels(name, {}).filled(tree)
    wire = json.loads(json.dumps(builtins(filled), ensure_ascii=True, indent=1))
    assert version_id(tree_of(shuffled(wire))) == version_id(filled)
    plain = json.dumps(builtins(filled), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(canonical(filled)) == json.loads(plain)
    assert len(canonical(filled)) <= len(plain.encode())


@given(TREES, TREES, NAMES)
def test_other_trees_are_other_versions(one: Tree, other: Tree, name: str) -> None:
    assert (version_id(one) == version_id(other)) == (builtins(one) == builtins(other))
    assert (differences(one, other) == []) == (builtins(one) == builtins(other))


@given(TREES, NAMES)
def test_labels_come_off_as_they_were_filled_in(tree: Tree, name: str) -> None:
    labels = Labels(name, {})
    assert labels.cleared(labels.filled(tree)) == tree
    assert labels.filled(labels.filled(tree)) == labels.filled(tree)


@given(TREES, TREES)
def test_differences_name_each_block_that_came_or_went(before: Tree, after: Tree) -> None:
    found = differences(before, after)
    old, new = {each.id for each in walk(before.blocks)}, {each.id for each in walk(after.blocks)}
    assert {each.node_id for each in found if each.kind == "added"} == new - old
    assert {each.node_id for each in found if each.kind == "removed"} == old - new
    assert {each.node_id for each in found if each.kind in ("moved", "changed")} <= (old & new) | {""}


class PublishingMachine(RuleBasedStateMachine):
    """One content with one document, beside what it should be."""

    trees: Bundle[Tree] = Bundle("trees")

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="headwater-contents-"))
        self.store = _prepared(self.directory)
        self.workspace_id = self.store.workspaces()[0].id
        self.contents = ContentStore(state=self.store.state)
        self.published: dict[str, Tree] = {}
        self.live: str | None = None

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.directory)

    @initialize(tree=TREES, name=NAMES)
    def begin(self, tree: Tree, name: str) -> None:
        placed = (Placement(id="p", selectors=("#a",)),)
        beginning = Beginning(name=name, documents=[("Everyone", tree)], placements=placed)
        self.id = str(self.contents.drafts.create(self.workspace_id, beginning, by=SYSTEM).id)
        self.draft, self.name = tree, name

    @property
    def now(self) -> Content:
        return self.contents.get(self.workspace_id, self.id)

    @rule(tree=TREES)
    def edit(self, tree: Tree) -> None:
        document = self.now.documents[0]
        saved = self.contents.drafts.update_document(
            self.workspace_id, self.id, document.id, revision=document.revision, tree=tree, segment_id=None, by=SYSTEM
        )
        self.draft = tree
        assert saved.documents[0].revision == document.revision + int(tree != document.tree)

    @rule(tree=TREES)
    def edit_of_what_was_there_before(self, tree: Tree) -> None:
        document = self.now.documents[0]
        with pytest.raises(Conflict, match="changed the document"):
            self.contents.drafts.update_document(
                self.workspace_id,
                self.id,
                document.id,
                revision=document.revision - 1,
                tree=tree,
                segment_id=None,
                by=SYSTEM,
            )

    @rule(name=NAMES)
    def rename(self, name: str) -> None:
        self.contents.drafts.update(
            self.workspace_id, self.id, Change(name=name), revision=self.now.revision, by=SYSTEM
        )
        self.name = name

    @rule()
    def publish(self) -> None:
        findings = self.contents.publishing.check(self.workspace_id, self.id)
        if any(each.severity == "error" for each in findings):
            return
        published = self.contents.publishing.publish(self.workspace_id, self.id, document_ids=None, note="", by=SYSTEM)
        filled = Labels(self.name, {}).filled(self.draft)
        self.live = version_id(filled)
        self.published.setdefault(self.live, filled)
        assert published.status == "published"

    @rule(choice=st.integers(0, 100))
    def roll_back(self, choice: int) -> None:
        if not self.published:
            return
        wanted = sorted(self.published)[choice % len(self.published)]
        before = self.now.documents[0]
        self.contents.publishing.rollback(
            self.workspace_id, self.id, document_id=before.id, version_id=wanted, by=SYSTEM
        )
        self.live = wanted
        if before.status == "published":
            self.draft = self.now.documents[0].tree
            assert Labels(self.name, {}).filled(self.draft) == self.published[wanted]

    @rule()
    def take_off(self) -> None:
        self.contents.publishing.unpublish(self.workspace_id, self.id, by=SYSTEM)
        self.live = None

    @invariant()
    def it_is_as_it_should_be(self) -> None:
        if not hasattr(self, "id"):
            return
        found = self.now
        document = found.documents[0]
        assert (document.tree, document.version_id) == (self.draft, self.live)
        assert document.draft_version_id == version_id(Labels(self.name, {}).filled(self.draft))
        versions = self.contents.publishing.versions(self.workspace_id, self.id)
        assert {each.id: each.tree for each in versions} == self.published
        assert all(version_id(each.tree) == each.id for each in versions)
        assert [each.id for each in versions if each.live] == ([self.live] if self.live else [])
        assert sorted(each.number for each in versions) == list(range(1, len(versions) + 1))
        [listed] = self.contents.summaries(self.workspace_id)
        assert listed.status == found.status
        assert (found.live is None) == (self.live is None)


def _prepared(directory: Path) -> Store:
    store = open_store(directory)
    store.create_workspace(name="Acme", region="us")
    return store


TestPublishing = PublishingMachine.TestCase
TestPublishing.settings = settings(max_examples=10, stateful_step_count=15)


@given(st.lists(TREES, min_size=1, max_size=3), NAMES)
@settings(max_examples=5)
def test_what_goes_out_as_a_file_comes_in_the_same(trees: list[Tree], name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="headwater-contents-") as directory:
        store = _prepared(Path(directory))
        contents, workspace_id = ContentStore(state=store.state), store.workspaces()[0].id
        rule = {"trait": "plan", "op": "equals", "value": "pro"}
        there = store.create_workspace(name="Other", region="us").id
        segments = [
            store.segments.create(workspace_id, name=f"S{number}", rule=rule) for number in range(len(trees) - 1)
        ]
        for segment in segments:
            store.segments.create(there, name=segment.name, rule=rule)
        documents = [*zip([each.id for each in segments], trees, strict=False), ("Everyone", trees[-1])]
        made = contents.drafts.create(
            workspace_id, Beginning(name=name, documents=documents, placements=(Placement(id="p"),)), by=SYSTEM
        )
        file = exported(made, contents.segment_names(workspace_id))
        again = msgspec.json.decode(msgspec.json.encode(file), type=ContentFile)
        for target in (workspace_id, there):
            beginning = imported(again, contents.segment_names(target))
            copied = exported(contents.drafts.create(target, beginning, by=SYSTEM), contents.segment_names(target))
            assert [(each.segment, each.tree) for each in copied.documents] == [
                (each.segment, each.tree) for each in file.documents
            ]
            assert (copied.name, copied.placements, copied.goals) == (file.name, file.placements, file.goals)
        store.close()
