"""Unix sockets: whose place may be taken."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from headwater.app.sockets import bind_unix


def test_a_socket_that_is_listened_to_stays_and_a_left_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "work.sock"
    with bind_unix(str(path)):
        kept = path.stat().st_ino
        with pytest.raises(OSError, match="in use") as caught:
            bind_unix(str(path))
        assert caught.value.errno == errno.EADDRINUSE
        assert path.stat().st_ino == kept
    assert path.exists()
    with bind_unix(str(path)):
        assert path.stat().st_mode & 0o777 == 0o600
