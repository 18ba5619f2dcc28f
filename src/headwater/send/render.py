"""Makes of due deliveries what their destination wants sent, and of a request what may be written down of it.

Pure, but for the numbers of contents, which are asked for. A destination that raises has a fault or was given an event
that it cannot read: that ends the delivery, and the connection goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from headwater.base.clock import iso_from_seconds
from headwater.base.event import CleanEvent
from headwater.base.mapping import mapped
from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.catalog.destination import DestinationSpec
from headwater.control.directory import ConnectionEntry
from headwater.control.model import MASK
from headwater.send.match import content_id_of
from headwater.send.ports import Connections, PortalIds
from headwater.send.signing import webhook_headers
from headwater.send.store import delivery_id

INTERNAL: Final = "http://headwater.internal"
"""The host that stands for this server itself."""
INBOX: Final = "headwater:inbox"
SIGNED: Final = "webhook"
SOURCE_GONE: Final = "source_gone"
_SECRET_HEADERS: Final = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key")
_MIN_SECRET_CHARS: Final = 4
REMEMBERED: Final = 10_000
"""Connections whose settings are kept ready."""

_DECODER = msgspec.json.Decoder(CleanEvent)


class Rendering:
    """`connections` are asked for the write key of a source that a connection hands its events to."""

    def __init__(self, *, portal_ids: PortalIds, connections: Connections) -> None:
        self._portal_ids = portal_ids
        self._connections = connections
        self._known: dict[str, tuple[ConnectionEntry, tuple[dict[str, Any], Mask]]] = {}

    def job(self, entry: ConnectionEntry, spec: DestinationSpec, event: CleanEvent, topic: str | None) -> Job:
        content_id = content_id_of(event)
        numbers = self._portal_ids(entry.workspace_id, [content_id]) if content_id is not None else {}
        mapping = {**spec.mapping, **entry.mapping}
        return Job(
            id=delivery_id(entry.id, event.source_id, event.message_id),
            event=event,
            topic=topic,
            portal_id=numbers.get(content_id or ""),
            mapped=mapped(mapping, event) if mapping else {},
        )

    def settings(self, entry: ConnectionEntry, spec: DestinationSpec) -> tuple[dict[str, Any], Mask]:
        """With defaults, and with the write key of the source that the events are handed to; and their mask."""
        known = self._known.get(entry.id)
        if known is not None and known[0] is entry:
            return known[1]
        found = {each.name: each.default for each in spec.settings if each.default is not None} | entry.settings
        source_id = found.get("sourceId")
        if isinstance(source_id, str) and source_id and not found.get("host"):
            source = self._connections.by_id(source_id)
            if source is not None and source.workspace_id == entry.workspace_id and source.write_keys:
                found["writeKey"] = source.write_keys[-1]
            return found, Mask(spec, found)  # not remembered: a source's keys change without its connection
        if len(self._known) > REMEMBERED:
            self._known.clear()
        self._known[entry.id] = (entry, (found, Mask(spec, found)))
        return self._known[entry.id][1]

    def source_gone(self, entry: ConnectionEntry) -> str | None:
        """Why events cannot be handed to a source of this server; None: they can, or go elsewhere."""
        source_id = entry.settings.get("sourceId")
        if entry.kind != "integration" or not source_id or entry.settings.get("host"):
            return None
        source = self._connections.by_id(source_id)
        if source is not None and source.workspace_id == entry.workspace_id:
            return None
        return (
            f"The source {source_id} that it hands its events to was deleted. Give it another source or write key,"
            " switch it on, and recover what was skipped."
        )


@lru_cache(maxsize=1024)
def event_of(body: bytes) -> CleanEvent:
    """The same event goes to many receivers at about the same time."""
    return _DECODER.decode(body)


def outgoing(spec: DestinationSpec, jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    """Raises whatever the destination raises."""
    return spec.requests(jobs, settings)


def is_internal(entry: ConnectionEntry, request: HttpRequest) -> bool:
    """Only the two senders may reach this server past the guard."""
    return entry.kind == "integration" and request.url.startswith(f"{INTERNAL}/")


def signed(entry: ConnectionEntry, request: HttpRequest, *, id: str, at_s: float) -> HttpRequest:
    """With the time of sending and the headers of Standard Webhooks, where it wants the one, and is one that signs."""
    if request.stamped:
        body = request.body.rstrip().removesuffix(b"}") + b',"sentAt":"%s"}' % iso_from_seconds(at_s).encode()
        request = msgspec.structs.replace(request, body=body, stamped=False)
    if entry.kind != "webhook" and entry.catalog != SIGNED:
        return request
    headers = webhook_headers(entry.signing_secrets, id, int(at_s), request.body)
    return msgspec.structs.replace(request, headers=(*request.headers, *headers))


class Mask:
    """Takes a connection's secrets out of what is written down, and the passwords of the URLs among its settings."""

    def __init__(self, spec: DestinationSpec, settings: Mapping[str, Any]) -> None:
        names = {each.name for each in spec.settings if each.secret} | {"writeKey"}
        values = [settings.get(name) for name in names]
        self._secrets = [value for value in values if isinstance(value, str) and len(value) >= _MIN_SECRET_CHARS]
        self._bytes = [secret.encode("utf-8", "surrogatepass") for secret in self._secrets]
        urls = [value for value in settings.values() if isinstance(value, str) and "@" in value]
        self._credentials = [(place, hidden) for url in urls for place, hidden in _credentials(url)]

    def text(self, text: str) -> str:
        for place, hidden in self._credentials:
            text = text.replace(place, hidden)
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def body(self, body: bytes) -> bytes:
        for secret in self._bytes:
            body = body.replace(secret, MASK.encode())
        return body

    def headers(self, headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        hidden = any(name.lower() in _SECRET_HEADERS for name, _ in headers)
        if not hidden and not self._secrets and not self._credentials:
            return tuple(headers)
        return tuple((name, _hidden(name, value) or self.text(value)) for name, value in headers)


def _credentials(url: str) -> list[tuple[str, str]]:
    """What stands before the host of a URL, with its password and with that masked: `//ann:pw@`, `//ann:********@`."""
    before, found, _ = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")
    user, colon, _ = before.partition(":")
    return [(f"//{before}@", f"//{user}:{MASK}@" if colon else f"//{MASK}@")] if found else []


def _hidden(name: str, value: str) -> str:
    """`Basic ********`: the scheme may be seen."""
    if name.lower() not in _SECRET_HEADERS:
        return ""
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and name.lower() == "authorization" else MASK
