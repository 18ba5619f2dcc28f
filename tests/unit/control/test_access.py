from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from headwater.base.errors import InvalidInput, NotFound
from headwater.control.model import Workspace
from headwater.control.store import Store
from tests.unit.control.conftest import Wall


def test_a_key_opens_its_workspace_and_is_stored_nowhere(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    key, token = store.access.create_api_key(workspace.id, name="ci", scopes=["data"])
    found = store.access.key_by_token(token)
    assert found is not None
    assert (found.id, found.workspace_id, found.scopes) == (key.id, workspace.id, ("data",))
    assert token.startswith(key.prefix)
    assert token.encode() not in (tmp_path / "state.db").read_bytes()
    assert token.encode() not in (tmp_path / "state.db-wal").read_bytes()


def test_a_removed_or_unknown_key_opens_nothing(store: Store, workspace: Workspace) -> None:
    key, token = store.access.create_api_key(workspace.id, name="ci")
    store.access.delete_api_key(workspace.id, key.id)
    assert store.access.key_by_token(token) is None
    assert store.access.key_by_token("\ud800") is None
    with pytest.raises(NotFound):
        store.access.delete_api_key(workspace.id, key.id)


def test_the_last_use_is_noted_once_a_minute(store: Store, workspace: Workspace, clock: Wall) -> None:
    key, token = store.access.create_api_key(workspace.id, name="ci")
    assert key.last_used_at is None
    store.access.key_by_token(token)
    first = store.access.api_key(workspace.id, key.id).last_used_at
    clock.seconds += 30
    store.access.key_by_token(token)
    assert store.access.api_key(workspace.id, key.id).last_used_at == first
    clock.seconds += 31
    store.access.key_by_token(token)
    assert store.access.api_key(workspace.id, key.id).last_used_at == "2023-11-14T22:14:21.000Z"


def test_a_rename_is_written_down_only_when_there_was_a_key(store: Store, workspace: Workspace) -> None:
    key, _ = store.access.create_api_key(workspace.id, name="ci")
    assert store.access.rename_api_key(workspace.id, key.id, name="build").name == "build"
    with pytest.raises(NotFound):
        store.access.rename_api_key(workspace.id, "key_none", name="x")
    assert [entry.action for entry in store.audit(workspace.id)[0]][:2] == ["api-key.rename", "api-key.create"]


def test_scopes_are_of_the_three(store: Store, workspace: Workspace) -> None:
    for scopes in ([], ["root"]):
        with pytest.raises(InvalidInput, match="admin, data, read"):
            store.access.create_api_key(workspace.id, name="ci", scopes=scopes)


def test_a_link_opens_one_session_once(store: Store, workspace: Workspace) -> None:
    link = store.access.create_link(workspace.id)
    opened = store.access.sign_in(link.token)
    assert opened is not None
    session, cookie = opened
    assert store.access.session(cookie) == session
    assert (session.workspace_id, session.scopes) == (workspace.id, ("admin",))
    assert store.access.sign_in(link.token) is None
    store.access.sign_out(cookie)
    assert store.access.session(cookie) is None


def test_a_link_ends_after_15_minutes_and_a_session_after_30_days(store: Store, clock: Wall) -> None:
    late, timely = store.access.create_link(None), store.access.create_link(None)
    clock.seconds += 899
    opened = store.access.sign_in(timely.token)
    assert opened is not None
    clock.seconds += 1
    assert store.access.sign_in(late.token) is None
    clock.seconds += 30 * 24 * 3600 - 2
    assert store.access.session(opened[1]) is not None
    clock.seconds += 1
    assert store.access.session(opened[1]) is None


def test_expired_links_and_sessions_are_cleared_away(store: Store, clock: Wall, tmp_path: Path) -> None:
    store.access.create_link(None)
    clock.seconds += 901
    store.access.create_link(None)
    rows = sqlite3.connect(tmp_path / "state.db").execute("SELECT count(*) FROM sign_in_links").fetchone()
    assert rows == (1,)


def test_the_installation_token_is_replaced_not_added(store: Store) -> None:
    store.access.set_installation_token("first-token-of-ours")
    store.access.set_installation_token("second-token-of-ours")
    assert store.access.key_by_token("first-token-of-ours") is None
    found = store.access.key_by_token("second-token-of-ours")
    assert found is not None
    assert (found.workspace_id, found.scopes) == (None, ("admin",))
