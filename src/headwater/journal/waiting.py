"""Waiting for a number in shared memory to grow, and waking whoever waits for it, over all processes that map it.

Linux' futex: no polling, no descriptor to hand around, nothing to clean up after a process that died. Where there is
none, waiting looks every now and then.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import sys
import time
from typing import Final

LOOK_EVERY_S: Final = 0.02
"""Between two looks where the kernel cannot wake."""

_NUMBERS: Final = {"x86_64": 202, "aarch64": 98, "riscv64": 98, "loongarch64": 98}
"""The system call's number, by machine; all of 64 bits and little-endian."""
_WAIT: Final = 0
_WAKE: Final = 1
_EVERYONE: Final = 2**31 - 1
_NUMBER: Final = _NUMBERS.get(platform.machine()) if sys.platform == "linux" and sys.maxsize > 2**32 else None


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class Cell:
    """The 64-bit number at the beginning of a shared, writable memory map. Of one process; any of its threads."""

    def __init__(self, shared: mmap.mmap) -> None:
        # A 64-bit cast stores and loads with one instruction: a reader never sees half a number.
        self._number = memoryview(shared).cast("Q")
        self._low = ctypes.c_uint32.from_buffer(shared)
        self._address = ctypes.addressof(self._low)

    def get(self) -> int:
        return self._number[0]

    def set(self, number: int) -> None:
        """Wakes everyone who waits."""
        self._number[0] = number
        self.wake()

    def wake(self) -> None:
        if _NUMBER is not None:
            # Holding the interpreter: it takes less than letting go of it.
            _quick_syscall(_NUMBER, self._address, _WAKE, _EVERYONE, None, None, 0)

    def wait(self, beyond: int, timeout_s: float) -> None:
        """Until the number is greater, somebody wakes, or the time is over: whichever comes first."""
        now = self._number[0]
        if now > beyond:
            return
        if _NUMBER is None:
            time.sleep(min(timeout_s, LOOK_EVERY_S))
            return
        seconds, rest = divmod(timeout_s, 1)
        limit = _Timespec(int(seconds), int(rest * 1e9))
        # The kernel compares once more, so that nothing set in between is missed.
        _syscall(_NUMBER, self._address, _WAIT, now & 0xFFFFFFFF, ctypes.byref(limit), None, 0)

    def close(self) -> None:
        self._number.release()
        del self._low


def _declared(library: ctypes.CDLL) -> ctypes._NamedFuncPointer:  # pyright: ignore[reportPrivateUsage]
    function = library.syscall
    function.restype = ctypes.c_long
    function.argtypes = (
        ctypes.c_long,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_uint32,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_uint32,
    )
    return function


_syscall = _declared(ctypes.CDLL(None))
_quick_syscall = _declared(ctypes.PyDLL(None))
