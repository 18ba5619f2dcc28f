"""A Postgres server of the tests' own, on a free port of this machine; None where none is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg


def programs() -> Path | None:
    """The folder of initdb and postgres."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return places[-1] if places else None


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Gives the server's address, with the password of its user."""
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    account: dict[str, Any] = {"env": {"LC_ALL": "C", "PATH": os.environ["PATH"]}}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(home, "postgres", "postgres")
        account |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = home / "secret"
    secret.write_text("open sesame")
    secret.chmod(0o644)
    data = home / "data"
    made = [folder / "initdb", "-D", data, "-U", "me", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
    subprocess.run([*map(str, made), "--no-sync"], check=True, capture_output=True, cwd=home, **account)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    command = [str(folder / "postgres"), "-D", str(data), *options.split()]
    process = subprocess.Popen(command, cwd=home, stderr=subprocess.DEVNULL, **account)
    dsn = f"postgres://me:open%20sesame@127.0.0.1:{port}/postgres"
    try:
        run(dsn, "SELECT 1", patience_s=20)
        yield dsn
    finally:
        process.terminate()
        process.wait(timeout=60)
        shutil.rmtree(home)


def run(dsn: str, statements: str, *, patience_s: float = 0) -> None:
    async def within() -> None:
        deadline = asyncio.get_running_loop().time() + patience_s
        while True:
            try:
                connection = await asyncpg.connect(dsn)
                break
            except (OSError, asyncpg.CannotConnectNowError):
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.05)
        await connection.execute(statements)
        await connection.close()

    asyncio.run(within())
