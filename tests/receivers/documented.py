"""Services as their documentation has them: they check what comes, keep what they would keep, and answer as they do.

Each is a behaviour for a `Receiver`: `Receiver(then=SegmentService("key"))`. Where a service takes what it then loses,
this one does, too, and `lost` says why.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from tests.receivers.behaviours import answer
from tests.receivers.receiver import Exchange, Request
from tests.receivers.slack_limits import check_message


class Refusal(Exception):
    """The status and the body of an answer that is no 2xx."""

    def __init__(self, status: int, body: Any, *headers: tuple[str, str]) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class Service(ABC):
    """`kept` is what arrived, in order; `lost` has (why, what) of what was answered well and not kept."""

    kind = "application/json"

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.lost: list[tuple[str, Any]] = []
        self._next: list[Refusal] = []

    def refuse(self, *refusals: Refusal) -> None:
        """The next requests are answered so, whatever they hold."""
        self._next += refusals

    def __call__(self, exchange: Exchange) -> bool:
        try:
            if self._next:
                raise self._next.pop(0)
            status, body, headers = 200, self.take(exchange.request), ()
        except Refusal as refusal:
            status, body, headers = refusal.status, refusal.body, refusal.headers
        text = body if isinstance(body, str) else json.dumps(body)
        return answer(status, text.encode(), [("Content-Type", self.kind), *headers])(exchange)

    @abstractmethod
    def take(self, request: Request) -> Any:
        """The body of the 200; raises Refusal."""


def _json(request: Request, refusal: Refusal) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise refusal from None


def _posted(request: Request, path: str) -> bool:
    kind = request.header("Content-Type") or ""
    return request.method == "POST" and request.target == path and kind.partition(";")[0] == "application/json"


def _is_text(value: Any, most: int = 10_000) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _is_uuid(value: Any) -> bool:
    try:
        return str(uuid.UUID(value)) == value
    except (TypeError, ValueError, AttributeError):
        return False


def _basic_user(request: Request) -> str:
    """The user of a Basic header; a key without its colon is taken for one, as older clients send it."""
    scheme, _, value = (request.header("Authorization") or "").partition(" ")
    try:
        decoded = base64.b64decode(value, validate=True).decode() if scheme == "Basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    return decoded.partition(":")[0]


class SegmentService(Service):
    """The Tracking API: 200 to unknown keys and to events that fail on ingest, 400 to what is too large or no JSON."""

    MAX_EVENT_BYTES, MAX_BATCH_BYTES, MAX_BATCH_EVENTS = 32 * 1024, 500_000, 2_500
    CALLS = ("identify", "track", "page", "screen", "group", "alias")

    def __init__(self, write_key: str) -> None:
        super().__init__()
        self._write_key = write_key

    def take(self, request: Request) -> Any:
        call = next((each for each in (*self.CALLS, "batch") if _posted(request, f"/v1/{each}")), None)
        if call is None:
            raise Refusal(404, {"code": "not_found", "message": "no such path"})
        body = _json(request, self._bad("malformed JSON"))
        if len(request.body) > (self.MAX_BATCH_BYTES if call == "batch" else self.MAX_EVENT_BYTES):
            raise self._bad("payload too large")
        key = body.get("writeKey") or _basic_user(request)
        if len(key) < 8:
            raise self._bad("malformed write key")
        items = body["batch"] if call == "batch" else [{**body, "type": call}]
        if any(len(_compact(item)) > self.MAX_EVENT_BYTES for item in items):
            raise self._bad("event too large")
        for item in items:
            self._keep(item, key, len(items))
        return {"success": True}

    def _keep(self, item: dict[str, Any], key: str, count: int) -> None:
        if key != self._write_key:
            self.lost.append(("unknown write key", item))
        elif count > self.MAX_BATCH_EVENTS:
            self.lost.append(("too many events in a batch", item))
        elif faults := list(self._faults(item)):
            self.lost.append((", ".join(faults), item))
        else:
            self.kept.append(item)

    def _faults(self, item: dict[str, Any]) -> Iterator[str]:
        if item.get("type") not in self.CALLS:
            yield "type"
        if not (_is_text(item.get("userId")) or _is_text(item.get("anonymousId"))):
            yield "no_user_anon_id"
        if item.get("type") == "track" and not _is_text(item.get("event")):
            yield "event_not_defined"
        if item.get("type") == "group" and not _is_text(item.get("groupId")):
            yield "id_required"
        if not _is_text(item.get("messageId"), 100):
            yield "messageId"
        if not _is_time(item.get("timestamp")):
            yield "timestamp"
        for part in ("properties", "traits", "context", "integrations"):
            if not isinstance(item.get(part, {}), dict):
                yield f"{part}_not_object"

    @staticmethod
    def _bad(message: str) -> Refusal:
        return Refusal(400, {"code": "bad_request", "message": message})


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def too_many(seconds: int) -> Refusal:
    """The answer to more than a service wants."""
    wait = str(seconds)
    return Refusal(429, {"code": "too_many_requests"}, ("Retry-After", wait), ("X-RateLimit-Reset", wait))


class SlackService(Service):
    """An incoming webhook at `path`; answers are plain text. `revoke` and `archive` are what happens to webhooks."""

    kind = "text/plain"
    revoke = Refusal(404, "no_service")
    archive = Refusal(410, "channel_is_archived")
    too_many = Refusal(429, "rate_limited", ("Retry-After", "1"))

    def __init__(self, path: str = "/services/T000/B000/secret") -> None:
        super().__init__()
        self.path = path

    def take(self, request: Request) -> Any:
        if request.target.rpartition("/")[0] != self.path.rpartition("/")[0]:
            raise Refusal(404, "no_team")
        if not _posted(request, self.path):
            raise Refusal(403, "invalid_token")
        message = _json(request, Refusal(400, "invalid_payload"))
        if not isinstance(message, dict):
            raise Refusal(400, "invalid_payload")
        if not message.get("text") and not message.get("blocks"):
            raise Refusal(400, "no_text")
        try:
            check_message(message)
        except Exception as error:
            self.lost.append((repr(error), message))
            raise Refusal(400, "invalid_blocks") from None
        self.kept.append(message)
        return "ok"


_RESERVED: Final = {
    "$identify": ("$set",),
    "$groupidentify": ("$group_type", "$group_key", "$group_set"),
    "$screen": ("$screen_name",),
    "$create_alias": ("alias",),
}


class PostHogService(Service):
    """The batch endpoint. 401 to another key; an event that is none is left out of a batch that is answered well."""

    def __init__(self, api_key: str) -> None:
        super().__init__()
        self._api_key = api_key

    def take(self, request: Request) -> Any:
        if not _posted(request, "/batch/"):
            raise Refusal(404, {"detail": "Not found."})
        body = _json(request, self._invalid("Malformed request data"))
        if not isinstance(body, dict) or not isinstance(body.get("batch"), list):
            raise self._invalid("Malformed request data")
        if body.get("api_key") != self._api_key:
            fault = {"type": "authentication_error", "code": "invalid_api_key", "detail": "Project API key invalid."}
            raise Refusal(401, fault)
        for item in body["batch"]:
            if faults := list(self._faults(item)):
                self.lost.append((", ".join(faults), item))
            else:
                self.kept.append(item)
        return {"status": "Ok"}

    def _faults(self, item: dict[str, Any]) -> Iterator[str]:
        properties = item.get("properties")
        if not isinstance(properties, dict):
            yield "properties"
            return
        if not _is_text(item.get("event"), 200):
            yield "event"
        if not _is_text(item.get("distinct_id", properties.get("distinct_id")), 200):
            yield "distinct_id"
        if not _is_time(item.get("timestamp")):
            yield "timestamp"
        if not _is_uuid(item.get("uuid")):
            yield "uuid"
        for name in _RESERVED.get(item.get("event", ""), ()):
            if name not in properties:
                yield name

    @staticmethod
    def _invalid(detail: str) -> Refusal:
        return Refusal(400, {"type": "validation_error", "code": "invalid_payload", "detail": detail})


_NEEDS: Final[dict[str, dict[str, Callable[[Any], bool]]]] = {
    "identify": {"userId": _is_text, "traits": lambda value: isinstance(value, dict)},
    "track": {"userId": _is_text, "event": _is_text},
    "page": {"userId": _is_text, "name": lambda value: isinstance(value, str)},
    "screen": {"userId": _is_text, "name": lambda value: isinstance(value, str)},
    "group": {"groupId": _is_text},
}


class CanduService(Service):
    """The REST door: one object or a list of them, the key as Bearer or Basic; 401 without, 400 with what is wrong."""

    def __init__(self, api_key: str) -> None:
        super().__init__()
        self._api_key = api_key

    def take(self, request: Request) -> Any:
        if not _posted(request, "/api/eventWebhook"):
            raise Refusal(404, {"success": False})
        if f"Bearer {self._api_key}" != request.header("Authorization") and _basic_user(request) != self._api_key:
            raise Refusal(401, {"success": False, "message": "Unauthorized"})
        body = _json(request, Refusal(400, {"success": False, "message": "malformed JSON"}))
        items = body if isinstance(body, list) else [body]
        if faults := [fault for item in items for fault in self._faults(item)]:
            raise Refusal(400, {"success": False, "errors": faults})
        self.kept += items
        return {"success": True}

    def _faults(self, item: dict[str, Any]) -> Iterator[str]:
        needs = _NEEDS.get(item.get("type", ""))
        if needs is None:
            yield "type"
            return
        yield from (key for key, holds in needs.items() if not holds(item.get(key)))
        if not _is_time(item.get("timestamp")):
            yield "timestamp"
