"""What webhooks, destinations and integrations have in common in the API: what may be said of one, what is shown."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from headwater.api.auth import Caller
from headwater.api.given import Body
from headwater.api.ports import Shape
from headwater.api.sending import ConnectionState, Sending
from headwater.base.errors import HeadwaterError, Transient
from headwater.control.addresses import host_only
from headwater.control.connections import ADDRESSES
from headwater.control.model import Connection, ConnectionFields, Filters, SigningSecret, public_id
from headwater.control.store import Store

T = TypeVar("T")

Schedule = Annotated[
    list[float] | UnsetType | None,
    Meta(
        description="Seconds to wait before each further try, instead of the usual schedule; null: the usual one. "
        "Empty: one try alone.",
        examples=[[5, 300, 1800]],
    ),
]
PerSecond = Annotated[
    float | UnsetType | None,
    Meta(description="Deliveries a second at most; null: as the destination says.", examples=[10]),
]
SourceIds = Annotated[
    list[str] | None,
    Meta(
        description="Ids of sources, or the slug of a built-in one: customer-events, rest, segments.",
        examples=[["customer-events"]],
    ),
]


class Terms(Body, frozen=True, kw_only=True):
    """What is left out or null stays, or is as usual; `schedule` and `perSecond` null go back to the usual.

    `ordered`: one person's events go out in order, each waiting for the one before.
    """

    enabled: bool | None = None
    source_ids: SourceIds = None
    filters: Filters | None = None
    schedule: Schedule = UNSET
    per_second: PerSecond = UNSET
    ordered: bool | None = None


class Rotation(Body, frozen=True):
    """`overlapSeconds`: how long the older secrets stay valid; 0: they end now."""

    overlap_seconds: Annotated[float, Meta(ge=0, le=30 * 86_400)] = 24 * 3600


class LiveSecret(Shape, frozen=True):
    """`expiresAt` null: the newest one."""

    secret: str
    created_at: str
    expires_at: str | None


class SigningSecretShape(Shape, frozen=True):
    """`secret` is the newest; `live` are all that requests are signed with now, newest first."""

    secret: str
    live: list[LiveSecret]


class ConnectionShape(Shape, frozen=True):
    """What a webhook and a destination have in common.

    `disabledReason` says why it was switched off when no person did it. `goneSourceIds` are those of `sourceIds` that
    were deleted. `schedule` and `perSecond` null: the usual. `state` null: the sending process is away.
    """

    id: str
    name: str
    enabled: bool
    disabled_reason: str
    paused: bool
    source_ids: list[str]
    gone_source_ids: list[str]
    filters: Filters
    schedule: list[float] | None
    per_second: float | None
    ordered: bool
    state: ConnectionState | None
    created_at: str


States = dict[str, ConnectionState] | None
STATES_S: Final = 2.0
"""A list does not wait longer than this for how the sending fares."""


def fields_of(terms: Terms, **others: Any) -> ConnectionFields:
    """What a body says, for `control`: null and left out are the same but for schedule and pace."""
    given: dict[str, Any] = {
        "enabled": terms.enabled,
        "source_ids": terms.source_ids,
        "filters": terms.filters,
        "ordered": terms.ordered,
        **others,
    }
    named = {name: value for name, value in given.items() if value is not None}
    return ConnectionFields(**named, schedule_s=terms.schedule, per_second=terms.per_second)


def common_shape(made: Connection, present: set[str], states: States) -> dict[str, Any]:
    """The fields of a ConnectionShape. `present`: the stored ids of the workspace's sources."""
    return {
        "id": public_id(made.id),
        "name": made.name,
        "enabled": made.enabled,
        "disabled_reason": made.disabled_reason,
        "paused": made.paused,
        "source_ids": [public_id(source_id) for source_id in made.source_ids],
        "gone_source_ids": [public_id(source_id) for source_id in made.source_ids if source_id not in present],
        "filters": made.filters,
        "schedule": None if made.schedule_s is None else list(made.schedule_s),
        "per_second": made.per_second,
        "ordered": made.ordered,
        "state": None if states is None else states.get(made.id, ConnectionState()),
        "created_at": made.created_at,
    }


def shown_settings(settings: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """An address can be a capability: without scope data no more than its host is shown."""
    if caller.may("data"):
        return settings
    hidden = {name: host_only(settings[name]) for name in ADDRESSES if isinstance(settings.get(name), str)}
    return settings | hidden


async def states_of(sending: Sending, workspace_id: str) -> States:
    """How each connection fares; None while the sending process is away, without which a list is of use too."""
    try:
        found = await asyncio.wait_for(sending.connection_states(workspace_id), STATES_S)
    except (Transient, TimeoutError):
        return None
    return msgspec.convert(found, dict[str, ConnectionState])


async def present_sources(store: Store, workspace_id: str) -> set[str]:
    found = await asyncio.to_thread(store.sources, workspace_id)
    return {source.id for source in found}


async def forgotten(sending: Sending, made: Connection) -> None:
    """Tell the sending process at once; when it is away it learns it from the state when it comes back."""
    try:
        await sending.forget_connection(made.workspace_id, made.id)
    except HeadwaterError:
        return


def secret_shape(live: list[SigningSecret]) -> SigningSecretShape:
    return SigningSecretShape(secret=live[0].secret, live=[LiveSecret(**msgspec.structs.asdict(each)) for each in live])
