"""Carries out regulations, one after the other: each store in turn, and finished when every one has been rewritten.

Nobody new comes in meanwhile, as the doors suppress the people from the request on. What was accepted before is first
led to where it is erased: the journals' segments are closed behind it, the pipeline and every reader have read so far.
Then the journals go first, so that nothing reads an erased event any more, and the readers after them. Each step can be
repeated: after a crash, or when a store could not be rewritten, it begins again where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from headwater.app.home import Home
from headwater.app.processes import PROFILES, SEND, WAREHOUSE
from headwater.app.pruning import Pruning
from headwater.app.replays import Replays
from headwater.app.rpc import LONG_S, RpcClient
from headwater.base.clock import Clock, iso_from_seconds
from headwater.base.errors import HeadwaterError, Transient
from headwater.base.subject import Subject
from headwater.control.generation import Generation
from headwater.control.regulations import Regulation, Regulations
from headwater.journal.local import LocalReader
from headwater.journal.position import Position
from headwater.journal.protocol import JournalDamaged
from headwater.journal.reseal import reseal
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.erase import Redaction, emails_in
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline

LOOK_EVERY_S: Final = 0.1
LOOKS: Final = 100
RETRY_S: Final = 2.0
MOST_RETRY_S: Final = 60.0
POLL_S: Final = 0.02
PATIENCE_S: Final = 60.0
"""So long a reader is waited for at a time; then the regulation says so, and is tried again."""
READ_BYTES: Final = 4 * 1024 * 1024


class Ends(msgspec.Struct, frozen=True):
    """Up to where each journal is to be rewritten: the segments that end there or before are written to no more."""

    raw: int
    clean: int


class Erasing:
    """Of the pipeline's process, which alone writes the clean journal and lets go of both. `cut` is its writer's."""

    def __init__(
        self,
        *,
        home: Home,
        regulations: Regulations,
        generation: Generation,
        pipeline: Pipeline,
        ledger: Ledger,
        debugger: Debugger,
        pruning: Pruning,
        replays: Replays,
        door: RpcClient,
        readers: Mapping[str, RpcClient],
        cut: Callable[[], None],
        clock: Clock,
        log: Callable[[str], None],
    ) -> None:
        self._home = home
        self._regulations = regulations
        self._generation = generation
        self._pipeline = pipeline
        self._ledger = ledger
        self._debugger = debugger
        self._pruning = pruning
        self._replays = replays
        self._door = door
        self._readers = readers
        self._cut = cut
        self._clock = clock
        self._log = log
        self._older_replays: set[str] = set()

    async def run(self) -> None:
        """Until it is cancelled."""
        retry_s = RETRY_S
        while True:
            seen = self._generation.read()
            if await self._carry_out_all():
                retry_s = RETRY_S
                self._forget_barred()
                await self._until_changed(seen)
            else:
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, MOST_RETRY_S)

    async def _carry_out_all(self) -> bool:
        """False: some wait, or cannot be looked up. One that waits keeps no other from being carried out."""
        went_well = True
        try:
            for regulation in await asyncio.to_thread(self._regulations.unfinished):
                went_well &= await self._carry_out(regulation)
        except SQLAlchemyError as error:
            self._log(f"erasures cannot be looked up: {error}")
            return False
        return went_well

    async def _carry_out(self, regulation: Regulation) -> bool:
        try:
            await Run(self, regulation).carry_out()
        except (HeadwaterError, SQLAlchemyError, OSError) as error:
            self._log(f"the erasure {regulation.id} waits: {error}")
            return False
        return True

    async def _until_changed(self, seen: int) -> None:
        """Somebody has asked for something, or it is time to look anyway."""
        for _ in range(LOOKS):
            if self._generation.read() != seen:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    # What a run is made of

    async def settle(self) -> Ends:
        """Leads everything that was accepted before to where it is erased. Raises Transient when that takes long."""
        sealed = await self._door.call("seal")
        await self._until(lambda: self._pipeline.raw_next >= sealed["before"], "the pipeline")
        clean = await asyncio.to_thread(self._pipeline.mark, self._cut)
        for name in self._readers:
            position = Position(self._home.clean, name)
            try:
                await self._until(lambda position=position: position.get() >= clean, f"the reader {name}")
            finally:
                position.close()
        return Ends(raw=sealed["before"], clean=clean)

    async def _until(self, condition: Callable[[], bool], who: str) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            if asyncio.get_running_loop().time() >= deadline:
                raise Transient(f"{who} has not read what was accepted before; it is waited for")
            await asyncio.sleep(POLL_S)

    async def people(self, regulation: Regulation) -> Subject:
        """Whom it is about, with all the ids that are known of them. One that others came with too is nobody's."""
        subject = await asyncio.to_thread(self._regulations.subject, regulation)
        if not subject.user_ids:
            return subject
        asked: dict[str, Any] = {"workspace_id": subject.workspace_id, "user_ids": sorted(subject.user_ids)}
        known = await self._readers[PROFILES.name].call("ids_of", **asked)
        users = subject.user_ids.union(known["userIds"])
        asked["user_ids"] = sorted(users)
        seen = await self._readers[WAREHOUSE.name].call("devices_of", LONG_S, **asked)
        devices = subject.anonymous_ids.union(known["anonymousIds"], seen["anonymousIds"]) - set(seen["shared"])
        return msgspec.structs.replace(subject, user_ids=users, anonymous_ids=devices)

    async def resolve(self, regulation: Regulation) -> Subject:
        """Suppresses them under all their ids, and gives those."""
        subject = await self.people(regulation)
        await asyncio.to_thread(self._regulations.resolved, regulation, subject)
        return subject

    def bar(self, subject: Subject) -> None:
        """From here on no replay that is under way brings what it has read of them."""
        self._pipeline.bar(subject)

    async def addresses(self, regulation: Regulation, subject: Subject) -> Subject:
        """With the e-mail addresses that their own events name: what was refused may name nothing else of them."""
        found = await asyncio.to_thread(self._addresses, subject)
        subject = msgspec.structs.replace(subject, emails=subject.emails | found)
        await asyncio.to_thread(self._regulations.resolved, regulation, subject)
        return subject

    def _addresses(self, subject: Subject) -> set[str]:
        raw, found = LocalReader(self._home.raw), set[str]()
        try:
            offset = raw.earliest()
            while offset < raw.end():
                try:
                    records = raw.read(offset, READ_BYTES)
                except JournalDamaged as damage:
                    offset = damage.next
                    continue
                for record in records:
                    found |= emails_in(record.payload, subject)
                offset = records[-1].next
        finally:
            raw.close()
        return found

    async def journal(self, subject: Subject, ends: Ends, tell: Tell) -> int:
        """Both journals, a segment at a time."""
        redaction = Redaction(subject)
        for step in (
            reseal(self._home.raw, before=ends.raw, rewrite=redaction.raw, damaged=subject.mentions),
            reseal(self._home.clean, before=ends.clean, rewrite=redaction.clean, damaged=subject.mentions),
        ):
            while await asyncio.to_thread(next, step, None) is not None:
                await tell(redaction.removed)
        self._older_replays |= self._replays.running()
        return redaction.removed

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Retention waits, as it would remove what is being replaced, and no copy is made of half an erasure."""
        await asyncio.to_thread(self._pruning.pause)
        try:
            yield
        finally:
            self._pruning.resume()

    async def debugger(self, subject: Subject) -> int:
        return await asyncio.to_thread(self._ledger.erase, subject) + self._debugger.forget(subject)

    async def reader(self, name: str, subject: Subject) -> dict[str, int]:
        asked: dict[str, Any] = {"workspace_id": subject.workspace_id, "user_ids": sorted(subject.user_ids)}
        asked["anonymous_ids"] = sorted(subject.anonymous_ids)
        if name == PROFILES.name:
            asked["groups"] = await self._readers[WAREHOUSE.name].call("groups_of", LONG_S, **asked)
            asked["anonymous_ids"] = [id for id in asked["anonymous_ids"] if await self._is_of_a_stranger(subject, id)]
        if name == SEND.name:
            asked["emails"] = sorted(subject.emails)
        return await self._readers[name].call("erase", LONG_S, **asked)

    async def _is_of_a_stranger(self, subject: Subject, anonymous_id: str) -> bool:
        """Whether whoever has the id is known by nothing else: it may have moved on to a user who is not erased."""
        asked: dict[str, Any] = {"workspace_id": subject.workspace_id, "anonymous_id": anonymous_id}
        found = await self._readers[PROFILES.name].call("person_of", **asked)
        return found is not None and not found["known"]

    async def identities(self, subject: Subject) -> int:
        return await self._door.call(
            "forget_identities", workspace_id=subject.workspace_id, user_ids=sorted(subject.user_ids)
        )

    def _forget_barred(self) -> None:
        """When the replays are over that may have read something before it was erased."""
        self._older_replays &= self._replays.running()
        if not self._older_replays:
            self._pipeline.unbar()

    @property
    def regulations(self) -> Regulations:
        return self._regulations

    def present(self) -> str:
        return iso_from_seconds(self._clock())


Tell = Callable[[int], Awaitable[None]]
"""Is told how much is removed so far."""


class Run:
    """One regulation on its way: what is done is kept at once, so that it is not begun anew."""

    def __init__(self, erasing: Erasing, regulation: Regulation) -> None:
        self._erasing = erasing
        self._regulation = regulation
        self._stores = {store.name: store for store in regulation.stores}

    async def carry_out(self) -> None:
        """Raises what keeps it from being finished, which it says of itself too."""
        try:
            await (self._delete() if self._regulation.deletes else self._suppress())
        except HeadwaterError as error:
            await self._save(error.message)
            raise
        except Exception as error:
            await self._save("an internal fault; the server's log says more")
            raise Transient(f"{type(error).__name__}: {error}") from error

    async def _suppress(self) -> None:
        await self._save()
        await self._erasing.settle()
        await self._erasing.resolve(self._regulation)
        await self._finish()

    async def _delete(self) -> None:
        erasing, regulation = self._erasing, self._regulation
        await self._save()
        before = await asyncio.to_thread(erasing.regulations.subject, regulation)
        await erasing.settle()
        subject = await erasing.resolve(regulation)
        erasing.bar(subject)
        ends = await erasing.settle()  # once more: what came under ids that were only just found, or by a replay
        subject = await erasing.addresses(regulation, subject)
        if subject != before:  # more is known of them than when a store was rewritten, if any was
            self._stores = {
                name: msgspec.structs.replace(each, status="INITIALIZED") for name, each in self._stores.items()
            }
        async with erasing.alone():
            await self._rewrite(subject, ends)
            await self._finish()

    async def _rewrite(self, subject: Subject, ends: Ends) -> None:
        erasing = self._erasing
        await self._do(("profiles",), lambda: self._of_reader("profiles", subject))
        await self._do(("journal",), lambda: self._journal(subject, ends))
        await self._do(("debugger",), lambda: self._counted("debugger", erasing.debugger(subject)))
        await self._do(("deliveries", "attempts", "files"), lambda: erasing.reader("send", subject))
        await self._do(("warehouse",), lambda: self._of_reader("warehouse", subject))
        await self._do(("identities",), lambda: self._counted("identities", erasing.identities(subject)))
        await self._do(("logs",), lambda: self._counted("logs", _nothing()))

    async def _do(self, names: Sequence[str], work: Callable[[], Awaitable[dict[str, int]]]) -> None:
        """Rewrites one or more stores, unless that is done."""
        if all(self._stores[name].status == "FINISHED" for name in names):
            return
        self._change(names, status="RUNNING", error=None)
        await self._save()
        try:
            counts = await work()
        except HeadwaterError as error:
            self._change(names, error=error.message)
            raise
        for name in names:
            self._change((name,), status="FINISHED", rows_deleted=self._stores[name].rows_deleted + counts[name])
        await self._save()

    async def _of_reader(self, name: str, subject: Subject) -> dict[str, int]:
        return {name: (await self._erasing.reader(name, subject))["rowsDeleted"]}

    async def _counted(self, name: str, count: Awaitable[int]) -> dict[str, int]:
        return {name: await count}

    async def _journal(self, subject: Subject, ends: Ends) -> dict[str, int]:
        before = self._stores["journal"].rows_deleted

        async def tell(removed: int) -> None:
            if before + removed != self._stores["journal"].rows_deleted:
                self._change(("journal",), rows_deleted=before + removed)
                await self._save()

        removed = await self._erasing.journal(subject, ends, tell)
        return {"journal": before + removed - self._stores["journal"].rows_deleted}

    def _change(self, names: Sequence[str], **changes: Any) -> None:
        for name in names:
            self._stores[name] = msgspec.structs.replace(self._stores[name], at=self._erasing.present(), **changes)

    async def _save(self, error: str | None = None) -> None:
        stores = list(self._stores.values())
        await asyncio.to_thread(
            lambda: self._erasing.regulations.progress(self._regulation.id, stores=stores, error=error)
        )

    async def _finish(self) -> None:
        stores = list(self._stores.values())
        await asyncio.to_thread(lambda: self._erasing.regulations.finish(self._regulation, stores=stores))


async def _nothing() -> int:
    """No log is kept by the server: it goes to standard error, and names nobody."""
    return 0
