"""The errors that cross rooms.

HeadwaterError
├── InvalidInput        the caller's input is wrong; the message says what, what is allowed, what happens next
│   ├── NotFound        no such thing in this workspace
│   ├── Conflict        it clashes with something that exists
│   └── Unprocessable   well-formed, but this workspace cannot do it (a region, a state)
├── Forbidden           who asks may not
├── Transient           try again later: nothing is wrong with the input
└── Terminal            trying again will not help: a fault of ours or of the machine

`code` is stable and machine-readable, the message is for people, `details` names the fields.
"""

from __future__ import annotations

from typing import Any


class HeadwaterError(Exception):
    """Something went wrong."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, details: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class InvalidInput(HeadwaterError):
    code = "validation_error"


class NotFound(InvalidInput):
    code = "not_found"


class Conflict(InvalidInput):
    code = "conflict"


class Unprocessable(InvalidInput):
    code = "unprocessable"


class Forbidden(HeadwaterError):
    code = "forbidden"


class Transient(HeadwaterError):
    code = "unavailable"


class Terminal(HeadwaterError):
    code = "internal_error"
