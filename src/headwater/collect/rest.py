"""The REST door: `POST /api/eventWebhook`, by which a back end brings users, events and groups, and what it can ask.

It takes one call, an array of calls, or Segment's `batch`, into the built-in source `rest`. Who may send: whoever has
an API key of scope admin of the workspace, or a write key of the source `rest`, which can do nothing else. The key
comes as Bearer or, as older clients send it, as the user name of Basic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from headwater.base.event import NO_JSON
from headwater.base.http import Reply, Request
from headwater.base.outcome import RejectCode
from headwater.collect import answers, batch, body, deletion, identity, keys, loose
from headwater.collect.events import events_of
from headwater.collect.intake import Intake
from headwater.collect.model import ApiKeyEntry, Decision, RestDirectory, SourceEntry
from headwater.collect.records import Good, Told
from headwater.collect.refusal import NotTaken, Refusal
from headwater.control.model import builtin_id

EVENTS: Final = "/api/eventWebhook"
CONTENT: Final = "/api/contentMetadata"
SOURCE: Final = "rest"

_METHODS: Final = {EVENTS: ("POST",), CONTENT: ("GET", "HEAD")}
_RAW: Final = msgspec.json.Decoder(msgspec.Raw).decode
_UNKNOWN_KEY: Final = Refusal(
    RejectCode.INVALID_API_KEY,
    "No workspace has this API key, or none was given. Send one of Settings > Workspaces > Access Keys as "
    "Authorization: Bearer KEY. Nothing was stored.",
)
_OTHER_WORKSPACE: Final = Refusal(
    RejectCode.INVALID_API_KEY, "The key does not belong to the workspace that X-Workspace names. Nothing was stored."
)
_NO_SCOPE: Final = Refusal(
    RejectCode.SCOPE_MISSING,
    "This API key may only read. Send one of scope admin, or a write key of the source rest. Nothing was stored.",
)


class _Outer(msgspec.Struct, frozen=True):
    type: msgspec.Raw = NO_JSON
    batch: msgspec.Raw = NO_JSON


_OUTER: Final = msgspec.json.Decoder(_Outer).decode


class RestDoor:
    def __init__(self, *, directory: RestDirectory, intake: Intake) -> None:
        self._directory = directory
        self._intake = intake
        self._used: set[str] = set()

    def paths(self) -> list[tuple[str, str]]:
        return [(methods[0], path) for path, methods in _METHODS.items()]

    def owns(self, path: str) -> bool:
        return path.rstrip("/") in _METHODS

    def overloaded(self, request: Request, retry_after_s: float) -> Reply:
        return answers.overloaded(retry_after_s)

    def take_used_keys(self) -> set[str]:
        """The ids of the API keys that were used since this was last asked."""
        used, self._used = self._used, set()
        return used

    def handle(self, request: Request) -> Decision:
        path = request.path.rstrip("/")
        if request.method not in _METHODS[path]:
            return answers.not_allowed(request.method, path, _METHODS[path])
        source = self._source(request, writes=path == EVENTS)
        if isinstance(source, Refusal):
            return self._intake.unknown(source)
        if path == EVENTS:
            return self._events(request, source)
        contents = self._directory.contents(source.workspace_id)
        metadata = answers.listed(msgspec.json.encode([{"name": each.name, "slug": each.slug} for each in contents]))
        return answers.headless(metadata) if request.method == "HEAD" else metadata

    def _source(self, request: Request, *, writes: bool) -> SourceEntry | Refusal:
        """Where the events of whoever asks belong; or why they may not."""
        token = _token(request.headers.get(b"authorization"))
        if not token:
            return _UNKNOWN_KEY
        source = self._directory.by_write_key(token)
        if source is not None and source.source_id == builtin_id(source.workspace_id, SOURCE):
            return source
        key = self._directory.by_api_token(token)
        if key is None:
            return _UNKNOWN_KEY
        self._used.add(key.id)
        workspace_id = self._workspace_id(key, request.header(b"x-workspace"))
        found = self._directory.by_id(builtin_id(workspace_id, SOURCE)) if workspace_id else None
        if found is None:
            return _OTHER_WORKSPACE
        return _NO_SCOPE if writes and "admin" not in key.scopes else found

    def _workspace_id(self, key: ApiKeyEntry, wanted: str) -> str | None:
        """The installation's own key picks a workspace, and has the oldest when it picks none."""
        if key.workspace_id is not None:
            return key.workspace_id if wanted in ("", key.workspace_id) else None
        known = [workspace.workspace_id for workspace in self._directory.workspaces()]
        return wanted if wanted in known else next(iter(known), None) if not wanted else None

    def _events(self, request: Request, source: SourceEntry) -> Decision:
        try:
            text = body.read(request.body, request.header(b"content-encoding"))
            raw, marker = body.parse(_RAW, text)
            events, told, size_bytes = _told(raw, text, marker)
        except NotTaken as error:
            return self._intake.refuse(source, error.refusal, request.body)
        good: list[Good] = []
        bad: list[tuple[int, Refusal]] = []
        deletions: list[msgspec.Raw] = []
        for index, one in enumerate(events):
            if deletion.is_asked(one):
                asked = self._deletion(request, one, marker, size_bytes)
                if isinstance(asked, Refusal):
                    bad.append((index, asked))
                else:
                    deletions.append(asked)
                continue
            found = loose.judge(one, marker=marker, size_bytes=size_bytes, reading=loose.WITH_DELETE)
            if isinstance(found, Refusal):
                bad.append((index, found))
            else:
                good.append(Good(identity.without(one) if found.signatures else one, found.direct, found))
        return self._intake.store(source, told, good, bad, events, address=request.peer, deletions=deletions)

    def _deletion(self, request: Request, call: msgspec.Raw, marker: bytes, size_bytes: int) -> msgspec.Raw | Refusal:
        """Who may only send may not erase: a write key stands in more places than an admin's API key."""
        if self._directory.by_write_key(_token(request.headers.get(b"authorization"))) is not None:
            return deletion.NOT_ALLOWED
        return deletion.judge(call, marker=marker, size_bytes=size_bytes)


def _told(raw: msgspec.Raw, text: bytes, marker: bytes) -> tuple[Sequence[msgspec.Raw], Told, int]:
    """(the calls, what is said of all of them, the size of a call that is the whole body, else 0)."""
    if _is_batch(raw):
        envelope, marker = batch.read(text)
        told = batch.told(envelope, marker)
        return envelope.batch or (), msgspec.structs.replace(told, door="rest"), 0
    events, single = events_of(raw)
    return events, Told(door="rest"), len(text) if single else 0


def _is_batch(raw: msgspec.Raw) -> bool:
    try:
        outer = _OUTER(raw)
    except msgspec.ValidationError:
        return False
    return bytes(outer.type) in (b"", b"null", b'"batch"') and bytes(outer.batch) not in (b"", b"null")


def _token(header: bytes | None) -> str:
    """The key of an Authorization header: a Bearer token, or the user name of Basic, with or without its colon."""
    if not header:
        return ""
    scheme, _, credentials = header.strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return credentials.strip().decode("utf-8", "replace")
    return keys.basic_key(header) or ""
