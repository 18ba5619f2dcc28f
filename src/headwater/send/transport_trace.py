"""What is known of an attempt while it goes on, so that one that ends anywhere can be told."""

from __future__ import annotations

import time
from typing import Final

from headwater.send.ports import Sent, Timings
from headwater.send.resolve import SockAddress
from headwater.send.transport_connection import Connection
from headwater.send.transport_fault import Fault
from headwater.send.wire_answer import AnswerReader
from headwater.send.wire_request import Headers

_MISSED: Final = {
    "resolve": "The name was not resolved",
    "connect": "The connection was not taken",
    "encrypt": "The connection was not encrypted",
    "answer": "No answer came",
    "body": "The answer did not end",
}


class Trace:
    """Seconds are of `time.perf_counter`, but for `until`, which is of the loop's clock."""

    def __init__(self, timeout_s: float, until: float) -> None:
        self.timeout_s = timeout_s
        self.until = until
        self.request_headers: Headers = ()
        self._began = self._since = time.perf_counter()
        self._moment = "resolve"
        self._address = ""
        self._connection: Connection | None = None
        self._reader: AnswerReader | None = None
        self._dns_s: float | None = None
        self._connect_s: float | None = None
        self._tls_s: float | None = None

    def resolved(self) -> None:
        self._dns_s = time.perf_counter() - self._began

    def dialling(self, address: SockAddress) -> None:
        self._moment, self._since, self._address = "connect", time.perf_counter(), shown_address(address)

    def connected(self) -> None:
        self._connect_s = time.perf_counter() - self._since
        self._moment, self._since = "encrypt", time.perf_counter()

    def encrypted(self) -> None:
        self._tls_s = time.perf_counter() - self._since

    def asking(self, connection: Connection, reader: AnswerReader) -> None:
        self._moment, self._since = "answer", time.perf_counter()
        self._connection, self._reader = connection, reader
        self._address = shown_address(connection.address)

    def timed_out(self) -> Fault:
        reader = self._reader
        moment = "body" if reader is not None and reader.began else self._moment
        return Fault("timeout", f"{_MISSED[moment]} within {self.timeout_s:g} s.")

    def told(self, fault: Fault | None) -> Sent:
        if fault is not None and fault.error_class == "blocked":  # nothing that tells of the network behind the name
            timings = Timings(total_ms=self._timings().total_ms)
            return Sent(
                error_class="blocked", error=fault.sentence, timings=timings, request_headers=self.request_headers
            )
        reader = self._reader
        status = reader.status if reader is not None else None
        if fault is None and status is not None and 300 <= status < 400:
            fault = Fault("redirect", f"The answer is a redirect ({status}), which is not followed.")
        return Sent(
            status=status,
            headers=tuple(reader.headers) if reader is not None and status is not None else (),
            body=bytes(reader.body) if reader is not None else b"",
            error_class=fault.error_class if fault is not None else None,
            error=fault.sentence if fault is not None else "",
            address=self._address,
            timings=self._timings(),
            request_headers=self.request_headers,
        )

    def _timings(self) -> Timings:
        first_byte_at = self._connection.first_byte_at if self._connection is not None else 0.0
        return Timings(
            dns_ms=_ms(self._dns_s),
            connect_ms=_ms(self._connect_s),
            tls_ms=_ms(self._tls_s),
            first_byte_ms=_ms(first_byte_at - self._since if first_byte_at else None),
            total_ms=_ms(time.perf_counter() - self._began) or 0.0,
        )


def shown_address(address: SockAddress | str) -> str:
    """`ip:port` or `[ip]:port`; a path as it is."""
    if isinstance(address, str):
        return address
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
