"""What `docs/reference` holds of the management API: made without a store, a worker or a socket."""

from __future__ import annotations

from typing import Any

from headwater.api.app import create_app
from headwater.api.openapi import document, document_bytes
from headwater.api.reference import markdown


def generated() -> dict[str, bytes]:
    """File name under `docs/reference` → content."""
    nothing: Any = object()
    app = create_app(
        store=nothing, contents=nothing, catalog=nothing, work=nothing, sending=nothing, profiles=nothing, public_url=""
    )
    return {"openapi.json": document_bytes(app), "api.md": markdown(document(app)).encode()}
