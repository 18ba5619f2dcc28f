"""What a destination is: one file in `catalog/destinations/` that holds a `SPEC` of this type, and no other change.

`requests` is pure: no socket, no clock, no state. `send` gives it jobs that share a connection, at most
`limits.max_batch` at a time, and makes what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from headwater.base.event import CALL_TYPES, CallType
from headwater.base.outgoing import Job, Outgoing
from headwater.catalog.model import REGIONS, Maintainer, Region, SettingSpec

DestinationStatus = Literal["public", "beta"]
Requests = Callable[[Sequence[Job], Mapping[str, Any]], list[Outgoing]]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`per_second` is the pace that the receiver asks for, None: as fast as it answers. A batch closes when it holds
    `max_batch` events or is `batch_wait_s` old."""

    per_second: float | None = None
    max_batch: int = 1
    batch_wait_s: float = 0.0


class RetryClasses(msgspec.Struct, frozen=True, kw_only=True):
    """Statuses that end an event's delivery at once (`terminal`) or the connection's (`gone`); all other failures
    are tried again by the schedule. A terminal body is a piece of text that makes any failed answer terminal."""

    terminal: tuple[int, ...] = ()
    gone: tuple[int, ...] = (410,)
    terminal_bodies: tuple[str, ...] = ()


class DestinationExample(msgspec.Struct, frozen=True, kw_only=True):
    """One clean event (camelCase, as JSON) and what becomes of it: golden test and documentation at once.

    `url`, `headers` (those that matter) and `body` are of the first request; `body` None: no request is made.
    """

    title: str
    event: dict[str, Any]
    settings: dict[str, Any]
    url: str = ""
    headers: dict[str, str] = {}
    body: Any = None
    topic: str | None = None
    portal_id: int | None = None


class DestinationSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A destination as the catalogue shows it. `related` is the slug of the source of the same tool.

    `calls` are the call kinds that it takes; the others are not sent. `mapping` is field → path (see `base.mapping`),
    which a connection may change field by field. `verified` says, for the docs, whether it ever ran against the real
    service. `integration` is the name that an event's `integrations` object knows it by. `offered` False: it is set
    up by a form of its own (webhooks, the two senders), not among the destinations.
    """

    slug: str
    name: str
    status: DestinationStatus
    maintainer: Maintainer
    categories: tuple[str, ...]
    description: str
    docs: str
    setup: tuple[str, ...]
    requests: Requests
    verified: str
    integration: str
    regions: tuple[Region, ...] = REGIONS
    related: str | None = None
    calls: tuple[CallType, ...] = CALL_TYPES
    settings: tuple[SettingSpec, ...] = ()
    mapping: Mapping[str, str] = {}
    limits: Limits = Limits()
    retry: RetryClasses = RetryClasses()
    examples: tuple[DestinationExample, ...] = ()
    offered: bool = True
