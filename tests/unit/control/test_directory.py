from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from headwater.base.errors import Transient
from headwater.control.bootstrap import generation_at, sealer_at, state_url
from headwater.control.directory import ContentEntry, Directory
from headwater.control.model import Workspace
from headwater.control.store import Store
from headwater.surfaces.drafts import Beginning, Change
from headwater.surfaces.model import SYSTEM, tree_of
from headwater.surfaces.store import ContentStore
from tests.unit.control.specs import WITH_SETTINGS, source_spec


def test_a_source_is_found_by_each_of_its_keys_right_after_it_was_made(
    store: Store, workspace: Workspace, directory: Directory
) -> None:
    assert directory.by_write_key("x") is None
    made = store.create_source(
        workspace.id, spec=WITH_SETTINGS, name="Picky", settings={"site": "a", "apiSecret": "hunter2"}
    )
    entry = directory.by_write_key(made.write_keys[0])
    assert entry is not None
    assert (entry.source_id, entry.workspace_id, entry.schema, entry.name) == (
        made.id,
        workspace.id,
        "picky",
        "Picky",
    )
    assert entry.settings == {"site": "a", "apiSecret": "hunter2", "sampleRate": 1}
    assert directory.by_inbound_key(made.inbound_key) is entry
    assert directory.by_id(made.id) is entry
    assert directory.by_write_key(made.inbound_key) is None


def test_every_change_is_seen_at_the_next_look(store: Store, workspace: Workspace, directory: Directory) -> None:
    made = store.create_source(workspace.id, spec=source_spec(), name="First")
    key = store.add_write_key(workspace.id, made.id)
    assert directory.by_write_key(key) is not None
    store.update_source(workspace.id, made.id, enabled=False, name="Second")
    entry = directory.by_id(made.id)
    assert entry is not None
    assert (entry.enabled, entry.name, entry.schema) == (False, "Second", "first")
    store.remove_write_key(workspace.id, made.id, made.write_keys[0])
    assert directory.by_write_key(made.write_keys[0]) is None
    store.delete_source(workspace.id, made.id)
    assert directory.by_id(made.id) is None
    assert directory.by_write_key(key) is None


def test_no_change_means_no_reading(store: Store, workspace: Workspace, directory: Directory) -> None:
    first = directory.by_id(f"{workspace.id}.rest")
    store.access.create_link(workspace.id)
    assert directory.by_id(f"{workspace.id}.rest") is first


def test_an_api_key_is_found_by_its_text_until_it_is_deleted(
    store: Store, workspace: Workspace, directory: Directory
) -> None:
    assert directory.by_api_token("hw_unknown") is None
    key, text = store.access.create_api_key(workspace.id, name="ci", scopes=("data",))
    found = directory.by_api_token(text)
    assert found is not None
    assert (found.id, found.workspace_id, found.scopes) == (key.id, workspace.id, ("data",))
    assert store.access.api_key(workspace.id, key.id).last_used_at is None
    store.access.note_use([key.id])
    assert store.access.api_key(workspace.id, key.id).last_used_at is not None
    store.access.set_installation_token("hw_all")
    everywhere = directory.by_api_token("hw_all")
    assert everywhere is not None
    assert everywhere.workspace_id is None
    store.access.delete_api_key(workspace.id, key.id)
    assert directory.by_api_token(text) is None


def test_a_workspace_is_found_by_each_client_token(store: Store, workspace: Workspace, directory: Directory) -> None:
    newer = store.add_client_token(workspace.id)
    store.add_identity_secret(workspace.id, name="prod", secret="hmac-key")
    store.update_workspace(workspace.id, identity_verification="require", allowed_origins=["https://a.example"])
    entry = directory.by_client_token(newer)
    assert entry is not None
    assert entry is directory.by_client_token(workspace.client_token)
    assert entry is directory.workspace(workspace.id)
    assert (entry.identity_verification, entry.allowed_origins) == ("require", ("https://a.example",))
    assert entry.identity_secrets == (b"hmac-key",)
    assert [found.workspace_id for found in directory.workspaces()] == [workspace.id]
    assert len(directory.sources()) == 3


def test_the_last_snapshot_answers_while_the_state_cannot_be_read(
    store: Store, workspace: Workspace, tmp_path: Path
) -> None:
    steady = [0.0]
    directory = Directory(
        store_url=state_url(tmp_path),
        generation=generation_at(tmp_path),
        sealer=sealer_at(tmp_path),
        steady=lambda: steady[0],
    )
    key = store.source(workspace.id, "rest").write_keys[0]
    assert directory.by_write_key(key) is not None
    newer = store.add_write_key(workspace.id, "rest")
    raw = sqlite3.connect(tmp_path / "state.db")
    raw.execute("ALTER TABLE sources RENAME TO away")
    assert directory.by_write_key(key) is not None
    raw.execute("ALTER TABLE away RENAME TO sources")
    raw.close()
    assert directory.by_write_key(newer) is None  # tried a moment ago: the next try is due in a second
    steady[0] = 1.0
    assert directory.by_write_key(newer) is not None
    directory.close()


def test_without_any_snapshot_the_caller_is_asked_to_come_again(tmp_path: Path) -> None:
    directory = Directory(store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path))
    with pytest.raises(Transient, match="try again"):
        directory.by_write_key("x")
    directory.close()


def test_contents_as_pages_show_them_or_as_they_are_called(
    store: Store, workspace: Workspace, directory: Directory
) -> None:
    contents = ContentStore(state=store.state)
    tree = tree_of({"kind": "inline", "blocks": [{"id": "a", "type": "divider", "props": {}}]})
    made = contents.drafts.create(workspace.id, Beginning(name="Tips", documents=[("Everyone", tree)]), by=SYSTEM)
    assert directory.contents(workspace.id) == [ContentEntry(name="Tips", slug="tips")]
    contents.publishing.publish(workspace.id, "tips", document_ids=None, note="", by=SYSTEM)
    change = Change(name="Hints", slug="hints")
    contents.drafts.update(workspace.id, "tips", change, revision=made.revision, by=SYSTEM)
    assert directory.contents(workspace.id) == [ContentEntry(name="Tips", slug="tips")]
    contents.publishing.unpublish(workspace.id, "hints", by=SYSTEM)
    assert directory.contents(workspace.id) == [ContentEntry(name="Hints", slug="hints")]
    contents.publishing.archive(workspace.id, "hints", by=SYSTEM)
    assert directory.contents(workspace.id) == directory.contents("ws_other") == ()
