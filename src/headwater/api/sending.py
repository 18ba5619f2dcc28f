"""What the management API needs of the process that sends, and in which shapes.

Every method may raise the errors of `base.errors`: Transient when the process is away, NotFound, InvalidInput,
Conflict or Unprocessable when it says so itself. Answers may be plain data (as they come over a socket) or the Structs
below; field names are camelCase. Connection ids are the stored ones. Times are ISO 8601 with `Z`.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from headwater.api.ports import Shape

AttemptStatus = Literal["delivered", "failed", "pending", "blocked", "skipped", "dead"]
Breaker = Literal["closed", "open", "half_open"]


class AttemptTimings(Shape, frozen=True):
    """Milliseconds of each part; null: that part did not happen (a kept connection asks no name server)."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0


class Attempt(Shape, frozen=True, kw_only=True):
    """One try to deliver one event to one connection.

    `eventId` is what the receiver knows it by (`webhook-id`), the same at each try; `messageId` is the source's own.
    `trigger`: scheduled, or manual (a resend, a test). `status`: delivered; failed (tried again at `nextAttemptAt`);
    blocked (the address is a private one and was never dialled); pending (under way, or waiting for its first try);
    skipped (the connection was disabled); dead (given up). `errorClass` is for programs, `error` the sentence for
    people. Secrets in `requestHeaders` are masked; bodies are cut at 64 KiB, and null in lists.
    """

    id: str
    event_id: str
    message_id: str
    url: str
    attempt: int
    trigger: Literal["scheduled", "manual"]
    status: AttemptStatus
    response_status: int | None = None
    response_body: str | None = None
    error_class: str | None = None
    error: str | None = None
    duration_ms: float | None = None
    timings: AttemptTimings | None = None
    address: str | None = None
    request_headers: dict[str, str] | None = None
    request_body: str | None = None
    response_headers: dict[str, str] | None = None
    at: str
    next_attempt_at: str | None = None


class FoundAttempts(Shape, frozen=True):
    data: list[Attempt]
    total: int


class Resent(Shape, frozen=True):
    """`attemptId` names the attempt that is made now."""

    attempt_id: str


class OutgoingRequest(Shape, frozen=True):
    """What would be sent, or was. Secrets are masked. A file has the method `FILE` and its name as `url`."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None


class ReceivedAnswer(Shape, frozen=True):
    """What came back; `status` null: no answer, and `error` says why."""

    status: int | None
    headers: dict[str, str]
    body: str | None
    duration_ms: float | None = None
    address: str | None = None
    error_class: str | None = None
    error: str | None = None


class Tried(Shape, frozen=True):
    """One event sent past the queue and the log: what went out, and what came back."""

    request: OutgoingRequest | None
    answer: ReceivedAnswer | None


class Previewed(Shape, frozen=True):
    """What would be sent; nothing was. `mapped` is what the field mapping takes out of the event."""

    requests: list[OutgoingRequest]
    mapped: dict[str, Any]


class ConnectionState(Shape, frozen=True):
    """How sending fares. `breaker` open: nothing is tried until `nextAttemptAt`, because all of late has failed.

    `failingSince`: nothing but failure since then; `warning` says to people what will come of it.
    """

    pending: int = 0
    oldest_pending_at: str | None = None
    last_delivered_at: str | None = None
    last_failure_at: str | None = None
    breaker: Breaker = "closed"
    next_attempt_at: str | None = None
    failing_since: str | None = None
    warning: str | None = None


class DeliverySample(Shape, frozen=True):
    """An event on its way: as it was received, as it was sent, as it was answered."""

    received: Any = None
    sent: Any = None
    answered: Any = None


class DeliveryError(Shape, frozen=True):
    """`code` is an HTTP status, or a word for what kept an answer from coming. `sample` null: scope data is needed."""

    code: str
    count: int
    sample: DeliverySample | None = None


class DeliveryPoint(Shape, frozen=True):
    """What ended in the stretch of time that begins at `at`; `failedAttempts` counts tries, the others events."""

    at: str
    delivered: int
    not_delivered: int
    failed_attempts: int = 0


class Delivery(Shape, frozen=True):
    """What became of events between two times, each counted once per connection: one that was given up and then
    arrives counts as delivered alone. `p95LatencyMs` counts from receipt to the 2xx of events that went out by
    themselves, not of what was sent again by hand or replayed; null: none came."""

    delivered: int
    not_delivered: int
    pending: int
    p95_latency_ms: float | None
    errors: list[DeliveryError]
    series: list[DeliveryPoint]


class InboxItem(Shape, frozen=True):
    """One delivery to the built-in inbox, as an endpoint of one's own would have got it."""

    id: str
    connection_id: str
    received_at: str
    headers: dict[str, str]
    body: str


class InboxPage(Shape, frozen=True):
    data: list[InboxItem]
    total: int


class Draft(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A connection that is not stored, or not like this. `settings` are in the clear: never log or show one."""

    id: str | None
    kind: str
    catalog: str
    settings: dict[str, Any]
    mapping: dict[str, str]


class Sending(Protocol):
    """The sending process, as the management API sees it."""

    async def attempts(
        self, workspace_id: str, connection_id: str, status: str | None, query: str | None, limit: int, offset: int
    ) -> Any:
        """→ FoundAttempts, newest first. `query`: a piece of an id, of the event's name or of an answer."""
        ...

    async def attempt(self, workspace_id: str, connection_id: str, attempt_id: str) -> Any:
        """→ Attempt with its bodies; NotFound."""
        ...

    async def resend(self, workspace_id: str, connection_id: str, attempt_id: str) -> Any:
        """Send that attempt's event again, now, under the same id → Resent; NotFound."""
        ...

    async def recover(self, workspace_id: str, connection_id: str, since: str) -> Any:
        """Send the events since then that never reached the connection → Replay; Unprocessable, naming the earliest."""
        ...

    async def replay_send(
        self, workspace_id: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        """Send the events received in [start, end) once more → Replay. Unprocessable, naming the earliest time."""
        ...

    async def send_replay_status(self, workspace_id: str, id: str) -> Any:
        """→ Replay; NotFound."""
        ...

    async def send_replays(self, workspace_id: str) -> Any:
        """→ list[Replay], newest first; recoveries are among them."""
        ...

    async def test(self, workspace_id: str, connection_id: str, event: dict[str, Any] | None) -> Any:
        """Send one event (None: one made for the purpose) through the queue and wait for what comes → Attempt."""
        ...

    async def try_event(self, workspace_id: str, connection_id: str, event: dict[str, Any]) -> Any:
        """Send one event past the queue and the log → Tried."""
        ...

    async def preview(
        self,
        workspace_id: str,
        connection_id: str | None,
        draft: dict[str, Any] | None,
        message_id: str | None,
        event: dict[str, Any] | None,
    ) -> Any:
        """What would be sent for an event that was routed lately, or for a given one → Previewed. Sends nothing."""
        ...

    async def delivery(self, workspace_id: str, connection_id: str | None, start: str | None, end: str | None) -> Any:
        """→ Delivery. None: every connection; the last day."""
        ...

    async def connection_states(self, workspace_id: str) -> dict[str, Any]:
        """→ ConnectionState by connection id. One that nothing was ever sent to may be missing."""
        ...

    async def forget_connection(self, workspace_id: str, connection_id: str) -> None:
        """It was deleted: what waits for it ends as skipped."""
        ...

    async def inbox(self, workspace_id: str, limit: int, offset: int) -> Any:
        """→ InboxPage, newest first."""
        ...
