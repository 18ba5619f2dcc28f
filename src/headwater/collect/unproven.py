"""Who would fail, or does, where user ids must come signed: counts for each door, and the latest user ids by name.

Counts are kept over restarts. User ids are not, and never reach the disk: they are people's, and one more store that
holds them would be one more to erase.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from headwater.base.clock import Clock, iso_from_seconds
from headwater.journal.files import write_whole

Standing = Literal["proven", "missing", "wrong"]
"""What a user id came with: a right signature, none, or one that is none of its own."""

NEWEST: Final = 100
"""User ids of a workspace that are kept."""
MAX_ID_CHARS: Final = 200
"""More of a user id is not kept."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A user id that came without a right signature. `times` since it was last forgotten; the rest is of the last."""

    user_id: str
    reason: Standing
    at_ms: int
    times: int


class Counts(msgspec.Struct):
    """User ids that came by one door, as events count. `since_ms`: when the first was counted."""

    since_ms: int
    proven: int = 0
    missing: int = 0
    wrong: int = 0


_SAVED: Final = msgspec.json.Decoder(dict[str, dict[str, Counts]])


class Unproven:
    """By workspace and door, where a door is the public id of a source, or another word. Of one thread."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, dict[str, Counts]] = {}
        self._newest: dict[str, OrderedDict[tuple[str, str], Seen]] = {}
        self._changed = False

    def note(self, workspace_id: str, door: str, user_id: str, standing: Standing) -> None:
        at_ms = int(self._clock() * 1000)
        doors = self._counts.setdefault(workspace_id, {})
        counts = doors.get(door)
        if counts is None:
            counts = doors[door] = Counts(at_ms)
        setattr(counts, standing, getattr(counts, standing) + 1)
        self._changed = True
        if standing == "proven":
            return
        kept = self._newest.setdefault(workspace_id, OrderedDict())
        key = (door, user_id[:MAX_ID_CHARS])
        before = kept.pop(key, None)
        times = before.times + 1 if before is not None else 1
        kept[key] = Seen(user_id=key[1], reason=standing, at_ms=at_ms, times=times)
        if len(kept) > NEWEST:
            kept.popitem(last=False)

    def report(self, workspace_id: str) -> dict[str, Any]:
        """`doors` with their counts, and the `newest` user ids, latest first. In the shape of `api.ports`."""
        doors = self._counts.get(workspace_id, {})
        newest = self._newest.get(workspace_id, {})
        return {
            "doors": [
                {
                    "door": door,
                    "since": iso_from_seconds(counts.since_ms / 1000),
                    "proven": counts.proven,
                    "missing": counts.missing,
                    "wrong": counts.wrong,
                }
                for door, counts in sorted(doors.items())
            ],
            "newest": [
                {
                    "userId": seen.user_id,
                    "door": door,
                    "reason": seen.reason,
                    "at": iso_from_seconds(seen.at_ms / 1000),
                    "times": seen.times,
                }
                for (door, _), seen in reversed(newest.items())
            ],
        }

    def reset(self, workspace_id: str) -> None:
        """Begin anew."""
        self._counts.pop(workspace_id, None)
        self._newest.pop(workspace_id, None)
        self._changed = True

    def forget(self, workspace_id: str, user_ids: Collection[str]) -> int:
        """Take these people out of the names; the counts, which name nobody, stay. How many entries were taken out."""
        kept = self._newest.get(workspace_id, OrderedDict())
        gone = {user_id[:MAX_ID_CHARS] for user_id in user_ids}
        found = [key for key in kept if key[1] in gone]
        for key in found:
            del kept[key]
        return len(found)

    def load(self, path: Path) -> None:
        """The counts that were saved; none when there are none, or a disk's fault has spoiled them."""
        with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError):
            self._counts = _SAVED.decode(path.read_bytes())

    def changed(self) -> bytes | None:
        """The counts to be written to the file that `load` reads; None when nothing was counted since."""
        if not self._changed:
            return None
        self._changed = False
        return msgspec.json.encode(self._counts)


def save(path: Path, counts: bytes) -> None:
    """Durably. Raises OSError when the disk is full."""
    write_whole(path, counts)
