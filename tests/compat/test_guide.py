"""What docs/guide/clients.md shows works as it stands, but for the address and the key."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compat.clients import NODE_PARTS, installed_node
from tests.server import Server

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "clients.md"
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "")}


def shown(heading: str, server: Server, key: str) -> str:
    """The first block of code under a heading, pointed at the server."""
    section = GUIDE.read_text("utf-8").partition(f"## {heading}\n")[2]
    found = re.search(r"```\w+\n(.*?)```", section, re.DOTALL)
    assert found is not None, heading
    return found[1].replace("https://headwater.example.com", server.url).replace("WRITE_KEY", key)


def run(command: list[str], cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done


@pytest.mark.parametrize("heading", ["Python", "RudderStack's Python client"])
def test_the_python_clients(heading: str, shared_server: Server):
    source = shared_server.add_source("python", heading)
    run([sys.executable, "-c", shown(heading, shared_server, source["writeKeys"][0])])
    shared_server.wait_closed()
    assert shared_server.sql(f"SELECT id, email FROM {source['schema']}.users") == [["user-42", "user-42@example.com"]]


def test_the_node_client(shared_server: Server):
    node = installed_node()
    source = shared_server.add_source("node", "Guide node")
    code = shown("Node.js", shared_server, source["writeKeys"][0])
    run([str(node.node), "--input-type=module", "-e", code], cwd=NODE_PARTS)
    shared_server.wait_closed()
    assert shared_server.sql("SELECT user_id, total FROM guide_node.order_completed") == [["user-42", 12.5]]


def test_without_a_client(shared_server: Server):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    source = shared_server.add_source("http-api", "Guide curl")
    run(["sh", "-c", shown("Without a client", shared_server, source["writeKeys"][0]).replace("curl ", "curl -sSf ")])
    shared_server.wait_closed()
    assert shared_server.sql("SELECT user_id FROM guide_curl.order_completed") == [["user-42"]]
