"""Makes connections. This is the only place that dials what users name; the guard is asked about each address."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

from headwater.send.guard import BLOCKED, Guard
from headwater.send.resolve import Endpoint, SockAddress
from headwater.send.transport_connection import Connection
from headwater.send.transport_fault import Fault, connect_fault
from headwater.send.transport_trace import Trace
from headwater.send.wire_target import Target


class Dialler:
    """`ca_file`: certificates (PEM) that are trusted besides those of the system."""

    def __init__(self, *, guard: Guard, ca_file: Path | None = None) -> None:
        self._guard = guard
        self._ca_file = ca_file
        self._context: ssl.SSLContext | None = None

    async def dial(self, target: Target, endpoints: tuple[Endpoint, ...], trace: Trace) -> Connection:
        """The first address that takes the connection; each has its share of the time that is left. Raises Fault."""
        trust = self._trust() if target.tls else None
        fault = Fault("dns_error", f'The name "{target.host}" does not resolve to an address. Nothing was sent.')
        for position, endpoint in enumerate(endpoints):
            trace.dialling(endpoint.address)
            try:
                async with asyncio.timeout_at(_share(trace.until, len(endpoints) - position)):
                    connected = await self._connected(target, endpoint)
            except TimeoutError:  # of this share; what the system says is a Fault already
                fault = Fault("timeout", f"{target.place} did not take the connection in time.")
                continue
            except Fault as found:
                fault = found
                continue
            trace.connected()
            return await self._started(target, endpoint.address, connected, trust, trace)
        raise fault

    async def dial_unix(self, path: str, trace: Trace) -> Connection:
        """To a process of ours. The guard has no say: users cannot name paths."""
        try:
            _, protocol = await asyncio.get_running_loop().create_unix_connection(lambda: Connection(path), path)
        except OSError as error:
            raise connect_fault(error, "the local door") from None
        trace.connected()
        return protocol

    async def _connected(self, target: Target, endpoint: Endpoint) -> socket.socket:
        if not self._guard.may_dial(str(endpoint.address[0]), target.port):
            raise Fault("blocked", BLOCKED)
        try:
            connected = socket.socket(endpoint.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        except OSError as error:
            raise connect_fault(error, target.place) from None
        try:
            connected.setblocking(False)
            await asyncio.get_running_loop().sock_connect(connected, endpoint.address)
        except OSError as error:
            connected.close()
            raise connect_fault(error, target.place) from None
        except BaseException:
            connected.close()
            raise
        return connected

    async def _started(
        self,
        target: Target,
        address: SockAddress,
        connected: socket.socket,
        trust: ssl.SSLContext | None,
        trace: Trace,
    ) -> Connection:
        loop = asyncio.get_running_loop()
        name = target.host if trust is not None else None
        try:
            _, protocol = await loop.create_connection(
                lambda: Connection(address), sock=connected, ssl=trust, server_hostname=name
            )
        except ssl.SSLError as error:
            raise Fault("tls_error", _tls_sentence(error, target)) from None
        except OSError as error:
            raise Fault("tls_error", f"{target.place} ended the connection while it was being encrypted.") from error
        finally:
            if trust is not None:
                trace.encrypted()
        return protocol

    def _trust(self) -> ssl.SSLContext:
        """Made once, when it is first needed."""
        if self._context is None:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            try:
                if self._ca_file is not None:
                    context.load_verify_locations(cafile=self._ca_file)
            except OSError:
                raise Fault(
                    "tls_error", "The file of egress_ca_file cannot be read on this server. Nothing was sent."
                ) from None
            self._context = context
        return self._context


def _share(until: float, left: int) -> float:
    """When the next of so many tries must have ended, by the loop's clock."""
    now = asyncio.get_running_loop().time()
    return now + max(until - now, 0.0) / left


def _tls_sentence(error: ssl.SSLError, target: Target) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {target.place} is not accepted: {error.verify_message}. Nothing was sent."
    return f"{target.place} cannot be talked to encrypted ({error.reason or 'TLS error'}). Nothing was sent."
