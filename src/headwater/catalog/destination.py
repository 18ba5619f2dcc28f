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
from headwater.catalog.model import REGIONS, Maintainer, Region, SettingSpec, region_refusal, setting_to_wire

DestinationStatus = Literal["public", "beta"]
Requests = Callable[[Sequence[Job], Mapping[str, Any]], list[Outgoing]]
Check = Callable[[Mapping[str, Any]], str | None]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`per_second` is the pace that the receiver asks for, None: as fast as it answers. A batch closes when it holds
    `max_batch` events or is `batch_wait_s` old."""

    per_second: float | None = None
    max_batch: int = 1
    batch_wait_s: float = 0.0


class RetryClasses(msgspec.Struct, frozen=True, kw_only=True):
    """Statuses that end an event's delivery at once (`terminal`) or the connection's (`gone`); all other failures
    are tried again by the schedule. A terminal or gone body is a piece of text that does the same for any failed
    answer that holds it; gone is looked for first."""

    terminal: tuple[int, ...] = ()
    gone: tuple[int, ...] = (410,)
    terminal_bodies: tuple[str, ...] = ()
    gone_bodies: tuple[str, ...] = ()


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What one sees at this destination when something is wrong, and what to do about it."""

    sign: str
    remedy: str


class DestinationExample(msgspec.Struct, frozen=True, kw_only=True):
    """One clean event (camelCase, as JSON) and what becomes of it: golden test and documentation at once.

    `url`, `headers` (those that matter) and `body` are of the first request; `body` None: no request is made. Of a
    file, `url` is its name and `body` the list of its lines. What `event` leaves out is filled by `example.py`.
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

    `calls` are the call kinds that it takes, and `events` the names of tracks and screens, empty: any; nothing else
    is sent. `mapping` is field → path (see `base.mapping`), which a connection may change field by field. `verified`
    says, for the docs, whether it ever ran against the real service. `integration` is the name that an event's
    `integrations` object knows it by. `offered` False: it is set up by a form of its own (the two senders), not
    among the destinations. `troubles` open its page's part on troubleshooting. `check`, pure as well, says in a
    sentence why settings that have the right types can never work, None: they can; they are then refused.
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
    events: tuple[str, ...] = ()
    settings: tuple[SettingSpec, ...] = ()
    mapping: Mapping[str, str] = {}
    limits: Limits = Limits()
    retry: RetryClasses = RetryClasses()
    troubles: tuple[Trouble, ...] = ()
    examples: tuple[DestinationExample, ...] = ()
    offered: bool = True
    check: Check | None = None

    def limits_for(self, settings: Mapping[str, Any]) -> Limits:
        """The limits, with the settings `batchEvents` and `batchSeconds` in their places where a destination has
        these; never more events than the destination itself allows."""
        events, seconds = settings.get("batchEvents"), settings.get("batchSeconds")
        return Limits(
            per_second=self.limits.per_second,
            max_batch=min(self.limits.max_batch, max(1, int(events))) if events else self.limits.max_batch,
            batch_wait_s=self.limits.batch_wait_s if seconds is None else max(0.0, float(seconds)),
        )

    def region_refusal(self, region: str) -> str | None:
        """Why a workspace of this region cannot connect the destination; None when it can."""
        return region_refusal(self.name, self.regions, region)


def destination_to_wire(spec: DestinationSpec) -> dict[str, Any]:
    """The catalogue API's JSON of a destination. `events` is there as in a source's, and declares nothing."""
    return {
        "slug": spec.slug,
        "name": spec.name,
        "kind": "destination",
        "status": spec.status,
        "maintainer": {"name": spec.maintainer.name, "contact": spec.maintainer.contact},
        "categories": list(spec.categories),
        "regions": list(spec.regions),
        "description": spec.description,
        "docs": spec.docs,
        "related": spec.related,
        "setup": list(spec.setup),
        "settings": [setting_to_wire(setting) for setting in spec.settings],
        "events": [],
        "eventNames": list(spec.events),
        "calls": list(spec.calls),
        "mapping": dict(spec.mapping),
        "limits": {
            "perSecond": spec.limits.per_second,
            "maxBatch": spec.limits.max_batch,
            "batchWaitSeconds": spec.limits.batch_wait_s,
        },
        "verified": spec.verified,
        "integration": spec.integration,
        "troubles": [{"sign": each.sign, "remedy": each.remedy} for each in spec.troubles],
        "offered": spec.offered,
    }
