"""Slack's incoming webhooks: one message an event, laid out by its topic, within Slack's limits.

What users wrote can neither mention anybody nor become a link: it is escaped, told verbatim, and cut to size. Sizes
are counted in UTF-16 units, which is never less than what Slack counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base import topics
from headwater.base.envelope import envelope_type
from headwater.base.event import CleanEvent
from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.base.parts import opened
from headwater.catalog.destination import DestinationExample, DestinationSpec, Limits, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec

TEXT: Final = 3_000
"""Of the message's `text` and of a section; Slack takes 3,000 in a section."""
HEADER: Final = 150
FIELD: Final = 2_000
FIELDS: Final = 10
CONTEXT: Final = 2_000
SECTIONS: Final = 5
ALL_FIELDS: Final = 12_000
"""Of all fields of a message together: longer messages are refused as a whole."""

_LABEL: Final = 200
_ESCAPED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ZERO_WIDTH: Final = "\u200b"

Rows = list[tuple[str, Any]]
Layout = tuple[str, str, Rows]
"""The header, the sentence, and what stands below it as label and value."""


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    return [HttpRequest(url=settings.get("url") or "", body=_body(job), jobs=(job.id,)) for job in jobs]


def _body(job: Job) -> bytes:
    event = job.event
    who = _said(job.mapped.get("who", "")) or "Somebody"
    header, sentence, rows = _layout(event, job.topic, who)
    sections, left_out = _sections(rows)
    blocks = [
        {"type": "header", "text": _plain(header, HEADER)},
        {"type": "section", "text": _plain(sentence, TEXT)},
        *sections,
        {"type": "context", "elements": [_marked(_cut(_foot(event, left_out), CONTEXT))]},
    ]
    return msgspec.json.encode({"text": _cut(_harmless(sentence), TEXT), "blocks": blocks})


# What is said


def _layout(event: CleanEvent, topic: str | None, who: str) -> Layout:
    found = opened(event.properties)
    properties: dict[str, Any] = found if isinstance(found, dict) else {}
    match topic or topics.topic_of(event):
        case topics.VIEW:
            return _view(properties, who)
        case topics.INTERACTION:
            return _interaction(properties, who)
        case topics.FORM:
            return _form(event, properties, who)
        case topics.IMPRESSION:
            return _impression(properties, who)
        case _:
            return _other(event, properties, who)


def _view(properties: dict[str, Any], who: str) -> Layout:
    content = _said(properties.get("slug") or properties.get("contentId")) or "a piece of content"
    rows = _rows(properties, {"Content": "contentId", "Document": "documentId", "Segment": "segmentId"})
    return "Content view", f"{who} saw {content}", [*rows, *_rows(properties, {"Version": "versionId"})]


def _interaction(properties: dict[str, Any], who: str) -> Layout:
    label = _said(properties.get("eventName")) or "an interaction"
    keys = {"Trigger": "trigger", "Category": "category", "Content": "contentId", "Document": "documentId"}
    rows = _rows(properties, {**keys, "Segment": "segmentId", "Version": "versionId"})
    return "Content interaction", f"{who}: {label}", rows


def _form(event: CleanEvent, properties: dict[str, Any], who: str) -> Layout:
    name = _said(properties.get("formName")) or (event.event or "").removesuffix("_responded") or "a form"
    told = {"formName", "formId", "formResponseId"}
    answers = [(key.removeprefix(f"{name}_") or key, value) for key, value in properties.items() if key not in told]
    return "Form submission", f"{who} answered {name}", answers


def _impression(properties: dict[str, Any], who: str) -> Layout:
    variant = _said(properties.get("variantId")) or "a variant"
    experiment = _said(properties.get("experimentId")) or "an experiment"
    rows = _rows(properties, {"Content": "slug", "Content id": "contentId", "Segment": "segmentId"})
    return "Experiment impression", f"{who} saw {variant} of {experiment}", rows


