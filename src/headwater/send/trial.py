"""Sends one event outside the queue: a test that the log shows, a try that nothing remembers, a preview of neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.clock import Clock, iso_from_seconds
from headwater.base.errors import InvalidInput, Unprocessable
from headwater.base.event import CALL_TYPES, CleanEvent
from headwater.base.forms import ENVELOPE_CALLS, FORM_SUBMISSION
from headwater.base.ids import stable_uuid
from headwater.base.outgoing import FileWrite, HttpRequest, Job, NotSent, Outgoing
from headwater.catalog.destination import DestinationSpec
from headwater.control.directory import ConnectionEntry
from headwater.control.model import MASK, builtin_id
from headwater.send.attempt import Attempts, Made, attempt_of
from headwater.send.commits import Commits
from headwater.send.match import topic_of
from headwater.send.ports import Destinations
from headwater.send.render import Mask, Rendering, outgoing, signed
from headwater.send.rows import Attempt, attempt_ref
from headwater.send.schedule import Verdict
from headwater.send.store import Store

_NAMES: Final = {"event": ("event", "eventName"), "name": ("name", "screenName", "pageName")}
_TEXTS: Final = ("userId", "anonymousId", "groupId", "previousId", "category")
_SIGNATURES: Final = ("webhook-signature", "x-signature")
_PARTS: Final = ("properties", "traits", "context", "integrations")


class Trial:
    def __init__(
        self,
        *,
        store: Store,
        commits: Commits,
        attempts: Attempts,
        rendering: Rendering,
        destinations: Destinations,
        clock: Clock,
    ) -> None:
        self._store = store
        self._commits = commits
        self._attempts = attempts
        self._rendering = rendering
        self._destinations = destinations
        self._clock = clock

    async def test(self, entry: ConnectionEntry, ref: int, given: dict[str, Any] | None) -> str:
        """Makes an attempt and writes it down, whatever comes of it; gives the attempt's id."""
        event = self.event(entry, given)
        made = await self._made(entry, event)
        attempt = self._attempt(entry, ref, event, made)
        return attempt_ref(await self._commits.done(lambda: self._store.log(attempt)))

    async def try_event(self, entry: ConnectionEntry, given: dict[str, Any]) -> dict[str, Any]:
        """What went out, and what came back."""
        made = await self._made(entry, self.event(entry, given))
        if not made.outcomes:
            return {"request": None, "answer": None}
        outcome, mask = made.outcomes[0], made.mask
        sent = outcome.sent
        answer = {
            "status": sent.status,
            "headers": dict(sent.headers),
            "body": sent.body.decode("utf-8", "replace"),
            "durationMs": sent.timings.total_ms,
            "address": sent.address or None,
            "errorClass": sent.error_class,
            "error": mask.text(sent.error) or None,
        }
        if not outcome.url:
            return {"request": None, "answer": answer}
        body = None if outcome.body is None else mask.body(outcome.body).decode("utf-8", "replace")
        headers = dict(mask.headers(sent.request_headers))
        method = "POST" if outcome.body is not None else "FILE"
        return {
            "request": {"method": method, "url": mask.text(outcome.url), "headers": headers, "body": body},
            "answer": answer,
        }

    def preview(self, entry: ConnectionEntry, event: CleanEvent) -> dict[str, Any]:
        """What would be sent; nothing is. Signatures are masked: who may look may not therefore sign.

        Raises Unprocessable when the destination cannot say.
        """
        spec = self._destinations.destination(entry.catalog)
        settings, mask = self._rendering.settings(entry, spec)
        job = self._job(entry, spec, event)
        try:
            wanted = outgoing(spec, [job], settings)
        except Exception as error:
            raise Unprocessable(
                f"The destination {entry.catalog} makes no request with these settings and this event:"
                f" {type(error).__name__}: {mask.text(str(error))}. Nothing was sent."
            ) from error
        requests = [_shown(self._signed(entry, each, job), mask) for each in wanted if not isinstance(each, NotSent)]
        return {"requests": requests, "mapped": dict(job.mapped)}

    def event(self, entry: ConnectionEntry, given: Mapping[str, Any] | None) -> CleanEvent:
        """An event as a person gave it, or one of the destination's examples. Raises InvalidInput."""
        spec = self._destinations.destination(entry.catalog)
        wanted = given if given is not None else _example(spec, entry.topics)
        source_id = entry.source_ids[0] if entry.source_ids else builtin_id(entry.workspace_id, "customer-events")
        now = iso_from_seconds(self._clock())
        filled = {
            "workspaceId": entry.workspace_id,
            "sourceId": source_id,
            "receivedAt": now,
            "timestamp": wanted.get("timestamp") or wanted.get("sentAt") or now,
            "sentAt": wanted.get("sentAt") or now,
        }
        message_id = wanted.get("messageId") or wanted.get("id") if given is not None else None
        message_id = message_id or stable_uuid("test", entry.id, repr(self._clock()))
        try:
            return msgspec.convert({**_fields(wanted), **filled, "messageId": message_id}, CleanEvent)
        except msgspec.ValidationError as error:
            raise InvalidInput(f"the event cannot be read: {error}. Nothing was sent.") from error

    async def _made(self, entry: ConnectionEntry, event: CleanEvent) -> Made:
        spec = self._destinations.destination(entry.catalog)
        return await self._attempts.make_jobs(entry, spec, [self._job(entry, spec, event)])

    def _job(self, entry: ConnectionEntry, spec: DestinationSpec, event: CleanEvent) -> Job:
        topic = topic_of(event, builtin_id(entry.workspace_id, "customer-events"))
        return self._rendering.job(entry, spec, event, topic)

    def _signed(self, entry: ConnectionEntry, each: Outgoing, job: Job) -> Outgoing:
        return signed(entry, each, id=job.id, at_s=self._clock()) if isinstance(each, HttpRequest) else each

    def _attempt(self, entry: ConnectionEntry, ref: int, event: CleanEvent, made: Made) -> Attempt:
        if made.outcomes:
            attempt = attempt_of(made, made.outcomes[0], made.jobs[0], ref=ref, row=None, attempt=1, next_ms=None)
            failed = made.outcomes[0].verdict is not Verdict.DELIVERED and attempt.status == "dead"
            return msgspec.structs.replace(attempt, status="failed") if failed else attempt
        return Attempt(
            ref=ref,
            delivery=None,
            delivery_id=made.jobs[0].id,
            message_id=event.message_id,
            at_ms=made.began_ms,
            attempt=1,
            status="skipped",
            manual=True,
            error=f"The destination {entry.catalog} has nothing to send for such an event.",
        )


