"""A child process that begins as a copy of this one: what was imported here is there at once, in memory that is shared.

The parent has one thread and has opened nothing but what children are to have.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Collection

POLL_S = 0.01
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


class Forked:
    """`main` runs in the child, which ends with 0 after it, with 1 when it raises."""

    def __init__(self, main: Callable[[], None], *, keep: Collection[int]) -> None:
        """`keep`: the descriptors that the child is to have, beside standard output and error."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._status: int | None = None
        # A signal must find either the parent's handlers in the parent or none in the child, never the parent's there.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _be_a_child(main, keep, mask)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def poll(self) -> int | None:
        """How it ended: its exit status, or a signal's number below zero; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self, timeout_s: float) -> int | None:
        """As `poll`, after at most so long."""
        deadline = time.monotonic() + timeout_s
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return self._status

    def send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _be_a_child(main: Callable[[], None], keep: Collection[int], mask: Collection[int]) -> None:
    """Never returns."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _close_all_but(keep)
        main()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:  # it is reported here, and nothing above is to run twice
        traceback.print_exc()
    finally:
        # Everything is closed. The interpreter's own end would take its time, and DuckDB's module speaks of leaks then.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _close_all_but(keep: Collection[int]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    for name in os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"):
        handle = int(name)
        if handle > 2 and handle not in keep:
            try:
                os.close(handle)
            except OSError:  # the list's own
                continue
