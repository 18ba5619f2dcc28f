"""The processes of a tree, one entry each: what runs, for which role, and what others may ask of it.

A further process is an entry here and a module with a `run`. What it answers to others is the mapping of calls that it
serves at `Home.socket(name)`; see `rpc`. Every process that serves answers `ping`, and `figures` when `has_figures`.
"""

from __future__ import annotations

import importlib
from collections.abc import Container

import msgspec

from headwater.app.settings import Role


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """`module` has `async run(order, *, ready, stop)`, imported in the process itself.

    `takes_port`: it is given the socket that the world reaches. `serves`: others may call it, and /readyz needs it.
    `reads_clean`: it is a named reader of the clean journal, which keeps what it has not read (`journal.position`); the
    accounting, `where` and backups ask it for `reader_account`, `reader_event` and `reader_copy`.
    """

    name: str
    role: Role
    module: str
    takes_port: bool = False
    serves: bool = True
    has_figures: bool = False
    reads_clean: bool = False


COLLECT = Process(name="collect", role="collect", module="headwater.app.collect_process", takes_port=True)
PIPELINE = Process(name="pipeline", role="work", module="headwater.app.pipeline_process", has_figures=True)
WAREHOUSE = Process(
    name="warehouse", role="work", module="headwater.app.warehouse_process", has_figures=True, reads_clean=True
)
SEND = Process(name="send", role="work", module="headwater.app.send_process", has_figures=True, reads_clean=True)
PROFILES = Process(
    name="profiles", role="work", module="headwater.app.profiles_process", has_figures=True, reads_clean=True
)
WEB = Process(name="web", role="web", module="headwater.app.web_process")
DEMO = Process(name="demo", role="demo", module="headwater.app.demo_process", serves=False)

PROCESSES = (COLLECT, PIPELINE, WAREHOUSE, SEND, PROFILES, WEB, DEMO)
READERS = tuple(process.name for process in PROCESSES if process.reads_clean)

SHARED = (
    "structlog",
    "headwater.app.child",
    "headwater.app.lanes",
    "headwater.app.listen",
    "headwater.app.rpc",
    "headwater.app.wiring",
    "headwater.catalog.load",
    "headwater.journal.local",
)
"""Modules that more than one process needs: the parent imports them once, before it starts any (see `fork`). None
starts a thread or opens anything when it is imported."""


def import_shared() -> None:
    for module in SHARED:
        importlib.import_module(module)


def of_roles(roles: Container[Role]) -> list[Process]:
    return [process for process in PROCESSES if process.role in roles]
