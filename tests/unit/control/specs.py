"""Catalogue entries for tests, made by hand so that they do not move with the bundled ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater.base.outgoing import Job, Outgoing
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.model import Maintainer, SettingSpec, SourceSpec


def source_spec(slug: str = "tool", **changes: Any) -> SourceSpec:
    fields: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "kind": "event cloud",
        "status": "public",
        "maintainer": Maintainer(name="Tool"),
        "categories": ("Analytics",),
        "regions": ("us", "eu"),
        "platform": "server",
        "description": "Sends events.",
        "docs": "https://example.com",
        "setup": ("Copy {write_key}.",),
    }
    return SourceSpec(**{**fields, **changes})


CANDU = source_spec("candu", regions=("us",))
SETTINGS = (
    SettingSpec(name="apiSecret", type="string", label="Secret", description="Signs.", secret=True),
    SettingSpec(name="level", type="string", label="Level", description="How much.", choices=("low", "high")),
    SettingSpec(name="sampleRate", type="number", label="Rate", description="Share.", default=1),
    SettingSpec(name="site", type="string", label="Site", description="Where.", required=True),
    SettingSpec(name="strict", type="boolean", label="Strict", description="Refuse."),
    SettingSpec(name="days", type="integer", label="Days", description="How long."),
)
WITH_SETTINGS = source_spec("picky", settings=SETTINGS)


def _no_requests(_jobs: Sequence[Job], _settings: Mapping[str, Any]) -> list[Outgoing]:
    return []


def destination_spec(slug: str = "sink", **changes: Any) -> DestinationSpec:
    fields: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "status": "public",
        "maintainer": Maintainer(name="Tool"),
        "categories": ("Analytics",),
        "description": "Takes events.",
        "docs": "https://example.com",
        "setup": (),
        "requests": _no_requests,
        "verified": "",
        "integration": slug.title(),
        "settings": (
            SettingSpec(name="url", type="string", label="URL", description="Where.", required=True),
            SettingSpec(name="token", type="string", label="Token", description="Opens.", secret=True),
            SettingSpec(name="size", type="integer", label="Size", description="How much.", default=10),
        ),
        "mapping": {"email": "traits.email"},
    }
    return DestinationSpec(**{**fields, **changes})
