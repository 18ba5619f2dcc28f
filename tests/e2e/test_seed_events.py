"""The sixteen events of Candu and Produktly, and every example of the catalogue: sent over HTTP, read back with SQL."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from headwater.catalog.load import load_catalog
from headwater.catalog.model import Example, SourceSpec
from tests.server import Server

USER = "user-42"
BROWSER = "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11"
WHEN = "2026-03-04T09:15:08.250Z"
STANDARD = {"id": "VARCHAR", "user_id": "VARCHAR", "anonymous_id": "VARCHAR", "event": "VARCHAR"}
STANDARD |= {"event_text": "VARCHAR", "received_at": "TIMESTAMP", "timestamp": "TIMESTAMP"}

VIEW = {"tutorialId": 3107, "segmentId": "Everyone", "portalId": 204, "versionId": "6f1ed002ab5595859014ebf0951522d9"}
CANDU_TYPES = {"tutorial_id": "BIGINT", "segment_id": "VARCHAR", "portal_id": "BIGINT", "version_id": "VARCHAR"}
CANDU_ROW = [3107, "Everyone", 204, "6f1ed002ab5595859014ebf0951522d9"]


@dataclass(frozen=True)
class Event:
    """An event as the tool spells it, and the columns it must give: {column: (type, value)}."""

    name: str
    properties: dict[str, Any]
    columns: dict[str, tuple[str, Any]]

    @property
    def table(self) -> str:
        return self.name.lower().replace(" ", "_")


def of(name: str, key: str, **metadata: Any) -> Event:
    """`metadata` is what the event carries beside the id of its thing: {key: (column, type, value)}."""
    inside = {"metadata": {name: value for name, (_, _, value) in metadata.items()}} if metadata else {}
    columns = {f"metadata_{column}": (type_, value) for column, type_, value in metadata.values()}
    return Event(name, {key: 5488, **inside}, {key: ("BIGINT", 5488), **columns})


TOUR_STEP = of("Tour Step", "tour_id", stepIndex=("step_index", "BIGINT", 1), type=("type", "VARCHAR", "previous"))
STEP_COMPLETED = of("Checklist Step Completed", "checklist_id", stepId=("step_id", "BIGINT", 77))
PRODUKTLY = {
    "S4.9": of("Tour Available", "tour_id"),
    "S4.10": of("Tour Start", "tour_id"),
    "S4.11": of("Tour Auto Start", "tour_id"),
    "S4.12": of("Tour Continue", "tour_id"),
    "S4.13": of("Tour Finish", "tour_id"),
    "S4.14": TOUR_STEP,
    "S4.15": STEP_COMPLETED,
    "S4.16": of("Checklist Finished", "checklist_id"),
    "S4.17": of("Smart Tip Available", "smart_tip_id"),
    "S4.18": of("Smart Tip Open", "smart_tip_id"),
    "S4.19": of("Announcement Shown", "announcement_id"),
    "S4.20": of("Announcement Action Clicked", "announcement_id"),
    "S4.21": of("Announcement Closed", "announcement_id"),
    "S4.22": of("Nps Widget Shown", "nps_widget_id"),
}


@pytest.fixture(scope="module")
def candu(shared_server: Server) -> dict[str, Any]:
    return shared_server.add_source("candu", "Candu_Prod")


@pytest.fixture(scope="module")
def produktly(shared_server: Server) -> dict[str, Any]:
    return shared_server.add_source("produktly", "Produktly_Prod")


def send(server: Server, source: dict[str, Any], kind: str, **call: Any) -> str:
    """Sends one call as a tool's back end does; gives its message id."""
    message_id = str(uuid.uuid4())
    body = {"userId": USER, "anonymousId": BROWSER, "timestamp": WHEN, "messageId": message_id, **call}
    answer = server.send(f"/v1/{kind}", body, key=source["writeKeys"][0])
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    return message_id


def types(server: Server, schema: str, table: str) -> dict[str, str]:
    rows = server.sql(
        f"SELECT column_name, data_type FROM information_schema.columns "
        f"WHERE table_schema = '{schema}' AND table_name = '{table}'"
    )
    return dict(rows)


