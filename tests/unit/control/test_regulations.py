"""What is asked for is kept sealed and taken effect at once; what is finished leaves digests alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.base.subject import Subject
from headwater.control.directory import Directory
from headwater.control.model import Workspace
from headwater.control.regulations import Regulation, Regulations, RegulationType, StoreState
from headwater.control.store import Store


@pytest.fixture
def regulations(store: Store) -> Regulations:
    return store.regulations


def asked(
    regulations: Regulations, workspace: Workspace, *ids: str, type: RegulationType = "SUPPRESS_WITH_DELETE"
) -> Regulation:
    return regulations.request(workspace.id, type=type, subject_type="USER_ID", subject_ids=list(ids), by="key:k")


def is_suppressed(directory: Directory, workspace: Workspace, user_id: str | None, anonymous_id: str | None) -> bool:
    people = directory.suppressed(workspace.id)
    return people is not None and people.owns(user_id, anonymous_id)


def test_nobody_is_suppressed_where_nobody_was_asked_for(directory: Directory, workspace: Workspace) -> None:
    assert directory.suppressed(workspace.id) is None


def test_a_person_is_suppressed_from_the_request_on(
    regulations: Regulations, directory: Directory, store: Store, workspace: Workspace
) -> None:
    other = store.create_workspace(name="Other", region="us")
    asked(regulations, workspace, "ann")
    assert is_suppressed(directory, workspace, "ann", None)
    assert not is_suppressed(directory, workspace, "bob", "ann")
    assert not is_suppressed(directory, other, "ann", None)


def test_found_ids_are_suppressed_too_unless_another_user_is_named(
    regulations: Regulations, directory: Directory, workspace: Workspace
) -> None:
    made = asked(regulations, workspace, "ann")
    regulations.resolved(made, _with(regulations.subject(made), anonymous="device-1"))
    assert is_suppressed(directory, workspace, None, "device-1")
    assert not is_suppressed(directory, workspace, "bob", "device-1")
    assert regulations.subject(made).anonymous_ids == {"device-1"}


def test_who_is_only_erased_is_taken_again_when_that_is_finished(
    regulations: Regulations, directory: Directory, workspace: Workspace
) -> None:
    made = asked(regulations, workspace, "ann", type="DELETE_ONLY")
    assert is_suppressed(directory, workspace, "ann", None)
    regulations.finish(made, stores=[])
    assert not is_suppressed(directory, workspace, "ann", None)
    assert regulations.suppressions(workspace.id, limit=10, offset=0) == ([], 0)


def test_a_finished_one_holds_no_id_in_any_byte_of_the_database(
    regulations: Regulations, workspace: Workspace, tmp_path: Path
) -> None:
    made = asked(regulations, workspace, "ann@example.com")
    sealed = sqlite3.connect(tmp_path / "state.db").execute("SELECT sealed FROM regulations").fetchone()[0]
    regulations.finish(made, stores=[StoreState(name="journal", status="FINISHED", rows_deleted=3)])
    bytes_left = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert b"ann@example.com" not in bytes_left
    assert sealed.encode() not in bytes_left
    done = regulations.get(workspace.id, made.id)
    assert (done.status, done.stores[0].rows_deleted) == ("FINISHED", 3)
    with pytest.raises(NotFound):
        regulations.subject(done)
    assert regulations.unfinished() == []


def test_unsuppress_lets_a_person_in_again_with_all_found_ids(
    regulations: Regulations, directory: Directory, workspace: Workspace
) -> None:
    made = asked(regulations, workspace, "ann")
    regulations.resolved(made, _with(regulations.subject(made), anonymous="device-1"))
    regulations.finish(made, stores=[])
    assert is_suppressed(directory, workspace, None, "device-1")
    assert asked(regulations, workspace, "ann", type="UNSUPPRESS").status == "FINISHED"
    assert directory.suppressed(workspace.id) is None


def test_unsuppress_waits_for_an_erasure_under_way(
    regulations: Regulations, directory: Directory, workspace: Workspace
) -> None:
    made = asked(regulations, workspace, "ann")
    asked(regulations, workspace, "ann", type="UNSUPPRESS")
    assert is_suppressed(directory, workspace, "ann", None)
    regulations.finish(made, stores=[])
    assert directory.suppressed(workspace.id) is None


def test_suppressions_are_listed_by_digest_and_can_be_asked_for(regulations: Regulations, workspace: Workspace) -> None:
    made = asked(regulations, workspace, "ann", "bob", type="SUPPRESS_ONLY")
    found, total = regulations.suppressions(workspace.id, limit=10, offset=0)
    assert (total, {each.subject for each in found}) == (2, set(made.subjects))
    assert regulations.suppressions(workspace.id, user_id="bob", limit=10, offset=0)[1] == 1
    assert regulations.suppressions(workspace.id, user_id="eve", limit=10, offset=0)[1] == 0


def test_one_of_a_known_id_is_taken_on_once(regulations: Regulations, workspace: Workspace) -> None:
    asks = [
        regulations.request(
            workspace.id, type="DELETE_ONLY", subject_type="USER_ID", subject_ids=["ann"], by="system", id="reg_1"
        )
        for _ in range(2)
    ]
    assert asks[0] == asks[1]
    assert regulations.of_workspace(workspace.id, limit=10, offset=0)[1] == 1


def test_the_audit_says_who_asked_and_not_for_whom(
    regulations: Regulations, store: Store, workspace: Workspace
) -> None:
    regulations.finish(asked(regulations, workspace, "ann@example.com"), stores=[])
    entries, _ = store.audit(workspace.id)
    told = [entry for entry in entries if entry.action.startswith("regulation.")]
    assert [entry.action for entry in told] == ["regulation.finish", "regulation.create"]
    assert "ann" not in str(told)


@pytest.mark.parametrize("ids", [[], [" "], ["x" * 1001]])
def test_ids_that_are_none_are_refused(regulations: Regulations, workspace: Workspace, ids: list[str]) -> None:
    with pytest.raises(InvalidInput, match="Nothing was begun"):
        asked(regulations, workspace, *ids)


def test_too_many_ids_are_refused(regulations: Regulations, workspace: Workspace) -> None:
    with pytest.raises(Unprocessable, match="5,000"):
        asked(regulations, workspace, *map(str, range(5001)))


def _with(subject: Subject, *, anonymous: str) -> Subject:
    return msgspec.structs.replace(subject, anonymous_ids=frozenset([anonymous]))
