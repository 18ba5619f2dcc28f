"""The management API's view of the process of people, over its socket. Satisfies `api.profiles.Profiles`."""

from __future__ import annotations

from typing import Any

from headwater.app.rpc import RpcClient

PREVIEW_S = 60.0
"""A rule over all people, and what they did, takes its time."""


class RemoteProfiles:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    async def people(
        self,
        workspace_id: str,
        user_id: str | None,
        email: str | None,
        traits: dict[str, str],
        segment_id: str | None,
        query: str | None,
        limit: int,
        offset: int,
    ) -> Any:
        return await self._client.call(
            "people",
            workspace_id=workspace_id,
            user_id=user_id,
            email=email,
            traits=traits,
            segment_id=segment_id,
            query=query,
            limit=limit,
            offset=offset,
        )

    async def person(self, workspace_id: str, person_id: str) -> Any:
        return await self._client.call("person", workspace_id=workspace_id, id=person_id)

    async def explain(self, workspace_id: str, person_id: str, segment_id: str) -> Any:
        return await self._client.call("explain", workspace_id=workspace_id, person_id=person_id, segment_id=segment_id)

    async def segment_states(self, workspace_id: str) -> Any:
        return await self._client.call("segment_states", workspace_id=workspace_id)

    async def preview(self, workspace_id: str, rule: dict[str, Any]) -> Any:
        return await self._client.call("preview", PREVIEW_S, workspace_id=workspace_id, rule=rule)
