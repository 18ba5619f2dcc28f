"""`headwater serve`: prepare the data directory, take the address, start the processes, say where."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from headwater.app import log, stopping
from headwater.app.first_start import whole_or_untouched
from headwater.app.home import Home
from headwater.app.prepare import Prepared
from headwater.app.processes import import_shared
from headwater.app.role_locks import roles_held
from headwater.app.settings import Settings
from headwater.app.sockets import bind_tcp
from headwater.app.supervisor import Supervisor
from headwater.base.clock import iso_from_seconds
from headwater.base.errors import InvalidInput


class ServerFile(msgspec.Struct, frozen=True, kw_only=True):
    """`DATA/server.json`: how the command line finds the server."""

    url: str
    pid: int
    started_at: str
    ca_file: str = ""


def serve(settings: Settings, *, say: Callable[[str], None], on_ready: Callable[[str], None] | None = None) -> int:
    """Blocks until told to stop; gives the exit status. `say` prints a line for people."""
    log.configure(level=settings.log_level, form=settings.log_format)
    os.umask(0o077)  # what is kept belongs to its owner alone
    stopping.heed()
    stopping.end_if_asked()
    home = Home(settings.data_dir)
    _check_certificate(settings)
    _check_catalog(settings)
    with contextlib.ExitStack() as held:
        with whole_or_untouched(home):
            locks = held.enter_context(roles_held(home, settings.roles))
            listening = _bind(settings) if "collect" in settings.roles else None
            preparing = _begin_to_prepare(home, settings.region)
            import_shared()  # while the other process is at work
            prepared = _prepared(home, preparing)
        return _run(settings, prepared, listening=listening, locks=locks, say=say, on_ready=on_ready)


def _run(
    settings: Settings,
    prepared: Prepared,
    *,
    listening: socket.socket | None,
    locks: Collection[int],
    say: Callable[[str], None],
    on_ready: Callable[[str], None] | None,
) -> int:
    from headwater.app.child import main

    home = Home(settings.data_dir)
    port = listening.getsockname()[1] if listening is not None else settings.port
    local_url = _url(settings, port)

    def ready() -> None:
        if listening is None:  # another tree has the door, and says where it is
            say(f"ready: {', '.join(settings.roles)}")
            return
        try:
            _write_server_file(home, local_url, settings)
        except OSError as error:  # a full disk; the door says so to clients
            _warn("the command line will not find this server without --url", reason=str(error))
        say(f"listening on {local_url}")
        link = f"{settings.public_url or local_url}/sign-in#token={prepared.sign_in_token}"
        if prepared.sign_in_token:
            say(f"sign in once, within 15 minutes: {link}")
        else:
            say("sign in: no link could be kept, as the disk is full; `headwater link` makes one when there is room")
        if on_ready is not None:
            on_ready(local_url)

    supervisor = Supervisor(
        settings=settings, url=local_url, listening=listening, locks=locks, main=main, on_ready=ready, log=_warn
    )
    try:
        return supervisor.run()
    finally:
        _remove_server_file(home)


def _warn(sentence: str, **more: object) -> None:
    log.logger("parent").warning(sentence, **more)


def _bind(settings: Settings):
    try:
        return bind_tcp(settings.host, settings.port)
    except OSError as error:
        raise InvalidInput(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}. Stop what uses it, or name"
            " another one with --port (0 takes a free one)."
        ) from error


def _check_catalog(settings: Settings) -> None:
    """The bundled files are right; those of the installation's own directories are read before anything starts."""
    if not settings.catalog_paths:
        return
    from headwater.catalog.destination_load import load_destinations
    from headwater.catalog.load import load_catalog

    try:
        load_catalog(settings.catalog_paths)
        load_destinations(settings.catalog_paths)
    except InvalidInput as error:
        told = error.message.replace("\n", " ")
        raise InvalidInput(f"catalog_dirs: {told} Nothing was started.", code=error.code) from error


def _check_certificate(settings: Settings) -> None:
    if not settings.tls_cert:
        return
    import ssl

    for path in (settings.tls_cert, settings.tls_key):
        try:
            Path(path).read_bytes()
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror}. Nothing was started.") from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key, lambda: "")
    except (ssl.SSLError, ValueError) as error:
        raise InvalidInput(
            f"{settings.tls_cert} and {settings.tls_key} are no certificate and its key, as PEM and without a"
            f" password: {error}. Nothing was started."
        ) from error


def _begin_to_prepare(home: Home, region: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "headwater.app.prepare", str(home.directory), region, str(os.getpid())]
    with stopping.held_back():
        return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 (our own interpreter)


def _prepared(home: Home, preparing: subprocess.Popen[bytes]) -> Prepared:
    told, _ = preparing.communicate()
    if preparing.returncode != 0:
        # Storing to a memory map that has no room on disk kills a process, which then says nothing.
        reason = "its disk is full" if home.disk_is_full() else "the lines above say why"
        raise InvalidInput(
            f"the data directory {home.directory} could not be made ready: {reason}. Nothing was started."
        )
    prepared = msgspec.json.decode(told, type=Prepared)
    if prepared.error:
        raise InvalidInput(prepared.error)
    return prepared


def _url(settings: Settings, port: int) -> str:
    scheme = "https" if settings.tls_cert else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{scheme}://{host}:{port}"


def _write_server_file(home: Home, url: str, settings: Settings) -> None:
    certificate = str(Path(settings.tls_cert).absolute()) if settings.tls_cert else ""
    content = ServerFile(url=url, pid=os.getpid(), started_at=iso_from_seconds(time.time()), ca_file=certificate)
    temporary = home.server_file.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(content))
    os.replace(temporary, home.server_file)


def _remove_server_file(home: Home) -> None:
    """Only what this process wrote; it is another tree's when this one has no door."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        if msgspec.json.decode(home.server_file.read_bytes(), type=ServerFile).pid == os.getpid():
            home.server_file.unlink()