def _other(event: CleanEvent, properties: dict[str, Any], who: str) -> Layout:
    traits = opened(event.traits)
    rows = list({**(traits if isinstance(traits, dict) else {}), **properties}.items())
    kind = envelope_type(event)
    match event.type:
        case "track":
            return kind, f"{who} did {event.event or 'something'}", rows
        case "page" | "screen":
            return kind, f"{who} saw the {event.type} {event.name or ''}".rstrip(), rows
        case "group":
            return kind, f"{who} belongs to {event.group_id or 'a group'}", rows
        case "alias":
            return kind, f"{event.previous_id or 'Somebody'} is now {who}", rows
        case "identify":
            return kind, f"{who} was identified", rows


def _rows(properties: dict[str, Any], keys: Mapping[str, str]) -> Rows:
    return [(label, properties[key]) for label, key in keys.items() if properties.get(key) not in (None, "")]


def _foot(event: CleanEvent, left_out: int) -> str:
    context = opened(event.context)
    page = context.get("page") if isinstance(context, dict) else None
    url = _said(page.get("url")) if isinstance(page, dict) else ""
    more = f"{left_out} more not shown" if left_out else ""
    return "  ·  ".join(part for part in (event.timestamp, url, event.user_id, more) if part)


def _said(value: Any) -> str:
    """A value as one reads it: texts as they are, lists of texts by commas, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return msgspec.json.encode(value).decode()


# How it is laid out


def _sections(rows: Iterable[tuple[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Sections of at most ten fields, and how many rows had no room."""
    fields: list[dict[str, Any]] = []
    room, left_out = ALL_FIELDS, 0
    for label, value in rows:
        text = f"*{_cut(_label(label), _LABEL)}*\n"
        text += _cut(_said(value) or "–", FIELD - _units(text))
        if left_out or len(fields) == FIELDS * SECTIONS or _units(text) > room:
            left_out += 1
            continue
        room -= _units(text)
        fields.append(_marked(text))
    return [{"type": "section", "fields": group} for group in _groups(fields)], left_out


def _groups(fields: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(fields), FIELDS):
        yield fields[start : start + FIELDS]


def _label(text: str) -> str:
    """Without what would end its bold letters."""
    return " ".join(text.replace("*", "∗").split()) or "–"


def _marked(text: str) -> dict[str, Any]:
    """`verbatim`: addresses and names in it do not become links."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str, units: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _cut(text, units), "emoji": False}


def _harmless(text: str) -> str:
    """For `text`, which Slack reads with links and names: `@channel` and addresses fall apart, and look the same."""
    return text.replace("@", f"@{_ZERO_WIDTH}").replace("://", f":{_ZERO_WIDTH}//")


def _cut(text: str, units: int) -> str:
    """Escaped, and at most so many UTF-16 units long, with an ellipsis where something was cut. Never empty."""
    escaped = [_ESCAPED.get(character, character) for character in text.strip()] or ["–"]
    if sum(map(_units, escaped)) <= units:
        return "".join(escaped)
    kept, room = [], units - 1
    for piece in escaped:
        room -= _units(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def _units(text: str) -> int:
    """UTF-16 units: an astral character counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


_VIEW: Final[dict[str, Any]] = {
    "messageId": "example-slack-view",
    "type": "screen",
    "name": "candu.sdk.content",
    "userId": "user-42",
    "context": {"page": {"url": "https://app.example.com/"}},
    "properties": {
        "versionId": "6f1ed002ab5595859014ebf0951522d9",
        "segmentId": "Everyone",
        "slug": "onboarding",
        "contentId": "nBz41kQpXw",
        "documentId": 3107,
    },
}
_URL: Final = "https://hooks.slack.com/services/T000/B000/example"


def _field(label: str, value: str) -> dict[str, Any]:
    return _marked(f"*{label}*\n{value}")


