"""`GET /api/bootstrap`: what a page needs to know of whoever looks at it, before it shows anything.

Open to whoever has a workspace's client token, which stands in pages and is no secret; so the answer names segments by
their ids alone, and of a person's traits it holds something only when the user id came with a right signature. Where
user ids must come signed, one that does not is answered as a person whom nobody knows is. What `getMembership` reads is
the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from headwater.api import page_door
from headwater.api.page_door import Headers, Tokens
from headwater.base.errors import Transient
from headwater.base.http import Reply
from headwater.base.outcome import RejectCode
from headwater.base.rules import EVERYONE
from headwater.collect import answers
from headwater.collect.identity import standing_of
from headwater.collect.refusal import NotTaken
from headwater.collect.unproven import Standing
from headwater.control.directory import WorkspaceEntry
from headwater.surfaces.target import NOBODY, Target

PATH: Final = "/api/bootstrap"
DOOR: Final = "bootstrap"
"""What the identity report calls this door."""
MAX_ID_CHARS: Final = 1_000
MOST_READY: Final = 500
"""Answers of a workspace that are kept, of at most some 10 kB each."""

_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_PRIVATE: Final = (b"cache-control", b"private, no-cache")
"""It is of one person, and is asked for each time: a change of segments is seen at once, for the price of a 304."""

Values = Mapping[str, Mapping[str, Any]]


class Memberships(Protocol):
    async def person_of(
        self,
        workspace_id: str,
        user_id: str | None,
        anonymous_id: str | None,
        traits: list[str] | None = None,
        group_traits: list[str] | None = None,
    ) -> Any:
        """→ `{"id", "segments", "known"}`, or None when nobody has the id. `known`: the person has a user id.

        With `traits` and `groupTraits` by name, of those that are asked for.
        """
        ...


class Showing(Protocol):
    """What is live."""

    async def of(self, workspace_id: str) -> Target: ...


class _Found(msgspec.Struct, frozen=True, rename="camel"):
    """A person, as far as pages are told of one."""

    segments: list[str]
    known: bool = True
    traits: dict[str, Any] = {}
    group_traits: dict[str, Any] = {}


class _Whose(msgspec.Struct, frozen=True):
    """`user_id` None: nobody who may be named. `is_proven`: it came with a right signature."""

    user_id: str | None
    is_proven: bool = False


class _Answer(msgspec.Struct):
    """A body with its tag, and once it was asked for, packed."""

    body: bytes
    etag: bytes
    zipped: bytes | None = None

    @classmethod
    def of(cls, body: bytes) -> _Answer:
        return cls(body, b'"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"')


Note = Callable[[str, str, str, Standing], None]
"""Told of (workspace id, door, user id, what it came with)."""


class Bootstrap:
    """An ASGI application for PATH. Tells `note` how user ids came, where the workspace looks."""

    def __init__(self, *, tokens: Tokens, people: Memberships, live: Showing, note: Note) -> None:
        self._tokens = tokens
        self._people = people
        self._live = live
        self._note = note
        self._ready: dict[str, tuple[Target, dict[tuple[str, ...], _Answer]]] = {}

    def owns(self, path: str) -> bool:
        return path.rstrip("/") == PATH

    async def __call__(self, scope: Mapping[str, Any], _receive: Any, send: Any) -> None:
        query_string = scope["query_string"].decode("latin-1")
        reply = await self.reply(scope["method"], query_string, page_door.headers_of(scope))
        await page_door.send_reply(reply, scope, send)

    async def reply(self, method: str, query_string: str, headers: Headers) -> Reply:
        """The answer, readable by pages of the workspace's allowed origins."""
        try:
            given = _given(query_string)
        except NotTaken as error:
            return answers.opened_to_page(answers.refused(error.refusal), headers)
        workspace = self._tokens.by_client_token(given.get("token", ""))
        allowed = workspace.allowed_origins if workspace is not None else ()
        return answers.opened_to_page(await self._decide(method, given, headers, workspace), headers, allowed)

    async def _decide(
        self, method: str, given: Mapping[str, str], headers: Headers, workspace: WorkspaceEntry | None
    ) -> Reply:
        if method == "OPTIONS":
            return answers.preflight(headers, _METHODS)
        if method not in _METHODS:
            return answers.not_allowed(method, PATH, _METHODS)
        if workspace is None:
            return answers.refused(page_door.UNKNOWN_TOKEN)
        try:
            target = await self._live.of(workspace.workspace_id)
            segments, values = await self._looked_up(workspace, given, target)
        except Transient:
            return page_door.away("The segments cannot be looked up right now.")
        return _unless_known(self._answer(workspace.workspace_id, target, segments, values), headers)

    def _answer(self, workspace_id: str, target: Target, segments: Sequence[str], values: Values) -> _Answer:
        """Made once for all who are in the same segments, unless something of the person is in it."""
        if values is not NOBODY:
            return _Answer.of(target.body(segments, values))
        of, ready = self._ready.get(workspace_id, (None, {}))
        if of is not target:
            ready = {}
            self._ready[workspace_id] = (target, ready)
        key = tuple(segments)
        found = ready.get(key)
        if found is None:
            if len(ready) >= MOST_READY:
                ready.clear()
            found = ready[key] = _Answer.of(target.body(segments))
        return found

    async def _looked_up(
        self, workspace: WorkspaceEntry, given: Mapping[str, str], target: Target
    ) -> tuple[Sequence[str], Values]:
        """The segments that hold the user, with what the texts may say of the user; of someone who is not known, or may
        not be named, those of the anonymous id, unless it has come to be somebody else's."""
        whose = self._whose(workspace, given.get("userId") or None, given.get("hmac"))
        names = target.names if whose.is_proven else None
        wanted = (sorted(names.user), sorted(names.account)) if names else ()
        if whose.user_id is not None:
            found = await self._person(workspace, whose.user_id, None, *wanted)
            if found is not None:
                return found.segments, _values(whose, found) if wanted else NOBODY
        found = await self._person(workspace, None, given.get("anonymousId") or None)
        private = whose.user_id is not None or workspace.identity_verification == "require"
        segments = [EVERYONE] if found is None or (found.known and private) else found.segments
        return segments, _values(whose, None) if wanted else NOBODY

    async def _person(
        self, workspace: WorkspaceEntry, user_id: str | None, anonymous_id: str | None, *wanted: list[str]
    ) -> _Found | None:
        if user_id is None and anonymous_id is None:
            return None
        found = await self._people.person_of(workspace.workspace_id, user_id, anonymous_id, *wanted)
        return None if found is None else msgspec.convert(found, _Found)

    def _whose(self, workspace: WorkspaceEntry, user_id: str | None, signature: str | None) -> _Whose:
        """Of whom the page may speak."""
        mode = workspace.identity_verification
        if user_id is None or (mode == "off" and not signature):
            return _Whose(user_id)
        standing = standing_of(user_id, [signature], workspace.identity_secrets)
        is_proven = standing == "proven"
        if mode == "off":
            return _Whose(user_id, is_proven)
        self._note(workspace.workspace_id, DOOR, user_id, standing)
        return _Whose(user_id if is_proven or mode == "observe" else None, is_proven)


