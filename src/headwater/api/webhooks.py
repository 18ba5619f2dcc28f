"""Webhooks: customer events, posted to addresses that people name, in the default format or Slack's."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from headwater.api.auth import Caller, admin
from headwater.api.connection_actions import action_routes, secret_routes
from headwater.api.connections import (
    ConnectionShape,
    States,
    Terms,
    common_shape,
    fields_of,
    forgotten,
    present_sources,
    shown_settings,
    states_of,
)
from headwater.api.given import (
    DEFAULT_LIMIT,
    Deleted,
    GivenCaller,
    GivenDestinations,
    GivenSending,
    GivenStore,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.control.model import Connection, Topic

Format = Literal["default", "slack"]

_CATALOG: Final[dict[Format, str]] = {"default": "webhook", "slack": "slack"}
_FORMATS: Final[dict[str, Format]] = {slug: format for format, slug in _CATALOG.items()}
TAG: Final = "Webhooks"

Url = Annotated[
    str,
    Meta(
        description="http or https; `headwater:inbox` is the built-in inbox. A password in it is shown masked.",
        examples=["https://receiver.example.com/events", "headwater:inbox"],
    ),
]
Topics = Annotated[
    list[Topic],
    Meta(
        description="Which customer events go out: content.view, content.interaction, form.submission, "
        "experiment.impression. At least one, unless `filters.eventNames` names events.",
        examples=[["content.view", "content.interaction"]],
    ),
]
SharedSecret = Annotated[
    str | None,
    Meta(description="For receivers that check `X-Signature`, the hex HMAC-SHA1 of the body. Format default only."),
]


class NewWebhook(Terms, frozen=True, kw_only=True):
    """What is left out is as usual: enabled, events of the customer-event doors, no filter, the usual schedule."""

    name: str
    url: Url
    format: Format = "default"
    topics: Topics = msgspec.field(default_factory=list)
    shared_secret: SharedSecret = None


class WebhookChange(Terms, frozen=True, kw_only=True):
    """What is null or left out stays; `schedule` and `perSecond` null go back to the usual. An empty `sharedSecret`
    takes it away. An address sent back with its masked password keeps it."""

    name: str | None = None
    url: Url | None = None
    format: Format | None = None
    topics: Topics | None = None
    shared_secret: SharedSecret = None


class WebhookShape(ConnectionShape, frozen=True):
    """A webhook; `sharedSecret` is masked. Without scope data no more than the host of `url` is shown."""

    url: str
    format: Format
    topics: list[Topic]
    shared_secret: str | None


class WebhookMade(WebhookShape, frozen=True):
    """`secret` signs its requests (Standard Webhooks); `GET …/secret` shows it again."""

    secret: str


@get("/webhooks", operation_id="listWebhooks", tags=[TAG])
async def list_webhooks(
    caller: GivenCaller, store: GivenStore, sending: GivenSending, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[WebhookShape]:
    """The workspace's webhooks, newest first, and how each fares. Any scope."""
    part = page(await asyncio.to_thread(store.connections.of_workspace, caller.workspace_id, "webhook"), limit, offset)
    present, states = await present_sources(store, caller.workspace_id), await states_of(sending, caller.workspace_id)
    return Page(data=[_shape(made, caller, present, states) for made in part.data], pagination=part.pagination)


@post("/webhooks", operation_id="createWebhook", tags=[TAG], guards=[admin])
async def create_webhook(
    data: JSONBody[NewWebhook],
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
) -> WebhookMade:
    """Add a webhook; the answer holds its signing secret. Scope admin.

    400 names the field that is wrong, 422 `unknown_source` the sources that there are. Whether the address may be
    dialled is found out when it is: a private one gives attempts of status `blocked`.
    """
    fields = fields_of(data, name=data.name, topics=data.topics, settings=_settings(data))
    made = await asyncio.to_thread(
        store.connections.create,
        caller.workspace_id,
        kind="webhook",
        spec=destinations.destination(_CATALOG[data.format]),
        fields=fields,
        by=caller.actor,
    )
    live = await asyncio.to_thread(store.connections.newest_secret, made.workspace_id, made.id)
    present = await present_sources(store, caller.workspace_id)
    return WebhookMade(**_fields(made, caller, present, {}), secret=live or "")


@get("/webhooks/{connection_id:str}", operation_id="getWebhook", tags=[TAG])
async def get_webhook(
    connection_id: FromPath[str], caller: GivenCaller, store: GivenStore, sending: GivenSending
) -> WebhookShape:
    """One webhook. Any scope."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "webhook")
    present, states = await present_sources(store, caller.workspace_id), await states_of(sending, caller.workspace_id)
    return _shape(made, caller, present, states)


@patch("/webhooks/{connection_id:str}", operation_id="updateWebhook", tags=[TAG], guards=[admin])
async def update_webhook(
    connection_id: FromPath[str],
    data: JSONBody[WebhookChange],
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
) -> WebhookShape:
    """Change a webhook; what waits goes by what is said now. Scope admin."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "webhook")
    catalog = _CATALOG[data.format] if data.format else made.catalog
    changed = await asyncio.to_thread(
        store.connections.update,
        caller.workspace_id,
        made.id,
        spec=destinations.destination(catalog),
        fields=fields_of(data, name=data.name, topics=data.topics, settings=_settings(data) or None),
        by=caller.actor,
    )
    present, states = await present_sources(store, caller.workspace_id), await states_of(sending, caller.workspace_id)
    return _shape(changed, caller, present, states)


@delete("/webhooks/{connection_id:str}", operation_id="deleteWebhook", tags=[TAG], guards=[admin], status_code=200)
async def delete_webhook(
    connection_id: FromPath[str], caller: GivenCaller, store: GivenStore, sending: GivenSending
) -> Deleted:
    """Remove a webhook; what waits for it is never sent. Its log stays until its time is over. Scope admin."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "webhook")
    await asyncio.to_thread(store.connections.delete, caller.workspace_id, made.id, by=caller.actor)
    await forgotten(sending, made)
    return Deleted(id=connection_id, deleted=True)


def _settings(data: NewWebhook | WebhookChange) -> dict[str, Any]:
    """The settings that the body names. An empty shared secret is none."""
    settings: dict[str, Any] = {} if data.url is None else {"url": data.url}
    if data.shared_secret is not None:
        settings["sharedSecret"] = data.shared_secret or None
    return settings


def _shape(made: Connection, caller: Caller, present: set[str], states: States) -> WebhookShape:
    return WebhookShape(**_fields(made, caller, present, states))


def _fields(made: Connection, caller: Caller, present: set[str], states: States) -> dict[str, Any]:
    settings = shown_settings(made.settings, caller)
    return common_shape(made, present, states) | {
        "url": settings.get("url", ""),
        "format": _FORMATS.get(made.catalog, "default"),
        "topics": list(made.topics),
        "shared_secret": settings.get("sharedSecret"),
    }


ROUTES: list[HTTPRouteHandler] = [
    list_webhooks,
    create_webhook,
    get_webhook,
    update_webhook,
    delete_webhook,
    *secret_routes("webhook", tag=TAG),
    *action_routes("webhook", tag=TAG),
]
