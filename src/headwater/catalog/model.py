"""What a catalogue entry can say. The field names here are the keys of `sources/*.toml`; there is no other list.

`check.py` walks these types to name a wrong key, `load.py` fills them, `docs.py` and `to_wire` show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, get_args

import msgspec

PropertyType = Literal["string", "integer", "number", "boolean", "datetime", "object", "array", "any"]
SettingType = Literal["string", "integer", "number", "boolean"]
SourceKind = Literal["event cloud", "website", "mobile", "server"]
SourceStatus = Literal["public", "beta"]
Region = Literal["us", "eu"]
Platform = Literal["browser", "server"]
EventCall = Literal["track", "screen", "page", "identify", "group"]

REGIONS: Final[tuple[Region, ...]] = get_args(Region)

SHARED_SECRET: Final = "sharedSecret"  # noqa: S105 (the name of a setting)
"""The setting of a source that its webhooks must be signed with, when it is set."""

SETUP_WORDS: Final[Mapping[str, str]] = {
    "write_key": "the write key",
    "public_url": "the address of this server",
    "schema": "the schema of the source",
    "label": "the label of the source",
}
"""Placeholders a set-up step may hold (`{write_key}`), with the words that stand in until a source exists."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

FlatProperty = tuple[tuple[str, ...], PropertyType, str]
"""The way to a property (`("metadata", "stepIndex")`), its type, its meaning."""


class PropertySpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One property (of an identify or group: one trait).

    `ours`: the tool names the property and leaves its type open; the type is headwater's reading.
    `required = false`: the tool sends it only sometimes. `properties`: what an object holds; without them an
    object may hold anything.
    """

    name: str
    type: PropertyType
    description: str
    ours: bool = False
    required: bool = True
    properties: tuple[PropertySpec, ...] = ()

    def flat(self, above: tuple[str, ...] = ()) -> Iterator[FlatProperty]:
        way = (*above, self.name)
        if self.properties:
            for inner in self.properties:
                yield from inner.flat(way)
        else:
            yield way, self.type, self.description


class EventSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One collection: `name` is a track's event or a page's or screen's name, spelt exactly as it is sent.

    For `identify` and `group` the name is a heading and the properties are traits.
    """

    name: str
    call: EventCall
    description: str
    properties: tuple[PropertySpec, ...] = ()

    def flat_properties(self) -> list[FlatProperty]:
        """The leaves, in the order of the file: an object with declared properties stands for these."""
        return [leaf for spec in self.properties for leaf in spec.flat()]


class SettingSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of the Add Source form. `secret`: write-only, sealed at rest, masked in answers."""

    name: str
    type: SettingType
    label: str
    description: str
    required: bool = False
    default: str | int | float | bool | None = None
    secret: bool = False
    choices: tuple[str, ...] = ()


class Maintainer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers for what the source sends; `contact` is an e-mail address or a URL, '' when there is none."""

    name: str
    contact: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call and what becomes of it.

    `body` is a whole Tracking API body with its `type` (what one item of a batch is). `row` holds columns that
    the row in `table` must have, values in their JSON form; columns that it leaves out are not looked at.
    """

    title: str
    body: dict[str, Any]
    table: str
    row: dict[str, Any]


class SourceSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source as the catalogue shows it. `related` is the slug of the destination of the same tool.

    `inbound`: its events may also come as webhooks, to an address of the source's own. `setup_to_add`: so many of the
    first set-up steps add the source; where one has been added, they are not shown again.
    No `events`: the source may send anything, and nothing it sends is a violation.
    """

    slug: str
    name: str
    kind: SourceKind
    status: SourceStatus
    maintainer: Maintainer
    categories: tuple[str, ...]
    regions: tuple[Region, ...]
    platform: Platform
    description: str
    docs: str
    setup: tuple[str, ...]
    status_note: str = ""
    related: str | None = None
    feeds_profiles: bool = True
    inbound: bool = False
    setup_to_add: int = 0
    settings: tuple[SettingSpec, ...] = ()
    events: tuple[EventSpec, ...] = ()
    examples: tuple[Example, ...] = ()

    def event(self, name: str) -> EventSpec | None:
        """The declared event of exactly this name."""
        return next((event for event in self.events if event.name == name), None)

    def region_refusal(self, region: str) -> str | None:
        """Why a workspace of this region cannot connect the source; None when it can."""
        return region_refusal(self.name, self.regions, region)

    def setup_steps(self, values: Mapping[str, str] | None = None) -> list[str]:
        """The set-up steps with their placeholders filled, from `values` first, else by plain words."""
        words = {**SETUP_WORDS, **(values or {})}
        return [_PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), step) for step in self.setup]


def region_refusal(name: str, regions: Sequence[Region], region: str) -> str | None:
    """Why a workspace of this region cannot connect a tool of that name; None when it can."""
    if region in regions:
        return None
    return (
        f"{name} is supported in workspaces of region {' and '.join(regions)} only, and this workspace is in "
        f"{region}. The region is fixed when a workspace is created; nothing was created."
    )


def placeholders(step: str) -> list[str]:
    """The names between braces in a set-up step."""
    return _PLACEHOLDER.findall(step)


def to_wire(spec: SourceSpec, values: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The catalogue API's JSON of a source; `values` fill the set-up steps (`write_key`, `public_url`, …)."""
    return {
        "slug": spec.slug,
        "name": spec.name,
        "kind": spec.kind,
        "status": spec.status,
        "statusNote": spec.status_note,
        "maintainer": {"name": spec.maintainer.name, "contact": spec.maintainer.contact},
        "categories": list(spec.categories),
        "regions": list(spec.regions),
        "platform": spec.platform,
        "description": spec.description,
        "docs": spec.docs,
        "related": spec.related,
        "feedsProfiles": spec.feeds_profiles,
        "inbound": spec.inbound,
        "setup": spec.setup_steps(values),
        "setupToAdd": spec.setup_to_add,
        "settings": [setting_to_wire(setting) for setting in spec.settings],
        "events": [_event_to_wire(event) for event in spec.events],
    }


def _event_to_wire(event: EventSpec) -> dict[str, Any]:
    return {
        "name": event.name,
        "call": event.call,
        "description": event.description,
        "properties": [_property_to_wire(spec) for spec in event.properties],
    }


def _property_to_wire(spec: PropertySpec) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "name": spec.name,
        "type": spec.type,
        "description": spec.description,
        "ours": spec.ours,
        "required": spec.required,
    }
    if spec.properties:
        wire["properties"] = [_property_to_wire(inner) for inner in spec.properties]
    return wire


def setting_to_wire(setting: SettingSpec) -> dict[str, Any]:
    """A field of a form, as the catalogue API shows it."""
    return {
        "name": setting.name,
        "type": setting.type,
        "label": setting.label,
        "description": setting.description,
        "required": setting.required,
        "default": setting.default,
        "secret": setting.secret,
        "choices": list(setting.choices),
    }
