"""The content of the demo: what its sample product shows to members and to everybody else, and what it hopes for.

Made through the management API as an author would, once: what is there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from headwater.base.rules import EVERYONE

SLUG: Final = "reports-intro"
NAME: Final = "Reports intro"
FORM: Final = "Rhythm"
QUESTION: Final = "How often do you look at your figures?"
OPINION: Final = "What should a report tell you?"
RHYTHMS: Final = ("Every day", "Every week", "Once a month")
TRAIT: Final = "reportRhythm"
BUTTON: Final = "See your reports"
OTHER_BUTTON: Final = "See the plans"
PLAN: Final = "pro"
"""Whose plan it is is a member."""

MEMBERS: Final = "Members"
SEGMENTS: Final[dict[str, dict[str, Any]]] = {
    MEMBERS: {"trait": "plan", "op": "equals", "value": PLAN},
    "Said how often they look": {"trait": TRAIT, "op": "exists"},
    "Business admins": {
        "all": [
            {"trait": "plan", "op": "equals", "value": "business"},
            {"trait": "role", "op": "equals", "value": "admin"},
        ]
    },
    "Finished a tour this month": {"event": "Tour Finish", "op": "performed", "withinDays": 30},
    "Yet to make a report": {"event": "Report Created", "op": "notPerformed"},
}
"""By their names, which the sample product may tell: they are made up."""
COMPONENTS: Final[list[dict[str, Any]]] = [
    {
        "name": "sparkline",
        "kind": "element",
        "tag": "basin-sparkline",
        "title": "Sparkline",
        "props": [
            {"name": "points", "type": "string", "title": "Figures, by commas", "default": "3,5,4,8"},
            {"name": "label", "type": "string", "title": "What they are of", "default": "Reports a week"},
        ],
    },
    {
        "name": "plan-meter",
        "kind": "react",
        "title": "Plan meter",
        "props": [
            {"name": "used", "type": "number", "title": "Used", "default": 3},
            {"name": "limit", "type": "number", "title": "Of", "default": 10},
            {"name": "unit", "type": "string", "title": "Unit", "default": "reports"},
        ],
    },
]
MEMBERS_TREE: Final[dict[str, Any]] = {
    "kind": "inline",
    "blocks": [
        {
            "id": "frame",
            "type": "section",
            "props": {"background": "surface", "padding": "medium"},
            "blocks": [
                {"id": "badge", "type": "badge", "props": {"text": "Pro", "tone": "success"}},
                {"id": "head", "type": "heading", "props": {"text": "Reports for {{user.team|your team}}", "level": 2}},
                {
                    "id": "text",
                    "type": "text",
                    "props": {"text": "Your plan has **reports**. Three are there to begin with."},
                },
                {
                    "id": "spark",
                    "type": "component",
                    "props": {
                        "name": "sparkline",
                        "props": {"points": "3,5,4,8,7,11", "label": "Reports a week"},
                    },
                },
                {
                    "id": "meter",
                    "type": "component",
                    "props": {"name": "plan-meter", "props": {"used": 3, "limit": 10, "unit": "reports"}},
                },
                {
                    "id": "go",
                    "type": "button",
                    "props": {"text": BUTTON, "actions": [{"type": "callback", "name": "openReports"}]},
                },
                {"id": "line", "type": "divider", "props": {}},
                {
                    "id": "form",
                    "type": "form",
                    "props": {"name": FORM, "submitText": "Answer", "successText": "Thank you. That helps us."},
                    "blocks": [
                        {
                            "id": "rhythm",
                            "type": "field",
                            "props": {
                                "kind": "choice",
                                "label": QUESTION,
                                "required": True,
                                "options": list(RHYTHMS),
                                "trait": TRAIT,
                            },
                        },
                        {"id": "opinion", "type": "field", "props": {"kind": "area", "label": OPINION}},
                    ],
                },
            ],
        }
    ],
}
EVERYONE_TREE: Final[dict[str, Any]] = {
    "kind": "inline",
    "blocks": [
        {
            "id": "frame",
            "type": "section",
            "props": {"background": "surface", "padding": "medium"},
            "blocks": [
                {"id": "head", "type": "heading", "props": {"text": "Reports come with Pro", "level": 2}},
                {
                    "id": "text",
                    "type": "text",
                    "props": {"text": "With Pro you make reports, and share them with those who read them."},
                },
                {
                    "id": "go",
                    "type": "button",
                    "props": {"text": OTHER_BUTTON, "actions": [{"type": "url", "href": "/demo/settings"}]},
                },
            ],
        }
    ],
}
NEWS_TREE: Final[dict[str, Any]] = {
    "kind": "modal",
    "title": "What’s new in Basin",
    "size": "medium",
    "blocks": [
        {"id": "head", "type": "heading", "props": {"text": "Funnels", "level": 3}},
        {"id": "text", "type": "text", "props": {"text": "See where people leave, step by step."}},
        {"id": "head2", "type": "heading", "props": {"text": "Sharing", "level": 3}},
        {"id": "text2", "type": "text", "props": {"text": "Send a report to somebody who has no account."}},
        {
            "id": "done",
            "type": "button",
            "props": {"text": "Good to know", "actions": [{"type": "dismiss"}]},
        },
    ],
}
OVERVIEW: Final = {"match": "any", "show": [{"kind": "path", "value": "/demo/"}], "hide": []}
INLINE: Final[dict[str, Any]] = {
    "id": "top001",
    "name": "Top of the overview",
    "selectors": ["#overview-content"],
    "place": "inside",
    "pages": OVERVIEW,
}
MODAL: Final[dict[str, Any]] = {
    "id": "news01",
    "name": "Behind the button",
    "pages": OVERVIEW,
    "trigger": {"on": "click", "selector": "#whats-new"},
}
GOALS: Final = [{"id": "made01", "name": "Made a report", "event": "Report Created"}]

Call = Callable[[str, str, Any], Awaitable[Any]]
"""(method, path below /api/v1, body) → the answer's JSON."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What events say of a document that is live."""

    content_id: str
    slug: str
    document_id: int
    segment_id: str
    version_id: str
    button: str
    form_id: str | None

    @property
    def properties(self) -> dict[str, Any]:
        about = {"versionId": self.version_id, "segmentId": self.segment_id, "contentId": self.content_id}
        return about | {"documentId": self.document_id, "placementId": INLINE["id"]}


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """The demo's content as it is live: its number, what members see, what others see."""

    number: int
    members: Shown
    others: Shown

    def of(self, plan: str) -> Shown:
        return self.members if plan == PLAN else self.others


