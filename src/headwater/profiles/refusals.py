"""What people do not take, and why: counted for each person and each workspace, shown to who asks."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The event counts all the same; only what is named here has no effect, or gives way."""

    ID_BLOCKED = "id_blocked"
    """An id that stands for nobody, as `null` or `undefined`."""
    ID_TOO_LONG = "id_too_long"
    USER_ID_LIMIT = "user_id_limit"
    """Two people would have become one with too many user ids."""
    KNOWN_TO_ANOTHER = "known_to_another"
    """An external id that belongs to somebody with another user id."""
    ALIAS_UNPROVEN = "alias_unproven"
    """A browser's word alone does not make one of two people with user ids where ids are to be signed."""
    GROUP_UNPROVEN = "group_unproven"
    """A browser that names no user says nothing of groups where ids are to be signed."""
    ANONYMOUS_ID_DROPPED = "anonymous_id_dropped"
    """Too many: the one that was not heard of for longest gave way."""
    EXTERNAL_ID_DROPPED = "external_id_dropped"
    GROUP_DROPPED = "group_dropped"
    TRAIT_DROPPED = "trait_dropped"
    """Too many: the ones with the oldest values gave way."""
    TRAIT_TOO_LONG = "trait_too_long"
    TRAIT_NAME_TOO_LONG = "trait_name_too_long"
    TRAITS_UNREADABLE = "traits_unreadable"


MERGES = frozenset({Refusal.USER_ID_LIMIT, Refusal.KNOWN_TO_ANOTHER, Refusal.ALIAS_UNPROVEN})
"""Of these each is a merge that did not happen."""
