"""Hands what segments say to the door, over its own socket: judged, counted and stored as any other event.

Satisfies `profiles.ports.Announcer`. Of one thread.
"""

from __future__ import annotations

import base64
import http.client
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from headwater.base.errors import Terminal, Transient
from headwater.control.model import builtin_id

TIMEOUT_S = 10.0


class DoorAnnouncer:
    def __init__(self, door_socket: str) -> None:
        self._socket = door_socket

    def announce(self, workspace_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        body = msgspec.json.encode({"batch": events})
        key = base64.b64encode(f"{builtin_id(workspace_id, 'segments')}:".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        connection = _UnixConnection(self._socket)
        try:
            connection.request("POST", "/v1/batch", body, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Transient(f"the door is not there: {error}") from error
        finally:
            connection.close()
        if 400 <= status < 500 and status != 429:
            raise Terminal(f"the door answered {status}: {text[:200].decode('utf-8', 'replace')}")
        if status != 200:
            raise Transient(f"the door answered {status}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("headwater", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self._path)
