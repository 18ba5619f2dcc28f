"""Bound sockets: the address that the world reaches, and the ones that processes of one tree meet at."""

from __future__ import annotations

import contextlib
import errno
import os
import socket


def bind_tcp(host: str, port: int) -> socket.socket:
    """A bound, listening socket; raises OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(2048)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def bind_unix(path: str) -> socket.socket:
    """A socket that its owner alone can reach; one that a dead process left behind is replaced.

    Raises OSError (EADDRINUSE) when somebody listens there.
    """
    if _is_listened_to(path):
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(path)
    os.chmod(path, 0o600)
    sock.listen(256)
    sock.setblocking(False)
    return sock


def _is_listened_to(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)  # a full queue is somebody's too
        return asking.connect_ex(path) in (0, errno.EAGAIN)
