"""The installation's workspaces: listed, made, changed and deleted with its admin token alone."""

from __future__ import annotations

import asyncio
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from headwater.api.auth import installation
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    Deleted,
    GivenCaller,
    GivenStore,
    GivenWork,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape
from headwater.catalog.model import Region
from headwater.control.model import IdentityVerification, Workspace


class NewWorkspace(Body, frozen=True):
    """The region is fixed from now on."""

    name: str
    region: Region


class WorkspaceChange(Body, frozen=True):
    """What is null or left out stays. `allowedOrigins` are origins like https://app.example.com, or `*`."""

    name: str | None = None
    allowed_origins: list[str] | None = None
    identity_verification: IdentityVerification | None = None
    segment_anonymous: bool | None = None


class WorkspaceShape(Shape, frozen=True):
    """`clientToken` is the newest of `clientTokens`; all of them are valid."""

    id: str
    name: str
    region: Region
    client_token: str
    client_tokens: list[str]
    allowed_origins: list[str]
    identity_verification: IdentityVerification
    segment_anonymous: bool
    created_at: str


def workspace_shape(workspace: Workspace) -> WorkspaceShape:
    return WorkspaceShape(
        id=workspace.id,
        name=workspace.name,
        region=workspace.region,
        client_token=workspace.client_token,
        client_tokens=list(workspace.client_tokens),
        allowed_origins=list(workspace.allowed_origins),
        identity_verification=workspace.identity_verification,
        segment_anonymous=workspace.segment_anonymous,
        created_at=workspace.created_at,
    )


@get("/workspaces", operation_id="listWorkspaces", tags=["Workspaces"], guards=[installation], sync_to_thread=True)
def list_workspaces(store: GivenStore, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0) -> Page[WorkspaceShape]:
    """Every workspace, oldest first. The installation's admin token."""
    return page([workspace_shape(workspace) for workspace in store.workspaces()], limit, offset)


@post("/workspaces", operation_id="createWorkspace", tags=["Workspaces"], guards=[installation], sync_to_thread=True)
def create_workspace(data: JSONBody[NewWorkspace], caller: GivenCaller, store: GivenStore) -> WorkspaceShape:
    """A further workspace with its built-in sources. The installation's admin token."""
    return workspace_shape(store.create_workspace(name=data.name, region=data.region, by=caller.actor))


@get(
    "/workspaces/{workspace_id:str}",
    operation_id="getWorkspaceById",
    tags=["Workspaces"],
    guards=[installation],
    sync_to_thread=True,
)
def get_workspace(workspace_id: FromPath[str], store: GivenStore) -> WorkspaceShape:
    """One workspace. The installation's admin token."""
    return workspace_shape(store.workspace(workspace_id))


@patch(
    "/workspaces/{workspace_id:str}",
    operation_id="updateWorkspaceById",
    tags=["Workspaces"],
    guards=[installation],
    sync_to_thread=True,
)
def update_workspace(
    workspace_id: FromPath[str], data: JSONBody[WorkspaceChange], caller: GivenCaller, store: GivenStore
) -> WorkspaceShape:
    """Change a workspace; its region stays. The installation's admin token.

    409 `identity_secret_needed` when signatures are to be required and there is no identity secret.
    """
    return changed(store, workspace_id, data, caller.actor)


Confirm = Annotated[
    str | None, QueryParameter(description="The workspace's name, to say that this one is meant. Not to be undone.")
]


@delete(
    "/workspaces/{workspace_id:str}",
    operation_id="deleteWorkspace",
    tags=["Workspaces"],
    guards=[installation],
    status_code=200,
)
async def delete_workspace(
    workspace_id: FromPath[str], caller: GivenCaller, store: GivenStore, work: GivenWork, confirm: Confirm = None
) -> Deleted:
    """Delete a workspace for good; `confirm` must be its name. The installation's admin token.

    At once its write keys, tokens, API keys, sessions, sources and connections are invalid, and its warehouse is
    deleted with every row. What its events left elsewhere stays, though no call gives it out any more: acknowledged
    events in the journal until retention removes them, parked events, the log of deliveries for as long as it is kept,
    files that destinations wrote, the audit log, and backups. 409 `last_workspace` for the only one. When it answers
    503 the workspace is gone and its rows may not be: repeat the call, or they go at the next start.
    """
    await asyncio.to_thread(store.delete_workspace, workspace_id, confirm=confirm, by=caller.actor)
    await work.remove_warehouse(workspace_id)
    return Deleted(id=workspace_id, deleted=True)


def changed(store: GivenStore, workspace_id: str, change: WorkspaceChange, by: str) -> WorkspaceShape:
    return workspace_shape(
        store.update_workspace(
            workspace_id,
            name=change.name,
            allowed_origins=change.allowed_origins,
            identity_verification=change.identity_verification,
            segment_anonymous=change.segment_anonymous,
            by=by,
        )
    )


ROUTES: list[HTTPRouteHandler] = [
    list_workspaces,
    create_workspace,
    get_workspace,
    update_workspace,
    delete_workspace,
]
