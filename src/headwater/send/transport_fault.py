"""What ends an attempt: a class that decides about trying again, and a sentence for people."""

from __future__ import annotations

import errno
from typing import Final

from headwater.send.ports import ErrorClass

_CLASSES: Final[dict[int | None, ErrorClass]] = {
    errno.ECONNREFUSED: "connection_refused",
    errno.ENOENT: "connection_refused",  # a unix socket that nobody has made yet
    errno.ECONNRESET: "connection_reset",
    errno.ECONNABORTED: "connection_reset",
    errno.EPIPE: "connection_reset",
    errno.ETIMEDOUT: "timeout",
}


class Fault(Exception):
    """Ends one attempt. Raised within the transport only: outside, it is told in a Sent."""

    def __init__(self, error_class: ErrorClass, sentence: str) -> None:
        super().__init__(sentence)
        self.error_class: ErrorClass = error_class
        self.sentence = sentence


def connect_fault(error: OSError, place: str) -> Fault:
    """Why `place` (`host:port`) could not be dialled."""
    error_class = _CLASSES.get(error.errno, "network_unreachable")
    reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
    sentences = {
        "connection_refused": f"{place} refuses connections: nothing listens there.",
        "connection_reset": f"{place} ended the connection while it was being made.",
        "timeout": f"{place} did not take the connection in time.",
    }
    return Fault(error_class, sentences.get(error_class, f"{place} cannot be reached ({reason})."))
