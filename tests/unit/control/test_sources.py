from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from headwater.base.errors import Conflict, InvalidInput, NotFound, Unprocessable
from headwater.control.directory import Directory
from headwater.control.model import Workspace, builtin_id, public_id
from headwater.control.store import Store
from tests.unit.control.specs import CANDU, WITH_SETTINGS, source_spec

TOOL = source_spec()


def test_a_source_gets_a_schema_a_key_and_an_inbound_key(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=CANDU, name=" Candu_Prod ")
    assert (made.name, made.schema, made.catalog, made.enabled) == ("Candu_Prod", "candu_prod", "candu", True)
    assert (made.platform, made.feeds_profiles, made.builtin) == ("server", True, False)
    assert [len(key) for key in (*made.write_keys, made.inbound_key)] == [32, 32]
    assert made.inbound_key not in made.write_keys
    assert store.source(workspace.id, made.id) == made
    assert store.sources(workspace.id)[0] == made


def test_two_labels_of_one_schema_clash_in_a_workspace_but_not_between(store: Store, workspace: Workspace) -> None:
    store.create_source(workspace.id, spec=TOOL, name="Tool_Prod")
    with pytest.raises(Conflict) as caught:
        store.create_source(workspace.id, spec=TOOL, name="Tool Prod")
    assert caught.value.code == "schema_taken"
    assert caught.value.details == {"schema": "tool_prod"}
    other = store.create_workspace(name="Other", region="us")
    assert store.create_source(other.id, spec=TOOL, name="Tool Prod").schema == "tool_prod"
    assert len(store.sources(workspace.id)) == 4


@pytest.mark.parametrize("label", ["Production", "main", "REST", "Customer Events", "information_schema"])
def test_reserved_schemas_are_refused(store: Store, workspace: Workspace, label: str) -> None:
    with pytest.raises(Conflict, match="kept for headwater itself"):
        store.create_source(workspace.id, spec=TOOL, name=label)


def test_a_label_without_letters_has_a_schema_too(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="東京")
    assert made.schema.startswith("source_")
    assert len(made.schema) == len("source_") + 8


def test_a_us_only_source_is_refused_in_eu_with_the_reason(store: Store) -> None:
    eu = store.create_workspace(name="EU", region="eu")
    with pytest.raises(Unprocessable, match="region us only") as caught:
        store.create_source(eu.id, spec=CANDU, name="Candu")
    assert caught.value.code == "region_unsupported"
    assert caught.value.details == {"region": "eu", "supported": ["us"]}
    assert store.create_source(eu.id, spec=TOOL, name="Tool").schema == "tool"


