"""`GET /api/bootstrap`: what a page needs to know of whoever looks at it, before it shows anything.

Open to whoever has a workspace's client token, which stands in pages and is no secret; so the answer names segments by
their ids alone. Where user ids must come signed, one that does not is answered as a person whom nobody knows is. What
`getMembership` reads is the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from headwater.base.errors import Transient
from headwater.base.http import Reply
from headwater.base.outcome import RejectCode
from headwater.base.rules import EVERYONE
from headwater.collect import answers, query
from headwater.collect.identity import standing_of
from headwater.collect.refusal import NotTaken, Refusal
from headwater.collect.unproven import Standing
from headwater.control.directory import WorkspaceEntry

PATH: Final = "/api/bootstrap"
DOOR: Final = "bootstrap"
"""What the identity report calls this door."""
MAX_QUERY_CHARS: Final = 8_192
MAX_ID_CHARS: Final = 1_000
RETRY_AFTER_S: Final = 2.0

_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_PRIVATE: Final = (b"cache-control", b"private, no-cache")
"""It is of one person, and is asked for each time: a change of segments is seen at once, for the price of a 304."""
_JSON: Final = (b"content-type", b"application/json")
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
_UNKNOWN_TOKEN: Final = Refusal(
    RejectCode.INVALID_CLIENT_TOKEN,
    "No workspace has this client token, or none was given. Send the one of Settings > Workspaces > Access Keys as "
    "the parameter token.",
)


class Tokens(Protocol):
    def by_client_token(self, token: str) -> WorkspaceEntry | None: ...


class Memberships(Protocol):
    async def person_of(self, workspace_id: str, user_id: str | None, anonymous_id: str | None) -> Any:
        """→ `{"id", "segments", "known"}`, or None when nobody has the id. `known`: the person has a user id."""
        ...


class _Found(msgspec.Struct, frozen=True):
    """A person, as far as pages are told of one."""

    segments: list[str]
    known: bool = True


Note = Callable[[str, str, str, Standing], None]
"""Told of (workspace id, door, user id, what it came with)."""


class Bootstrap:
    """An ASGI application for PATH. Tells `note` how user ids came, where the workspace looks."""

    def __init__(self, *, tokens: Tokens, people: Memberships, note: Note) -> None:
        self._tokens = tokens
        self._people = people
        self._note = note

    def owns(self, path: str) -> bool:
        return path.rstrip("/") == PATH

    async def __call__(self, scope: Mapping[str, Any], _receive: Any, send: Any) -> None:
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, value)
        reply = await self.reply(scope["method"], scope["query_string"].decode("latin-1"), headers)
        if scope["method"] == "HEAD":
            reply = answers.headless(reply)
        await send({"type": "http.response.start", "status": reply.status, "headers": _listed(reply)})
        await send({"type": "http.response.body", "body": reply.body})

    async def reply(self, method: str, query_string: str, headers: Mapping[bytes, bytes]) -> Reply:
        """The answer, readable by pages of the workspace's allowed origins."""
        try:
            given = _given(query_string)
        except NotTaken as error:
            return answers.opened_to_page(answers.refused(error.refusal), headers)
        workspace = self._tokens.by_client_token(given.get("token", ""))
        allowed = workspace.allowed_origins if workspace is not None else ()
        return answers.opened_to_page(await self._decide(method, given, headers, workspace), headers, allowed)

    async def _decide(
        self, method: str, given: Mapping[str, str], headers: Mapping[bytes, bytes], workspace: WorkspaceEntry | None
    ) -> Reply:
        if method == "OPTIONS":
            return answers.preflight(headers, _METHODS)
        if method not in _METHODS:
            return answers.not_allowed(method, PATH, _METHODS)
        if workspace is None:
            return answers.refused(_UNKNOWN_TOKEN)
        try:
            segments = await self._segments(workspace, given)
        except Transient:
            return _away()
        body = msgspec.json.encode({"segments": segments, "experiences": []})
        return _unless_known(body, headers.get(b"if-none-match", b""))

    async def _segments(self, workspace: WorkspaceEntry, given: Mapping[str, str]) -> Sequence[str]:
        """Those that hold the user; of someone who is not known, or may not be named, those of the anonymous id, unless
        it has come to be somebody else's."""
        user_id, anonymous_id = given.get("userId") or None, given.get("anonymousId") or None
        named = user_id is not None and self._may_be(workspace, user_id, given.get("hmac"))
        found = await self._person(workspace, user_id, None) if named else None
        if found is not None:
            return found.segments
        found = await self._person(workspace, None, anonymous_id)
        private = named or workspace.identity_verification == "require"
        return [EVERYONE] if found is None or (found.known and private) else found.segments

    async def _person(self, workspace: WorkspaceEntry, user_id: str | None, anonymous_id: str | None) -> _Found | None:
        if user_id is None and anonymous_id is None:
            return None
        found = await self._people.person_of(workspace.workspace_id, user_id, anonymous_id)
        return None if found is None else msgspec.convert(found, _Found)

    def _may_be(self, workspace: WorkspaceEntry, user_id: str, signature: str | None) -> bool:
        """Whether the page may speak of this user."""
        if workspace.identity_verification == "off":
            return True
        standing = standing_of(user_id, [signature], workspace.identity_secrets)
        self._note(workspace.workspace_id, DOOR, user_id, standing)
        return standing == "proven" or workspace.identity_verification == "observe"


def _given(query_string: str) -> Mapping[str, str]:
    if len(query_string) > MAX_QUERY_CHARS:
        raise NotTaken(
            RejectCode.BAD_REQUEST,
            f"The query has {len(query_string)} characters; allowed are {MAX_QUERY_CHARS}. Nothing was read.",
        )
    given = query.fields(query_string)
    for name in ("userId", "anonymousId"):
        if len(given.get(name, "")) > MAX_ID_CHARS:
            raise NotTaken(
                RejectCode.BAD_REQUEST,
                f"{name} has {len(given[name])} characters; allowed are {MAX_ID_CHARS}. Nothing was read.",
            )
    return given


def _unless_known(body: bytes, asked: bytes) -> Reply:
    """304 when the page has this answer already."""
    etag = b'"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"'
    named = [each.strip().removeprefix(b"W/") for each in asked.split(b",")]
    if etag in named or b"*" in named:
        return Reply(status=304, headers=((b"etag", etag), _PRIVATE))
    return Reply(status=200, body=body, headers=(_JSON, (b"etag", etag), _PRIVATE, _NOSNIFF))


def _away() -> Reply:
    """The page keeps what it was told before."""
    why = "The segments cannot be looked up right now."
    reply = answers.overloaded(RETRY_AFTER_S)
    body = msgspec.json.encode({"success": False, "code": RejectCode.OVERLOADED, "message": f"{why} Ask again soon."})
    return msgspec.structs.replace(reply, body=body)


def _listed(reply: Reply) -> list[tuple[bytes, bytes]]:
    length = [] if reply.status in (204, 304) else [(b"content-length", b"%d" % len(reply.body))]
    return [*reply.headers, *length]
