"""What the door needs to know, and what it decides: the values between it, its settings and its server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from headwater.base.http import Reply


class SourceEntry(Protocol):
    """A source, as far as the door is concerned."""

    @property
    def source_id(self) -> str: ...
    @property
    def workspace_id(self) -> str: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def platform(self) -> str:
        """`browser`: the sender's address is recorded; `server`: only when the event asks for it."""
        ...


class Directory(Protocol):
    def by_write_key(self, key: str) -> SourceEntry | None:
        """The source that the key opens now; called once per request, so it must be as cheap as a dictionary."""
        ...

    def by_id(self, source_id: str) -> SourceEntry | None: ...

    def workspace(self, workspace_id: str) -> WorkspaceEntry | None: ...


class WorkspaceEntry(Protocol):
    """A workspace, as far as its doors are concerned."""

    @property
    def workspace_id(self) -> str: ...
    @property
    def allowed_origins(self) -> Sequence[str]:
        """Origins of the web pages that may read answers; none: every page may."""
        ...

    @property
    def identity_verification(self) -> str:
        """`off`, `observe` or `require`: what becomes of a user id that comes unsigned from a browser."""
        ...

    @property
    def identity_secrets(self) -> Sequence[bytes]:
        """The HMAC keys that user ids may be signed with."""
        ...


class CustomerDirectory(Protocol):
    def by_client_token(self, token: str) -> WorkspaceEntry | None: ...
    def by_id(self, source_id: str) -> SourceEntry | None: ...


class ApiKeyEntry(Protocol):
    """An API key, as far as the REST door is concerned."""

    @property
    def id(self) -> str: ...
    @property
    def workspace_id(self) -> str | None:
        """None: the installation's, of every workspace."""
        ...

    @property
    def scopes(self) -> Sequence[str]: ...


class ContentEntry(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def slug(self) -> str: ...


class RestDirectory(Protocol):
    def contents(self, workspace_id: str) -> Sequence[ContentEntry]:
        """Those that are not archived, by name."""
        ...

    def by_api_token(self, token: str) -> ApiKeyEntry | None: ...
    def by_write_key(self, key: str) -> SourceEntry | None: ...
    def by_id(self, source_id: str) -> SourceEntry | None: ...
    def workspaces(self) -> Sequence[WorkspaceEntry]:
        """Oldest first."""
        ...


class DoorSettings(msgspec.Struct, frozen=True, kw_only=True):
    public_url: str = ""
    """As clients reach the server, with scheme; '': as each client names it in its Host header."""
    scheme: str = "http"
    """How the server is reached when no public URL is set."""
    allowed_origins: tuple[str, ...] = ("*",)
    """Origins of the web pages that may read answers."""
    rate_limit_per_s: float = 0.0
    """Events per source and second; 0: no limit."""
    rate_limit_burst: float = 0.0
    """Events that a source may send at once after a pause; 0: ten seconds' worth."""
    notes_per_s: float = 20.0
    """Refused items per source and second that are kept for the debugger."""
    scripts: Path | None = None
    """Folder of the browser client's built files, and of the SDK's; None: not built in."""
    compatible: bool = True
    """Whether the SDK's scripts also stand where snippets written for Candu and Produktly look for them."""


class Durable(msgspec.Struct, frozen=True, kw_only=True):
    """`records` are encoded RawRecords: they must be on disk before `reply` is sent, all or none, in order.

    `count` is the number of events in them. `notes` are encoded RejectedNotes for the same journal.
    """

    records: list[bytes]
    count: int
    reply: Reply
    source_id: str
    workspace_id: str
    notes: list[bytes] = []


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is to be stored but `notes` (encoded RejectedNotes), and the reply need not wait for them."""

    reply: Reply
    source_id: str
    notes: list[bytes]


Decision = Reply | Durable | Refused
