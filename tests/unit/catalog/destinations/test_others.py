"""Webhooks, Candu, PostHog and files: what their examples do not show."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest

from headwater.base.outgoing import FileWrite, HttpRequest, NotSent, Outgoing
from tests.unit.catalog.destinations.jobs import body, destination, event, job, made, only


def test_a_webhook_is_signed_with_the_shared_secret_over_the_very_bytes():
    request = only(made("webhook", event(user_id="ü"), url="https://r.example.com", sharedSecret="gehéim"))
    expected = hmac.new("gehéim".encode(), request.body, hashlib.sha1).hexdigest()
    assert dict(request.headers)["X-Signature"] == expected


def test_a_webhook_without_a_shared_secret_has_no_such_signature():
    assert "X-Signature" not in dict(only(made("webhook", event(user_id="u"), url="https://r.example.com")).headers)


def test_a_webhook_says_how_often_the_event_was_handed_on():
    sent = event(user_id="u", context={"headwater": {"hops": 2}, "ip": "1"})
    context = body(only(made("webhook", sent, url="https://r.example.com")))["payload"]["context"]
    assert context == {"headwater": {"hops": 3}, "ip": "1"}


def test_candu_takes_several_events_as_a_list_and_one_as_an_object():
    one, two = event("identify", message_id="1", user_id="u"), event(message_id="2", user_id="u")
    assert isinstance(body(only(made("candu", one, apiKey="k"))), dict)
    several = only(made("candu", one, two, apiKey="k"))
    assert [item["type"] for item in body(several)] == ["identify", "track"]
    assert len(several.jobs) == 2


@pytest.mark.parametrize(
    "host", ["https://candu.example.com", "https://candu.example.com/", "https://candu.example.com/api"]
)
def test_candu_may_be_elsewhere(host: str):
    assert only(made("candu", event(user_id="u"), host=host)).url == "https://candu.example.com/api/eventWebhook"


def test_candu_gets_nobody_who_has_no_id_unless_the_mapping_finds_one():
    spec, sent = destination("candu"), event(anonymous_id="a", properties={"email": "m@example.com", "number": 7})
    (refused,) = spec.requests([job(spec, sent)], {})
    assert isinstance(refused, NotSent)
    for path, user_id in (("properties.email", "m@example.com"), ("properties.number", "7"), ("anonymousId", "a")):
        assert body(only(spec.requests([job(spec, sent, userId=path)], {})))["userId"] == user_id


def test_posthog_makes_no_person_of_somebody_anonymous_and_ties_both_ids_at_identify():
    (anonymous,) = body(only(made("posthog", event(anonymous_id="a"))))["batch"]
    assert anonymous["properties"]["$process_person_profile"] is False
    (known,) = body(only(made("posthog", event("identify", user_id="u", anonymous_id="a", traits={"a": 1}))))["batch"]
    assert known["event"] == "$identify"
    assert known["properties"].items() >= {"distinct_id": "u", "$anon_distinct_id": "a", "$set": {"a": 1}}.items()
    assert "$process_person_profile" not in known["properties"]


@pytest.mark.parametrize(
    ("given", "name", "properties"),
    [
        ({"type": "page", "name": "Home"}, "$pageview", {"name": "Home"}),
        ({"type": "screen", "name": "Start"}, "$screen", {"$screen_name": "Start"}),
        ({"type": "alias", "previous_id": "p"}, "$create_alias", {"alias": "p"}),
        ({"type": "group", "group_id": "g", "traits": {"n": 1}}, "$groupidentify", {"$group_set": {"n": 1}}),
        ({"context": {"page": {"url": "https://x"}, "ip": "1.2.3.4"}}, "Thing Done", {"$current_url": "https://x"}),
        ({"properties": {"distinct_id": "other"}}, "Thing Done", {"distinct_id": "u"}),
    ],
)
def test_posthog_gets_its_own_names(given: dict[str, Any], name: str, properties: dict[str, Any]):
    (item,) = body(only(made("posthog", event(**{"user_id": "u", **given}))))["batch"]
    assert item["event"] == name
    assert item["properties"].items() >= properties.items()


@pytest.mark.parametrize(("length", "is_sent"), [(200, True), (201, False)])
def test_posthog_gets_no_id_that_it_would_cut(length: int, is_sent: bool):
    (outgoing,) = made("posthog", event(user_id="x" * length))
    assert isinstance(outgoing, HttpRequest) == is_sent


def orders() -> list[Any]:
    def order(number: int, day: str) -> Any:
        received = f"2026-03-{day}T00:00:00.000Z"
        return event(message_id=f"m{number}", received_at=received, user_id=f"ü{number}", properties={"total": number})

    return [order(1, "05"), order(2, "04"), order(3, "05")]


def files(format: str, **settings: Any) -> list[FileWrite]:
    outgoing: list[Outgoing] = made("files", *orders(), format=format, **settings)
    return [each for each in outgoing if isinstance(each, FileWrite)]


@pytest.mark.parametrize("format", ["ndjson", "parquet"])
def test_a_file_for_each_day_with_the_same_name_and_bytes_every_time(format: str):
    first, again = files(format, folder="/a/b/"), files(format, folder="a/b")
    assert first == again
    assert [each.name.rpartition("/")[0] for each in first] == ["a/b/2026-03-04", "a/b/2026-03-05"]
    assert [each.name.rpartition(".")[2] for each in first] == [format, format]
    assert [len(each.jobs) for each in first] == [1, 2]


def test_other_jobs_have_another_name():
    spec = destination("files")
    names = {spec.requests([job(spec, sent)], {})[0].name for sent in orders()}  # type: ignore[union-attr]
    assert len(names) == 3


def test_lines_stand_in_the_order_of_arrival_and_a_retry_keeps_the_name():
    spec = destination("files")
    jobs = [job(spec, msgspec.structs.replace(orders()[0], message_id=f"m{number}")) for number in range(9)]
    [first], [again] = spec.requests(jobs, {}), spec.requests(jobs[::-1], {})
    assert isinstance(first, FileWrite)
    assert isinstance(again, FileWrite)
    found = [json.loads(line)["messageId"] for line in first.body.splitlines()]
    assert found == [each.event.message_id for each in jobs]
    assert first.name == again.name


def test_ndjson_is_read_back_as_it_was(tmp_path: Path):
    _, file = files("ndjson")
    lines = [json.loads(line) for line in file.body.splitlines()]
    assert [line["deliveryId"] for line in lines] == list(file.jobs)
    assert [line["properties"] for line in lines] == [{"total": 1}, {"total": 3}]
    path = tmp_path / "file.ndjson"
    path.write_bytes(file.body)
    found = duckdb.sql(f"SELECT userId, properties.total FROM read_json('{path}') ORDER BY 2").fetchall()
    assert found == [("ü1", 1), ("ü3", 3)]


def test_parquet_is_read_back_as_it_was(tmp_path: Path):
    _, file = files("parquet")
    rows = pq.read_table(io.BytesIO(file.body)).to_pylist()
    assert [row["delivery_id"] for row in rows] == list(file.jobs)
    assert [(row["user_id"], row["event"], json.loads(row["properties"])) for row in rows] == [
        ("ü1", "Thing Done", {"total": 1}),
        ("ü3", "Thing Done", {"total": 3}),
    ]
    assert [row["traits"] for row in rows] == [None, None]
    path = tmp_path / "file.parquet"
    path.write_bytes(file.body)
    total = duckdb.sql(f"SELECT sum((properties::JSON ->> 'total')::INT) FROM '{path}'").fetchall()
    assert total == [(4,)]


def test_the_settings_of_a_batch_stand_in_the_place_of_the_limits():
    spec = destination("files")
    assert spec.limits_for({}) == spec.limits
    changed = spec.limits_for({"batchEvents": 5, "batchSeconds": 0})
    assert (changed.max_batch, changed.batch_wait_s) == (5, 0.0)
    assert spec.limits_for({"batchEvents": 10**9}).max_batch == spec.limits.max_batch
    assert spec.limits_for({"batchEvents": -1}).max_batch == 1
