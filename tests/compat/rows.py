"""What the warehouse must hold after the calls of `calls`, looked up over SQL."""

from __future__ import annotations

from typing import Any

from tests.compat.calls import ACCOUNT, ANONYMOUS, EVERY_CALL, USER
from tests.compat.faults import FaultyProxy
from tests.server import Server

BOTH = [USER, ANONYMOUS]


def check_every_call(server: Server, schema: str, *, library: str) -> None:
    """Each of EVERY_CALL lies where it belongs, once, with its ids, its times and its inside."""
    accounting = server.wait_closed()
    assert server.sql(f"SELECT previous_id, user_id FROM {schema}.aliases") == [[ANONYMOUS, USER]]
    check_traits(server, schema)
    orders = server.sql(
        f'SELECT user_id, anonymous_id, event, event_text, total, quantity, "first", product_sku, tags '
        f"FROM {schema}.order_completed ORDER BY total DESC"
    )
    assert orders == [
        [*BOTH, "order_completed", "Order Completed", 12.5, 3, True, "A-1", '["a","b"]'],
        [None, ANONYMOUS, "order_completed", "Order Completed", 1.25, None, None, None, None],
    ]
    assert server.sql(f"SELECT count(*), count(DISTINCT id) FROM {schema}.tracks") == [[2, 2]]
    pages = server.sql(f"SELECT user_id, anonymous_id, category, name, path FROM {schema}.pages")
    assert pages == [[*BOTH, "Docs", "Setup", "/setup"]]
    assert server.sql(f"SELECT user_id, anonymous_id, name, tab FROM {schema}.screens") == [[*BOTH, "Home", "new"]]
    assert _libraries(server, schema) == {library}
    original = (
        f"SELECT strftime(original_timestamp, '%Y-%m-%dT%H:%M:%S.%g') FROM {schema}.order_completed WHERE total > 2"
    )
    assert server.sql(original) == [["2026-03-04T09:15:00.250"]]
    mine = next(source for source in accounting["sources"] if _is(server, source, schema))
    assert (mine["accepted"], mine["clean"], mine["duplicate"]) == (len(EVERY_CALL), len(EVERY_CALL), 0)


def check_traits(server: Server, schema: str) -> None:
    """Traits: each call's own in identifies and groups, the latest of each person and account in users, accounts."""
    told = server.sql(f"SELECT user_id, anonymous_id, email, plan, logins, address_city FROM {schema}.identifies")
    assert sorted(told, key=str) == sorted(
        [
            [None, ANONYMOUS, None, "trial", None, None],
            [*BOTH, "seven@example.com", "pro", 5, None],
            [USER, None, None, "scale", None, "Zürich"],
        ],
        key=str,
    )
    users = server.sql(f"SELECT id, email, plan, logins, address_city FROM {schema}.users")
    assert users == [[USER, "seven@example.com", "scale", 5, "Zürich"]]
    groups = server.sql(f"SELECT user_id, anonymous_id, group_id, name, employees FROM {schema}.groups")
    assert groups == [[*BOTH, ACCOUNT, "Acme", 12]]
    assert server.sql(f"SELECT id, name, employees FROM {schema}.accounts") == [[ACCOUNT, "Acme", 12]]


def check_views(server: Server, source: dict[str, Any], proxy: FaultyProxy, count: int, *, others: int = 0) -> None:
    """Every view lies in its table exactly once, and what came twice is counted as duplicate.

    `others` is how many events the source sent beside the views, each once.
    """
    accounting = server.wait_closed()
    counts = server.sql(
        "SELECT count(*), count(DISTINCT id), count(DISTINCT n), min(n), max(n), count(user_id), count(anonymous_id) "
        f"FROM {source['schema']}.item_viewed"
    )
    assert counts == [[count, count, count, 0, count - 1, count, count]]
    again = proxy.stored_again()
    mine = next(entry for entry in accounting["sources"] if entry["sourceId"] == source["id"])
    assert (mine["accepted"], mine["clean"], mine["duplicate"]) == (others + count + again, others + count, again)


def _libraries(server: Server, schema: str) -> set[str]:
    tables = ("identifies", "tracks", "order_completed", "pages", "screens", "groups", "aliases")
    union = " UNION ".join(f"SELECT context_library_name FROM {schema}.{table}" for table in tables)
    return {row[0] for row in server.sql(union)}


def _is(server: Server, source: dict[str, Any], schema: str) -> bool:
    return server.api("GET", f"/sources/{source['sourceId']}")["schema"] == schema