async def seed(call: Call) -> None:
    """Segments, components, and two contents. What is there by its name or slug stays."""
    segments = await _segments(call)
    there = {each["slug"] for put_away in ("false", "true") for each in await _contents(call, archived=put_away)}
    if not (await call("GET", "/workspace/components", None))["components"]:
        await call("PUT", "/workspace/components", {"components": COMPONENTS})
    if SLUG not in there:
        made = await call("POST", "/content", {"name": NAME, "slug": SLUG, "tree": EVERYONE_TREE})
        made = await _add_members(call, made, segments[MEMBERS])
        await _publish(call, made, INLINE, GOALS)
    if "whats-new" not in there:
        news = {"name": "What’s new", "slug": "whats-new", "kind": "modal", "tree": NEWS_TREE}
        await _publish(call, await call("POST", "/content", news), MODAL, [])


async def live(call: Call) -> Live | None:
    """None when somebody took it off the pages, or changed it into something else."""
    found = next((each for each in await _contents(call) if each["slug"] == SLUG), None)
    if found is None:
        return None
    content = await call("GET", f"/content/{found['id']}", None)
    shown = [_shown(content, each) for each in content["documents"] if each["versionId"]]
    others = next((each for each in shown if each.segment_id == EVERYONE), None)
    members = next((each for each in shown if each.segment_id != EVERYONE), None)
    if others is None or members is None:
        return None
    return Live(number=content["id"], members=members, others=others)


async def _contents(call: Call, *, archived: str = "false") -> list[dict[str, Any]]:
    return (await call("GET", f"/content?limit=1000&archived={archived}", None))["data"]


async def _segments(call: Call) -> dict[str, str]:
    """The ids of the segments by their names; those that are missing are made."""
    listed = (await call("GET", "/segments?limit=1000", None))["data"]
    found = {each["name"]: each["id"] for each in listed}
    for name, rule in SEGMENTS.items():
        if name not in found:
            found[name] = (await call("POST", "/segments", {"name": name, "rule": rule}))["id"]
    return found


async def _add_members(call: Call, content: dict[str, Any], segment_id: str) -> dict[str, Any]:
    made = await call("POST", f"/content/{content['id']}/documents", {"segmentId": segment_id})
    document = next(each for each in made["documents"] if each["segmentId"] == segment_id)
    change = {"revision": document["revision"], "tree": MEMBERS_TREE}
    return await call("PATCH", f"/content/{content['id']}/documents/{document['id']}", change)


async def _publish(call: Call, content: dict[str, Any], placement: dict[str, Any], goals: list[dict[str, Any]]) -> None:
    change = {"revision": content["revision"], "placements": [placement], "goals": goals}
    changed = await call("PATCH", f"/content/{content['id']}", change)
    await call("POST", f"/content/{changed['id']}/publish", {"note": "As the demo begins"})


def _shown(content: dict[str, Any], document: dict[str, Any]) -> Shown:
    return Shown(
        content_id=content["contentId"],
        slug=content["slug"],
        document_id=document["id"],
        segment_id=document["segmentId"],
        version_id=document["versionId"],
        button=OTHER_BUTTON if document["segmentId"] == EVERYONE else BUTTON,
        form_id=_form_id(document["tree"]["blocks"]),
    )


def _form_id(blocks: list[dict[str, Any]]) -> str | None:
    for block in blocks:
        found = block["props"].get("formId") if block["type"] == "form" else _form_id(block.get("blocks", []))
        if found:
            return found
    return None
