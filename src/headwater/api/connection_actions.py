"""The calls that webhooks, destinations and integrations share: test, try, pause, resume, recover, the log, resend.

They are written once and declared for each kind under its own path, with an operation of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from headwater.api.auth import admin
from headwater.api.auth import data as data_scope
from headwater.api.connections import Rotation, SigningSecretShape, secret_shape
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    GivenCaller,
    GivenDestinations,
    GivenSending,
    GivenStore,
    Limit,
    Offset,
    Page,
    Pagination,
)
from headwater.api.ports import Replay, Shape
from headwater.api.sending import Attempt, AttemptStatus, Draft, FoundAttempts, Previewed, Resent, Tried
from headwater.api.times import moment
from headwater.base.masking import masked_payload
from headwater.catalog.destination_load import Destinations
from headwater.control.model import Connection, ConnectionKind, integration_id
from headwater.control.store import Store

_EVENT: Final = Meta(
    description="An event as the Tracking API takes it, with its `type`.",
    examples=[{"type": "track", "event": "Ordered", "userId": "user-42", "properties": {"total": 12}}],
)


class EventOrNone(Body, frozen=True):
    """Null: an event made for the purpose."""

    event: Annotated[dict[str, Any] | None, _EVENT] = None


class GivenEvent(Body, frozen=True):
    """The event to send past the queue and the log."""

    event: Annotated[dict[str, Any], _EVENT]


class PreviewEvent(Body, frozen=True, kw_only=True):
    """An event that went by lately, by its `messageId`, or one given whole; neither: the newest that matches.

    `settings` and `mapping` are looked at in the place of the stored ones; a masked secret stands for the stored one.
    """

    message_id: str | None = None
    event: Annotated[dict[str, Any] | None, _EVENT] = None
    settings: dict[str, Any] | None = None
    mapping: dict[str, str] | None = None


class Since(Body, frozen=True):
    """Received at or after: ISO 8601."""

    since: Annotated[str, Meta(examples=["2026-01-31T12:00:00Z"])]


class Switched(Shape, frozen=True):
    """How the connection is switched now."""

    id: str
    enabled: bool
    paused: bool


Status = Annotated[AttemptStatus | None, QueryParameter(description="Only attempts of this status.")]
Search = Annotated[
    str, QueryParameter(description="A piece of an id, of the event's name, or of the answer. Empty: everything.")
]

_NOUNS: Final = {"webhook": "Webhook", "destination": "Destination", "integration": "Integration"}


def action_routes(kind: ConnectionKind, *, tag: str) -> list[HTTPRouteHandler]:
    """The shared calls under `/webhooks/{id}`, `/destinations/{id}` or `/integrations/{slug}`."""
    path, noun = f"/{kind}s/{{connection_id:str}}", _NOUNS[kind]

    async def find(store: Store, workspace_id: str, given: str) -> Connection:
        stored = integration_id(workspace_id, given) if kind == "integration" else given
        return await asyncio.to_thread(store.connections.get, workspace_id, stored, kind)

    return [
        *_sending_routes(path, noun, tag, find),
        *_switch_routes(path, noun, tag, find),
        *_log_routes(path, noun, tag, find),
    ]


Find = Callable[[Store, str, str], Any]


def secret_routes(kind: ConnectionKind, *, tag: str) -> list[HTTPRouteHandler]:
    """Seeing and rotating the secrets that requests are signed with."""
    path, noun = f"/{kind}s/{{connection_id:str}}", _NOUNS[kind]

    @get(
        f"{path}/secret",
        operation_id=f"get{noun}Secret",
        tags=[tag],
        guards=[admin],
        sync_to_thread=True,
        description="The secrets that requests are signed with. Scope admin.\n\nThat they were shown is kept in the "
        "audit log. 409 when this one is not signed.",
    )
    def get_secret(connection_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> SigningSecretShape:
        store.connections.get(caller.workspace_id, connection_id, kind)
        live = store.connections.signing_secrets(caller.workspace_id, connection_id, by=caller.actor)
        return secret_shape(live)

    @post(
        f"{path}/rotate-secret",
        operation_id=f"rotate{noun}Secret",
        tags=[tag],
        guards=[admin],
        status_code=202,
        sync_to_thread=True,
        description="A new signing secret; the older ones stay valid for a day, or as long as is said. Scope admin."
        "\n\nIn the overlap every request is signed with each of them. 409 `too_many_secrets` when ten are valid.",
    )
    def rotate(
        connection_id: FromPath[str],
        caller: GivenCaller,
        store: GivenStore,
        data: JSONBody[Rotation | None] = None,
    ) -> SigningSecretShape:
        store.connections.get(caller.workspace_id, connection_id, kind)
        overlap_s = (data or Rotation()).overlap_seconds
        store.connections.rotate_secret(caller.workspace_id, connection_id, overlap_s=overlap_s, by=caller.actor)
        live = store.connections.signing_secrets(caller.workspace_id, connection_id, by=caller.actor)
        return secret_shape(live)

    return [get_secret, rotate]


def _sending_routes(path: str, noun: str, tag: str, find: Find) -> list[HTTPRouteHandler]:
    @post(
        f"{path}/test",
        operation_id=f"test{noun}",
        tags=[tag],
        guards=[admin],
        status_code=202,
        description="Send a test event and wait for the answer; the log shows it, even when refused. Scope admin.",
    )
    async def test(
        connection_id: FromPath[str],
        caller: GivenCaller,
        store: GivenStore,
        sending: GivenSending,
        data: JSONBody[EventOrNone | None] = None,
    ) -> Attempt:
        made = await find(store, caller.workspace_id, connection_id)
        event = data.event if data else None
        return msgspec.convert(await sending.test(caller.workspace_id, made.id, event), Attempt)

    @post(
        f"{path}/try",
        operation_id=f"try{noun}",
        tags=[tag],
        guards=[admin],
        status_code=202,
        description="Send one event and see request and answer; queue and log are not touched. Scope admin.",
    )
    async def try_event(
        connection_id: FromPath[str],
        data: JSONBody[GivenEvent],
        caller: GivenCaller,
        store: GivenStore,
        sending: GivenSending,
    ) -> Tried:
        made = await find(store, caller.workspace_id, connection_id)
        return msgspec.convert(await sending.try_event(caller.workspace_id, made.id, data.event), Tried)

    @post(
        f"{path}/preview",
        operation_id=f"preview{noun}",
        tags=[tag],
        guards=[data_scope],
        status_code=200,
        description="What would be sent for an event; nothing is, and signatures are masked. Scope data.",
    )
    async def preview(
        connection_id: FromPath[str],
        data: JSONBody[PreviewEvent],
        caller: GivenCaller,
        store: GivenStore,
        destinations: GivenDestinations,
        sending: GivenSending,
    ) -> Previewed:
        made = await find(store, caller.workspace_id, connection_id)
        draft = await asyncio.to_thread(_draft, store, destinations, made, data)
        connection = made.id if draft is None else None
        found = await sending.preview(caller.workspace_id, connection, draft, data.message_id, data.event)
        return msgspec.convert(found, Previewed)

    @post(
        f"{path}/recover",
        operation_id=f"recover{noun}",
        tags=[tag],
        guards=[admin],
        status_code=202,
        description="Send the events since then that never arrived, the skipped ones too. Scope admin.\n\n"
        "None that was delivered is sent again. 422 with the earliest time when `since` lies before what is kept.",
    )
    async def recover(
        connection_id: FromPath[str],
        data: JSONBody[Since],
        caller: GivenCaller,
        store: GivenStore,
        sending: GivenSending,
    ) -> Replay:
        made = await find(store, caller.workspace_id, connection_id)
        since = moment("since", data.since, "Nothing was sent.")
        return msgspec.convert(await sending.recover(caller.workspace_id, made.id, since), Replay)

    return [test, try_event, preview, recover]


def _switch_routes(path: str, noun: str, tag: str, find: Find) -> list[HTTPRouteHandler]:
    @post(
        f"{path}/pause",
        operation_id=f"pause{noun}",
        tags=[tag],
        guards=[admin],
        status_code=202,
        description="Let events wait; they go out when it is resumed. Scope admin.",
    )
    async def pause(connection_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> Switched:
        made = await find(store, caller.workspace_id, connection_id)
        switched = await asyncio.to_thread(store.connections.pause, caller.workspace_id, made.id, by=caller.actor)
        return Switched(id=connection_id, enabled=switched.enabled, paused=switched.paused)

    @post(
        f"{path}/resume",
        operation_id=f"resume{noun}",
        tags=[tag],
        guards=[admin],
        status_code=202,
        description="Send what has waited since the pause, and what comes. Scope admin.",
    )
    async def resume(connection_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> Switched:
        made = await find(store, caller.workspace_id, connection_id)
        switched = await asyncio.to_thread(store.connections.resume, caller.workspace_id, made.id, by=caller.actor)
        return Switched(id=connection_id, enabled=switched.enabled, paused=switched.paused)

    return [pause, resume]


def _log_routes(path: str, noun: str, tag: str, find: Find) -> list[HTTPRouteHandler]:
    @get(
        f"{path}/attempts",
        operation_id=f"list{noun}Attempts",
        tags=[tag],
        guards=[data_scope],
        description="The log: every attempt, newest first. Scope data.",
    )
    async def attempts(
        connection_id: FromPath[str],
        caller: GivenCaller,
        store: GivenStore,
        sending: GivenSending,
        status: Status = None,
        q: Search = "",
        limit: Limit = DEFAULT_LIMIT,
        offset: Offset = 0,
    ) -> Page[Attempt]:
        made = await find(store, caller.workspace_id, connection_id)
        found = msgspec.convert(
            await sending.attempts(caller.workspace_id, made.id, status, q or None, limit, offset), FoundAttempts
        )
        return Page(data=found.data, pagination=Pagination(total=found.total, limit=limit, offset=offset))

    @get(
        f"{path}/attempts/{{attempt_id:str}}",
        operation_id=f"get{noun}Attempt",
        tags=[tag],
        guards=[data_scope],
        description="One attempt, with what was sent and what was answered. Scope data.",
    )
    async def attempt(
        connection_id: FromPath[str],
        attempt_id: FromPath[str],
        caller: GivenCaller,
        store: GivenStore,
        sending: GivenSending,
    ) -> Attempt:
        made = await find(store, caller.workspace_id, connection_id)
        found = msgspec.convert(await sending.attempt(caller.workspace_id, made.id, attempt_id), Attempt)
        keys = await asyncio.to_thread(store.write_keys, caller.workspace_id)
        return msgspec.structs.replace(found, request_body=masked_payload(found.request_body, keys))

    @post(
        f"{path}/attempts/{{attempt_id:str}}/resend",
        operation_id=f"resend{noun}Attempt",
        tags=[tag],
        guards=[admin],
        status_code=202,
        description="Send the attempt's event again, now, under the same id, also where it had arrived. Scope admin.",
    )
    async def resend(
        connection_id: FromPath[str],
        attempt_id: FromPath[str],
        caller: GivenCaller,
        store: GivenStore,
        sending: GivenSending,
    ) -> Resent:
        made = await find(store, caller.workspace_id, connection_id)
        return msgspec.convert(await sending.resend(caller.workspace_id, made.id, attempt_id), Resent)

    return [attempts, attempt, resend]


def _draft(store: Store, destinations: Destinations, made: Connection, given: PreviewEvent) -> dict[str, Any] | None:
    """The connection as it would be with what is given; None: as it is."""
    if given.settings is None and given.mapping is None:
        return None
    settings, mapping = store.connections.drafted(
        made.workspace_id,
        kind=made.kind,
        spec=destinations.destination(made.catalog),
        settings=given.settings or {},
        mapping=given.mapping or {},
        over=made.id,
    )
    draft = Draft(id=made.id, kind=made.kind, catalog=made.catalog, settings=settings, mapping=mapping)
    return msgspec.to_builtins(draft)