SPEC: Final = DestinationSpec(
    slug="slack",
    name="Slack",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Messaging",),
    description=(
        "Posts a message a person can read to a Slack channel, by an incoming webhook. Views, interactions, form "
        "submissions and experiment impressions each have a layout of their own; any other event is told by its name "
        "and what it holds."
    ),
    docs="https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/",
    setup=(
        "In Slack make an app with Incoming Webhooks on, and add a webhook to the channel that is to get the messages.",
        "Copy the webhook's address and paste it as the URL.",
        "Send a test event; the message appears in the channel.",
    ),
    requests=requests,
    verified=(
        "Never run against the real service. Messages are checked with Slack's public Python models and against "
        "the limits that Slack documents."
    ),
    integration="Slack",
    settings=(
        SettingSpec(
            name="url",
            type="string",
            label="URL",
            description="The address of Slack's incoming webhook. Whoever has it can post to the channel.",
            required=True,
        ),
    ),
    mapping={"who": "traits.name|context.traits.name|traits.email|context.traits.email|userId|anonymousId"},
    limits=Limits(per_second=1),
    retry=RetryClasses(
        terminal=(400, 403, 404),
        gone=(410,),
        terminal_bodies=("invalid_payload", "no_text", "invalid_blocks", "too_many_attachments", "msg_blocks_too_long"),
        gone_bodies=(
            "no_service",
            "no_team",
            "team_disabled",
            "invalid_token",
            "channel_not_found",
            "channel_is_archived",
            "action_prohibited",
        ),
    ),
    troubles=(
        Trouble(
            sign="404 no_service or 403 invalid_token, and the connection is switched off",
            remedy="The webhook was removed at Slack, or its address is not whole. Make a new one, paste its address, "
            "switch the connection on and recover what was missed.",
        ),
        Trouble(
            sign="410 channel_is_archived",
            remedy="Bring the channel back or make a webhook for another one, then recover.",
        ),
        Trouble(
            sign="Messages come late when there is much to tell",
            remedy="Slack takes one message a second from a webhook. Narrow the topics or the filters.",
        ),
        Trouble(
            sign="Answers are missing from a long form's message",
            remedy="Slack limits a message; its last line says how many were left out. The default format has all.",
        ),
    ),
    examples=(
        DestinationExample(
            title="A user sees a piece of content",
            topic=topics.VIEW,
            event=_VIEW,
            settings={"url": _URL},
            url=_URL,
            headers={"Content-Type": "application/json"},
            body={
                "text": "user-42 saw onboarding",
                "blocks": [
                    {"type": "header", "text": _plain("Content view", HEADER)},
                    {"type": "section", "text": _plain("user-42 saw onboarding", TEXT)},
                    {
                        "type": "section",
                        "fields": [
                            _field("Content", "nBz41kQpXw"),
                            _field("Document", "3107"),
                            _field("Segment", "Everyone"),
                            _field("Version", "6f1ed002ab5595859014ebf0951522d9"),
                        ],
                    },
                    {
                        "type": "context",
                        "elements": [_marked("2026-03-04T09:15:01.000Z  ·  https://app.example.com/  ·  user-42")],
                    },
                ],
            },
        ),
        DestinationExample(
            title="A user submits a form, and tries to call the whole channel",
            topic=topics.FORM,
            event={
                "messageId": "example-slack-form",
                "type": "track",
                "form": True,
                "event": "Onboarding - Contact us_responded",
                "userId": "user-42",
                "properties": {
                    "formName": "Onboarding - Contact us",
                    "formId": "9Wneb7Nk1qtTCEuGDJa0L",
                    "formResponseId": "XT4BJUYTw3",
                    "Onboarding - Contact us_Name": "Mike",
                    "Onboarding - Contact us_Message": "<!channel> look at this & that",
                },
            },
            settings={"url": _URL},
            url=_URL,
            body={
                "text": "user-42 answered Onboarding - Contact us",
                "blocks": [
                    {"type": "header", "text": _plain("Form submission", HEADER)},
                    {"type": "section", "text": _plain("user-42 answered Onboarding - Contact us", TEXT)},
                    {
                        "type": "section",
                        "fields": [
                            _field("Name", "Mike"),
                            _field("Message", "&lt;!channel&gt; look at this &amp; that"),
                        ],
                    },
                    {"type": "context", "elements": [_marked("2026-03-04T09:15:01.000Z  ·  user-42")]},
                ],
            },
        ),
    ),
)