def test_a_rename_changes_the_label_and_never_the_schema(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    renamed = store.update_source(workspace.id, made.id, name="Second")
    assert (renamed.name, renamed.schema) == ("Second", "first")
    with pytest.raises(Conflict, match="belongs to another source"):
        store.create_source(workspace.id, spec=TOOL, name="First")
    assert store.update_source(workspace.id, made.id, name=" First ").name == "First"
    assert store.create_source(workspace.id, spec=TOOL, name="Second").schema == "second"


def test_a_label_belongs_to_one_source_of_a_workspace(store: Store, workspace: Workspace) -> None:
    first, second = (store.create_source(workspace.id, spec=TOOL, name=name) for name in ("First", "Second"))
    assert store.update_source(workspace.id, second.id, name=" Second ").name == "Second"
    with pytest.raises(Conflict, match=f'label "First" already .{first.id}') as caught:
        store.update_source(workspace.id, second.id, name=" First ")
    assert (caught.value.code, caught.value.details["sourceId"]) == ("name_taken", first.id)
    with pytest.raises(Conflict, match=r"REST API.*\(rest\)"):
        store.update_source(workspace.id, second.id, name="REST API")
    store.update_source(workspace.id, first.id, name="Third")
    with pytest.raises(Conflict, match="Nothing was created") as caught:
        store.create_source(workspace.id, spec=TOOL, name="Third")
    assert caught.value.code == "name_taken"
    assert store.update_source(workspace.id, second.id, name="First").schema == "second"
    other = store.create_workspace(name="Other", region="us")
    assert store.create_source(other.id, spec=TOOL, name="Third").name == "Third"


def test_a_source_is_switched_off_and_on(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    assert store.update_source(workspace.id, made.id, enabled=False, feeds_profiles=False).enabled is False
    again = store.update_source(workspace.id, made.id, enabled=True)
    assert (again.enabled, again.feeds_profiles) == (True, False)


def test_a_deleted_source_leaves_its_schema_name_taken(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    assert store.delete_source(workspace.id, made.id) == made
    with pytest.raises(NotFound):
        store.source(workspace.id, made.id)
    with pytest.raises(Conflict, match="holds the rows of a source that was deleted") as caught:
        store.create_source(workspace.id, spec=TOOL, name="First")
    assert caught.value.code == "schema_taken"


def test_a_source_deleted_with_its_schema_frees_the_name(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    store.delete_source(workspace.id, made.id, free_schema=True)
    assert store.create_source(workspace.id, spec=TOOL, name="First").schema == "first"


def test_built_in_sources_go_by_their_slug_and_stay(store: Store, workspace: Workspace) -> None:
    rest = store.source(workspace.id, "rest")
    assert rest.id == builtin_id(workspace.id, "rest")
    assert public_id(rest.id) == "rest"
    assert public_id("src_abc") == "src_abc"
    with pytest.raises(Conflict, match="can be disabled"):
        store.delete_source(workspace.id, "rest", free_schema=True)
    assert store.update_source(workspace.id, "rest", enabled=False).enabled is False
    other = store.create_workspace(name="Other", region="us")
    assert store.source(other.id, "rest").enabled is True


def test_a_source_of_another_workspace_is_not_there(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    other = store.create_workspace(name="Other", region="us")
    for call in (store.source, store.update_source, store.delete_source, store.add_write_key):
        with pytest.raises(NotFound):
            call(other.id, made.id)
    with pytest.raises(NotFound):
        store.source(other.id, builtin_id(workspace.id, "rest"))


def test_no_key_opens_the_source_that_headwater_alone_writes_to(
    store: Store, directory: Directory, workspace: Workspace
) -> None:
    assert store.source(workspace.id, "segments").write_keys == ()
    entry = directory.by_id(builtin_id(workspace.id, "segments"))
    assert entry is not None
    assert entry.write_keys == ()
    with pytest.raises(Conflict, match="headwater alone writes to it") as caught:
        store.add_write_key(workspace.id, "segments")
    assert caught.value.code == "builtin_source"
    assert all(store.source(workspace.id, slug).write_keys for slug in ("rest", "customer-events"))


def test_write_keys_rotate_with_overlap(store: Store, workspace: Workspace) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    key = store.add_write_key(workspace.id, made.id)
    assert store.source(workspace.id, made.id).write_keys == (made.write_keys[0], key)
    assert store.remove_write_key(workspace.id, made.id, made.write_keys[0]).write_keys == (key,)
    with pytest.raises(Conflict, match="last write key"):
        store.remove_write_key(workspace.id, made.id, key)
    with pytest.raises(NotFound):
        store.remove_write_key(workspace.id, made.id, "x" * 32)


def test_settings_are_defaulted_masked_and_sealed(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    given = {"site": "https://a", "apiSecret": "hunter2", "level": "low"}
    made = store.create_source(workspace.id, spec=WITH_SETTINGS, name="P", settings=given)
    assert made.settings == {"site": "https://a", "apiSecret": "********", "level": "low", "sampleRate": 1}
    rows = sqlite3.connect(tmp_path / "state.db").execute("SELECT * FROM sources").fetchall()
    assert "hunter2" not in repr(rows)


def test_settings_that_are_not_named_stay(store: Store, workspace: Workspace) -> None:
    made = store.create_source(
        workspace.id, spec=WITH_SETTINGS, name="P", settings={"site": "a", "apiSecret": "hunter2", "level": "low"}
    )
    changed = store.update_source(
        workspace.id,
        made.id,
        spec=WITH_SETTINGS,
        settings={"site": "b", "apiSecret": "********", "level": None, "sampleRate": 0.5},
    )
    assert changed.settings == {"site": "b", "apiSecret": "********", "sampleRate": 0.5}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, '"site" .* is required'),
        ({"site": None}, '"site" .* is required'),
        ({"site": 3}, "must be a string"),
        ({"site": "a", "level": "mid"}, "one of low, high"),
        ({"site": "a", "days": True}, "must be an integer"),
        ({"site": "a", "days": 1.5}, "must be an integer"),
        ({"site": "a", "strict": "yes"}, "must be true or false"),
        ({"site": "a", "sampelRate": 1}, 'Did you mean "sampleRate"'),
        ({"site": "a", "apiSecret": 99}, "the value given is not"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    store: Store, workspace: Workspace, settings: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        store.create_source(workspace.id, spec=WITH_SETTINGS, name="P", settings=settings)
    assert len(store.sources(workspace.id)) == 3
    assert store.create_source(workspace.id, spec=TOOL, name="P").schema == "p"


def test_the_directory_remembers_where_the_rows_of_a_deleted_source_are(
    store: Store, directory: Directory, workspace: Workspace
) -> None:
    made = store.create_source(workspace.id, spec=TOOL, name="First")
    assert directory.deleted_source(made.id) is None
    store.delete_source(workspace.id, made.id)
    gone = directory.deleted_source(made.id)
    assert gone is not None
    assert (gone.workspace_id, gone.catalog, gone.schema) == (workspace.id, TOOL.slug, "first")
    store.end_rows(workspace.id, "first")
    with pytest.raises(Conflict):  # the name is taken until the rows are gone
        store.create_source(workspace.id, spec=TOOL, name="First")
    store.free_schema(workspace.id, "first")
    again = store.create_source(workspace.id, spec=TOOL, name="First")
    assert [each.schema for each in directory.deleted_sources()] == [None]
    assert again.schema == "first"
