"""The caller's own workspace: its settings, client tokens, API keys, identity secrets and audit log."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from headwater.api.auth import admin
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    Deleted,
    GivenCaller,
    GivenStore,
    Limit,
    Offset,
    Page,
    Pagination,
    page,
)
from headwater.api.ports import Shape
from headwater.api.workspaces import WorkspaceChange, WorkspaceShape, changed, workspace_shape
from headwater.control.model import ApiKey, IdentitySecret, Scope


class NewApiKey(Body, frozen=True):
    """`scopes`: admin (everything), data (reads what events carry), read (sees settings and figures)."""

    name: str
    scopes: list[Scope] = msgspec.field(default_factory=lambda: ["admin"])


class NewName(Body, frozen=True):
    name: str


class ApiKeyShape(Shape, frozen=True):
    """`prefix` is how the key begins."""

    id: str
    name: str
    scopes: list[Scope]
    prefix: str
    created_at: str
    last_used_at: str | None


class ApiKeyOnce(ApiKeyShape, frozen=True):
    """`key` is shown this once."""

    key: str


class IdentitySecretShape(Shape, frozen=True):
    id: str
    name: str
    created_at: str


class IdentitySecretOnce(IdentitySecretShape, frozen=True):
    """`key` is shown this once. The HMAC key is the UTF-8 bytes of the string."""

    key: str


class ClientToken(Shape, frozen=True):
    token: str


class AuditShape(Shape, frozen=True):
    """`actor` did `action` to `target`."""

    id: int
    at: str
    actor: str
    action: str
    target: str
    detail: dict[str, Any]


@get("/workspace", operation_id="getWorkspace", tags=["Workspace"], sync_to_thread=True)
def get_workspace(caller: GivenCaller, store: GivenStore) -> WorkspaceShape:
    """The workspace of the token, or the one picked with `X-Workspace`. Any scope."""
    return workspace_shape(store.workspace(caller.workspace_id))


@patch("/workspace", operation_id="updateWorkspace", tags=["Workspace"], guards=[admin], sync_to_thread=True)
def update_workspace(data: JSONBody[WorkspaceChange], caller: GivenCaller, store: GivenStore) -> WorkspaceShape:
    """Change the workspace; its region stays. Scope admin.

    409 `identity_secret_needed` when signatures are to be required and there is no identity secret.
    """
    return changed(store, caller.workspace_id, data, caller.actor)


@post(
    "/workspace/client-tokens",
    operation_id="addClientToken",
    tags=["Workspace"],
    guards=[admin],
    sync_to_thread=True,
)
def add_client_token(caller: GivenCaller, store: GivenStore) -> ClientToken:
    """A new client token; the older ones stay valid until they are removed. Scope admin."""
    return ClientToken(token=store.add_client_token(caller.workspace_id, by=caller.actor))


@delete(
    "/workspace/client-tokens/{token:str}",
    operation_id="removeClientToken",
    tags=["Workspace"],
    guards=[admin],
    status_code=200,
    sync_to_thread=True,
)
def remove_client_token(token: FromPath[str], caller: GivenCaller, store: GivenStore) -> Deleted:
    """Remove a client token; not the last one. Scope admin."""
    store.remove_client_token(caller.workspace_id, token, by=caller.actor)
    return Deleted(id=token, deleted=True)


@get("/workspace/api-keys", operation_id="listApiKeys", tags=["Workspace"], guards=[admin], sync_to_thread=True)
def list_api_keys(
    caller: GivenCaller, store: GivenStore, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[ApiKeyShape]:
    """The workspace's API keys, without their text. Scope admin."""
    keys = store.access.api_keys(caller.workspace_id)
    return page([ApiKeyShape(**_key_fields(key)) for key in keys], limit, offset)


@post("/workspace/api-keys", operation_id="createApiKey", tags=["Workspace"], guards=[admin], sync_to_thread=True)
def create_api_key(data: JSONBody[NewApiKey], caller: GivenCaller, store: GivenStore) -> ApiKeyOnce:
    """A new API key of this workspace; its text is shown this once. Scope admin."""
    made, text = store.access.create_api_key(caller.workspace_id, name=data.name, scopes=data.scopes, by=caller.actor)
    return ApiKeyOnce(**_key_fields(made), key=text)


