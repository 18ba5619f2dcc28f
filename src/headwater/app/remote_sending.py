"""The management API's view of the sending process, over its socket. Satisfies `api.sending.Sending`."""

from __future__ import annotations

from typing import Any

from headwater.app.rpc import RpcClient

ANSWER_S = 45.0
"""A test waits up to 15 s for an answer, behind what may be under way."""


class RemoteSending:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    async def attempts(
        self, workspace_id: str, connection_id: str, status: str | None, query: str | None, limit: int, offset: int
    ) -> Any:
        return await self._client.call(
            "attempts",
            workspace_id=workspace_id,
            connection_id=connection_id,
            status=status,
            query=query,
            limit=limit,
            offset=offset,
        )

    async def attempt(self, workspace_id: str, connection_id: str, attempt_id: str) -> Any:
        return await self._client.call(
            "attempt", workspace_id=workspace_id, connection_id=connection_id, attempt_id=attempt_id
        )

    async def resend(self, workspace_id: str, connection_id: str, attempt_id: str) -> Any:
        return await self._client.call(
            "resend", workspace_id=workspace_id, connection_id=connection_id, attempt_id=attempt_id
        )

    async def recover(self, workspace_id: str, connection_id: str, since: str) -> Any:
        return await self._client.call("recover", workspace_id=workspace_id, connection_id=connection_id, since=since)

    async def replay_send(
        self, workspace_id: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        return await self._client.call(
            "replay_send", workspace_id=workspace_id, start=start, end=end, connection_id=connection_id
        )

    async def send_replay_status(self, workspace_id: str, id: str) -> Any:
        return await self._client.call("send_replay_status", workspace_id=workspace_id, id=id)

    async def send_replays(self, workspace_id: str) -> Any:
        return await self._client.call("send_replays", workspace_id=workspace_id)

    async def test(self, workspace_id: str, connection_id: str, event: dict[str, Any] | None) -> Any:
        return await self._client.call(
            "test", ANSWER_S, workspace_id=workspace_id, connection_id=connection_id, event=event
        )

    async def try_event(self, workspace_id: str, connection_id: str, event: dict[str, Any]) -> Any:
        return await self._client.call(
            "try_event", ANSWER_S, workspace_id=workspace_id, connection_id=connection_id, event=event
        )

    async def preview(
        self,
        workspace_id: str,
        connection_id: str | None,
        draft: dict[str, Any] | None,
        message_id: str | None,
        event: dict[str, Any] | None,
    ) -> Any:
        return await self._client.call(
            "preview",
            workspace_id=workspace_id,
            connection_id=connection_id,
            draft=draft,
            message_id=message_id,
            event=event,
        )

    async def delivery(self, workspace_id: str, connection_id: str | None, start: str | None, end: str | None) -> Any:
        return await self._client.call(
            "delivery", workspace_id=workspace_id, connection_id=connection_id, start=start, end=end
        )

    async def connection_states(self, workspace_id: str) -> dict[str, Any]:
        return await self._client.call("connection_states", workspace_id=workspace_id)

    async def forget_connection(self, workspace_id: str, connection_id: str) -> None:
        await self._client.call("forget_connection", workspace_id=workspace_id, connection_id=connection_id)

    async def inbox(self, workspace_id: str, limit: int, offset: int) -> Any:
        return await self._client.call("inbox", workspace_id=workspace_id, limit=limit, offset=offset)
