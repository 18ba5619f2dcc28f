"""What can become of an event. Every fate is one of these enumerated, counted reasons.

accepted = duplicate + dropped(reason) + parked(reason) + clean; a rejected item was never accepted.
"""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    PARKED = "parked"
    CLEAN = "clean"


class DropReason(StrEnum):
    """The door answered 200 and the event goes no further, on purpose."""

    SOURCE_DISABLED = "source_disabled"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    EXPIRED = "expired"
    ERASURE_REQUESTED = "erasure_requested"
    """It was no event but a back end's call to erase a user, which is being done."""


class ParkReason(StrEnum):
    """The event was acknowledged, cannot go on now, and is kept until it is released."""

    UNREADABLE = "unreadable"
    JOURNAL_DAMAGED = "journal_damaged"
    UNKNOWN_SOURCE = "unknown_source"
    WAREHOUSE_REFUSED = "warehouse_refused"


class RejectCode(StrEnum):
    """Why the door did not take an item. The names are Segment's where Segment has one."""

    BAD_REQUEST = "bad_request"
    INVALID_WRITE_KEY = "invalid_write_key"
    INVALID_API_KEY = "invalid_api_key"
    SCOPE_MISSING = "scope_missing"
    INVALID_CLIENT_TOKEN = "invalid_client_token"  # noqa: S105 (the name of a code)
    PAYLOAD_TOO_LARGE = "payload_too_large"
    NESTED_TOO_DEEP = "nested_too_deep"
    EMPTY_BATCH = "empty_batch"
    NO_USER_ANON_ID = "no_user_anon_id"
    ID_REQUIRED = "id_required"
    ID_NOT_STRING = "id_not_string"
    TYPE_NOT_KNOWN = "type_not_known"
    EVENT_NOT_DEFINED = "event_not_defined"
    EVENT_NOT_STRING = "event_not_string"
    PROPERTIES_NOT_OBJECT = "properties_not_object"
    TRAITS_NOT_OBJECT = "traits_not_object"
    CONTEXT_NOT_OBJECT = "context_not_object"
    INTEGRATIONS_NOT_OBJECT = "integrations_not_object"
    NAME_NOT_STRING = "name_not_string"
    CATEGORY_NOT_STRING = "category_not_string"
    MESSAGE_ID_INVALID = "message_id_invalid"
    TIMESTAMP_INVALID = "timestamp_invalid"
    IDENTITY_INVALID = "identity_invalid"
    SIGNATURE_INVALID = "signature_invalid"
    DELETE_NOT_SUPPORTED = "delete_not_supported"
    OVERLOADED = "overloaded"
    TOO_MANY_REQUESTS = "too_many_requests"
