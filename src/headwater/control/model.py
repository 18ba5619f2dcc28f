"""What a workspace, a source, a connection, a key and a session are, as values. Times are ISO 8601 with `Z`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

from headwater.catalog.model import Platform, Region

IdentityVerification = Literal["off", "observe", "require"]
Scope = Literal["admin", "data", "read"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
"""admin may do everything in its workspace; data reads what events carry; read sees settings and figures.

Each includes those after it.
"""

BUILTIN_SOURCES: Final = {"customer-events": "customer_events", "rest": "rest", "segments": "segments"}
"""Slug → schema of the sources that every workspace has from its beginning and nobody can delete."""

MASK: Final = "********"
"""Stands where a secret is. Sent back unchanged, it leaves the secret as it is."""


ConnectionKind = Literal["webhook", "destination", "integration"]
Topic = Literal["content.view", "content.interaction", "form.submission", "experiment.impression"]


class Filters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """Which events a connection takes; None: that does not matter. All that is given must hold.

    `content_ids`: the event is about one of these contents. `event_names`: a track's event, a page's or screen's name,
    or an interaction's label is one of these; on a webhook such a named event needs no topic. `calls`: call kinds.
    """

    content_ids: tuple[str, ...] | None = None
    event_names: tuple[str, ...] | None = None
    calls: tuple[str, ...] | None = None


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """`client_token` is the newest of `client_tokens`; the older ones stay valid until they are removed."""

    id: str
    name: str
    region: Region
    client_token: str
    client_tokens: tuple[str, ...]
    allowed_origins: tuple[str, ...] = ()
    identity_verification: IdentityVerification = "off"
    segment_anonymous: bool = False
    created_at: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """`schema` never changes; `write_keys` are oldest first and all of them valid; secret settings are masked."""

    id: str
    workspace_id: str
    catalog: str
    name: str
    schema: str
    enabled: bool
    feeds_profiles: bool
    platform: Platform
    write_keys: tuple[str, ...]
    inbound_key: str
    settings: dict[str, Any]
    builtin: bool
    created_at: str


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Something that events are sent to: a webhook, a destination of the catalogue, or a sending integration.

    `catalog` is the destination's slug (a webhook's is `webhook` for format default, `slack` for format slack);
    secret settings are masked. `source_ids` are stored ids; empty: for a webhook the customer-event doors, for others
    nothing. `topics` and `filters` say which events; `mapping` is the user's own over the destination's.
    `schedule_s` (retry delays), `per_second` and `ordered` override the defaults. `enabled` False: events are recorded
    as skipped; `disabled_reason` says why, '' when a person did it. `paused`: events wait.
    """

    id: str
    workspace_id: str
    kind: ConnectionKind
    catalog: str
    name: str
    enabled: bool
    disabled_reason: str
    paused: bool
    settings: dict[str, Any]
    source_ids: tuple[str, ...]
    topics: tuple[str, ...]
    filters: Filters
    mapping: dict[str, str]
    schedule_s: tuple[float, ...] | None
    per_second: float | None
    ordered: bool
    created_at: str


class ConnectionFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller says of a connection; what is unset stays as it is, or as it is by default.

    `settings` that are not named keep their value. `source_ids` may name built-in sources by their slug.
    `schedule_s` and `per_second` None: back to the destination's own.
    """

    name: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    settings: Mapping[str, Any] | UnsetType = UNSET
    source_ids: Sequence[str] | UnsetType = UNSET
    topics: Sequence[str] | UnsetType = UNSET
    filters: Filters | UnsetType = UNSET
    mapping: Mapping[str, str] | UnsetType = UNSET
    schedule_s: Sequence[float] | UnsetType | None = UNSET
    per_second: float | UnsetType | None = UNSET
    ordered: bool | UnsetType = UNSET


class SigningSecret(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is `whsec_` and base64; `expires_at` None: it is the newest, which has no end."""

    secret: str
    created_at: str
    expires_at: str | None


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """People who belong together by a rule (`base.rules`). `announce_members`: those who are in it when it is made, or
    when its rule changes, are announced as if they had just come in."""

    id: str
    workspace_id: str
    name: str
    rule: dict[str, Any]
    announce_members: bool
    created_at: str
    updated_at: str


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """No `workspace_id`: the installation's token. `prefix` is how the key begins; the rest is stored nowhere."""

    id: str
    workspace_id: str | None
    name: str
    scopes: tuple[Scope, ...]
    prefix: str
    created_at: str
    last_used_at: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser. `workspace_id` None: it may pick any workspace of the installation.

    `name`: who says to sit at it; empty as long as nobody has said so.
    """

    id: str
    workspace_id: str | None
    name: str
    scopes: tuple[Scope, ...]
    expires_at: str


class SignInLink(msgspec.Struct, frozen=True, kw_only=True):
    """`token` is shown once and opens one session before `expires_at`."""

    token: str
    workspace_id: str | None
    expires_at: str


class IdentitySecret(msgspec.Struct, frozen=True, kw_only=True):
    """An HMAC key for signed user ids; `sealed` is its ciphertext."""

    id: str
    workspace_id: str
    name: str
    sealed: str
    created_at: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to which thing, when. `detail` never holds a secret."""

    id: int
    workspace_id: str | None
    at: str
    actor: str
    action: str
    target: str
    detail: dict[str, Any]


def builtin_id(workspace_id: str, slug: str) -> str:
    """The id of a workspace's built-in source: unique over all workspaces, and its slug can be read off it."""
    return f"{workspace_id}.{slug}"


def public_id(source_id: str) -> str:
    """The id as a workspace's own callers see it: built-in sources go by their slug."""
    return source_id.rpartition(".")[2]


def integration_id(workspace_id: str, slug: str) -> str:
    """The id of a workspace's one connection to this sending integration: the same after it was made anew."""
    return f"{workspace_id}.{slug}"


def source_id_of(workspace_id: str, given: str) -> str:
    """The stored id of what a caller named, be it a built-in's slug or an id."""
    return builtin_id(workspace_id, given) if given in BUILTIN_SOURCES else given
