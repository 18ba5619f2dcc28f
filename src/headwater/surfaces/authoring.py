"""Author sessions: how the dashboard and a page of the author's own site find each other, without an extension.

The dashboard opens a session and with it the page, whose address carries the session's code; the author's script on
that page asks with the code what to show, and tells which element was chosen. Kept in memory: a session lasts half an
hour, and nothing of it is worth more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec

from headwater.base.clock import Clock, iso_from_seconds, now
from headwater.base.errors import InvalidInput, NotFound

PARAMETER: Final = "headwater_author"
LASTS_S: Final = 1_800.0
CODE_BYTES: Final = 24
"""32 characters of base64."""
MAX_OPEN: Final = 1_000
"""Sessions of the installation; the oldest gives way."""
MAX_URL_CHARS: Final = 2_000
MAX_SELECTORS: Final = 20
MAX_SELECTOR_CHARS: Final = 1_000
MAX_TEXT_CHARS: Final = 500

Mode = Literal["pick", "preview"]
Status = Literal["waiting", "opened", "picked"]


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    """An element that the author chose: selectors that find it, its text, and the page that it is on."""

    selectors: tuple[str, ...]
    text: str
    url: str


class AuthorSession(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is the page with the code in its query; `document_id` None: no document is shown."""

    code: str
    workspace_id: str
    content_id: int
    mode: Mode
    url: str
    document_id: int | None
    expires_s: float
    status: Status = "waiting"
    picked: Picked | None = None

    @property
    def expires_at(self) -> str:
        return iso_from_seconds(self.expires_s)


class AuthorSessions:
    """Of one thread."""

    def __init__(self, *, clock: Clock = now, new_code: Callable[[], str] | None = None) -> None:
        self._clock = clock
        self._new_code = new_code or (lambda: secrets.token_urlsafe(CODE_BYTES))
        self._open: dict[str, AuthorSession] = {}

    def begin(
        self, workspace_id: str, *, content_id: int, mode: Mode, url: str, document_id: int | None
    ) -> AuthorSession:
        """InvalidInput when the address is none that a browser can open."""
        code = self._new_code()
        made = AuthorSession(
            code=code,
            workspace_id=workspace_id,
            content_id=content_id,
            mode=mode,
            url=_with_code(url, code),
            document_id=document_id,
            expires_s=self._clock() + LASTS_S,
        )
        self._forget_ended()
        while len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        self._open[code] = made
        return made

    def get(self, workspace_id: str, code: str) -> AuthorSession:
        """NotFound when there is none, or it has ended, or it is another workspace's."""
        found = self._open.get(code)
        if found is None or found.workspace_id != workspace_id or found.expires_s <= self._clock():
            raise NotFound(
                "There is no author session with this code; one lasts half an hour, and ends when the server is "
                "started again. Open the page from the dashboard once more.",
                code="author_session_ended",
            )
        return found

    def opened(self, workspace_id: str, code: str) -> AuthorSession:
        """The page is there. NotFound."""
        found = self.get(workspace_id, code)
        if found.status == "waiting":
            found = self._open[code] = msgspec.structs.replace(found, status="opened")
        return found

    def pick(self, workspace_id: str, code: str, picked: Picked) -> AuthorSession:
        """The author chose an element; a later choice goes before an earlier one. NotFound, InvalidInput."""
        found = self.get(workspace_id, code)
        _refuse_odd(picked)
        found = self._open[code] = msgspec.structs.replace(found, status="picked", picked=picked)
        return found

    def _forget_ended(self) -> None:
        present_s = self._clock()
        for code in [code for code, each in self._open.items() if each.expires_s <= present_s]:
            del self._open[code]


def _with_code(url: str, code: str) -> str:
    """The address with the code in its query, before a fragment, in the place of another session's."""
    if len(url) > MAX_URL_CHARS:
        raise InvalidInput(
            f"The page's address has {len(url)} characters; allowed are {MAX_URL_CHARS}. No page was opened.",
            details={"field": "url"},
        )
    try:
        parts = urlsplit(url.strip())
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        parts, is_page = None, False
    if parts is None or not is_page:
        raise InvalidInput(
            f"{url[:200]!r} is no address of a page. It begins with https:// or http://. No page was opened.",
            details={"field": "url"},
        )
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] != PARAMETER]
    return urlunsplit(parts._replace(query="&".join([*kept, f"{PARAMETER}={code}"]), path=parts.path or "/"))


def _refuse_odd(picked: Picked) -> None:
    if not 1 <= len(picked.selectors) <= MAX_SELECTORS:
        raise InvalidInput(
            f"There are {len(picked.selectors)} selectors; a place has 1 to {MAX_SELECTORS}. Nothing was chosen.",
            details={"field": "selectors"},
        )
    for field, text, most in (
        *(("selectors", each, MAX_SELECTOR_CHARS) for each in picked.selectors),
        ("text", picked.text, MAX_TEXT_CHARS),
        ("url", picked.url, MAX_URL_CHARS),
    ):
        if len(text) > most or (field == "selectors" and not text.strip()):
            raise InvalidInput(
                f"{field} has a text of {len(text)} characters; allowed are 1 to {most}. Nothing was chosen.",
                details={"field": field},
            )
