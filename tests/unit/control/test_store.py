from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from headwater.base.errors import Conflict, InvalidInput, NotFound
from headwater.control.bootstrap import generation_at, sealer_at, state_url
from headwater.control.directory import Directory
from headwater.control.model import BUILTIN_SOURCES, Workspace
from headwater.control.store import Store
from tests.unit.control.conftest import Wall
from tests.unit.control.specs import source_spec


def test_a_workspace_begins_with_a_token_and_the_built_in_sources(store: Store) -> None:
    made = store.create_workspace(name=" Acme ", region="eu")
    assert (made.name, made.region, made.identity_verification) == ("Acme", "eu", "off")
    assert len(made.client_token) == 10
    assert made.client_token.isalnum()
    assert {s.catalog: s.schema for s in store.sources(made.id)} == BUILTIN_SOURCES
    keys = {source.catalog: len(source.write_keys) for source in store.sources(made.id) if source.builtin}
    assert keys == {"customer-events": 1, "rest": 1, "segments": 0}


@pytest.mark.parametrize("region", ["US", "", "ap"])
def test_other_regions_are_refused(store: Store, region: str) -> None:
    with pytest.raises(InvalidInput, match="Allowed: us, eu"):
        store.create_workspace(name="x", region=region)
    assert store.workspaces() == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b", "a\nb", "a\ud800", "a\u202egnp.b"])
def test_names_that_cannot_be_kept_are_refused(store: Store, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        store.create_workspace(name=name, region="us")
    assert caught.value.details == {"field": "name"}


def test_an_update_changes_what_is_given_alone(store: Store, workspace: Workspace) -> None:
    changed = store.update_workspace(
        workspace.id, allowed_origins=["https://App.Example.com/", "http://localhost:3000", "*"]
    )
    assert changed.allowed_origins == ("https://app.example.com", "http://localhost:3000", "*")
    changed = store.update_workspace(workspace.id, identity_verification="observe", segment_anonymous=True)
    assert changed.allowed_origins == ("https://app.example.com", "http://localhost:3000", "*")
    assert (changed.identity_verification, changed.segment_anonymous) == ("observe", True)
    assert changed.region == "us"


@pytest.mark.parametrize("origin", ["app.example.com", "https://a/b", "https://u@a", "ftp://a", "https://", "x\ud800"])
def test_what_is_no_origin_is_refused(store: Store, workspace: Workspace, origin: str) -> None:
    with pytest.raises(InvalidInput, match="is not an origin"):
        store.update_workspace(workspace.id, allowed_origins=[origin])


def test_client_tokens_rotate_with_overlap(store: Store, workspace: Workspace) -> None:
    token = store.add_client_token(workspace.id)
    assert store.workspace(workspace.id).client_tokens == (workspace.client_token, token)
    assert store.workspace(workspace.id).client_token == token
    store.remove_client_token(workspace.id, workspace.client_token)
    with pytest.raises(Conflict, match="add another one first"):
        store.remove_client_token(workspace.id, token)
    with pytest.raises(NotFound):
        store.remove_client_token(workspace.id, "nope")
    assert store.workspace(workspace.id).client_tokens == (token,)


def test_identity_secrets_are_sealed_and_belong_to_one_workspace(store: Store, workspace: Workspace) -> None:
    made = store.add_identity_secret(workspace.id, name="prod", secret="s3cret")
    other = store.create_workspace(name="Other", region="us")
    assert "s3cret" not in made.sealed
    with pytest.raises(NotFound):
        store.remove_identity_secret(other.id, made.id)
    assert store.identity_secrets(workspace.id) == [made]
    store.remove_identity_secret(workspace.id, made.id)
    assert store.identity_secrets(workspace.id) == []


def test_signatures_are_required_only_where_there_is_a_secret(store: Store, workspace: Workspace) -> None:
    with pytest.raises(Conflict, match="Make a secret") as caught:
        store.update_workspace(workspace.id, name="New", identity_verification="require")
    assert caught.value.code == "identity_secret_needed"
    assert store.workspace(workspace.id) == workspace
    one, two = [store.add_identity_secret(workspace.id, name=name, secret=name) for name in ("one", "two")]
    store.update_workspace(workspace.id, identity_verification="require")
    store.remove_identity_secret(workspace.id, one.id)
    with pytest.raises(Conflict, match="Make another one first") as caught:
        store.remove_identity_secret(workspace.id, two.id)
    assert caught.value.code == "identity_secret_needed"
    assert store.identity_secrets(workspace.id) == [two]
    store.update_workspace(workspace.id, identity_verification="off")
    store.remove_identity_secret(workspace.id, two.id)


def test_the_audit_log_says_who_did_what_and_no_secret(store: Store, workspace: Workspace) -> None:
    store.add_identity_secret(workspace.id, name="prod", secret="s3cret", by="key:key_1")
    store.add_client_token(workspace.id, by="session")
    entries, total = store.audit(workspace.id, limit=2)
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("session", "client-token.add"),
        ("key:key_1", "identity-secret.add"),
    ]
    assert total == 3
    assert "s3cret" not in repr(entries)
    assert store.workspace(workspace.id).client_token not in repr(entries)