@get(
    "/workspace/api-keys/{key_id:str}",
    operation_id="getApiKey",
    tags=["Workspace"],
    guards=[admin],
    sync_to_thread=True,
)
def get_api_key(key_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> ApiKeyShape:
    """One API key, without its text. Scope admin."""
    return ApiKeyShape(**_key_fields(store.access.api_key(caller.workspace_id, key_id)))


@patch(
    "/workspace/api-keys/{key_id:str}",
    operation_id="renameApiKey",
    tags=["Workspace"],
    guards=[admin],
    sync_to_thread=True,
)
def rename_api_key(
    key_id: FromPath[str], data: JSONBody[NewName], caller: GivenCaller, store: GivenStore
) -> ApiKeyShape:
    """Give an API key another name. Scope admin."""
    renamed = store.access.rename_api_key(caller.workspace_id, key_id, name=data.name, by=caller.actor)
    return ApiKeyShape(**_key_fields(renamed))


@delete(
    "/workspace/api-keys/{key_id:str}",
    operation_id="deleteApiKey",
    tags=["Workspace"],
    guards=[admin],
    status_code=200,
    sync_to_thread=True,
)
def delete_api_key(key_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> Deleted:
    """Make an API key invalid, at once. Scope admin."""
    store.access.delete_api_key(caller.workspace_id, key_id, by=caller.actor)
    return Deleted(id=key_id, deleted=True)


@get(
    "/workspace/identity-secrets",
    operation_id="listIdentitySecrets",
    tags=["Workspace"],
    guards=[admin],
    sync_to_thread=True,
)
def list_identity_secrets(
    caller: GivenCaller, store: GivenStore, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[IdentitySecretShape]:
    """The secrets that user ids may be signed with, without their text. Scope admin."""
    found = store.identity_secrets(caller.workspace_id)
    return page([IdentitySecretShape(**_secret_fields(each)) for each in found], limit, offset)


@post(
    "/workspace/identity-secrets",
    operation_id="createIdentitySecret",
    tags=["Workspace"],
    guards=[admin],
    sync_to_thread=True,
)
def create_identity_secret(data: JSONBody[NewName], caller: GivenCaller, store: GivenStore) -> IdentitySecretOnce:
    """A further secret to sign user ids with; its text is shown this once. Scope admin."""
    text = secrets.token_hex(32)
    made = store.add_identity_secret(caller.workspace_id, name=data.name, secret=text, by=caller.actor)
    return IdentitySecretOnce(**_secret_fields(made), key=text)


@delete(
    "/workspace/identity-secrets/{secret_id:str}",
    operation_id="deleteIdentitySecret",
    tags=["Workspace"],
    guards=[admin],
    status_code=200,
    sync_to_thread=True,
)
def delete_identity_secret(secret_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> Deleted:
    """Make an identity secret invalid, at once. Scope admin.

    409 `identity_secret_needed` for the last one while signatures are required.
    """
    store.remove_identity_secret(caller.workspace_id, secret_id, by=caller.actor)
    return Deleted(id=secret_id, deleted=True)


@get("/audit", operation_id="listAudit", tags=["Workspace"], guards=[admin], sync_to_thread=True)
def list_audit(
    caller: GivenCaller, store: GivenStore, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[AuditShape]:
    """Who changed what in this workspace, newest first. Scope admin."""
    entries, total = store.audit(caller.workspace_id, limit=limit, offset=offset)
    shapes = [
        AuditShape(id=e.id, at=e.at, actor=e.actor, action=e.action, target=e.target, detail=e.detail) for e in entries
    ]
    return Page(data=shapes, pagination=Pagination(total=total, limit=limit, offset=offset))


def _key_fields(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "prefix": key.prefix,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
    }


def _secret_fields(secret: IdentitySecret) -> dict[str, Any]:
    return {"id": secret.id, "name": secret.name, "created_at": secret.created_at}


ROUTES: list[HTTPRouteHandler] = [
    get_workspace,
    update_workspace,
    add_client_token,
    remove_client_token,
    list_api_keys,
    create_api_key,
    get_api_key,
    rename_api_key,
    delete_api_key,
    list_identity_secrets,
    create_identity_secret,
    delete_identity_secret,
    list_audit,
]
