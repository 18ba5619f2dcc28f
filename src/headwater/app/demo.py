"""The demo's world: a small SaaS whose people see in-app content, take tours, and do or do not adopt a feature.

Everything is drawn from one seed, so that two demos tell the same story: those who saw the onboarding content adopt
the reports feature within 14 days far more often than those who did not.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from headwater.app.demo_content import FORM, NAME, OPINION, PLAN, QUESTION, RHYTHMS, TRAIT, Live, Shown
from headwater.base.clock import iso
from headwater.base.ids import stable_uuid

PEOPLE = 240
HISTORY_DAYS = 45
PLANS = ("free", PLAN, "business")
ROLES = ("admin", "editor", "viewer")
OPINIONS = ("Where people leave", "What changed since last week", "Whether we are on plan")
CUSTOMERS = "customer events"
"""Where live calls of the SDK go: not to a source by its key, but to the customer-event door."""
TOUR_EVENTS = ("Tour Available", "Tour Start", "Tour Step", "Tour Finish")
QUERY = """-- Adoption within 14 days: who saw the onboarding content, against who did not.
WITH people AS (
  SELECT a.user_id, a.signed_up_at, a.renewed,
         min(v.timestamp) AS saw_at,
         min(r.timestamp) AS adopted_at
  FROM production.accounts a
  LEFT JOIN candu_prod.tutorial_view v
         ON v.user_id = a.user_id AND v.timestamp < a.signed_up_at + INTERVAL 14 DAY
  LEFT JOIN web_app.report_created r ON r.user_id = a.user_id
  GROUP BY ALL
)
SELECT saw_at IS NOT NULL AS saw_content,
       count(*) AS people,
       round(100.0 * count(*) FILTER (adopted_at < signed_up_at + INTERVAL 14 DAY) / count(*), 1) AS adopted_pct,
       round(100.0 * count(*) FILTER (renewed) / count(*), 1) AS renewed_pct
