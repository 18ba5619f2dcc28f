"""Who is given what: the concrete parts behind the Protocols that rooms declare."""

from __future__ import annotations

from headwater.app.home import Home
from headwater.control.bootstrap import generation_at, sealer_at, state_url
from headwater.control.directory import Directory


def open_directory(home: Home) -> Directory:
    """Keys and sources in memory, fresh at each look."""
    return Directory(
        store_url=state_url(home.directory),
        generation=generation_at(home.directory),
        sealer=sealer_at(home.directory),
    )
