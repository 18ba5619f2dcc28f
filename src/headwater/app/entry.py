"""Where the command `headwater` begins: a server heeds signals before the rest is even imported."""

from __future__ import annotations

import sys

from headwater.app import stopping


def main() -> None:
    if sys.argv[1:2] in (["serve"], ["demo"]):
        stopping.heed()
    from headwater.app.cli import main as run

    run()
