"""Back ends' calls to erase users: handed on once for each request, however often its record is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.base.errors import Transient
from tests.unit.pipeline.rig import Rig, track


class Asked:
    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str], str]] = []
        self.away = False

    def request(self, workspace_id: str, user_ids: Sequence[str], id: str) -> None:
        if self.away:
            raise Transient("not now")
        self.calls.append((workspace_id, list(user_ids), id))


@pytest.fixture
def rig(tmp_path: Path) -> Any:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def asked_of(rig: Rig) -> Asked:
    asked = Asked()
    rig.pipeline._erasures = asked
    return asked


def delete(*user_ids: str) -> list[dict[str, Any]]:
    return [{"userId": user_id, "action": "delete"} for user_id in user_ids]


def test_each_request_is_one_regulation_and_no_event(rig: Rig) -> None:
    asked = asked_of(rig)
    rig.send(track("m1"))
    rig.send(*delete("a", "b"), fate="erasure_requested", door="rest")
    rig.send(*delete("c"), fate="erasure_requested", door="rest")
    rig.run()
    assert [(workspace, user_ids) for workspace, user_ids, _ in asked.calls] == [("ws_1", ["a", "b"]), ("ws_1", ["c"])]
    assert len({id for _, _, id in asked.calls}) == 2
    assert [event.message_id for event in rig.clean()] == ["m1"]
    totals = rig.ledger.totals()["src_1"]
    assert (totals.clean, totals.dropped) == (1, {"erasure_requested": 3})


def test_what_could_not_be_taken_on_is_asked_again(rig: Rig) -> None:
    asked = asked_of(rig)
    rig.send(*delete("a"), fate="erasure_requested", door="rest")
    asked.away = True
    with pytest.raises(Transient):
        rig.pipeline.step()
    assert rig.ledger.totals() == {}
    asked.away = False
    rig.run()
    assert [user_ids for _, user_ids, _ in asked.calls] == [["a"]]


def test_a_crash_after_it_was_taken_on_asks_under_the_same_id(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_of(rig)
    rig.send(*delete("a"), fate="erasure_requested", door="rest")

    def full(_payloads: Sequence[bytes]) -> int:
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(rig.clean_writer, "append", full)
        with pytest.raises(OSError, match="no room"):
            rig.pipeline.step()
    rig.crash()
    rig.pipeline._erasures = asked
    rig.run()
    assert len(asked.calls) == 2
    assert asked.calls[0] == asked.calls[1]
