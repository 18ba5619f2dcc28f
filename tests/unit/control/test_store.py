from __future__ import annotations

import pytest

from headwater.base.errors import Conflict, InvalidInput, NotFound
from headwater.control.model import BUILTIN_SOURCES, Workspace
from headwater.control.store import Store


def test_a_workspace_begins_with_a_token_and_the_built_in_sources(store: Store) -> None:
    made = store.create_workspace(name=" Acme ", region="eu")
    assert (made.name, made.region, made.identity_verification) == ("Acme", "eu", "off")
    assert len(made.client_token) == 10
    assert made.client_token.isalnum()
    assert {s.catalog: s.schema for s in store.sources(made.id)} == BUILTIN_SOURCES
    assert all(len(source.write_keys) == 1 and source.builtin for source in store.sources(made.id))


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
    changed = store.update_workspace(workspace.id, identity_verification="require", segment_anonymous=True)
    assert changed.allowed_origins == ("https://app.example.com", "http://localhost:3000", "*")
    assert (changed.identity_verification, changed.segment_anonymous) == ("require", True)
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
