"""Why nothing arrives: the four questions to ask of a webhook, each answered yes or no with the last evidence."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from headwater.api.auth import data
from headwater.api.given import GivenCaller, GivenSending, GivenStore, GivenWork
from headwater.api.ports import SeenEvent, Shape, Work
from headwater.api.sending import Attempt, FoundAttempts, Sending
from headwater.base.errors import Transient
from headwater.control.model import Connection, Workspace, builtin_id
from headwater.control.store import Store

LOOKED_AT: Final = 1000
"""So many of the latest customer events are looked through for refusals."""

IDENTITY_INVALID: Final = "identity_invalid"


class Question(Shape, frozen=True):
    """`answer` false: this is why nothing arrives. `evidence` says what the answer rests on, and what to do."""

    id: str
    question: str
    answer: bool
    evidence: str


class Troubleshooting(Shape, frozen=True):
    """`lastAttempt` null: nothing was ever tried, or the sending process is away."""

    webhook_id: str
    questions: list[Question]
    last_attempt: Attempt | None


@get(
    "/webhooks/{connection_id:str}/troubleshooting",
    operation_id="getWebhookTroubleshooting",
    tags=["Webhooks"],
    guards=[data],
)
async def get_troubleshooting(
    connection_id: FromPath[str], caller: GivenCaller, store: GivenStore, work: GivenWork, sending: GivenSending
) -> Troubleshooting:
    """The four questions to ask when nothing arrives, answered, and the last attempt. Scope data."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "webhook")
    workspace = await asyncio.to_thread(store.workspace, caller.workspace_id)
    last_at, refused = await _seen(work, caller.workspace_id)
    questions = [
        await asyncio.to_thread(_identity, store, workspace, refused),
        _installed(last_at, workspace),
        _same_workspace(last_at, workspace),
        _switched_on(made),
    ]
    last = await _last_attempt(sending, made)
    return Troubleshooting(webhook_id=connection_id, questions=questions, last_attempt=last)


def _identity(store: Store, workspace: Workspace, refused: list[SeenEvent]) -> Question:
    """Yes, unless customer events were refused for their signature of late."""
    mode, secrets = workspace.identity_verification, len(store.identity_secrets(workspace.id))
    if mode == "off":
        answer, evidence = True, "Identity verification is off: events need no signature."
    elif refused:
        latest = refused[0]
        answer = mode == "observe"
        effect = "and still taken, for it is only observed" if answer else "and nothing of such a request is kept"
        evidence = (
            f"Identity verification is set to {mode}, and at {latest.received_at} an event was found with a wrong or "
            f"missing hmac ({len(refused)} of the latest {LOOKED_AT} or fewer), {effect}. The hmac must be the hex "
            f"HMAC-SHA256 of the user id, with one of the {secrets} identity secrets of this workspace."
        )
    elif mode == "require" and not secrets:
        answer = False
        evidence = "Identity verification is required, but there is no identity secret: no hmac can be right."
    else:
        answer = True
        evidence = f"Identity verification is set to {mode}; none of the latest customer events was refused for it."
    return Question(
        id="identity", question="Is identity verification (hmac) set up correctly?", answer=answer, evidence=evidence
    )


def _installed(last_at: str | None, workspace: Workspace) -> Question:
    evidence = (
        f"The last customer event came at {last_at}."
        if last_at
        else "No customer event has ever come. Put the SDK's snippet into your pages, or post to /api/events/batch, "
        f"with the client token {workspace.client_token}."
    )
    return Question(id="sdk", question="Is the SDK installed?", answer=last_at is not None, evidence=evidence)


def _same_workspace(last_at: str | None, workspace: Workspace) -> Question:
    tokens = ", ".join(workspace.client_tokens)
    evidence = (
        f'The webhook belongs to the workspace "{workspace.name}", and customer events come to it by its client '
        f"token ({tokens})."
        if last_at
        else f'The webhook belongs to the workspace "{workspace.name}", and nothing has come by its client token '
        f"({tokens}). If your pages do send events, they name another workspace's token."
    )
    return Question(
        id="workspace",
        question="Is the webhook in the workspace of the client token that your pages use?",
        answer=last_at is not None,
        evidence=evidence,
    )


def _switched_on(made: Connection) -> Question:
    if not made.enabled:
        why = f": {made.disabled_reason}" if made.disabled_reason else ", by a person"
        evidence = f"It was disabled{why}. Events are kept as skipped; enable it, then recover them."
    elif made.paused:
        evidence = "It is enabled, but paused: events wait until it is resumed."
    else:
        evidence = "It is enabled."
    return Question(
        id="enabled",
        question="Is the webhook's status Enabled?",
        answer=made.enabled and not made.paused,
        evidence=evidence,
    )


async def _seen(work: Work, workspace_id: str) -> tuple[str | None, list[SeenEvent]]:
    """When the last customer event came, and the latest that were refused for their signature, newest first."""
    source_id = builtin_id(workspace_id, "customer-events")
    last = await work.last_event_at([source_id])
    found = msgspec.convert(await work.source_events(source_id, LOOKED_AT, 0, 0.0), list[SeenEvent])
    return last.get(source_id), [event for event in found if _names(event, IDENTITY_INVALID)]


def _names(event: SeenEvent, reason: str) -> bool:
    found: list[Any] = [event.reason, *(violation.type for violation in event.violations)]
    return reason in found


async def _last_attempt(sending: Sending, made: Connection) -> Attempt | None:
    try:
        found = await sending.attempts(made.workspace_id, made.id, None, None, 1, 0)
    except Transient:
        return None
    attempts = msgspec.convert(found, FoundAttempts).data
    return attempts[0] if attempts else None


ROUTES: list[HTTPRouteHandler] = [get_troubleshooting]