def _shown(each: Outgoing, mask: Mask) -> dict[str, Any]:
    if isinstance(each, FileWrite):
        body = mask.body(each.body).decode("utf-8", "replace")
        return {"method": "FILE", "url": each.name, "headers": {}, "body": body}
    assert isinstance(each, HttpRequest)
    return {
        "method": each.method,
        "url": mask.text(each.url),
        "headers": {name: _unsigned(name, value) for name, value in mask.headers(each.headers)},
        "body": mask.body(each.body).decode("utf-8", "replace"),
    }


def _unsigned(name: str, value: str) -> str:
    """A header without the signature in it; of a list of them, as many are masked."""
    if name.lower() not in _SIGNATURES:
        return value
    return " ".join(f"v1,{MASK}" if each.startswith("v1,") else MASK for each in value.split())


def _example(spec: DestinationSpec, topics: Sequence[str]) -> Mapping[str, Any]:
    """The first example of a topic that the connection takes, or else the first of all."""
    fitting = [each for each in spec.examples if each.topic in topics] or list(spec.examples)
    if fitting:
        return fitting[0].event
    return {"type": "track", "event": "Test", "anonymousId": "headwater-test", "properties": {}}


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a clean event, from a call of the Tracking API or from an envelope."""
    kind = given.get("type")
    call = ENVELOPE_CALLS.get(kind, kind) if isinstance(kind, str) else kind
    if call not in CALL_TYPES:
        raise InvalidInput(
            f"the event's type is {kind!r}; allowed: {', '.join((*CALL_TYPES, *ENVELOPE_CALLS))}. Nothing was sent."
        )
    fields: dict[str, Any] = {"type": call, "form": kind == FORM_SUBMISSION or given.get("form") is True}
    for field, keys in _NAMES.items():
        fields[field] = next((given[key] for key in keys if given.get(key) is not None), None)
    for field in _TEXTS:
        value = given.get(field)
        fields[field] = None if value is None else str(value)
    for part in _PARTS:
        if isinstance(given.get(part), Mapping):
            fields[part] = msgspec.Raw(msgspec.json.encode(given[part]))
    return fields
