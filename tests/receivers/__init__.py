"""Real servers that answer well or badly, as their script says, and remember what they were asked.

    with Receiver(answer(500), hang(), then=answer(200)) as receiver:
        ...  # deliver to receiver.url
        receiver.wait_for(3)
        assert receiver.requests[0].header("webhook-id") == ...

`behaviours` holds the ways to answer, `trust` makes certificates for receivers that speak TLS.
"""

from tests.receivers.behaviours import (
    answer,
    bad_status_line,
    broken_chunking,
    chunked,
    close_delimited,
    close_early,
    close_in_body,
    close_in_head,
    drip_body,
    drip_head,
    endless_body,
    endless_header,
    endless_headers,
    hang,
    interim,
    keep_then_close,
    raw,
    redirect,
    reset,
    slowly,
    two_answers,
)
from tests.receivers.receiver import Deaf, Full, Receiver, Request
from tests.receivers.trust import Trust

__all__ = [
    "Deaf",
    "Full",
    "Receiver",
    "Request",
    "Trust",
    "answer",
    "bad_status_line",
    "broken_chunking",
    "chunked",
    "close_delimited",
    "close_early",
    "close_in_body",
    "close_in_head",
    "drip_body",
    "drip_head",
    "endless_body",
    "endless_header",
    "endless_headers",
    "hang",
    "interim",
    "keep_then_close",
    "raw",
    "redirect",
    "reset",
    "slowly",
    "two_answers",
]
