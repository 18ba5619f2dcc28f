"""The customer-event doors: envelopes from web pages, by the workspace's client token, into its built-in source.

`POST /api/events/batch?token=` takes one event or an array of them, of any content type (beacons send text), and
`GET /api/events?token=&blob=` one in base64, as old clients send it. The client token stands in pages, so it is no
secret: it tells which workspace an event is for. Where the workspace requires signed identities, one event that names a
user id without its signature refuses the whole request. Pages of the allowed origins may read the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec

from headwater.base.http import Reply, Request
from headwater.base.outcome import RejectCode
from headwater.collect import answers, body, envelopes, identity, query
from headwater.collect.envelopes import Item
from headwater.collect.events import events_of
from headwater.collect.intake import Intake
from headwater.collect.model import CustomerDirectory, Decision, SourceEntry, WorkspaceEntry
from headwater.collect.records import Good, Told
from headwater.collect.refusal import NotTaken, Refusal
from headwater.control.model import builtin_id

BATCH: Final = "/api/events/batch"
BLOB: Final = "/api/events"
SOURCE: Final = "customer-events"

_METHODS: Final = {BATCH: ("POST", "OPTIONS"), BLOB: ("GET", "OPTIONS")}
_RAW: Final = msgspec.json.Decoder(msgspec.Raw).decode
_UNKNOWN_TOKEN: Final = Refusal(
    RejectCode.INVALID_CLIENT_TOKEN,
    "No workspace has this client token, or none was given. Send the one of Settings > Workspaces > Access Keys as "
    "the parameter token. Nothing was stored.",
)


class CustomerDoor:
    def __init__(self, *, directory: CustomerDirectory, intake: Intake) -> None:
        self._directory = directory
        self._intake = intake

    def paths(self) -> list[tuple[str, str]]:
        """(method, path) of all it answers."""
        return [(methods[0], path) for path, methods in _METHODS.items()]

    def owns(self, path: str) -> bool:
        return path.rstrip("/") in _METHODS

    def handle(self, request: Request) -> Decision:
        path = request.path.rstrip("/")
        workspace = self._directory.by_client_token(request.param("token") or "")
        allowed = workspace.allowed_origins if workspace is not None else ()
        decision = self._decide(request, path, workspace)
        if isinstance(decision, Reply):
            return answers.opened_to_page(decision, request.headers, allowed)
        reply = answers.opened_to_page(decision.reply, request.headers, allowed)
        return msgspec.structs.replace(decision, reply=answers.fresh(reply) if path == BLOB else reply)

    def overloaded(self, request: Request, retry_after_s: float) -> Reply:
        return answers.opened_to_page(answers.overloaded(retry_after_s), request.headers)

    def _decide(self, request: Request, path: str, workspace: WorkspaceEntry | None) -> Decision:
        methods = _METHODS[path]
        if request.method == "OPTIONS":
            return answers.preflight(request.headers, methods)
        if request.method != methods[0]:
            return answers.not_allowed(request.method, path, methods)
        source = self._directory.by_id(builtin_id(workspace.workspace_id, SOURCE)) if workspace is not None else None
        if workspace is None or source is None:
            return self._intake.unknown(_UNKNOWN_TOKEN)
        try:
            text = _blob(request.query) if path == BLOB else _body(request)
            raw, marker = body.parse(_RAW, text)
            events, single = events_of(raw)
        except NotTaken as error:
            return self._intake.refuse(source, error.refusal, b"" if path == BLOB else request.body)
        found = [envelopes.judge(one, marker=marker, size_bytes=len(text) if single else 0) for one in events]
        forged = self._forged(request, source, workspace, found)
        if forged is not None:
            return self._intake.refuse(source, forged, text, status=HTTPStatus.FORBIDDEN)
        told = Told(door="customer", ids_signed=identity.must_be_signed(workspace))
        return self._store(source, told, events, found)

    def _forged(
        self, request: Request, source: SourceEntry, workspace: WorkspaceEntry, found: Sequence[Item | Refusal]
    ) -> Refusal | None:
        """The first event that names a user id unsigned, where the workspace requires signatures. All are counted."""
        if workspace.identity_verification == "off":
            return None
        given = request.param("hmac")
        check = self._intake.identities.refusal
        items = (item for item in found if not isinstance(item, Refusal))
        wrong = [check(source, workspace, item.user_id, (*item.signatures, given)) for item in items]
        return next((refusal for refusal in wrong if refusal is not None), None)

    def _store(
        self, source: SourceEntry, told: Told, events: Sequence[msgspec.Raw], found: Sequence[Item | Refusal]
    ) -> Decision:
        good: list[Good] = []
        bad: list[tuple[int, Refusal]] = []
        for index, (raw, item) in enumerate(zip(events, found, strict=True)):
            if isinstance(item, Refusal):
                bad.append((index, item))
            else:
                good.append(Good(identity.without(raw) if item.signatures else raw, direct=False, names=item))
        return self._intake.store(source, told, good, bad, events)


def _body(request: Request) -> bytes:
    return body.read(request.body, request.header(b"content-encoding"))


def _blob(text: str) -> bytes:
    blob = query.fields(text).get("blob")
    if blob is None:
        raise NotTaken(
            RejectCode.BAD_REQUEST, "The parameter blob is missing; it holds the event in base64. Nothing was stored."
        )
    return body.read(query.from_base64(blob, "blob"), "")
