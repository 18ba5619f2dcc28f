"""What every client is asked to say, once in one form; each driver turns it into calls of its client."""

from __future__ import annotations

from typing import Any

USER = "user-7"
ANONYMOUS = "anonymous-7"
ACCOUNT = "account-3"
WHEN = "2026-03-04T09:15:00.250+00:00"

_BOTH = {"userId": USER, "anonymousId": ANONYMOUS}

EVERY_CALL: list[dict[str, Any]] = [
    {"call": "identify", "anonymousId": ANONYMOUS, "traits": {"plan": "trial"}},
    {"call": "identify", **_BOTH, "traits": {"email": "seven@example.com", "plan": "pro", "logins": 5}},
    {"call": "identify", "userId": USER, "traits": {"plan": "scale", "address": {"city": "Zürich"}}},
    {
        "call": "track",
        **_BOTH,
        "event": "Order Completed",
        "timestamp": WHEN,
        "properties": {"total": 12.5, "quantity": 3, "first": True, "product": {"sku": "A-1"}, "tags": ["a", "b"]},
    },
    {"call": "track", "anonymousId": ANONYMOUS, "event": "Order Completed", "properties": {"total": 1.25}},
    {"call": "page", **_BOTH, "category": "Docs", "name": "Setup", "properties": {"path": "/setup"}},
    {"call": "screen", **_BOTH, "name": "Home", "properties": {"tab": "new"}},
    {"call": "group", **_BOTH, "groupId": ACCOUNT, "traits": {"name": "Acme", "employees": 12}},
    {"call": "alias", "previousId": ANONYMOUS, "userId": USER},
]


def views(count: int) -> list[dict[str, Any]]:
    """So many tracks, `n` running from 0."""
    return [
        {
            "call": "track",
            "userId": f"user-{number % 50}",
            "anonymousId": f"anonymous-{number % 50}",
            "event": "Item Viewed",
            "properties": {"n": number, "text": "é" * 40},
        }
        for number in range(count)
    ]
