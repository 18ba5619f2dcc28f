"""What one clean event makes of the people: whom it is about, what it says of them, which groups it names.

Most events say nothing new: of them only the time is noted, without reading the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

import msgspec

from headwater.base.event import CleanEvent
from headwater.profiles import groups, identity, rows, traits
from headwater.profiles.identity import CLAIM_MS, Union
from headwater.profiles.model import Person
from headwater.profiles.refusals import Refusal
from headwater.profiles.working import ANONYMOUS, EXTERNAL, USER, Kind, Working

_PLAIN: Final = frozenset({"track", "page", "screen"})
_EXTERNAL_IDS: Final = b'"externalIds"'


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """An event with what is known of it: when it counts, when somebody was there by it, in which order it goes among
    those of its time, its workspace's number. `browser`: whoever loads a page can have sent it; `proven`: whoever named
    a user id there had to sign it, by what the workspace required when it came."""

    event: CleanEvent
    no: int
    at_ms: int
    seen_ms: int
    order: int
    browser: bool
    proven: bool
    wanted: bool
    replayed: bool


class Meter(Protocol):
    def meter(self, person: Person, event: CleanEvent, at_ms: int) -> bool: ...


def names(occurrences: Iterable[Occurrence]) -> Iterator[str]:
    """All that will be looked for, to be read at once."""
    for each in occurrences:
        event = each.event
        if event.user_id is not None:
            yield rows.user_name(each.no, event.user_id)
        if event.anonymous_id is not None:
            yield rows.anonymous_name(each.no, event.anonymous_id)
        if event.previous_id is not None:
            yield rows.user_name(each.no, event.previous_id)
            yield rows.anonymous_name(each.no, event.previous_id)
        if event.group_id is not None:
            yield rows.group_name(each.no, event.group_id)


def newcomers(occurrences: Iterable[Occurrence], working: Working) -> Iterator[str]:
    """The public names that people will get who are new, to see at once whether somebody has one."""
    for each in occurrences:
        event = each.event
        user_id, anonymous_id = event.user_id, event.anonymous_id
        known = user_id is not None and working.claim(rows.user_name(each.no, user_id)) is not None
        known |= anonymous_id is not None and working.claim(rows.anonymous_name(each.no, anonymous_id)) is not None
        if not known and (user_id or anonymous_id):
            first_id = USER.letter + user_id if user_id is not None else ANONYMOUS.letter + (anonymous_id or "")
            yield rows.public_name(each.no, working.id_of(event.workspace_id, first_id))


def refs(occurrences: Iterable[Occurrence], working: Working) -> Iterator[int]:
    """Of the people that will have to be read, as far as can be told before."""
    for each in occurrences:
        if noted(each, working) is None:
            event = each.event
            for name in (
                rows.user_name(each.no, event.user_id) if event.user_id is not None else None,
                rows.anonymous_name(each.no, event.anonymous_id) if event.anonymous_id is not None else None,
            ):
                if name is not None and (claim := working.claim(name)) is not None:
                    yield claim.ref


def noted(each: Occurrence, working: Working) -> int | None:
    """The ref of the person when the event says no more than that they were there; None when there is more to it."""
    event = each.event
    if each.wanted or event.type not in _PLAIN:
        return None
    user_id, anonymous_id = event.user_id, event.anonymous_id
    since = each.at_ms - CLAIM_MS
    claim = None
    if user_id is not None:
        claim = working.claim(rows.user_name(each.no, user_id))
        if claim is None or claim.at_ms < since:
            return None
    if anonymous_id is not None:
        other = working.claim(rows.anonymous_name(each.no, anonymous_id))
        if other is None or other.at_ms < since or (claim is not None and claim.ref != other.ref):
            return None
        claim = other
    if claim is None or (not each.browser and _EXTERNAL_IDS in bytes(event.context)):
        return None
    return claim.ref


class Taking:
    def __init__(self, working: Working, meter: Meter) -> None:
        self._working = working
        self._meter = meter

    def take(self, each: Occurrence) -> None:
        working = self._working
        working.counting = not each.replayed
        ref = noted(each, working)
        if ref is not None:
            working.saw(each.no, ref, each.seen_ms)
            return
        person = self._person(each)
        if person is None:
            return
        event = each.event
        if event.type == "identify":
            self._learn(each, person)
        elif event.type == "group":
            self._group(each, person)
        if each.wanted and self._meter.meter(person, event, each.at_ms):
            working.write_meters(person)
            working.change(person).events.add(event.event or event.name or "")

    # Who it is

    def _person(self, each: Occurrence) -> Person | None:
        event, working = each.event, self._working
        user, user_id = self._owner_of(each, USER, event.user_id)
        anonymous, anonymous_id = self._owner_of(each, ANONYMOUS, event.anonymous_id)
        if user_id is not None:
            person = self._user(each, user_id, user, anonymous, anonymous_id)
        elif anonymous_id is not None:
            person = anonymous or self._new(each, ANONYMOUS, anonymous_id)
            self._claim(each, person, ANONYMOUS, anonymous_id)
        else:
            return None
        working.saw(each.no, person.ref, each.seen_ms)
        if event.type == "alias" and user_id is not None:
            person = self._alias(each, person, anonymous_id)
        if not each.browser:
            for id in identity.external_ids(event):
                person = self._external(each, person, id)
        return person

    def _user(
        self, each: Occurrence, user_id: str, user: Person | None, anonymous: Person | None, anonymous_id: str | None
    ) -> Person:
        """The person with the user id; the anonymous id goes where the rules say."""
        working = self._working
        if user is None:
            user = anonymous if anonymous is not None and not anonymous.is_known else self._new(each, USER, user_id)
            if anonymous is not None and user.ref == anonymous.ref:
                working.change(user).whole = True
        self._claim(each, user, USER, user_id)
        if anonymous_id is None:
            return user
        if anonymous is None:
            working.give(each.no, user, ANONYMOUS, anonymous_id, each.at_ms)
            return user
        claim = working.claim(rows.anonymous_name(each.no, anonymous_id))
        owned_ms = claim.at_ms if claim is not None else each.at_ms
        decision = identity.of_anonymous(user, anonymous, owned_ms=owned_ms, at_ms=each.at_ms)
        if decision is Union.MERGE:
            user = working.merge(each.no, user, anonymous)
        if decision is Union.MOVE:
            working.give(each.no, user, ANONYMOUS, anonymous_id, each.at_ms)
        elif decision is not Union.STAY:
            self._claim(each, user, ANONYMOUS, anonymous_id)
        return user

    def _alias(self, each: Occurrence, person: Person, anonymous_id: str | None) -> Person:
        previous_id = self._usable(each, each.event.previous_id)
        if previous_id is None or previous_id in person.user_ids or previous_id in person.anonymous_ids:
            return person
        working = self._working
        previous = self._owner(each, USER, previous_id) or self._owner(each, ANONYMOUS, previous_id)
        if previous is not None:
            decision = identity.of_alias(person, previous, trusted=not (each.browser and each.proven))
            if decision is Union.MERGE:
                return working.merge(each.no, person, previous)
            if isinstance(decision, Refusal):
                working.refuse(person, person.workspace_id, decision)
        elif each.browser and each.proven:
            working.refuse(person, person.workspace_id, Refusal.ALIAS_UNPROVEN)
        elif len(person.user_ids) >= USER.most:
            working.refuse(person, person.workspace_id, Refusal.USER_ID_LIMIT)
        else:  # nobody was known by it so far: events by it are this person's from now on
            working.give(each.no, person, USER, previous_id, each.at_ms - 1)
        return person

    def _external(self, each: Occurrence, person: Person, id: str) -> Person:
        working = self._working
        owner = self._owner(each, EXTERNAL, id)
        if owner is not None:
            decision = identity.of_external(person, owner)
            if isinstance(decision, Refusal):
                working.refuse(person, person.workspace_id, decision)
                return person
            if decision is Union.MERGE:
                person = working.merge(each.no, person, owner)
        self._claim(each, person, EXTERNAL, id)
        return person

    def _usable(self, each: Occurrence, id: str | None) -> str | None:
        if id is None:
            return None
        refusal = identity.flaw(id)
        if refusal is not None:
            self._working.refuse(None, each.event.workspace_id, refusal)
            return None
        return id

    def _owner_of(self, each: Occurrence, kind: Kind, id: str | None) -> tuple[Person | None, str | None]:
        """Who has the id, and the id if it can be somebody's: what somebody has was looked at before."""
        owner = self._owner(each, kind, id)
        return (owner, id) if owner is not None else (None, self._usable(each, id))

    def _owner(self, each: Occurrence, kind: Kind, id: str | None) -> Person | None:
        claim = self._working.claim(f"{kind.letter}{each.no}:{id}") if id is not None else None
        return None if claim is None else self._working.person(claim.ref)

    def _new(self, each: Occurrence, kind: Kind, id: str) -> Person:
        return self._working.new_person(each.no, each.event.workspace_id, kind.letter + id, each.seen_ms)

    def _claim(self, each: Occurrence, person: Person, kind: Kind, id: str) -> None:
        """Says that an id is a person's, unless that was said lately."""
        claim = self._working.claim(f"{kind.letter}{each.no}:{id}")
        if claim is None or claim.ref != person.ref or claim.at_ms < each.at_ms - CLAIM_MS:
            self._working.give(each.no, person, kind, id, each.at_ms)

    # What it says

    def _learn(self, each: Occurrence, person: Person) -> None:
        given, refused = traits.read(each.event.traits, each.at_ms, each.order)
        working = self._working
        for reason in refused:
            working.refuse(person, person.workspace_id, reason)
        if not given:
            return
        email = rows.email_of(person)
        changed, dropped = traits.join(person.traits, given)
        working.refuse(person, person.workspace_id, Refusal.TRAIT_DROPPED, dropped)
        if "email" in changed:
            working.email_changed(each.no, person, email)
        if not person.identified:
            person.identified = True
            working.change(person).whole = True
        if changed:
            working.change(person).traits |= changed
        working.write(person)

    def _group(self, each: Occurrence, person: Person) -> None:
        group_id, working = self._usable(each, each.event.group_id), self._working
        if group_id is None:
            return
        if each.browser and each.proven and each.event.user_id is None:
            working.refuse(person, person.workspace_id, Refusal.GROUP_UNPROVEN)
            return
        is_new, dropped = groups.enter(person, group_id, each.at_ms)
        working.enter(each.no, person, group_id, dropped, is_new=is_new)
        working.write(person)
        group = working.group_to_write(each.no, person.workspace_id, group_id, each.seen_ms)
        given, refused = traits.read(each.event.traits, each.at_ms, each.order)
        for reason in refused:
            working.refuse(person, person.workspace_id, reason)
        changed, gone = groups.learn(group, given, each.seen_ms)
        working.refuse(person, person.workspace_id, Refusal.TRAIT_DROPPED, gone)
        if changed:
            working.group_changed(each.no, group, changed)
        if is_new or dropped or changed:
            working.change(person).groups |= {group_id, *dropped}
