"""How large a query and its answer may be: the management API declares it, the warehouse holds to it."""

from __future__ import annotations

from typing import Final

MAX_QUERY_CHARS: Final = 100_000
DEFAULT_ROWS: Final = 10_000
MAX_ROWS: Final = 100_000