def test_an_unknown_workspace_is_named(store: Store) -> None:
    for call in (store.workspace, store.update_workspace, store.add_client_token):
        with pytest.raises(NotFound, match='no workspace "ws_none"'):
            call("ws_none")


def test_a_deleted_workspace_takes_all_that_it_had_along(
    store: Store, workspace: Workspace, clock: Wall, tmp_path: Path
) -> None:
    kept = store.create_source(workspace.id, spec=source_spec(), name="Kept")
    clock.seconds += 1  # so that there is a first one
    other = store.create_workspace(name="Other", region="eu")
    source = store.create_source(other.id, spec=source_spec(), name="Lost")
    _, token = store.access.create_api_key(other.id, name="Key")
    link = store.access.create_link(other.id).token
    _, cookie = store.access.sign_in(store.access.create_link(other.id).token) or (None, "")
    store.add_identity_secret(other.id, name="Secret", secret="x")
    directory = Directory(store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path))
    assert directory.gone_workspaces() == frozenset()

    store.delete_workspace(other.id, confirm="Other", by="key:k")
    for gone in (
        lambda: store.workspace(other.id),
        lambda: store.update_workspace(other.id, name="Again"),
        lambda: store.access.create_api_key(other.id, name="Again"),
        lambda: store.source(other.id, source.id),
    ):
        with pytest.raises(NotFound):
            gone()
    assert store.access.key_by_token(token) is None
    assert store.access.sign_in(link) is None
    assert store.access.session(cookie) is None
    assert [each.id for each in store.workspaces()] == [workspace.id]
    assert store.source(workspace.id, kept.id) == kept
    assert directory.by_write_key(source.write_keys[0]) is None
    assert directory.by_client_token(other.client_token) is None
    assert directory.gone_workspaces() == {other.id}
    assert directory.first_workspace_id() == workspace.id
    directory.close()
    rows = sqlite3.connect(tmp_path / "state.db")
    left = [
        name
        for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if _holds(rows, name, other.id)
    ]
    assert sorted(left) == ["audit", "workspaces"]
    rows.close()
    store.delete_workspace(other.id, confirm=None)  # a call that is repeated


def _holds(rows: sqlite3.Connection, table: str, text: str) -> bool:
    return text in repr(rows.execute(f'SELECT * FROM "{table}"').fetchall())


def test_only_the_one_that_is_named_and_never_the_last_workspace_is_deleted(store: Store, workspace: Workspace) -> None:
    with pytest.raises(Conflict) as last:
        store.delete_workspace(workspace.id, confirm=workspace.name)
    assert last.value.code == "last_workspace"
    other = store.create_workspace(name="Other", region="eu")
    for confirm in (None, "", "other", workspace.name):
        with pytest.raises(InvalidInput, match="its name in `confirm`") as unnamed:
            store.delete_workspace(other.id, confirm=confirm)
        assert unnamed.value.code == "confirm_needed"
    with pytest.raises(NotFound):
        store.delete_workspace("ws_none", confirm="Other")
    store.delete_workspace(workspace.id, confirm=workspace.name)
    assert [each.id for each in store.workspaces()] == [other.id]
    assert store.create_workspace(name="Third", region="us").name == "Third"
