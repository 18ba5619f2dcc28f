"""The events that are sent: all sixteen of the catalogues Candu and Produktly, with the context of a whole browser.

An event has 1.0 to 1.3 KB as JSON; its ids are its own. What is drawn is drawn from a seed, so that two runs send
the same.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from headwater.base.clock import iso
from headwater.catalog.load import load_catalog
from headwater.catalog.model import EventSpec, PropertySpec

SLUGS = ("candu", "produktly")
_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36"
)
_PLACES = ("reports/weekly", "settings/members", "boards/42/edit", "onboarding/start")
_WORDS = ("Welcome", "Reports", "Invite your team", "Connect a source", "Product update", "Share a board")


class Bodies:
    """`slugs`: whose events, in turn. Every event is another one's: its person, its ids, its page."""

    def __init__(self, slugs: tuple[str, ...] = SLUGS, *, seed: int = 7) -> None:
        catalog = load_catalog()
        self._random = random.Random(seed)
        self.specs = [(slug, event) for slug in slugs for event in catalog.source(slug).events]

    def events(self) -> Iterator[dict[str, Any]]:
        """Without end, the types in turn."""
        while True:
            for _, spec in self.specs:
                yield self._event(spec)

    def singles(self, count: int) -> list[tuple[str, bytes]]:
        """(path, JSON) of requests with one event each."""
        return [(f"/v1/{event['type']}", encoded(event)) for event, _ in zip(self.events(), range(count), strict=False)]

    def batches(self, count: int, size: int) -> list[tuple[str, bytes]]:
        """(path, JSON) of requests with `size` events each."""
        events = self.events()
        return [("/v1/batch", encoded({"batch": [next(events) for _ in range(size)]})) for _ in range(count)]

    def _event(self, spec: EventSpec) -> dict[str, Any]:
        draw = self._random
        at = iso(datetime.now(UTC))
        person = draw.randrange(100_000)
        return {
            "type": spec.call,
            "event" if spec.call == "track" else "name": spec.name,
            "messageId": f"ajs-next-{int(draw.random() * 1e13):013d}-{uuid.UUID(int=draw.getrandbits(128))}",
            "userId": f"user-{person}",
            "anonymousId": str(uuid.UUID(int=person)),
            "timestamp": at,
            "properties": self._values(spec.properties),
            "context": self._context(),
            "integrations": {"All": True},
        }

    def _values(self, specs: tuple[PropertySpec, ...]) -> dict[str, Any]:
        return {spec.name: self._value(spec) for spec in specs}

    def _value(self, spec: PropertySpec) -> Any:
        draw = self._random
        match spec.type:
            case "integer":
                return draw.randrange(1, 5000)
            case "number":
                return round(draw.random() * 100, 2)
            case "boolean":
                return draw.random() < 0.5
            case "datetime":
                return iso(datetime.now(UTC))
            case "object":
                return self._values(spec.properties)
            case "array":
                return draw.sample(_WORDS, 2)
            case _:
                return draw.choice(_WORDS)

    def _context(self) -> dict[str, Any]:
        draw = self._random
        path = f"/app/{draw.choice(_PLACES)}"
        return {
            "page": {
                "path": path,
                "referrer": "https://app.example.com/home",
                "search": f"?tab={draw.randrange(10)}",
                "title": "Boards and reports - Example",
                "url": f"https://app.example.com{path}",
            },
            "userAgent": _AGENT,
            "userAgentData": {
                "brands": [{"brand": "Chromium", "version": "142"}, {"brand": "Not_A Brand", "version": "99"}],
                "mobile": False,
                "platform": "macOS",
            },
            "locale": draw.choice(("en-US", "de-DE", "fr-FR")),
            "timezone": "Europe/Berlin",
            "screen": {"width": 1728, "height": 1117, "density": 2},
            "campaign": {"name": "autumn", "source": "newsletter", "medium": "email", "content": "header-button"},
            "referrer": {"type": "search", "name": "example", "url": "https://search.example.com/?q=boards"},
            "library": {"name": "analytics.js", "version": "npm:next-1.81.0"},
        }


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
