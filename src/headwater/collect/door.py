"""The Tracking API: what each request is answered with, and what must be on disk before that answer goes out.

Decides only; it opens no socket and writes no file. Whoever serves it stores a `Durable`'s records and then sends
its reply; if they cannot be stored, it sends `overloaded`. Nothing that a client sends makes it raise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from headwater.base.clock import Clock
from headwater.base.event import CALL_TYPES, CallType
from headwater.base.http import Reply, Request
from headwater.base.outcome import RejectCode
from headwater.collect import answers, batch, body, browser, calls, identity, keys, pixel
from headwater.collect.intake import Intake
from headwater.collect.model import Decision, Directory, DoorSettings, Durable, Refused, SourceEntry, WorkspaceEntry
from headwater.collect.plain import Lane, plain_events
from headwater.collect.records import Good, Told
from headwater.collect.refusal import NotTaken, Refusal
from headwater.collect.scripts import Scripts
from headwater.control.sources import takes_no_keys

__all__ = ["Decision", "Directory", "Door", "DoorSettings", "Durable", "Refused", "SourceEntry"]

RETRY_AFTER_S = 2.0
_MAX_LANES = 1024

_PROJECTS = "/v1/projects/"
_PIXEL = "/v1/pixel/"
_SHORT: dict[str, CallType] = {
    "i": "identify",
    "t": "track",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
}
_PIXELS: dict[str, CallType] = {_PIXEL + kind: kind for kind in CALL_TYPES}
_PREFIXES = ("/v1/", "/analytics.js/", "/analytics-next/", "/next-integrations/")
_RAW = msgspec.json.Decoder(msgspec.Raw).decode
_OTHER_KEY = Refusal(
    RejectCode.INVALID_WRITE_KEY,
    "This item names another write key than the first one, but a batch belongs to one source. "
    "This event was not stored; send it in a batch of its own.",
)

Route = Callable[[Request], Decision]
Proof = Callable[[calls.Item], Refusal | None]
"""Why a call is not to be taken, for the user id that it names; None when it is."""


class Door:
    """`rejected` counts items (or whole requests) by (source id, code), '' for a key that opens none;
    `throttled` counts requests by source id, `telemetry` calls to /v1/m."""

    def __init__(
        self, *, directory: Directory, settings: DoorSettings, clock: Clock, intake: Intake | None = None
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._intake = intake or Intake(settings=settings, clock=clock)
        self._keys = keys.HeaderKeys()
        self._origins = answers.Origins(settings.allowed_origins)
        self._scripts = Scripts(settings.scripts)
        self._kinds: dict[str, CallType] = {f"/v1/{kind}": kind for kind in CALL_TYPES}
        self._kinds |= {f"/v1/{letter}": kind for letter, kind in _SHORT.items()}
        self._posts = self._routes()
        self._lanes: dict[tuple[CallType, str, Reply], Lane] = {}
        self.rejected = self._intake.rejected
        self.throttled = self._intake.throttled
        self.telemetry = 0

    def paths(self) -> list[tuple[str, str]]:
        """(method, path) of all it answers; `{…}` stands for a part of the path."""
        gets = (f"{_PROJECTS}{{key}}/settings", f"{_PIXEL}{{type}}", *Scripts.PATHS)
        return [("POST", path) for path in self._posts] + [("GET", path) for path in gets]

    def owns(self, path: str) -> bool:
        """Whether every request to this path is the door's, whatever its method, be it only to say 404 or 405."""
        return _one_slash(path).startswith(_PREFIXES)

    def handle(self, request: Request) -> Decision:
        if request.path.startswith("//"):
            request = msgspec.structs.replace(request, path=_one_slash(request.path))
        decision = self._route(request)
        if isinstance(decision, Reply):
            return self._origins.opened(decision, request.headers)
        if b"origin" not in request.headers:
            return decision
        return msgspec.structs.replace(decision, reply=self._origins.opened(decision.reply, request.headers))

    def lane(self, request: Request) -> Lane | None:
        """Where POSTs with this head may go, whatever their bodies; None: each must be looked at by itself."""
        path = _one_slash(request.path)
        kind = self._kinds.get(path) or self._kinds.get(path.rstrip("/"))
        key = self._keys.key(request.headers.get(b"authorization"))
        if kind is None or not key or request.header(b"content-encoding"):
            return None
        reply = self._origins.opened(answers.OK, request.headers)
        known = (kind, key, reply)
        if (lane := self._lanes.get(known)) is None:
            if len(self._lanes) >= _MAX_LANES:
                self._lanes.clear()
            lane = Lane(kind, key, reply=reply, directory=self._directory, intake=self._intake)
            self._lanes[known] = lane
        return lane

    def too_large(self) -> Reply:
        """For whoever stops reading a body that is over the limit: whose it is was not looked at."""
        return self._intake.too_large(body.too_large().refusal)

    def overloaded(self, request: Request, retry_after_s: float = RETRY_AFTER_S) -> Reply:
        """When records can't be stored, or there is too much to do to look at the request."""
        pixel_asked = request.path.startswith(_PIXEL)
        return answers.opened_to_any(answers.PIXEL if pixel_asked else answers.overloaded(retry_after_s))

    def _routes(self) -> dict[str, Route]:
        routes: dict[str, Route] = {path: self._single(kind) for path, kind in self._kinds.items()}
        routes |= {f"/v1/{name}": self._batch for name in ("batch", "b", "import")}
        return routes | {"/v1/m": self._telemetry}

    def _route(self, request: Request) -> Decision:
        post = self._posts.get(request.path) or self._posts.get(request.path.rstrip("/"))
        if post is not None and request.method == "POST":
            return post(request)
        get = None if post is not None else self._resource(request.path)
        if post is None and get is None:
            return answers.not_found(
                f"There is nothing at {request.path[:100]}. Events go to /v1/track, /v1/identify, /v1/page, "
                "/v1/screen, /v1/group, /v1/alias or /v1/batch."
            )
        if get is not None and request.method == "GET":
            return get(request)
        if get is not None and request.method == "HEAD":
            answer = get(request)
            return answers.headless(answer if isinstance(answer, Reply) else answer.reply)
        methods = ("POST", "OPTIONS") if post is not None else ("GET", "HEAD", "OPTIONS")
        if request.method == "OPTIONS":
            return answers.preflight(request.headers, methods)
        return answers.not_allowed(request.method, request.path[:100], methods)

    def _resource(self, path: str) -> Route | None:
        if path.startswith(_PIXEL):
            return self._pixel
        if path.startswith(_PROJECTS) and path.endswith("/settings"):
            return self._browser_settings
        return self._script if self._scripts.owns(path) else None

    def _telemetry(self, request: Request) -> Reply:
        self.telemetry += 1
        return answers.OK

    def _browser_settings(self, request: Request) -> Reply:
        key = request.path[len(_PROJECTS) : -len("/settings")]
        if self._source(key) is None:
            return answers.not_found("No source has this write key.")
        asked_by = request.header(b"x-forwarded-proto")
        scheme = asked_by if asked_by in ("http", "https") else self._settings.scheme
        place = browser.api_host(self._settings.public_url, scheme, request.header(b"host"))
        if place is None:
            return answers.refused(
                Refusal(RejectCode.BAD_REQUEST, "The request names no host, and the server has no public URL set.")
            )
        return answers.settings(browser.settings(key, *place))

    def _script(self, request: Request) -> Reply:
        return self._scripts.reply(request.path, lambda key: self._source(key) is not None)

    def _pixel(self, request: Request) -> Decision:
        """The image comes back whatever happens; only the count tells. HEAD stores nothing."""
        if request.method == "HEAD":
            return answers.PIXEL
        decision = self._pixel_event(request)
        if isinstance(decision, Reply):
            return answers.PIXEL
        return msgspec.structs.replace(decision, reply=answers.PIXEL)

    def _pixel_event(self, request: Request) -> Decision:
        try:
            text, key = pixel.event(request.query)
            raw, marker = body.parse(_RAW, text)
        except NotTaken as error:
            return self._intake.refuse(None, error.refusal, b"")
        source = self._source(keys.body_key(raw) or key)
        if source is None:
            return self._unknown_key()
        kind = _PIXELS.get(request.path)
        if kind is None:
            why = Refusal(RejectCode.TYPE_NOT_KNOWN, f"There is no pixel at {request.path[:60]}.")
            return self._intake.refuse(source, why, text)
        return self._one(request, source, kind, raw, calls.judge(raw, kind, marker=marker))

    def _single(self, kind: CallType) -> Route:
        def single(request: Request) -> Decision:
            source, named = self._by_header(request)
            if named and source is None:
                return self._unknown_key()
            try:
                text = body.read(request.body, request.header(b"content-encoding"))
                item = calls.quick(text, kind)
                raw, marker = (msgspec.Raw(text), b"") if item is not None else body.parse(_RAW, text)
            except NotTaken as error:
                return self._intake.refuse(source, error.refusal, request.body)
            if source is None and (source := self._source(keys.body_key(raw))) is None:
                return self._unknown_key()
            found = calls.judge(raw, kind, marker=marker, size_bytes=len(text)) if item is None else item
            return self._one(request, source, kind, raw, found)

        return single

    def _one(
        self, request: Request, source: SourceEntry, kind: CallType, raw: msgspec.Raw, found: calls.Item | Refusal
    ) -> Decision:
        workspace = self._verifying(source)
        if isinstance(found, calls.Item):
            found = self._proof(request, source, workspace)(found) or found
        if isinstance(found, Refusal):
            return self._intake.refuse(source, found, bytes(raw))
        told = Told(call=kind, ids_signed=identity.must_be_signed(workspace))
        return self._intake.store(source, told, [_good(raw, found)], address=request.peer)

    def _batch(self, request: Request) -> Decision:
        source, named = self._by_header(request)
        if named and source is None:
            return self._unknown_key()
        try:
            text = body.read(request.body, request.header(b"content-encoding"))
            envelope, marker = batch.read(text)
        except NotTaken as error:
            return self._intake.refuse(source, error.refusal, request.body)
        items = envelope.batch or []
        item_key = None
        if source is None:
            key = keys.named(envelope.write_key)
            if key is None:
                key = item_key = keys.items_key(items)
            if (source := self._source(key)) is None:
                return self._unknown_key()
        workspace = self._verifying(source)
        try:
            told = batch.told(envelope, marker, ids_signed=identity.must_be_signed(workspace))
        except NotTaken as error:
            return self._intake.refuse(source, error.refusal, text)
        proof = self._proof(request, source, workspace, batch.signature(envelope))
        if proof is _unasked and item_key is None and not marker and (events := plain_events(text, items)):
            decision = self._intake.store_plain(source, told, events, address=request.peer)
            if decision is not None:
                return decision
        return self._many(request, source, told, items, marker, item_key, proof)

    def _many(
        self,
        request: Request,
        source: SourceEntry,
        told: Told,
        items: Sequence[msgspec.Raw],
        marker: bytes,
        item_key: str | None,
        proof: Proof,
    ) -> Decision:
        """`item_key` is the items' own write key, when nothing else named one: they must agree on it."""
        good: list[Good] = []
        bad: list[tuple[int, Refusal]] = []
        for index, raw in enumerate(items):
            found = calls.judge(raw, None, marker=marker)
            if item_key is not None and keys.body_key(raw) not in (None, item_key):
                found = _OTHER_KEY
            if isinstance(found, calls.Item):
                found = proof(found) or found
            if isinstance(found, Refusal):
                bad.append((index, found))
            else:
                good.append(_good(raw, found))
        return self._intake.store(source, told, good, bad, items, address=request.peer)

    def _verifying(self, source: SourceEntry) -> WorkspaceEntry | None:
        """The workspace, where it says whether user ids must be signed: for what comes from a browser."""
        return self._directory.workspace(source.workspace_id) if source.platform == "browser" else None

    def _proof(
        self, request: Request, source: SourceEntry, workspace: WorkspaceEntry | None, *given: msgspec.Raw
    ) -> Proof:
        """What is asked of a call that names a user id."""
        if workspace is None or request.inside or workspace.identity_verification == "off":
            return _unasked
        asked = (*given, request.param("hmac"))
        refusal = self._intake.identities.refusal
        return lambda item: refusal(source, workspace, item.user_id, (*item.signatures, *asked))

    def _by_header(self, request: Request) -> tuple[SourceEntry | None, bool]:
        """(the source, whether the Authorization header names a key at all). A source that takes no keys is named by
        its id, which processes of this installation alone can do."""
        key = self._keys.key(request.headers.get(b"authorization"))
        if request.inside and key is not None and takes_no_keys(key):
            return self._directory.by_id(key), True
        return self._source(key), key is not None

    def _source(self, key: str | None) -> SourceEntry | None:
        return self._directory.by_write_key(key) if key else None

    def _unknown_key(self) -> Reply:
        self.rejected["", RejectCode.INVALID_WRITE_KEY] += 1
        return answers.UNKNOWN_KEY


def _good(raw: msgspec.Raw, item: calls.Item) -> Good:
    return Good(identity.without(raw) if item.signatures else raw, item.direct, item)


def _unasked(_item: calls.Item) -> None:
    return None


def _one_slash(path: str) -> str:
    """A client whose host was given with a slash at the end asks for `//v1/batch`."""
    return "/" + path.lstrip("/") if path.startswith("//") else path
