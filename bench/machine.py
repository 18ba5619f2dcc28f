"""Where and when figures were taken, and what a tree of processes uses: processor time and memory."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
import time
from pathlib import Path

from headwater.app.supervisor import NAME_PREFIX
from headwater.base.clock import iso_from_seconds

_TICKS = os.sysconf("SC_CLK_TCK")
_MODULE = re.compile(r"headwater\.([a-z_.]+)")


def described() -> dict[str, object]:
    """Stands beside every result: without the load of the machine a figure says little."""
    return {
        "at": iso_from_seconds(time.time()),
        "commit": commit(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def commit() -> str:
    """Short, with a + when files of the product differ from it; '' without git."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run(["git", "status", "--porcelain", "src"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def tree(pid: int) -> dict[int, str]:
    """The process and all below it: pid to what it is (its role, or its program)."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents.setdefault(_stat(int(entry.name))[0], []).append(int(entry.name))
    found, left = {}, [pid]
    while left:
        one = left.pop()
        with contextlib.suppress(OSError):
            found[one] = _name(one)
            left += parents.get(one, [])
    return found


def cpu_s(pid: int) -> float:
    """Processor time of the tree, kernel included, so far."""
    return sum(cpu_by_process_s(pid).values())


def cpu_by_process_s(pid: int) -> dict[str, float]:
    """Processor time per process of the tree, kernel included, so far."""
    found: dict[str, float] = {}
    for one, name in tree(pid).items():
        with contextlib.suppress(OSError):
            found[name] = found.get(name, 0.0) + _stat(one)[1] / _TICKS
    return found


def pss_mib(pid: int) -> dict[str, float]:
    """Proportional set size per process, and `total`: pages that several share are divided among them."""
    sizes: dict[str, float] = {}
    for one, name in tree(pid).items():
        with contextlib.suppress(OSError):
            sizes[name] = round(sizes.get(name, 0.0) + _pss(one), 1)
    return sizes | {"total": round(sum(sizes.values()), 1)}


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _stat(pid: int) -> tuple[int, int]:
    """(parent, ticks of processor time)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), int(fields[11]) + int(fields[12])


def _name(pid: int) -> str:
    """A process of ours by its name, others by their module or program."""
    name = Path(f"/proc/{pid}/comm").read_text().strip()
    if name.startswith(NAME_PREFIX):
        return name.removeprefix(NAME_PREFIX)
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    if found := _MODULE.search(" ".join(words)):
        return found[1]
    return "parent" if any(word.endswith("/headwater") for word in words) else Path(words[0]).name
