"""What a name becomes in the warehouse: labels, event names and property names as schemas, tables and columns.

The folding is Segment's (go-snakecase): bytes, ASCII only; the rest of the rules are headwater's and listed in
docs/reference/warehouse.md. Pure and total: every text has a name, the same text always the same one.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache
from typing import Final

from headwater.base.errors import Conflict
from headwater.base.ids import hex8

MAX_NAME_BYTES: Final = 63
"""The shortest identifier limit of the dialects (Postgres). Folded names are ASCII: a byte is a character."""

RESERVED_SCHEMAS: Final = frozenset(
    {
        "main",
        "production",
        "headwater",
        "customer_events",
        "rest",
        "segments",
        "information_schema",
        "pg_catalog",
        # databases of the engine itself: `system.t` would be read as a table of theirs
        "temp",
        "system",
    }
)

STANDARD_TABLES: Final = frozenset(
    {"tracks", "identifies", "users", "groups", "accounts", "pages", "screens", "aliases", "form_submissions"}
)

_REMEMBERED_CHARS: Final = 200
"""Longer names are folded anew each time, so that they cannot fill the memory."""

_CLEAN = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_CONTINUED = re.compile(r"[A-Z0-9]+[a-z0-9]*")
_TOKEN = re.compile(r"[A-Z0-9]+[a-z0-9]*|[a-z]+[a-z0-9]*")
_LETTER = re.compile(r"[a-z]")


def snake_case(text: str) -> str:
    """Fold a name as go-snakecase does: `sampleText` → `sample_text`, `FOO:BAR` → `foo_bar`; maybe empty.

    A prefix that is snake case already is kept. A capital right after digits carries the token on
    (`edf_6N` → `edf_6n`), after a lower-case letter it begins a new one (`f_pX9` → `f_p_x9`).
    """
    found = _CLEAN.match(text)
    head = found.group() if found else ""
    if len(head) == len(text):
        return text
    at = len(head)
    token = head.rpartition("_")[2]
    if token and not _LETTER.search(token) and (more := _CONTINUED.match(text, at)):
        head += more.group().lower()
        at = more.end()
    tokens = [head] if head else []
    tokens += [token.lower() for token in _TOKEN.findall(text, at)]
    return "_".join(tokens)


def schema_name(label: str, taken: Container[str]) -> str:
    """The schema of a source from its label: `Candu_Prod` → `candu_prod`.

    Raises Conflict `schema_taken` when the name is reserved or in `taken` (the workspace's schemas).
    """
    folded = snake_case(label)
    name = safe_name(folded) if _LETTER.search(folded) else f"source_{hex8(label)}"
    if name in RESERVED_SCHEMAS or name in taken:
        why = "is kept for headwater itself" if name in RESERVED_SCHEMAS else "belongs to another source"
        raise Conflict(
            f'The label "{label}" gives the schema name "{name}", which {why}. '
            "Choose another label; nothing was created.",
            code="schema_taken",
            details={"schema": name},
        )
    return name


def table_name(event: str) -> str:
    """The table of an event or collection: `Nps Widget Shown` → `nps_widget_shown`, `Users` → `event_users`."""
    return _table_name(event) if len(event) <= _REMEMBERED_CHARS else _table_name.__wrapped__(event)


@lru_cache(maxsize=8_192)
def _table_name(event: str) -> str:
    folded = snake_case(event)
    if not folded:
        return f"event_{hex8(event)}"
    return safe_name(f"event_{folded}" if folded in STANDARD_TABLES else folded)


def column_part(key: str) -> str:
    """One key of a path, folded; a key without letters or digits is `property_<8 hex>`."""
    return _column_part(key) if len(key) <= _REMEMBERED_CHARS else _column_part.__wrapped__(key)


@lru_cache(maxsize=32_768)
def _column_part(key: str) -> str:
    return snake_case(key) or f"property_{hex8(key)}"


def column_name(*keys: str) -> str:
    """The column of a property by its path: `("product", "SKU id")` → `product_sku_id`, `("2fa",)` → `_2fa`."""
    return safe_name("_".join(map(column_part, keys)))


def safe_name(folded: str) -> str:
    """A folded, non-empty name as an identifier: a leading digit gets `_`, a long one is cut and gets its hash."""
    name = f"_{folded}" if folded[0].isdigit() else folded
    if len(name) <= MAX_NAME_BYTES:
        return name
    return f"{name[: MAX_NAME_BYTES - 9].rstrip('_')}_{hex8(name)}"
