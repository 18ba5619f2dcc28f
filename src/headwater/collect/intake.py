"""What every door does with the events that it has judged: bounded by the source's rate, counted, written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from headwater.base.clock import Clock
from headwater.base.http import Reply
from headwater.base.outcome import RejectCode
from headwater.collect import answers, records
from headwater.collect.identity import Identities
from headwater.collect.limits import Limits
from headwater.collect.model import Decision, DoorSettings, Durable, Refused, SourceEntry
from headwater.collect.records import Good, Told
from headwater.collect.refusal import Refusal, Refusals
from headwater.collect.suppression import Suppressed, SuppressedPeople, named_in, nobody


class Intake:
    """One for all doors of a process, so that a source has one rate whichever door its events come by.

    `rejected` counts items (or whole requests) by (source id, code), '' for a key that opens none;
    `throttled` counts requests by source id.
    """

    def __init__(self, *, settings: DoorSettings, clock: Clock, suppressed: SuppressedPeople = nobody) -> None:
        self._clock = clock
        self._suppressed = suppressed
        rate = settings.rate_limit_per_s
        self._limits = Limits(per_s=rate, brim=settings.rate_limit_burst or 10 * rate, clock=clock)
        self._refusals = Refusals(notes_per_s=settings.notes_per_s, clock=clock)
        self.rejected = self._refusals.rejected
        self.throttled: Counter[str] = Counter()
        self.identities = Identities(clock=clock, suppressed=suppressed)

    def store(
        self,
        source: SourceEntry,
        told: Told,
        good: Sequence[Good],
        bad: Sequence[tuple[int, Refusal]] = (),
        items: Sequence[msgspec.Raw] = (),
        *,
        address: str = "",
        deletions: Sequence[msgspec.Raw] = (),
    ) -> Decision:
        """`bad` by place in `items`. When nothing is good, the first bad one's reason is that of all.

        `address` is the client's; whether it goes into the events is decided by the source and by what they ask.
        `deletions` are calls to erase users, as `deletion` writes them down.
        """
        count = len(good) + len(deletions)
        if count and (wait_s := self._wait_s(source, count)):
            return answers.too_many(wait_s)
        suppressed = self._suppressed(source.workspace_id)
        notes = [note for index, why in bad for note in self._notes(source, why, bytes(items[index]), suppressed)]
        if not count:
            return Refused(reply=answers.refused(bad[0][1]), source_id=source.source_id, notes=notes)
        received_ms = self.now_ms()
        taken = good if suppressed is None else [each for each in good if not _is_of(suppressed, each)]
        written = records.encode(source, told, taken, received_ms=received_ms, address=address) if taken else []
        if hidden := len(good) - len(taken):
            written.append(records.suppressed(source, hidden, received_ms=received_ms))
        if deletions:
            written.append(records.deletions(source, deletions, received_ms=received_ms))
        return Durable(
            records=written,
            count=count,
            reply=answers.stored(bad),
            source_id=source.source_id,
            workspace_id=source.workspace_id,
            notes=notes,
        )

    def store_plain(
        self, source: SourceEntry, told: Told, events: Sequence[bytes], *, address: str = ""
    ) -> Decision | None:
        """The same for events of which none asks to carry the sender's address. None: people are suppressed, so that
        each must be looked at."""
        if self._suppressed(source.workspace_id) is not None:
            return None
        if wait_s := self._wait_s(source, len(events)):
            return answers.too_many(wait_s)
        shows_address = told.direct or source.platform == "browser"
        record = records.Frame(source, told, received_ms=self.now_ms()).around_all(
            events, address if shows_address else ""
        )
        return Durable(
            records=[record],
            count=len(events),
            reply=answers.OK,
            source_id=source.source_id,
            workspace_id=source.workspace_id,
        )

    def _wait_s(self, source: SourceEntry, count: int) -> float:
        """Takes the events from what the source may send, and gives 0; or the seconds to wait."""
        wait_s = self._limits.wait_s(source.source_id, count)
        if wait_s:
            self.throttled[source.source_id] += 1
        return wait_s

    def is_open(self, source: SourceEntry) -> bool:
        """Whether everything right that comes from the source is stored: no rate bounds it, nobody is suppressed."""
        return not self._limits.bound and self._suppressed(source.workspace_id) is None

    def now_ms(self) -> int:
        """When what is looked at now was received."""
        return int(self._clock() * 1000)

    def refuse(self, source: SourceEntry | None, why: Refusal, payload: bytes, status: int | None = None) -> Decision:
        """The request as a whole. Without a known source it is counted and leaves no other trace."""
        suppressed = None if source is None else self._suppressed(source.workspace_id)
        notes = self._notes(source, why, payload, suppressed)
        reply = answers.refused(why, status)
        return reply if source is None else Refused(reply=reply, source_id=source.source_id, notes=notes)

    def unknown(self, why: Refusal) -> Reply:
        """The key opens nothing: counted, and nothing more."""
        self.rejected["", why.code] += 1
        return answers.refused(why)

    def too_large(self, why: Refusal) -> Reply:
        """A body of which no more was read: whose it is was not looked at."""
        self.rejected["", RejectCode.PAYLOAD_TOO_LARGE] += 1
        return answers.opened_to_any(answers.refused(why))

    def _notes(
        self, source: SourceEntry | None, why: Refusal, payload: bytes, suppressed: Suppressed | None
    ) -> list[bytes]:
        """Of a suppressed person's event nothing is noted, only that it was refused is counted."""
        notes = self._refusals.count(source, why, payload)
        return [] if suppressed is not None and named_in(payload, suppressed) else notes


def _is_of(suppressed: Suppressed, event: Good) -> bool:
    names = event.names
    return suppressed.owns(names.user_id, names.anonymous_id, names.previous_id)
