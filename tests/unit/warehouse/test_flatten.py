from __future__ import annotations

import hashlib
from typing import Any

import pytest

from headwater.warehouse.exact import JsonText, Number, Unreadable
from headwater.warehouse.flatten import Flattener, Row
from tests.unit.warehouse.made import event

COLLECTIONS = frozenset({"tutorial_view"})


def targets(*given: Any, **fields: Any) -> dict[str, Row]:
    return dict(Flattener().targets(event(*given, **fields), 0, COLLECTIONS))


def own(properties: Any) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    return targets("m", properties=properties)["ordered"].own


def test_a_track_goes_to_tracks_and_to_its_own_table() -> None:
    found = targets("m", event="Tour Auto Start", properties={"tour_id": 1})
    assert list(found) == ["tracks", "tour_auto_start"]
    assert found["tracks"].own == ({}, ())
    assert found["tour_auto_start"].own == ({"tour_id": 1}, ())


def test_a_form_s_submission_stands_with_the_forms_and_not_with_the_tracks() -> None:
    found = targets("m", event="NPS_responded", form=True, properties={"formName": "NPS", "NPS_Why": "Fast"})
    assert list(found) == ["form_submissions", "nps_responded"]
    assert found["form_submissions"].own == found["nps_responded"].own == ({"form_name": "NPS", "nps_why": "Fast"}, ())


def test_a_track_that_is_called_like_the_table_of_forms_has_another() -> None:
    assert list(targets("m", event="Form Submissions")) == ["tracks", "event_form_submissions"]


@pytest.mark.parametrize(("type_", "table"), [("screen", "screens"), ("page", "pages")])
def test_a_view_of_a_collection_goes_to_its_table_besides(type_: Any, table: str) -> None:
    found = targets("m", type_, name="tutorial.view", properties={"tutorialId": 1, "name": "x"})
    assert list(found) == [table, "tutorial_view"]
    assert found[table].own[0] == {"tutorial_id": 1, "_name": "x", "name": "tutorial.view"}
    assert found["tutorial_view"].own[0] == {"tutorial_id": 1, "name": "x"}


def test_a_view_that_no_collection_names_goes_to_one_table() -> None:
    assert list(targets("m", "screen", name="Home")) == ["screens"]


@pytest.mark.parametrize(
    ("name", "properties", "columns"),
    [
        ("Home", {"name": "Home"}, {"name": "Home"}),
        ("Home", {"name": "Other"}, {"name": "Home", "_name": "Other"}),
        (None, {"name": "Home"}, {"name": "Home"}),
        (None, {"name": 5}, {"_name": 5}),
        (None, {}, {}),
    ],
)
def test_a_views_name_stands_once(name: str | None, properties: Any, columns: Any) -> None:
    assert targets("m", "page", name=name, properties=properties)["pages"].own[0] == columns


@pytest.mark.parametrize(
    ("type_", "tables"),
    [("identify", ["identifies"]), ("group", ["groups"]), ("alias", ["aliases"])],
)
def test_the_other_calls_have_a_table_each(type_: Any, tables: list[str]) -> None:
    assert list(targets("m", type_, traits={"a": 1})) == tables


@pytest.mark.parametrize(
    ("properties", "columns"),
    [
        ({"productId": {"SKU": "a", "deep": {"est": 1}}}, {"product_id_sku": "a", "product_id_deep_est": 1}),
        ({"a": [1, {"b": None}], "c": []}, {"a": '[1,{"b":null}]', "c": "[]"}),
        ({"a": None, "b": {}, "c": {"d": None}}, {}),
        ({"id": 1, "user_id": 2, "event": 3, "context_ip": 4, "group_id": 5}, None),
        ({"2fa": True, "": 1}, {"_2fa": True, f"property_{hashlib.sha256(b'').hexdigest()[:8]}": 1}),
        ({"select": 1, "Total Price": 2}, {"select": 1, "total_price": 2}),
    ],
)
def test_properties_become_columns(properties: Any, columns: Any) -> None:
    if columns is None:
        columns = {"_id": 1, "_user_id": 2, "_event": 3, "_context_ip": 4, "group_id": 5}
    assert own(properties) == (columns, ())


def test_arrays_are_marked_as_json() -> None:
    assert type(own({"a": [1]})[0]["a"]) is JsonText


@pytest.mark.parametrize(
    ("text", "columns", "clashes"),
    [
        ('{"userName":1,"user_name":2}', {"user_name": 1}, [("user_name", 2)]),
        ('{"a":1,"A":2,"a":3}', {"a": 1}, [("a", 2), ("a", 3)]),
        ('{"a":{"b":1},"a_b":2,"A":{"B":[3]}}', {"a_b": 1}, [("a_b", 2), ("a_b", "[3]")]),
        ('{"a":null,"A":2}', {"a": 2}, ()),
    ],
)
def test_of_two_that_fold_to_one_both_are_kept(text: str, columns: Any, clashes: Any) -> None:
    assert own(text) == (columns, clashes)


def test_numbers_go_along_as_written() -> None:
    assert own('{"n":1e400}')[0]["n"] == Number("1e400")


def test_long_keys_are_cut_apart() -> None:
    columns, clashes = own({"a" * 300: 1, "a" * 301: 2})
    assert sorted(columns.values()) == [1, 2]
    assert max(map(len, columns)) == 63
    assert clashes == ()


def test_the_context_is_flattened_under_its_name() -> None:
    context = {"ip": "1.2.3.4", "app": {"Version": "1"}, "IP": 2, "page": {"name": None}}
    row = targets("m", context=context)["tracks"]
    assert row.context == ({"context_ip": "1.2.3.4", "context_app_version": "1"}, [("context_ip", 2)])


def test_a_repeated_context_is_flattened_once() -> None:
    flattener = Flattener()
    one, other = (flattener.targets(event(name, context={"ip": "1"}), 0, COLLECTIONS)[0][1] for name in "ab")
    assert one.context is other.context


def test_nulls_of_traits_are_told() -> None:
    row = targets("m", "identify", traits={"plan": None, "address": {"Street": None}, "age": 5})["identifies"]
    assert row.own[0] == {"age": 5}
    assert row.nulls == ("plan", "address_street")


@pytest.mark.parametrize("part", ["[]", '"x"', "{", "\x00"])
def test_parts_that_are_no_objects_are_unreadable(part: str) -> None:
    with pytest.raises(Unreadable):
        targets("m", properties=part)
