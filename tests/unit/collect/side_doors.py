"""The doors of one process with two workspaces behind them, and the customer events that the tests send."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.base.http import Request
from headwater.collect.doors import Doors
from headwater.collect.model import Decision, DoorSettings
from tests.unit.collect.doors import BROWSER_KEY, DISABLED_KEY, KEY, Source, Time, Workspace

TOKEN = "tok1234567"
SHOP_TOKEN = "shop123456"
SHOP = "https://shop.example"
SECRETS = (b"first secret", "zweites Geheimnis ü".encode())
HOOK, CANDU_HOOK, SIGNED_HOOK, JS_HOOK = "h" * 32, "c" * 32, "s" * 32, "j" * 32
SECRET = "shared with Segment"
ADMIN, READER, OTHER, ALL, REST_KEY = "hw_admin", "hw_reader", "hw_other", "hw_all", "r" * 32
EVENTS = Source("ws_1.customer-events", platform="browser")
VIEW = {
    "id": "2b4a4d3e-8f0b-4a3c-9a55-3a1f0f3c7d11",
    "anonymousId": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    "userId": "user-1",
    "type": "Screen",
    "screenName": "candu.sdk.content",
    "context": {"locale": "en", "page": {"path": "/home"}},
    "sentAt": "2026-11-21T09:17:41.212Z",
    "properties": {"slug": "welcome", "contentId": "nrpHFcRlmW", "documentId": 32470, "segmentId": "Everyone"},
    "version": 2,
}


def signed(user_id: str, secret: bytes = SECRETS[0]) -> str:
    return hmac.new(secret, user_id.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class ApiKey:
    id: str
    workspace_id: str | None = "ws_1"
    scopes: tuple[str, ...] = ("admin",)


@dataclass(frozen=True)
class Inbound(Source):
    catalog: str = "http-api"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    name: str
    slug: str


class Directory:
    """Holds what it is given: sources by write key and by id, workspaces by client token."""

    def __init__(self, identity_verification: str = "off") -> None:
        self.by_key = {
            KEY: Source("src_1"),
            BROWSER_KEY: Source("src_2", platform="browser"),
            DISABLED_KEY: Source("src_3", enabled=False),
            REST_KEY: Source("ws_1.rest"),
        }
        self.by_token_text = {
            ADMIN: ApiKey("key_admin"),
            READER: ApiKey("key_reader", scopes=("data", "read")),
            OTHER: ApiKey("key_other", "ws_2"),
            ALL: ApiKey("key_installation", None),
        }
        self.by_source_id = {
            EVENTS.source_id: EVENTS,
            "ws_1.rest": Source("ws_1.rest"),
            "ws_2.rest": Source("ws_2.rest", "ws_2"),
            "ws_2.customer-events": Source("ws_2.customer-events", "ws_2", enabled=False, platform="browser"),
        }
        self.by_token = {
            TOKEN: Workspace("ws_1", (), identity_verification, SECRETS),
            SHOP_TOKEN: Workspace("ws_2", (SHOP,)),
        }

        self.content: dict[str, list[Content]] = {"ws_2": [Content("Theirs", "theirs")]}
        self.by_hook = {
            HOOK: Inbound("src_1"),
            CANDU_HOOK: Inbound("src_candu", catalog="candu"),
            SIGNED_HOOK: Inbound("src_signed", settings={"sharedSecret": SECRET}),
            JS_HOOK: Inbound("src_2", catalog="javascript", platform="browser"),
        }

    def contents(self, workspace_id: str) -> list[Content]:
        return self.content.get(workspace_id, [])

    def by_api_token(self, token: str) -> ApiKey | None:
        return self.by_token_text.get(token)

    def workspaces(self) -> list[Workspace]:
        return list(self.by_token.values())

    def by_inbound_key(self, key: str) -> Inbound | None:
        return self.by_hook.get(key)

    def by_write_key(self, key: str) -> Source | None:
        return self.by_key.get(key)

    def by_id(self, source_id: str) -> Source | None:
        return self.by_source_id.get(source_id)

    def workspace(self, workspace_id: str) -> Workspace | None:
        return next((one for one in self.by_token.values() if one.workspace_id == workspace_id), None)

    def by_client_token(self, token: str) -> Workspace | None:
        return self.by_token.get(token)


def make_doors(directory: Directory | None = None, clock: Time | None = None, **settings: Any) -> Doors:
    return Doors(
        directory=directory or Directory(),
        settings=DoorSettings(**settings),
        clock=clock or Time(),
        takes_webhooks=lambda slug: slug != "javascript",
    )


def send(
    doors: Doors, body: Any, *, token: str | None = TOKEN, path: str = "/api/events/batch", **headers: str
) -> Decision:
    """`body` is sent as it is when it is bytes, else as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    query = "" if token is None else f"token={token}"
    return ask(doors, "POST", path, query, sent, **headers)


def ask(doors: Doors, method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> Decision:
    wire = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    request = Request(method=method, path=path, query=query, headers=wire, body=body, peer="203.0.113.9")
    assert doors.owns(path)
    return doors.handle(request)
