"""Unmodified clients, and how to get those that are not installed with headwater's own tests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from web import build

HERE = Path(__file__).parent
NODE_PARTS = HERE / "node"
CACHE = Path(sys.prefix) / "compat"
INSTALL_S = 150
RUN_S = 90


@dataclass(frozen=True)
class PythonClient:
    """`pinned` is fetched into a folder of its own; '' means the one installed beside headwater."""

    name: str
    version: str
    pinned: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def run(self, url: str, key: str, calls: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Makes the calls and waits until they are delivered or given up; gives the driver's report."""
        paths = [str(fetched(self.pinned))] if self.pinned else []
        order = {
            "client": self.name,
            "calls": calls,
            "options": {"write_key": key, "host": url, **options},
        }
        command = [sys.executable, str(HERE / "drivers" / "python_client.py")]
        report = _run(command, order, {"PYTHONPATH": os.pathsep.join(paths)})
        assert report["version"] == self.version
        return report


@dataclass(frozen=True)
class NodeClient:
    package: str

    def __str__(self) -> str:
        return self.package

    def run(self, url: str, key: str, calls: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        node = installed_node()
        order = {"package": self.package, "calls": calls, "options": {"writeKey": key, "host": url, **options}}
        return _run([str(node.node), str(NODE_PARTS / "drive.mjs")], order, {})


def _run(command: list[str], order: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    said = subprocess.run(
        command,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=RUN_S,
        env={**os.environ, **environment},
        check=False,
    )
    assert said.returncode == 0, said.stderr[-3000:]
    return json.loads(said.stdout.splitlines()[-1])


@cache
def fetched(requirement: str) -> Path:
    """A folder with the package and what it needs, fetched once; the test is skipped when PyPI gives none."""
    folder = CACHE / requirement.replace("==", "-")
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
            new = Path(temporary) / "packages"
            _fetch([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(new), requirement], requirement)
            new.rename(folder)
    return folder


@cache
def installed_node() -> build.Node:
    """Node, with what tests/compat/node names beside it; the test is skipped when either can't be had."""
    try:
        node = build.find_node()
    except build.BuildError as error:
        pytest.skip(str(error))
    lock = hashlib.sha256((NODE_PARTS / "package-lock.json").read_bytes()).hexdigest()
    stamp = NODE_PARTS / "node_modules" / ".installed-from"
    if not stamp.is_file() or stamp.read_text() != lock:
        command = [*node.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        _fetch(command, "the Node clients", cwd=NODE_PARTS, environment=build.environment(node))
        stamp.write_text(lock)
    return node


def _fetch(command: list[str], what: str, *, cwd: Path | None = None, environment: Any = None) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=INSTALL_S, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{what} could not be fetched within {INSTALL_S} s")
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        pytest.skip(f"{what} could not be fetched: {' '.join(last)}")


def chromium() -> str:
    """The browser to drive; the test is skipped when there is none."""
    named = os.environ.get("HEADWATER_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("no Chromium on this machine; install one, or name it in HEADWATER_CHROMIUM")
    return found
