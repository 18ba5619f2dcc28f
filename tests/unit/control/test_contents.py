from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.control import contents
from headwater.control.bootstrap import attach_store
from headwater.control.model import Workspace
from headwater.control.store import Store


def test_a_number_is_given_at_first_sight_and_kept(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    first = store.contents.number_of(workspace.id, "abc")
    second = store.contents.number_of(workspace.id, "def")
    assert isinstance(first, int)
    assert first != second
    assert store.contents.numbers_of(workspace.id, ["def", "abc", "def"]) == {"abc": first, "def": second}
    again = attach_store(tmp_path)
    assert again.contents.numbers_of(workspace.id, ["abc", "ghi"])["abc"] == first
    assert store.contents.number_of(workspace.id, "ghi") == again.contents.number_of(workspace.id, "ghi")
    again.close()


def test_workspaces_do_not_share_numbers(store: Store, workspace: Workspace) -> None:
    other = store.create_workspace(name="Other", region="us")
    assert store.contents.number_of(workspace.id, "abc") != store.contents.number_of(other.id, "abc")
    assert store.contents.numbers_of(workspace.id, []) == {}


@pytest.mark.parametrize("content_id", ["", "x" * 5000, "a\x00b", "\ud800", "sha256:x", "日本語"])
def test_any_text_has_a_number(store: Store, workspace: Workspace, content_id: str) -> None:
    number = store.contents.number_of(workspace.id, content_id)
    assert store.contents.number_of(workspace.id, content_id) == number
    assert store.contents.number_of(workspace.id, content_id + "y") != number


def test_a_full_memory_forgets_and_finds_again(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "CACHED", 3)
    given = {str(number): store.contents.number_of(workspace.id, str(number)) for number in range(8)}
    assert len(set(given.values())) == 8
    assert store.contents.numbers_of(workspace.id, list(given)) == given


def test_many_at_once_agree(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    stores = [store, *(attach_store(tmp_path) for _ in range(3))]
    names = [f"content-{number}" for number in range(40)]

    def ask(turn: int) -> dict[str, int]:
        some = names[turn:] + names[:turn]
        return {name: stores[turn % 4].contents.number_of(workspace.id, name) for name in some}

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0].values())) == 40
    for other in stores[1:]:
        other.close()
