"""The parent process: holds the listening socket, starts the processes, starts a dead one again.

Children are copies of the parent (see `fork`), which has imported what they share; so it has one thread, and does
nothing else. They end with the parent (the kernel sees to it), and the parent ends with SIGTERM or SIGINT after they
have drained. Connections that come while the door is being restarted wait in the socket's queue.
"""

from __future__ import annotations

import ctypes
import gc
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection

import msgspec

from headwater.app import stopping
from headwater.app.fork import Forked
from headwater.app.home import Home
from headwater.app.processes import Process, of_roles
from headwater.app.settings import Settings

STOP_S = 9.0
RESTART_AFTER_S = 0.2
RESTART_MAX_S = 5.0
GIVE_UP_AFTER = 4
"""A process that ends so many times without ever having been ready is not started again: it cannot work."""
NAME_PREFIX = "hw-"
"""With it a process's name has at most the 15 bytes that Linux keeps."""
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


class ChildOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a child is told. `locks`: descriptors that it holds open, and so must any child of its own."""

    process: Process
    settings: Settings
    url: str
    listen_fd: int | None
    ready_fd: int
    parent_pid: int
    locks: frozenset[int] = frozenset()


class _Child:
    def __init__(self, of: Process) -> None:
        self.of = of
        self.process: Forked | None = None
        self.ready = False
        self.ready_fd = -1
        self.started_at = 0.0
        self.start_at = 0.0
        self.wait_s = RESTART_AFTER_S
        self.was_ready = False
        self.failures = 0


class Supervisor:
    """`main` is what a child does. `on_ready` is called once, when all of them are ready.

    `locks`: descriptors that every child keeps open, as the parent does.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        url: str,
        listening: socket.socket | None,
        locks: Collection[int],
        main: Callable[[ChildOrder], None],
        on_ready: Callable[[], None],
        log: Callable[..., None],
    ) -> None:
        self._settings = settings
        self._url = url
        self._listening = listening
        self._locks = locks
        self._main = main
        self._on_ready = on_ready
        self._log = log
        self._children = [_Child(process) for process in of_roles(settings.roles)]
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._announced = False
        self._failed = False

    def run(self) -> int:
        """Until a signal says stop; gives the exit status."""
        gc.collect()
        gc.freeze()  # looking for garbage writes to what it looks at, and what is written to is shared no more
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        os.set_blocking(wake_read, False)
        self._selector.register(wake_read, selectors.EVENT_READ, None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, self._on_signal)
        signal.set_wakeup_fd(wake_write)
        if stopping.is_asked():
            self._stopping = True
        while not self._stopping:
            for child in self._children:
                self._care_for(child)
            for key, _ in self._selector.select(timeout=0.1):
                self._on_readable(key)
        return self._stop()

    def _on_signal(self, number: int, _frame: object) -> None:
        if number != signal.SIGCHLD:
            self._stopping = True

    def _on_readable(self, key: selectors.SelectorKey) -> None:
        data = os.read(key.fd, 4096)
        child = key.data
        if child is None:
            return
        self._selector.unregister(key.fd)
        os.close(key.fd)
        child.ready_fd = -1
        if data:
            child.ready = child.was_ready = True
            child.wait_s = RESTART_AFTER_S
            self._announce()

    def _announce(self) -> None:
        if not self._announced and all(child.ready for child in self._children):
            self._announced = True
            self._on_ready()

    def _care_for(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            status = child.process.poll()
            if status is None:
                return
            self._log("a process ended and is started again", child=child.of.name, status=status)
            child.process, child.ready = None, False
            child.failures += 1
            if not child.was_ready and child.failures >= GIVE_UP_AFTER and not self._disk_is_full():
                self._log("a process cannot be started; giving up. The lines above say why", child=child.of.name)
                self._stopping = self._failed = True
                return
            child.start_at = now + child.wait_s
            child.wait_s = min(child.wait_s * 2, RESTART_MAX_S)
        if now >= child.start_at:
            self._start(child)

    def _disk_is_full(self) -> bool:
        """Then waiting helps, and the door must go on saying so."""
        return Home(self._settings.data_dir).disk_is_full()

    def _start(self, child: _Child) -> None:
        ready_read, ready_write = os.pipe()
        listen_fd = self._listening.fileno() if self._listening is not None and child.of.takes_port else None
        order = ChildOrder(
            process=child.of,
            settings=self._settings,
            url=self._url,
            listen_fd=listen_fd,
            ready_fd=ready_write,
            parent_pid=os.getpid(),
            locks=frozenset(self._locks),
        )
        keep = {ready_write, *self._locks} | ({listen_fd} if listen_fd is not None else set())
        child.process = Forked(lambda: self._main(order), keep=keep)
        os.close(ready_write)
        child.ready_fd = ready_read
        child.started_at = time.monotonic()
        self._selector.register(ready_read, selectors.EVENT_READ, child)

    def _stop(self) -> int:
        """The door first, so that what it acknowledged is read before the rest ends."""
        deadline = time.monotonic() + STOP_S
        running = [(child.of.name, child.process) for child in self._children if child.process is not None]
        for _, process in running:
            process.send(signal.SIGTERM)
        for name, process in running:
            if process.wait(max(0.05, deadline - time.monotonic())) is None:
                self._log("a process did not end in time and is killed", child=name)
                process.send(signal.SIGKILL)
                process.wait(STOP_S)
        return 1 if self._failed else 0


def become(name: str, parent_pid: int) -> None:
    """Gives this process its name (as `ps -o comm` shows it), and SIGKILL from the kernel when the parent ends."""
    if sys.platform == "linux":
        kernel = ctypes.CDLL(None)
        kernel.prctl(_PR_SET_NAME, f"{NAME_PREFIX}{name}".encode())
        kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)
