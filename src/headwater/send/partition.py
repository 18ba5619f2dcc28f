"""The tables of one day: events, their deliveries, attempts and figures. Retention drops them whole.

Every id says which day it belongs to, so that a row is found without looking through the others; within a day ids
grow in the order of routing.
"""

from __future__ import annotations

from typing import Final

SHIFT: Final = 36
"""An id is the day's number (days since 1970-01-01 UTC) and so many bits of a count: 68 thousand million a day."""
DAY_MS: Final = 86_400_000

MAIN = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS days (day INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS connections (
    ref INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL, last_delivered_ms INTEGER,
    last_failure_ms INTEGER, failing_since_ms INTEGER, warned INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS totals (
    workspace_id TEXT PRIMARY KEY, done INTEGER NOT NULL, dead INTEGER NOT NULL, skipped INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gaps (after_ms INTEGER NOT NULL, before_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replays (
    id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, events INTEGER NOT NULL,
    error TEXT, plan TEXT NOT NULL, place INTEGER NOT NULL, began_ms INTEGER NOT NULL
);
"""

_DAY = """
CREATE TABLE events_{day} (
    id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, source_id TEXT NOT NULL, message_id TEXT NOT NULL,
    received_ms INTEGER NOT NULL, body BLOB NOT NULL, counted INTEGER NOT NULL, pending INTEGER NOT NULL,
    dead INTEGER NOT NULL, skipped INTEGER NOT NULL, others INTEGER NOT NULL
);
CREATE INDEX events_{day}_message ON events_{day} (message_id);
CREATE TABLE deliveries_{day} (
    id INTEGER PRIMARY KEY, ref INTEGER NOT NULL, event_id INTEGER NOT NULL, state INTEGER NOT NULL,
    due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, tries INTEGER NOT NULL, manual INTEGER NOT NULL,
    key INTEGER, topic TEXT, reason TEXT NOT NULL
);
CREATE INDEX deliveries_{day}_event ON deliveries_{day} (event_id);
CREATE INDEX deliveries_{day}_due ON deliveries_{day} (ref, due_ms, id) WHERE state = 0;
CREATE INDEX deliveries_{day}_key ON deliveries_{day} (ref, key, due_ms, id) WHERE state = 0 AND key IS NOT NULL;
CREATE INDEX deliveries_{day}_ended ON deliveries_{day} (ref, id) WHERE state IN (2, 3);
CREATE TABLE bodies_{day} (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE attempts_{day} (
    id INTEGER PRIMARY KEY, ref INTEGER NOT NULL, delivery INTEGER, delivery_id TEXT NOT NULL,
    message_id TEXT NOT NULL, at_ms INTEGER NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL,
    manual INTEGER NOT NULL, response_status INTEGER, error_class TEXT, error TEXT NOT NULL, next_ms INTEGER,
    duration_ms REAL NOT NULL, request_body INTEGER, response_body BLOB NOT NULL, detail BLOB NOT NULL
);
CREATE INDEX attempts_{day}_ref ON attempts_{day} (ref, id);
CREATE INDEX attempts_{day}_status ON attempts_{day} (ref, status, id) WHERE status != 'delivered';
CREATE TABLE figures_{day} (
    ref INTEGER NOT NULL, minute INTEGER NOT NULL, delivered INTEGER NOT NULL, failed INTEGER NOT NULL,
    undelivered INTEGER NOT NULL, latency BLOB NOT NULL, PRIMARY KEY (ref, minute)
) WITHOUT ROWID;
CREATE TABLE errors_{day} (
    ref INTEGER NOT NULL, code TEXT NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL,
    attempt_id INTEGER NOT NULL, PRIMARY KEY (ref, code, minute)
) WITHOUT ROWID;
CREATE TABLE inbox_{day} (
    id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, ref INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    delivery_id TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX inbox_{day}_workspace ON inbox_{day} (workspace_id, id);
"""
TABLES: Final = ("events", "deliveries", "bodies", "attempts", "figures", "errors", "inbox")


def day_of(at_ms: int) -> int:
    return at_ms // DAY_MS


def day_of_id(id: int) -> int:
    return id >> SHIFT


def first_id(day: int) -> int:
    return day << SHIFT


def statements(day: int) -> list[str]:
    """What makes the tables of a day, one statement each."""
    return [part.strip() for part in _DAY.format(day=day).split(";") if part.strip()]


def main_statements() -> list[str]:
    return [part.strip() for part in MAIN.split(";") if part.strip()]


def drops(day: int) -> list[str]:
    return [f"DROP TABLE IF EXISTS {table}_{day}" for table in TABLES]
