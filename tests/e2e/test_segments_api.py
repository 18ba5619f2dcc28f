"""Segments from outside: who comes in and goes out, what is counted, previewed and refused, and what others see."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.people import count, person, segment, segments_of, until
from tests.server import Server

FRESH_S = 2.0
"""Segments are current so soon after the 200."""


@pytest.fixture(scope="module")
def key(shared_server: Server) -> str:
    return shared_server.add_source("http-api", "App_Backend")["writeKeys"][0]


def identify(server: Server, key: str, user_id: str, **traits: Any) -> None:
    body = {"userId": user_id, "traits": traits}
    assert server.send("/v1/identify", body, key=key).is_success


def track(server: Server, key: str, user_id: str, event: str, **more: Any) -> None:
    assert server.send("/v1/track", {"userId": user_id, "event": event, **more}, key=key).is_success


def someone() -> str:
    return f"user-{uuid.uuid4().hex[:10]}"


@pytest.mark.seed("S2.2", "segment")
def test_segments_by_role_plan_company_size_and_any_attribute(shared_server: Server, key: str) -> None:
    rules = {
        "role": {"trait": "role", "op": "isOneOf", "value": ["admin", "owner"]},
        "plan": {"trait": "plan", "op": "equals", "value": "pro"},
        "size": {"groupTrait": "employees", "op": "greaterThan", "value": 100},
        "own": {
            "all": [{"trait": "favourite.colour", "op": "contains", "value": "ü"}, {"trait": "vip", "op": "isTrue"}]
        },
    }
    ids = {name: segment(shared_server, name, rule) for name, rule in rules.items()}
    admin, member, stranger = someone(), someone(), someone()
    identify(shared_server, key, admin, role="owner", plan="free", vip=True, favourite={"colour": "grün"})
    identify(shared_server, key, member, role="viewer", plan="pro", vip=True)
    identify(shared_server, key, stranger, role="viewer", plan="free")
    company = {"groupId": "big", "userId": member, "traits": {"employees": 329}}
    assert shared_server.send("/v1/group", company, key=key).is_success
    expected = {
        admin: sorted([ids["role"], ids["own"]]),
        member: sorted([ids["plan"], ids["size"]]),
        stranger: [],
    }
    for user_id, wanted in expected.items():
        until(
            lambda user_id=user_id: segments_of(shared_server, userId=user_id),
            lambda told, wanted=wanted: told == wanted,
        )


@pytest.mark.seed("S2.3", "segment")
def test_segments_by_use_progress_and_milestones(shared_server: Server, key: str) -> None:
    rules = {
        "uses reports": {"event": "Report opened", "op": "performed", "count": {"atLeast": 2}, "withinDays": 7},
        "still on board": {
            "all": [
                {
                    "event": "Onboarding step",
                    "op": "performed",
                    "where": [{"property": "step", "op": "equals", "value": 2}],
                },
                {"event": "Onboarding done", "op": "notPerformed"},
            ]
        },
        "milestone": {"event": "First invoice", "op": "performed"},
    }
    reports, boarding, milestone = [segment(shared_server, name, rule) for name, rule in rules.items()]
    user = someone()
    identify(shared_server, key, user, name="Uma")
    track(shared_server, key, user, "Onboarding step", properties={"step": 1})
    track(shared_server, key, user, "Onboarding step", properties={"step": 2})
    track(shared_server, key, user, "Report opened")
    until(lambda: segments_of(shared_server, userId=user), lambda told: told == [boarding])
    track(shared_server, key, user, "Report opened")
    track(shared_server, key, user, "Onboarding done")
    track(shared_server, key, user, "First invoice")
    until(lambda: segments_of(shared_server, userId=user), lambda told: told == sorted([reports, milestone]))


def test_who_comes_in_is_in_it_at_once_and_out_again(shared_server: Server, key: str) -> None:
    pros = segment(shared_server, "Pros", {"trait": "plan", "op": "equals", "value": "pro-now"})
    user, late = someone(), 0.0
    for plan, member in (("pro-now", True), ("free", False), ("pro-now", True), (None, False)):
        identify(shared_server, key, user, plan=plan)
        sent = time.monotonic()
        until(lambda: pros in segments_of(shared_server, userId=user), lambda found, member=member: found is member)
        late = max(late, time.monotonic() - sent)
        until(lambda: count(shared_server, pros), lambda found, member=member: found == int(member))
    assert late < 15 * FRESH_S


def test_a_new_segment_counts_people_and_events_of_before(shared_server: Server, key: str) -> None:
    colour, users = uuid.uuid4().hex, [someone() for _ in range(5)]
    for number, user in enumerate(users):
        identify(shared_server, key, user, colour=colour, number=number)
    for user in users[:3]:
        track(shared_server, key, user, f"Painted {colour}")
    shared_server.wait_closed()
    rule = {
        "all": [
            {"trait": "colour", "op": "equals", "value": colour},
            {"trait": "number", "op": "greaterThan", "value": 1},
        ]
    }
    assert shared_server.api("POST", "/segments/preview", {"rule": rule})["count"] == 3
    made = shared_server.api("POST", "/segments", {"name": f"Before {colour}", "rule": rule})
    until(lambda: count(shared_server, made["id"]), lambda found: found == 3)
    by_event = {"event": f"Painted {colour}", "op": "performed"}
    seen = shared_server.api("POST", "/segments/preview", {"rule": by_event})
    assert seen["count"] == 3
    assert {user for each in seen["sample"] for user in each["userIds"]} <= set(users[:3])
    painters = segment(shared_server, "Painters", by_event)
    until(lambda: count(shared_server, painters), lambda found: found == 3)
    state = shared_server.api("GET", f"/segments/{painters}")["state"]
    assert (state["status"], state["done"] == state["total"]) == ("READY", True)


def test_a_changed_rule_moves_people(shared_server: Server, key: str) -> None:
    colour, one, *twos = uuid.uuid4().hex, someone(), someone(), someone()
    identify(shared_server, key, one, shade=colour, n=1)
    for two in twos:
        identify(shared_server, key, two, shade=colour, n=2)
    base = {"trait": "shade", "op": "equals", "value": colour}
    moving = segment(shared_server, "Moving", {"all": [base, {"trait": "n", "op": "equals", "value": 1}]})
    person(shared_server, one, lambda each: moving in each["segments"])
    person(shared_server, twos[-1])
    other = {"all": [base, {"trait": "n", "op": "equals", "value": 2}]}
    changed = shared_server.api("PATCH", f"/segments/{moving}", {"rule": other})
    assert changed["rule"] == other
    if changed["state"] is not None and changed["state"]["status"] == "READY":  # told within its two seconds
        assert changed["count"] == 2
    for two in twos:
        person(shared_server, two, lambda each: moving in each["segments"])
    person(shared_server, one, lambda each: moving not in each["segments"])
    until(lambda: count(shared_server, moving), lambda found: found == 2)


def test_a_segment_of_segments(shared_server: Server, key: str) -> None:
    tone, user = uuid.uuid4().hex, someone()
    inner = segment(shared_server, "Inner", {"trait": "tone", "op": "equals", "value": tone})
    outer = segment(shared_server, "Outer", {"all": [{"segment": inner}, {"not": {"trait": "muted", "op": "isTrue"}}]})
    identify(shared_server, key, user, tone=tone)
    person(shared_server, user, lambda each: {inner, outer} <= set(each["segments"]))
    identify(shared_server, key, user, muted=True)
    person(shared_server, user, lambda each: inner in each["segments"] and outer not in each["segments"])
    shared_server.api("DELETE", f"/segments/{inner}", status=409)
    circle = shared_server.api("PATCH", f"/segments/{inner}", {"rule": {"segment": outer}}, status=422)
    assert circle["error"]["code"] == "segment_cycle"
    shared_server.api("DELETE", f"/segments/{outer}")
    shared_server.api("DELETE", f"/segments/{inner}")
    until(lambda: segments_of(shared_server, userId=user), lambda told: not {inner, outer} & set(told))


def test_coming_and_going_are_events_of_the_source_segments(shared_server: Server, key: str) -> None:
    mood, user = uuid.uuid4().hex, someone()
    moody = segment(shared_server, "Moody", {"trait": "mood", "op": "equals", "value": mood})
    identify(shared_server, key, user, mood=mood)
    person(shared_server, user, lambda each: moody in each["segments"])
    identify(shared_server, key, user, mood=None)
    found = person(shared_server, user, lambda each: moody not in each["segments"])
    query = (
        "SELECT 'in', segment_id, user_id, person_id FROM segments.segment_entered "
        f"WHERE user_id = '{user}' UNION ALL "
        f"SELECT 'out', segment_id, user_id, person_id FROM segments.segment_left WHERE user_id = '{user}' ORDER BY 1"
    )
    expected = [["in", moody, user, found["id"]], ["out", moody, user, found["id"]]]
    shared_server.rows(query, lambda rows: rows == expected, wait_s=30.0)


def test_everyone_holds_everybody_and_stays(shared_server: Server, key: str) -> None:
    before = shared_server.api("GET", "/segments")["data"][0]
    assert (before["id"], before["builtin"]) == ("Everyone", True)
    identify(shared_server, key, someone(), plan="x")
    until(lambda: count(shared_server, "Everyone"), lambda found: found > before["count"])
    shared_server.api("PATCH", "/segments/Everyone", {"name": "x"}, status=409)
    shared_server.api("DELETE", "/segments/Everyone", status=409)


def test_what_is_wrong_with_a_rule_is_said_with_its_place(shared_server: Server) -> None:
    rule = {
        "all": [{"trait": "plan", "op": "equals", "value": "pro"}, {"not": {"trait": "x", "op": "equal", "value": 1}}]
    }
    for path, body in (("/segments", {"name": "x", "rule": rule}), ("/segments/preview", {"rule": rule})):
        told = shared_server.api("POST", path, body, status=400)["error"]
        assert (told["code"], told["details"]["path"]) == ("rule_invalid", "/all/1/not/op")
        assert "equals" in told["message"]


def test_segments_last_over_a_kill(shared_server: Server, key: str) -> None:
    colour, user = uuid.uuid4().hex, someone()
    stays = segment(shared_server, "Stays", {"trait": "stays", "op": "equals", "value": colour})
    identify(shared_server, key, user, stays=colour)
    person(shared_server, user, lambda each: stays in each["segments"])
    shared_server.kill()
    shared_server.start()
    until(lambda: segments_of(shared_server, userId=user), lambda told: stays in told)
    until(lambda: count(shared_server, stays), lambda found: found == 1)


def test_segments_on_the_command_line(shared_server: Server, key: str, tmp_path: Any) -> None:
    headwater = CommandLine(tmp_path, shared_server)
    shade, user = uuid.uuid4().hex, someone()
    identify(shared_server, key, user, shade=shade, email=f"{user}@example.com")
    person(shared_server, user)
    rule = f'{{"trait":"shade","op":"equals","value":"{shade}"}}'
    assert headwater.json("segment", "preview", "--rule", rule)["count"] == 1
    assert user in headwater.ok("segment", "preview", "--rule", rule)
    made = headwater.json("segment", "add", "--name", shade, "--rule", rule)
    until(lambda: headwater.json("segment", "show", shade)["count"], lambda found: found == 1)
    assert '"equals"' in headwater.ok("segment", "show", made["id"])
    assert shade in headwater.ok("segment", "list")
    assert headwater.json("segment", "list")[0]["id"] == "Everyone"
    file = tmp_path / "rule.json"
    file.write_text('{"trait":"shade","op":"exists"}')
    assert headwater.json("segment", "change", shade, "--rule", f"@{file}")["rule"]["op"] == "exists"
    assert headwater.json("segment", "change", shade, "--rule", "-", given=rule)["rule"]["op"] == "equals"
    assert "/op" in headwater.refusal("segment", "add", "--name", "n", "--rule", '{"trait":"a","op":"is"}')
    assert "no JSON" in headwater.refusal("segment", "preview", "--rule", "plan = pro")
    assert headwater.json("people", "list", "--segment", shade)[0]["userIds"] == [user]
    assert headwater.json("people", "list", "--trait", f"shade={shade}")[0]["userIds"] == [user]
    assert f"trait shade: {shade}" in headwater.ok("people", "show", user)
    assert "identify" in headwater.ok("people", "events", user)
    told = headwater.ok("people", "explain", user, "--segment", shade)
    assert ("in it" in told, shade in told) == (True, True)
    assert "nobody" in headwater.refusal("people", "show", "nobody-at-all")
    assert headwater.ok("segment", "remove", shade) == f"{shade} is removed.\n"
