"""Who is in which segment: as people change, as time passes, as definitions change."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from headwater.base.errors import NotFound, Unprocessable
from headwater.base.rules_parse import RuleError
from tests.unit.profiles.room import START_MS, WORKSPACE, event, identify
from tests.unit.profiles.segment_room import DAY_S, PRO, SegmentRoom, entry_of

ORDERED = {"event": "Ordered", "op": "performed"}


@pytest.fixture
def room() -> SegmentRoom:
    return SegmentRoom()


def track(name: str, user_id: str | None = "u1", **given: Any) -> Any:
    return event("track", user_id=user_id, event=name, **given)


def test_a_person_enters_and_leaves_by_traits(room: SegmentRoom):
    room.define(pros=PRO)
    room.take(identify("u1", traits={"plan": "pro"}), identify("u2", traits={"plan": "free"}))
    assert (room.inside("u1"), room.inside("u2")) == (["pros"], [])
    room.take(identify("u1", at_s=1, traits={"plan": "free"}), identify("u2", at_s=1, traits={"plan": "pro"}))
    assert (room.inside("u1"), room.inside("u2"), room.count("pros")) == ([], ["pros"], 1)
    assert room.told() == [("Entered", "pros", "u1"), ("Left", "pros", "u1"), ("Entered", "pros", "u2")]


def test_what_does_not_change_a_segment_is_not_told(room: SegmentRoom):
    room.define(pros=PRO)
    room.take(identify("u1", traits={"plan": "pro"}))
    room.take(identify("u1", at_s=1, traits={"plan": "pro", "other": 1}), identify("u1", at_s=2, traits={"x": 5}))
    assert room.told() == [("Entered", "pros", "u1")]


def test_a_number_that_no_double_holds_stops_nobody(room: SegmentRoom):
    room.define(
        big={"trait": "big", "op": "exists"},
        more={"trait": "big", "op": "greaterThan", "value": 5},
        buyers=ORDERED | {"where": [{"property": "big", "op": "notEquals", "value": 5}]},
    )
    huge = msgspec.Raw(b'{"big":1e999}')
    room.take(
        msgspec.structs.replace(identify("u1"), traits=huge), msgspec.structs.replace(track("Ordered"), properties=huge)
    )
    assert room.inside("u1") == ["big", "buyers"]


def test_a_cleared_trait_is_missing(room: SegmentRoom):
    room.define(pros=PRO, none={"trait": "plan", "op": "notExists"})
    room.take(identify("u1", traits={"plan": "pro"}))
    room.take(identify("u1", at_s=1, traits={"plan": None}))
    assert room.inside("u1") == ["none"]


def test_texts_are_compared_in_one_form_of_unicode(room: SegmentRoom):
    room.define(cafe={"trait": "place", "op": "equals", "value": "Caf\u00e9"})
    room.take(identify("u1", traits={"place": "Cafe\u0301"}))
    assert room.inside("u1") == ["cafe"]


def test_nested_traits_and_names_with_quotes(room: SegmentRoom):
    room.define(
        nested={"trait": "company.plan", "op": "equals", "value": "pro"},
        odd={"trait": 'a "b" \\c', "op": "equals", "value": 5},
    )
    room.take(identify("u1", traits={"company": {"plan": "pro"}, 'a "b" \\c': 5}))
    assert room.inside("u1") == ["nested", "odd"]
    room.define(later={"trait": 'a "b" \\c', "op": "greaterThan", "value": 4})
    assert room.inside("u1") == ["nested", "odd", "later"]


@pytest.mark.parametrize("anonymous", [False, True])
def test_without_an_identify_with_traits_there_is_only_everyone(room: SegmentRoom, anonymous: bool):
    room.anonymous = anonymous
    room.define(free={"trait": "plan", "op": "notEquals", "value": "pro"}, buyers=ORDERED)
    room.take(track("Ordered"), identify("u2"))
    wanted = ["free", "buyers"] if anonymous else []
    assert (room.inside("u1"), room.inside("u2")) == (wanted, wanted[:1])
    room.take(identify("u1", at_s=1, traits={"plan": "free"}))
    assert room.inside("u1") == ["free", "buyers"]


def test_only_who_has_a_user_id_is_in_segments(room: SegmentRoom):
    room.define(pros=PRO)
    room.take(identify(None, anonymous_id="a1", traits={"plan": "pro"}))
    room.define(later=PRO)
    assert (room.count("pros"), room.count("later")) == (0, 0)
    room.take(event("track", user_id="u1", anonymous_id="a1", event="Seen"))
    assert room.inside("u1") == ["pros", "later"]
    room.take(identify("u2", traits={"n": 1}), event("alias", user_id="u2", previous_id="u1"))
    assert room.inside("u2") == ["pros", "later"]
    assert (room.count("pros"), room.count("later")) == (1, 1)


def test_the_setting_for_anonymous_people_is_followed_when_it_changes(room: SegmentRoom):
    room.define(free={"trait": "plan", "op": "notExists"})
    room.take(track("Seen"))
    room.anonymous = True
    room.settle()
    assert room.inside("u1") == ["free"]
    room.anonymous = False
    room.settle()
    assert (room.inside("u1"), room.count("free")) == ([], 0)


def test_events_are_counted_once_each(room: SegmentRoom):
    room.define(twice=ORDERED | {"count": {"atLeast": 2}})
    first = track("Ordered")
    room.take(identify("u1", traits={"a": 1}), first)
    room.take(first)
    room.take(first, replay="r1")
    assert room.inside("u1") == []
    room.take(track("Ordered"))
    assert room.inside("u1") == ["twice"]


def test_pages_and_screens_go_by_their_names(room: SegmentRoom):
    room.define(priced={"event": "Pricing"})
    room.take(identify("u1", traits={"a": 1}), identify("u2", traits={"a": 1}))
    room.take(event("page", user_id="u1", name="Pricing"), event("screen", user_id="u2", name="Pricing"))
    assert (room.inside("u1"), room.inside("u2")) == (["priced"], ["priced"])


def test_only_events_with_the_properties_count(room: SegmentRoom):
    where = [{"property": "cart.total", "op": "greaterThan", "value": 10}]
    room.define(big=ORDERED | {"where": where})
    room.take(identify("u1", traits={"a": 1}), track("Ordered", properties={"cart": {"total": 10}}))
    assert room.inside("u1") == []
    room.take(track("Ordered", properties={"cart": {"total": 11}}))
    assert room.inside("u1") == ["big"]


def test_a_window_expires_by_itself(room: SegmentRoom):
    room.define(week=ORDERED | {"withinDays": 7}, idle={"event": "Ordered", "op": "notPerformed", "withinDays": 7})
    room.take(identify("u1", traits={"a": 1}), track("Ordered", at_s=0))
    assert room.inside("u1") == ["week"]
    room.pass_time(7 * DAY_S)
    assert room.inside("u1") == ["week"]
    room.pass_time(1)
    assert room.inside("u1") == ["idle"]
    assert room.told()[-2:] == [("Left", "week", "u1"), ("Entered", "idle", "u1")]


def test_a_trait_grows_old_by_itself(room: SegmentRoom):
    room.define(
        new={"trait": "signup", "op": "withinLastDays", "value": 1},
        old={"trait": "signup", "op": "moreThanDaysAgo", "value": 1},
    )
    room.take(identify("u1", traits={"signup": START_MS / 1000 + 60}))
    assert room.inside("u1") == []
    room.pass_time(60)
    assert room.inside("u1") == ["new"]
    room.pass_time(DAY_S + 1)
    assert room.inside("u1") == ["old"]


def test_a_window_expires_after_a_restart(room: SegmentRoom):
    room.define(week=ORDERED | {"withinDays": 7})
    room.take(identify("u1", traits={"a": 1}), track("Ordered"))
    again = room.reopened()
    again.settle()
    assert again.inside("u1") == ["week"]
    again.pass_time(8 * DAY_S)
    assert again.inside("u1") == []


def test_group_traits_move_all_members(room: SegmentRoom):
    room.define(big={"groupTrait": "seats", "op": "greaterThan", "value": 100})
    people = [identify(f"u{n}", traits={"n": n}) for n in range(3)]
    room.take(*people, *(event("group", user_id=f"u{n}", group_id="g1", traits={"seats": 50}) for n in range(2)))
    assert [room.inside(f"u{n}") for n in range(3)] == [[], [], []]
    room.take(event("group", user_id="u0", group_id="g1", at_s=1, traits={"seats": 500}))
    room.settle()
    assert [room.inside(f"u{n}") for n in range(3)] == [["big"], ["big"], []]


def test_who_joins_a_group_is_judged_by_its_traits_at_once(room: SegmentRoom):
    room.define(
        small={"groupTrait": "seats", "op": "lessThan", "value": 100},
        free={"groupTrait": "plan", "op": "notEquals", "value": "pro"},
    )
    room.take(identify("u1", traits={"n": 1}))
    assert room.told() == [("Entered", "free", "u1")]
    room.take(event("group", user_id="u1", group_id="g1", traits={"seats": 5, "plan": "pro"}))
    room.settle()
    assert room.told() == [("Entered", "small", "u1"), ("Left", "free", "u1")]


def test_what_is_known_of_a_person(room: SegmentRoom):
    room.define(
        acme={"person": "userId", "op": "endsWith", "value": "@acme.com"},
        grouped={"person": "groupId", "op": "equals", "value": "g1"},
        seen={"person": "lastSeenAt", "op": "withinLastDays", "value": 1},
        first={"person": "firstSeenAt", "op": "moreThanDaysAgo", "value": 1},
    )
    room.take(identify("ann@acme.com", traits={"n": 1}))
    assert room.inside("ann@acme.com") == ["acme", "seen"]
    room.take(event("group", user_id="ann@acme.com", group_id="g1"))
    assert room.inside("ann@acme.com") == ["acme", "grouped", "seen"]
    room.pass_time(DAY_S + 1)
    assert room.inside("ann@acme.com") == ["acme", "grouped", "first"]
    room.take(track("Back", "ann@acme.com", at_s=DAY_S + 1))
    assert room.inside("ann@acme.com") == ["acme", "grouped", "seen", "first"]


def test_ids_that_come_and_go_are_followed(room: SegmentRoom):
    room.define(
        phones={"person": "anonymousId", "op": "startsWith", "value": "phone-"},
        staff={"person": "userId", "op": "endsWith", "value": "@us.com"},
    )
    room.take(identify("u1", traits={"n": 1}), identify("u2", traits={"n": 1}))
    room.take(event("track", user_id="u1", anonymous_id="phone-1", event="Seen"))
    assert (room.inside("u1"), room.inside("u2")) == (["phones"], [])
    room.take(event("track", user_id="u2", anonymous_id="phone-1", event="Seen", at_s=1))
    assert (room.inside("u1"), room.inside("u2")) == ([], ["phones"])
    room.take(event("alias", user_id="u1", previous_id="ann@us.com"))
    assert room.inside("u1") == ["staff"]


def test_segments_of_segments_follow(room: SegmentRoom):
    room.define(
        outer={"all": [{"segment": "middle"}, {"trait": "beta", "op": "isTrue"}]},
        middle={"not": {"segment": "pros"}},
        pros=PRO,
    )
    room.take(identify("u1", traits={"plan": "free", "beta": True}))
    assert room.inside("u1") == ["outer", "middle"]
    room.take(identify("u1", at_s=1, traits={"plan": "pro"}))
    assert room.inside("u1") == ["pros"]
    room.take(identify("u1", at_s=2, traits={"plan": "team", "beta": False}))
    assert room.inside("u1") == ["middle"]


def test_segments_in_a_circle_hold_nobody(room: SegmentRoom):
    room.definitions = [
        entry_of("a", {"segment": "b"}),
        entry_of("b", {"not": {"segment": "a"}}),
        entry_of("pros", PRO),
    ]
    room.take(identify("u1", traits={"plan": "pro"}))
    assert room.inside("u1") == ["pros"]
    states = room.people_segments.states(WORKSPACE)
    assert [states[id]["status"] for id in ("a", "b", "pros")] == ["FAILED", "FAILED", "READY"]
    assert 'segment "a" holds nobody' in room.logged[0]


def test_two_who_become_one_are_judged_as_one(room: SegmentRoom):
    room.define(twice=ORDERED | {"count": {"atLeast": 2}}, pros=PRO)
    room.take(event("track", anonymous_id="a1", event="Ordered"))
    room.take(identify("u1", traits={"plan": "pro"}), track("Ordered"))
    assert room.inside("u1") == ["pros"]
    room.take(event("alias", user_id="u1", previous_id="a1"))
    assert room.inside("u1") == ["twice", "pros"]
    assert room.count("twice") == room.count("pros") == 1


def test_who_goes_into_another_leaves_no_trace(room: SegmentRoom):
    room.define(pros=PRO, week=ORDERED | {"withinDays": 7})
    room.take(identify("u1", traits={"plan": "pro"}), identify("u2", traits={"plan": "pro"}), track("Ordered", "u2"))
    assert room.count("pros") == 2
    room.take(event("alias", user_id="u1", previous_id="u2"))
    assert (room.count("pros"), room.count("week"), room.inside("u1")) == (1, 1, ["pros", "week"])
    ref = room.known("u1").ref
    assert room.people_segments.members(WORKSPACE, "pros", 0, 10) == [ref]
    assert [row[0] for row in room.connection.execute("SELECT ref FROM due")] == [ref]


# Definitions


def test_a_new_segment_is_looked_for_in_all_people_and_tells_nobody(room: SegmentRoom):
    room.take(*(identify(f"u{n}", traits={"plan": "pro" if n % 3 else "free"}) for n in range(30)))
    room.take(track("Seen", "nobody"))
    room.define(pros=PRO, free={"not": {"segment": "pros"}})
    states = room.people_segments.states(WORKSPACE)
    told = {"count": 20, "status": "READY", "done": 31, "total": 31, "updatedAt": str(PRO)}
    assert states["pros"] == told
    assert (states["free"]["count"], states["Everyone"]["count"]) == (10, 31)
    assert room.told() == []
    members = room.people_segments.members(WORKSPACE, "pros", 0, 100)
    assert members == [room.known(f"u{n}").ref for n in range(30) if n % 3]
    assert room.people_segments.members(WORKSPACE, "pros", members[4], 3) == members[5:8]
    assert len(room.people_segments.members(WORKSPACE, "Everyone", 0, 100)) == 31


def test_members_of_a_new_segment_are_told_of_when_it_says_so(room: SegmentRoom):
    room.take(identify("u1", traits={"plan": "pro"}))
    room.definitions = [entry_of("pros", PRO, announces=True)]
    room.settle()
    assert room.told() == [("Entered", "pros", "u1")]
    assert room.count("pros") == 1


def test_past_events_are_counted_for_a_new_segment(room: SegmentRoom):
    lately = START_MS - DAY_S * 1000
    for message_id in ("m1", "m2", "m2"):
        room.past.add("Ordered", "u1", lately, message_id, total=20)
    room.past.add("Ordered", "u1", lately, "m3", total=5)
    room.past.add("Ordered", "stranger", lately, "m4", total=50)
    room.past.add("Ordered", "u2", START_MS - 10 * DAY_S * 1000, "m5", total=50)
    room.take(identify("u1", traits={"a": 1}), identify("u2", traits={"a": 1}))
    where = [{"property": "total", "op": "greaterThan", "value": 10}]
    room.define(
        twice=ORDERED | {"where": where, "count": {"exactly": 2}},
        week=ORDERED | {"where": where, "withinDays": 7},
        thrice=ORDERED | {"count": {"atLeast": 3}},
    )
    assert (room.inside("u1"), room.inside("u2")) == (["twice", "week", "thrice"], [])
    assert {(name, names) for name, _, names, _ in room.past.asked} == {("Ordered", ("total",)), ("Ordered", ())}
    room.pass_time(7 * DAY_S)
    assert room.inside("u1") == ["twice", "thrice"]


def test_a_deeper_count_asks_for_the_past_again(room: SegmentRoom):
    for number in range(3):
        room.past.add("Ordered", "u1", START_MS - number * 1000)
    room.take(identify("u1", traits={"a": 1}))
    room.define(once=ORDERED)
    room.define(thrice=ORDERED | {"count": {"atLeast": 3}})
    assert room.inside("u1") == ["once", "thrice"]


def test_events_while_the_past_is_counted_count_once(room: SegmentRoom):
    room.take(identify("u1", traits={"a": 1}))
    room.past.add("Ordered", "u1", START_MS, "same")
    room.definitions = [entry_of("once", ORDERED | {"count": {"exactly": 1}})]
    room.take(track("Ordered", message_id="same"))
    room.settle()
    assert room.inside("u1") == ["once"]


def test_a_warehouse_that_is_away_is_waited_for(room: SegmentRoom, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("headwater.profiles.backfill.RETRY_S", 0.0)
    room.take(identify("u1", traits={"plan": "pro"}))
    room.past.add("Ordered", "u1", START_MS)
    room.past.is_away = True
    room.definitions = [entry_of("buyers", ORDERED), entry_of("pros", PRO)]
    while "the warehouse is away" not in "".join(room.logged):
        room.profiles.turn()
    states = room.people_segments.states(WORKSPACE)
    assert (states["buyers"]["status"], states["pros"]["status"]) == ("RUNNING", "READY")
    room.past.is_away = False
    room.settle()
    assert room.inside("u1") == ["buyers", "pros"]


def test_a_changed_rule_is_looked_for_anew_and_what_names_it_too(room: SegmentRoom):
    room.define(pros=PRO, others={"not": {"segment": "pros"}})
    room.take(identify("u1", traits={"plan": "pro"}), identify("u2", traits={"plan": "team"}))
    room.told()
    room.define(pros={"trait": "plan", "op": "equals", "value": "team"})
    assert (room.inside("u1"), room.inside("u2")) == (["others"], ["pros"])
    assert (room.count("pros"), room.count("others"), room.told()) == (1, 1, [])


def test_a_new_name_changes_nothing_else(room: SegmentRoom):
    room.define(pros=PRO)
    room.take(identify("u1", traits={"plan": "pro"}))
    entry = entry_of("pros", PRO)
    room.definitions = [
        type(entry)(**{name: getattr(entry, name) for name in entry.__struct_fields__} | {"name": "New"})
    ]
    room.profiles.turn()
    assert room.people_segments.states(WORKSPACE)["pros"]["status"] == "READY"
    room.take(identify("u1", at_s=1, traits={"plan": "x"}))
    bodies = [row[0] for row in room.connection.execute("SELECT body FROM outbox ORDER BY seq")]
    assert b'"segmentName":"New"' in bodies[-1]


def test_a_deleted_segment_leaves_no_trace(room: SegmentRoom):
    room.define(pros=PRO, buyers=ORDERED)
    room.take(identify("u1", traits={"plan": "pro"}), track("Ordered"))
    room.define(pros=None, buyers=None)
    assert room.inside("u1") == []
    for table in ("members", "segments", "meter_kinds"):
        assert room.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    with pytest.raises(NotFound):
        room.people_segments.members(WORKSPACE, "pros", 0, 10)
    room.define(pros=PRO)
    assert room.inside("u1") == ["pros"]


def test_all_is_there_after_a_restart(room: SegmentRoom):
    room.define(pros=PRO, twice=ORDERED | {"count": {"atLeast": 2}})
    room.take(identify("u1", traits={"plan": "pro"}), track("Ordered"))
    again = room.reopened()
    again.settle()
    assert (again.inside("u1"), again.count("pros"), again.past.asked) == (["pros"], 1, room.past.asked)
    again.take(track("Ordered"))
    assert again.inside("u1") == ["pros", "twice"]


def test_what_was_taken_back_is_as_if_it_had_never_been(room: SegmentRoom, monkeypatch: pytest.MonkeyPatch):
    room.define(pros=PRO, week=ORDERED | {"withinDays": 7})
    room.take(identify("u1", traits={"plan": "pro"}))

    def fail(*_: object) -> None:
        room.store.db.rollback()
        raise NotFound("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(room.store.db, "commit", fail)
        room.write(identify("u2", traits={"plan": "pro"}), track("Ordered", "u1"))
        with pytest.raises(NotFound):
            room.profiles.step()
        room.store.db.rollback()
    assert room.count("pros") == 1
    room.turn()
    assert (room.count("pros"), room.inside("u1"), room.inside("u2")) == (2, ["pros", "week"], ["pros"])


def test_people_beyond_a_page_of_bits(room: SegmentRoom):
    room.define(pros=PRO)
    room.store.db.begin()
    room.store.set_next_refs(8191, 1)
    room.store.db.commit()
    room.take(*(identify(f"u{n}", traits={"plan": "pro"}) for n in range(3)))
    assert room.people_segments.members(WORKSPACE, "pros", 0, 10) == [8191, 8192, 8193]
    assert room.people_segments.members(WORKSPACE, "pros", 8191, 10) == [8192, 8193]
    assert room.connection.execute("SELECT count(*) FROM members").fetchone() == (2,)


# Questions


def test_an_explanation_of_a_person(room: SegmentRoom):
    room.define(pros={"all": [PRO, ORDERED]})
    room.take(identify("u1", traits={"plan": "pro"}), track("Seen", "u2"))
    told = room.people_segments.explain(room.known("u1"), "pros", room.view)
    assert (told["segmentId"], told["member"], "note" in told) == ("pros", False, False)
    plan, ordered = told["tree"]["children"]
    assert (plan["value"], plan["result"]) == ("pro", True)
    assert (ordered["value"], ordered["result"]) == ({"count": 0, "lastAt": None}, False)
    assert "No identify with traits" in room.people_segments.explain(room.known("u2"), "pros", room.view)["note"]
    everyone = room.people_segments.explain(room.known("u2"), "Everyone", room.view)
    assert (everyone["member"], everyone["tree"]["result"]) == (True, True)
    with pytest.raises(NotFound):
        room.people_segments.explain(room.known("u1"), "none", room.view)


def test_a_preview_counts_without_keeping_anything(room: SegmentRoom):
    room.past.add("Ordered", "u1", START_MS - 1000, total=20)
    room.define(pros=PRO)
    room.take(*(identify(f"u{n}", traits={"plan": "pro" if n < 12 else "free"}) for n in range(20)))
    room.take(event("group", user_id="u1", group_id="g", traits={"seats": 5}))
    preview = room.people_segments.preview
    assert preview(WORKSPACE, PRO, room.view) == (12, [room.known(f"u{n}").ref for n in range(10)])
    assert preview(WORKSPACE, ORDERED, room.view) == (1, [room.known("u1").ref])
    where = [{"property": "total", "op": "greaterThan", "value": 50}]
    assert preview(WORKSPACE, ORDERED | {"where": where}, room.view)[0] == 0
    assert (
        preview(WORKSPACE, {"all": [{"segment": "pros"}, {"event": "Ordered", "op": "notPerformed"}]}, room.view)[0]
        == 11
    )
    assert preview(WORKSPACE, {"groupTrait": "seats", "op": "equals", "value": 5}, room.view)[0] == 1
    assert preview(WORKSPACE, {"segment": "Everyone"}, room.view)[0] == 20
    assert preview("other", PRO, room.view) == (0, [])
    with pytest.raises(RuleError):
        preview(WORKSPACE, {"trait": "plan"}, room.view)
    with pytest.raises(Unprocessable, match="not in this workspace"):
        preview(WORKSPACE, {"segment": "gone"}, room.view)
    assert list(room.people_segments.states(WORKSPACE)) == ["Everyone", "pros"]
