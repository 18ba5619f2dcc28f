"""Makes calls through a Python client, in a process of its own: what to call comes on stdin, what happened goes out.

{"client": "segment" | "rudder", "options": {…}, "calls": [{"call": "track", "userId": …}, …]}
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from datetime import datetime

PACKAGES = {"segment": "segment.analytics", "rudder": "rudderstack.analytics"}


def main() -> None:
    order = json.load(sys.stdin)
    package = PACKAGES[order["client"]]
    errors: list[str] = []
    client = importlib.import_module(f"{package}.client").Client(
        on_error=lambda error, batch: errors.append(f"{len(batch)} events: {error!r}"), **order["options"]
    )
    for call in order["calls"]:
        arguments = {snake(name): value for name, value in call.items() if name != "call"}
        if "timestamp" in arguments:
            arguments["timestamp"] = datetime.fromisoformat(arguments["timestamp"])
        getattr(client, call["call"])(**arguments)
    client.flush()
    client.shutdown()
    version = importlib.import_module(f"{package}.version").VERSION
    print(json.dumps({"version": version, "errors": errors}))


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name)


main()
