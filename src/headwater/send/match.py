"""Decides which connections an event goes to, and by which topic. Pure: the same event and rule, the same answer.

A rule is a connection made ready for many events. What does not match leaves no trace; what matches a connection
that takes nothing now, or that would be sent round in circles, is kept as skipped, with the reason.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from headwater.base import topics
from headwater.base.envelope import hops
from headwater.base.event import CleanEvent
from headwater.base.parts import opened
from headwater.catalog.destination import DestinationSpec
from headwater.control.directory import ConnectionEntry
from headwater.control.model import builtin_id

MAX_HOPS: Final = 3
"""An event that our own senders have handed on so often goes no further."""

DISABLED: Final = "disabled"
LOOP: Final = "loop"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`integration` is the name that an event's `integrations` object knows the destination by."""

    connection_id: str
    enabled: bool
    is_webhook: bool
    customer_events: str
    sources: frozenset[str]
    topics: frozenset[str]
    calls: frozenset[str]
    events: frozenset[str]
    integration: str
    content_ids: frozenset[str] | None = None
    event_names: frozenset[str] | None = None
    ordered: bool = False


class Match(msgspec.Struct, frozen=True):
    """`skip` says why the event is kept back; None: it goes out."""

    topic: str | None = None
    skip: str | None = None


def rule_of(entry: ConnectionEntry, spec: DestinationSpec) -> Rule:
    """`spec` is the connection's destination."""
    customer_events = builtin_id(entry.workspace_id, "customer-events")
    is_webhook = entry.kind == "webhook"
    filters = entry.filters
    return Rule(
        connection_id=entry.id,
        enabled=entry.enabled,
        is_webhook=is_webhook,
        customer_events=customer_events,
        sources=frozenset(entry.source_ids or ((customer_events,) if is_webhook else ())),
        topics=frozenset(entry.topics),
        calls=frozenset(spec.calls if filters.calls is None else set(spec.calls) & set(filters.calls)),
        events=frozenset(spec.events),
        integration=spec.integration,
        content_ids=None if filters.content_ids is None else frozenset(filters.content_ids),
        event_names=None if filters.event_names is None else frozenset(filters.event_names),
        ordered=entry.ordered,
    )


def match(rule: Rule, event: CleanEvent) -> Match | None:
    """None: the event does not concern this connection."""
    if event.source_id not in rule.sources or event.type not in rule.calls:
        return None
    if rule.events and _name(event) not in rule.events:
        return None
    if not _named(rule, event) or not _about(rule, event) or not _wanted(rule, event):
        return None
    topic = topic_of(event, rule.customer_events)
    if rule.is_webhook and topic not in rule.topics:
        if rule.event_names is None:
            return None
        topic = None  # an event that the filter names needs no topic
    if not rule.enabled:
        return Match(topic, DISABLED)
    return Match(topic, LOOP if hops(event) >= MAX_HOPS else None)


def topic_of(event: CleanEvent, customer_events: str) -> str | None:
    """The webhook topic of a customer event; events of other sources have none."""
    return topics.topic_of(event) if event.source_id == customer_events else None


def content_id_of(event: CleanEvent) -> str | None:
    """The content that the event is about, by its contentId or else its slug."""
    raw = bytes(event.properties)
    if b'"contentId"' not in raw and b'"slug"' not in raw:
        return None
    properties = _object(event.properties)
    found = properties.get("contentId") or properties.get("slug")
    return found if isinstance(found, str) else None


def order_key(event: CleanEvent) -> str:
    """What an event keeps its order by: the person, as far as the event itself says who that is."""
    return f"user:{event.user_id}" if event.user_id else f"anonymous:{event.anonymous_id}"


def _name(event: CleanEvent) -> str | None:
    return event.event if event.type == "track" else event.name


def _named(rule: Rule, event: CleanEvent) -> bool:
    if rule.event_names is None or _name(event) in rule.event_names:
        return True
    if event.event != topics.CONTENT_INTERACTION:
        return False
    label = _object(event.properties).get("eventName")
    return isinstance(label, str) and label in rule.event_names


def _about(rule: Rule, event: CleanEvent) -> bool:
    return rule.content_ids is None or _content_id(event) in rule.content_ids


def _content_id(event: CleanEvent) -> Any:
    found = _object(event.properties).get("contentId")
    return found if isinstance(found, str) else None


def _wanted(rule: Rule, event: CleanEvent) -> bool:
    """The `integrations` object: false for the destination or for `All` keeps it out; a true of its own wins."""
    if not event.integrations:
        return True
    chosen = _object(event.integrations)
    own = chosen.get(rule.integration)
    return chosen.get("All", True) is not False if own is None else own is not False


def _object(raw: msgspec.Raw) -> dict[str, Any]:
    found = opened(raw)
    return found if isinstance(found, dict) else {}