FROM people GROUP BY ALL ORDER BY saw_content DESC"""


class World:
    """`now` fixes when history ends; the rest follows from the seed.

    `content` is what people see in pages, as it is live; None: they see none. It may be set anew at any time.
    """

    def __init__(self, *, now: datetime, seed: int = 7) -> None:
        self._now = now
        self._random = random.Random(seed)  # noqa: S311 (sample data)
        self.content: Live | None = None
        self.people = [self._person(number) for number in range(PEOPLE)]

    def accounts_csv(self) -> bytes:
        """The table that a team would have in its own database."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["user_id", "company", "plan", "signed_up_at", "renewed"])
        for person in self.people:
            writer.writerow([person["id"], person["company"], person["plan"], person["at"], person["renewed"]])
        return text.getvalue().encode()

    def history(self) -> dict[str, list[dict[str, Any]]]:
        """Past calls by source name, oldest first. What was seen is there twice: as its page told it to `CUSTOMERS`,
        and as that went on into Candu_Prod."""
        calls: dict[str, list[dict[str, Any]]] = {"Candu_Prod": [], "Produktly_Prod": [], "Web_App": [], CUSTOMERS: []}
        for person in self.people:
            calls["Web_App"].append(self._identify(person))
            if person["saw_at"] and self.content is not None:
                again = self._now - timedelta(days=self._random.uniform(0.1, 14))
                moments = [person["saw_at"], again] if self._random.random() < 0.6 else [person["saw_at"]]
                told = [event for moment in moments for event in self._sees(person, moment, self.content)]
                calls[CUSTOMERS] += told
                calls["Candu_Prod"] += _handed_on(told, self.content.number)
            calls["Produktly_Prod"] += self._tour(person, person["signed_up"] + timedelta(minutes=3))
            if person["adopted_at"]:
                calls["Web_App"].append(_track(person, "Report Created", person["adopted_at"], {"template": "funnel"}))
        for items in calls.values():
            items.sort(key=lambda call: call.get("timestamp") or call["sentAt"])
        return calls

    def live(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What people do now, without end: (source name or `CUSTOMERS`, call). The caller sets pace and time."""
        while True:
            person = self._random.choice(self.people)
            kind = self._random.random()
            moment = datetime.now(UTC)
            if kind < 0.5 and self.content is not None:
                yield from ((CUSTOMERS, event) for event in self._sees(person, moment, self.content))
            elif kind < 0.85:
                yield from ((CUSTOMERS, _told(call)) for call in self._tour(person, moment))
            else:
                yield "Web_App", _track(person, "Report Created", moment, {"template": "retention"})

    def _person(self, number: int) -> dict[str, Any]:
        draw = self._random
        signed_up = self._now - timedelta(days=draw.uniform(16, HISTORY_DAYS), minutes=draw.uniform(0, 60))
        saw = draw.random() < 0.5
        adopts = draw.random() < (0.62 if saw else 0.21)
        return {
            "id": f"user-{number + 1:04d}",
            "company": f"company-{number // 6 + 1:03d}",
            "plan": draw.choice(PLANS),
            "role": draw.choice(ROLES),
            "signed_up": signed_up,
            "at": iso(signed_up),
            "saw_at": signed_up + timedelta(hours=draw.uniform(0.1, 48)) if saw else None,
            "adopted_at": signed_up + timedelta(days=draw.uniform(2.1, 13.5)) if adopts else None,
            "renewed": draw.random() < (0.9 if adopts else 0.66),
        }

    def _identify(self, person: dict[str, Any]) -> dict[str, Any]:
        traits = {key: person[key] for key in ("company", "plan", "role")}
        traits |= {"email": f"{person['id']}@example.com", "createdAt": person["at"]}
        return _call(person, "identify", person["signed_up"], traits=traits)

    def _sees(self, person: dict[str, Any], moment: datetime, content: Live) -> Iterator[dict[str, Any]]:
        """What the SDK of a page tells of somebody who sees the content: most use it, some answer its question."""
        shown = content.of(person["plan"])
        seen = shown.properties | {"slug": shown.slug}
        yield _envelope(person, "Screen", moment, screenName="candu.sdk.content", properties=seen)
        if self._random.random() < 0.6:
            clicked = shown.properties | {"eventName": f"{NAME} - {shown.button} clicked", "id": shown.document_id}
            clicked |= {"category": "Native", "trigger": "OnClick", "nodeId": "go", "nodeType": "button"}
            at = moment + timedelta(seconds=9)
            yield _envelope(person, "Track", at, eventName="candu.sdk.content.interaction", properties=clicked)
        if shown.form_id is not None and self._random.random() < 0.4:
            yield from self._answers(person, moment + timedelta(seconds=31), shown)

    def _answers(self, person: dict[str, Any], moment: datetime, shown: Shown) -> Iterator[dict[str, Any]]:
        """A form's answer, and what it says of the person."""
        name, rhythm = f"{NAME} - {FORM}", self._random.choice(RHYTHMS)
        answers = {"formName": name, "formId": shown.form_id, f"{name}_{QUESTION}": rhythm}
        if self._random.random() < 0.5:
            answers[f"{name}_{OPINION}"] = self._random.choice(OPINIONS)
        response = stable_uuid("demo", "answer", person["id"], iso(moment)).replace("-", "")[:10]
        told = _envelope(
            person,
            "FormSubmission",
            moment,
            eventName=f"{name}_responded",
            properties=answers | {"formResponseId": response},
        )
        yield told | {"context": {"library": {"name": "API", "version": "latest"}, "source": "UserGenerated"}}
        yield _envelope(person, "Identify", moment, traits={TRAIT: rhythm})

    def _tour(self, person: dict[str, Any], moment: datetime) -> list[dict[str, Any]]:
        reached = self._random.randint(1, len(TOUR_EVENTS))
        calls: list[dict[str, Any]] = []
        for step, event in enumerate(TOUR_EVENTS[:reached]):
            properties: dict[str, Any] = {"tour_id": 5488}
            if event == "Tour Step":
                properties["metadata"] = {"stepIndex": 1, "type": "next"}
            calls.append(_track(person, event, moment + timedelta(seconds=5 * step), properties))
        return calls


def _handed_on(told: list[dict[str, Any]], number: int) -> Iterator[dict[str, Any]]:
    """What Candu_Prod was told of it, back then."""
    for event in told:
        about = event.get("properties", {})
        person, moment = {"id": event["userId"]}, datetime.fromisoformat(event["sentAt"])
        properties = {"portalId": number} | {name: about.get(name) for name in ("segmentId", "versionId")}
        properties["tutorialId"] = about.get("documentId")
        if event["type"] == "Screen":
            yield _call(person, "screen", moment, name="tutorial.view", properties=properties)
        elif event["type"] == "Track":
            yield _track(person, "tutorial.interaction", moment, properties | {"eventName": about["eventName"]})


def _track(person: dict[str, Any], event: str, moment: datetime, properties: dict[str, Any]) -> dict[str, Any]:
    return _call(person, "track", moment, event=event, properties=properties)


def _call(person: dict[str, Any], kind: str, moment: datetime, **fields: Any) -> dict[str, Any]:
    about = str(fields.get("event") or fields.get("name") or kind)
    return {
        "type": kind,
        "userId": person["id"],
        "anonymousId": stable_uuid("demo", person["id"]),
        "messageId": stable_uuid("demo", person["id"], about, iso(moment)),
        "timestamp": iso(moment),
        "context": {"library": {"name": "headwater-demo", "version": "1"}, "locale": "en-GB"},
        **fields,
    }


def _told(call: dict[str, Any]) -> dict[str, Any]:
    """A track call in the envelope of a page's SDK."""
    person = {"id": call["userId"]}
    moment = datetime.fromisoformat(call["timestamp"])
    return _envelope(person, "Track", moment, eventName=call["event"], properties=call["properties"])


def _envelope(person: dict[str, Any], kind: str, moment: datetime, **fields: Any) -> dict[str, Any]:
    name = str(fields.get("eventName") or fields.get("screenName") or kind)
    page = {"path": "/demo/", "url": "https://app.example.com/demo/", "title": "Overview"}
    return {
        "id": stable_uuid("demo", "envelope", person["id"], name, iso(moment)),
        "anonymousId": stable_uuid("demo", person["id"]),
        "userId": person["id"],
        "type": kind,
        "context": {
            "library": {"name": "headwater-demo", "version": "1"},
            "page": page | {"search": "", "referrer": ""},
            "screen": {"width": 1440, "height": 900},
            "userAgent": "headwater demo",
            "timezone": "Europe/Berlin",
            "locale": "en-GB",
            "sdk": {"name": "headwater-demo", "version": "1"},
        },
        "sentAt": iso(moment),
        "version": 2,
        **fields,
    }