def moment(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%gZ')"


@pytest.mark.seed("S1.12", "arrives")
@pytest.mark.seed("S1.14")
@pytest.mark.seed("S1.8")
def test_tutorial_view_is_a_row_with_its_four_typed_properties(shared_server: Server, candu: dict[str, Any]):
    server = shared_server
    assert types(server, "candu_prod", "tutorial_view").items() >= CANDU_TYPES.items()
    sent = send(server, candu, "screen", name="tutorial.view", properties=VIEW)
    where = f"WHERE id = '{sent}'"
    columns = "user_id, event, event_text, tutorial_id, segment_id, portal_id, version_id"
    expected = [[USER, "tutorial_view", "tutorial.view", *CANDU_ROW]]
    server.rows(f"SELECT {columns} FROM candu_prod.tutorial_view {where}", lambda rows: rows == expected)
    assert types(server, "candu_prod", "tutorial_view").items() >= (STANDARD | CANDU_TYPES).items()
    assert server.sql(f"SELECT name, user_id FROM candu_prod.screens {where}") == [["tutorial.view", USER]]


@pytest.mark.seed("S1.13", "arrives")
@pytest.mark.seed("S1.15")
@pytest.mark.seed("S1.8")
def test_tutorial_interaction_is_a_row_with_its_five_typed_properties(shared_server: Server, candu: dict[str, Any]):
    server = shared_server
    label = "Onboarding - Invite a colleague clicked"
    sent = send(server, candu, "track", event="tutorial.interaction", properties={**VIEW, "eventName": label})
    where = f"WHERE id = '{sent}'"
    columns = "user_id, event, event_text, tutorial_id, segment_id, portal_id, version_id, event_name"
    expected = [[USER, "tutorial_interaction", "tutorial.interaction", *CANDU_ROW, label]]
    server.rows(f"SELECT {columns} FROM candu_prod.tutorial_interaction {where}", lambda rows: rows == expected)
    wanted = STANDARD | CANDU_TYPES | {"event_name": "VARCHAR"}
    assert types(server, "candu_prod", "tutorial_interaction").items() >= wanted.items()
    tracks = f"SELECT event, event_text, user_id FROM candu_prod.tracks {where}"
    assert server.sql(tracks) == [["tutorial_interaction", "tutorial.interaction", USER]]


@pytest.mark.seed("S1.7")
def test_each_event_names_its_user_and_its_point_in_time(shared_server: Server, candu: dict[str, Any]):
    seen = send(shared_server, candu, "screen", name="tutorial.view", properties=VIEW)
    used = send(shared_server, candu, "track", event="tutorial.interaction", properties=VIEW, anonymousId=None)
    for sent, table, browser in ((seen, "tutorial_view", BROWSER), (used, "tutorial_interaction", None)):
        query = f"SELECT user_id, anonymous_id, {moment('timestamp')} FROM candu_prod.{table} WHERE id = '{sent}'"
        shared_server.rows(query, lambda rows, browser=browser: rows == [[USER, browser, WHEN]])


@pytest.mark.seed("S1.16")
def test_both_are_collections_that_one_query_can_join(shared_server: Server, candu: dict[str, Any]):
    """Who saw version 1, and how many of them clicked; figures by hand: 3 saw it, 2 of these clicked, one twice."""
    version = {**VIEW, "versionId": "version-1"}
    for user in ("a", "b", "c"):
        send(shared_server, candu, "screen", name="tutorial.view", properties=version, userId=user)
    for user in ("a", "a", "b", "d"):
        send(shared_server, candu, "track", event="tutorial.interaction", properties=version, userId=user)
    shared_server.wait_closed()
    query = """
        SELECT v.version_id, count(DISTINCT v.user_id), count(DISTINCT i.user_id), count(i.id)
        FROM candu_prod.tutorial_view v
        LEFT JOIN candu_prod.tutorial_interaction i USING (user_id, version_id)
        WHERE version_id = 'version-1' GROUP BY 1"""
    assert shared_server.sql(query) == [["version-1", 3, 2, 3]]


@pytest.mark.parametrize(
    "event",
    [pytest.param(event, marks=pytest.mark.seed(fact, "arrives"), id=event.name) for fact, event in PRODUKTLY.items()],
)
@pytest.mark.seed("S4.6")
@pytest.mark.seed("S4.7", "stored")
@pytest.mark.seed("S4.2", "stored")
def test_each_event_of_produktly_is_a_table_and_a_track(event: Event, shared_server: Server, produktly: dict[str, Any]):
    server, wanted = shared_server, {column: type_ for column, (type_, _) in event.columns.items()}
    assert types(server, "produktly_prod", event.table).items() >= wanted.items()
    sent = send(server, produktly, "track", event=event.name, properties=event.properties)
    columns = ", ".join(("user_id", "event", "event_text", *event.columns))
    expected = [[USER, event.table, event.name, *(value for _, value in event.columns.values())]]
    query = f"SELECT {columns} FROM produktly_prod.{event.table} WHERE id = '{sent}'"
    server.rows(query, lambda rows: rows == expected)
    assert types(server, "produktly_prod", event.table).items() >= (STANDARD | wanted).items()
    assert server.sql(f"SELECT event_text FROM produktly_prod.tracks WHERE id = '{sent}'") == [[event.name]]


@pytest.mark.seed("S4.23")
@pytest.mark.parametrize("way", ["next", "previous"])
def test_tour_step_tells_the_step_and_the_way(way: str, shared_server: Server, produktly: dict[str, Any]):
    properties = {"tour_id": 9, "metadata": {"stepIndex": 0, "type": way}}
    sent = send(shared_server, produktly, "track", event="Tour Step", properties=properties)
    query = f"SELECT tour_id, metadata_step_index, metadata_type FROM produktly_prod.tour_step WHERE id = '{sent}'"
    shared_server.rows(query, lambda rows: rows == [[9, 0, way]])


@pytest.mark.seed("S4.24")
def test_checklist_step_completed_tells_the_step(shared_server: Server, produktly: dict[str, Any]):
    properties = {"checklist_id": 9, "metadata": {"stepId": 31}}
    sent = send(shared_server, produktly, "track", event="Checklist Step Completed", properties=properties)
    query = f"SELECT metadata_step_id FROM produktly_prod.checklist_step_completed WHERE id = '{sent}'"
    shared_server.rows(query, lambda rows: rows == [[31]])


def test_every_example_of_the_catalogue_gives_the_row_it_shows(shared_server: Server):
    """Each source's examples as one batch, then each example's row, column by column."""
    sources = {spec.slug: _send_examples(shared_server, spec) for spec in load_catalog().sources() if spec.examples}
    shared_server.wait_closed()
    wrong = [
        f"{spec.slug}: {example.title}: {found} instead of {example.row}"
        for spec in load_catalog().sources()
        for example in spec.examples
        if (found := _row(shared_server, sources[spec.slug]["schema"], example)) != example.row
    ]
    assert wrong == []


def _send_examples(server: Server, spec: SourceSpec) -> dict[str, Any]:
    source = server.add_source(spec.slug, f"Examples {spec.slug}")
    body = {"batch": [example.body for example in spec.examples]}
    answer = server.send("/v1/batch", body, key=source["writeKeys"][0])
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    return source


def _row(server: Server, schema: str, example: Example) -> dict[str, Any]:
    """The columns of the example's row that the example names."""
    names = list(example.row)
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = server.sql(f"SELECT {quoted} FROM {schema}.{example.table} WHERE id = '{example.body['messageId']}'")
    assert len(rows) == 1, f"{example.title} has {len(rows)} rows in {schema}.{example.table}"
    return {name: _told(value, example.row[name]) for name, value in zip(names, rows[0], strict=True)}


def _told(value: Any, shown: Any) -> Any:
    """A column's value in the form that an example shows: an array lies in the warehouse as JSON text."""
    return json.loads(value) if isinstance(shown, list) and isinstance(value, str) else value
