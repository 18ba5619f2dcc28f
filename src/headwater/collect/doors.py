"""All doors of a process as one: which of them a request is for, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from headwater.base.clock import Clock
from headwater.base.http import Reply, Request
from headwater.collect import body
from headwater.collect.customer import CustomerDoor
from headwater.collect.door import RETRY_AFTER_S, Door
from headwater.collect.inbound import InboundDirectory, InboundDoor
from headwater.collect.intake import Intake
from headwater.collect.model import CustomerDirectory, Decision, Directory, DoorSettings, RestDirectory
from headwater.collect.plain import Lane
from headwater.collect.rest import RestDoor
from headwater.collect.sdk import SdkDoor
from headwater.collect.suppression import SuppressedPeople, nobody


class AnyDirectory(Directory, CustomerDirectory, InboundDirectory, RestDirectory, Protocol):
    """What the doors together must know."""


class SideDoor(Protocol):
    """A door beside the Tracking API's. Its error answers have the same shape."""

    def paths(self) -> list[tuple[str, str]]: ...
    def owns(self, path: str) -> bool:
        """Whether every request to this path is the door's; the path begins with one slash."""
        ...

    def handle(self, request: Request) -> Decision: ...
    def overloaded(self, request: Request, retry_after_s: float) -> Reply: ...


class Doors:
    """`rejected` counts items (or whole requests) by (source id, code), '' for a key that opens none;
    `throttled` counts requests by source id, `unproven` user ids without a right signature by source id (where the
    workspace looks), `identities` tells whose those were, `telemetry` calls of clients about themselves."""

    def __init__(
        self,
        *,
        directory: AnyDirectory,
        settings: DoorSettings,
        clock: Clock,
        takes_webhooks: Callable[[str], bool] = lambda _slug: False,
        suppressed: SuppressedPeople = nobody,
    ) -> None:
        """`takes_webhooks` tells by its slug whether the catalogue lets a source's events come as webhooks,
        `suppressed` by its id whose events a workspace does not take."""
        self._intake = Intake(settings=settings, clock=clock, suppressed=suppressed)
        self._tracking = Door(directory=directory, settings=settings, clock=clock, intake=self._intake)
        self._rest = RestDoor(directory=directory, intake=self._intake)
        self._others: tuple[SideDoor, ...] = (
            CustomerDoor(directory=directory, intake=self._intake),
            self._rest,
            InboundDoor(directory=directory, takes=takes_webhooks, intake=self._intake),
            SdkDoor(settings.scripts, compatible=settings.compatible),
        )
        self.rejected = self._intake.rejected
        self.throttled = self._intake.throttled
        self.unproven = self._intake.identities.unproven
        self.identities = self._intake.identities.report

    @property
    def telemetry(self) -> int:
        return self._tracking.telemetry

    def take_used_keys(self) -> set[str]:
        """The ids of the API keys that were used since this was last asked."""
        return self._rest.take_used_keys()

    def paths(self) -> list[tuple[str, str]]:
        """(method, path) of all they answer; `{…}` stands for a part of the path."""
        return [*self._tracking.paths(), *(path for door in self._others for path in door.paths())]

    def owns(self, path: str) -> bool:
        """Whether every request to this path is a door's, whatever its method."""
        return self._tracking.owns(path) or self._other(path) is not None

    def handle(self, request: Request) -> Decision:
        other = None if self._tracking.owns(request.path) else self._other(request.path)
        if other is None:
            return self._tracking.handle(request)
        if request.path.startswith("//"):
            request = msgspec.structs.replace(request, path="/" + request.path.lstrip("/"))
        return other.handle(request)

    def lane(self, request: Request) -> Lane | None:
        """Where POSTs with this head may go, whatever their bodies; None: each must be looked at by itself."""
        return self._tracking.lane(request) if self._tracking.owns(request.path) else None

    def too_large(self) -> Reply:
        """For whoever stops reading a body that is over the limit: whose it is was not looked at."""
        return self._intake.too_large(body.too_large().refusal)

    def overloaded(self, request: Request, retry_after_s: float = RETRY_AFTER_S) -> Reply:
        """When records can't be stored, or there is too much to do to look at the request."""
        other = None if self._tracking.owns(request.path) else self._other(request.path)
        if other is None:
            return self._tracking.overloaded(request, retry_after_s)
        return other.overloaded(request, retry_after_s)

    def _other(self, path: str) -> SideDoor | None:
        path = "/" + path.lstrip("/")
        return next((door for door in self._others if door.owns(path)), None)
