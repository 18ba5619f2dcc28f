"""A name that leads elsewhere between two attempts: what it leads to is judged anew, also where a connection is kept.

The names are in a hosts file of the server's own, mounted in a namespace of its own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_send_delivery import add_webhook, attempts, post, until, view
from tests.receivers import Receiver, answer
from tests.server import Server

INSIDE = {"private.example.test": "10.0.0.1", "metadata.example.test": "169.254.169.254", "own.example.test": "::1"}
"""Where each name leads for the second attempt."""
SETTINGS = {
    "HEADWATER_EGRESS_ALLOW": "127.0.0.0/8",
    "HEADWATER_SEND_RETRY_S": "8,3600",  # longer than an answer about a name is kept
}


class Hosts:
    """A hosts file that is written in place, so that whoever has it mounted sees the change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_text("")

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command for which this is /etc/hosts."""
        mount = 'mount --bind "$0" /etc/hosts && exec "$@"'
        return ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(self.path))

    def lead(self, names: dict[str, str]) -> None:
        self.path.write_text("".join(f"{address} {name}\n" for name, address in names.items()))


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    made = Hosts(tmp_path / "hosts")
    if subprocess.run([*made.within, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a file in a namespace of their own")
    return made


@pytest.fixture
def sender(tmp_path: Path, hosts: Hosts) -> Iterator[Server]:
    running = Server(tmp_path / "data", environment=SETTINGS, within=hosts.within)
    yield running
    assert running.stop() == 0, running.stderr()


def test_names_that_lead_inside_between_attempts_are_not_followed(sender: Server, hosts: Hosts) -> None:
    outside = dict.fromkeys(INSIDE, "127.0.0.1")
    with Receiver(*[answer(500, b"later")] * len(INSIDE), then=answer(200)) as receiver:
        hosts.lead(outside)
        hooks = [add_webhook(sender, f"http://{name}:{receiver.port}/hook", name=name) for name in INSIDE]
        post(sender, view("named-1"))
        for hook in hooks:
            until(lambda hook=hook: attempts(sender, hook, status="failed"), "the first attempt")
        hosts.lead(INSIDE)
        refused = [until(lambda hook=hook: attempts(sender, hook, status="blocked"), "refused")[0] for hook in hooks]
        assert [(each["attempt"], each["responseStatus"]) for each in refused] == [(2, None)] * len(hooks)
        assert len(receiver.requests) == len(hooks)
        hosts.lead(outside)
        for hook, blocked in zip(hooks, refused, strict=True):
            sender.api("POST", f"/webhooks/{hook['id']}/attempts/{blocked['id']}/resend")
            until(lambda hook=hook: attempts(sender, hook, status="delivered"), "sent once it leads outside again")
        ids = [request.header("webhook-id") for request in receiver.requests]
        assert sorted(ids[: len(hooks)]) == sorted(ids[len(hooks) :])
