"""Says which table and which columns an example's body gives, by the naming rules alone.

It covers what an example may show: ids, the event's name, and the properties or traits. Context and times are left
out; the tests send each example through a real server and compare the whole of its `row` there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from headwater.base.naming import column_name, table_name
from headwater.catalog.model import SourceSpec
from headwater.catalog.violations import event_of

_TABLES: Final = {
    "identify": "identifies",
    "group": "groups",
    "page": "pages",
    "screen": "screens",
    "alias": "aliases",
}
_IDS: Final = {
    "id": "messageId",
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "group_id": "groupId",
    "previous_id": "previousId",
}
_STANDARD: Final = {*_IDS, "event", "event_text", "received_at", "sent_at", "timestamp", "original_timestamp"}


def expected_table(spec: SourceSpec, body: Mapping[str, Any]) -> str:
    """A track's own table and a declared collection's own; any other call goes to the table of its kind."""
    call, name = body["type"], _name(body)
    if name and (call == "track" or event_of(spec, body)):
        return table_name(name)
    return _TABLES.get(call, "tracks")


def expected_columns(spec: SourceSpec, body: Mapping[str, Any]) -> dict[str, Any]:
    """Column to value in its JSON form."""
    columns = {column: body[key] for column, key in _IDS.items() if key in body}
    name = _name(body)
    if name and (body["type"] == "track" or event_of(spec, body)):
        columns |= {"event": table_name(name), "event_text": name}
    elif name:
        columns["name"] = name
    for way, value in _leaves(body.get("properties") or body.get("traits") or {}, ()):
        column = column_name(*way)
        columns[f"_{column}" if column in _STANDARD else column] = value
    return columns


def _name(body: Mapping[str, Any]) -> str | None:
    return body.get("event") if body["type"] == "track" else body.get("name")


def _leaves(found: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value
