"""What the process of people answers: who they are, which segments they are in, and where its reader stands.

Every public method is a call that another process may make (see `rpc`); arguments and answers are plain values. What
changes something waits for its turn in the room's loop.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.app.home import Home
from headwater.base.errors import NotFound
from headwater.profiles import erase
from headwater.profiles.ports import Segments
from headwater.profiles.run import Profiles
from headwater.profiles.store import Store
from headwater.profiles.view import Asked, View


class ProfilesCalls:
    def __init__(self, *, home: Home, store: Store, profiles: Profiles, segments: Segments) -> None:
        self._home = home
        self._store = store
        self._profiles = profiles
        self._segments = segments
        self._view = View(store, segments)

    def ping(self) -> bool:
        return True

    def figures(self) -> dict[str, Any]:
        return {
            "profilesLagBytes": self._profiles.lag_bytes(),
            **self._store.totals(),
            "announcementsPending": self._store.outgoing_count(),
            "refusals": self._store.all_refusals(),
            "profilesBytes": self._store.db.size_bytes(),
        }

    # As a reader of the clean journal

    def reader_account(self, workspace_id: str) -> dict[str, int]:
        counts = self._store.counts(workspace_id)
        return {"done": counts.done, "dead": counts.dead, "skipped": 0}

    def reader_event(self, workspace_id: str, message_id: str) -> dict[str, Any]:
        """Where it stands with an event; `event` is what it knows of it: only what it could not take."""
        found = self._store.dead(workspace_id, message_id)
        if found:
            event = found[0].event
            return {
                "status": "dead",
                "detail": {"reason": "not_taken", "note": found[0].reason},
                "event": {"sourceId": event.source_id, "receivedAt": event.received_at},
            }
        return {"status": "pending" if self._profiles.lag_bytes() else "done", "detail": {}, "event": None}

    def reader_copy(self, dir: str) -> None:
        """A copy of the people, as of now, into a data directory that is being made."""
        self._store.copy(Home(Path(dir)).profiles)

    # People

    def people(
        self,
        workspace_id: str,
        user_id: str | None = None,
        email: str | None = None,
        traits: dict[str, str] | None = None,
        segment_id: str | None = None,
        query: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> dict[str, Any]:
        asked = Asked(user_id=user_id, email=email, traits=traits or {}, segment_id=segment_id, query=query or None)
        found, total = self._view.search(workspace_id, asked, limit=limit, offset=offset)
        return {"data": [self._view.shape(person) for person in found], "total": total}

    def person(self, workspace_id: str, id: str) -> dict[str, Any] | None:
        found = self._view.person(workspace_id, id)
        return None if found is None else self._view.shape(found)

    async def person_of(
        self,
        workspace_id: str,
        user_id: str | None = None,
        anonymous_id: str | None = None,
        traits: list[str] | None = None,
        group_traits: list[str] | None = None,
    ) -> dict[str, Any] | None:
        """Whom an id names, with the segments; a user id goes before an anonymous one. `known`: by a user id.

        With the values of the traits that are asked for, and of those of their group.
        It is read on the loop: the way through a thread takes longer than the reading.
        """
        return self._person_of(workspace_id, user_id, anonymous_id, traits, group_traits)

    def answer_page(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """As `person_of`, for pages, which wait for it."""
        return self._person_of(**asked)

    def _person_of(
        self,
        workspace_id: str,
        user_id: str | None,
        anonymous_id: str | None,
        traits: list[str] | None,
        group_traits: list[str] | None,
    ) -> dict[str, Any] | None:
        found = self._view.named(workspace_id, user_id, anonymous_id)
        if found is None:
            return None
        told: dict[str, Any] = {"id": found.id, "segments": self._segments.of(found), "known": found.is_known}
        if traits:
            told["traits"] = self._view.values(found, traits)
        if group_traits:
            told["groupTraits"] = self._view.group_values(found, group_traits)
        return told

    def ids_of(
        self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str] | None = None
    ) -> dict[str, list[str]]:
        """All the ids of the people whom these name, those given too."""
        people = [
            person
            for user_id, anonymous_id in [*((id, None) for id in user_ids), *((None, id) for id in anonymous_ids or ())]
            if (person := self._view.named(workspace_id, user_id, anonymous_id)) is not None
        ]
        return {
            "userIds": list(dict.fromkeys([*user_ids, *(id for person in people for id in person.user_ids)])),
            "anonymousIds": list(
                dict.fromkeys([*(anonymous_ids or ()), *(id for person in people for id in person.anonymous_ids)])
            ),
            "personIds": list(dict.fromkeys(person.id for person in people)),
        }

    def person_export(self, workspace_id: str, id: str) -> dict[str, Any]:
        """All that is kept of a person here; NotFound."""
        return self._view.export(self._required(workspace_id, id))

    def erase(
        self,
        workspace_id: str,
        user_ids: list[str],
        anonymous_ids: list[str] | None = None,
        groups: dict[str, list[int]] | None = None,
    ) -> dict[str, int]:
        """Takes out the people whom these ids name, and returns when nothing of them is left in the files. `groups`:
        when (ms since 1970-01-01 UTC) they said something of which groups, as far as that is known."""
        count = self._profiles.do(
            lambda working: erase.erase(self._store, working, workspace_id, user_ids, anonymous_ids or [], groups)
        )
        self._profiles.alone(self._store.db.wipe_log)
        return {"rowsDeleted": count}

    # Segments

    def segment_states(self, workspace_id: str) -> dict[str, Any]:
        return self._segments.states(workspace_id)

    def explain(self, workspace_id: str, person_id: str, segment_id: str) -> dict[str, Any]:
        return self._segments.explain(self._required(workspace_id, person_id), segment_id, self._view)

    def preview(self, workspace_id: str, rule: Any) -> dict[str, Any]:
        count, refs = self._segments.preview(workspace_id, rule, self._view)
        return {"count": count, "sample": [self._view.shape(person) for person in self._view.load(refs)]}

    # Inside

    def _required(self, workspace_id: str, id: str) -> Any:
        found = self._view.person(workspace_id, id)
        if found is None:
            raise NotFound(f"there is no person {id!r} in this workspace")
        return found
