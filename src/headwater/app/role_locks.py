"""At most one process tree does a role of a data directory; a second one changes nothing and says who does it.

A lock is held by every process of the tree, so it is free when the last of them has ended, however it ended.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence

from headwater.app import stopping
from headwater.app.home import Home
from headwater.base.errors import InvalidInput

WAIT_S = 10.0
"""A predecessor that is ending has so long."""
_POLL_S = 0.05


@contextlib.contextmanager
def roles_held(home: Home, roles: Sequence[str], *, wait_s: float = WAIT_S) -> Iterator[list[int]]:
    """Gives the descriptors that hold the locks. Raises InvalidInput when another tree has a role after `wait_s`."""
    deadline = time.monotonic() + wait_s
    handles: list[int] = []
    try:
        for role in sorted(set(roles)):
            handle = _opened(home, role)
            if handle is None:
                continue
            handles.append(handle)
            if not _locked(handle, deadline):
                raise _refusal(home, role, _holder(handle))
        for handle in handles:
            _sign(handle)
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def _opened(home: Home, role: str) -> int | None:
    path = home.lock(role)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno == errno.ENOSPC:  # who does the role made the file; where it cannot be made there is nobody
            return None
        raise InvalidInput(f"{path} cannot be written: {error.strerror}. Nothing was started.") from error


def _locked(handle: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            stopping.end_if_asked()
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_S)
        except OSError:  # a file system without locks
            return True


def _sign(handle: int) -> None:
    with contextlib.suppress(OSError):  # a full disk; a refusal then names no process
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)


def _holder(handle: int) -> int:
    """The process that signed; 0 when none did."""
    text = os.pread(handle, 20, 0)
    return int(text) if text.isdigit() else 0


def _refusal(home: Home, role: str, pid: int) -> InvalidInput:
    from headwater.app import client  # its imports are some megabytes, which a server can do without

    try:
        server = client.running(home.directory)
    except InvalidInput:
        server = None
    if server is not None and client.is_alive(server) and pid in (0, server.pid):
        who = f"process {server.pid}, {server.url}"
    else:
        who = f"process {pid}, with the role {role}" if pid else f"with the role {role}"
    return InvalidInput(
        f"a headwater server ({who}) runs on {home.directory} already. Stop it first, or name another directory with"
        " --data. Nothing was started."
    )