def _given(query_string: str) -> Mapping[str, str]:
    given = page_door.given_in(query_string)
    for name in ("userId", "anonymousId"):
        if len(given.get(name, "")) > MAX_ID_CHARS:
            raise NotTaken(
                RejectCode.BAD_REQUEST,
                f"{name} has {len(given[name])} characters; allowed are {MAX_ID_CHARS}. Nothing was read.",
            )
    return given


def _values(whose: _Whose, found: _Found | None) -> Values:
    """What is known of somebody who proved who they are; the user id, too, as `id`."""
    own = {"id": whose.user_id}
    if found is None:
        return {"user": own, "account": {}}
    return {"user": own | found.traits, "account": found.group_traits}


def _unless_known(answer: _Answer, headers: Headers) -> Reply:
    """304 when the page has this answer already."""
    zips = page_door.wants_zip(headers, len(answer.body))
    etag = b"W/" + answer.etag if zips else answer.etag
    asked = headers.get(b"if-none-match", b"")
    if asked:
        named = [each.strip().removeprefix(b"W/") for each in asked.split(b",")]
        if answer.etag in named or b"*" in named:
            return Reply(status=304, headers=((b"etag", etag), _PRIVATE, page_door.VARY))
    told = (page_door.JSON, (b"etag", etag), _PRIVATE, page_door.NOSNIFF, page_door.VARY)
    reply = Reply(status=200, body=answer.body, headers=told)
    if not zips:
        return reply
    if answer.zipped is None:
        answer.zipped = page_door.zipped(answer.body)
    return page_door.zip_marked(reply, answer.zipped)
