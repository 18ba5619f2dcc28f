"""Segments in the state database: what is refused, what is kept, and what other processes see of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from headwater.base.errors import Conflict, InvalidInput, NotFound, Unprocessable
from headwater.control import segments as room
from headwater.control.directory import Directory
from headwater.control.model import Segment, Workspace
from headwater.control.segments import named_segments
from headwater.control.store import Store
from tests.unit.control.conftest import Wall

PRO: dict[str, Any] = {"all": [{"trait": "plan", "op": "equals", "value": "pro"}]}


def made(store: Store, workspace: Workspace, name: str, rule: Any = PRO) -> Segment:
    return store.segments.create(workspace.id, name=name, rule=rule, by="key:k")


def within(*segments: Segment) -> dict[str, Any]:
    return {"any": [{"not": {"segment": segment.id}} for segment in segments]}


def test_a_segment_from_creation_to_deletion(store: Store, workspace: Workspace, clock: Wall) -> None:
    first = made(store, workspace, " Pro users ")
    assert re.fullmatch(r"[A-Za-z0-9]{10}", first.id)
    assert (first.name, first.rule, first.announce_members) == ("Pro users", PRO, False)
    assert first.created_at == first.updated_at
    clock.seconds += 5
    changed = store.segments.update(workspace.id, first.id, name="Payers", announce_members=True)
    assert (changed.name, changed.rule, changed.announce_members) == ("Payers", PRO, True)
    assert changed.created_at < changed.updated_at
    clock.seconds += 5
    assert store.segments.update(workspace.id, first.id, name="Payers") == changed
    other = made(store, workspace, "everyone else")
    assert store.segments.of_workspace(workspace.id) == [other, changed]
    assert store.segments.get(workspace.id, first.id) == changed
    assert store.segments.delete(workspace.id, first.id) == changed
    with pytest.raises(NotFound, match="no segment"):
        store.segments.get(workspace.id, first.id)
    entries, _ = store.audit(workspace.id)
    assert [entry.action for entry in entries[:4]] == [
        "segment.delete", "segment.create", "segment.update", "segment.create",
    ]  # fmt: skip
    assert entries[2].detail == {"changed": ["announce_members", "name"]}


def test_a_rule_is_kept_in_its_canonical_form(store: Store, workspace: Workspace) -> None:
    given = {"event": "Ordered", "op": "performed", "count": {"atLeast": 1}, "where": None, "withinDays": 7.0}
    assert made(store, workspace, "a", given).rule == {"event": "Ordered", "op": "performed", "withinDays": 7}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"all": [{"trait": "plan", "op": "equal", "value": "pro"}]}, "/all/0/op"),
        ({"any": []}, "/any"),
        ({"not": {"trait": "plan", "op": "equals"}}, "/not/value"),
        ({}, ""),
    ],
)
def test_a_rule_that_is_wrong_is_refused_with_its_place(
    store: Store, workspace: Workspace, rule: Any, path: str
) -> None:
    kept = made(store, workspace, "kept")
    for call in (
        lambda: made(store, workspace, "new", rule),
        lambda: store.segments.update(workspace.id, kept.id, rule=rule),
        lambda: store.segments.check(workspace.id, rule),
    ):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert (refused.value.code, refused.value.details["path"]) == ("rule_invalid", path)
    assert store.segments.of_workspace(workspace.id) == [kept]


def test_a_name_is_taken_once_in_a_workspace(store: Store, workspace: Workspace) -> None:
    first, second = made(store, workspace, "a"), made(store, workspace, "b")
    for call in (
        lambda: made(store, workspace, "a"),
        lambda: store.segments.update(workspace.id, second.id, name="a"),
    ):
        with pytest.raises(Conflict) as refused:
            call()
        assert (refused.value.code, refused.value.details) == (
            "name_taken", {"field": "name", "segmentId": first.id},
        )  # fmt: skip
    with pytest.raises(Conflict, match="Everyone"):
        made(store, workspace, "Everyone")
    other = store.create_workspace(name="Other", region="us")
    assert made(store, other, "a").name == "a"


def test_a_rule_names_only_segments_of_its_workspace(store: Store, workspace: Workspace) -> None:
    foreign = made(store, store.create_workspace(name="Other", region="us"), "theirs")
    mine = made(store, workspace, "mine", {"segment": "Everyone"})
    for segment_id in ("nobody", foreign.id):
        rule = {"all": [{"segment": mine.id}, {"not": {"segment": segment_id}}]}
        with pytest.raises(Unprocessable) as refused:
            made(store, workspace, "new", rule)
        assert refused.value.code == "unknown_segment"
        assert refused.value.details == {"field": "rule", "path": "/all/1/not/segment", "segmentId": segment_id}
        assert mine.id in refused.value.message
    with pytest.raises(Unprocessable):
        store.segments.check(workspace.id, {"segment": foreign.id})
    with pytest.raises(NotFound):
        store.segments.update(workspace.id, foreign.id, name="ours")


def test_no_segment_holds_itself(store: Store, workspace: Workspace) -> None:
    a = made(store, workspace, "a")
    b = made(store, workspace, "b", within(a))
    c = made(store, workspace, "c", within(a, b))
    for rule, way in (
        ({"segment": a.id}, [a.id, a.id]),
        (within(b), [a.id, b.id, a.id]),
        ({"all": [PRO, {"segment": c.id}]}, [a.id, c.id, a.id]),
    ):
        with pytest.raises(Unprocessable) as refused:
            store.segments.update(workspace.id, a.id, rule=rule)
        assert (refused.value.code, refused.value.details["segmentIds"]) == ("segment_cycle", way)
        pointers = [pointer for pointer, name in named_segments(rule) if name == way[1]]
        assert refused.value.details["path"] in pointers
    assert store.segments.get(workspace.id, a.id) == a
    assert store.segments.update(workspace.id, c.id, rule={"segment": b.id}).rule == {"segment": b.id}


def test_a_long_way_round_is_found_in_no_time(store: Store, workspace: Workspace) -> None:
    """Each names the two before it: there are more ways through them than anyone could walk."""
    chain = [made(store, workspace, "0"), made(store, workspace, "1")]
    for number in range(2, 60):
        chain.append(made(store, workspace, str(number), within(*chain[-2:])))
    with pytest.raises(Unprocessable, match="hold itself"):
        store.segments.update(workspace.id, chain[0].id, rule={"segment": chain[-1].id})
    free = made(store, workspace, "free")
    assert store.segments.update(workspace.id, free.id, rule={"segment": chain[-1].id}).id == free.id


def test_what_others_need_is_not_deleted(store: Store, workspace: Workspace) -> None:
    a = made(store, workspace, "a")
    b = made(store, workspace, "b", within(a))
    with pytest.raises(Conflict) as refused:
        store.segments.delete(workspace.id, a.id)
    assert (refused.value.code, refused.value.details) == (
        "segment_in_use", {"segments": [{"id": b.id, "name": "b"}]},
    )  # fmt: skip
    store.segments.delete(workspace.id, b.id)
    store.segments.delete(workspace.id, a.id)
    assert store.segments.of_workspace(workspace.id) == []


def test_there_are_so_many_and_no_more(store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_SEGMENTS", 2)
    made(store, workspace, "a")
    made(store, workspace, "b")
    with pytest.raises(Unprocessable) as refused:
        made(store, workspace, "c")
    assert refused.value.code == "too_many_segments"


def test_the_directory_gives_the_same_entry_until_the_segment_changes(
    store: Store, workspace: Workspace, directory: Directory, clock: Wall
) -> None:
    assert directory.segments() == []
    a = made(store, workspace, "a")
    clock.seconds += 1  # the oldest comes first
    b = made(store, workspace, "b")
    first = directory.segments()
    assert [(entry.id, entry.workspace_id, entry.name, entry.rule) for entry in first] == [
        (each.id, workspace.id, each.name, PRO) for each in (a, b)
    ]
    store.update_workspace(workspace.id, name="Renamed")
    assert directory.segments() is first
    clock.seconds += 1
    store.segments.update(workspace.id, b.id, announce_members=True)
    second = directory.segments()
    assert second[0] is first[0]
    assert (second[1].announce_members, second[1] is first[1]) == (True, False)
    store.segments.delete(workspace.id, a.id)
    assert [entry is second[1] for entry in directory.segments()] == [True]


def test_the_segments_of_a_deleted_workspace_are_gone(store: Store, workspace: Workspace, directory: Directory) -> None:
    store.create_workspace(name="Other", region="us")
    made(store, workspace, "a")
    store.delete_workspace(workspace.id, confirm="Acme")
    assert directory.segments() == []
